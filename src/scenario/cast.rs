//! The names that scenario files may use for enterprises and institutions.
//!
//! Names only: no keys, no cards, so that lint is quick and needs nothing else to work.

use std::sync::OnceLock;

use domain::directory::{Directory, Enterprise, Institution, PartyRole};

use crate::world::fixtures;

/// Enterprises and institutions of the fixtures.
#[derive(Debug)]
pub struct Cast {
    /// Institutions.
    pub directory: Directory,
    /// Enterprises; the first acts where a step names none.
    pub enterprises: Vec<Enterprise>,
}

impl Cast {
    /// The fixtures' own, read once.
    pub fn fixture() -> &'static Self {
        static CAST: OnceLock<Cast> = OnceLock::new();
        CAST.get_or_init(|| Self { directory: fixtures::directory(), enterprises: fixtures::enterprises().0 })
    }

    /// An enterprise's index, by full or short name.
    pub fn enterprise(&self, name: &str) -> Option<usize> {
        self.enterprises.iter().position(|e| e.name == name || e.short == name)
    }

    /// An institution of that role (of any, for `None`) by full or short name.
    pub fn institution(&self, name: &str, role: Option<PartyRole>) -> Option<&Institution> {
        self.directory.by_name(name).filter(|i| role.is_none_or(|r| r == i.role))
    }

    /// Short names of the enterprises.
    pub fn enterprise_names(&self) -> Vec<&str> {
        self.enterprises.iter().map(|e| e.short.as_str()).collect()
    }

    /// Short names of the institutions of that role, or of all.
    pub fn institution_names(&self, role: Option<PartyRole>) -> Vec<&str> {
        let fits = |i: &&Institution| role.is_none_or(|r| r == i.role);
        self.directory.institutions().iter().filter(fits).map(|i| i.short.as_str()).collect()
    }
}
