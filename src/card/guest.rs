//! The card that lies in the user's reader, as the only card of a run.
//!
//! The program can't pull it, swap it, or make it fail, and uses up no try of its PIN: the PIN is tried once, at the
//! beginning, and only while more than one try is left.

use std::{cell::RefCell, ops::DerefMut, rc::Rc, sync::Arc};

use signing::Certificate;
use virtual_card::{Atr, Pin, Presence, Reader, ReaderError, Slot, Tray};

use super::{
    CardError, PinStatus, Terminal,
    desk::{Desk, Desks, Readers},
    lease::{Lease, Places},
    open::words,
};

/// How many digits the portal's page wants (ACC-09).
const PORTAL_PIN: usize = 8;

/// A reader with the user's card in it.
struct Guest {
    reader: Box<dyn Reader + Send>,
    trouble: Option<String>,
}

/// The one reader of a run whose card is the user's.
pub struct Guests {
    places: Arc<Places<Guest>>,
    holder: String,
    pin: String,
}

impl Guests {
    /// Reads whose card it is, and tries its PIN. `holder` names the person of the run who holds a card of that
    /// certificate.
    ///
    /// # Errors
    /// In words for the user: no card, not a card of the run's people, a wrong PIN or too few tries to find that out.
    pub fn open(
        mut reader: Box<dyn Reader + Send>,
        pin: &Pin,
        holder: impl FnOnce(&Certificate) -> Option<String>,
    ) -> Result<Self, String> {
        let digits: String =
            pin.padded().iter().filter(|byte| byte.is_ascii_digit()).copied().map(char::from).collect();
        if digits.len() != PORTAL_PIN {
            return Err(format!("单一窗口只接受{PORTAL_PIN}位卡密码，--pin 给出的是{}位", digits.len()));
        }
        let found = Terminal::hold(&mut *reader, |terminal| {
            let certificate = terminal.read_certificate(Slot::Authentication)?;
            Ok((certificate, terminal.tries_left()?))
        });
        let (certificate, status) = match found {
            Ok(found) => found,
            Err(CardError::NoCard | CardError::Removed) => return Err("读卡器中没有卡：插入卡后重试".into()),
            Err(CardError::Status(0x6A82)) => return Err("读卡器中的卡没有PIV应用，或没有签名证书".into()),
            Err(error) => return Err(error.to_string()),
        };
        let holder = holder(&certificate).ok_or(
            "读卡器中的卡不属于演练中的任何人：用 --vpcd 由程序插入演练自己的卡，或用 kouan card serve fixtures/cards/… 插入其中一张",
        )?;
        if let PinStatus::Left(left @ ..2) = status {
            return Err(format!("卡密码只剩{left}次机会，不再尝试：先用正确的密码验证一次，或解锁卡"));
        }
        match Terminal::hold(&mut *reader, |terminal| terminal.verify_pin(pin)) {
            Ok(()) => {}
            Err(CardError::WrongPin { tries_left }) => {
                return Err(format!("卡密码错误，还可尝试{tries_left}次：用 --pin 给出这张卡的密码"));
            }
            Err(error) => return Err(error.to_string()),
        }
        Ok(Self { places: Places::new(vec![Guest { reader, trouble: None }]), holder, pin: digits })
    }
}

impl Readers for Guests {
    fn places(&self) -> usize {
        self.places.count()
    }

    fn lease(&self) -> Result<Box<dyn Desks>, String> {
        let mut lease = self.places.take();
        lease.trouble = None;
        Ok(Box::new(Leased { lease: Rc::new(RefCell::new(lease)), pin: self.pin.clone() }))
    }

    fn holder(&self) -> Option<&str> {
        Some(&self.holder)
    }
}

struct Leased {
    lease: Rc<RefCell<Lease<Guest>>>,
    pin: String,
}

impl Desks for Leased {
    fn desk(&mut self, _person: &str) -> Box<dyn Desk> {
        let name = self.lease.borrow().reader.name().to_owned();
        Box::new(Seat { lease: Rc::clone(&self.lease), name, notes: Tray::default() })
    }

    fn trouble(&self) -> Option<String> {
        self.lease.borrow().trouble.clone()
    }

    fn pin(&self) -> Option<String> {
        Some(self.pin.clone())
    }
}

/// The holder of the card.
struct Seat {
    lease: Rc<RefCell<Lease<Guest>>>,
    name: String,
    /// What was exchanged; the card is elsewhere.
    notes: Tray,
}

impl Seat {
    /// Whatever the reader can't do is trouble: nobody but the user can have touched the card.
    fn ask<T>(&self, ask: impl FnOnce(&mut dyn Reader) -> Result<T, ReaderError>) -> Result<T, ReaderError> {
        let mut guest = self.lease.borrow_mut();
        let asked = ask(&mut *guest.reader);
        if let Err(error) = &asked {
            guest.trouble.get_or_insert_with(|| words(error.clone()));
        }
        asked
    }
}

impl Desk for Seat {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }

    fn tray(&mut self) -> Box<dyn DerefMut<Target = Tray> + '_> {
        Box::new(&mut self.notes)
    }

    fn moved(&mut self) {}
}

impl Reader for Seat {
    fn name(&self) -> &str {
        &self.name
    }

    fn status(&mut self) -> Result<Presence, ReaderError> {
        self.ask(|reader| reader.status())
    }

    fn connect(&mut self) -> Result<Atr, ReaderError> {
        self.ask(|reader| reader.connect())
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let answer = self.ask(|reader| reader.transmit(command));
        self.notes.note(command, &answer);
        answer
    }

    fn reset(&mut self) -> Result<Atr, ReaderError> {
        self.ask(|reader| reader.reset())
    }

    fn begin(&mut self) -> Result<(), ReaderError> {
        self.ask(|reader| reader.begin())
    }

    fn end(&mut self) {
        self.lease.borrow_mut().reader.end();
    }
}
