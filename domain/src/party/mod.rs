//! The simulated counterparties: insurers and banks with their own books and their own decisions.
//!
//! Invariant: a party knows the portal by its messages alone; nothing in here uses `crate::portal`. It decides
//! nothing by itself (the script does, through [`Decisions`]) and has no clock and no chance of its own.

mod answer;
mod books;
mod changes;
mod outcome;
mod plan;
mod request;
#[cfg(test)]
mod tests;
mod turn;

pub use books::{BookEntry, Standing};
pub use changes::{Changes, Sending};
pub use outcome::{Decisions, Misbehaviour, Outcome, Point};

use std::collections::BTreeMap;

use self::{
    plan::{Changing, Conduct, Plan, Task},
    turn::Turn,
};
use crate::{
    Moment, Time, Verified,
    delivery::{Arrived, Inbox, Outbox, Progress, Seen},
    directory::{Institution, PartyId, PartyRole},
    message::{AgreementEnded, Body, MessageId, Receipt},
    settings::Settings,
};

/// What a party says at once to a message that reached it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This receipt.
    Receipt(Receipt),
    /// Nothing at all (无回执).
    None,
}

/// One insurer or bank.
#[derive(Clone, Debug)]
pub struct Party {
    institution: Institution,
    portal: PartyId,
    settings: Settings,
    inbox: Inbox,
    outbox: Outbox,
    books: BTreeMap<String, BookEntry>,
    agenda: BTreeMap<(Time, u64), Task>,
    tasks_made: u64,
    held: BTreeMap<(PartyId, MessageId), Plan>,
    muted: BTreeMap<(PartyId, MessageId), Time>,
    conduct: BTreeMap<MessageId, Conduct>,
    changing: BTreeMap<MessageId, Changing>,
}

impl Party {
    /// A party with empty books.
    pub fn new(institution: Institution, settings: Settings) -> Self {
        Self {
            institution,
            portal: PartyId::portal(),
            settings,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            books: BTreeMap::new(),
            agenda: BTreeMap::new(),
            tasks_made: 0,
            held: BTreeMap::new(),
            muted: BTreeMap::new(),
            conduct: BTreeMap::new(),
            changing: BTreeMap::new(),
        }
    }

    /// Its id on the wire.
    pub const fn id(&self) -> &PartyId {
        &self.institution.id
    }

    /// Its role.
    pub const fn role(&self) -> PartyRole {
        self.institution.role
    }

    /// A message arrives. Apply the changes before the receipt leaves. The same message again gives the same
    /// receipt and no change (MSG-03).
    pub fn receive(
        &self,
        arrived: &Verified<Arrived>,
        moment: Moment<'_>,
        decisions: &mut dyn Decisions,
    ) -> (Answer, Changes) {
        let mut turn = Turn::of(self, moment);
        let answer = turn.receive(arrived, decisions);
        (answer, turn.changes)
    }

    /// A receipt came in for a message that this party sent. One for a message that it does not know, or that has
    /// its receipt already, changes nothing.
    pub fn receipt(&self, id: &MessageId, receipt: &Verified<Receipt>, moment: Moment<'_>) -> Changes {
        let mut turn = Turn::of(self, moment);
        if let Some(entry) = self.outbox.entry(id)
            && !matches!(entry.progress, Progress::Settled(_))
        {
            turn.changes.outgoing.push(entry.ended(Progress::Settled((**receipt).clone())));
            if let Some(changing) = self.changing.get(id) {
                turn.change_mind(id, changing, **receipt == Receipt::Accepted);
            }
        }
        turn.changes
    }

    /// What is to be done by now: answers, sendings, held messages. Apply it, then ask [`Party::next_due`]; calling
    /// it too often is harmless.
    pub fn due(&self, moment: Moment<'_>) -> Changes {
        let mut turn = Turn::of(self, moment);
        turn.release_ready();
        turn.send_due();
        turn.do_tasks();
        turn.changes
    }

    /// When [`Party::due`] will next have something to say; a time gone by means now.
    pub fn next_due(&self) -> Option<Time> {
        let task = self.agenda.first_key_value().map(|((at, _), _)| *at);
        [task, self.outbox.next_due(), self.inbox.next_due()].into_iter().flatten().min()
    }

    /// The one place that changes a party. Returns what goes on the wire.
    pub fn apply(&mut self, changes: Changes) -> Vec<Sending> {
        for (source, id, plan) in changes.held {
            self.held.insert((source, id), plan);
        }
        for seen in changes.seen {
            if let Seen::Settled(arrived, _) = &seen {
                self.held.remove(&(arrived.message.source.clone(), arrived.message.id.clone()));
            }
            self.inbox.put(seen);
        }
        for (source, id, until) in changes.muted {
            self.muted.insert((source, id), until);
        }
        for entry in changes.books {
            self.books.insert(entry.application.clone(), entry);
        }
        for key in changes.done {
            self.agenda.remove(&key);
        }
        for (at, task) in changes.planned {
            self.agenda.insert((at, self.tasks_made), task);
            self.tasks_made += 1;
        }
        self.conduct.extend(changes.conduct);
        self.changing.extend(changes.changing);
        for entry in changes.outgoing {
            self.outbox.put(entry);
        }
        changes.sendings
    }

    /// 银行.终止协议: the bank ends an agreement by itself and tells the portal.
    ///
    /// # Errors
    /// Says in Chinese why there is nothing to end; nothing has changed.
    pub fn end_agreement(&self, application: &str, reason: &str, moment: Moment<'_>) -> Result<Changes, String> {
        if self.role() != PartyRole::Bank {
            return Err(format!("「{}」不是银行，不能终止协议", self.institution.name));
        }
        let known = self.book(application).ok_or_else(|| format!("没有业务编号为「{application}」的协议"))?;
        let entry = answer::in_force(known, moment.time)?;
        let body = Body::AgreementEnded(AgreementEnded {
            application: application.to_owned(),
            // A bank numbers every agreement in the very change that puts it in force.
            agreement_number: entry.agreement_number.clone().unwrap_or_default(),
            reason: answer::reason_or_none(reason),
        });
        let mut turn = Turn::of(self, moment);
        turn.changes.books.push(answer::decided(entry, Standing::Ended, moment.time));
        turn.say(application, None, body, Conduct::default());
        Ok(turn.changes)
    }

    /// What the books say of one signing.
    pub fn book(&self, application: &str) -> Option<BookEntry> {
        self.books.get(application).cloned()
    }

    /// The whole books, by application number.
    pub fn books(&self) -> impl Iterator<Item = (&str, &BookEntry)> {
        self.books.iter().map(|(application, entry)| (application.as_str(), entry))
    }

    /// Whether a request that names `name` is for this party: its own full name, or an insurer's branch of it (AGR-04).
    fn goes_by(&self, name: &str) -> bool {
        let own = &self.institution.name;
        let branch = |rest: &str| rest.ends_with("分公司");
        name == own || (self.role() == PartyRole::Insurer && name.strip_prefix(own.as_str()).is_some_and(branch))
    }

    /// The entity of this party's draws about a business number: two parties never share a draw.
    fn entity(&self, subject: &str) -> String {
        format!("{}/{subject}", self.institution.id)
    }
}
