//! The wire as the evidence shows it: each arrival with its sending, and which of them were declared bad.

use std::collections::{BTreeMap, btree_map::Entry};

use domain::{
    Time,
    directory::PartyId,
    message::{Kind, MessageId},
};
use interchange::Suite;

use crate::evidence::{Arrival, Evidence, Happening, Sent};

/// A sending, with when and where in the evidence.
#[derive(Clone, Copy)]
pub struct Leaving<'e> {
    pub at: Time,
    pub index: usize,
    pub step: Option<usize>,
    pub sent: &'e Sent,
}

/// An arrival with its sending.
#[derive(Clone, Copy)]
pub struct Coming<'e> {
    pub at: Time,
    pub step: Option<usize>,
    pub arrival: &'e Arrival,
    pub sent: &'e Sent,
    suite: Suite,
}

/// A receipt that reached the sender and that the sender could verify.
#[derive(Clone, Copy)]
pub struct Told<'e> {
    pub at: Time,
    pub index: usize,
    pub sent: &'e Sent,
    pub accepted: bool,
}

/// All of it, in order.
pub struct Wire<'e> {
    pub sent: Vec<Leaving<'e>>,
    pub arrivals: Vec<Coming<'e>>,
    pub receipts: Vec<Told<'e>>,
    firsts: Vec<Leaving<'e>>,
    first_at: BTreeMap<(&'e PartyId, &'e MessageId), Time>,
}

impl<'e> Wire<'e> {
    /// Reads the evidence. Arrivals and receipts of a sending that is not in it are left out: nothing can be said of them.
    pub fn of(evidence: &'e Evidence, suite: Suite) -> Self {
        let mut wire = Self {
            sent: Vec::new(),
            arrivals: Vec::new(),
            receipts: Vec::new(),
            firsts: Vec::new(),
            first_at: BTreeMap::new(),
        };
        let sendings: BTreeMap<usize, &Sent> = evidence
            .entries
            .iter()
            .filter_map(|e| match &e.what {
                Happening::Sent(sent) => Some((sent.transit, sent)),
                _ => None,
            })
            .collect();
        for (index, entry) in evidence.entries.iter().enumerate() {
            let (at, step) = (entry.at, entry.step);
            match &entry.what {
                Happening::Sent(sent) => wire.sent.push(Leaving { at, index, step, sent }),
                Happening::Arrived(arrival) => {
                    if let Some(sent) = sendings.get(&arrival.transit) {
                        wire.arrivals.push(Coming { at, step, arrival, sent, suite });
                    }
                }
                Happening::Receipt { transit, lost: false, refused, verified: true } => {
                    if let Some(sent) = sendings.get(transit) {
                        wire.receipts.push(Told { at, index, sent, accepted: refused.is_none() });
                    }
                }
                Happening::Receipt { .. }
                | Happening::Lost { .. }
                | Happening::Apdu { .. }
                | Happening::Act(_)
                | Happening::Entered(_)
                | Happening::Logged(_)
                | Happening::Page(_)
                | Happening::Decided { .. }
                | Happening::Struck { .. } => {}
            }
        }
        for leaving in &wire.sent {
            let sent: &'e Sent = leaving.sent;
            if let Entry::Vacant(first) = wire.first_at.entry((&sent.from, &sent.id)) {
                first.insert(leaving.at);
                wire.firsts.push(*leaving);
            }
        }
        wire
    }

    /// The first sending of each message.
    pub fn first_sendings(&self) -> &[Leaving<'e>] {
        &self.firsts
    }

    /// When a message was first sent.
    pub fn first_sent(&self, sent: &Sent) -> Option<Time> {
        self.first_at.get(&(&sent.from, &sent.id)).copied()
    }

    /// Messages about `subject` that were taken over by `by`: accepted arrivals that nothing declares bad.
    pub fn taken_by(&self, by: &PartyId, subject: &str, kind: Kind) -> impl Iterator<Item = &Coming<'e>> {
        self.arrivals.iter().filter(move |c| {
            c.arrival.by == *by
                && c.sent.subject == subject
                && c.sent.kind == kind
                && c.arrival.refused.is_none()
                && c.declared_bad().is_none()
        })
    }

    /// When the receiver of the portal's message `id` had shown that it has it: by a receipt, or by answering it.
    pub fn acknowledged(&self, id: &MessageId) -> Option<Time> {
        let by_receipt = self.receipts.iter().filter(|r| r.accepted && r.sent.id == *id).map(|r| r.at);
        let by_answer = self
            .arrivals
            .iter()
            .filter(|c| c.sent.correlation.as_ref() == Some(id) && c.arrival.refused.is_none())
            .map(|c| c.at);
        by_receipt.chain(by_answer).min()
    }
}

/// Something that was declared bad, and the codes with which it may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad {
    pub name: &'static str,
    pub codes: &'static [&'static str],
}

/// What a scenario may declare of a sending that makes its arrival bad. Whatever else is declared leaves it honest.
#[rustfmt::skip] // A table.
const BAD: &[Bad] = &[
    Bad { name: "坏签名",   codes: &["K3104"] },
    Bad { name: "过期证书", codes: &["K3103"] },
    Bad { name: "错收件人", codes: &["K3105", "K3106"] },
    // An unknown type and a message over its type's limit are met before the schema.
    Bad { name: "胡言 type 过长", codes: &["K3107"] },
    Bad { name: "胡言 data 过长", codes: &["K3109"] },
    // So is one whose list has an over-long item, where the limit of its type is near.
    Bad { name: "胡言",     codes: &["K3108", "K3109"] },
    // Sound in itself, but its receiver has taken over another answer to the same request.
    Bad { name: "改口",     codes: &["K3202"] },
];

/// One changed byte may fall into the envelope, the certificate, the signature or the key; what comes of it differs,
/// but never gets as far as the content.
const TAMPERED: Bad = Bad { name: "篡改", codes: &["K3101", "K3102", "K3103", "K3104", "K3105", "K3106"] };

impl Coming<'_> {
    /// Why this copy must be refused, if it was declared. A copy of a tampered sending that arrived whole is honest.
    pub fn declared_bad(&self) -> Option<Bad> {
        let declared = |name: &str| self.sent.declared.iter().any(|d| d.starts_with(name));
        let by_sender = BAD.iter().find(|b| declared(b.name)).map(|bad| match self.suite {
            // Keyed hashes come without certificates: an expired one is played as a wrong key.
            Suite::Mac if bad.name == "过期证书" => Bad { name: bad.name, codes: &["K3104"] },
            Suite::Mac | Suite::Sm2 | Suite::Rsa => *bad,
        });
        let tampered = declared(TAMPERED.name) && self.altered();
        match by_sender {
            // Bad in two ways: which of them is met first is the receiver's affair.
            Some(bad) if tampered => Some(Bad { name: bad.name, codes: TAMPERED.codes }),
            Some(bad) => Some(bad),
            None => tampered.then_some(TAMPERED),
        }
    }

    /// Whether other bytes arrived than were sent.
    pub fn altered(&self) -> bool {
        self.arrival.bytes != self.sent.bytes
    }
}
