//! Business messages (报文) as portal and parties mean them; `interchange` gives them their form on the wire.
//!
//! The catalogue of the agreement: 签约申请 and 签约结果 with the insurer and with the bank, 解约申请 and 解约结果,
//! and 协议终止 by the bank; that of the cargo line is in [`cargo`], that of payment in [`payment`]. Types and fields are the
//! simulator's own: no public specification exists.

pub mod cargo;
pub mod payment;

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    cargo::{
        DataCheck, OpenCoverAnswer, OpenCoverData, OpenCoverEnd, OpenCoverRequest, PolicyInForce, ProposalSubmission,
        Underwriting, WithdrawalAnswer, WithdrawalRequest,
    },
    payment::{
        PaymentAnswer, PaymentNotice, PaymentOrder, PaymentQuery, PaymentQueryAnswer, RefundAnswer, RefundRequest,
    },
};
use crate::{Time, codes::Uscc, directory::PartyId};

/// A message's id, its idempotency key: unique for its sender.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MessageId(Arc<str>);

impl MessageId {
    /// From its text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One business message. The same id always has the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Idempotency key.
    pub id: MessageId,
    /// Who sends it.
    pub source: PartyId,
    /// Who it is for.
    pub target: PartyId,
    /// The business number that it is about (the portal's application number).
    pub subject: String,
    /// When it was made.
    pub time: Time,
    /// 1, 2, 3, ... for each (source, target, subject).
    pub sequence: u64,
    /// The message that it answers.
    pub correlation: Option<MessageId>,
    /// What it says.
    pub body: Body,
}

/// What a message says; one variant for each entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// 签约申请, portal to insurer.
    InsurerSigningRequested(InsurerSigningRequest),
    /// 签约结果, insurer to portal.
    InsurerSigningAnswered(InsurerSigningAnswer),
    /// 签约申请, portal to bank.
    BankSigningRequested(BankSigningRequest),
    /// 签约结果, bank to portal.
    BankSigningAnswered(BankSigningAnswer),
    /// 解约申请, portal to bank.
    AgreementEndRequested(AgreementEndRequest),
    /// 解约结果, bank to portal.
    AgreementEndAnswered(AgreementEndAnswer),
    /// 协议终止, bank to portal.
    AgreementEnded(AgreementEnded),
    /// 预约申请, portal to insurer.
    OpenCoverRequested(OpenCoverRequest),
    /// 预约结果, insurer to portal.
    OpenCoverAnswered(OpenCoverAnswer),
    /// 协议新增, insurer to portal.
    OpenCoverAdded(OpenCoverData),
    /// 协议变更, insurer to portal.
    OpenCoverChanged(OpenCoverData),
    /// 货运协议终止, insurer to portal.
    OpenCoverEnded(OpenCoverEnd),
    /// 投保申请, portal to insurer.
    ProposalSubmitted(ProposalSubmission),
    /// 数据审核结果, insurer to portal.
    DataChecked(DataCheck),
    /// 核保结果, insurer to portal.
    Underwritten(Underwriting),
    /// 复核结果, insurer to portal.
    Reviewed(Underwriting),
    /// 撤销申请, portal to insurer.
    WithdrawalRequested(WithdrawalRequest),
    /// 撤销结果, insurer to portal.
    WithdrawalAnswered(WithdrawalAnswer),
    /// 扣款指令, portal to bank.
    PaymentOrdered(PaymentOrder),
    /// 扣款结果, bank to portal.
    PaymentAnswered(PaymentAnswer),
    /// 支付查询, portal to bank.
    PaymentQueried(PaymentQuery),
    /// 查询结果, bank to portal.
    PaymentQueryAnswered(PaymentQueryAnswer),
    /// 缴费通知, portal to insurer.
    PaymentNotified(PaymentNotice),
    /// 保单生效, insurer to portal.
    PolicyEffected(PolicyInForce),
    /// 退款申请, portal to insurer.
    RefundRequested(RefundRequest),
    /// 退款结果, insurer to portal.
    RefundAnswered(RefundAnswer),
}

/// The kinds of [`Body`], for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Kind {
    /// See [`Body::InsurerSigningRequested`].
    InsurerSigningRequested,
    /// See [`Body::InsurerSigningAnswered`].
    InsurerSigningAnswered,
    /// See [`Body::BankSigningRequested`].
    BankSigningRequested,
    /// See [`Body::BankSigningAnswered`].
    BankSigningAnswered,
    /// See [`Body::AgreementEndRequested`].
    AgreementEndRequested,
    /// See [`Body::AgreementEndAnswered`].
    AgreementEndAnswered,
    /// See [`Body::AgreementEnded`].
    AgreementEnded,
    /// See [`Body::OpenCoverRequested`].
    OpenCoverRequested,
    /// See [`Body::OpenCoverAnswered`].
    OpenCoverAnswered,
    /// See [`Body::OpenCoverAdded`].
    OpenCoverAdded,
    /// See [`Body::OpenCoverChanged`].
    OpenCoverChanged,
    /// See [`Body::OpenCoverEnded`].
    OpenCoverEnded,
    /// See [`Body::ProposalSubmitted`].
    ProposalSubmitted,
    /// See [`Body::DataChecked`].
    DataChecked,
    /// See [`Body::Underwritten`].
    Underwritten,
    /// See [`Body::Reviewed`].
    Reviewed,
    /// See [`Body::WithdrawalRequested`].
    WithdrawalRequested,
    /// See [`Body::WithdrawalAnswered`].
    WithdrawalAnswered,
    /// See [`Body::PaymentOrdered`].
    PaymentOrdered,
    /// See [`Body::PaymentAnswered`].
    PaymentAnswered,
    /// See [`Body::PaymentQueried`].
    PaymentQueried,
    /// See [`Body::PaymentQueryAnswered`].
    PaymentQueryAnswered,
    /// See [`Body::PaymentNotified`].
    PaymentNotified,
    /// See [`Body::PolicyEffected`].
    PolicyEffected,
    /// See [`Body::RefundRequested`].
    RefundRequested,
    /// See [`Body::RefundAnswered`].
    RefundAnswered,
}

/// A line of business that a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// Payment agreements.
    Agreement,
    /// Open-cover requests and open covers.
    Cover,
    /// Cargo proposals and policies.
    Cargo,
    /// Payments and refunds.
    Payment,
}

impl Kind {
    /// The line of business that it belongs to.
    pub const fn line(self) -> Line {
        match self {
            Self::InsurerSigningRequested
            | Self::InsurerSigningAnswered
            | Self::BankSigningRequested
            | Self::BankSigningAnswered
            | Self::AgreementEndRequested
            | Self::AgreementEndAnswered
            | Self::AgreementEnded => Line::Agreement,
            Self::OpenCoverRequested
            | Self::OpenCoverAnswered
            | Self::OpenCoverAdded
            | Self::OpenCoverChanged
            | Self::OpenCoverEnded => Line::Cover,
            Self::ProposalSubmitted
            | Self::DataChecked
            | Self::Underwritten
            | Self::Reviewed
            | Self::WithdrawalRequested
            | Self::WithdrawalAnswered
            | Self::PaymentNotified
            | Self::PolicyEffected => Line::Cargo,
            Self::PaymentOrdered
            | Self::PaymentAnswered
            | Self::PaymentQueried
            | Self::PaymentQueryAnswered
            | Self::RefundRequested
            | Self::RefundAnswered => Line::Payment,
        }
    }

    /// The request that a message of this kind answers; none for what is no answer.
    pub const fn answers(self) -> Option<Self> {
        match self {
            Self::InsurerSigningAnswered => Some(Self::InsurerSigningRequested),
            Self::BankSigningAnswered => Some(Self::BankSigningRequested),
            Self::AgreementEndAnswered => Some(Self::AgreementEndRequested),
            Self::OpenCoverAnswered => Some(Self::OpenCoverRequested),
            Self::DataChecked | Self::Underwritten | Self::Reviewed => Some(Self::ProposalSubmitted),
            Self::WithdrawalAnswered => Some(Self::WithdrawalRequested),
            Self::PaymentAnswered => Some(Self::PaymentOrdered),
            Self::PaymentQueryAnswered => Some(Self::PaymentQueried),
            Self::PolicyEffected => Some(Self::PaymentNotified),
            Self::RefundAnswered => Some(Self::RefundRequested),
            _ => None,
        }
    }

    /// Every kind, in catalogue order.
    pub const ALL: [Self; 26] = [
        Self::InsurerSigningRequested,
        Self::InsurerSigningAnswered,
        Self::BankSigningRequested,
        Self::BankSigningAnswered,
        Self::AgreementEndRequested,
        Self::AgreementEndAnswered,
        Self::AgreementEnded,
        Self::OpenCoverRequested,
        Self::OpenCoverAnswered,
        Self::OpenCoverAdded,
        Self::OpenCoverChanged,
        Self::OpenCoverEnded,
        Self::ProposalSubmitted,
        Self::DataChecked,
        Self::Underwritten,
        Self::Reviewed,
        Self::WithdrawalRequested,
        Self::WithdrawalAnswered,
        Self::PaymentOrdered,
        Self::PaymentAnswered,
        Self::PaymentQueried,
        Self::PaymentQueryAnswered,
        Self::PaymentNotified,
        Self::PolicyEffected,
        Self::RefundRequested,
        Self::RefundAnswered,
    ];

    /// The name that people use for it; two kinds may share one, told apart by sender and receiver.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::InsurerSigningRequested | Self::BankSigningRequested => "签约申请",
            Self::InsurerSigningAnswered | Self::BankSigningAnswered => "签约结果",
            Self::AgreementEndRequested => "解约申请",
            Self::AgreementEndAnswered => "解约结果",
            Self::AgreementEnded => "协议终止",
            Self::OpenCoverRequested => "预约申请",
            Self::OpenCoverAnswered => "预约结果",
            Self::OpenCoverAdded => "协议新增",
            Self::OpenCoverChanged => "协议变更",
            Self::OpenCoverEnded => "货运协议终止",
            Self::ProposalSubmitted => "投保申请",
            Self::DataChecked => "数据审核结果",
            Self::Underwritten => "核保结果",
            Self::Reviewed => "复核结果",
            Self::WithdrawalRequested => "撤销申请",
            Self::WithdrawalAnswered => "撤销结果",
            Self::PaymentOrdered => "扣款指令",
            Self::PaymentAnswered => "扣款结果",
            Self::PaymentQueried => "支付查询",
            Self::PaymentQueryAnswered => "查询结果",
            Self::PaymentNotified => "缴费通知",
            Self::PolicyEffected => "保单生效",
            Self::RefundRequested => "退款申请",
            Self::RefundAnswered => "退款结果",
        }
    }
}

impl Body {
    /// The business number that it names: the portal's number of the record, or the insurer's of an open cover.
    pub fn business_number(&self) -> &str {
        match self {
            Self::InsurerSigningRequested(b) => &b.application,
            Self::InsurerSigningAnswered(b) => &b.application,
            Self::BankSigningRequested(b) => &b.application,
            Self::BankSigningAnswered(b) => &b.application,
            Self::AgreementEndRequested(b) => &b.application,
            Self::AgreementEndAnswered(b) => &b.application,
            Self::AgreementEnded(b) => &b.application,
            Self::OpenCoverRequested(b) => &b.application,
            Self::OpenCoverAnswered(b) => &b.application,
            Self::OpenCoverAdded(b) | Self::OpenCoverChanged(b) => &b.number,
            Self::OpenCoverEnded(b) => &b.number,
            Self::ProposalSubmitted(b) => &b.application,
            Self::DataChecked(b) => &b.application,
            Self::Underwritten(b) | Self::Reviewed(b) => &b.application,
            Self::WithdrawalRequested(b) => &b.application,
            Self::WithdrawalAnswered(b) => &b.application,
            Self::PaymentOrdered(b) => &b.payment,
            Self::PaymentAnswered(b) => &b.payment,
            Self::PaymentQueried(b) => &b.payment,
            Self::PaymentQueryAnswered(b) => &b.payment,
            Self::PaymentNotified(b) => &b.application,
            Self::PolicyEffected(b) => &b.application,
            Self::RefundRequested(b) => &b.payment,
            Self::RefundAnswered(b) => &b.payment,
        }
    }

    /// The same, for parties that lie.
    pub fn business_number_mut(&mut self) -> &mut String {
        match self {
            Self::InsurerSigningRequested(b) => &mut b.application,
            Self::InsurerSigningAnswered(b) => &mut b.application,
            Self::BankSigningRequested(b) => &mut b.application,
            Self::BankSigningAnswered(b) => &mut b.application,
            Self::AgreementEndRequested(b) => &mut b.application,
            Self::AgreementEndAnswered(b) => &mut b.application,
            Self::AgreementEnded(b) => &mut b.application,
            Self::OpenCoverRequested(b) => &mut b.application,
            Self::OpenCoverAnswered(b) => &mut b.application,
            Self::OpenCoverAdded(b) | Self::OpenCoverChanged(b) => &mut b.number,
            Self::OpenCoverEnded(b) => &mut b.number,
            Self::ProposalSubmitted(b) => &mut b.application,
            Self::DataChecked(b) => &mut b.application,
            Self::Underwritten(b) | Self::Reviewed(b) => &mut b.application,
            Self::WithdrawalRequested(b) => &mut b.application,
            Self::WithdrawalAnswered(b) => &mut b.application,
            Self::PaymentOrdered(b) => &mut b.payment,
            Self::PaymentAnswered(b) => &mut b.payment,
            Self::PaymentQueried(b) => &mut b.payment,
            Self::PaymentQueryAnswered(b) => &mut b.payment,
            Self::PaymentNotified(b) => &mut b.application,
            Self::PolicyEffected(b) => &mut b.application,
            Self::RefundRequested(b) => &mut b.payment,
            Self::RefundAnswered(b) => &mut b.payment,
        }
    }

    /// Yes or no, and the reason for a no; none of what decides nothing, and of a query's answer.
    pub fn decision(&self) -> Option<(Decision, Option<&str>)> {
        let (decision, reason) = match self {
            Self::InsurerSigningAnswered(b) => (b.decision, &b.reason),
            Self::BankSigningAnswered(b) => (b.decision, &b.reason),
            Self::AgreementEndAnswered(b) => (b.decision, &b.reason),
            Self::OpenCoverAnswered(b) => (b.decision, &b.reason),
            Self::DataChecked(b) => (b.decision, &b.reason),
            Self::Underwritten(b) | Self::Reviewed(b) => (b.decision, &b.reason),
            Self::WithdrawalAnswered(b) => (b.decision, &b.reason),
            Self::PaymentAnswered(b) => (b.decision, &b.reason),
            Self::RefundAnswered(b) => (b.decision, &b.reason),
            _ => return None,
        };
        Some((decision, reason.as_deref()))
    }

    /// The same, for parties that lie.
    pub fn decision_mut(&mut self) -> Option<(&mut Decision, &mut Option<String>)> {
        let (decision, reason) = match self {
            Self::InsurerSigningAnswered(b) => (&mut b.decision, &mut b.reason),
            Self::BankSigningAnswered(b) => (&mut b.decision, &mut b.reason),
            Self::AgreementEndAnswered(b) => (&mut b.decision, &mut b.reason),
            Self::OpenCoverAnswered(b) => (&mut b.decision, &mut b.reason),
            Self::DataChecked(b) => (&mut b.decision, &mut b.reason),
            Self::Underwritten(b) | Self::Reviewed(b) => (&mut b.decision, &mut b.reason),
            Self::WithdrawalAnswered(b) => (&mut b.decision, &mut b.reason),
            Self::PaymentAnswered(b) => (&mut b.decision, &mut b.reason),
            Self::RefundAnswered(b) => (&mut b.decision, &mut b.reason),
            _ => return None,
        };
        Some((decision, reason))
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::InsurerSigningRequested(_) => Kind::InsurerSigningRequested,
            Self::InsurerSigningAnswered(_) => Kind::InsurerSigningAnswered,
            Self::BankSigningRequested(_) => Kind::BankSigningRequested,
            Self::BankSigningAnswered(_) => Kind::BankSigningAnswered,
            Self::AgreementEndRequested(_) => Kind::AgreementEndRequested,
            Self::AgreementEndAnswered(_) => Kind::AgreementEndAnswered,
            Self::AgreementEnded(_) => Kind::AgreementEnded,
            Self::OpenCoverRequested(_) => Kind::OpenCoverRequested,
            Self::OpenCoverAnswered(_) => Kind::OpenCoverAnswered,
            Self::OpenCoverAdded(_) => Kind::OpenCoverAdded,
            Self::OpenCoverChanged(_) => Kind::OpenCoverChanged,
            Self::OpenCoverEnded(_) => Kind::OpenCoverEnded,
            Self::ProposalSubmitted(_) => Kind::ProposalSubmitted,
            Self::DataChecked(_) => Kind::DataChecked,
            Self::Underwritten(_) => Kind::Underwritten,
            Self::Reviewed(_) => Kind::Reviewed,
            Self::WithdrawalRequested(_) => Kind::WithdrawalRequested,
            Self::WithdrawalAnswered(_) => Kind::WithdrawalAnswered,
            Self::PaymentOrdered(_) => Kind::PaymentOrdered,
            Self::PaymentAnswered(_) => Kind::PaymentAnswered,
            Self::PaymentQueried(_) => Kind::PaymentQueried,
            Self::PaymentQueryAnswered(_) => Kind::PaymentQueryAnswered,
            Self::PaymentNotified(_) => Kind::PaymentNotified,
            Self::PolicyEffected(_) => Kind::PolicyEffected,
            Self::RefundRequested(_) => Kind::RefundRequested,
            Self::RefundAnswered(_) => Kind::RefundAnswered,
        }
    }
}

/// The payer's side of an agreement, as entered in step 3 (AGR-05) and taken from the account (AGR-06).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// 统一社会信用代码 of the account.
    pub uscc: Uscc,
    /// 企业名称
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// 企业地址
    #[schemars(length(min = 1, max = 200))]
    pub address: String,
    /// 企业联系人
    #[schemars(length(min = 1, max = 50))]
    pub contact: String,
    /// 付款账号
    #[schemars(length(min = 1, max = 32))]
    pub account: String,
    /// 联系人电话
    #[schemars(length(min = 1, max = 20))]
    pub phone: String,
    /// 企业邮箱
    #[schemars(length(min = 1, max = 100))]
    pub email: String,
    /// 企业税号
    #[schemars(length(min = 1, max = 20))]
    pub tax_number: String,
    /// 法定代表人, from the account
    #[schemars(length(min = 1, max = 50))]
    pub legal_person: String,
    /// 邮政编码, from the account
    #[schemars(length(min = 6, max = 6))]
    pub postcode: String,
}

/// The card's signature under the agreement's text (ACC-06, AGR-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardSeal {
    /// The text that was signed, in full.
    #[schemars(length(min = 1, max = 20000))]
    pub text: String,
    /// The card's certificate, base64 of DER.
    #[schemars(length(min = 1, max = 8192))]
    pub certificate: String,
    /// The signature, base64: DER SEQUENCE{r,s} for SM2 and P-256, PKCS#1 v1.5 for RSA.
    #[schemars(length(min = 1, max = 2048))]
    pub signature: String,
}

/// Portal asks the insurer to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InsurerSigningRequest {
    /// The portal's number for this signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 付款银行, full name.
    #[schemars(length(min = 1, max = 100))]
    pub bank: String,
    /// 收款企业, full name: the receiver or a branch of it.
    #[schemars(length(min = 1, max = 100))]
    pub payee: String,
    /// 服务类型, always 保费支付.
    #[schemars(length(min = 1, max = 20))]
    pub service: String,
    /// 甲方
    pub payer: Payer,
    /// 签约时间, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub signed_at: String,
    /// The enterprise's signature.
    pub seal: CardSeal,
}

/// Portal asks the bank to sign, after the insurer did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankSigningRequest {
    /// The portal's number for this signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 付款银行, full name: the receiver.
    #[schemars(length(min = 1, max = 100))]
    pub bank: String,
    /// 收款企业, full name.
    #[schemars(length(min = 1, max = 100))]
    pub payee: String,
    /// 服务类型
    #[schemars(length(min = 1, max = 20))]
    pub service: String,
    /// 甲方
    pub payer: Payer,
    /// 签约时间, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub signed_at: String,
    /// When the insurer signed, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub insurer_signed_at: String,
    /// The enterprise's signature.
    pub seal: CardSeal,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// 同意
    Agreed,
    /// 拒绝
    Refused,
}

/// The insurer's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InsurerSigningAnswer {
    /// The portal's number for this signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether the insurer signs.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
}

/// The bank's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankSigningAnswer {
    /// The portal's number for this signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether the bank signs.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
    /// 协议编号; present exactly when agreed. Its form is the bank's own affair (AGR-09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 40))]
    pub agreement_number: Option<String>,
    /// 协议生效时间, YYYY-MM-DD; present exactly when agreed. May lie before 签约时间 (AGR-09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub effective: Option<String>,
    /// 协议失效时间, YYYY-MM-DD, the last day; absent where open-ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub expiry: Option<String>,
}

/// Portal asks the bank to end an agreement that nobody waits for any more (AGR-11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementEndRequest {
    /// The portal's number for the signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 协议编号
    #[schemars(length(min = 1, max = 40))]
    pub agreement_number: String,
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// The bank's answer to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementEndAnswer {
    /// The portal's number for the signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether the bank ends it.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
}

/// The bank has ended an agreement by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementEnded {
    /// The portal's number for the signing.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 协议编号
    #[schemars(length(min = 1, max = 40))]
    pub agreement_number: String,
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// What a receiver says at once to a message that reached it (回执).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Taken over; a business answer may follow.
    Accepted,
    /// Not taken over, never will be: a stable code and the reason.
    Refused {
        /// Such as `K3106`.
        code: String,
        /// For people.
        reason: String,
    },
}
