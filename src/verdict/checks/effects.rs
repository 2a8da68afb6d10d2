//! 一次生效 (MSG-03): whatever the wire does, each business happens once, and page and books agree on it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    Time,
    directory::{PartyId, PartyRole},
    message::Kind,
    portal::RecordKind,
};

use super::{
    Judging, Outcome, log_order, states,
    wire::{Coming, Leaving, Wire},
};
use crate::{
    evidence::{Evidence, Happening, LogLine, RecordPage, Sent},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "一次生效";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let mut findings = Vec::new();
    let rows = log_order::rows(evidence);
    handled_once(evidence, context, &mut findings);
    logged_once(evidence, &rows, &mut findings);
    one_number(evidence, &mut findings);
    page_and_books_agree(evidence, context, &mut findings);
    let wire = Wire::of(evidence, context.suite);
    for answer in first_arrivals(&wire) {
        taken_where_it_must(&answer, &wire, &rows, context, &mut findings);
        logged_where_taken(evidence, &answer, &wire, &rows, context, &mut findings);
    }
    Outcome { evaluated: !evidence.books.is_empty() || !rows.is_empty(), findings }
}

fn failed(path: String, text: impl Into<String>) -> Finding {
    Finding::new(Verdict::Failed, NAME, path, text).against("MSG-03")
}

/// Each kind of request (签约申请, and 解约申请 for an agreement that came too late) has an effect once at most.
fn handled_once(evidence: &Evidence, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let wire = Wire::of(evidence, context.suite);
    for line in &evidence.books {
        let kinds: BTreeSet<_> = wire
            .arrivals
            .iter()
            .filter(|c| c.arrival.by == line.party && c.sent.subject == line.application && c.arrival.refused.is_none())
            .map(|c| c.sent.kind)
            .collect();
        let most = kinds.len().max(1);
        if line.requests_handled as usize > most {
            let path = format!("账簿 {} {}", context.directory.name_of(&line.party), line.application);
            findings.push(
                failed(path, "同一笔签约申请被办理了不止一次")
                    .compared(most.to_string(), line.requests_handled.to_string()),
            );
        }
    }
}

/// The codes of lines that a record's log has once at most.
const fn once(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Agreement => &["P101", "P102", "S"],
        RecordKind::OpenCoverRequest => &["S"],
        // It is changed as often as the insurer likes.
        RecordKind::OpenCover => &[],
        RecordKind::Proposal => &["P202", "W", "S"],
        RecordKind::Payment => &["S", "R", "T"],
    }
}

fn logged_once(evidence: &Evidence, rows: &[&LogLine], findings: &mut Vec<Finding>) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in rows {
        if once(states::kind_of(evidence, &row.record)).contains(&row.code.as_str()) {
            *counts.entry((&row.record, &row.code)).or_default() += 1;
        }
    }
    for ((record, code), count) in counts {
        let most = 1 + if code == "P202" { given_back(record, rows) } else { 0 };
        if count > most {
            let text = format!("状态记录中 {code} 出现了不止一次");
            findings.push(failed(format!("{record}.状态记录"), text).compared(most.to_string(), count.to_string()));
        }
    }
}

/// How often an insurer has refused to hear of a premium, which is then paid anew.
fn given_back(record: &str, rows: &[&LogLine]) -> usize {
    let paid = rows.iter().find(|row| row.record == record && row.code == "P202").map(|row| row.number);
    let refused = |row: &&&LogLine| {
        row.record == record && row.text.starts_with("接收失败") && paid.is_some_and(|paid| paid < row.number)
    };
    rows.iter().filter(refused).count()
}

fn one_number(evidence: &Evidence, findings: &mut Vec<Finding>) {
    let mut numbers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in &evidence.books {
        numbers.entry(&line.application).or_default().extend(line.agreement_number.as_deref());
    }
    for (application, numbers) in numbers {
        if numbers.len() > 1 {
            let shown = numbers.into_iter().collect::<Vec<_>>().join("、");
            findings
                .push(failed(format!("账簿 {application}"), "同一笔签约有不止一个协议编号").compared("1 个", shown));
        }
    }
}

/// Whether the bank has sent 协议终止 about a record, and no copy of it was taken over yet.
fn end_is_under_way(evidence: &Evidence, record: &str) -> bool {
    let ends = |sent: &Sent| sent.kind == Kind::AgreementEnded && sent.subject == record;
    let sendings: BTreeSet<usize> = evidence
        .entries
        .iter()
        .filter_map(|e| match &e.what {
            Happening::Sent(sent) if ends(sent) => Some(sent.transit),
            _ => None,
        })
        .collect();
    let taken = evidence.entries.iter().any(|e| match &e.what {
        Happening::Arrived(a) => a.refused.is_none() && sendings.contains(&a.transit),
        _ => false,
    });
    !sendings.is_empty() && !taken
}

/// An agreement that a page shows as 成功 stands in exactly its bank's books, under the number that the page shows.
fn page_and_books_agree(evidence: &Evidence, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    for page in evidence.pages.iter().filter(|p| p.kind == RecordKind::Agreement) {
        let field = |label: &str| page.fields.iter().find(|(l, _)| l == label).map(|(_, text)| text.as_str());
        if field("状态") != Some("成功") {
            continue;
        }
        let is_bank = |id| context.directory.by_id(id).is_some_and(|i| i.role == PartyRole::Bank);
        // What a bank has ended stays 成功 on the page until the portal has its word for it.
        let ending = end_is_under_way(evidence, &page.record);
        let stands = |standing: &str| standing == "agreed" || standing == "ended" && ending;
        let agreed =
            evidence.books.iter().find(|l| l.application == page.record && stands(&l.standing) && is_bank(&l.party));
        let shown = field("协议编号").unwrap_or_default();
        let path = format!("{}.协议编号", page.record);
        match agreed {
            None => findings.push(failed(path, "页面显示签约成功，但没有银行的账簿记着这份协议").against("AGR-09")),
            Some(line) => {
                let number = line.agreement_number.as_deref().unwrap_or_default();
                if number != shown {
                    findings.push(
                        failed(path, "页面上的协议编号不是银行账簿中的那一个")
                            .compared(number, shown)
                            .against("AGR-09"),
                    );
                }
            }
        }
    }
}

/// What the portal accepts must be in the log within this, however long its predecessor was missing before.
const HELD: Duration = Duration::from_secs(600);

/// The first copy of each of the parties' messages at the portal that nothing declares bad.
fn first_arrivals<'e>(wire: &Wire<'e>) -> Vec<Coming<'e>> {
    let portal = PartyId::portal();
    let mut seen = BTreeSet::new();
    let honest = wire
        .arrivals
        .iter()
        .filter(|c| c.arrival.by == portal && c.sent.from != portal && c.declared_bad().is_none() && !c.altered());
    honest.filter(|c| seen.insert((&c.sent.from, &c.sent.id))).copied().collect()
}

fn about(coming: &Coming<'_>, context: &Judging<'_>, text: &str) -> Finding {
    let sent = coming.sent;
    let path = format!("报文 {} {}→门户", sent.kind.chinese(), context.directory.name_of(&sent.from));
    failed(path, text).against("AGR-11").during(coming.step).about(sent.id.as_str())
}

/// The first answer to a request is taken over, however late; after a receipt that refused the request none is.
fn taken_where_it_must(
    answer: &Coming<'_>,
    wire: &Wire<'_>,
    rows: &[&LogLine],
    context: &Judging<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(request) = &answer.sent.correlation else { return };
    let told = wire.receipts.iter().find(|r| r.sent.id == *request && r.sent.to == answer.sent.from);
    let rejected = told.is_some_and(|r| !r.accepted && r.at < answer.at);
    let answered = wire.arrivals.iter().any(|c| {
        c.at < answer.at
            && c.sent.kind == answer.sent.kind
            && c.sent.correlation.as_ref() == Some(request)
            && c.arrival.refused.is_none()
    });
    match &answer.arrival.refused {
        None if rejected => findings.push(about(answer, context, "申请已被回执拒绝，对它的答复却被接受了")),
        Some(code) if code == "K3202" && !rejected && !answered && !is_overtaken(answer, wire, rows) => {
            findings.push(about(answer, context, "对申请的第一个答复被拒绝了").compared("接受", code));
        }
        None | Some(_) => {}
    }
}

/// Whether the business has gone on, so that this answer has nothing left to answer: a newer submission, a withdrawal
/// that was granted, a payment, or, for a query, the bank's answer to the order.
fn is_overtaken(answer: &Coming<'_>, wire: &Wire<'_>, rows: &[&LogLine]) -> bool {
    let sent = answer.sent;
    let about = |kind: Kind| move |s: &Sent| s.kind == kind && s.subject == sent.subject;
    let granted = wire.arrivals.iter().any(|c| about(Kind::WithdrawalAnswered)(c.sent) && c.at <= answer.at);
    match sent.kind {
        Kind::DataChecked | Kind::Underwritten | Kind::Reviewed => {
            let newer = |s: &Sent| about(Kind::ProposalSubmitted)(s) && sent.correlation.as_ref() != Some(&s.id);
            granted || wire.sent.iter().any(|l| newer(l.sent) && l.at <= answer.at)
        }
        Kind::PaymentQueryAnswered => true,
        // What was paid, is being paid, submitted anew or withdrawn anew, is not what this answer is about.
        Kind::WithdrawalAnswered => {
            let paid =
                |row: &&&LogLine| row.record == sent.subject && row.code == "P201" && row.recorded_at <= answer.at;
            let asked = wire.sent.iter().find(|l| sent.correlation.as_ref() == Some(&l.sent.id)).map(|l| l.at);
            let anew = |l: &&Leaving<'_>| {
                let newer = about(Kind::ProposalSubmitted)(l.sent) || about(Kind::WithdrawalRequested)(l.sent);
                newer && l.at <= answer.at && asked.is_some_and(|asked| asked < l.at)
            };
            rows.iter().any(|row| paid(&row)) || wire.sent.iter().any(|l| anew(&l))
        }
        _ => false,
    }
}

/// Codes of the lines that a message may leave in the log; none of what nothing needs to be seen of.
const fn traces(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::InsurerSigningAnswered => &["P101", "F"],
        // P001: it came too late, and is to be ended.
        Kind::BankSigningAnswered => &["S", "F", "P001"],
        Kind::AgreementEndAnswered => &["E", "F"],
        Kind::AgreementEnded | Kind::OpenCoverEnded => &["E"],
        Kind::OpenCoverAnswered => &["S", "F"],
        Kind::OpenCoverAdded | Kind::OpenCoverChanged | Kind::PolicyEffected => &["S"],
        Kind::DataChecked => &["C001", "C101"],
        Kind::Underwritten => &["C002", "C102"],
        Kind::Reviewed => &["C002", "C103"],
        Kind::WithdrawalAnswered => &["W", "F"],
        Kind::PaymentAnswered => &["S", "F", "R"],
        Kind::RefundAnswered => &["T", "F"],
        // 处理中 changes nothing, and what the order's own answer has decided is decided.
        Kind::PaymentQueryAnswered => &[],
        Kind::InsurerSigningRequested
        | Kind::BankSigningRequested
        | Kind::AgreementEndRequested
        | Kind::OpenCoverRequested
        | Kind::ProposalSubmitted
        | Kind::WithdrawalRequested
        | Kind::PaymentOrdered
        | Kind::PaymentQueried
        | Kind::PaymentNotified
        | Kind::RefundRequested => &[],
    }
}

/// The portal's number of the record that a message is about: of an open cover messages know the insurer's alone.
fn record_of<'e>(evidence: &'e Evidence, sent: &'e Sent) -> Option<&'e str> {
    match sent.kind {
        Kind::OpenCoverAdded | Kind::OpenCoverChanged | Kind::OpenCoverEnded => {
            let shows = |p: &&RecordPage| {
                p.kind == RecordKind::OpenCover && p.field("保险公司货运险协议编号") == Some(sent.subject.as_str())
            };
            evidence.pages.iter().find(shows).map(|p| p.record.as_str())
        }
        _ => Some(&sent.subject),
    }
}

/// What the portal has accepted is seen in the log, and not dropped: at once, or when what was sent before it is there.
fn logged_where_taken(
    evidence: &Evidence,
    message: &Coming<'_>,
    wire: &Wire<'_>,
    rows: &[&LogLine],
    context: &Judging<'_>,
    findings: &mut Vec<Finding>,
) {
    let sent = message.sent;
    if message.arrival.refused.is_some() || traces(sent.kind).is_empty() {
        return;
    }
    let Some(record) = record_of(evidence, sent) else { return };
    // Without its predecessors it may wait for ever.
    let arrived: Option<Vec<Time>> = (1..=sent.sequence).map(|n| accepted_at(wire, message, n)).collect();
    let Some(complete) = arrived.and_then(|all| all.into_iter().max()) else { return };
    let by = complete.max(message.at + HELD);
    let mut lines = rows.iter().filter(|row| row.record == record && traces(sent.kind).contains(&row.code.as_str()));
    let logged = lines.any(|row| match sent.kind {
        // An agreement that its bank has ended already is not ended again.
        Kind::AgreementEndAnswered if row.code == "E" => row.recorded_at <= by,
        // What a query has told already is not told again; a cover that has run out is ended without another line.
        Kind::PaymentAnswered | Kind::OpenCoverEnded => row.recorded_at <= by,
        _ => message.at <= row.recorded_at && row.recorded_at <= by,
    });
    if !logged {
        let text = "门户接受了这份报文，状态记录中却没有它的结果";
        findings.push(about(message, context, text).compared(traces(sent.kind).join(" 或 "), "没有"));
    }
}

/// When the message of that sequence number, by the same sender about the same business, was accepted first.
fn accepted_at(wire: &Wire<'_>, like: &Coming<'_>, sequence: u64) -> Option<Time> {
    let same = |c: &&Coming<'_>| {
        c.sent.from == like.sent.from
            && c.sent.subject == like.sent.subject
            && c.sent.sequence == sequence
            && c.arrival.by == like.arrival.by
            && c.arrival.refused.is_none()
    };
    wire.arrivals.iter().filter(same).map(|c| c.at).min()
}
