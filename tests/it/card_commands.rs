//! What 第 of a card's fault counts: the commands of each act, as `explain` and the documents tell them.

use std::{collections::BTreeMap, fs};

use interchange::Suite as Seal;
use kouan::{
    evidence::Happening,
    scenario::{
        Cast,
        catalogue::{CARD_COMMANDS, commands_in_words},
        play::{Options, play},
        read,
    },
};

use crate::program::{kouan, root};

const SCENARIO: &str = "\
场景: 每个动作各做一次
编号: CARD-COMMANDS
覆盖: [ACC-02]
对手方剧本:
  中银保险.签约: [拒绝(资料不全), 无回执]
  平安产险.核保: ['延迟(2小时, 通过)', 通过]
  中国银行.扣款: [失败(余额不足), '延迟(20分钟, 成功)']
步骤:
  - 登录: {由: 法人卡}
  - 协议签署: {银行: 中国银行, 收款企业: 中银保险, 记作: 旧}
  - 等待: {旧: {状态: 失败}, 时限: 1天}
  - 登录: {由: 法人卡}
  - 重新签署: {协议: $旧, 记作: 新}
  - 等待: {新: {状态描述: 含 发送失败}, 时限: 1天}
  - 登录: {由: 法人卡}
  - 重新发送: {记录: $新}
  - 查询: {页: 在线交费签约, 记作: 表}
  - 修改卡密码: {由: 法人卡, 新密码: 12345678}
  - 解锁卡: {由: 法人卡, 新密码: 12345678}
  - 退出: {由: 法人卡}
  - 拔卡: {由: 法人卡}
  - 插卡: {由: 法人卡}
  - 换卡: {由: 法人卡, 换成: 操作员卡}
  - 换卡: {由: 法人卡, 换成: 法人卡}
  - 登录: {由: 法人卡, 卡密码: '12345678'}
  - 协议签署: {银行: 中国银行, 收款企业: 平安产险, 卡密码: '12345678', 记作: 付}
  - 登录: {由: 操作员卡}
  - 预约: {保险机构: 平安产险, 记作: 预约}
  - 等待: {预约: {状态: 预约成功}, 时限: 1天}
  - 线下签约: {预约: $预约, 记作: 货运协议}
  - 等待: {货运协议: {状态: 有效}, 时限: 1天}
  - 登录: {由: 操作员卡}
  - 暂存: {协议: $货运协议, 记作: 甲}
  - 修改: {投保单: $甲, 发票金额: 30000.00}
  - 上传附件: {投保单: $甲, 附件: 发票.pdf}
  - 删除附件: {投保单: $甲, 附件: 发票.pdf}
  - 提交: {投保单: $甲}
  - 暂存: {协议: $货运协议, 记作: 乙}
  - 删除: {投保单: $乙}
  - 等待: {甲: {状态: 数据审核成功，待核保}, 时限: 20分钟}
  - 撤销: {投保单: $甲}
  - 等待: {甲: {状态: 已撤销}, 时限: 2小时}
  - 登录: {由: 操作员卡}
  - 货运投保: {协议: $货运协议, 记作: 丙}
  - 等待: {丙: {状态: 已出单未缴费}, 时限: 2小时}
  - 登录: {由: 操作员卡}
  - 在线支付: {投保单: $丙, 记作: 首付}
  - 等待: {丙: {状态: 支付失败}, 时限: 20分钟}
  - 重新支付: {投保单: $丙, 记作: 再付}
  - 等待: {再付: {状态: 不确定}, 时限: 20分钟}
  - 查询支付: {交费: $再付}
  - 等待: {丙: {状态: 正式生效}, 时限: 1天}
  - 登录: {由: 操作员卡}
  - 复制保单: {保单: $丙, 记作: 丁}
";

/// How many commands each verb sent, each time that it was done.
fn sent(text: &str) -> BTreeMap<String, Vec<usize>> {
    let reading = read("x.yaml", text.as_bytes(), Cast::fixture());
    let (result, evidence) = play(&reading.cases[0], &Options::new(1, Seal::Mac));
    // What the rules over the evidence say is no matter of the card.
    let of_steps = ["given", "step", "wait", "expect", "refusal"];
    assert!(!result.findings.iter().any(|f| of_steps.contains(&f.check.as_str())), "{:?}", result.findings);
    let mut sent: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut commands = 0;
    for entry in &evidence.entries {
        match &entry.what {
            Happening::Apdu { .. } => commands += 1,
            Happening::Act(act) => sent.entry(act.verb.to_string()).or_default().push(std::mem::take(&mut commands)),
            _ => {}
        }
    }
    sent
}

#[test]
fn each_act_sends_as_many_commands_as_is_told() {
    let sent = sent(SCENARIO);
    let told = |verb: &str| {
        let (_, parts) = CARD_COMMANDS.iter().find(|(name, _)| *name == verb)?;
        Some(parts.iter().map(|(count, _)| count).sum::<usize>())
    };
    for (verb, times) in &sent {
        assert!(times.iter().all(|n| *n == told(verb).unwrap_or(0)), "{verb} sends {times:?}");
    }
    for (verb, _) in CARD_COMMANDS {
        assert!(sent.contains_key(*verb), "{verb} was not done");
    }
    // By hand, so that both cannot be wrong alike.
    let numbers = [
        ("登录", 7),
        ("协议签署", 15),
        ("重新签署", 15),
        ("重新发送", 4),
        ("查询", 4),
        ("解锁卡", 2),
        ("货运投保", 8),
        ("撤销", 4),
        ("在线支付", 11),
    ];
    for (verb, number) in numbers {
        assert_eq!(told(verb), Some(number), "{verb}");
    }
}

#[test]
fn a_login_that_comes_by_itself_adds_its_own() {
    let start = "场景: 自动登录\n编号: BY-ITSELF\n覆盖: [ACC-02]\n步骤:\n";
    let sent = sent(&format!("{start}  - 协议签署: {{记作: 协议}}\n"));
    assert_eq!(sent["协议签署"], [15 + 7]);
}

#[test]
fn the_documents_and_explain_tell_the_same() {
    let page = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let said = kouan(["explain", "卡错误"]).out;
    for (verb, commands) in CARD_COMMANDS {
        let words = commands_in_words(verb, commands);
        assert!(said.contains(&words), "{words}");
        let (count, places) = words.split_once("：").unwrap();
        let row = format!("| `{verb}` | {} | {places} |", count.split(' ').nth(1).unwrap());
        assert!(page.contains(&row), "{row}");
    }
}
