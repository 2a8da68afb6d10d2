//! The JSON Schema that we publish and the parser that we use accept the same events.
//!
//! The judge is the `jsonschema` crate. Formats are apart: the parser also wants dates to exist and codes
//! to check, which a pattern cannot say.

use std::collections::BTreeSet;

use domain::message::Kind;
use interchange::{catalogue, event};
use serde_json::{Value, json};

use crate::every_kind::one_of_each;

/// Every object and list of the event, as pointers.
fn owners(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(at.to_owned());
            fields.iter().for_each(|(name, field)| owners(field, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            found.push(at.to_owned());
            items.iter().enumerate().for_each(|(i, item)| owners(item, &format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

/// The event with the value at a pointer changed.
fn changed(event: &Value, at: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut copy = event.clone();
    change(copy.pointer_mut(at).unwrap());
    copy
}

fn mutations(event: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut pointers = Vec::new();
    owners(event, "", &mut pointers);
    for at in pointers {
        match event.pointer(&at).unwrap() {
            Value::Object(fields) => {
                all.push((format!("{at} +unknown"), changed(event, &at, |o| o["unknown"] = "x".into())));
                for (name, value) in fields {
                    all.extend(of_value(event, &format!("{at}/{name}"), value));
                    let dropped = changed(event, &at, |o| drop(o.as_object_mut().unwrap().remove(name)));
                    all.push((format!("{at}/{name} dropped"), dropped));
                }
            }
            Value::Array(items) => {
                for (i, value) in items.iter().enumerate() {
                    all.extend(of_value(event, &format!("{at}/{i}"), value));
                }
                let item = items.first().cloned().unwrap_or(Value::Null);
                for n in [2, 10, 11, 20, 21, 50, 51, 100, 101, 500, 501] {
                    all.push((format!("{at} {n} items"), changed(event, &at, |o| *o = vec![item.clone(); n].into())));
                }
            }
            _ => unreachable!("owners are objects and lists"),
        }
    }
    all
}

/// Other values at one place.
fn of_value(event: &Value, at: &str, value: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut put = |what: &str, new: Value| all.push((format!("{at} {what}"), changed(event, at, |v| *v = new)));
    for new in [json!(null), json!(1), json!(true), json!([]), json!({}), json!(""), json!(["x"])] {
        put(&new.to_string(), new.clone());
    }
    put("very long", "长".repeat(20_001).into());
    if let Value::String(text) = value {
        for length in [1, 2, 4, 6, 10, 12, 18, 19, 20, 40, 41, 50, 64, 100, 200, 201, 500, 501, 2_000, 2_001, 8_193] {
            put(&format!("{length} characters"), "长".repeat(length).into());
            put(&format!("{length} letters"), "a".repeat(length).into());
        }
        put("with a space", format!("{text} ").into());
        for other in OTHERS {
            put(other, (*other).into());
        }
    }
    all
}

/// Texts that are right somewhere, or nearly.
const OTHERS: &[&str] = &[
    "agreed",
    "refused",
    "debited",
    "failed",
    "pending",
    "unknown",
    "main",
    "additional",
    "2026-03-01",
    "2026-03-01T00:00:00+08:00",
    "2026-03-01T00:00:00Z",
    "0",
    "1",
    "01",
    "10",
    "0.45",
    "00.45",
    ".45",
    "0.",
    "0.450%",
    "-0.45",
    "1e2",
    "0.00",
    "00.00",
    "1.00",
    "-1.00",
    "1.005",
    "1,000.00",
    "9999999999999999.99",
    "99999999999999999.99",
    "是",
    "海运",
];

#[test]
fn schema_and_parser_agree_on_good_events_and_on_every_mutation() {
    let mut judged = 0;
    let mut accepted = 0;
    for message in one_of_each() {
        let kind = message.body.kind();
        let schema = jsonschema::validator_for(&catalogue::schema(kind)).unwrap();
        let good: Value = serde_json::from_slice(&event::write(&message)).unwrap();
        assert!(schema.is_valid(&good), "{}", message.id);
        assert_eq!(event::parse(good.to_string().as_bytes()), Ok(message));
        for (what, event) in mutations(&good) {
            let parsed = event::parse(event.to_string().as_bytes());
            assert_eq!(schema.is_valid(&event), parsed.is_ok(), "{}: {what}: {parsed:?}", kind.chinese());
            judged += 1;
            accepted += usize::from(parsed.is_ok());
        }
    }
    assert!(judged > 30_000, "only {judged} mutations");
    assert!(accepted > 3_000 && accepted < judged / 2, "{accepted} of {judged} accepted");
}

#[test]
fn there_is_an_example_of_every_kind() {
    let kinds: BTreeSet<Kind> = one_of_each().iter().map(|message| message.body.kind()).collect();
    assert_eq!(kinds, BTreeSet::from(Kind::ALL));
}

#[test]
fn one_document_holds_every_schema_and_judges_each_event() {
    let document = catalogue::schemas();
    let validator = jsonschema::validator_for(&document).unwrap();
    for message in one_of_each() {
        let event: Value = serde_json::from_slice(&event::write(&message)).unwrap();
        assert!(validator.is_valid(&event), "{}", message.id);
    }
    assert!(!validator.is_valid(&json!({})));
    assert_eq!(document["$defs"].as_object().unwrap().len(), Kind::ALL.len() + 1);
}

#[test]
fn the_receipts_schema_accepts_what_is_written() {
    let schema = jsonschema::validator_for(&catalogue::schemas()["$defs"]["receipt"]).unwrap();
    let accepted = json!({
        "receiptversion": "1", "digest": "0".repeat(64), "outcome": "accepted",
        "receiver": "urn:kouan:party:boc", "time": "2026-03-02T09:00:00.000+08:00",
    });
    assert!(schema.is_valid(&accepted));
    let mut refused = accepted.clone();
    refused["outcome"] = "refused".into();
    assert!(!schema.is_valid(&refused));
}

#[test]
fn an_event_is_written_in_this_form() {
    let message = one_of_each().remove(3);
    assert_eq!(
        String::from_utf8(event::write(&message)).unwrap(),
        concat!(
            r#"{"specversion":"1.0","id":"boc-1","source":"urn:kouan:party:boc","#,
            r#""type":"cn.kouan.agreement.bank-signing.answered.v1","subject":"202603020001","#,
            r#""time":"2026-03-02T09:00:00.000+08:00","#,
            r#""dataschema":"urn:kouan:schema:cn.kouan.agreement.bank-signing.answered.v1","#,
            r#""datacontenttype":"application/json","sequence":"1","receiver":"urn:kouan:party:portal","#,
            r#""data":{"application":"202603020001","decision":"agreed","agreement_number":"BOCBX000000001","#,
            r#""effective":"2026-03-01","expiry":"2027-02-28"}}"#,
        )
    );
}
