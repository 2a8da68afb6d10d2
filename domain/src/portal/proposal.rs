//! The cargo proposal (货运险投保单) and the policy that it becomes: its record and its life cycle (CGO-10 .. CGO-18).
//!
//! The table below is the whole life cycle; a pair that is not there is refused.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Attachment, RecordId, record::Failure};
use crate::{
    Time,
    codes::Uscc,
    directory::PartyId,
    form::Filled,
    life_cycle::{Delivery, Ends, Row, Step, message_steps, row},
    message::{MessageId, cargo::SpecialTermData},
    money::Money,
};

/// What the insurer said last, while a withdrawal is on its way (CGO-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Under {
    /// 「数据审核成功，待核保」
    Awaiting,
    /// 「核保未通过，转人工复核」
    Referred,
    /// 已出单未缴费
    Issued,
    /// 拒保
    Declined,
}

impl Under {
    /// Every answer.
    pub const ALL: [Self; 4] = [Self::Awaiting, Self::Referred, Self::Issued, Self::Declined];

    /// The state that it is without a withdrawal.
    pub const fn state(self) -> State {
        match self {
            Self::Awaiting => State::Awaiting,
            Self::Referred => State::Referred,
            Self::Issued => State::Issued,
            Self::Declined => State::Declined,
        }
    }
}

/// Where a proposal stands. Several states may look the same on the page: see [`State::page_text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing kept yet.
    New,
    /// 暂存
    Draft,
    /// A draft that was deleted: nobody sees it any more.
    Deleted,
    /// On its way to the insurer.
    Submitting(Step),
    /// 数据审核失败, by the insurer or by its receipt.
    CheckFailed,
    /// 数据审核失败, because no answer came: a late one still counts.
    Unanswered,
    /// 数据审核成功，待核保
    Awaiting,
    /// 核保未通过，转人工复核
    Referred,
    /// 已出单未缴费
    Issued,
    /// 拒保
    Declined,
    /// 撤销中: the withdrawal is on its way.
    Withdrawing(Step, Under),
    /// 已撤销
    Withdrawn,
    /// 支付中, also while the payment is 不确定.
    Paying,
    /// 支付失败
    PayFailed,
    /// 支付成功, the insurer is about to be told.
    Settled,
    /// 支付成功, the notice is on its way to the insurer.
    Noticing(Step),
    /// 支付成功, and the notice was given up.
    NoticeLost,
    /// 正式生效: a policy.
    InForce,
    /// 已失效: not paid in time.
    Lapsed,
}

impl State {
    /// Every state.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::New,
            Self::Draft,
            Self::Deleted,
            Self::CheckFailed,
            Self::Unanswered,
            Self::Awaiting,
            Self::Referred,
            Self::Issued,
            Self::Declined,
            Self::Withdrawn,
            Self::Paying,
            Self::PayFailed,
            Self::Settled,
            Self::NoticeLost,
            Self::InForce,
            Self::Lapsed,
        ];
        for step in Step::ALL {
            all.extend([Self::Submitting(step), Self::Noticing(step)]);
            all.extend(Under::ALL.map(|under| Self::Withdrawing(step, under)));
        }
        all
    }

    /// What the list shows.
    pub const fn page_text(self) -> &'static str {
        match self {
            Self::New => "未提交",
            Self::Draft => "暂存",
            Self::Deleted => "已删除",
            Self::Submitting(step) => step.page_text(),
            Self::CheckFailed | Self::Unanswered => "数据审核失败",
            Self::Awaiting => "数据审核成功，待核保",
            Self::Referred => "核保未通过，转人工复核",
            Self::Issued => "已出单未缴费",
            Self::Declined => "拒保",
            Self::Withdrawing(..) => "撤销中",
            Self::Withdrawn => "已撤销",
            Self::Paying => "支付中",
            Self::PayFailed => "支付失败",
            Self::Settled | Self::Noticing(_) | Self::NoticeLost => "支付成功",
            Self::InForce => "正式生效",
            Self::Lapsed => "已失效",
        }
    }

    /// Its own name, for those who look behind the page.
    pub const fn label(self) -> &'static str {
        use Step as T;
        use Under as U;
        match self {
            Self::Unanswered => "数据审核失败且未答复",
            Self::Settled => "支付成功待通知",
            Self::Noticing(T::Queued) => "缴费通知待发送",
            Self::Noticing(T::Sent) => "缴费通知已发送",
            Self::Noticing(T::Undelivered) => "缴费通知未送达",
            Self::Noticing(T::Received) => "缴费通知已接收",
            Self::NoticeLost => "缴费通知已放弃",
            Self::Withdrawing(T::Queued, U::Awaiting) => "待核保，撤销待发送",
            Self::Withdrawing(T::Queued, U::Referred) => "转人工复核，撤销待发送",
            Self::Withdrawing(T::Queued, U::Issued) => "已出单，撤销待发送",
            Self::Withdrawing(T::Queued, U::Declined) => "拒保，撤销待发送",
            Self::Withdrawing(T::Sent, U::Awaiting) => "待核保，撤销已发送",
            Self::Withdrawing(T::Sent, U::Referred) => "转人工复核，撤销已发送",
            Self::Withdrawing(T::Sent, U::Issued) => "已出单，撤销已发送",
            Self::Withdrawing(T::Sent, U::Declined) => "拒保，撤销已发送",
            Self::Withdrawing(T::Undelivered, U::Awaiting) => "待核保，撤销未送达",
            Self::Withdrawing(T::Undelivered, U::Referred) => "转人工复核，撤销未送达",
            Self::Withdrawing(T::Undelivered, U::Issued) => "已出单，撤销未送达",
            Self::Withdrawing(T::Undelivered, U::Declined) => "拒保，撤销未送达",
            Self::Withdrawing(T::Received, U::Awaiting) => "待核保，撤销已接收",
            Self::Withdrawing(T::Received, U::Referred) => "转人工复核，撤销已接收",
            Self::Withdrawing(T::Received, U::Issued) => "已出单，撤销已接收",
            Self::Withdrawing(T::Received, U::Declined) => "拒保，撤销已接收",
            Self::New
            | Self::Draft
            | Self::Deleted
            | Self::Submitting(_)
            | Self::CheckFailed
            | Self::Awaiting
            | Self::Referred
            | Self::Issued
            | Self::Declined
            | Self::Withdrawn
            | Self::Paying
            | Self::PayFailed
            | Self::InForce
            | Self::Lapsed => self.page_text(),
        }
    }
}

/// What can happen to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// 暂存
    Save,
    /// 修改, kept and not sent.
    Change,
    /// 提交
    Submit,
    /// 删除
    Delete,
    /// 撤销
    Withdraw,
    /// 在线支付
    Pay,
    /// 重新支付
    PayAgain,
    /// Something happened to its message.
    Delivery(Delivery),
    /// 数据审核: it agrees with the open cover.
    DataPassed,
    /// 数据审核: it does not.
    DataFailed,
    /// Underwriting issues it.
    Issued,
    /// Underwriting refers it to a person.
    Referred,
    /// A person's review issues it.
    ReviewPassed,
    /// The review declines it.
    Declined,
    /// The insurer grants the withdrawal.
    WithdrawalGranted,
    /// The insurer does not.
    WithdrawalRefused,
    /// The bank has debited its premium.
    PaymentSucceeded,
    /// The bank has not.
    PaymentFailed,
    /// The portal has made the notice to the insurer.
    NoticeMade,
    /// The insurer has put the policy in force.
    PolicyEffected,
    /// 缴费截止日 is over.
    PremiumOverdue,
}

impl Event {
    /// Every event.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Save,
            Self::Change,
            Self::Submit,
            Self::Delete,
            Self::Withdraw,
            Self::Pay,
            Self::PayAgain,
            Self::DataPassed,
            Self::DataFailed,
            Self::Issued,
            Self::Referred,
            Self::ReviewPassed,
            Self::Declined,
            Self::WithdrawalGranted,
            Self::WithdrawalRefused,
            Self::PaymentSucceeded,
            Self::PaymentFailed,
            Self::NoticeMade,
            Self::PolicyEffected,
            Self::PremiumOverdue,
        ];
        all.extend(Delivery::ALL.map(Self::Delivery));
        all
    }

    /// What people call it; for a person's act, the button.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Save => "暂存",
            Self::Change => "修改",
            Self::Submit => "提交",
            Self::Delete => "删除",
            Self::Withdraw => "撤销",
            Self::Pay => "在线支付",
            Self::PayAgain => "重新支付",
            Self::Delivery(delivery) => delivery.chinese(),
            Self::DataPassed => "数据审核成功",
            Self::DataFailed => "数据审核失败",
            Self::Issued => "保险公司出单",
            Self::Referred => "转人工复核",
            Self::ReviewPassed => "复核通过",
            Self::Declined => "拒保",
            Self::WithdrawalGranted => "保险公司同意撤销",
            Self::WithdrawalRefused => "保险公司拒绝撤销",
            Self::PaymentSucceeded => "银行扣款成功",
            Self::PaymentFailed => "银行扣款失败",
            Self::NoticeMade => "生成缴费通知",
            Self::PolicyEffected => "保单生效",
            Self::PremiumOverdue => "缴费截止日已过",
        }
    }

    /// The button for it, where a person makes it happen.
    pub const fn button(self) -> Option<&'static str> {
        match self {
            Self::Save | Self::Change | Self::Submit | Self::Delete | Self::Withdraw | Self::Pay | Self::PayAgain => {
                Some(self.chinese())
            }
            Self::Delivery(delivery) => delivery.button(),
            Self::DataPassed
            | Self::DataFailed
            | Self::Issued
            | Self::Referred
            | Self::ReviewPassed
            | Self::Declined
            | Self::WithdrawalGranted
            | Self::WithdrawalRefused
            | Self::PaymentSucceeded
            | Self::PaymentFailed
            | Self::NoticeMade
            | Self::PolicyEffected
            | Self::PremiumOverdue => None,
        }
    }
}

use Event as E;
use State as S;

/// The life cycle of a proposal.
pub fn life_cycle() -> Vec<Row<State, Event>> {
    const QUEUED: S = S::Submitting(Step::Queued);
    const RECEIVED: S = S::Submitting(Step::Received);
    #[rustfmt::skip] // One row a line.
    let mut rows = vec![
        row(S::New,         E::Save,             S::Draft,       "",     "",                       &["CGO-10"]),
        row(S::Draft,       E::Change,           S::Draft,       "",     "",                       &["CGO-10", "CGO-12"]),
        row(S::CheckFailed, E::Change,           S::CheckFailed, "",     "",                       &["CGO-12"]),
        row(S::Unanswered,  E::Change,           S::Unanswered,  "",     "",                       &["CGO-12"]),
        row(S::Declined,    E::Change,           S::Declined,    "",     "",                       &["CGO-12"]),
        row(S::Draft,       E::Delete,           S::Deleted,     "",     "",                       &["CGO-10"]),
        // 提交, the first time and anew.
        row(S::New,         E::Submit,           QUEUED,         "P001", "待发送",                 &["CGO-10", "MSG-01"]),
        row(S::Draft,       E::Submit,           QUEUED,         "P001", "待发送",                 &["CGO-10", "MSG-01"]),
        row(S::CheckFailed, E::Submit,           QUEUED,         "P001", "待发送",                 &["CGO-12", "MSG-01"]),
        row(S::Unanswered,  E::Submit,           QUEUED,         "P001", "待发送",                 &["CGO-12", "MSG-01"]),
        row(S::Declined,    E::Submit,           QUEUED,         "P001", "待发送",                 &["CGO-12", "MSG-01"]),
        // The insurer's answers.
        row(RECEIVED,       E::DataPassed,       S::Awaiting,    "C001", "数据审核成功，待核保",   &["CGO-14"]),
        row(RECEIVED,       E::DataFailed,       S::CheckFailed, "C101", "数据审核失败",           &["CGO-14"]),
        row(S::Unanswered,  E::DataPassed,       S::Awaiting,    "C001", "数据审核成功，待核保",   &["CGO-14"]),
        row(S::Unanswered,  E::DataFailed,       S::CheckFailed, "C101", "数据审核失败",           &["CGO-14"]),
        row(S::Awaiting,    E::Issued,           S::Issued,      "C002", "已出单未缴费",           &["CGO-14"]),
        row(S::Awaiting,    E::Referred,         S::Referred,    "C102", "核保未通过，转人工复核", &["CGO-14"]),
        row(S::Referred,    E::ReviewPassed,     S::Issued,      "C002", "已出单未缴费",           &["CGO-14"]),
        row(S::Referred,    E::Declined,         S::Declined,    "C103", "拒保",                   &["CGO-14"]),
        // 撤销
        row(S::Awaiting,    E::Withdraw,         S::Withdrawing(Step::Queued, Under::Awaiting), "P001", "待发送", &["CGO-13", "MSG-01"]),
        row(S::Referred,    E::Withdraw,         S::Withdrawing(Step::Queued, Under::Referred), "P001", "待发送", &["CGO-13", "MSG-01"]),
        // Payment.
        row(S::Issued,      E::Pay,              S::Paying,      "P201", "支付中",                 &["CGO-15"]),
        row(S::PayFailed,   E::PayAgain,         S::Paying,      "P201", "支付中",                 &["CGO-16"]),
        row(S::Paying,      E::PaymentSucceeded, S::Settled,     "P202", "支付成功",               &["PAY-05"]),
        row(S::Paying,      E::PaymentFailed,    S::PayFailed,   "F",    "支付失败",               &["PAY-06"]),
        // A late success settles what no other order has settled or has under way.
        row(S::PayFailed,   E::PaymentSucceeded, S::Settled,     "P202", "支付成功",               &["PAY-04"]),
        row(S::Issued,      E::PremiumOverdue,   S::Lapsed,      "E",    "已失效",                 &["CGO-18"]),
        row(S::PayFailed,   E::PremiumOverdue,   S::Lapsed,      "E",    "已失效",                 &["CGO-18"]),
        // The insurer is told, and confirms.
        row(S::Settled,     E::NoticeMade,       S::Noticing(Step::Queued), "P001", "待发送",      &["PAY-05", "MSG-01"]),
    ];
    let ends = Ends { rejected: S::CheckFailed, given_up: S::Unanswered, silent: Some(S::Unanswered) };
    rows.extend(message_steps(S::Submitting, E::Delivery, ends));
    rows.extend(withdrawal());
    // An insurer that refuses the notice takes no premium: the money goes back, and the proposal is as unpaid as before.
    let ends = Ends { rejected: S::PayFailed, given_up: S::NoticeLost, silent: None };
    rows.extend(message_steps(S::Noticing, E::Delivery, ends));
    for from in [S::Noticing(Step::Received), S::NoticeLost] {
        rows.push(row(from, E::PolicyEffected, S::InForce, "S", "正式生效", &["PAY-05", "CGO-17"]));
    }
    rows
}

/// A withdrawal on its way, whatever the insurer says of the proposal meanwhile: refused, or never answered, it leaves the
/// state of the insurer's latest answer.
fn withdrawal() -> Vec<Row<State, Event>> {
    const REFUSED: &str = "撤销失败";
    let mut rows = Vec::new();
    for under in Under::ALL {
        let at = |step| S::Withdrawing(step, under);
        let to = under.state();
        rows.extend(message_steps(at, E::Delivery, Ends { rejected: to, given_up: to, silent: Some(to) }));
        rows.push(row(at(Step::Received), E::WithdrawalGranted, S::Withdrawn, "W", "已撤销", &["CGO-13"]));
        rows.push(row(at(Step::Received), E::WithdrawalRefused, to, "F", REFUSED, &["CGO-13"]));
    }
    for step in Step::ALL {
        let at = |under| S::Withdrawing(step, under);
        #[rustfmt::skip] // One row a line.
        rows.extend([
            row(at(Under::Awaiting), E::Issued,   at(Under::Issued),   "C002", "已出单未缴费",           &["CGO-13", "CGO-14"]),
            row(at(Under::Awaiting), E::Referred, at(Under::Referred), "C102", "核保未通过，转人工复核", &["CGO-13", "CGO-14"]),
            row(at(Under::Referred), E::ReviewPassed, at(Under::Issued),   "C002", "已出单未缴费",           &["CGO-13", "CGO-14"]),
            row(at(Under::Referred), E::Declined, at(Under::Declined), "C103", "拒保",                   &["CGO-13", "CGO-14"]),
        ]);
    }
    // An answer after silence: granted where nothing is paid or being paid.
    let unpaid = [S::Awaiting, S::Referred, S::Issued, S::Declined, S::PayFailed, S::Lapsed];
    let paid = [S::Paying, S::Settled, S::NoticeLost, S::InForce];
    for from in unpaid {
        rows.push(row(from, E::WithdrawalGranted, S::Withdrawn, "W", "已撤销", &["CGO-13"]));
    }
    for from in unpaid.into_iter().chain(paid).chain(Step::ALL.map(S::Noticing)) {
        rows.push(row(from, E::WithdrawalRefused, from, "F", REFUSED, &["CGO-13"]));
    }
    rows
}

/// What a person has entered into a proposal.
pub(super) type Content = (Arc<Filled>, Arc<[SpecialTermData]>, Arc<[Attachment]>);

/// A proposal as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    /// 申请编号.
    pub id: RecordId,
    /// The enterprise whose record it is (ACC-10).
    pub owner: Uscc,
    /// 1 when made, one more with each change.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// The open cover that it is made under.
    pub cover: RecordId,
    /// Who underwrites.
    pub insurer: PartyId,
    /// What was entered.
    pub form: Arc<Filled>,
    /// 特殊约定
    pub special_terms: Arc<[SpecialTermData]>,
    /// 附件
    pub attachments: Arc<[Attachment]>,
    /// The same as it was submitted last: what the insurer's answers are about, whatever was changed since.
    pub sent: Option<Content>,
    /// When it was made.
    pub made_at: Time,
    /// 投保时间: the latest 提交.
    pub submitted_at: Option<Time>,
    /// How often it was submitted.
    pub submission: u32,
    /// The message of the latest 提交.
    pub submitted: MessageId,
    /// The message of the latest 撤销.
    pub withdrawal: MessageId,
    /// 投保单号, the insurer's.
    pub number: Option<String>,
    /// 保费, the insurer's (CGO-07).
    pub premium: Option<Money>,
    /// 缴费截止日, the last day.
    pub premium_due: Option<Date>,
    /// The latest order that pays it.
    pub payment: Option<RecordId>,
    /// 保单号
    pub policy_number: Option<String>,
    /// 生效时间
    pub in_force_at: Option<Time>,
    /// The message of the present leg.
    pub message: MessageId,
    /// When that one was sent first.
    pub first_sent: Option<Time>,
    /// Why it failed, and through whom.
    pub failure: Option<Failure>,
    /// Lines in its status log.
    pub log_rows: u64,
    /// When time alone will change it.
    pub deadline: Option<Time>,
}
