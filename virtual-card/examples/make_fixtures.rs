//! Makes the keys, certificates and cards of `fixtures/`: `make fixtures`.
//!
//! It stands in this crate because kouan has the files compiled in: there, it could not make those of a new party.
//!
//! Every draw comes from a generator that is seeded with the thing's own name, so the same program gives the same files, and a
//! new party leaves the others as they are. All of it is public and worth nothing.

use std::{fs, path::Path};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde::Deserialize;
use signing::{Algorithm, Certificate, CertificateRequest, KeyUse, PrivateKey, TestCa};
use virtual_card::{Holder, Role, issue};

/// 2000-01-01 00:00:00 UTC
const NOT_BEFORE: i64 = 946_684_800;
/// 2099-12-31 23:59:59 UTC
const NOT_AFTER: i64 = 4_102_444_799;
/// 2020-12-31 23:59:59 UTC: the deliberately expired ones.
const LONG_AGO: i64 = 1_609_459_199;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Deserialize)]
struct Enterprise {
    id: String,
    name: String,
    uscc: String,
    legal_person: String,
}

#[derive(Deserialize)]
struct Institution {
    id: String,
    name: String,
}

/// A root for each algorithm.
struct Roots {
    sm2: TestCa,
    rsa2048: TestCa,
    p256: TestCa,
}

impl Roots {
    fn of(&self, algorithm: Algorithm) -> &TestCa {
        match algorithm {
            Algorithm::Sm2 => &self.sm2,
            Algorithm::Rsa2048 => &self.rsa2048,
            Algorithm::P256 => &self.p256,
        }
    }
}

fn main() -> Outcome<()> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let pki = fixtures.join("pki");
    fs::create_dir_all(&pki)?;
    let root = |algorithm, name| root(&pki, algorithm, name);
    let roots = Roots {
        sm2: root(Algorithm::Sm2, "SM2")?,
        rsa2048: root(Algorithm::Rsa2048, "RSA-2048")?,
        p256: root(Algorithm::P256, "P-256")?,
    };
    let institutions: Vec<Institution> =
        serde_json::from_str(&fs::read_to_string(fixtures.join("institutions.json"))?)?;
    for (suite, algorithm) in [("sm2", Algorithm::Sm2), ("rsa", Algorithm::Rsa2048)] {
        let folder = pki.join(suite);
        fs::create_dir_all(&folder)?;
        let trusted = roots.of(algorithm);
        party(&folder, trusted, "portal", "中国国际贸易单一窗口 (模拟)")?;
        for institution in &institutions {
            party(&folder, trusted, &institution.id, &institution.name)?;
        }
        // A party that nobody knows, under a root that nobody trusts and that isn't kept.
        let label = format!("{suite}/stranger-root");
        let key = PrivateKey::generate(algorithm, &mut draws(&label))?;
        let unknown = TestCa::new_root("不受信任的测试根证书", key, NOT_BEFORE, NOT_AFTER)?;
        party(&folder, &unknown, "stranger", "陌生机构")?;
    }
    let enterprises: Vec<Enterprise> = serde_json::from_str(&fs::read_to_string(fixtures.join("enterprises.json"))?)?;
    for enterprise in &enterprises {
        cards(&fixtures.join("cards"), &roots, enterprise)?;
    }
    Ok(())
}

/// The draws of one thing.
fn draws(label: &str) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(signing::sha256(format!("kouan fixture: {label}").as_bytes()))
}

fn root(pki: &Path, algorithm: Algorithm, name: &str) -> Outcome<TestCa> {
    let label = format!("root-{algorithm}");
    let key = PrivateKey::generate(algorithm, &mut draws(&label))?;
    let pem = key.to_pkcs8_pem();
    let ca = TestCa::new_root(&format!("kouan 测试根证书 ({name})"), key, NOT_BEFORE, NOT_AFTER)?;
    fs::write(pki.join(format!("{label}.key.pem")), pem.as_bytes())?;
    fs::write(pki.join(format!("{label}.pem")), ca.certificate().to_pem())?;
    Ok(ca)
}

/// A signing key, an encryption key, and the signing key's other certificate, which has run out.
fn party(folder: &Path, ca: &TestCa, id: &str, name: &str) -> Outcome<()> {
    let algorithm = ca.certificate().public_key().algorithm();
    let mut draws = draws(&format!("{algorithm}/{id}"));
    let sign = PrivateKey::generate(algorithm, &mut draws)?;
    let encrypt = PrivateKey::generate(algorithm, &mut draws)?;
    let certificates = [("sign", &sign, KeyUse::Sign, NOT_AFTER), ("enc", &encrypt, KeyUse::Encrypt, NOT_AFTER)];
    for (use_name, key, usage, not_after) in
        certificates.into_iter().chain([("expired", &sign, KeyUse::Sign, LONG_AGO)])
    {
        let request = CertificateRequest {
            common_name: name,
            organisation: name,
            unit: None,
            public_key: key.public_key(),
            serial: draws.next_u64() >> 1,
            not_before: NOT_BEFORE,
            not_after,
            usage,
            card: None,
        };
        let certificate: Certificate = ca.issue(&request)?;
        fs::write(folder.join(format!("{id}-{use_name}.pem")), certificate.to_pem())?;
        if not_after == NOT_AFTER {
            fs::write(folder.join(format!("{id}-{use_name}.key.pem")), key.to_pkcs8_pem().as_bytes())?;
        }
    }
    Ok(())
}

/// The three cards of an enterprise. The second enterprise's are of mixed algorithms, so that every kind is in use.
fn cards(folder: &Path, roots: &Roots, enterprise: &Enterprise) -> Outcome<()> {
    fs::create_dir_all(folder)?;
    let mixed = enterprise.id == "dongling";
    let (second, third) = if mixed { (Algorithm::Rsa2048, Algorithm::P256) } else { (Algorithm::Sm2, Algorithm::Sm2) };
    let (operator, operator2) =
        (format!("测试操作员一 ({})", enterprise.id), format!("测试操作员二 ({})", enterprise.id));
    for (kind, name, role, algorithm) in [
        ("legal", &enterprise.legal_person, Role::LegalPerson, Algorithm::Sm2),
        ("operator", &operator, Role::Operator, second),
        ("operator2", &operator2, Role::Operator, third),
    ] {
        let label = format!("card/{}-{kind}", enterprise.id);
        let holder = Holder { name, company: &enterprise.name, uscc: &enterprise.uscc, role };
        let mut file = issue(roots.of(algorithm), &holder, algorithm, &mut draws(&label))?;
        file.fixture = true;
        file.replace(&folder.join(format!("{}-{kind}.json", enterprise.id)))?;
    }
    Ok(())
}
