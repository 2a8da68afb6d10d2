//! Wrong portals, made from the portal's own tables: every row, field, permission and span of [`Rules`], each wrong in
//! every way that there is a word for.
//!
//! Nothing is listed by hand, so a new row has its mutants at once, and a new table or setting does not compile until it
//! is taken in here.

use std::{sync::Arc, time::Duration};

use domain::{
    directory::PartyRole,
    form::{FieldRule, Form, Need, Takes},
    life_cycle::{self, Row},
    portal::{CardRole, Event, Permission, RecordKind, Rules, State, cover, payment, proposal, request},
    settings::Settings,
};

use super::mutant::{Group, Mutant, Wrong};

/// A life cycle among the rules, and the names of what is in it.
struct Table<S, E> {
    kind: RecordKind,
    /// What breaking a row that names no requirement of its own breaks.
    requirement: &'static str,
    which: fn(&mut Rules) -> &mut Vec<Row<S, E>>,
    states: Vec<S>,
    label: fn(S) -> &'static str,
    page: fn(S) -> &'static str,
    event: fn(E) -> &'static str,
}

/// A span among the settings: what it is, the requirement behind it, and where it stands.
type Span = (&'static str, &'static str, fn(&mut Settings) -> &mut Duration);

/// One wrong portal for each thing that can be wrong in one way.
pub fn mutants() -> Vec<Mutant> {
    let faithful = Rules::default();
    let mut made = Vec::new();
    of_tables(&faithful, &mut made);
    of_form(&faithful, "表单", |rules| Arc::make_mut(&mut rules.agreement_form), &mut made);
    of_form(&faithful, "预约表单", |rules| Arc::make_mut(&mut rules.request_form), &mut made);
    of_form(&faithful, "投保表单", |rules| Arc::make_mut(&mut rules.proposal_form), &mut made);
    of_permissions(&faithful, &mut made);
    of_settings(&faithful, &faithful.settings, &mut made);
    made
}

fn of_tables(faithful: &Rules, made: &mut Vec<Mutant>) {
    let agreement = Table {
        kind: RecordKind::Agreement,
        requirement: "AGR-08",
        which: |rules| &mut rules.agreement,
        states: State::ALL.to_vec(),
        label: State::label,
        // Each of its states is a page of its own here: its rows are few enough to lead everywhere.
        page: State::label,
        event: Event::chinese,
    };
    of_table(faithful, &agreement, made);
    let request = Table {
        kind: RecordKind::OpenCoverRequest,
        requirement: "RSV-02",
        which: |rules| &mut rules.open_cover_request,
        states: request::State::ALL.to_vec(),
        label: request::State::label,
        page: request::State::page_text,
        event: request::Event::chinese,
    };
    of_table(faithful, &request, made);
    let cover = Table {
        kind: RecordKind::OpenCover,
        requirement: "OPC-07",
        which: |rules| &mut rules.open_cover,
        states: cover::State::ALL.to_vec(),
        label: cover::State::label,
        page: cover::State::page_text,
        event: cover::Event::chinese,
    };
    of_table(faithful, &cover, made);
    let proposal = Table {
        kind: RecordKind::Proposal,
        requirement: "CGO-14",
        which: |rules| &mut rules.proposal,
        states: proposal::State::all(),
        label: proposal::State::label,
        page: proposal::State::page_text,
        event: proposal::Event::chinese,
    };
    of_table(faithful, &proposal, made);
    let payment = Table {
        kind: RecordKind::Payment,
        requirement: "PAY-05",
        which: |rules| &mut rules.payment,
        states: payment::State::all(),
        label: payment::State::label,
        page: payment::State::page_text,
        event: payment::Event::chinese,
    };
    of_table(faithful, &payment, made);
}

fn portal(name: String, group: Group, requirement: &'static str, rules: Rules) -> Mutant {
    Mutant { name, group, requirement, wrong: Wrong::Portal(Box::new(rules)), row: None, to: None, check: None }
}

fn of_table<S: Copy + PartialEq, E: Copy + PartialEq>(faithful: &Rules, table: &Table<S, E>, made: &mut Vec<Mutant>) {
    let rows = (table.which)(&mut faithful.clone()).clone();
    for at in 0..rows.len() {
        of_row(faithful, table, &rows, at, made);
    }
}

/// What makes a faithful table or form wrong.
type Change<'c, T> = dyn Fn(&mut T) + 'c;

/// Dropped; leading to other states; logged with other codes of the table; logged with another text of it.
fn of_row<S: Copy + PartialEq, E: Copy + PartialEq>(
    faithful: &Rules,
    table: &Table<S, E>,
    rows: &[Row<S, E>],
    at: usize,
    made: &mut Vec<Mutant>,
) {
    let row = rows[at];
    let (from, event) = ((table.label)(row.from), (table.event)(row.event));
    let head = |to: &str| format!("{} {from} --{event}--> {to}", table.kind.chinese());
    let own = head((table.label)(row.to));
    let requirement = row.requirements.first().copied().unwrap_or(table.requirement);
    let mut make = |name: String, to: Option<&'static str>, change: &Change<Vec<Row<S, E>>>| {
        let mut rules = faithful.clone();
        change((table.which)(&mut rules));
        let row = Some((table.kind, from, event));
        made.push(Mutant { row, to, ..portal(name, Group::LifeCycle, requirement, rules) });
    };
    make(format!("{own}：没有这一行"), None, &|rows| {
        rows.remove(at);
    });
    let codes = distinct(rows.iter().map(|r| r.code)).filter(|code| *code != row.code);
    // No line at all, and a wrong line: which of the many wrong codes it is makes no difference to a longer table.
    let few = if table.kind == RecordKind::Agreement { usize::MAX } else { 2 };
    for code in codes.take(few) {
        make(format!("{own}：代码 {}（原为 {}）", shown(code), shown(row.code)), None, &|rows| {
            rows[at].code = code
        });
    }
    // A row that leaves no line in the log has no words to be wrong.
    let mut texts = rows.iter().map(|r| r.text).filter(|text| !text.is_empty() && *text != row.text);
    if let Some(text) = texts.next().filter(|_| !row.code.is_empty()) {
        make(format!("{own}：描述「{text}」（原为「{}」）", row.text), None, &|rows| rows[at].text = text);
    }
    for to in other_places(table, rows, row.to) {
        let name = format!("{}（原为 {}）", head((table.label)(to)), (table.label)(row.to));
        make(name, Some((table.label)(to)), &|rows| rows[at].to = to);
    }
}

/// Where a row may lead wrongly: to one state of each other page, and to one of its own page in which other things can happen.
fn other_places<S: Copy + PartialEq, E: Copy + PartialEq>(table: &Table<S, E>, rows: &[Row<S, E>], to: S) -> Vec<S> {
    let possible = |state: S| life_cycle::possible(rows, state).collect::<Vec<E>>();
    let mut pages = vec![(table.page)(to)];
    let mut others = Vec::new();
    for state in table.states.iter().copied().filter(|state| *state != to) {
        if !pages.contains(&(table.page)(state)) {
            pages.push((table.page)(state));
            others.push(state);
        }
    }
    let alike =
        |state: &&S| **state != to && (table.page)(**state) == (table.page)(to) && possible(**state) != possible(to);
    others.extend(table.states.iter().find(alike));
    others
}

fn shown(code: &str) -> &str {
    if code.is_empty() { "无" } else { code }
}

fn distinct<'a>(all: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut seen = std::collections::BTreeSet::new();
    all.filter(move |one| seen.insert(*one))
}

/// Every field and every rule between fields of a form, wrong in every way. `head` starts the names.
fn of_form(faithful: &Rules, head: &str, which: fn(&mut Rules) -> &mut Form, made: &mut Vec<Mutant>) {
    let form = which(&mut faithful.clone()).clone();
    let mut make = |what: String, requirement, change: &Change<Form>| {
        let mut rules = faithful.clone();
        change(which(&mut rules));
        made.push(portal(format!("{head} {what}"), Group::Form, requirement, rules));
    };
    for at in 0..form.fields.len() {
        of_field(&form, at, &mut |what, requirement, change| {
            make(format!("{}：{what}", form.fields[at].name), requirement, &|form| change(&mut form.fields[at]));
        });
    }
    for (at, rule) in form.rules.iter().enumerate() {
        let requirement = rule.requirements().first().copied().unwrap_or("UI-01");
        make(format!("{}：不检查", rule.in_words(&form)), requirement, &|form| {
            form.rules.remove(at);
        });
    }
}

/// A yes or no in a field's rule.
type Mark = fn(&mut FieldRule) -> &mut bool;

/// Takes what is wrong, the requirement behind it, and the change that makes it so.
type Make<'m> = dyn FnMut(String, &'static str, &Change<FieldRule>) + 'm;

/// Required or not, what it takes a notch wider and narrower at each bound, or anything; and each mark that means
/// something in this form (a mark that no field has is a mark that nobody looks at) taken away or set.
fn of_field(form: &Form, at: usize, make: &mut Make<'_>) {
    let rule = form.fields[at];
    let requirement = rule.requirements.first().copied().unwrap_or("UI-01");
    for (what, need) in other_needs(rule.need) {
        make(what.into(), "UI-01", &|r| r.need = need);
    }
    let marked = |mark: Mark| form.fields.iter().any(|r| *mark(&mut r.clone()));
    #[rustfmt::skip] // A table.
    let marks: [(&str, &str, &str, Mark, bool); 3] = [
        ("重新签署时须重新输入", "重新签署时不必重新输入", "AGR-10", |r| &mut r.retype, marked(|r| &mut r.retype)),
        ("修改时不可改",         "修改时可改",             "CGO-12", |r| &mut r.locked, marked(|r| &mut r.locked)),
        ("复制时带过来",         "复制时不带过来",         "CGO-17", |r| &mut r.copied, marked(|r| &mut r.locked)),
    ];
    for (with, without, requirement, mark, counts) in marks {
        let before = *mark(&mut rule.clone());
        if counts {
            make((if before { without } else { with }).into(), requirement, &|r| *mark(r) = !before);
        }
    }
    for (what, takes) in other_takes(rule.takes) {
        make(what, requirement, &|r| r.takes = takes);
    }
}

fn other_needs(need: Need) -> Vec<(&'static str, Need)> {
    match need {
        Need::Always => vec![("不必填", Need::Optional)],
        Need::Optional => vec![("必填", Need::Always)],
        Need::IfIs(..) | Need::Unless(..) => vec![("一律不必填", Need::Optional), ("一律必填", Need::Always)],
    }
}

fn other_takes(takes: Takes) -> Vec<(String, Takes)> {
    let free = || ("可填任何文字".to_owned(), Takes::Text { max: takes.longest() });
    match takes {
        Takes::Text { max } => {
            [max - 1, max + 1].map(|other| (format!("最多{other}字（原为{max}）"), Takes::Text { max: other })).to_vec()
        }
        Takes::Phone | Takes::TaxNumber => vec![("可填任何文字".to_owned(), Takes::Text { max: 20 })],
        Takes::Email | Takes::Uscc | Takes::Date | Takes::OneOf(_) | Takes::SomeOf(_) | Takes::Code(_) => vec![free()],
        Takes::Money => vec![("可填0".to_owned(), Takes::Figure)],
        Takes::Figure => vec![("不可填0".to_owned(), Takes::Money)],
        Takes::Percent { places, max } => [(places - 1, max), (places + 1, max), (places, max - 1), (places, max + 1)]
            .map(|(p, m)| {
                (format!("最多{p}位小数、{m}%（原为{places}位、{max}%）"), Takes::Percent { places: p, max: m })
            })
            .to_vec(),
        Takes::Digits { min, max } => {
            let most = [max - 1, max + 1].map(|m| (format!("最多{m}位（原为{max}）"), Takes::Digits { min, max: m }));
            let least = [min - 1, min + 1].map(|m| (format!("最少{m}位（原为{min}）"), Takes::Digits { min: m, max }));
            [&most[..], &least[..], &[free()]].concat()
        }
        Takes::Institution(role) => [PartyRole::Bank, PartyRole::Insurer]
            .into_iter()
            .filter(|other| *other != role)
            .map(|other| (format!("从{}中选（原为{}）", other.chinese(), role.chinese()), Takes::Institution(other)))
            .collect(),
    }
}

/// Each kind of card loses what it may do, and gains what it may not.
fn of_permissions(faithful: &Rules, made: &mut Vec<Mutant>) {
    for permission in Permission::ALL {
        for role in CardRole::ALL {
            let mut rules = faithful.clone();
            let may = faithful.permits(permission, role);
            if may {
                rules.permissions.retain(|pair| *pair != (permission, role));
            } else {
                rules.permissions.push((permission, role));
            }
            let verb = if may { "不能" } else { "也能" };
            let name = format!("权限 {}{verb}{}", role.chinese(), permission.chinese());
            let requirement = match role {
                CardRole::LegalPerson => "ACC-07",
                CardRole::Operator => "ACC-08",
            };
            made.push(portal(name, Group::Permission, requirement, rules));
        }
    }
}

/// Each span a notch longer and shorter, each number one more and one less.
fn of_settings(faithful: &Rules, settings: &Settings, made: &mut Vec<Mutant>) {
    // Every field by name: a new one does not compile until it has its line below.
    let Settings {
        session_idle: _,
        challenge_lifetime: _,
        pending_lifetime: _,
        send_tries,
        send_span: _,
        silence: _,
        payment_answer: _,
        gap_hold: _,
        message_window: _,
        premium_term_days: _, // a party's affair, no rule of the portal
    } = *settings;
    #[rustfmt::skip] // A table.
    let spans: [Span; 8] = [
        ("空闲多久会话超时",     "ACC-11", |s| &mut s.session_idle),
        ("登录质询有效期",       "ACC-11", |s| &mut s.challenge_lifetime),
        ("等待签名多久作废",     "AGR-07", |s| &mut s.pending_lifetime),
        ("八次发送分布的时长",   "MSG-04", |s| &mut s.send_span),
        ("多久不答复算超期",     "AGR-11", |s| &mut s.silence),
        ("多久不答复算支付不确定", "PAY-05", |s| &mut s.payment_answer),
        ("等待前一份报文的时长", "MSG-03", |s| &mut s.gap_hold),
        ("报文时间可差多少",     "MSG-02", |s| &mut s.message_window),
    ];
    for (name, requirement, span) in spans {
        let before = *span(&mut settings.clone());
        let notch = notch(before);
        for (other, word) in [(before + notch, "长"), (before.saturating_sub(notch), "短")] {
            let mut rules = faithful.clone();
            *span(&mut rules.settings) = other;
            let name = format!("时限 {name}：{word}{}（原为{}）", in_words(notch), in_words(before));
            made.push(portal(name, Group::Setting, requirement, rules));
        }
    }
    for other in [send_tries + 1, send_tries - 1] {
        let mut rules = faithful.clone();
        rules.settings.send_tries = other;
        made.push(portal(format!("次数 发送次数：{other}（原为{send_tries}）"), Group::Setting, "MSG-04", rules));
    }
}

/// The step by which a span is wrong: small beside it, and yet in a unit that people count it in.
fn notch(span: Duration) -> Duration {
    const MINUTE: u64 = 60;
    match span.as_secs() {
        86_400.. => Duration::from_secs(60 * MINUTE),
        3_600.. => Duration::from_secs(5 * MINUTE),
        _ => Duration::from_secs(MINUTE),
    }
}

fn in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, "天"), (3_600, "小时"), (60, "分钟")];
    let whole = units.into_iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{seconds}秒"), |(unit, word)| format!("{}{word}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_mutant_is_wrong_and_no_two_are_alike() {
        let made = mutants();
        let names: BTreeSet<&str> = made.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names.len(), made.len());
        for mutant in &made {
            let Wrong::Portal(rules) = &mutant.wrong else { panic!("{} is no portal", mutant.name) };
            assert_ne!(**rules, Rules::default(), "{}", mutant.name);
        }
        for (i, one) in made.iter().enumerate() {
            let Wrong::Portal(rules) = &one.wrong else { continue };
            // Rows of different names are wrong in different places.
            let mut others = made[i + 1..].iter().filter(|m| m.row == one.row);
            let again = others.find(|m| matches!(&m.wrong, Wrong::Portal(r) if r == rules));
            assert!(again.is_none(), "{} is made twice", one.name);
        }
    }

    /// One row of a life cycle: dropped, 23 other states, the other codes, another text.
    #[test]
    fn a_row_is_wrong_in_every_way() {
        let names: Vec<String> = mutants()
            .into_iter()
            .filter(|m| {
                m.row == Some((RecordKind::Agreement, State::BankReceived.label(), Event::BankRefused.chinese()))
            })
            .map(|m| m.name)
            .collect();
        assert_eq!(names.len(), 1 + 23 + 8 + 1);
        assert_eq!(names[0], "协议 银行已接收 --银行拒绝签约--> 已失败：没有这一行");
        assert!(names.contains(&"协议 银行已接收 --银行拒绝签约--> 已生效（原为 已失败）".to_owned()));
        assert!(names.contains(&"协议 银行已接收 --银行拒绝签约--> 已失败：代码 S（原为 F）".to_owned()));
    }

    #[test]
    fn spans_are_told_in_their_own_unit() {
        let names: Vec<String> = mutants().into_iter().map(|m| m.name).collect();
        for name in [
            "时限 空闲多久会话超时：长1分钟（原为30分钟）",
            "时限 多久不答复算超期：短1小时（原为3天）",
            "次数 发送次数：7（原为8）",
            "权限 操作员卡也能协议签署",
            "表单 付款账号：最少9位（原为8）",
        ] {
            assert!(names.iter().any(|n| n == name), "{name}");
        }
    }
}
