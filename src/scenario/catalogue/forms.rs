//! The forms that verbs fill in: which labels each has, and what a person types who knows the fixtures by heart.
//!
//! The labels of the cargo line are those of [`domain::form`], so that a form is written down once.

use std::sync::LazyLock;

use domain::directory::PartyRole;

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
        static REQUEST: LazyLock<Vec<Field>> = LazyLock::new(|| generated(REQUEST_LABELS));
        static PROPOSAL: LazyLock<Vec<Field>> = LazyLock::new(|| generated(PROPOSAL_LABELS));
        match self {
            Self::Agreement => AGREEMENT_FORM,
            Self::Request => &REQUEST,
            Self::Proposal => &PROPOSAL,
        }
    }

    /// Whether it has this label.
    pub fn has(self, label: &str) -> bool {
        self.labels().iter().any(|field| field.name == label)
    }
}

const REQUEST_LABELS: &[&str] = &["保险机构名称", "拟投保险种", "企业联系人", "联系人电话"];
const PROPOSAL_LABELS: &[&str] = &["运输方式", "主险", "发票金额", "加成比例", "保险金额", "保险费率", "保费", "起运日期", "货物标的描述信息"];

fn generated(labels: &[&'static str]) -> Vec<Field> {
    let takes = |label| if label == INSURER_LABEL { Takes::Institution(PartyRole::Insurer) } else { Takes::Form };
    labels.iter().map(|name| Field { name, takes: takes(*name), required: false, text: "" }).collect()
}
