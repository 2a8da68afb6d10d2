//! A slot: one card file, the tray that its card lies in, and the plug that holds it into a reader.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use virtual_card::{
    CardFault, CardFaultKind, CardFileError, CardSession, Exchange, Tray,
    vpcd::{Latency, Plug, Setup, State},
};

use super::Refusal;

/// Something that happened in a slot.
#[derive(Debug)]
pub struct Event {
    /// The slot's number.
    pub slot: usize,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug)]
pub enum What {
    /// The plug stands elsewhere now.
    State(State),
    /// Commands and their answers, without secrets.
    Exchanged(Vec<Exchange>),
}

/// Where events go. Called by the slots' threads.
pub type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// How a card is offered.
pub struct Offer {
    /// The vpcd.
    pub address: SocketAddr,
    /// How long the card takes.
    pub latency: Latency,
    /// Whether commands are to be told.
    pub log: bool,
    /// Where to tell what happens.
    pub tell: Tell,
}

/// A card that is offered, or the place where it was.
pub struct Slot {
    number: usize,
    address: SocketAddr,
    plug: Plug,
    tray: Arc<Mutex<Tray>>,
    /// Who needs both locks takes the tray's first.
    held: Arc<Mutex<Held>>,
}

/// The file behind the card.
struct Held {
    /// None while the card is pulled.
    session: Option<CardSession>,
    /// As it was named.
    path: PathBuf,
    /// The card of a swap that is armed.
    next: Option<(CardSession, PathBuf)>,
}

impl Slot {
    /// Offers a card; the first slot is number 1.
    ///
    /// # Errors
    /// If the file is wrong or in use, or the system gives no thread.
    pub fn new(number: usize, path: &Path, offer: Offer) -> Result<Self, Refusal> {
        let session = open(path)?;
        let mut tray = Tray::default();
        tray.insert(session.card());
        tray.trace(offer.log);
        let tray = Arc::new(Mutex::new(tray));
        let held = Arc::new(Mutex::new(Held { session: Some(session), path: path.into(), next: None }));
        let mut setup = Setup::new(offer.address, Arc::clone(&tray));
        setup.latency = offer.latency;
        setup.keep = Some(Box::new({
            let (held, tell) = (Arc::clone(&held), Arc::clone(&offer.tell));
            move |tray| {
                let kept = lock(&held).keep(tray);
                let exchanged = tray.drain_trace();
                if !exchanged.is_empty() {
                    tell(Event { slot: number, what: What::Exchanged(exchanged) });
                }
                kept
            }
        }));
        setup.heard = Some(Box::new(move |state| (offer.tell)(Event { slot: number, what: What::State(state) })));
        Ok(Self { number, address: offer.address, plug: setup.start()?, tray, held })
    }

    /// Pulls the card. Its file is free then.
    ///
    /// # Errors
    /// If it is out.
    pub fn pull(&self) -> Result<(), Refusal> {
        self.there()?;
        self.take_out()
    }

    /// Puts a card in: the one that was there, or another. Returns the file as it was named.
    ///
    /// # Errors
    /// If there is a card, or the file is wrong or in use.
    pub fn insert(&self, file: Option<PathBuf>) -> Result<PathBuf, Refusal> {
        let mut tray = lock(&self.tray);
        let mut held = lock(&self.held);
        if tray.card().is_some() {
            // After its file couldn't be written a card is out of the reader, but still here with what it counted.
            if file.is_some() || self.plug.state() != State::Out {
                return Err(Refusal::In(self.number));
            }
            held.keep(&mut tray)?;
        } else {
            let path = file.unwrap_or_else(|| held.path.clone());
            let session = open(&path)?;
            tray.insert(session.card());
            held.session = Some(session);
            held.path = path;
        }
        self.plug.insert();
        Ok(held.path.clone())
    }

    /// Pulls the card, if it is in, and puts another in.
    ///
    /// # Errors
    /// If the file is wrong or in use; then the card stays.
    pub fn swap(&self, file: PathBuf) -> Result<PathBuf, Refusal> {
        let session = open(&file)?;
        self.take_out()?;
        lock(&self.tray).insert(session.card());
        let mut held = lock(&self.held);
        held.session = Some(session);
        held.path.clone_from(&file);
        self.plug.insert();
        Ok(file)
    }

    /// Swaps the card at a command to come.
    ///
    /// # Errors
    /// If the file is wrong or in use, the card is out, or it will be swapped anyway.
    pub fn swap_at(&self, file: PathBuf, at: u32) -> Result<(), Refusal> {
        self.there()?;
        if lock(&self.held).next.is_some() {
            return Err(Refusal::SwapArmed(self.number));
        }
        let session = open(&file)?;
        let kind = CardFaultKind::Swap(Box::new(session.card()));
        let mut tray = lock(&self.tray);
        lock(&self.held).next = Some((session, file));
        tray.arm(CardFault { at, kind });
        Ok(())
    }

    /// Uses up the PIN's tries, now.
    ///
    /// # Errors
    /// If the card is out, or its file can't be written.
    pub fn lock(&self) -> Result<(), Refusal> {
        let mut tray = lock(&self.tray);
        tray.card_mut().ok_or(Refusal::Out(self.number))?.lock();
        lock(&self.held).keep(&mut tray)?;
        Ok(())
    }

    /// Has something happen at a command to come.
    ///
    /// # Errors
    /// If the card is out.
    pub fn arm(&self, fault: CardFault) -> Result<(), Refusal> {
        let mut tray = lock(&self.tray);
        tray.card().ok_or(Refusal::Out(self.number))?;
        tray.arm(fault);
        Ok(())
    }

    /// Takes back what hasn't happened, and says how much it was.
    pub fn clear(&self) -> usize {
        let mut tray = lock(&self.tray);
        let armed = tray.armed();
        tray.disarm();
        lock(&self.held).next = None;
        armed
    }

    /// Where its plug stands.
    pub fn state(&self) -> State {
        self.plug.state()
    }

    /// Where the vpcd is to listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What last went wrong, for people.
    pub fn trouble(&self) -> Option<String> {
        self.plug.trouble()
    }

    fn there(&self) -> Result<(), Refusal> {
        lock(&self.tray).card().map(|_| ()).ok_or(Refusal::Out(self.number))
    }

    /// First out of the reader, so that no answer leaves any more; then out of the tray.
    fn take_out(&self) -> Result<(), Refusal> {
        self.plug.pull();
        let mut tray = lock(&self.tray);
        let mut held = lock(&self.held);
        let kept = held.keep(&mut tray);
        tray.remove();
        held.session = None;
        Ok(kept?)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tray = lock(&self.tray);
        let held = lock(&self.held);
        write!(f, "{} {} {}", self.number, self.address, in_words(self.state()))?;
        write!(f, " 文件 {}", held.path.display())?;
        if let Some(card) = tray.card() {
            write!(f, " 卡密码剩余{}次", card.pin_state().pin_left)?;
        }
        write!(f, " 命令{}条", tray.apdus())?;
        if tray.armed() > 0 {
            write!(f, " 待发故障{}个", tray.armed())?;
        }
        match self.plug.trouble() {
            Some(trouble) if self.state() != State::InReader => write!(f, "（{trouble}）"),
            _ => Ok(()),
        }
    }
}

/// A state as people read it; one word, for scripts too.
pub fn in_words(state: State) -> &'static str {
    match state {
        State::Out => "已拔出",
        State::NoReader => "等待读卡器",
        State::Connected => "已连接",
        State::InReader => "在读卡器中",
        State::Stuck => "卡住",
    }
}

impl Held {
    /// Writes what the card changed, and follows the card that a fault took out or put in.
    fn keep(&mut self, tray: &mut Tray) -> Result<(), CardFileError> {
        if tray.take_ejected().is_some() {
            // The command at which a card goes is never run, so there is nothing of it to be written.
            match self.next.take_if(|_| tray.card().is_some()) {
                Some((session, path)) => {
                    self.session = Some(session);
                    self.path = path;
                }
                None => self.session = None,
            }
        }
        match (tray.card(), &mut self.session) {
            (Some(card), Some(session)) => session.keep(card),
            (None, _) | (_, None) => Ok(()),
        }
    }
}

fn open(path: &Path) -> Result<CardSession, Refusal> {
    CardSession::try_open(path)?.ok_or_else(|| Refusal::InUse(path.into()))
}

/// A thread that broke while it held the lock has ended its own work only.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
