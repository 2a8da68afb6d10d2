//! Isolation by construction (ACC-10): records live in [`Records`], and people reach them only through a [`Scope`].
//!
//! Three ways lead in, and no fourth may be added: by enterprise (people), by the institution that the record names
//! (messages), and by the portal's own timers. A record that is not in scope does not exist, in the very same words.

use std::collections::BTreeMap;

use super::{
    Query, RecordId, RecordKind, Table,
    agreement::{Agreement, Role},
    query,
};
use crate::{
    Time,
    codes::Uscc,
    directory::{Directory, PartyId},
    refusal::{self, Refusal},
};

/// One line of a record's status log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Whose log.
    pub record: RecordId,
    /// 1, 2, 3, ... within the record.
    pub number: u64,
    /// 状态
    pub code: &'static str,
    /// 状态描述
    pub text: String,
    /// 入库时间
    pub recorded_at: Time,
    /// The number of the card that acted; none where no person did.
    pub card: Option<String>,
}

/// A record as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it is.
    pub kind: RecordKind,
    /// Label and text.
    pub fields: Vec<(&'static str, String)>,
    /// Its status log, oldest first.
    pub log: Vec<LogRow>,
}

/// Every record of every enterprise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    agreements: BTreeMap<RecordId, Agreement>,
    /// In the order in which they were made.
    by_owner: BTreeMap<Uscc, Vec<RecordId>>,
    logs: BTreeMap<RecordId, Vec<LogRow>>,
}

impl Records {
    /// The way of people.
    pub fn scope<'a>(&'a self, owner: &Uscc, directory: &'a Directory) -> Scope<'a> {
        Scope { records: self, directory, owner: owner.clone() }
    }

    /// The way of messages: only where `party` has that role in the record.
    pub fn of_party(&self, id: &str, party: &PartyId, role: Role) -> Option<&Agreement> {
        self.agreements.get(&RecordId::new(id)).filter(|a| a.party(role) == party)
    }

    /// The way of the portal's own timers and messages.
    pub fn of_timer(&self, id: &RecordId) -> Option<&Agreement> {
        self.agreements.get(id)
    }

    /// Whether a number is taken; says nothing of whose it is.
    pub fn is_taken(&self, id: &RecordId) -> bool {
        self.agreements.contains_key(id)
    }

    /// Keeps a record; gives its former form. For the one place of change.
    pub fn put(&mut self, record: Agreement) -> Option<Agreement> {
        let (id, owner) = (record.id.clone(), record.owner.clone());
        let former = self.agreements.insert(id.clone(), record);
        if former.is_none() {
            self.by_owner.entry(owner).or_default().push(id);
        }
        former
    }

    /// Keeps a line of a log. For the one place of change.
    pub fn log(&mut self, row: LogRow) {
        self.logs.entry(row.record.clone()).or_default().push(row);
    }
}

/// What one enterprise's people may see.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    records: &'a Records,
    pub(super) directory: &'a Directory,
    owner: Uscc,
}

impl<'a> Scope<'a> {
    /// One record of this enterprise, as its pages show it.
    pub fn shown(&self, id: &RecordId) -> Option<Shown> {
        let record = self.record(id).ok()?;
        Some(Shown { kind: RecordKind::Agreement, fields: query::fields(record, self.directory), log: self.log(id) })
    }

    /// The open cover to which that insurer gave this number.
    pub fn cover_numbered(&self, _insurer: &PartyId, _number: &str) -> Option<RecordId> {
        None
    }

    /// A page; a query that would be refused, and the menu (which is a card's, not an enterprise's), show no rows.
    pub fn table(&self, query: &Query) -> Table {
        query::table(self, query).unwrap_or_else(|_| query::empty(query.page))
    }

    /// A record's status log, oldest first; empty for a record of somebody else.
    pub fn log(&self, id: &RecordId) -> Vec<LogRow> {
        self.rows(id).to_vec()
    }

    /// One record.
    ///
    /// # Errors
    /// K1012 for a record that does not exist, and for one of another enterprise.
    pub(super) fn record(&self, id: &RecordId) -> Result<&'a Agreement, Refusal> {
        self.records
            .agreements
            .get(id)
            .filter(|record| record.owner == self.owner)
            .ok_or_else(|| Refusal::new(refusal::NOT_FOUND, &[]))
    }

    /// All records, newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &'a Agreement> + use<'a> {
        let records = self.records;
        let ids = records.by_owner.get(&self.owner).map(Vec::as_slice).unwrap_or_default();
        ids.iter().rev().filter_map(|id| records.agreements.get(id))
    }

    /// A record's status log, oldest first, where it is.
    pub(super) fn rows(&self, id: &RecordId) -> &'a [LogRow] {
        let own = self.record(id).is_ok();
        self.records.logs.get(id).filter(|_| own).map(Vec::as_slice).unwrap_or_default()
    }
}
