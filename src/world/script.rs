//! What parties decide, as a scenario laid it down (对手方剧本); friendly where nothing is left.

use std::{collections::VecDeque, sync::Arc};

use domain::{
    directory::{Directory, PartyId, PartyRole},
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
    /// About which business.
    pub subject: String,
    /// What.
    pub outcome: Outcome,
}

/// The decisions that are still to be taken.
#[derive(Clone, Debug)]
pub struct Script {
    directory: Arc<Directory>,
    lines: Vec<(PartySelector, Point, VecDeque<Outcome>)>,
    taken: Vec<Taken>,
}

impl Script {
    /// An empty one: everybody is friendly.
    pub fn new(directory: Arc<Directory>) -> Self {
        Self { directory, lines: Vec::new(), taken: Vec::new() }
    }

    /// Adds a line.
    pub fn add(&mut self, who: PartySelector, point: Point, outcomes: Vec<Outcome>) {
        self.lines.push((who, point, outcomes.into()));
    }

    /// The decisions taken since the last call.
    pub fn drain_taken(&mut self) -> Vec<Taken> {
        std::mem::take(&mut self.taken)
    }
}

impl Decisions for Script {
    fn take(&mut self, party: &PartyId, point: Point, subject: &str) -> Outcome {
        let parent = self.directory.by_id(party).and_then(|i| i.branch_of.clone());
        // A line that names the party goes first, then one that names the insurer that it is a branch of, then the role.
        let tiers = [
            Some(PartySelector::Party(party.clone())),
            parent.map(PartySelector::Party),
            Some(PartySelector::Role(point.role())),
        ];
        let lines = &mut self.lines;
        let scripted = tiers.into_iter().flatten().find_map(|tier| {
            lines.iter_mut().filter(|(who, p, _)| *p == point && *who == tier).find_map(|(.., queue)| queue.pop_front())
        });
        let outcome = scripted.unwrap_or_else(Outcome::friendly);
        let (party, subject) = (party.clone(), subject.to_owned());
        self.taken.push(Taken { party, point, subject, outcome: outcome.clone() });
        outcome
    }
}
