//! Nonsense (胡言): an honest event broken against its own schema, once in every way that the schema gives room for.
//!
//! For parties that misbehave on purpose: each field, the attributes of CloudEvents and those of `data`, is dropped, retyped
//! or over-long; of a list, its first item too. What is wrong is read from the schema's document, never asked of the code that checks arrivals: a check
//! that forgets a limit must not shrink what it is tested with. Not for honest senders, and nothing is sealed here.

use domain::{Draws, message::Message};
use serde_json::{Map, Value, json};

use crate::{
    catalogue::{self, Entry},
    event,
    shape::{Format, Presence},
};

/// One broken copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonsense {
    /// What is wrong, such as `data.reason 过长`.
    pub what: String,
    /// The event's JSON.
    pub json: Vec<u8>,
}

/// How a field is broken.
#[derive(Clone, Copy)]
enum Break {
    Drop,
    Retype,
    Lengthen,
}

impl Break {
    const ALL: [Self; 3] = [Self::Drop, Self::Retype, Self::Lengthen];

    const fn chinese(self) -> &'static str {
        match self {
            Self::Drop => "缺失",
            Self::Retype => "类型不对",
            Self::Lengthen => "过长",
        }
    }
}

/// Every broken copy of `message`, in an order and with contents that are drawn.
pub fn nonsense(message: &Message, draws: &dyn Draws) -> Vec<Nonsense> {
    let kind = message.body.kind();
    let (entry, rules) = (catalogue::by_kind(kind), catalogue::presence(kind));
    let schema = catalogue::schema(kind);
    let honest = serde_json::from_slice(&event::write(message)).expect("what was just written is JSON");
    let mut drawn = Drawn { draws, entity: message.id.as_str(), count: 0 };
    let mut broken = Vec::new();
    for name in fields(&schema) {
        broken.extend(copies(&honest, &schema, &[&name], false, entry, &mut drawn));
    }
    let data = &schema["properties"]["data"];
    for name in fields(data) {
        let rule = rules.iter().find(|r| r.field == name);
        let base = rule.map_or_else(|| honest.clone(), |rule| decided(&honest, data, rule, rules));
        let demanded = rule.is_some_and(|rule| rule.required);
        broken.extend(copies(&base, &schema, &["data", &name], demanded, entry, &mut drawn));
    }
    shuffled(broken, &mut drawn)
}

/// The names below a schema: an object's fields, or a list's first item.
fn fields(schema: &Value) -> Vec<String> {
    let properties = schema["properties"].as_object();
    let named = properties.map(|p| p.keys().cloned().collect()).unwrap_or_default();
    if schema["type"] == "array" { vec![FIRST.into()] } else { named }
}

/// The name of a list's first item.
const FIRST: &str = "[0]";

fn schema_below<'a>(schema: &'a Value, name: &str) -> &'a Value {
    if name == FIRST { &schema["items"] } else { &schema["properties"][name] }
}

fn below_mut<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    if name == FIRST { value.get_mut(0) } else { value.get_mut(name) }
}

/// As people write it: `data.items[0].amount`.
fn joined(path: &[&str]) -> String {
    path.join(".").replace(&format!(".{FIRST}"), FIRST)
}

/// The copies for one field, and for the fields below it. It is `demanded` where the decision asks for it; what may be
/// absent is not dropped.
fn copies(
    honest: &Value,
    event_schema: &Value,
    path: &[&str],
    demanded: bool,
    entry: &Entry,
    drawn: &mut Drawn<'_>,
) -> Vec<Nonsense> {
    let (parents, name) = path.split_at(path.len() - 1);
    let (name, owner) = (name[0], parents.iter().fold(event_schema, |schema, part| schema_below(schema, part)));
    let field = schema_below(owner, name);
    let listed = |names: &Value| names.as_array().is_some_and(|all| all.iter().any(|n| n == name));
    let needed = demanded || listed(&owner["required"]);
    let mut made = Vec::new();
    for how in Break::ALL {
        let mut copy = honest.clone();
        let Some(owner) = parents.iter().try_fold(&mut copy, |at, part| below_mut(at, part)) else { continue };
        let said = below_mut(owner, name).map(|value| value.take());
        let new = match how {
            Break::Drop if !needed => continue,
            Break::Drop => None,
            Break::Retype => Some(drawn.of_another_type(field)),
            Break::Lengthen => Some(longer(said.as_ref(), field, entry)),
        };
        match (owner, new) {
            (Value::Object(fields), Some(new)) => drop(fields.insert(name.into(), new)),
            (Value::Object(fields), None) => drop(fields.remove(name)),
            (Value::Array(items), Some(new)) if !items.is_empty() => items[0] = new,
            _ => continue,
        }
        let what = format!("{} {}", joined(path), how.chinese());
        made.push(Nonsense { what, json: copy.to_string().into_bytes() });
    }
    if path != ["data"] {
        for below in fields(field) {
            let path = [path, &[below.as_str()]].concat();
            made.extend(copies(honest, event_schema, &path, false, entry, drawn));
        }
    }
    made
}

/// The event as it would be under the decision that `rule` speaks of, so that nothing but the one field is wrong.
fn decided(honest: &Value, schema: &Value, rule: &Presence, rules: &[Presence]) -> Value {
    let mut event = honest.clone();
    let Some(data) = event.get_mut("data").and_then(Value::as_object_mut) else { return event };
    data.insert(rule.by.into(), rule.value.into());
    for other in rules {
        if other.value != rule.value {
            data.remove(other.field);
        } else if other.required && !data.contains_key(other.field) {
            data.insert(other.field.into(), example(&schema["properties"][other.field]).into());
        }
    }
    event
}

/// A text that fits its schema.
fn example(field: &Value) -> &'static str {
    Format::ALL.into_iter().find(|format| field["pattern"] == format.pattern()).map_or("测试", Format::example)
}

/// A value of the field's own type, longer by one than may be; an object, larger than its message may be.
fn longer(value: Option<&Value>, field: &Value, entry: &Entry) -> Value {
    let limit = |key: &str| field[key].as_u64().and_then(|n| usize::try_from(n).ok());
    if field["type"] == "object" {
        let mut object = value.and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        object.insert("过长".into(), "长".repeat(entry.size_limit / "长".len() + 1).into());
        return object.into();
    }
    if field["type"] == "array" {
        let item = value.and_then(|v| v.get(0)).cloned().unwrap_or_else(|| "测试".into());
        return vec![item; limit("maxItems").unwrap_or(0) + 1].into();
    }
    let said = value.and_then(Value::as_str).filter(|text| !text.is_empty()).unwrap_or("1");
    let length = limit("maxLength").unwrap_or_else(|| said.chars().count()) + 1;
    said.chars().cycle().take(length).collect::<String>().into()
}

/// Draws for one message, each with a count of its own.
struct Drawn<'a> {
    draws: &'a dyn Draws,
    entity: &'a str,
    count: u64,
}

impl Drawn<'_> {
    fn below(&mut self, end: usize) -> usize {
        self.count += 1;
        let last = (end as u64).saturating_sub(1);
        let drawn = self.draws.between("nonsense", self.entity, self.count, 0, last);
        usize::try_from(drawn).unwrap_or(0)
    }

    /// Our fields are texts, objects and lists: none takes any of these.
    fn of_another_type(&mut self, field: &Value) -> Value {
        let (object, text) = (json!({"文字": "测试"}), json!("文字"));
        let (fifth, sixth) = match field["type"].as_str() {
            Some("object") => (json!(["测试"]), text),
            Some("array") => (object, text),
            _ => (json!(["测试"]), object),
        };
        let others = [json!(null), json!(true), json!(20_260_302), json!(1.5), fifth, sixth];
        others[self.below(others.len())].clone()
    }
}

/// Fisher and Yates.
fn shuffled(mut all: Vec<Nonsense>, drawn: &mut Drawn<'_>) -> Vec<Nonsense> {
    for last in (1..all.len()).rev() {
        all.swap(last, drawn.below(last + 1));
    }
    all
}
