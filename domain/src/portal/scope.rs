//! The way to records: what an enterprise's people may see and act on goes through its [`Scope`] (ACC-10).
//!
//! A record of somebody else and a record that does not exist are refused in the very same words.

use std::borrow::Cow;

use super::{
    Query, RecordId, RecordKind, Table, query,
    record::{Any, Record},
    shown,
    store::{Keys, Records},
};
use crate::{
    Time,
    codes::Uscc,
    directory::{Directory, PartyId},
    refusal::{self, Refusal},
    tables::Tables,
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
    pub text: Cow<'static, str>,
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

/// What one enterprise's people may see.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    records: &'a Records,
    pub(super) directory: &'a Directory,
    pub(super) tables: &'a Tables,
    owner: Uscc,
}

impl<'a> Scope<'a> {
    pub(super) fn of(records: &'a Records, owner: &Uscc, directory: &'a Directory, tables: &'a Tables) -> Self {
        Self { records, directory, tables, owner: owner.clone() }
    }

    /// One record of this enterprise, as its pages show it.
    pub fn shown(&self, id: &RecordId) -> Option<Shown> {
        let record = self.any(id).ok()?;
        Some(Shown { kind: record.kind(), fields: shown::fields(record, self), log: self.log(id) })
    }

    /// What kind of record it is.
    pub fn kind(&self, id: &RecordId) -> Option<RecordKind> {
        self.any(id).ok().map(Any::kind)
    }

    /// Its 状态, as its page shows it, without the rest of the page.
    pub fn state(&self, id: &RecordId) -> Option<&'static str> {
        self.any(id).ok().map(Any::page_text)
    }

    /// A page; a query that would be refused, and the menu (which is a card's, not an enterprise's), show no rows.
    pub fn table(&self, query: &Query) -> Table {
        query::table(self, query).unwrap_or_else(|_| query::empty(query.page))
    }

    /// A record's status log, oldest first; empty for a record of somebody else.
    pub fn log(&self, id: &RecordId) -> Vec<LogRow> {
        if self.any(id).is_ok() { self.records.log_of(id) } else { Vec::new() }
    }

    /// The open cover that an insurer has given this number.
    pub fn cover_numbered(&self, insurer: &PartyId, number: &str) -> Option<RecordId> {
        let covers = self.newest_first::<super::cover::OpenCover>();
        covers.into_iter().find(|c| c.insurer == *insurer && c.data.number == number).map(|c| c.id.clone())
    }

    /// Every record of this enterprise, a kind after the other, each oldest first.
    pub fn all(&self) -> Vec<RecordId> {
        let of = |kind| (0..self.keys(kind).len()).filter_map(move |at| self.at(kind, at));
        RecordKind::ALL.into_iter().flat_map(of).map(|record| record.id().clone()).collect()
    }

    /// One record of any kind.
    ///
    /// # Errors
    /// K1012 for a record that does not exist, and for one of another enterprise.
    pub(super) fn any(&self, id: &RecordId) -> Result<&'a Any, Refusal> {
        let found = self.records.any(id).filter(|record| *record.owner() == self.owner);
        found.filter(|record| !shown::is_hidden(record)).ok_or_else(|| Refusal::new(refusal::NOT_FOUND, &[]))
    }

    /// One record of one kind.
    ///
    /// # Errors
    /// K1012, also for a record of another kind.
    pub(super) fn record<K: Record>(&self, id: &RecordId) -> Result<&'a K, Refusal> {
        let record = self.any(id)?;
        K::of(record).ok_or_else(|| Refusal::new(refusal::NOT_FOUND, &[]))
    }

    /// All records of a kind, newest first.
    pub(super) fn newest_first<K: Record + 'a>(&self) -> impl Iterator<Item = &'a K> + use<'a, K> {
        let (records, owner) = (self.records, self.owner.clone());
        let count = records.keys(&owner, K::KIND).len();
        (0..count).rev().filter_map(move |at| records.at(&owner, K::KIND, at).and_then(K::of))
    }

    pub(super) fn keys(&self, kind: RecordKind) -> &'a [Keys] {
        self.records.keys(&self.owner, kind)
    }

    pub(super) fn at(&self, kind: RecordKind, at: usize) -> Option<&'a Any> {
        self.records.at(&self.owner, kind, at)
    }

    pub(super) fn institution(&self, party: &PartyId) -> Option<u16> {
        self.records.institution(party)
    }
}
