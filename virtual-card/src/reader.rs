//! A card reader: the trait that every way to a card implements, and the reader in memory.
//!
//! [`MemoryReader`] behaves as PC/SC does: a connection outlives neither the removal of its card nor a swap, and
//! connecting doesn't reset the card. Its trace never holds a PIN or PUK.

use crate::{
    card::Card,
    command,
    fault::{CardFault, CardFaultKind, Struck},
};

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
}

/// One command and its answer as the trace shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The command; `*` stands in the place of each byte of a PIN or PUK.
    pub command: Vec<u8>,
    /// The answer with its status word; empty if none came.
    pub answer: Vec<u8>,
}

/// A reader that holds its card in memory, and whatever faults have been armed.
#[derive(Debug)]
pub struct MemoryReader {
    name: String,
    card: Option<Card>,
    connected: bool,
    ejected: Option<Card>,
    apdus: u64,
    armed: Vec<CardFault>,
    struck: Vec<Struck>,
    trace: Option<Vec<Exchange>>,
}

impl MemoryReader {
    /// An empty reader.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            card: None,
            connected: false,
            ejected: None,
            apdus: 0,
            armed: Vec::new(),
            struck: Vec::new(),
            trace: None,
        }
    }

    /// A reader with a card in it.
    pub fn with_card(card: Card) -> Self {
        let mut reader = Self::new("memory");
        reader.insert(card);
        reader
    }

    /// Puts a card in, which powers it on; returns the one that was there.
    pub fn insert(&mut self, mut card: Card) -> Option<Card> {
        card.reset();
        self.connected = false;
        self.card.replace(card)
    }

    /// Takes the card out. A connection to it then reports [`ReaderError::Removed`].
    pub fn remove(&mut self) -> Option<Card> {
        let mut card = self.card.take()?;
        card.reset();
        Some(card)
    }

    /// The card that is in the reader.
    pub fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    /// The card that is in the reader, to do something to it.
    pub fn card_mut(&mut self) -> Option<&mut Card> {
        self.card.as_mut()
    }

    /// The card that the last fault took out, if nobody has picked it up yet.
    pub fn take_ejected(&mut self) -> Option<Card> {
        self.ejected.take()
    }

    /// How many commands were sent to cards in this reader.
    pub fn apdus(&self) -> u64 {
        self.apdus
    }

    /// Arms a fault, beside those that are armed already.
    pub fn arm(&mut self, fault: CardFault) {
        self.armed.push(CardFault { at: fault.at.max(1), ..fault });
    }

    /// How many faults haven't struck yet.
    pub fn armed(&self) -> usize {
        self.armed.len()
    }

    /// Takes back every fault that hasn't struck.
    pub fn disarm(&mut self) {
        self.armed.clear();
    }

    /// The faults that have struck so far, in order.
    pub fn struck(&self) -> &[Struck] {
        &self.struck
    }

    /// Begins or ends to keep a trace; ending throws away what wasn't drained.
    pub fn trace(&mut self, on: bool) {
        self.trace = on.then(|| self.trace.take().unwrap_or_default());
    }

    /// What was exchanged since the last call; empty if no trace is kept.
    pub fn drain_trace(&mut self) -> Vec<Exchange> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.apdus += 1;
        for fault in self.due() {
            self.struck.push(Struck { apdu: self.apdus, fault: fault.name() });
            match fault {
                CardFaultKind::Pull => {
                    self.ejected = self.remove();
                    return Err(ReaderError::Removed);
                }
                CardFaultKind::Swap(card) => {
                    self.ejected = self.remove();
                    self.insert(*card);
                    return Err(ReaderError::Reset);
                }
                CardFaultKind::Stuck => return Err(ReaderError::Stuck),
                CardFaultKind::Status(status) => return Ok(status.to_be_bytes().to_vec()),
                CardFaultKind::Lock => {
                    if let Some(card) = &mut self.card {
                        card.lock();
                    }
                }
            }
        }
        self.card.as_mut().map(|card| card.transmit(command)).ok_or(ReaderError::Removed)
    }

    /// Counts one command down and returns the faults that it brings, in the order in which they were armed.
    fn due(&mut self) -> Vec<CardFaultKind> {
        if self.armed.is_empty() {
            return Vec::new();
        }
        for fault in &mut self.armed {
            fault.at -= 1;
        }
        self.armed.extract_if(.., |fault| fault.at == 0).map(|fault| fault.kind).collect()
    }
}

impl Reader for MemoryReader {
    fn name(&self) -> &str {
        &self.name
    }

    fn status(&mut self) -> Result<Presence, ReaderError> {
        let present = |card: &Card| Presence::Present { atr: card.atr().to_vec() };
        Ok(self.card.as_ref().map_or(Presence::Empty, present))
    }

    fn connect(&mut self) -> Result<Atr, ReaderError> {
        self.connected = self.card.is_some();
        self.card.as_ref().map(|card| card.atr().to_vec()).ok_or(ReaderError::NoCard)
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        match (&self.card, self.connected) {
            (None, true) => return Err(ReaderError::Removed),
            (None, false) => return Err(ReaderError::NoCard),
            (Some(_), false) => return Err(ReaderError::Reset),
            (Some(_), true) => {}
        }
        let result = self.exchange(command);
        if let Some(trace) = &mut self.trace {
            let answer = result.as_ref().map_or_else(|_| Vec::new(), Clone::clone);
            trace.push(Exchange { command: masked(command), answer });
        }
        result
    }

    fn reset(&mut self) -> Result<Atr, ReaderError> {
        if let Some(card) = &mut self.card {
            card.reset();
        }
        self.connect()
    }
}

/// The command with `*` for every byte that could belong to a PIN or PUK. The length byte stays only where it is
/// surely one: a malformed command may have a digit in that place.
fn masked(command: &[u8]) -> Vec<u8> {
    let mut shown = command.to_vec();
    if command.get(1).is_some_and(|ins| command::carries_secret(*ins)) {
        let open = match command.get(4) {
            Some(lc) if command.len() - 5 == usize::from(*lc) => 5,
            _ => 4,
        };
        shown.iter_mut().skip(open).for_each(|byte| *byte = b'*');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{key::CardKeys, profile::Profile};

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
        reader.insert(card(1));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset), "nobody has connected yet");
        reader.connect().unwrap();
        assert!(reader.transmit(&SELECT).is_ok());
        let card = reader.remove().unwrap();
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Removed));
        reader.insert(card);
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset));
        assert_eq!(
            reader.connect().unwrap(),
            [0x3B, 0x89, 0x80, 1, 0x43, 0x61, 0x72, 0x64, 0x56, 0x50, 0x49, 0x56, 0x31, 0x14]
        );
        assert_eq!(reader.apdus(), 1);
    }

    //= ACC-05
    #[test]
    fn a_pull_strikes_exactly_at_its_command() {
        let mut reader = connected();
        reader.arm(CardFault { at: 3, kind: CardFaultKind::Pull });
        assert!(reader.transmit(&SELECT).is_ok());
        assert!(reader.transmit(&SELECT).is_ok());
        assert_eq!((reader.armed(), reader.struck()), (1, &[][..]));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Removed));
        assert_eq!(reader.struck(), [Struck { apdu: 3, fault: "pull" }]);
        assert_eq!(reader.status(), Ok(Presence::Empty));
        assert_eq!(reader.take_ejected().unwrap().guid(), &[1; 16]);
    }

    //= ACC-04
    #[test]
    fn a_swap_leaves_the_other_card_to_be_connected_to() {
        let mut reader = connected();
        reader.arm(CardFault { at: 1, kind: CardFaultKind::Swap(Box::new(card(2))) });
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset));
        assert_eq!(reader.transmit(&SELECT), Err(ReaderError::Reset));
        reader.connect().unwrap();
        assert!(reader.transmit(&SELECT).is_ok());
        assert_eq!(reader.card().unwrap().guid(), &[2; 16]);
        assert_eq!(reader.take_ejected().unwrap().guid(), &[1; 16]);
    }

    #[test]
    fn locking_and_made_up_answers_leave_the_card_in_place() {
        let mut reader = connected();
        reader.transmit(&SELECT).unwrap();
        reader.arm(CardFault { at: 1, kind: CardFaultKind::Status(0x6F00) });
        reader.arm(CardFault { at: 2, kind: CardFaultKind::Stuck });
        reader.arm(CardFault { at: 3, kind: CardFaultKind::Lock });
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x6F, 0x00]));
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Err(ReaderError::Stuck));
        assert_eq!(reader.transmit(&[0, 0x20, 0, 0x80]), Ok(vec![0x69, 0x83]));
        assert_eq!(reader.card().unwrap().pin_state().pin_left, 0);
    }

    //= ACC-09
    #[test]
    fn the_trace_hides_every_byte_of_a_pin_however_it_is_sent() {
        let mut reader = connected();
        reader.trace(true);
        for command in [
            &b"\x00\x20\x00\x80\x0888888888"[..],
            b"\x00\x20\x00\x80\x0888888888\x00",
            b"\x00\x20\x00\x8088888888",
            b"\x10\x20\x00\x80\x048888",
            b"\x00\x24\x00\x80\x108888888888888888",
            b"\x00\x2C\x00\x80\x00\x00\x108888888888888888",
            b"\xFF\x20\x01\x01\x068888",
            b"\x00\x20\x00\x808",
        ] {
            reader.transmit(command).unwrap();
        }
        let trace = reader.drain_trace();
        assert_eq!(trace[0].command, b"\x00\x20\x00\x80\x08********");
        assert_eq!(trace.len(), 8);
        assert!(trace.iter().all(|exchange| !exchange.command[4..].contains(&b'8')));
        assert_eq!(reader.drain_trace(), []);
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
