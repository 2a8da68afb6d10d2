//! Where a person's card lies and how a program gets at it: a reader with the tray behind it.
//!
//! A world handles cards through desks only, so that it needs neither socket nor thread, and its scenarios are the same
//! whatever the reader.

use std::ops::DerefMut;

use virtual_card::{MemoryReader, Reader, Tray};

/// A person's reader, and the tray that they put cards into.
pub trait Desk {
    /// The way to whatever card lies here.
    fn reader(&mut self) -> &mut dyn Reader;
    /// Where the card lies. Whoever holds it must let it go before the reader is used, and call [`Desk::moved`] after
    /// putting a card in or taking one out.
    fn tray(&mut self) -> Box<dyn DerefMut<Target = Tray> + '_>;
    /// A card was put in or taken out by hand: returns once the reader knows. Calling it without need is harmless.
    fn moved(&mut self);
}

impl Desk for MemoryReader {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }

    fn tray(&mut self) -> Box<dyn DerefMut<Target = Tray> + '_> {
        Box::new(self.tray_mut())
    }

    fn moved(&mut self) {}
}

/// The desks of one scenario, for as long as it is played.
pub trait Desks {
    /// A desk for somebody who has none yet; nothing lies on it.
    fn desk(&mut self, person: &str) -> Box<dyn Desk>;
    /// What went wrong with the readers themselves, if anything: then whatever happened proves nothing.
    fn trouble(&self) -> Option<String>;
    /// The PIN of the cards there, if it is not the one that fixture cards have.
    fn pin(&self) -> Option<String> {
        None
    }
}

/// Desks in memory, as many as there are people.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryDesks;

impl Desks for MemoryDesks {
    fn desk(&mut self, _person: &str) -> Box<dyn Desk> {
        Box::new(MemoryReader::new("memory"))
    }

    fn trouble(&self) -> Option<String> {
        None
    }
}

/// Readers that scenarios take turns with.
pub trait Readers: Send + Sync {
    /// How many scenarios can be played at the same time.
    fn places(&self) -> usize;
    /// Desks for one scenario; waits until there is a place. They are given back by dropping them and all their desks.
    ///
    /// # Errors
    /// If the readers can't be used, in words for the user.
    fn lease(&self) -> Result<Box<dyn Desks>, String>;
    /// The one person whose card there is; `None` where everybody's is. What others do must then be left out, and so must
    /// everything that is done to a card by hand.
    fn holder(&self) -> Option<&str> {
        None
    }
}
