//! A failed verification names the mistake of the other side: each case makes one, and expects its sentence.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, PrivateKey, sha256, sm3};

const MESSAGE: &[u8] = "投保单 1".as_bytes();

fn key(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::generate(algorithm, &mut ChaCha20Rng::seed_from_u64(7)).unwrap()
}

fn sign(key: &PrivateKey, digest: [u8; 32]) -> Vec<u8> {
    key.signer().sign_digest(&digest).unwrap()
}

/// r || s of a DER signature, written out by hand.
fn raw(der: &[u8]) -> Vec<u8> {
    let r_length = usize::from(der[3]);
    let mut raw = Vec::new();
    for number in [&der[4..4 + r_length], &der[6 + r_length..]] {
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        raw.extend(vec![0; 32 - number.len()]);
        raw.extend(number);
    }
    raw
}

fn diagnosis(key: &PrivateKey, signature: &[u8]) -> &'static str {
    assert!(key.public_key().verify(MESSAGE, signature).is_err(), "the wrong signature must not pass");
    key.public_key().diagnose(MESSAGE, signature).unwrap_or("?")
}

#[test]
fn sm2_mistakes_are_named() {
    let key = key(Algorithm::Sm2);
    let good = sign(&key, key.public_key().digest(MESSAGE));
    assert_eq!(key.public_key().diagnose(MESSAGE, &good), None);
    assert_eq!(diagnosis(&key, &raw(&good)), "签名是 64 字节的裸 r||s，应为 DER 编码的 SEQUENCE{r,s}");
    assert_eq!(diagnosis(&key, &sign(&key, sm3(MESSAGE))), "摘要未加 Z：用了 e=SM3(M)，应为 e=SM3(Z||M)");
    assert_eq!(diagnosis(&key, &sign(&key, sha256(MESSAGE))), "摘要用了 SHA-256，SM2 应配 SM3");
    let hex: String = good.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(diagnosis(&key, hex.as_bytes()), "签名是十六进制文本，应先解码");
    let twice = sign(&key, key.public_key().digest(&sm3(MESSAGE)));
    assert_eq!(diagnosis(&key, &twice), "对摘要又作了一次摘要：签的是 SM3(M) 而不是 M");
    let newline = sign(&key, key.public_key().digest(&[MESSAGE, b"\n"].concat()));
    assert_eq!(diagnosis(&key, &newline), "签名时原文末尾多了一个换行");
    let both = raw(&sign(&key, sm3(MESSAGE)));
    assert!(diagnosis(&key, &both).starts_with("签名的编码与摘要的算法都不对"));
}

#[test]
fn an_empty_identity_is_named() {
    let key = key(Algorithm::Sm2);
    let secret = ::sm2::SecretKey::from_slice(&secret_of(&key)).unwrap();
    let other = ::sm2::dsa::SigningKey::new("", &secret).unwrap();
    use ::sm2::dsa::signature::Signer as _;
    let signature: ::sm2::dsa::Signature = other.sign(MESSAGE);
    assert_eq!(diagnosis(&key, signature.to_der().as_ref()), "签名者标识为空，应为 1234567812345678");
}

fn secret_of(key: &PrivateKey) -> Vec<u8> {
    let der = key.to_pkcs8_der();
    let at = der.windows(5).position(|bytes| bytes == [0x02, 0x01, 0x01, 0x04, 0x20]).unwrap() + 5;
    der[at..at + 32].to_vec()
}

#[test]
fn superfluous_and_missing_zeros_in_der_are_named() {
    let key = key(Algorithm::Sm2);
    let good = sign(&key, key.public_key().digest(MESSAGE));
    let raw = raw(&good);
    let mut padded = vec![0x30, 0x48, 0x02, 0x22, 0, 0];
    padded.extend(&raw[..32]);
    padded.extend([0x02, 0x22, 0, 0]);
    padded.extend(&raw[32..]);
    assert_eq!(diagnosis(&key, &padded), "签名的 DER 编码不规范：整数多了或少了前导零字节");
}

#[test]
fn rsa_and_p256_mistakes_are_named() {
    for algorithm in [Algorithm::Rsa2048, Algorithm::P256] {
        let key = key(algorithm);
        assert_eq!(diagnosis(&key, &sign(&key, sm3(MESSAGE))), "摘要用了 SM3，应为 SHA-256");
        assert_eq!(
            diagnosis(&key, &sign(&key, sha256(&sha256(MESSAGE)))),
            "对摘要又作了一次摘要：签的是 SHA-256(M) 而不是 M"
        );
    }
    let key = key(Algorithm::P256);
    let good = sign(&key, sha256(MESSAGE));
    assert_eq!(diagnosis(&key, &raw(&good)), "签名是 64 字节的裸 r||s，应为 DER 编码的 SEQUENCE{r,s}");
}

#[test]
fn nonsense_has_no_diagnosis_and_does_no_harm() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        for nonsense in
            [&b""[..], &[0x30], &[0x30, 0x80, 0x02], &[0; 64], &[0xFF; 64], &[0x41; 4096], "汉字".as_bytes()]
        {
            assert_eq!(key.public_key().diagnose(MESSAGE, nonsense), None);
        }
    }
}
