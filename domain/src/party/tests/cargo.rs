//! What the tests of the cargo line share: an insurer with an open cover, and the messages that the portal sends it.

use super::*;
use crate::message::{
    cargo::{CategoryData, Fields, OpenCoverRequest, ProposalSubmission, WithdrawalRequest},
    payment::{PaymentNotice, RefundRequest},
};

/// The number that constant draws give the first open cover and the first proposal.
pub const COVER: &str = "Q202603020000000000000";
pub const NUMBER: &str = "T20260302000000000000";
pub const REQUEST: &str = "20260302000000000009";
pub const PAYMENT: &str = "20260302000000000077";

pub fn signatory() -> Signatory {
    Signatory {
        uscc: "91110000600037341L".parse().unwrap(),
        name: "滨海远航进出口有限公司".into(),
        contact: "周敏".into(),
        phone: "13800000000".into(),
        email: "zhou@example.com".into(),
        address: "滨海市海港路1号".into(),
    }
}

pub fn signing(terms: CoverChange) -> Signing {
    let categories = vec![CategoryData { chapter: "84".into(), heading: "8471".into() }];
    Signing { request: None, enterprise: signatory(), categories, terms }
}

/// An insurer whose open cover was signed an hour before 2026-03-02 10:00:00, all else friendly.
pub fn covered(terms: CoverChange) -> Rig {
    let mut rig = Rig::pingan([]);
    assert_eq!(sign(&mut rig, &signing(terms)), Ok(COVER.to_owned()));
    rig.run_until(HOUR);
    rig.accept_last();
    rig.wire.clear();
    rig.script.taken.clear();
    rig
}

/// The same with decisions that are still to be taken.
pub fn covered_and_scripted(script: impl IntoIterator<Item = Outcome>) -> Rig {
    let mut rig = covered(CoverChange::default());
    rig.script.left.extend(script);
    rig
}

pub const HOUR: u64 = 3_600;

pub fn sign(rig: &mut Rig, signing: &Signing) -> Result<String, String> {
    let moment = Moment { time: after(rig.now), draws: &rig.draws };
    let (number, changes) = rig.party.sign_offline(signing, moment, &mut rig.script)?;
    rig.apply(changes);
    Ok(number)
}

pub fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

/// A form that agrees with the usual cover; 100000.00 x 110% = 110000.00.
pub fn form() -> Fields {
    fields(&[
        ("applicant_uscc", "91110000600037341L"),
        ("mode", "海运"),
        ("main_coverage", "一切险"),
        ("additional_coverages", "罢工险、战争险"),
        ("goods_chapter", "84"),
        ("goods_heading", "8471"),
        ("departure", "2026-03-05"),
        ("invoice_amount", "100000.00"),
        ("markup", "10%"),
        ("insured_amount", "110000.00"),
        ("rate", "0.450%"),
        ("premium", "495.00"),
    ])
}

pub fn submission(number: u32, form: Fields) -> ProposalSubmission {
    ProposalSubmission {
        application: APPLICATION.into(),
        submission: number.to_string(),
        open_cover: COVER.into(),
        insurer: PINGAN.into(),
        line: "进口货运险".into(),
        submitted_at: "2026-03-02T10:00:00.000+08:00".into(),
        form,
        special_terms: Vec::new(),
        attachments: Vec::new(),
    }
}

/// To the insurer, about the proposal; the sequence number makes the id.
pub fn about_proposal(sequence: u64, body: Body) -> Message {
    message(&format!("p{sequence}"), "pingan", sequence, body)
}

pub fn submitted(sequence: u64, submission: ProposalSubmission) -> Message {
    about_proposal(sequence, Body::ProposalSubmitted(submission))
}

pub fn first_submission() -> Message {
    submitted(1, submission(1, form()))
}

pub fn withdrawal(sequence: u64, proposal_number: &str) -> Message {
    let (application, proposal_number) = (APPLICATION.into(), proposal_number.into());
    about_proposal(sequence, Body::WithdrawalRequested(WithdrawalRequest { application, proposal_number }))
}

pub fn notice_of(payment: &str, amount: &str) -> PaymentNotice {
    PaymentNotice {
        application: APPLICATION.into(),
        proposal_number: NUMBER.into(),
        payment: payment.into(),
        debit: "B20260302000000000000".into(),
        amount: yuan(amount),
    }
}

pub fn notified(sequence: u64, notice: PaymentNotice) -> Message {
    about_proposal(sequence, Body::PaymentNotified(notice))
}

pub fn refund(id: &str, sequence: u64, payment: &str) -> Message {
    let request = RefundRequest {
        payment: payment.into(),
        debit: "B20260302000000000000".into(),
        account: "6210000000000001".into(),
        amount: yuan("495.00"),
        reason: "保费已由另一笔支付结清".into(),
    };
    Message { subject: payment.into(), ..message(id, "pingan", sequence, Body::RefundRequested(request)) }
}

pub fn open_cover_request(insurer: &str) -> Message {
    let request = OpenCoverRequest {
        application: REQUEST.into(),
        insurer: insurer.into(),
        uscc: "91110000600037341L".parse().unwrap(),
        submitted_at: "2026-03-02T09:00:00.000+08:00".into(),
        form: fields(&[("line", "出口货运险"), ("contact", "王芳"), ("phone", "13900000000")]),
    };
    Message { subject: REQUEST.into(), ..message("r1", "pingan", 1, Body::OpenCoverRequested(request)) }
}

impl Rig {
    /// Runs on, each message received at once, until so many seconds after the start.
    pub fn accept_until(&mut self, seconds: u64) {
        for now in self.now..=seconds {
            let before = self.wire.len();
            self.run_until(now);
            for at in before..self.wire.len() {
                let id = self.wire[at].1.message.id.clone();
                self.receipt(&id, Receipt::Accepted);
            }
        }
    }

    pub fn proposal(&self) -> ProposalEntry {
        self.party.proposals().find(|entry| entry.application == APPLICATION).expect("it is in the books").clone()
    }

    /// What left, each as kind and second.
    pub fn said(&self) -> Vec<(&'static str, u64)> {
        self.wire.iter().map(|(ms, sending)| (sending.message.body.kind().chinese(), ms / 1_000)).collect()
    }

    /// The reason in the last message that left; `None` for a yes.
    pub fn last_reason(&self) -> Option<String> {
        let (decision, reason) =
            self.wire.last().expect("something was sent").1.message.body.decision().expect("an answer");
        assert_eq!(decision == crate::message::Decision::Refused, reason.is_some());
        reason.map(str::to_owned)
    }

    /// Where decisions were asked for.
    pub fn points(&self) -> Vec<Point> {
        self.script.taken.iter().map(|(point, _)| *point).collect()
    }
}
