//! The form of 协议签署 (AGR-03 .. AGR-05).

use super::{
    AccountPart, FieldRule, Form,
    Need::Always,
    Origin::Offered,
    Takes::{Digits, Email, Institution, Phone, TaxNumber, Text},
};
use crate::directory::PartyRole;

/// 协议签署, in the order of its steps.
pub fn agreement() -> Form {
    Form { name: "协议签署", fields: FIELDS.to_vec(), rules: Vec::new() }
}

const PAYER: &[&str] = &["AGR-05"];

const fn payer(key: &'static str, label: &'static str, takes: super::Takes) -> FieldRule {
    FieldRule::new("", key, label, Always, takes).cites(PAYER)
}

#[rustfmt::skip] // One field a line: this is the form of AGR-03 .. AGR-05 and should look like one.
const FIELDS: &[FieldRule] = &[
    FieldRule::new("", "bank",  "付款银行", Always, Institution(PartyRole::Bank)).retyped().cites(&["AGR-03"]).hint("银行的全称或简称"),
    FieldRule::new("", "payee", "收款企业", Always, Institution(PartyRole::Insurer)).retyped().cites(&["AGR-04"]).hint("保险公司或其分公司的全称或简称"),
    payer("name",       "企业名称",   Text { max: 100 }).from(Offered(AccountPart::Name)).hint("最多100字；默认取自账户"),
    payer("address",    "企业地址",   Text { max: 200 }).from(Offered(AccountPart::Address)).hint("最多200字；默认取自账户"),
    payer("contact",    "企业联系人", Text { max: 50 }).from(Offered(AccountPart::Contact)).hint("最多50字；默认取自账户"),
    payer("account",    "付款账号",   Digits { min: 8, max: 32 }).retyped().hint("8至32位数字"),
    payer("phone",      "联系人电话", Phone).from(Offered(AccountPart::Phone)).hint("11位手机号，或带区号的固定电话"),
    payer("email",      "企业邮箱",   Email).from(Offered(AccountPart::Email)).hint("电子邮箱；默认取自账户"),
    payer("tax_number", "企业税号",   TaxNumber).retyped().hint("15、17、18或20位数字或大写字母"),
];
