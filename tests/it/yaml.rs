//! Scenario files as JSON, read as an editor's YAML plug-in would: not by our own reader, which is under test.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

/// The document in `text`.
pub fn to_json(text: &str) -> Value {
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let done = match event.unwrap().0 {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::SequenceEnd | Event::MappingEnd => match open.pop().unwrap() {
                Open::List(items) => Value::Array(items),
                Open::Map(entries, _) => Value::Object(entries),
            },
            _ => continue,
        };
        match open.last_mut() {
            None => root = Some(done),
            Some(Open::List(items)) => items.push(done),
            Some(Open::Map(entries, key)) => match key.take() {
                Some(key) => drop(entries.insert(key, done)),
                None => *key = Some(done.as_str().map_or_else(|| done.to_string(), Into::into)),
            },
        }
    }
    root.unwrap()
}

/// By YAML 1.2's core schema, which is what editors go by.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if !matches!(style, ScalarStyle::Plain) {
        return text.into();
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => true.into(),
        "false" => false.into(),
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(n), _) => n.into(),
            (_, Ok(x)) if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                Number::from_f64(x).map_or_else(|| text.into(), Value::Number)
            }
            _ => text.into(),
        },
    }
}

#[test]
fn yaml_becomes_json() {
    assert_eq!(
        to_json("甲: [1, 2.5, '3', 成功]\n乙:\n  - {丙: 空, 丁: true}\n"),
        serde_json::json!({"甲": [1, 2.5, "3", "成功"], "乙": [{"丙": "空", "丁": true}]})
    );
}
