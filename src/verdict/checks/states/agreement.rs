//! The way of an agreement's log (AGR-08, AGR-11).

use super::{DONE, FAILED, RECEIVED, REJECTED, SENT, Stage, UNDELIVERED, WAITING, is_text};
use crate::evidence::LogLine;

/// How far a log has got. The insurer's leg comes first, the bank's second; the last one ends an agreement at the bank
/// that came too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Start,
    Queued,
    Requeued,
    Sent,
    Undelivered,
    Received,
    InsurerFailed,
    Agreed,
    BankQueued,
    BankRequeued,
    BankSent,
    BankUndelivered,
    BankReceived,
    BankFailed,
    InForce,
    Over,
    Rejected,
    EndQueued,
    EndRequeued,
    EndSent,
    EndUndelivered,
    EndReceived,
    EndFailed,
    Ended,
}

impl Stage for Way {
    const START: Self = Self::Start;

    fn page(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Queued
            | Self::Requeued
            | Self::Sent
            | Self::Undelivered
            | Self::Received
            | Self::Agreed
            | Self::BankQueued
            | Self::BankRequeued
            | Self::BankSent
            | Self::BankUndelivered
            | Self::BankReceived => "处理中",
            Self::InForce => "成功",
            Self::Over => "已失效",
            Self::InsurerFailed
            | Self::BankFailed
            | Self::Rejected
            | Self::EndQueued
            | Self::EndRequeued
            | Self::EndSent
            | Self::EndUndelivered
            | Self::EndReceived
            | Self::EndFailed
            | Self::Ended => "失败",
        }
    }

    fn next(self, row: &LogLine) -> Vec<Self> {
        let fits = |(from, code, text, _): &&(Self, &str, &str, Self)| {
            *from == self && *code == row.code && is_text(&row.text, text)
        };
        SUCCESSORS.iter().filter(fits).map(|(.., to)| *to).collect()
    }

    fn lines(self) -> Vec<String> {
        SUCCESSORS
            .iter()
            .filter(|(from, ..)| *from == self)
            .map(|(_, code, text, _)| format!("{code} {text}"))
            .collect()
    }
}

use Way as S;

const INSURER_SIGNED: &str = "已接收收款企业签约数据";
const TO_BANK: &str = "在线支付发送银行签约数据已生成，待发送";

#[rustfmt::skip] // One row a line: this is a table.
const SUCCESSORS: &[(Way, &str, &str, Way)] = &[
    // from              code    text            to
    (S::Start,           "P001", WAITING,        S::Queued),
    // Message steps to the insurer.
    (S::Queued,          "P002", SENT,           S::Sent),
    (S::Sent,            "P004", RECEIVED,       S::Received),
    (S::Sent,            "F",    REJECTED,       S::Rejected),
    (S::Sent,            "F",    UNDELIVERED,    S::Undelivered),
    (S::Undelivered,     "P001", WAITING,        S::Requeued),      // 重新发送
    (S::Undelivered,     "P004", RECEIVED,       S::Received),      // a receipt or an answer came after all
    (S::Undelivered,     "F",    REJECTED,       S::Rejected),
    (S::Undelivered,     "F",    FAILED,         S::InsurerFailed), // given up
    (S::Requeued,        "P002", SENT,           S::Sent),
    (S::Requeued,        "P004", RECEIVED,       S::Received),
    (S::Requeued,        "F",    REJECTED,       S::Rejected),
    (S::Received,        "P101", INSURER_SIGNED, S::Agreed),
    (S::Received,        "F",    FAILED,         S::InsurerFailed), // refused, or silent past the limit
    (S::InsurerFailed,   "P101", INSURER_SIGNED, S::Agreed),        // a late answer, no re-signing was sent
    (S::InsurerFailed,   "F",    FAILED,         S::InsurerFailed), // a late refusal, or an answer that came too late
    // Message steps to the bank.
    (S::Agreed,          "P102", TO_BANK,        S::BankQueued),
    (S::BankQueued,      "P002", SENT,           S::BankSent),
    (S::BankSent,        "P004", RECEIVED,       S::BankReceived),
    (S::BankSent,        "F",    REJECTED,       S::Rejected),
    (S::BankSent,        "F",    UNDELIVERED,    S::BankUndelivered),
    (S::BankUndelivered, "P001", WAITING,        S::BankRequeued),
    (S::BankUndelivered, "P004", RECEIVED,       S::BankReceived),
    (S::BankUndelivered, "F",    REJECTED,       S::Rejected),
    (S::BankUndelivered, "F",    FAILED,         S::BankFailed),
    (S::BankRequeued,    "P002", SENT,           S::BankSent),
    (S::BankRequeued,    "P004", RECEIVED,       S::BankReceived),
    (S::BankRequeued,    "F",    REJECTED,       S::Rejected),
    (S::BankReceived,    "S",    DONE,           S::InForce),
    (S::BankReceived,    "F",    FAILED,         S::BankFailed),
    (S::BankFailed,      "S",    DONE,           S::InForce),
    (S::BankFailed,      "F",    FAILED,         S::BankFailed),
    // In force until its last day, or until the bank ends it.
    (S::InForce,         "E",    "已失效",       S::Over),
    // After a re-signing a late agreement is ended at the bank: message steps once more.
    (S::BankFailed,      "P001", WAITING,        S::EndQueued),
    (S::EndQueued,       "P002", SENT,           S::EndSent),
    (S::EndSent,         "P004", RECEIVED,       S::EndReceived),
    (S::EndSent,         "F",    REJECTED,       S::EndFailed),
    (S::EndSent,         "F",    UNDELIVERED,    S::EndUndelivered),
    (S::EndUndelivered,  "P001", WAITING,        S::EndRequeued),
    (S::EndUndelivered,  "P004", RECEIVED,       S::EndReceived),
    (S::EndUndelivered,  "F",    REJECTED,       S::EndFailed),
    (S::EndUndelivered,  "F",    FAILED,         S::EndFailed),
    (S::EndRequeued,     "P002", SENT,           S::EndSent),
    (S::EndRequeued,     "P004", RECEIVED,       S::EndReceived),
    (S::EndRequeued,     "F",    REJECTED,       S::EndFailed),
    // The bank may have ended it of its own accord meanwhile.
    (S::EndQueued,       "E",    "已解约",       S::Ended),
    (S::EndSent,         "E",    "已解约",       S::Ended),
    (S::EndUndelivered,  "E",    "已解约",       S::Ended),
    (S::EndRequeued,     "E",    "已解约",       S::Ended),
    (S::EndReceived,     "E",    "已解约",       S::Ended),
    (S::EndReceived,     "F",    FAILED,         S::EndFailed),
    (S::EndFailed,       "E",    "已解约",       S::Ended),
    (S::EndFailed,       "F",    FAILED,         S::EndFailed),
];
