//! The catalogue of messages: types on the wire, who sends them to whom, size limits and JSON Schemas.
//!
//! Schemas are made from the domain's structs (`schemars`) plus what those cannot say: formats by field
//! name and fields that depend on a decision. The same schema, compiled, checks what arrives; nothing is
//! stated twice. Types and fields are the simulator's own: no public specification of the real ones exists.

use std::sync::LazyLock;

use domain::{
    directory::PartyRole,
    message::{
        AgreementEndAnswer, AgreementEndRequest, AgreementEnded, BankSigningAnswer, BankSigningRequest,
        InsurerSigningAnswer, InsurerSigningRequest, Kind,
    },
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::shape::{Format, Presence, Shape};

/// One type of message.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The domain's kind.
    pub kind: Kind,
    /// The CloudEvents `type`.
    pub type_: &'static str,
    /// The CloudEvents `dataschema`.
    pub data_schema: &'static str,
    /// The name that people use.
    pub chinese: &'static str,
    /// Who sends it.
    pub from: PartyRole,
    /// Who receives it.
    pub to: PartyRole,
    /// How many bytes the sealed message may have.
    pub size_limit: usize,
    /// The rules that it serves.
    pub requirements: &'static [&'static str],
}

/// No message of any type may be larger than this, sealed.
pub const SIZE_LIMIT: usize = 4 * 1024 * 1024;

const SMALL: usize = 64 * 1024;

macro_rules! entry {
    ($kind:ident, $name:literal, $from:ident -> $to:ident, $requirements:expr) => {
        Entry {
            kind: Kind::$kind,
            type_: concat!("cn.kouan.agreement.", $name, ".v1"),
            data_schema: concat!("urn:kouan:schema:cn.kouan.agreement.", $name, ".v1"),
            chinese: Kind::$kind.chinese(),
            from: PartyRole::$from,
            to: PartyRole::$to,
            size_limit: SMALL,
            requirements: $requirements,
        }
    };
}

/// Every type, in the order of [`Kind::ALL`].
#[rustfmt::skip] // A table.
pub const CATALOGUE: &[Entry] = &[
    entry!(InsurerSigningRequested, "insurer-signing.requested", Portal -> Insurer, &["AGR-07", "AGR-08", "MSG-01"]),
    entry!(InsurerSigningAnswered,  "insurer-signing.answered",  Insurer -> Portal, &["AGR-08", "AGR-11"]),
    entry!(BankSigningRequested,    "bank-signing.requested",    Portal -> Bank,    &["AGR-07", "AGR-08", "MSG-01"]),
    entry!(BankSigningAnswered,     "bank-signing.answered",     Bank -> Portal,    &["AGR-09", "AGR-11"]),
    entry!(AgreementEndRequested,   "end.requested",             Portal -> Bank,    &["AGR-11"]),
    entry!(AgreementEndAnswered,    "end.answered",              Bank -> Portal,    &["AGR-11"]),
    entry!(AgreementEnded,          "ended",                     Bank -> Portal,    &["AGR-01"]),
];

/// The entry of a kind.
pub fn by_kind(kind: Kind) -> &'static Entry {
    &CATALOGUE[position(kind)]
}

/// The entry of a CloudEvents `type`.
pub fn by_type(type_: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|e| e.type_ == type_)
}

/// The JSON Schema of a whole event of this kind, data included.
pub fn schema(kind: Kind) -> Value {
    COMPILED[position(kind)].schema.clone()
}

/// One document with every type under `$defs`, and the receipt's.
pub fn schemas() -> Value {
    let mut defs: Map<String, Value> = CATALOGUE.iter().map(|e| (e.type_.to_owned(), schema(e.kind))).collect();
    let any: Vec<Value> = CATALOGUE.iter().map(|e| json!({"$ref": e.data_schema})).collect();
    defs.insert("receipt".into(), crate::receipt::schema());
    json!({
        "$schema": DIALECT,
        "$id": "urn:kouan:schema:messages",
        "title": "kouan interchange",
        "description": "Generated. The simulator's own messages: no public specification of the real ones exists.",
        "oneOf": any,
        "$defs": defs,
    })
}

/// What is wrong with an event of this kind, each with its JSON path.
pub(crate) fn objections(kind: Kind, event: &Value) -> Vec<String> {
    COMPILED[position(kind)].shape.objections(event)
}

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

struct Compiled {
    schema: Value,
    shape: Shape,
}

static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let compile = |entry: &Entry| {
        let rules = presence(entry.kind);
        let data = data_schema(entry.kind);
        let data_shape = Shape::compile(&data).with_presence(rules);
        let schema = event_schema(entry, with_conditions(data, rules));
        let shape = Shape::compile(&schema).with_field("data", data_shape);
        Compiled { schema, shape }
    };
    CATALOGUE.iter().map(compile).collect()
});

/// Where a kind stands in [`CATALOGUE`]; a test holds the two orders together.
const fn position(kind: Kind) -> usize {
    match kind {
        Kind::InsurerSigningRequested => 0,
        Kind::InsurerSigningAnswered => 1,
        Kind::BankSigningRequested => 2,
        Kind::BankSigningAnswered => 3,
        Kind::AgreementEndRequested => 4,
        Kind::AgreementEndAnswered => 5,
        Kind::AgreementEnded => 6,
    }
}

/// The fields that depend on the decision, as the domain's doc comments state them.
pub(crate) const fn presence(kind: Kind) -> &'static [Presence] {
    match kind {
        Kind::InsurerSigningAnswered | Kind::AgreementEndAnswered => REASON,
        Kind::BankSigningAnswered => BANK_ANSWER,
        Kind::InsurerSigningRequested
        | Kind::BankSigningRequested
        | Kind::AgreementEndRequested
        | Kind::AgreementEnded => &[],
    }
}

const REASON: &[Presence] = &[Presence::exactly("reason", "refused")];

const BANK_ANSWER: &[Presence] = &[
    Presence::exactly("reason", "refused"),
    Presence::exactly("agreement_number", "agreed"),
    Presence::exactly("effective", "agreed"),
    Presence::only("expiry", "agreed"),
];

/// Formats that belong to a field's name, in whatever type it occurs.
const FORMATS: [(&str, Format); 7] = [
    ("uscc", Format::Uscc),
    ("signed_at", Format::Time),
    ("insurer_signed_at", Format::Time),
    ("effective", Format::Date),
    ("expiry", Format::Date),
    ("certificate", Format::Base64),
    ("signature", Format::Base64),
];

fn data_schema(kind: Kind) -> Value {
    let mut schema = match kind {
        Kind::InsurerSigningRequested => generated::<InsurerSigningRequest>(),
        Kind::InsurerSigningAnswered => generated::<InsurerSigningAnswer>(),
        Kind::BankSigningRequested => generated::<BankSigningRequest>(),
        Kind::BankSigningAnswered => generated::<BankSigningAnswer>(),
        Kind::AgreementEndRequested => generated::<AgreementEndRequest>(),
        Kind::AgreementEndAnswered => generated::<AgreementEndAnswer>(),
        Kind::AgreementEnded => generated::<AgreementEnded>(),
    };
    narrow(&mut schema);
    schema
}

fn generated<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Says what the derive cannot: an absent field is absent, never null; formats; constants as a plain list.
fn narrow(schema: &mut Value) {
    let Some(node) = schema.as_object_mut() else { return };
    node.remove("title");
    if let Some(Value::Array(types)) = node.get("type") {
        let kept = types.iter().find(|t| *t != "null").cloned();
        node.insert("type".into(), kept.unwrap_or(Value::Null));
    }
    if let Some(Value::Array(variants)) = node.remove("oneOf") {
        let names = variants.iter().filter_map(|v| v.get("const").cloned()).collect();
        node.insert("enum".into(), Value::Array(names));
    }
    let Some(Value::Object(properties)) = node.get_mut("properties") else { return };
    for (name, field) in properties.iter_mut() {
        narrow(field);
        let format = FORMATS.iter().find(|(n, _)| n == name).map(|(_, f)| *f);
        if let (Some(format), Some(field)) = (format, field.as_object_mut()) {
            field.insert("pattern".into(), format.pattern().into());
            if format == Format::Uscc {
                field.insert("minLength".into(), 18.into());
                field.insert("maxLength".into(), 18.into());
            }
        }
    }
}

/// The presence rules as `if`/`then`/`else`, for readers of the schema.
fn with_conditions(mut data: Value, rules: &[Presence]) -> Value {
    let conditions: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let then = if rule.required { json!({"required": [rule.field]}) } else { json!({}) };
            json!({
                "if": {"properties": {"decision": {"const": rule.decision}}, "required": ["decision"]},
                "then": then,
                "else": {"properties": {rule.field: false}},
            })
        })
        .collect();
    if let (Some(node), false) = (data.as_object_mut(), conditions.is_empty()) {
        node.insert("allOf".into(), conditions.into());
    }
    data
}

fn event_schema(entry: &Entry, data: Value) -> Value {
    let text = |max: usize, format: Option<Format>, description: &str| {
        let mut node = json!({"type": "string", "minLength": 1, "maxLength": max, "description": description});
        if let (Some(format), Some(node)) = (format, node.as_object_mut()) {
            node.insert("pattern".into(), format.pattern().into());
        }
        node
    };
    json!({
        "$schema": DIALECT,
        "$id": entry.data_schema,
        "title": format!("{}（{}→{}）", entry.chinese, entry.from.chinese(), entry.to.chinese()),
        "type": "object",
        "additionalProperties": false,
        "required": ["specversion", "id", "source", "type", "subject", "time", "dataschema",
            "datacontenttype", "sequence", "receiver", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text(64, Some(Format::Token), "Idempotency key: unique for its source"),
            "source": text(64, Some(Format::Party), "Who sends it"),
            "type": {"const": entry.type_},
            "subject": text(40, None, "The business number that it is about"),
            "time": text(40, Some(Format::Time), "When it was made, RFC 3339, +08:00"),
            "dataschema": {"const": entry.data_schema},
            "datacontenttype": {"const": "application/json"},
            "sequence": text(18, Some(Format::Counter), "1, 2, 3, ... for each source, receiver and subject"),
            "correlationid": text(64, Some(Format::Token), "The id of the message that it answers"),
            "receiver": text(64, Some(Format::Party), "Whom it is for"),
            "data": data,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_entry_at_its_place() {
        assert_eq!(CATALOGUE.iter().map(|e| e.kind).collect::<Vec<_>>(), Kind::ALL);
        for kind in Kind::ALL {
            assert_eq!(by_kind(kind).kind, kind);
            assert_eq!(by_type(by_kind(kind).type_).map(|e| e.kind), Some(kind));
        }
        assert!(by_type("cn.kouan.agreement.ended.v2").is_none());
    }

    #[test]
    fn a_schema_states_limits_formats_and_conditions() {
        let schema = schema(Kind::BankSigningAnswered);
        let data = &schema["properties"]["data"];
        assert_eq!(data["properties"]["reason"]["maxLength"], 200);
        assert_eq!(data["properties"]["reason"]["type"], "string");
        assert_eq!(data["properties"]["decision"]["enum"], json!(["agreed", "refused"]));
        assert_eq!(data["additionalProperties"], false);
        assert_eq!(data["allOf"].as_array().map(Vec::len), Some(4));
        assert_eq!(schema["properties"]["type"]["const"], "cn.kouan.agreement.bank-signing.answered.v1");
    }
}
