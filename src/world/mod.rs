//! One world (being wired).

pub mod fixtures;
