//! The way of a payment's log (PAY-04 .. PAY-06): the order, queries about it while it is 不确定, and refunds.

use super::{
    Stage, is_text,
    leg::{self, Leg},
};
use crate::evidence::LogLine;

/// How far it has got. `query` is the latest query while its message is on its way; its steps may come after what settled
/// the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Start,
    /// The bank has not answered yet; `unsure` when ten minutes are over: 不确定.
    Ordered {
        order: Leg,
        query: Option<Leg>,
        unsure: bool,
    },
    /// 支付成功, 支付失败
    Over {
        end: End,
        query: Option<Leg>,
    },
    /// 待退款
    Refunding(Leg),
    Refunded,
    /// 待退款, before its message; and after a 退款失败.
    ToRefund,
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// 支付成功
    Settled,
    /// 支付失败 by the bank's own answer to the order, or its receipt.
    Failed,
    /// 支付失败 by a query, or because the order was given up: the order's own answer may still come.
    FailedUnheard,
}

use Way as W;

fn is(row: &LogLine, code: &str, text: &str) -> bool {
    row.code == code && is_text(&row.text, text)
}

/// Where a line leads while the bank has not answered.
fn ordered(order: Leg, query: Option<Leg>, unsure: bool, row: &LogLine) -> Vec<Way> {
    let mut next = Vec::new();
    next.extend(order.next(row).map(|order| match order {
        Leg::Rejected => W::Over { end: End::Failed, query },
        Leg::GivenUp => W::Over { end: End::FailedUnheard, query },
        // Not to be answered is no failure of a payment: only a query can tell.
        Leg::Silent => W::Ordered { order: Leg::Received, query, unsure },
        Leg::Queued | Leg::Requeued | Leg::Sent | Leg::Undelivered | Leg::Received => {
            W::Ordered { order, query, unsure }
        }
    }));
    if is(row, "U", "不确定") {
        next.push(W::Ordered { order, query, unsure: true });
    }
    if unsure && leg::begins(row) {
        next.push(W::Ordered { order, query: Some(Leg::Queued), unsure });
    }
    if let Some(asked) = query.and_then(|leg| leg.next(row)) {
        next.push(W::Ordered { order, query: Some(asked).filter(|leg| !leg.is_over()), unsure });
    }
    let by_order = order == Leg::Received;
    let by_query = query == Some(Leg::Received);
    if (by_order || by_query) && is(row, "S", "支付成功") {
        next.push(W::Over { end: End::Settled, query });
    }
    if is(row, "F", "支付失败") {
        next.extend(by_order.then_some(W::Over { end: End::Failed, query }));
        next.extend(by_query.then_some(W::Over { end: End::FailedUnheard, query }));
    }
    next
}

/// Where a line leads when the order has ended: the order's own answer, late; money that nothing takes; a query's steps.
fn over(end: End, query: Option<Leg>, row: &LogLine) -> Vec<Way> {
    let mut next = Vec::new();
    let unheard = end == End::FailedUnheard;
    next.extend((unheard && is(row, "S", "支付成功")).then_some(W::Over { end: End::Settled, query }));
    next.extend((unheard && is(row, "F", "支付失败")).then_some(W::Over { end: End::Failed, query }));
    next.extend((end == End::Settled && is(row, "R", "待退款")).then_some(W::ToRefund));
    if let Some(asked) = query.and_then(|leg| leg.next(row)) {
        next.push(W::Over { end, query: Some(asked).filter(|leg| !leg.is_over()) });
    }
    next
}

/// Where a line leads while money is to be paid back.
fn refunding(leg: Leg, row: &LogLine) -> Option<Way> {
    if let Some(next) = leg.next(row) {
        return Some(W::Refunding(next));
    }
    if !leg.may_be_answered() {
        return None;
    }
    if is(row, "T", "已退款") { Some(W::Refunded) } else { is(row, "F", "退款失败").then_some(W::ToRefund) }
}

impl Stage for Way {
    const START: Self = Self::Start;

    fn page(self) -> &'static str {
        match self {
            W::Start => "",
            W::Ordered { unsure: false, .. } => "支付中",
            W::Ordered { unsure: true, .. } => "不确定",
            W::Over { end: End::Settled, .. } => "支付成功",
            W::Over { end: End::Failed | End::FailedUnheard, .. } => "支付失败",
            W::ToRefund | W::Refunding(_) => "待退款",
            W::Refunded => "已退款",
        }
    }

    fn next(self, row: &LogLine) -> Vec<Self> {
        match self {
            W::Start if leg::begins(row) => vec![W::Ordered { order: Leg::Queued, query: None, unsure: false }],
            W::Ordered { order, query, unsure } => ordered(order, query, unsure, row),
            W::Over { end, query } => over(end, query, row),
            W::ToRefund if leg::begins(row) => vec![W::Refunding(Leg::Queued)],
            W::Refunding(leg) => refunding(leg, row).into_iter().collect(),
            W::Start | W::ToRefund | W::Refunded => Vec::new(),
        }
    }

    fn lines(self) -> Vec<String> {
        let told = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
        match self {
            W::Start | W::ToRefund => told(&["P001 待发送"]),
            W::Ordered { order, query, unsure } => {
                let mut lines = order.lines();
                lines.extend(query.map(Leg::lines).unwrap_or_default());
                lines.extend(told(if unsure { &["P001 待发送"] } else { &["U 不确定"] }));
                let answered = order == Leg::Received || query == Some(Leg::Received);
                lines.extend(told(if answered { &["S 支付成功", "F 支付失败"] } else { &[] }));
                lines
            }
            W::Over { end, query } => {
                let mut lines = query.map(Leg::lines).unwrap_or_default();
                lines.extend(told(match end {
                    End::Settled => &["R 待退款"],
                    End::Failed => &[],
                    End::FailedUnheard => &["S 支付成功", "F 支付失败"],
                }));
                lines
            }
            W::Refunding(leg) => {
                let answers = if leg.may_be_answered() { &["T 已退款", "F 退款失败"][..] } else { &[] };
                leg.lines().into_iter().chain(told(answers)).collect()
            }
            W::Refunded => Vec::new(),
        }
    }
}
