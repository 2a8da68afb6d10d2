//! Cards on offer to other programs: each lies in a reader of its own, and can be pulled, swapped and broken by order.
//!
//! [`order`] reads the lines by which people and scripts rule over the cards, [`Rack`] obeys them, [`control`] is where the
//! lines come from. Each card is a file, locked for as long as the card is in the rack: a card in one reader is in no
//! other, and what it counted is on the disk before a program hears the answer (ACC-09). A card that was pulled is free to
//! be used elsewhere.
//!
//! Invariant: nothing here speaks PC/SC. A wrong order changes nothing. No PIN is shown.

pub mod control;
pub mod order;
mod refusal;
mod slot;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use virtual_card::{CardFault, CardFaultKind};

pub use self::{
    order::Order,
    refusal::Refusal,
    slot::{Event, Offer, Slot, What, in_words},
};

/// The cards, each in its slot; the first one is number 1.
#[derive(Default)]
pub struct Rack {
    slots: Vec<Slot>,
}

impl Rack {
    /// Offers one more card.
    ///
    /// # Errors
    /// If its file is wrong or in use, or the system gives no thread.
    pub fn add(&mut self, file: &Path, offer: Offer) -> Result<(), Refusal> {
        self.slots.push(Slot::new(self.slots.len() + 1, file, offer)?);
        Ok(())
    }

    /// How many cards there are.
    pub fn count(&self) -> usize {
        self.slots.len()
    }

    /// The card of that number, which must be one that an order or an event has named.
    pub fn slot(&self, number: usize) -> &Slot {
        &self.slots[number - 1]
    }

    /// Does what an order says, and tells in a line what was done.
    ///
    /// # Errors
    /// Why it can't be done; then nothing has changed.
    pub fn obey(&self, order: Order) -> Result<String, Refusal> {
        Ok(match order {
            Order::Pull { slot, at: None } => self.slot(slot).pull().map(|()| format!("卡 {slot} 已拔出"))?,
            Order::Pull { slot, at: Some(at) } => self.arm(slot, at, CardFaultKind::Pull, "拔出")?,
            Order::Insert { slot, file } => {
                let shown = self.slot(slot).insert(file)?;
                format!("卡 {slot} 已插入：{}", shown.display())
            }
            Order::Swap { slot, file, at: None } => self.swap(slot, file)?,
            Order::Swap { slot, file, at: Some(at) } => {
                self.slot(slot).swap_at(file, at)?;
                armed(slot, at, "换卡")
            }
            Order::Lock { slot, at: None } => self.slot(slot).lock().map(|()| format!("卡 {slot} 的卡密码已锁定"))?,
            Order::Lock { slot, at: Some(at) } => self.arm(slot, at, CardFaultKind::Lock, "锁定卡密码")?,
            Order::Fail { slot, status, at } => {
                self.arm(slot, at, CardFaultKind::Status(status), &format!("应答 {status:04X}"))?
            }
            Order::Stuck { slot, at } => self.arm(slot, at, CardFaultKind::Stuck, "卡住，不再应答（pull 解除）")?,
            Order::Clear { slot } => {
                let taken_back = self.slot(slot).clear();
                format!("卡 {slot} 的 {taken_back} 个待发故障已取消")
            }
        })
    }

    fn swap(&self, slot: usize, file: PathBuf) -> Result<String, Refusal> {
        let shown = self.slot(slot).swap(file)?;
        Ok(format!("卡 {slot} 已换成 {}", shown.display()))
    }

    fn arm(&self, slot: usize, at: u32, kind: CardFaultKind, what: &str) -> Result<String, Refusal> {
        self.slot(slot).arm(CardFault { at, kind })?;
        Ok(armed(slot, at, what))
    }
}

/// One card a line, indented.
impl fmt::Display for Rack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slots.iter().try_for_each(|slot| writeln!(f, "  {slot}"))
    }
}

fn armed(slot: usize, at: u32, what: &str) -> String {
    match at {
        1 => format!("卡 {slot} 的下一条命令时{what}"),
        at => format!("卡 {slot} 从现在起第 {at} 条命令时{what}"),
    }
}
