//! At-least-once sending and exactly-once handling, for the portal and for every party alike (MSG-01, MSG-03, MSG-04).
//!
//! An [`Outbox`] keeps each message until a receipt settles it and says when it is to be sent again; an [`Inbox`]
//! remembers what was handled and holds what came before its predecessor. Both are plain state: their owner asks,
//! puts the answer among its changes, and applies it in its one place. Neither ever changes itself while asked.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    Moment, Time,
    directory::PartyId,
    message::{Message, MessageId, Receipt},
    settings::Settings,
};

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// 待发送: first sending planned.
    Queued,
    /// 报文发送成功: sent, no receipt yet.
    Sent,
    /// A receipt came; it is never sent again.
    Settled(Receipt),
    /// 发送失败: tried as often as the settings allow, no receipt.
    Undelivered,
    /// Nobody waits for it any more.
    GivenUp,
}

/// A message on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What is sent; the same bytes each time.
    pub message: Message,
    /// How far it has come.
    pub progress: Progress,
    /// Sendings so far, all runs of tries together.
    pub sendings: u32,
    /// Sendings in the present run of tries.
    pub tries: u32,
    /// When the first sending was.
    pub first_sent: Option<Time>,
    /// When the present run of tries began.
    pub run_began: Option<Time>,
    /// When to look at it again.
    pub next: Option<Time>,
}

impl Outgoing {
    /// A new message, to be sent first at `at`.
    pub fn queued(message: Message, at: Time) -> Self {
        Self {
            message,
            progress: Progress::Queued,
            sendings: 0,
            tries: 0,
            first_sent: None,
            run_began: None,
            next: Some(at),
        }
    }

    /// The same message with a fresh run of tries from `at` on: what 重新发送 does (MSG-04).
    #[must_use]
    pub fn again(&self, at: Time) -> Self {
        Self { progress: Progress::Queued, tries: 0, run_began: None, next: Some(at), ..self.clone() }
    }

    /// The same message with nothing more to be done.
    #[must_use]
    pub fn ended(&self, progress: Progress) -> Self {
        Self { progress, next: None, ..self.clone() }
    }

    /// What its next sending makes of it. An owner that wants a new message on the wire at once asks here;
    /// [`Outbox::due`] asks for everything else.
    pub fn step(&self, moment: Moment<'_>, settings: &Settings) -> Step {
        step(self, moment, settings)
    }

    /// Whether it still waits for a receipt (or for its first sending).
    pub const fn is_open(&self) -> bool {
        matches!(self.progress, Progress::Queued | Progress::Sent)
    }
}

/// What an outbox wants done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put this on the wire (and keep it thus). `first` in its run: 待发送 -> 报文发送成功.
    Send {
        /// The entry after the sending.
        entry: Outgoing,
        /// Whether it is the first of its run of tries.
        first: bool,
    },
    /// No receipt in spite of all tries: 发送失败.
    Undelivered(Outgoing),
}

/// Everything that its owner has sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: BTreeMap<MessageId, (u64, Outgoing)>,
    /// By time, then in the order in which they were first kept: who was asked first is sent first.
    agenda: BTreeSet<(Time, u64, MessageId)>,
    numbers: BTreeMap<(PartyId, String), u64>,
}

/// Time after the last try before a message counts as undelivered.
const LAST_WAIT: Duration = Duration::from_secs(60);

impl Outbox {
    /// The next sequence number towards `target` about `subject`.
    pub fn next_sequence(&self, target: &PartyId, subject: &str) -> u64 {
        self.numbers.get(&(target.clone(), subject.to_owned())).copied().unwrap_or(0).saturating_add(1)
    }

    /// One entry.
    pub fn entry(&self, id: &MessageId) -> Option<&Outgoing> {
        self.entries.get(id).map(|(_, entry)| entry)
    }

    /// All entries, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Outgoing> {
        self.entries.values().map(|(_, entry)| entry)
    }

    /// What is to be done by now. Asking twice gives the same answer until the first is applied.
    pub fn due(&self, moment: Moment<'_>, settings: &Settings) -> Vec<Step> {
        self.agenda
            .iter()
            .take_while(|(at, ..)| *at <= moment.time)
            .filter_map(|(.., id)| self.entry(id))
            .map(|entry| step(entry, moment, settings))
            .collect()
    }

    /// When [`Outbox::due`] will next have something to say.
    pub fn next_due(&self) -> Option<Time> {
        self.agenda.first().map(|(at, ..)| *at)
    }

    /// Keeps an entry in its new form. The owner's one place of change calls this.
    pub fn put(&mut self, entry: Outgoing) {
        let id = entry.message.id.clone();
        let place = self.entries.get(&id).map_or(self.entries.len() as u64, |(place, _)| *place);
        if let Some(at) = self.entry(&id).and_then(|old| old.next) {
            self.agenda.remove(&(at, place, id.clone()));
        }
        if let Some(at) = entry.next {
            self.agenda.insert((at, place, id.clone()));
        }
        let number = self.numbers.entry((entry.message.target.clone(), entry.message.subject.clone())).or_default();
        *number = (*number).max(entry.message.sequence);
        self.entries.insert(id, (place, entry));
    }
}

fn step(entry: &Outgoing, moment: Moment<'_>, settings: &Settings) -> Step {
    if entry.tries >= settings.send_tries {
        return Step::Undelivered(entry.ended(Progress::Undelivered));
    }
    let mut entry = entry.clone();
    entry.tries += 1;
    entry.sendings += 1;
    entry.progress = Progress::Sent;
    entry.first_sent.get_or_insert(moment.time);
    let began = *entry.run_began.get_or_insert(moment.time);
    let wait = if entry.tries < settings.send_tries {
        let planned = began + offset(entry.tries, settings);
        planned.since(moment.time).max(Duration::from_secs(1)) + jitter(&entry, moment)
    } else {
        LAST_WAIT
    };
    entry.next = Some(moment.time + wait);
    Step::Send { first: entry.tries == 1, entry }
}

/// How long after the first try the one after `tries` others is planned: gaps double and fill the span together.
fn offset(tries: u32, settings: &Settings) -> Duration {
    let gaps = settings.send_tries.saturating_sub(1).clamp(1, 30);
    let whole = (1u64 << gaps) - 1;
    let part = (1u64 << tries.min(gaps)) - 1;
    let span = u64::try_from(settings.send_span.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(u64::try_from(u128::from(span) * u128::from(part) / u128::from(whole)).unwrap_or(u64::MAX))
}

/// Up to five seconds, so that many senders do not knock at the same instant after an outage.
fn jitter(entry: &Outgoing, moment: Moment<'_>) -> Duration {
    Duration::from_millis(moment.draws.between(
        "back-off",
        entry.message.id.as_str(),
        u64::from(entry.sendings),
        0,
        5_000,
    ))
}

/// A message as a gateway hands it over: what it says, and the digest of the bytes that said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The message.
    pub message: Message,
    /// SHA-256 of the sealed bytes.
    pub digest: [u8; 32],
}

/// What an inbox says of a message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "lives for one match; a box would only be taken off again")]
pub enum Admission {
    /// Handled before: give the same receipt, do nothing.
    Again(Receipt),
    /// The id or the sequence number was used by another message: refuse, do nothing (MSG-02).
    Replayed(Receipt),
    /// Its predecessor is missing: accept, keep, handle later.
    Held(Held),
    /// Handle it now.
    Handle,
}

/// A message that waits for its predecessor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The message with its digest.
    pub arrived: Arrived,
    /// Until when it waits; then it is tried all the same. None: it was, and makes no sense before its predecessor.
    pub until: Option<Time>,
}

/// What is to be remembered of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was handled (or refused for good), with this receipt.
    Settled(Arrived, Receipt),
    /// It is held.
    Held(Held),
}

type Channel = (PartyId, String);

/// Everything that its owner has received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    settled: BTreeMap<(PartyId, MessageId), ([u8; 32], Receipt)>,
    numbers: BTreeMap<Channel, BTreeMap<u64, MessageId>>,
    handled_to: BTreeMap<Channel, u64>,
    held: BTreeMap<(Channel, u64), Held>,
}

impl Inbox {
    /// What to do with a message that just arrived.
    pub fn admit(&self, arrived: &Arrived, moment: Moment<'_>, settings: &Settings) -> Admission {
        let m = &arrived.message;
        if let Some((digest, receipt)) = self.settled.get(&(m.source.clone(), m.id.clone())) {
            return if *digest == arrived.digest {
                Admission::Again(receipt.clone())
            } else {
                Admission::Replayed(replayed("报文编号已被另一报文使用"))
            };
        }
        let channel = (m.source.clone(), m.subject.clone());
        if let Some(held) = self.held.get(&(channel.clone(), m.sequence)) {
            return if held.arrived.digest == arrived.digest && held.arrived.message.id == m.id {
                Admission::Again(Receipt::Accepted)
            } else {
                Admission::Replayed(replayed("报文顺序号已被另一报文使用"))
            };
        }
        // An id counts as used from the moment it is held, else two messages of one id would both take effect.
        if self.held.values().any(|h| h.arrived.message.id == m.id && h.arrived.message.source == m.source) {
            return Admission::Replayed(replayed("报文编号已被另一报文使用"));
        }
        if self.numbers.get(&channel).is_some_and(|n| n.contains_key(&m.sequence)) {
            return Admission::Replayed(replayed("报文顺序号已被另一报文使用"));
        }
        if m.sequence > self.handled_to(&channel).saturating_add(1) {
            return Admission::Held(Held { arrived: arrived.clone(), until: Some(moment.time + settings.gap_hold) });
        }
        Admission::Handle
    }

    /// Held messages that may be handled now: their predecessor has come, or they have waited long enough. In
    /// order: one that has waited long enough takes along those before it, though they came later.
    pub fn ready(&self, moment: Moment<'_>) -> Vec<Arrived> {
        let mut overdue: BTreeMap<&Channel, u64> = BTreeMap::new();
        for ((channel, number), held) in &self.held {
            if held.until.is_some_and(|until| until <= moment.time) {
                overdue.insert(channel, *number);
            }
        }
        let mut ready = Vec::new();
        let mut reached: BTreeMap<&Channel, u64> = BTreeMap::new();
        for ((channel, number), held) in &self.held {
            let to = reached.entry(channel).or_insert_with(|| self.handled_to(channel));
            if *number <= to.saturating_add(1) || overdue.get(channel).is_some_and(|last| number <= last) {
                *to = (*to).max(*number);
                ready.push(held.arrived.clone());
            }
        }
        ready
    }

    /// Held messages that may be handled as soon as `message` is: its successors without a gap, in order. For an
    /// owner that handles them in the same call, before anything is applied.
    pub fn released_by(&self, message: &Message) -> Vec<Arrived> {
        let channel = (message.source.clone(), message.subject.clone());
        let mut to = self.handled_to(&channel).max(message.sequence);
        let mut released = Vec::new();
        for ((_, number), held) in self.held.range((channel.clone(), 0)..=(channel, u64::MAX)) {
            if *number > to.saturating_add(1) {
                break;
            }
            to = to.max(*number);
            released.push(held.arrived.clone());
        }
        released
    }

    /// When [`Inbox::ready`] will next have something to say, if nothing arrives before; a time gone by where it
    /// has already.
    pub fn next_due(&self) -> Option<Time> {
        let due = |((channel, number), held): (&(Channel, u64), &Held)| {
            let released = *number <= self.handled_to(channel).saturating_add(1);
            let gone_by = || held.until.unwrap_or(Time::from_unix_ms(0)).min(held.arrived.message.time);
            if released { Some(gone_by()) } else { held.until }
        };
        self.held.iter().filter_map(due).min()
    }

    /// Whether something that was sent before `message`, by the same sender about the same business, is still missing.
    pub fn leaves_gap(&self, message: &Message) -> bool {
        message.sequence > self.handled_to(&(message.source.clone(), message.subject.clone())).saturating_add(1)
    }

    fn handled_to(&self, channel: &Channel) -> u64 {
        self.handled_to.get(channel).copied().unwrap_or(0)
    }

    /// Remembers. The owner's one place of change calls this.
    pub fn put(&mut self, seen: Seen) {
        match seen {
            Seen::Held(held) => {
                let m = &held.arrived.message;
                self.held.insert(((m.source.clone(), m.subject.clone()), m.sequence), held);
            }
            Seen::Settled(arrived, receipt) => {
                let m = arrived.message;
                let channel = (m.source.clone(), m.subject);
                self.held.remove(&(channel.clone(), m.sequence));
                self.numbers.entry(channel.clone()).or_default().insert(m.sequence, m.id.clone());
                let to = self.handled_to.entry(channel).or_default();
                *to = (*to).max(m.sequence);
                self.settled.insert((m.source, m.id), (arrived.digest, receipt));
            }
        }
    }
}

fn replayed(reason: &str) -> Receipt {
    Receipt::Refused { code: "K3111".into(), reason: reason.into() }
}
