//! What banks say of payments and insurers of refunds, and what follows for the premiums (PAY-04 .. PAY-06).

use super::{
    Portal, RecordId,
    draft::{Draft, Note},
    payment::{Event, Item, Payment, State},
    proposal::{self, Proposal},
    receiving::{NO_REASON, answered, bad_terms, never_taken, record_of},
};
use crate::{
    message::{
        Body, Decision, Message, Receipt,
        payment::{OrderStanding, PaymentQueryAnswer, RefundRequest},
    },
    money::Money,
};

/// Whether the message is about a payment that its sender has a part in.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn subject(portal: &Portal, message: &Message) -> Result<(), Receipt> {
    payment_of(portal, message).map(drop)
}

fn payment_of<'p>(portal: &'p Portal, message: &Message) -> Result<&'p Payment, Receipt> {
    match &message.body {
        Body::PaymentAnswered(_) | Body::PaymentQueryAnswered(_) => {
            record_of(portal, message, |payment: &Payment| &payment.bank)
        }
        Body::RefundAnswered(_) => record_of(portal, message, |payment: &Payment| &payment.insurer),
        other => Err(never_taken(other.kind())),
    }
}

/// A message takes effect.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn take(draft: &mut Draft<'_>, message: &Message) -> Result<(), Receipt> {
    let record = payment_of(draft.portal, message)?;
    let (id, kind) = (record.id.clone(), message.body.kind());
    let bank = || draft.portal.directory.name_of(&record.bank);
    let said = |reason: &Option<String>| reason.clone().unwrap_or_else(|| NO_REASON.to_owned());
    match &message.body {
        Body::PaymentAnswered(answer) => {
            let told = match answer.decision {
                Decision::Agreed if answer.amount != Some(record.amount) => {
                    return Err(bad_terms("扣款金额与指令不符"));
                }
                Decision::Agreed if answer.debit.is_none() => return Err(bad_terms("扣款成功的答复缺少银行流水号")),
                Decision::Agreed => (Event::Debited, Note::default()),
                Decision::Refused => (Event::NotDebited, Note::failed(bank(), &said(&answer.reason))),
            };
            let debit = answer.debit.clone();
            answered::<Payment>(draft, &id, kind, told, |payment| payment.debit = debit).map(drop)
        }
        Body::PaymentQueryAnswered(answer) => {
            let told = match answer.standing {
                OrderStanding::Debited => (Event::Debited, Note::default()),
                OrderStanding::Failed => (Event::AskedNotDebited, Note::failed(bank(), &said(&answer.reason))),
                OrderStanding::Unknown => (Event::AskedNotDebited, Note::failed(bank(), "银行未受理")),
                OrderStanding::Pending => return Ok(()),
            };
            asked(draft, &id, answer, told)
        }
        Body::RefundAnswered(answer) => {
            let told = match answer.decision {
                Decision::Agreed => (Event::Refunded, Note::default()),
                Decision::Refused => {
                    let insurer = draft.portal.directory.name_of(&record.insurer);
                    (Event::RefundRefused, Note::failed(insurer, &said(&answer.reason)))
                }
            };
            answered::<Payment>(draft, &id, kind, told, |_| {}).map(drop)
        }
        other => Err(never_taken(other.kind())),
    }
}

/// The answer to a query. One that says nothing new, because the payment was settled meanwhile, is taken all the same.
fn asked(
    draft: &mut Draft<'_>,
    id: &RecordId,
    answer: &PaymentQueryAnswer,
    (event, note): (Event, Note),
) -> Result<(), Receipt> {
    let Some(state) = draft.record::<Payment>(id).map(|payment| payment.state) else { return Ok(()) };
    if !matches!(state, State::Uncertain(_) | State::FailedUnanswered) {
        return Ok(());
    }
    if answer.standing == OrderStanding::Debited && answer.debit.is_none() {
        return Err(bad_terms("已扣款的查询结果缺少银行流水号"));
    }
    let debit = answer.debit.clone();
    let tell = |payment: &mut Payment| payment.debit = debit;
    // In 支付失败 a second query's 失败 is nothing new either.
    let _ = answered::<Payment>(draft, id, crate::message::Kind::PaymentQueryAnswered, (event, note), tell);
    Ok(())
}

/// The bank has debited: each premium of the order that no other order has settled or has under way is settled; the rest of
/// the money is to be paid back (PAY-04).
pub(super) fn settle(draft: &mut Draft<'_>, id: &RecordId) {
    let Some(payment) = draft.record::<Payment>(id).cloned() else { return };
    let mut back = Vec::new();
    for Item { proposal, premium, .. } in payment.items.iter() {
        let own = draft.record::<Proposal>(proposal).is_some_and(|p| p.payment.as_ref() == Some(id));
        let event = proposal::Event::PaymentSucceeded;
        if !own || draft.happen::<Proposal>(proposal, event, Note::default()).is_none() {
            back.push(*premium);
        }
    }
    // The parts of an amount that there was room for have room together.
    let Some(amount) = Money::sum(back.iter().copied()).filter(|amount| amount.is_positive()) else { return };
    const REASON: &str = "保费已由其它支付结清或正在支付，或投保单已失效";
    let note = Note::failed(String::new(), REASON).saying(REASON.into());
    let _ = draft.happen_with::<Payment>(id, Event::RefundDue, note, |payment| payment.refund = Some((amount, REASON)));
}

/// The order is over, unpaid: each of its premiums has failed for itself, and the order is not sent any more.
pub(super) fn fail(draft: &mut Draft<'_>, id: &RecordId) {
    let Some(payment) = draft.record::<Payment>(id).cloned() else { return };
    draft.give_up(&payment.message);
    for Item { proposal, .. } in payment.items.iter() {
        if draft.record::<Proposal>(proposal).is_none_or(|p| p.payment.as_ref() != Some(id)) {
            continue;
        }
        let note = payment.failure.as_ref().map_or_else(Note::default, |f| Note::failed(f.party.clone(), &f.reason));
        let _ = draft.happen::<Proposal>(proposal, proposal::Event::PaymentFailed, note);
    }
}

/// The insurer has refused to hear of a premium: its money goes back.
pub(super) fn give_back(draft: &mut Draft<'_>, proposal: &RecordId) {
    const REASON: &str = "保险公司拒收缴费通知";
    let Some(proposal) = draft.record::<Proposal>(proposal) else { return };
    let Some((id, premium)) = proposal.payment.clone().zip(proposal.premium) else { return };
    let note = Note::failed(String::new(), REASON).saying(REASON.into());
    let tell = |payment: &mut Payment| payment.refund = Some((premium, REASON));
    let _ = draft.happen_with::<Payment>(&id, Event::RefundDue, note, tell);
}

/// The insurer is asked to pay back what no premium takes.
pub(super) fn ask_refund(draft: &mut Draft<'_>, id: &RecordId) {
    let Some(payment) = draft.record::<Payment>(id) else { return };
    let Some((amount, reason)) = payment.refund else { return };
    let request = RefundRequest {
        payment: id.as_str().to_owned(),
        debit: payment.debit.clone().unwrap_or_default(),
        account: payment.account.clone(),
        amount,
        reason: reason.to_owned(),
    };
    let insurer = payment.insurer.clone();
    if draft.happen::<Payment>(id, Event::RefundRequested, Note::default()).is_some() {
        draft.request::<Payment>(id, ("refund", 1), insurer, Body::RefundRequested(request));
    }
}
