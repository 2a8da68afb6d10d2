//! Undeclared misbehaviour: what a bad counterparty or a bad wire does, though no scenario says so.
//!
//! For the tests of the tests alone. A [`Saboteur`] is a few plain functions that are asked where messages are said,
//! carried, answered and booked; each is a function of what it is shown, so a seed replays a sabotaged run too. The
//! domain never knows: what an honest party wanted is replaced on its way out. Nothing of it is noted as declared, for
//! that is the point: the checks have to find it in what could be seen.

use std::{sync::Arc, time::Duration};

use domain::{
    Time,
    directory::{PartyId, PartyRole},
    message::{Message, Receipt},
};

use super::{
    World,
    gateway::Sealing,
    network::{Fate, Label, Parcel},
};
use crate::evidence::{Arrival, BookLine, Evidence, Happening};

/// Somebody bad. Every function of [`HONEST`] leaves things as they are.
#[derive(Clone, Copy)]
pub struct Saboteur {
    /// What a party says in place of one sending of a message. Asked for each sending, retries included.
    pub say: Say,
    /// What the wire brings in place of a message; `None`: what it always would.
    pub carry: Carry,
    /// Likewise for a receipt on its way back; the third is the receipt that was carried before it, if any.
    pub carry_receipt: CarryReceipt,
    /// The receipt that a party gives.
    pub receipt: Receipting,
    /// What a party lets others see of its books; the last argument counts the messages that reached a party about a number.
    pub books: Books,
    /// What insurers and banks let others see of their books of the cargo line.
    pub ledgers: Ledgers,
}

/// See [`Saboteur::ledgers`]: it is shown the evidence for these books alone.
pub type Ledgers = fn(&mut Evidence);

/// See [`Saboteur::carry`].
pub type Carry = fn(&Scene<'_>, &Label, &Arc<[u8]>) -> Option<Vec<Carried>>;
/// See [`Saboteur::carry_receipt`].
pub type CarryReceipt = fn(&Scene<'_>, &Label, &Arc<[u8]>, Option<&Arc<[u8]>>) -> Option<Vec<Carried>>;
/// See [`Saboteur::books`].
pub type Books = fn(&Scene<'_>, &mut Vec<BookLine>, &dyn Fn(&BookLine) -> u32);

/// Nobody bad: what a saboteur's row in a table starts from.
pub const HONEST: Saboteur = Saboteur {
    say: Say::Honestly,
    carry: |_, _, _| None,
    carry_receipt: |_, _, _, _| None,
    receipt: Receipting::Honest,
    books: |_, _, _| {},
    ledgers: |_| {},
};

/// What a party says.
#[derive(Clone, Copy)]
pub enum Say {
    /// What it ought to.
    Honestly,
    /// Something else.
    Otherwise(fn(Said) -> Said),
    /// That, and something more.
    More(fn(&Said) -> Option<Said>),
    /// As many things as it likes.
    Any(fn(&Scene<'_>, Said) -> Vec<Said>),
}

/// A sending as it leaves its sender.
#[derive(Clone, Debug)]
pub struct Said {
    /// What is said; its `source` says whose gateway sends it.
    pub message: Message,
    /// 1 for the first sending of this id.
    pub sending: u32,
    /// How it is sealed.
    pub sealing: Sealing,
    /// What a script declares of it beside that.
    pub declared: Vec<String>,
}

/// Something that reaches somebody, `late` after the ordinary time.
#[derive(Clone, Debug)]
pub enum Carried {
    /// A copy of the message, to whomever.
    Message {
        /// Who gets it.
        to: PartyId,
        /// What arrives.
        bytes: Arc<[u8]>,
        /// How much later than ordinary.
        late: Duration,
    },
    /// A receipt for it, to its sender.
    Receipt {
        /// What arrives.
        bytes: Arc<[u8]>,
        /// How much later than ordinary.
        late: Duration,
    },
}

/// How a party receipts what it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipting {
    /// As it ought to.
    Honest,
    /// Not at all.
    None,
    /// For bytes that never came.
    OtherBytes,
    /// Always accepting, whatever came.
    Accepting,
    /// Always refusing, whatever it then does.
    Refusing,
    /// With the signature of another party of its role.
    SignedByAnother,
}

/// What a saboteur may look at.
pub struct Scene<'a> {
    world: &'a World,
}

impl<'a> Scene<'a> {
    pub(super) fn of(world: &'a World) -> Self {
        Self { world }
    }

    /// The present.
    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// A party's role; 门户 for whoever is in no directory.
    pub fn role(&self, id: &PartyId) -> PartyRole {
        self.world.role_of(id)
    }

    /// Another institution of the same role: the next in the directory.
    pub fn another(&self, id: &PartyId) -> PartyId {
        let role = self.role(id);
        let like = |i: &&domain::directory::Institution| i.role == role && i.id != *id;
        let institutions = self.world.directory().institutions();
        institutions.iter().find(like).map_or_else(|| id.clone(), |i| i.id.clone())
    }

    /// Whether it is the portal.
    pub fn is_portal(&self, id: &PartyId) -> bool {
        *id == PartyId::portal()
    }

    /// An accepting receipt for the message with that label, signed by `by`, whoever that is.
    pub fn forged_receipt(&self, by: &PartyId, label: &Label) -> Arc<[u8]> {
        self.world.gateway(by).sign_receipt(&Receipt::Accepted, &label.digest, &label.id, self.now())
    }
}

/// Where the world asks. Without a saboteur each of these gives back what it got.
impl World {
    /// What really leaves in place of what an honest sender would say. The portal's wrongs are its rules' affair.
    pub(super) fn said_really(&self, honest: Said) -> Vec<Said> {
        let bad = self.saboteur.filter(|_| honest.message.source != PartyId::portal());
        match bad.map_or(Say::Honestly, |bad| bad.say) {
            Say::Honestly => vec![honest],
            Say::Otherwise(change) => vec![change(honest)],
            Say::More(more) => {
                let more = more(&honest);
                [Some(honest), more].into_iter().flatten().collect()
            }
            Say::Any(say) => say(&Scene::of(self), honest),
        }
    }

    /// Puts a message on the wire.
    pub(super) fn carry(&mut self, label: Label, bytes: &Arc<[u8]>) -> Fate {
        let instead = self.saboteur.and_then(|bad| (bad.carry)(&Scene::of(self), &label, bytes));
        let Some(instead) = instead else { return self.network.post(label, Arc::clone(bytes), self.now, &self.draws) };
        self.slip(&label, instead);
        Fate::default()
    }

    fn slip(&mut self, label: &Label, carried: Vec<Carried>) {
        for carried in carried {
            let (parcel, late) = match carried {
                Carried::Message { to, bytes, late } => {
                    let to = (to.clone(), self.role_of(&to));
                    (Parcel::Message { label: Label { to, ..label.clone() }, bytes }, late)
                }
                Carried::Receipt { bytes, late } => (Parcel::Receipt { label: label.clone(), bytes }, late),
            };
            self.network.slip(parcel, self.now, late);
        }
    }

    /// Puts a receipt on its way back.
    pub(super) fn carry_receipt(&mut self, label: &Label, bytes: Arc<[u8]>) -> Fate {
        let before = self.last_receipt.replace(Arc::clone(&bytes));
        let instead =
            self.saboteur.and_then(|bad| (bad.carry_receipt)(&Scene::of(self), label, &bytes, before.as_ref()));
        let Some(instead) = instead else { return self.network.post_receipt(label, bytes, self.now, &self.draws) };
        self.slip(label, instead);
        Fate::default()
    }

    /// The arrival with the receipt that its receiver really gives.
    pub(super) fn receipted_really(&self, label: &Label, arrival: Arrival) -> Arrival {
        let bad = self.saboteur.filter(|_| arrival.by != PartyId::portal());
        let how = bad.map_or(Receipting::Honest, |bad| bad.receipt);
        let by = self.gateway(&arrival.by);
        let digest = signing::sha256(&arrival.bytes);
        let said = match &arrival.refused {
            None => Receipt::Accepted,
            Some(code) => Receipt::Refused { code: code.clone(), reason: arrival.reason.clone() },
        };
        let (receipt, refused) = match how {
            Receipting::Honest => return arrival,
            Receipting::None => (None, arrival.refused.clone()),
            Receipting::OtherBytes => {
                let other = signing::sha256(b"bytes that never came");
                (Some(by.sign_receipt(&said, &other, &label.id, self.now)), arrival.refused.clone())
            }
            Receipting::Accepting => (Some(by.sign_receipt(&Receipt::Accepted, &digest, &label.id, self.now)), None),
            Receipting::Refusing => {
                let (code, reason) = ("K3299".to_owned(), "不受理".to_owned());
                let refusal = Receipt::Refused { code: code.clone(), reason };
                (Some(by.sign_receipt(&refusal, &digest, &label.id, self.now)), Some(code))
            }
            Receipting::SignedByAnother => {
                let other = Scene::of(self).another(&arrival.by);
                let receipt = self.gateway(&other).sign_receipt(&said, &digest, &label.id, self.now);
                (Some(receipt), arrival.refused.clone())
            }
        };
        Arrival { receipt, refused, ..arrival }
    }

    /// The books as their parties let them be seen.
    pub(super) fn books_as_told(&mut self) {
        let Some(bad) = self.saboteur else { return };
        let mut books = std::mem::take(&mut self.evidence.books);
        (bad.books)(&Scene::of(self), &mut books, &|line| self.copies(line));
        self.evidence.books = books;
        (bad.ledgers)(&mut self.evidence);
    }

    /// How many copies of messages about a line's number reached its party.
    fn copies(&self, line: &BookLine) -> u32 {
        let about: Vec<usize> = self
            .evidence
            .entries
            .iter()
            .filter_map(|e| match &e.what {
                Happening::Sent(sent) if sent.subject == line.application => Some(sent.transit),
                _ => None,
            })
            .collect();
        let reached = |what: &Happening| match what {
            Happening::Arrived(a) => a.by == line.party && about.contains(&a.transit),
            _ => false,
        };
        self.evidence.entries.iter().map(|e| u32::from(reached(&e.what))).sum()
    }
}
