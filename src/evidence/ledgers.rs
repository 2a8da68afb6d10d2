//! What insurers and banks have in their books of the cargo line at the end of a case: covers, proposals, money.
//!
//! Amounts, rates and dates are texts as the party wrote them down (`120.00`, `0.450`, `2026-03-09`): whoever judges them
//! reckons for himself.

use domain::{Time, directory::PartyId, party::ProposalStanding};

/// An open cover in its insurer's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverLine {
    /// The insurer.
    pub party: PartyId,
    /// 保险公司货运险协议编号
    pub number: String,
    /// 统一社会信用代码 of the enterprise.
    pub uscc: String,
    /// Whether the insurer has ended it.
    pub ended: bool,
    /// 协议结束时间, the last day.
    pub ends: String,
    /// 保险费率 in percent.
    pub rate: String,
    /// 最低保费, yuan.
    pub minimum_premium: String,
}

/// A proposal in its insurer's books, as the last submission left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalLine {
    /// The insurer.
    pub party: PartyId,
    /// The portal's number of it.
    pub application: String,
    /// How far it has got.
    pub standing: ProposalStanding,
    /// Which submission it is, from 1.
    pub submission: String,
    /// 保险金额, yuan.
    pub insured: String,
    /// 保险费率 in percent.
    pub rate: String,
    /// 保费, yuan, once it is issued.
    pub premium: Option<String>,
    /// 缴费截止日, once it is issued.
    pub due: Option<String>,
    /// 投保单号, once its data were checked.
    pub proposal_number: Option<String>,
    /// 保单号, once it is in force.
    pub policy_number: Option<String>,
    /// The premium that was received, yuan, and the 支付流水号 that brought it.
    pub received: Option<(String, String)>,
}

/// A debit in a bank's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The bank.
    pub party: PartyId,
    /// 支付流水号 of the order.
    pub order: String,
    /// 付款账号
    pub account: String,
    /// 金额, yuan.
    pub amount: String,
    /// 银行流水号
    pub number: String,
    /// When it was made.
    pub at: Time,
}

/// An account at a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// The bank.
    pub party: PartyId,
    /// Its number.
    pub account: String,
    /// What was in it at the start, and was paid in since by its owner; yuan.
    pub had: String,
    /// What is in it at the end, yuan.
    pub has: String,
}

/// A refund in an insurer's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLine {
    /// The insurer.
    pub party: PartyId,
    /// 支付流水号 of the payment that is paid back.
    pub payment: String,
    /// 银行流水号 of the debit that it pays back.
    pub debit: String,
    /// The account to which it went.
    pub account: String,
    /// 金额, yuan.
    pub amount: String,
}
