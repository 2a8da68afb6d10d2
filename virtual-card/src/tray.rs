//! Where a card lies: what a reader of whatever kind can do with it, and what befalls it.
//!
//! Faults are counted here, at the card, so that they strike at the same command whichever way it came. The trace
//! never holds a PIN or PUK.

use crate::{
    card::Card,
    command,
    fault::{CardFault, CardFaultKind, Struck},
    reader::ReaderError,
};

/// One command and its answer as the trace shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The command; `*` stands in the place of each byte of a PIN or PUK.
    pub command: Vec<u8>,
    /// The answer with its status word; empty if none came.
    pub answer: Vec<u8>,
}

/// A place for a card, with whatever faults have been armed.
#[derive(Debug, Default)]
pub struct Tray {
    card: Option<Card>,
    insertions: u64,
    ejected: Option<Card>,
    apdus: u64,
    armed: Vec<CardFault>,
    struck: Vec<Struck>,
    trace: Option<Vec<Exchange>>,
}

impl Tray {
    /// Puts a card in, which powers it on; returns the one that was there.
    pub fn insert(&mut self, mut card: Card) -> Option<Card> {
        card.reset();
        self.insertions += 1;
        self.card.replace(card)
    }

    /// Takes the card out, which powers it off.
    pub fn remove(&mut self) -> Option<Card> {
        let mut card = self.card.take()?;
        card.reset();
        Some(card)
    }

    /// How many cards have been put in so far: another number means that it isn't the same card lying there all the time.
    pub fn insertions(&self) -> u64 {
        self.insertions
    }

    /// The card that lies here.
    pub fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    /// The card that lies here, to do something to it.
    pub fn card_mut(&mut self) -> Option<&mut Card> {
        self.card.as_mut()
    }

    /// The card that the last fault took out, if nobody has picked it up yet.
    pub fn take_ejected(&mut self) -> Option<Card> {
        self.ejected.take()
    }

    /// How many commands were sent to cards that lay here.
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

    /// Gives a command to the card, or has it meet its fault.
    ///
    /// # Errors
    /// [`ReaderError::NoCard`] if there is none; what a fault of the reader's makes of it.
    pub fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let result = self.strike_or_pass(command);
        self.write_down(command, &result);
        result
    }

    /// Counts and traces a command that another card answered: one that lies in no tray.
    pub fn note(&mut self, command: &[u8], result: &Result<Vec<u8>, ReaderError>) {
        self.apdus += 1;
        self.write_down(command, result);
    }

    fn write_down(&mut self, command: &[u8], result: &Result<Vec<u8>, ReaderError>) {
        if let Some(trace) = &mut self.trace {
            let answer = result.as_ref().map_or_else(|_| Vec::new(), Clone::clone);
            trace.push(Exchange { command: masked(command), answer });
        }
    }

    fn strike_or_pass(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        if self.card.is_none() {
            return Err(ReaderError::NoCard);
        }
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

/// The command with `*` for every byte that could belong to a PIN or PUK. The length byte stays only where it is
/// surely one: a malformed command may have a digit in that place.
pub fn masked(command: &[u8]) -> Vec<u8> {
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
