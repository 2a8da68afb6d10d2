//! Scenarios with cards in readers of the system.

use std::{collections::BTreeSet, fs, process::Stdio};

use serde_json::Value;

use crate::{
    pcscd::Pcscd,
    plugged::{Plugged, said},
};

/// The report of a run, without what is real time or names the reader.
fn report(command: &mut std::process::Command, code: i32) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    said(command.args(["--seal", "mac", "--report"]).arg(format!("json={}", file.display()))).ended(code);
    let mut report = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    strip(&mut report);
    report
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| key != "reader" && !key.starts_with("wall_"));
            map.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// All that a report tells is the same: verdicts, findings, counts of commands and signatures, virtual times.
//= ACC-04
//= ACC-05
#[test]
fn the_whole_suite_comes_out_alike_in_memory_and_in_two_readers() {
    let Some(service) = Pcscd::start("the_whole_suite") else { return };
    let in_memory = report(service.kouan().args(["run", "scenarios"]), 0);
    let mut in_readers = service.kouan();
    in_readers.args(["run", "scenarios", "--reader", "pcsc", "--jobs", "2"]);
    in_readers.args(["--vpcd", &service.vpcd(0), "--vpcd", &service.vpcd(1)]);
    let in_readers = report(&mut in_readers, 0);
    let by_id = |report: &Value| report["scenarios"].as_array().unwrap().clone();
    for (one, other) in by_id(&in_memory).iter().zip(by_id(&in_readers)) {
        assert_eq!(*one, other, "{}", one["id"]);
    }
    assert_eq!(in_memory, in_readers);
}

/// The service has not yet seen the cards of the run before go when the next one begins.
#[test]
fn runs_follow_on_each_others_heels() {
    let Some(service) = Pcscd::start("heels") else { return };
    for _ in 0..3 {
        let mut run = service.kouan();
        run.args(["run", "docs/example.yaml", "--reader", "pcsc", "--vpcd", &service.vpcd(0)]);
        said(&mut run).ended(1);
    }
}

#[test]
fn a_card_in_the_users_reader_plays_what_it_can_and_keeps_its_tries() {
    let Some(service) = Pcscd::start("the_users_card") else { return };
    let card = Plugged::card(&service, 1, "binhai-legal.json");
    let run = |pin: &str| {
        let mut command = service.kouan();
        command.args(["run", "scenarios", "--reader", "pcsc", "--pin", pin]);
        command
    };
    let report = report(&mut run("88888888"), 0);
    let count = |verdict: &str| report["summary"][verdict].as_u64().unwrap();
    assert!(count("passed") > 100 && count("skipped") > 50, "{}", report["summary"]);
    assert_eq!(count("failed") + count("error") + count("inconclusive"), 0, "{}", report["summary"]);
    let why = |scenario: &Value| scenario["findings"][0]["text"].as_str().unwrap_or_default().to_owned();
    let why: BTreeSet<String> = report["scenarios"].as_array().unwrap().iter().map(why).collect();
    for reason in
        ["「拔卡」须由程序处置卡", "故障「换卡」须由程序处置卡", "读卡器中是「滨海远航 法人卡」", "会改动卡上的密码"]
    {
        assert!(why.iter().any(|text| text.contains(reason)), "{reason} in {why:#?}");
    }
    assert_eq!(card.pin(), (5, false));
    let refused = said(&mut run("11111111")).ended(3);
    assert!(refused.err.contains("卡密码错误，还可尝试4次：用 --pin"), "{}", refused.err);
    for left in [3, 2] {
        said(&mut run("11111111")).ended(3);
        assert_eq!(card.pin(), (left, false));
    }
    let spared = said(&mut run("11111111")).ended(3);
    assert!(spared.err.contains("只剩2次机会，不再尝试"), "{}", spared.err);
    assert_eq!(card.pin(), (2, false));
}

#[test]
fn options_and_places_that_do_not_fit_are_told_before_anything_runs() {
    let Some(service) = Pcscd::start("options_that_do_not_fit") else { return };
    let run = |args: &[&str]| said(service.kouan().args(["run", "scenarios"]).args(args));
    assert!(run(&["--vpcd", "localhost:1"]).ended(2).err.contains("--vpcd 要与 --reader pcsc 一起用"));
    assert!(run(&["--reader", "pcsc", "--vpcd", "here"]).ended(2).err.contains("不是 主机:端口"));
    let _taken = Plugged::card(&service, 0, "binhai-operator.json");
    let taken = run(&["--reader", "pcsc", "--vpcd", &service.vpcd(0)]).ended(3);
    assert!(taken.err.contains("读卡器中已有别的卡"), "{}", taken.err);
    let other = run(&["--reader", "pcsc:00 00", "--vpcd", &service.vpcd(1)]).ended(3);
    assert!(other.err.contains("的卡出现在读卡器「Virtual PCD 00 01」"), "{}", other.err);
}

/// The report of a run in the middle of which the service falls; what is to be done `then`.
fn with_a_fall(service: &mut Pcscd, then: impl FnOnce(&mut Pcscd)) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let mut run = service.kouan();
    run.args(["run", "scenarios", "--seal", "mac", "--reader", "pcsc", "--vpcd", &service.vpcd(0), "--report"]);
    run.arg(format!("json={}", file.display())).stdout(Stdio::null()).stderr(Stdio::piped());
    let run = run.spawn().unwrap();
    while !said(service.kouan().args(["card", "list-readers"])).out.contains("正被使用") {}
    service.kill();
    then(service);
    let ended = run.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap()
}

/// Some scenarios meet the fall and prove nothing; the others do not notice.
#[test]
fn a_service_that_falls_and_comes_back_in_the_middle_costs_a_few_scenarios() {
    let Some(mut service) = Pcscd::start("a_service_falls") else { return };
    let report = with_a_fall(&mut service, Pcscd::start_again);
    let count = |verdict: &str| report["summary"][verdict].as_u64().unwrap();
    assert!((1..50).contains(&count("error")) && count("passed") > 300, "{}", report["summary"]);
    assert_eq!(count("failed") + count("inconclusive"), 0, "{}", report["summary"]);
}

/// Two scenarios wait for it; the rest are told at once that it is gone, or a suite would take an hour to end.
#[test]
fn a_service_that_falls_for_good_ends_the_run() {
    let Some(mut service) = Pcscd::start("a_service_stays_away") else { return };
    let report = with_a_fall(&mut service, |_| ());
    let given_up = |s: &&Value| s["findings"].to_string().contains("不再等待");
    assert!(report["scenarios"].as_array().unwrap().iter().filter(given_up).count() > 300, "{}", report["summary"]);
    assert_eq!(report["summary"]["failed"], 0, "{}", report["summary"]);
}
