//! The values of a form that was read: packed, unchangeable, each right by its own rule.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::civil::Date;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    FieldRule, Form, Need, Origin, Takes,
    takes::{self, BETWEEN, BLANK},
};
use crate::{
    money::{Money, Percent},
    tables::Tables,
};

/// A form's values, in the form's order. In JSON an object of keys and texts without the blank ones.
#[derive(Clone)]
pub struct Filled {
    form: Arc<Form>,
    packed: Box<str>,
    /// Where each field's value ends, in the form's order: no page has four thousand million characters.
    ends: Box<[u32]>,
}

/// What came over the wire is no such form: what is wrong, by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireMistake {
    /// Hints by key.
    pub fields: BTreeMap<String, String>,
}

impl fmt::Display for WireMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (key, hint)) in self.fields.iter().enumerate() {
            let between = if at > 0 { "；" } else { "" };
            write!(f, "{between}{key} {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for WireMistake {}

impl Filled {
    pub(super) fn new(form: &Arc<Form>, values: &BTreeMap<&'static str, String>) -> Self {
        let mut packed = String::with_capacity(values.values().map(String::len).sum::<usize>());
        let mut ends = Vec::with_capacity(form.fields.len());
        for rule in &form.fields {
            packed.push_str(values.get(rule.key).map_or("", String::as_str));
            ends.push(u32::try_from(packed.len()).unwrap_or(u32::MAX));
        }
        Self { form: Arc::clone(form), packed: packed.into(), ends: ends.into() }
    }

    /// Reads what [`Filled`] serializes, each field by its own rule and all that are needed; codes and names of lists are
    /// checked for their form alone, and no rule between fields is asked: that is the receiver's business.
    ///
    /// # Errors
    /// Every key that is unknown, missing or wrong.
    pub fn from_wire(form: &Arc<Form>, wire: &BTreeMap<String, String>) -> Result<Self, WireMistake> {
        let mut fields = BTreeMap::new();
        for key in wire.keys().filter(|key| form.by_key(key).is_none()) {
            fields.insert(key.chars().take(60).collect(), "不在规范内".to_owned());
        }
        let mut values = BTreeMap::new();
        for rule in &form.fields {
            let Some(text) = wire.get(rule.key) else { continue };
            match rule.takes.read(text, None, None) {
                Ok(kept) if kept == *text && !text.is_empty() => {
                    values.insert(rule.key, kept);
                }
                Ok(_) => {
                    fields.insert(rule.key.to_owned(), takes::MALFORMED.into());
                }
                Err(hint) => {
                    fields.insert(rule.key.to_owned(), hint);
                }
            }
        }
        let is = |key: &str| wire.get(key).map(String::as_str);
        for rule in form.fields.iter().filter(|rule| !wire.contains_key(rule.key)) {
            let needed = match rule.need {
                Need::Always => true,
                Need::Optional => false,
                Need::IfIs(key, any) => is(key).is_some_and(|value| any.contains(&value)),
                Need::Unless(key, any) => is(key).is_some_and(|value| !any.contains(&value)),
            };
            if needed {
                fields.insert(rule.key.to_owned(), BLANK.into());
            }
        }
        if fields.is_empty() { Ok(Self::new(form, &values)) } else { Err(WireMistake { fields }) }
    }

    /// The bytes of all values together, as they are kept.
    pub fn packed_len(&self) -> usize {
        self.packed.len()
    }

    /// The form whose values these are.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// The value of that key, as it is kept; "" for one that is blank, or that the form has not.
    pub fn get(&self, key: &str) -> &str {
        let place = self.form.fields.iter().position(|rule| rule.key == key);
        place.map(|at| self.at(at)).unwrap_or_default()
    }

    /// An amount.
    pub fn money(&self, key: &str) -> Option<Money> {
        self.get(key).parse().ok()
    }

    /// A percentage.
    pub fn percent(&self, key: &str) -> Option<Percent> {
        self.get(key).parse().ok()
    }

    /// A day.
    pub fn date(&self, key: &str) -> Option<Date> {
        takes::date(self.get(key))
    }

    /// A code or any other value; `None` for one that is blank.
    pub fn code(&self, key: &str) -> Option<&str> {
        Some(self.get(key)).filter(|text| !text.is_empty())
    }

    /// The choices of a field that takes several.
    pub fn choices(&self, key: &str) -> impl Iterator<Item = &str> {
        self.get(key).split(BETWEEN).filter(|text| !text.is_empty())
    }

    /// Every field with its value, "" for blank ones, in the form's order.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldRule, &str)> {
        self.form.fields.iter().enumerate().map(|(at, rule)| (rule, self.at(at)))
    }

    /// The value of the field at that place.
    fn at(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.packed.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Every field's name with its value as pages show it: a name in place of a code, several choices with 、 between them.
    pub fn shown<'a>(&'a self, tables: &'a Tables) -> impl Iterator<Item = (&'static str, String)> + 'a {
        self.iter().map(|(rule, value)| {
            let shown = match rule.takes {
                Takes::Code(table) => tables.name_of(table, value).to_owned(),
                Takes::SomeOf(_) => value.replace(BETWEEN, "、"),
                Takes::Text { .. }
                | Takes::Phone
                | Takes::Email
                | Takes::Digits { .. }
                | Takes::TaxNumber
                | Takes::Uscc
                | Takes::Money
                | Takes::Figure
                | Takes::Percent { .. }
                | Takes::Date
                | Takes::OneOf(_)
                | Takes::Institution(_) => value.to_owned(),
            };
            (rule.name, shown)
        })
    }

    /// By the names of fields, as a page that is opened again shows them (修改): codes, not names; without blank ones and
    /// without figures, which are made anew.
    pub fn typed(&self) -> BTreeMap<String, String> {
        let kept = self.filled_in().filter(|(rule, _)| rule.origin != Origin::Computed);
        kept.map(|(rule, text)| (rule.name.to_owned(), text.to_owned())).collect()
    }

    /// The same for a page that is opened as a copy (复制): also without what [`FieldRule::copied`] leaves out.
    pub fn copied(&self) -> BTreeMap<String, String> {
        let mut kept = self.typed();
        self.form.fields.iter().filter(|rule| !rule.copied).for_each(|rule| drop(kept.remove(rule.name)));
        kept
    }

    /// By key, as messages carry it.
    pub fn to_wire(&self) -> BTreeMap<String, String> {
        self.filled_in().map(|(rule, text)| (rule.key.to_owned(), text.to_owned())).collect()
    }

    fn filled_in(&self) -> impl Iterator<Item = (&FieldRule, &str)> {
        self.iter().filter(|(_, text)| !text.is_empty())
    }
}

impl PartialEq for Filled {
    fn eq(&self, other: &Self) -> bool {
        self.form.name == other.form.name && self.filled_in().map(pair).eq(other.filled_in().map(pair))
    }
}

impl Eq for Filled {}

fn pair<'a>((rule, text): (&FieldRule, &'a str)) -> (&'static str, &'a str) {
    (rule.key, text)
}

impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.filled_in().map(pair)).finish()
    }
}

impl Serialize for Filled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (rule, text) in self.filled_in() {
            map.serialize_entry(rule.key, text)?;
        }
        map.end()
    }
}
