//! Scenarios' own virtual cards in readers of the system: plugged into a vpcd, talked to through PC/SC (feature `pcsc`).
//!
//! A stand is one physical place with a reader: its people share it by having the plug answer for another tray, which
//! nobody notices. What a scenario does to a card by hand, and what a fault does, is a real removal and insertion; the
//! stand waits until the reader has noticed each. Whatever the reader does by itself is trouble, never a result.

use std::{
    cell::RefCell,
    net::SocketAddr,
    ops::DerefMut,
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use virtual_card::{
    Atr, Card, CardKeys, Presence, Profile, Reader, ReaderError, Tray,
    vpcd::{Plug, State},
};

use super::{
    desk::{Desk, Desks, Readers},
    lease::{Lease, Places},
    open::{self, Listed, words},
    pcsc::{self, Limits, Owner, PcscReader},
};

/// How long a reader may take to notice a card that comes or goes. It looks every 400 ms, and a service that is being
/// started anew takes longer.
const NOTICE: Duration = Duration::from_secs(5);
/// How many scenarios wait for a reader that does not come back.
const PATIENCE: u8 = 2;
/// How long it takes unless something is amiss.
const NOTICE_SOON: Duration = Duration::from_secs(2);

fn names(readers: &[Listed]) -> Vec<String> {
    readers.iter().map(|reader| reader.name.clone()).collect()
}

/// One reader with the plug that puts cards into it.
struct Stand {
    address: SocketAddr,
    name: String,
    reader: PcscReader,
    plug: Plug,
    /// The tray that the plug answers for.
    served: Arc<Mutex<Tray>>,
    /// Which card, counted as its tray counts, each tray had when it was last in the reader; only if one is in now.
    holds: Option<Vec<(Arc<Mutex<Tray>>, u64)>>,
    trouble: Option<String>,
    /// How often in a row the reader did not come back after trouble.
    in_vain: u8,
}

impl Stand {
    /// Finds out which reader a vpcd is by putting a card in.
    fn open(address: SocketAddr, name: Option<&str>) -> Result<Self, String> {
        let before = open::list().map_err(words)?;
        let tray = blank();
        let plug = Plug::new(address, Arc::clone(&tray)).map_err(|error| error.to_string())?;
        if !plug.wait_for(State::InReader, NOTICE) {
            return Err(match plug.state() {
                State::Connected => format!("{address} 的读卡器中已有别的卡：先拔出那张卡（停下插卡的程序）"),
                State::Out | State::NoReader | State::InReader | State::Stuck => {
                    format!("{address} 没有vpcd在监听：启动带vpcd驱动的pcscd后重试（kouan doctor 可查看端口）")
                }
            });
        }
        let (empty, full): (Vec<_>, Vec<_>) = before.into_iter().partition(|r| r.presence == Presence::Empty);
        let found = Self::seen(&plug, &names(&empty), &names(&full)).map_err(words)?;
        let found = found.ok_or_else(|| {
            format!("{address} 的卡插入后没有读卡器看到它：这个vpcd不属于本机正在使用的pcscd（kouan doctor 可查看）")
        })?;
        if name.is_some_and(|name| !found.contains(name)) {
            return Err(format!("{address} 的卡出现在读卡器「{found}」，而不是「{}」", name.unwrap_or_default()));
        }
        let reader = PcscReader::open(Some(&found), Owner::Program, Limits::of_environment()).map_err(words)?;
        let served = Arc::clone(&tray);
        let holds = Some(vec![(tray, 1)]);
        Ok(Self { address, name: found, reader, plug, served, holds, trouble: None, in_vain: 0 })
    }

    /// The reader that sees the plug's card. For a moment after another program took its card out there, a reader is not
    /// seen to be empty; then the card is taken out once more, and that is seen.
    fn seen(plug: &Plug, empty: &[String], full: &[String]) -> Result<Option<String>, ReaderError> {
        if let Some(found) = pcsc::first_to_be(true, empty, NOTICE_SOON)? {
            return Ok(Some(found));
        }
        plug.pull();
        let Some(emptied) = pcsc::first_to_be(false, full, NOTICE)? else { return Ok(None) };
        plug.insert();
        pcsc::first_to_be(true, &[emptied], NOTICE)
    }

    /// Makes the reader hold what lies in the tray.
    fn settle(&mut self, tray: &Arc<Mutex<Tray>>) -> Result<(), ReaderError> {
        if let Some(trouble) = &self.trouble {
            return Err(ReaderError::Other(trouble.clone()));
        }
        let settled = self.try_settle(tray);
        settled.map_err(|text| self.troubled(ReaderError::Other(text)))
    }

    fn try_settle(&mut self, tray: &Arc<Mutex<Tray>>) -> Result<(), String> {
        let wanted = lying(tray);
        if let Some(seen) = &self.holds {
            let known = seen.iter().find(|(of, _)| Arc::ptr_eq(of, tray)).map(|(_, card)| *card);
            match wanted {
                // Another person's turn: for the reader it is the same card as before.
                Some(card) if known.is_none_or(|known| known == card) => {
                    if known.is_none() {
                        self.remember(tray, card);
                    }
                    self.serve(tray);
                    return Ok(());
                }
                Some(_) | None => self.take_out(tray)?,
            }
        } else {
            self.serve(tray);
        }
        wanted.map_or(Ok(()), |card| self.put_in(tray, card))
    }

    fn serve(&mut self, tray: &Arc<Mutex<Tray>>) {
        if !Arc::ptr_eq(&self.served, tray) {
            self.served = Arc::clone(tray);
            self.plug.serve(Arc::clone(tray));
        }
    }

    fn remember(&mut self, tray: &Arc<Mutex<Tray>>, card: u64) {
        self.holds.get_or_insert_default().push((Arc::clone(tray), card));
    }

    fn take_out(&mut self, next: &Arc<Mutex<Tray>>) -> Result<(), String> {
        self.plug.pull();
        self.holds = None;
        if !self.plug.wait_for(State::Out, NOTICE) {
            return Err(format!("{} 的读卡器没有放开卡", self.address));
        }
        self.notices(false)?;
        self.serve(next);
        Ok(())
    }

    fn put_in(&mut self, tray: &Arc<Mutex<Tray>>, card: u64) -> Result<(), String> {
        self.plug.insert_at_once();
        if !self.plug.wait_for(State::InReader, NOTICE) {
            return Err(format!("{} 的读卡器没有接受卡：{}", self.address, self.plug.trouble().unwrap_or_default()));
        }
        self.notices(true)?;
        self.remember(tray, card);
        Ok(())
    }

    fn notices(&mut self, present: bool) -> Result<(), String> {
        match self.reader.wait_for(present, NOTICE).map_err(words)? {
            true => Ok(()),
            false => Err(format!("读卡器「{}」没有发现卡已{}", self.name, if present { "插入" } else { "拔出" })),
        }
    }

    /// What an error of the reader's means, now that it can be compared with what was done to the card.
    fn explain(&mut self, tray: &Arc<Mutex<Tray>>, error: ReaderError) -> ReaderError {
        let known = self.holds.iter().flatten().find(|(of, _)| Arc::ptr_eq(of, tray)).map(|(_, card)| *card);
        match (lying(tray), error) {
            (_, error @ (ReaderError::Stuck | ReaderError::Other(_))) => self.troubled(error),
            (lies, error) if lies == known => {
                let text = format!("{error}，但演练没有动它：有别的程序复位了卡，或读卡服务重新启动了");
                self.troubled(ReaderError::Other(text))
            }
            (Some(_), _) => self.settle(tray).err().unwrap_or(ReaderError::Reset),
            (None, _) => self.settle(tray).err().unwrap_or(ReaderError::Removed),
        }
    }

    fn troubled(&mut self, error: ReaderError) -> ReaderError {
        self.trouble.get_or_insert_with(|| words(error.clone()));
        error
    }

    /// Begins a scenario: the trays of the last one are nobody's any more. A reader that has not come back after trouble
    /// although it was waited for is given up, or each scenario of a long run would wait for it.
    fn begin(&mut self) -> Result<(), String> {
        if self.trouble.is_none() {
            self.holds.iter_mut().for_each(Vec::clear);
            return Ok(());
        }
        if self.in_vain >= PATIENCE {
            return Err(format!("{} 的读卡器没有恢复，不再等待：重新启动pcscd后重新执行", self.address));
        }
        self.in_vain += 1;
        self.recover()?;
        self.in_vain = 0;
        Ok(())
    }

    /// The card is put in anew, and the reader gets another thread.
    fn recover(&mut self) -> Result<(), String> {
        self.holds = None;
        self.plug.pull();
        if !self.plug.wait_for(State::Out, NOTICE) {
            return Err(format!("{} 的读卡器没有放开卡", self.address));
        }
        // That the reader takes a card again also tells that the service is back: only then is there a point in asking it.
        self.serve(&blank());
        self.plug.insert_at_once();
        if !self.plug.wait_for(State::InReader, NOTICE) {
            return Err(format!("{} 没有vpcd在监听：重新启动pcscd", self.address));
        }
        self.reader = PcscReader::open(Some(&self.name), Owner::Program, Limits::of_environment()).map_err(words)?;
        self.notices(true)?;
        self.holds = Some(Vec::new());
        self.trouble = None;
        Ok(())
    }
}

/// A tray with a card that nobody has.
fn blank() -> Arc<Mutex<Tray>> {
    let mut tray = Tray::default();
    tray.insert(Card::new(Profile::factory([0; 16]), CardKeys::new()));
    Arc::new(Mutex::new(tray))
}

/// Which card lies in a tray.
fn lying(tray: &Mutex<Tray>) -> Option<u64> {
    let tray = lock(tray);
    tray.card().map(|_| tray.insertions())
}

fn lock(tray: &Mutex<Tray>) -> MutexGuard<'_, Tray> {
    tray.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands that scenarios take turns with.
pub struct Stands(Arc<Places<Stand>>);

impl Stands {
    /// A stand at each vpcd. `name` is the reader's, or a part of it.
    ///
    /// # Errors
    /// Which vpcd can't be used, and why, in words for the user.
    pub fn open(addresses: &[SocketAddr], name: Option<&str>) -> Result<Self, String> {
        let stands = addresses.iter().map(|address| Stand::open(*address, name)).collect::<Result<_, _>>()?;
        Ok(Self(Places::new(stands)))
    }
}

impl Readers for Stands {
    fn places(&self) -> usize {
        self.0.count()
    }

    fn lease(&self) -> Result<Box<dyn Desks>, String> {
        let mut lease = self.0.take();
        lease.begin()?;
        Ok(Box::new(Leased(Rc::new(RefCell::new(lease)))))
    }
}

struct Leased(Rc<RefCell<Lease<Stand>>>);

impl Desks for Leased {
    fn desk(&mut self, _person: &str) -> Box<dyn Desk> {
        let name = self.0.borrow().name.clone();
        Box::new(Seat { lease: Rc::clone(&self.0), name, tray: Arc::default() })
    }

    fn trouble(&self) -> Option<String> {
        self.0.borrow().trouble.clone()
    }
}

/// One person at a stand.
struct Seat {
    lease: Rc<RefCell<Lease<Stand>>>,
    name: String,
    tray: Arc<Mutex<Tray>>,
}

impl Seat {
    fn with<T>(
        &self,
        act: impl FnOnce(&mut Stand, &Arc<Mutex<Tray>>) -> Result<T, ReaderError>,
    ) -> Result<T, ReaderError> {
        act(&mut self.lease.borrow_mut(), &self.tray)
    }

    /// Asks the reader, and compares what it says with what was done to the card.
    fn ask<T>(&self, ask: impl FnOnce(&mut PcscReader) -> Result<T, ReaderError>) -> Result<T, ReaderError> {
        self.with(|stand, tray| ask(&mut stand.reader).map_err(|error| stand.explain(tray, error)))
    }
}

impl Desk for Seat {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }

    fn tray(&mut self) -> Box<dyn DerefMut<Target = Tray> + '_> {
        Box::new(lock(&self.tray))
    }

    fn moved(&mut self) {
        // What goes wrong is kept as the stand's trouble.
        let _ = self.with(Stand::settle);
    }
}

impl Reader for Seat {
    fn name(&self) -> &str {
        &self.name
    }

    fn status(&mut self) -> Result<Presence, ReaderError> {
        self.with(Stand::settle)?;
        self.ask(PcscReader::status)
    }

    fn connect(&mut self) -> Result<Atr, ReaderError> {
        self.with(Stand::settle)?;
        match lying(&self.tray) {
            None => Err(ReaderError::NoCard),
            Some(_) => self.ask(PcscReader::connect),
        }
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.ask(|reader| reader.transmit(command))
    }

    fn reset(&mut self) -> Result<Atr, ReaderError> {
        self.with(Stand::settle)?;
        self.ask(PcscReader::reset)
    }

    fn begin(&mut self) -> Result<(), ReaderError> {
        self.ask(PcscReader::begin)
    }

    fn end(&mut self) {
        let _ = self.with(|stand, _| {
            stand.reader.end();
            Ok(())
        });
    }
}
