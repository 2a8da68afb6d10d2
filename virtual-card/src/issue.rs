//! Making a new test card: keys, certificates with the facts where e-port cards carry them, and a number.
//!
//! The authority, the randomness and the names are the caller's; the same ones give the same card, byte for byte.

use std::{collections::BTreeMap, fmt, str::FromStr};

use rand_core::CryptoRng;
use signing::{
    Algorithm, CardFacts, Certificate, CertificateError, CertificateRequest, KeyUse, PrivateKey, PublicKey,
    SigningError, TestCa,
};

use crate::{
    file::{CardFile, CardFileSlot},
    key::KeyRules,
    object::Objects,
    profile::Profile,
    slot::Slot,
};

/// 2000-01-01 00:00:00 UTC: test certificates are as good in any year that a test may play in.
const NOT_BEFORE: i64 = 946_684_800;
/// 2099-12-31 23:59:59 UTC
const NOT_AFTER: i64 = 4_102_444_799;

/// What the holder of a card may do for the enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 法人: binds the enterprise.
    LegalPerson,
    /// 操作员: does the daily work.
    Operator,
}

impl Role {
    /// The code in certificates.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LegalPerson => "10",
            Self::Operator => "12",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LegalPerson => "法人",
            Self::Operator => "操作员",
        })
    }
}

/// The text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("没有「{0}」这种卡，可用：法人、操作员")]
pub struct NotRole(pub String);

impl FromStr for Role {
    type Err = NotRole;
    fn from_str(text: &str) -> Result<Self, NotRole> {
        let found = [Self::LegalPerson, Self::Operator].into_iter().find(|role| role.to_string() == text);
        found.ok_or_else(|| NotRole(text.into()))
    }
}

/// Whose card it will be.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The person, as the certificate's common name.
    pub name: &'a str,
    /// The enterprise.
    pub company: &'a str,
    /// The enterprise's unified social credit code; whoever calls has checked it.
    pub uscc: &'a str,
    /// What the card is for.
    pub role: Role,
}

/// Why a card couldn't be made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A key couldn't be made.
    #[error("无法生成密钥：{0}")]
    Key(#[from] SigningError),
    /// A certificate couldn't be made, such as for a name that is too long.
    #[error("无法签发证书：{0}")]
    Certificate(#[from] CertificateError),
}

/// A new card with PIN and PUK from the factory: slot 9A for login and signing, 9D for decryption. It is no fixture
/// until the caller says so.
///
/// # Errors
/// If a key or certificate can't be made.
pub fn issue<R: CryptoRng + ?Sized>(
    ca: &TestCa,
    holder: &Holder<'_>,
    algorithm: Algorithm,
    rng: &mut R,
) -> Result<CardFile, IssueError> {
    let mut guid = [0; 16];
    rng.fill_bytes(&mut guid);
    // Thirteen digits; real ones don't begin with 99.
    let card_number = format!("99{:011}", rng.next_u64() % 100_000_000_000);
    let facts = CardFacts {
        role: holder.role.code().into(),
        company: holder.company.into(),
        card_number: card_number.clone(),
        // Characters 9 to 17 of the credit code.
        organisation_code: holder.uscc.chars().skip(8).take(9).collect(),
    };
    let mut slots = BTreeMap::new();
    for (slot, usage) in [(Slot::Authentication, KeyUse::Sign), (Slot::KeyManagement, KeyUse::Encrypt)] {
        let key = PrivateKey::generate(algorithm, rng)?;
        let certificate = certify(ca, holder, &facts, key.public_key(), usage, serial(rng))?;
        slots.insert(slot, CardFileSlot { key, certificate: Some(certificate), rules: KeyRules::default() });
    }
    let profile = Profile::factory(guid);
    Ok(CardFile {
        holder: holder.name.into(),
        company: holder.company.into(),
        uscc: holder.uscc.into(),
        role: holder.role,
        card_number,
        fixture: false,
        pin_left: profile.pin_tries,
        puk_left: profile.puk_tries,
        profile,
        slots,
        objects: Objects::new(),
    })
}

fn certify(
    ca: &TestCa,
    holder: &Holder<'_>,
    facts: &CardFacts,
    public_key: &PublicKey,
    usage: KeyUse,
    serial: u64,
) -> Result<Certificate, CertificateError> {
    ca.issue(&CertificateRequest {
        common_name: holder.name,
        organisation: holder.company,
        unit: Some(holder.company),
        public_key,
        serial,
        not_before: NOT_BEFORE,
        not_after: NOT_AFTER,
        usage,
        card: Some(facts),
    })
}

/// Sixteen hexadecimal digits, as cards of the second generation have; the first is 1 to 7.
fn serial<R: CryptoRng + ?Sized>(rng: &mut R) -> u64 {
    const FIRST: u64 = 1 << 60;
    FIRST + rng.next_u64() % (7 * FIRST)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn the_same_draws_give_the_same_card_and_its_certificates_tell_its_facts() {
        let rng = || ChaCha20Rng::from_seed([7; 32]);
        let root = PrivateKey::generate(Algorithm::Sm2, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        let ca = TestCa::new_root("测试根", root, NOT_BEFORE, NOT_AFTER).unwrap();
        let holder =
            Holder { name: "张三", company: "虚构公司", uscc: "91110000600037341L", role: Role::LegalPerson };
        let file = issue(&ca, &holder, Algorithm::Sm2, &mut rng()).unwrap();
        assert_eq!(file.to_json(), issue(&ca, &holder, Algorithm::Sm2, &mut rng()).unwrap().to_json());
        for slot in [Slot::Authentication, Slot::KeyManagement] {
            let certificate = file.slots[&slot].certificate.as_ref().unwrap();
            assert_eq!(certificate.check(ca.certificate(), 1_800_000_000), Ok(()));
            assert_eq!(certificate.common_name(), "张三");
            assert_eq!(certificate.serial_hex().len(), 16);
            let facts = certificate.card_facts().unwrap();
            assert_eq!((&*facts.role, &*facts.company), ("10", "虚构公司"));
            assert_eq!((&*facts.organisation_code, facts.card_number), ("600037341", file.card_number.clone()));
        }
    }
}
