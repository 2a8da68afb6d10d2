//! Why a good signer's signature may fail here: the usual differences between implementations, tried one after the other.
//!
//! This never makes a signature pass. It only names the reading under which it would have.

use sm3::{Digest, Sm3};

use crate::{
    Algorithm, PublicKey,
    asn1::write_pair,
    digest::{sha256, sm3},
    sm2::identity_hash,
};

pub(crate) fn diagnose(key: &PublicKey, message: &[u8], signature: &[u8]) -> Option<&'static str> {
    if key.verify(message, signature).is_ok() {
        return None;
    }
    let forms = forms(key.algorithm(), signature);
    let right = key.digest(message);
    // First a wrong form alone, then a wrong digest alone, then both.
    for (cause, form) in &forms {
        if key.verify_digest(&right, form).is_ok() {
            return Some(cause);
        }
    }
    let digests = digests(key, message);
    for (cause, digest) in &digests {
        if key.verify_digest(digest, signature).is_ok() {
            return Some(cause);
        }
    }
    for (_, form) in &forms {
        if digests.iter().any(|(_, digest)| key.verify_digest(digest, form).is_ok()) {
            return Some("签名的编码与摘要的算法都不对：应为 DER 编码，SM2 摘要应为 e=SM3(Z||M)，其余为 SHA-256");
        }
    }
    None
}

/// Other ways to write the same signature, as the right one.
fn forms(algorithm: Algorithm, signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = Vec::new();
    match algorithm {
        Algorithm::Sm2 | Algorithm::P256 => {
            if signature.len() == 64 {
                let (r, s) = signature.split_at(32);
                forms.push(("签名是 64 字节的裸 r||s，应为 DER 编码的 SEQUENCE{r,s}", write_pair(r, s)));
                forms.push(("签名是裸 s||r，次序颠倒且未用 DER 编码", write_pair(s, r)));
                let reversed = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
                forms.push(("签名的 r、s 是小端字节序，应为大端并用 DER 编码", write_pair(&reversed(r), &reversed(s))));
            }
            if let Some((r, s)) = loose_pair(signature) {
                forms.push(("签名的 DER 编码不规范：整数多了或少了前导零字节", write_pair(&r, &s)));
                forms.push(("签名的 r 与 s 次序颠倒", write_pair(&s, &r)));
            }
        }
        Algorithm::Rsa2048 => {
            forms.push(("签名的字节次序颠倒（小端），应为大端", signature.iter().rev().copied().collect()));
            if signature.len() < 256 {
                let mut padded = vec![0; 256 - signature.len()];
                padded.extend_from_slice(signature);
                forms.push(("签名丢失了前导零字节，应补足 256 字节", padded));
            }
        }
    }
    for (cause, text) in [
        ("签名是 Base64 文本，应先解码", from_base64(signature)),
        ("签名是十六进制文本，应先解码", from_hex(signature)),
    ] {
        // The text may hold the raw form; that is a second mistake, and the first is the one to mend first.
        if let Some(bytes) = text {
            if bytes.len() == 64 && algorithm != Algorithm::Rsa2048 {
                forms.push((cause, write_pair(&bytes[..32], &bytes[32..])));
            }
            forms.push((cause, bytes));
        }
    }
    forms
}

/// Other digests that people sign, with the sentence for each being the cause.
fn digests(key: &PublicKey, message: &[u8]) -> Vec<(&'static str, [u8; 32])> {
    let mut digests = Vec::new();
    match key.point().filter(|_| key.algorithm() == Algorithm::Sm2) {
        Some(point) => {
            let with_id =
                |id| Sm3::new().chain_update(identity_hash(id, &point)).chain_update(message).finalize().into();
            digests.push(("摘要未加 Z：用了 e=SM3(M)，应为 e=SM3(Z||M)", sm3(message)));
            digests.push(("签名者标识为空，应为 1234567812345678", with_id(b"")));
            digests.push((
                "签名者标识被当成十六进制解码，应为文本 1234567812345678",
                with_id(b"\x12\x34\x56\x78\x12\x34\x56\x78"),
            ));
            digests.push((
                "签名者标识用了标准的示例 ALICE123@YAHOO.COM，应为 1234567812345678",
                with_id(b"ALICE123@YAHOO.COM"),
            ));
            digests.push(("摘要用了 SHA-256，SM2 应配 SM3", sha256(message)));
            digests.push(("对摘要又作了一次摘要：签的是 SM3(M) 而不是 M", key.digest(&sm3(message))));
        }
        None => {
            digests.push(("摘要用了 SM3，应为 SHA-256", sm3(message)));
            digests.push(("对摘要又作了一次摘要：签的是 SHA-256(M) 而不是 M", sha256(&sha256(message))));
        }
    }
    digests.push(("签名时原文末尾多了一个换行", key.digest(&[message, b"\n"].concat())));
    digests.push(("签名时原文末尾少了换行", key.digest(message.trim_ascii_end())));
    digests.push(("签名时原文带有 UTF-8 字节序标记（BOM）", key.digest(&[b"\xEF\xBB\xBF", message].concat())));
    digests
}

/// SEQUENCE { r, s } with too many or too few leading zeros, lengths below 128.
fn loose_pair(signature: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let rest = signature.strip_prefix(&[0x30])?;
    let (length, rest) = rest.split_first()?;
    if usize::from(*length) != rest.len() {
        return None;
    }
    let (r, rest) = loose_integer(rest)?;
    let (s, rest) = loose_integer(rest)?;
    rest.is_empty().then_some((r, s))
}

fn loose_integer(bytes: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (length, rest) = bytes.strip_prefix(&[0x02])?.split_first()?;
    let (number, rest) = rest.split_at_checked(usize::from(*length))?;
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[zeros..];
    let mut padded = [0; 32];
    padded.get_mut(32usize.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some((padded, rest))
}

/// Signatures are short, so longer texts are not looked at.
const LONGEST_TEXT: usize = 1024;

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.is_empty() || text.len() > LONGEST_TEXT || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for character in text.iter().filter(|character| !character.is_ascii_whitespace() && **character != b'=') {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}
