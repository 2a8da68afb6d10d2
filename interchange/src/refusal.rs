//! Why something that arrived is not accepted: one stable code for each reason, with the words for people.
//!
//! Invariant: a refused message has had no effect; nothing of its content has been handed on.

use domain::message::MessageId;

/// Signer's certificate belongs to no known peer.
pub const UNKNOWN_SENDER: &str = "K3101";
/// Signer's certificate was not issued by the trusted root, or is no certificate.
pub const BAD_CERTIFICATE: &str = "K3102";
/// Signer's certificate has expired or is not valid yet.
pub const CERTIFICATE_DATE: &str = "K3103";
/// The signature does not verify.
pub const BAD_SIGNATURE: &str = "K3104";
/// Not enveloped for this receiver, or the event names another one.
pub const WRONG_RECEIVER: &str = "K3105";
/// Not the container that was expected, or it cannot be decrypted.
pub const BROKEN: &str = "K3106";
/// The event's type is not in the catalogue.
pub const UNKNOWN_TYPE: &str = "K3107";
/// The event is not as its schema says.
pub const SCHEMA: &str = "K3108";
/// Larger than its type allows, or than any message may be.
pub const TOO_LARGE: &str = "K3109";
/// Objects nest too deeply.
pub const TOO_DEEP: &str = "K3110";
/// The same id with other bytes, or a sequence number that another id has used. Decided where deliveries are remembered.
pub const REPLAY: &str = "K3111";
/// The event's time is too far from the receiver's clock.
pub const TIME: &str = "K3112";
/// The event's source is not the party whose certificate signed it.
pub const SOURCE: &str = "K3113";
/// The enterprise's card signature inside a request is not valid.
pub const CARD_SEAL: &str = "K3114";
/// A receipt that speaks of another message.
pub const OTHER_RECEIPT: &str = "K3115";

/// Every code: its words and the requirements that it enforces.
#[rustfmt::skip] // A table.
pub const CODES: &[(&str, &str, &[&str])] = &[
    (UNKNOWN_SENDER,   "未知发送方",             &["MSG-02"]),
    (BAD_CERTIFICATE,  "证书无效",               &["MSG-02"]),
    (CERTIFICATE_DATE, "证书已过期或未生效",     &["MSG-02"]),
    (BAD_SIGNATURE,    "验签失败",               &["MSG-02"]),
    (WRONG_RECEIVER,   "收件人不符",             &["MSG-02"]),
    (BROKEN,           "无法解密或格式损坏",     &["MSG-02", "MSG-04"]),
    (UNKNOWN_TYPE,     "报文类型未知",           &["MSG-04"]),
    (SCHEMA,           "报文内容不符合规范",     &["MSG-04"]),
    (TOO_LARGE,        "报文超过大小限制",       &["MSG-04"]),
    (TOO_DEEP,         "嵌套过深",               &["MSG-04"]),
    (REPLAY,           "报文重放",               &["MSG-02", "MSG-03"]),
    (TIME,             "报文时间超出允许范围",   &["MSG-02"]),
    (SOURCE,           "发送方与证书不符",       &["MSG-02"]),
    (CARD_SEAL,        "企业电子签名无效",       &["ACC-06", "AGR-07"]),
    (OTHER_RECEIPT,    "回执与报文不符",         &["MSG-01", "MSG-02"]),
];

/// The words of a code, if it is one of ours.
pub fn words_of(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(c, ..)| *c == code).map(|(_, words, _)| *words)
}

/// What arrived is refused, and has had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {reason}")]
pub struct OpenError {
    /// One of [`CODES`].
    pub code: &'static str,
    /// The code's words and what is wrong, in Chinese.
    pub reason: String,
    /// The message's id, where opening got that far. Not to be trusted before the signature was checked,
    /// so it is given only after.
    pub id: Option<MessageId>,
    /// SHA-256 of the bytes that arrived: what a receipt refers to.
    pub digest: [u8; 32],
}

/// A code with its particulars, before it is known which bytes it is about.
#[derive(Debug)]
pub(crate) struct Problem {
    pub code: &'static str,
    pub detail: String,
}

impl Problem {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    pub(crate) fn of(self, digest: [u8; 32], id: Option<MessageId>) -> OpenError {
        let words = words_of(self.code).unwrap_or("报文被拒绝");
        let reason = match self.detail.as_str() {
            "" => words.to_owned(),
            detail => format!("{words}：{detail}"),
        };
        OpenError { code: self.code, reason, id, digest }
    }
}

impl From<crate::tlv::Malformed> for Problem {
    fn from(malformed: crate::tlv::Malformed) -> Self {
        Self::new(BROKEN, format!("{}有误", malformed.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_in_order() {
        let codes: Vec<_> = CODES.iter().map(|(code, ..)| *code).collect();
        let expected: Vec<_> = (3101..=3115).map(|n| format!("K{n}")).collect();
        assert_eq!(codes, expected);
        assert!(CODES.iter().all(|(_, words, ids)| !words.is_empty() && !ids.is_empty()));
    }
}
