//! What counterparties say: business messages and receipts, verified by the gateway (AGR-08, AGR-11, MSG-01 .. MSG-04).
//!
//! Each message takes effect at most once and only for a record that names its sender. What is refused is remembered, so
//! that the same bytes get the same receipt, and has no effect.

use jiff::civil::Date;

use super::{
    Changes, Portal, RecordId,
    agreement::{Agreement, Event, Role, State},
    draft::{Draft, Note, Request},
};
use crate::{
    Moment, Verified,
    delivery::{Admission, Arrived, Held, Inbox, Progress, Seen},
    message::{BankSigningAnswer, Body, Decision, Kind, Message, MessageId, Receipt},
};

/// Codes with which the portal refuses a business message in its receipt: code, what it says, and the requirements.
pub const RECEIPT_CODES: &[(&str, &str, &[&str])] = &[
    (UNKNOWN_SUBJECT, "业务编号不存在或不属于发送方", &["ACC-10", "MSG-02"]),
    (NOT_TAKEN, "当前状态「…」不接受「…」", &["AGR-11", "MSG-03"]),
    (BAD_TERMS, "同意的「签约结果」缺少协议编号，或协议生效、失效时间有误", &["AGR-09"]),
];
const UNKNOWN_SUBJECT: &str = "K3201";
const NOT_TAKEN: &str = "K3202";
const BAD_TERMS: &str = "K3203";

const NO_REASON: &str = "未说明原因";

/// What a message tells a record.
struct Told {
    event: Event,
    note: Note,
    /// 协议编号, 协议生效时间, 协议失效时间.
    terms: Option<(String, Date, Option<Date>)>,
}

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
        let record = RecordId::new(&entry.message.subject);
        let Some(kept) = self.kept.records.of_timer(&record).filter(|r| r.message == *id) else { return draft.changes };
        let (event, note) = match &**receipt {
            Receipt::Accepted => (Event::Acknowledged, Note::default()),
            Receipt::Refused { reason, .. } => (Event::Rejected, Note::failed(draft.counterparty(kept), reason)),
        };
        // Too late for the record: the message is settled all the same.
        let _ = draft.happen(&record, event, note);
        draft.changes
    }

    /// The record that a message is about, if its sender has the part in it that such a message needs.
    fn subject(&self, message: &Message) -> Result<&Agreement, Receipt> {
        let (role, application) = match &message.body {
            Body::InsurerSigningAnswered(answer) => (Role::Insurer, &answer.application),
            Body::BankSigningAnswered(answer) => (Role::Bank, &answer.application),
            Body::AgreementEndAnswered(answer) => (Role::Bank, &answer.application),
            Body::AgreementEnded(ended) => (Role::Bank, &ended.application),
            _ => {
                return Err(refused(NOT_TAKEN, format!("门户不接受「{}」", message.body.kind().chinese())));
            }
        };
        let record = self.kept.records.of_party(application, &message.source, role);
        record.filter(|r| r.id.as_str() == message.subject).ok_or_else(unknown_subject)
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
    let id = draft.portal.subject(message)?.id.clone();
    let record = draft.record(&id).ok_or_else(unknown_subject)?.clone();
    let told = told(draft, &record, &message.body)?;
    let takes = |state| draft.leads_to(state, told.event).is_some();
    if !takes(record.state) {
        // An answer says that the request has arrived, receipt or no receipt.
        let entry = draft.outgoing(&record.message).filter(|entry| entry.sendings > 0).cloned();
        let implied = draft.leads_to(record.state, Event::Acknowledged).filter(|to| takes(*to));
        let (Some(entry), Some(_)) = (entry, implied) else {
            return Err(not_taken(&record, message.body.kind()));
        };
        draft.settle(&entry, Receipt::Accepted);
        let _ = draft.happen(&id, Event::Acknowledged, Note::default());
    }
    happen(draft, &id, told);
    Ok(())
}

/// What the message tells this record.
fn told(draft: &Draft<'_>, record: &Agreement, body: &Body) -> Result<Told, Receipt> {
    let name = |party| draft.portal.directory.name_of(party);
    let refusal = |party, reason: &Option<String>| Note::failed(name(party), reason.as_deref().unwrap_or(NO_REASON));
    let plain = |event, note| Told { event, note, terms: None };
    Ok(match body {
        Body::InsurerSigningAnswered(answer) => match answer.decision {
            Decision::Agreed if record.state == State::SilentInsurerSuperseded => {
                let note = Note::failed(name(&record.payee), "逾期同意签约，已重新签署，不再办理");
                plain(Event::InsurerAgreed, note)
            }
            Decision::Agreed => plain(Event::InsurerAgreed, Note::default()),
            Decision::Refused => plain(Event::InsurerRefused, refusal(&record.payee, &answer.reason)),
        },
        Body::BankSigningAnswered(answer) => match answer.decision {
            Decision::Agreed => {
                let late = record.state == State::SilentBankSuperseded;
                let said = format!("{}：逾期同意签约，已重新签署，申请解约", name(&record.bank));
                let note = if late { Note::default().saying(said) } else { Note::default() };
                Told { event: Event::BankAgreed, note, terms: Some(terms(answer)?) }
            }
            Decision::Refused => plain(Event::BankRefused, refusal(&record.bank, &answer.reason)),
        },
        Body::AgreementEndAnswered(answer) => match answer.decision {
            Decision::Agreed => plain(Event::EndAgreed, Note::default()),
            Decision::Refused => plain(Event::EndRefused, refusal(&record.bank, &answer.reason)),
        },
        Body::AgreementEnded(ended) => {
            if record.number.as_ref().is_some_and(|number| *number != ended.agreement_number) {
                return Err(unknown_subject());
            }
            let note = Note::failed(name(&record.bank), &ended.reason);
            plain(Event::EndedByBank, note.saying(format!("银行终止：{}", ended.reason)))
        }
        _ => {
            return Err(not_taken(record, body.kind()));
        }
    })
}

/// What an agreeing bank must say (AGR-09). The number's form is its own affair.
fn terms(answer: &BankSigningAnswer) -> Result<(String, Date, Option<Date>), Receipt> {
    let day = |text: &String| text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let number = answer.agreement_number.clone().filter(|number| !number.is_empty());
    let effective = answer.effective.as_ref().and_then(day);
    let expiry = answer.expiry.as_ref().map(day);
    match (number, effective, expiry) {
        (Some(number), Some(effective), None) => Ok((number, effective, None)),
        (Some(number), Some(effective), Some(Some(expiry))) => Ok((number, effective, Some(expiry))),
        _ => Err(refused(BAD_TERMS, "同意的「签约结果」缺少协议编号，或协议生效、失效时间有误".into())),
    }
}

/// The event with all that follows from it at once.
fn happen(draft: &mut Draft<'_>, id: &RecordId, told: Told) {
    let now = draft.moment.time;
    let Told { event, note, terms } = told;
    let to = draft.happen_with(id, event, note, |record| {
        if let Some((number, effective, expiry)) = terms {
            record.number = Some(number);
            if record.state == State::InForce {
                (record.effective, record.expiry) = (Some(effective), expiry);
            }
        }
        if record.state == State::Agreed {
            record.insurer_signed_at = Some(now);
        }
    });
    match to {
        Some(State::Agreed) => {
            if draft.happen(id, Event::BankRequested, Note::default()).is_some() {
                draft.request(id, Request::BankSigning);
            }
        }
        Some(State::EndQueued) => draft.request(id, Request::End),
        Some(_) | None => {}
    }
}

fn refused(code: &str, reason: String) -> Receipt {
    Receipt::Refused { code: code.into(), reason }
}

fn unknown_subject() -> Receipt {
    refused(UNKNOWN_SUBJECT, "业务编号不存在或不属于发送方".into())
}

fn not_taken(record: &Agreement, kind: Kind) -> Receipt {
    refused(NOT_TAKEN, format!("当前状态「{}」不接受「{}」", record.state.page_text(), kind.chinese()))
}
