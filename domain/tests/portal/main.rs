//! The portal from outside: what its doors give, never what it keeps.

mod agreement_matrix;
mod lists;
mod messages;
mod random;
mod sessions;
mod signing;
mod stage;
