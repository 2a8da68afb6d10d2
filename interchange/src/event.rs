//! A business message as CloudEvents 1.0 JSON, written and read.
//!
//! Invariant: what is read has passed its type's schema in full before the typed structs see it, so a
//! [`Message`] that comes out of here keeps every limit that the catalogue states.

use domain::{
    Time,
    directory::PartyId,
    message::{Kind, Message, MessageId},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signing::sha256;

use crate::{
    body::{self, Data},
    catalogue,
    refusal::{self, OpenError, Problem},
    strict_json::{self, NotJson},
};

#[derive(Serialize)]
struct Event<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    type_: &'static str,
    subject: &'a str,
    time: String,
    dataschema: &'static str,
    datacontenttype: &'static str,
    sequence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<&'a str>,
    receiver: String,
    data: Data<'a>,
}

/// The event's JSON, always the same for the same message.
pub fn write(message: &Message) -> Vec<u8> {
    let entry = catalogue::by_kind(message.body.kind());
    let event = Event {
        specversion: "1.0",
        id: message.id.as_str(),
        source: message.source.uri(),
        type_: entry.type_,
        subject: &message.subject,
        time: message.time.rfc3339(),
        dataschema: entry.data_schema,
        datacontenttype: "application/json",
        sequence: message.sequence.to_string(),
        correlationid: message.correlation.as_ref().map(MessageId::as_str),
        receiver: message.target.uri(),
        data: Data(&message.body),
    };
    serde_json::to_vec(&event).expect("texts and enums always have a JSON form")
}

/// Reads an event as [`crate::open()`] does once its signature is proved: for tools that look at a bare event.
///
/// # Errors
/// [`OpenError`] with the code of what is wrong; its digest is that of `json`.
pub fn parse(json: &[u8]) -> Result<Message, OpenError> {
    let read = read(json, json.len());
    read.outcome.map_err(|problem| problem.of(sha256(json), read.id))
}

/// What reading has found out, also when it fails: the id goes into the refusal.
pub(crate) struct Read {
    pub id: Option<MessageId>,
    pub outcome: Result<Message, Problem>,
}

/// Reads an event that came in a sealed message of `sealed_length` bytes.
pub(crate) fn read(json: &[u8], sealed_length: usize) -> Read {
    match strict_json::parse(json) {
        Ok(Value::Object(event)) => {
            let id = event.get("id").and_then(Value::as_str).filter(|id| id.len() <= 64);
            let id = id.map(MessageId::new);
            Read { id, outcome: read_object(event, sealed_length) }
        }
        Ok(_) => Read { id: None, outcome: Err(Problem::new(refusal::SCHEMA, "$ 应为对象")) },
        Err(NotJson::TooDeep) => {
            let limit = strict_json::DEPTH_LIMIT;
            Read { id: None, outcome: Err(Problem::new(refusal::TOO_DEEP, format!("最多{limit}层"))) }
        }
        Err(NotJson::Syntax(why)) => Read { id: None, outcome: Err(Problem::new(refusal::SCHEMA, why)) },
    }
}

fn read_object(event: Map<String, Value>, sealed_length: usize) -> Result<Message, Problem> {
    let type_ = event.get("type").and_then(Value::as_str);
    let type_ = type_.ok_or_else(|| Problem::new(refusal::SCHEMA, "缺少 $.type，或它不是字符串"))?;
    let entry = catalogue::by_type(type_)
        .ok_or_else(|| Problem::new(refusal::UNKNOWN_TYPE, type_.chars().take(100).collect::<String>()))?;
    if sealed_length > entry.size_limit {
        let detail = format!("{}报文最大{}字节，实为{sealed_length}字节", entry.chinese, entry.size_limit);
        return Err(Problem::new(refusal::TOO_LARGE, detail));
    }
    let event = Value::Object(event);
    let objections = catalogue::objections(entry.kind, &event);
    if !objections.is_empty() {
        return Err(Problem::new(refusal::SCHEMA, listed(&objections)));
    }
    typed(entry.kind, event)
}

/// The first few, and how many more there are.
fn listed(objections: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = objections[..objections.len().min(SHOWN)].join("；");
    if objections.len() > SHOWN {
        text.push_str(&format!("；另有{}处", objections.len() - SHOWN));
    }
    text
}

/// The attributes that the schema has already checked, as their types.
#[derive(Deserialize)]
struct Attributes {
    id: String,
    source: String,
    subject: String,
    time: String,
    sequence: String,
    correlationid: Option<String>,
    receiver: String,
    data: Value,
}

fn typed(kind: Kind, event: Value) -> Result<Message, Problem> {
    let wrong = |path: &str| Problem::new(refusal::SCHEMA, format!("{path} 无法识别"));
    let a: Attributes = serde_json::from_value(event).map_err(|_| wrong("$"))?;
    Ok(Message {
        id: MessageId::new(&a.id),
        source: PartyId::from_uri(&a.source).ok_or_else(|| wrong("$.source"))?,
        target: PartyId::from_uri(&a.receiver).ok_or_else(|| wrong("$.receiver"))?,
        subject: a.subject,
        time: Time::parse_rfc3339(&a.time).ok_or_else(|| wrong("$.time"))?,
        sequence: a.sequence.parse().map_err(|_| wrong("$.sequence"))?,
        correlation: a.correlationid.as_deref().map(MessageId::new),
        body: body::read(kind, a.data).ok_or_else(|| wrong("$.data"))?,
    })
}
