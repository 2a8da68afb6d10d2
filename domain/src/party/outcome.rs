//! What a party decides, in the scenario language's words (docs/scenarios.md, 对手方剧本).
//!
//! A party never makes up a decision: it asks [`Decisions`], which the world owns, fills from the script and
//! keeps a record of. Nothing in here knows the portal.

use std::{fmt, time::Duration};

use jiff::civil::Date;

use crate::directory::{PartyId, PartyRole};

/// Where a party has something to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// 保险公司.签约
    InsurerSigning,
    /// 银行.签约
    BankSigning,
    /// 银行.解约
    BankEnding,
}

impl Point {
    /// Every decision point.
    pub const ALL: [Self; 3] = [Self::InsurerSigning, Self::BankSigning, Self::BankEnding];

    /// Whose decision it is.
    pub const fn role(self) -> PartyRole {
        match self {
            Self::InsurerSigning => PartyRole::Insurer,
            Self::BankSigning | Self::BankEnding => PartyRole::Bank,
        }
    }

    /// The scenario language's word for it, after the party and a full stop.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::InsurerSigning | Self::BankSigning => "签约",
            Self::BankEnding => "解约",
        }
    }

    /// The key under which the time to its answer is drawn. Never changes, or every seed would play another story.
    pub(super) const fn delay_purpose(self) -> &'static str {
        match self {
            Self::InsurerSigning => "insurer-signing-delay",
            Self::BankSigning => "bank-signing-delay",
            Self::BankEnding => "bank-ending-delay",
        }
    }
}

/// What is decided, and how the answer leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 同意
    Agree {
        /// 协议失效时间: the last day of a bank's agreement; open-ended where absent.
        expiry: Option<Date>,
    },
    /// 拒绝(原因), and 失败(原因) too
    Refuse {
        /// The reason that the answer carries.
        reason: String,
    },
    /// 沉默: a receipt, then nothing.
    Silent,
    /// 延迟(2小时, 同意): answers exactly that long after receiving. Nested spans add up.
    Delayed {
        /// From the arrival of the request to the answer.
        by: Duration,
        /// The answer.
        then: Box<Self>,
    },
    /// 重复(同意): the same message leaves twice, the second 1 to 60 seconds after the first.
    Twice(Box<Self>),
    /// 改口(拒绝(资料不全), 同意): once the receipt for the first answer is there, the other one leaves as a message of its
    /// own. The first that was taken over counts; what comes after it must be refused.
    ChangeOfMind {
        /// The answer that leaves first.
        first: Box<Self>,
        /// The one that leaves later.
        then: Box<Self>,
    },
    /// 坏签名(同意) and its like: the answer leaves, but must be refused by whoever gets it.
    Misbehave {
        /// What is wrong with it.
        how: Misbehaviour,
        /// The answer.
        of: Box<Self>,
    },
    /// 回执拒绝(原因): the receipt refuses the request.
    ReceiptRefused {
        /// The reason that the receipt carries.
        reason: String,
    },
    /// 无回执: not even a receipt.
    NoReceipt,
    /// 胡言: instead of an answer, many copies of one, each broken in another way.
    Nonsense,
}

impl Outcome {
    /// What a party decides where the script says nothing.
    pub const fn friendly() -> Self {
        Self::Agree { expiry: None }
    }
}

/// As a script writes it.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agree { expiry: None } => f.write_str("同意"),
            Self::Agree { expiry: Some(date) } => write!(f, "同意(协议失效时间: {date})"),
            Self::Refuse { reason } => write!(f, "拒绝({reason})"),
            Self::Silent => f.write_str("沉默"),
            Self::Delayed { by, then } => write!(f, "延迟({}, {then})", span_text(*by)),
            Self::Twice(of) => write!(f, "重复({of})"),
            Self::ChangeOfMind { first, then } => write!(f, "改口({first}, {then})"),
            Self::Misbehave { how, of } => write!(f, "{}({of})", how.chinese()),
            Self::ReceiptRefused { reason } => write!(f, "回执拒绝({reason})"),
            Self::NoReceipt => f.write_str("无回执"),
            Self::Nonsense => f.write_str(Misbehaviour::Nonsense.chinese()),
        }
    }
}

/// A span in the largest unit that holds it exactly.
fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    for (unit, word) in [(86_400, "天"), (3_600, "小时"), (60, "分钟")] {
        if seconds > 0 && seconds.is_multiple_of(unit) {
            return format!("{}{word}", seconds / unit);
        }
    }
    format!("{seconds}秒")
}

/// What may be wrong with a message on purpose. The gateway that seals it makes it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misbehaviour {
    /// 坏签名: the signature does not fit the content.
    BadSignature,
    /// 过期证书: signed under a certificate that is over.
    ExpiredCertificate,
    /// 错收件人: encrypted for somebody else.
    WrongReceiver,
    /// 胡言: sealed as it ought to be, but what is sealed breaks the schema: one copy for each way to break it.
    Nonsense,
}

impl Misbehaviour {
    /// Those that wrap an answer: 胡言 stands for itself.
    pub const WRAPPERS: [Self; 3] = [Self::BadSignature, Self::ExpiredCertificate, Self::WrongReceiver];

    /// The scenario language's word for it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::BadSignature => "坏签名",
            Self::ExpiredCertificate => "过期证书",
            Self::WrongReceiver => "错收件人",
            Self::Nonsense => "胡言",
        }
    }
}

/// Where decisions come from.
pub trait Decisions {
    /// The next decision of `party` at `point` about `subject`; [`Outcome::friendly`] when the script is used up.
    fn take(&mut self, party: &PartyId, point: Point, subject: &str) -> Outcome;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_written_as_in_a_script() {
        let agree = || Box::new(Outcome::friendly());
        let until = Outcome::Agree { expiry: Some("2026-03-10".parse().unwrap()) };
        let late = |seconds| Outcome::Delayed { by: Duration::from_secs(seconds), then: agree() };
        let bad = |how| Outcome::Misbehave { how, of: agree() };
        for (outcome, text) in [
            (until, "同意(协议失效时间: 2026-03-10)"),
            (Outcome::Refuse { reason: "资料不全".into() }, "拒绝(资料不全)"),
            (Outcome::Silent, "沉默"),
            (late(7_200), "延迟(2小时, 同意)"),
            (late(86_400), "延迟(1天, 同意)"),
            (late(90), "延迟(90秒, 同意)"),
            (late(0), "延迟(0秒, 同意)"),
            (Outcome::Twice(agree()), "重复(同意)"),
            (bad(Misbehaviour::BadSignature), "坏签名(同意)"),
            (bad(Misbehaviour::ExpiredCertificate), "过期证书(同意)"),
            (bad(Misbehaviour::WrongReceiver), "错收件人(同意)"),
            (Outcome::ReceiptRefused { reason: "系统维护".into() }, "回执拒绝(系统维护)"),
            (Outcome::NoReceipt, "无回执"),
            (Outcome::Nonsense, "胡言"),
            (Outcome::ChangeOfMind { first: Box::new(late(90)), then: agree() }, "改口(延迟(90秒, 同意), 同意)"),
        ] {
            assert_eq!(outcome.to_string(), text);
        }
    }
}
