//! The example of every verb of the cargo line does what it says, once the steps before it are done.

use interchange::Suite as Seal;
use kouan::scenario::{
    Cast,
    catalogue::cargo,
    play::{Options, play},
    read,
};

const DRAFT: &str = "暂存: {协议: $货运协议, 附件: 发票.pdf, 记作: 投保单}";
const SENT: &str = "货运投保: {协议: $货运协议, 记作: 投保单}";
const ISSUED: &str = "等待: {投保单: {状态: 已出单未缴费}, 时限: 1天}";
const PAID: &str = "在线支付: {投保单: $投保单, 记作: 交费}";

/// Verb, 对手方剧本, steps before the example, what is expected after it.
#[rustfmt::skip] // One verb a line or two.
const PLAYED: &[(&str, &str, &[&str], &str)] = &[
    ("预约",     "", &[], "等待: {预约: {状态: 预约成功, 拟投保险种: 进口货运险}, 时限: 1天}"),
    ("货运投保", "", &[], "等待: {投保单: {状态: 已出单未缴费, 保险金额: 110000.00, 保费: 495.00}, 时限: 1天}"),
    ("暂存",     "", &[], "期望: {投保单: {状态: 暂存, 发票金额: 20000.00, 状态记录: 空}}"),
    ("修改",     "", &[DRAFT], "期望: {投保单: {状态: 暂存, 发票金额: 30000.00}}"),
    ("提交",     "", &[DRAFT], "等待: {投保单: {状态: 已出单未缴费}, 时限: 1天}"),
    ("删除",     "", &[DRAFT, "查询: {页: 货物运输险投保单查询, 记作: 之前}"], "期望: {之前: {总数: 1}}"),
    ("撤销",     "保险公司.核保: ['延迟(2小时, 通过)']",
        &[SENT, "等待: {投保单: {状态: 数据审核成功，待核保}, 时限: 1小时}"], "等待: {投保单: {状态: 已撤销}, 时限: 3小时}"),
    ("复制保单", "", &[SENT, ISSUED, PAID, "等待: {投保单: {状态: 正式生效}, 时限: 1天}"],
        "等待: {新投保单: {状态: 已出单未缴费, 发票金额: 100000.00}, 时限: 1天}"),
    ("上传附件", "", &["暂存: {协议: $货运协议, 记作: 投保单}"], "期望: {投保单: {附件: 含 装箱单.png}}"),
    ("删除附件", "", &[DRAFT], "期望: {投保单: {附件: 空}}"),
    ("在线支付", "", &[SENT, ISSUED], "等待: {交费: {状态: 支付成功, 金额: 495.00}, 投保单: {状态: 正式生效}, 时限: 1天}"),
    ("重新支付", "银行.扣款: [失败(余额不足)]",
        &[SENT, ISSUED, "在线支付: {投保单: $投保单}", "等待: {投保单: {状态: 支付失败}, 时限: 1小时}"],
        "等待: {交费: {状态: 支付成功}, 投保单: {状态: 正式生效}, 时限: 1天}"),
    ("查询支付", "银行.扣款: ['延迟(3小时, 成功)']",
        &[SENT, ISSUED, PAID, "等待: {交费: {状态: 不确定}, 时限: 1小时}"],
        "等待: {交费: {状态: 支付成功}, 时限: 1天}"),
    ("保险公司.线下签约", "", &["预约: {记作: 预约}", "等待: {预约: {状态: 预约成功}, 时限: 1天}"],
        "等待: {新协议: {状态: 有效, 险种名称: 进口货运险}, 时限: 1天}"),
    ("保险公司.变更协议", "", &[], "等待: {货运协议: {保险费率: 0.500, 状态描述信息: 协议变更}, 时限: 1天}"),
    ("保险公司.终止协议", "", &[], "等待: {货运协议: {状态: 无效, 状态描述: 含 逾期未缴保费}, 时限: 1天}"),
    ("银行.冻结账户", "", &[SENT, ISSUED], "在线支付: {投保单: $投保单, 记作: 交费}"),
    ("银行.解冻账户", "", &["银行.冻结账户: {}", SENT, ISSUED], "在线支付: {投保单: $投保单, 记作: 交费}"),
    ("银行.设置限额", "", &[SENT, ISSUED], "在线支付: {投保单: $投保单, 记作: 交费}"),
    ("银行.存入",     "", &[], "推进: 1分钟"),
];

/// What the example led to, where a last step only sends something.
#[rustfmt::skip] // One verb a line.
const THEN: &[(&str, &str)] = &[
    ("银行.冻结账户", "等待: {交费: {状态: 支付失败, 原因: 账户冻结}, 时限: 1小时}"),
    ("银行.解冻账户", "等待: {交费: {状态: 支付成功}, 时限: 1小时}"),
    ("银行.设置限额", "等待: {交费: {状态: 支付失败, 原因: 超出限额}, 时限: 1小时}"),
];

#[test]
fn the_example_of_each_verb_of_the_cargo_line_does_what_it_says() {
    let verbs = cargo::PERSONS.iter().chain(cargo::PARTIES);
    for verb in verbs {
        let (_, script, before, after) = PLAYED
            .iter()
            .find(|(name, ..)| *name == verb.name)
            .unwrap_or_else(|| panic!("{} is not played", verb.name));
        let script = if script.is_empty() { String::new() } else { format!("对手方剧本:\n  {script}\n") };
        let then = THEN.iter().filter(|(name, _)| *name == verb.name).map(|(_, step)| format!("  - {step}\n"));
        let text = format!(
            "场景: 例\n编号: EXAMPLE\n覆盖: [ACC-02]\n已知:\n  协议: [{{记作: 协议}}]\n  货运协议: [{{记作: 货运协议}}]\n{script}步骤:\n{}  {}\n  - {after}\n{}",
            before.iter().map(|step| format!("  - {step}\n")).collect::<String>(),
            verb.example,
            then.collect::<String>(),
        );
        let reading = read("example.yaml", text.as_bytes(), Cast::fixture());
        let mistakes: Vec<String> = reading.mistakes.iter().map(|m| m.what.to_string()).collect();
        assert!(!reading.is_refused(), "{text}\n{mistakes:?}");
        let (result, _) = play(&reading.cases[0], &Options::new(1, Seal::Mac));
        // What the rules over the evidence say is tested where they are.
        let of_steps = ["given", "step", "wait", "expect", "refusal"];
        let found = result.findings.iter().filter(|f| of_steps.contains(&f.check.as_str()));
        let found: Vec<String> =
            found.map(|f| format!("{} {} {:?} {:?}", f.check, f.text, f.expected, f.actual)).collect();
        assert!(found.is_empty(), "{text}\n{found:#?}");
    }
}
