//! Changes in the making: what one act does to records, their logs and their messages, before anything is kept.
//!
//! Where a record goes is read from the life-cycle table, never decided here. A draft that is dropped has done nothing.

use std::{borrow::Cow, fmt::Write, time::Duration};

use super::{
    Portal, RecordId,
    changes::{Changes, Sending, Way},
    record::{Any, Failure, Record, each_kind},
    scope::LogRow,
};
use crate::{
    Moment, Time,
    delivery::{Outgoing, Progress},
    directory::PartyId,
    life_cycle::{self, Delivery},
    message::{Body, Message, MessageId, Receipt},
    refusal::{self, Refusal, StateRefusal},
};

/// From 待发送 to 报文发送成功, as the manual's log shows it (4.1.2: 19:04:19 and 19:04:21). The same for all, so that who
/// asks first is sent first.
const DISPATCH: Duration = Duration::from_secs(2);

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

    /// Ended by nobody: time has come.
    pub fn by_itself(reason: &str) -> Self {
        Self { said: reason.into(), ..Self::failed(String::new(), reason) }
    }

    /// The same with other words in the log.
    pub fn saying(self, said: String) -> Self {
        Self { said, ..self }
    }
}

/// Changes in the making.
pub(super) struct Draft<'a> {
    pub portal: &'a Portal,
    pub moment: Moment<'a>,
    pub changes: Changes,
    /// How many events have followed from one that happened by itself.
    followed: u32,
}

/// More than any faithful table lets follow from one event: a wrong one must not run in circles.
const FOLLOWED_MOST: u32 = 8;

impl<'a> Draft<'a> {
    pub fn new(portal: &'a Portal, moment: Moment<'a>) -> Self {
        Self { portal, moment, changes: Changes::default(), followed: 0 }
    }

    /// A record as it would be if this draft were applied.
    pub fn any(&self, id: &RecordId) -> Option<&Any> {
        self.changes.records.get(id).or_else(|| self.portal.kept.records.any(id))
    }

    /// Likewise, of one kind.
    pub fn record<K: Record>(&self, id: &RecordId) -> Option<&K> {
        self.any(id).and_then(K::of)
    }

    /// Likewise a message on its way out.
    pub fn outgoing(&self, id: &MessageId) -> Option<&Outgoing> {
        self.changes.outbox.get(id).or_else(|| self.portal.kept.outbox.entry(id))
    }

    pub fn put_outgoing(&mut self, entry: Outgoing) {
        self.changes.outbox.insert(entry.message.id.clone(), entry);
    }

    /// Keeps a new record, or a record's new form, without any event.
    pub fn put<K: Record>(&mut self, record: K) {
        self.changes.records.insert(record.id().clone(), record.into_any());
    }

    /// Whether the table takes `event` in `state`, and where it leads.
    pub fn leads_to<K: Record>(&self, state: K::State, event: K::Event) -> Option<K::State> {
        life_cycle::next(K::table(&self.portal.rules), state, event).map(|row| row.to)
    }

    /// `event` happens to the record: it goes where the table says, with a line in its log. None: the table says nothing.
    pub fn happen<K: Record>(&mut self, id: &RecordId, event: K::Event, note: Note) -> Option<K::State> {
        self.happen_with::<K>(id, event, note, |_| {})
    }

    /// The same, with what the event tells the record.
    pub fn happen_with<K: Record>(
        &mut self,
        id: &RecordId,
        event: K::Event,
        note: Note,
        tell: impl FnOnce(&mut K),
    ) -> Option<K::State> {
        let record = self.record::<K>(id)?;
        let row = *life_cycle::next(K::table(&self.portal.rules), record.state(), event)?;
        let mut record = record.clone();
        let (from, to) = (K::label(row.from), K::label(row.to));
        self.changes.ways.push(Way { kind: K::KIND, from, event: K::told(event), to });
        *record.common().state = row.to;
        *record.common().revision += 1;
        tell(&mut record);
        let log_rows = *record.common().log_rows;
        // What leaves no line in the log changes nothing that the page says either.
        let explains = K::explains(row.from, event) || !K::tells_failure(row.to);
        if let Some(failure) = note.failure.filter(|_| !row.code.is_empty() && explains) {
            *record.common().failure = Some(failure);
        } else if !K::tells_failure(row.to) {
            *record.common().failure = None;
        }
        *record.common().deadline = self.deadline(&record);
        if !row.code.is_empty() {
            *record.common().log_rows = log_rows + 1;
            let said = note.said;
            let text =
                if said.is_empty() { Cow::Borrowed(row.text) } else { format!("{}（{said}）", row.text).into() };
            self.changes.log.push(LogRow {
                record: id.clone(),
                number: log_rows + 1,
                code: row.code,
                text,
                recorded_at: self.moment.time,
                card: note.card,
            });
        }
        self.put(record);
        if row.from != row.to && self.followed < FOLLOWED_MOST {
            self.followed += 1;
            K::follow(self, id, row.from, row.to);
            self.followed -= 1;
        }
        Some(row.to)
    }

    /// When time alone changes the record.
    fn deadline<K: Record>(&self, record: &K) -> Option<Time> {
        record.awaits(&self.portal.rules.settings).map(|(at, _)| at)
    }

    /// Nothing more will happen to it by itself.
    pub fn drop_deadline<K: Record>(&mut self, id: &RecordId) {
        if let Some(mut record) = self.record::<K>(id).cloned() {
            let common = record.common();
            *common.deadline = None;
            *common.revision += 1;
            self.put(record);
        }
    }

    /// Makes a message about a record and queues it. `name` is drawn for: no two messages of a record have the same.
    pub fn message(&mut self, id: &RecordId, name: (&str, u64), target: PartyId, body: Body) -> MessageId {
        let (purpose, count) = name;
        let message = Message {
            id: MessageId::new(&drawn_name(self.moment, purpose, id.as_str(), count)),
            source: PartyId::portal(),
            sequence: self.portal.kept.outbox.next_sequence(&target, id.as_str()),
            target,
            subject: id.as_str().to_owned(),
            time: self.moment.time,
            correlation: None,
            body,
        };
        let at = self.moment.time + DISPATCH;
        let made = message.id.clone();
        self.put_outgoing(Outgoing::queued(message, at));
        made
    }

    /// The same, for the message that the record waits for from now on.
    pub fn request<K: Record>(&mut self, id: &RecordId, name: (&str, u64), target: PartyId, body: Body) {
        let message = self.message(id, name, target, body);
        let Some(mut record) = self.record::<K>(id).cloned() else { return };
        *record.common().message = message;
        *record.common().first_sent = None;
        *record.common().deadline = self.deadline(&record);
        self.put(record);
    }

    /// 重新发送: the same message, a fresh run of tries.
    pub fn send_again(&mut self, id: &MessageId) {
        let Some(entry) = self.outgoing(id).cloned() else { return };
        let at = self.moment.time + DISPATCH;
        self.put_outgoing(entry.again(at));
    }

    /// Nobody waits for a message any more: it is not sent again.
    pub fn give_up(&mut self, id: &MessageId) {
        if let Some(entry) =
            self.outgoing(id).filter(|entry| entry.is_open() || entry.progress == Progress::Undelivered)
        {
            let entry = entry.ended(Progress::GivenUp);
            self.put_outgoing(entry);
        }
    }

    /// The full name of whom the record's present message is for. A branch is named as it was chosen.
    pub fn counterparty<K: Record>(&self, record: &K) -> String {
        self.portal.directory.name_of(record.counterparty())
    }

    /// Something happened to a message: what that means for the record that it is about.
    pub fn delivered(&mut self, message: &Message, delivery: Delivery, reason: Option<&str>) {
        let id = RecordId::new(&message.subject);
        let Some(any) = self.any(&id).cloned() else { return };
        each_kind!(&any, record => self.delivered_to(record, message, delivery, reason));
    }

    fn delivered_to<K: Record>(&mut self, record: &K, message: &Message, delivery: Delivery, reason: Option<&str>) {
        let Some(event) = record.event_of(&message.id, delivery) else { return };
        let main = *record.message() == message.id;
        let party = if main { self.counterparty(record) } else { self.portal.directory.name_of(&message.target) };
        let note = reason.map_or_else(Note::default, |reason| Note::failed(party, reason));
        let first_sent = self.outgoing(&message.id).and_then(|entry| entry.first_sent).or(Some(self.moment.time));
        // Too late for the record: the message itself is dealt with all the same.
        let _ = self.happen_with::<K>(record.id(), event, note, |record| {
            if main && delivery == Delivery::Dispatched {
                *record.common().first_sent = first_sent;
            }
        });
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
pub(super) fn not_in_this_state<K: Record>(portal: &Portal, state: K::State, event: K::Event) -> Refusal {
    let tried = K::button(event).unwrap_or_default();
    let mut refusal = Refusal::new(refusal::STATE, &[K::page_text(state), tried]).citing(K::cited(event));
    let mut possible: Vec<String> = Vec::new();
    for button in life_cycle::possible(K::table(&portal.rules), state).filter_map(K::button) {
        if !possible.iter().any(|known| known == button) {
            possible.push(button.to_owned());
        }
    }
    refusal.state = Some(Box::new(StateRefusal { state: K::page_text(state).into(), event: tried.into(), possible }));
    refusal
}
