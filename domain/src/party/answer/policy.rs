//! An insurer's answers about money: 生效 after 缴费通知, 退款 (PAY-04, PAY-05).

use super::{Desk, Said, decision};
use crate::{
    message::{
        Body, Decision,
        cargo::PolicyInForce,
        payment::{PaymentNotice, RefundAnswer, RefundRequest},
    },
    party::{
        books::{Page, ProposalEntry, ProposalStanding, RefundEntry, RefundStanding},
        plan::{Plan, Verdict},
    },
};

/// 保单生效. There is no other answer to a premium that was taken: where the script has a no, nothing is said.
pub(super) fn paid(desk: Desk<'_>, notice: &PaymentNotice, plan: &Plan) -> Option<Said> {
    match &plan.verdict {
        Verdict::Agree { .. } | Verdict::Nonsense => {}
        Verdict::Refuse { .. } | Verdict::Refer { .. } | Verdict::Pending | Verdict::Unseen | Verdict::Silent => {
            return None;
        }
    }
    let entry = desk.view.proposal(&notice.application)?;
    let (policy_number, in_force_at, pages) = match (entry.standing, &entry.policy_number, entry.decided_at) {
        // A notice of its own about the same payment: the same answer.
        (ProposalStanding::InForce, Some(number), Some(since)) => (number.clone(), since, Vec::new()),
        (ProposalStanding::Paid, ..) => {
            let entity = desk.entity(&notice.application);
            let number = desk.view.dated_number("P", "policy-number", &entity, desk.moment);
            let now = desk.moment.time;
            let entry = ProposalEntry {
                standing: ProposalStanding::InForce,
                policy_number: Some(number.clone()),
                decided_at: Some(now),
                ..entry.clone()
            };
            (number, now, vec![Page::Proposal(Box::new(entry))])
        }
        _ => return None,
    };
    let answer =
        PolicyInForce { application: notice.application.clone(), policy_number, in_force_at: in_force_at.rfc3339() };
    Some(Said { body: Some(Body::PolicyEffected(answer)), pages, next: None })
}

/// 退款: a yes only for money that no premium has taken.
pub(super) fn refunded(desk: Desk<'_>, asked: &RefundRequest, plan: &Plan) -> Option<Said> {
    let (_, scripted) = decision(&plan.verdict)?;
    let taken = desk
        .view
        .paid_with(&asked.payment)
        .map(|entry| format!("该笔款项已作为业务编号「{}」的保费入账，不能退款", entry.application));
    let reason = scripted.or(taken);
    let (decision, standing) = match reason {
        Some(_) => (Decision::Refused, RefundStanding::Refused),
        None => (Decision::Agreed, RefundStanding::Refunded),
    };
    let decided = |known: &RefundEntry| {
        Page::Refund(RefundEntry { standing, decided_at: Some(desk.moment.time), ..known.clone() })
    };
    let answer = RefundAnswer { payment: asked.payment.clone(), decision, reason };
    Some(Said {
        body: Some(Body::RefundAnswered(answer)),
        pages: desk.view.refund(&asked.payment).map(decided).into_iter().collect(),
        next: None,
    })
}
