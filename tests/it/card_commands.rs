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
";

/// How many commands each verb sent, each time that it was done.
fn sent(text: &str) -> BTreeMap<String, Vec<usize>> {
    let reading = read("x.yaml", text.as_bytes(), Cast::fixture());
    let (result, evidence) = play(&reading.cases[0], &Options::new(1, Seal::Mac));
    assert!(result.findings.iter().all(|f| f.check == "coverage"), "{:?}", result.findings);
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
    let numbers = [("登录", 7), ("协议签署", 15), ("重新签署", 15), ("重新发送", 4), ("查询", 4), ("解锁卡", 2)];
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
