//! Every fault at every place where it can strike, and at the first where it no longer can: scenarios made here, played by
//! the built program, held against tables written by hand.
//!
//! A case passes only if its expectations and all invariants hold, so each row says what a user sees *and* that nothing
//! else came of it. One past the last place must be 无法判定, by a finding that names the fault.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::kouan;

/// Plays scenarios, by id, and gives their reports.
fn play(scenarios: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let dir = TempDir::new().unwrap();
    let files = dir.path().join("cases");
    fs::create_dir(&files).unwrap();
    for (id, text) in scenarios {
        fs::write(files.join(format!("{id}.yaml")), text).unwrap();
    }
    let report = dir.path().join("report.json");
    let to = format!("json={}", report.display());
    let said = kouan(["run", &files.display().to_string(), "--seal", "mac", "--report", &to]);
    assert!(said.code <= 1, "{}{}", said.out, said.err);
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let played: BTreeMap<String, Value> = report["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["id"].as_str().unwrap().to_owned(), s.clone()))
        .collect();
    assert_eq!(played.len(), scenarios.len());
    played
}

/// What is not as it should be: passed, or undecided by the finding `fault` with these words.
fn wrong(played: &BTreeMap<String, Value>, undecided: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, case) in played {
        let told = case["findings"].as_array().unwrap();
        let text = told.iter().map(|f| f["text"].as_str().unwrap()).collect::<Vec<_>>().join(" | ");
        let fine = match undecided.get(id) {
            None => case["verdict"] == "passed",
            Some(words) => case["verdict"] == "inconclusive" && text.contains(words.as_str()),
        };
        if !fine {
            wrong.push(format!("{id}: {} {text}", case["verdict"]));
        }
    }
    wrong
}

/// An act with a card: its name, what comes before it, its line, and how many APDUs it takes.
struct CardAct {
    name: &'static str,
    before: &'static str,
    line: &'static str,
    apdus: u32,
}

#[rustfmt::skip] // A table.
const CARD_ACTS: [CardAct; 5] = [
    CardAct { name: "LOGIN",   before: "",                   line: "登录: {由: 法人卡, 记作: 步",                           apdus: 7 },
    CardAct { name: "SIGN",    before: "登录: {由: 法人卡}", line: "协议签署: {记作: 步",                                   apdus: 15 },
    CardAct { name: "PIN",     before: "登录: {由: 法人卡}", line: "修改卡密码: {由: 法人卡, 新密码: '12345678', 记作: 步", apdus: 2 },
    CardAct { name: "UNBLOCK", before: "",                   line: "解锁卡: {由: 法人卡, 新密码: '12345678', 记作: 步",     apdus: 2 },
    CardAct { name: "LOGOUT",  before: "登录: {由: 法人卡}", line: "退出: {由: 法人卡, 记作: 步",                           apdus: 0 },
];

/// Faults of a card as a file writes them, with their names in findings.
const CARD_FAULTS: [(&str, &str, &str); 7] = [
    ("PULL", "拔卡", ""),
    ("SWAP", "换卡", ""),
    ("LOCK", "锁卡", ""),
    ("E6F00", "卡错误", ", 状态字: '6F00'"),
    ("E6A82", "卡错误", ", 状态字: '6A82'"),
    ("E63C2", "卡错误", ", 状态字: '63C2'"),
    ("E6983", "卡错误", ", 状态字: '6983'"),
];

const GONE: &str = "代码: K1001, 提示: 请检查是否正常接入IC卡";
const OTHER: &str = "代码: K1002, 提示: IC卡与当前登录人员不符";
const LOCKED: &str = "代码: K4002, 提示: 含 卡已锁定";
const TWO_LEFT: &str = "代码: K4001, 提示: 卡密码错误，还可重试2次";
const PUK_TWO_LEFT: &str = "代码: K4003, 提示: 解锁码错误，还可重试2次";
const PUK_LOCKED: &str = "代码: K4004, 提示: 含 解锁码已锁定";
const FINE: &str = "";

/// What a fault in this range of an act's APDUs comes to; `""` is that the act goes well. The PIN is checked last but one,
/// and what a card says to a PIN is told as such; a status word that it says to anything else is told as it is.
#[rustfmt::skip] // A table.
const CARD_TABLE: &[(&str, &str, u32, u32, &str)] = &[
    ("LOGIN",   "PULL",  1, 7,  GONE),
    // Whoever is in the reader when the certificate is read is who logs in.
    ("LOGIN",   "SWAP",  1, 4,  FINE),
    ("LOGIN",   "SWAP",  5, 7,  OTHER),
    ("LOGIN",   "LOCK",  1, 6,  LOCKED),
    ("LOGIN",   "LOCK",  7, 7,  "代码: K4006, 提示: IC卡操作失败（状态字6982）"),
    ("LOGIN",   "E6F00", 1, 7,  "代码: K4006, 提示: IC卡操作失败（状态字6F00）"),
    ("LOGIN",   "E6A82", 1, 7,  "代码: K4006, 提示: IC卡操作失败（状态字6A82）"),
    ("LOGIN",   "E63C2", 1, 5,  "代码: K4006, 提示: IC卡操作失败（状态字63C2）"),
    ("LOGIN",   "E63C2", 6, 7,  TWO_LEFT),
    ("LOGIN",   "E6983", 1, 5,  "代码: K4006, 提示: IC卡操作失败（状态字6983）"),
    ("LOGIN",   "E6983", 6, 7,  LOCKED),
    ("SIGN",    "PULL",  1, 15, GONE),
    ("SIGN",    "SWAP",  1, 15, OTHER),
    ("SIGN",    "LOCK",  1, 14, LOCKED),
    ("SIGN",    "LOCK",  15, 15, "代码: K4006, 提示: IC卡操作失败（状态字6982）"),
    ("SIGN",    "E6F00", 1, 15, "代码: K4006, 提示: IC卡操作失败（状态字6F00）"),
    ("SIGN",    "E6A82", 1, 15, "代码: K4006, 提示: IC卡操作失败（状态字6A82）"),
    ("SIGN",    "E63C2", 1, 13, "代码: K4006, 提示: IC卡操作失败（状态字63C2）"),
    ("SIGN",    "E63C2", 14, 15, TWO_LEFT),
    ("SIGN",    "E6983", 1, 13, "代码: K4006, 提示: IC卡操作失败（状态字6983）"),
    ("SIGN",    "E6983", 14, 15, LOCKED),
    ("PIN",     "PULL",  1, 2,  GONE),
    ("PIN",     "SWAP",  1, 2,  OTHER),
    ("PIN",     "LOCK",  1, 2,  LOCKED),
    ("PIN",     "E6F00", 1, 2,  "代码: K4006, 提示: IC卡操作失败（状态字6F00）"),
    ("PIN",     "E6A82", 1, 2,  "代码: K4006, 提示: IC卡操作失败（状态字6A82）"),
    ("PIN",     "E63C2", 1, 1,  "代码: K4006, 提示: IC卡操作失败（状态字63C2）"),
    ("PIN",     "E63C2", 2, 2,  TWO_LEFT),
    ("PIN",     "E6983", 1, 1,  "代码: K4006, 提示: IC卡操作失败（状态字6983）"),
    ("PIN",     "E6983", 2, 2,  LOCKED),
    ("UNBLOCK", "PULL",  1, 2,  GONE),
    ("UNBLOCK", "SWAP",  1, 2,  OTHER),
    // A locked card is what unlocking is for.
    ("UNBLOCK", "LOCK",  1, 2,  FINE),
    ("UNBLOCK", "E6F00", 1, 2,  "代码: K4006, 提示: IC卡操作失败（状态字6F00）"),
    ("UNBLOCK", "E6A82", 1, 2,  "代码: K4006, 提示: IC卡操作失败（状态字6A82）"),
    ("UNBLOCK", "E63C2", 1, 1,  "代码: K4006, 提示: IC卡操作失败（状态字63C2）"),
    ("UNBLOCK", "E63C2", 2, 2,  PUK_TWO_LEFT),
    ("UNBLOCK", "E6983", 1, 1,  "代码: K4006, 提示: IC卡操作失败（状态字6983）"),
    ("UNBLOCK", "E6983", 2, 2,  PUK_LOCKED),
];

/// One fault at APDU `at` of one act. Somebody else logs in first, so that there is a requirement to cover.
fn card_case(id: &str, act: &CardAct, fault: (&str, &str, &str), at: u32, refusal: &str) -> String {
    let mut text = format!("场景: 卡的故障\n编号: {id}\n覆盖: [ACC-02]\n故障:\n");
    let _ = writeln!(text, "  - {}: {{步: 步, 第: {at}{}}}", fault.1, fault.2);
    text.push_str("步骤:\n  - 登录: {企业: 东岭贸易, 由: 操作员卡}\n");
    if !act.before.is_empty() {
        let _ = writeln!(text, "  - {}", act.before);
    }
    let refusal = if refusal.is_empty() { String::new() } else { format!(", 拒绝: {{{refusal}}}") };
    let _ = writeln!(text, "  - {}{refusal}}}", act.line);
    text
}

//= ACC-05
//= ACC-09
#[test]
fn every_card_fault_at_every_apdu_of_every_act() {
    let (mut cases, mut undecided) = (BTreeMap::new(), BTreeMap::new());
    for act in &CARD_ACTS {
        for fault in CARD_FAULTS {
            for at in 1..=act.apdus {
                let mut rows =
                    CARD_TABLE.iter().filter(|r| r.0 == act.name && r.1 == fault.0 && r.2 <= at && at <= r.3);
                let row = rows.next().unwrap_or_else(|| panic!("no row for {} {} {at}", act.name, fault.0));
                assert!(rows.next().is_none(), "two rows for {} {} {at}", act.name, fault.0);
                let id = format!("{}-{}-{at:02}", act.name, fault.0);
                cases.insert(id.clone(), card_case(&id, act, fault, at, row.4));
            }
            let (id, at) = (format!("{}-{}-PAST", act.name, fault.0), act.apdus + 1);
            cases.insert(id.clone(), card_case(&id, act, fault, at, FINE));
            undecided.insert(id, format!("故障「{} 第{at}条卡指令」没有发生", fault.1));
        }
    }
    assert_eq!(cases.len(), (7 + 15 + 2 + 2) * 7 + 5 * 7);
    assert_eq!(wrong(&play(&cases), &undecided), Vec::<String>::new());
}

/// A message of a flow.
struct Posted {
    message: &'static str,
    from: &'static str,
    to: &'static str,
    /// What the flow ends in if a byte of it is changed.
    changed: &'static str,
    /// 从 and 到 of a cut between the two that it falls into.
    cut: (&'static str, &'static str),
}

/// A flow with its messages in the order of their sendings, and what it ends in where all goes well. Parties answer after
/// ten minutes sharp, so that a cut can be laid around one message.
struct Flow {
    name: &'static str,
    script: &'static str,
    steps: &'static [&'static str],
    messages: &'static [Posted],
    ends_in: &'static str,
}

const SIGNED: &str = "协议: {状态: 成功, 状态记录: [P001, P002, P004, P101, P102, P002, P004, S]}";

#[rustfmt::skip] // A table.
const FLOWS: [Flow; 3] = [
    Flow {
        name: "SIGN",
        script: "{保险公司.签约: ['延迟(10分钟, 同意)'], 银行.签约: ['延迟(10分钟, 同意)']}",
        steps: &["协议签署: {记作: 协议}", "推进: 8天"],
        messages: &[
            Posted { message: "签约申请", from: "门户", to: "保险公司", cut: ("0秒", "1小时"),
                     changed: "协议: {状态: 失败, 状态记录: [P001, P002, F]}" },
            Posted { message: "签约结果", from: "保险公司", to: "门户", cut: ("5分钟", "1小时"),
                     changed: "协议: {状态: 失败, 状态记录: [P001, P002, P004, F]}" },
            Posted { message: "签约申请", from: "门户", to: "银行", cut: ("5分钟", "1小时"),
                     changed: "协议: {状态: 失败, 状态记录: [P001, P002, P004, P101, P102, P002, F]}" },
            Posted { message: "签约结果", from: "银行", to: "门户", cut: ("15分钟", "1小时"),
                     changed: "协议: {状态: 失败, 状态记录: [P001, P002, P004, P101, P102, P002, P004, F]}" },
        ],
        ends_in: SIGNED,
    },
    Flow {
        name: "ENDED",
        script: "{}",
        steps: &["协议签署: {记作: 协议}", "推进: 3小时", "银行.终止协议: {协议: $协议}", "推进: 8天"],
        messages: &[Posted { message: "协议终止", from: "银行", to: "门户", cut: ("2小时", "4小时"), changed: SIGNED }],
        ends_in: "协议: {状态: 已失效, 状态记录: [P001, P002, P004, P101, P102, P002, P004, S, E]}",
    },
    Flow {
        name: "END",
        script: "{保险公司.签约: ['延迟(10分钟, 同意)'], 银行.签约: ['延迟(4天, 同意)'], 银行.解约: ['延迟(10分钟, 同意)']}",
        steps: &["协议签署: {记作: 协议}", "等待: {协议: {状态: 失败}, 时限: 4天}", "重新签署: {协议: $协议, 记作: 新}", "推进: 9天"],
        messages: &[
            // The bank's late answer comes 4 days, 10 minutes and 6 seconds after the start; two seconds later this leaves.
            Posted { message: "解约申请", from: "门户", to: "银行", cut: ("346207秒", "349200秒"),
                     changed: "协议: {状态: 失败, 状态记录: [P001, P002, P004, P101, P102, P002, P004, F, P001, P002, F]}" },
            Posted { message: "解约结果", from: "银行", to: "门户", cut: ("346500秒", "349200秒"),
                     changed: "协议: {状态: 失败, 状态记录: [P001, P002, P004, P101, P102, P002, P004, F, P001, P002, P004, F]}" },
        ],
        ends_in: "协议: {状态: 失败, 状态记录: [P001, P002, P004, P101, P102, P002, P004, F, P001, P002, P004, E]}",
    },
];

/// Faults of one sending: name in ids, name in files, further fields.
const WIRE_FAULTS: [(&str, &str, &str); 6] = [
    ("LOSE", "丢失", ""),
    ("RECEIPT", "丢失", ", 回执: 是"),
    ("TWICE", "重复", ""),
    ("MANY", "重复", ", 次数: 20"),
    ("LATE", "延迟", ", 时长: 2天"),
    ("CHANGE", "篡改", ""),
];

/// No message of these flows is sent so often, however often it is sent again.
const PAST: u32 = 9;

fn wire_case(id: &str, flow: &Flow, fault: &str, ends_in: &str, once: &str) -> String {
    let steps: String = flow.steps.iter().map(|step| format!("  - {step}\n")).collect();
    format!(
        "场景: 网络的故障\n编号: {id}\n覆盖: [AGR-01]\n对手方剧本: {}\n故障:\n  - {fault}\n步骤:\n{steps}  \
         - 期望: {{{ends_in}}}\n曾经: [{once}]\n",
        flow.script
    )
}

//= MSG-02
//= MSG-03
//= MSG-04
#[test]
fn every_wire_fault_on_every_message() {
    let (mut cases, mut undecided) = (BTreeMap::new(), BTreeMap::new());
    for flow in &FLOWS {
        for (n, Posted { message, from, to, changed, cut }) in flow.messages.iter().enumerate() {
            for (name, fault, more) in WIRE_FAULTS {
                let id = format!("{}-{n}-{name}", flow.name);
                let once = format!("故障 {fault} {message}");
                let line = |nth: u32| format!("{fault}: {{报文: {message}, 从: {from}, 到: {to}, 第: {nth}{more}}}");
                let ends_in = if name == "CHANGE" { changed } else { flow.ends_in };
                cases.insert(id.clone(), wire_case(&id, flow, &line(1), ends_in, &once));
                let past = format!("{id}-PAST");
                cases.insert(past.clone(), wire_case(&past, flow, &line(PAST), flow.ends_in, ""));
                undecided.insert(past, format!("故障「{fault} {message} 第{PAST}次」没有发生"));
            }
            let id = format!("{}-{n}-CUT", flow.name);
            let line = format!("断开: {{双方: [{from}, {to}], 从: {}, 到: {}}}", cut.0, cut.1);
            let once = format!("故障 断开 {message}");
            cases.insert(id.clone(), wire_case(&id, flow, &line, flow.ends_in, &once));
        }
    }
    assert_eq!(cases.len(), 7 * (6 * 2 + 1));
    assert_eq!(wrong(&play(&cases), &undecided), Vec::<String>::new());
}
