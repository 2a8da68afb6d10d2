//! The wire between portal and parties: what is under way, and the faults that a scenario lays on it.
//!
//! It moves sealed bytes and knows of a message only what stands on its envelope's label. Receipts travel back on
//! their own: a lost receipt is not a lost message.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use domain::{
    Draws, Time,
    directory::{PartyId, PartyRole},
    message::{Kind, MessageId},
};

use super::script::PartySelector;

/// What stands on the outside of something under way.
#[derive(Clone, Debug)]
pub struct Label {
    /// Number of the sending in this case.
    pub transit: usize,
    /// Sender and its role.
    pub from: (PartyId, PartyRole),
    /// Receiver and its role.
    pub to: (PartyId, PartyRole),
    /// Catalogue entry.
    pub kind: Kind,
    /// Message id.
    pub id: MessageId,
    /// 1 for the first sending of this id.
    pub sending: u32,
    /// SHA-256 of the bytes as they were sent.
    pub digest: [u8; 32],
}

/// Something that reaches the other end.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// A message, to its receiver.
    Message {
        /// Outside.
        label: Label,
        /// Inside, as it arrives.
        bytes: Arc<[u8]>,
    },
    /// A receipt, back to the sender of the message.
    Receipt {
        /// The message's label.
        label: Label,
        /// The signed receipt.
        bytes: Arc<[u8]>,
    },
}

/// Which sendings a fault means.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// 报文: the message's Chinese name.
    pub message: Option<String>,
    /// 从
    pub from: Option<PartySelector>,
    /// 到
    pub to: Option<PartySelector>,
    /// 第: the how-manieth such sending, from 1, retries included.
    pub nth: u32,
}

/// What a fault does to the wire.
#[derive(Clone, Debug)]
pub enum WireFault {
    /// 丢失
    Lose {
        /// Which.
        which: Selector,
        /// Its receipt, not the message itself.
        receipt: bool,
    },
    /// 重复
    Duplicate {
        /// Which.
        which: Selector,
        /// How many copies arrive in all.
        times: u32,
    },
    /// 延迟
    Delay {
        /// Which.
        which: Selector,
        /// By how much.
        by: Duration,
    },
    /// 乱序: the first message waits until another has overtaken it.
    Reorder {
        /// Sender.
        from: PartySelector,
        /// Receiver.
        to: PartySelector,
    },
    /// 篡改: one byte.
    Tamper {
        /// Which.
        which: Selector,
    },
    /// 断开
    Cut {
        /// The two ends.
        ends: (PartySelector, PartySelector),
        /// From when.
        from: Time,
        /// Until when.
        to: Time,
    },
}

/// A fault struck.
#[derive(Clone, Debug)]
pub struct Struck {
    /// Its number among the scenario's faults.
    pub fault: usize,
    /// Such as `丢失 签约申请`.
    pub text: String,
}

struct Laid {
    number: usize,
    fault: WireFault,
    matched: u32,
    counted: BTreeSet<usize>,
    waiting: Vec<(Label, Arc<[u8]>)>,
    done: bool,
}

/// What is under way, and the faults.
#[derive(Default)]
pub struct Network {
    under_way: BTreeMap<(Time, u64), Parcel>,
    posted: u64,
    faults: Vec<Laid>,
    struck: Vec<Struck>,
}

/// What became of a posting, for the record.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// It, or its receipt, was lost.
    pub lost: bool,
    /// Its bytes were changed.
    pub tampered: bool,
    /// It waits to be overtaken.
    pub held: bool,
}

/// From sender to receiver; the same for all, so that what is sent first arrives first and nothing depends on what else
/// is under way.
const TRAVEL: Duration = Duration::from_millis(500);

/// A message that waits to be overtaken is let go after this long in any case.
const OVERTAKE_LIMIT: Duration = Duration::from_secs(3_600);

impl Network {
    /// Lays a fault; `number` is its place in the scenario.
    pub fn lay(&mut self, number: usize, fault: WireFault) {
        self.faults.push(Laid {
            number,
            fault,
            matched: 0,
            counted: BTreeSet::new(),
            waiting: Vec::new(),
            done: false,
        });
    }

    /// Faults that struck since the last call.
    pub fn drain_struck(&mut self) -> Vec<Struck> {
        std::mem::take(&mut self.struck)
    }

    /// When the next parcel arrives.
    pub fn next(&self) -> Option<Time> {
        self.under_way.first_key_value().map(|((at, _), _)| *at)
    }

    /// The parcel that arrives by `now`, if any.
    pub fn arrive(&mut self, now: Time) -> Option<Parcel> {
        let entry = self.under_way.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    /// Takes a message from its sender. It arrives half a second later unless a fault has it otherwise.
    pub fn post(&mut self, label: Label, bytes: Arc<[u8]>, now: Time, draws: &dyn Draws) -> Fate {
        let mut fate = Fate::default();
        let mut copies = 1;
        let mut wait = Duration::ZERO;
        let mut held_by = None;
        let mut bytes = bytes;
        for i in 0..self.faults.len() {
            let laid = &mut self.faults[i];
            let struck = match &laid.fault {
                WireFault::Cut { ends, from, to } => {
                    let cut = *from <= now && now < *to && across(ends, &label);
                    fate.lost |= cut;
                    cut
                }
                WireFault::Reorder { from, to } => {
                    if laid.done || !from.covers(&label.from.0, label.from.1) || !to.covers(&label.to.0, label.to.1) {
                        false
                    } else if laid.waiting.first().is_none_or(|(first, _)| first.id == label.id) {
                        held_by = Some(i);
                        false
                    } else {
                        laid.done = true;
                        let overtaken = std::mem::take(&mut laid.waiting);
                        for (j, (label, bytes)) in overtaken.into_iter().enumerate() {
                            let at = now + TRAVEL + Duration::from_millis(200 + j as u64);
                            self.under_way.retain(
                                |_, p| !matches!(p, Parcel::Message { label: l, .. } if l.transit == label.transit),
                            );
                            self.posted += 1;
                            self.under_way.insert((at, self.posted), Parcel::Message { label, bytes });
                        }
                        true
                    }
                }
                WireFault::Lose { which, receipt: false } => {
                    let hit = hits(which, &label, &mut laid.matched);
                    fate.lost |= hit;
                    hit
                }
                WireFault::Lose { which, receipt: true } => {
                    if hits(which, &label, &mut laid.matched) {
                        laid.counted.insert(label.transit);
                    }
                    false
                }
                WireFault::Duplicate { which, times } => {
                    let hit = hits(which, &label, &mut laid.matched);
                    if hit {
                        copies = copies.max(*times);
                    }
                    hit
                }
                WireFault::Delay { which, by } => {
                    let hit = hits(which, &label, &mut laid.matched);
                    if hit {
                        wait += *by;
                    }
                    hit
                }
                WireFault::Tamper { which } => {
                    let hit = hits(which, &label, &mut laid.matched);
                    if hit {
                        fate.tampered = true;
                        bytes = changed(&bytes, &label, draws);
                    }
                    hit
                }
            };
            if struck {
                let laid = &self.faults[i];
                self.struck.push(Struck { fault: laid.number, text: text(&laid.fault, &label) });
            }
        }
        if fate.lost {
            return fate;
        }
        if let Some(i) = held_by {
            self.faults[i].waiting.push((label.clone(), Arc::clone(&bytes)));
            fate.held = true;
            wait += OVERTAKE_LIMIT;
        }
        for copy in 0..copies {
            let later = Duration::from_millis(if copy == 0 {
                0
            } else {
                draws.between("copy", label.id.as_str(), u64::from(copy), 1_000, 30_000)
            });
            self.posted += 1;
            let parcel = Parcel::Message { label: label.clone(), bytes: Arc::clone(&bytes) };
            self.under_way.insert((now + TRAVEL + wait + later, self.posted), parcel);
        }
        fate
    }

    /// Brings something past all faults: for saboteurs. It arrives `late` after the ordinary time.
    pub fn slip(&mut self, parcel: Parcel, now: Time, late: Duration) {
        self.posted += 1;
        self.under_way.insert((now + TRAVEL + late, self.posted), parcel);
    }

    /// Takes a receipt back towards the message's sender; it arrives 1-3 seconds later unless a fault has it lost.
    pub fn post_receipt(&mut self, label: &Label, bytes: Arc<[u8]>, now: Time, draws: &dyn Draws) -> Fate {
        let mut fate = Fate::default();
        for laid in &mut self.faults {
            let struck = match &laid.fault {
                WireFault::Cut { ends, from, to } => *from <= now && now < *to && across(ends, label),
                WireFault::Lose { receipt: true, .. } => laid.counted.contains(&label.transit),
                _ => false,
            };
            if struck {
                fate.lost = true;
                self.struck.push(Struck { fault: laid.number, text: text(&laid.fault, label) });
            }
        }
        if !fate.lost {
            let travel = draws.between("receipt", label.id.as_str(), u64::from(label.sending), 1_000, 3_000);
            self.posted += 1;
            self.under_way.insert(
                (now + Duration::from_millis(travel), self.posted),
                Parcel::Receipt { label: label.clone(), bytes },
            );
        }
        fate
    }
}

/// Counts a sending that the selector means, and says whether it is the one.
fn hits(which: &Selector, label: &Label, matched: &mut u32) -> bool {
    let means = which.message.as_ref().is_none_or(|name| name == label.kind.chinese())
        && which.from.as_ref().is_none_or(|p| p.covers(&label.from.0, label.from.1))
        && which.to.as_ref().is_none_or(|p| p.covers(&label.to.0, label.to.1));
    if means {
        *matched += 1;
    }
    means && *matched == which.nth.max(1)
}

fn across(ends: &(PartySelector, PartySelector), label: &Label) -> bool {
    let covers = |s: &PartySelector, p: &(PartyId, PartyRole)| s.covers(&p.0, p.1);
    (covers(&ends.0, &label.from) && covers(&ends.1, &label.to))
        || (covers(&ends.1, &label.from) && covers(&ends.0, &label.to))
}

fn changed(bytes: &Arc<[u8]>, label: &Label, draws: &dyn Draws) -> Arc<[u8]> {
    let mut copy = bytes.to_vec();
    if let Some(last) = copy.len().checked_sub(1) {
        let place = draws.between("tamper place", label.id.as_str(), u64::from(label.sending), 0, last as u64);
        let bit = draws.between("tamper bit", label.id.as_str(), u64::from(label.sending), 0, 7);
        // `place` is at most `last`, so it fits an index.
        copy[place as usize] ^= 1 << bit;
    }
    copy.into()
}

fn text(fault: &WireFault, label: &Label) -> String {
    let kind = match fault {
        WireFault::Lose { .. } => "丢失",
        WireFault::Duplicate { .. } => "重复",
        WireFault::Delay { .. } => "延迟",
        WireFault::Reorder { .. } => "乱序",
        WireFault::Tamper { .. } => "篡改",
        WireFault::Cut { .. } => "断开",
    };
    format!("{kind} {}", label.kind.chinese())
}
