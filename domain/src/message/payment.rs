//! Messages of payment: orders, queries, notices to the insurer, refunds (PAY-01 .. PAY-06).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CardSeal, Decision};
use crate::{codes::Uscc, money::Money};

/// One premium that an order pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PremiumItem {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 投保单号, the insurer's own.
    #[schemars(length(min = 1, max = 40))]
    pub proposal_number: String,
    /// 保费, yuan.
    pub amount: Money,
}

/// Portal orders the bank to debit the payer and pay the insurer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentOrder {
    /// 支付流水号: the portal's number for the payment. The bank debits once for it, whatever comes.
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
    /// 统一社会信用代码 of the payer.
    pub uscc: Uscc,
    /// 协议编号 of the payment agreement.
    #[schemars(length(min = 1, max = 40))]
    pub agreement_number: String,
    /// 付款账号
    #[schemars(length(min = 1, max = 32))]
    pub account: String,
    /// 收款企业, full name.
    #[schemars(length(min = 1, max = 100))]
    pub payee: String,
    /// 金额, yuan: the sum of the items.
    pub amount: Money,
    /// What it pays for.
    #[schemars(length(min = 1, max = 100))]
    pub items: Vec<PremiumItem>,
    /// 支付时间, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub ordered_at: String,
    /// The operator's signature under the order.
    pub seal: CardSeal,
}

/// The bank's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentAnswer {
    /// 支付流水号
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
    /// Whether the payer was debited.
    pub decision: Decision,
    /// Why not (余额不足, 协议已终止, 账户冻结, 超出限额, 银行系统故障); present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
    /// 银行流水号 of the debit; present exactly when agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 40))]
    pub debit: Option<String>,
    /// 金额 debited, yuan; present exactly when agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Portal asks the bank what became of an order (PAY-05).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentQuery {
    /// 支付流水号
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
}

/// How an order stands at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStanding {
    /// 成功: debited.
    Debited,
    /// 失败: not debited, and never will be.
    Failed,
    /// 处理中: not decided yet.
    Pending,
    /// 未受理: never seen, and refused from now on.
    Unknown,
}

/// The bank's answer to a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentQueryAnswer {
    /// 支付流水号
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
    /// How it stands.
    pub standing: OrderStanding,
    /// Why it failed; present exactly then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
    /// 银行流水号 of the debit; present exactly when debited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 40))]
    pub debit: Option<String>,
}

/// Portal tells the insurer that a premium was paid (PAY-05).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentNotice {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 投保单号, the insurer's own.
    #[schemars(length(min = 1, max = 40))]
    pub proposal_number: String,
    /// 支付流水号
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
    /// 银行流水号
    #[schemars(length(min = 1, max = 40))]
    pub debit: String,
    /// 保费 paid, yuan.
    pub amount: Money,
}

/// Portal asks the insurer to pay back money that no premium takes (PAY-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// 支付流水号
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
    /// 银行流水号
    #[schemars(length(min = 1, max = 40))]
    pub debit: String,
    /// 付款账号, to which it goes back.
    #[schemars(length(min = 1, max = 32))]
    pub account: String,
    /// 金额, yuan.
    pub amount: Money,
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// The insurer's answer to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundAnswer {
    /// 支付流水号
    #[schemars(length(min = 1, max = 40))]
    pub payment: String,
    /// Whether it was paid back.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
}
