//! Which requirements an evaluated expectation proves: one table, read by the runner (to cite) and by lint (to warn).
//!
//! A rule is cited only where the check would fail if the rule were broken. Refusals cite by their own code.

use domain::{Refusal, form::Form, refusal};

/// One line of the table: a check of `field` of `record` with `value` cites `requirements`.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The kind of record or page: 协议, or the page of a 查询.
    pub record: &'static str,
    /// The field's label.
    pub field: &'static str,
    /// Which expected values it is about.
    pub when: When,
    /// What is proved.
    pub requirements: &'static [&'static str],
}

/// Which expected values a rule is about, by their text as a scenario writes it.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// Any.
    Always,
    /// Exactly this one.
    Is(&'static str),
    /// One in which this text occurs, such as a code within a list.
    Has(&'static str),
    /// A list (of codes) in which this item stands by itself.
    Item(&'static str),
}

impl When {
    fn fits(self, value: &str) -> bool {
        match self {
            Self::Always => true,
            Self::Is(wanted) => value == wanted,
            Self::Has(part) => value.contains(part),
            Self::Item(item) => value.trim_matches(['[', ']']).split(',').any(|v| v.trim() == item),
        }
    }
}

const fn rule(record: &'static str, field: &'static str, when: When, requirements: &'static [&'static str]) -> Rule {
    Rule { record, field, when, requirements }
}

use When::{Always, Has, Is, Item};

#[rustfmt::skip] // One rule a line: this is a table.
/// The table. Every line that fits counts.
pub const RULES: &[Rule] = &[
    // record        field              when                requirements
    rule("协议",     "状态",            Always,             &["AGR-01"]),
    rule("协议",     "状态",            Is("处理中"),       &["MSG-01"]),
    rule("协议",     "状态",            Is("成功"),         &["AGR-09"]),
    rule("协议",     "状态",            Is("失败"),         &["AGR-11"]),
    rule("协议",     "协议编号",        Always,             &["AGR-01", "AGR-09"]),
    rule("协议",     "协议生效时间",    Always,             &["AGR-01", "AGR-09"]),
    rule("协议",     "协议失效时间",    Always,             &["AGR-01", "AGR-09"]),
    rule("协议",     "银行名称",        Always,             &["AGR-01", "AGR-03"]),
    rule("协议",     "付款银行",        Always,             &["AGR-03"]),
    rule("协议",     "收款企业名称",    Always,             &["AGR-01", "AGR-04"]),
    rule("协议",     "收款企业",        Always,             &["AGR-04"]),
    rule("协议",     "服务类型",        Always,             &["AGR-01"]),
    rule("协议",     "签约时间",        Always,             &["AGR-01"]),
    rule("协议",     "付款账号",        Always,             &["AGR-01", "AGR-05"]),
    rule("协议",     "企业名称",        Always,             &["AGR-05"]),
    rule("协议",     "企业地址",        Always,             &["AGR-05"]),
    rule("协议",     "企业联系人",      Always,             &["AGR-05"]),
    rule("协议",     "联系人电话",      Always,             &["AGR-05"]),
    rule("协议",     "企业邮箱",        Always,             &["AGR-05"]),
    rule("协议",     "企业税号",        Always,             &["AGR-05"]),
    rule("协议",     "原因",            Always,             &["AGR-11"]),
    rule("协议",     "失败方",          Always,             &["AGR-11"]),
    rule("协议",     "状态记录",        Always,             &["AGR-08", "MSG-01", "UI-04"]),
    rule("协议",     "状态记录",        Item("F"),          &["AGR-11"]),
    rule("协议",     "状态描述",        Always,             &["AGR-08", "MSG-01", "UI-04"]),
    rule("协议",     "状态描述",        Has("处理失败"),    &["AGR-11"]),
    rule("协议",     "状态描述",        Has("发送失败"),    &["MSG-04"]),
    rule("协议",     "状态描述",        Has("接收失败"),    &["MSG-01", "AGR-11"]),
    // What a 查询 read. The record is the page.
    rule("在线交费签约", "总数",        Always,             &["UI-03", "AGR-01"]),
    rule("在线交费签约", "行",          Always,             &["UI-03", "AGR-01"]),
    rule("在线交费签约", "页脚",        Always,             &["UI-03", "AGR-01"]),
    rule("状态记录",     "总数",        Always,             &["UI-03", "UI-04"]),
    rule("状态记录",     "行",          Always,             &["UI-03", "UI-04", "AGR-08"]),
    rule("状态记录",     "页脚",        Always,             &["UI-03", "UI-04"]),
    rule("菜单",         "总数",        Always,             &["UI-08"]),
    rule("菜单",         "行",          Always,             &["UI-08"]),
];

/// What a check of `field` of a `record` proves, given the expected value's text (its `Display`).
pub fn of_field(record: &str, field: &str, value: &str) -> Vec<&'static str> {
    let mut ids = Vec::new();
    let fitting = || RULES.iter().filter(|r| r.record == record && r.field == field && r.when.fits(value));
    // What the value itself proves leads, for a finding names the first.
    for rule in fitting().filter(|r| !matches!(r.when, Always)).chain(fitting().filter(|r| matches!(r.when, Always))) {
        add(&mut ids, rule.requirements);
    }
    ids
}

/// How a page was read: what else a check of it proves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// The page's name.
    pub page: &'a str,
    /// The field that is checked: 总数, 行 or 页脚.
    pub field: &'a str,
    /// Whether filters (条件) were given.
    pub filtered: bool,
    /// The role of the session: 法人卡, 操作员卡, or 账号密码.
    pub role: &'a str,
    /// Whether other enterprises had records of that kind at that moment, so that the view proves isolation.
    pub others_have_records: bool,
}

/// What a check of a 查询 result proves.
pub fn of_reading(reading: Reading<'_>) -> Vec<&'static str> {
    let mut ids = of_field(reading.page, reading.field, "");
    if reading.page == "在线交费签约" && reading.filtered {
        add(&mut ids, &["AGR-02"]);
    }
    if reading.page == "菜单" {
        match reading.role {
            "账号密码" => add(&mut ids, &["ACC-01"]),
            "法人卡" => add(&mut ids, &["ACC-07"]),
            "操作员卡" => add(&mut ids, &["ACC-08"]),
            _ => {}
        }
    } else if reading.others_have_records {
        add(&mut ids, &["ACC-10"]);
    }
    ids
}

/// What a step proves by succeeding. `declined`: its dialog was answered 否, so that nothing was sent and nothing left.
/// Not for 登录 by 账号密码, which proves nothing by itself.
pub fn done(verb: &str, declined: bool) -> &'static [&'static str] {
    #[rustfmt::skip] // A table.
    const DEEDS: &[(&str, &[&str])] = &[
        ("登录",       &["ACC-02"]),
        ("协议签署",   &["AGR-07"]),           // dialog, PIN, 签约请求发送成功
        ("重新签署",   &["AGR-10", "AGR-07"]), // and a new row
        ("重新发送",   &["MSG-04"]),
        ("修改卡密码", &["ACC-09"]),
        ("解锁卡",     &["ACC-09"]),
    ];
    if declined {
        return &["AGR-07"];
    }
    DEEDS.iter().find(|(name, _)| *name == verb).map_or(&[], |(_, ids)| ids)
}

/// What a refusal proves: the requirements that it carries, for red hints those of the fields among them.
pub fn refused(refusal: &Refusal) -> Vec<&'static str> {
    refusal.requirements.clone()
}

/// What a red hint beside a field of that form proves; nothing for a name that the form has not.
pub fn of_hint(form: &Form, name: &str) -> Vec<&'static str> {
    let mut ids = Vec::new();
    if let Some(rule) = form.by_name(name) {
        add(&mut ids, refusal::FORM.requirements);
        add(&mut ids, rule.requirements);
    }
    ids
}

fn add(ids: &mut Vec<&'static str>, more: &[&'static str]) {
    for id in more {
        if !ids.contains(id) {
            ids.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::requirements;

    #[test]
    fn every_cited_id_is_in_the_catalogue() {
        let verbs = ["登录", "协议签署", "重新签署", "重新发送", "修改卡密码", "解锁卡"];
        let deeds = verbs.iter().flat_map(|v| done(v, false));
        let refused = refusal::ALL.iter().flat_map(|e| e.requirements);
        let cited = RULES.iter().flat_map(|r| r.requirements).chain(deeds).chain(refused);
        for id in cited {
            assert!(requirements::by_id(id).is_some(), "{id}");
        }
    }

    #[test]
    fn the_value_decides_what_a_state_proves() {
        assert_eq!(of_field("协议", "状态", "成功"), ["AGR-09", "AGR-01"]);
        assert_eq!(of_field("协议", "状态", "失败"), ["AGR-11", "AGR-01"]);
        assert_eq!(of_field("协议", "状态", "已失效"), ["AGR-01"]);
        assert_eq!(of_field("协议", "状态记录", "[P001, P002, F]"), ["AGR-11", "AGR-08", "MSG-01", "UI-04"]);
        assert_eq!(of_field("协议", "状态记录", "[P001, P002]"), ["AGR-08", "MSG-01", "UI-04"]);
        assert_eq!(of_field("协议", "状态描述", "含 发送失败"), ["MSG-04", "AGR-08", "MSG-01", "UI-04"]);
        assert_eq!(of_field("协议", "不存在", "x"), Vec::<&str>::new());
    }

    #[test]
    fn a_list_proves_its_filters_and_isolation_only_where_there_was_something_to_hide() {
        let reading = Reading { page: "在线交费签约", field: "总数", role: "法人卡", ..Reading::default() };
        assert_eq!(of_reading(reading), ["UI-03", "AGR-01"]);
        assert_eq!(of_reading(Reading { filtered: true, ..reading }), ["UI-03", "AGR-01", "AGR-02"]);
        assert_eq!(of_reading(Reading { others_have_records: true, ..reading }), ["UI-03", "AGR-01", "ACC-10"]);
        let menu = Reading { page: "菜单", field: "行", role: "账号密码", ..Reading::default() };
        assert_eq!(of_reading(menu), ["UI-08", "ACC-01"]);
        assert_eq!(of_reading(Reading { role: "操作员卡", ..menu }), ["UI-08", "ACC-08"]);
    }

    #[test]
    fn a_refusal_cites_its_code_and_the_fields_with_hints() {
        assert_eq!(refused(&Refusal::new(refusal::DUPLICATE_AGREEMENT, &[])), ["AGR-12"]);
        let mut form = Refusal::new(refusal::FORM, &[]);
        form.cite(&["AGR-03", "AGR-05"]);
        assert_eq!(refused(&form), ["UI-01", "AGR-03", "AGR-05"]);
        let page = domain::form::agreement();
        assert_eq!(of_hint(&page, "付款银行"), ["UI-01", "AGR-03"]);
        assert_eq!(of_hint(&page, "联系人电话"), ["UI-01", "AGR-05"]);
        assert_eq!(of_hint(&page, "发票金额"), Vec::<&str>::new());
        let state = Refusal::new(refusal::STATE, &["成功", "重新签署"]).citing(&["AGR-10"]);
        assert_eq!(refused(&state), ["AGR-10"]);
    }

    #[test]
    fn a_step_that_succeeds_proves_its_own_rule() {
        assert_eq!(done("重新签署", false), ["AGR-10", "AGR-07"]);
        assert_eq!(done("协议签署", true), ["AGR-07"]);
        assert!(done("推进", false).is_empty());
    }
}
