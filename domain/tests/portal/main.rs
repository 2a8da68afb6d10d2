//! The portal from outside: what its doors give, never what it keeps.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agreement_matrix;
mod lists;
mod messages;
mod random;
mod sessions;
mod signing;
mod stage;
mod wrong_rules;
