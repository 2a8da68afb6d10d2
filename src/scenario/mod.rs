//! Scenario files: from their text to the cases that a runner plays, with every mistake shown where it stands.
//!
//! `docs/scenarios.md` says what a file may hold; what it does not list is refused. Reading order: [`source`] and `scan`
//! look at the raw text, `tree` parses it, `read` (with `fields`, `steps`, `script`) makes the [`model`], [`lint`] looks
//! across files, [`render`] draws what is wrong. The words of the language are tables in [`catalogue`]; [`schema`] and
//! [`explain`] are drawn from them. [`mod@format`] writes a file's text anew without changing what it means; [`watched`]
//! tells which files changed. Invariant: reading a file has no effect and never panics, whatever is in it.

pub mod abreast;
mod cargo;
pub mod cast;
pub mod catalogue;
mod deeds;
mod expectation;
pub mod explain;
mod fields;
pub mod format;
mod given;
pub mod lint;
mod meant;
mod mend;
pub mod mistake;
pub mod model;
pub mod play;
pub mod pool;
pub mod read;
pub mod render;
mod scan;
pub mod schema;
mod script;
pub mod select;
pub mod source;
mod steps;
pub mod suite;
mod tree;
mod unseen;
mod values;
pub mod watched;

#[cfg(test)]
mod refused;

pub use self::{
    cast::Cast,
    model::Case,
    read::{Reading, read},
    suite::Suite,
};
