//! The form of 协议签署: its fields, and the rule and hint of each (AGR-03 .. AGR-06, UI-01).
//!
//! A form holds raw text as typed. It is read once, in here, into values that cannot be wrong; what is wrong is
//! told for all fields at once. Nothing in here knows a session or a record.

use std::collections::BTreeMap;

use crate::{
    directory::{Directory, Institution, PartyRole},
    refusal::{self, Refusal},
};

/// A field of the form, in the order of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// 付款银行, step 1.
    Bank,
    /// 收款企业, step 2.
    Payee,
    /// 企业名称, step 3 from here on.
    Name,
    /// 企业地址
    Address,
    /// 企业联系人
    Contact,
    /// 付款账号
    Account,
    /// 联系人电话
    Phone,
    /// 企业邮箱
    Email,
    /// 企业税号
    TaxNumber,
}

impl Field {
    /// Every field, in the form's order.
    pub const ALL: [Self; 9] = [
        Self::Bank,
        Self::Payee,
        Self::Name,
        Self::Address,
        Self::Contact,
        Self::Account,
        Self::Phone,
        Self::Email,
        Self::TaxNumber,
    ];

    /// The manual's label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bank => "付款银行",
            Self::Payee => "收款企业",
            Self::Name => "企业名称",
            Self::Address => "企业地址",
            Self::Contact => "企业联系人",
            Self::Account => "付款账号",
            Self::Phone => "联系人电话",
            Self::Email => "企业邮箱",
            Self::TaxNumber => "企业税号",
        }
    }

    /// The field with this label.
    pub fn by_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.label() == label)
    }
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text of at most `max` characters on one line.
    Text {
        /// In characters.
        max: usize,
    },
    /// A mobile number (1 and ten digits), or a land line with area code, hyphen optional.
    Phone,
    /// An e-mail address of at most 100 characters.
    Email,
    /// `min` to `max` digits.
    Digits {
        /// At least so many.
        min: usize,
        /// At most so many.
        max: usize,
    },
    /// 15, 17, 18 or 20 digits and upper-case letters.
    TaxNumber,
    /// An institution of this role, by full or short name.
    Choice(PartyRole),
}

/// The rule of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// Whose rule it is.
    pub field: Field,
    /// Whether it carries the red star.
    pub required: bool,
    /// What it takes.
    pub form: Form,
    /// Whether 重新签署 opens with it blank (AGR-10).
    pub retype: bool,
    /// The requirements that a refusal of this field enforces, besides UI-01.
    pub requirements: &'static [&'static str],
}

/// What a person has typed into 协议签署.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgreementForm {
    /// Raw text as typed; a missing field is blank.
    pub fields: BTreeMap<Field, String>,
    /// 我同意协议条款.
    pub terms_accepted: bool,
}

#[rustfmt::skip] // One field a line: this is the form of AGR-03 .. AGR-05 and should look like one.
pub(super) const AGREEMENT_FORM: &[FieldRule] = &[
    FieldRule { field: Field::Bank,      required: true, form: Form::Choice(PartyRole::Bank),      retype: true,  requirements: &["AGR-03"] },
    FieldRule { field: Field::Payee,     required: true, form: Form::Choice(PartyRole::Insurer),   retype: true,  requirements: &["AGR-04"] },
    FieldRule { field: Field::Name,      required: true, form: Form::Text { max: 100 },            retype: false, requirements: &["AGR-05"] },
    FieldRule { field: Field::Address,   required: true, form: Form::Text { max: 200 },            retype: false, requirements: &["AGR-05"] },
    FieldRule { field: Field::Contact,   required: true, form: Form::Text { max: 50 },             retype: false, requirements: &["AGR-05"] },
    FieldRule { field: Field::Account,   required: true, form: Form::Digits { min: 8, max: 32 },   retype: true,  requirements: &["AGR-05"] },
    FieldRule { field: Field::Phone,     required: true, form: Form::Phone,                        retype: false, requirements: &["AGR-05"] },
    FieldRule { field: Field::Email,     required: true, form: Form::Email,                        retype: false, requirements: &["AGR-05"] },
    FieldRule { field: Field::TaxNumber, required: true, form: Form::TaxNumber,                    retype: true,  requirements: &["AGR-05"] },
];

/// A form that was read: every field right, both institutions known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entered<'a> {
    pub bank: &'a Institution,
    pub payee: &'a Institution,
    values: BTreeMap<Field, String>,
}

impl Entered<'_> {
    /// A field's text, without blanks around it.
    pub fn text(&self, field: Field) -> String {
        self.values.get(&field).cloned().unwrap_or_default()
    }
}

impl AgreementForm {
    /// Reads the form by its rules. `resign` only adds AGR-10 to what a refusal cites.
    ///
    /// # Errors
    /// K2001 with a hint at every field that is wrong, all at once; then K2103 if the terms are not accepted.
    pub(super) fn read<'a>(
        &self,
        rules: &[FieldRule],
        directory: &'a Directory,
        resign: bool,
    ) -> Result<Entered<'a>, Refusal> {
        let mut hints = BTreeMap::new();
        let mut cited = 0;
        let mut values = BTreeMap::new();
        for rule in rules {
            let text = self.typed(rule.field);
            let hint =
                if text.is_empty() { rule.required.then(|| BLANK.into()) } else { rule.form.hint(text, directory) };
            if let Some(hint) = hint {
                hints.insert(rule.field.label().to_owned(), hint);
                cited |= bits(rule.requirements) | if resign && rule.retype { RESIGN } else { 0 };
            }
        }
        for field in Field::ALL {
            values.insert(field, self.typed(field).to_owned());
        }
        // Whatever the rules say, nothing can be sent to an institution that does not exist.
        let bank = known(directory, self.typed(Field::Bank), PartyRole::Bank);
        let payee = known(directory, self.typed(Field::Payee), PartyRole::Insurer);
        let (Some(bank), Some(payee), true) = (bank, payee, hints.is_empty()) else {
            for (field, found) in [(Field::Bank, bank), (Field::Payee, payee)] {
                if found.is_none() {
                    hints.entry(field.label().to_owned()).or_insert_with(|| NOT_IN_LIST.into());
                }
            }
            let mut refusal = Refusal::new(refusal::FORM, &[]).citing(CITED[cited]);
            refusal.fields = hints;
            return Err(refusal);
        };
        if !self.terms_accepted {
            return Err(Refusal::new(refusal::TERMS, &[]));
        }
        Ok(Entered { bank, payee, values })
    }

    fn typed(&self, field: Field) -> &str {
        self.fields.get(&field).map(|text| text.trim()).unwrap_or_default()
    }
}

pub(super) const BLANK: &str = "必填";
pub(super) const MALFORMED: &str = "格式有误";
pub(super) const NOT_IN_LIST: &str = "请从列表中选择";
const EMAIL_MAX: usize = 100;

impl Form {
    /// What is wrong with a text that is not blank.
    fn hint(self, text: &str, directory: &Directory) -> Option<String> {
        let too_long = |max: usize| (text.chars().count() > max).then(|| format!("长度不能超过{max}"));
        let malformed = |right: bool| (!right).then(|| MALFORMED.to_owned());
        match self {
            Self::Text { max } => malformed(!text.chars().any(char::is_control)).or_else(|| too_long(max)),
            Self::Phone => malformed(is_phone(text)),
            Self::Email => too_long(EMAIL_MAX).or_else(|| malformed(is_email(text))),
            Self::Digits { min, max } => {
                malformed(all_digits(text)).or_else(|| too_long(max)).or_else(|| malformed(text.len() >= min))
            }
            Self::TaxNumber => malformed(
                matches!(text.len(), 15 | 17 | 18 | 20)
                    && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()),
            ),
            Self::Choice(role) => known(directory, text, role).is_none().then(|| NOT_IN_LIST.to_owned()),
        }
    }
}

fn known<'a>(directory: &'a Directory, name: &str, role: PartyRole) -> Option<&'a Institution> {
    directory.by_name(name).filter(|institution| institution.role == role)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// 1XXXXXXXXXX, or 0AA(A)-NNNNNNN(N) with the hyphen optional.
fn is_phone(text: &str) -> bool {
    if all_digits(text) && text.starts_with('1') {
        return text.len() == 11;
    }
    match text.split_once('-') {
        Some((area, number)) => {
            all_digits(area)
                && area.starts_with('0')
                && matches!(area.len(), 3 | 4)
                && all_digits(number)
                && matches!(number.len(), 7 | 8)
        }
        None => all_digits(text) && text.starts_with('0') && matches!(text.len(), 10..=12),
    }
}

/// One `@`; before it something printable, after it at least two labels of letters, digits and inner hyphens.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let local_part = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
    local.split('.').all(local_part) && domain.contains('.') && domain.split('.').all(label)
}

const BANK: usize = 1;
const PAYEE: usize = 2;
const PAYER: usize = 4;
const RESIGN: usize = 8;

fn bits(requirements: &[&str]) -> usize {
    [("AGR-03", BANK), ("AGR-04", PAYEE), ("AGR-05", PAYER)]
        .into_iter()
        .filter(|(id, _)| requirements.contains(id))
        .map(|(_, bit)| bit)
        .sum()
}

/// A refusal cites what is known before anything runs, so each combination is written out: the index is the sum of the
/// bits above.
const CITED: [&[&str]; 16] = [
    &["UI-01"],
    &["UI-01", "AGR-03"],
    &["UI-01", "AGR-04"],
    &["UI-01", "AGR-03", "AGR-04"],
    &["UI-01", "AGR-05"],
    &["UI-01", "AGR-03", "AGR-05"],
    &["UI-01", "AGR-04", "AGR-05"],
    &["UI-01", "AGR-03", "AGR-04", "AGR-05"],
    &["UI-01", "AGR-10"],
    &["UI-01", "AGR-03", "AGR-10"],
    &["UI-01", "AGR-04", "AGR-10"],
    &["UI-01", "AGR-03", "AGR-04", "AGR-10"],
    &["UI-01", "AGR-05", "AGR-10"],
    &["UI-01", "AGR-03", "AGR-05", "AGR-10"],
    &["UI-01", "AGR-04", "AGR-05", "AGR-10"],
    &["UI-01", "AGR-03", "AGR-04", "AGR-05", "AGR-10"],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::PartyId;

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
            (Field::Bank, "中国银行"),
            (Field::Payee, "中银保险有限公司"),
            (Field::Name, "滨海远航进出口有限公司"),
            (Field::Address, "天津市滨海新区虚构路1号"),
            (Field::Contact, "测试联系人甲"),
            (Field::Account, "620000000000000101"),
            (Field::Phone, "10000000001"),
            (Field::Email, "contact@binhai.example"),
            (Field::TaxNumber, "91120116MA05TE5T79"),
        ];
        AgreementForm { fields: fields.map(|(f, t)| (f, t.to_owned())).into(), terms_accepted: true }
    }

    fn hint(field: Field, text: &str) -> Option<String> {
        let mut form = right();
        form.fields.insert(field, text.into());
        let directory = directory();
        let outcome = form.read(AGREEMENT_FORM, &directory, false).map(|_| ());
        outcome.err().map(|refusal| {
            assert_eq!(refusal.code, "K2001");
            assert_eq!(refusal.fields.len(), 1);
            refusal.fields[field.label()].clone()
        })
    }

    //= AGR-03
    //= AGR-04
    //= AGR-05
    #[test]
    fn a_right_form_is_taken_with_full_and_short_names() {
        let directory = directory();
        let form = right();
        let entered = form.read(AGREEMENT_FORM, &directory, false).unwrap();
        assert_eq!(entered.bank.id.as_str(), "boc");
        assert_eq!(entered.payee.id.as_str(), "boc-insurance");
        assert_eq!(entered.text(Field::Phone), "10000000001");
    }

    //= UI-01
    #[test]
    fn every_blank_field_is_hinted_at_once_and_cites_its_requirement() {
        let blank = AgreementForm { fields: BTreeMap::from([(Field::Name, "  ".into())]), terms_accepted: false };
        let refusal = blank.read(AGREEMENT_FORM, &directory(), false).unwrap_err();
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
        form.fields.remove(&Field::TaxNumber);
        let refusal = form.read(AGREEMENT_FORM, &directory(), true).unwrap_err();
        assert_eq!(refusal.requirements, ["UI-01", "AGR-05", "AGR-10"]);
        assert_eq!(refusal.fields["企业税号"], "必填");
    }

    //= UI-01
    #[test]
    fn each_field_has_its_form() {
        let cases: &[(Field, &str, Option<&str>)] = &[
            (Field::Bank, "中银保险", Some("请从列表中选择")),
            (Field::Payee, "中国银行", Some("请从列表中选择")),
            (Field::Payee, "无此公司", Some("请从列表中选择")),
            (Field::Account, "12345678", None),
            (Field::Account, "1234567", Some("格式有误")),
            (Field::Account, "6200-0000", Some("格式有误")),
            (Field::Account, "６２００００００００", Some("格式有误")),
            (Field::Account, "123456789012345678901234567890123", Some("长度不能超过32")),
            (Field::Phone, "022-12345678", None),
            (Field::Phone, "0755-1234567", None),
            (Field::Phone, "02212345678", None),
            (Field::Phone, "1000000000", Some("格式有误")),
            (Field::Phone, "22-12345678", Some("格式有误")),
            (Field::Phone, "022--1234567", Some("格式有误")),
            (Field::Phone, "一二三", Some("格式有误")),
            (Field::Email, "a.b@c-d.example", None),
            (Field::Email, "a@b", Some("格式有误")),
            (Field::Email, "a b@c.example", Some("格式有误")),
            (Field::Email, "a@b@c.example", Some("格式有误")),
            (Field::Email, "@c.example", Some("格式有误")),
            (Field::TaxNumber, "123456789012345", None),
            (Field::TaxNumber, "12345678901234567", None),
            (Field::TaxNumber, "12345678901234567890", None),
            (Field::TaxNumber, "1234567890123456", Some("格式有误")),
            (Field::TaxNumber, "91120116ma05te5t79", Some("格式有误")),
            (Field::Name, "甲\n乙", Some("格式有误")),
        ];
        for (field, text, expected) in cases {
            assert_eq!(hint(*field, text).as_deref(), *expected, "{} {text}", field.label());
        }
    }

    //= UI-01
    #[test]
    fn a_text_may_fill_its_field_but_not_pass_it() {
        for (field, max) in [(Field::Name, 100), (Field::Address, 200), (Field::Contact, 50)] {
            assert_eq!(hint(field, &"汉".repeat(max)), None);
            assert_eq!(hint(field, &"汉".repeat(max + 1)), Some(format!("长度不能超过{max}")));
        }
        assert_eq!(hint(Field::Email, &format!("{}@b.example", "a".repeat(91))), Some("长度不能超过100".into()));
    }

    //= AGR-06
    #[test]
    fn terms_that_are_not_ticked_are_refused_when_the_fields_are_right() {
        let form = AgreementForm { terms_accepted: false, ..right() };
        assert_eq!(form.read(AGREEMENT_FORM, &directory(), false).unwrap_err().code, "K2103");
    }
}
