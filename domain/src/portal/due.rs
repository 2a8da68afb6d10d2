//! What time alone does: sendings and their retries, held messages, silence, giving up, expiry, idle sessions, and acts and
//! challenges that lapse (MSG-04, AGR-11, ACC-11).
//!
//! One agenda holds every deadline, so that neither question ever looks at all records.

use std::time::Duration;

use super::{
    Portal, RecordId,
    changes::{Changes, Timer},
    draft::{Draft, Note},
    receiving::take_ready,
    record::{Record, each_kind},
    session::Life,
};
use crate::{
    Moment, Time,
    delivery::{Outgoing, Step},
    life_cycle::Delivery,
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

fn send(draft: &mut Draft<'_>, entry: Outgoing, first: bool) {
    let message = entry.message.clone();
    draft.send(entry);
    if first {
        draft.delivered(&message, Delivery::Dispatched, None);
    }
}

fn undelivered(draft: &mut Draft<'_>, entry: Outgoing) {
    draft.delivered(&entry.message, Delivery::Undelivered, Some("未收到回执"));
    draft.put_outgoing(entry);
}

fn time_is_up(draft: &mut Draft<'_>, id: &RecordId) {
    let Some(any) = draft.any(id).cloned() else { return };
    each_kind!(&any, record => time_is_up_for(draft, record));
}

fn time_is_up_for<K: Record>(draft: &mut Draft<'_>, record: &K) {
    let settings = &draft.portal.rules.settings;
    let (id, message) = (record.id().clone(), record.message().clone());
    // Something in this very draft may have come first.
    let Some((_, event)) = record.awaits(settings).filter(|(at, _)| *at <= draft.moment.time) else {
        if record.awaits(settings).is_none() {
            draft.drop_deadline::<K>(&id);
        }
        return;
    };
    let is = |delivery| record.event_of(&message, delivery) == Some(event);
    let (silent, given_up) = (is(Delivery::Silence), is(Delivery::GivenUp));
    let party = draft.counterparty(record);
    let note = if silent {
        Note::failed(party, &format!("超过{}未答复", spelled(settings.silence)))
    } else if given_up {
        Note::failed(party, &format!("超过{}未送达", spelled(settings.silence)))
    } else {
        K::overdue(event, party, settings)
    };
    if given_up {
        draft.give_up(&message);
    }
    if draft.happen::<K>(&id, event, note).is_none() {
        draft.drop_deadline::<K>(&id);
    }
}

/// A span in the largest unit that measures it exactly.
pub(super) fn spelled(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, "天"), (3_600, "小时"), (60, "分钟")];
    let unit = units.into_iter().find(|(size, _)| seconds > 0 && seconds.is_multiple_of(*size));
    unit.map_or_else(|| format!("{seconds}秒"), |(size, name)| format!("{}{name}", seconds / size))
}
