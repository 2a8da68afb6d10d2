//! A person at a computer: a reader, a card in it or not, and the session that the portal gave.
//!
//! Everything that the portal learns of the card goes through encoded APDUs, as from a real card; this module
//! never looks inside one.

use domain::{
    Refusal,
    portal::{CardId, SessionId},
    refusal,
};
use signing::Certificate;
use virtual_card::{Card, CardFault, Pin, Presence, Puk, ReaderError, Slot};

use super::gateway::card_id;
use crate::card::{CardError, Terminal, desk::Desk};

/// The PIN that fixture cards leave the factory with.
pub const FACTORY_PIN: &str = "88888888";

/// A person of an enterprise with the card that they hold.
pub struct Person {
    /// Such as `滨海远航 法人卡`.
    pub name: String,
    /// The session that their browser holds, if they ever logged in.
    pub session: Option<SessionId>,
    /// Whether the scenario itself has handled card or session: then nothing is set right for them any more.
    pub by_hand: bool,
    /// The PIN that they know to be right.
    pub pin: String,
    desk: Box<dyn Desk>,
    /// Their own card while it is not in the reader.
    in_hand: Option<Card>,
}

impl Person {
    /// A person whose card is in the reader on their desk.
    pub fn new(name: String, card: Card, mut desk: Box<dyn Desk>) -> Self {
        desk.tray().trace(true);
        desk.tray().insert(card);
        Self { name, session: None, by_hand: false, pin: FACTORY_PIN.to_owned(), desk, in_hand: None }
    }

    /// Arms a fault of the card, counted in APDUs from now.
    pub fn arm(&mut self, fault: CardFault) {
        self.desk.tray().arm(fault);
    }

    /// Forgets faults that have not struck.
    pub fn disarm(&mut self) {
        self.desk.tray().disarm();
    }

    /// How many faults have struck so far.
    pub fn struck(&mut self) -> usize {
        self.desk.tray().struck().len()
    }

    /// APDUs exchanged so far.
    pub fn apdus(&mut self) -> u64 {
        self.desk.tray().apdus()
    }

    /// The APDUs since the last call, PIN bytes masked.
    pub fn drain_trace(&mut self) -> Vec<virtual_card::Exchange> {
        self.desk.tray().drain_trace()
    }

    /// Takes out whatever card is in. Their own stays at hand; somebody else's goes back to them.
    pub fn pull(&mut self) {
        let card = self.desk.tray().remove();
        self.desk.moved();
        self.keep_if_own(card);
    }

    /// Puts their own card in, in place of whatever is there.
    pub fn insert(&mut self) {
        if let Some(own) = self.in_hand.take() {
            self.desk.tray().insert(own);
            self.desk.moved();
        }
    }

    /// Puts somebody else's card in; their own stays at hand.
    pub fn swap(&mut self, card: Card) {
        let old = self.desk.tray().insert(card);
        self.desk.moved();
        self.keep_if_own(old);
    }

    /// A copy of their own card as it is now, wherever it is.
    pub fn own_card(&mut self) -> Option<Card> {
        self.in_hand.clone().or_else(|| self.desk.tray().card().cloned())
    }

    /// After a fault of the card: what it threw out is at hand now.
    pub fn pick_up(&mut self) {
        let card = self.desk.tray().take_ejected();
        self.keep_if_own(card);
    }

    /// A card that leaves the reader is their own exactly if their own is not at hand.
    fn keep_if_own(&mut self, card: Option<Card>) {
        if self.in_hand.is_none() {
            self.in_hand = card;
        }
    }

    /// The card that is in the reader, read from it; `None` where there is none.
    pub fn look(&mut self) -> Result<Option<(CardId, Certificate)>, Refusal> {
        match self.desk.reader().status() {
            Ok(Presence::Empty) | Err(ReaderError::NoCard | ReaderError::Removed) => return Ok(None),
            Ok(Presence::Present { .. }) => {}
            Err(other) => return Err(reader_refusal(&other)),
        }
        let certificate = match self.read_certificate() {
            // Swapped between two commands: what is in now is what counts.
            Err(CardError::Changed) => self.read_certificate(),
            other => other,
        };
        match certificate {
            Ok(certificate) => Ok(Some((card_id(&certificate), certificate))),
            Err(CardError::NoCard | CardError::Removed) => Ok(None),
            Err(error) => Err(card_refusal(&error)),
        }
    }

    /// Types the PIN and has the card sign the digest of `bytes` under the certificate's key.
    ///
    /// # Errors
    /// The page's refusal; [`CardError::Changed`] and removal are told apart by looking again.
    pub fn sign(&mut self, pin: &Pin, certificate: &Certificate, bytes: &[u8]) -> Result<Vec<u8>, CardError> {
        let key = certificate.public_key();
        let digest = key.digest(bytes);
        Terminal::hold(self.desk.reader(), |terminal| {
            terminal.verify_pin(pin)?;
            terminal.sign(Slot::Authentication, key.algorithm(), &digest)
        })
    }

    /// Changes the PIN (修改卡密码).
    pub fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), CardError> {
        Terminal::hold(self.desk.reader(), |terminal| terminal.change_pin(old, new))
    }

    /// Unblocks the PIN with the PUK (解锁卡).
    pub fn unblock(&mut self, puk: &Puk, new: &Pin) -> Result<(), CardError> {
        Terminal::hold(self.desk.reader(), |terminal| terminal.unblock(puk, new))
    }

    fn read_certificate(&mut self) -> Result<Certificate, CardError> {
        Terminal::hold(self.desk.reader(), |terminal| terminal.read_certificate(Slot::Authentication))
    }
}

/// What a page says of a card that did not do its work.
pub fn card_refusal(error: &CardError) -> Refusal {
    match error {
        CardError::WrongPin { tries_left } => Refusal::new(refusal::PIN_WRONG, &[&tries_left.to_string()]),
        CardError::Locked => Refusal::new(refusal::PIN_LOCKED, &[]),
        CardError::WrongPuk { tries_left } => Refusal::new(refusal::PUK_WRONG, &[&tries_left.to_string()]),
        CardError::PukLocked => Refusal::new(refusal::PUK_LOCKED, &[]),
        CardError::NoCard | CardError::Removed => Refusal::new(refusal::NO_CARD, &[]).citing(&["ACC-03", "ACC-05"]),
        CardError::Changed => Refusal::new(refusal::OTHER_CARD, &[]),
        CardError::Status(word) => Refusal::new(refusal::CARD_ERROR, &[&format!("状态字{word:04X}")]),
        CardError::PinNeeded => Refusal::new(refusal::CARD_ERROR, &["状态字6982"]),
        CardError::Stuck | CardError::Reader(_) | CardError::Malformed(_) => {
            Refusal::new(refusal::CARD_ERROR, &[&error.to_string()])
        }
    }
}

fn reader_refusal(error: &ReaderError) -> Refusal {
    Refusal::new(refusal::CARD_ERROR, &[&error.to_string()])
}
