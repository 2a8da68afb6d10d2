//! What parties decide, as a scenario laid it down (对手方剧本); friendly where nothing is left.

use std::collections::VecDeque;

use domain::{
    directory::{PartyId, PartyRole},
    party::{Decisions, Outcome, Point},
};

/// Parties by role or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartySelector {
    /// Any party of that role.
    Role(PartyRole),
    /// That one.
    Party(PartyId),
}

impl PartySelector {
    /// Whether it means the party `id`, whose role is `role`.
    pub fn covers(&self, id: &PartyId, role: PartyRole) -> bool {
        match self {
            Self::Role(r) => *r == role,
            Self::Party(p) => p == id,
        }
    }
}

/// A decision that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// By whom.
    pub party: PartyId,
    /// About what.
    pub point: Point,
    /// What.
    pub outcome: Outcome,
}

/// The decisions that are still to be taken.
#[derive(Clone, Debug, Default)]
pub struct Script {
    lines: Vec<(PartySelector, Point, VecDeque<Outcome>)>,
    taken: Vec<Taken>,
}

impl Script {
    /// Adds a line; lines that name a party go before lines that name its role.
    pub fn add(&mut self, who: PartySelector, point: Point, outcomes: Vec<Outcome>) {
        self.lines.push((who, point, outcomes.into()));
        self.lines.sort_by_key(|(who, ..)| matches!(who, PartySelector::Role(_)));
    }

    /// The decisions taken since the last call.
    pub fn drain_taken(&mut self) -> Vec<Taken> {
        std::mem::take(&mut self.taken)
    }
}

impl Decisions for Script {
    fn take(&mut self, party: &PartyId, point: Point, _subject: &str) -> Outcome {
        let scripted = self
            .lines
            .iter_mut()
            .filter(|(who, p, _)| *p == point && who.covers(party, point.role()))
            .find_map(|(.., queue)| queue.pop_front());
        let outcome = scripted.unwrap_or(Outcome::Agree { expiry: None });
        self.taken.push(Taken { party: party.clone(), point, outcome: outcome.clone() });
        outcome
    }
}
