//! 状态合法 (AGR-08, AGR-11): every log goes a way that the life cycle knows, and the page shows where it got to.
//!
//! The table is written from the life cycles' description, not from the portal's own table: that is what it judges.

use super::{Judging, Outcome, log_order};
use crate::{
    evidence::{Evidence, LogLine},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "状态合法";

/// How far a log has got. The insurer's leg comes first, the bank's second; the last one ends an agreement at the bank
/// that came too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    Queued,
    Requeued,
    Sent,
    Undelivered,
    Received,
    InsurerFailed,
    Agreed,
    BankQueued,
    BankRequeued,
    BankSent,
    BankUndelivered,
    BankReceived,
    BankFailed,
    InForce,
    Over,
    Rejected,
    EndQueued,
    EndRequeued,
    EndSent,
    EndUndelivered,
    EndReceived,
    EndFailed,
    Ended,
}

impl Stage {
    /// What the list shows there (AGR-01).
    const fn page(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Queued
            | Self::Requeued
            | Self::Sent
            | Self::Undelivered
            | Self::Received
            | Self::Agreed
            | Self::BankQueued
            | Self::BankRequeued
            | Self::BankSent
            | Self::BankUndelivered
            | Self::BankReceived => "处理中",
            Self::InForce => "成功",
            Self::Over => "已失效",
            Self::InsurerFailed
            | Self::BankFailed
            | Self::Rejected
            | Self::EndQueued
            | Self::EndRequeued
            | Self::EndSent
            | Self::EndUndelivered
            | Self::EndReceived
            | Self::EndFailed
            | Self::Ended => "失败",
        }
    }
}

use Stage as S;

const WAITING: &str = "待发送";
const SENT: &str = "报文发送成功";
const RECEIVED: &str = "银行/保险接收成功";
const INSURER_SIGNED: &str = "已接收收款企业签约数据";
const TO_BANK: &str = "在线支付发送银行签约数据已生成，待发送";
const DONE: &str = "处理成功";
const FAILED: &str = "处理失败";
const REJECTED: &str = "接收失败";
const UNDELIVERED: &str = "发送失败";

#[rustfmt::skip] // One row a line: this is a table.
const SUCCESSORS: &[(Stage, &str, &str, Stage)] = &[
    // from              code    text            to
    (S::Start,           "P001", WAITING,        S::Queued),
    // Message steps to the insurer.
    (S::Queued,          "P002", SENT,           S::Sent),
    (S::Sent,            "P004", RECEIVED,       S::Received),
    (S::Sent,            "F",    REJECTED,       S::Rejected),
    (S::Sent,            "F",    UNDELIVERED,    S::Undelivered),
    (S::Undelivered,     "P001", WAITING,        S::Requeued),      // 重新发送
    (S::Undelivered,     "P004", RECEIVED,       S::Received),      // a receipt or an answer came after all
    (S::Undelivered,     "F",    REJECTED,       S::Rejected),
    (S::Undelivered,     "F",    FAILED,         S::InsurerFailed), // given up
    (S::Requeued,        "P002", SENT,           S::Sent),
    (S::Requeued,        "P004", RECEIVED,       S::Received),
    (S::Requeued,        "F",    REJECTED,       S::Rejected),
    (S::Received,        "P101", INSURER_SIGNED, S::Agreed),
    (S::Received,        "F",    FAILED,         S::InsurerFailed), // refused, or silent past the limit
    (S::InsurerFailed,   "P101", INSURER_SIGNED, S::Agreed),        // a late answer, no re-signing was sent
    (S::InsurerFailed,   "F",    FAILED,         S::InsurerFailed), // a late refusal, or an answer that came too late
    // Message steps to the bank.
    (S::Agreed,          "P102", TO_BANK,        S::BankQueued),
    (S::BankQueued,      "P002", SENT,           S::BankSent),
    (S::BankSent,        "P004", RECEIVED,       S::BankReceived),
    (S::BankSent,        "F",    REJECTED,       S::Rejected),
    (S::BankSent,        "F",    UNDELIVERED,    S::BankUndelivered),
    (S::BankUndelivered, "P001", WAITING,        S::BankRequeued),
    (S::BankUndelivered, "P004", RECEIVED,       S::BankReceived),
    (S::BankUndelivered, "F",    REJECTED,       S::Rejected),
    (S::BankUndelivered, "F",    FAILED,         S::BankFailed),
    (S::BankRequeued,    "P002", SENT,           S::BankSent),
    (S::BankRequeued,    "P004", RECEIVED,       S::BankReceived),
    (S::BankRequeued,    "F",    REJECTED,       S::Rejected),
    (S::BankReceived,    "S",    DONE,           S::InForce),
    (S::BankReceived,    "F",    FAILED,         S::BankFailed),
    (S::BankFailed,      "S",    DONE,           S::InForce),
    (S::BankFailed,      "F",    FAILED,         S::BankFailed),
    // In force until its last day, or until the bank ends it.
    (S::InForce,         "E",    "已失效",       S::Over),
    // After a re-signing a late agreement is ended at the bank: message steps once more.
    (S::BankFailed,      "P001", WAITING,        S::EndQueued),
    (S::EndQueued,       "P002", SENT,           S::EndSent),
    (S::EndSent,         "P004", RECEIVED,       S::EndReceived),
    (S::EndSent,         "F",    REJECTED,       S::EndFailed),
    (S::EndSent,         "F",    UNDELIVERED,    S::EndUndelivered),
    (S::EndUndelivered,  "P001", WAITING,        S::EndRequeued),
    (S::EndUndelivered,  "P004", RECEIVED,       S::EndReceived),
    (S::EndUndelivered,  "F",    REJECTED,       S::EndFailed),
    (S::EndUndelivered,  "F",    FAILED,         S::EndFailed),
    (S::EndRequeued,     "P002", SENT,           S::EndSent),
    (S::EndRequeued,     "P004", RECEIVED,       S::EndReceived),
    (S::EndRequeued,     "F",    REJECTED,       S::EndFailed),
    // The bank may have ended it of its own accord meanwhile.
    (S::EndQueued,       "E",    "已解约",       S::Ended),
    (S::EndSent,         "E",    "已解约",       S::Ended),
    (S::EndUndelivered,  "E",    "已解约",       S::Ended),
    (S::EndRequeued,     "E",    "已解约",       S::Ended),
    (S::EndReceived,     "E",    "已解约",       S::Ended),
    (S::EndReceived,     "F",    FAILED,         S::EndFailed),
    (S::EndFailed,       "E",    "已解约",       S::Ended),
    (S::EndFailed,       "F",    FAILED,         S::EndFailed),
];

pub fn check(evidence: &Evidence, _: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for (record, log) in log_order::logs(evidence) {
        outcome.evaluated = true;
        let Some(last) = walk(record, &log, &mut outcome.findings) else { continue };
        let shown = evidence
            .pages
            .iter()
            .find(|p| p.record == record)
            .and_then(|p| p.fields.iter().find(|(label, _)| label == "状态"));
        if let Some((_, state)) = shown.filter(|(_, state)| state != last.page()) {
            outcome.findings.push(
                Finding::new(Verdict::Failed, NAME, format!("{record}.状态"), "页面上的状态与状态记录的最后一步不符")
                    .against("AGR-01")
                    .compared(last.page(), state),
            );
        }
    }
    outcome
}

/// Follows a log along the table; `None` where it leaves it, which is a finding.
fn walk(record: &str, log: &[&LogLine], findings: &mut Vec<Finding>) -> Option<Stage> {
    let mut stage = S::Start;
    let mut before = "（开始）";
    for row in log {
        let next = SUCCESSORS
            .iter()
            .find(|(from, code, text, _)| *from == stage && *code == row.code && is_text(&row.text, text));
        let Some((.., to)) = next else {
            let possible: Vec<_> =
                SUCCESSORS.iter().filter(|(from, ..)| *from == stage).map(|(_, c, t, _)| format!("{c} {t}")).collect();
            let possible = if possible.is_empty() { "没有下一步".into() } else { possible.join(" 或 ") };
            let text = format!("状态记录第 {} 条不能跟在「{before}」之后", row.number);
            findings.push(
                Finding::new(Verdict::Failed, NAME, format!("{record}.状态记录"), text)
                    .against("AGR-08")
                    .compared(possible, format!("{} {}", row.code, row.text)),
            );
            return None;
        };
        stage = *to;
        before = &row.text;
    }
    Some(stage)
}

/// The text itself, or with party and reason in brackets behind it (AGR-11).
fn is_text(shown: &str, text: &str) -> bool {
    shown.strip_prefix(text).is_some_and(|rest| rest.is_empty() || (rest.starts_with('（') && rest.ends_with('）')))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{context::tests::without_keys, log_order::tests::with_log},
        *,
    };

    const GOOD: [(&str, &str); 8] = [
        ("P001", "待发送"),
        ("P002", "报文发送成功"),
        ("P004", "银行/保险接收成功"),
        ("P101", "已接收收款企业签约数据"),
        ("P102", "在线支付发送银行签约数据已生成，待发送"),
        ("P002", "报文发送成功"),
        ("P004", "银行/保险接收成功"),
        ("S", "处理成功"),
    ];

    fn findings(log: &[(&str, &str)], state: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        without_keys(|context| {
            let outcome = check(&with_log(log, state), context);
            assert!(outcome.evaluated);
            found = outcome.findings;
        });
        found
    }

    //= AGR-08
    #[test]
    fn the_manual_s_log_is_legal_at_every_moment() {
        for n in 1..GOOD.len() {
            assert_eq!(findings(&GOOD[..n], "处理中"), [], "{n}");
        }
        assert_eq!(findings(&GOOD, "成功"), []);
    }

    //= AGR-08
    #[test]
    fn a_skipped_swapped_repeated_or_misworded_row_is_not() {
        for (i, row) in GOOD.iter().enumerate().take(GOOD.len() - 1) {
            let mut skipped = GOOD.to_vec();
            skipped.remove(i);
            assert_eq!(findings(&skipped, "成功").len(), 1, "skipped {i}");
            let mut swapped = GOOD.to_vec();
            swapped.swap(i, i + 1);
            assert_eq!(findings(&swapped, "成功").len(), 1, "swapped {i}");
            let mut repeated = GOOD.to_vec();
            repeated.insert(i, *row);
            assert_eq!(findings(&repeated, "成功").len(), 1, "repeated {i}");
        }
        let mut misworded = GOOD.to_vec();
        misworded[2].1 = "接收成功";
        let found = findings(&misworded, "成功");
        assert_eq!(found[0].text, "状态记录第 3 条不能跟在「报文发送成功」之后");
        assert_eq!(found[0].actual, "P004 接收成功");
    }

    //= AGR-11
    #[test]
    fn every_way_to_fail_is_legal_and_shows_as_the_life_cycle_says() {
        let leg = &GOOD[..3];
        let refused = [leg, &[("F", "处理失败（中银保险有限公司：资料不全）")]].concat();
        assert_eq!(findings(&refused, "失败"), []);
        let late = [&refused[..], &GOOD[3..]].concat();
        assert_eq!(findings(&late, "成功"), []);
        let rejected = [&leg[..2], &[("F", "接收失败（中银保险有限公司：停机）")]].concat();
        assert_eq!(findings(&rejected, "失败"), []);
        let undelivered = [&leg[..2], &[("F", "发送失败（中银保险有限公司：未收到回执）")]].concat();
        assert_eq!(findings(&undelivered, "处理中"), []);
        let again = [&undelivered[..], &GOOD].concat();
        assert_eq!(findings(&again, "成功"), []);
        let bank_silent = [&GOOD[..7], &[("F", "处理失败（中国银行股份有限公司：超过3天未答复）")]].concat();
        assert_eq!(findings(&bank_silent, "失败"), []);
        let expired = [&GOOD[..], &[("E", "已失效（协议到期）")]].concat();
        assert_eq!(findings(&expired, "已失效"), []);
    }

    //= AGR-11
    #[test]
    fn what_was_rejected_stays_rejected() {
        let rejected = [&GOOD[..2], &[("F", "接收失败（停机）")], &GOOD[3..]].concat();
        let found = findings(&rejected, "成功");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].expected, "没有下一步");
    }

    //= AGR-01
    #[test]
    fn a_page_that_shows_another_state_than_the_log_is_found() {
        for (n, wrong) in [(8, "处理中"), (7, "成功"), (3, "失败")] {
            let found = findings(&GOOD[..n], wrong);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].requirement.as_deref(), Some("AGR-01"));
            assert_eq!(found[0].actual, wrong);
        }
    }
}
