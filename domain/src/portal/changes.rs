//! What an act changes, as plain data, and the one place that turns it into state.
//!
//! Everything that a portal knows is in [`Kept`]; nothing but [`Kept::apply`] ever touches it, so nothing half-done
//! can exist, and a store needs no more than these changes in order.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    RecordKind, Token,
    record::Any,
    scope::LogRow,
    session::{Session, SessionId, Standing},
    signing::Pending,
    store::Records,
};
use crate::{
    Time,
    delivery::{Inbox, Outbox, Outgoing, Seen},
    message::{Message, MessageId},
};

/// A message that goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The message; the same each time.
    pub message: Message,
    /// 1, 2, 3, ...
    pub sending: u32,
}

/// Everything that one act changes: new forms of what is kept (none: forgotten), and what leaves.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing has happened until these are applied"]
pub struct Changes {
    pub(super) records: BTreeMap<super::RecordId, Any>,
    pub(super) log: Vec<LogRow>,
    pub(super) sessions: BTreeMap<SessionId, Option<Session>>,
    pub(super) challenges: BTreeMap<String, Option<Standing>>,
    pub(super) pending: BTreeMap<Token, Option<Pending>>,
    pub(super) outbox: BTreeMap<MessageId, Outgoing>,
    pub(super) seen: Vec<Seen>,
    /// Those that have changed.
    pub(super) counts: Counts,
    pub(super) sendings: Vec<Sending>,
    pub(super) ways: Vec<Way>,
}

/// A row of a life cycle that a record went along, by the names behind the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// Whose life cycle.
    pub kind: RecordKind,
    /// The state before.
    pub from: &'static str,
    /// What happened.
    pub event: &'static str,
    /// The state after.
    pub to: &'static str,
}

impl Changes {
    /// Whether nothing changes and nothing leaves.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.log.is_empty()
            && self.sessions.is_empty()
            && self.challenges.is_empty()
            && self.pending.is_empty()
            && self.outbox.is_empty()
            && self.seen.is_empty()
            && self.counts.is_empty()
            && self.sendings.is_empty()
    }

    /// The rows of the life cycle that records went along: for those who ask which cases a row matters to. They are told
    /// here and kept nowhere.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// The lines that the status logs get.
    pub fn log(&self) -> &[LogRow] {
        &self.log
    }
}

/// How many of each were made, by purpose and for whom: so that no draw comes twice, and none depends on what others did.
pub(super) type Counts = BTreeMap<(&'static str, String), u64>;

/// Something that time alone will change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Session(SessionId),
    Challenge(String),
    Pending(Token),
    Record(super::RecordId),
}

/// Everything that a portal knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub records: Records,
    pub sessions: BTreeMap<SessionId, Session>,
    pub challenges: BTreeMap<String, Standing>,
    pub pending: BTreeMap<Token, Pending>,
    pub outbox: Outbox,
    pub inbox: Inbox,
    pub counts: Counts,
    /// Deadlines of all the above but the outbox and the inbox, which keep their own.
    pub agenda: BTreeSet<(Time, Timer)>,
}

impl Kept {
    /// The how-manieth of `purpose` for `entity` the next one is; goes into [`Changes::counts`] with the draw's key.
    pub fn next(&self, purpose: &'static str, entity: &str) -> ((&'static str, String), u64) {
        let key = (purpose, entity.to_owned());
        let count = self.counts.get(&key).copied().unwrap_or(0) + 1;
        (key, count)
    }

    /// The one place that changes state.
    pub fn apply(&mut self, changes: Changes) -> Vec<Sending> {
        let agenda = &mut self.agenda;
        for (id, session) in changes.sessions {
            let next = session.as_ref().map(|s| s.deadline);
            let last = put(&mut self.sessions, id.clone(), session).map(|s| s.deadline);
            replan(agenda, &Timer::Session(id), last, next);
        }
        for (id, standing) in changes.challenges {
            let next = standing.as_ref().map(|s| s.deadline);
            let last = put(&mut self.challenges, id.clone(), standing).map(|s| s.deadline);
            replan(agenda, &Timer::Challenge(id), last, next);
        }
        for (token, pending) in changes.pending {
            let next = pending.as_ref().map(|p| p.expires);
            let last = put(&mut self.pending, token.clone(), pending).map(|p| p.expires);
            replan(agenda, &Timer::Pending(token), last, next);
        }
        for record in changes.records.into_values() {
            self.restore(record);
        }
        for row in changes.log {
            self.records.log(row);
        }
        for entry in changes.outbox.into_values() {
            self.outbox.put(entry);
        }
        for seen in changes.seen {
            self.inbox.put(seen);
        }
        self.counts.extend(changes.counts);
        changes.sendings
    }
}

impl Kept {
    /// Keeps a record in its new form, with what time will do to it.
    pub fn restore(&mut self, record: Any) {
        let (id, next) = (record.id().clone(), record.deadline());
        let last = self.records.put(record);
        replan(&mut self.agenda, &Timer::Record(id), last, next);
    }
}

/// Keeps or forgets; gives what was there before.
fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) -> Option<V> {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    }
}

fn replan(agenda: &mut BTreeSet<(Time, Timer)>, timer: &Timer, last: Option<Time>, next: Option<Time>) {
    if last == next {
        return;
    }
    if let Some(at) = last {
        agenda.remove(&(at, timer.clone()));
    }
    if let Some(at) = next {
        agenda.insert((at, timer.clone()));
    }
}
