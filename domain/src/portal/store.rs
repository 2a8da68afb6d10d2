//! Every record of every enterprise, and what lists are looked up by.
//!
//! A list walks the [`Keys`] of its own account's records and nothing else; a record itself is looked at only where it is
//! shown (ACC-10 and the figures of docs/benchmarks.md rest on that).

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{
    RecordId, RecordKind,
    record::{Any, Record},
    scope::LogRow,
};
use crate::{Time, codes::Uscc, cover::CargoLine, directory::PartyId};

/// What a list filters and sorts by, small and side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    /// What the page shows as 状态.
    pub state: &'static str,
    /// 保险机构 or 收款企业, and 银行: places in [`Records::institutions`].
    pub insurer: u16,
    pub bank: u16,
    pub line: Option<CargoLine>,
    /// When it was made, and the second time that its list shows.
    pub made: Time,
    pub second: Option<Time>,
    /// Days and amounts that its list can be sorted by, in the order of its columns.
    pub days: [i32; 2],
    pub cents: [i64; 2],
    /// Digests of its numbers: what differs in one is another number, what does not is looked at.
    pub numbers: [u64; 3],
}

/// The digest of a number (FNV-1a).
pub(super) fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A line of a log, without what its record says already.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    code: &'static str,
    text: Cow<'static, str>,
    at: Time,
    card: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Slot {
    record: Any,
    log: Vec<Line>,
}

/// One enterprise's records of one kind, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct List {
    keys: Vec<Keys>,
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    owner: u32,
    kind: RecordKind,
    at: u32,
}

/// Every record of every enterprise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    places: BTreeMap<RecordId, Place>,
    owners: BTreeMap<Uscc, u32>,
    lists: Vec<[List; RecordKind::ALL.len()]>,
    institutions: Vec<PartyId>,
}

impl Records {
    /// The way of the portal's own timers and messages.
    pub fn any(&self, id: &RecordId) -> Option<&Any> {
        self.slot(id).map(|slot| &slot.record)
    }

    /// Likewise, of one kind.
    pub fn get<K: Record>(&self, id: &RecordId) -> Option<&K> {
        self.any(id).and_then(K::of)
    }

    /// Whether a number is taken; says nothing of whose it is.
    pub fn is_taken(&self, id: &RecordId) -> bool {
        self.places.contains_key(id)
    }

    /// Keeps a record; gives the deadline of its former form. For the one place of change.
    pub fn put(&mut self, record: Any) -> Option<Time> {
        let keys = super::shown::keys(&record, |party| intern(&mut self.institutions, party));
        if let Some(place) = self.places.get(record.id()).copied() {
            let list = &mut self.lists[place.owner as usize][place.kind as usize];
            list.keys[place.at as usize] = keys;
            let slot = &mut list.slots[place.at as usize];
            let former = slot.record.deadline();
            slot.record = record;
            return former;
        }
        let owner = match self.owners.get(record.owner()) {
            Some(owner) => *owner,
            None => {
                let owner = index(self.lists.len());
                self.lists.push(Default::default());
                self.owners.insert(record.owner().clone(), owner);
                owner
            }
        };
        let kind = record.kind();
        let list = &mut self.lists[owner as usize][kind as usize];
        self.places.insert(record.id().clone(), Place { owner, kind, at: index(list.slots.len()) });
        list.keys.push(keys);
        list.slots.push(Slot { record, log: Vec::new() });
        None
    }

    /// Keeps a line of a log. For the one place of change.
    pub fn log(&mut self, row: LogRow) {
        let Some(place) = self.places.get(&row.record).copied() else { return };
        let slot = &mut self.lists[place.owner as usize][place.kind as usize].slots[place.at as usize];
        slot.log.push(Line {
            code: row.code,
            text: row.text,
            at: row.recorded_at,
            card: row.card.map(|card| card.as_str().into()),
        });
    }

    /// A record's log, oldest first.
    pub fn log_of(&self, id: &RecordId) -> Vec<LogRow> {
        let lines = self.slot(id).map(|slot| slot.log.as_slice()).unwrap_or_default();
        let row = |(number, line): (u64, &Line)| LogRow {
            record: id.clone(),
            number,
            code: line.code,
            text: line.text.clone(),
            recorded_at: line.at,
            card: line.card.as_deref().map(str::to_owned),
        };
        (1..).zip(lines).map(row).collect()
    }

    /// The keys of one enterprise's records of a kind, oldest first.
    pub fn keys(&self, owner: &Uscc, kind: RecordKind) -> &[Keys] {
        self.list(owner, kind).map(|list| list.keys.as_slice()).unwrap_or_default()
    }

    /// One of them.
    pub fn at(&self, owner: &Uscc, kind: RecordKind, at: usize) -> Option<&Any> {
        self.list(owner, kind)?.slots.get(at).map(|slot| &slot.record)
    }

    /// How many records of a kind there are, of everybody.
    pub fn count(&self, kind: RecordKind) -> usize {
        self.lists.iter().map(|lists| lists[kind as usize].slots.len()).sum()
    }

    /// Where an institution stands in [`Keys`]; none that any record has to do with has no place.
    pub fn institution(&self, party: &PartyId) -> Option<u16> {
        self.institutions.iter().position(|p| p == party).map(short)
    }

    fn list(&self, owner: &Uscc, kind: RecordKind) -> Option<&List> {
        self.owners.get(owner).map(|owner| &self.lists[*owner as usize][kind as usize])
    }

    fn slot(&self, id: &RecordId) -> Option<&Slot> {
        let place = self.places.get(id)?;
        self.lists[place.owner as usize][place.kind as usize].slots.get(place.at as usize)
    }
}

fn intern(institutions: &mut Vec<PartyId>, party: &PartyId) -> u16 {
    if let Some(at) = institutions.iter().position(|p| p == party) {
        return short(at);
    }
    institutions.push(party.clone());
    short(institutions.len() - 1)
}

/// More enterprises, records of one, or institutions than that do not fit into memory.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn short(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}
