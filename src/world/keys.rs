//! The fixtures' keys and cards, parsed once for a process, on first use.
//!
//! They are public and worth nothing: they may take the variable-time paths. Compiled in, so that the program runs
//! anywhere; a broken one is a bug of ours that every test would meet, hence the panics.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use domain::directory::{Directory, Enterprise, PartyId};
use interchange::{Identity, Peers, Suite};
use signing::{Certificate, PrivateKey};
use virtual_card::{Card, CardFile};

use super::fixtures::{directory, enterprises};

/// Enterprises, institutions and cards; the same for every suite.
pub struct Fixtures {
    /// Institutions.
    pub directory: Arc<Directory>,
    /// Enterprises; the first is the one that acts where a scenario names none.
    pub enterprises: Arc<Vec<Enterprise>>,
    /// Each enterprise's cards, in the order of `CardSlot::ALL`.
    pub cards: Vec<[Card; 3]>,
    /// The roots under which cards are issued.
    pub card_roots: Vec<Certificate>,
}

/// The keys of one suite.
pub struct SuiteKeys {
    /// The suite.
    pub suite: Suite,
    /// Each party's own keys, and what it signs with when it misbehaves.
    pub parties: BTreeMap<PartyId, PartyKeys>,
    /// What everyone knows of everyone.
    pub peers: Peers,
}

/// A party's keys, good and bad.
pub struct PartyKeys {
    /// The keys it ought to use.
    pub good: Identity,
    /// The right certificate over the wrong key: its signatures do not verify (坏签名).
    pub bad_signature: Identity,
    /// The right key under a certificate that ran out in 2020 (过期证书).
    pub expired: Identity,
}

macro_rules! fixture {
    ($($part:expr),*) => { include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/", $($part),*)) };
}

macro_rules! party_files {
    ($suite:literal; $($id:literal),*) => {
        &[$(($id, [
            fixture!("pki/", $suite, "/", $id, "-sign.key.pem"),
            fixture!("pki/", $suite, "/", $id, "-sign.pem"),
            fixture!("pki/", $suite, "/", $id, "-enc.key.pem"),
            fixture!("pki/", $suite, "/", $id, "-enc.pem"),
            fixture!("pki/", $suite, "/", $id, "-expired.pem"),
        ])),*]
    };
}

type PartyFiles = &'static [(&'static str, [&'static str; 5])];

const SM2_PARTIES: PartyFiles =
    party_files!("sm2"; "portal", "boc", "ccb", "boc-insurance", "pingan", "pingan-beijing");
const RSA_PARTIES: PartyFiles =
    party_files!("rsa"; "portal", "boc", "ccb", "boc-insurance", "pingan", "pingan-beijing");

const ROOTS: [&str; 3] =
    [fixture!("pki/root-sm2.pem"), fixture!("pki/root-rsa2048.pem"), fixture!("pki/root-p256.pem")];

const CARD_FILES: &[(&str, [&str; 3])] = &[
    (
        "binhai",
        [
            fixture!("cards/binhai-legal.json"),
            fixture!("cards/binhai-operator.json"),
            fixture!("cards/binhai-operator2.json"),
        ],
    ),
    (
        "dongling",
        [
            fixture!("cards/dongling-legal.json"),
            fixture!("cards/dongling-operator.json"),
            fixture!("cards/dongling-operator2.json"),
        ],
    ),
];

/// Everything but the parties' keys.
///
/// A broken fixture is a bug of ours that every test would meet, hence the panics on the way.
pub fn fixtures() -> &'static Fixtures {
    static FIXTURES: OnceLock<Fixtures> = OnceLock::new();
    FIXTURES.get_or_init(|| {
        let (enterprises, ids) = enterprises();
        let cards = ids
            .iter()
            .map(|id| {
                let files = CARD_FILES.iter().find(|(name, _)| name == id).expect("every enterprise has its cards").1;
                files.map(|f| CardFile::parse(f).map(|f| f.card()).expect("the fixture cards are sound"))
            })
            .collect();
        Fixtures {
            directory: Arc::new(directory()),
            enterprises: Arc::new(enterprises),
            cards,
            card_roots: ROOTS.iter().map(|pem| certificate(pem)).collect(),
        }
    })
}

/// The keys of `suite`, parsed on first use.
pub fn suite_keys(suite: Suite) -> &'static SuiteKeys {
    static SM2: OnceLock<SuiteKeys> = OnceLock::new();
    static RSA: OnceLock<SuiteKeys> = OnceLock::new();
    static MAC: OnceLock<SuiteKeys> = OnceLock::new();
    match suite {
        Suite::Sm2 => SM2.get_or_init(|| certified(suite, SM2_PARTIES, ROOTS[0])),
        Suite::Rsa => RSA.get_or_init(|| certified(suite, RSA_PARTIES, ROOTS[1])),
        Suite::Mac => MAC.get_or_init(keyed),
    }
}

/// Where an outsider finds a party's public and private halves, for the journal.
pub fn party_files(suite: Suite) -> PartyFiles {
    match suite {
        Suite::Sm2 => SM2_PARTIES,
        Suite::Rsa => RSA_PARTIES,
        Suite::Mac => &[],
    }
}

/// The root certificate of a suite's parties.
pub fn suite_root(suite: Suite) -> Option<&'static str> {
    match suite {
        Suite::Sm2 => Some(ROOTS[0]),
        Suite::Rsa => Some(ROOTS[1]),
        Suite::Mac => None,
    }
}

fn certified(suite: Suite, files: PartyFiles, root: &str) -> SuiteKeys {
    let mut peers = Peers::new(certificate(root)).with_card_roots(fixtures().card_roots.clone());
    let mut parties = BTreeMap::new();
    for (id, [sign_key, sign_cert, enc_key, enc_cert, expired]) in files {
        let party = PartyId::new(id);
        let (sign, enc) = (key(sign_key), key(enc_key));
        let (sign_cert, enc_cert) = (certificate(sign_cert), certificate(enc_cert));
        peers.add(party.clone(), sign_cert.clone(), enc_cert.clone());
        let good = Identity::new(party.clone(), sign, sign_cert.clone(), enc.clone(), enc_cert.clone(), true);
        // The encryption key is as wrong a signing key as any other.
        let bad_signature = Identity::new(party.clone(), enc.clone(), sign_cert, enc, enc_cert, true);
        let expired = good.with_certificate(certificate(expired));
        parties.insert(party, PartyKeys { good, bad_signature, expired });
    }
    SuiteKeys { suite, parties, peers }
}

fn keyed() -> SuiteKeys {
    let secret = signing::sha256(b"kouan mac suite: public, worth nothing");
    let wrong = signing::sha256(b"kouan mac suite: a wrong one");
    let ids: Vec<PartyId> = SM2_PARTIES.iter().map(|(id, _)| PartyId::new(id)).collect();
    let parties = ids
        .iter()
        .map(|id| {
            let bad = Identity::mac(id.clone(), wrong);
            (
                id.clone(),
                PartyKeys { good: Identity::mac(id.clone(), secret), bad_signature: bad.clone(), expired: bad },
            )
        })
        .collect();
    SuiteKeys { suite: Suite::Mac, parties, peers: Peers::mac(ids).with_card_roots(fixtures().card_roots.clone()) }
}

fn key(pem: &str) -> PrivateKey {
    PrivateKey::from_pkcs8_pem(pem).expect("the fixture keys are sound")
}

fn certificate(pem: &str) -> Certificate {
    Certificate::from_pem(pem).expect("the fixture certificates are sound")
}

#[cfg(test)]
mod tests {
    use domain::directory::PartyRole;

    use super::*;

    #[test]
    fn every_institution_has_its_keys_in_every_suite() {
        for suite in [Suite::Sm2, Suite::Rsa, Suite::Mac] {
            let parties: Vec<&PartyId> = suite_keys(suite).parties.keys().collect();
            let mut cast: Vec<&PartyId> = fixtures().directory.institutions().iter().map(|i| &i.id).collect();
            let portal = PartyId::portal();
            cast.push(&portal);
            cast.sort_unstable();
            assert_eq!(parties, cast, "{suite}");
        }
    }

    #[test]
    fn every_enterprise_has_an_account_at_every_bank() {
        let banks: Vec<&PartyId> =
            fixtures().directory.institutions().iter().filter(|i| i.role == PartyRole::Bank).map(|i| &i.id).collect();
        for enterprise in fixtures().enterprises.iter() {
            for bank in &banks {
                assert!(enterprise.accounts.iter().any(|(id, _)| id == *bank), "{} at {bank}", enterprise.short);
            }
        }
    }
}
