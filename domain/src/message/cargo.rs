//! Messages of the cargo line: open-cover requests, open covers, proposals, withdrawals, policies (RSV, OPC, CGO).
//!
//! What a person typed travels as `form`: the keys and the rules of each value are those of [`crate::form`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Decision;
use crate::{codes::Uscc, money::Money};

/// The filled fields of a form: key and text; blank ones are absent.
pub type Fields = BTreeMap<String, String>;

/// Portal asks the insurer for an open cover (RSV-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCoverRequest {
    /// The portal's number for this request.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 保险机构名称, full name: the receiver or a branch of it.
    #[schemars(length(min = 1, max = 100))]
    pub insurer: String,
    /// 统一社会信用代码 of the account.
    pub uscc: Uscc,
    /// 申请时间, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub submitted_at: String,
    /// The form of 货运险预约.
    pub form: Fields,
}

/// The insurer's answer: yes, or no with a reason. What follows a yes is signed off-line (RSV-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCoverAnswer {
    /// The portal's number for the request.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether the insurer is willing.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
}

/// 主险 or 附加险.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageKind {
    /// 主险
    Main,
    /// 附加险
    Additional,
}

/// One 险别 of an open cover (OPC-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageData {
    /// 险别序号: 1, 2, 3, ...
    #[schemars(length(min = 1, max = 4))]
    pub number: String,
    /// 是否主险
    pub kind: CoverageKind,
    /// 险别名称
    #[schemars(length(min = 1, max = 50))]
    pub name: String,
}

/// One 货物类别 of an open cover, by its codes (OPC-05).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryData {
    /// 货物大类: the HS chapter's two digits.
    #[schemars(length(min = 2, max = 2))]
    pub chapter: String,
    /// 货物细类: the HS heading's four digits.
    #[schemars(length(min = 4, max = 4))]
    pub heading: String,
}

/// One 特殊约定 (OPC-03, CGO-08).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialTermData {
    /// 特殊约定名称
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// 特殊约定内容
    #[schemars(length(min = 1, max = 2000))]
    pub content: String,
}

/// An open cover as it was added or changed by the insurer: always the whole of it (OPC-01 .. OPC-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCoverData {
    /// 保险公司货运险协议编号 (保险协议ID), the insurer's own: the message's subject.
    #[schemars(length(min = 1, max = 40))]
    pub number: String,
    /// The request that it follows, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 40))]
    pub request: Option<String>,
    /// 保险机构名称, full name: the sender or a branch of it.
    #[schemars(length(min = 1, max = 100))]
    pub insurer: String,
    /// 统一社会信用代码 of the enterprise.
    pub uscc: Uscc,
    /// 企业名称
    #[schemars(length(min = 1, max = 100))]
    pub enterprise: String,
    /// 企业联系人
    #[schemars(length(min = 1, max = 50))]
    pub contact: String,
    /// 联系人电话
    #[schemars(length(min = 1, max = 20))]
    pub phone: String,
    /// 企业邮箱
    #[schemars(length(min = 1, max = 100))]
    pub email: String,
    /// 企业地址
    #[schemars(length(min = 1, max = 300))]
    pub address: String,
    /// 险种名称: 进口货运险, 出口货运险 or 国内货运险.
    #[schemars(length(min = 1, max = 20))]
    pub line: String,
    /// 保险费率 in percent: `0.450`.
    #[schemars(length(min = 1, max = 12))]
    pub rate: String,
    /// 最低保费, yuan.
    pub minimum_premium: Money,
    /// 单次限额: the most that one voyage may be insured for, yuan; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voyage_limit: Option<Money>,
    /// 运输方式, by name.
    #[schemars(length(min = 1, max = 10), inner(length(min = 1, max = 20)))]
    pub modes: Vec<String>,
    /// 协议起效时间, YYYY-MM-DD.
    #[schemars(length(min = 10, max = 10))]
    pub begins: String,
    /// 协议结束时间, YYYY-MM-DD, the last day.
    #[schemars(length(min = 10, max = 10))]
    pub ends: String,
    /// 险别
    #[schemars(length(min = 1, max = 20))]
    pub coverages: Vec<CoverageData>,
    /// 货物类别
    #[schemars(length(min = 1, max = 500))]
    pub categories: Vec<CategoryData>,
    /// 特殊约定
    #[schemars(length(max = 50))]
    pub special_terms: Vec<SpecialTermData>,
}

/// The insurer has ended an open cover (OPC-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCoverEnd {
    /// 保险公司货运险协议编号
    #[schemars(length(min = 1, max = 40))]
    pub number: String,
    /// 统一社会信用代码 of the enterprise.
    pub uscc: Uscc,
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// A file that travels with a proposal (CGO-09).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentData {
    /// File name with its extension.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// SHA-256 of the content, 64 hexadecimal digits.
    #[schemars(length(min = 64, max = 64))]
    pub sha256: String,
    /// The content, base64.
    #[schemars(length(min = 1, max = 6_990_508))]
    pub content: String,
}

/// Portal submits a proposal, or submits it anew (CGO-10, CGO-12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalSubmission {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 1 for the first 提交 of it, then 2, 3, ...
    #[schemars(length(min = 1, max = 10))]
    pub submission: String,
    /// 保险公司货运险协议编号: the open cover that it is made under.
    #[schemars(length(min = 1, max = 40))]
    pub open_cover: String,
    /// 保险机构名称, full name: the receiver or a branch of it.
    #[schemars(length(min = 1, max = 100))]
    pub insurer: String,
    /// 险种名称
    #[schemars(length(min = 1, max = 20))]
    pub line: String,
    /// 投保时间, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub submitted_at: String,
    /// The form of 货运险投保.
    pub form: Fields,
    /// 特殊约定
    #[schemars(length(max = 50))]
    pub special_terms: Vec<SpecialTermData>,
    /// 附件
    #[schemars(length(max = 10))]
    pub attachments: Vec<AttachmentData>,
}

/// First answer to a submission: whether it agrees with the open cover (数据审核).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataCheck {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether it does.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub reason: Option<String>,
    /// 投保单号, the insurer's own; present exactly when agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 40))]
    pub proposal_number: Option<String>,
}

/// Second answer: 核保. Agreed: issued, the premium is due. Refused: 核保未通过，转人工复核.
/// Third answer, after a person's look (人工复核), in the same form. Refused: 拒保.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Underwriting {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether it is issued.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
    /// 保费, yuan, final (CGO-07); present exactly when agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub premium: Option<Money>,
    /// 缴费截止日, YYYY-MM-DD, the last day; present exactly when agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub premium_due: Option<String>,
}

/// Portal asks the insurer to take a proposal back (CGO-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 投保单号, the insurer's own.
    #[schemars(length(min = 1, max = 40))]
    pub proposal_number: String,
}

/// The insurer's answer to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalAnswer {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// Whether it is taken back.
    pub decision: Decision,
    /// Why not; present exactly when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub reason: Option<String>,
}

/// The insurer has put the policy in force (PAY-05).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyInForce {
    /// The portal's number for the proposal.
    #[schemars(length(min = 1, max = 40))]
    pub application: String,
    /// 保单号, the insurer's own.
    #[schemars(length(min = 1, max = 40))]
    pub policy_number: String,
    /// 生效时间, RFC 3339.
    #[schemars(length(min = 20, max = 40))]
    pub in_force_at: String,
}
