//! Proposals (投保单), and the policies that they become, in the books of an insurer.

use jiff::civil::Date;

use crate::{
    Time,
    codes::Uscc,
    message::cargo::ProposalSubmission,
    money::{Money, Percent},
};

/// How a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProposalStanding {
    /// 已收到: its data are not checked yet.
    Received,
    /// 数据审核失败
    CheckFailed,
    /// 待核保
    AwaitingUnderwriting,
    /// 转人工复核
    Referred,
    /// 已出单, the premium is due.
    Issued,
    /// 拒保
    Declined,
    /// 已撤销
    Withdrawn,
    /// 已缴费, not in force yet.
    Paid,
    /// 正式生效
    InForce,
}

impl ProposalStanding {
    /// For people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Received => "已收到",
            Self::CheckFailed => "审核失败",
            Self::AwaitingUnderwriting => "待核保",
            Self::Referred => "转人工",
            Self::Issued => "已出单",
            Self::Declined => "拒保",
            Self::Withdrawn => "已撤销",
            Self::Paid => "已缴费",
            Self::InForce => "已生效",
        }
    }

    /// Whether a later submission may still replace what stands there.
    pub(in crate::party) const fn is_replaceable(self) -> bool {
        match self {
            Self::Received
            | Self::CheckFailed
            | Self::AwaitingUnderwriting
            | Self::Referred
            | Self::Issued
            | Self::Declined => true,
            Self::Withdrawn | Self::Paid | Self::InForce => false,
        }
    }
}

/// What an issued proposal costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// 保费
    pub premium: Money,
    /// 缴费截止日, the last day.
    pub due: Date,
}

/// A premium that was received, as the portal told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PremiumReceived {
    /// 支付流水号
    pub payment: String,
    /// 银行流水号
    pub debit: String,
    /// 保费
    pub amount: Money,
    /// When the insurer learnt of it.
    pub at: Time,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalEntry {
    /// The portal's number for it.
    pub application: String,
    /// How it stands.
    pub standing: ProposalStanding,
    /// 1 for the first 提交, then 2, 3, ...
    pub submission: u32,
    /// 保险公司货运险协议编号 that it is made under.
    pub open_cover: String,
    /// 统一社会信用代码 of the applicant; absent where the form has none that checks.
    pub applicant: Option<Uscc>,
    /// 保险金额, as submitted; absent where it is no amount.
    pub insured_amount: Option<Money>,
    /// 保险费率, as submitted: what the premium is worked out with, though the open cover's changes meanwhile; absent where it
    /// is none.
    pub rate: Option<Percent>,
    /// 投保单号 of this submission, once its data were right.
    pub proposal_number: Option<String>,
    /// 保费 and 缴费截止日, once issued.
    pub issue: Option<Issue>,
    /// The premium, once received.
    pub received: Option<PremiumReceived>,
    /// 保单号, once in force.
    pub policy_number: Option<String>,
    /// Requests about it that were handled, repeats of the same one not counted (MSG-03).
    pub requests_handled: u32,
    /// When its present standing was decided; absent while only received.
    pub decided_at: Option<Time>,
}

impl ProposalEntry {
    /// The entry that a submission opens, or opens anew: then `before` is what it replaces.
    pub(in crate::party) fn opened(submitted: &ProposalSubmission, before: Option<&Self>) -> Self {
        let form = |key: &str| submitted.form.get(key);
        Self {
            application: submitted.application.clone(),
            standing: ProposalStanding::Received,
            submission: submission_number(submitted),
            open_cover: submitted.open_cover.clone(),
            applicant: form("applicant_uscc").and_then(|text| text.parse().ok()),
            insured_amount: form("insured_amount").and_then(|text| text.parse().ok()),
            rate: form("rate").and_then(|text| text.parse().ok()),
            proposal_number: None,
            issue: None,
            received: None,
            policy_number: None,
            requests_handled: before.map_or(0, |entry| entry.requests_handled).saturating_add(1),
            decided_at: None,
        }
    }
}

/// Which 提交 it is; 0 where the message has no number there, which no real submission has.
pub(in crate::party) fn submission_number(submitted: &ProposalSubmission) -> u32 {
    submitted.submission.parse().unwrap_or(0)
}
