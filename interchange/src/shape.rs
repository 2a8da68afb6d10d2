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
    /// Yuan with two places, not negative.
    Amount,
    /// Percent, not negative, with as many places as the sender wrote.
    Rate,
    /// The same with its sign, as a form has it: `0.450%`.
    Percent,
    /// A SHA-256 in lower-case hexadecimal digits.
    Sha256,
}

impl Format {
    pub(crate) const ALL: [Self; 11] = [
        Self::Token,
        Self::Counter,
        Self::Party,
        Self::Time,
        Self::Date,
        Self::Uscc,
        Self::Base64,
        Self::Amount,
        Self::Rate,
        Self::Percent,
        Self::Sha256,
    ];

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
            Self::Amount => "^(0|[1-9][0-9]*)\\.[0-9]{2}$",
            Self::Rate => "^(0|[1-9][0-9]*)(\\.[0-9]+)?$",
            Self::Percent => r"^[0-9]{1,3}(\.[0-9]{1,6})?%$",
            Self::Sha256 => "^[0-9a-f]{64}$",
        }
    }

    /// A text that has it.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Token => "a-1",
            Self::Counter => "1",
            Self::Party => "urn:kouan:party:portal",
            Self::Time => "2026-03-02T09:00:00+08:00",
            Self::Date => "2026-03-02",
            Self::Uscc => "91110000600037341L",
            Self::Base64 => "AAAA",
            Self::Amount => "100.00",
            Self::Rate => "0.450",
            Self::Percent => "0.450%",
            Self::Sha256 => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        }
    }

    /// The least and the most characters, where the format itself tells; elsewhere its field does.
    pub(crate) const fn lengths(self) -> Option<(usize, usize)> {
        match self {
            Self::Uscc => Some((18, 18)),
            Self::Sha256 => Some((64, 64)),
            // Up to 9,999,999,999,999,999.99: no amount of ours comes near, and sums of them stay exact.
            Self::Amount => Some((4, 19)),
            Self::Token
            | Self::Counter
            | Self::Party
            | Self::Time
            | Self::Date
            | Self::Base64
            | Self::Rate
            | Self::Percent => None,
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
            Self::Amount => {
                text.split_once('.').is_some_and(|(yuan, rest)| is_whole(yuan) && rest.len() == 2 && is_digits(rest))
            }
            Self::Rate => {
                let (whole, places) =
                    text.split_once('.').map_or((text, None), |(whole, places)| (whole, Some(places)));
                is_whole(whole) && places.is_none_or(is_digits)
            }
            Self::Percent => text.strip_suffix('%').is_some_and(|number| {
                let (whole, places) = number.split_once('.').unwrap_or((number, "0"));
                is_digits(whole) && whole.len() <= 3 && is_digits(places) && places.len() <= 6
            }),
            Self::Sha256 => bytes.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)),
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
                Self::Amount => "应为两位小数、不带前导零的非负金额（元）",
                Self::Rate => "应为不带前导零的非负百分数，不写百分号",
                Self::Percent => "应为百分数，如0.450%",
                Self::Sha256 => "应为64位小写十六进制数字",
            }
            .to_owned()
        })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A whole number without leading zeros.
fn is_whole(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
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

/// A field that depends on another one: on `decision`, as a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presence {
    pub field: &'static str,
    /// The field that it depends on.
    pub by: &'static str,
    /// What that one says where the field may be there; where it says anything else the field must not.
    pub value: &'static str,
    /// Whether it must be there then.
    pub required: bool,
}

impl Presence {
    pub(crate) const fn exactly(field: &'static str, value: &'static str) -> Self {
        Self { field, by: "decision", value, required: true }
    }
    pub(crate) const fn only(field: &'static str, value: &'static str) -> Self {
        Self { field, by: "decision", value, required: false }
    }
    /// The same, by another field.
    pub(crate) const fn by(self, by: &'static str) -> Self {
        Self { by, ..self }
    }
}

/// A compiled schema.
#[derive(Debug)]
pub(crate) enum Shape {
    Text { min: usize, max: usize, format: Option<Format> },
    OneOf(Vec<String>),
    Object { fields: Vec<(String, bool, Shape)>, presence: &'static [Presence] },
    List { min: usize, max: usize, item: Box<Shape> },
}

impl Shape {
    /// From one of our schemas.
    ///
    /// # Panics
    /// On a keyword that is not known here: a mistake in the catalogue, found by any test that opens a message.
    pub(crate) fn compile(schema: &Value) -> Self {
        let node = schema.as_object().expect("a schema of ours is an object");
        if let Some(one) = node.get("const") {
            knows(node, &["const"]);
            return Self::OneOf(vec![text_of(one)]);
        }
        if let Some(Value::Array(all)) = node.get("enum") {
            knows(node, &["enum", "type"]);
            return Self::OneOf(all.iter().map(text_of).collect());
        }
        let limit = |key| node.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        match (node.get("type").and_then(Value::as_str), node.get("properties").and_then(Value::as_object)) {
            (Some("string"), _) => {
                knows(node, &["type", "minLength", "maxLength", "pattern"]);
                let known = |p: &Value| Format::ALL.into_iter().find(|f| Some(f.pattern()) == p.as_str());
                Self::Text {
                    min: limit("minLength").unwrap_or(0),
                    max: limit("maxLength").expect("every text of ours has a limit"),
                    format: node.get("pattern").map(|p| known(p).expect("every pattern of ours has a format")),
                }
            }
            (Some("array"), _) => {
                knows(node, &["type", "minItems", "maxItems", "items"]);
                Self::List {
                    min: limit("minItems").unwrap_or(0),
                    max: limit("maxItems").expect("every list of ours has a limit"),
                    item: Box::new(Self::compile(&node["items"])),
                }
            }
            (_, Some(fields)) => {
                knows(node, &["type", "required", "properties", "additionalProperties", "allOf"]);
                assert_eq!(node.get("additionalProperties"), Some(&Value::Bool(false)), "our objects are closed");
                let required = node.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
                let field = |(name, schema): (&String, &Value)| {
                    (name.clone(), required.iter().any(|r| r == name), Self::compile(schema))
                };
                Self::Object { fields: fields.iter().map(field).collect(), presence: &[] }
            }
            (_, None) => panic!("what is no text and no list is an object with properties"),
        }
    }

    /// The same object, with fields that depend on its decision.
    pub(crate) fn with_presence(mut self, rules: &'static [Presence]) -> Self {
        if let Self::Object { presence, .. } = &mut self {
            *presence = rules;
        }
        self
    }

    /// Swaps the shape of a field.
    pub(crate) fn with_field(mut self, name: &str, shape: Self) -> Self {
        if let Self::Object { fields, .. } = &mut self
            && let Some(field) = fields.iter_mut().find(|(n, ..)| n == name)
        {
            field.2 = shape;
        }
        self
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
            (Self::List { min, max, item }, Value::Array(items)) => {
                if items.len() < *min || items.len() > *max {
                    found.push(format!("{path} 应有{min}至{max}项，实有{}项", items.len()));
                }
                // One too many is enough to be refused: what an attacker piles on costs no more words.
                for (i, value) in items.iter().take(*max).enumerate() {
                    item.check(value, &format!("{path}[{i}]"), found);
                }
            }
            (Self::Text { .. } | Self::OneOf(_), _) => found.push(format!("{path} 应为字符串")),
            (Self::Object { .. }, _) => found.push(format!("{path} 应为对象")),
            (Self::List { .. }, _) => found.push(format!("{path} 应为数组")),
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
        let applies = object.get(self.by).and_then(Value::as_str) == Some(self.value);
        let Self { field, by, value, .. } = self;
        match (applies, object.contains_key(*field)) {
            (true, false) if self.required => {
                found.push(format!("缺少 {path}.{field}（{by} 为 {value} 时必填）"));
            }
            (false, true) => found.push(format!("{path}.{field} 仅在 {by} 为 {value} 时填写")),
            _ => {}
        }
    }
}

/// Stops at a keyword that is neither one of `checked` nor one that only describes.
fn knows(node: &Map<String, Value>, checked: &[&str]) {
    const DESCRIBE: [&str; 5] = ["$schema", "$id", "title", "description", "format"];
    for key in node.keys().map(String::as_str) {
        assert!(checked.contains(&key) || DESCRIBE.contains(&key), "schema keyword {key} is not checked");
    }
}

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
