//! From a scripted [`Outcome`] to what the party will do and when: the wrappers (延迟, 重复, 坏签名, ...) taken off
//! and written down beside the bare verdict.
//!
//! A plan is made once, when its request arrives, and never asks the script again.

use std::time::Duration;

use jiff::civil::Date;

use super::outcome::{Misbehaviour, Outcome};
use crate::{
    Time,
    message::{Message, MessageId},
};

/// What happens to a request at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intake {
    /// Taken over; answered after `delay`, or in the party's own time.
    Take { verdict: Verdict, delay: Option<Duration>, conduct: Conduct },
    /// Refused by receipt.
    Refuse { reason: String },
    /// Ignored.
    Mute,
}

/// The bare decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes; a bank's agreement ends after `expiry`.
    Agree { expiry: Option<Date> },
    /// No.
    Refuse { reason: String },
    /// No answer, ever.
    Silent,
}

/// How an answer leaves, beside its ordinary sendings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Conduct {
    /// Further sendings of the same message soon after the first.
    pub echoes: u32,
    /// What the gateway is to do wrong at each of its sendings.
    pub misbehaviour: Option<Misbehaviour>,
}

/// A decision on one request, to be carried out at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// What to say.
    pub verdict: Verdict,
    /// When.
    pub at: Time,
    /// How it leaves.
    pub conduct: Conduct,
}

/// Something on the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Answer this request.
    Answer { request: Box<Message>, plan: Plan },
    /// Send this message once more, whatever its receipt.
    Echo(MessageId),
}

impl Intake {
    /// Takes an outcome apart. Nested delays add up; of nested misbehaviours the outermost counts; a receipt
    /// outcome inside a wrapper stands as if it were bare, for there is no answer to delay, repeat or spoil.
    pub(super) fn of(mut outcome: Outcome) -> Self {
        let mut delay: Option<Duration> = None;
        let mut conduct = Conduct::default();
        let verdict = loop {
            outcome = match outcome {
                Outcome::Delayed { by, then } => {
                    delay = Some(delay.unwrap_or_default().saturating_add(by));
                    *then
                }
                Outcome::Twice(of) => {
                    conduct.echoes = conduct.echoes.saturating_add(1);
                    *of
                }
                Outcome::Misbehave { how, of } => {
                    conduct.misbehaviour.get_or_insert(how);
                    *of
                }
                Outcome::ReceiptRefused { reason } => return Self::Refuse { reason },
                Outcome::NoReceipt => return Self::Mute,
                Outcome::Agree { expiry } => break Verdict::Agree { expiry },
                Outcome::Refuse { reason } => break Verdict::Refuse { reason },
                Outcome::Silent => break Verdict::Silent,
            };
        };
        Self::Take { verdict, delay, conduct }
    }
}
