//! 报文有效 (MSG-02): honest messages get through and say what was sent; bad ones are refused and leave no trace.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    directory::PartyId,
    message::{Decision, Kind},
    portal::RecordKind,
};
use interchange::Opened;

use super::{
    Judging, Outcome, states,
    wire::{Bad, Coming, Wire},
};
use crate::{
    evidence::Evidence,
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "报文有效";

/// A message older than this is refused.
const STALE_AFTER: Duration = Duration::from_secs(30 * 86_400);

/// What must become of it.
const STALE: Bad = Bad { name: "过时", codes: &[interchange::TIME] };

/// A message leaves within this of being made.
const MADE_BEFORE: Duration = Duration::from_secs(60);

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let mut outcome = Outcome::default();
    for coming in &wire.arrivals {
        outcome.evaluated = true;
        match coming.declared_bad() {
            Some(bad) => refused_as_it_must(coming, bad, &mut outcome.findings),
            None if is_stale(coming, &wire) => {
                refused_as_it_must(coming, STALE, &mut outcome.findings);
            }
            None => came_through(coming, context, &mut outcome.findings),
        }
    }
    times_are_true(&wire, context, &mut outcome.findings);
    ids_and_sequences(&wire, &mut outcome.findings);
    answers_answer_something(&wire, &mut outcome.findings);
    nothing_came_of_bad_ones(evidence, &wire, context, &mut outcome.findings);
    outcome
}

/// Whether a copy was so long on its way that its receiver must not believe it any more (docs/interchange.md).
fn is_stale(coming: &Coming<'_>, wire: &Wire<'_>) -> bool {
    wire.first_sent(coming.sent).is_some_and(|first| coming.at.since(first) > STALE_AFTER)
}

fn failed(coming: &Coming<'_>, text: String) -> Finding {
    let path = format!("报文 {} {}→{}", coming.sent.kind.chinese(), coming.sent.from, coming.arrival.by);
    Finding::new(Verdict::Failed, NAME, path, text).against("MSG-02").during(coming.step).about(coming.sent.id.as_str())
}

fn refused_as_it_must(coming: &Coming<'_>, Bad { name, codes }: Bad, findings: &mut Vec<Finding>) {
    // As it was declared: of nonsense it says which field is broken, and how.
    let name = coming.sent.declared.iter().find(|d| d.starts_with(name)).map_or(name, String::as_str);
    let family = codes.join(" 或 ");
    match &coming.arrival.refused {
        None => findings.push(failed(coming, format!("{name}的报文被接受了")).compared(family, "接受")),
        Some(code) if codes.contains(&code.as_str()) => {}
        Some(code) => findings.push(
            failed(coming, format!("{name}的报文以不相干的理由被拒绝：{}", coming.arrival.reason))
                .compared(family, code),
        ),
    }
}

fn came_through(coming: &Coming<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    if coming.altered() {
        findings.push(failed(coming, "到达的报文与发出的不同，但没有声明过篡改".into()));
        return;
    }
    // Codes K31xx are the gateway's; a business refusal (K32xx) has opened and verified the message.
    if let Some(code) = coming.arrival.refused.as_ref().filter(|c| c.starts_with("K31")) {
        let text = format!("诚实的报文被拒绝：{}", coming.arrival.reason);
        findings.push(failed(coming, text).compared("接受", code));
        return;
    }
    let Some(opening) = context.open(&coming.arrival.bytes, &coming.arrival.by, coming.at) else { return };
    match &*opening {
        Err(error) => {
            findings.push(failed(coming, format!("报文不能再次打开并验签：{error}")).compared("有效", error.code))
        }
        Ok(opened) => {
            for (what, expected, actual) in differences(coming, opened) {
                findings.push(failed(coming, format!("报文中的{what}与发送记录不符")).compared(expected, actual));
            }
        }
    }
}

fn differences(coming: &Coming<'_>, opened: &Opened) -> Vec<(&'static str, String, String)> {
    let (sent, message) = (coming.sent, &opened.message);
    let correlation =
        |id: &Option<domain::message::MessageId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    [
        ("编号", sent.id.to_string(), message.id.to_string()),
        ("发送方", sent.from.to_string(), message.source.to_string()),
        ("签名人", sent.from.to_string(), opened.sender.to_string()),
        ("收件人", sent.to.to_string(), message.target.to_string()),
        ("种类", sent.kind.chinese().into(), message.body.kind().chinese().into()),
        ("业务编号", sent.subject.clone(), message.subject.clone()),
        ("序号", sent.sequence.to_string(), message.sequence.to_string()),
        ("关联编号", correlation(&sent.correlation), correlation(&message.correlation)),
        ("正文业务编号", sent.subject.clone(), message.body.business_number().to_owned()),
    ]
    .into_iter()
    .filter(|(_, expected, actual)| expected != actual)
    .collect()
}

/// A message's time is when it was made, and it is made just before it leaves for the first time.
fn times_are_true(wire: &Wire<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    for leaving in wire.first_sendings().iter().filter(|l| l.sent.declared.is_empty()) {
        let sent = leaving.sent;
        let Some(opening) = context.open(&sent.bytes, &sent.to, leaving.at) else { continue };
        let Ok(opened) = &*opening else { continue };
        let made = opened.message.time;
        if made.since(leaving.at).max(leaving.at.since(made)) > MADE_BEFORE {
            let path = format!("报文 {} {}→{}", sent.kind.chinese(), sent.from, sent.to);
            findings.push(
                Finding::new(Verdict::Failed, NAME, path, "报文中的时间不是它发出的时间")
                    .against("MSG-02")
                    .compared(leaving.at.to_string(), made.to_string())
                    .during(leaving.step)
                    .about(sent.id.as_str()),
            );
        }
    }
}

/// An id means one message, and the ids of one sender about one business to one receiver are numbered 1, 2, 3, ...
fn ids_and_sequences(wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let mut by_id = BTreeMap::new();
    let mut numbers: BTreeMap<(&PartyId, &PartyId, &str), Vec<u64>> = BTreeMap::new();
    for leaving in &wire.sent {
        let sent = leaving.sent;
        let path = format!("报文 {} {}→{}", sent.kind.chinese(), sent.from, sent.to);
        let found = |text: &str| {
            Finding::new(Verdict::Failed, NAME, path.clone(), text)
                .against("MSG-02")
                .during(leaving.step)
                .about(sent.id.as_str())
        };
        match by_id.get(&(&sent.from, &sent.id)) {
            None => {
                by_id.insert((&sent.from, &sent.id), sent);
                numbers.entry((&sent.from, &sent.to, &sent.subject)).or_default().push(sent.sequence);
            }
            Some(first) => {
                // Misbehaviour that a scenario declared seals the same message in other bytes; an honest sender never does.
                let same = first.bytes == sent.bytes || first.declared != sent.declared;
                if !same || first.kind != sent.kind || first.subject != sent.subject || first.sequence != sent.sequence
                {
                    findings.push(found("同一编号的两份报文内容不同"));
                }
            }
        }
    }
    for ((from, to, subject), mut sequence) in numbers {
        sequence.sort_unstable();
        if !sequence.iter().copied().eq(1..=sequence.len() as u64) {
            let shown = sequence.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let path = format!("报文 {from}→{to} {subject}");
            findings.push(
                Finding::new(Verdict::Failed, NAME, path, "报文序号不是从 1 起连续的")
                    .against("MSG-02")
                    .compared(format!("1..{}", sequence.len()), shown),
            );
        }
    }
}

/// An answer names the request that it answers, one that went to the party that answers.
fn answers_answer_something(wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    for leaving in wire.first_sendings() {
        let sent = leaving.sent;
        let Some(request) = sent.kind.answers() else { continue };
        let answered = wire.sent.iter().any(|l| {
            l.at <= leaving.at
                && l.sent.kind == request
                && l.sent.to == sent.from
                && l.sent.subject == sent.subject
                && sent.correlation.as_ref() == Some(&l.sent.id)
        });
        // Whoever answers has said by a receipt that it took the request over, and not that it did not.
        let taken = wire.arrivals.iter().any(|c| {
            c.at <= leaving.at
                && c.arrival.by == sent.from
                && sent.correlation.as_ref() == Some(&c.sent.id)
                && c.arrival.refused.is_none()
        });
        if !answered || !taken {
            let path = format!("报文 {} {}→{}", sent.kind.chinese(), sent.from, sent.to);
            let text = if answered {
                "答复的是自己没有接收或已经拒收的申请"
            } else {
                "答复所关联的申请不存在"
            };
            findings.push(
                Finding::new(Verdict::Failed, NAME, path, text)
                    .against("MSG-02")
                    .during(leaving.step)
                    .about(sent.id.as_str()),
            );
        }
    }
}

/// A line that rests on a message: the kind of record, its code, the message, and how it decides.
type Ground = (RecordKind, &'static str, Kind, Decision);

#[rustfmt::skip] // A table.
const GROUNDS: &[Ground] = &[
    (RecordKind::Agreement,        "P101", Kind::InsurerSigningAnswered, Decision::Agreed),
    (RecordKind::Agreement,        "S",    Kind::BankSigningAnswered,    Decision::Agreed),
    (RecordKind::OpenCoverRequest, "S",    Kind::OpenCoverAnswered,      Decision::Agreed),
    (RecordKind::Proposal,         "C001", Kind::DataChecked,            Decision::Agreed),
    (RecordKind::Proposal,         "C101", Kind::DataChecked,            Decision::Refused),
    (RecordKind::Proposal,         "C002", Kind::Underwritten,           Decision::Agreed),
    (RecordKind::Proposal,         "C002", Kind::Reviewed,               Decision::Agreed),
    (RecordKind::Proposal,         "C102", Kind::Underwritten,           Decision::Refused),
    (RecordKind::Proposal,         "C103", Kind::Reviewed,               Decision::Refused),
    (RecordKind::Proposal,         "W",    Kind::WithdrawalAnswered,     Decision::Agreed),
    (RecordKind::Proposal,         "S",    Kind::PolicyEffected,         Decision::Agreed),
    (RecordKind::Payment,          "S",    Kind::PaymentAnswered,        Decision::Agreed),
    (RecordKind::Payment,          "S",    Kind::PaymentQueryAnswered,   Decision::Agreed),
    (RecordKind::Payment,          "T",    Kind::RefundAnswered,         Decision::Agreed),
];

/// What only a good message may bring about has a good message before it: lines of the log, and of a party's books.
fn nothing_came_of_bad_ones(evidence: &Evidence, wire: &Wire<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let portal = PartyId::portal();
    for row in super::log_order::rows(evidence) {
        let of = states::kind_of(evidence, &row.record);
        let possible: Vec<&Ground> =
            GROUNDS.iter().filter(|(kind, code, ..)| *kind == of && *code == row.code).collect();
        let Some((.., named, _)) = possible.first() else { continue };
        let grounds = possible.iter().any(|(_, _, kind, wanted)| {
            wire.taken_by(&portal, &row.record, *kind)
                .any(|c| c.at <= row.recorded_at && decides(c, context).is_none_or(|decision| decision == *wanted))
        });
        if !grounds {
            let path = format!("{}.状态记录", row.record);
            let text =
                format!("第 {} 条「{} {}」没有有效的{}作为依据", row.number, row.code, row.text, named.chinese());
            findings.push(Finding::new(Verdict::Failed, NAME, path, text).against("MSG-02"));
        }
    }
    let taken: BTreeSet<(&PartyId, &str)> = [Kind::InsurerSigningRequested, Kind::BankSigningRequested]
        .into_iter()
        .flat_map(|kind| {
            wire.arrivals
                .iter()
                .filter(move |c| c.sent.kind == kind && c.arrival.refused.is_none() && c.declared_bad().is_none())
        })
        .map(|c| (&c.arrival.by, c.sent.subject.as_str()))
        .collect();
    for line in &evidence.books {
        if !taken.contains(&(&line.party, line.application.as_str())) {
            let path = format!("账簿 {} {}", context.directory.name_of(&line.party), line.application);
            let text = "账簿中的一笔没有有效的签约申请作为依据";
            findings.push(Finding::new(Verdict::Failed, NAME, path, text).against("MSG-02"));
        }
    }
}

/// How an answer decides; `None` where it decides nothing, or cannot be opened (that is told elsewhere).
fn decides(coming: &Coming<'_>, context: &Judging<'_>) -> Option<Decision> {
    let opening = context.open(&coming.arrival.bytes, &coming.arrival.by, coming.at)?;
    let (decision, _) = opening.as_ref().as_ref().ok()?.message.body.decision()?;
    Some(decision)
}
