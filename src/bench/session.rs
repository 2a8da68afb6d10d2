//! One session: it opens its card, gives the PIN when told to, and signs or only asks, lap by lap, with the clock beside it.
//!
//! Invariant: nothing is sent to a card after an error but the end of a transaction and the end of the session.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use signing::{Algorithm, PublicKey, Signer};
use virtual_card::{Atr, Pin, Presence, Reader, ReaderError, Slot};

use super::{BenchError, Plan, Transaction};
use crate::card::{CardError, PinStatus, Terminal};

/// A lap holds at least so many acts where there is time left, so that slow cards aren't cut into laps of one.
const FEW: usize = 20;
/// A card must have so many tries left before a PIN is given to it that may be wrong.
const SAFE_TRIES: u8 = 2;

/// How long a lap lasts: past `least` when [`FEW`] are done, past `most` in any case. One act is always done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spell {
    pub(super) least: Duration,
    pub(super) most: Duration,
}

/// A signature, with the number from which its digest was made, and what it took.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) number: u64,
    pub(super) signature: Vec<u8>,
    pub(super) took: Duration,
}

/// What a session did in one lap.
#[derive(Debug, Default)]
pub(super) struct Lap {
    /// How many signatures or questions.
    pub(super) count: u64,
    pub(super) signed: Vec<Signed>,
    pub(super) elapsed: Duration,
    pub(super) apdus: u64,
}

/// What sessions have in common: signing, asking for nothing, and how many commands that took so far.
pub(super) trait Hand {
    /// Gives the PIN.
    fn unlock(&mut self) -> Result<(), BenchError>;
    fn sign(&mut self, digest: &[u8; 32]) -> Result<Vec<u8>, BenchError>;
    /// The shortest command there and back.
    fn echo(&mut self) -> Result<(), BenchError>;
    fn apdus(&self) -> u64;
}

/// The digest that a number stands for.
pub(super) fn digest(number: u64) -> [u8; 32] {
    let mut digest = [0x5A; 32];
    digest[24..].copy_from_slice(&number.to_be_bytes());
    digest
}

/// Signs digests from `first` on.
pub(super) fn sign(hand: &mut dyn Hand, first: u64, spell: Spell, expected: usize) -> Result<Lap, BenchError> {
    let apdus = hand.apdus();
    // Room for the whole lap, or the clock would see it grow.
    let mut signed = Vec::with_capacity(expected);
    let begin = now();
    let mut before = begin;
    for number in first.. {
        let signature = hand.sign(&digest(number))?;
        let after = now();
        signed.push(Signed { number, signature, took: after - before });
        if spell.is_over(after - begin, signed.len()) {
            break;
        }
        before = after;
    }
    Ok(Lap { count: signed.len() as u64, signed, elapsed: now() - begin, apdus: hand.apdus() - apdus })
}

/// Sends the shortest command again and again.
pub(super) fn echo(hand: &mut dyn Hand, spell: Spell) -> Result<Lap, BenchError> {
    let apdus = hand.apdus();
    let begin = now();
    for count in 1.. {
        hand.echo()?;
        let elapsed = now() - begin;
        if spell.is_over(elapsed, count) {
            return Ok(Lap { count: count as u64, elapsed, apdus: hand.apdus() - apdus, ..Lap::default() });
        }
    }
    Ok(Lap::default())
}

impl Spell {
    fn is_over(self, elapsed: Duration, done: usize) -> bool {
        elapsed >= self.most || elapsed >= self.least && done >= FEW
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// The signer without a card.
pub(super) struct Raw(pub(super) Box<dyn Signer>);

impl Hand for Raw {
    fn unlock(&mut self) -> Result<(), BenchError> {
        Ok(())
    }

    fn sign(&mut self, digest: &[u8; 32]) -> Result<Vec<u8>, BenchError> {
        self.0.sign_digest(digest).map_err(|error| BenchError::Broken(error.to_string()))
    }

    fn echo(&mut self) -> Result<(), BenchError> {
        Ok(())
    }

    fn apdus(&self) -> u64 {
        0
    }
}

/// A reader that counts what is sent through it.
pub(super) struct Counted {
    reader: Box<dyn Reader>,
    apdus: Rc<Cell<u64>>,
}

impl Counted {
    pub(super) fn new(reader: Box<dyn Reader>) -> Self {
        Self { reader, apdus: Rc::default() }
    }
}

impl Reader for Counted {
    fn name(&self) -> &str {
        self.reader.name()
    }
    fn status(&mut self) -> Result<Presence, ReaderError> {
        self.reader.status()
    }
    fn connect(&mut self) -> Result<Atr, ReaderError> {
        self.reader.connect()
    }
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.apdus.set(self.apdus.get() + 1);
        self.reader.transmit(command)
    }
    fn reset(&mut self) -> Result<Atr, ReaderError> {
        self.reader.reset()
    }
    fn begin(&mut self) -> Result<(), ReaderError> {
        self.reader.begin()
    }
    fn end(&mut self) {
        self.reader.end();
    }
}

/// A card in whatever reader.
pub(super) struct Held<'a> {
    terminal: Terminal<'a>,
    name: String,
    apdus: Rc<Cell<u64>>,
    algorithm: Algorithm,
    pin: &'a Pin,
    pin_each: bool,
    transaction: Transaction,
    /// Whether the card is someone's: then its tries are asked for first.
    foreign: bool,
}

impl<'a> Held<'a> {
    /// Connects and selects; for a foreign card reads its key from its certificate too, which must fit. No PIN is given yet.
    pub(super) fn connect(
        reader: &'a mut Counted,
        plan: &'a Plan,
        foreign: bool,
    ) -> Result<(Self, Option<PublicKey>), BenchError> {
        let (name, apdus) = (reader.name().to_owned(), Rc::clone(&reader.apdus));
        let failed = |error| BenchError::Card { reader: name.clone(), error };
        let mut terminal = Terminal::connect(reader).map_err(failed)?;
        let key = if foreign { Some(own_key(&mut terminal, &name)?) } else { None };
        if let Some(found) = key.as_ref().map(PublicKey::algorithm).filter(|found| *found != plan.algorithm) {
            return Err(BenchError::OtherAlgorithm { reader: name, found, wanted: plan.algorithm });
        }
        let Plan { algorithm, pin, pin_each, transaction, .. } = plan;
        let (algorithm, pin_each, transaction) = (*algorithm, *pin_each, *transaction);
        Ok((Self { terminal, name, apdus, algorithm, pin, pin_each, transaction, foreign }, key))
    }

    /// Does something with the card, in a transaction of its own unless one is kept.
    fn act<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, CardError>) -> Result<T, CardError> {
        match self.transaction {
            Transaction::Kept => act(self),
            Transaction::Each => {
                self.terminal.begin()?;
                let done = act(self);
                self.terminal.end();
                done
            }
        }
    }

    fn failed(&self, error: CardError) -> BenchError {
        let reader = self.name.clone();
        match error {
            CardError::WrongPin { .. } | CardError::Locked => BenchError::Pin { reader, error },
            error => BenchError::Card { reader, error },
        }
    }
}

/// The key that the card's certificate for 9A names.
pub(super) fn own_key(terminal: &mut Terminal<'_>, name: &str) -> Result<PublicKey, BenchError> {
    let reader = name.to_owned();
    match terminal.read_certificate(Slot::Authentication) {
        Ok(certificate) => Ok(certificate.public_key().clone()),
        Err(CardError::Status(0x6A82)) => {
            Err(BenchError::Impossible(format!("{reader}：卡的9A槽没有证书，签名无从验证，不能测速")))
        }
        Err(error) => Err(BenchError::Card { reader, error }),
    }
}

impl Hand for Held<'_> {
    fn unlock(&mut self) -> Result<(), BenchError> {
        if self.transaction == Transaction::Kept {
            self.terminal.begin().map_err(|error| self.failed(error))?;
        }
        if self.foreign {
            match self.act(|held| held.terminal.tries_left()).map_err(|error| self.failed(error))? {
                PinStatus::Left(left) if left < SAFE_TRIES => {
                    return Err(BenchError::FewTries { reader: self.name.clone(), left });
                }
                PinStatus::Left(_) | PinStatus::Verified => {}
            }
        }
        self.act(|held| held.terminal.verify_pin(held.pin)).map_err(|error| self.failed(error))
    }

    fn sign(&mut self, digest: &[u8; 32]) -> Result<Vec<u8>, BenchError> {
        let signature = self.act(|held| {
            if held.pin_each {
                held.terminal.verify_pin(held.pin)?;
            }
            held.terminal.sign(Slot::Authentication, held.algorithm, digest)
        });
        signature.map_err(|error| self.failed(error))
    }

    /// VERIFY without a PIN, 00 20 00 80: four bytes there, two back. It asks for the tries that are left and costs none.
    fn echo(&mut self) -> Result<(), BenchError> {
        self.terminal.tries_left().map(|_| ()).map_err(|error| self.failed(error))
    }

    fn apdus(&self) -> u64 {
        self.apdus.get()
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.terminal.end();
    }
}
