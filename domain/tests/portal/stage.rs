//! A portal with two enterprises, two banks and three insurers, and hands to play all the others with.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{
    Draws, Moment, Refusal, Time, Verified,
    codes::Uscc,
    delivery::Arrived,
    directory::{Directory, Enterprise, Institution, PartyId, PartyRole},
    message::{
        AgreementEndAnswer, AgreementEnded, BankSigningAnswer, Body, CardSeal, Decision, InsurerSigningAnswer, Kind,
        Message, MessageId, Receipt,
    },
    portal::{
        AgreementForm, CardId, CardIdentity, CardRole, CardSignature, Changes, Command, Done, LoginAnswer, Page,
        Portal, Query, RecordId, Rules, Sending, SessionId, Table, ToSign,
    },
};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(86_400);

/// Draws that are good enough to tell one from another.
pub struct TestDraws;

impl Draws for TestDraws {
    fn draw(&self, purpose: &str, entity: &str, count: u64) -> [u8; 32] {
        let mut out = [0; 32];
        for (i, byte) in out.iter_mut().enumerate() {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ (i as u64);
            for b in purpose.bytes().chain([0]).chain(entity.bytes()).chain(count.to_be_bytes()) {
                hash = (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
            }
            hash = (hash ^ (hash >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = (hash >> 56) as u8;
        }
        out
    }
}

/// The tests stand in for the gateway.
#[allow(clippy::disallowed_methods, reason = "the tests stand in for the gateway")]
pub fn checked<T>(value: T) -> Verified<T> {
    Verified::by_gateway(value)
}

/// The first enterprise.
pub fn binhai() -> Uscc {
    "91120116MA05TE5T79".parse().unwrap()
}

/// The second.
pub fn dongling() -> Uscc {
    "91310115MA1TE5T26X".parse().unwrap()
}

fn enterprise(uscc: Uscc, short: &str) -> Enterprise {
    Enterprise {
        uscc,
        name: format!("{short}有限公司"),
        short: short.into(),
        legal_person: "测试法人".into(),
        postcode: "300450".into(),
        address: "虚构路1号".into(),
        contact: "测试联系人".into(),
        phone: "10000000001".into(),
        email: "contact@firm.example".into(),
        accounts: Vec::new(),
    }
}

pub fn directory() -> Directory {
    let institution = |id: &str, role, name: &str, short: &str, branch_of: Option<&str>| Institution {
        id: PartyId::new(id),
        role,
        name: name.into(),
        short: short.into(),
        branch_of: branch_of.map(PartyId::new),
    };
    Directory::new(vec![
        institution("boc", PartyRole::Bank, "中国银行股份有限公司", "中国银行", None),
        institution("ccb", PartyRole::Bank, "中国建设银行股份有限公司", "建设银行", None),
        institution("boc-insurance", PartyRole::Insurer, "中银保险有限公司", "中银保险", None),
        institution("pingan", PartyRole::Insurer, "中国平安财产保险股份有限公司", "平安产险", None),
        institution(
            "pingan-beijing",
            PartyRole::Insurer,
            "中国平安财产保险股份有限公司北京分公司",
            "平安产险北京分公司",
            Some("pingan"),
        ),
    ])
}

pub fn identity(uscc: &Uscc, role: CardRole) -> CardIdentity {
    let card_number = format!("{}-{}", &uscc.as_str()[14..], role.chinese());
    CardIdentity {
        card: CardId(card_number.clone()),
        card_number,
        holder: "持卡人".into(),
        role,
        organisation_code: uscc.organisation_code().into(),
    }
}

/// A form that is right, to be spoilt.
pub fn form(bank: &str, payee: &str) -> AgreementForm {
    let fields = [
        ("付款银行", bank),
        ("收款企业", payee),
        ("企业名称", "滨海远航有限公司"),
        ("企业地址", "虚构路1号"),
        ("企业联系人", "测试联系人"),
        ("付款账号", "620000000000000101"),
        ("联系人电话", "10000000001"),
        ("企业邮箱", "contact@firm.example"),
        ("企业税号", "91120116MA05TE5T79"),
    ];
    AgreementForm { fields: fields.map(|(f, t)| (f.to_owned(), t.to_owned())).into(), terms_accepted: true }
}

pub fn usual() -> AgreementForm {
    form("中国银行", "中银保险")
}

pub struct Stage {
    pub portal: Portal,
    pub now: Time,
    /// All that left the portal, in order.
    pub sent: Vec<(Time, Sending)>,
    numbers: BTreeMap<(String, String), u64>,
    messages: u64,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(Rules::default())
    }

    pub fn with(rules: Rules) -> Self {
        let enterprises = vec![enterprise(binhai(), "滨海远航"), enterprise(dongling(), "东岭贸易")];
        Self {
            portal: Portal::new(rules, Arc::new(directory()), Arc::default(), Arc::new(enterprises)),
            now: Time::parse("2026-03-02 09:00:00").unwrap(),
            sent: Vec::new(),
            numbers: BTreeMap::new(),
            messages: 0,
        }
    }

    pub fn moment(&self) -> Moment<'static> {
        Moment { time: self.now, draws: &TestDraws }
    }

    pub fn apply(&mut self, changes: Changes) {
        let sendings = self.portal.apply(changes);
        self.sent.extend(sendings.into_iter().map(|s| (self.now, s)));
    }

    /// Lets time pass, doing all that falls due on the way.
    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    pub fn run_until(&mut self, end: Time) {
        let mut steps = 0;
        while let Some(at) = self.portal.next_due().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let changes = self.portal.due(self.moment());
            assert!(!changes.is_empty(), "something was due, yet nothing is done");
            self.apply(changes);
            steps += 1;
            assert!(steps < 10_000, "time does not move on");
        }
        self.now = self.now.max(end);
    }

    pub fn login(&mut self, uscc: &Uscc, role: CardRole) -> SessionId {
        let identity = identity(uscc, role);
        let (challenge, changes) = self.portal.challenge(&identity.card, self.moment());
        self.apply(changes);
        let answer = checked(LoginAnswer { challenge: challenge.id, identity });
        let (session, changes) = self.portal.login(&answer, self.moment()).unwrap();
        self.apply(changes);
        session
    }

    pub fn legal_person(&mut self) -> SessionId {
        self.login(&binhai(), CardRole::LegalPerson)
    }

    pub fn prepare(&mut self, session: &SessionId, command: Command) -> Result<ToSign, Refusal> {
        let before = self.portal.clone();
        let outcome = self.portal.prepare(session, command, self.moment());
        assert!(self.portal == before);
        let (to_sign, changes) = outcome?;
        self.apply(changes);
        Ok(to_sign)
    }

    pub fn complete(&mut self, session: &SessionId, uscc: &Uscc, to_sign: &ToSign) -> Result<Done, Refusal> {
        let signature = checked(signature(uscc, &to_sign.bytes));
        let (done, changes) = self.portal.complete(session, &to_sign.token, &signature, self.moment())?;
        self.apply(changes);
        Ok(done)
    }

    /// The whole of 协议签署 by the first enterprise.
    pub fn sign(&mut self, session: &SessionId, form: AgreementForm) -> Result<RecordId, Refusal> {
        self.act(session, &binhai(), Command::SignAgreement(form))
    }

    pub fn resign(&mut self, session: &SessionId, failed: &RecordId, form: AgreementForm) -> Result<RecordId, Refusal> {
        self.act(session, &binhai(), Command::ResignAgreement { failed: failed.clone(), form })
    }

    pub fn act(&mut self, session: &SessionId, uscc: &Uscc, command: Command) -> Result<RecordId, Refusal> {
        let to_sign = self.prepare(session, command)?;
        Ok(self.complete(session, uscc, &to_sign)?.record.unwrap())
    }

    pub fn resend(&mut self, session: &SessionId, record: &RecordId) -> Result<Done, Refusal> {
        let (done, changes) = self.portal.handle(session, Command::Resend { record: record.clone() }, self.moment())?;
        self.apply(changes);
        Ok(done)
    }

    /// The last message of this kind about the record.
    pub fn last(&self, record: &RecordId, kind: Kind) -> Message {
        let of = |s: &&(Time, Sending)| s.1.message.subject == record.as_str() && s.1.message.body.kind() == kind;
        self.sent.iter().rev().find(of).unwrap().1.message.clone()
    }

    pub fn receipt(&mut self, record: &RecordId, kind: Kind, receipt: Receipt) {
        let id = self.last(record, kind).id;
        let changes = self.portal.receipt(&id, &checked(receipt), self.moment());
        self.apply(changes);
    }

    pub fn accepted(&mut self, record: &RecordId, kind: Kind) {
        self.receipt(record, kind, Receipt::Accepted);
    }

    /// A message from a party, with the right number.
    pub fn message(&mut self, from: &str, record: &RecordId, body: Body) -> Arrived {
        let number = self.numbers.entry((from.to_owned(), record.as_str().to_owned())).or_default();
        *number += 1;
        self.messages += 1;
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&self.messages.to_be_bytes());
        let message = Message {
            id: MessageId::new(&format!("{from}-{}", self.messages)),
            source: PartyId::new(from),
            target: PartyId::portal(),
            subject: record.as_str().to_owned(),
            time: self.now,
            sequence: *number,
            correlation: None,
            body,
        };
        Arrived { message, digest }
    }

    pub fn arrive(&mut self, arrived: &Arrived) -> Receipt {
        let (receipt, changes) = self.portal.receive(&checked(arrived.clone()), self.moment());
        self.apply(changes);
        receipt
    }

    pub fn say(&mut self, from: &str, record: &RecordId, body: Body) -> Receipt {
        let arrived = self.message(from, record, body);
        self.arrive(&arrived)
    }

    /// Signed, sent and acknowledged: the insurer has it.
    pub fn with_insurer(&mut self, session: &SessionId) -> RecordId {
        let record = self.sign(session, usual()).unwrap();
        self.run_for(Duration::from_secs(3));
        self.accepted(&record, Kind::InsurerSigningRequested);
        record
    }

    /// The insurer has signed: the bank has it.
    pub fn with_bank(&mut self, session: &SessionId) -> RecordId {
        let record = self.with_insurer(session);
        assert_eq!(self.say("boc-insurance", &record, insurer_agrees(&record)), Receipt::Accepted);
        self.run_for(Duration::from_secs(3));
        self.accepted(&record, Kind::BankSigningRequested);
        record
    }

    pub fn in_force(&mut self, session: &SessionId) -> RecordId {
        let record = self.with_bank(session);
        assert_eq!(self.say("boc", &record, bank_agrees(&record, None)), Receipt::Accepted);
        record
    }

    /// The log as the page shows it: code and text, oldest first.
    pub fn log(&self, record: &RecordId) -> Vec<String> {
        self.portal.observe(&binhai()).log(record).iter().map(|r| format!("{} {}", r.code, r.text)).collect()
    }

    pub fn codes(&self, record: &RecordId) -> Vec<&'static str> {
        self.portal.observe(&binhai()).log(record).iter().map(|r| r.code).collect()
    }

    pub fn last_log(&self, record: &RecordId) -> String {
        self.log(record).pop().unwrap()
    }

    pub fn field(&self, record: &RecordId, label: &str) -> String {
        let shown = self.portal.observe(&binhai()).shown(record).unwrap();
        shown.fields.into_iter().find(|(l, _)| *l == label).unwrap().1
    }

    pub fn state(&self, record: &RecordId) -> String {
        self.field(record, "状态")
    }

    pub fn list(&self, session: &SessionId) -> Table {
        self.portal.query(session, &Query::of(Page::Agreements)).unwrap()
    }
}

pub fn signature(uscc: &Uscc, bytes: &[u8]) -> CardSignature {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    CardSignature {
        card: identity(uscc, CardRole::LegalPerson).card,
        bytes_signed: bytes.to_vec(),
        seal: CardSeal { text, certificate: "Y2VydA==".into(), signature: "c2ln".into() },
    }
}

pub fn insurer_agrees(record: &RecordId) -> Body {
    let application = record.as_str().to_owned();
    Body::InsurerSigningAnswered(InsurerSigningAnswer { application, decision: Decision::Agreed, reason: None })
}

pub fn insurer_refuses(record: &RecordId, reason: &str) -> Body {
    let (application, reason) = (record.as_str().to_owned(), Some(reason.to_owned()));
    Body::InsurerSigningAnswered(InsurerSigningAnswer { application, decision: Decision::Refused, reason })
}

pub fn bank_agrees(record: &RecordId, expiry: Option<&str>) -> Body {
    Body::BankSigningAnswered(BankSigningAnswer {
        application: record.as_str().to_owned(),
        decision: Decision::Agreed,
        reason: None,
        agreement_number: Some("BOCBX000000001".into()),
        effective: Some("2026-03-02".into()),
        expiry: expiry.map(str::to_owned),
    })
}

pub fn bank_refuses(record: &RecordId, reason: &str) -> Body {
    Body::BankSigningAnswered(BankSigningAnswer {
        application: record.as_str().to_owned(),
        decision: Decision::Refused,
        reason: Some(reason.into()),
        agreement_number: None,
        effective: None,
        expiry: None,
    })
}

pub fn end_answered(record: &RecordId, decision: Decision, reason: Option<&str>) -> Body {
    let (application, reason) = (record.as_str().to_owned(), reason.map(str::to_owned));
    Body::AgreementEndAnswered(AgreementEndAnswer { application, decision, reason })
}

pub fn ended_by_bank(record: &RecordId, reason: &str) -> Body {
    Body::AgreementEnded(AgreementEnded {
        application: record.as_str().to_owned(),
        agreement_number: "BOCBX000000001".into(),
        reason: reason.into(),
    })
}
