//! Forms as data: which fields a page has, what each takes, and what they owe each other (UI-01).
//!
//! A form holds no value. It is read once, with everything that was typed, into a [`Filled`] that cannot be wrong; what is
//! wrong is told for all fields at once. Nothing in here knows a session or a record, and no rule of a field is code: a
//! wrong form is made by changing the data.

mod agreement;
mod cargo;
mod cross;
mod filled;
mod read;
mod request;
mod rows;
mod schema;
mod takes;

use std::{collections::BTreeMap, sync::Arc};

pub use self::{
    agreement::agreement,
    cargo::cargo_proposal,
    cross::{CoverPart, CrossRule},
    filled::{Filled, WireMistake},
    read::Context,
    request::open_cover_request,
    rows::{
        ATTACHMENT_TYPES, Attachment, MAX_ATTACHMENT, MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES, MAX_SPECIAL_TERMS,
        attachments, special_terms,
    },
    takes::{BLANK, MALFORMED, NOT_IN_LIST, Takes},
};
use crate::{cover::CoverTerms, directory::Enterprise};

/// A page's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What people call it.
    pub name: &'static str,
    /// Its fields, in the page's order.
    pub fields: Vec<FieldRule>,
    /// What fields owe each other, in the order in which hints are looked for.
    pub rules: Vec<CrossRule>,
}

/// The rule of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// In English, for storage and the wire; unique in the form.
    pub key: &'static str,
    /// The part of the page that it stands in, such as 货物信息; "" where a page has no parts.
    pub section: &'static str,
    /// As printed.
    pub label: &'static str,
    /// As scenarios and hints name it, unique in the form: the label, with its section where an earlier one has the same.
    pub name: &'static str,
    /// Whether it carries the red star.
    pub need: Need,
    /// What it takes.
    pub takes: Takes,
    /// Where its value comes from.
    pub origin: Origin,
    /// Whether 修改 must leave it as it is (CGO-12).
    pub locked: bool,
    /// Whether 复制 takes it over (CGO-17).
    pub copied: bool,
    /// Whether 重新签署 opens with it blank (AGR-10).
    pub retype: bool,
    /// What to type, for people; no full stop.
    pub hint: &'static str,
    /// The requirements that a refusal of this field enforces, besides UI-01.
    pub requirements: &'static [&'static str],
}

/// When a field must not be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always: the red star.
    Always,
    /// Never.
    Optional,
    /// If the field of that key has one of these values.
    IfIs(&'static str, &'static [&'static str]),
    /// Unless the field of that key has one of these values.
    Unless(&'static str, &'static [&'static str]),
}

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person types it.
    Typed,
    /// The page opens with the account's, and a person may type another.
    Offered(AccountPart),
    /// Always the account's ([`Form::bind`]); nobody types it.
    Account(AccountPart),
    /// The open cover's, where it is left blank.
    Cover(CoverPart),
    /// A figure that a [`CrossRule`] makes, where it is left blank; another than that is refused.
    Computed,
}

/// A part of an account at the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountPart {
    /// 统一社会信用代码
    Uscc,
    /// 企业名称
    Name,
    /// 企业联系人
    Contact,
    /// 联系人电话
    Phone,
    /// 企业邮箱
    Email,
    /// 企业地址
    Address,
}

impl AccountPart {
    /// What the account has there.
    pub fn of(self, account: &Enterprise) -> String {
        match self {
            Self::Uscc => account.uscc.to_string(),
            Self::Name => account.name.clone(),
            Self::Contact => account.contact.clone(),
            Self::Phone => account.phone.clone(),
            Self::Email => account.email.clone(),
            Self::Address => account.address.clone(),
        }
    }
}

impl Form {
    /// The field of that key.
    pub fn by_key(&self, key: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|rule| rule.key == key)
    }

    /// The field that people call so: its name, or its section and label (投保公司.企业名称).
    pub fn by_name(&self, name: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|rule| rule.name == name).or_else(|| {
            let (section, label) = name.split_once('.')?;
            self.fields.iter().find(|rule| rule.label == label && rule.short_section() == section)
        })
    }

    /// What the page shows when it opens: the account's data and the cover's, by the fields' names.
    pub fn open(&self, account: &Enterprise, cover: Option<&CoverTerms>) -> BTreeMap<String, String> {
        let value = |rule: &FieldRule| match rule.origin {
            Origin::Offered(part) | Origin::Account(part) => Some(part.of(account)),
            Origin::Cover(part) => cover.and_then(|cover| part.single(cover)),
            Origin::Typed | Origin::Computed => None,
        };
        self.fields.iter().filter_map(|rule| Some((rule.name.to_owned(), value(rule)?))).collect()
    }

    /// Puts the account's own values where nobody types any ([`Origin::Account`]). Call it before [`Form::read`].
    pub fn bind(&self, typed: &mut BTreeMap<String, String>, account: &Enterprise) {
        for rule in &self.fields {
            if let Origin::Account(part) = rule.origin {
                typed.insert(rule.name.to_owned(), part.of(account));
            }
        }
    }

    /// A form that many hold, for [`Form::read`].
    pub fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }
}

impl FieldRule {
    /// A field that a person types into, with the label for its name, taken over by 复制.
    pub(crate) const fn new(
        section: &'static str,
        key: &'static str,
        label: &'static str,
        need: Need,
        takes: Takes,
    ) -> Self {
        Self {
            key,
            section,
            label,
            name: label,
            need,
            takes,
            origin: Origin::Typed,
            locked: false,
            copied: true,
            retype: false,
            hint: "",
            requirements: &[],
        }
    }

    pub(crate) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub(crate) const fn from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    pub(crate) const fn locked(self) -> Self {
        Self { locked: true, ..self }
    }

    pub(crate) const fn not_copied(self) -> Self {
        Self { copied: false, ..self }
    }

    pub(crate) const fn retyped(self) -> Self {
        Self { retype: true, ..self }
    }

    pub(crate) const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub(crate) const fn cites(self, requirements: &'static [&'static str]) -> Self {
        Self { requirements, ..self }
    }

    /// The section without 信息: 投保公司信息 is called 投保公司.
    pub fn short_section(&self) -> &'static str {
        self.section.strip_suffix("信息").unwrap_or(self.section)
    }
}

#[cfg(test)]
mod tests;
