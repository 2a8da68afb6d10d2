//! What insurers and banks say of payment agreements, and the portal's own requests about them (AGR-08, AGR-09, AGR-11).

use jiff::civil::Date;

use super::{
    Portal, RecordId,
    agreement::{Agreement, Event, Role, State},
    draft::{Draft, Note},
    receiving::{NO_REASON, answered, bad_terms, never_taken, record_of, unknown_subject},
    shown::SERVICE,
};
use crate::{
    directory::PartyId,
    message::{
        AgreementEndRequest, BankSigningAnswer, BankSigningRequest, Body, Decision, InsurerSigningRequest, Kind,
        Message, Receipt,
    },
};

/// The messages that the portal sends about an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    InsurerSigning = 1,
    BankSigning = 2,
    End = 3,
}

/// Makes the agreement's next message and queues it.
pub(super) fn request(draft: &mut Draft<'_>, id: &RecordId, request: Request) {
    let Some(record) = draft.record::<Agreement>(id) else { return };
    let (target, body) = body(draft, record, request);
    draft.request::<Agreement>(id, ("message-id", request as u64), target, body);
}

fn body(draft: &Draft<'_>, record: &Agreement, request: Request) -> (PartyId, Body) {
    let name = |party| draft.portal.directory.name_of(party);
    let application = record.id.as_str().to_owned();
    match request {
        Request::BankSigning => {
            let insurer_signed_at = record.insurer_signed_at.unwrap_or(draft.moment.time).rfc3339();
            let body = BankSigningRequest {
                application,
                bank: name(&record.bank),
                payee: name(&record.payee),
                service: SERVICE.into(),
                payer: (*record.payer).clone(),
                signed_at: record.signed_at.rfc3339(),
                insurer_signed_at,
                seal: (*record.seal).clone(),
            };
            (record.bank.clone(), Body::BankSigningRequested(body))
        }
        Request::End => {
            let agreement_number = record.number.clone().unwrap_or_default();
            let body = AgreementEndRequest { application, agreement_number, reason: "已重新签署".into() };
            (record.bank.clone(), Body::AgreementEndRequested(body))
        }
        Request::InsurerSigning => {
            let body = InsurerSigningRequest {
                application,
                bank: name(&record.bank),
                payee: name(&record.payee),
                service: SERVICE.into(),
                payer: (*record.payer).clone(),
                signed_at: record.signed_at.rfc3339(),
                seal: (*record.seal).clone(),
            };
            (record.insurer.clone(), Body::InsurerSigningRequested(body))
        }
    }
}

/// What a message tells a record.
struct Told {
    event: Event,
    note: Note,
    /// 协议编号, 协议生效时间, 协议失效时间.
    terms: Option<(String, Date, Option<Date>)>,
}

/// The agreement that a message is about.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn subject<'p>(portal: &'p Portal, message: &Message) -> Result<&'p Agreement, Receipt> {
    let role = match message.body.kind() {
        Kind::InsurerSigningAnswered => Role::Insurer,
        Kind::BankSigningAnswered | Kind::AgreementEndAnswered | Kind::AgreementEnded => Role::Bank,
        kind => return Err(never_taken(kind)),
    };
    record_of(portal, message, |agreement: &Agreement| agreement.party(role))
}

/// A message takes effect.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn take(draft: &mut Draft<'_>, message: &Message) -> Result<(), Receipt> {
    let id = subject(draft.portal, message)?.id.clone();
    let record = draft.record::<Agreement>(&id).ok_or_else(unknown_subject)?.clone();
    let Told { event, note, terms } = told(draft, &record, &message.body)?;
    let now = draft.moment.time;
    let to = answered::<Agreement>(draft, &id, message.body.kind(), (event, note), |record| {
        if let Some((number, effective, expiry)) = terms {
            record.number = Some(number);
            if record.state == State::InForce {
                (record.effective, record.expiry) = (Some(effective), expiry);
            }
        }
        if record.state == State::Agreed {
            record.insurer_signed_at = Some(now);
        }
    })?;
    match to {
        State::Agreed if draft.happen::<Agreement>(&id, Event::BankRequested, Note::default()).is_some() => {
            request(draft, &id, Request::BankSigning);
        }
        State::EndQueued => request(draft, &id, Request::End),
        _ => {}
    }
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
            return Err(never_taken(body.kind()));
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
        _ => Err(bad_terms("同意的「签约结果」缺少协议编号，或协议生效、失效时间有误")),
    }
}
