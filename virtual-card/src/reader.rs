//! A card reader: the trait that every way to a card implements, and the reader in memory.
//!
//! [`MemoryReader`] behaves as PC/SC does: a connection outlives neither the removal of its card nor a swap, and
//! connecting doesn't reset the card.

use crate::{card::Card, tray::Tray};

/// Answer to reset.
pub type Atr = Vec<u8>;

/// Whether a card is in the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No card.
    Empty,
    /// A card, with its answer to reset.
    Present {
        /// The answer to reset.
        atr: Atr,
    },
}

/// Why a reader couldn't do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// There was no card to begin with.
    #[error("读卡器中没有卡")]
    NoCard,
    /// The card was there and is gone.
    #[error("卡已被拔出")]
    Removed,
    /// The card was reset or another one put in since the connection was made; connect again.
    #[error("卡已更换或复位，须重新连接")]
    Reset,
    /// The reader doesn't answer.
    #[error("读卡器无响应")]
    Stuck,
    /// Anything else, in the words of whoever reported it.
    #[error("读卡器出错：{0}")]
    Other(String),
}

/// A way to a card. Connect first; after [`ReaderError::Removed`] or [`ReaderError::Reset`] connect again.
pub trait Reader {
    /// The reader's name, for people.
    fn name(&self) -> &str;
    /// Whether a card is there now. Asking changes nothing.
    ///
    /// # Errors
    /// If the reader itself doesn't answer.
    fn status(&mut self) -> Result<Presence, ReaderError>;
    /// Begins to talk to the card that is there, in whatever state it is. Connecting again is harmless.
    ///
    /// # Errors
    /// [`ReaderError::NoCard`] if there is none.
    fn connect(&mut self) -> Result<Atr, ReaderError>;
    /// Sends one command and returns the answer with its status word.
    ///
    /// # Errors
    /// If the card is gone, changed, or not connected ([`ReaderError::Reset`]).
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError>;
    /// Resets the card, which forgets that its PIN was verified, and connects to it.
    ///
    /// # Errors
    /// [`ReaderError::NoCard`] if there is none.
    fn reset(&mut self) -> Result<Atr, ReaderError>;
    /// Keeps other programs off the card until [`Reader::end`], so that a PIN and the signature after it are one act.
    /// A reader that nobody else can reach has nothing to do.
    ///
    /// # Errors
    /// As [`Reader::transmit`]: the card may have gone or changed.
    fn begin(&mut self) -> Result<(), ReaderError> {
        Ok(())
    }
    /// Lets other programs at the card again. Harmless without a [`Reader::begin`].
    fn end(&mut self) {}
}

/// A reader that holds its card in memory.
#[derive(Debug)]
pub struct MemoryReader {
    name: String,
    /// Which card, counted as the tray counts, the connection was made to.
    connected: Option<u64>,
    tray: Tray,
}

impl MemoryReader {
    /// An empty reader.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), connected: None, tray: Tray::default() }
    }

    /// A reader with a card in it.
    pub fn with_card(card: Card) -> Self {
        let mut reader = Self::new("memory");
        reader.tray.insert(card);
        reader
    }

    /// Where the card lies.
    pub fn tray(&self) -> &Tray {
        &self.tray
    }

    /// Where the card lies, to handle it.
    pub fn tray_mut(&mut self) -> &mut Tray {
        &mut self.tray
    }
}

impl Reader for MemoryReader {
    fn name(&self) -> &str {
        &self.name
    }

    fn status(&mut self) -> Result<Presence, ReaderError> {
        let present = |card: &Card| Presence::Present { atr: card.atr().to_vec() };
        Ok(self.tray.card().map_or(Presence::Empty, present))
    }

    fn connect(&mut self) -> Result<Atr, ReaderError> {
        let atr = self.tray.card().map(|card| card.atr().to_vec());
        self.connected = atr.is_some().then(|| self.tray.insertions());
        atr.ok_or(ReaderError::NoCard)
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        match (self.tray.card(), self.connected) {
            (None, Some(_)) => Err(ReaderError::Removed),
            (None, None) => Err(ReaderError::NoCard),
            (Some(_), connected) if connected != Some(self.tray.insertions()) => Err(ReaderError::Reset),
            (Some(_), _) => self.tray.exchange(command),
        }
    }

    fn reset(&mut self) -> Result<Atr, ReaderError> {
        if let Some(card) = self.tray.card_mut() {
            card.reset();
        }
        self.connect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fault::{CardFault, CardFaultKind, Struck},
        key::CardKeys,
        profile::Profile,
    };

    const SELECT: [u8; 10] = [0, 0xA4, 4, 0, 5, 0xA0, 0, 0, 3, 8];

    fn card(number: u8) -> Card {
        Card::new(Profile::factory([number; 16]), CardKeys::new())
    }

    fn connected() -> MemoryReader {
        let mut reader = MemoryReader::with_card(card(1));
        reader.connect().unwrap();
        reader
    }

    #[test]
    fn a_reader_says_what_became_of_its_card() {
        let mut reader = MemoryReader::new("r");
        assert_eq!(reader.status(), Ok(Presence::Empty));
        assert_eq!(reader.connect(), Err(ReaderError::NoCard));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::NoCard));
        reader.tray_mut().insert(card(1));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset), "nobody has connected yet");
        reader.connect().unwrap();
        assert!(reader.transmit(&SELECT).is_ok());
        let card = reader.tray_mut().remove().unwrap();
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Removed));
        reader.tray_mut().insert(card);
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset));
        assert_eq!(
            reader.connect().unwrap(),
            [0x3B, 0x89, 0x80, 1, 0x43, 0x61, 0x72, 0x64, 0x56, 0x50, 0x49, 0x56, 0x31, 0x14]
        );
        assert_eq!(reader.tray().apdus(), 1);
    }

    //= ACC-05
    #[test]
    fn a_pull_strikes_exactly_at_its_command() {
        let mut reader = connected();
        reader.tray_mut().arm(CardFault { at: 3, kind: CardFaultKind::Pull });
        assert!(reader.transmit(&SELECT).is_ok());
        assert!(reader.transmit(&SELECT).is_ok());
        assert_eq!((reader.tray().armed(), reader.tray().struck()), (1, &[][..]));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Removed));
        assert_eq!(reader.tray().struck(), [Struck { apdu: 3, fault: "pull" }]);
        assert_eq!(reader.status(), Ok(Presence::Empty));
        assert_eq!(reader.tray_mut().take_ejected().unwrap().guid(), &[1; 16]);
    }

    //= ACC-04
    #[test]
    fn a_swap_leaves_the_other_card_to_be_connected_to() {
        let mut reader = connected();
        reader.tray_mut().arm(CardFault { at: 1, kind: CardFaultKind::Swap(Box::new(card(2))) });
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset));
        reader.connect().unwrap();
        assert!(reader.transmit(&SELECT).is_ok());
        assert_eq!(reader.tray().card().unwrap().guid(), &[2; 16]);
        assert_eq!(reader.tray_mut().take_ejected().unwrap().guid(), &[1; 16]);
    }

    #[test]
    fn locking_and_made_up_answers_leave_the_card_in_place() {
        let mut reader = connected();
        reader.transmit(&SELECT).unwrap();
        reader.tray_mut().arm(CardFault { at: 1, kind: CardFaultKind::Status(0x6F00) });
        reader.tray_mut().arm(CardFault { at: 2, kind: CardFaultKind::Stuck });
        reader.tray_mut().arm(CardFault { at: 3, kind: CardFaultKind::Lock });
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x6F, 0x00]));
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Err(ReaderError::Stuck));
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x69, 0x83]));
        assert_eq!(reader.tray().card().unwrap().pin_state().pin_left, 0);
    }

    //= ACC-09
    #[test]
    fn the_trace_hides_every_byte_of_a_pin_or_key_however_it_is_sent() {
        let mut reader = connected();
        reader.tray_mut().trace(true);
        for command in [
            &b"\x00\x20\x00\x80\x0888888888"[..],
            b"\x00\x20\x00\x80\x0888888888\x00",
            b"\x00\x20\x00\x8088888888",
            b"\x10\x20\x00\x80\x048888",
            b"\x00\x24\x00\x80\x108888888888888888",
            b"\x00\x2C\x00\x80\x00\x00\x108888888888888888",
            b"\xFF\x20\x01\x01\x068888",
            b"\x00\x20\x00\x808",
            b"\x00\xFE\x11\x9A\x22\x06\x2088888888888888888888888888888888",
            b"\x10\xFE\x07\x9A\x0888888888",
            b"\x00\xFF\xFF\xFF\x1B\x03\x9B\x18888888888888888888888888",
            b"\x00\xDB\x3F\xFF\x0D\x5C\x03\x5F\xC1\x09\x53\x06888888",
        ] {
            reader.transmit(command).unwrap();
        }
        let trace = reader.tray_mut().drain_trace();
        assert_eq!(trace[0].command, b"\x00\x20\x00\x80\x08********");
        assert_eq!(trace.len(), 12);
        assert!(trace.iter().all(|exchange| !exchange.command[4..].contains(&b'8')));
        assert_eq!(reader.tray_mut().drain_trace(), []);
    }

    #[test]
    fn a_reset_forgets_the_selection() {
        let mut reader = connected();
        reader.transmit(&SELECT).unwrap();
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x63, 0xC5]));
        reader.connect().unwrap();
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x63, 0xC5]), "connecting resets nothing");
        reader.reset().unwrap();
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x6D, 0x00]));
    }
}
