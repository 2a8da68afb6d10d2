//! The JSON Schema of a form's values as messages carry them: an object of keys and texts.

use serde_json::{Map, Value, json};

use super::{FieldRule, Form, Need, Takes};

/// A day.
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// 统一社会信用代码.
const USCC: &str = "^[0-9A-HJ-NPQRTUWXY]{18}$";
/// An amount in yuan, as [`crate::money::Money`] has it.
const MONEY: &str = r"^-?[0-9]{1,20}\.[0-9]{2}$";
/// A percentage, as [`crate::money::Percent`] has it.
const PERCENT: &str = r"^[0-9]{1,3}(\.[0-9]{1,6})?%$";

impl Form {
    /// The schema: one text a field, without blank ones; required is what is needed whatever else is typed.
    pub fn schema(&self) -> Value {
        let properties: Map<String, Value> =
            self.fields.iter().map(|rule| (rule.key.to_owned(), property(rule))).collect();
        let required: Vec<&str> =
            self.fields.iter().filter(|rule| rule.need == Need::Always).map(|rule| rule.key).collect();
        json!({
            "type": "object",
            "title": self.name,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

fn property(rule: &FieldRule) -> Value {
    let description =
        if rule.hint.is_empty() { rule.name.to_owned() } else { format!("{}：{}", rule.name, rule.hint) };
    let mut schema = json!({"type": "string", "description": description});
    let mut put = |key: &str, value: Value| schema.as_object_mut().map(|object| object.insert(key.into(), value));
    match rule.takes {
        Takes::OneOf(all) => {
            put("enum", json!(all));
        }
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
        | Takes::SomeOf(_)
        | Takes::Code(_)
        | Takes::Institution(_) => {
            put("minLength", json!(shortest(rule.takes)));
            put("maxLength", json!(rule.takes.longest()));
        }
    }
    let pattern = match rule.takes {
        Takes::Date => Some(DATE),
        Takes::Uscc => Some(USCC),
        Takes::Money | Takes::Figure => Some(MONEY),
        Takes::Percent { .. } => Some(PERCENT),
        Takes::Text { .. }
        | Takes::Phone
        | Takes::Email
        | Takes::Digits { .. }
        | Takes::TaxNumber
        | Takes::OneOf(_)
        | Takes::SomeOf(_)
        | Takes::Code(_)
        | Takes::Institution(_) => None,
    };
    if let Some(pattern) = pattern {
        put("pattern", json!(pattern));
    }
    schema
}

fn shortest(takes: Takes) -> usize {
    match takes {
        Takes::Digits { min, .. } => min,
        Takes::Date => 10,
        Takes::Uscc => 18,
        Takes::TaxNumber => 15,
        Takes::Phone => 10,
        Takes::Text { .. }
        | Takes::Email
        | Takes::Money
        | Takes::Figure
        | Takes::Percent { .. }
        | Takes::OneOf(_)
        | Takes::SomeOf(_)
        | Takes::Code(_)
        | Takes::Institution(_) => 1,
    }
}
