//! Schemas of single values: words of a vocabulary, texts, names, durations, what a field takes.
//!
//! Each word stands beside what it means, for that is what an editor shows while one chooses. A text that holds a `$`
//! is accepted anywhere: what 矩阵 puts there is lint's to check. Nothing here knows where in a file a value stands.

use domain::{
    directory::PartyRole,
    portal::{Page, Rules},
    refusal,
};
use interchange::catalogue::CATALOGUE;
use serde_json::{Value, json};

use super::super::{
    cast::Cast,
    catalogue::{Takes, UNITS, VERBS, is_persons, page_columns, records::every},
    model::CardSlot,
};
use crate::{
    verdict::{
        checks,
        expect::{Kind, Op, kind_of},
        requirements,
    },
    world::attachments,
};

/// A word and what it means.
pub(super) type Word = (String, String);

pub(super) fn word(text: &str, meaning: impl Into<String>) -> Word {
    (text.to_owned(), meaning.into())
}

/// The same schema with a heading and a text, which editors show when one points at it.
pub(super) fn described(mut schema: Value, title: &str, text: &str) -> Value {
    if let Value::Object(object) = &mut schema {
        object.insert("title".to_owned(), json!(title));
        object.insert("description".to_owned(), json!(text));
    }
    schema
}

/// Editors read `007` and `true` as YAML would; to us every scalar is text. The second half says so without the name
/// of a type for which an editor would offer `true` and `false`.
pub(super) fn text() -> Value {
    json!({"anyOf": [
        {"title": "文字", "type": ["string", "number"]},
        {"title": "是非", "not": {"type": ["string", "number", "object", "array", "null"]}},
    ]})
}

/// A text with some that are likely, which an editor offers.
pub(super) fn likely(examples: impl IntoIterator<Item = String>) -> Value {
    let examples: Vec<String> = examples.into_iter().collect();
    json!({"type": ["string", "number"], "examples": examples})
}

/// One of these words, or what the matrix puts there.
pub(super) fn words(words: impl IntoIterator<Item = Word>) -> Value {
    words_or(words, vec![reference()])
}

/// One of these words, or what one of `others` accepts. The words have no heading of their own: the field's is shown.
pub(super) fn words_or(words: impl IntoIterator<Item = Word>, others: Vec<Value>) -> Value {
    let all: Vec<Value> = [vocabulary(words)].into_iter().chain(others).collect();
    json!({"anyOf": all})
}

fn vocabulary(words: impl IntoIterator<Item = Word>) -> Value {
    let (words, meanings): (Vec<String>, Vec<String>) = words.into_iter().unzip();
    json!({"type": "string", "enum": words, "enumDescriptions": meanings})
}

/// A text with a `$`: a record by its name, or a value of 矩阵.
pub(super) fn reference() -> Value {
    json!({"title": "$名称", "type": "string", "pattern": "\\$", "description": "引用「记作」的名称，或矩阵的键"})
}

/// A text in this form, with examples of it, and what to say where it is not.
fn formed(title: &str, pattern: &str, examples: &[&str], wrong: &str) -> Value {
    let pattern = format!("^({pattern})$|\\$");
    json!({"title": title, "type": ["string", "number"], "pattern": pattern, "examples": examples,
           "patternErrorMessage": wrong})
}

/// What a field of a verb or of a fault takes.
pub(super) fn takes(takes: Takes) -> Value {
    match takes {
        Takes::Text | Takes::Form | Takes::Name => text(),
        Takes::Message => words(messages()),
        Takes::Party => words_or(parties(), vec![full_names(None), reference()]),
        Takes::StepName => likely(VERBS.iter().filter(|v| is_persons(v.name)).map(|v| v.name.to_owned())),
        Takes::StatusWord => formed("状态字", "[0-9A-Fa-f]{4}", &["6F00"], "应为四位十六进制数，例如 6F00"),
        Takes::YesNo => words([word("是", ""), word("否", "")]),
        Takes::Method => words([word("卡", "插卡，输入卡密码"), word("账号密码", "登录后看不到保险服务")]),
        Takes::Enterprise => {
            let cast = Cast::fixture();
            let full = cast.enterprises.iter().map(|e| e.name.as_str());
            words_or(
                cast.enterprises.iter().map(|e| word(&e.short, e.name.as_str())),
                vec![accepted("企业全称", full), reference()],
            )
        }
        Takes::Card => words(CardSlot::ALL.map(|c| word(c.chinese(), ""))),
        Takes::Institution(role) => {
            words_or(institutions(Some(role)).chain([word("空", "留空")]), vec![full_names(Some(role)), reference()])
        }
        Takes::Refusal => json!({"$ref": "#/$defs/refusal"}),
        Takes::Record(_) => record(),
        Takes::Records(_) => {
            json!({"anyOf": [record(), {"const": "空"}, {"type": "array", "items": record()}]})
        }
        Takes::Money | Takes::Rate | Takes::Column => text(),
        Takes::Date => time(),
        Takes::OneOf(of) => words(of.iter().map(|w| word(w, ""))),
        Takes::SomeOf(of) => {
            let of: Vec<Word> = of.iter().map(|w| word(w, "")).collect();
            words_or(of.clone(), vec![reference(), listed(of)])
        }
        Takes::Terms => {
            let term = json!({"type": "object", "properties": {"名称": text(), "内容": text()}});
            json!({"anyOf": [{"const": "空"}, {"type": "array", "items": term}, reference()]})
        }
        Takes::Categories => json!({"type": "array"}),
        Takes::Attachments => {
            let files: Vec<Word> = attachments::names().map(|name| word(name, "")).collect();
            let alone: Vec<Word> = files.iter().cloned().chain([word("空", "没有附件")]).collect();
            words_or(alone, vec![reference(), listed(files)])
        }
        Takes::Duration => duration(),
        Takes::Time => time(),
        Takes::Page => words(Page::ALL.map(|p| word(p.name(), format!("列：{}", page_columns(p).join("、"))))),
        Takes::Filters => json!({"$ref": "#/$defs/filters"}),
        Takes::Count(min, max) => count(min, max),
        Takes::Parties => {
            let party = words_or(parties(), vec![full_names(None), reference()]);
            json!({"type": "array", "items": party, "minItems": 2, "maxItems": 2})
        }
    }
}

fn record() -> Value {
    json!({"title": "$名称", "type": "string", "pattern": "^\\$", "patternErrorMessage": "这里引用一条记录，要写 $名称"})
}

fn duration() -> Value {
    let units: Vec<&str> = UNITS.iter().map(|(unit, _)| *unit).collect();
    let wrong = format!("时长是整数加单位（{}），例如 90分钟", units.join("、"));
    formed("时长", &format!("[0-9]+\\s*({})", units.join("|")), &["1分钟", "1小时", "1天", "3天", "1工作日"], &wrong)
}

/// A point in time.
pub(super) fn time() -> Value {
    let wrong = "时间写 2026-03-02 09:00:00 或 2026-03-02";
    formed("时间", "[0-9]{4}-[0-9]{2}-[0-9]{2}([ Tt].*)?", &["2026-03-02 09:00:00"], wrong)
}

fn count(min: u64, max: u64) -> Value {
    json!({"anyOf": [
        {"title": "整数", "type": "integer", "minimum": min, "maximum": max},
        {"title": "文字", "type": "string", "pattern": "^[0-9]+$|\\$"},
    ]})
}

/// Names that are accepted and not offered.
fn accepted<'n>(title: &str, names: impl Iterator<Item = &'n str>) -> Value {
    let names: Vec<&str> = names.collect();
    json!({"title": title, "type": "string", "pattern": format!("^({})$", names.join("|"))})
}

/// Institutions by short name, of one role or of all.
pub(super) fn institutions(role: Option<PartyRole>) -> impl Iterator<Item = Word> {
    let fits = move |i: &&domain::directory::Institution| role.is_none_or(|r| r == i.role);
    Cast::fixture().directory.institutions().iter().filter(fits).map(|i| word(&i.short, i.name.as_str()))
}

fn full_names(role: Option<PartyRole>) -> Value {
    let fits = |i: &&domain::directory::Institution| role.is_none_or(|r| r == i.role);
    accepted("机构全称", Cast::fixture().directory.institutions().iter().filter(fits).map(|i| i.name.as_str()))
}

/// Roles and institutions that may send or receive.
fn parties() -> Vec<Word> {
    let roles = [PartyRole::Portal, PartyRole::Insurer, PartyRole::Bank, PartyRole::Customs];
    let roles = roles.map(|r| word(r.chinese(), if r == PartyRole::Portal { "" } else { "这一类的任何一家" }));
    roles.into_iter().chain(institutions(None)).collect()
}

/// Messages by their Chinese names, each once, with the ways that it goes.
pub(super) fn messages() -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for entry in CATALOGUE {
        let way = format!("{} → {}", entry.from.chinese(), entry.to.chinese());
        match words.iter_mut().find(|(name, _)| name == entry.chinese) {
            Some((_, ways)) => *ways = format!("{ways}；{way}"),
            None => words.push(word(entry.chinese, way)),
        }
    }
    words
}

/// A list of these words. Not [`words`]: for a list whose items are of several kinds an editor offers a line for each
/// kind besides.
pub(super) fn listed(words: Vec<Word>) -> Value {
    json!({"type": "array", "items": vocabulary(words)})
}

/// The same list, or one that 矩阵 fills in.
pub(super) fn filled_or(list: Value) -> Value {
    json!({"anyOf": [list, {"title": "含 $键 的列表", "type": "array", "contains": reference()}]})
}

/// 覆盖: requirements with their texts.
pub(super) fn requirements() -> Vec<Word> {
    requirements::all().iter().map(|r| word(&r.id, r.chinese.as_str())).collect()
}

/// 始终: invariants.
pub(super) fn invariants() -> Vec<Word> {
    checks::INVARIANTS.iter().map(|i| word(i.name, i.description)).collect()
}

/// 代码 of 拒绝.
pub(super) fn refusal_code() -> Value {
    words_or(refusal::ALL.iter().map(|e| word(e.code, e.prompt.replace("{}", "…"))), vec![comparison()])
}

/// How an expected value may be written beside the value itself: what is offered, what is inserted, what it means.
const FORMS: &[(&str, &str, &str)] = &[
    ("非空", "非空", "有值"),
    ("空", "空", "没有值；页面上的 - 算没有"),
    ("含 文字", "含 ${1:文字}", "有这段文字；对列表，任意一项里有"),
    ("'>= 值'", "'${1|>=,<=,>,<,!=|} ${2:值}'", "比较；文字只能用 !="),
];

fn forms() -> Value {
    FORMS.iter().map(|(label, body, text)| json!({"label": label, "body": body, "description": text})).collect()
}

/// What is expected, not written as the value itself.
fn comparison() -> Value {
    let signs: Vec<&str> = Op::ALL.iter().map(|op| op.sign()).collect();
    json!({"title": "期望的写法", "type": "string", "description": "非空、空、含 文字、比较，或 $名称.字段",
           "pattern": format!("^(非空|空|-|含 .*|({}).*)$|\\$", signs.join("|")), "defaultSnippets": forms()})
}

/// What is expected of a field that shows one value.
pub(super) fn expected(field: &str) -> Value {
    match (field, kind_of("", field)) {
        ("状态" | "协议状态", _) => words_or(states(), vec![comparison()]),
        (_, Kind::Institution) => words_or(institutions(None), vec![full_names(None), comparison()]),
        (_, Kind::Text | Kind::Money | Kind::Rate | Kind::Date | Kind::DateTime | Kind::Count) => {
            json!({"type": ["string", "number"], "defaultSnippets": forms()})
        }
    }
}

/// What is expected in a column of a page: 状态 of a status log is a code.
pub(super) fn column(head: &str) -> Value {
    match head {
        "状态" => words_or(states().chain(log_codes()), vec![comparison()]),
        _ => expected(head),
    }
}

/// What is expected of a field that shows a list of values.
pub(super) fn expected_list(field: &str) -> Value {
    let list = match field {
        "状态记录" => listed(log_codes()),
        _ => json!({"type": "array", "items": expected(field)}),
    };
    let others = json!({"title": "含其他写法的列表", "type": "array", "contains": comparison()});
    json!({"anyOf": [described(list, "整个列表", "旧的在前"), others, comparison()]})
}

fn states() -> impl Iterator<Item = Word> {
    every(|words| words.states).into_iter().map(|state| word(state, ""))
}

/// Codes of status logs, with the texts that stand beside them on the page.
fn log_codes() -> Vec<Word> {
    let rules = Rules::default();
    let rows: Vec<(&str, &str)> = (rules.agreement.iter().map(|r| (r.code, r.text)))
        .chain(rules.open_cover_request.iter().map(|r| (r.code, r.text)))
        .chain(rules.open_cover.iter().map(|r| (r.code, r.text)))
        .chain(rules.proposal.iter().map(|r| (r.code, r.text)))
        .chain(rules.payment.iter().map(|r| (r.code, r.text)))
        .collect();
    let texts = |code: &str| {
        let mut texts: Vec<&str> = Vec::new();
        for (_, text) in rows.iter().filter(|(c, _)| *c == code) {
            if !texts.contains(text) {
                texts.push(text);
            }
        }
        texts.join("；")
    };
    every(|words| words.codes).into_iter().map(|code| word(code, texts(code))).collect()
}
