//! What counterparties say: business messages and receipts, verified by the gateway (AGR-08, AGR-11, MSG-01 .. MSG-04).
//!
//! Each message takes effect at most once and only for a record that names its sender. What is refused is remembered, so
//! that the same bytes get the same receipt, and has no effect.

use super::{
    Changes, Portal, RecordId, agreement_messages, cargo_messages, cover_messages,
    draft::{Draft, Note},
    payment_messages,
    record::Record,
};
use crate::{
    Moment, Verified,
    delivery::{Admission, Arrived, Held, Inbox, Progress, Seen},
    directory::PartyId,
    life_cycle::Delivery,
    message::{Kind, Line, Message, MessageId, Receipt},
};

/// Codes with which the portal refuses a business message in its receipt: code, what it says, and the requirements.
pub const RECEIPT_CODES: &[(&str, &str, &[&str])] = &[
    (UNKNOWN_SUBJECT, "业务编号不存在或不属于发送方", &["ACC-10", "MSG-02"]),
    (NOT_TAKEN, "当前状态「…」不接受「…」", &["AGR-11", "MSG-03"]),
    (BAD_TERMS, "内容缺失、有误，或与门户所知的业务不符", &["AGR-09", "CGO-14", "PAY-05", "OPC-02"]),
];
const UNKNOWN_SUBJECT: &str = "K3201";
const NOT_TAKEN: &str = "K3202";
const BAD_TERMS: &str = "K3203";

pub(super) const NO_REASON: &str = "未说明原因";

impl Portal {
    /// A counterparty speaks. Apply the changes, then give the receipt. The same bytes twice give the same receipt and no
    /// change.
    pub fn receive(&self, arrived: &Verified<Arrived>, moment: Moment<'_>) -> (Receipt, Changes) {
        let admission = self.kept.inbox.admit(arrived, moment, &self.rules.settings);
        match admission {
            Admission::Again(receipt) | Admission::Replayed(receipt) => return (receipt, Changes::default()),
            Admission::Held(_) | Admission::Handle => {}
        }
        let mut draft = Draft::new(self, moment);
        let receipt = match admission {
            Admission::Held(held) if self.subject(&arrived.message).is_ok() => {
                draft.changes.seen.push(Seen::Held(held));
                return (Receipt::Accepted, draft.changes);
            }
            // From somebody whom the record does not name: waiting would not make it better.
            _ => take(&mut draft, &arrived.message).err().unwrap_or(Receipt::Accepted),
        };
        draft.changes.seen.push(Seen::Settled((**arrived).clone(), receipt.clone()));
        take_successors(&mut draft);
        (receipt, draft.changes)
    }

    /// A receipt for a message that the portal has sent. Harmless for one that is settled already.
    pub fn receipt(&self, id: &MessageId, receipt: &Verified<Receipt>, moment: Moment<'_>) -> Changes {
        let mut draft = Draft::new(self, moment);
        let Some(entry) = self.kept.outbox.entry(id) else { return draft.changes };
        if entry.sendings == 0 || matches!(entry.progress, Progress::Settled(_)) {
            return draft.changes;
        }
        draft.settle(entry, (**receipt).clone());
        match &**receipt {
            Receipt::Accepted => draft.delivered(&entry.message, Delivery::Acknowledged, None),
            Receipt::Refused { reason, .. } => draft.delivered(&entry.message, Delivery::Rejected, Some(reason)),
        }
        draft.changes
    }

    /// Whether a message is about something that its sender has the part in that such a message needs.
    fn subject(&self, message: &Message) -> Result<(), Receipt> {
        match message.body.kind().line() {
            Line::Agreement => agreement_messages::subject(self, message).map(drop),
            Line::Cover => cover_messages::subject(self, message),
            Line::Cargo => cargo_messages::subject(self, message),
            Line::Payment => payment_messages::subject(self, message),
        }
    }
}

/// Held messages whose turn has come with what this draft has settled: in order, each once.
fn take_successors(draft: &mut Draft<'_>) {
    if draft.portal.kept.inbox.next_due().is_none() {
        return;
    }
    // Rare, so a copy is good enough: something is held, and something was settled.
    let mut after = draft.portal.kept.inbox.clone();
    for seen in &draft.changes.seen {
        after.put(seen.clone());
    }
    take_ready(draft, after);
}

/// Handles the messages that `inbox` holds and whose turn has come. Their receipts were given when they came, so none is
/// dropped for coming too early: what cannot be taken yet waits on until its predecessor is there.
pub(super) fn take_ready(draft: &mut Draft<'_>, mut inbox: Inbox) {
    for arrived in inbox.ready(draft.moment) {
        let seen = match take(draft, &arrived.message) {
            Err(_) if inbox.leaves_gap(&arrived.message) => Seen::Held(Held { arrived, until: None }),
            Ok(()) | Err(_) => Seen::Settled(arrived, Receipt::Accepted),
        };
        inbox.put(seen.clone());
        draft.changes.seen.push(seen);
    }
}

/// A message takes effect.
fn take(draft: &mut Draft<'_>, message: &Message) -> Result<(), Receipt> {
    match message.body.kind().line() {
        Line::Agreement => agreement_messages::take(draft, message),
        Line::Cover => cover_messages::take(draft, message),
        Line::Cargo => cargo_messages::take(draft, message),
        Line::Payment => payment_messages::take(draft, message),
    }
}

/// `event` happens to a record because its counterparty said so. An answer says too that the request has arrived, receipt
/// or no receipt.
///
/// # Errors
/// K3202 where the table does not take it.
pub(super) fn answered<K: Record>(
    draft: &mut Draft<'_>,
    id: &RecordId,
    kind: Kind,
    (event, note): (K::Event, Note),
    tell: impl FnOnce(&mut K),
) -> Result<K::State, Receipt> {
    let record = draft.record::<K>(id).ok_or_else(unknown_subject)?.clone();
    let takes = |draft: &Draft<'_>, state| draft.leads_to::<K>(state, event).is_some();
    if !takes(draft, record.state()) {
        let entry = draft.outgoing(record.message()).filter(|entry| entry.sendings > 0).cloned();
        let acknowledged = record.event_of(record.message(), Delivery::Acknowledged);
        let implied = acknowledged.and_then(|event| draft.leads_to::<K>(record.state(), event));
        let (Some(entry), Some(acknowledged), true) =
            (entry, acknowledged, implied.is_some_and(|state| takes(draft, state)))
        else {
            return Err(not_taken::<K>(record.state(), kind));
        };
        draft.settle(&entry, Receipt::Accepted);
        let _ = draft.happen::<K>(id, acknowledged, Note::default());
    }
    draft.happen_with::<K>(id, event, note, tell).ok_or_else(|| not_taken::<K>(record.state(), kind))
}

pub(super) fn refused(code: &str, reason: String) -> Receipt {
    Receipt::Refused { code: code.into(), reason }
}

pub(super) fn unknown_subject() -> Receipt {
    refused(UNKNOWN_SUBJECT, "业务编号不存在或不属于发送方".into())
}

pub(super) fn not_taken<K: Record>(state: K::State, kind: Kind) -> Receipt {
    refused(NOT_TAKEN, format!("当前状态「{}」不接受「{}」", K::page_text(state), kind.chinese()))
}

/// One that the portal sends, and takes from nobody.
pub(super) fn never_taken(kind: Kind) -> Receipt {
    refused(NOT_TAKEN, format!("门户不接受「{}」", kind.chinese()))
}

/// Its content contradicts what the portal knows of the business.
pub(super) fn bad_terms(reason: &str) -> Receipt {
    refused(BAD_TERMS, reason.into())
}

/// The record that a message is about, if it is of that kind and its sender has that part in it.
pub(super) fn record_of<'p, K: Record>(
    portal: &'p Portal,
    message: &Message,
    party: impl Fn(&'p K) -> &'p PartyId,
) -> Result<&'p K, Receipt> {
    let number = message.body.business_number();
    let record = portal.kept.records.get::<K>(&RecordId::new(number)).filter(|r| *party(r) == message.source);
    record.filter(|r| r.id().as_str() == message.subject).ok_or_else(unknown_subject)
}
