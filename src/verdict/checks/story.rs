//! One agreement from 完成 to 处理成功 as evidence, made by hand with keys of its own, for the tests of the checks.
//!
//! Nothing here runs portal or party: each message, receipt, log row and book line is written down as it should be, so
//! that a test can spoil one of them and see which check notices.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Time,
    directory::{Directory, PartyId},
    message::{
        BankSigningAnswer, BankSigningRequest, Body, CardSeal, Decision, InsurerSigningAnswer, InsurerSigningRequest,
        Kind, Message, MessageId, Payer, Receipt,
    },
    portal::RecordKind,
};
use interchange::{Identity, Peers, Suite};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use signing::{Algorithm, CardFacts, Certificate, CertificateRequest, KeyUse, PrivateKey, TestCa, sha256};

use super::{Context, Invariant, Judging, Outcome};
use crate::{
    evidence::{Act, Arrival, BookLine, Entered, Entry, Evidence, Happening, LogLine, PageSeen, RecordPage, Sent},
    verdict::finding::Finding,
};

pub mod cargo;

pub const RECORD: &str = "20260302000000000001";
pub const OWNER: &str = "91120116MA05TE5T79";
pub const OTHER: &str = "91310115MA1TE5T26X";
pub const NUMBER: &str = "BOCBX000000001";
/// A text that names everything of the request.
pub const TEXT: &str = "委托银行划缴保险费三方协议书 甲方 滨海远航进出口有限公司 91120116MA05TE5T79 住所 天津市滨海新区虚构路1号 联系人 测试联系人甲 10000000001 contact@binhai.example 税号 911201160000000 法定代表人 测试法人甲 邮政编码 300450 账号 620000000000000101 乙方 中国银行股份有限公司 丙方 中银保险有限公司";

/// 2000-01-01 to 2099-12-31.
const VALID: (i64, i64) = (946_684_800, 4_102_444_799);

/// What an insurer says unasked.
const OF_THEIR_OWN: [Kind; 3] = [Kind::OpenCoverAdded, Kind::OpenCoverChanged, Kind::OpenCoverEnded];

/// A cast with its keys, and the evidence of what it did.
pub struct Story {
    pub evidence: Evidence,
    pub identities: BTreeMap<PartyId, Identity>,
    pub peers: Peers,
    suite: Suite,
    directory: Directory,
    pub card_roots: Vec<Certificate>,
    cards: TestCa,
    rng: ChaCha20Rng,
}

pub fn at(second: i64) -> Time {
    Time::from_unix_ms(1_772_413_200_000 + second * 1000)
}

pub fn boc() -> PartyId {
    PartyId::new("boc")
}

pub fn insurer() -> PartyId {
    PartyId::new("boc-insurance")
}

impl Story {
    /// A story that went well.
    pub fn told_in(suite: Suite) -> Self {
        let mut story = Self::cast(suite);
        let seal = story.seal_by(OWNER, "10", TEXT);
        story.tell(seal);
        story
    }

    /// Nothing has happened yet.
    fn cast(suite: Suite) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let ca = |name: &str, rng: &mut ChaCha20Rng| {
            let key = PrivateKey::generate(Algorithm::Sm2, rng).unwrap();
            TestCa::new_root(name, key, VALID.0, VALID.1).unwrap()
        };
        let cards = ca("测试发卡机构", &mut rng);
        let card_roots = vec![cards.certificate().clone()];
        let parties = [PartyId::portal(), insurer(), boc()];
        let (identities, peers) = match suite {
            Suite::Mac => {
                let identities = parties.iter().map(|id| (id.clone(), Identity::mac(id.clone(), [7; 32]))).collect();
                (identities, Peers::mac(parties))
            }
            Suite::Sm2 | Suite::Rsa => with_certificates(&parties, &ca("测试根证书", &mut rng), &mut rng),
        };
        Self {
            evidence: Evidence::default(),
            identities,
            peers: peers.with_card_roots(card_roots.clone()),
            suite,
            directory: super::context::tests::directory(),
            card_roots,
            cards,
            rng,
        }
    }

    /// Card's signature under `text`, by a card of `uscc` in `role`.
    pub fn seal_by(&mut self, uscc: &str, role: &str, text: &str) -> CardSeal {
        let key = PrivateKey::generate(Algorithm::Sm2, &mut self.rng).unwrap();
        let facts = CardFacts {
            role: role.into(),
            company: "滨海远航进出口有限公司".into(),
            card_number: "2100000000001".into(),
            organisation_code: uscc[8..17].into(),
        };
        let request = CertificateRequest {
            common_name: "测试法人甲",
            organisation: "滨海远航进出口有限公司",
            unit: None,
            public_key: key.public_key(),
            serial: 7,
            not_before: VALID.0,
            not_after: VALID.1,
            usage: KeyUse::Sign,
            card: Some(&facts),
        };
        let certificate = self.cards.issue(&request).unwrap();
        let signature = key.signer().sign_digest(&key.public_key().digest(text.as_bytes())).unwrap();
        CardSeal {
            text: text.into(),
            certificate: STANDARD.encode(certificate.der()),
            signature: STANDARD.encode(signature),
        }
    }

    fn tell(&mut self, seal: CardSeal) {
        self.evidence.owners = BTreeMap::from([(RECORD.into(), OWNER.into())]);
        self.note(0, Happening::Act(self.act()));
        self.note(0, Happening::Entered(entered()));
        self.message(0, 2, insurer_request(seal.clone()), None);
        self.message(1, 600, insurer_answer(Decision::Agreed), Some("m0"));
        self.message(2, 603, bank_request(seal), None);
        self.message(3, 1200, bank_answer(Decision::Agreed), Some("m2"));
        let page =
            PageSeen { enterprise: OWNER.into(), page: "在线交费签约".into(), records: vec![RECORD.into()] };
        self.note(1300, Happening::Page(page));
        let replayed = Act {
            verb: "重放登录".into(),
            prompt: "登录质询无效或已被使用，请重新登录".into(),
            refused: Some("K1005".into()),
            record: None,
            ..self.act()
        };
        self.note(1301, Happening::Act(replayed));
        let log = [
            (0, "P001", "待发送"),
            (2, "P002", "报文发送成功"),
            (4, "P004", "银行/保险接收成功"),
            (601, "P101", "已接收收款企业签约数据"),
            (601, "P102", "在线支付发送银行签约数据已生成，待发送"),
            (603, "P002", "报文发送成功"),
            (605, "P004", "银行/保险接收成功"),
            (1201, "S", "处理成功"),
        ];
        let log = log.into_iter().zip(1..).map(|((second, code, text), number)| LogLine {
            record: RECORD.into(),
            number,
            code: code.into(),
            text: text.into(),
            recorded_at: at(second),
        });
        let fields = vec![("状态".into(), "成功".into()), ("协议编号".into(), NUMBER.into())];
        self.evidence.pages =
            vec![RecordPage { record: RECORD.into(), kind: RecordKind::Agreement, fields, log: log.collect() }];
        self.evidence.books = [(insurer(), None), (boc(), Some(NUMBER.to_owned()))]
            .into_iter()
            .map(|(party, agreement_number)| BookLine {
                party,
                application: RECORD.into(),
                standing: "agreed".into(),
                agreement_number,
                requests_handled: 1,
            })
            .collect();
    }

    /// What was typed, to change.
    pub fn entered(&mut self) -> &mut Entered {
        let entered = self.evidence.entries.iter_mut().find_map(|e| match &mut e.what {
            Happening::Entered(entered) => Some(entered),
            _ => None,
        });
        entered.unwrap()
    }

    /// The bank's 协议终止 has left and not arrived.
    pub fn end_under_way(&mut self) {
        let mut sent = self.sent(3).clone();
        sent.transit = 9;
        sent.kind = Kind::AgreementEnded;
        self.note(2000, Happening::Sent(sent));
    }

    fn act(&self) -> Act {
        Act {
            person: "滨海远航 法人卡".into(),
            enterprise: OWNER.into(),
            verb: "协议签署".into(),
            prompt: "签约请求发送成功".into(),
            refused: None,
            record: Some(RECORD.into()),
        }
    }

    /// Sends `body` as message `m{transit}`; it arrives a second later, its receipt another second later.
    fn message(&mut self, transit: usize, second: i64, body: Body, answers: Option<&str>) {
        let portal = PartyId::portal;
        let (from, to) = match &body {
            Body::BankSigningRequested(_) | Body::PaymentOrdered(_) | Body::PaymentQueried(_) => (portal(), boc()),
            Body::BankSigningAnswered(_) | Body::PaymentAnswered(_) | Body::PaymentQueryAnswered(_) => {
                (boc(), portal())
            }
            body if body.kind().answers().is_some() || OF_THEIR_OWN.contains(&body.kind()) => (insurer(), portal()),
            _ => (portal(), insurer()),
        };
        let subject = body.business_number().to_owned();
        let alike =
            |e: &&Entry| matches!(&e.what, Happening::Sent(s) if s.from == from && s.to == to && s.subject == subject);
        let before = self.evidence.entries.iter().filter(alike).count() as u64;
        let message = Message {
            id: MessageId::new(&format!("m{transit}")),
            source: from.clone(),
            target: to.clone(),
            subject,
            time: at(second),
            sequence: before + 1,
            correlation: answers.map(MessageId::new),
            body,
        };
        let bytes = interchange::seal(&message, &self.identities[&from], &self.peers, &mut self.rng).unwrap();
        let sent = Sent {
            transit,
            from,
            to: to.clone(),
            kind: message.body.kind(),
            id: message.id.clone(),
            subject: message.subject.clone(),
            sequence: message.sequence,
            correlation: message.correlation.clone(),
            sending: 1,
            bytes: Arc::clone(&bytes),
            declared: vec![],
        };
        self.note(second, Happening::Sent(sent));
        let receipt = self.receipt(&Receipt::Accepted, &bytes, &to, second + 1);
        let arrival = Arrival { transit, bytes, by: to, refused: None, reason: String::new(), receipt: Some(receipt) };
        self.note(second + 1, Happening::Arrived(arrival));
        self.note(second + 2, Happening::Receipt { transit, lost: false, refused: None, verified: true });
    }

    /// A receipt for `bytes` by `by`.
    pub fn receipt(&self, receipt: &Receipt, bytes: &[u8], by: &PartyId, second: i64) -> Arc<[u8]> {
        interchange::seal_receipt(receipt, &sha256(bytes), None, &self.identities[by], at(second))
    }

    /// Replaces the body of message `m{transit}`, sealed anew by its sender.
    pub fn says(&mut self, transit: usize, body: Body) {
        let sent = self.sent(transit).clone();
        let leaves = |e: &&Entry| matches!(&e.what, Happening::Sent(sent) if sent.transit == transit);
        let time = self.evidence.entries.iter().find(leaves).unwrap().at;
        let message = Message {
            id: sent.id,
            source: sent.from.clone(),
            target: sent.to.clone(),
            subject: sent.subject,
            time,
            sequence: sent.sequence,
            correlation: sent.correlation,
            body,
        };
        let bytes = interchange::seal(&message, &self.identities[&sent.from], &self.peers, &mut self.rng).unwrap();
        let receipt = self.receipt(&Receipt::Accepted, &bytes, &sent.to, 1);
        self.sent(transit).bytes = Arc::clone(&bytes);
        let arrival = self.arrival(transit);
        arrival.bytes = bytes;
        arrival.receipt = Some(receipt);
    }

    /// A copy of the arrival of `transit` whose gateway refuses it, with the receipt that says so.
    pub fn refuse(&mut self, transit: usize, code: &str) {
        let refusal = Receipt::Refused { code: code.into(), reason: "验签失败".into() };
        let (bytes, by) = {
            let arrival = self.arrival(transit);
            (Arc::clone(&arrival.bytes), arrival.by.clone())
        };
        let receipt = self.receipt(&refusal, &bytes, &by, 1);
        let arrival = self.arrival(transit);
        arrival.refused = Some(code.into());
        arrival.receipt = Some(receipt);
    }

    pub fn note(&mut self, second: i64, what: Happening) {
        self.evidence.entries.push(Entry { at: at(second), step: Some(0), what });
    }

    pub fn sent(&mut self, transit: usize) -> &mut Sent {
        self.evidence
            .entries
            .iter_mut()
            .find_map(|e| match &mut e.what {
                Happening::Sent(sent) if sent.transit == transit => Some(sent),
                _ => None,
            })
            .unwrap()
    }

    pub fn arrival(&mut self, transit: usize) -> &mut Arrival {
        self.evidence
            .entries
            .iter_mut()
            .find_map(|e| match &mut e.what {
                Happening::Arrived(arrival) if arrival.transit == transit => Some(arrival),
                _ => None,
            })
            .unwrap()
    }

    /// The context of its checks.
    pub fn context<'a>(&'a self, identities: &'a dyn Fn(&PartyId) -> Option<&'a Identity>) -> Context<'a> {
        Context {
            directory: &self.directory,
            identities,
            peers: &self.peers,
            suite: self.suite,
            card_roots: &self.card_roots,
        }
    }

    /// Runs one invariant.
    pub fn outcome_of(&self, invariant: &Invariant) -> Outcome {
        let identities = |id: &PartyId| self.identities.get(id);
        let context = self.context(&identities);
        (invariant.check)(&self.evidence, &Judging::new(context))
    }

    /// Runs one invariant, which must find something to judge.
    pub fn judged_by(&self, invariant: &Invariant) -> Vec<Finding> {
        let outcome = self.outcome_of(invariant);
        assert!(outcome.evaluated, "{}", invariant.name);
        outcome.findings
    }

    /// The sentences of what the invariant of this name finds.
    pub fn found_by(&self, name: &str) -> Vec<String> {
        self.judged_by(super::by_name(name).unwrap()).into_iter().map(|f| f.text).collect()
    }
}

fn with_certificates(parties: &[PartyId], ca: &TestCa, rng: &mut ChaCha20Rng) -> (BTreeMap<PartyId, Identity>, Peers) {
    let mut peers = Peers::new(ca.certificate().clone());
    let mut identities = BTreeMap::new();
    let mut serial = 100;
    for id in parties {
        let mut made = |usage| {
            let key = PrivateKey::generate(Algorithm::Sm2, rng).unwrap();
            serial += 1;
            let request = CertificateRequest {
                common_name: id.as_str(),
                organisation: id.as_str(),
                unit: None,
                public_key: key.public_key(),
                serial,
                not_before: VALID.0,
                not_after: VALID.1,
                usage,
                card: None,
            };
            let certificate = ca.issue(&request).unwrap();
            (key, certificate)
        };
        let (sign_key, sign) = made(KeyUse::Sign);
        let (encryption_key, encryption) = made(KeyUse::Encrypt);
        peers.add(id.clone(), sign.clone(), encryption.clone());
        identities.insert(id.clone(), Identity::new(id.clone(), sign_key, sign, encryption_key, encryption, true));
    }
    (identities, peers)
}

/// What was typed for that payer, bank and payee, the institutions by their short names.
pub fn entered() -> Entered {
    let fields = [
        ("付款银行", "中国银行"),
        ("收款企业", "中银保险"),
        ("企业名称", "滨海远航进出口有限公司"),
        ("企业地址", "天津市滨海新区虚构路1号"),
        ("企业联系人", "测试联系人甲"),
        ("付款账号", "620000000000000101"),
        ("联系人电话", "10000000001"),
        ("企业邮箱", "contact@binhai.example"),
        ("企业税号", "911201160000000"),
    ];
    Entered {
        record: RECORD.into(),
        fields: fields.map(|(label, text)| (label.to_owned(), text.to_owned())).into(),
        special_terms: Vec::new(),
        attachments: Vec::new(),
        legal_person: "测试法人甲".into(),
        postcode: "300450".into(),
    }
}

pub fn payer() -> Payer {
    Payer {
        uscc: OWNER.parse().unwrap(),
        name: "滨海远航进出口有限公司".into(),
        address: "天津市滨海新区虚构路1号".into(),
        contact: "测试联系人甲".into(),
        account: "620000000000000101".into(),
        phone: "10000000001".into(),
        email: "contact@binhai.example".into(),
        tax_number: "911201160000000".into(),
        legal_person: "测试法人甲".into(),
        postcode: "300450".into(),
    }
}

pub fn insurer_request(seal: CardSeal) -> Body {
    Body::InsurerSigningRequested(InsurerSigningRequest {
        application: RECORD.into(),
        bank: "中国银行股份有限公司".into(),
        payee: "中银保险有限公司".into(),
        service: "保费支付".into(),
        payer: payer(),
        signed_at: at(0).rfc3339(),
        seal,
    })
}

fn bank_request(seal: CardSeal) -> Body {
    Body::BankSigningRequested(BankSigningRequest {
        application: RECORD.into(),
        bank: "中国银行股份有限公司".into(),
        payee: "中银保险有限公司".into(),
        service: "保费支付".into(),
        payer: payer(),
        signed_at: at(0).rfc3339(),
        insurer_signed_at: at(600).rfc3339(),
        seal,
    })
}

pub fn insurer_answer(decision: Decision) -> Body {
    let reason = (decision == Decision::Refused).then(|| "资料不全".into());
    Body::InsurerSigningAnswered(InsurerSigningAnswer { application: RECORD.into(), decision, reason })
}

pub fn bank_answer(decision: Decision) -> Body {
    let agreed = decision == Decision::Agreed;
    Body::BankSigningAnswered(BankSigningAnswer {
        application: RECORD.into(),
        decision,
        reason: (!agreed).then(|| "账户状态异常".into()),
        agreement_number: agreed.then(|| NUMBER.into()),
        effective: agreed.then(|| "2026-03-02".into()),
        expiry: None,
    })
}
