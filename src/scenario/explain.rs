//! `kouan explain ID`: everything that has a name in this program, in full.
//!
//! Drawn from the tables that the program itself goes by (requirements, verbs, messages, invariants, life cycles,
//! codes), so that it cannot say anything else than what happens. It prints; it judges nothing.

use std::fmt::Write;

use domain::{
    party::Point,
    portal::{Page, RECEIPT_CODES, Rules},
    refusal,
};

use super::{
    cast::Cast,
    catalogue::{self, Actor, Field, TOP_KEYS, Takes, VERBS, Verb},
    mistake::{self, nearest},
    model::CardSlot,
};
use crate::verdict::{checks, requirements};

/// The text for `id`.
///
/// # Errors
/// There is nothing of that name; the nearest name, if one is near.
pub fn explain(id: &str) -> Result<String, Option<String>> {
    let id = id.trim();
    if id.is_empty() {
        return Err(None);
    }
    let parts: Vec<String> = [
        requirement(id),
        catalogue::verb_named(id).map(verb),
        fault(id),
        outcome(id),
        listing(id),
        invariant(id),
        code(id),
        decision_point(id),
        message(id),
        page(id),
        state(id),
        field(id),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        let names = names();
        return Err(nearest(id, names.iter().map(String::as_str)));
    }
    Ok(parts.join("\n"))
}

fn requirement(id: &str) -> Option<String> {
    let rule = requirements::by_id(id)?;
    let mut text = format!(
        "{}  需求（手册 {} 节，依据：{}）\n\n  {}\n",
        rule.id,
        rule.section,
        rule.basis.chinese(),
        rule.chinese
    );
    if let Some(inferred) = &rule.chinese_inferred {
        let _ = writeln!(text, "\n  推断：{inferred}");
    }
    let _ = writeln!(text, "\n  英文：{}", rule.text);
    if let Some(inferred) = &rule.inferred {
        let _ = writeln!(text, "  推断（英文）：{inferred}");
    }
    let verbs: Vec<&str> = VERBS.iter().filter(|v| v.requirements.contains(&id)).map(|v| v.name).collect();
    let invariants: Vec<&str> =
        checks::INVARIANTS.iter().filter(|i| i.requirements.contains(&id)).map(|i| i.name).collect();
    let codes: Vec<&str> = refusal::ALL.iter().filter(|e| e.requirements.contains(&id)).map(|e| e.code).collect();
    for (what, words) in [("动作", verbs), ("不变量", invariants), ("拒绝代码", codes)] {
        if !words.is_empty() {
            let _ = writeln!(text, "\n  相关的{what}：{}", words.join("、"));
        }
    }
    Some(text)
}

/// A verb with its fields and an example.
fn verb(verb: &Verb) -> String {
    let who = match verb.actor {
        Actor::Person(card) => format!("人的动作，默认用{}", card.chinese()),
        Actor::Party(role) => format!("{}的动作", role.chinese()),
        Actor::Nobody => "场景的动作".to_owned(),
    };
    let mut text = format!("{}  动作（{who}）\n\n  {}\n", verb.name, verb.text);
    fields(&mut text, &verb.all_fields());
    if matches!(verb.name, "等待" | "期望") {
        text.push_str("\n  其余的键是「记作」的名称，值是「字段: 期望值」\n");
    }
    let _ = writeln!(text, "\n  例：\n    {}", verb.example);
    if !verb.requirements.is_empty() {
        let _ = writeln!(text, "\n  需求：{}", verb.requirements.join("、"));
    }
    text
}

fn fields(text: &mut String, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    text.push_str("\n  字段：\n");
    for field in fields {
        let required = if field.required { "（必填）" } else { "" };
        let _ = writeln!(text, "    {}{required}  {}：{}", field.name, takes(field.takes), field.text);
    }
}

/// What a field takes, in words.
fn takes(takes: Takes) -> String {
    let list = |names: Vec<&str>| names.join("、");
    let cast = Cast::fixture();
    match takes {
        Takes::Text => "文字".into(),
        Takes::Form => "文字、空或 $名称.字段".into(),
        Takes::YesNo => "是、否".into(),
        Takes::Enterprise => list(cast.enterprise_names()),
        Takes::Card => list(CardSlot::ALL.map(CardSlot::chinese).to_vec()),
        Takes::Institution(role) => list(cast.institution_names(Some(role))),
        Takes::Name => "新名称".into(),
        Takes::Refusal => "{提示, 字段, 代码}".into(),
        Takes::Record => "$名称".into(),
        Takes::Duration => "时长".into(),
        Takes::Time => "时间".into(),
        Takes::Page => list(Page::ALL.map(Page::name).to_vec()),
        Takes::Filters => "{条件: 值}".into(),
        Takes::Count(min, max) => format!("{min} 到 {max} 的整数"),
        Takes::Method => "卡、账号密码".into(),
        Takes::Message => "报文名称".into(),
        Takes::Party => "门户、保险公司、银行或机构名".into(),
        Takes::Parties => "两方的列表".into(),
        Takes::StepName => "名称或动作".into(),
        Takes::StatusWord => "四位十六进制数".into(),
    }
}

fn fault(id: &str) -> Option<String> {
    let fault = catalogue::fault_named(id)?;
    let mut text = format!("{}  故障\n\n  {}\n", fault.name, fault.text);
    fields(&mut text, fault.fields);
    let _ = writeln!(text, "\n  例：\n    {}", fault.example);
    Some(text)
}

fn outcome(id: &str) -> Option<String> {
    let (name, form, meaning) = catalogue::OUTCOMES.iter().find(|(name, ..)| *name == id)?;
    Some(format!("{name}  对手方剧本的结果\n\n  {meaning}\n\n  写作：{form}\n"))
}

/// Words that stand for a whole list.
fn listing(id: &str) -> Option<String> {
    let mut text = String::new();
    match id {
        "报文" => {
            text.push_str("报文  门户与各方之间的报文\n\n");
            for entry in interchange::catalogue::CATALOGUE {
                let (from, to) = (entry.from.chinese(), entry.to.chinese());
                let _ = writeln!(text, "  {}（{from} → {to}）  {}", entry.chinese, entry.type_);
            }
        }
        "始终" => {
            text.push_str("始终  每一时刻都必须成立的不变量\n\n");
            for i in checks::INVARIANTS {
                let _ = writeln!(text, "  {}（{}）  {}", i.name, i.requirements.join("、"), i.description);
            }
        }
        "协议" | "三方协议" => {
            text.push_str("协议  委托银行划缴保险费三方协议\n\n  状态：");
            text.push_str(&catalogue::AGREEMENT_STATES.join("、"));
            text.push_str("\n\n  页面状态的每一种变化，状态记录里的代码和描述：\n");
            for row in &Rules::default().agreement {
                let (from, to) = (row.from.page_text(), row.to.page_text());
                let (event, rules) = (row.event.chinese(), row.requirements.join("、"));
                let log =
                    if row.code.is_empty() { "不记录".to_owned() } else { format!("{} {}", row.code, row.text) };
                let line = format!("    {from} → {to}  {event}：{log}  {rules}\n");
                // Several inner states look the same on the page.
                if !text.contains(&line) {
                    text.push_str(&line);
                }
            }
            let _ = writeln!(text, "\n  可以期望的字段：{}", catalogue::AGREEMENT_FIELDS.join("、"));
        }
        "故障" => {
            text.push_str("故障  网络和卡的故障\n\n");
            for f in catalogue::FAULTS {
                let _ = writeln!(text, "  {}  {}\n    {}", f.name, f.text, f.example);
            }
        }
        "对手方剧本" | "决策点" | "结果" => {
            let what = match id {
                "决策点" => "对手方剧本里可以安排的决定",
                "结果" => "对手方剧本里一个决定可以怎样",
                _ => "各方依次怎样决定；用完之后都同意",
            };
            let _ = writeln!(text, "{id}  {what}");
            if id != "结果" {
                let points: Vec<String> =
                    Point::ALL.iter().map(|p| format!("{}.{}", p.role().chinese(), p.chinese())).collect();
                let _ = writeln!(text, "\n  决策点：{}；可写机构名代替「银行」「保险公司」", points.join("、"));
            }
            if id != "决策点" {
                text.push_str("\n  结果：\n");
                for (_, form, meaning) in catalogue::OUTCOMES {
                    let _ = writeln!(text, "    {form}  {meaning}");
                }
            }
        }
        "步骤" | "动作" => {
            text.push_str("步骤  依次做什么\n\n");
            for v in VERBS {
                let _ = writeln!(text, "  {}  {}\n    {}", v.name, v.text, v.example);
            }
        }
        _ => {
            let key = TOP_KEYS.iter().find(|k| k.name == id)?;
            let required = if key.required { "必填" } else { "可省略" };
            let _ = writeln!(text, "{}  场景文件的关键字（{required}）\n\n  {}", key.name, key.text);
        }
    }
    Some(text)
}

fn invariant(id: &str) -> Option<String> {
    let i = checks::INVARIANTS.iter().find(|i| i.name == id)?;
    Some(format!("{}  不变量\n\n  {}\n\n  需求：{}\n", i.name, i.description, i.requirements.join("、")))
}

fn code(id: &str) -> Option<String> {
    if let Some(entry) = refusal::ALL.iter().find(|e| e.code == id) {
        let rules = entry.requirements.join("、");
        return Some(format!("{}  门户或读卡器的拒绝\n\n  提示：{}\n\n  需求：{rules}\n", entry.code, entry.prompt));
    }
    if let Some(entry) = mistake::CODES.iter().find(|e| e.code == id) {
        return Some(format!("{}  场景文件的错误\n\n  {}\n", entry.code, entry.text));
    }
    if let Some((code, text, rules)) = interchange::CODES.iter().find(|(code, ..)| *code == id) {
        return Some(format!("{code}  收件方网关的拒绝\n\n  {text}\n\n  需求：{}\n", rules.join("、")));
    }
    let (code, text, rules) = business_codes().find(|(code, ..)| *code == id)?;
    let rules = if rules.is_empty() { String::new() } else { format!("\n  需求：{}\n", rules.join("、")) };
    Some(format!("{code}  收件方业务的拒绝\n\n  {text}\n{rules}"))
}

/// Refusals that a receiver's business gives in its receipt: the portal's, and the one that a script asks for.
fn business_codes() -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
    const SCRIPTED: (&str, &str, &[&str]) = ("K3299", "对手方剧本的「回执拒绝」", &["AGR-11"]);
    RECEIPT_CODES.iter().copied().chain([SCRIPTED])
}

fn decision_point(id: &str) -> Option<String> {
    let point = Point::ALL.into_iter().find(|p| format!("{}.{}", p.role().chinese(), p.chinese()) == id)?;
    let outcomes: Vec<&str> = catalogue::OUTCOMES.iter().map(|(_, form, _)| *form).collect();
    Some(format!(
        "{id}  决策点（{}）\n\n  默认同意，5–30 分钟内答复\n\n  结果：{}\n",
        point.role().chinese(),
        outcomes.join("、")
    ))
}

fn message(id: &str) -> Option<String> {
    let mut text = String::new();
    for entry in interchange::catalogue::CATALOGUE.iter().filter(|e| e.chinese == id) {
        let (from, to) = (entry.from.chinese(), entry.to.chinese());
        let rules = entry.requirements.join("、");
        let _ = writeln!(text, "{}  报文（{from} → {to}）\n\n  类型：{}\n  需求：{rules}", entry.chinese, entry.type_);
    }
    (!text.is_empty()).then_some(text)
}

/// A page that 查询 reads, with its columns and filters.
fn page(id: &str) -> Option<String> {
    let page = Page::by_name(id)?;
    let mut text = format!("{id}  页面，用「查询」读\n\n  列：{}\n", catalogue::page_columns(page).join("、"));
    let filters = catalogue::page_filters(page);
    let filters = if filters.is_empty() { "没有".to_owned() } else { filters.join("、") };
    let record = if page == Page::StatusLog { ", 记录: $协议" } else { "" };
    let _ = writeln!(text, "  条件：{filters}\n\n  例：\n    - 查询: {{页: {id}{record}, 记作: 表}}");
    Some(text)
}

fn state(id: &str) -> Option<String> {
    if catalogue::AGREEMENT_STATES.contains(&id) {
        return Some(format!("{id}  协议的状态；`kouan explain 协议` 列出全部状态和转换\n"));
    }
    let rows: Vec<String> = Rules::default()
        .agreement
        .iter()
        .filter(|r| r.code == id)
        .map(|r| format!("  {} {}", r.code, r.text))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let mut rows = rows;
    rows.sort();
    rows.dedup();
    Some(format!("{id}  协议状态记录里的代码\n\n{}\n", rows.join("\n")))
}

fn field(id: &str) -> Option<String> {
    let mut text = String::new();
    if catalogue::AGREEMENT_FIELDS.contains(&id) {
        let _ = writeln!(text, "  可以期望的「协议」字段");
    }
    if catalogue::TABLE_FIELDS.contains(&id) {
        let _ = writeln!(text, "  可以期望的「查询」结果字段");
    }
    for verb in VERBS {
        if let Some(field) = verb.all_fields().into_iter().find(|f| f.name == id) {
            let _ = writeln!(text, "  「{}」的字段：{}。{}", verb.name, takes(field.takes), field.text);
        }
    }
    for fault in catalogue::FAULTS {
        if let Some(field) = fault.fields.iter().find(|f| f.name == id) {
            let _ = writeln!(text, "  故障「{}」的字段：{}。{}", fault.name, takes(field.takes), field.text);
        }
    }
    (!text.is_empty()).then(|| format!("{id}  字段\n\n{text}"))
}

/// Everything that can be explained.
fn names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    names.extend(requirements::all().iter().map(|r| r.id.clone()));
    names.extend(VERBS.iter().map(|v| v.name.to_owned()));
    names.extend(VERBS.iter().flat_map(Verb::all_fields).map(|f| f.name.to_owned()));
    names.extend(catalogue::FAULTS.iter().map(|f| f.name.to_owned()));
    names.extend(catalogue::OUTCOMES.iter().map(|(name, ..)| (*name).to_owned()));
    names.extend(checks::INVARIANTS.iter().map(|i| i.name.to_owned()));
    names.extend(TOP_KEYS.iter().map(|k| k.name.to_owned()));
    names.extend(["报文", "协议", "三方协议", "决策点", "结果"].map(String::from));
    names.extend(Page::ALL.map(|p| p.name().to_owned()));
    names.extend(refusal::ALL.iter().map(|e| e.code.to_owned()));
    names.extend(mistake::CODES.iter().map(|e| e.code.to_owned()));
    names.extend(interchange::CODES.iter().map(|(code, ..)| (*code).to_owned()));
    names.extend(business_codes().map(|(code, ..)| code.to_owned()));
    names.extend(interchange::catalogue::CATALOGUE.iter().map(|e| e.chinese.to_owned()));
    names.extend(catalogue::AGREEMENT_FIELDS.iter().chain(catalogue::AGREEMENT_STATES).map(|s| (*s).to_owned()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_has_a_name_is_explained() {
        for name in names() {
            assert!(explain(&name).is_ok_and(|text| text.contains(name.as_str())), "{name}");
        }
        for id in ["K5104", "K1002", "K3104", "K3201", "P101", "成功", "银行.签约", "签约申请"] {
            assert!(explain(id).is_ok(), "{id}");
        }
    }

    #[test]
    fn a_page_is_explained_with_its_columns_and_filters() {
        let text = explain("在线交费签约").unwrap();
        assert!(
            text.contains("序号、银行名称、协议编号") && text.contains("条件：银行名称、协议状态、签约日期"),
            "{text}"
        );
        assert!(explain("状态记录").unwrap().contains("序号、状态、状态描述、入库时间"));
        assert!(explain("菜单").unwrap().contains("列：菜单"));
        assert_eq!(explain(" "), Err(None));
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_one() {
        assert_eq!(explain("协义签署"), Err(Some("协议签署".to_owned())));
        assert_eq!(explain("AGR-99").unwrap_err().as_deref().map(|n| &n[..4]), Some("AGR-"));
    }
}
