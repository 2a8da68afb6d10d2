//! From a scripted [`Outcome`] to what the party will do and when: the wrappers (延迟, 重复, 改口, 坏签名, ...) taken off
//! and written down beside the bare verdict.
//!
//! A plan is made once, when its request arrives, and never asks the script again.

use std::time::Duration;

use super::outcome::{Misbehaviour, Outcome, Point, Terms};
use crate::{
    Time,
    message::{Message, MessageId, cargo::OpenCoverData},
};

/// What happens to a request at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intake {
    /// Taken over; answered after `delay`, or in the party's own time. `later` are the answers that it changes to
    /// afterwards, the next one last.
    Take { verdict: Verdict, delay: Option<Duration>, conduct: Conduct, later: Vec<Outcome> },
    /// Refused by receipt.
    Refuse { reason: String },
    /// Ignored.
    Mute,
}

/// The bare decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes, with what comes with it.
    Agree { terms: Terms },
    /// No.
    Refuse { reason: String },
    /// 转人工复核
    Refer { reason: Option<String> },
    /// 处理中
    Pending,
    /// 未受理
    Unseen,
    /// Words without sense (胡言): nothing was decided.
    Nonsense,
    /// No answer, ever.
    Silent,
}

/// What a decision is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A request of the portal.
    Request(Box<Message>),
    /// An open cover, to be signed off-line.
    Signing(Box<OpenCoverData>),
}

impl Cause {
    /// The business number that the answer is about.
    pub(super) fn subject(&self) -> &str {
        match self {
            Self::Request(request) => &request.subject,
            Self::Signing(cover) => &cover.number,
        }
    }

    /// The message that the answer correlates to.
    pub(super) fn correlation(&self) -> Option<MessageId> {
        match self {
            Self::Request(request) => Some(request.id.clone()),
            Self::Signing(_) => None,
        }
    }

    /// Tells draws about the same business number apart.
    pub(super) const fn sequence(&self) -> u64 {
        match self {
            Self::Request(request) => request.sequence,
            Self::Signing(_) => 0,
        }
    }
}

/// How an answer leaves, beside its ordinary sendings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Conduct {
    /// Further sendings of the same message soon after the first.
    pub echoes: u32,
    /// What the gateway is to do wrong at each of its sendings.
    pub misbehaviour: Option<Misbehaviour>,
    /// Whether another answer to the same request was taken over before it.
    pub contradicts: bool,
}

/// A decision on one request, to be carried out at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Where it was taken.
    pub point: Point,
    /// What to say.
    pub verdict: Verdict,
    /// When.
    pub at: Time,
    /// How it leaves.
    pub conduct: Conduct,
    /// What it changes to afterwards, the next one last.
    pub later: Vec<Outcome>,
    /// Whether another answer to the same request left before it (改口).
    pub follows: bool,
}

/// A party that will say something else about a request (改口).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changing {
    /// Where it was decided.
    pub point: Point,
    /// What it is about.
    pub cause: Cause,
    /// Whether an earlier answer was taken over already.
    pub contradicts: bool,
    /// The further answers, the next one last.
    pub later: Vec<Outcome>,
}

/// Something on the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Say what was decided.
    Answer { cause: Cause, plan: Plan },
    /// Send this message once more, whatever its receipt.
    Echo(MessageId),
}

impl Intake {
    /// Takes an outcome apart. Nested delays add up; of nested misbehaviours the outermost counts; a receipt
    /// outcome inside a wrapper stands as if it were bare, for there is no answer to delay, repeat or spoil.
    /// What wraps a 改口 wraps each of its answers, but a delay, which is the first one's.
    pub(super) fn of(mut outcome: Outcome) -> Self {
        let mut delay: Option<Duration> = None;
        let mut conduct = Conduct::default();
        let mut later = Vec::new();
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
                Outcome::ChangeOfMind { first, then } => {
                    later.push(conduct.wrapped_around(*then));
                    *first
                }
                Outcome::ReceiptRefused { reason } => return Self::Refuse { reason },
                Outcome::NoReceipt => return Self::Mute,
                Outcome::Agree { terms } => break Verdict::Agree { terms },
                Outcome::Refuse { reason } => break Verdict::Refuse { reason },
                Outcome::Refer { reason } => break Verdict::Refer { reason },
                Outcome::Pending => break Verdict::Pending,
                Outcome::Unseen => break Verdict::Unseen,
                Outcome::Nonsense => {
                    conduct.misbehaviour = Some(Misbehaviour::Nonsense);
                    break Verdict::Nonsense;
                }
                // Who says nothing first has nothing to change: the other answer is the first.
                Outcome::Silent => match later.pop() {
                    Some(then) => then,
                    None => break Verdict::Silent,
                },
            };
        };
        Self::Take { verdict, delay, conduct, later }
    }
}

impl Conduct {
    /// `outcome`, to leave in the same way.
    fn wrapped_around(self, outcome: Outcome) -> Outcome {
        let echoed = (0..self.echoes).fold(outcome, |of, _| Outcome::Twice(Box::new(of)));
        match self.misbehaviour {
            Some(how) => Outcome::Misbehave { how, of: Box::new(echoed) },
            None => echoed,
        }
    }
}
