//! The steps of one message of the portal's, which every kind of record shares (MSG-01, MSG-04).

use super::{FAILED, RECEIVED, REJECTED, SENT, UNDELIVERED, WAITING, is_because, is_text};
use crate::evidence::LogLine;

/// How far a message has got, from 待发送.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// 待发送
    Queued,
    /// 待发送 once more, by 重新发送.
    Requeued,
    /// 报文发送成功
    Sent,
    /// 发送失败: no receipt by the last try.
    Undelivered,
    /// 银行/保险接收成功
    Received,
    /// 接收失败: its receiver has refused it.
    Rejected,
    /// 处理失败: given up three days after it was first sent.
    GivenUp,
    /// 处理失败: received, and not answered in three days.
    Silent,
}

use Leg as L;

/// Why a message is given up, and why an answer is no longer waited for.
const NOT_DELIVERED: &str = "超过3天未送达";
const NOT_ANSWERED: &str = "超过3天未答复";

#[rustfmt::skip] // One row a line: this is a table. The last column: what must stand in the brackets.
const STEPS: &[(Leg, &str, &str, &str, Leg)] = &[
    (L::Queued,      "P002", SENT,        "",            L::Sent),
    (L::Sent,        "P004", RECEIVED,    "",            L::Received),
    (L::Sent,        "F",    REJECTED,    "",            L::Rejected),
    (L::Sent,        "F",    UNDELIVERED, "",            L::Undelivered),
    (L::Undelivered, "P001", WAITING,     "",            L::Requeued),  // 重新发送
    (L::Undelivered, "P004", RECEIVED,    "",            L::Received),  // a receipt or an answer came after all
    (L::Undelivered, "F",    REJECTED,    "",            L::Rejected),
    (L::Undelivered, "F",    FAILED,      NOT_DELIVERED, L::GivenUp),
    (L::Requeued,    "P002", SENT,        "",            L::Sent),
    (L::Requeued,    "P004", RECEIVED,    "",            L::Received),
    (L::Requeued,    "F",    REJECTED,    "",            L::Rejected),
    (L::Received,    "F",    FAILED,      NOT_ANSWERED,  L::Silent),
];

impl Leg {
    /// Where `row` leads, if it is a step of this message.
    pub fn next(self, row: &LogLine) -> Option<Self> {
        let fits = |(from, code, text, why, _): &&(Self, &str, &str, &str, Self)| {
            *from == self
                && *code == row.code
                && is_text(&row.text, text)
                && (why.is_empty() || is_because(&row.text, why))
        };
        STEPS.iter().find(fits).map(|(.., to)| *to)
    }

    /// The lines that may come next, for people.
    pub fn lines(self) -> Vec<String> {
        STEPS.iter().filter(|(from, ..)| *from == self).map(|(_, code, text, ..)| format!("{code} {text}")).collect()
    }

    /// Whether its receiver may answer now: it has the message, or may have had it all the time.
    pub const fn may_be_answered(self) -> bool {
        matches!(self, L::Received | L::GivenUp | L::Silent)
    }

    /// Whether it is over without an answer.
    pub const fn is_over(self) -> bool {
        matches!(self, L::Rejected | L::GivenUp | L::Silent)
    }

    /// What a list shows meanwhile; `over` where it has come to nothing.
    pub const fn page(self, over: &'static str) -> &'static str {
        match self {
            L::Queued | L::Requeued => "待发送",
            L::Sent => "发送成功",
            L::Received => "接收成功",
            L::Undelivered => "发送失败",
            L::Rejected | L::GivenUp | L::Silent => over,
        }
    }
}

/// Whether this is the line of a message that was just made.
pub fn begins(row: &LogLine) -> bool {
    row.code == "P001" && row.text == WAITING
}
