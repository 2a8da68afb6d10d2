//! Receipts (回执): what a receiver says at once to bytes that reached it, signed by it and not encrypted.
//!
//! A receipt names the SHA-256 of the sealed bytes that it is about, so it cannot be used for any other
//! message. Invariant: a refusal is a receipt too; silence is never an answer.

use std::sync::Arc;

use domain::{
    Time,
    directory::PartyId,
    message::{MessageId, Receipt},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signing::sha256;

use crate::{
    identity::{Identity, Keys, Peers},
    mac::{self, MacMessage},
    refusal::{self, OpenError, Problem},
    signed::{self, SignedData},
    strict_json,
};

/// How large a receipt may be, in bytes.
pub const RECEIPT_SIZE_LIMIT: usize = 64 * 1024;

const VERSION: &str = "1";
const REASON_LIMIT: usize = 2000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    receiptversion: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receiptfor: Option<String>,
    digest: String,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDetails>,
    receiver: String,
    time: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Accepted,
    Refused,
}

/// RFC 9457.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemDetails {
    #[serde(rename = "type")]
    type_: String,
    title: String,
    status: u16,
    detail: String,
    code: String,
}

/// Seals the receipt for the bytes with that SHA-256. `message_id` is absent where opening did not get that far.
pub fn seal_receipt(
    receipt: &Receipt,
    for_digest: &[u8; 32],
    message_id: Option<&MessageId>,
    from: &Identity,
    now: Time,
) -> Arc<[u8]> {
    let (outcome, problem) = match receipt {
        Receipt::Accepted => (Outcome::Accepted, None),
        Receipt::Refused { code, reason } => (Outcome::Refused, Some(details(code, reason))),
    };
    let written = Written {
        receiptversion: VERSION.into(),
        receiptfor: message_id.map(|id| id.as_str().to_owned()),
        digest: hex(for_digest),
        outcome,
        problem,
        receiver: from.id().uri(),
        time: now.rfc3339(),
    };
    let json = serde_json::to_vec(&written).expect("texts and numbers always have a JSON form");
    match from.keys() {
        Keys::Mac(secret) => mac::write(secret, from.id().as_str(), "", &json).into(),
        Keys::Cms(keys) => {
            let signed = signed::write(&json, keys.signer.as_ref(), &keys.certificate, &keys.signer_id);
            signed.expect("a parsed key of a supported algorithm signs any digest").into()
        }
    }
}

fn details(code: &str, reason: &str) -> ProblemDetails {
    let status = match code {
        refusal::UNKNOWN_SENDER | refusal::BAD_CERTIFICATE | refusal::CERTIFICATE_DATE => 403,
        refusal::TOO_LARGE => 413,
        refusal::REPLAY => 409,
        refusal::BROKEN | refusal::TOO_DEEP => 400,
        _ => 422,
    };
    ProblemDetails {
        type_: format!("urn:kouan:problem:{code}"),
        title: refusal::words_of(code).unwrap_or("报文被拒绝").to_owned(),
        status,
        detail: reason.chars().take(REASON_LIMIT).collect(),
        code: code.to_owned(),
    }
}

/// Opens the receipt that came back for the bytes with that SHA-256, sent to `expected_sender`.
///
/// # Errors
/// [`OpenError`]: no receipt at all then; the message counts as unanswered and is sent again.
pub fn open_receipt(
    bytes: &[u8],
    expected_sender: &PartyId,
    for_digest: &[u8; 32],
    me: &Identity,
    peers: &Peers,
    now: Time,
) -> Result<Receipt, OpenError> {
    let digest = sha256(bytes);
    let written = prove(bytes, expected_sender, me, peers, now).map_err(|p| p.of(digest, None))?;
    let id = written.receiptfor.as_deref().map(MessageId::new);
    spoken(written, expected_sender, for_digest).map_err(|p| p.of(digest, id))
}

fn prove(bytes: &[u8], expected: &PartyId, me: &Identity, peers: &Peers, now: Time) -> Result<Written, Problem> {
    if bytes.len() > RECEIPT_SIZE_LIMIT {
        return Err(Problem::new(refusal::TOO_LARGE, format!("回执最大{RECEIPT_SIZE_LIMIT}字节")));
    }
    let (sender, json) = match me.keys() {
        Keys::Cms(_) => {
            let signed = SignedData::read(bytes)?;
            let peer = peers.signer(&signed.certificates, signed.signer_id, now)?;
            signed.verify(&peer.key)?;
            (peer.id.clone(), signed.content)
        }
        Keys::Mac(secret) => {
            let message = MacMessage::read(bytes)?;
            if !message.receiver.is_empty() {
                return Err(Problem::new(refusal::BROKEN, "不是回执"));
            }
            if !message.is_authentic(secret) {
                return Err(Problem::new(refusal::BAD_SIGNATURE, "HMAC不符"));
            }
            (PartyId::new(message.sender), message.content)
        }
    };
    if sender != *expected {
        let detail = format!("回执由「{sender}」签名，应为「{expected}」");
        return Err(Problem::new(refusal::SOURCE, detail));
    }
    let value =
        strict_json::parse(json).map_err(|_| Problem::new(refusal::SCHEMA, "回执不是合法的JSON，或嵌套过深"))?;
    serde_json::from_value(value).map_err(|e| Problem::new(refusal::SCHEMA, format!("回执的字段不符合规范（{e}）")))
}

fn spoken(written: Written, expected: &PartyId, digest: &[u8; 32]) -> Result<Receipt, Problem> {
    let schema = |why: &str| Err(Problem::new(refusal::SCHEMA, why));
    if written.receiptversion != VERSION {
        return schema("$.receiptversion 应为「1」");
    }
    if Time::parse_rfc3339(&written.time).is_none() {
        return schema("$.time 应为RFC 3339时间，时区为+08:00");
    }
    if PartyId::from_uri(&written.receiver).as_ref() != Some(expected) {
        return Err(Problem::new(refusal::SOURCE, "$.receiver 与签名者不符"));
    }
    // A refusal counts even for other bytes: the receiver says that what reached it was no good (a changed byte, say),
    // and 接收失败 is an answer. To have accepted other bytes means nothing.
    if written.digest != hex(digest) && matches!(written.outcome, Outcome::Accepted) {
        return Err(Problem::new(refusal::OTHER_RECEIPT, "$.digest 不是所发报文的SHA-256"));
    }
    match (written.outcome, written.problem) {
        (Outcome::Accepted, None) => Ok(Receipt::Accepted),
        (Outcome::Refused, Some(p)) => {
            let coded = (1..=16).contains(&p.code.len()) && p.code.bytes().all(|b| b.is_ascii_alphanumeric());
            if !coded || p.detail.is_empty() || p.detail.chars().count() > REASON_LIMIT {
                return schema("$.problem 的 code 或 detail 不符合规范");
            }
            Ok(Receipt::Refused { code: p.code, reason: p.detail })
        }
        (Outcome::Accepted, Some(_)) => schema("$.problem 仅在 outcome 为 refused 时填写"),
        (Outcome::Refused, None) => schema("缺少 $.problem（outcome 为 refused 时必填）"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The JSON Schema of a receipt.
pub fn schema() -> Value {
    json!({
        "$id": "urn:kouan:schema:receipt",
        "title": "回执",
        "type": "object",
        "additionalProperties": false,
        "required": ["receiptversion", "digest", "outcome", "receiver", "time"],
        "properties": {
            "receiptversion": {"const": VERSION},
            "receiptfor": {"type": "string", "description": "The message's id, where opening got that far"},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the sealed bytes"},
            "outcome": {"enum": ["accepted", "refused"]},
            "problem": {
                "type": "object",
                "description": "RFC 9457",
                "additionalProperties": false,
                "required": ["type", "title", "status", "detail", "code"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer", "minimum": 0, "maximum": 65535},
                    "detail": {"type": "string", "minLength": 1, "maxLength": REASON_LIMIT},
                    "code": {"type": "string", "pattern": "^[A-Za-z0-9]{1,16}$"},
                },
            },
            "receiver": {"type": "string", "description": "Who received the message and signs this"},
            "time": {"type": "string", "description": "RFC 3339, +08:00"},
        },
        "if": {"properties": {"outcome": {"const": "refused"}}, "required": ["outcome"]},
        "then": {"required": ["problem"]},
        "else": {"properties": {"problem": false}},
    })
}
