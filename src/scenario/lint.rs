//! What lint can say beyond one value: coverage that nothing in a file can cite, and numbers used twice.
//!
//! Coverage is settled by running; here only what is certain from the file alone is said, and as a warning.

use std::collections::BTreeMap;

use super::{
    mistake::{Mistake, MistakeKind},
    model::{Act, Case, FaultKind},
    read::Reading,
    source::Span,
    tree::{Key, Node, NodeKind},
};

/// Chapters of the manual for which this program has no verb yet: nothing can cite their rules.
const LATER: [&str; 8] = ["RSV-", "OPC-", "CGO-", "PAY-", "CRD-", "LIM-", "DTY-", "CLM-"];

/// Warnings of one file.
pub(super) fn warnings(cases: &[Case], entries: &[(Key, Node)]) -> Vec<Mistake> {
    let covers = entries.iter().find(|(k, _)| k.text == "覆盖").map(|(_, n)| &n.kind);
    let Some(NodeKind::List(items)) = covers else { return Vec::new() };
    let mut found = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for item in items {
        let NodeKind::Scalar { text, .. } = &item.kind else { continue };
        if seen.insert(text, item.span).is_some() {
            found.push(Mistake::new(MistakeKind::RepeatedCover { id: text.clone() }, item.span));
        } else if !cases.is_empty() && !cases.iter().any(|case| could_cite(case, text)) {
            found.push(Mistake::new(MistakeKind::NothingCites { id: text.clone() }, item.span));
        }
    }
    found
}

/// Whether some check of the case might cite the requirement; true in doubt.
fn could_cite(case: &Case, id: &str) -> bool {
    let step = |f: fn(&Act) -> bool| case.steps.iter().any(|s| f(&s.act));
    let judged = step(|a| matches!(a, Act::Wait { .. } | Act::Expect { .. }))
        || case.steps.iter().any(|s| s.refusal.is_some())
        || !case.always.is_empty();
    if LATER.iter().any(|chapter| id.starts_with(chapter)) {
        return false;
    }
    let signs = !case.given.agreements.is_empty()
        || step(|a| matches!(a, Act::SignAgreement { .. } | Act::ResignAgreement { .. }));
    match id {
        "UI-02" | "UI-05" | "UI-06" | "UI-07" => false,
        "UI-03" | "UI-08" => step(|a| matches!(a, Act::Query { .. })),
        "AGR-02" => step(|a| matches!(a, Act::Query { filters, .. } if !filters.is_empty())),
        "AGR-10" => step(|a| matches!(a, Act::ResignAgreement { .. })),
        "ACC-09" => {
            let typed = |a: &Act| match a {
                Act::ChangePin { .. } | Act::UnblockCard { .. } => true,
                Act::Login { pin, .. }
                | Act::SignAgreement { pin, .. }
                | Act::ResignAgreement { pin, .. }
                | Act::Resend { pin, .. }
                | Act::Query { pin, .. } => pin.is_some(),
                Act::Logout { .. }
                | Act::PullCard { .. }
                | Act::InsertCard { .. }
                | Act::SwapCard { .. }
                | Act::Advance(_)
                | Act::Wait { .. }
                | Act::Expect { .. }
                | Act::EndAgreement { .. } => false,
            };
            step(typed) || case.faults.iter().any(|f| matches!(f.kind, FaultKind::Card { .. }))
        }
        _ if id.starts_with("AGR-") => judged || signs || step(|a| matches!(a, Act::Query { .. })),
        _ if id.starts_with("MSG-") => judged && signs,
        _ => true,
    }
}

/// 编号 that two files share; the later file is told. Files must be in their order.
pub(super) fn shared_ids(readings: &mut [Reading]) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for reading in readings {
        let Some(id) = reading.cases.first().map(|c| c.scenario.id.clone()) else { continue };
        match first.get(&id) {
            Some(other) => {
                let what = MistakeKind::DuplicateId { id, other: other.clone() };
                reading.mistakes.push(Mistake::new(what, reading.id_span));
                reading.mistakes.sort_by_key(|m| m.span);
                reading.cases.clear();
            }
            None => {
                first.insert(id, reading.source.file.clone());
            }
        }
    }
}
