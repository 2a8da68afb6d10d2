//! `kouan bench sign` as its users meet it: keys, kept results, the report, and what it refuses.

use std::fs;

use serde_json::Value;

use crate::program::{kouan, line};

/// The contract, in order; other keys may follow.
const KEYS: [&str; 11] = [
    "algorithm",
    "signer",
    "reader",
    "sessions",
    "seconds",
    "signatures",
    "per_second",
    "p50_us",
    "p99_us",
    "verified",
    "apdus",
];
/// What follows them today.
const MORE: [&str; 18] = [
    "p90_us",
    "p999_us",
    "max_us",
    "pin_each",
    "transaction",
    "raw_per_second",
    "share_of_raw",
    "round_trips_per_second",
    "ceiling_per_second",
    "noise_percent",
    "blocks",
    "histogram",
    "kouan",
    "format",
    "date",
    "command",
    "machine",
    "baseline",
];

/// The keys of the outermost object in a line of JSON, as they stand there.
fn keys(line: &str) -> Vec<String> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
    let mut keys: Vec<String> = object.keys().cloned().collect();
    keys.sort_by_key(|key| line.find(&format!("\"{key}\":")).unwrap());
    keys
}

#[test]
fn the_line_begins_with_the_keys_of_the_contract_and_verifies_every_signature() {
    for algorithm in ["sm2", "rsa2048", "p256"] {
        for reader in ["memory", "raw"] {
            let said = line(&format!(
                "bench sign --algorithm {algorithm} --reader {reader} --seconds 0.05 --sessions 2 --json"
            ))
            .ended(0);
            assert_eq!(said.out.lines().count(), 1);
            assert_eq!(keys(&said.out), [&KEYS[..], &MORE[..17]].concat());
            let json = said.json();
            assert_eq!(
                (&json["algorithm"], &json["reader"], &json["sessions"]),
                (&algorithm.into(), &reader.into(), &2.into())
            );
            assert_eq!(json["verified"], json["signatures"]);
            assert!(json["signatures"].as_u64().unwrap() >= 2);
            // One APDU a signature at the least, where there is a card at all.
            let apdus = json["apdus"].as_u64().unwrap();
            assert_eq!(apdus >= json["signatures"].as_u64().unwrap(), reader == "memory", "{apdus}");
            assert_eq!(json["raw_per_second"].is_number(), reader == "memory");
            assert!(json["machine"]["rustc"].as_str().unwrap().starts_with("rustc "));
        }
    }
}

#[test]
fn a_wrong_pin_is_tried_once_and_no_pin_is_ever_written_down() {
    let said = line("bench sign --algorithm sm2 --seconds 0.05 --sessions 4 --pin 00000000").ended(2);
    assert!(said.err.ends_with("kouan: memory：卡密码错误，还可尝试4次；已停止，没有再试\n"), "{}", said.err);
    for pin in ["--pin 88888888", "--pin=88888888"] {
        let said = line(&format!("bench sign --algorithm sm2 --seconds 0.01 --json {pin}")).ended(0);
        let command = said.json()["command"].as_str().unwrap().to_owned();
        assert!(command.ends_with("--pin ***") || command.ends_with("--pin=***"), "{command}");
        assert!(!said.out.contains("88888888"));
    }
}

#[test]
fn a_result_that_was_kept_is_compared_with() {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join("kept.jsonl").display().to_string();
    let measure = |more: &[&str]| kouan([&["bench", "sign", "--algorithm", "sm2", "--seconds", "0.1"], more].concat());
    let printed = measure(&["--json", "--save", &kept]).ended(0).out;
    assert_eq!(fs::read_to_string(&kept).unwrap(), printed);

    let json = measure(&["--json", "--baseline", &kept]).ended(0);
    assert_eq!(keys(&json.out), [&KEYS[..], &MORE[..]].concat());
    let was = json.json()["baseline"].clone();
    assert_eq!(was["per_second"], serde_json::from_str::<Value>(&printed).unwrap()["per_second"]);
    assert!(["faster", "slower", "same"].contains(&was["relation"].as_str().unwrap()));
    assert!(measure(&["--baseline", &kept]).ended(0).out.contains("  对比基准  "));

    // Made a thousand times as fast by hand, more than any noise, and measured on another machine.
    let mut faster: Value = serde_json::from_str(&printed).unwrap();
    faster["per_second"] = (faster["per_second"].as_f64().unwrap() * 1000.0).into();
    faster["machine"]["cpu"] = "Invented 9000".into();
    fs::write(&kept, faster.to_string()).unwrap();
    let said = measure(&["--baseline", &kept]).ended(0);
    assert!(said.out.contains("  对比基准  更慢："), "{}", said.out);
    assert!(said.err.contains("（处理器不同），比较仅供参考"), "{}", said.err);
    let said = measure(&["--baseline", &kept, "--fail-below", "50"]).ended(1);
    assert!(said.err.contains("低于50%"), "{}", said.err);
    measure(&["--baseline", &kept, "--fail-below", "0.0001"]).ended(0);
}

#[test]
fn what_is_no_baseline_is_said_before_anything_is_measured() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    line(&format!("bench sign --algorithm p256 --seconds 0.01 --save {}", at("p256"))).ended(0);
    fs::write(at("text"), "kouan\n").unwrap();
    fs::write(at("empty"), "").unwrap();
    for (name, told) in [
        ("p256", "文件里没有「sm2」的结果，只有：p256 / memory / 1路\n"),
        ("text", "第1行不是 kouan bench sign 的结果（--save 或 --json 所写）\n"),
        ("empty", "文件里没有结果\n"),
        ("missing", "读不了，"),
    ] {
        // An hour: it would be noticed.
        let said = line(&format!("bench sign --algorithm sm2 --seconds 3600 --baseline {}", at(name))).ended(2);
        assert!(said.err.contains(&at(name)) && said.err.contains(told), "{name}: {}", said.err);
        assert_eq!(said.out, "");
    }
    let said = line("bench sign --algorithm sm2 --seconds 3600 --save no/such/folder/x").ended(3);
    assert!(said.err.contains("没有目录"), "{}", said.err);
}

#[test]
fn a_matrix_is_a_table_lines_of_json_and_one_page() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("speed.html");
    let kept = dir.path().join("kept.jsonl");
    let matrix = |more: &[&str]| {
        kouan(
            [&["bench", "sign", "--matrix", "--seconds", "0.02", "--reader", "raw", "--reader", "memory"], more]
                .concat(),
        )
    };
    let report = format!("html={}", page.display());
    let said = matrix(&["--report", &report, "--save", &kept.display().to_string()]).ended(0);
    let rows: Vec<Vec<&str>> = said.out.lines().map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(rows[0], ["算法", "读卡器"]);
    let pairs = ["sm2", "rsa2048", "p256"].map(|algorithm| [[algorithm, "raw"], [algorithm, "memory"]]);
    assert_eq!(rows[1..7], *pairs.as_flattened());
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("default-src 'none'") && page.matches("<svg").count() == 2);
    assert!(page.contains("kouan bench sign --matrix --seconds 0.02"), "the page names its command");

    let said = matrix(&["--json", "--algorithm", "sm2", "--baseline", &kept.display().to_string()]).ended(0);
    assert_eq!(said.out.lines().map(keys).collect::<Vec<_>>(), vec![[&KEYS[..], &MORE[..]].concat(); 2]);
}

#[test]
fn ways_that_do_not_go_together_are_refused() {
    for (args, told) in [
        ("--algorithm sm2 --reader raw --reader memory", "--reader 只有 pcsc:名称 可以写多次"),
        ("--algorithm sm2 --reader usb", "没有「usb」这种读卡器，可用：raw、memory、pcsc、pcsc:名称"),
        ("--algorithm sm2 --report pdf=x", "应写 html=文件"),
        ("--algorithm sm2 --fail-below 90", "--baseline"),
        ("--reader memory", "--algorithm"),
    ] {
        let said = line(&format!("bench sign --seconds 0.01 {args}")).ended(2);
        assert!(said.err.contains(told), "{args}: {}", said.err);
    }
}
