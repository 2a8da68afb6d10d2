//! The test authority and the checking of its certificates.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, CardFacts, Certificate, CertificateError, CertificateRequest, KeyUse, PrivateKey, TestCa};

const YEAR_2026: i64 = 1_767_225_600;
const YEAR_2056: i64 = 2_713_910_400;

fn key(algorithm: Algorithm, seed: u64) -> PrivateKey {
    PrivateKey::generate(algorithm, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap()
}

fn facts() -> CardFacts {
    CardFacts {
        role: "10".into(),
        company: "口岸测试进出口有限公司".into(),
        card_number: "9500000001234".into(),
        organisation_code: "600037341".into(),
    }
}

fn request<'a>(key: &'a PrivateKey, card: Option<&'a CardFacts>) -> CertificateRequest<'a> {
    CertificateRequest {
        common_name: "张三",
        organisation: "测试机构",
        unit: Some("口岸测试进出口有限公司"),
        public_key: key.public_key(),
        serial: 0xAB00_0000_0000_00CD,
        not_before: YEAR_2026,
        not_after: YEAR_2056,
        usage: KeyUse::Both,
        card,
    }
}

fn root(algorithm: Algorithm) -> TestCa {
    TestCa::new_root("口岸测试根证书（仅供测试）", key(algorithm, 1), YEAR_2026, YEAR_2056).unwrap()
}

#[test]
fn a_leaf_says_what_was_asked_for() {
    for algorithm in Algorithm::ALL {
        let (ca, holder, facts) = (root(algorithm), key(algorithm, 2), facts());
        let leaf = ca.issue(&request(&holder, Some(&facts))).unwrap();
        assert_eq!(leaf.common_name(), "张三");
        assert_eq!(leaf.issuer_common_name(), "口岸测试根证书（仅供测试）");
        assert_eq!(leaf.serial_hex(), "ab000000000000cd");
        assert_eq!(leaf.serial_bytes()[0], 0);
        assert_eq!((leaf.not_before(), leaf.not_after()), (YEAR_2026, YEAR_2056));
        assert_eq!(leaf.public_key(), holder.public_key());
        assert_eq!(leaf.card_facts(), Some(facts.clone()));
        assert_eq!(leaf.issuer_der(), ca.certificate().subject_der());
        assert!(!leaf.is_ca() && ca.certificate().is_ca());
        assert_eq!(ca.certificate().card_facts(), None);
        assert_eq!(leaf.check(ca.certificate(), YEAR_2026), Ok(()));
        assert_eq!(leaf.check(ca.certificate(), YEAR_2056), Ok(()));
        assert_eq!(ca.certificate().check(ca.certificate(), YEAR_2026), Ok(()));
    }
}

#[test]
fn issuing_twice_gives_the_same_bytes_and_files_survive() {
    for algorithm in Algorithm::ALL {
        let holder = key(algorithm, 2);
        let a = root(algorithm).issue(&request(&holder, None)).unwrap();
        assert_eq!(a.der(), root(algorithm).issue(&request(&holder, None)).unwrap().der());
        let again = Certificate::from_pem(&a.to_pem()).unwrap();
        assert_eq!(again, a);
        assert_eq!(again.fingerprint(), signing::sha256(a.der()));
    }
}

#[test]
fn each_reason_to_refuse_has_its_name() {
    let ca = root(Algorithm::Sm2);
    let holder = key(Algorithm::Sm2, 2);
    let leaf = ca.issue(&request(&holder, None)).unwrap();

    let other = TestCa::new_root("别的根", key(Algorithm::Sm2, 3), YEAR_2026, YEAR_2056).unwrap();
    let error = leaf.check(other.certificate(), YEAR_2026).unwrap_err();
    assert_eq!(error.to_string(), "证书由「口岸测试根证书（仅供测试）」签发，不是受信任的「别的根」");

    let namesake =
        TestCa::new_root("口岸测试根证书（仅供测试）", key(Algorithm::Sm2, 3), YEAR_2026, YEAR_2056).unwrap();
    assert!(matches!(leaf.check(namesake.certificate(), YEAR_2026), Err(CertificateError::BadSignature { .. })));
    let namesake =
        TestCa::new_root("口岸测试根证书（仅供测试）", key(Algorithm::P256, 3), YEAR_2026, YEAR_2056).unwrap();
    assert!(matches!(leaf.check(namesake.certificate(), YEAR_2026), Err(CertificateError::BadSignature { .. })));

    assert!(matches!(leaf.check(ca.certificate(), YEAR_2026 - 1), Err(CertificateError::NotYetValid { .. })));
    assert!(matches!(leaf.check(ca.certificate(), YEAR_2056 + 1), Err(CertificateError::Expired { .. })));
    assert!(matches!(leaf.check(&leaf, YEAR_2026), Err(CertificateError::UnknownIssuer { .. })));

    // Who holds a leaf cannot issue: an authority with the leaf's name, but the leaf's certificate.
    assert!(matches!(TestCa::from_parts(holder.clone(), leaf.clone()), Err(CertificateError::NotCa { .. })));
    assert!(matches!(TestCa::from_parts(holder, ca.certificate().clone()), Err(CertificateError::WrongKey { .. })));
    assert!(TestCa::from_parts(key(Algorithm::Sm2, 1), ca.certificate().clone()).is_ok());
}

#[test]
fn an_altered_body_is_refused_wherever_it_is_altered() {
    let ca = root(Algorithm::P256);
    let leaf = ca.issue(&request(&key(Algorithm::P256, 2), Some(&facts()))).unwrap();
    for at in 0..leaf.der().len() {
        let mut altered = leaf.der().to_vec();
        altered[at] ^= 1;
        let refused =
            Certificate::from_der(&altered).map_or(true, |leaf| leaf.check(ca.certificate(), YEAR_2026).is_err());
        assert!(refused, "{at}");
        assert!(Certificate::from_der(&leaf.der()[..at]).is_err());
    }
}

#[test]
fn impossible_requests_are_refused() {
    let backwards = TestCa::new_root("根", key(Algorithm::Sm2, 1), YEAR_2056, YEAR_2026);
    assert!(matches!(backwards, Err(CertificateError::Malformed { .. })));
    assert!(TestCa::new_root("根", key(Algorithm::Sm2, 1), -1, YEAR_2026).is_err());
    assert!(TestCa::new_root("根", key(Algorithm::Sm2, 1), YEAR_2026, i64::MAX).is_err());
    assert!(Certificate::from_pem("-----BEGIN PRIVATE KEY-----").is_err());
    assert!(Certificate::from_pem(&key(Algorithm::Sm2, 1).to_pkcs8_pem()).is_err());
}
