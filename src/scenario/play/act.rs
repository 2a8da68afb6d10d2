//! Steps in which somebody acts, and what is held against the outcome of each.

use std::collections::BTreeMap;

use domain::{
    Refusal,
    directory::PartyRole,
    form,
    portal::{Command, Page, Query},
    refusal,
};

use super::{Named, Player, Read, Stop};
use crate::{
    evidence::{Entered, Happening},
    scenario::{
        catalogue::{
            BANK_LABEL, PAYEE_LABEL,
            records::{RECORDS, page_kind},
        },
        model::{self, Act, Advance, PartyName, RefusalExpected, Step, Value},
    },
    verdict::{
        citations,
        expect::{Actual, Expected, Kind, holds},
        finding::{Finding, Verdict},
    },
    world::acts::{Answers, FormEnd, Who},
};

/// How a step that was not refused ended.
#[derive(Default)]
pub(super) struct Success {
    pub(super) prompt: String,
    pub(super) named: Option<Named>,
    /// The form was filled in, and 否 was the answer at the dialog.
    pub(super) declined: bool,
}

/// Who acts in a step, if a person does.
pub(super) fn who(act: &Act) -> Option<Who> {
    let who = match act {
        Act::Login { who, .. }
        | Act::Logout { who }
        | Act::PullCard { who }
        | Act::InsertCard { who }
        | Act::SwapCard { who, .. }
        | Act::ChangePin { who, .. }
        | Act::UnblockCard { who, .. }
        | Act::SignAgreement { who, .. }
        | Act::ResignAgreement { who, .. }
        | Act::Resend { who, .. }
        | Act::Query { who, .. } => *who,
        Act::Cargo(act) => act.who,
        Act::Advance(_) | Act::Wait { .. } | Act::Expect { .. } | Act::EndAgreement { .. } | Act::Party { .. } => {
            return None;
        }
    };
    Some(person(who))
}

fn person(who: model::Who) -> Who {
    Who { enterprise: who.enterprise, slot: who.card }
}

impl Player<'_> {
    /// Plays a step of a person and settles it against 拒绝.
    pub(super) fn person_acts(&mut self, step: &Step) -> Result<(), Stop> {
        let Some(who) = who(&step.act) else { return Ok(()) };
        if touches_session(&step.act) {
            self.world.leave_to_script(who);
        }
        let before = step.refusal.is_some().then(|| self.fingerprint());
        let outcome = self.person_outcome(who, &step.act);
        let refused = outcome.as_ref().err().cloned();
        let record = outcome.as_ref().ok().and_then(|s| match &s.named {
            Some(Named::Record { id, .. }) => Some(id.to_string()),
            _ => None,
        });
        let prompt = outcome.as_ref().map_or("", |s| s.prompt.as_str());
        self.world.note_act(who, step.verb, &refused, Some((prompt, record.as_deref())));
        match (outcome, &step.refusal) {
            (Ok(success), None) => {
                // A login by 账号密码 proves nothing by itself: what it is shown does.
                if !matches!(step.act, Act::Login { password: true, .. }) {
                    self.result.cite(citations::done(step.verb, success.declined), step.verb, step.line);
                }
                if let (Some(name), Some(named)) = (&step.name, success.named) {
                    self.names.insert(name.clone(), named);
                }
                Ok(())
            }
            (Ok(success), Some(expected)) => {
                let shown = if success.prompt.is_empty() { String::new() } else { format!("（{}）", success.prompt) };
                let text = format!("「{}」应当被拒绝，却成功了{shown}", step.verb);
                let mut finding = Finding::new(Verdict::Failed, "refusal", step.verb, text)
                    .compared(refusal_text(expected), "未被拒绝")
                    .at_line(step.line);
                finding.requirement = expected_rule(expected).map(str::to_owned);
                self.find(finding);
                Err(Stop)
            }
            (Err(refusal), Some(expected)) => {
                self.hold_refusal(step, &refusal, expected);
                if before.is_some_and(|before| before != self.fingerprint()) {
                    let text = format!("「{}」被拒绝，但记录、状态记录或已发报文有了变化", step.verb);
                    self.find(
                        Finding::new(Verdict::Failed, "refusal", step.verb, text)
                            .compared("没有变化", "有变化")
                            .at_line(step.line),
                    );
                }
                Ok(())
            }
            (Err(refusal), None) => {
                let text = format!("「{}」被拒绝：{}", step.verb, refusal_shown(&refusal));
                let mut finding = Finding::new(Verdict::Failed, "step", step.verb, text)
                    .compared("成功", format!("{} {}", refusal.code, refusal.prompt))
                    .at_line(step.line);
                if let Some(requirement) = refusal.requirements.first() {
                    finding = finding.against(requirement);
                }
                self.find(finding);
                Err(Stop)
            }
        }
    }

    fn person_outcome(&mut self, who: Who, act: &Act) -> Result<Success, Refusal> {
        let plain = |done: Result<(), Refusal>| done.map(|()| Success::default());
        match act {
            Act::Login { password: true, .. } => {
                self.world.log_in_with_password(who);
                self.passwords.insert(who);
                Ok(Success::default())
            }
            Act::Login { pin, .. } => {
                let done = self.world.log_in(who, pin.as_deref());
                if done.is_ok() {
                    self.passwords.remove(&who);
                }
                plain(done)
            }
            Act::Logout { .. } => {
                self.world.log_out(who);
                Ok(Success::default())
            }
            Act::PullCard { .. } => {
                self.world.pull_card(who);
                Ok(Success::default())
            }
            Act::InsertCard { .. } => {
                self.world.insert_card(who);
                Ok(Success::default())
            }
            Act::SwapCard { to, .. } => {
                self.world.swap_card(who, person(*to));
                Ok(Success::default())
            }
            Act::ChangePin { pin, new, .. } => plain(self.world.change_pin(who, pin.as_deref(), new)),
            Act::UnblockCard { puk, new, .. } => plain(self.world.unblock_card(who, puk.as_deref(), new)),
            Act::SignAgreement { form, pin, confirm, terms, .. } => {
                let mut filled = self.world.open_form(who, None)?;
                self.fill(who, &mut filled.fields, form, None);
                filled.terms_accepted = *terms;
                self.complete(who, Command::SignAgreement(filled), pin, *confirm)
            }
            Act::ResignAgreement { agreement, form, pin, confirm, terms, .. } => {
                let Some(Named::Record { id, .. }) = self.names.get(agreement).cloned() else {
                    return Err(Refusal::new(refusal::NOT_FOUND, &[]));
                };
                let mut filled = self.world.open_form(who, Some(&id))?;
                self.fill(who, &mut filled.fields, form, Some(agreement));
                filled.terms_accepted = *terms;
                self.complete(who, Command::ResignAgreement { failed: id, form: filled }, pin, *confirm)
            }
            Act::Resend { record, pin, .. } => {
                let Some((id, _)) = self.record_of(record) else {
                    return Err(Refusal::new(refusal::NOT_FOUND, &[]));
                };
                let done = self.world.act(who, Command::Resend { record: id }, pin.as_deref())?;
                Ok(Success { prompt: done.prompt, ..Success::default() })
            }
            Act::Query { page, filters, page_size, page_number, record, sort, tab, pin, .. } => {
                let record = match record {
                    None => None,
                    Some(name) => match self.record_of(name) {
                        Some((id, _)) => Some(id),
                        None => return Err(Refusal::new(refusal::NOT_FOUND, &[])),
                    },
                };
                let filters = filters
                    .iter()
                    .map(|(label, values)| {
                        (label.clone(), values.iter().map(|v| self.text_of(v).unwrap_or_default()).collect())
                    })
                    .collect();
                let query = Query {
                    page: *page,
                    filters,
                    page_size: *page_size,
                    page_number: *page_number,
                    record,
                    sort: sort.clone(),
                    tab: tab.clone(),
                };
                let table = self.world.query(who, &query, pin.as_deref())?;
                let read = Read {
                    page: page.name(),
                    tab: citations::tab_named(tab.as_deref()),
                    filtered: !query.filters.is_empty(),
                    role: if self.passwords.contains(&who) { "账号密码" } else { who.slot.kind() },
                    others_have_records: self.others_have_records(who, *page),
                };
                Ok(Success { prompt: table.footer.clone(), named: Some(Named::Table { table, read }), declined: false })
            }
            Act::Cargo(act) => self.cargo_outcome(who, act),
            Act::Advance(_) | Act::Wait { .. } | Act::Expect { .. } | Act::EndAgreement { .. } | Act::Party { .. } => {
                Ok(Success::default())
            }
        }
    }

    pub(super) fn complete(
        &mut self,
        who: Who,
        command: Command,
        pin: &Option<String>,
        confirm: bool,
    ) -> Result<Success, Refusal> {
        let answers = Answers { pin: pin.clone(), confirm };
        let typed = typed(&command);
        Ok(match self.world.complete_form(who, command, &answers)? {
            FormEnd::Sent(done) => {
                if let Some(record) = &done.record {
                    let enterprise = &self.world.enterprises()[who.enterprise];
                    let entered = Entered {
                        record: record.to_string(),
                        fields: typed,
                        special_terms: Vec::new(),
                        attachments: Vec::new(),
                        legal_person: enterprise.legal_person.clone(),
                        postcode: enterprise.postcode.clone(),
                    };
                    self.world.note(Happening::Entered(entered));
                }
                Success {
                    prompt: done.prompt,
                    named: done.record.map(|id| Named::Record { id, enterprise: who.enterprise }),
                    declined: false,
                }
            }
            FormEnd::Declined { dialog } => Success { prompt: dialog, named: None, declined: true },
        })
    }

    /// Fills a form as a person does who knows the fixture enterprise by heart, then with what the step gives.
    fn fill(&mut self, who: Who, fields: &mut BTreeMap<String, String>, given: &[(String, Value)], old: Option<&str>) {
        let form = form::agreement();
        let texts: Vec<(&str, Option<String>)> =
            given.iter().filter_map(|(name, value)| Some((form.by_name(name)?.name, self.text_of(value)))).collect();
        let chosen = |field: &str| texts.iter().find(|(f, _)| *f == field).map(|(_, text)| text.clone());
        let first = |role: PartyRole| {
            self.world.directory().institutions().iter().find(|i| i.role == role).map(|i| i.name.clone())
        };
        let shown = |label: &str| old.and_then(|name| self.shown_text(name, label));
        let bank = chosen(BANK_LABEL).unwrap_or_else(|| shown("银行名称").or_else(|| first(PartyRole::Bank)));
        let payee = chosen(PAYEE_LABEL).unwrap_or_else(|| shown("收款企业名称").or_else(|| first(PartyRole::Insurer)));
        let enterprise = &self.world.enterprises()[who.enterprise];
        let bank_id = bank.as_deref().and_then(|b| self.world.directory().by_name(b)).map(|i| i.id.clone());
        let account = enterprise
            .accounts
            .iter()
            .find(|(id, _)| bank_id.as_ref() == Some(id))
            .or(enterprise.accounts.first())
            .map(|(_, number)| number.clone());
        let by_heart = [
            (BANK_LABEL, bank),
            (PAYEE_LABEL, payee),
            ("付款账号", account),
            ("企业税号", Some(enterprise.uscc.to_string())),
        ];
        for (field, text) in by_heart.into_iter().chain(texts) {
            match text {
                Some(text) => fields.insert(field.to_owned(), text),
                None => fields.remove(field),
            };
        }
    }

    /// The text that a value stands for; `None` for 空.
    pub(super) fn text_of(&self, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) => Some(text.clone()),
            Value::Blank => None,
            Value::Reference { name, field } => self.shown_text(name, field),
        }
    }

    fn hold_refusal(&mut self, step: &Step, refusal: &Refusal, expected: &RefusalExpected) {
        let mut compared = vec![
            ("拒绝.代码".to_owned(), expected.code.clone(), refusal.code.to_owned()),
            ("拒绝.提示".to_owned(), expected.prompt.clone(), refusal.prompt.clone()),
        ];
        for (label, hint) in &expected.fields {
            let actual = refusal.fields.get(label).cloned().unwrap_or_default();
            compared.push((format!("拒绝.字段.{label}"), Some(hint.clone()), actual));
        }
        if !expected.fields.is_empty() {
            for (label, hint) in &refusal.fields {
                if !expected.fields.iter().any(|(l, _)| l == label) {
                    compared.push((format!("拒绝.字段.{label}"), Some(Expected::Empty), hint.clone()));
                }
            }
        }
        let cited = citations::refused(refusal);
        let requirement = cited.first().map(ToString::to_string);
        for (path, wanted, actual) in compared {
            let Some(wanted) = wanted.map(|w| self.resolve(&w)) else { continue };
            let held = holds(&wanted, &Actual::Text(actual.clone()), Kind::Text, self.world.directory());
            let text = match held {
                Ok(true) => continue,
                Ok(false) => format!("「{}」被拒绝，但不是所期望的那样：{}", step.verb, refusal_shown(refusal)),
                Err(why) => why,
            };
            let mut finding = Finding::new(Verdict::Failed, "refusal", path, text)
                .compared(wanted.to_string(), actual)
                .at_line(step.line);
            finding.requirement = requirement.clone();
            self.find(finding);
        }
        self.result.cite(cited, &format!("拒绝 {}", refusal.code), step.line);
    }

    /// Whether another enterprise has a record on such a page at this moment, so that not seeing it proves something.
    fn others_have_records(&self, who: Who, page: Page) -> bool {
        let query = Query::of(page_kind(page).map_or(Page::Agreements, |_| page));
        self.world
            .enterprises()
            .iter()
            .enumerate()
            .any(|(i, e)| i != who.enterprise && self.world.portal().observe(&e.uscc).table(&query).total > 0)
    }

    /// All that a refused step must leave alone, as pages and wire show it.
    fn fingerprint(&self) -> String {
        let mut text = String::new();
        for enterprise in self.world.enterprises() {
            let scope = self.world.portal().observe(&enterprise.uscc);
            for words in RECORDS {
                let mut query = Query { page_size: 100, ..Query::of(words.page) };
                loop {
                    let table = scope.table(&query);
                    for id in &table.records {
                        let Some(shown) = scope.shown(id) else { continue };
                        let fields = shown.fields.iter().flat_map(|(label, value)| [*label, value.as_str()]);
                        fields.for_each(|part| text.extend([part, "\u{1f}"]));
                        text.push_str(&format!("{id}:{};", shown.log.len()));
                    }
                    if query.page_number * query.page_size >= table.total {
                        break;
                    }
                    query.page_number += 1;
                }
            }
        }
        let sent = self.world.evidence().entries.iter().filter(|e| matches!(e.what, Happening::Sent(_))).count();
        text + &sent.to_string()
    }

    /// 推进
    pub(super) fn advance(&mut self, step: &Step, advance: Advance) -> Result<(), Stop> {
        let until = match advance {
            Advance::By(lapse) => lapse.after(self.world.now()),
            Advance::Until(time) => time,
        };
        if until < self.world.now() {
            let text = format!("推进到的时间已经过去：现在是 {}", self.world.now());
            self.find(Finding::new(Verdict::Failed, "step", "推进", text).at_line(step.line));
            return Err(Stop);
        }
        self.world.run_until(until);
        Ok(())
    }

    /// 银行.终止协议
    pub(super) fn end_agreement(
        &mut self,
        step: &Step,
        party: &PartyName,
        agreement: &str,
        reason: Option<&str>,
    ) -> Result<(), Stop> {
        let application = match self.names.get(agreement) {
            Some(Named::Record { id, .. }) => id.to_string(),
            _ => String::new(),
        };
        let bank = match party {
            PartyName::Institution(id) => Some(id.clone()),
            PartyName::Role(_) => self
                .shown_text(agreement, "银行名称")
                .and_then(|name| self.world.directory().by_name(&name).map(|i| i.id.clone())),
        };
        let ended = match bank {
            Some(bank) => self.world.party_ends_agreement(&bank, &application, reason.unwrap_or("银行终止协议")),
            None => Err("不知道这份协议是哪家银行的".to_owned()),
        };
        if let Err(why) = ended {
            let text = format!("「{}」没有做成：{why}；要测试的情形没有出现", step.verb);
            self.find(Finding::new(Verdict::Inconclusive, "step", step.verb, text).at_line(step.line));
            return Err(Stop);
        }
        Ok(())
    }
}

/// What a person entered into a form, by the manual's labels.
fn typed(command: &Command) -> BTreeMap<String, String> {
    match command {
        Command::SignAgreement(form) | Command::ResignAgreement { form, .. } => form.fields.clone(),
        _ => BTreeMap::new(),
    }
}

/// Verbs after which card and session are the scenario's own affair.
fn touches_session(act: &Act) -> bool {
    match act {
        Act::Login { .. }
        | Act::Logout { .. }
        | Act::PullCard { .. }
        | Act::InsertCard { .. }
        | Act::SwapCard { .. } => true,
        Act::ChangePin { .. }
        | Act::UnblockCard { .. }
        | Act::SignAgreement { .. }
        | Act::ResignAgreement { .. }
        | Act::Resend { .. }
        | Act::Query { .. }
        | Act::Advance(_)
        | Act::Wait { .. }
        | Act::Expect { .. }
        | Act::Cargo(_)
        | Act::Party { .. }
        | Act::EndAgreement { .. } => false,
    }
}

/// The rule that the expected refusal would have enforced, as far as it is named by code, prompt or field.
fn expected_rule(expected: &RefusalExpected) -> Option<&'static str> {
    let literal = |wanted: &Option<Expected>| match wanted {
        Some(Expected::Literal(text)) => Some(text.clone()),
        _ => None,
    };
    let (code, prompt) = (literal(&expected.code), literal(&expected.prompt));
    let form = form::agreement();
    let by_field = expected.fields.first().and_then(|(name, _)| citations::of_hint(&form, name).last().copied());
    let by_entry = refusal::ALL.iter().find(|e| {
        code.as_deref() == Some(e.code)
            || prompt.as_deref().is_some_and(|p| e.prompt.split("{}").all(|part| p.contains(part)))
    });
    by_field.or_else(|| by_entry.and_then(|e| e.requirements.first().copied()))
}

fn refusal_text(expected: &RefusalExpected) -> String {
    let mut parts = Vec::new();
    for (key, value) in [("代码", &expected.code), ("提示", &expected.prompt)] {
        if let Some(value) = value {
            parts.push(format!("{key}: {value}"));
        }
    }
    for (label, hint) in &expected.fields {
        parts.push(format!("{label}: {hint}"));
    }
    format!("拒绝 {{{}}}", parts.join(", "))
}

/// A refusal as the page shows it: prompt, red hints, and what was possible.
fn refusal_shown(refusal: &Refusal) -> String {
    let mut text = refusal.prompt.clone();
    for (label, hint) in &refusal.fields {
        text.push_str(&format!("；{label} {hint}"));
    }
    if let Some(state) = &refusal.state
        && !state.possible.is_empty()
    {
        text.push_str(&format!("（可以：{}）", state.possible.join("、")));
    }
    text
}
