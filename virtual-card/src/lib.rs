//! A PIV smart card (SP 800-73-4) in software, with SM2 beside RSA-2048 and P-256.
//!
//! Command bytes go in, answer bytes come out, whichever way they travel. The crate knows nothing of the
//! program that uses it: no clock. Only [`CardFile`] and [`CardSession`] touch the disk, and only the latter asks the system
//! for randomness: the same [`Profile`] otherwise gives the same random numbers. Only [`vpcd`] opens a socket. A private key
//! never leaves a card: there is no command and no function that returns one.
//!
//! Start with [`CardFile`] or [`Card::new`], put the card into a [`MemoryReader`], talk to it as a [`Reader`].

mod administration;
pub mod apdu;
mod applet;
mod card;
mod command;
mod fault;
mod file;
mod issue;
mod key;
mod management;
mod object;
mod pin;
mod profile;
mod reader;
mod session;
mod slot;
pub mod status;
mod template;
pub mod tlv;
mod tray;
pub mod vpcd;
mod words;

pub use card::Card;
pub use command::carries_secret;
pub use fault::{CardFault, CardFaultKind, Struck};
pub use file::{CardFile, CardFileError, CardFileSlot};
pub use issue::{Holder, IssueError, NotRole, Role, issue};
pub use key::{CardKeys, KeyRules, Origin, PinPolicy, SlotKey, TouchPolicy};
pub use management::{ManagementAlgorithm, ManagementKey};
pub use object::Objects;
pub use pin::{Pin, PinFormat, PinState, Puk};
pub use profile::Profile;
pub use reader::{Atr, MemoryReader, Presence, Reader, ReaderError};
pub use session::CardSession;
pub use slot::Slot;
pub use tray::{Exchange, Tray, masked};
pub use words::{Words, words};
