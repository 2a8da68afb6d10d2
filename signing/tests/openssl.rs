//! The `openssl` program as a judge from another house. Where it is not installed, each test says so and judges nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::print_stderr, reason = "a skip must be visible")]

use std::{path::PathBuf, process::Command};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, CardFacts, CertificateRequest, KeyUse, PrivateKey, TestCa};

const DISTID: &str = "distid:1234567812345678";

/// A directory of its own for a test; removed when the test is over.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED {test}: no openssl here");
            return None;
        }
        let path = std::env::temp_dir().join(format!("signing-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Some(Self(path))
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), content).unwrap();
    }

    /// Whether openssl is content, and what it said.
    fn openssl(&self, line: &str) -> (bool, String) {
        let output = Command::new("openssl").args(line.split_whitespace()).current_dir(&self.0).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    fn good(&self, line: &str) -> String {
        let (good, text) = self.openssl(line);
        assert!(good, "openssl {line}: {text}");
        text
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn key(algorithm: Algorithm, seed: u64) -> PrivateKey {
    PrivateKey::generate(algorithm, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap()
}

#[test]
fn openssl_reads_our_keys_and_we_read_its() {
    let Some(desk) = Desk::new("keys") else { return };
    for (algorithm, options) in [
        (Algorithm::Sm2, "-algorithm SM2"),
        (Algorithm::Rsa2048, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
        (Algorithm::P256, "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
    ] {
        let ours = key(algorithm, 1);
        desk.put("ours.pem", ours.to_pkcs8_pem().as_bytes());
        desk.good("pkey -in ours.pem -check -noout");
        desk.good("pkey -in ours.pem -pubout -outform DER -out ours.der");
        assert_eq!(std::fs::read(desk.0.join("ours.der")).unwrap(), ours.public_key().to_spki_der());

        desk.good(&format!("genpkey {options} -out theirs.pem"));
        let theirs = PrivateKey::from_pkcs8_pem(&std::fs::read_to_string(desk.0.join("theirs.pem")).unwrap()).unwrap();
        assert_eq!(theirs.algorithm(), algorithm);
        desk.good("pkey -in theirs.pem -pubout -outform DER -out theirs.der");
        assert_eq!(std::fs::read(desk.0.join("theirs.der")).unwrap(), theirs.public_key().to_spki_der());
    }
}

#[test]
fn openssl_accepts_our_signatures_and_we_accept_its() {
    let Some(desk) = Desk::new("signatures") else { return };
    desk.put("text", "投保单：一份真实的报文");
    let text = std::fs::read(desk.0.join("text")).unwrap();
    for (algorithm, options) in [
        (Algorithm::Sm2, format!("-digest sm3 -pkeyopt {DISTID}")),
        (Algorithm::Rsa2048, "-digest sha256".to_owned()),
        (Algorithm::P256, "-digest sha256".to_owned()),
    ] {
        let key = key(algorithm, 2);
        desk.put("key.pem", key.to_pkcs8_pem().as_bytes());
        desk.good("pkey -in key.pem -pubout -out public.pem");
        let digest = key.public_key().digest(&text);
        for signer in [key.signer(), key.fixture_signer(), key.bench_signer()] {
            desk.put("signature", signer.sign_digest(&digest).unwrap());
            desk.good(&format!(
                "pkeyutl -verify -pubin -inkey public.pem -rawin {options} -in text -sigfile signature"
            ));
        }
        let mut altered = key.signer().sign_digest(&digest).unwrap();
        *altered.last_mut().unwrap() ^= 1;
        desk.put("altered", altered);
        let (good, _) = desk
            .openssl(&format!("pkeyutl -verify -pubin -inkey public.pem -rawin {options} -in text -sigfile altered"));
        assert!(!good, "{algorithm}: an altered signature must not pass, else the judge judges nothing");

        desk.good(&format!("pkeyutl -sign -inkey key.pem -rawin {options} -in text -out theirs"));
        key.public_key().verify(&text, &std::fs::read(desk.0.join("theirs")).unwrap()).unwrap();
    }
}

#[test]
fn openssl_opens_our_wrapped_keys_and_we_open_its() {
    let Some(desk) = Desk::new("wrapping") else { return };
    desk.put("secret", [0x5A; 16]);
    for algorithm in [Algorithm::Sm2, Algorithm::Rsa2048] {
        let key = key(algorithm, 3);
        desk.put("key.pem", key.to_pkcs8_pem().as_bytes());
        desk.good("pkey -in key.pem -pubout -out public.pem");
        for public in [key.public_key().clone(), key.public_key().clone().with_table()] {
            desk.put("wrapped", public.wrap_key(&[0x5A; 16], &mut ChaCha20Rng::seed_from_u64(4)).unwrap());
            desk.good("pkeyutl -decrypt -inkey key.pem -in wrapped -out opened");
            assert_eq!(std::fs::read(desk.0.join("opened")).unwrap(), [0x5A; 16]);
        }
        desk.good("pkeyutl -encrypt -pubin -inkey public.pem -in secret -out theirs");
        let theirs = std::fs::read(desk.0.join("theirs")).unwrap();
        assert_eq!(*key.unwrap_key(&theirs).unwrap(), [0x5A; 16]);
        assert_eq!(*key.fixture_unwrap_key(&theirs).unwrap(), [0x5A; 16]);
    }
}

#[test]
fn openssl_derives_the_same_p256_secret() {
    let Some(desk) = Desk::new("agreement") else { return };
    let (a, b) = (key(Algorithm::P256, 5), key(Algorithm::P256, 6));
    desk.put("a.pem", a.to_pkcs8_pem().as_bytes());
    desk.put("b.pem", b.to_pkcs8_pem().as_bytes());
    desk.good("pkey -in b.pem -pubout -out b.public.pem");
    desk.good("pkeyutl -derive -inkey a.pem -peerkey b.public.pem -out secret");
    assert_eq!(std::fs::read(desk.0.join("secret")).unwrap(), *a.ecdh(&b.public_key().point().unwrap()).unwrap());
}

#[test]
fn openssl_accepts_our_certificates() {
    let Some(desk) = Desk::new("certificates") else { return };
    let facts = CardFacts {
        role: "12".into(),
        company: "口岸测试公司".into(),
        card_number: "9500000001234".into(),
        organisation_code: "600037341".into(),
    };
    for algorithm in Algorithm::ALL {
        let ca = TestCa::new_root("口岸测试根（仅供测试）", key(algorithm, 1), 1_577_836_800, 2_713_910_400).unwrap();
        let stranger =
            TestCa::new_root("口岸测试根（仅供测试）", key(algorithm, 9), 1_577_836_800, 2_713_910_400).unwrap();
        desk.put("root.pem", ca.certificate().to_pem());
        desk.put("stranger.pem", stranger.certificate().to_pem());
        let options = if algorithm == Algorithm::Sm2 { format!("-vfyopt {DISTID}") } else { String::new() };
        for (usage, card) in [(KeyUse::Sign, Some(&facts)), (KeyUse::Encrypt, None), (KeyUse::Both, None)] {
            let holder = key(algorithm, 2);
            let request = CertificateRequest {
                common_name: "李四",
                organisation: "测试机构",
                unit: Some("口岸测试公司"),
                public_key: holder.public_key(),
                serial: 0xF1E2_D3C4_B5A6_9788,
                not_before: 1_577_836_800,
                not_after: 2_713_910_400,
                usage,
                card,
            };
            let leaf = ca.issue(&request).unwrap();
            desk.put("leaf.pem", leaf.to_pem());
            desk.good(&format!("verify -x509_strict {options} -CAfile root.pem leaf.pem"));
            let (good, _) = desk.openssl(&format!("verify {options} -CAfile stranger.pem leaf.pem"));
            assert!(!good, "{algorithm}: a stranger of the same name must not pass");
            assert!(desk.good("x509 -in leaf.pem -noout -serial").contains("F1E2D3C4B5A69788"));
            let text = desk.good("x509 -in leaf.pem -noout -text -nameopt utf8,sep_comma_plus");
            assert!(text.contains("CN=李四") && text.contains("OU=口岸测试公司"), "{text}");
            assert_eq!(text.contains("1.3.6.1.4.1.5315.100.5.11"), card.is_some());
        }
    }
}
