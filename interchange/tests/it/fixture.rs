//! A portal, an insurer and a bank with keys for every suite, and a card; made once.

use std::{sync::OnceLock, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Time,
    directory::PartyId,
    message::{
        AgreementEndAnswer, AgreementEndRequest, AgreementEnded, BankSigningAnswer, BankSigningRequest, Body, CardSeal,
        Decision, InsurerSigningAnswer, InsurerSigningRequest, Message, MessageId, Payer,
    },
};
use interchange::{Identity, OpenError, Opened, Peers, Suite, open, seal, seal_event};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, CardFacts, Certificate, CertificateRequest, KeyUse, PrivateKey, PublicKey, TestCa};

pub const YEAR_2000: i64 = 946_684_800;
pub const YEAR_2099: i64 = 4_102_358_400;
pub const DAY: i64 = 86_400;
pub const WINDOW: Duration = Duration::from_secs(3 * 86_400);
pub const USCC: &str = "91110000600037341L";

pub fn now() -> Time {
    Time::parse("2026-03-02 09:00:00").unwrap()
}

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub fn portal() -> PartyId {
    PartyId::portal()
}
pub fn insurer() -> PartyId {
    PartyId::new("boc-insurance")
}
pub fn bank() -> PartyId {
    PartyId::new("boc")
}

/// A party with its keys at hand.
pub struct Party {
    pub identity: Identity,
    pub sign_key: Option<PrivateKey>,
    pub sign: Option<Certificate>,
    pub encryption_key: Option<PrivateKey>,
    pub encryption: Option<Certificate>,
}

pub struct World {
    pub root: Option<Certificate>,
    pub peers: Peers,
    pub portal: Party,
    pub insurer: Party,
    pub bank: Party,
    /// The insurer under certificates that must be refused; none for `mac`.
    pub bad: Option<Bad>,
}

pub struct Bad {
    pub stranger: Identity,
    pub other_root: Identity,
    pub expired: Identity,
    pub not_yet: Identity,
}

pub fn issue(
    ca: &TestCa,
    name: &str,
    key: &PublicKey,
    serial: u64,
    dates: (i64, i64),
    usage: KeyUse,
    card: Option<&CardFacts>,
) -> Certificate {
    let request = CertificateRequest {
        common_name: name,
        organisation: "测试机构",
        unit: None,
        public_key: key,
        serial,
        not_before: dates.0,
        not_after: dates.1,
        usage,
        card,
    };
    ca.issue(&request).unwrap()
}

pub const ALWAYS: (i64, i64) = (YEAR_2000, YEAR_2099);

fn party(ca: &TestCa, id: PartyId, algorithm: Algorithm, n: u64) -> Party {
    let sign_key = PrivateKey::generate(algorithm, &mut rng(n)).unwrap();
    let encryption_key = PrivateKey::generate(algorithm, &mut rng(n + 1)).unwrap();
    // The high bit of the serial is set on purpose: its INTEGER then needs a leading zero.
    let serial = 0x8000_0000_0000_0000 + n;
    let sign = issue(ca, id.as_str(), sign_key.public_key(), serial, ALWAYS, KeyUse::Sign, None);
    let key = encryption_key.public_key();
    let encryption = issue(ca, id.as_str(), key, serial + 1, ALWAYS, KeyUse::Encrypt, None);
    let identity = Identity::new(id, sign_key.clone(), sign.clone(), encryption_key.clone(), encryption.clone(), true);
    Party {
        identity,
        sign_key: Some(sign_key),
        sign: Some(sign),
        encryption_key: Some(encryption_key),
        encryption: Some(encryption),
    }
}

fn cms_world(algorithm: Algorithm) -> World {
    let root_key = PrivateKey::generate(algorithm, &mut rng(1)).unwrap();
    let ca = TestCa::new_root("测试根CA", root_key, YEAR_2000, YEAR_2099).unwrap();
    let mut peers = Peers::new(ca.certificate().clone()).with_card_roots([card_ca().certificate().clone()]);
    let [portal, insurer, bank] = [(portal(), 10), (insurer(), 20), (bank(), 30)].map(|(id, n)| {
        let party = party(&ca, id.clone(), algorithm, n);
        peers.add(id, party.sign.clone().unwrap(), party.encryption.clone().unwrap());
        party
    });
    // Another root of the same name, so that only its signature tells it from the trusted one.
    let other_key = PrivateKey::generate(algorithm, &mut rng(2)).unwrap();
    let other = TestCa::new_root("测试根CA", other_key, YEAR_2000, YEAR_2099).unwrap();
    let seconds = now().unix_ms() / 1000;
    let key = insurer.sign_key.as_ref().unwrap().public_key();
    let with = |ca: &TestCa, serial, dates| {
        let certificate = issue(ca, "boc-insurance", key, serial, dates, KeyUse::Sign, None);
        insurer.identity.with_certificate(certificate)
    };
    let bad = Bad {
        stranger: with(&ca, 71, ALWAYS),
        other_root: with(&other, 72, ALWAYS),
        expired: with(&ca, 73, (YEAR_2000, seconds - 1)),
        not_yet: with(&ca, 74, (seconds + 1, YEAR_2099)),
    };
    World { root: Some(ca.certificate().clone()), peers, portal, insurer, bank, bad: Some(bad) }
}

fn mac_world() -> World {
    let peers = Peers::mac([portal(), insurer(), bank()]).with_card_roots([card_ca().certificate().clone()]);
    let [portal, insurer, bank] = [portal(), insurer(), bank()].map(|id| Party {
        identity: Identity::mac(id, [7; 32]),
        sign_key: None,
        sign: None,
        encryption_key: None,
        encryption: None,
    });
    World { root: None, peers, portal, insurer, bank, bad: None }
}

/// The world of a suite.
pub fn world(suite: Suite) -> &'static World {
    static WORLDS: [OnceLock<World>; 3] = [const { OnceLock::new() }; 3];
    match suite {
        Suite::Sm2 => WORLDS[0].get_or_init(|| cms_world(Algorithm::Sm2)),
        Suite::Rsa => WORLDS[1].get_or_init(|| cms_world(Algorithm::Rsa2048)),
        Suite::Mac => WORLDS[2].get_or_init(mac_world),
    }
}

impl World {
    pub fn seal(&self, message: &Message, from: &Identity) -> Vec<u8> {
        seal(message, from, &self.peers, &mut rng(5)).unwrap().to_vec()
    }
    pub fn seal_json(&self, json: &[u8], from: &Identity, to: &PartyId) -> Vec<u8> {
        seal_event(json, from, to, &self.peers, &mut rng(5)).unwrap().to_vec()
    }
    pub fn open(&self, bytes: &[u8], me: &Identity) -> Result<Opened, OpenError> {
        open(bytes, me, &self.peers, now(), WINDOW)
    }
}

/// The issuer of enterprises' cards.
pub fn card_ca() -> &'static TestCa {
    static CA: OnceLock<TestCa> = OnceLock::new();
    CA.get_or_init(|| {
        let key = PrivateKey::generate(Algorithm::Sm2, &mut rng(3)).unwrap();
        TestCa::new_root("测试卡CA", key, YEAR_2000, YEAR_2099).unwrap()
    })
}

/// A card's signature under `text`, by a card of that organisation that is valid between `dates`.
pub fn card_seal(text: &str, organisation_code: &str, dates: (i64, i64)) -> CardSeal {
    let key = PrivateKey::generate(Algorithm::Sm2, &mut rng(4)).unwrap();
    let facts = CardFacts {
        role: "10".into(),
        company: "测试企业".into(),
        card_number: "8900000000001".into(),
        organisation_code: organisation_code.into(),
    };
    let certificate = issue(card_ca(), "张三", key.public_key(), 90, dates, KeyUse::Both, Some(&facts));
    let signature = key.signer().sign_digest(&key.public_key().digest(text.as_bytes())).unwrap();
    CardSeal {
        text: text.into(),
        certificate: STANDARD.encode(certificate.der()),
        signature: STANDARD.encode(signature),
    }
}

fn payer() -> Payer {
    Payer {
        uscc: USCC.parse().unwrap(),
        name: "北京示例进出口有限公司".into(),
        address: "北京市朝阳区示例路1号".into(),
        contact: "李四".into(),
        account: "110000000001".into(),
        phone: "010-12345678".into(),
        email: "li@example.com".into(),
        tax_number: USCC.into(),
        legal_person: "张三".into(),
        postcode: "100000".into(),
    }
}

pub fn signing_request() -> InsurerSigningRequest {
    InsurerSigningRequest {
        application: "202603020001".into(),
        bank: "中国银行股份有限公司".into(),
        payee: "中银保险有限公司".into(),
        service: "保费支付".into(),
        payer: payer(),
        signed_at: now().rfc3339(),
        seal: card_seal("委托银行划缴保险费三方协议书", "600037341", ALWAYS),
    }
}

pub fn message(id: &str, source: PartyId, target: PartyId, body: Body) -> Message {
    Message {
        id: MessageId::new(id),
        source,
        target,
        subject: "202603020001".into(),
        time: now(),
        sequence: 1,
        correlation: None,
        body,
    }
}

/// 签约申请 from the portal to the insurer.
pub fn request() -> Message {
    let body = Body::InsurerSigningRequested(signing_request());
    message("portal-1", portal(), insurer(), body)
}

/// 签约结果 from the insurer to the portal.
pub fn answer() -> Message {
    let body = Body::InsurerSigningAnswered(InsurerSigningAnswer {
        application: "202603020001".into(),
        decision: Decision::Refused,
        reason: Some("资料不全".into()),
    });
    let mut message = message("ins-1", insurer(), portal(), body);
    message.correlation = Some(MessageId::new("portal-1"));
    message
}

/// A good message of every kind that an agreement takes, some kinds twice.
pub fn agreement_messages() -> Vec<Message> {
    let r = signing_request();
    let application = || "202603020001".to_owned();
    let number = || "BOCBX000000001".to_owned();
    let to_bank = BankSigningRequest {
        application: application(),
        bank: r.bank.clone(),
        payee: r.payee.clone(),
        service: r.service.clone(),
        payer: r.payer.clone(),
        signed_at: r.signed_at.clone(),
        insurer_signed_at: now().rfc3339(),
        seal: r.seal,
    };
    let bank_answer = |decision, reason: Option<&str>, expiry: Option<&str>| BankSigningAnswer {
        application: application(),
        decision,
        reason: reason.map(Into::into),
        agreement_number: (decision == Decision::Agreed).then(number),
        effective: (decision == Decision::Agreed).then(|| "2026-03-01".into()),
        expiry: expiry.map(Into::into),
    };
    let agreed = bank_answer(Decision::Agreed, None, Some("2027-02-28"));
    let open_ended = bank_answer(Decision::Agreed, None, None);
    let refused = bank_answer(Decision::Refused, Some("账户状态异常"), None);
    let end = |reason: &str| AgreementEndRequest {
        application: application(),
        agreement_number: number(),
        reason: reason.into(),
    };
    let ended =
        AgreementEnded {
            application: application(), agreement_number: number(), reason: "客户在柜面解约".into()
        };
    let end_answer = AgreementEndAnswer { application: application(), decision: Decision::Agreed, reason: None };
    vec![
        request(),
        answer(),
        message("portal-2", portal(), bank(), Body::BankSigningRequested(to_bank)),
        message("boc-1", bank(), portal(), Body::BankSigningAnswered(agreed)),
        message("boc-2", bank(), portal(), Body::BankSigningAnswered(open_ended)),
        message("boc-3", bank(), portal(), Body::BankSigningAnswered(refused)),
        message("portal-3", portal(), bank(), Body::AgreementEndRequested(end("已重新签署"))),
        message("boc-4", bank(), portal(), Body::AgreementEndAnswered(end_answer)),
        message("boc-5", bank(), portal(), Body::AgreementEnded(ended)),
    ]
}
