//! The terminal side of a smart card: what a user's computer does with the card in its reader.
//!
//! Everything goes through a [`virtual_card::Reader`] as command and answer bytes, so it is the same for a card in memory and
//! a real one. Nothing here sees a private key, and no PIN is kept (ACC-09).

pub mod desk;
mod error;
pub mod guest;
mod lease;
pub mod open;
#[cfg(feature = "pcsc")]
pub mod pcsc;
mod piv;
#[cfg(feature = "pcsc")]
pub mod stand;

pub use error::CardError;
pub use open::ReaderChoice;
pub use piv::{PinStatus, Terminal};
