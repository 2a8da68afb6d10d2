//! Examples that are right: for each thing that can be explained, lines that lint takes in their place.
//!
//! Drawn from the catalogue's tables, so that a new field has its example by itself. A test lints every one of them.

use domain::{directory::PartyRole, portal::RecordKind};

use crate::scenario::{
    catalogue::{
        FaultWord, Field, Takes, Verb,
        records::{RANGES, example_name, words_of},
    },
    fields::LISTS,
};

/// A value that a field could have.
fn sample(field: &Field) -> &'static str {
    match (field.name, field.takes) {
        ("同意协议条款" | "我同意协议条款" | "确认", Takes::YesNo) => "否",
        ("原因", _) => "账户销户",
        ("到", Takes::Duration) => "1天",
        ("到", Takes::Party) => "保险公司",
        (_, Takes::Text) => "'12345678'",
        (_, Takes::Form) => "空",
        (_, Takes::YesNo) => "是",
        (_, Takes::Enterprise) => "东岭贸易",
        (_, Takes::Card) => "操作员卡2",
        (_, Takes::Institution(PartyRole::Bank)) => "建设银行",
        (_, Takes::Institution(_)) => "平安产险",
        (_, Takes::Name) => "甲",
        (_, Takes::Refusal) => "{代码: K1001}",
        (_, Takes::Record(kind)) => kind.map_or("$协议", example_name),
        (_, Takes::Records(kind)) => example_name(kind),
        (_, Takes::Money) => "100.00",
        (_, Takes::Rate) => "0.500",
        (_, Takes::Date) => "2026-04-01",
        (_, Takes::OneOf(words) | Takes::SomeOf(words)) => words.first().copied().unwrap_or_default(),
        (_, Takes::Terms) => "[{名称: 免赔, 内容: 每次事故免赔 500 元}]",
        (_, Takes::Categories) => "[[85, 8531]]",
        (_, Takes::Attachments) => "[发票.pdf, 装箱单.png]",
        (_, Takes::Column) => "签约时间",
        (_, Takes::Duration) => "2小时",
        (_, Takes::Time) => "2026-03-10 09:00:00",
        (_, Takes::Page) => "在线交费签约",
        (_, Takes::Filters) => "{银行名称: 中国银行}",
        (_, Takes::Count(..)) => "2",
        (_, Takes::Method) => "账号密码",
        (_, Takes::Message) => "签约申请",
        (_, Takes::Party) => "门户",
        (_, Takes::Parties) => "[门户, 银行]",
        (_, Takes::StepName) => "协议签署",
        (_, Takes::StatusWord) => "6F00",
    }
}

/// `- name: {…}` with one field, and with all that must be there.
fn with(name: &str, all: &[Field], field: &Field) -> String {
    let parts: Vec<String> = all
        .iter()
        .filter(|f| f.required || f.name == field.name)
        .map(|f| format!("{}: {}", f.name, sample(f)))
        .collect();
    format!("- {name}: {{{}}}", parts.join(", "))
}

/// A step that uses a verb's field.
pub(super) fn of_field(verb: &Verb, field: &Field) -> String {
    match (verb.name, field.name) {
        ("等待", _) => verb.example.to_owned(),
        ("查询", "页签") => "- 查询: {页: 协议明细, 记录: $货运协议, 页签: 险别, 记作: 表甲}".to_owned(),
        ("查询", "次序") => "- 查询: {页: 在线交费签约, 排序: 签约时间, 次序: 升序, 记作: 表甲}".to_owned(),
        ("查询", "记录") => "- 查询: {页: 状态记录, 记录: $协议, 记作: 记录}".to_owned(),
        _ => with(verb.name, &verb.all_fields(), field),
    }
}

/// A fault that uses one of its fields.
pub(super) fn of_fault(fault: &FaultWord, field: &Field) -> String {
    with(fault.name, fault.fields, field)
}

/// An expectation of a field of a record.
pub(super) fn of_expected(kind: RecordKind, field: &str) -> String {
    let name = kind.chinese();
    let words = words_of(kind);
    match field {
        "状态" => {
            let done = if kind == RecordKind::Agreement { 1 } else { words.states.len() - 1 };
            format!("- 等待: {{{name}: {{状态: {}}}, 时限: 3天}}", words.states[done])
        }
        "状态记录" if kind == RecordKind::Agreement => {
            "- 期望: {协议: {状态记录: [P001, P002, P004, P101, P102, P002, P004, S]}}".to_owned()
        }
        "状态记录" => format!("- 期望: {{{name}: {{状态记录: 含 {}}}}}", words.codes[0]),
        _ if LISTS.contains(&field) => format!("- 期望: {{{name}: {{{field}: 含 接收成功}}}}"),
        _ => format!("- 期望: {{{name}: {{{field}: 非空}}}}"),
    }
}

/// An expectation of a field of a table.
pub(super) fn of_table(field: &str) -> String {
    match field {
        "行" => "- 期望: {表: {行: [{银行名称: 中国银行, 状态: 成功}]}}".to_owned(),
        "页脚" => "- 期望: {表: {页脚: 显示第 1 到第 1 条记录，总共 1 条记录}}".to_owned(),
        "总数" => "- 期望: {表: {总数: '>= 1'}}".to_owned(),
        _ => format!("- 期望: {{表: {{{field}: 非空}}}}"),
    }
}

/// A filter of 查询.
pub(super) fn of_filter(page: &str, filter: &str) -> String {
    let value = match filter {
        "协议状态" => "成功",
        "状态" => "支付失败",
        "险种" => "进口货运险",
        "保险机构名称" => "中银保险",
        _ if RANGES.contains(&filter) => "[2026-03-01, 2026-03-31]",
        _ if filter.contains('号') => "'12345678'",
        _ => "中国银行",
    };
    format!("- 查询: {{页: {page}, 条件: {{{filter}: {value}}}, 记作: 表}}")
}

/// A key at the top of a file, with a value.
pub(super) fn of_top(key: &str) -> Option<&'static str> {
    #[rustfmt::skip] // One key a line.
    const TOPS: &[(&str, &str)] = &[
        ("场景",       "场景: 收款企业拒绝签约，页面照实写明"),
        ("编号",       "编号: AGR-REFUSED-01"),
        ("覆盖",       "覆盖: [AGR-08, AGR-11]"),
        ("标签",       "标签: [签约, 冒烟]"),
        ("说明",       "说明: 收款企业拒绝之后，银行不应收到申请"),
        ("开始",       "开始: 2026-03-02 09:00:00"),
        ("已知",       "已知: {协议: [{银行: 建设银行, 收款企业: 平安产险, 记作: 已有}], 货运协议: [{保险机构: 中银保险, 记作: 货运协议}], 投保单: [{协议: $货运协议, 记作: 投保单}], 企业: {东岭贸易: {余额: {中国银行: 10.00}}}}"),
        ("矩阵",       "矩阵: {原因: [资料不全, 户名不符]}"),
        ("对手方剧本", "对手方剧本: {保险公司.签约: [拒绝(资料不全), 同意]}"),
        ("故障",       "故障: [{丢失: {报文: 签约申请, 从: 门户, 到: 保险公司, 第: 1}}]"),
        ("步骤",       "步骤: [{协议签署: {银行: 中国银行, 收款企业: 中银保险}}]"),
        ("始终",       "始终: [一次生效, 回执齐全]"),
        ("曾经",       "曾经: [保险公司.签约 拒绝(资料不全), 报文 签约申请]"),
    ];
    TOPS.iter().find(|(name, _)| *name == key).map(|(_, example)| *example)
}
