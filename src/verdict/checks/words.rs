//! What was said and what was heard: messages laid open, each once, so that a check can compare what they say.
//!
//! What nobody can read, and what a script has somebody say against its own word, is left out; a business about which
//! something was left out is [`Words::clouded`], and what seems to be missing there proves nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    Time,
    directory::PartyId,
    message::{Body, Kind, MessageId},
};

use super::{
    Judging,
    context::Opening,
    wire::{Coming, Leaving, Wire},
};
use crate::evidence::Sent;

/// A message laid open.
pub struct Word<'e> {
    /// When it was said, or when it counted for its receiver.
    pub at: Time,
    /// The step during which.
    pub step: Option<usize>,
    /// The sending of it.
    pub sent: &'e Sent,
    opening: Opening,
}

impl Word<'_> {
    /// What it says. Only what opens becomes a word, so there always is something.
    pub fn body(&self) -> Option<&Body> {
        self.opening.as_ref().as_ref().ok().map(|opened| &opened.message.body)
    }
}

/// All of a case.
pub struct Words<'e> {
    /// What was said, in the order in which it was said first.
    pub said: Vec<Word<'e>>,
    /// What was taken over by its receiver, in the order in which it counted: not before all that was said before it by
    /// the same sender about the same business.
    pub heard: Vec<Word<'e>>,
    clouded: BTreeSet<&'e str>,
}

/// How long a message that came too early is held for its predecessor.
const HELD: Duration = Duration::from_secs(600);

/// Whether a message makes sense without what was sent before it: an open cover is told whole each time.
const fn sent_alone(kind: Kind) -> bool {
    matches!(kind, Kind::OpenCoverChanged | Kind::OpenCoverEnded)
}

/// A message's own name: sender and id.
type Name<'e> = (&'e PartyId, &'e MessageId);
/// Who says something to whom about what, and the how-manieth it is.
type Place<'e> = (&'e PartyId, &'e PartyId, &'e str, u64);

impl<'e> Words<'e> {
    /// Opens whatever can be opened.
    pub fn of(wire: &Wire<'e>, context: &Judging<'_>) -> Self {
        let mut words = Self { said: Vec::new(), heard: Vec::new(), clouded: BTreeSet::new() };
        words.read_sendings(wire, context);
        words.read_arrivals(wire, context);
        words
    }

    /// Whether something about this business could not be read, or was not meant.
    pub fn clouded(&self, subject: &str) -> bool {
        self.clouded.contains(subject)
    }

    /// What `who` said, in order.
    pub fn said_by<'w>(&'w self, who: &PartyId) -> impl Iterator<Item = (&'w Word<'e>, &'w Body)> + use<'w, 'e> {
        let who = who.clone();
        self.said.iter().filter(move |w| w.sent.from == who).filter_map(|w| Some((w, w.body()?)))
    }

    /// What `who` took over, in order.
    pub fn heard_by<'w>(&'w self, who: &PartyId) -> impl Iterator<Item = (&'w Word<'e>, &'w Body)> + use<'w, 'e> {
        let who = who.clone();
        self.heard.iter().filter(move |w| w.sent.to == who).filter_map(|w| Some((w, w.body()?)))
    }

    fn read_sendings(&mut self, wire: &Wire<'e>, context: &Judging<'_>) {
        let mut read: BTreeSet<Name<'e>> = BTreeSet::new();
        for Leaving { at, step, sent, .. } in wire.sent.iter().copied() {
            let name = (&sent.from, &sent.id);
            if read.contains(&name) {
                continue;
            }
            let contradicts = sent.declared.iter().any(|d| d == "改口");
            let opening = context.open(&sent.bytes, &sent.to, at).filter(|opening| opening.is_ok() && !contradicts);
            if let Some(opening) = opening {
                read.insert(name);
                self.said.push(Word { at, step, sent, opening });
            }
        }
        let all = wire.first_sendings().iter().map(|l| l.sent);
        self.clouded.extend(all.filter(|s| !read.contains(&(&s.from, &s.id))).map(|s| s.subject.as_str()));
    }

    fn read_arrivals(&mut self, wire: &Wire<'e>, context: &Judging<'_>) {
        let mut first: BTreeMap<Place<'e>, Coming<'e>> = BTreeMap::new();
        // What its receiver refused for its content was there all the same: nothing waits for it.
        let there = |c: &&Coming<'e>| c.arrival.refused.as_ref().is_none_or(|code| code.starts_with("K32"));
        for coming in wire.arrivals.iter().filter(there) {
            let sent = coming.sent;
            first.entry((&sent.from, &coming.arrival.by, sent.subject.as_str(), sent.sequence)).or_insert(*coming);
        }
        for (place, coming) in &first {
            let (from, by, subject, sequence) = *place;
            if coming.arrival.refused.is_some() {
                continue;
            }
            // One that makes sense by itself waits for its predecessor no longer than this (docs/interchange.md).
            let held = (sent_alone(coming.sent.kind)).then(|| coming.at + HELD);
            let counts = |n| {
                let came = first.get(&(from, by, subject, n)).map(|c| c.at);
                came.into_iter().chain(held).min()
            };
            let before: Option<Vec<Time>> = (1..=sequence).map(counts).collect();
            let opening = context.open(&coming.arrival.bytes, by, coming.at).filter(|opening| opening.is_ok());
            match (before.and_then(|all| all.into_iter().max()), opening) {
                (Some(at), Some(opening)) => {
                    self.heard.push(Word { at, step: coming.step, sent: coming.sent, opening });
                }
                (None, _) | (_, None) => {
                    self.clouded.insert(subject);
                }
            }
        }
        // Stable: what came at one moment stays in the order of its sequence.
        self.heard.sort_by_key(|w| w.at);
    }
}
