//! What lint can say beyond one value: coverage that nothing in a file can cite, and numbers used twice.
//!
//! Coverage is settled by running. Here the same tables that the runner cites from are asked what the file's checks
//! could cite at most; only what none of them could is said, and as a warning.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    party::Outcome,
    portal::RecordKind,
    refusal::{self, CodeEntry},
};

use super::{
    cast::Cast,
    catalogue::{forms::FormName, records::page_kind, verb_named},
    mistake::{Mistake, MistakeKind},
    model::{Act, Case, Fault, FaultKind, OnceKind, RefusalExpected, ScriptLine, Step, SubjectExpected, Who},
    read::Reading,
    source::Span,
    tree::{Key, Node, NodeKind},
};
use crate::verdict::{
    checks,
    citations::{self, RULES},
    expect::{Actual, Expected, Kind, holds},
};

/// Warnings of one file. No case, no word about coverage.
pub(super) fn warnings(cases: &[Case], entries: &[(Key, Node)]) -> Vec<Mistake> {
    let covers = entries.iter().find(|(k, _)| k.text == "覆盖").map(|(_, n)| &n.kind);
    let Some(NodeKind::List(items)) = covers else { return Vec::new() };
    let citable: BTreeSet<&str> = cases.iter().flat_map(|case| Citable::of(case).ids).collect();
    let mut found = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for item in items {
        let NodeKind::Scalar { text, .. } = &item.kind else { continue };
        if seen.insert(text, item.span).is_some() {
            found.push(Mistake::new(MistakeKind::RepeatedCover { id: text.clone() }, item.span));
        } else if !cases.is_empty() && !citable.contains(text.as_str()) {
            found.push(Mistake::new(MistakeKind::NothingCites { id: text.clone() }, item.span));
        }
    }
    found
}

/// Why something that 曾经 wants will not happen in this scenario, as far as the file alone tells. Whose decision it is
/// is not asked: a line of 对手方剧本 may be meant for more than one.
pub(super) fn never_happens(wanted: &OnceKind, script: &[ScriptLine], faults: &[Fault]) -> Option<String> {
    let bare = |text: String| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    match wanted {
        OnceKind::Decision { point, outcome, .. } => {
            let mut taken = script.iter().filter(|l| l.point == *point).flat_map(|l| &l.outcomes);
            let friendly = *outcome == Outcome::friendly().at(*point).to_string();
            let fits = friendly || taken.any(|o| bare(o.at(*point).to_string()).contains(&bare(outcome.clone())));
            (!fits).then(|| "「对手方剧本」里没有安排这个结果".to_owned())
        }
        OnceKind::Fault { kind, .. } => {
            let there = faults.iter().any(|f| f.kind.chinese() == kind);
            (!there).then(|| format!("「故障」里没有「{kind}」"))
        }
        OnceKind::Message(_) => None,
    }
}

/// How a page was read, as far as the file tells.
struct Read {
    page: &'static str,
    tab: &'static str,
    filtered: bool,
    role: &'static str,
    others_have_records: bool,
}

/// All that the checks of one case could cite.
#[derive(Default)]
struct Citable {
    ids: BTreeSet<&'static str>,
    /// What each 查询 so far was.
    tables: BTreeMap<String, Read>,
    /// People whose session is one by 账号密码.
    passwords: BTreeSet<Who>,
    /// Enterprises that have signed an agreement by now, if all went as the file wants.
    signers: BTreeSet<usize>,
    /// Enterprises that have records of the cargo line.
    senders: BTreeSet<usize>,
    /// What each name stands for; an agreement where it is not here.
    kinds: BTreeMap<String, RecordKind>,
}

impl Citable {
    fn of(case: &Case) -> Self {
        let mut citable = Self::default();
        for step in case.given.steps().chain(&case.steps) {
            citable.step(step);
        }
        citable.invariants(case);
        citable
    }

    fn step(&mut self, step: &Step) {
        if let Act::Wait { subjects, .. } | Act::Expect { subjects } = &step.act {
            subjects.iter().for_each(|s| self.subject(s));
            return;
        }
        if let Some(refusal) = &step.refusal {
            self.refusal(&step.act, refusal);
            if let Act::Cargo(_) = &step.act {
                // Which of a verb's rules refuses is known only then.
                self.ids.extend(verb_named(step.verb).map(|verb| verb.requirements).unwrap_or_default());
                self.ids.extend(["UI-07", "OPC-06", "PAY-04", "PAY-05"]);
            }
            return;
        }
        let mut declined = false;
        match &step.act {
            Act::Login { who, password: true, .. } => {
                // It proves nothing by itself: what it is shown does.
                self.passwords.insert(*who);
                return;
            }
            Act::Login { who, .. } => {
                self.passwords.remove(who);
            }
            Act::SignAgreement { who, confirm, .. } | Act::ResignAgreement { who, confirm, .. } => {
                declined = !confirm;
                if *confirm {
                    self.signers.insert(who.enterprise);
                }
            }
            Act::Query { who, page, filters, tab, .. } => {
                if let Some(name) = &step.name {
                    let role = if self.passwords.contains(who) { "账号密码" } else { who.card.kind() };
                    let owners = match page_kind(*page) {
                        None | Some(RecordKind::Agreement) => &self.signers,
                        Some(_) => &self.senders,
                    };
                    let others_have_records = owners.iter().any(|e| *e != who.enterprise);
                    let tab = citations::tab_named(tab.as_deref());
                    let filtered = !filters.is_empty();
                    let read = Read { page: page.name(), tab, filtered, role, others_have_records };
                    self.tables.insert(name.clone(), read);
                }
            }
            Act::Logout { .. }
            | Act::PullCard { .. }
            | Act::InsertCard { .. }
            | Act::SwapCard { .. }
            | Act::ChangePin { .. }
            | Act::UnblockCard { .. }
            | Act::Resend { .. }
            | Act::Advance(_)
            | Act::Wait { .. }
            | Act::Expect { .. }
            | Act::EndAgreement { .. } => {}
            Act::Cargo(act) => {
                declined = !act.confirm;
                if let (Some(name), Some(kind)) = (&step.name, act.deed.leaves()) {
                    self.kinds.insert(name.clone(), kind);
                }
                self.senders.insert(act.who.enterprise);
            }
            Act::Party { .. } => {
                if let Some(name) = &step.name {
                    self.kinds.insert(name.clone(), RecordKind::OpenCover);
                }
            }
        }
        self.ids.extend(citations::done(step.verb, declined));
    }

    fn subject(&mut self, subject: &SubjectExpected) {
        let table = self.tables.get(&subject.subject);
        let record = self.kinds.get(&subject.subject).copied().unwrap_or(RecordKind::Agreement).chinese();
        for (field, expected, _) in &subject.fields {
            match table {
                Some(read) => self.ids.extend(citations::of_reading(citations::Reading {
                    page: read.page,
                    tab: read.tab,
                    field,
                    filtered: read.filtered,
                    role: read.role,
                    others_have_records: read.others_have_records,
                })),
                // What a reference stands for is known only then: every line about the field could fit.
                None if refers(expected) => {
                    let of_field = RULES.iter().filter(|r| r.record == record && r.field == field);
                    self.ids.extend(of_field.flat_map(|r| r.requirements));
                    self.ids.extend(citations::of_field(record, field, ""));
                }
                None => self.ids.extend(citations::of_field(record, field, &expected.to_string())),
            }
        }
    }

    fn refusal(&mut self, act: &Act, expected: &RefusalExpected) {
        for entry in refusal::ALL.iter().filter(|e| could_be(expected, e)) {
            self.ids.extend(entry.requirements);
            if entry.code == refusal::FORM.code {
                self.hints(act, expected);
            } else if entry.code == refusal::STATE.code {
                let resigned = matches!(act, Act::ResignAgreement { .. });
                self.ids.insert(if resigned { "AGR-10" } else { "MSG-04" });
            }
        }
    }

    /// Red hints: those that are named are all that there may be; else any of the form's.
    fn hints(&mut self, act: &Act, expected: &RefusalExpected) {
        match act {
            Act::Query { .. } => {
                self.ids.insert("UI-03");
            }
            Act::ResignAgreement { .. } => {
                self.ids.insert("AGR-10");
            }
            _ => {}
        }
        let form = match act {
            Act::SignAgreement { .. } | Act::ResignAgreement { .. } => Some(FormName::Agreement),
            Act::Cargo(act) => act.deed.form(),
            _ => None,
        };
        let named = expected.fields.iter().map(|(label, _)| label.as_str());
        let page = form.map(|form| form.form());
        let any = form.filter(|_| expected.fields.is_empty()).map(|form| form.labels()).unwrap_or_default();
        let any = any.iter().map(|f| f.name);
        let of = |name| page.as_ref().map(|page| citations::of_hint(page, name)).unwrap_or_default();
        let hinted: Vec<&str> = named.chain(any).flat_map(of).collect();
        self.ids.extend(hinted);
        if matches!(act, Act::Cargo(_)) {
            self.ids.extend(BESIDE_FIELDS);
        }
    }

    fn invariants(&mut self, case: &Case) {
        let sends = !self.signers.is_empty() || !self.senders.is_empty();
        // Checks of a message's content count whether 始终 names them or not.
        let of_messages = checks::MESSAGE_CHECKS.into_iter().filter(|_| sends);
        let named = case.always.iter().map(|i| i.name.as_str()).filter(|name| match *name {
            "不越权" => case.steps.iter().any(|s| super::catalogue::is_persons(s.verb)) || sends,
            "登录不可重放" => case.faults.iter().any(|f| matches!(f.kind, FaultKind::ReplayLogin { .. })),
            _ => sends,
        });
        for invariant in of_messages.chain(named).filter_map(checks::by_name) {
            self.ids.extend(invariant.requirements);
        }
    }
}

/// Whether a value that only the run knows is in it.
fn refers(expected: &Expected) -> bool {
    match expected {
        Expected::Reference { .. } => true,
        Expected::List(items) => items.iter().any(refers),
        Expected::Compare(_, text) | Expected::Contains(text) => text.starts_with('$'),
        Expected::Literal(_) | Expected::NonEmpty | Expected::Empty | Expected::Rows(_) => false,
    }
}

/// What a refused proposal may cite besides the rules of its fields: of rows, of files, of the cover, of what is locked.
const BESIDE_FIELDS: [&str; 6] = ["CGO-08", "CGO-09", "CGO-12", "OPC-04", "OPC-05", "OPC-06"];

/// Whether a refusal of this entry could be the one that is expected. Red hints stand only on a form.
fn could_be(expected: &RefusalExpected, entry: &CodeEntry) -> bool {
    let fits = |wanted: &Option<Expected>, text: &str| match wanted {
        None => true,
        Some(wanted) if refers(wanted) => true,
        Some(wanted) => {
            let shown = Actual::Text(text.to_owned());
            holds(wanted, &shown, Kind::Text, &Cast::fixture().directory).unwrap_or(true)
        }
    };
    let hinted = !expected.fields.is_empty();
    (!hinted || entry.code == refusal::FORM.code)
        && fits(&expected.code, entry.code)
        && match &expected.prompt {
            Some(Expected::Literal(text)) => made_from(text, entry.prompt),
            Some(Expected::Contains(part)) if entry.prompt.contains("{}") => {
                // Data may hold anything; but a text that is some prompt's own means that prompt.
                entry.prompt.contains(part) || !refusal::ALL.iter().any(|e| e.prompt.contains(part))
            }
            prompt => fits(prompt, entry.prompt),
        }
}

/// Whether a prompt is this template with something in the place of each `{}`.
fn made_from(text: &str, template: &str) -> bool {
    let mut rest = text;
    let mut parts = template.split("{}");
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    match last {
        None => rest.is_empty(),
        Some(part) => part.is_empty() || text.ends_with(part),
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
