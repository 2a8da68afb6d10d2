//! Changes in the making: what one act does to records, their logs and their messages, before anything is kept.
//!
//! Where a record goes is read from the life-cycle table, never decided here. A draft that is dropped has done nothing.

use std::{fmt::Write, time::Duration};

use super::{
    Portal, RecordId,
    agreement::{Agreement, Event, Failure, Role, State},
    changes::{Changes, Sending},
    scope::LogRow,
};
use crate::{
    Moment, Time,
    delivery::{Outgoing, Progress},
    directory::PartyId,
    life_cycle,
    message::{AgreementEndRequest, BankSigningRequest, Body, InsurerSigningRequest, Message, MessageId, Receipt},
    refusal::{self, Refusal, StateRefusal},
};

/// From 待发送 to 报文发送成功, as the manual's log shows it (4.1.2: 19:04:19 and 19:04:21). The same for all, so that who
/// asks first is sent first.
const DISPATCH: Duration = Duration::from_secs(2);

/// 服务类型: there is only one (AGR-01).
pub(super) const SERVICE: &str = "保费支付";

/// 32 hexadecimal digits from the draws: for names that nobody shall guess, and for message ids.
pub(super) fn drawn_name(moment: Moment<'_>, purpose: &str, entity: &str, count: u64) -> String {
    let bytes = moment.draws.draw(purpose, entity, count);
    bytes[..16].iter().fold(String::with_capacity(32), |mut name, byte| {
        // Writing into a String cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// What is to be said about an event besides the table's words.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    /// Goes in brackets after the table's text.
    said: String,
    failure: Option<Failure>,
    card: Option<String>,
}

impl Note {
    /// Done by a person with this card.
    pub fn by_card(number: &str) -> Self {
        Self { card: Some(number.into()), ..Self::default() }
    }

    /// Went wrong, through whom and why (AGR-11).
    pub fn failed(party: String, reason: &str) -> Self {
        Self {
            said: format!("{party}：{reason}"), failure: Some(Failure { party, reason: reason.into() }), card: None
        }
    }

    /// The same with other words in the log.
    pub fn saying(self, said: String) -> Self {
        Self { said, ..self }
    }
}

/// The messages that the portal sends about an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    InsurerSigning = 1,
    BankSigning = 2,
    End = 3,
}

/// Changes in the making.
pub(super) struct Draft<'a> {
    pub portal: &'a Portal,
    pub moment: Moment<'a>,
    pub changes: Changes,
}

impl<'a> Draft<'a> {
    pub fn new(portal: &'a Portal, moment: Moment<'a>) -> Self {
        Self { portal, moment, changes: Changes::default() }
    }

    /// A record as it would be if this draft were applied.
    pub fn record(&self, id: &RecordId) -> Option<&Agreement> {
        self.changes.records.get(id).or_else(|| self.portal.kept.records.of_timer(id))
    }

    /// Likewise a message on its way out.
    pub fn outgoing(&self, id: &MessageId) -> Option<&Outgoing> {
        self.changes.outbox.get(id).or_else(|| self.portal.kept.outbox.entry(id))
    }

    pub fn put_outgoing(&mut self, entry: Outgoing) {
        self.changes.outbox.insert(entry.message.id.clone(), entry);
    }

    /// Whether the table takes `event` in `state`, and where it leads.
    pub fn leads_to(&self, state: State, event: Event) -> Option<State> {
        life_cycle::next(&self.portal.rules.agreement, state, event).map(|row| row.to)
    }

    /// `event` happens to the record: it goes where the table says, with a line in its log. None: the table says nothing.
    pub fn happen(&mut self, id: &RecordId, event: Event, note: Note) -> Option<State> {
        self.happen_with(id, event, note, |_| {})
    }

    /// The same, with what the event tells the record.
    pub fn happen_with(
        &mut self,
        id: &RecordId,
        event: Event,
        note: Note,
        tell: impl FnOnce(&mut Agreement),
    ) -> Option<State> {
        let record = self.record(id)?;
        let row = *life_cycle::next(&self.portal.rules.agreement, record.state, event)?;
        let mut record = record.clone();
        self.changes.ways.push((row.from, event, row.to));
        record.state = row.to;
        record.revision += 1;
        tell(&mut record);
        // What leaves no line in the log changes nothing that the page says either.
        if let Some(failure) = note.failure.filter(|_| !row.code.is_empty()) {
            record.failure = Some(failure);
        } else if !row.to.is_over() {
            record.failure = None;
        }
        record.deadline = self.deadline(&record);
        if !row.code.is_empty() {
            record.log_rows += 1;
            let mut text = row.text.to_owned();
            if !note.said.is_empty() {
                text = format!("{text}（{}）", note.said);
            }
            let (number, recorded_at) = (record.log_rows, self.moment.time);
            self.changes.log.push(LogRow {
                record: id.clone(),
                number,
                code: row.code,
                text,
                recorded_at,
                card: note.card,
            });
        }
        self.changes.records.insert(id.clone(), record);
        Some(row.to)
    }

    /// When time alone changes the record: silence and giving up count from the first sending (AGR-11, MSG-04).
    fn deadline(&self, record: &Agreement) -> Option<Time> {
        match record.state.awaits()? {
            Event::Expired => record.expiry.map(Time::after_day),
            _ => record.first_sent.map(|sent| sent + self.portal.rules.settings.silence),
        }
    }

    /// Nothing more will happen to it by itself.
    pub fn drop_deadline(&mut self, id: &RecordId) {
        if let Some(record) = self.record(id).cloned() {
            let revision = record.revision + 1;
            self.changes.records.insert(id.clone(), Agreement { deadline: None, revision, ..record });
        }
    }

    /// Makes the record's next message and queues it, 1 to 3 seconds from now.
    pub fn request(&mut self, id: &RecordId, request: Request) {
        let Some(mut record) = self.record(id).cloned() else { return };
        let (target, body) = self.body(&record, request);
        let message = Message {
            id: MessageId::new(&drawn_name(self.moment, "message-id", id.as_str(), request as u64)),
            source: PartyId::portal(),
            sequence: self.portal.kept.outbox.next_sequence(&target, id.as_str()),
            target,
            subject: id.as_str().to_owned(),
            time: self.moment.time,
            correlation: None,
            body,
        };
        let at = self.moment.time + DISPATCH;
        record.message = message.id.clone();
        record.first_sent = None;
        record.deadline = self.deadline(&record);
        self.put_outgoing(Outgoing::queued(message, at));
        self.changes.records.insert(id.clone(), record);
    }

    /// 重新发送: the same message, a fresh run of tries.
    pub fn send_again(&mut self, id: &MessageId) {
        let Some(entry) = self.outgoing(id).cloned() else { return };
        let at = self.moment.time + DISPATCH;
        self.put_outgoing(entry.again(at));
    }

    fn body(&self, record: &Agreement, request: Request) -> (PartyId, Body) {
        let name = |party| self.portal.directory.name_of(party);
        let application = record.id.as_str().to_owned();
        match request {
            Request::BankSigning => {
                let insurer_signed_at = record.insurer_signed_at.unwrap_or(self.moment.time).rfc3339();
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

    /// The full name of whom the record's present message is for. A branch is named as it was chosen.
    pub fn counterparty(&self, record: &Agreement) -> String {
        let party = match record.state.leg() {
            Role::Insurer => &record.payee,
            Role::Bank => &record.bank,
        };
        self.portal.directory.name_of(party)
    }

    /// A receipt settles a message: it is never sent again.
    pub fn settle(&mut self, entry: &Outgoing, receipt: Receipt) {
        self.put_outgoing(entry.ended(Progress::Settled(receipt)));
    }

    /// Puts a sending among those that leave.
    pub fn send(&mut self, entry: Outgoing) {
        self.changes.sendings.push(Sending { message: entry.message.clone(), sending: entry.sendings });
        self.put_outgoing(entry);
    }
}

/// A person tried what the table does not take in this state.
pub(super) fn not_in_this_state(portal: &Portal, state: State, event: Event) -> Refusal {
    let tried = event.button().unwrap_or_default();
    let requirements: &'static [&'static str] = match event {
        Event::Resign => &["AGR-10"],
        _ => &["MSG-04"],
    };
    let mut refusal = Refusal::new(refusal::STATE, &[state.page_text(), tried]).citing(requirements);
    let possible = life_cycle::possible(&portal.rules.agreement, state).filter_map(Event::button);
    refusal.state = Some(Box::new(StateRefusal {
        state: state.page_text().into(),
        event: tried.into(),
        possible: possible.map(str::to_owned).collect(),
    }));
    refusal
}
