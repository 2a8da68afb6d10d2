//! 状态合法 (AGR-08, AGR-11, CGO-14, PAY-05): every log goes a way that its record's life cycle knows, and the page shows
//! where it got to.
//!
//! The ways, a file for each kind of record, are written from the life cycles' description, not from the portal's own
//! tables: those are what it judges.

mod agreement;
mod leg;
mod open_cover;
mod payment;
mod proposal;
mod request;

use domain::{message::Kind, portal::RecordKind};

use super::{Judging, Outcome, log_order};
use crate::{
    evidence::{Evidence, Happening, LogLine},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "状态合法";

const WAITING: &str = "待发送";
const SENT: &str = "报文发送成功";
const RECEIVED: &str = "银行/保险接收成功";
const DONE: &str = "处理成功";
const FAILED: &str = "处理失败";
const REJECTED: &str = "接收失败";
const UNDELIVERED: &str = "发送失败";

/// How far a record's log has got.
trait Stage: Copy + PartialEq {
    /// Before the first line.
    const START: Self;

    /// What the list shows there.
    fn page(self) -> &'static str;

    /// Where `row` may lead; more than one place where a log alone cannot tell.
    fn next(self, row: &LogLine) -> Vec<Self>;

    /// The lines that may come next, for people.
    fn lines(self) -> Vec<String>;
}

/// What is against the rules where a log or a state goes astray.
struct Rule {
    log: &'static str,
    state: &'static str,
}

pub fn check(evidence: &Evidence, _: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for (record, log) in log_order::logs(evidence) {
        outcome.evaluated = true;
        let page = evidence.pages.iter().find(|p| p.record == record);
        let shown = page.and_then(|p| p.field("状态"));
        let kind = kind_of(evidence, record);
        let findings = &mut outcome.findings;
        match kind {
            RecordKind::Agreement => {
                follow::<agreement::Way>(record, &log, shown, Rule { log: "AGR-08", state: "AGR-01" }, findings);
            }
            RecordKind::OpenCoverRequest => {
                follow::<request::Way>(record, &log, shown, Rule { log: "RSV-02", state: "RSV-03" }, findings);
            }
            RecordKind::OpenCover => {
                follow::<open_cover::Way>(record, &log, shown, Rule { log: "OPC-07", state: "OPC-01" }, findings);
            }
            RecordKind::Proposal => {
                follow::<proposal::Way>(record, &log, shown, Rule { log: "CGO-14", state: "CGO-11" }, findings);
            }
            RecordKind::Payment => {
                follow::<payment::Way>(record, &log, shown, Rule { log: "PAY-05", state: "PAY-01" }, findings);
            }
        }
    }
    outcome
}

/// What a record is.
pub fn kind_of(evidence: &Evidence, record: &str) -> RecordKind {
    let page = evidence.pages.iter().find(|p| p.record == record);
    page.map_or_else(|| kind_by_messages(evidence, record), |p| p.kind)
}

/// What a record is of which no page was seen, by what was sent about it.
fn kind_by_messages(evidence: &Evidence, record: &str) -> RecordKind {
    let kinds = evidence.entries.iter().filter_map(|e| match &e.what {
        Happening::Sent(sent) if sent.subject == record => Some(sent.kind),
        _ => None,
    });
    let mut told = kinds.filter_map(|kind| match kind {
        Kind::OpenCoverRequested => Some(RecordKind::OpenCoverRequest),
        Kind::ProposalSubmitted => Some(RecordKind::Proposal),
        Kind::PaymentOrdered => Some(RecordKind::Payment),
        _ => None,
    });
    told.next_back().unwrap_or(RecordKind::Agreement)
}

/// Follows a log as far as it is legal, and compares the page with the place that it got to.
fn follow<S: Stage>(record: &str, log: &[&LogLine], shown: Option<&str>, rule: Rule, findings: &mut Vec<Finding>) {
    let mut places = vec![S::START];
    let mut before = "（开始）";
    for row in log {
        let next: Vec<S> = distinct(places.iter().flat_map(|place| place.next(row)));
        if next.is_empty() {
            let possible = distinct(places.iter().flat_map(|place| place.lines()));
            let possible = if possible.is_empty() { "没有下一步".into() } else { possible.join(" 或 ") };
            let text = format!("状态记录第 {} 条不能跟在「{before}」之后", row.number);
            findings.push(
                Finding::new(Verdict::Failed, NAME, format!("{record}.状态记录"), text)
                    .against(rule.log)
                    .compared(possible, format!("{} {}", row.code, row.text)),
            );
            return;
        }
        places = next;
        before = &row.text;
    }
    let pages = distinct(places.iter().map(|place| place.page()));
    if let Some(state) = shown.filter(|state| !pages.contains(state)) {
        findings.push(
            Finding::new(Verdict::Failed, NAME, format!("{record}.状态"), "页面上的状态与状态记录的最后一步不符")
                .against(rule.state)
                .compared(pages.join(" 或 "), state),
        );
    }
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// The text itself, or with party and reason in brackets behind it (AGR-11).
fn is_text(shown: &str, text: &str) -> bool {
    shown.strip_prefix(text).is_some_and(|rest| rest.is_empty() || (rest.starts_with('（') && rest.ends_with('）')))
}

/// Whether the text has this reason in its brackets.
fn is_because(shown: &str, reason: &str) -> bool {
    shown.strip_suffix('）').is_some_and(|rest| rest.ends_with(reason))
}

#[cfg(test)]
mod tests;
