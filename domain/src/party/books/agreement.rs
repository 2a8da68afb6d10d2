//! Signings in the books of an insurer or a bank.
//!
//! An entry is written by the decisions of the party alone, never to match what the portal believes.

use jiff::civil::Date;

use crate::{Time, codes::Uscc};

/// How a signing stands with this party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Asked, not answered.
    Asked,
    /// The party has signed.
    Agreed,
    /// The party has refused.
    Refused,
    /// Signed once, ended since.
    Ended,
}

impl Standing {
    /// For people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Asked => "待答复",
            Self::Agreed => "已签约",
            Self::Refused => "已拒绝",
            Self::Ended => "已终止",
        }
    }
}

/// One signing in a party's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookEntry {
    /// The portal's number for it.
    pub application: String,
    /// How it stands.
    pub standing: Standing,
    /// 协议编号; a bank's, once agreed.
    pub agreement_number: Option<String>,
    /// 协议生效时间; a bank's, once agreed.
    pub effective: Option<Date>,
    /// 协议失效时间, the last day; absent where open-ended.
    pub expiry: Option<Date>,
    /// 统一社会信用代码 of the payer.
    pub payer: Uscc,
    /// 付款账号
    pub account: String,
    /// 收款企业, full name.
    pub payee: String,
    /// 付款银行, full name.
    pub bank: String,
    /// Requests about it that were handled, repeats of the same one not counted (MSG-03).
    pub requests_handled: u32,
    /// When its present standing was decided; absent while asked.
    pub decided_at: Option<Time>,
}

impl BookEntry {
    /// Whether the agreement binds at `time`: signed, not ended, its last day not over.
    pub fn in_force(&self, time: Time) -> bool {
        self.standing == Standing::Agreed && self.expiry.is_none_or(|last| time < Time::after_day(last))
    }
}
