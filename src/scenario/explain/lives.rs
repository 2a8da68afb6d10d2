//! `kouan explain`, the life of records: kinds, states, and codes of their logs, from the tables that the portal goes by.

use std::fmt::Write;

use domain::portal::{RecordKind, Rules};

use super::{example, rules, show};
use crate::scenario::{
    catalogue::records::{RECORDS, words_of},
    fields::listed,
};

/// What a kind of record is.
const fn what_is(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Agreement => "委托银行划缴保险费三方协议",
        RecordKind::OpenCoverRequest => "货运险预约：请保险公司签货运协议",
        RecordKind::OpenCover => "货运险协议：货物运输预约保险协议",
        RecordKind::Proposal => "货运险投保单；正式生效后就是保单",
        RecordKind::Payment => "一次在线交费",
    }
}

/// One row of a life cycle as the page shows it.
struct Transition {
    from: &'static str,
    to: &'static str,
    event: &'static str,
    /// Code and text; empty where nothing is logged.
    log: String,
    code: &'static str,
    requirements: &'static [&'static str],
}

/// The rows of a kind's life cycle, in their order; those that look alike on the page only once.
fn transitions(kind: RecordKind) -> Vec<Transition> {
    // Each kind has states and events of its own.
    macro_rules! told {
        ($rows:expr) => {
            $rows
                .iter()
                .map(|row| Transition {
                    from: row.from.page_text(),
                    to: row.to.page_text(),
                    event: row.event.chinese(),
                    log: if row.code.is_empty() { String::new() } else { format!("{} {}", row.code, row.text) },
                    code: row.code,
                    requirements: row.requirements,
                })
                .collect()
        };
    }
    let rules = Rules::default();
    match kind {
        RecordKind::Agreement => told!(rules.agreement),
        RecordKind::OpenCoverRequest => told!(rules.open_cover_request),
        RecordKind::OpenCover => told!(rules.open_cover),
        RecordKind::Proposal => told!(rules.proposal),
        RecordKind::Payment => told!(rules.payment),
    }
}

/// A kind of record: its states, every change of them, and what can be expected of it.
pub(super) fn life_cycle(id: &str) -> Option<String> {
    let kind = RecordKind::ALL.into_iter().find(|kind| kind.chinese() == id)?;
    let words = words_of(kind);
    let mut text = format!("{id}  {}\n\n  状态：{}\n", what_is(kind), listed(words.states));
    text.push_str("\n  页面状态的每一种变化，状态记录里的代码和描述：\n");
    for row in transitions(kind) {
        let log = if row.log.is_empty() { "不记录" } else { row.log.as_str() };
        let rules = row.requirements.join("、");
        let line = format!("    {} → {}  {}：{log}  {rules}\n", row.from, row.to, row.event);
        // Several inner states look the same on the page.
        if !text.contains(&line) {
            text.push_str(&line);
        }
    }
    let _ = writeln!(text, "\n  可以期望的字段：{}", words.fields().join("、"));
    show(&mut text, &example::of_expected(kind, "状态"));
    Some(text)
}

/// A state of a record or a code of its log: whose, how it comes about, and what may follow.
pub(super) fn state(id: &str) -> Option<String> {
    let mut text = String::new();
    let mut ids: Vec<&str> = Vec::new();
    for words in RECORDS {
        let is_state = words.states.contains(&id);
        if !is_state && !words.codes.contains(&id) {
            continue;
        }
        let kind = words.kind.chinese();
        let what = if is_state { format!("{kind}的状态") } else { format!("{kind}状态记录里的代码") };
        let _ = writeln!(text, "{}{id}  {what}", if text.is_empty() { "" } else { "\n" });
        text.push_str("\n  怎样来的：\n");
        let mut lines: Vec<String> = Vec::new();
        for row in transitions(words.kind).iter().filter(|r| if is_state { r.to == id } else { r.code == id }) {
            let log = if row.log.is_empty() { String::new() } else { format!("，记 {}", row.log) };
            let line = format!("    {} → {}  {}{log}\n", row.from, row.to, row.event);
            if !lines.contains(&line) {
                lines.push(line);
            }
            for rule in row.requirements {
                if !ids.contains(rule) {
                    ids.push(rule);
                }
            }
        }
        text.extend(lines);
        let _ = writeln!(text, "\n  `kouan explain {kind}` 列出全部状态和转换");
        if is_state {
            show(&mut text, &format!("- 等待: {{{kind}: {{状态: {id}}}, 时限: 3天}}"));
        } else {
            show(&mut text, &format!("- 期望: {{{kind}: {{状态记录: 含 {id}}}}}"));
        }
    }
    rules(&mut text, &ids);
    (!text.is_empty()).then_some(text)
}
