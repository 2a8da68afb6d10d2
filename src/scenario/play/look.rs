//! 等待 and 期望: pages are looked at as their account sees them, and every mismatch is told.

use domain::{
    Time,
    portal::{RecordId, RecordKind, Scope, Shown},
};

use super::{Named, Player, Stop};
use crate::{
    evidence::Happening,
    scenario::model::{Lapse, Step, SubjectExpected},
    verdict::{
        citations,
        expect::{Actual, Expected, holds, kind_of},
        finding::{Finding, Verdict},
    },
};

/// One expectation that did not hold.
struct Mismatch {
    subject: String,
    field: String,
    line: usize,
    expected: Expected,
    actual: Option<Actual>,
    why: Option<String>,
}

impl Player<'_> {
    /// 期望: holds now; every mismatch is a finding.
    pub(super) fn expect(&mut self, step: &Step, subjects: &[SubjectExpected]) {
        let mismatches = self.mismatches(subjects);
        self.cite_expectations(step, subjects);
        for mismatch in mismatches {
            self.report(mismatch, "expect", None);
        }
    }

    /// 等待: lets time pass until all of it holds.
    pub(super) fn wait(&mut self, step: &Step, subjects: &[SubjectExpected], limit: Lapse) -> Result<(), Stop> {
        let deadline = limit.after(self.world.now());
        loop {
            let mismatches = self.mismatches(subjects);
            let hopeless = mismatches.iter().any(|m| m.why.is_some());
            if mismatches.is_empty() {
                self.cite_expectations(step, subjects);
                return Ok(());
            }
            let seen = self.world.changes();
            let mut more = !hopeless;
            while more && self.world.changes() == seen {
                more = self.world.step_within(deadline);
            }
            if !more {
                // Time is up, or waiting cannot help; what is there now is what is judged.
                let mismatches = self.mismatches(subjects);
                if mismatches.is_empty() {
                    continue;
                }
                self.cite_expectations(step, subjects);
                for mismatch in mismatches {
                    self.report(mismatch, "wait", Some(deadline));
                }
                return Err(Stop);
            }
        }
    }

    fn mismatches(&self, subjects: &[SubjectExpected]) -> Vec<Mismatch> {
        let mut all = Vec::new();
        for subject in subjects {
            for (field, expected, line) in &subject.fields {
                let expected = self.resolve(expected);
                let actual = self.actual(&subject.subject, field);
                let held = match &actual {
                    None => Err(format!("「{}」没有「{field}」", subject.subject)),
                    Some(actual) => {
                        let kind = kind_of(self.kind(&subject.subject), field);
                        holds(&expected, actual, kind, self.world.directory())
                    }
                };
                let why = match held {
                    Ok(true) => continue,
                    Ok(false) => None,
                    Err(why) => Some(why),
                };
                all.push(Mismatch {
                    subject: subject.subject.clone(),
                    field: field.clone(),
                    line: *line,
                    expected,
                    actual,
                    why,
                });
            }
        }
        all
    }

    fn cite_expectations(&mut self, step: &Step, subjects: &[SubjectExpected]) {
        for subject in subjects {
            for (field, expected, line) in &subject.fields {
                let expected = self.resolve(expected);
                let ids = self.citations(&subject.subject, field, &expected);
                let check = format!("{} {}.{field}", step.verb, subject.subject);
                self.result.cite(ids, &check, *line);
            }
        }
    }

    fn report(&mut self, mismatch: Mismatch, check: &str, deadline: Option<Time>) {
        let path = format!("{}.{}", mismatch.subject, mismatch.field);
        let shown = mismatch.actual.as_ref().map(|actual| only_named(actual, &mismatch.expected));
        let shown = shown.map_or_else(|| "没有这一项".to_owned(), |actual| actual.to_string());
        let text = match (&mismatch.why, deadline) {
            (Some(why), _) => why.clone(),
            (None, Some(deadline)) => format!("到 {deadline} 仍未等到 {path}"),
            (None, None) => format!("{path} 与页面显示的不符"),
        };
        let ids = self.citations(&mismatch.subject, &mismatch.field, &mismatch.expected);
        let mut finding = Finding::new(Verdict::Failed, check, path, text)
            .compared(mismatch.expected.to_string(), shown)
            .at_line(mismatch.line);
        finding.requirement = ids.first().map(ToString::to_string);
        finding.messages = self.messages_about(&mismatch.subject);
        self.find(finding.showing(self.page_of(&mismatch.subject)));
    }

    /// What the page of a record or list shows now, a line an item; what is blank is left out.
    fn page_of(&self, subject: &str) -> Vec<String> {
        match self.names.get(subject) {
            None => Vec::new(),
            Some(Named::Table { table, .. }) => {
                let row = |row: &Vec<(&str, String)>| {
                    let cells: Vec<String> = row.iter().map(|(label, text)| format!("{label} {text}")).collect();
                    cells.join("，")
                };
                table.rows.iter().map(row).chain([table.footer.clone()]).collect()
            }
            Some(Named::Record { .. } | Named::Cover { .. }) => {
                let Some(shown) = self.shown(subject) else { return Vec::new() };
                let told = |label: &str| shown.fields.iter().find(|(l, t)| *l == label && !t.is_empty() && t != "-");
                let fields = TOLD.iter().filter_map(|label| told(label)).map(|(label, text)| format!("{label} {text}"));
                let log = shown.log.iter().map(|row| format!("{} {} {}", row.recorded_at, row.code, row.text));
                fields.chain(log).collect()
            }
        }
    }

    /// What a check of this field proves.
    fn citations(&self, subject: &str, field: &str, expected: &Expected) -> Vec<&'static str> {
        match self.names.get(subject) {
            Some(Named::Table { read, .. }) => citations::of_reading(citations::Reading {
                page: read.page,
                tab: read.tab,
                field,
                filtered: read.filtered,
                role: read.role,
                others_have_records: read.others_have_records,
            }),
            _ => citations::of_field(self.kind(subject), field, &expected.to_string()),
        }
    }

    /// Ids of the messages that led to what a record shows, oldest first.
    fn messages_about(&self, subject: &str) -> Vec<String> {
        let number = match self.names.get(subject) {
            Some(Named::Record { id, .. }) => id.as_str(),
            Some(Named::Cover { number, .. }) => number.as_str(),
            Some(Named::Table { .. }) | None => return Vec::new(),
        };
        let mut ids: Vec<String> = Vec::new();
        for entry in &self.world.evidence().entries {
            if let Happening::Sent(sent) = &entry.what
                && sent.subject == number
                && !ids.iter().any(|i| *i == sent.id.as_str())
            {
                ids.push(sent.id.to_string());
            }
        }
        ids
    }

    /// The expected value with references put in their place.
    pub(super) fn resolve(&self, expected: &Expected) -> Expected {
        match expected {
            Expected::Reference { name, field } => match self.shown_text(name, field) {
                Some(text) if text.is_empty() => Expected::Empty,
                Some(text) => Expected::Literal(text),
                None => expected.clone(),
            },
            Expected::List(items) => Expected::List(items.iter().map(|i| self.resolve(i)).collect()),
            Expected::Rows(rows) => Expected::Rows(
                rows.iter().map(|row| row.iter().map(|(k, v)| (k.clone(), self.resolve(v))).collect()).collect(),
            ),
            Expected::Compare(op, bound) => Expected::Compare(*op, self.put_in(bound)),
            Expected::Contains(part) => Expected::Contains(self.put_in(part)),
            Expected::Literal(_) | Expected::NonEmpty | Expected::Empty => expected.clone(),
        }
    }

    /// `$名.字段` inside a comparison, as the page shows it; any other text as it is.
    fn put_in(&self, text: &str) -> String {
        let named = text.strip_prefix('$').and_then(|rest| rest.split_once('.'));
        named.and_then(|(name, field)| self.shown_text(name, field)).unwrap_or_else(|| text.to_owned())
    }

    /// What a record's page shows in one field, as text.
    pub(super) fn shown_text(&self, name: &str, field: &str) -> Option<String> {
        match self.actual(name, field)? {
            Actual::Text(text) => Some(text),
            Actual::List(_) | Actual::Rows(_) => None,
        }
    }

    pub(super) fn kind(&self, name: &str) -> &'static str {
        match self.names.get(name) {
            Some(Named::Table { .. }) => "查询",
            Some(Named::Cover { .. }) => RecordKind::OpenCover.chinese(),
            Some(Named::Record { .. }) | None => {
                let kind = self.scope_of(name).and_then(|(id, scope)| scope.kind(&id));
                kind.unwrap_or(RecordKind::Agreement).chinese()
            }
        }
    }

    /// The record that a name stands for, and the enterprise whose it is; none for a cover that has not arrived.
    pub(super) fn record_of(&self, name: &str) -> Option<(RecordId, usize)> {
        match self.names.get(name)? {
            Named::Record { id, enterprise } => Some((id.clone(), *enterprise)),
            Named::Cover { insurer, number, enterprise } => {
                let uscc = &self.world.enterprises()[*enterprise].uscc;
                let id = self.world.portal().observe(uscc).cover_numbered(insurer, number)?;
                Some((id, *enterprise))
            }
            Named::Table { .. } => None,
        }
    }

    /// What the page of a record shows.
    fn shown(&self, name: &str) -> Option<Shown> {
        self.scope_of(name).and_then(|(id, scope)| scope.shown(&id))
    }

    /// A record's number, and the way to its enterprise's records.
    fn scope_of(&self, name: &str) -> Option<(RecordId, Scope<'_>)> {
        let (id, enterprise) = self.record_of(name)?;
        Some((id, self.world.portal().observe(&self.world.enterprises()[enterprise].uscc)))
    }

    fn actual(&self, name: &str, field: &str) -> Option<Actual> {
        match self.names.get(name)? {
            Named::Table { table, .. } => match field {
                "总数" => Some(Actual::Text(table.total.to_string())),
                "页脚" => Some(Actual::Text(table.footer.clone())),
                "行" => Some(Actual::Rows(
                    table
                        .rows
                        .iter()
                        .map(|row| row.iter().map(|(label, text)| ((*label).to_owned(), text.clone())).collect())
                        .collect(),
                )),
                _ => None,
            },
            Named::Record { .. } | Named::Cover { .. } => {
                let found = self.scope_of(name).filter(|(id, scope)| scope.kind(id).is_some());
                let Some((id, scope)) = found else {
                    // A cover on its way: nothing shows yet. A record that was deleted shows nothing any more.
                    let list = matches!(field, "状态记录" | "状态描述");
                    return Some(if list { Actual::List(Vec::new()) } else { Actual::Text(String::new()) });
                };
                // A page is looked at after each change: what is not asked for is not drawn.
                match field {
                    "状态" => scope.state(&id).map(|state| Actual::Text(state.to_owned())),
                    "状态记录" => Some(Actual::List(scope.log(&id).iter().map(|r| r.code.to_owned()).collect())),
                    "状态描述" => Some(Actual::List(scope.log(&id).iter().map(|r| r.text.to_string()).collect())),
                    _ => scope
                        .shown(&id)?
                        .fields
                        .iter()
                        .find(|(label, _)| *label == field)
                        .map(|(_, t)| Actual::Text(t.clone())),
                }
            }
        }
    }
}

/// The fields of a record that explain its state; the others are what was typed.
const TOLD: &[&str] = &[
    "状态",
    "失败方",
    "原因",
    "协议编号",
    "协议生效时间",
    "协议失效时间",
    "投保单号",
    "保单号",
    "保费",
    "缴费截止日",
    "金额",
    "银行流水号",
    "退款金额",
];

/// Of rows only the columns that the expectation names: the others would bury them.
fn only_named(actual: &Actual, expected: &Expected) -> Actual {
    match (actual, expected) {
        (Actual::Rows(rows), Expected::Rows(wanted)) if !wanted.is_empty() => {
            let named = |label: &String| wanted.iter().flatten().any(|(column, _)| column == label);
            Actual::Rows(
                rows.iter().map(|row| row.iter().filter(|(label, _)| named(label)).cloned().collect()).collect(),
            )
        }
        _ => actual.clone(),
    }
}
