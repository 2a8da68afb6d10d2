//! Opening: bytes that arrived become a message whose sender is proved, or a refusal with its code.
//!
//! The order of checks is fixed: size, envelope, signer, signature, type, size of the type, schema, receiver,
//! source, time, the enterprise's card signature. Invariant: nothing of an event is looked at before its
//! signature has been verified. Whether a message was seen before is not known here: `domain::delivery` decides
//! that from [`Opened::digest`], the id and the sequence.

use std::time::Duration;

use domain::{
    Time,
    codes::Uscc,
    directory::PartyId,
    message::{Body, CardSeal, Message},
};
use signing::{Certificate, sha256};

use crate::{
    card_seal,
    catalogue::SIZE_LIMIT,
    enveloped::EnvelopedData,
    event,
    identity::{CmsKeys, Identity, Keys, Peers},
    mac::MacMessage,
    refusal::{self, OpenError, Problem},
    signed::SignedData,
    suite::Suite,
};

/// A message whose sender is proved.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it says.
    pub message: Message,
    /// Who sealed it; equal to the message's source.
    pub sender: PartyId,
    /// SHA-256 of the sealed bytes: what the receipt refers to.
    pub digest: [u8; 32],
    /// How it was sealed, for reports.
    pub facts: CmsFacts,
    /// The event as it was signed.
    pub json: String,
}

/// How a message was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmsFacts {
    /// The receiver's suite.
    pub suite: Suite,
    /// Common name of the signer's certificate; the sender's id for `mac`.
    pub signer: String,
    /// Serial number of the signer's certificate in hex; empty for `mac`.
    pub serial: String,
    /// Common name of who issued that certificate; empty for `mac`.
    pub issuer: String,
    /// From when that certificate is valid, in seconds since 1970; 0 for `mac`.
    pub valid_from: i64,
    /// Until when, in seconds since 1970; 0 for `mac`.
    pub valid_until: i64,
    /// The outer content type, such as `envelopedData`; `-` for `mac`.
    pub content_type: &'static str,
    /// How many receivers the envelope names; 1 for `mac`.
    pub receivers: usize,
    /// Such as `SM3`.
    pub digest_algorithm: &'static str,
    /// Such as `SM2-SM3`.
    pub signature_algorithm: &'static str,
    /// How the content key travelled; `-` for `mac`.
    pub key_algorithm: &'static str,
    /// Such as `SM4-CBC`; `-` for `mac`.
    pub content_algorithm: &'static str,
    /// Size of what arrived, in bytes.
    pub sealed_bytes: usize,
    /// Size of the signed part, in bytes.
    pub signed_bytes: usize,
    /// Size of the event, in bytes.
    pub event_bytes: usize,
}

/// Opens what arrived at `now`. An event's time may differ from it by `window` at most.
///
/// Next, ask the delivery log whether it is new, then answer with [`crate::seal_receipt`]; opening again is harmless.
///
/// # Errors
/// [`OpenError`] with one of [`crate::CODES`]; answer that with a receipt too.
pub fn open(bytes: &[u8], me: &Identity, peers: &Peers, now: Time, window: Duration) -> Result<Opened, OpenError> {
    let digest = sha256(bytes);
    if bytes.len() > SIZE_LIMIT {
        let detail = format!("任何报文最大{SIZE_LIMIT}字节，实为{}字节", bytes.len());
        return Err(Problem::new(refusal::TOO_LARGE, detail).of(digest, None));
    }
    let proved = prove(bytes, me, peers, now).map_err(|p| p.of(digest, None))?;
    let read = event::read(&proved.json, bytes.len());
    let id = read.id;
    let accepted = read.outcome.and_then(|message| {
        admit(&message, me, &proved.sender, now, window)?;
        sealed_by_enterprise(&message.body, peers.card_roots(), now)?;
        Ok(message)
    });
    let message = accepted.map_err(|p| p.of(digest, id))?;
    let json = String::from_utf8_lossy(&proved.json).into_owned();
    Ok(Opened { message, sender: proved.sender, digest, facts: proved.facts, json })
}

/// An event and who signed it.
struct Proved {
    sender: PartyId,
    json: Vec<u8>,
    facts: CmsFacts,
}

fn prove(bytes: &[u8], me: &Identity, peers: &Peers, now: Time) -> Result<Proved, Problem> {
    match me.keys() {
        Keys::Cms(keys) => prove_cms(bytes, me, keys, peers, now),
        Keys::Mac(secret) => prove_mac(bytes, me, secret, peers),
    }
}

fn prove_cms(bytes: &[u8], me: &Identity, keys: &CmsKeys, peers: &Peers, now: Time) -> Result<Proved, Problem> {
    let enveloped = EnvelopedData::read(bytes)?;
    let unwrap_key = |wrapped: &[u8]| keys.unwrap_key(wrapped);
    let (content, key_algorithm, content_algorithm) =
        enveloped.decrypt(&keys.receiver_id, keys.decryption_algorithm(), unwrap_key)?;
    let signed = SignedData::read(&content)?;
    let peer = peers.signer(&signed.certificates, signed.signer_id, now)?;
    let (digest_algorithm, signature_algorithm) = signed.verify(&peer.key)?;
    let facts = CmsFacts {
        suite: me.suite(),
        signer: peer.certificate.common_name().to_owned(),
        serial: peer.certificate.serial_hex(),
        issuer: peer.certificate.issuer_common_name().to_owned(),
        valid_from: peer.certificate.not_before(),
        valid_until: peer.certificate.not_after(),
        content_type: enveloped.content_type(),
        receivers: enveloped.receivers(),
        digest_algorithm,
        signature_algorithm,
        key_algorithm,
        content_algorithm,
        sealed_bytes: bytes.len(),
        signed_bytes: content.len(),
        event_bytes: signed.content.len(),
    };
    Ok(Proved { sender: peer.id.clone(), json: signed.content.to_vec(), facts })
}

fn prove_mac(bytes: &[u8], me: &Identity, secret: &[u8; 32], peers: &Peers) -> Result<Proved, Problem> {
    let message = MacMessage::read(bytes)?;
    let sender = PartyId::new(message.sender);
    if !peers.knows(&sender) {
        let shown: String = message.sender.chars().take(60).collect();
        return Err(Problem::new(refusal::UNKNOWN_SENDER, format!("「{shown}」不是已登记的对手方")));
    }
    if message.receiver != me.id().as_str() {
        return Err(Problem::new(refusal::WRONG_RECEIVER, "报文不是发给本方的"));
    }
    if !message.is_authentic(secret) {
        return Err(Problem::new(refusal::BAD_SIGNATURE, "HMAC不符（内容被改动，或密钥不同）"));
    }
    let facts = CmsFacts {
        suite: Suite::Mac,
        signer: message.sender.to_owned(),
        serial: String::new(),
        issuer: String::new(),
        valid_from: 0,
        valid_until: 0,
        content_type: "-",
        receivers: 1,
        digest_algorithm: "SHA-256",
        signature_algorithm: "HMAC-SHA-256",
        key_algorithm: "-",
        content_algorithm: "-",
        sealed_bytes: bytes.len(),
        signed_bytes: bytes.len(),
        event_bytes: message.content.len(),
    };
    Ok(Proved { sender, json: message.content.to_vec(), facts })
}

/// Whether the event fits the envelope that it came in, and the moment.
fn admit(message: &Message, me: &Identity, sender: &PartyId, now: Time, window: Duration) -> Result<(), Problem> {
    if message.target != *me.id() {
        let detail = format!("$.receiver 为「{}」，本方为「{}」", message.target, me.id());
        return Err(Problem::new(refusal::WRONG_RECEIVER, detail));
    }
    if message.source != *sender {
        let detail = format!("$.source 为「{}」，签名者为「{sender}」", message.source);
        return Err(Problem::new(refusal::SOURCE, detail));
    }
    if now.since(message.time).max(message.time.since(now)) > window {
        let detail = format!("报文时间{}，收到时间{now}，允许相差{}秒", message.time, window.as_secs());
        return Err(Problem::new(refusal::TIME, detail));
    }
    Ok(())
}

/// A request to sign and an order to pay carry the enterprise's own signature, made by its card (ACC-06, AGR-07).
fn sealed_by_enterprise(body: &Body, roots: &[Certificate], now: Time) -> Result<(), Problem> {
    let (seal, uscc): (&CardSeal, &Uscc) = match body {
        Body::InsurerSigningRequested(request) => (&request.seal, &request.payer.uscc),
        Body::BankSigningRequested(request) => (&request.seal, &request.payer.uscc),
        Body::PaymentOrdered(order) => (&order.seal, &order.uscc),
        _ => return Ok(()),
    };
    let refused = |why: String| Problem::new(refusal::CARD_SEAL, why);
    let certificate = card_seal::card_seal_is_valid(seal, roots, now).map_err(refused)?;
    match certificate.card_facts() {
        Some(facts) if facts.organisation_code != uscc.organisation_code() => {
            let (card, payer) = (facts.organisation_code, uscc.organisation_code());
            Err(refused(format!("卡的组织机构代码为{card}，甲方为{payer}")))
        }
        Some(_) | None => Ok(()),
    }
}
