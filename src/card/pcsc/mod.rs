//! Cards in readers that the system's PC/SC service knows (feature `pcsc`).
//!
//! Calls of PC/SC block without a limit: behind a card that doesn't answer, or while another program holds a
//! transaction. So each reader has a thread of its own that calls, and its user waits no longer than the reader's
//! [`Limits`]; a thread that doesn't come back is left behind, and ends when its call does. No command shorter than four
//! bytes is ever sent: some drivers take it for one of their own.

mod link;
mod manners;
mod names;
mod worker;

use std::{
    env,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel},
    thread,
    time::Duration,
};

use pcsc::{Context, Scope};
use virtual_card::{Atr, Presence, Reader, ReaderError};

use self::{
    link::{Advice, Link},
    manners::Manners,
    worker::{Answer, Answered, Ask, Worker},
};
use super::open::Listed;

/// GENERATE ASYMMETRIC KEY PAIR: an RSA key takes some cards half a minute.
const GENERATE: u8 = 0x47;
/// The shortest command that ISO 7816-4 knows.
const SHORTEST: usize = 4;

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of any command.
    pub command: Duration,
    /// Of a command that makes a key.
    pub generate: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { command: Duration::from_secs(10), generate: Duration::from_secs(120) }
    }
}

impl Limits {
    /// The usual ones, or what `KOUAN_READER_SECONDS` says for every command: a slow card needs more, a test less.
    pub fn of_environment() -> Self {
        let asked = env::var("KOUAN_READER_SECONDS").ok().and_then(|text| text.parse().ok());
        let all = asked.filter(|seconds| (1..=3600).contains(seconds)).map(Duration::from_secs);
        all.map_or_else(Self::default, |all| Self { command: all, generate: all })
    }
}

/// Whose the card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user's: it is left as it was found, and a PIN that we gave is forgotten.
    User,
    /// Ours, made for this run: it hears exactly what it is sent.
    Program,
}

/// A reader of the system's service. Dropping it lets go of the card, which keeps its state.
pub struct PcscReader {
    name: String,
    limits: Limits,
    /// `None` once it is being dropped.
    asks: Option<Sender<Ask>>,
    answers: Receiver<Answered>,
    /// An answer that was not waited for is still to come.
    late: bool,
}

impl PcscReader {
    /// The reader of that name, or whose name alone has it as a part; without one the first that holds a card.
    ///
    /// # Errors
    /// What to tell the user: no service, no readers, or no such reader.
    pub fn open(name: Option<&str>, owner: Owner, limits: Limits) -> Result<Self, ReaderError> {
        let (told, found) = channel();
        let name = name.map(str::to_owned);
        let manners = match owner {
            Owner::User => Manners::of_a_guest(),
            Owner::Program => Manners::of_the_owner(),
        };
        let (asks, asked) = channel();
        let (answered, answers) = channel();
        // Even to be told which readers there are may take for ever.
        thread::spawn(move || match find(name.as_deref()) {
            Ok((context, reader)) => {
                let _ = told.send(Ok(reader.to_string_lossy().into_owned()));
                Worker::new(reader, context, manners).serve(&asked, &answered);
            }
            Err(error) => drop(told.send(Err(error))),
        });
        let name = found.recv_timeout(limits.command).map_err(|_| ReaderError::Stuck)??;
        Ok(Self { name, limits, asks: Some(asks), answers, late: false })
    }

    /// Waits until a card is in the reader, or none; says whether that came about within `limit`.
    ///
    /// # Errors
    /// If the reader or its service is gone.
    pub fn wait_for(&mut self, present: bool, limit: Duration) -> Result<bool, ReaderError> {
        match self.ask(Ask::WaitFor { present, limit }, limit + self.limits.command)? {
            Answer::Presence(presence) => Ok((presence != Presence::Empty) == present),
            Answer::Atr(_) | Answer::Response(_) | Answer::Done => Err(ReaderError::Stuck),
        }
    }

    fn ask(&mut self, ask: Ask, limit: Duration) -> Answered {
        if self.late {
            match self.answers.try_recv() {
                // It came back after all, but nobody knows what became of the card meanwhile.
                Ok(_) => self.late = false,
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return Err(ReaderError::Stuck),
            }
            if !matches!(ask, Ask::Connect | Ask::Status | Ask::WaitFor { .. } | Ask::Reset) {
                return Err(ReaderError::Reset);
            }
        }
        self.asks.as_ref().and_then(|asks| asks.send(ask).ok()).ok_or(ReaderError::Stuck)?;
        self.answers.recv_timeout(limit).unwrap_or_else(|error| {
            self.late = error == RecvTimeoutError::Timeout;
            Err(ReaderError::Stuck)
        })
    }

    fn ask_atr(&mut self, ask: Ask) -> Result<Atr, ReaderError> {
        match self.ask(ask, self.limits.command)? {
            Answer::Atr(atr) => Ok(atr),
            Answer::Presence(_) | Answer::Response(_) | Answer::Done => Err(ReaderError::Stuck),
        }
    }
}

impl Drop for PcscReader {
    /// Waits until the card is let go, so that the program does not end before that.
    fn drop(&mut self) {
        self.asks = None;
        while !self.late && self.answers.recv_timeout(self.limits.command).is_ok() {}
    }
}

/// All readers, in the service's order.
///
/// # Errors
/// What to tell the user: no service, or one that does not answer.
pub fn list(limits: Limits) -> Result<Vec<Listed>, ReaderError> {
    let (told, found) = channel();
    thread::spawn(move || {
        let context = Context::establish(Scope::User);
        drop(told.send(context.and_then(|context| names::list_with(&context)).map_err(words)));
    });
    found.recv_timeout(limits.command).map_err(|_| ReaderError::Stuck)?
}

/// The first of these readers that holds a card (or, unless `card`, none), as soon as one does; `None` if that takes longer
/// than `limit`.
///
/// # Errors
/// What to tell the user: no service.
pub fn first_to_be(card: bool, readers: &[String], limit: Duration) -> Result<Option<String>, ReaderError> {
    let context = Context::establish(Scope::User).map_err(words)?;
    names::first_to_be(card, &context, readers, limit).map_err(words)
}

fn find(name: Option<&str>) -> Result<(Context, std::ffi::CString), ReaderError> {
    let context = Context::establish(Scope::User).map_err(words)?;
    let readers = names::list_with(&context).map_err(words)?;
    let reader = names::choose(&readers, name).map_err(ReaderError::Other)?;
    Ok((context, reader))
}

/// What an error of the service says outside of any connection.
fn words(error: pcsc::Error) -> ReaderError {
    match Link::default().failed(error) {
        Advice::Tell(told) => told,
        Advice::Look => ReaderError::Stuck,
    }
}

impl Reader for PcscReader {
    fn name(&self) -> &str {
        &self.name
    }

    fn status(&mut self) -> Result<Presence, ReaderError> {
        match self.ask(Ask::Status, self.limits.command)? {
            Answer::Presence(presence) => Ok(presence),
            Answer::Atr(_) | Answer::Response(_) | Answer::Done => Err(ReaderError::Stuck),
        }
    }

    fn connect(&mut self) -> Result<Atr, ReaderError> {
        self.ask_atr(Ask::Connect)
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        if command.len() < SHORTEST {
            // What a card says of it, without asking the card.
            return Ok(vec![0x67, 0x00]);
        }
        let limit = if command[1] == GENERATE { self.limits.generate } else { self.limits.command };
        match self.ask(Ask::Transmit(command.to_vec()), limit)? {
            Answer::Response(response) => Ok(response),
            Answer::Atr(_) | Answer::Presence(_) | Answer::Done => Err(ReaderError::Stuck),
        }
    }

    fn reset(&mut self) -> Result<Atr, ReaderError> {
        self.ask_atr(Ask::Reset)
    }

    fn begin(&mut self) -> Result<(), ReaderError> {
        self.ask(Ask::Begin, self.limits.command).map(|_| ())
    }

    fn end(&mut self) {
        // The transaction of a thread that doesn't come back ends with its call.
        let _ = self.ask(Ask::End, self.limits.command);
    }
}
