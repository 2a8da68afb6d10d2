//! The simulated counterparties: insurers and banks with their own books and their own decisions.
//!
//! Invariant: a party knows the portal by its messages alone; nothing in here uses `crate::portal`. It decides
//! nothing by itself (the script does, through [`Decisions`]) and has no clock and no chance of its own.

mod acts;
mod answer;
mod books;
mod changes;
mod cover_check;
mod outcome;
mod plan;
mod request;
#[cfg(test)]
mod tests;
mod turn;

pub use acts::{CoverChange, Signatory, Signing};
pub use books::{
    Account, BookEntry, CoverEntry, CoverStanding, Issue, LedgerEntry, LedgerStanding, PremiumReceived, ProposalEntry,
    ProposalStanding, RefundEntry, RefundStanding, RequestEntry, RequestStanding, Standing,
};
pub use changes::{Changes, Sending};
pub use outcome::{AtPoint, Decisions, Misbehaviour, Outcome, Point, Terms};

use std::collections::BTreeMap;

use self::{
    books::{Books, Page},
    plan::{Changing, Conduct, Plan, Task},
    turn::Turn,
};
use crate::{
    Moment, Time, Verified,
    delivery::{Arrived, Inbox, Outbox, Progress, Seen},
    directory::{Institution, PartyId, PartyRole},
    message::{MessageId, Receipt},
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
    books: Books,
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
            books: Books::default(),
            agenda: BTreeMap::new(),
            tasks_made: 0,
            held: BTreeMap::new(),
            muted: BTreeMap::new(),
            conduct: BTreeMap::new(),
            changing: BTreeMap::new(),
        }
    }

    /// The same party, a bank with these accounts.
    #[must_use]
    pub fn with_accounts(mut self, accounts: impl IntoIterator<Item = Account>) -> Self {
        for account in accounts {
            self.books.put(Page::Account(account));
        }
        self
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
    /// What follows an answer (核保 after 数据审核) is decided here.
    pub fn due(&self, moment: Moment<'_>, decisions: &mut dyn Decisions) -> Changes {
        let mut turn = Turn::of(self, moment);
        turn.release_ready();
        turn.send_due();
        turn.do_tasks(decisions);
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
        for page in changes.pages {
            self.books.put(page);
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

    /// What the books say of one signing.
    pub fn book(&self, application: &str) -> Option<BookEntry> {
        self.books.agreements.get(application).cloned()
    }

    /// Every signing, by application number.
    pub fn books(&self) -> impl Iterator<Item = (&str, &BookEntry)> {
        self.books.agreements.iter().map(|(application, entry)| (application.as_str(), entry))
    }

    /// An insurer's requests for open covers, by application number.
    pub fn requests(&self) -> impl Iterator<Item = &RequestEntry> {
        self.books.requests.values()
    }

    /// An insurer's open covers, by their own number.
    pub fn covers(&self) -> impl Iterator<Item = &CoverEntry> {
        self.books.covers.values()
    }

    /// An insurer's proposals and policies, by application number.
    pub fn proposals(&self) -> impl Iterator<Item = &ProposalEntry> {
        self.books.proposals.values()
    }

    /// A bank's payment orders, by 支付流水号.
    pub fn ledger(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.books.orders.values()
    }

    /// A bank's accounts, by number.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.books.accounts.values()
    }

    /// An insurer's refunds, by 支付流水号.
    pub fn refunds(&self) -> impl Iterator<Item = &RefundEntry> {
        self.books.refunds.values()
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
