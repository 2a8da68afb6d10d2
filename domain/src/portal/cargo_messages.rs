//! What insurers say of proposals, and the portal's notice that one is paid (CGO-13, CGO-14, PAY-05).

use jiff::civil::Date;

use super::{
    Portal, RecordId,
    draft::{Draft, Note},
    payment::Payment,
    proposal::{Event, Proposal},
    receiving::{NO_REASON, answered, bad_terms, never_taken, not_taken, record_of},
};
use crate::{
    Time,
    delivery::Progress,
    message::{
        Body, Decision, Message, MessageId, Receipt,
        cargo::{DataCheck, PolicyInForce, Underwriting},
        payment::PaymentNotice,
    },
    money::Money,
};

/// Whether the message is about a proposal of its sender's.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn subject(portal: &Portal, message: &Message) -> Result<(), Receipt> {
    match &message.body {
        Body::DataChecked(_)
        | Body::Underwritten(_)
        | Body::Reviewed(_)
        | Body::WithdrawalAnswered(_)
        | Body::PolicyEffected(_) => proposal_of(portal, message).map(drop),
        other => Err(never_taken(other.kind())),
    }
}

fn proposal_of<'p>(portal: &'p Portal, message: &Message) -> Result<&'p Proposal, Receipt> {
    record_of(portal, message, |proposal: &Proposal| &proposal.insurer)
}

/// What an answer tells a proposal, beside its event.
enum Told {
    Nothing,
    /// 投保单号
    Number(String),
    /// 保费 and 缴费截止日
    Premium(Money, Date),
    /// 保单号 and 生效时间
    Policy(String, Time),
}

/// A message takes effect.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn take(draft: &mut Draft<'_>, message: &Message) -> Result<(), Receipt> {
    let record = proposal_of(draft.portal, message)?;
    let (id, kind) = (record.id.clone(), message.body.kind());
    // What its receiver has refused by receipt, or answered already, is asked no more.
    let refused = |asked: &MessageId| {
        let progress = draft.outgoing(asked).map(|entry| &entry.progress);
        matches!(progress, Some(Progress::Settled(Receipt::Refused { .. })))
    };
    let about = |asked: &MessageId| {
        !asked.as_str().is_empty() && message.correlation.as_ref() == Some(asked) && !refused(asked)
    };
    let no = |reason: &Option<String>| Note::failed(draft.counterparty(record), reason.as_deref().unwrap_or(NO_REASON));
    let (asked, event, note, told) = match &message.body {
        Body::DataChecked(check) => match check.decision {
            Decision::Agreed => (about(&record.submitted), Event::DataPassed, Note::default(), numbered(check)?),
            Decision::Refused => (about(&record.submitted), Event::DataFailed, no(&check.reason), Told::Nothing),
        },
        Body::Underwritten(answer) => match answer.decision {
            Decision::Agreed => (about(&record.submitted), Event::Issued, Note::default(), premium(answer)?),
            Decision::Refused => (about(&record.submitted), Event::Referred, no(&answer.reason), Told::Nothing),
        },
        Body::Reviewed(answer) => match answer.decision {
            Decision::Agreed => (about(&record.submitted), Event::ReviewPassed, Note::default(), premium(answer)?),
            Decision::Refused => (about(&record.submitted), Event::Declined, no(&answer.reason), Told::Nothing),
        },
        Body::WithdrawalAnswered(answer) => match answer.decision {
            Decision::Agreed => (about(&record.withdrawal), Event::WithdrawalGranted, Note::default(), Told::Nothing),
            Decision::Refused => {
                (about(&record.withdrawal), Event::WithdrawalRefused, no(&answer.reason), Told::Nothing)
            }
        },
        Body::PolicyEffected(policy) => (true, Event::PolicyEffected, Note::default(), in_force(policy)?),
        other => return Err(never_taken(other.kind())),
    };
    if !asked {
        // An answer to a submission or a withdrawal that another one has taken the place of.
        return Err(not_taken::<Proposal>(record.state, kind));
    }
    let tell = |proposal: &mut Proposal| match told {
        Told::Nothing if matches!(event, Event::WithdrawalGranted | Event::WithdrawalRefused) => {
            proposal.withdrawal = MessageId::new("");
        }
        Told::Nothing => {}
        Told::Number(number) => {
            proposal.number = Some(number);
            // What was changed after it was submitted, and not submitted, is not what the insurer has passed.
            if let Some((form, terms, attachments)) = proposal.sent.clone() {
                (proposal.form, proposal.special_terms, proposal.attachments) = (form, terms, attachments);
            }
        }
        Told::Premium(premium, due) => (proposal.premium, proposal.premium_due) = (Some(premium), Some(due)),
        Told::Policy(number, at) => (proposal.policy_number, proposal.in_force_at) = (Some(number), Some(at)),
    };
    answered::<Proposal>(draft, &id, kind, (event, note), tell).map(drop)
}

fn numbered(check: &DataCheck) -> Result<Told, Receipt> {
    let number = check.proposal_number.clone().filter(|number| !number.is_empty());
    number.map(Told::Number).ok_or_else(|| bad_terms("数据审核成功的答复缺少投保单号"))
}

fn premium(answer: &Underwriting) -> Result<Told, Receipt> {
    let due = answer.premium_due.as_ref().and_then(|text| text.parse::<Date>().ok().filter(|_| text.len() == 10));
    let premium = answer.premium.filter(|premium| premium.is_positive());
    let told = premium.zip(due).map(|(premium, due)| Told::Premium(premium, due));
    told.ok_or_else(|| bad_terms("出单的答复缺少保费或缴费截止日，或其有误"))
}

fn in_force(policy: &PolicyInForce) -> Result<Told, Receipt> {
    let at = Time::parse_rfc3339(&policy.in_force_at).ok_or_else(|| bad_terms("保单的生效时间有误"))?;
    Ok(Told::Policy(policy.policy_number.clone(), at))
}

/// The premium is paid: the insurer is told (PAY-05).
pub(super) fn notify(draft: &mut Draft<'_>, id: &RecordId) {
    let Some(proposal) = draft.record::<Proposal>(id) else { return };
    let payment = proposal.payment.as_ref().and_then(|payment| draft.record::<Payment>(payment));
    let Some(payment) = payment else { return };
    let notice = PaymentNotice {
        application: id.as_str().to_owned(),
        proposal_number: proposal.number.clone().unwrap_or_default(),
        payment: payment.id.as_str().to_owned(),
        debit: payment.debit.clone().unwrap_or_default(),
        amount: proposal.premium.unwrap_or(Money::ZERO),
    };
    // How many log lines there are tells one notice of a proposal from another.
    let (insurer, lines) = (proposal.insurer.clone(), proposal.log_rows);
    if draft.happen::<Proposal>(id, Event::NoticeMade, Note::default()).is_some() {
        draft.request::<Proposal>(id, ("notice", lines), insurer, Body::PaymentNotified(notice));
    }
}
