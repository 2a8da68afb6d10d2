//! A plug's thread: connects, answers, takes the card out so that the reader sees it, tries again.

use std::{
    io,
    net::{Shutdown, SocketAddr, TcpStream},
    ptr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    frame::{Request, read_request, write_answer},
    plug::{Heard, Keep, Shared},
    reply::{Reply, reply},
    state::State,
};
use crate::tray::Tray;

/// A vpcd on this machine takes a connection at once.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// From the first failed connection to the next attempt; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest time between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How often an empty tray is looked at.
const TRAY_LOOK: Duration = Duration::from_millis(100);
/// Two looks of pcscd's and some more.
const OUT_FOR: Duration = Duration::from_secs(1);
/// How long the driver may take to see that the card is gone. It looks every 400 ms.
const NOTICE_LIMIT: Duration = Duration::from_secs(3);
/// The driver looks for the card all the time. If nothing comes after an order, then a program has sent that one byte as
/// its command, and the driver waits for an answer that the protocol has no place for.
const ORDER_LIMIT: Duration = Duration::from_secs(5);
/// More than a driver sends that still waits for an answer.
const DISCARD_LIMIT: u64 = 1 << 17;

/// How a connection ended.
enum End {
    /// The driver closed it, or it broke.
    Lost,
    /// The card is to be out of the reader.
    Gone,
}

/// Which card was seen in which tray: another number in the same tray is another card.
struct Seen {
    tray: Arc<Mutex<Tray>>,
    insertions: u64,
}

/// What runs in the thread.
pub(super) struct Worker {
    shared: Arc<Shared>,
    address: SocketAddr,
    keep: Option<Keep>,
    heard: Option<Heard>,
    state: State,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, address: SocketAddr, keep: Option<Keep>, heard: Option<Heard>) -> Self {
        Self { shared, address, keep, heard, state: State::Out }
    }

    pub(super) fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        while self.wait_for_card() {
            let worked = match self.connect() {
                Ok(Some(stream)) => self.occupy(&stream),
                Ok(None) => continue,
                Err(error) => {
                    self.trouble(&error);
                    self.enter(State::NoReader);
                    false
                }
            };
            // Whoever hangs up before asking anything is no reader, or one that is going down.
            if worked {
                pause = FIRST_PAUSE;
            } else {
                self.shared.wait_while(pause, |control| !control.stop && !control.at_once);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// Waits until there is a card that is to be in the reader; false if the plug is being dropped.
    fn wait_for_card(&mut self) -> bool {
        loop {
            let control = self.shared.lock();
            if control.stop {
                return false;
            }
            let (pulled, tray) = (control.pulled, Arc::clone(&control.tray));
            drop(control);
            if !pulled && lock(&tray).card().is_some() {
                return true;
            }
            self.enter(State::Out);
            let served = Arc::as_ptr(&tray);
            self.shared.wait_while(TRAY_LOOK, |control| {
                !control.stop && control.pulled == pulled && ptr::eq(served, Arc::as_ptr(&control.tray))
            });
        }
    }

    /// A connection, which from now on can be ended from outside; `None` if it is no longer wanted.
    fn connect(&mut self) -> io::Result<Option<TcpStream>> {
        self.shared.lock().at_once = false;
        let stream = TcpStream::connect_timeout(&self.address, CONNECT_LIMIT)?;
        // Where nobody listens, and the system happens to choose that very port for our end, a socket meets itself; and
        // would keep the reader off its port.
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        stream.set_nodelay(true)?;
        let line = stream.try_clone()?;
        let mut control = self.shared.lock();
        if control.stop || control.pulled {
            return Ok(None);
        }
        control.line = Some(line);
        control.hung_up = false;
        control.trouble = None;
        Ok(Some(stream))
    }

    /// From connection to end. Says whether the reader asked for anything.
    fn occupy(&mut self, stream: &TcpStream) -> bool {
        self.enter(State::Connected);
        let end = self.converse(stream);
        let worked = self.state != State::Connected;
        if matches!(end, End::Gone) {
            leave(stream);
        }
        let mut control = self.shared.lock();
        control.line = None;
        let tray = Arc::clone(&control.tray);
        drop(control);
        // Without a reader a card has no power.
        if let Some(card) = lock(&tray).card_mut() {
            card.reset();
        }
        if matches!(end, End::Gone) {
            self.enter(State::Out);
            self.shared.wait_while(OUT_FOR, |control| !control.stop && !control.at_once);
        }
        worked
    }

    fn converse(&mut self, stream: &TcpStream) -> End {
        let mut seen = None;
        let mut limited = false;
        loop {
            let request = match read_request(&mut &*stream, || acknowledge(stream)) {
                Ok(Some(request)) => request,
                Ok(None) => return self.ended(),
                Err(error) => {
                    self.trouble(&error);
                    let out_of_time = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
                    return if out_of_time { End::Gone } else { self.ended() };
                }
            };
            self.enter(State::InReader);
            let reply = self.reply(&request, &mut seen);
            let limit = (reply == Reply::Silence).then_some(ORDER_LIMIT);
            if limit.is_some() != limited && stream.set_read_timeout(limit).is_ok() {
                limited = limit.is_some();
            }
            match reply {
                Reply::Silence => {}
                Reply::Gone => return End::Gone,
                Reply::Stuck => {
                    self.enter(State::Stuck);
                    discard(stream);
                    return End::Gone;
                }
                Reply::Answer(answer) => {
                    self.take_time(&request);
                    if let Err(error) = write_answer(&mut &*stream, &answer) {
                        self.trouble(&error);
                        return self.ended();
                    }
                }
            }
        }
    }

    /// The connection is no more: did we do that, or the driver?
    fn ended(&self) -> End {
        if self.shared.lock().hung_up { End::Gone } else { End::Lost }
    }

    fn reply(&mut self, request: &Request, seen: &mut Option<Seen>) -> Reply {
        let control = self.shared.lock();
        if control.hung_up {
            return Reply::Gone;
        }
        let shared = Arc::clone(&control.tray);
        drop(control);
        let mut tray = lock(&shared);
        let insertions = tray.insertions();
        if seen.as_ref().is_some_and(|seen| Arc::ptr_eq(&seen.tray, &shared) && seen.insertions != insertions) {
            return Reply::Gone;
        }
        *seen = Some(Seen { tray: Arc::clone(&shared), insertions });
        let reply = reply(request, &mut tray);
        if let (Request::Apdu(_), Some(keep)) = (request, &mut self.keep)
            && let Err(error) = keep(&mut tray)
        {
            drop(tray);
            let mut control = self.shared.lock();
            control.trouble = Some(error.to_string());
            control.pulled = true;
            return Reply::Gone;
        }
        reply
    }

    /// Waits as long as a slow card would.
    fn take_time(&self, request: &Request) {
        let Request::Apdu(command) = request else { return };
        let latency = self.shared.lock().latency;
        let signs = matches!(command.as_slice(), [cla, 0x87, ..] if cla & 0x10 == 0);
        let time = if signs { latency.apdu + latency.signature } else { latency.apdu };
        if !time.is_zero() {
            self.shared.wait_while(time, |control| !control.stop && !control.hung_up);
        }
    }

    fn trouble(&self, error: &io::Error) {
        self.shared.lock().trouble = Some(error.to_string());
    }

    fn enter(&mut self, state: State) {
        if self.state == state {
            return;
        }
        self.state = state;
        self.shared.lock().state = state;
        self.shared.changed.notify_all();
        if let Some(heard) = &mut self.heard {
            heard(state);
        }
    }
}

fn lock(tray: &Mutex<Tray>) -> MutexGuard<'_, Tray> {
    tray.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the card out, and waits until the driver has seen it: it learns it when it next asks, and then closes its side.
fn leave(stream: &TcpStream) {
    // Each can only fail if the connection is gone, and then the driver knows.
    stream.shutdown(Shutdown::Write).ok();
    stream.set_read_timeout(Some(NOTICE_LIMIT)).ok();
    discard(stream);
}

/// Reads until the driver closes its side.
fn discard(stream: &TcpStream) {
    io::copy(&mut io::Read::take(stream, DISCARD_LIMIT), &mut io::sink()).ok();
}

/// Acknowledges what has come so far without waiting for more. It holds for once, so it is said each time.
#[cfg(target_os = "linux")]
fn acknowledge(stream: &TcpStream) {
    // Without it the card is slow, but right.
    rustix::net::sockopt::set_tcp_quickack(stream, true).ok();
}

/// Other systems have no such switch.
#[cfg(not(target_os = "linux"))]
fn acknowledge(_: &TcpStream) {}
