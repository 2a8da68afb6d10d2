//! The answers that a party gives, and what giving them does to its books.
//!
//! An answer is made when it leaves, not when its request came: 协议生效时间 is the day of the answer, an account is debited
//! by what it holds then, and whether something can still be ended or taken back is judged at the end of the delay.

mod cover;
mod payment;
mod policy;
mod proposal;
mod signing;

pub(super) use self::signing::{decided, in_force};
use super::{
    Party,
    books::{Page, View},
    outcome::Point,
    plan::{Cause, Plan, Verdict},
};
use crate::{
    Moment,
    message::{Body, Decision},
};

/// What an answer is made from.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub party: &'a Party,
    pub view: View<'a>,
    pub moment: Moment<'a>,
}

/// An answer.
#[derive(Default)]
pub(super) struct Said {
    /// What leaves; nothing where a decision is kept to oneself.
    pub body: Option<Body>,
    /// What it does to the books.
    pub pages: Vec<Page>,
    /// What is to be decided next about the same request.
    pub next: Option<Point>,
}

impl Said {
    /// These words, which change nothing.
    const fn words(body: Body) -> Self {
        Self { body: Some(body), pages: Vec::new(), next: None }
    }
}

/// What stands in an answer when the script gives no reason: the field is never empty.
const NO_REASON: &str = "未说明原因";

/// `reason`, or words that say that there is none.
pub(super) fn reason_or_none(reason: &str) -> String {
    if reason.is_empty() { NO_REASON.to_owned() } else { reason.to_owned() }
}

/// The answer to `cause`; `None` where there is nothing to say or to do.
pub(super) fn reply(desk: Desk<'_>, cause: &Cause, plan: &Plan) -> Option<Said> {
    let request = match cause {
        Cause::Signing(terms) => return cover::signed(desk, terms, plan),
        Cause::Request(request) => request,
    };
    match &request.body {
        Body::InsurerSigningRequested(_) | Body::BankSigningRequested(_) | Body::AgreementEndRequested(_) => {
            signing::reply(desk, request, plan)
        }
        Body::OpenCoverRequested(asked) => cover::requested(desk, asked, plan),
        Body::ProposalSubmitted(submitted) => proposal::reply(desk, submitted, plan),
        Body::WithdrawalRequested(asked) => proposal::withdrawn(desk, asked, plan),
        Body::PaymentOrdered(order) => payment::ordered(desk, order, plan),
        Body::PaymentQueried(query) => payment::queried(desk, query, plan),
        Body::PaymentNotified(notice) => policy::paid(desk, notice, plan),
        Body::RefundRequested(asked) => policy::refunded(desk, asked, plan),
        _ => None,
    }
}

impl Desk<'_> {
    /// The entity of a draw about this business number.
    fn entity(&self, subject: &str) -> String {
        self.party.entity(subject)
    }
}

/// Yes or no, and the reason for a no; `None` for what is neither.
fn decision(verdict: &Verdict) -> Option<(Decision, Option<String>)> {
    match verdict {
        // Nonsense is a friendly answer, broken on its way out: there has to be something to break.
        Verdict::Agree { .. } | Verdict::Nonsense => Some((Decision::Agreed, None)),
        Verdict::Refuse { reason } => Some((Decision::Refused, Some(reason_or_none(reason)))),
        Verdict::Refer { reason } => {
            let reason = reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or("需人工复核");
            Some((Decision::Refused, Some(reason.to_owned())))
        }
        Verdict::Pending | Verdict::Unseen | Verdict::Silent => None,
    }
}
