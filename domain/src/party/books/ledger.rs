//! Payment orders in the books of a bank: each is debited at most once, whatever comes (PAY-04).

use crate::{Time, codes::Uscc, message::payment::PaymentOrder, money::Money};

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerStanding {
    /// 处理中: taken over, not decided.
    Pending,
    /// 成功: the account was debited.
    Debited,
    /// 失败: not debited, and never will be.
    Failed,
}

impl LedgerStanding {
    /// For people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Pending => "处理中",
            Self::Debited => "成功",
            Self::Failed => "失败",
        }
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// 支付流水号
    pub payment: String,
    /// How it stands.
    pub standing: LedgerStanding,
    /// 统一社会信用代码 of the payer.
    pub payer: Uscc,
    /// 协议编号 under which it was ordered.
    pub agreement_number: String,
    /// 付款账号
    pub account: String,
    /// 收款企业, full name.
    pub payee: String,
    /// 金额
    pub amount: Money,
    /// 银行流水号, once debited.
    pub debit: Option<String>,
    /// Why not, once failed.
    pub reason: Option<String>,
    /// When it was debited or failed; absent while pending.
    pub decided_at: Option<Time>,
}

impl LedgerEntry {
    /// The entry that an order opens.
    pub(in crate::party) fn opened(order: &PaymentOrder) -> Self {
        Self {
            payment: order.payment.clone(),
            standing: LedgerStanding::Pending,
            payer: order.uscc.clone(),
            agreement_number: order.agreement_number.clone(),
            account: order.account.clone(),
            payee: order.payee.clone(),
            amount: order.amount,
            debit: None,
            reason: None,
            decided_at: None,
        }
    }
}
