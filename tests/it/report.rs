//! `--report json=F`: the keys that DESIGN's command line promises, in their order, and sums that add up.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{kouan, root};

fn document(paths: &[&str]) -> (String, Value) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("r.json");
    let to = format!("json={}", path.display());
    kouan([&["run"], paths, &["--seal", "mac", "--report", &to]].concat());
    let text = fs::read_to_string(&path).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

/// The keys of the object at the place where `opening` first stands in the text, in the order of the text: a parsed
/// map would have sorted them. Only keys at that object's own indentation count.
fn keys(text: &str, opening: &str) -> Vec<String> {
    let start = text.find(opening).unwrap() + opening.len();
    let first = text[start..].lines().nth(1).unwrap();
    let indent = first.len() - first.trim_start().len();
    text[start..]
        .lines()
        .skip(1)
        .take_while(|line| line.len() - line.trim_start().len() >= indent)
        .filter(|line| line.len() - line.trim_start().len() == indent && line.trim_start().starts_with('"'))
        .map(|line| line.trim_start().split('"').nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn the_keys_are_the_contracts_in_its_order() {
    let (text, _) = document(&["tests/cases/failed/wrong-log.yaml"]);
    assert_eq!(keys(&text, "{"), ["kouan", "seed", "seal", "reader", "summary", "scenarios"]);
    assert_eq!(
        keys(&text, "\"summary\": {"),
        ["passed", "warned", "failed", "inconclusive", "skipped", "not_applicable", "error"]
    );
    assert_eq!(
        keys(&text, "\"scenarios\": [\n    {"),
        [
            "id",
            "title",
            "file",
            "covers",
            "verdict",
            "virtual_ms",
            "wall_us",
            "apdus",
            "card_signatures",
            "messages",
            "receipts",
            "findings"
        ]
    );
    // The contract's, then ours: options may be added.
    let finding = keys(&text, "\"findings\": [\n        {");
    assert_eq!(
        finding[..8],
        ["severity", "check", "requirement", "line", "path", "expected", "actual", "text"].map(String::from)
    );
    assert_eq!(finding[8..], ["step", "messages", "source", "page", "trail"].map(String::from));
}

#[test]
fn a_finding_says_what_where_and_against_which_rule() {
    let (_, document) = document(&["tests/cases/failed/wrong-log.yaml"]);
    let scenario = &document["scenarios"][0];
    assert_eq!(scenario["verdict"], "failed");
    let finding = &scenario["findings"][0];
    assert_eq!(finding["severity"], "failed");
    assert_eq!(finding["check"], "expect");
    assert_eq!(finding["requirement"], "AGR-08");
    assert_eq!(finding["line"], 7);
    assert_eq!(finding["path"], "协议.状态记录");
    assert_eq!(finding["expected"], "[P001, P002, P004, P101, S]");
    assert_eq!(finding["actual"], "[P001, P002, P004, P101, P102, P002, P004, S]");
    assert_eq!(finding["step"], 2);
    // The portal's two requests and the two answers.
    assert_eq!(finding["messages"].as_array().unwrap().len(), 4);
}

#[test]
fn the_summary_adds_up_to_the_scenarios() {
    let (_, document) = document(&["tests/cases/passed", "tests/cases/failed", "tests/cases/undecided"]);
    let scenarios = document["scenarios"].as_array().unwrap();
    let summary = document["summary"].as_object().unwrap();
    let total: u64 = summary.values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(total, scenarios.len() as u64);
    for (verdict, count) in summary {
        let seen = scenarios.iter().filter(|s| s["verdict"] == verdict.as_str()).count() as u64;
        assert_eq!(count.as_u64().unwrap(), seen, "{verdict}");
    }
    // Each file there is one scenario.
    let undecided = fs::read_dir(root().join("tests/cases/undecided")).unwrap();
    let files = undecided.filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|e| e == "yaml")).count();
    assert_eq!(summary["inconclusive"], files);
    for scenario in scenarios {
        let passed = scenario["verdict"] == "passed";
        assert_eq!(scenario["findings"].as_array().unwrap().is_empty(), passed, "{}", scenario["id"]);
        assert!(scenario["receipts"].as_u64() <= scenario["messages"].as_u64(), "{}", scenario["id"]);
    }
}

/// Signing needs a login and a signature by the card, two requests and two answers, each with its receipt.
#[test]
fn the_counts_of_one_signing_are_these() {
    let (_, document) = document(&["tests/cases/passed/signed.yaml"]);
    let scenario = &document["scenarios"][0];
    assert_eq!(document["kouan"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (&document["seed"], &document["seal"], &document["reader"]),
        (&1.into(), &"mac".into(), &"memory".into())
    );
    assert_eq!(scenario["file"], "tests/cases/passed/signed.yaml");
    assert_eq!(scenario["covers"], serde_json::json!(["AGR-08", "AGR-09"]));
    assert_eq!((&scenario["messages"], &scenario["receipts"]), (&4.into(), &4.into()));
    assert_eq!(scenario["card_signatures"], 2);
    assert!(scenario["apdus"].as_u64().unwrap() >= 6);
    // Two answers of 5 to 30 minutes each.
    let virtual_ms = scenario["virtual_ms"].as_u64().unwrap();
    assert!((600_000..3_700_000).contains(&virtual_ms), "{virtual_ms}");
}
