//! What can happen to a card while it is in use, to be struck at an exact command.

use crate::card::Card;

/// A fault that waits for its command.
#[derive(Debug)]
pub struct CardFault {
    /// Which command from now on: 1 is the very next one (and so is 0).
    pub at: u32,
    /// What happens.
    pub kind: CardFaultKind,
}

/// What happens to the card.
#[derive(Debug)]
pub enum CardFaultKind {
    /// The card is pulled out; the command is lost.
    Pull,
    /// Another card takes its place; the command is lost, and so is the connection.
    Swap(Box<Card>),
    /// Someone used up the tries of the PIN; the command runs on the blocked card.
    Lock,
    /// The reader doesn't come back.
    Stuck,
    /// The card doesn't run the command and answers with this status word.
    Status(u16),
}

impl CardFaultKind {
    /// The fault's name in reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Swap(_) => "swap",
            Self::Lock => "lock",
            Self::Stuck => "stuck",
            Self::Status(_) => "status",
        }
    }
}

/// A fault that has struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Struck {
    /// At which command since the reader began, counted from 1.
    pub apdu: u64,
    /// The fault's name, see [`CardFaultKind::name`].
    pub fault: &'static str,
}
