//! Business messages (报文) as portal and parties mean them; `interchange` gives them their form on the wire.
//!
//! The catalogue of the agreement: 签约申请 and 签约结果 with the insurer and with the bank, 解约申请 and 解约结果,
//! and 协议终止 by the bank. Types and fields are the simulator's own: no public specification exists.

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

impl Kind {
    /// Every kind, in catalogue order.
    pub const ALL: [Self; 7] = [
        Self::InsurerSigningRequested,
        Self::InsurerSigningAnswered,
        Self::BankSigningRequested,
        Self::BankSigningAnswered,
        Self::AgreementEndRequested,
        Self::AgreementEndAnswered,
        Self::AgreementEnded,
    ];

    /// The name that people use for it; two kinds may share one, told apart by sender and receiver.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::InsurerSigningRequested | Self::BankSigningRequested => "签约申请",
            Self::InsurerSigningAnswered | Self::BankSigningAnswered => "签约结果",
            Self::AgreementEndRequested => "解约申请",
            Self::AgreementEndAnswered => "解约结果",
            Self::AgreementEnded => "协议终止",
        }
    }
}

impl Body {
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
