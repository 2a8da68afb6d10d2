//! 曾经: a scenario that did not come to what it was to test is 无法判定.

use domain::directory::Directory;

use crate::{
    evidence::{Evidence, Happening},
    scenario::model::{Case, OnceKind, PartyName},
    verdict::finding::{CaseResult, Finding, Verdict},
};

/// Holds every entry of 曾经 against the evidence.
pub(super) fn check(case: &Case, evidence: &Evidence, directory: &Directory, result: &mut CaseResult) {
    for once in &case.once {
        if !evidence.entries.iter().any(|e| happened(&once.what, &e.what, directory)) {
            let text = format!("「{}」没有发生，要测试的情形没有出现", once.text);
            result.find(
                Finding::new(Verdict::Inconclusive, "once", "曾经", text)
                    .compared(once.text.clone(), "没有发生")
                    .at_line(once.line),
            );
        }
    }
}

fn happened(wanted: &OnceKind, seen: &Happening, directory: &Directory) -> bool {
    match (wanted, seen) {
        (
            OnceKind::Decision { party, point, outcome },
            Happening::Decided { party: who, point: at, outcome: taken, .. },
        ) => {
            let named = format!("{}.{}", point.role().chinese(), point.chinese());
            let party_fits = match party {
                PartyName::Role(role) => *role == point.role(),
                PartyName::Institution(id) => {
                    id == who || directory.by_id(who).is_some_and(|i| i.branch_of.as_ref() == Some(id))
                }
            };
            // A decision may be wrapped: 延迟(2小时, 拒绝(资料不全)) is a 拒绝(资料不全) all the same.
            party_fits && named == *at && bare(taken).contains(&bare(outcome))
        }
        (OnceKind::Fault { kind, message }, Happening::Struck { text, .. }) => match message {
            Some(message) => *text == format!("{kind} {message}"),
            None => text.split(' ').next() == Some(kind),
        },
        (OnceKind::Message(name), Happening::Sent(sent)) => sent.kind.chinese() == name,
        _ => false,
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
