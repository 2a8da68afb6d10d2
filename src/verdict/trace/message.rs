//! A message laid open: its attributes, what it says, and its envelope, as its receiver's gateway would find them.

use std::sync::Arc;

use domain::{Time, directory::PartyId};
use interchange::{CmsFacts, OpenError, Suite};
use jiff::{Timestamp, tz::Offset};
use signing::sha256;

use super::{Field, labels};
use crate::verdict::checks::Judging;

/// What opening gave.
pub struct Laid {
    pub event: Vec<Field>,
    pub data: Vec<Field>,
    pub envelope: Vec<Field>,
    pub verified: bool,
}

/// Opens `bytes` as `receiver` would have at `now`.
pub fn open(bytes: &Arc<[u8]>, receiver: &PartyId, now: Time, judging: &Judging<'_>) -> Laid {
    let mut envelope = Vec::new();
    let digest = || field("报文摘要 SHA-256", sha256(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>());
    let Some(opening) = judging.open(bytes, receiver, now) else {
        envelope.push(field("验证", "没有收件人的密钥，无法打开"));
        envelope.extend([field("大小", sized(bytes.len())), digest()]);
        return Laid { event: Vec::new(), data: Vec::new(), envelope, verified: false };
    };
    match &*opening {
        Ok(opened) => {
            envelope.push(field("验证", "解密、验签、核对内容均通过"));
            facts(&opened.facts, &mut envelope);
            envelope.push(digest());
            let event = serde_json::from_str(&opened.json).unwrap_or_default();
            let (event, data) = labels::fields(&event);
            Laid { event, data, envelope, verified: true }
        }
        Err(error) => {
            envelope.push(field("验证", refusal(error)));
            envelope.extend([field("大小", sized(bytes.len())), digest()]);
            Laid { event: Vec::new(), data: Vec::new(), envelope, verified: false }
        }
    }
}

fn refusal(error: &OpenError) -> String {
    format!("未通过：{} {}", error.code, error.reason)
}

fn facts(facts: &CmsFacts, envelope: &mut Vec<Field>) {
    let sizes = format!(
        "信封 {}，签名数据 {}，内容 {}",
        sized(facts.sealed_bytes),
        sized(facts.signed_bytes),
        sized(facts.event_bytes)
    );
    if facts.suite == Suite::Mac {
        envelope.push(field("封装", "带密钥的摘要（mac），没有证书"));
        envelope.push(field("发送方", &facts.signer));
    } else {
        envelope.push(field("外层类型", facts.content_type));
        envelope.push(field("收件人", format!("{} 个，密钥加密 {}", facts.receivers, facts.key_algorithm)));
        envelope.push(field("内容加密", facts.content_algorithm));
        envelope.push(field("内层类型", "signedData（内容随附，一个签名者）"));
        envelope.push(field("签名者证书", &facts.signer));
        envelope.push(field("签发者", &facts.issuer));
        envelope.push(field("证书序列号", &facts.serial));
        let days = (date(facts.valid_from), date(facts.valid_until));
        envelope.push(field("证书有效期", format!("{} 至 {}", days.0, days.1)));
    }
    envelope.push(field("摘要算法", facts.digest_algorithm));
    envelope.push(field("签名算法", facts.signature_algorithm));
    envelope.push(field("大小", sizes));
}

fn field(label: &str, text: impl Into<String>) -> Field {
    Field { label: label.into(), text: text.into() }
}

fn sized(bytes: usize) -> String {
    format!("{bytes} 字节")
}

/// In Shanghai, as everything else that people read.
fn date(seconds: i64) -> String {
    let zone = Offset::constant(8);
    Timestamp::from_second(seconds).map_or_else(|_| "（无法表示）".into(), |t| zone.to_datetime(t).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_is_told_in_shanghai_s_days() {
        assert_eq!(date(946_656_000), "2000-01-01", "1999-12-31T16:00:00Z");
        assert_eq!(date(i64::MAX), "（无法表示）");
    }
}
