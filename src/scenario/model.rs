//! A scenario as the runner plays it: every name resolved, every matrix value put in, nothing left to look up.
//!
//! Each case is one row of one file's matrix. Invariant: what stands here has been read without a mistake, so the runner
//! never complains about a file; and nothing here knows the world or has an effect.

use std::{sync::Arc, time::Duration};

use domain::{
    Time,
    directory::{Directory, PartyId, PartyRole},
    party::{Outcome, Point},
    portal::Page,
};

pub use crate::world::fixtures::CardSlot;

pub use super::deeds::{CargoAct, CoverGiven, Deed, Entry, PartyDeed};
use crate::verdict::expect::Expected;

/// One row of a scenario's matrix (or the scenario itself, where it has none).
#[derive(Clone, Debug)]
pub struct Case {
    /// 编号 with the row's values: `DTY-01[失败原因=余额不足]`.
    pub id: String,
    /// What all rows of the file share.
    pub scenario: Arc<Header>,
    /// The row, from 0.
    pub row: usize,
    /// The row's values by their keys, in file order.
    pub values: Vec<(String, String)>,
    /// 开始
    pub start: Time,
    /// 已知
    pub given: Given,
    /// 对手方剧本
    pub script: Vec<ScriptLine>,
    /// 故障, in file order.
    pub faults: Vec<Fault>,
    /// 步骤
    pub steps: Vec<Step>,
    /// 始终
    pub always: Vec<Invariant>,
    /// 曾经
    pub once: Vec<Once>,
}

/// The head of a scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// 场景
    pub title: String,
    /// 编号, without a row's values.
    pub id: String,
    /// 覆盖
    pub covers: Vec<String>,
    /// 标签
    pub tags: Vec<String>,
    /// 说明
    pub note: String,
    /// The file's path, as it was given.
    pub file: String,
    /// The line of the key 覆盖.
    pub covers_line: usize,
    /// The file's text, to show lines of.
    pub source: Arc<str>,
}

impl Header {
    /// Line `number` (from 1) as it is written, without the blanks around it; empty past the end.
    pub fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|before| self.source.lines().nth(before)).unwrap_or_default().trim()
    }
}

/// A place in the file: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// 已知: facts before the first step.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Accounts that differ from the fixture.
    pub accounts: Vec<Account>,
    /// Records, as the steps that make them, in file order; the runner plays each and waits for its state.
    pub records: Vec<GivenRecord>,
}

impl Given {
    /// The steps that make the records.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.records.iter().map(|record| &record.step)
    }
}

/// A bank account as 已知 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Index of the enterprise.
    pub enterprise: usize,
    /// The bank.
    pub bank: PartyId,
    /// What is so.
    pub fact: AccountFact,
}

/// What 已知 says of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountFact {
    /// 余额, in yuan as written.
    Balance(String),
    /// 冻结: 是
    Frozen,
    /// 每日限额, in yuan as written.
    DailyLimit(String),
}

/// A record of 已知.
#[derive(Clone, Debug)]
pub struct GivenRecord {
    /// The step that makes it.
    pub step: Step,
    /// The state to wait for; none for a step on the way, which only has to be done.
    pub until: Option<&'static str>,
}

/// Who acts, and with which card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who {
    /// Index into the fixture's enterprises.
    pub enterprise: usize,
    /// Which of its cards.
    pub card: CardSlot,
}

/// A party as a file names it: any of a role (门户 too), or one institution.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartyName {
    /// 门户, 保险公司, 银行, 海关: any of that role.
    Role(PartyRole),
    /// One institution.
    Institution(PartyId),
}

impl PartyName {
    /// Whether the party `id` is meant. The portal is in no directory and is known by its id.
    pub fn means(&self, id: &PartyId, directory: &Directory) -> bool {
        match self {
            Self::Role(PartyRole::Portal) => *id == PartyId::portal(),
            Self::Role(role) => directory.by_id(id).is_some_and(|i| i.role == *role),
            Self::Institution(one) => one == id,
        }
    }
}

/// One line of 对手方剧本.
#[derive(Clone, Debug)]
pub struct ScriptLine {
    /// Whose decision.
    pub party: PartyName,
    /// Which decision.
    pub point: Point,
    /// The outcomes, taken in order.
    pub outcomes: Vec<Outcome>,
    /// Its line in the file.
    pub line: usize,
}

/// A span of time as written: exact, or counted in working days (Monday to Friday).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// 秒, 分钟, 小时, 天
    Exact(Duration),
    /// 工作日
    WorkingDays(u32),
}

impl Lapse {
    /// The moment that lies this much after `start`; working days end at the same time of day.
    pub fn after(self, start: Time) -> Time {
        const DAY: Duration = Duration::from_secs(86_400);
        match self {
            Self::Exact(span) => start + span,
            Self::WorkingDays(days) => {
                let mut time = start;
                let mut left = days;
                while left > 0 {
                    time = time + DAY;
                    let weekday = time.date().weekday().to_monday_one_offset();
                    if weekday <= 5 {
                        left -= 1;
                    }
                }
                time
            }
        }
    }
}

/// One line of 故障.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its line in the file.
    pub line: usize,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// 丢失
    Lose {
        /// Which sending.
        sel: WireSel,
        /// 回执: 是 loses its receipt in place of the message.
        receipt: bool,
    },
    /// 重复
    Duplicate {
        /// Which sending.
        sel: WireSel,
        /// How often it is delivered in all; 2 unless told.
        times: u32,
    },
    /// 延迟
    Delay {
        /// Which sending.
        sel: WireSel,
        /// By how much.
        by: Lapse,
    },
    /// 乱序
    Reorder {
        /// Sender.
        from: PartyName,
        /// Receiver.
        to: PartyName,
    },
    /// 篡改
    Tamper {
        /// Which sending.
        sel: WireSel,
    },
    /// 断开
    Cut {
        /// 双方
        between: (PartyName, PartyName),
        /// Counted from 开始.
        from: Lapse,
        /// Counted from 开始; later than `from`.
        to: Lapse,
    },
    /// 拔卡, 换卡, 锁卡, 卡错误
    Card {
        /// Index into [`Case::steps`].
        step: usize,
        /// At that step's n-th APDU, from 1.
        at: u32,
        /// What happens to the card.
        how: CardFaultKind,
    },
    /// 重放登录
    ReplayLogin {
        /// Which login of the case, from 1.
        nth: u32,
    },
}

impl FaultKind {
    /// The word of the scenario language.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::Lose { .. } => "丢失",
            Self::Duplicate { .. } => "重复",
            Self::Delay { .. } => "延迟",
            Self::Reorder { .. } => "乱序",
            Self::Tamper { .. } => "篡改",
            Self::Cut { .. } => "断开",
            Self::Card { how, .. } => match how {
                CardFaultKind::Pull => "拔卡",
                CardFaultKind::Swap => "换卡",
                CardFaultKind::Lock => "锁卡",
                CardFaultKind::Error(_) => "卡错误",
            },
            Self::ReplayLogin { .. } => "重放登录",
        }
    }
}

/// What happens to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFaultKind {
    /// 拔卡: it is pulled.
    Pull,
    /// 换卡: another card of the same enterprise is there instead.
    Swap,
    /// 锁卡: its PIN becomes locked.
    Lock,
    /// 卡错误: it answers this status word.
    Error(u16),
}

/// Which sending on the wire is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WireSel {
    /// 报文: the message's Chinese name.
    pub message: Option<String>,
    /// 从
    pub from: Option<PartyName>,
    /// 到
    pub to: Option<PartyName>,
    /// 第: counts sendings that fit, from 1; the first unless told.
    pub nth: Option<u32>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The verb, as the catalogue has it.
    pub verb: &'static str,
    /// What is done.
    pub act: Act,
    /// 记作
    pub name: Option<String>,
    /// 拒绝
    pub refusal: Option<RefusalExpected>,
    /// Its line in the file.
    pub line: usize,
}

/// 拒绝: the step must be refused, and this must be said.
#[derive(Clone, Debug, Default)]
pub struct RefusalExpected {
    /// 代码
    pub code: Option<Expected>,
    /// 提示
    pub prompt: Option<Expected>,
    /// 字段: label and hint.
    pub fields: Vec<(String, Expected)>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Act {
    /// 登录
    Login {
        /// Who.
        who: Who,
        /// 卡密码; `None` is the right one.
        pin: Option<String>,
        /// 方式: 账号密码
        password: bool,
    },
    /// 退出
    Logout {
        /// Who.
        who: Who,
    },
    /// 拔卡
    PullCard {
        /// Whose card.
        who: Who,
    },
    /// 插卡
    InsertCard {
        /// Whose card.
        who: Who,
    },
    /// 换卡
    SwapCard {
        /// Whose reader.
        who: Who,
        /// 换成: the card that is there afterwards.
        to: Who,
    },
    /// 修改卡密码
    ChangePin {
        /// Whose card.
        who: Who,
        /// 卡密码; `None` is the right one.
        pin: Option<String>,
        /// 新密码
        new: String,
    },
    /// 解锁卡
    UnblockCard {
        /// Whose card.
        who: Who,
        /// 解锁码; `None` is the right one.
        puk: Option<String>,
        /// 新密码
        new: String,
    },
    /// 协议签署
    SignAgreement {
        /// Who.
        who: Who,
        /// Fields given, by the manual's label; the others are filled from the fixture.
        form: Vec<(String, Value)>,
        /// 卡密码; `None` is the right one.
        pin: Option<String>,
        /// 确认: the answer to the dialog.
        confirm: bool,
        /// 同意协议条款
        terms: bool,
    },
    /// 重新签署
    ResignAgreement {
        /// Who.
        who: Who,
        /// 协议: the name of the failed one.
        agreement: String,
        /// Fields given, by the manual's label.
        form: Vec<(String, Value)>,
        /// 卡密码; `None` is the right one.
        pin: Option<String>,
        /// 确认: the answer to the dialog.
        confirm: bool,
        /// 同意协议条款
        terms: bool,
    },
    /// 重新发送
    Resend {
        /// Who.
        who: Who,
        /// 记录: the name of the record.
        record: String,
        /// 卡密码 for the login that the step may need; `None` is the right one.
        pin: Option<String>,
    },
    /// 推进
    Advance(Advance),
    /// 等待
    Wait {
        /// All of these must hold.
        subjects: Vec<SubjectExpected>,
        /// 时限
        limit: Lapse,
    },
    /// 期望
    Expect {
        /// All of these must hold now.
        subjects: Vec<SubjectExpected>,
    },
    /// 查询
    Query {
        /// Who.
        who: Who,
        /// 页
        page: Page,
        /// 条件: label, and one value or the two ends of a range.
        filters: Vec<(String, Vec<Value>)>,
        /// 每页
        page_size: usize,
        /// 页码
        page_number: usize,
        /// 记录, for 状态记录 and 协议明细.
        record: Option<String>,
        /// 排序: the column, and whether upwards.
        sort: Option<(String, bool)>,
        /// 页签 of 协议明细.
        tab: Option<String>,
        /// 卡密码 for the login that the step may need; `None` is the right one.
        pin: Option<String>,
    },
    /// An act of a person on the cargo line.
    Cargo(Box<CargoAct>),
    /// An act of a party of itself, but for 银行.终止协议.
    Party {
        /// Who; a role means the record's own party, or the first of that role.
        party: PartyName,
        /// What.
        deed: PartyDeed,
    },
    /// 银行.终止协议
    EndAgreement {
        /// The bank; a role means the agreement's own bank.
        party: PartyName,
        /// 协议: its name.
        agreement: String,
        /// 原因
        reason: Option<String>,
    },
}

/// 推进: how far time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// 推进: 3天
    By(Lapse),
    /// 推进: {到: 2026-03-10 00:00:00}
    Until(Time),
}

/// What a person puts into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, as written.
    Text(String),
    /// 空
    Blank,
    /// `$名.字段`: what that record's page shows there.
    Reference {
        /// The record's name.
        name: String,
        /// The field's label.
        field: String,
    },
}

/// What is expected of one named record or list.
#[derive(Clone, Debug)]
pub struct SubjectExpected {
    /// Its name.
    pub subject: String,
    /// Field, what it must show, and the line where that stands.
    pub fields: Vec<(String, Expected, usize)>,
}

/// An invariant named in 始终.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// Its name.
    pub name: String,
    /// The line where it stands.
    pub line: usize,
}

/// An entry of 曾经.
#[derive(Clone, Debug)]
pub struct Once {
    /// What must have happened.
    pub what: OnceKind,
    /// As the file writes it.
    pub text: String,
    /// The line where it stands.
    pub line: usize,
}

/// What can be asked of 曾经.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnceKind {
    /// `银行.签约 拒绝(资料不全)`: that decision was taken.
    Decision {
        /// Whose.
        party: PartyName,
        /// Which.
        point: Point,
        /// The outcome as the file writes it.
        outcome: String,
    },
    /// `故障 丢失 签约申请`: that fault struck.
    Fault {
        /// The fault's word.
        kind: String,
        /// The message that it struck.
        message: Option<String>,
    },
    /// `报文 协议终止`: that message was sent.
    Message(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_skip_saturday_and_sunday() {
        let monday = Time::parse("2026-03-02 09:00:00").unwrap();
        assert_eq!(Lapse::WorkingDays(4).after(monday).to_string(), "2026-03-06 09:00:00");
        assert_eq!(Lapse::WorkingDays(5).after(monday).to_string(), "2026-03-09 09:00:00");
        let saturday = Time::parse("2026-03-07 10:00:00").unwrap();
        assert_eq!(Lapse::WorkingDays(1).after(saturday).to_string(), "2026-03-09 10:00:00");
    }
}
