//! What is typed into 协议签署, read by its form and by what holds whatever a form says (AGR-03 .. AGR-06, AGR-10).

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    directory::{Directory, Institution, PartyRole},
    form::{Context, Filled, Form, NOT_IN_LIST},
    refusal::{self, Refusal},
    tables::Tables,
};

/// What a person has typed into 协议签署.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgreementForm {
    /// Raw text as typed, by the names of fields; a missing field is blank.
    pub fields: BTreeMap<String, String>,
    /// 我同意协议条款.
    pub terms_accepted: bool,
}

/// A form that was read: every field right, both institutions known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entered<'a> {
    pub bank: &'a Institution,
    pub payee: &'a Institution,
    values: Filled,
}

impl Entered<'_> {
    /// A field's text, by key.
    pub fn text(&self, key: &str) -> String {
        self.values.get(key).to_owned()
    }
}

/// The fields that name an institution: key, label, role.
const INSTITUTIONS: [(&str, &str, PartyRole); 2] =
    [("bank", "付款银行", PartyRole::Bank), ("payee", "收款企业", PartyRole::Insurer)];

impl AgreementForm {
    /// Reads the form by its rules. `resign` only adds AGR-10 to what a refusal cites.
    ///
    /// # Errors
    /// K2001 with a hint at every field that is wrong, all at once; then K2103 if the terms are not accepted.
    pub(super) fn read<'a>(
        &self,
        form: &Arc<Form>,
        directory: &'a Directory,
        tables: &Tables,
        resign: bool,
    ) -> Result<Entered<'a>, Refusal> {
        let context = Context { directory, tables, cover: None };
        let values = form.read(&self.fields, &context).map_err(|mut refusal| {
            let anew = |name: &String| form.by_name(name).is_some_and(|rule| rule.retype);
            if resign && refusal.fields.keys().any(anew) {
                refusal.cite(&["AGR-10"]);
            }
            refusal
        })?;
        // Whatever the rules say, nothing can be sent to an institution that does not exist.
        let [bank, payee] = INSTITUTIONS
            .map(|(key, _, role)| directory.by_name(values.get(key)).filter(|institution| institution.role == role));
        let (Some(bank), Some(payee)) = (bank, payee) else {
            let mut refusal = Refusal::new(refusal::FORM, &[]);
            for ((_, label, _), _) in INSTITUTIONS.iter().zip([bank, payee]).filter(|(_, found)| found.is_none()) {
                refusal.fields.insert((*label).to_owned(), NOT_IN_LIST.into());
            }
            return Err(refusal);
        };
        if !self.terms_accepted {
            return Err(Refusal::new(refusal::TERMS, &[]));
        }
        Ok(Entered { bank, payee, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directory::PartyId, form};

    fn directory() -> Directory {
        let institution = |id: &str, role, name: &str, short: &str| Institution {
            id: PartyId::new(id),
            role,
            name: name.into(),
            short: short.into(),
            branch_of: None,
        };
        Directory::new(vec![
            institution("boc", PartyRole::Bank, "中国银行股份有限公司", "中国银行"),
            institution("boc-insurance", PartyRole::Insurer, "中银保险有限公司", "中银保险"),
        ])
    }

    fn right() -> AgreementForm {
        let fields = [
            ("付款银行", "中国银行"),
            ("收款企业", "中银保险有限公司"),
            ("企业名称", "滨海远航进出口有限公司"),
            ("企业地址", "天津市滨海新区虚构路1号"),
            ("企业联系人", "测试联系人甲"),
            ("付款账号", "620000000000000101"),
            ("联系人电话", "10000000001"),
            ("企业邮箱", "contact@binhai.example"),
            ("企业税号", "91120116MA05TE5T79"),
        ];
        AgreementForm { fields: fields.map(|(f, t)| (f.to_owned(), t.to_owned())).into(), terms_accepted: true }
    }

    fn read<'a>(form: &AgreementForm, directory: &'a Directory, resign: bool) -> Result<Entered<'a>, Refusal> {
        form.read(&form::agreement().shared(), directory, &Tables::default(), resign)
    }

    fn hint(field: &str, text: &str) -> Option<String> {
        let mut form = right();
        form.fields.insert(field.into(), text.into());
        let outcome = read(&form, &directory(), false).map(|_| ());
        outcome.err().map(|refusal| {
            assert_eq!(refusal.code, "K2001");
            assert_eq!(refusal.fields.len(), 1);
            refusal.fields[field].clone()
        })
    }

    //= AGR-03
    //= AGR-04
    //= AGR-05
    #[test]
    fn a_right_form_is_taken_with_full_and_short_names() {
        let directory = directory();
        let form = right();
        let entered = read(&form, &directory, false).unwrap();
        assert_eq!(entered.bank.id.as_str(), "boc");
        assert_eq!(entered.payee.id.as_str(), "boc-insurance");
        assert_eq!(entered.text("phone"), "10000000001");
    }

    //= UI-01
    #[test]
    fn every_blank_field_is_hinted_at_once_and_cites_its_requirement() {
        let blank =
            AgreementForm { fields: BTreeMap::from([("企业名称".into(), "  ".into())]), terms_accepted: false };
        let refusal = read(&blank, &directory(), false).unwrap_err();
        let labels = [
            "付款银行",
            "收款企业",
            "企业名称",
            "企业地址",
            "企业联系人",
            "付款账号",
            "联系人电话",
            "企业邮箱",
            "企业税号",
        ];
        let expected: BTreeMap<String, String> = labels.map(|l| (l.to_owned(), "必填".to_owned())).into();
        assert_eq!(refusal.code, "K2001");
        assert_eq!(refusal.fields, expected);
        assert_eq!(refusal.requirements, ["UI-01", "AGR-03", "AGR-04", "AGR-05"]);
    }

    //= AGR-10
    #[test]
    fn a_retyped_field_left_blank_in_a_resigning_cites_its_rule() {
        let mut form = right();
        form.fields.remove("企业税号");
        let refusal = read(&form, &directory(), true).unwrap_err();
        assert_eq!(refusal.requirements, ["UI-01", "AGR-05", "AGR-10"]);
        assert_eq!(refusal.fields["企业税号"], "必填");
    }

    //= UI-01
    #[test]
    fn each_field_has_its_form() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            ("付款银行", "中银保险", Some("请从列表中选择")),
            ("收款企业", "中国银行", Some("请从列表中选择")),
            ("收款企业", "无此公司", Some("请从列表中选择")),
            ("付款账号", "12345678", None),
            ("付款账号", "1234567", Some("格式有误")),
            ("付款账号", "6200-0000", Some("格式有误")),
            ("付款账号", "６２００００００００", Some("格式有误")),
            ("付款账号", "123456789012345678901234567890123", Some("长度不能超过32")),
            ("联系人电话", "022-12345678", None),
            ("联系人电话", "0755-1234567", None),
            ("联系人电话", "02212345678", None),
            ("联系人电话", "1000000000", Some("格式有误")),
            ("联系人电话", "22-12345678", Some("格式有误")),
            ("联系人电话", "022--1234567", Some("格式有误")),
            ("联系人电话", "一二三", Some("格式有误")),
            ("企业邮箱", "a.b@c-d.example", None),
            ("企业邮箱", "a@b", Some("格式有误")),
            ("企业邮箱", "a b@c.example", Some("格式有误")),
            ("企业邮箱", "a@b@c.example", Some("格式有误")),
            ("企业邮箱", "@c.example", Some("格式有误")),
            ("企业税号", "123456789012345", None),
            ("企业税号", "12345678901234567", None),
            ("企业税号", "12345678901234567890", None),
            ("企业税号", "1234567890123456", Some("格式有误")),
            ("企业税号", "91120116ma05te5t79", Some("格式有误")),
            ("企业名称", "甲\n乙", Some("格式有误")),
            ("法定代表人", "甲", Some("没有此栏目")),
        ];
        for (field, text, expected) in cases {
            assert_eq!(hint(field, text).as_deref(), *expected, "{field} {text}");
        }
    }

    //= UI-01
    #[test]
    fn a_text_may_fill_its_field_but_not_pass_it() {
        for (field, max) in [("企业名称", 100), ("企业地址", 200), ("企业联系人", 50)] {
            assert_eq!(hint(field, &"汉".repeat(max)), None);
            assert_eq!(hint(field, &"汉".repeat(max + 1)), Some(format!("长度不能超过{max}")));
        }
        assert_eq!(hint("企业邮箱", &format!("{}@b.example", "a".repeat(91))), Some("长度不能超过100".into()));
    }

    //= AGR-06
    #[test]
    fn terms_that_are_not_ticked_are_refused_when_the_fields_are_right() {
        let form = AgreementForm { terms_accepted: false, ..right() };
        assert_eq!(read(&form, &directory(), false).unwrap_err().code, "K2103");
    }
}
