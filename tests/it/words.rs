//! `kouan explain` and `kouan schema`: whatever a file or a report may say is explained, and the schemas fit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use domain::message::Kind;
use interchange::Suite as Seal;
use kouan::{
    evidence::Happening,
    scenario::{catalogue, explain::explain, mistake, play::Options},
    verdict::{checks::INVARIANTS, requirements},
};
use serde_json::Value;

use crate::{
    program::{kouan, root},
    sources::files,
    suite::{cases, play_all},
    yaml::to_json,
};

#[test]
fn every_verb_code_rule_and_list_is_explained() {
    let mut names: Vec<String> = catalogue::VERBS.iter().map(|v| v.name.to_owned()).collect();
    names.extend(domain::refusal::ALL.iter().map(|e| e.code.to_owned()));
    names.extend(mistake::CODES.iter().map(|e| e.code.to_owned()));
    names.extend(interchange::CODES.iter().map(|(code, ..)| (*code).to_owned()));
    names.extend(requirements::all().iter().map(|r| r.id.clone()));
    names.extend(INVARIANTS.iter().map(|i| i.name.to_owned()));
    names.extend(catalogue::records::every(|words| words.codes).into_iter().map(str::to_owned));
    names.extend(["报文", "始终", "曾经", "故障", "协议", "矩阵", "对手方剧本"].map(String::from));
    assert!(names.len() > 200, "{}", names.len());
    for name in names {
        let text = explain(&name).unwrap_or_else(|nearest| panic!("{name}: {nearest:?}"));
        assert!(text.starts_with(&name) && text.lines().count() >= 2, "{name}: {text}");
    }
}

#[test]
fn a_rule_is_explained_in_chinese_first_and_in_english_after_it() {
    let said = kouan(["explain", "UI-06"]).ended(0).out;
    let parts = "  金额币种都为人民币。\n\n  推断：单位为元；理赔除外，其金额另写明币种。\n\n  英文：All amounts are RMB (人民币)\n  \
                 推断（英文）：in yuan, except claims, which name their currency.\n";
    assert!(said.contains(parts), "{said}");
}

#[test]
fn lists_name_all_that_there_is() {
    let messages = kouan(["explain", "报文"]).ended(0).out;
    for kind in Kind::ALL {
        assert!(messages.contains(kind.chinese()), "{}", kind.chinese());
    }
    let invariants = kouan(["explain", "始终"]).ended(0).out;
    for invariant in INVARIANTS {
        assert!(invariants.contains(invariant.name), "{}", invariant.name);
    }
}

#[test]
fn an_unknown_name_is_told_the_nearest() {
    let said = kouan(["explain", "协义签署"]).ended(2);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", "kouan: 没有「协义签署」，是不是「协议签署」？\n"));
}

fn schema(of: &str) -> Value {
    kouan(["schema", of]).ended(0).json()
}

/// Files of the suite and our own cases, with the JSON that an editor makes of each.
fn documents() -> Vec<(String, Value)> {
    let folders = ["scenarios", "tests/cases/passed", "tests/cases/failed", "tests/cases/undecided"];
    folders.iter().flat_map(|folder| files(folder, ".yaml")).map(|f| (f.path, to_json(&f.text))).collect()
}

#[test]
fn every_good_file_fits_the_schema_that_editors_use() {
    let validator = jsonschema::validator_for(&schema("scenario")).unwrap();
    let documents = documents();
    assert!(documents.len() > 100, "{}", documents.len());
    for (path, document) in documents {
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{path}");
    }
}

/// What an editor puts in from the catalogue must not be underlined by the same editor.
#[test]
fn every_example_of_the_catalogue_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema("scenario")).unwrap();
    let steps = catalogue::VERBS.iter().map(|v| format!("步骤:\n  {}\n", v.example));
    let faults = catalogue::FAULTS.iter().map(|f| format!("步骤: [退出: ]\n故障:\n  {}\n", f.example));
    let outcomes =
        catalogue::OUTCOMES.iter().map(|(_, form, _)| format!("步骤: [退出: ]\n对手方剧本: {{银行.签约: [{form}]}}\n"));
    for body in steps.chain(faults).chain(outcomes) {
        let document = to_json(&format!("场景: 甲\n编号: A-1\n覆盖: [AGR-08]\n{body}"));
        let errors: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{body}");
    }
}

/// 矩阵 may fill in any key and any text; only lint can know what comes of it.
#[test]
fn what_the_matrix_fills_in_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema("scenario")).unwrap();
    let text = "场景: 甲\n编号: A-1\n覆盖: [AGR-08]\n矩阵: {甲: [一, 二]}\n开始: 2026-03-$甲\n\
        对手方剧本: {$甲.签约: [$甲, 拒绝($甲)]}\n故障: [丢失: {报文: $甲, 从: $甲, $甲: 1}, $甲: {第: $甲}]\n\
        步骤:\n  - $甲: {企业: $甲}\n  - 协议签署: {银行: $甲, 由: $甲, 确认: $甲, $甲: 乙, 拒绝: {代码: $甲, 字段: {$甲: 必填}}}\n  \
        - 查询: {页: $甲, 每页: $甲, 条件: {$甲: 1, 协议状态: $甲}}\n  - 推进: $甲天\n  \
        - 等待: {$甲: {状态: $甲, 状态记录: [P001, $甲], $甲: 1}, 时限: 3$甲}\n始终: [$甲]\n曾经: [$甲]\n";
    let document = to_json(text);
    let errors: Vec<String> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_schema_refuses_what_lint_refuses_too() {
    let validator = jsonschema::validator_for(&schema("scenario")).unwrap();
    let good = fs::read_to_string(root().join("tests/cases/passed/signed.yaml")).unwrap();
    assert!(validator.is_valid(&to_json(&good)));
    for (right, wrong) in [
        ("场景: ", "场境: "),
        ("编号: CASE-OK-01", "编号: case_ok"),
        ("覆盖: [AGR-08, AGR-09]", "覆盖: [AGR-99]"),
        ("协议签署:", "协议签暑:"),
        ("收款企业:", "收款单位:"),
        ("时限: 1天}", "时限: 1天, 状况: 成功}"),
        ("步骤:", "步聚:"),
    ] {
        let bad = good.replacen(right, wrong, 1);
        assert_ne!(bad, good, "{right}");
        assert!(!validator.is_valid(&to_json(&bad)), "the schema accepts {wrong}");
    }
}

/// What really went over the wire fits the published schema: an outsider may trust it.
//= MSG-02
#[test]
fn every_message_of_the_suite_fits_the_messages_schema() {
    let document = schema("messages");
    let validator = jsonschema::validator_for(&document).unwrap();
    let keys = kouan::world::keys::suite_keys(Seal::Mac);
    let mut kinds = BTreeSet::new();
    for (result, evidence) in play_all(&cases(), &Options::new(1, Seal::Mac)) {
        let mut sent = BTreeMap::new();
        for entry in &evidence.entries {
            match &entry.what {
                Happening::Sent(s) => drop(sent.insert(s.transit, s.kind)),
                Happening::Arrived(a) if a.refused.is_none() => {
                    let me = &keys.parties[&a.by].good;
                    let opened =
                        interchange::open(&a.bytes, me, &keys.peers, entry.at, Duration::from_secs(30 * 86_400));
                    let opened = opened.unwrap_or_else(|e| panic!("{}: {e}", result.id));
                    let json: Value = serde_json::from_str(&opened.json).unwrap();
                    assert!(validator.is_valid(&json), "{}: {json}", result.id);
                    kinds.insert(sent[&a.transit]);
                }
                _ => {}
            }
        }
    }
    assert_eq!(kinds, BTreeSet::from(Kind::ALL), "some kind of message is in no scenario");
}
