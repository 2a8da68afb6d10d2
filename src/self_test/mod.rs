//! `kouan self-test`: the suite against known-bad portals, parties and wires; its own worth as a number.
//!
//! A suite that passes says little until it is known to fail where it must. [`rules`] makes a wrong portal for every row,
//! field, permission and span of the domain's own tables, so it grows with the domain and nothing is listed by hand;
//! [`parties`], [`cargo_parties`] and [`wire`] are hand-written bad ones, each with the check that must find it. [`trial`] plays the
//! suite against each; [`explained`] holds those that may survive, with the reason; [`report`] tells.
//!
//! Invariant: nothing in here judges a scenario, and no scenario knows of it. A mutant is killed by a case that passes
//! with the faithful portal and is 失败 with the mutant; 无法判定 alone kills nothing.

pub mod cargo_parties;
pub mod explained;
pub mod mutant;
pub mod parties;
pub mod report;
pub mod rules;
pub mod trial;
pub mod wire;

pub use self::{
    mutant::{Group, Mutant, OPEN, Wrong},
    report::Report,
    trial::{How, Trial},
};

/// Every mutant there is, in the order of the report.
pub fn mutants() -> Vec<Mutant> {
    let mut all = rules::mutants();
    all.extend(parties::mutants());
    all.extend(cargo_parties::mutants());
    all.extend(wire::mutants());
    all
}
