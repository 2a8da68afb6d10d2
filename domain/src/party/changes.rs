//! What a party wants changed, as plain data. Making a [`Changes`] changes nothing; `Party::apply` is the one
//! place that does.

use super::{
    books::Page,
    outcome::Misbehaviour,
    plan::{Changing, Conduct, Plan, Task},
};
use crate::{
    Time,
    delivery::{Outgoing, Seen},
    directory::PartyId,
    message::{Message, MessageId},
};

/// A message to be put on the wire now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// What is sent; the same bytes each time.
    pub message: Message,
    /// 1 for the first sending of this message, then 2, 3, ...
    pub sending: u32,
    /// What the gateway is to do wrong on purpose.
    pub misbehaviour: Option<Misbehaviour>,
    /// Whether its receiver has taken over another answer to the same request before (改口).
    pub contradicts: bool,
}

/// Everything that one call would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Messages handled or held.
    pub(super) seen: Vec<Seen>,
    /// Messages that get no receipt until the given time (无回执).
    pub(super) muted: Vec<(PartyId, MessageId, Time)>,
    /// Book entries in their new form.
    pub(super) pages: Vec<Page>,
    /// Tasks to be put on the agenda.
    pub(super) planned: Vec<(Time, Task)>,
    /// Tasks to be taken off it, by key.
    pub(super) done: Vec<(Time, u64)>,
    /// Held requests with what was decided on them at their arrival.
    pub(super) held: Vec<(PartyId, MessageId, Plan)>,
    /// Outbox entries in their new form.
    pub(super) outgoing: Vec<Outgoing>,
    /// Messages that do not simply leave once.
    pub(super) conduct: Vec<(MessageId, Conduct)>,
    /// Answers that will be followed by others (改口), with what is to follow.
    pub(super) changing: Vec<(MessageId, Changing)>,
    /// What goes on the wire.
    pub(super) sendings: Vec<Sending>,
}

impl Changes {
    /// Whether applying it would change nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
