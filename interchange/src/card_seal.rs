//! The enterprise's signature inside a request: made by its card over the agreement's text.
//!
//! Invariant: it is judged apart from the portal's signature around it; the portal cannot vouch for a card.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Time, message::CardSeal};
use signing::{Certificate, CertificateError};

/// Whether a card that one of `card_roots` issued, valid at `now`, signed the text. Gives the card's
/// certificate, or the reason in Chinese.
///
/// # Errors
/// Why the seal is not valid, for people.
pub fn card_seal_is_valid(seal: &CardSeal, card_roots: &[Certificate], now: Time) -> Result<Certificate, String> {
    let decoded = |text: &str, what: &str| STANDARD.decode(text).map_err(|_| format!("{what}不是合法的Base64编码"));
    let certificate =
        Certificate::recall(&decoded(&seal.certificate, "IC卡证书")?).map_err(|e| format!("IC卡证书：{e}"))?;
    issued_by_one_of(&certificate, card_roots, now)?;
    let signature = decoded(&seal.signature, "签名值")?;
    let key = certificate.public_key();
    if key.verify(seal.text.as_bytes(), &signature).is_err() {
        return Err(match key.diagnose(seal.text.as_bytes(), &signature) {
            Some(mistake) => format!("IC卡签名验证失败，可能的原因：{mistake}"),
            None => "IC卡签名与协议文本不符".into(),
        });
    }
    Ok(certificate)
}

fn issued_by_one_of(card: &Certificate, roots: &[Certificate], now: Time) -> Result<(), String> {
    let seconds = now.unix_ms().div_euclid(1000);
    let mut reason = "没有可信的IC卡根证书".to_owned();
    for root in roots {
        match card.check(root, seconds) {
            Ok(()) => return Ok(()),
            // Another root may be the issuer; its answer counts more than this one's.
            Err(e @ CertificateError::UnknownIssuer { .. }) => reason = format!("IC卡证书：{e}"),
            Err(e) => return Err(format!("IC卡证书：{e}")),
        }
    }
    Err(reason)
}
