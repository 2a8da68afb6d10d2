//! What is to be measured, and the ways that an order to sign can take.

use std::{fmt, time::Duration};

use signing::Algorithm;
use virtual_card::{Pin, Reader};

/// The way that the order to sign takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The signer alone, without card and commands.
    Raw,
    /// A virtual card in this process, for each session its own.
    Memory,
    /// PC/SC: the named reader, or the first that holds a card.
    Pcsc(Option<String>),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raw => f.write_str("raw"),
            Self::Memory => f.write_str("memory"),
            Self::Pcsc(None) => f.write_str("pcsc"),
            Self::Pcsc(Some(name)) => write!(f, "pcsc:{name}"),
        }
    }
}

/// How long a session keeps others off the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// For one signature at a time, with its PIN if that is wanted for each.
    Each,
    /// From before the first signature until after the last.
    Kept,
}

impl Transaction {
    /// As results name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Kept => "kept",
        }
    }
}

/// One measurement.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What signs.
    pub algorithm: Algorithm,
    /// Along which way; several PC/SC readers share the sessions, in turn.
    pub ways: Vec<Way>,
    /// How long the clock runs. It stands still while signatures are verified.
    pub span: Duration,
    /// How many sign at the same time, at least one.
    pub sessions: u16,
    /// The cards' PIN.
    pub pin: Pin,
    /// Whether it is given before each signature.
    pub pin_each: bool,
    /// How long others are kept off.
    pub transaction: Transaction,
}

/// Where PC/SC readers come from, so that measuring needs none of PC/SC.
pub trait Readers: Sync {
    /// Opens the named reader, or the first that holds a card; a session each calls it in its own thread.
    ///
    /// # Errors
    /// A sentence for people if there is no such reader, or no PC/SC at all.
    fn open(&self, name: Option<&str>) -> Result<Box<dyn Reader>, String>;
    /// The names of the readers that hold a card now.
    ///
    /// # Errors
    /// A sentence for people if there is no PC/SC.
    fn with_card(&self) -> Result<Vec<String>, String>;
}
