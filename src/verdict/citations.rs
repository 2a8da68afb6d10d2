//! Which requirements an evaluated expectation proves: one table, read by the runner (to cite) and by lint (to warn).
//!
//! A rule is cited only where the check would fail if the rule were broken. Refusals cite by their own code.

use std::sync::LazyLock;

use domain::{
    Refusal,
    form::{self, Form},
    portal::COVER_TABS,
    refusal,
};

use super::expect::{Kind, kind_of};

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
    // The cargo line: requests, open covers, proposals and policies, payments.
    rule("预约", "状态", Always, &["RSV-03"]),
    rule("预约", "状态", Is("接收成功"), &["RSV-02", "MSG-01"]),
    rule("预约", "状态", Is("预约成功"), &["RSV-02", "RSV-04"]),
    rule("预约", "状态", Is("预约失败"), &["RSV-03"]),
    rule("预约", "申请编号", Always, &["RSV-03"]),
    rule("预约", "申请时间", Always, &["RSV-03"]),
    rule("预约", "保险机构名称", Always, &["RSV-01"]),
    rule("预约", "企业名称", Always, &["RSV-01"]),
    rule("预约", "拟投保险种", Always, &["RSV-01"]),
    rule("预约", "企业联系人", Always, &["RSV-01"]),
    rule("预约", "企业邮箱", Always, &["RSV-01"]),
    rule("预约", "联系人电话", Always, &["RSV-01"]),
    rule("预约", "年投保总额", Always, &["RSV-01"]),
    rule("预约", "单一航次最大金额", Always, &["RSV-01"]),
    rule("预约", "主要运输方式", Always, &["RSV-01"]),
    rule("预约", "其他运输方式说明", Always, &["RSV-01"]),
    rule("预约", "企业地址", Always, &["RSV-01"]),
    rule("预约", "所在省", Always, &["RSV-01"]),
    rule("预约", "所在市", Always, &["RSV-01"]),
    rule("预约", "所在区/县", Always, &["RSV-01"]),
    rule("预约", "主要货物描述", Always, &["RSV-01"]),
    rule("预约", "主要运输路线", Always, &["RSV-01"]),
    rule("预约", "状态记录", Always, &["RSV-03", "MSG-01", "UI-04"]),
    rule("预约", "状态描述", Always, &["RSV-03", "MSG-01", "UI-04"]),
    rule("货运协议", "状态", Always, &["OPC-01"]),
    rule("货运协议", "状态", Is("有效"), &["RSV-04"]),
    rule("货运协议", "状态", Is("无效"), &["OPC-07"]),
    rule("货运协议", "保险公司货运险协议编号", Always, &["OPC-01"]),
    rule("货运协议", "保险机构名称", Always, &["OPC-01"]),
    rule("货运协议", "险种名称", Always, &["OPC-01"]),
    rule("货运协议", "保险费率", Always, &["OPC-01"]),
    rule("货运协议", "运输方式", Always, &["OPC-01"]),
    rule("货运协议", "协议结束日期", Always, &["OPC-01"]),
    rule("货运协议", "协议ID", Always, &["OPC-02"]),
    rule("货运协议", "保险协议ID", Always, &["OPC-02"]),
    rule("货运协议", "协议起效时间", Always, &["OPC-02"]),
    rule("货运协议", "协议结束时间", Always, &["OPC-02"]),
    rule("货运协议", "最低保费", Always, &["OPC-02"]),
    rule("货运协议", "数据状态", Always, &["OPC-02"]),
    rule("货运协议", "统一社会信用代码", Always, &["OPC-02"]),
    rule("货运协议", "企业名称", Always, &["OPC-02"]),
    rule("货运协议", "企业联系人", Always, &["OPC-02"]),
    rule("货运协议", "联系人电话", Always, &["OPC-02"]),
    rule("货运协议", "企业邮箱", Always, &["OPC-02"]),
    rule("货运协议", "企业地址", Always, &["OPC-02"]),
    rule("货运协议", "操作类型", Always, &["OPC-02"]),
    rule("货运协议", "状态描述信息", Always, &["OPC-02"]),
    rule("货运协议", "操作类型", Is("变更"), &["OPC-07"]),
    rule("货运协议", "操作类型", Is("终止"), &["OPC-07"]),
    rule("货运协议", "状态描述信息", Is("协议变更"), &["OPC-07"]),
    rule("货运协议", "状态描述信息", Is("协议终止"), &["OPC-07"]),
    rule("货运协议", "状态描述信息", Is("协议到期"), &["OPC-07"]),
    rule("货运协议", "特殊约定", Always, &["OPC-03"]),
    rule("货运协议", "特殊约定内容", Always, &["OPC-03"]),
    rule("货运协议", "险别", Always, &["OPC-04"]),
    rule("货运协议", "货物类别", Always, &["OPC-05"]),
    rule("货运协议", "状态记录", Always, &["OPC-07", "UI-04"]),
    rule("货运协议", "状态描述", Always, &["OPC-07", "UI-04"]),
    rule("投保单", "状态", Always, &["CGO-11"]),
    rule("投保单", "状态", Is("暂存"), &["CGO-10"]),
    rule("投保单", "状态", Is("待发送"), &["MSG-01"]),
    rule("投保单", "状态", Is("发送成功"), &["MSG-01"]),
    rule("投保单", "状态", Is("接收成功"), &["CGO-10", "MSG-01"]),
    rule("投保单", "状态", Is("数据审核失败"), &["CGO-14"]),
    rule("投保单", "状态", Is("数据审核成功，待核保"), &["CGO-10", "CGO-14"]),
    rule("投保单", "状态", Is("核保未通过，转人工复核"), &["CGO-14"]),
    rule("投保单", "状态", Is("已出单未缴费"), &["CGO-14"]),
    rule("投保单", "状态", Is("拒保"), &["CGO-14"]),
    rule("投保单", "状态", Is("撤销中"), &["CGO-13"]),
    rule("投保单", "状态", Is("已撤销"), &["CGO-13"]),
    rule("投保单", "状态", Is("支付中"), &["CGO-15", "PAY-05"]),
    rule("投保单", "状态", Is("支付成功"), &["PAY-05"]),
    rule("投保单", "状态", Is("支付失败"), &["PAY-06"]),
    rule("投保单", "状态", Is("正式生效"), &["PAY-05", "CGO-17"]),
    rule("投保单", "状态", Is("已失效"), &["CGO-18"]),
    rule("投保单", "申请编号", Always, &["CGO-11"]),
    rule("投保单", "投保时间", Always, &["CGO-11"]),
    rule("投保单", "投保单号", Always, &["CGO-14"]),
    rule("投保单", "缴费截止日", Always, &["CGO-14"]),
    rule("投保单", "保单号", Always, &["PAY-05", "CGO-17"]),
    rule("投保单", "生效时间", Always, &["PAY-05", "CGO-17"]),
    rule("投保单", "保险机构名称", Always, &["CGO-01"]),
    rule("投保单", "险种名称", Always, &["CGO-01"]),
    rule("投保单", "保费", Always, &["CGO-07"]),
    rule("投保单", "特殊约定", Always, &["CGO-08"]),
    rule("投保单", "特殊约定内容", Always, &["CGO-08"]),
    rule("投保单", "附件", Always, &["CGO-09"]),
    rule("投保单", "原因", Always, &["CGO-14"]),
    rule("投保单", "失败方", Always, &["CGO-14"]),
    rule("投保单", "状态记录", Always, &["CGO-14", "MSG-01", "UI-04"]),
    rule("投保单", "状态描述", Always, &["CGO-14", "MSG-01", "UI-04"]),
    rule("投保单", "状态记录", Item("W"), &["CGO-13"]),
    rule("投保单", "状态记录", Item("P201"), &["CGO-15"]),
    rule("投保单", "状态记录", Item("P202"), &["PAY-05"]),
    rule("投保单", "状态记录", Item("E"), &["CGO-18"]),
    rule("投保单", "状态描述", Has("撤销失败"), &["CGO-13"]),
    rule("投保单", "状态描述", Has("支付失败"), &["PAY-06"]),
    rule("投保单", "状态描述", Has("余额不足"), &["PAY-06"]),
    rule("投保单", "状态描述", Has("协议已终止"), &["PAY-06"]),
    rule("投保单", "状态描述", Has("账户冻结"), &["PAY-06"]),
    rule("投保单", "状态描述", Has("超出限额"), &["PAY-06"]),
    rule("投保单", "状态描述", Has("银行系统故障"), &["PAY-06"]),
    rule("投保单", "状态描述", Has("发送失败"), &["MSG-04"]),
    rule("投保单", "状态描述", Has("接收失败"), &["MSG-01"]),
    rule("交费", "状态", Always, &["PAY-01"]),
    rule("交费", "状态", Is("支付中"), &["PAY-05"]),
    rule("交费", "状态", Is("不确定"), &["PAY-05"]),
    rule("交费", "状态", Is("支付成功"), &["PAY-05"]),
    rule("交费", "状态", Is("支付失败"), &["PAY-06"]),
    rule("交费", "状态", Is("待退款"), &["PAY-04"]),
    rule("交费", "状态", Is("已退款"), &["PAY-04"]),
    rule("交费", "支付流水号", Always, &["PAY-01"]),
    rule("交费", "业务类型", Always, &["PAY-01"]),
    rule("交费", "保险机构名称", Always, &["PAY-01"]),
    rule("交费", "支付时间", Always, &["PAY-01"]),
    rule("交费", "付款银行", Always, &["PAY-01", "PAY-03"]),
    rule("交费", "付款账号", Always, &["PAY-01", "PAY-03"]),
    rule("交费", "协议编号", Always, &["PAY-01", "PAY-03"]),
    rule("交费", "金额", Always, &["PAY-01", "UI-06"]),
    rule("交费", "银行流水号", Always, &["PAY-05"]),
    rule("交费", "原因", Always, &["PAY-06"]),
    rule("交费", "状态记录", Always, &["PAY-05", "MSG-01", "UI-04"]),
    rule("交费", "状态描述", Always, &["PAY-05", "MSG-01", "UI-04"]),
    rule("交费", "状态记录", Item("R"), &["PAY-04"]),
    rule("交费", "状态记录", Item("T"), &["PAY-04"]),
    rule("交费", "状态描述", Has("余额不足"), &["PAY-06"]),
    rule("交费", "状态描述", Has("协议已终止"), &["PAY-06"]),
    rule("交费", "状态描述", Has("账户冻结"), &["PAY-06"]),
    rule("交费", "状态描述", Has("超出限额"), &["PAY-06"]),
    rule("交费", "状态描述", Has("银行系统故障"), &["PAY-06"]),
    // What a 查询 read. The record is the page.
    rule("在线交费签约", "总数",        Always,             &["UI-03", "AGR-01"]),
    rule("在线交费签约", "行",          Always,             &["UI-03", "AGR-01"]),
    rule("在线交费签约", "页脚",        Always,             &["UI-03", "AGR-01"]),
    rule("货运险预约查询", "总数", Always, &["UI-03", "RSV-03"]),
    rule("货运险预约查询", "行", Always, &["UI-03", "RSV-03"]),
    rule("货运险预约查询", "页脚", Always, &["UI-03", "RSV-03"]),
    rule("货物运输险协议记录查询", "总数", Always, &["UI-03", "OPC-01"]),
    rule("货物运输险协议记录查询", "行", Always, &["UI-03", "OPC-01"]),
    rule("货物运输险协议记录查询", "页脚", Always, &["UI-03", "OPC-01"]),
    rule("货物运输险协议查询", "总数", Always, &["UI-03", "OPC-06"]),
    rule("货物运输险协议查询", "行", Always, &["UI-03", "OPC-06"]),
    rule("货物运输险协议查询", "页脚", Always, &["UI-03", "OPC-06"]),
    rule("货物运输险投保单查询", "总数", Always, &["UI-03", "CGO-11"]),
    rule("货物运输险投保单查询", "行", Always, &["UI-03", "CGO-11"]),
    rule("货物运输险投保单查询", "页脚", Always, &["UI-03", "CGO-11"]),
    rule("货物运输险保单查询", "总数", Always, &["UI-03", "CGO-17"]),
    rule("货物运输险保单查询", "行", Always, &["UI-03", "CGO-17"]),
    rule("货物运输险保单查询", "页脚", Always, &["UI-03", "CGO-17"]),
    rule("交费记录查询", "总数", Always, &["UI-03", "PAY-01"]),
    rule("交费记录查询", "行", Always, &["UI-03", "PAY-01"]),
    rule("交费记录查询", "页脚", Always, &["UI-03", "PAY-01"]),
    rule("协议明细", "总数", Always, &["UI-03", "OPC-02"]),
    rule("协议明细", "行", Always, &["UI-03", "OPC-02"]),
    rule("协议明细", "页脚", Always, &["UI-03", "OPC-02"]),
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
    if let Some(rule) = form_of(record).and_then(|form| form.by_name(field)) {
        add(&mut ids, rule.requirements);
    }
    let new = record != "协议";
    if new && matches!(kind_of(record, field), Kind::Money) {
        add(&mut ids, &["UI-06"]);
    }
    ids
}

/// The form that a record was made by, whose fields its page shows.
fn form_of(record: &str) -> Option<&'static Form> {
    static REQUEST: LazyLock<Form> = LazyLock::new(form::open_cover_request);
    static PROPOSAL: LazyLock<Form> = LazyLock::new(form::cargo_proposal);
    match record {
        "预约" => Some(&REQUEST),
        "投保单" => Some(&PROPOSAL),
        _ => None,
    }
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
    /// 页签 of 协议明细; blank for its first one and for every other page.
    pub tab: &'a str,
    /// The role of the session: 法人卡, 操作员卡, or 账号密码.
    pub role: &'a str,
    /// Whether other enterprises had records of that kind at that moment, so that the view proves isolation.
    pub others_have_records: bool,
}

/// What reading a page through its filters proves.
const FILTERS: &[(&str, &[&str])] = &[
    ("在线交费签约", &["AGR-02"]),
    ("货运险预约查询", &["RSV-03"]),
    ("货物运输险协议记录查询", &["OPC-01"]),
    ("货物运输险投保单查询", &["CGO-11"]),
    ("货物运输险保单查询", &["CGO-17"]),
    ("交费记录查询", &["PAY-01"]),
];

/// The tab of 协议明细 with this name, as [`Reading::tab`] has it; blank where none is named.
pub fn tab_named(name: Option<&str>) -> &'static str {
    COVER_TABS.into_iter().find(|tab| Some(*tab) == name).unwrap_or_default()
}

/// What a check of a 查询 result proves.
pub fn of_reading(reading: Reading<'_>) -> Vec<&'static str> {
    let mut ids = of_field(reading.page, reading.field, "");
    if reading.filtered {
        let filters = FILTERS.iter().find(|(page, _)| *page == reading.page);
        add(&mut ids, filters.map_or(&[], |(_, filters)| filters));
    }
    if reading.page == "协议明细" {
        let tabs =
            [("", "OPC-02"), ("协议", "OPC-02"), ("特殊约定", "OPC-03"), ("险别", "OPC-04"), ("货物类别", "OPC-05")];
        ids.retain(|id| *id != "OPC-02");
        tabs.iter().filter(|(tab, _)| *tab == reading.tab).for_each(|(_, id)| add(&mut ids, &[*id]));
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
        ("预约",       &["RSV-01", "RSV-02"]),
        ("暂存",       &["CGO-10"]),
        ("货运投保",   &["CGO-10", "OPC-06"]),
        ("修改",       &["CGO-12"]),
        ("提交",       &["CGO-10"]),
        ("删除",       &["CGO-10"]),
        ("撤销",       &["CGO-13"]),
        ("复制保单",   &["CGO-17"]),
        ("在线支付",   &["CGO-15", "PAY-03"]), // dialog, PIN, 支付成功
        ("重新支付",   &["CGO-16", "PAY-03"]),
        ("查询支付",   &["PAY-05"]),
        ("上传附件",   &["CGO-09"]),
        ("删除附件",   &["CGO-09"]),
    ];
    #[rustfmt::skip] // A table.
    const DECLINED: &[(&str, &[&str])] = &[
        ("删除",     &["CGO-10"]),
        ("撤销",     &["CGO-13"]),
        ("在线支付", &["PAY-03"]),
        ("重新支付", &["PAY-03"]),
    ];
    if declined {
        return DECLINED.iter().find(|(name, _)| *name == verb).map_or(&["AGR-07"], |(_, ids)| ids);
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
        let verbs = [
            "登录",
            "协议签署",
            "重新签署",
            "重新发送",
            "修改卡密码",
            "解锁卡",
            "预约",
            "暂存",
            "货运投保",
            "修改",
            "提交",
        ]
        .into_iter()
        .chain(["删除", "撤销", "复制保单", "在线支付", "重新支付", "查询支付", "上传附件", "删除附件"]);
        let deeds = verbs.flat_map(|v| done(v, false).iter().chain(done(v, true)));
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
        assert_eq!(of_field("投保单", "状态", "已失效"), ["CGO-18", "CGO-11"]);
        assert_eq!(of_field("投保单", "状态描述", "含 余额不足"), ["PAY-06", "CGO-14", "MSG-01", "UI-04"]);
        assert_eq!(of_field("交费", "金额", "495.00"), ["PAY-01", "UI-06"]);
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
        let page = form::agreement();
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
        assert_eq!(done("在线支付", false), ["CGO-15", "PAY-03"]);
        assert_eq!(done("撤销", true), ["CGO-13"]);
        assert!(done("推进", false).is_empty());
    }
}
