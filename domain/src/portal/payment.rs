//! The payment (在线交费): one order to a bank, for one or more premiums of one insurer (PAY-01 .. PAY-06).

use std::sync::Arc;

use super::{RecordId, record::Failure};
use crate::{
    Time,
    codes::Uscc,
    directory::PartyId,
    life_cycle::{Delivery, Ends, Row, Step, message_steps, row},
    message::{CardSeal, MessageId},
    money::Money,
};

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing kept yet.
    New,
    /// 支付中: the order is on its way to the bank.
    Ordering(Step),
    /// 不确定: no answer within the limit, however far the order has come.
    Uncertain(Step),
    /// 支付成功
    Succeeded,
    /// 支付失败, by the bank's word on the order or by its receipt: nothing more will come.
    Failed,
    /// 支付失败, by a query or because the order was given up: the bank's word on the order may still come.
    FailedUnanswered,
    /// 待退款: money came that no premium takes.
    RefundDue,
    /// 待退款, the request is on its way to the insurer.
    Refunding(Step),
    /// 待退款, and the insurer refused.
    RefundRefused,
    /// 待退款, and no answer came: a late one still counts.
    RefundUnanswered,
    /// 已退款
    Refunded,
}

impl State {
    /// Every state.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::New,
            Self::Succeeded,
            Self::Failed,
            Self::FailedUnanswered,
            Self::RefundDue,
            Self::RefundRefused,
            Self::RefundUnanswered,
            Self::Refunded,
        ];
        for step in Step::ALL {
            all.extend([Self::Ordering(step), Self::Uncertain(step), Self::Refunding(step)]);
        }
        all
    }

    /// What the list shows.
    pub const fn page_text(self) -> &'static str {
        match self {
            Self::New => "未提交",
            Self::Ordering(_) => "支付中",
            Self::Uncertain(_) => "不确定",
            Self::Succeeded => "支付成功",
            Self::Failed | Self::FailedUnanswered => "支付失败",
            Self::RefundDue | Self::Refunding(_) | Self::RefundRefused | Self::RefundUnanswered => "待退款",
            Self::Refunded => "已退款",
        }
    }

    /// Its own name, for those who look behind the page.
    pub const fn label(self) -> &'static str {
        use Step as T;
        match self {
            Self::Ordering(T::Queued) => "支付中，指令待发送",
            Self::Ordering(T::Sent) => "支付中，指令已发送",
            Self::Ordering(T::Undelivered) => "支付中，指令未送达",
            Self::Ordering(T::Received) => "支付中，指令已接收",
            Self::Uncertain(T::Queued) => "不确定，指令待发送",
            Self::Uncertain(T::Sent) => "不确定，指令已发送",
            Self::Uncertain(T::Undelivered) => "不确定，指令未送达",
            Self::Uncertain(T::Received) => "不确定，指令已接收",
            Self::FailedUnanswered => "支付失败且指令未答复",
            Self::Refunding(T::Queued) => "退款申请待发送",
            Self::Refunding(T::Sent) => "退款申请已发送",
            Self::Refunding(T::Undelivered) => "退款申请未送达",
            Self::Refunding(T::Received) => "退款申请已接收",
            Self::RefundRefused => "退款被拒绝",
            Self::RefundUnanswered => "退款未答复",
            Self::New | Self::Succeeded | Self::Failed | Self::RefundDue | Self::Refunded => self.page_text(),
        }
    }
}

/// What can happen to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A person ordered it (在线支付, 重新支付).
    Order,
    /// Something happened to the message of its present leg.
    Delivery(Delivery),
    /// No answer within the limit.
    Uncertain,
    /// A person asked the bank (查询支付).
    Ask,
    /// Something happened to the query's message.
    Query(Delivery),
    /// The bank has debited.
    Debited,
    /// The bank has not, and will not.
    NotDebited,
    /// The answer to a query: not debited, or never seen.
    AskedNotDebited,
    /// Some of its money is taken by no premium.
    RefundDue,
    /// The portal has made the request for a refund.
    RefundRequested,
    /// The insurer has paid it back.
    Refunded,
    /// The insurer does not.
    RefundRefused,
}

impl Event {
    /// Every event.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Order,
            Self::Uncertain,
            Self::Ask,
            Self::Debited,
            Self::NotDebited,
            Self::AskedNotDebited,
            Self::RefundDue,
            Self::RefundRequested,
            Self::Refunded,
            Self::RefundRefused,
        ];
        all.extend(Delivery::ALL.map(Self::Delivery));
        all.extend(Delivery::ALL.map(Self::Query));
        all
    }

    /// What people call it; for a person's act, the button.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Order => "在线支付",
            Self::Delivery(delivery) => delivery.chinese(),
            Self::Uncertain => "限时内未答复",
            Self::Ask => "查询支付",
            Self::Query(Delivery::Dispatched) => "查询报文发出",
            Self::Query(Delivery::Acknowledged) => "查询回执接收",
            Self::Query(Delivery::Rejected) => "查询回执拒绝",
            Self::Query(Delivery::Undelivered) => "查询未收到回执",
            Self::Query(Delivery::Resend) => "查询重新发送",
            Self::Query(Delivery::GivenUp) => "查询超期未送达",
            Self::Query(Delivery::Silence) => "查询超期未答复",
            Self::Debited => "银行扣款成功",
            Self::NotDebited => "银行扣款失败",
            Self::AskedNotDebited => "查询得知未扣款",
            Self::RefundDue => "款项须退回",
            Self::RefundRequested => "生成退款申请",
            Self::Refunded => "保险公司已退款",
            Self::RefundRefused => "保险公司拒绝退款",
        }
    }

    /// The button for it, where a person makes it happen.
    pub const fn button(self) -> Option<&'static str> {
        match self {
            Self::Ask => Some(self.chinese()),
            Self::Delivery(delivery) => delivery.button(),
            Self::Order
            | Self::Uncertain
            | Self::Query(_)
            | Self::Debited
            | Self::NotDebited
            | Self::AskedNotDebited
            | Self::RefundDue
            | Self::RefundRequested
            | Self::Refunded
            | Self::RefundRefused => None,
        }
    }
}

use Event as E;
use State as S;

/// The life cycle of a payment.
pub fn life_cycle() -> Vec<Row<State, Event>> {
    const SUCCESS: &str = "支付成功";
    const FAILURE: &str = "支付失败";
    #[rustfmt::skip] // One row a line.
    let mut rows = vec![
        row(S::New,                        E::Order,           S::Ordering(Step::Queued),  "P001", "待发送", &["PAY-03", "MSG-01"]),
        row(S::Ordering(Step::Received),   E::Debited,         S::Succeeded,               "S",    SUCCESS,  &["PAY-05"]),
        row(S::Ordering(Step::Received),   E::NotDebited,      S::Failed,                  "F",    FAILURE,  &["PAY-06"]),
        row(S::Uncertain(Step::Received),  E::Debited,         S::Succeeded,               "S",    SUCCESS,  &["PAY-05"]),
        row(S::Uncertain(Step::Received),  E::NotDebited,      S::Failed,                  "F",    FAILURE,  &["PAY-06"]),
        // What comes after a query settled it, or after it was given up.
        row(S::FailedUnanswered,           E::Debited,         S::Succeeded,               "S",    SUCCESS,  &["PAY-04"]),
        row(S::FailedUnanswered,           E::NotDebited,      S::Failed,                  "F",    FAILURE,  &["PAY-06"]),
        // Refund.
        row(S::Succeeded,                  E::RefundDue,       S::RefundDue,               "R",    "待退款", &["PAY-04"]),
        row(S::RefundDue,                  E::RefundRequested, S::Refunding(Step::Queued), "P001", "待发送", &["PAY-04", "MSG-01"]),
        row(S::Refunding(Step::Received),  E::Refunded,        S::Refunded,                "T",    "已退款", &["PAY-04"]),
        row(S::Refunding(Step::Received),  E::RefundRefused,   S::RefundRefused,           "F",    "退款失败", &["PAY-04"]),
        row(S::RefundUnanswered,           E::Refunded,        S::Refunded,                "T",    "已退款", &["PAY-04"]),
        row(S::RefundUnanswered,           E::RefundRefused,   S::RefundRefused,           "F",    "退款失败", &["PAY-04"]),
    ];
    for step in [Step::Sent, Step::Undelivered, Step::Received] {
        rows.push(row(S::Ordering(step), E::Uncertain, S::Uncertain(step), "U", "不确定", &["PAY-05"]));
    }
    for step in Step::ALL {
        rows.push(row(S::Uncertain(step), E::Ask, S::Uncertain(step), "P001", "待发送", &["PAY-05", "MSG-01"]));
        // The query's word on an order whose own answer never came.
        rows.push(row(S::Uncertain(step), E::AskedNotDebited, S::FailedUnanswered, "F", FAILURE, &["PAY-05"]));
    }
    let unsent = Ends { rejected: S::Failed, given_up: S::FailedUnanswered, silent: None };
    rows.extend(message_steps(S::Ordering, E::Delivery, unsent));
    rows.extend(message_steps(S::Uncertain, E::Delivery, unsent));
    let ends = Ends { rejected: S::RefundRefused, given_up: S::RefundUnanswered, silent: Some(S::RefundUnanswered) };
    rows.extend(message_steps(S::Refunding, E::Delivery, ends));
    rows.extend(queries());
    rows
}

/// A query's message leaves its lines in the log, and changes nothing by itself; the payment may be settled meanwhile.
fn queries() -> Vec<Row<State, Event>> {
    let mut rows = Vec::new();
    let settled = [S::Succeeded, S::Failed, S::FailedUnanswered];
    for at in Step::ALL.map(S::Uncertain).into_iter().chain(settled) {
        #[rustfmt::skip] // One row a line.
        rows.extend([
            row(at, E::Query(Delivery::Dispatched),   at, "P002", "报文发送成功",      &["MSG-01"]),
            row(at, E::Query(Delivery::Acknowledged), at, "P004", "银行/保险接收成功", &["MSG-01"]),
            row(at, E::Query(Delivery::Rejected),     at, "F",    "接收失败",          &["MSG-04"]),
            row(at, E::Query(Delivery::Undelivered),  at, "F",    "发送失败",          &["MSG-04"]),
        ]);
    }
    rows
}

/// One premium that a payment pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// The proposal.
    pub proposal: RecordId,
    /// 投保单号
    pub number: String,
    /// 保费
    pub premium: Money,
}

/// A payment as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    /// 支付流水号.
    pub id: RecordId,
    /// The enterprise whose record it is (ACC-10).
    pub owner: Uscc,
    /// 1 when made, one more with each change.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// What it pays.
    pub items: Arc<[Item]>,
    /// 金额: their sum.
    pub amount: Money,
    /// The payment agreement that it goes under.
    pub agreement: RecordId,
    /// Its 协议编号.
    pub agreement_number: String,
    /// 付款银行
    pub bank: PartyId,
    /// 付款账号
    pub account: String,
    /// The insurer that is paid and told.
    pub insurer: PartyId,
    /// 收款企业: the insurer or a branch of it.
    pub payee: PartyId,
    /// The operator's signature under the order.
    pub seal: Arc<CardSeal>,
    /// 支付时间
    pub ordered_at: Time,
    /// 银行流水号
    pub debit: Option<String>,
    /// What is to be paid back, and why.
    pub refund: Option<(Money, &'static str)>,
    /// The latest query.
    pub query: MessageId,
    /// How many there were.
    pub queries: u32,
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
