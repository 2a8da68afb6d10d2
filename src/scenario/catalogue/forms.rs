//! The forms that verbs fill in: which labels each has, and what a person types who knows the fixtures by heart.
//!
//! The labels of the cargo line are those of [`domain::form`], so that a form is written down once.

use std::sync::LazyLock;

use domain::form::{self, AccountPart, Form};

use super::{AGREEMENT_FORM, Field, Takes};

/// A form that a verb fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormName {
    /// Of 协议签署.
    Agreement,
    /// Of 预约.
    Request,
    /// Of 货运投保 and all that opens the same page.
    Proposal,
}

/// The short word for the label 保险机构名称.
pub const INSURER_SHORT: &str = "保险机构";
/// The label that [`INSURER_SHORT`] stands for.
pub const INSURER_LABEL: &str = "保险机构名称";

impl FormName {
    /// Its labels, each as the field of a verb.
    pub fn labels(self) -> &'static [Field] {
        static REQUEST: LazyLock<Vec<Field>> = LazyLock::new(|| fields_of(FormName::Request));
        static PROPOSAL: LazyLock<Vec<Field>> = LazyLock::new(|| fields_of(FormName::Proposal));
        match self {
            Self::Agreement => AGREEMENT_FORM,
            Self::Request => &REQUEST,
            Self::Proposal => &PROPOSAL,
        }
    }

    /// The form itself.
    pub fn form(self) -> Form {
        match self {
            Self::Agreement => form::agreement(),
            Self::Request => form::open_cover_request(),
            Self::Proposal => form::cargo_proposal(),
        }
    }

    /// What a person knows by heart for this label, where the page shows nothing.
    pub fn by_heart(self, label: &str) -> Option<ByHeart> {
        let rows = match self {
            Self::Agreement => &[],
            Self::Request => REQUEST,
            Self::Proposal => PROPOSAL,
        };
        rows.iter().find(|(name, _)| *name == label).map(|(_, known)| *known)
    }

    /// Whether it has this label.
    pub fn has(self, label: &str) -> bool {
        self.labels().iter().any(|field| field.name == label)
    }
}

/// What a person types who knows the fixtures by heart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHeart {
    /// This text.
    Is(&'static str),
    /// The day that lies so many days after today.
    Day(u16),
    /// What their own enterprise has there.
    Own(AccountPart),
    /// The first insurer.
    Insurer,
    /// The main coverage that goes with 运输方式: 一切险 at sea, else the one that there is.
    Main,
    /// 货物大类 of the first category of the cover.
    Chapter,
    /// 货物细类 of the first category of the cover.
    Heading,
}

impl ByHeart {
    /// As the documents tell it.
    pub fn chinese(self) -> String {
        match self {
            Self::Is(text) => text.to_owned(),
            Self::Day(1) => "明天".to_owned(),
            Self::Day(days) => format!("{days} 天后"),
            Self::Own(_) => "企业自己的".to_owned(),
            Self::Insurer => "第一家".to_owned(),
            Self::Main => "与运输方式相符的（海运：一切险）".to_owned(),
            Self::Chapter | Self::Heading => "货运协议的第一种".to_owned(),
        }
    }
}

#[rustfmt::skip] // One label a line.
const REQUEST: &[(&str, ByHeart)] = &[
    ("保险机构名称", ByHeart::Insurer),
    ("拟投保险种",   ByHeart::Is("进口货运险")),
    ("联系人电话",   ByHeart::Own(AccountPart::Phone)),
    ("所在省",       ByHeart::Is("天津市")),
    ("所在市",       ByHeart::Is("市辖区")),
    ("所在区/县",    ByHeart::Is("滨海新区")),
    ("企业地址",     ByHeart::Own(AccountPart::Address)),
];

#[rustfmt::skip] // One label a line.
const PROPOSAL: &[(&str, ByHeart)] = &[
    ("运输方式",                            ByHeart::Is("海运")),
    ("企业性质代码/所有制代码",             ByHeart::Is("私营企业")),
    ("证件类型",                            ByHeart::Is("统一社会信用代码")),
    ("证件号码",                            ByHeart::Own(AccountPart::Uscc)),
    ("行业性质代码",                        ByHeart::Is("批发业")),
    ("保单类型",                            ByHeart::Is("电子保单")),
    ("保单是否展示保费",                    ByHeart::Is("展示")),
    ("被投保公司.统一社会信用代码",         ByHeart::Own(AccountPart::Uscc)),
    ("被投保公司.企业名称",                 ByHeart::Own(AccountPart::Name)),
    ("被投保公司.企业性质代码/所有制代码",  ByHeart::Is("私营企业")),
    ("被投保公司.企业联系人",               ByHeart::Own(AccountPart::Contact)),
    ("被投保公司.联系人邮箱",               ByHeart::Own(AccountPart::Email)),
    ("被投保公司.联系人电话",               ByHeart::Own(AccountPart::Phone)),
    ("被投保公司.证件类型",                 ByHeart::Is("统一社会信用代码")),
    ("被投保公司.证件号码",                 ByHeart::Own(AccountPart::Uscc)),
    ("被投保公司.行业性质代码",             ByHeart::Is("批发业")),
    ("被投保公司.企业地址",                 ByHeart::Own(AccountPart::Address)),
    ("货物大类",                            ByHeart::Chapter),
    ("货物细类",                            ByHeart::Heading),
    ("货物包装",                            ByHeart::Is("纸制或纤维板制盒/箱")),
    ("货物标的描述信息",                    ByHeart::Is("测试用信号装置")),
    ("包装及件数/重量",                     ByHeart::Is("100箱/2000千克")),
    ("标记/唛头",                           ByHeart::Is("N/M")),
    ("发票类型",                            ByHeart::Is("电子发票")),
    ("发票.企业地址",                       ByHeart::Own(AccountPart::Address)),
    ("发票抬头",                            ByHeart::Own(AccountPart::Name)),
    ("企业税号",                            ByHeart::Own(AccountPart::Uscc)),
    ("发票.联系人邮箱",                     ByHeart::Own(AccountPart::Email)),
    ("发票.联系人电话",                     ByHeart::Own(AccountPart::Phone)),
    ("船舶名称",                            ByHeart::Is("虚构轮")),
    ("起运日期",                            ByHeart::Day(1)),
    ("航次/航班/车次/车牌号",               ByHeart::Is("001E")),
    ("是否大宗散装运输",                    ByHeart::Is("否")),
    ("预计抵达日期",                        ByHeart::Day(15)),
    ("起运地国家/地区",                     ByHeart::Is("日本")),
    ("起运港名称",                          ByHeart::Is("横滨")),
    ("起运港描述",                          ByHeart::Is("横滨港")),
    ("目的地国家/地区",                     ByHeart::Is("中国")),
    ("目的港名称",                          ByHeart::Is("天津")),
    ("目的地描述",                          ByHeart::Is("天津港")),
    ("是否使用信用证",                      ByHeart::Is("否")),
    ("赔款偿付地点",                        ByHeart::Is("天津")),
    ("主险",                                ByHeart::Main),
    ("发票金额",                            ByHeart::Is("100000.00")),
    ("加成比例",                            ByHeart::Is("10")),
];

/// The labels of a form as fields of a verb: what to type, and what is typed where a step says nothing.
fn fields_of(name: FormName) -> Vec<Field> {
    let field = |rule: &form::FieldRule| {
        let takes = match rule.takes {
            form::Takes::Institution(role) => Takes::Institution(role),
            // Wrong texts are typed too: what a field takes is the portal's to say.
            _ => Takes::Form,
        };
        let known = name.by_heart(rule.name).map(|known| format!("；默认{}", known.chinese())).unwrap_or_default();
        // Made once, and as long-lived as the hand-written tables.
        let text: &'static str = Box::leak(format!("{}{known}", rule.hint).into_boxed_str());
        Field { name: rule.name, takes, required: false, text }
    };
    name.form().fields.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_known_by_heart_has_its_label() {
        for (name, rows) in [(FormName::Request, REQUEST), (FormName::Proposal, PROPOSAL)] {
            for (label, _) in rows {
                assert!(name.form().fields.iter().any(|rule| rule.name == *label), "{label}");
            }
        }
    }
}
