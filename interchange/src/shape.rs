//! Checks a JSON value against the JSON Schema of its type, and says in Chinese which path is wrong and how.
//!
//! It knows exactly the keywords that our own schemas use; any other is our own mistake and stops the
//! program when the catalogue is built, so that schema and check cannot drift apart. Where a text has a
//! [`Format`] the check is stricter than the pattern that the schema shows: a date must exist, a code must check.

use domain::{Time, codes::Uscc};
use serde_json::{Map, Value};

/// What a text must look like, beyond its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Printable ASCII without spaces.
    Token,
    /// 1, 2, 3, ... without leading zeros.
    Counter,
    /// A party's URI.
    Party,
    /// A point in time, RFC 3339, +08:00.
    Time,
    /// A calendar date.
    Date,
    /// 统一社会信用代码.
    Uscc,
    /// Base64 with padding.
    Base64,
}

impl Format {
    const ALL: [Self; 7] = [Self::Token, Self::Counter, Self::Party, Self::Time, Self::Date, Self::Uscc, Self::Base64];

    /// The pattern that the schema shows for it.
    pub(crate) const fn pattern(self) -> &'static str {
        match self {
            Self::Token => "^[!-~]+$",
            Self::Counter => "^[1-9][0-9]*$",
            Self::Party => "^urn:kouan:party:[a-z0-9][a-z0-9-]*$",
            Self::Time => "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?\\+08:00$",
            Self::Date => "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            Self::Uscc => "^[0-9A-HJ-NPQRTUWXY]{18}$",
            Self::Base64 => "^[A-Za-z0-9+/]+={0,2}$",
        }
    }

    /// What is wrong with `text`, if anything.
    fn objection(self, text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let digits_at = |from: usize, to: usize| bytes.get(from..to).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
        let date = || {
            digits_at(0, 4)
                && digits_at(5, 7)
                && digits_at(8, 10)
                && text.get(..10).is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok())
        };
        let fine = match self {
            Self::Token => bytes.iter().all(u8::is_ascii_graphic),
            Self::Counter => !text.starts_with('0') && digits_at(0, bytes.len()) && !text.is_empty(),
            Self::Party => text.strip_prefix("urn:kouan:party:").is_some_and(is_party_name),
            Self::Time => {
                date()
                    && bytes.get(10) == Some(&b'T')
                    && digits_at(11, 13)
                    && digits_at(14, 16)
                    && digits_at(17, 19)
                    && is_fraction(text.get(19..))
                    && Time::parse_rfc3339(text).is_some()
            }
            Self::Date => bytes.len() == 10 && date(),
            Self::Uscc => return text.parse::<Uscc>().err().map(|e| e.to_string()),
            Self::Base64 => {
                let body = text.trim_end_matches('=');
                text.len() - body.len() <= 2
                    && !body.is_empty()
                    && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
            }
        };
        (!fine).then(|| {
            match self {
                Self::Token => "应为不含空格的可见ASCII字符",
                Self::Counter => "应为从1开始、不带前导零的数字",
                Self::Party => "应为 urn:kouan:party:机构代号",
                Self::Time => "应为RFC 3339时间，时区为+08:00",
                Self::Date => "应为YYYY-MM-DD形式的日期",
                Self::Uscc => "应为统一社会信用代码",
                Self::Base64 => "应为Base64编码",
            }
            .to_owned()
        })
    }
}

fn is_party_name(name: &str) -> bool {
    !name.starts_with('-')
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// `+08:00`, or one to nine digits after a point before it.
fn is_fraction(rest: Option<&str>) -> bool {
    let Some(fraction) = rest.and_then(|r| r.strip_suffix("+08:00")) else { return false };
    fraction.is_empty()
        || fraction
            .strip_prefix('.')
            .is_some_and(|digits| (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A field that depends on `decision`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presence {
    pub field: &'static str,
    /// The decision under which the field may be there; under any other it must not.
    pub decision: &'static str,
    /// Whether it must be there under that decision.
    pub required: bool,
}

impl Presence {
    pub(crate) const fn exactly(field: &'static str, decision: &'static str) -> Self {
        Self { field, decision, required: true }
    }
    pub(crate) const fn only(field: &'static str, decision: &'static str) -> Self {
        Self { field, decision, required: false }
    }
}

/// A compiled schema.
#[derive(Debug)]
pub(crate) enum Shape {
    Text { min: usize, max: usize, format: Option<Format> },
    OneOf(Vec<String>),
    Object { fields: Vec<(String, bool, Shape)>, presence: &'static [Presence] },
}

impl Shape {
    /// From one of our schemas.
    ///
    /// # Panics
    /// On a keyword that is not known here: a mistake in the catalogue, found by any test that opens a message.
    pub(crate) fn compile(schema: &Value) -> Self {
        let node = schema.as_object().expect("a schema of ours is an object");
        for key in node.keys() {
            assert!(KEYWORDS.contains(&key.as_str()), "schema keyword {key} is not checked");
        }
        if let Some(one) = node.get("const") {
            return Self::OneOf(vec![text_of(one)]);
        }
        if let Some(Value::Array(all)) = node.get("enum") {
            return Self::OneOf(all.iter().map(text_of).collect());
        }
        if node.get("type").and_then(Value::as_str) == Some("string") {
            let limit = |key| node.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            return Self::Text {
                min: limit("minLength").unwrap_or(0),
                max: limit("maxLength").expect("every text of ours has a limit"),
                format: node.get("pattern").map(|p| {
                    let known = Format::ALL.into_iter().find(|f| Some(f.pattern()) == p.as_str());
                    known.expect("every pattern of ours has a format")
                }),
            };
        }
        let required = node.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let fields = node.get("properties").and_then(Value::as_object);
        Self::Object {
            fields: fields
                .expect("what is no text is an object with properties")
                .iter()
                .map(|(name, s)| (name.clone(), required.iter().any(|r| r == name), Self::compile(s)))
                .collect(),
            presence: &[],
        }
    }

    /// The same object, with fields that depend on its decision.
    pub(crate) fn with_presence(self, rules: &'static [Presence]) -> Self {
        match self {
            Self::Object { fields, .. } => Self::Object { fields, presence: rules },
            text @ (Self::Text { .. } | Self::OneOf(_)) => text,
        }
    }

    /// Swaps the shape of a field.
    pub(crate) fn with_field(self, name: &str, shape: Self) -> Self {
        match self {
            Self::Object { mut fields, presence } => {
                if let Some(field) = fields.iter_mut().find(|(n, ..)| n == name) {
                    field.2 = shape;
                }
                Self::Object { fields, presence }
            }
            text @ (Self::Text { .. } | Self::OneOf(_)) => text,
        }
    }

    /// Everything that is wrong with `value`, each with its path.
    pub(crate) fn objections(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.check(value, "$", &mut found);
        found
    }

    fn check(&self, value: &Value, path: &str, found: &mut Vec<String>) {
        match (self, value) {
            (Self::Text { min, max, format }, Value::String(text)) => {
                let length = text.chars().count();
                if length < *min || length > *max {
                    found.push(format!("{path} 长度应为{min}至{max}个字符，实为{length}个"));
                } else if let Some(objection) = format.and_then(|f| f.objection(text)) {
                    found.push(format!("{path} {objection}"));
                }
            }
            (Self::OneOf(all), Value::String(text)) => {
                if !all.contains(text) {
                    found.push(format!("{path} 应为「{}」", all.join("」或「")));
                }
            }
            (Self::Object { fields, presence }, Value::Object(object)) => {
                check_object(fields, object, path, found);
                for rule in *presence {
                    rule.check(object, path, found);
                }
            }
            (Self::Text { .. } | Self::OneOf(_), _) => found.push(format!("{path} 应为字符串")),
            (Self::Object { .. }, _) => found.push(format!("{path} 应为对象")),
        }
    }
}

fn check_object(fields: &[(String, bool, Shape)], object: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
    for (name, required, shape) in fields {
        match object.get(name) {
            Some(value) => shape.check(value, &format!("{path}.{name}"), found),
            None if *required => found.push(format!("缺少 {path}.{name}")),
            None => {}
        }
    }
    for name in object.keys().filter(|name| fields.iter().all(|(known, ..)| known != *name)) {
        let shown: String = name.chars().take(60).collect();
        found.push(format!("{path}.{shown} 不在规范内"));
    }
}

impl Presence {
    fn check(&self, object: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
        let applies = object.get("decision").and_then(Value::as_str) == Some(self.decision);
        let (field, decision) = (self.field, self.decision);
        match (applies, object.contains_key(field)) {
            (true, false) if self.required => {
                found.push(format!("缺少 {path}.{field}（decision 为 {decision} 时必填）"));
            }
            (false, true) => found.push(format!("{path}.{field} 仅在 decision 为 {decision} 时填写")),
            _ => {}
        }
    }
}

/// Those that are checked, and those that only describe or are checked through [`Presence`].
const KEYWORDS: [&str; 15] = [
    "const",
    "enum",
    "type",
    "minLength",
    "maxLength",
    "pattern",
    "required",
    "properties",
    "additionalProperties",
    "$schema",
    "$id",
    "title",
    "description",
    "format",
    "allOf",
];

fn text_of(value: &Value) -> String {
    value.as_str().expect("constants of ours are texts").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_must_exist_not_only_look_right() {
        let bad = |f: Format, text| f.objection(text).is_some();
        assert!(!bad(Format::Date, "2026-02-28"));
        assert!(bad(Format::Date, "2026-02-30"));
        assert!(bad(Format::Date, "+2026-2-01"));
        assert!(!bad(Format::Time, "2026-03-02T09:00:00+08:00"));
        assert!(!bad(Format::Time, "2026-03-02T09:00:00.000+08:00"));
        assert!(bad(Format::Time, "2026-03-02T09:00:00Z"));
        assert!(bad(Format::Time, "2026-03-02T25:00:00+08:00"));
        assert!(bad(Format::Time, "2026-03-02 09:00:00+08:00"));
        assert!(!bad(Format::Counter, "10"));
        assert!(bad(Format::Counter, "010"));
        assert!(!bad(Format::Party, "urn:kouan:party:boc-insurance"));
        assert!(bad(Format::Party, "urn:kouan:party:"));
        assert!(bad(Format::Party, "portal"));
        assert!(!bad(Format::Uscc, "91110000600037341L"));
        assert!(bad(Format::Uscc, "91110000600037341A"));
    }

    #[test]
    #[should_panic(expected = "is not checked")]
    fn a_keyword_that_nobody_checks_is_our_own_mistake() {
        Shape::compile(&serde_json::json!({"type": "string", "maxLength": 3, "contains": 1}));
    }
}
