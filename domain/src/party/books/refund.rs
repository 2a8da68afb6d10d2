//! Refunds in the books of an insurer (PAY-04).

use crate::{Time, message::payment::RefundRequest, money::Money};

/// How a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefundStanding {
    /// Not answered.
    Asked,
    /// 已退款
    Refunded,
    /// Refused.
    Refused,
}

impl RefundStanding {
    /// For people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Asked => "待处理",
            Self::Refunded => "已退款",
            Self::Refused => "已拒绝",
        }
    }
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundEntry {
    /// 支付流水号
    pub payment: String,
    /// How it stands.
    pub standing: RefundStanding,
    /// 银行流水号 of the debit.
    pub debit: String,
    /// 付款账号 to which the money goes back.
    pub account: String,
    /// 金额
    pub amount: Money,
    /// When its present standing was decided; absent while asked.
    pub decided_at: Option<Time>,
}

impl RefundEntry {
    /// The entry that a request opens.
    pub(in crate::party) fn opened(request: &RefundRequest) -> Self {
        Self {
            payment: request.payment.clone(),
            standing: RefundStanding::Asked,
            debit: request.debit.clone(),
            account: request.account.clone(),
            amount: request.amount,
            decided_at: None,
        }
    }
}
