//! What time alone does: sendings and their retries, held messages, silence, giving up, expiry, idle sessions, and acts and
//! challenges that lapse (MSG-04, AGR-11, ACC-11).
//!
//! One agenda holds every deadline, so that neither question ever looks at all records.

use std::time::Duration;

use super::{
    Portal, RecordId,
    agreement::Event,
    changes::{Changes, Timer},
    draft::{Draft, Note},
    receiving::take_ready,
    session::Life,
};
use crate::{
    Moment, Time,
    delivery::{Outgoing, Progress, Step},
};

impl Portal {
    /// What is to be done by `moment`. Apply it, and ask again until [`Portal::next_due`] lies ahead. Calling it too often
    /// is harmless.
    pub fn due(&self, moment: Moment<'_>) -> Changes {
        let mut draft = Draft::new(self, moment);
        for step in self.kept.outbox.due(moment, &self.rules.settings) {
            match step {
                Step::Send { entry, first } => send(&mut draft, entry, first),
                Step::Undelivered(entry) => undelivered(&mut draft, entry),
            }
        }
        if self.kept.inbox.next_due().is_some() {
            take_ready(&mut draft, self.kept.inbox.clone());
        }
        for (_, timer) in self.kept.agenda.iter().take_while(|(at, _)| *at <= moment.time) {
            match timer {
                Timer::Record(id) => time_is_up(&mut draft, id),
                Timer::Pending(token) => {
                    draft.changes.pending.insert(token.clone(), None);
                }
                Timer::Challenge(id) => {
                    draft.changes.challenges.insert(id.clone(), None);
                }
                Timer::Session(id) => {
                    let open = self.kept.sessions.get(id).filter(|s| s.standing == Life::Open);
                    let ended = open.map(|s| s.ended(Life::Idle, moment.time));
                    draft.changes.sessions.insert(id.clone(), ended);
                    self.drop_pending(id, &mut draft.changes);
                }
            }
        }
        draft.changes
    }

    /// When [`Portal::due`] will next have something to say, if nothing else happens before.
    pub fn next_due(&self) -> Option<Time> {
        let agenda = self.kept.agenda.first().map(|(at, _)| *at);
        [agenda, self.kept.outbox.next_due(), self.kept.inbox.next_due()].into_iter().flatten().min()
    }
}

/// Whether this message is the one that its record waits for.
fn is_current(draft: &Draft<'_>, id: &RecordId, entry: &Outgoing) -> bool {
    draft.record(id).is_some_and(|record| record.message == entry.message.id)
}

fn send(draft: &mut Draft<'_>, entry: Outgoing, first: bool) {
    let id = RecordId::new(&entry.message.subject);
    if first && is_current(draft, &id, &entry) {
        let first_sent = entry.first_sent;
        let _ = draft.happen_with(&id, Event::Dispatched, Note::default(), |record| record.first_sent = first_sent);
    }
    draft.send(entry);
}

fn undelivered(draft: &mut Draft<'_>, entry: Outgoing) {
    let id = RecordId::new(&entry.message.subject);
    if is_current(draft, &id, &entry)
        && let Some(party) = draft.record(&id).map(|record| draft.counterparty(record))
    {
        let _ = draft.happen(&id, Event::Undelivered, Note::failed(party, "未收到回执"));
    }
    draft.put_outgoing(entry);
}

fn time_is_up(draft: &mut Draft<'_>, id: &RecordId) {
    let Some(record) = draft.record(id).cloned() else { return };
    // Something in this very draft may have come first.
    if record.deadline.is_none_or(|at| at > draft.moment.time) {
        return;
    }
    let Some(event) = record.state.awaits() else { return draft.drop_deadline(id) };
    let span = spelled(draft.portal.rules.settings.silence);
    let party = draft.counterparty(&record);
    let note = match event {
        Event::Silence => Note::failed(party, &format!("超过{span}未答复")),
        Event::GivenUp => Note::failed(party, &format!("超过{span}未送达")),
        _ => Note::failed(String::new(), "协议到期").saying("协议到期".into()),
    };
    if event == Event::GivenUp
        && let Some(entry) = draft.outgoing(&record.message).cloned()
    {
        draft.put_outgoing(entry.ended(Progress::GivenUp));
    }
    if draft.happen(id, event, note).is_none() {
        draft.drop_deadline(id);
    }
}

/// A span in the largest unit that measures it exactly.
fn spelled(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, "天"), (3_600, "小时"), (60, "分钟")];
    let unit = units.into_iter().find(|(size, _)| seconds > 0 && seconds.is_multiple_of(*size));
    unit.map_or_else(|| format!("{seconds}秒"), |(size, name)| format!("{}{name}", seconds / size))
}
