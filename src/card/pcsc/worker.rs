//! What happens on a reader's own thread: the calls of PC/SC, each of which may block for as long as it likes.
//!
//! It owns the connection, and a transaction lives on its stack. It always lets the card go as it found it: PC/SC would
//! reset the card of a handle that is merely dropped, and throw out every other program.

use std::{
    ffi::CString,
    sync::mpsc::{Receiver, Sender},
    time::Duration,
};

use pcsc::{
    Card, Context, Disposition, Error, MAX_ATR_SIZE, Protocols, ReaderState, Scope, ShareMode, State, Transaction,
};
use virtual_card::{Atr, Presence, ReaderError};

use super::{
    link::{Advice, Link, Seen},
    manners::Manners,
    names,
};

/// How long a reader is given to notice that its card has gone: several times what its polling takes.
const NOTICE: Duration = Duration::from_millis(1500);
/// More changes than a reader sees while one is waited for.
const MOST_EVENTS: usize = 50;
/// The longest answer of an extended command, with its status word.
const LONGEST: usize = 65_538;
/// Longer than a reader's name in any service (pcsclite: 128 bytes).
const LONGEST_NAME: usize = 512;
/// A status word, which every answer ends with.
const STATUS: usize = 2;
/// VERIFY that verifies nothing and takes back what was verified (SP 800-73-4, part 2, section 3.2.1).
const LOG_OUT: [u8; 4] = [0x00, 0x20, 0xFF, 0x80];

/// What a reader's thread can be asked for.
pub enum Ask {
    Status,
    Connect,
    Transmit(Vec<u8>),
    Reset,
    Begin,
    End,
    /// Waits until a card is in the reader, or none.
    WaitFor {
        present: bool,
        limit: Duration,
    },
}

/// What it answers.
pub enum Answer {
    Presence(Presence),
    Atr(Atr),
    Response(Vec<u8>),
    Done,
}

pub type Answered = Result<Answer, ReaderError>;

/// The connection to one reader.
pub struct Worker {
    reader: CString,
    context: Context,
    card: Option<Card>,
    /// How often the reader had noticed a card come or go when the connection was made.
    events: u32,
    link: Link,
    manners: Manners,
    buffer: Vec<u8>,
}

/// What ends a transaction.
enum Ended {
    /// The caller did, or nobody is left to ask.
    Orderly,
    /// A question that cannot be answered within it.
    By(Ask),
}

impl Worker {
    pub fn new(reader: CString, context: Context, manners: Manners) -> Self {
        let link = Link::Apart;
        Self { reader, context, card: None, events: 0, link, manners, buffer: vec![0; LONGEST] }
    }

    /// Answers until nobody asks any more, then leaves the card as it was.
    pub fn serve(mut self, asks: &Receiver<Ask>, answers: &Sender<Answered>) {
        while let Ok(ask) = asks.recv() {
            let mut next = Some(ask);
            while let Some(ask) = next.take() {
                let answer = match ask {
                    Ask::Begin => match self.transaction(asks, answers) {
                        Ok(Ended::Orderly) => continue,
                        Ok(Ended::By(ask)) => {
                            next = Some(ask);
                            continue;
                        }
                        Err(error) => Err(error),
                    },
                    Ask::End => Ok(Answer::Done),
                    Ask::WaitFor { present, limit } => self.wait_for(present, limit).map(Answer::Presence),
                    Ask::Status => self.status().map(Answer::Presence),
                    Ask::Connect => self.connect().map(Answer::Atr),
                    Ask::Reset => self.reset().map(Answer::Atr),
                    Ask::Transmit(command) => self.transmit(&command).map(Answer::Response),
                };
                // Who was too slow is not waited for; what is left is to clear up.
                let _ = answers.send(answer);
            }
        }
        self.leave();
    }

    /// A context of the service that runs now, if the one that we had belongs to another.
    fn reach_service(&mut self) -> Result<(), ReaderError> {
        if self.link == Link::NoService {
            self.forget_card();
            self.context = Context::establish(Scope::User).map_err(|error| self.failed(error))?;
            self.link = Link::Apart;
        }
        Ok(())
    }

    /// Says what is there once it is as wanted, or once that has taken too long.
    fn wait_for(&mut self, present: bool, limit: Duration) -> Result<Presence, ReaderError> {
        self.reach_service()?;
        let mut state = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        let mut patience = Duration::ZERO;
        for _ in 0..MOST_EVENTS {
            match self.context.get_status_change(patience, &mut state) {
                Err(Error::Timeout) => break,
                Ok(()) if state[0].event_state().contains(State::UNKNOWN) => {
                    return Err(self.failed(Error::UnknownReader));
                }
                Ok(()) if state[0].event_state().contains(State::PRESENT) == present => break,
                Ok(()) => {}
                Err(error) => return Err(self.failed(error)),
            }
            patience = limit;
            state[0].sync_current_state();
        }
        Ok(names::presence(&state[0]))
    }

    fn status(&mut self) -> Result<Presence, ReaderError> {
        self.reach_service()?;
        let mut state = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        match self.context.get_status_change(Duration::ZERO, &mut state) {
            Ok(()) if state[0].event_state().contains(State::UNKNOWN) => Err(self.failed(Error::UnknownReader)),
            Ok(()) => Ok(names::presence(&state[0])),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Connects in the way that what we have allows for, and once more from the start if that was not enough.
    fn connect(&mut self) -> Result<Atr, ReaderError> {
        if self.link == Link::Joined
            && let Some(atr) = self.alive()
        {
            return Ok(atr);
        }
        self.reach_service()?;
        let kept = match self.link {
            Link::Stale => self.reconnect(Disposition::LeaveCard),
            Link::Unpowered => self.reconnect(Disposition::ResetCard),
            Link::Apart | Link::Joined | Link::NoService => false,
        };
        if !kept {
            self.forget_card();
            self.join()
                .or_else(|error| match error {
                    // The service was started anew since: our context is of its predecessor.
                    Error::NoService | Error::ServiceStopped | Error::CommError | Error::InvalidHandle => {
                        self.context = Context::establish(Scope::User)?;
                        self.join()
                    }
                    other => Err(other),
                })
                .map_err(|error| self.failed(error))?;
        }
        self.link = Link::Joined;
        self.manners.card_is_new();
        self.atr()
    }

    fn join(&mut self) -> Result<(), Error> {
        let mut state = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        self.context.get_status_change(Duration::ZERO, &mut state)?;
        self.events = state[0].event_count();
        self.card = Some(self.context.connect(&self.reader, ShareMode::Shared, Protocols::ANY)?);
        Ok(())
    }

    /// The answer to reset of the card that our handle was made for, if it still reaches it.
    fn alive(&mut self) -> Option<Atr> {
        let asked = self.card.as_ref().map(atr_of)?;
        asked.inspect_err(|error| drop(self.link.failed(*error))).ok()
    }

    fn reconnect(&mut self, disposition: Disposition) -> bool {
        self.card.as_mut().is_some_and(|card| card.reconnect(ShareMode::Shared, Protocols::ANY, disposition).is_ok())
    }

    fn atr(&mut self) -> Result<Atr, ReaderError> {
        let asked = self.card.as_ref().ok_or(Error::NoSmartcard).and_then(atr_of);
        asked.map_err(|error| self.failed(error))
    }

    fn reset(&mut self) -> Result<Atr, ReaderError> {
        if self.link != Link::Joined || !self.reconnect(Disposition::ResetCard) {
            self.connect()?;
            if !self.reconnect(Disposition::ResetCard) {
                return Err(ReaderError::Reset);
            }
        }
        self.link = Link::Joined;
        self.manners.card_is_new();
        self.atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.ready()?;
        let Some(card) = &self.card else { return Err(ReaderError::Reset) };
        let sent = send(card, command, &mut self.manners, &mut self.buffer);
        sent.map_err(|error| self.failed(error))
    }

    /// What a reader in memory says where nobody has connected.
    fn ready(&mut self) -> Result<(), ReaderError> {
        match self.link {
            Link::Joined => Ok(()),
            Link::Stale | Link::Unpowered => Err(ReaderError::Reset),
            Link::Apart | Link::NoService => match self.status()? {
                Presence::Empty => Err(ReaderError::NoCard),
                Presence::Present { .. } => Err(ReaderError::Reset),
            },
        }
    }

    /// A transaction from its beginning to its end, with everything that is asked meanwhile.
    fn transaction(&mut self, asks: &Receiver<Ask>, answers: &Sender<Answered>) -> Result<Ended, ReaderError> {
        self.ready()?;
        let Some(card) = &mut self.card else { return Err(ReaderError::Reset) };
        let begun = match card.transaction2() {
            Err((_, error)) => Err(error),
            Ok(held) => {
                let _ = answers.send(Ok(Answer::Done));
                Ok(hold(held, asks, answers, &mut self.manners, &mut self.buffer))
            }
        };
        let (lost, ended) = begun.map_err(|error| self.failed(error))?;
        // The error that ended it has not been told yet: it needs a look at the reader first.
        if let Some(error) = lost {
            let error = self.failed(error);
            let _ = answers.send(Err(error));
        }
        Ok(ended)
    }

    fn failed(&mut self, error: Error) -> ReaderError {
        match self.link.failed(error) {
            Advice::Tell(told) => told,
            Advice::Look => {
                let seen = self.look();
                self.link.seen(seen)
            }
        }
    }

    /// Looks at the reader until it has noticed something, or has had the time to.
    fn look(&self) -> Seen {
        let mut state = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        if self.context.get_status_change(Duration::ZERO, &mut state).is_err() {
            return Seen::Gone;
        }
        if !state[0].event_state().contains(State::UNKNOWN) && state[0].event_count() == self.events {
            state[0].sync_current_state();
            match self.context.get_status_change(NOTICE, &mut state) {
                Ok(()) | Err(Error::Timeout) => {}
                Err(_) => return Seen::Gone,
            }
        }
        let seen = state[0].event_state();
        if seen.contains(State::UNKNOWN) {
            Seen::Gone
        } else if !seen.contains(State::PRESENT) {
            Seen::Empty
        } else if state[0].event_count() != self.events {
            Seen::Another
        } else {
            Seen::Same
        }
    }

    fn forget_card(&mut self) {
        if let Some(card) = self.card.take() {
            // A handle that the service won't take back has nothing behind it any more.
            let _ = card.disconnect(Disposition::LeaveCard);
        }
    }

    /// Lets the card go. A PIN that we gave is forgotten: by the card's own command, else by a reset.
    fn leave(&mut self) {
        let Some(card) = self.card.take() else { return };
        let forgotten = !self.manners.must_log_out()
            || card.transmit(&LOG_OUT, &mut self.buffer).is_ok_and(|answer| answer == [0x90, 0x00]);
        let how = if forgotten { Disposition::LeaveCard } else { Disposition::ResetCard };
        let _ = card.disconnect(how);
    }
}

/// Answers within a transaction until it ends, or until the card is lost: then with the error that nobody was told yet.
fn hold(
    held: Transaction<'_>,
    asks: &Receiver<Ask>,
    answers: &Sender<Answered>,
    manners: &mut Manners,
    buffer: &mut [u8],
) -> (Option<Error>, Ended) {
    let (lost, ended) = loop {
        let answer = match asks.recv() {
            Err(_) => break (None, Ended::Orderly),
            Ok(Ask::Transmit(command)) => match send(&held, &command, manners, buffer) {
                Ok(response) => Ok(Answer::Response(response)),
                Err(error) => break (Some(error), Ended::Orderly),
            },
            Ok(Ask::Begin) => Ok(Answer::Done),
            Ok(ask @ (Ask::End | Ask::Status | Ask::WaitFor { .. } | Ask::Connect | Ask::Reset)) => {
                break (None, Ended::By(ask));
            }
        };
        let _ = answers.send(answer);
    };
    let _ = held.end(Disposition::LeaveCard);
    (lost, ended)
}

/// In one call, which is one way to the service and back: the crate's own way asks for the lengths first.
fn atr_of(card: &Card) -> Result<Atr, Error> {
    let (mut names, mut atr) = ([0; LONGEST_NAME], [0; MAX_ATR_SIZE]);
    Ok(card.status2(&mut names, &mut atr)?.atr().to_vec())
}

fn send(card: &Card, command: &[u8], manners: &mut Manners, buffer: &mut [u8]) -> Result<Vec<u8>, Error> {
    if let Some(question) = manners.question_before(command) {
        manners.answered(card.transmit(question, buffer)?);
    }
    let answer = card.transmit(command, buffer)?;
    // vpcd's driver calls it a success if the card is taken out while it waits for the answer, of which nothing came.
    if answer.len() < STATUS {
        return Err(Error::NotTransacted);
    }
    manners.sent(command, answer);
    Ok(answer.to_vec())
}
