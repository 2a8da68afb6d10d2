//! The finance and insurance service as plain state and functions: the portal, its counterparties
//! (insurers, banks) and the rules they follow.
//!
//! Invariant: nothing in here does I/O. There is no clock, thread, socket, random source or key; time
//! and draws are arguments ([`Moment`]), signatures arrive already checked ([`Verified`]), and maps
//! whose order reaches an output are ordered.

pub mod codes;
pub mod cover;
pub mod delivery;
pub mod directory;
pub mod draw;
pub mod form;
pub mod life_cycle;
pub mod message;
pub mod money;
pub mod party;
pub mod portal;
pub mod refusal;
pub mod settings;
pub mod tables;
pub mod time;
pub mod verified;

pub use draw::{Draws, Moment};
pub use refusal::Refusal;
pub use time::Time;
pub use verified::Verified;
