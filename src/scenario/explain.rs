//! `kouan explain ID`: everything that has a name in this program, in full.
//!
//! Drawn from the tables that the program itself goes by (requirements, verbs, messages, invariants, life cycles,
//! codes), so that it cannot say anything else than what happens. It prints; it judges nothing.

mod example;
mod lists;
mod lives;
pub mod tables;
mod wrong;

pub use wrong::{EXPLAINED, Explained};

use std::fmt::Write;

use domain::{
    party::Point,
    portal::{Page, RECEIPT_CODES, RecordKind},
    refusal,
};

use super::{
    cast::Cast,
    catalogue::{
        self, Actor, Field, TOP_KEYS, Takes, VERBS, Verb,
        records::{RECORDS, RecordWords, every},
    },
    meant::nearest,
    mistake,
    model::CardSlot,
    script::not_there,
};
use crate::{
    verdict::{checks, citations::RULES, requirements},
    world::attachments,
};

/// The kinds of things that can be asked, each with one to try.
#[rustfmt::skip] // One kind a line.
pub const TOPICS: &[(&str, &str, &str)] = &[
    ("关键字",   "场景文件最外一层的键",           "矩阵"),
    ("步骤",     "动作，和每个动作的字段",         "协议签署"),
    ("字段",     "动作、故障、表单、列表的字段",   "时限"),
    ("协议",     "三方协议的生命周期和状态",       "已失效"),
    ("投保单",   "投保单和保单的状态；还有 预约、货运协议、交费", "正式生效"),
    ("页面",     "查询能读的页面",                 "在线交费签约"),
    ("企业",     "企业、卡和机构",                 "企业"),
    ("决策点",   "对手方决定什么",                 "银行.签约"),
    ("结果",     "对手方怎样决定",                 "延迟"),
    ("报文",     "门户与各方之间的报文",           "签约申请"),
    ("故障",     "网络和卡的故障",                 "丢失"),
    ("始终",     "不变量",                         "一次生效"),
    ("代码",     "拒绝、回执和 lint 的代码",       "K5104"),
    ("参数表",   "表单里下拉框的代码和名称",       "港口"),
    ("需求",     "手册的需求编号",                 "AGR-08"),
];

/// What can be asked.
pub fn topics() -> String {
    let mut text = String::from("kouan explain 能说明的，以及每类的一个例子：\n\n");
    for (name, what, one) in TOPICS {
        let _ = writeln!(text, "  {name}  {what}\n    kouan explain {one}");
    }
    text
}

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
        lists::listing(id),
        invariant(id),
        code(id),
        decision_point(id),
        message(id),
        page(id),
        lives::state(id),
        refusal_key(id),
        field(id),
        cast_member(id),
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
    let mut cited: Vec<&str> = RULES.iter().filter(|r| r.requirements.contains(&id)).map(|r| r.field).collect();
    cited.dedup();
    let groups = [("动作", verbs), ("不变量", invariants), ("拒绝代码", codes), ("期望的字段", cited)];
    let nothing = groups.iter().all(|(_, words)| words.is_empty());
    for (what, words) in groups {
        if !words.is_empty() {
            let _ = writeln!(text, "\n  相关的{what}：{}", words.join("、"));
        }
    }
    if let Some(part) = super::meant::part_of_requirement(id).filter(|_| nothing) {
        let _ = writeln!(text, "\n  属于还没有做的部分（{part}），这一版没有检查能引用它");
    }
    show(&mut text, &format!("覆盖: [{id}]"));
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
    show(&mut text, verb.example);
    rules(&mut text, verb.requirements);
    text
}

/// An example that is right.
fn show(text: &mut String, example: &str) {
    text.push_str("\n  例：\n");
    for line in example.lines() {
        let _ = writeln!(text, "    {line}");
    }
}

/// Requirements with what they say.
fn rules(text: &mut String, ids: &[&str]) {
    if ids.is_empty() {
        return;
    }
    text.push_str("\n  需求：\n");
    for id in ids {
        let says = requirements::by_id(id).map_or("", |r| r.chinese.as_str());
        let _ = writeln!(text, "    {id}  {says}");
    }
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
        Takes::Record(kind) => kind.map_or("$名称".into(), |kind| format!("$名称（{}）", kind.chinese())),
        Takes::Records(kind) => format!("$名称（{}），或列表，或空", kind.chinese()),
        Takes::Money => "金额（元）".into(),
        Takes::Rate => "百分比".into(),
        Takes::Date => "日期".into(),
        Takes::OneOf(words) => list(words.to_vec()),
        Takes::SomeOf(words) => format!("{}，可写列表", list(words.to_vec())),
        Takes::Terms => "[{名称, 内容}, …] 或空".into(),
        Takes::Categories => "[[章, 目], …]".into(),
        Takes::Attachments => format!("{}，可写列表，或空", list(attachments::names().collect())),
        Takes::Column => "可排序的列".into(),
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
    if fault.fields.iter().any(|f| f.takes == Takes::StepName) {
        text.push_str("\n  每个动作依次向卡发出的指令，即「第」所数的：\n");
        for (verb, commands) in catalogue::CARD_COMMANDS {
            let _ = writeln!(text, "    {}", catalogue::commands_in_words(verb, commands));
        }
        text.push_str("    还没有登录而自动登录的，登录的 7 条插在第 4 条之后；退出、拔卡不发指令\n");
    }
    text.push_str("\n  写了而没有发生的故障，使场景无法判定\n");
    show(&mut text, fault.example);
    Some(text)
}

fn outcome(id: &str) -> Option<String> {
    let (name, form, meaning) = catalogue::OUTCOMES.iter().find(|(name, ..)| *name == id)?;
    let mut text = format!("{name}  对手方剧本的结果\n\n  {meaning}\n\n  写作：{form}\n");
    let points = Point::ALL.into_iter().filter(|point| not_there(name, *point).is_none());
    let points: Vec<String> = points.map(|p| format!("{}.{}", p.role().chinese(), p.chinese())).collect();
    let _ = writeln!(text, "\n  用在：{}；取完以后都是同意（成功、通过）", points.join("、"));
    let point = if points.len() == Point::ALL.len() { "银行.签约" } else { points.first()? };
    show(&mut text, &format!("对手方剧本: {{{point}: [{form}]}}"));
    Some(text)
}

fn invariant(id: &str) -> Option<String> {
    let i = checks::INVARIANTS.iter().find(|i| i.name == id)?;
    let mut text = format!("{}  不变量\n\n  {}\n", i.name, i.description);
    text.push_str("\n  每个场景都检查，不成立就失败；写进「始终」，只是让它算进覆盖\n");
    show(&mut text, &format!("始终: [{}]", i.name));
    rules(&mut text, i.requirements);
    Some(text)
}

fn code(id: &str) -> Option<String> {
    if let Some(entry) = refusal::ALL.iter().find(|e| e.code == id) {
        let mut text = format!("{}  门户或读卡器的拒绝\n\n  提示：{}\n", entry.code, entry.prompt);
        show(&mut text, &format!("- 协议签署: {{拒绝: {{代码: {}}}}}", entry.code));
        rules(&mut text, entry.requirements);
        return Some(text);
    }
    if let Some(entry) = mistake::CODES.iter().find(|e| e.code == id) {
        return Some(lint_code(entry));
    }
    if let Some((code, text, rules)) = interchange::CODES.iter().find(|(code, ..)| *code == id) {
        return Some(receipt_code(code, "网关", text, rules));
    }
    let (code, text, rules) = business_codes().find(|(code, ..)| *code == id)?;
    Some(receipt_code(code, "业务", text, rules))
}

/// A code that a receipt gives.
fn receipt_code(code: &str, by: &str, meaning: &str, ids: &[&str]) -> String {
    let mut text = format!("{code}  收件方{by}的拒绝\n\n  {meaning}\n");
    text.push_str("\n  见于回执、报告和 --journal 的 index.json；不能写在「拒绝」里\n");
    rules(&mut text, ids);
    text
}

/// A code of lint: the cause, a wrong piece and the right one.
fn lint_code(entry: &mistake::CodeEntry) -> String {
    let mut text = format!("{}  场景文件的错误\n\n  {}\n", entry.code, entry.text);
    let Some(explained) = wrong::of(entry.code) else { return text };
    let _ = writeln!(text, "\n  {}", explained.cause);
    for (label, piece) in [("错", explained.wrong), ("对", explained.right)] {
        if !piece.is_empty() {
            let _ = writeln!(text, "\n  {label}：");
            for line in piece.lines() {
                let _ = writeln!(text, "    {}", line.replace('\t', "→").replace('\u{A0}', "␣"));
            }
        }
    }
    text
}

/// Refusals that a receiver's business gives in its receipt: the portal's, and the one that a script asks for.
fn business_codes() -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
    const SCRIPTED: (&str, &str, &[&str]) = ("K3299", "对手方剧本的「回执拒绝」", &["AGR-11"]);
    RECEIPT_CODES.iter().copied().chain([SCRIPTED])
}

fn decision_point(id: &str) -> Option<String> {
    let point = Point::ALL.into_iter().find(|p| format!("{}.{}", p.role().chinese(), p.chinese()) == id)?;
    let there = catalogue::OUTCOMES.iter().filter(|(name, ..)| not_there(name, point).is_none());
    let outcomes: Vec<&str> = there.map(|(_, form, _)| *form).collect();
    let (role, yes, no) = (point.role().chinese(), point.yes(), point.no());
    let after = answers_after(point);
    let mut text = format!("{id}  决策点（{role}）\n\n  依次取用，一份申请取一个；默认{yes}，{after}内答复\n");
    let _ = writeln!(text, "\n  结果：{}", outcomes.join("、"));
    let _ = writeln!(
        text,
        "\n  可写机构名代替「{role}」：{}",
        Cast::fixture().institution_names(Some(point.role())).join("、")
    );
    show(&mut text, &format!("对手方剧本: {{{id}: [{no}(资料不全), {yes}]}}"));
    Some(text)
}

/// How long a party takes, in the largest unit that both ends have: 5–30 分钟.
fn answers_after(point: Point) -> String {
    let (from, to) = point.answers_after_ms();
    let units = [(3_600_000, "小时"), (60_000, "分钟"), (1_000, "秒")];
    let (size, word) = units.into_iter().find(|(size, _)| from % size == 0 && to % size == 0).unwrap_or((1, "毫秒"));
    format!("{}–{} {word}", from / size, to / size)
}

fn message(id: &str) -> Option<String> {
    let mut text = String::new();
    for entry in interchange::catalogue::CATALOGUE.iter().filter(|e| e.chinese == id) {
        let (from, to) = (entry.from.chinese(), entry.to.chinese());
        let _ = writeln!(text, "{}  报文（{from} → {to}）\n\n  类型：{}", entry.chinese, entry.type_);
        rules(&mut text, entry.requirements);
    }
    if !text.is_empty() {
        show(&mut text, &format!("- 丢失: {{报文: {id}}}"));
    }
    (!text.is_empty()).then_some(text)
}

/// What 查询 of this page needs beside its name.
const fn record_of(page: Page) -> &'static str {
    match page {
        Page::StatusLog => ", 记录: $协议",
        Page::CoverDetails => ", 记录: $货运协议",
        _ => "",
    }
}

/// A page that 查询 reads, with its columns and filters.
fn page(id: &str) -> Option<String> {
    let page = Page::by_name(id)?;
    let mut text = format!("{id}  页面，用「查询」读\n\n  列：{}\n", catalogue::page_columns(page).join("、"));
    let filters = catalogue::page_filters(page);
    let filters = if filters.is_empty() { "没有".to_owned() } else { filters.join("、") };
    let record = record_of(page);
    let _ = writeln!(text, "  条件：{filters}");
    if !catalogue::page_sorts(page).is_empty() {
        let _ = writeln!(text, "  排序：{}", catalogue::page_sorts(page).join("、"));
    }
    show(&mut text, &format!("- 查询: {{页: {id}{record}, 记作: 表}}"));
    Some(text)
}

/// A key of 拒绝.
fn refusal_key(id: &str) -> Option<String> {
    let (what, example) = match id {
        "提示" => ("页面上的话；可写「含 文字」", "- 协议签署: {卡密码: '00000000', 拒绝: {提示: 含 卡密码错误}}"),
        "字段" => (
            "各栏旁边的红字，要写全：没有写出的栏不能有红字",
            "- 协议签署: {联系人电话: '123', 拒绝: {字段: {联系人电话: 格式有误}}}",
        ),
        "代码" => ("稳定的代码：K10xx、K20xx、K21xx、K40xx", "- 协议签署: {拒绝: {代码: K2102}}"),
        _ => return None,
    };
    let mut text = format!("「拒绝」的「{id}」\n\n  {what}\n");
    show(&mut text, example);
    Some(text)
}

/// A field, wherever there is one of that name: what it takes there, and an example.
fn field(id: &str) -> Option<String> {
    let mut text = String::new();
    let mut once = |place: String, example: String| {
        let _ = write!(text, "\n  {place}");
        let _ = writeln!(text, "\n    例：{example}");
    };
    for words in RECORDS.iter().filter(|words| words.fields().contains(&id)) {
        let kind = words.kind.chinese();
        let rules = RULES.iter().filter(|r| r.record == kind && r.field == id).flat_map(|r| r.requirements);
        let ids: std::collections::BTreeSet<&str> = rules.copied().collect();
        let cited = if ids.is_empty() { String::new() } else { "；引用 ".to_owned() };
        let ids = ids.into_iter().collect::<Vec<_>>().join("、");
        once(format!("「{kind}」可以期望的字段{cited}{ids}"), example::of_expected(words.kind, id));
    }
    if catalogue::TABLE_FIELDS.contains(&id) {
        once("「查询」结果可以期望的字段；引用 UI-03 和列表自己的需求".into(), example::of_table(id));
    }
    for page in Page::ALL {
        if catalogue::page_columns(page).contains(&id) {
            let example = if page == Page::Agreements {
                format!("- 期望: {{表: {{行: [{{{id}: 非空}}]}}}}")
            } else {
                format!("- 查询: {{页: {}{}, 记作: 甲}}", page.name(), record_of(page))
            };
            once(format!("「{}」页的列", page.name()), example);
        }
        if catalogue::page_filters(page).contains(&id) {
            once(format!("「{}」页的条件", page.name()), example::of_filter(page.name(), id));
        }
    }
    // What is the same for many verbs is said once, with all of their names.
    let mut alike: Vec<(String, Vec<&str>, String)> = Vec::new();
    let mut note = |owner: &'static str, kind: &str, field: &Field, example: String| {
        let required = if field.required { "（必填）" } else { "" };
        let says = format!("{kind}的字段{required}：{}。{}", takes(field.takes), field.text);
        match alike.iter_mut().find(|(other, ..)| *other == says) {
            Some((_, owners, _)) => owners.push(owner),
            None => alike.push((says, vec![owner], example)),
        }
    };
    for verb in VERBS {
        if let Some(field) = verb.all_fields().into_iter().find(|f| f.name == id) {
            note(verb.name, "", &field, example::of_field(verb, &field));
        }
    }
    for fault in catalogue::FAULTS {
        if let Some(field) = fault.fields.iter().find(|f| f.name == id) {
            note(fault.name, "这些故障", field, example::of_fault(fault, field));
        }
    }
    for (says, owners, example) in alike {
        let owners: Vec<String> = owners.iter().map(|owner| format!("「{owner}」")).collect();
        let says = match says.strip_prefix("这些故障") {
            Some(says) => format!("故障{}{says}", owners.concat()),
            None => format!("{}{says}", owners.concat()),
        };
        once(says, example);
    }
    (!text.is_empty()).then(|| format!("{id}  字段\n{text}"))
}

/// Somebody of the cast, by short or full name: an enterprise, an institution, a card.
fn cast_member(id: &str) -> Option<String> {
    let cast = Cast::fixture();
    let cards = CardSlot::ALL.map(CardSlot::chinese).join("、");
    if let Some(enterprise) = cast.enterprise(id).and_then(|at| cast.enterprises.get(at)) {
        let first = cast.enterprises.first().is_some_and(|e| e.uscc == enterprise.uscc);
        let default = if first { "；不写「企业」时就是它" } else { "" };
        let mut text = format!("{}  企业，全称 {}{default}\n\n", enterprise.short, enterprise.name);
        let _ = writeln!(text, "  卡：{cards}\n  统一社会信用代码：{}", enterprise.uscc.as_str());
        for (bank, account) in &enterprise.accounts {
            let bank = cast.directory.by_id(bank).map_or("", |i| i.short.as_str());
            let _ = writeln!(text, "  {bank}账号：{account}");
        }
        show(&mut text, &format!("- 协议签署: {{企业: {}, 记作: 协议}}", enterprise.short));
        return Some(text);
    }
    if let Some(institution) = cast.institution(id, None) {
        let role = institution.role.chinese();
        let mut text = format!("{}  {role}，全称 {}\n\n", institution.short, institution.name);
        let points = Point::ALL.iter().filter(|p| p.role() == institution.role).map(|p| p.chinese());
        let points: Vec<String> = points.map(|point| format!("{}.{point}", institution.short)).collect();
        let _ = writeln!(text, "  决策点：{}；没有写它时看「{role}」的一行", points.join("、"));
        if let Some(point) = points.first() {
            show(&mut text, &format!("对手方剧本: {{{point}: [拒绝(资料不全)]}}"));
        }
        return Some(text);
    }
    let card = CardSlot::ALL.into_iter().find(|card| card.chinese() == id)?;
    let mut text = format!("{id}  每家企业都有的一张卡（{}）\n\n", card.kind());
    text.push_str("  卡密码和解锁码出厂时都是 88888888，各可连续输错 5 次\n");
    show(&mut text, &format!("- 登录: {{由: {id}}}"));
    Some(text)
}

/// Everything that can be explained.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    names.extend(requirements::all().iter().map(|r| r.id.clone()));
    names.extend(VERBS.iter().map(|v| v.name.to_owned()));
    names.extend(VERBS.iter().flat_map(Verb::all_fields).map(|f| f.name.to_owned()));
    names.extend(catalogue::FAULTS.iter().map(|f| f.name.to_owned()));
    names.extend(catalogue::OUTCOMES.iter().map(|(name, ..)| (*name).to_owned()));
    names.extend(checks::INVARIANTS.iter().map(|i| i.name.to_owned()));
    names.extend(TOP_KEYS.iter().map(|k| k.name.to_owned()));
    names.extend(["报文", "三方协议", "决策点", "结果"].map(String::from));
    names.extend(RecordKind::ALL.map(|kind| kind.chinese().to_owned()));
    names.extend(Page::ALL.map(|p| p.name().to_owned()));
    names.extend(refusal::ALL.iter().map(|e| e.code.to_owned()));
    names.extend(mistake::CODES.iter().map(|e| e.code.to_owned()));
    names.extend(interchange::CODES.iter().map(|(code, ..)| (*code).to_owned()));
    names.extend(business_codes().map(|(code, ..)| code.to_owned()));
    names.extend(interchange::catalogue::CATALOGUE.iter().map(|e| e.chinese.to_owned()));
    names.extend(Point::ALL.iter().map(|p| format!("{}.{}", p.role().chinese(), p.chinese())));
    names.extend(catalogue::FAULTS.iter().flat_map(|f| f.fields).map(|f| f.name.to_owned()));
    names.extend(
        Page::ALL
            .iter()
            .flat_map(|p| catalogue::page_columns(*p).iter().chain(catalogue::page_filters(*p)))
            .map(|n| (*n).to_owned()),
    );
    let words = [catalogue::TABLE_FIELDS, catalogue::REFUSAL_KEYS].into_iter().flatten();
    names.extend(words.map(|w| (*w).to_owned()));
    names.extend(TOPICS.iter().map(|(name, ..)| (*name).to_owned()));
    let cast = Cast::fixture();
    names.extend(cast.enterprises.iter().flat_map(|e| [e.short.clone(), e.name.clone()]));
    names.extend(cast.directory.institutions().iter().flat_map(|i| [i.short.clone(), i.name.clone()]));
    names.extend(CardSlot::ALL.map(|card| card.chinese().to_owned()));
    let of_records = [every(RecordWords::fields), every(|w| w.states), every(|w| w.codes)];
    names.extend(of_records.into_iter().flatten().map(str::to_owned));
    names
}

#[cfg(test)]
mod tests;
