//! Taking a portal's records out and putting them into another: for a store, and for portals with very many of them.
//!
//! Only records and their logs: sessions, acts that wait for a card and messages on their way are not among them.

use std::sync::Arc;

use super::{Portal, RecordId, RecordKind, record::Any, scope::LogRow};
use crate::{Time, codes::Uscc, form::Filled, money::Money};

/// A record with its log, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restorable {
    pub(super) record: Any,
    pub(super) log: Vec<LogRow>,
}

impl Restorable {
    /// Its number.
    pub fn id(&self) -> &RecordId {
        self.record.id()
    }

    /// The bytes of its own text: what a person entered into its form.
    pub fn text(&self) -> usize {
        match &self.record {
            Any::Request(r) => r.form.packed_len(),
            Any::Proposal(r) => r.form.packed_len(),
            Any::Agreement(_) | Any::Cover(_) | Any::Payment(_) => 0,
        }
    }

    /// What it is.
    pub const fn kind(&self) -> RecordKind {
        self.record.kind()
    }

    /// The same as a record of its own: under another number, of another enterprise, made at another time; a proposal or
    /// payment with that premium or amount.
    #[must_use]
    pub fn copied(&self, id: &RecordId, owner: &Uscc, at: Time, amount: Money) -> Self {
        let mut copy = self.clone();
        match &mut copy.record {
            Any::Agreement(r) => (r.id, r.owner, r.signed_at) = (id.clone(), owner.clone(), at),
            Any::Request(r) => (r.id, r.owner, r.submitted_at) = (id.clone(), owner.clone(), at),
            Any::Cover(r) => (r.id, r.owner, r.added_at) = (id.clone(), owner.clone(), at),
            Any::Proposal(r) => {
                (r.id, r.owner, r.made_at) = (id.clone(), owner.clone(), at);
                r.submitted_at = r.submitted_at.map(|_| at);
                r.in_force_at = r.in_force_at.map(|_| at);
                r.premium = Some(amount);
                // Texts of its own, as a record that a person has entered has.
                r.form = Arc::new(Filled::clone(&r.form));
            }
            Any::Payment(r) => (r.id, r.owner, r.ordered_at, r.amount) = (id.clone(), owner.clone(), at, amount),
        }
        for row in &mut copy.log {
            row.record = id.clone();
        }
        copy
    }
}

impl Portal {
    /// Every record of an enterprise, to restore it elsewhere.
    pub fn records_of(&self, owner: &Uscc) -> Vec<Restorable> {
        let scope = self.scope(owner);
        let whole = |id: RecordId| {
            let record = self.kept.records.any(&id)?.clone();
            Some(Restorable { record, log: self.kept.records.log_of(&id) })
        };
        scope.all().into_iter().filter_map(whole).collect()
    }

    /// Keeps records that another portal has kept; one whose number is known already takes its place.
    pub fn restore(&mut self, records: impl IntoIterator<Item = Restorable>) {
        for Restorable { record, log } in records {
            let id = record.id().clone();
            self.kept.restore(record);
            if self.kept.records.log_of(&id).is_empty() {
                log.into_iter().for_each(|row| self.kept.records.log(row));
            }
        }
    }

    /// How many records of a kind there are, of everybody.
    pub fn count(&self, kind: RecordKind) -> usize {
        self.kept.records.count(kind)
    }
}
