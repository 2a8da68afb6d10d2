//! One party alone, driven by its public doors as the world drives it. Draws are constant unless a test says
//! otherwise, so that times and numbers can be written by hand.

mod bank;
mod cargo;
mod cover;
mod debit;
mod debit_random;
mod delivery;
mod insurer;
mod outcomes;
mod policy;
mod proposal;
mod withdrawal;

use std::{collections::VecDeque, time::Duration};

use super::*;
use crate::{
    Draws,
    message::{AgreementEndRequest, BankSigningRequest, Body, CardSeal, InsurerSigningRequest, Message, Payer},
    money::Money,
};

const APPLICATION: &str = "20260302000000000001";
const BOC: &str = "中国银行股份有限公司";
const PINGAN: &str = "中国平安财产保险股份有限公司";

/// Draws the same number for everything but what must differ: message ids, and numbers drawn once more.
struct Always(u64);

impl Draws for Always {
    fn draw(&self, purpose: &str, entity: &str, count: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        let once_more = if purpose.ends_with("-number") { count } else { 0 };
        bytes[..8].copy_from_slice(&(self.0 + once_more).to_be_bytes());
        if purpose == "message-id" {
            let text: String = count.to_string().chars().chain(entity.chars().rev()).collect(); // where two differ first
            for (byte, from) in bytes.iter_mut().zip(text.bytes()) {
                *byte = from;
            }
        }
        bytes
    }
}

/// The script and the record of what was taken from it.
#[derive(Default)]
struct Script {
    left: VecDeque<Outcome>,
    taken: Vec<(Point, String)>,
}

impl Decisions for Script {
    fn take(&mut self, _: &PartyId, point: Point, subject: &str) -> Outcome {
        self.taken.push((point, subject.to_owned()));
        self.left.pop_front().unwrap_or_else(Outcome::friendly)
    }
}

/// A party with its clock and its script; time is in seconds after 2026-03-02 09:00:00.
struct Rig {
    party: Party,
    now: u64,
    draws: Always,
    script: Script,
    /// Everything that went on the wire, with the millisecond at which it did.
    wire: Vec<(u64, Sending)>,
}

fn after(seconds: u64) -> Time {
    Time::parse("2026-03-02 09:00:00").unwrap() + Duration::from_secs(seconds)
}

impl Rig {
    fn new(id: &str, role: PartyRole, name: &str, script: impl IntoIterator<Item = Outcome>) -> Self {
        let institution =
            Institution { id: PartyId::new(id), role, name: name.into(), short: name.into(), branch_of: None };
        Self {
            party: Party::new(institution, Settings::default()),
            now: 0,
            draws: Always(0),
            script: Script { left: script.into_iter().collect(), taken: Vec::new() },
            wire: Vec::new(),
        }
    }

    fn boc(script: impl IntoIterator<Item = Outcome>) -> Self {
        Self::new("boc", PartyRole::Bank, BOC, script)
    }

    fn pingan(script: impl IntoIterator<Item = Outcome>) -> Self {
        Self::new("pingan", PartyRole::Insurer, PINGAN, script)
    }

    /// A bank that has signed at 300 seconds, and whose answer was received.
    fn boc_in_force(script: impl IntoIterator<Item = Outcome>) -> Self {
        let mut rig = Self::boc([]);
        rig.receive(&bank_request("b1", 1));
        rig.run_until(300);
        rig.accept_last();
        rig.wire.clear();
        rig.script = Script { left: script.into_iter().collect(), taken: Vec::new() };
        rig
    }

    fn moment(&self) -> Moment<'_> {
        Moment { time: after(self.now), draws: &self.draws }
    }

    #[allow(clippy::disallowed_methods, reason = "the test stands in for the gateway")]
    fn receive(&mut self, message: &Message) -> Answer {
        let mut digest = [0; 32];
        for (byte, from) in digest.iter_mut().zip(message.id.as_str().bytes()) {
            *byte = from;
        }
        let arrived = Verified::by_gateway(Arrived { message: message.clone(), digest });
        let moment = Moment { time: after(self.now), draws: &self.draws };
        let (answer, changes) = self.party.receive(&arrived, moment, &mut self.script);
        self.apply(changes);
        answer
    }

    #[allow(clippy::disallowed_methods, reason = "the test stands in for the gateway")]
    fn receipt(&mut self, id: &MessageId, receipt: Receipt) {
        let changes = self.party.receipt(id, &Verified::by_gateway(receipt), self.moment());
        self.apply(changes);
    }

    fn accept_last(&mut self) {
        let id = self.wire.last().expect("something was sent").1.message.id.clone();
        self.receipt(&id, Receipt::Accepted);
    }

    fn apply(&mut self, changes: Changes) {
        let ms = self.now * 1_000;
        self.wire.extend(self.party.apply(changes).into_iter().map(|sending| (ms, sending)));
    }

    /// Lets time pass; each thing is done at its own millisecond.
    fn run_until(&mut self, seconds: u64) {
        while let Some(due) = self.party.next_due().filter(|due| *due <= after(seconds)) {
            let time = due.max(after(self.now));
            let changes = self.party.due(Moment { time, draws: &self.draws }, &mut self.script);
            assert!(!changes.is_empty(), "what is due at {time} is something");
            let ms = u64::try_from(time.since(after(0)).as_millis()).unwrap();
            self.wire.extend(self.party.apply(changes).into_iter().map(|sending| (ms, sending)));
        }
        self.now = seconds;
    }

    fn sent_ms(&self) -> Vec<u64> {
        self.wire.iter().map(|(ms, _)| *ms).collect()
    }

    /// The only message on the wire.
    fn only(&self) -> &Message {
        assert_eq!(self.wire.len(), 1, "one sending");
        &self.wire[0].1.message
    }

    fn book(&self) -> BookEntry {
        self.party.book(APPLICATION).expect("the books know the application")
    }
}

fn payer() -> Payer {
    Payer {
        uscc: "91110000600037341L".parse().unwrap(),
        name: "滨海远航进出口有限公司".into(),
        address: "滨海市海港路1号".into(),
        contact: "周敏".into(),
        account: "6210000000000001".into(),
        phone: "13800000000".into(),
        email: "zhou@example.com".into(),
        tax_number: "91110000600037341L".into(),
        legal_person: "陈远".into(),
        postcode: "100000".into(),
    }
}

fn seal() -> CardSeal {
    CardSeal {
        text: "委托银行划缴保险费三方协议书".into(), certificate: "AA==".into(), signature: "AA==".into()
    }
}

fn message(id: &str, target: &str, sequence: u64, body: Body) -> Message {
    Message {
        id: MessageId::new(id),
        source: PartyId::portal(),
        target: PartyId::new(target),
        subject: APPLICATION.into(),
        time: after(0),
        sequence,
        correlation: None,
        body,
    }
}

fn insurer_request_for(payee: &str) -> Message {
    let request = InsurerSigningRequest {
        application: APPLICATION.into(),
        bank: BOC.into(),
        payee: payee.into(),
        service: "保费支付".into(),
        payer: payer(),
        signed_at: "2026-03-02T09:00:00.000+08:00".into(),
        seal: seal(),
    };
    message("i1", "pingan", 1, Body::InsurerSigningRequested(request))
}

fn insurer_request() -> Message {
    insurer_request_for(PINGAN)
}

fn bank_request_to(target: &str, bank: &str) -> Message {
    let request = BankSigningRequest {
        application: APPLICATION.into(),
        bank: bank.into(),
        payee: PINGAN.into(),
        service: "保费支付".into(),
        payer: payer(),
        signed_at: "2026-03-02T09:00:00.000+08:00".into(),
        insurer_signed_at: "2026-03-02T09:10:00.000+08:00".into(),
        seal: seal(),
    };
    message("b1", target, 1, Body::BankSigningRequested(request))
}

fn bank_request(id: &str, sequence: u64) -> Message {
    Message { id: MessageId::new(id), sequence, ..bank_request_to("boc", BOC) }
}

fn end_request(id: &str, sequence: u64, number: &str) -> Message {
    let request = AgreementEndRequest {
        application: APPLICATION.into(),
        agreement_number: number.into(),
        reason: "已重新签署".into(),
    };
    message(id, "boc", sequence, Body::AgreementEndRequested(request))
}

fn agree() -> Box<Outcome> {
    Box::new(Outcome::friendly())
}

fn refuse(reason: &str) -> Outcome {
    Outcome::Refuse { reason: reason.into() }
}

fn refused(code: &str, reason: &str) -> Answer {
    Answer::Receipt(Receipt::Refused { code: code.into(), reason: reason.into() })
}

/// What became of a request at the door: nothing to say of it, or the reason of the refusing receipt.
fn at_the_door(answer: Answer) -> Result<(), String> {
    match answer {
        Answer::Receipt(Receipt::Accepted) => Ok(()),
        Answer::Receipt(Receipt::Refused { code, reason }) => Err(format!("{code} {reason}")),
        Answer::None => Err("no receipt".into()),
    }
}

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

const ACCEPTED: Answer = Answer::Receipt(Receipt::Accepted);
