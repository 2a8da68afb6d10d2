//! The catalogue of messages: types on the wire, who sends them to whom, size limits and JSON Schemas.
//!
//! Schemas are made from the domain's structs (`schemars`) plus what those cannot say: formats by field
//! name and fields that depend on a decision. The same schema, compiled, checks what arrives; nothing is
//! stated twice. Types and fields are the simulator's own: no public specification of the real ones exists.

use std::sync::LazyLock;

use domain::{
    directory::PartyRole,
    form::{Form, cargo_proposal, open_cover_request},
    message::Kind,
};
use serde_json::{Map, Value, json};

use crate::{
    body,
    shape::{Format, Presence, Shape},
};

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
pub const SIZE_LIMIT: usize = LARGE;

const SMALL: usize = 64 * 1024;
/// Every 货物类别 and 特殊约定 that an open cover may have, at its longest.
const MIDDLE: usize = 512 * 1024;
/// A proposal with its attachments.
const LARGE: usize = 16 * 1024 * 1024;

macro_rules! entry {
    ($kind:ident, $name:literal, $from:ident -> $to:ident, $limit:ident, $requirements:expr) => {
        Entry {
            kind: Kind::$kind,
            type_: concat!("cn.kouan.", $name, ".v1"),
            data_schema: concat!("urn:kouan:schema:cn.kouan.", $name, ".v1"),
            chinese: Kind::$kind.chinese(),
            from: PartyRole::$from,
            to: PartyRole::$to,
            size_limit: $limit,
            requirements: $requirements,
        }
    };
}

/// Every type, in the order of [`Kind::ALL`].
#[rustfmt::skip] // A table.
pub const CATALOGUE: &[Entry] = &[
    entry!(InsurerSigningRequested, "agreement.insurer-signing.requested",  Portal -> Insurer, SMALL,  &["AGR-07", "AGR-08", "MSG-01"]),
    entry!(InsurerSigningAnswered,  "agreement.insurer-signing.answered",   Insurer -> Portal, SMALL,  &["AGR-08", "AGR-11"]),
    entry!(BankSigningRequested,    "agreement.bank-signing.requested",     Portal -> Bank,    SMALL,  &["AGR-07", "AGR-08", "MSG-01"]),
    entry!(BankSigningAnswered,     "agreement.bank-signing.answered",      Bank -> Portal,    SMALL,  &["AGR-09", "AGR-11"]),
    entry!(AgreementEndRequested,   "agreement.end.requested",              Portal -> Bank,    SMALL,  &["AGR-11"]),
    entry!(AgreementEndAnswered,    "agreement.end.answered",               Bank -> Portal,    SMALL,  &["AGR-11"]),
    entry!(AgreementEnded,          "agreement.ended",                      Bank -> Portal,    SMALL,  &["AGR-01"]),
    entry!(OpenCoverRequested,      "cargo.open-cover-request.submitted",   Portal -> Insurer, SMALL,  &["RSV-02", "MSG-01"]),
    entry!(OpenCoverAnswered,       "cargo.open-cover-request.answered",    Insurer -> Portal, SMALL,  &["RSV-04"]),
    entry!(OpenCoverAdded,          "cargo.open-cover.added",               Insurer -> Portal, MIDDLE, &["OPC-01"]),
    entry!(OpenCoverChanged,        "cargo.open-cover.changed",             Insurer -> Portal, MIDDLE, &["OPC-07"]),
    entry!(OpenCoverEnded,          "cargo.open-cover.ended",               Insurer -> Portal, SMALL,  &["OPC-07"]),
    entry!(ProposalSubmitted,       "cargo.proposal.submitted",             Portal -> Insurer, LARGE,  &["CGO-10", "CGO-12", "MSG-01"]),
    entry!(DataChecked,             "cargo.proposal.checked",               Insurer -> Portal, SMALL,  &["CGO-14"]),
    entry!(Underwritten,            "cargo.proposal.underwritten",          Insurer -> Portal, SMALL,  &["CGO-14"]),
    entry!(Reviewed,                "cargo.proposal.reviewed",              Insurer -> Portal, SMALL,  &["CGO-14"]),
    entry!(WithdrawalRequested,     "cargo.withdrawal.requested",           Portal -> Insurer, SMALL,  &["CGO-13", "MSG-01"]),
    entry!(WithdrawalAnswered,      "cargo.withdrawal.answered",            Insurer -> Portal, SMALL,  &["CGO-13"]),
    entry!(PaymentOrdered,          "payment.order.submitted",              Portal -> Bank,    SMALL,  &["CGO-15", "CGO-16", "ACC-06", "MSG-01"]),
    entry!(PaymentAnswered,         "payment.order.answered",               Bank -> Portal,    SMALL,  &["PAY-03"]),
    entry!(PaymentQueried,          "payment.query.submitted",              Portal -> Bank,    SMALL,  &["PAY-05", "MSG-01"]),
    entry!(PaymentQueryAnswered,    "payment.query.answered",               Bank -> Portal,    SMALL,  &["PAY-05"]),
    entry!(PaymentNotified,         "payment.notice.submitted",             Portal -> Insurer, SMALL,  &["PAY-05", "MSG-01"]),
    entry!(PolicyEffected,          "cargo.policy.in-force",                Insurer -> Portal, SMALL,  &["PAY-05"]),
    entry!(RefundRequested,         "payment.refund.requested",             Portal -> Insurer, SMALL,  &["PAY-04", "MSG-01"]),
    entry!(RefundAnswered,          "payment.refund.answered",              Insurer -> Portal, SMALL,  &["PAY-04"]),
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
    kind as usize
}

/// The fields that depend on the decision, as the domain's doc comments state them.
pub(crate) const fn presence(kind: Kind) -> &'static [Presence] {
    match kind {
        Kind::InsurerSigningAnswered
        | Kind::AgreementEndAnswered
        | Kind::OpenCoverAnswered
        | Kind::WithdrawalAnswered
        | Kind::RefundAnswered => &[REASON],
        Kind::BankSigningAnswered => BANK_ANSWER,
        Kind::DataChecked => DATA_CHECK,
        Kind::Underwritten | Kind::Reviewed => UNDERWRITING,
        Kind::PaymentAnswered => DEBIT,
        Kind::PaymentQueryAnswered => STANDING,
        _ => &[],
    }
}

const REASON: Presence = Presence::exactly("reason", "refused");

const BANK_ANSWER: &[Presence] = &[
    REASON,
    Presence::exactly("agreement_number", "agreed"),
    Presence::exactly("effective", "agreed"),
    Presence::only("expiry", "agreed"),
];

const DATA_CHECK: &[Presence] = &[REASON, Presence::exactly("proposal_number", "agreed")];

const UNDERWRITING: &[Presence] =
    &[REASON, Presence::exactly("premium", "agreed"), Presence::exactly("premium_due", "agreed")];

const DEBIT: &[Presence] = &[REASON, Presence::exactly("debit", "agreed"), Presence::exactly("amount", "agreed")];

const STANDING: &[Presence] =
    &[Presence::exactly("reason", "failed").by("standing"), Presence::exactly("debit", "debited").by("standing")];

/// Formats that belong to a field's name, in whatever type it occurs; with its owner's name before it, there alone.
const FORMATS: [(&str, Format); 22] = [
    ("uscc", Format::Uscc),
    ("signed_at", Format::Time),
    ("insurer_signed_at", Format::Time),
    ("submitted_at", Format::Time),
    ("ordered_at", Format::Time),
    ("in_force_at", Format::Time),
    ("effective", Format::Date),
    ("expiry", Format::Date),
    ("begins", Format::Date),
    ("ends", Format::Date),
    ("premium_due", Format::Date),
    ("certificate", Format::Base64),
    ("signature", Format::Base64),
    ("attachments.content", Format::Base64),
    ("sha256", Format::Sha256),
    ("amount", Format::Amount),
    ("premium", Format::Amount),
    ("minimum_premium", Format::Amount),
    ("voyage_limit", Format::Amount),
    ("rate", Format::Rate),
    ("submission", Format::Counter),
    ("coverages.number", Format::Counter),
];

fn data_schema(kind: Kind) -> Value {
    let mut schema = body::schema(kind);
    narrow(&mut schema, "");
    match kind {
        Kind::OpenCoverRequested => schema["properties"]["form"] = form_schema(&open_cover_request()),
        Kind::ProposalSubmitted => schema["properties"]["form"] = form_schema(&cargo_proposal()),
        _ => {}
    }
    schema
}

/// A form's own schema, with what every amount on the wire keeps besides: no sign, and no leading zeros.
fn form_schema(form: &Form) -> Value {
    let mut schema = form.schema();
    for field in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if field["pattern"].as_str().is_some_and(|pattern| pattern.starts_with("^-?")) {
            field["pattern"] = Format::Amount.pattern().into();
        }
    }
    schema
}

/// Says what the derive cannot: an absent field is absent, never null; formats; constants as a plain list. `path` has
/// the names of the fields down to here, with points between.
fn narrow(schema: &mut Value, path: &str) {
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
    let named = |name: &str| path == name || path.strip_suffix(name).is_some_and(|owner| owner.ends_with('.'));
    if let Some((_, format)) = FORMATS.iter().find(|(name, _)| named(name)) {
        node.insert("pattern".into(), format.pattern().into());
        if let Some((min, max)) = format.lengths() {
            node.insert("minLength".into(), min.into());
            node.insert("maxLength".into(), max.into());
        }
    }
    if let Some(item) = node.get_mut("items") {
        narrow(item, path);
    }
    let Some(Value::Object(properties)) = node.get_mut("properties") else { return };
    for (name, field) in properties.iter_mut() {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        narrow(field, &below);
    }
}

/// The presence rules as `if`/`then`/`else`, for readers of the schema.
fn with_conditions(mut data: Value, rules: &[Presence]) -> Value {
    let conditions: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let then = if rule.required { json!({"required": [rule.field]}) } else { json!({}) };
            json!({
                "if": {"properties": {rule.by: {"const": rule.value}}, "required": [rule.by]},
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
