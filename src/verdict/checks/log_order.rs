//! 日志有序 (MSG-01): logs are numbered, never run backwards or change, and say of messages what the wire saw.

use std::{collections::BTreeMap, time::Duration};

use domain::directory::PartyId;

use super::{Judging, Outcome, wire::Wire};
use crate::{
    evidence::{Evidence, Happening, LogLine},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "日志有序";

/// A row and its sending may differ by this much: pages show whole seconds.
const TOLERANCE: Duration = Duration::from_secs(1);

/// Each record's log as its page showed it at the end, oldest first; where no page was seen, as it was written.
pub fn logs(evidence: &Evidence) -> BTreeMap<&str, Vec<&LogLine>> {
    let mut logs: BTreeMap<&str, Vec<&LogLine>> = BTreeMap::new();
    for page in &evidence.pages {
        if !page.log.is_empty() {
            logs.insert(&page.record, page.log.iter().collect());
        }
    }
    let shown: Vec<&str> = logs.keys().copied().collect();
    for row in written(evidence) {
        if !shown.contains(&row.record.as_str()) {
            logs.entry(&row.record).or_default().push(row);
        }
    }
    logs
}

/// The rows of all logs.
pub fn rows(evidence: &Evidence) -> Vec<&LogLine> {
    logs(evidence).into_values().flatten().collect()
}

fn written(evidence: &Evidence) -> impl Iterator<Item = &LogLine> {
    evidence.entries.iter().filter_map(|e| match &e.what {
        Happening::Logged(row) => Some(row),
        _ => None,
    })
}

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let mut outcome = Outcome::default();
    for (record, log) in logs(evidence) {
        outcome.evaluated = true;
        numbered_and_forward(record, &log, &mut outcome.findings);
        sendings_are_logged(record, &log, &wire, &mut outcome.findings);
        receipts_come_first(record, &log, &wire, &mut outcome.findings);
    }
    nothing_rewritten(evidence, &mut outcome.findings);
    outcome
}

fn failed(record: &str, text: impl Into<String>) -> Finding {
    Finding::new(Verdict::Failed, NAME, format!("{record}.状态记录"), text).against("MSG-01")
}

fn numbered_and_forward(record: &str, log: &[&LogLine], findings: &mut Vec<Finding>) {
    for (row, wanted) in log.iter().zip(1u64..) {
        if row.number != wanted {
            findings.push(
                failed(record, "状态记录的序号不是从 1 起连续的").compared(wanted.to_string(), row.number.to_string()),
            );
            break;
        }
    }
    for pair in log.windows(2) {
        if let [earlier, later] = pair
            && later.recorded_at < earlier.recorded_at
        {
            let text = format!("状态记录第 {} 条的入库时间早于前一条", later.number);
            findings.push(
                failed(record, text).compared(format!(">= {}", earlier.recorded_at), later.recorded_at.to_string()),
            );
        }
    }
}

/// A row once written stays as it was.
fn nothing_rewritten(evidence: &Evidence, findings: &mut Vec<Finding>) {
    for page in evidence.pages.iter().filter(|p| !p.log.is_empty()) {
        for row in written(evidence).filter(|r| r.record == page.record && !page.log.contains(r)) {
            let text = format!("写入过的状态记录第 {} 条不见了或被改写", row.number);
            findings.push(failed(&page.record, text).compared(format!("{} {}", row.code, row.text), ""));
        }
    }
}

/// 报文发送成功 is written when a message leaves, and for every message that leaves.
fn sendings_are_logged(record: &str, log: &[&LogLine], wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let portal = PartyId::portal();
    let near = |row: &LogLine, at| row.recorded_at.since(at).max(at.since(row.recorded_at)) < TOLERANCE;
    let sent: Vec<_> = wire.sent.iter().filter(|l| l.sent.from == portal && l.sent.subject == record).collect();
    for row in log.iter().filter(|r| r.code == "P002") {
        if !sent.iter().any(|l| near(row, l.at)) {
            let text = format!("状态记录第 {} 条写着「{}」，但此刻没有报文发出", row.number, row.text);
            findings.push(failed(record, text).compared("", row.recorded_at.to_string()));
        }
    }
    for first in wire.first_sendings().iter().filter(|l| l.sent.from == portal && l.sent.subject == record) {
        if !log.iter().any(|r| r.code == "P002" && near(r, first.at)) {
            let text = format!("{}已经发出，状态记录却没有「报文发送成功」", first.sent.kind.chinese());
            findings.push(failed(record, text).compared(first.at.to_string(), "").about(first.sent.id.as_str()));
        }
    }
}

/// The n-th 接收成功 needs n messages that their receivers have acknowledged by then.
fn receipts_come_first(record: &str, log: &[&LogLine], wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let portal = PartyId::portal();
    let acknowledged: Vec<_> = wire
        .first_sendings()
        .iter()
        .filter(|l| l.sent.from == portal && l.sent.subject == record)
        .filter_map(|l| wire.acknowledged(&l.sent.id))
        .collect();
    for (row, n) in log.iter().filter(|r| r.code == "P004").zip(1..) {
        if acknowledged.iter().filter(|at| **at <= row.recorded_at).count() < n {
            let text = format!("状态记录第 {} 条写着「{}」，但对方的回执或答复还没有到", row.number, row.text);
            findings.push(failed(record, text).compared("", row.recorded_at.to_string()));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use domain::{
        Time,
        message::{Kind, MessageId},
        portal::RecordKind,
    };

    use super::{super::context::tests::without_keys, *};
    use crate::evidence::{Entry, RecordPage, Sent};

    pub const RECORD: &str = "20260302000000000001";

    fn at(second: i64) -> Time {
        Time::from_unix_ms(1_772_413_200_000 + second * 1000)
    }

    /// A record whose log has these rows, one a minute, and whose page shows `state`.
    pub fn with_log(log: &[(&str, &str)], state: &str) -> Evidence {
        let log = log
            .iter()
            .zip(1u64..)
            .map(|((code, text), number)| LogLine {
                record: RECORD.into(),
                number,
                code: (*code).into(),
                text: (*text).into(),
                recorded_at: at(60 * number as i64),
            })
            .collect();
        let fields = vec![("状态".into(), state.into())];
        Evidence {
            pages: vec![RecordPage { record: RECORD.into(), kind: RecordKind::Agreement, fields, log }],
            ..Evidence::default()
        }
    }

    fn sent(transit: usize, second: i64) -> Entry {
        let sent = Sent {
            transit,
            from: PartyId::portal(),
            to: PartyId::new("boc-insurance"),
            kind: Kind::InsurerSigningRequested,
            id: MessageId::new("m1"),
            subject: RECORD.into(),
            sequence: 1,
            correlation: None,
            sending: transit as u32 + 1,
            bytes: [1, 2, 3][..].into(),
            declared: vec![],
        };
        Entry { at: at(second), step: Some(0), what: Happening::Sent(sent) }
    }

    fn receipt(transit: usize, second: i64, verified: bool) -> Entry {
        Entry { at: at(second), step: None, what: Happening::Receipt { transit, lost: false, refused: None, verified } }
    }

    fn findings(evidence: &Evidence) -> Vec<String> {
        let mut found = Vec::new();
        without_keys(|context| found = check(evidence, context).findings.into_iter().map(|f| f.text).collect());
        found
    }

    fn good() -> Evidence {
        let log = [("P001", "待发送"), ("P002", "报文发送成功"), ("P004", "银行/保险接收成功")];
        let mut evidence = with_log(&log, "处理中");
        evidence.entries = vec![sent(0, 120), receipt(0, 180, true)];
        evidence
    }

    //= MSG-01
    #[test]
    fn a_log_that_tells_what_the_wire_saw_is_in_order() {
        assert_eq!(findings(&good()), Vec::<String>::new());
        let mut retried = good();
        retried.entries.insert(1, sent(1, 150));
        assert_eq!(findings(&retried), Vec::<String>::new());
    }

    //= MSG-01
    #[test]
    fn gaps_and_times_that_run_backwards_are_found() {
        let mut evidence = good();
        evidence.pages[0].log[2].number = 4;
        assert_eq!(findings(&evidence), ["状态记录的序号不是从 1 起连续的"]);
        let mut evidence = good();
        evidence.pages[0].log[0].recorded_at = at(121);
        assert_eq!(findings(&evidence), ["状态记录第 2 条的入库时间早于前一条"]);
    }

    //= MSG-01
    #[test]
    fn a_sending_that_never_was_or_was_not_logged_is_found() {
        let mut evidence = good();
        evidence.pages[0].log[1].recorded_at = at(122);
        assert_eq!(
            findings(&evidence),
            [
                "状态记录第 2 条写着「报文发送成功」，但此刻没有报文发出",
                "签约申请已经发出，状态记录却没有「报文发送成功」"
            ]
        );
    }

    //= MSG-01
    #[test]
    fn a_reception_before_any_receipt_is_found() {
        for early in [receipt(0, 181, true), receipt(0, 180, false)] {
            let mut evidence = good();
            evidence.entries[1] = early;
            assert_eq!(findings(&evidence), ["状态记录第 3 条写着「银行/保险接收成功」，但对方的回执或答复还没有到"]);
        }
    }

    //= MSG-01
    #[test]
    fn a_row_that_was_rewritten_is_found() {
        let mut evidence = good();
        let mut row = evidence.pages[0].log[0].clone();
        evidence.entries.push(Entry { at: at(60), step: None, what: Happening::Logged(row.clone()) });
        assert_eq!(findings(&evidence), Vec::<String>::new());
        row.text = "另一句".into();
        evidence.entries.push(Entry { at: at(60), step: None, what: Happening::Logged(row) });
        assert_eq!(findings(&evidence), ["写入过的状态记录第 1 条不见了或被改写"]);
    }
}
