//! The payment agreement (三方协议): its record and its life cycle (AGR-08 .. AGR-12).
//!
//! The table below is the whole life cycle. No code decides where a record goes; it only finds out which event
//! has happened. A record never leaves this room except through [`super::Scope`].

use std::sync::Arc;

use jiff::civil::Date;

use super::{RecordId, record::Failure};
use crate::{
    Time,
    codes::Uscc,
    directory::PartyId,
    life_cycle::{Row, row},
    message::{CardSeal, MessageId, Payer},
};

/// Where an agreement stands. Several states may look the same on the page: see [`State::page_text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing kept yet: before 完成.
    New,
    /// 待发送 to the insurer.
    Queued,
    /// Sent to the insurer, no receipt yet.
    Sent,
    /// 发送失败 to the insurer: no receipt in spite of all tries.
    Undelivered,
    /// The insurer has it and will answer.
    Received,
    /// The insurer has signed.
    Agreed,
    /// 待发送 to the bank.
    BankQueued,
    /// Sent to the bank, no receipt yet.
    BankSent,
    /// 发送失败 to the bank.
    BankUndelivered,
    /// The bank has it and will answer.
    BankReceived,
    /// Signed by all three.
    InForce,
    /// Refused by somebody, for good.
    Failed,
    /// The insurer did not answer in time.
    SilentInsurer,
    /// The bank did not answer in time.
    SilentBank,
    /// As [`State::SilentInsurer`], and a re-signing was sent.
    SilentInsurerSuperseded,
    /// As [`State::SilentBank`], and a re-signing was sent.
    SilentBankSuperseded,
    /// The bank signed too late: 解约申请 待发送.
    EndQueued,
    /// 解约申请 sent, no receipt yet.
    EndSent,
    /// 解约申请 发送失败.
    EndUndelivered,
    /// The bank has the 解约申请 and will answer.
    EndReceived,
    /// The bank did not answer the 解约申请 in time.
    EndSilent,
    /// The bank ended the late agreement of its own accord, and still owes an answer to the 解约申请.
    EndedUnasked,
    /// The late agreement is ended at the bank.
    Ended,
    /// Was in force: past its last day, or ended by the bank.
    Expired,
}

impl State {
    /// Every state, in the order of the matrix.
    pub const ALL: [Self; 24] = [
        Self::New,
        Self::Queued,
        Self::Sent,
        Self::Undelivered,
        Self::Received,
        Self::Agreed,
        Self::BankQueued,
        Self::BankSent,
        Self::BankUndelivered,
        Self::BankReceived,
        Self::InForce,
        Self::Failed,
        Self::SilentInsurer,
        Self::SilentBank,
        Self::SilentInsurerSuperseded,
        Self::SilentBankSuperseded,
        Self::EndQueued,
        Self::EndSent,
        Self::EndUndelivered,
        Self::EndReceived,
        Self::EndSilent,
        Self::EndedUnasked,
        Self::Ended,
        Self::Expired,
    ];

    /// What the list shows (AGR-01).
    pub const fn page_text(self) -> &'static str {
        match self {
            Self::New => "未提交",
            Self::Queued
            | Self::Sent
            | Self::Undelivered
            | Self::Received
            | Self::Agreed
            | Self::BankQueued
            | Self::BankSent
            | Self::BankUndelivered
            | Self::BankReceived => IN_PROGRESS,
            Self::InForce => SUCCESS,
            Self::Failed
            | Self::SilentInsurer
            | Self::SilentBank
            | Self::SilentInsurerSuperseded
            | Self::SilentBankSuperseded
            | Self::EndQueued
            | Self::EndSent
            | Self::EndUndelivered
            | Self::EndReceived
            | Self::EndSilent
            | Self::EndedUnasked
            | Self::Ended => FAILURE,
            Self::Expired => EXPIRED,
        }
    }

    /// Its own name, for those who look behind the page: tables of mutants, diagrams.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "未提交",
            Self::Queued => "待发送保险公司",
            Self::Sent => "已发送保险公司",
            Self::Undelivered => "保险公司未送达",
            Self::Received => "保险公司已接收",
            Self::Agreed => "保险公司已同意",
            Self::BankQueued => "待发送银行",
            Self::BankSent => "已发送银行",
            Self::BankUndelivered => "银行未送达",
            Self::BankReceived => "银行已接收",
            Self::InForce => "已生效",
            Self::Failed => "已失败",
            Self::SilentInsurer => "保险公司未答复",
            Self::SilentBank => "银行未答复",
            Self::SilentInsurerSuperseded => "保险公司未答复且已重签",
            Self::SilentBankSuperseded => "银行未答复且已重签",
            Self::EndQueued => "解约待发送",
            Self::EndSent => "解约已发送",
            Self::EndUndelivered => "解约未送达",
            Self::EndReceived => "解约已接收",
            Self::EndSilent => "解约未答复",
            Self::EndedUnasked => "银行自行终止待答复",
            Self::Ended => "已解约",
            Self::Expired => "已失效",
        }
    }

    /// Whether it has come to an end, good things aside: 失败 or 已失效.
    pub(super) fn is_over(self) -> bool {
        matches!(self.page_text(), FAILURE | EXPIRED)
    }

    /// What happens in this state when its time is up.
    pub(super) const fn awaits(self) -> Option<Event> {
        match self {
            Self::Received | Self::BankReceived | Self::EndReceived => Some(Event::Silence),
            Self::Undelivered | Self::BankUndelivered | Self::EndUndelivered => Some(Event::GivenUp),
            Self::InForce => Some(Event::Expired),
            Self::New
            | Self::Queued
            | Self::Sent
            | Self::Agreed
            | Self::BankQueued
            | Self::BankSent
            | Self::Failed
            | Self::SilentInsurer
            | Self::SilentBank
            | Self::SilentInsurerSuperseded
            | Self::SilentBankSuperseded
            | Self::EndQueued
            | Self::EndSent
            | Self::EndSilent
            | Self::EndedUnasked
            | Self::Ended
            | Self::Expired => None,
        }
    }

    /// Whose turn it is, or was last.
    pub(super) const fn leg(self) -> Role {
        match self {
            Self::New
            | Self::Queued
            | Self::Sent
            | Self::Undelivered
            | Self::Received
            | Self::Agreed
            | Self::SilentInsurer
            | Self::SilentInsurerSuperseded => Role::Insurer,
            Self::BankQueued
            | Self::BankSent
            | Self::BankUndelivered
            | Self::BankReceived
            | Self::InForce
            | Self::Failed
            | Self::SilentBank
            | Self::SilentBankSuperseded
            | Self::EndQueued
            | Self::EndSent
            | Self::EndUndelivered
            | Self::EndReceived
            | Self::EndSilent
            | Self::EndedUnasked
            | Self::Ended
            | Self::Expired => Role::Bank,
        }
    }

    /// Whether it bars a second signing for the same bank, payee and account (AGR-12).
    pub fn bars_another(self) -> bool {
        matches!(self.page_text(), IN_PROGRESS | SUCCESS)
    }
}

const IN_PROGRESS: &str = "处理中";
const SUCCESS: &str = "成功";
const FAILURE: &str = "失败";
const EXPIRED: &str = "已失效";

/// What can happen to an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A person signed it with the card (完成).
    Sign,
    /// A person signed another one in its place (重新签署).
    Resign,
    /// A person has its message sent again (重新发送).
    Resend,
    /// Its message left, for the first time in this run of tries.
    Dispatched,
    /// A receipt: accepted.
    Acknowledged,
    /// A receipt: refused.
    Rejected,
    /// No receipt in spite of all tries.
    Undelivered,
    /// Undelivered for so long that nobody waits any more.
    GivenUp,
    /// Acknowledged, but not answered in time.
    Silence,
    /// The insurer signs.
    InsurerAgreed,
    /// The insurer does not sign.
    InsurerRefused,
    /// The portal has made the bank's message.
    BankRequested,
    /// The bank signs.
    BankAgreed,
    /// The bank does not sign.
    BankRefused,
    /// The bank grants the 解约申请.
    EndAgreed,
    /// The bank does not grant it.
    EndRefused,
    /// The bank ends the agreement by itself.
    EndedByBank,
    /// Its last day is over.
    Expired,
}

impl Event {
    /// Every event, in the order of the matrix.
    pub const ALL: [Self; 18] = [
        Self::Sign,
        Self::Resign,
        Self::Resend,
        Self::Dispatched,
        Self::Acknowledged,
        Self::Rejected,
        Self::Undelivered,
        Self::GivenUp,
        Self::Silence,
        Self::InsurerAgreed,
        Self::InsurerRefused,
        Self::BankRequested,
        Self::BankAgreed,
        Self::BankRefused,
        Self::EndAgreed,
        Self::EndRefused,
        Self::EndedByBank,
        Self::Expired,
    ];

    /// What people call it; for a person's act, the button.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Sign => "协议签署",
            Self::Resign => "重新签署",
            Self::Resend => "重新发送",
            Self::Dispatched => "报文发出",
            Self::Acknowledged => "回执接收",
            Self::Rejected => "回执拒绝",
            Self::Undelivered => "未收到回执",
            Self::GivenUp => "超期未送达",
            Self::Silence => "超期未答复",
            Self::InsurerAgreed => "收款企业同意签约",
            Self::InsurerRefused => "收款企业拒绝签约",
            Self::BankRequested => "生成银行签约报文",
            Self::BankAgreed => "银行同意签约",
            Self::BankRefused => "银行拒绝签约",
            Self::EndAgreed => "银行同意解约",
            Self::EndRefused => "银行拒绝解约",
            Self::EndedByBank => "银行终止协议",
            Self::Expired => "协议到期",
        }
    }

    /// The button for it, where a person makes it happen.
    pub const fn button(self) -> Option<&'static str> {
        match self {
            Self::Sign | Self::Resign | Self::Resend => Some(self.chinese()),
            Self::Dispatched
            | Self::Acknowledged
            | Self::Rejected
            | Self::Undelivered
            | Self::GivenUp
            | Self::Silence
            | Self::InsurerAgreed
            | Self::InsurerRefused
            | Self::BankRequested
            | Self::BankAgreed
            | Self::BankRefused
            | Self::EndAgreed
            | Self::EndRefused
            | Self::EndedByBank
            | Self::Expired => None,
        }
    }
}

use Event as E;
use State as S;

#[rustfmt::skip] // One row a line: this is the table of AGR-08 and should look like one.
/// The life cycle. Where the manual is silent a row says what a faithful portal does.
pub const LIFE_CYCLE: &[Row<State, Event>] = &[
    //  from                       event              to                          code    status log                requirements
    row(S::New,                     E::Sign,           S::Queued,                  "P001", "待发送",                  &["AGR-08", "MSG-01"]),
    // The insurer's leg.
    row(S::Queued,                  E::Dispatched,     S::Sent,                    "P002", "报文发送成功",            &["AGR-08", "MSG-01"]),
    row(S::Queued,                  E::Acknowledged,   S::Received,                "P004", "银行/保险接收成功",       &["MSG-03"]), // of an earlier run of tries
    row(S::Queued,                  E::Rejected,       S::Failed,                  "F",    "接收失败",                &["AGR-11", "MSG-04"]),
    row(S::Sent,                    E::Acknowledged,   S::Received,                "P004", "银行/保险接收成功",       &["AGR-08", "MSG-01"]),
    row(S::Sent,                    E::Rejected,       S::Failed,                  "F",    "接收失败",                &["AGR-11", "MSG-04"]),
    row(S::Sent,                    E::Undelivered,    S::Undelivered,             "F",    "发送失败",                &["MSG-04"]),
    row(S::Undelivered,             E::Resend,         S::Queued,                  "P001", "待发送",                  &["MSG-04"]),
    row(S::Undelivered,             E::Acknowledged,   S::Received,                "P004", "银行/保险接收成功",       &["MSG-03"]),
    row(S::Undelivered,             E::Rejected,       S::Failed,                  "F",    "接收失败",                &["AGR-11", "MSG-04"]),
    row(S::Undelivered,             E::GivenUp,        S::SilentInsurer,           "F",    "处理失败",                &["AGR-11", "MSG-04"]),
    row(S::Received,                E::InsurerAgreed,  S::Agreed,                  "P101", "已接收收款企业签约数据",  &["AGR-08"]),
    row(S::Received,                E::InsurerRefused, S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::Received,                E::Silence,        S::SilentInsurer,           "F",    "处理失败",                &["AGR-11"]),
    // The bank's leg.
    row(S::Agreed,                  E::BankRequested,  S::BankQueued,              "P102", "在线支付发送银行签约数据已生成，待发送", &["AGR-08"]),
    row(S::BankQueued,              E::Dispatched,     S::BankSent,                "P002", "报文发送成功",            &["AGR-08", "MSG-01"]),
    row(S::BankQueued,              E::Acknowledged,   S::BankReceived,            "P004", "银行/保险接收成功",       &["MSG-03"]),
    row(S::BankQueued,              E::Rejected,       S::Failed,                  "F",    "接收失败",                &["AGR-11", "MSG-04"]),
    row(S::BankSent,                E::Acknowledged,   S::BankReceived,            "P004", "银行/保险接收成功",       &["AGR-08", "MSG-01"]),
    row(S::BankSent,                E::Rejected,       S::Failed,                  "F",    "接收失败",                &["AGR-11", "MSG-04"]),
    row(S::BankSent,                E::Undelivered,    S::BankUndelivered,         "F",    "发送失败",                &["MSG-04"]),
    row(S::BankUndelivered,         E::Resend,         S::BankQueued,              "P001", "待发送",                  &["MSG-04"]),
    row(S::BankUndelivered,         E::Acknowledged,   S::BankReceived,            "P004", "银行/保险接收成功",       &["MSG-03"]),
    row(S::BankUndelivered,         E::Rejected,       S::Failed,                  "F",    "接收失败",                &["AGR-11", "MSG-04"]),
    row(S::BankUndelivered,         E::GivenUp,        S::SilentBank,              "F",    "处理失败",                &["AGR-11", "MSG-04"]),
    row(S::BankReceived,            E::BankAgreed,     S::InForce,                 "S",    "处理成功",                &["AGR-08", "AGR-09"]),
    row(S::BankReceived,            E::BankRefused,    S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::BankReceived,            E::Silence,        S::SilentBank,              "F",    "处理失败",                &["AGR-11"]),
    // In force, and the ways out of it.
    row(S::InForce,                 E::EndedByBank,    S::Expired,                 "E",    "已失效",                  &["AGR-01"]),
    row(S::InForce,                 E::Expired,        S::Expired,                 "E",    "已失效",                  &["AGR-01"]),
    // Failed: signed anew in another row; this one stays.
    row(S::Failed,                  E::Resign,         S::Failed,                  "",     "",                        &["AGR-10"]),
    row(S::SilentInsurer,           E::Resign,         S::SilentInsurerSuperseded, "",     "",                        &["AGR-10"]),
    row(S::SilentBank,              E::Resign,         S::SilentBankSuperseded,    "",     "",                        &["AGR-10"]),
    row(S::SilentInsurerSuperseded, E::Resign,         S::SilentInsurerSuperseded, "",     "",                        &["AGR-10"]),
    row(S::SilentBankSuperseded,    E::Resign,         S::SilentBankSuperseded,    "",     "",                        &["AGR-10"]),
    row(S::EndQueued,               E::Resign,         S::EndQueued,               "",     "",                        &["AGR-10"]),
    row(S::EndSent,                 E::Resign,         S::EndSent,                 "",     "",                        &["AGR-10"]),
    row(S::EndUndelivered,          E::Resign,         S::EndUndelivered,          "",     "",                        &["AGR-10"]),
    row(S::EndReceived,             E::Resign,         S::EndReceived,             "",     "",                        &["AGR-10"]),
    row(S::EndSilent,               E::Resign,         S::EndSilent,               "",     "",                        &["AGR-10"]),
    row(S::EndedUnasked,            E::Resign,         S::EndedUnasked,            "",     "",                        &["AGR-10"]),
    row(S::Ended,                   E::Resign,         S::Ended,                   "",     "",                        &["AGR-10"]),
    // An answer after silence: taken where nothing was signed in its place ...
    row(S::SilentInsurer,           E::InsurerAgreed,  S::Agreed,                  "P101", "已接收收款企业签约数据",  &["AGR-11"]),
    row(S::SilentInsurer,           E::InsurerRefused, S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::SilentBank,              E::BankAgreed,     S::InForce,                 "S",    "处理成功",                &["AGR-11", "AGR-09"]),
    row(S::SilentBank,              E::BankRefused,    S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    // ... else logged, and what the bank has signed is ended at the bank.
    row(S::SilentInsurerSuperseded, E::InsurerAgreed,  S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::SilentInsurerSuperseded, E::InsurerRefused, S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::SilentBankSuperseded,    E::BankAgreed,     S::EndQueued,               "P001", "待发送",                  &["AGR-11", "MSG-01"]),
    row(S::SilentBankSuperseded,    E::BankRefused,    S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::EndQueued,               E::Dispatched,     S::EndSent,                 "P002", "报文发送成功",            &["MSG-01"]),
    row(S::EndQueued,               E::Acknowledged,   S::EndReceived,             "P004", "银行/保险接收成功",       &["MSG-03"]),
    row(S::EndQueued,               E::Rejected,       S::Failed,                  "F",    "接收失败",                &["MSG-04"]),
    row(S::EndSent,                 E::Acknowledged,   S::EndReceived,             "P004", "银行/保险接收成功",       &["MSG-01"]),
    row(S::EndSent,                 E::Rejected,       S::Failed,                  "F",    "接收失败",                &["MSG-04"]),
    row(S::EndSent,                 E::Undelivered,    S::EndUndelivered,          "F",    "发送失败",                &["MSG-04"]),
    row(S::EndUndelivered,          E::Resend,         S::EndQueued,               "P001", "待发送",                  &["MSG-04"]),
    row(S::EndUndelivered,          E::Acknowledged,   S::EndReceived,             "P004", "银行/保险接收成功",       &["MSG-03"]),
    row(S::EndUndelivered,          E::Rejected,       S::Failed,                  "F",    "接收失败",                &["MSG-04"]),
    row(S::EndUndelivered,          E::GivenUp,        S::EndSilent,               "F",    "处理失败",                &["AGR-11", "MSG-04"]),
    row(S::EndQueued,               E::EndedByBank,    S::EndedUnasked,            "E",    "已解约",                  &["AGR-11"]),
    row(S::EndSent,                 E::EndedByBank,    S::EndedUnasked,            "E",    "已解约",                  &["AGR-11"]),
    row(S::EndUndelivered,          E::EndedByBank,    S::EndedUnasked,            "E",    "已解约",                  &["AGR-11"]),
    row(S::EndReceived,             E::EndedByBank,    S::EndedUnasked,            "E",    "已解约",                  &["AGR-11"]),
    row(S::EndSilent,               E::EndedByBank,    S::EndedUnasked,            "E",    "已解约",                  &["AGR-11"]),
    // The bank ended it by itself first: its one answer to the 解约申请 changes nothing any more.
    row(S::EndedUnasked,            E::EndAgreed,      S::Ended,                   "",     "",                        &["AGR-11"]),
    row(S::EndedUnasked,            E::EndRefused,     S::Ended,                   "",     "",                        &["AGR-11"]),
    row(S::EndReceived,             E::EndAgreed,      S::Ended,                   "E",    "已解约",                  &["AGR-11"]),
    row(S::EndReceived,             E::EndRefused,     S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
    row(S::EndReceived,             E::Silence,        S::EndSilent,               "F",    "处理失败",                &["AGR-11"]),
    row(S::EndSilent,               E::EndAgreed,      S::Ended,                   "E",    "已解约",                  &["AGR-11"]),
    row(S::EndSilent,               E::EndRefused,     S::Failed,                  "F",    "处理失败",                &["AGR-11"]),
];

/// An agreement as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agreement {
    /// 申请编号.
    pub id: RecordId,
    /// The enterprise whose record it is (ACC-10).
    pub owner: Uscc,
    /// 1 when made, one more with each change.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// 付款银行.
    pub bank: PartyId,
    /// 收款企业 as chosen: an insurer or a branch of one.
    pub payee: PartyId,
    /// Who signs for the payee: itself, or the insurer that it is a branch of.
    pub insurer: PartyId,
    /// 甲方.
    pub payer: Arc<Payer>,
    /// The enterprise's signature under the agreement's text.
    pub seal: Arc<CardSeal>,
    /// 签约时间.
    pub signed_at: Time,
    /// When the insurer signed.
    pub insurer_signed_at: Option<Time>,
    /// The message of the present leg.
    pub message: MessageId,
    /// When that one was sent first.
    pub first_sent: Option<Time>,
    /// 协议编号.
    pub number: Option<String>,
    /// 协议生效时间.
    pub effective: Option<Date>,
    /// 协议失效时间, the last day.
    pub expiry: Option<Date>,
    /// Why it failed or ended, and through whom (full name); empty while all goes well.
    pub failure: Option<Failure>,
    /// Lines in its status log.
    pub log_rows: u64,
    /// When time alone will change it.
    pub deadline: Option<Time>,
}

/// The two institutions that a record has to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Insurer,
    Bank,
}

impl Agreement {
    /// The institution in this role.
    pub const fn party(&self, role: Role) -> &PartyId {
        match role {
            Role::Insurer => &self.insurer,
            Role::Bank => &self.bank,
        }
    }
}
