//! The cargo line and payment in the model: what people do, what insurers and banks do of themselves.
//!
//! Every name resolved, as all of the model; which record a step is about is a name given by 记作.

use domain::portal::RecordKind;

use super::{
    catalogue::forms::FormName,
    model::{Value, Who},
};

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// 预约
    RequestCover,
    /// 货运投保
    Insure,
    /// 暂存
    Save,
    /// 修改
    Change,
    /// 提交
    Submit,
    /// 删除
    Delete,
    /// 撤销
    Withdraw,
    /// 复制保单, sent
    Copy,
    /// 复制保单, kept
    CopyAndSave,
    /// 上传附件
    Attach,
    /// 删除附件
    Detach,
    /// 在线支付
    Pay,
    /// 重新支付
    PayAgain,
    /// 查询支付
    QueryPayment,
}

/// How the acts differ: verb, field of what is selected, form, kind of record that 记作 then names.
type Row = (Deed, &'static str, &'static str, Option<FormName>, Option<RecordKind>);

#[rustfmt::skip] // One act a line.
const ROWS: &[Row] = &[
    (Deed::RequestCover, "预约",     "",       Some(FormName::Request),  Some(RecordKind::OpenCoverRequest)),
    (Deed::Insure,       "货运投保", "协议",   Some(FormName::Proposal), Some(RecordKind::Proposal)),
    (Deed::Save,         "暂存",     "协议",   Some(FormName::Proposal), Some(RecordKind::Proposal)),
    (Deed::Change,       "修改",     "投保单", Some(FormName::Proposal), Some(RecordKind::Proposal)),
    (Deed::Submit,       "提交",     "投保单", Some(FormName::Proposal), Some(RecordKind::Proposal)),
    (Deed::Delete,       "删除",     "投保单", None,                     None),
    (Deed::Withdraw,     "撤销",     "投保单", None,                     None),
    (Deed::Copy,         "复制保单", "保单",   Some(FormName::Proposal), Some(RecordKind::Proposal)),
    (Deed::CopyAndSave,  "复制保单", "保单",   Some(FormName::Proposal), Some(RecordKind::Proposal)),
    (Deed::Attach,       "上传附件", "投保单", None,                     None),
    (Deed::Detach,       "删除附件", "投保单", None,                     None),
    (Deed::Pay,          "在线支付", "投保单", None,                     Some(RecordKind::Payment)),
    (Deed::PayAgain,     "重新支付", "投保单", None,                     Some(RecordKind::Payment)),
    (Deed::QueryPayment, "查询支付", "交费",   None,                     None),
];

impl Deed {
    /// The act that a verb does; 复制保单 is [`Self::Copy`].
    pub fn of_verb(verb: &str) -> Option<Self> {
        ROWS.iter().find(|(_, name, ..)| *name == verb).map(|(deed, ..)| *deed)
    }

    fn row(self) -> &'static Row {
        ROWS.iter().find(|(deed, ..)| *deed == self).unwrap_or(&ROWS[0])
    }

    /// The field in which stands what is selected; "" where nothing is.
    pub fn selects(self) -> &'static str {
        self.row().2
    }

    /// The form that is filled in.
    pub fn form(self) -> Option<FormName> {
        self.row().3
    }

    /// The kind of record that 记作 names.
    pub fn leaves(self) -> Option<RecordKind> {
        self.row().4
    }
}

/// One act of a person.
#[derive(Clone, Debug)]
pub struct CargoAct {
    /// Who.
    pub who: Who,
    /// What.
    pub deed: Deed,
    /// Names of what is selected.
    pub on: Vec<String>,
    /// What is entered beside what the page shows.
    pub entry: Entry,
    /// 协议 of a payment, by name; the newest that the page offers where none is given.
    pub agreement: Option<String>,
    /// 卡密码; `None` is the right one.
    pub pin: Option<String>,
    /// 确认: the answer to the dialog.
    pub confirm: bool,
}

/// What a step gives for a page.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Labels and what is typed.
    pub fields: Vec<(String, Value)>,
    /// 特殊约定 in place of those that the page shows.
    pub special_terms: Option<Vec<(Value, Value)>>,
    /// 附件 by name, in place of those that the page shows; of 上传附件 and 删除附件 those that come or go.
    pub attachments: Option<Vec<String>>,
}

/// What a party does of itself.
#[derive(Clone, Debug)]
pub enum PartyDeed {
    /// 保险公司.线下签约
    SignOffline {
        /// 预约, by name.
        request: Option<String>,
        /// 企业; `None` is the request's.
        enterprise: Option<usize>,
        /// What is agreed.
        terms: CoverGiven,
    },
    /// 保险公司.变更协议
    ChangeCover {
        /// 货运协议, by name.
        cover: String,
        /// What becomes otherwise.
        terms: CoverGiven,
    },
    /// 保险公司.终止协议
    EndCover {
        /// 货运协议, by name.
        cover: String,
        /// 原因
        reason: Option<String>,
    },
    /// 银行.冻结账户
    Freeze {
        /// Whose account.
        enterprise: usize,
    },
    /// 银行.解冻账户
    Unfreeze {
        /// Whose account.
        enterprise: usize,
    },
    /// 银行.设置限额
    SetLimit {
        /// Whose account.
        enterprise: usize,
        /// In yuan a day, as written; `None` lifts it.
        limit: Option<String>,
    },
    /// 银行.存入
    Deposit {
        /// Whose account.
        enterprise: usize,
        /// In yuan, as written.
        amount: String,
    },
}

/// Terms of an open cover as a step gives them; what it does not give is the default, or stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverGiven {
    /// 险种
    pub line: Option<String>,
    /// 保险费率, in percent.
    pub rate: Option<String>,
    /// 最低保费, in yuan.
    pub minimum_premium: Option<String>,
    /// 单次限额, in yuan.
    pub voyage_limit: Option<String>,
    /// 运输方式
    pub modes: Option<Vec<String>>,
    /// 起效
    pub begins: Option<String>,
    /// 结束
    pub ends: Option<String>,
    /// 险别
    pub coverages: Option<Vec<String>>,
    /// 货物类别: chapter and heading.
    pub categories: Option<Vec<(String, String)>>,
    /// 特殊约定: name and content.
    pub special_terms: Option<Vec<(String, String)>>,
}
