//! A plug keeps a tray's card in a vpcd: from outside.
//!
//! What can be told to a plug, and what it tells. The thread that does it is in [`super::worker`].

use std::{
    io,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{state::State, worker::Worker};
use crate::{file::CardFileError, tray::Tray};

/// Called with the locked tray after each command, before the answer goes out: what the card counted must be on the disk
/// before anybody hears of it. If it fails, the answer is never sent and the card is pulled.
pub type Keep = Box<dyn FnMut(&mut Tray) -> Result<(), CardFileError> + Send>;
/// Called by the plug's thread, which holds no lock then, with each new state. It must not drop the plug.
pub type Heard = Box<dyn FnMut(State) + Send>;

/// How long a card takes, beside the time that it really takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// For each command, signatures included.
    pub apdu: Duration,
    /// For a signature on top of that: for the GENERAL AUTHENTICATE that carries the last piece of its data.
    pub signature: Duration,
}

/// What a plug is made of. [`Plug::new`] does where nothing but address and tray matters.
pub struct Setup {
    /// Where the vpcd listens.
    pub address: SocketAddr,
    /// The card, and what befalls it.
    pub tray: Arc<Mutex<Tray>>,
    /// How long the card takes.
    pub latency: Latency,
    /// Keeps what the card changed.
    pub keep: Option<Keep>,
    /// Hears of each new state.
    pub heard: Option<Heard>,
}

impl Setup {
    /// Nothing but what must be said.
    pub fn new(address: SocketAddr, tray: Arc<Mutex<Tray>>) -> Self {
        Self { address, tray, latency: Latency::default(), keep: None, heard: None }
    }

    /// Starts the plug, which from now on looks for its reader.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(self) -> io::Result<Plug> {
        let control = Control { tray: self.tray, latency: self.latency, ..Control::default() };
        let shared = Arc::new(Shared { control: Mutex::new(control), changed: Condvar::new() });
        let worker = Worker::new(Arc::clone(&shared), self.address, self.keep, self.heard);
        let thread = thread::Builder::new().name(format!("vpcd {}", self.address)).spawn(move || worker.run())?;
        Ok(Plug { shared, thread: Some(thread) })
    }
}

/// A tray's card, plugged into a vpcd for as long as there is a card, a vpcd, and this.
///
/// Nobody may hold the tray's lock while waiting for an answer that comes through the reader: the plug needs it to give one.
#[derive(Debug)]
pub struct Plug {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Plug {
    /// Plugs a tray into the vpcd at an address, now or as soon as one listens there.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(address: SocketAddr, tray: Arc<Mutex<Tray>>) -> io::Result<Self> {
        Setup::new(address, tray).start()
    }

    /// Pulls the card out of the reader; in its tray it stays. No answer leaves after this returns; the reader has seen
    /// it when the state is [`State::Out`]. Harmless if the card is out.
    pub fn pull(&self) {
        let mut control = self.shared.lock();
        control.pulled = true;
        control.at_once = false;
        control.hang_up(Shutdown::Write);
        self.shared.changed.notify_all();
    }

    /// Puts the card in again, but leaves the reader a second to see that it was out: a card that comes back between two
    /// of the reader's looks has never been away. Harmless if it is in.
    pub fn insert(&self) {
        self.shared.lock().pulled = false;
        self.shared.changed.notify_all();
    }

    /// As [`Plug::insert`], for who has seen the reader empty, and need not wait.
    pub fn insert_at_once(&self) {
        let mut control = self.shared.lock();
        control.pulled = false;
        // A card that is in need not hurry, and the next one must not do so in its stead.
        control.at_once = matches!(control.state, State::Out | State::NoReader);
        self.shared.changed.notify_all();
    }

    /// Lets another tray's card answer from the next request on. The connection stays: programs see no removal, unless the
    /// tray is empty.
    pub fn serve(&self, tray: Arc<Mutex<Tray>>) {
        self.shared.lock().tray = tray;
        self.shared.changed.notify_all();
    }

    /// Makes the card slower or faster, from the next command on.
    pub fn set_latency(&self, latency: Latency) {
        self.shared.lock().latency = latency;
    }

    /// Where it stands now.
    pub fn state(&self) -> State {
        self.shared.lock().state
    }

    /// Waits until it stands so. Says whether it did within `limit`.
    pub fn wait_for(&self, state: State, limit: Duration) -> bool {
        !self.shared.wait_while(limit, |control| control.state != state)
    }

    /// What last went wrong with the connection or with the card's file, for people.
    pub fn trouble(&self) -> Option<String> {
        self.shared.lock().trouble.clone()
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        let mut control = self.shared.lock();
        control.stop = true;
        control.hang_up(Shutdown::Both);
        drop(control);
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // That it broke has been told by its panic.
            thread.join().ok();
        }
    }
}

/// What plug and worker share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) control: Mutex<Control>,
    pub(super) changed: Condvar,
}

impl Shared {
    /// A thread that broke while it held the lock left nothing half done: each change is one assignment.
    pub(super) fn lock(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits at most so long while this is so. Says whether the time ran out.
    pub(super) fn wait_while(&self, limit: Duration, mut so: impl FnMut(&Control) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), limit, |control| so(control));
        waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

/// What the worker is to do, and where it stands. Whoever holds it never takes a tray's lock.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) tray: Arc<Mutex<Tray>>,
    pub(super) latency: Latency,
    /// The card is to be out.
    pub(super) pulled: bool,
    /// The next insertion need not wait.
    pub(super) at_once: bool,
    pub(super) stop: bool,
    pub(super) state: State,
    pub(super) trouble: Option<String>,
    /// The open connection, and whether it is still to be served.
    pub(super) line: Option<TcpStream>,
    pub(super) hung_up: bool,
}

impl Control {
    /// Ends the connection; the worker, which may be reading from it, finds out.
    fn hang_up(&mut self, how: Shutdown) {
        self.hung_up = true;
        if let Some(line) = &self.line {
            // It can only fail if the other side has ended it already.
            line.shutdown(how).ok();
        }
    }
}

impl Default for Control {
    fn default() -> Self {
        Self {
            tray: Arc::default(),
            latency: Latency::default(),
            pulled: false,
            at_once: false,
            stop: false,
            state: State::Out,
            trouble: None,
            line: None,
            hung_up: false,
        }
    }
}
