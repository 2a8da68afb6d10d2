//! `kouan report merge` and the places that reports are written to.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Said, kouan, line};

const SUITE: [&str; 3] = ["tests/cases/passed", "tests/cases/failed", "tests/cases/undecided"];

/// Runs `paths` with `options` and a JSON report `name` in `dir`; the report's path.
fn run(dir: &Path, name: &str, paths: &[&str], options: &[&str]) -> String {
    let path = dir.join(name).display().to_string();
    let said = kouan([&["run", "--seal", "mac", "--report", &format!("json={path}")], paths, options].concat());
    assert!(said.code <= 1, "{}", said.err);
    path
}

/// A text without its lines of real time.
fn untimed(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim_start().starts_with("\"wall_")).collect()
}

fn merge(parts: &[String], options: &[&str]) -> Said {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    kouan([&["report", "merge"], &parts[..], options].concat())
}

#[track_caller]
fn refused(parts: &[String], words: &str) {
    let said = merge(parts, &[]).ended(2);
    assert_eq!(said.out, "");
    assert!(said.err.contains(words), "{}", said.err);
}

/// Shards 1 to N of a run, in the order N to 1: the order in which they are given must not matter.
fn shards(dir: &Path, paths: &[&str], n: usize, options: &[&str]) -> Vec<String> {
    let shard = |i| run(dir, &format!("{i}-{n}.json"), paths, &[options, &["--shard", &format!("{i}/{n}")]].concat());
    (1..=n).rev().map(shard).collect()
}

#[test]
fn shards_merged_are_the_whole_run_byte_for_byte() {
    let dir = TempDir::new().unwrap();
    for (paths, options) in [
        (&SUITE[..], &[][..]),
        (&SUITE[..], &["--filter", "覆盖=AGR-08 & !编号=OK", "--seed", "7"]),
        (&["scenarios"], &["--tag", "签约", "--seed", "18446744073709551615"]),
    ] {
        let whole = fs::read_to_string(run(dir.path(), "whole.json", paths, options)).unwrap();
        assert!(untimed(&whole).len() < whole.lines().count());
        for n in [1, 2, 3, 5] {
            let merged = merge(&shards(dir.path(), paths, n, options), &["--report", "json=-"]);
            assert_eq!(untimed(&merged.out), untimed(&whole), "{n} shards of {options:?}");
        }
    }
}

/// Whichever report one asks for, and the exit code with it.
#[test]
fn a_merged_console_and_junit_report_are_those_of_the_whole_run() {
    let dir = TempDir::new().unwrap();
    let parts = shards(dir.path(), &SUITE, 3, &[]);
    let whole = kouan([&["run", "--seal", "mac"], &SUITE[..]].concat()).ended(1);
    assert_eq!(merge(&parts, &[]).ended(1).out, whole.out);
    let cases = |said: Said| said.out.lines().filter(|l| !l.contains(" time=\"")).map(String::from).collect::<Vec<_>>();
    let whole = kouan([&["run", "--seal", "mac", "--report", "junit=-"], &SUITE[..]].concat());
    assert_eq!(cases(merge(&parts, &["--report", "junit=-"])), cases(whole));
}

#[test]
fn results_of_two_folders_follow_the_suites_order() {
    let dir = TempDir::new().unwrap();
    let whole = fs::read_to_string(run(dir.path(), "whole.json", &SUITE, &[])).unwrap();
    let parts: Vec<String> = SUITE.iter().map(|f| run(dir.path(), &f.replace('/', "-"), &[f], &[])).collect();
    assert_eq!(untimed(&merge(&parts, &["--report", "json=-"]).ended(1).out), untimed(&whole));
    assert!(merge(&parts[..1], &[]).ended(0).out.starts_with("共 6 个场景：通过 6"));
}

#[test]
fn a_machine_with_nothing_to_do_is_no_failure() {
    let dir = TempDir::new().unwrap();
    let parts = shards(dir.path(), &["tests/cases/passed/signed.yaml"], 3, &[]);
    assert!(merge(&parts, &[]).ended(0).out.starts_with("共 1 个场景：通过 1"));
    // But a selection of nothing is a mistake on every machine.
    line("run scenarios --filter 编号=NOTHING-99 --shard 1/3").ended(2);
}

#[test]
fn a_missing_shard_is_named() {
    let dir = TempDir::new().unwrap();
    let mut parts = shards(dir.path(), &SUITE, 3, &[]);
    parts.remove(1);
    refused(&parts, "kouan: 缺少第 2/3 份；");
    let said = merge(&parts, &["--partial"]).ended(1);
    assert!(said.out.ends_with("，第 1,3/3 份）\n"), "{}", said.out);
    parts.push(parts[0].clone());
    refused(&parts, "第 3/3 份给了两次");
}

#[test]
fn a_shard_cut_by_fail_fast_is_noticed() {
    let dir = TempDir::new().unwrap();
    let mut parts = shards(dir.path(), &["tests/cases/failed"], 2, &[]);
    parts[0] = run(dir.path(), "cut.json", &["tests/cases/failed"], &["--shard", "2/2", "--fail-fast"]);
    refused(&parts, "第 2 份 1 个");
    merge(&parts, &["--partial"]).ended(1);
}

#[test]
fn what_does_not_belong_together_is_refused_in_plain_words() {
    let dir = TempDir::new().unwrap();
    let one = run(dir.path(), "one.json", &["tests/cases/passed"], &[]);
    let seed = run(dir.path(), "seed.json", &["tests/cases/undecided"], &["--seed", "2"]);
    let seal = run(dir.path(), "seal.json", &["tests/cases/undecided"], &["--shard", "1/2"]);
    refused(&[one.clone(), seed], "one.json 的种子是 1，");
    refused(&[one.clone(), seal], "seal.json 是第 1/2 份，");
    refused(&[one.clone(), one.clone()], "场景 CASE-OK-01 出现了两次：");
    let text = fs::read_to_string(&one).unwrap();
    let changed = |name: &str, from: &str, to: &str| {
        let path = dir.path().join(name);
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        fs::write(&path, changed).unwrap();
        path.display().to_string()
    };
    let version = format!("\"kouan\": \"{}\"", env!("CARGO_PKG_VERSION"));
    refused(&[changed("old.json", &version, "\"kouan\": \"0.0.1\"")], "old.json 是 kouan 0.0.1 写的");
    refused(&[changed("sum.json", "\"passed\": 6", "\"passed\": 7")], "通过 7 个，其中的场景却有 6 个");
    refused(&[changed("word.json", "\"verdict\": \"passed\"", "\"verdict\": \"good\"")], "没有「good」这种判定");
    refused(&[changed("half.json", &text[200..], "")], "就断了，文件没有写完或没有传完");
}

#[test]
fn what_is_no_result_is_refused_in_plain_words() {
    let dir = TempDir::new().unwrap();
    for (content, words) in [
        ("", "文件是空的"),
        ("<html>", "它是网页或 XML"),
        ("场景: 签署", "请给 kouan run --report json=文件 写的那个文件"),
        ("{\"a\": 1}", "的内容不是 kouan run --report json=文件 写的"),
        ("{a}", "不是 JSON"),
    ] {
        let path = dir.path().join("x");
        fs::write(&path, content).unwrap();
        refused(&[path.display().to_string()], words);
    }
    refused(&[dir.path().display().to_string()], "是目录");
    refused(&[dir.path().join("no").display().to_string()], "读不了");
    line("report merge").ended(2);
}

#[test]
fn two_reports_do_not_share_a_place() {
    let dir = TempDir::new().unwrap();
    let at = |kind: &str, name: &str| format!("--report={kind}={}", dir.path().join(name).display());
    for (one, other, words) in [
        (at("json", "r"), at("json", "r"), "写了两次"),
        (at("json", "r"), at("junit", "./r"), "是同一个文件"),
        ("--report=json=-".into(), "--report=junit=-".into(), "都要标准输出"),
        ("--report=console".into(), "--report=console".into(), "写了两次"),
    ] {
        let said = kouan(["run", "tests/cases/passed", &one, &other]).ended(2);
        assert!(said.out.is_empty() && said.err.contains(words), "{one} {other}: {}", said.err);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_report_that_cannot_be_written_is_found_before_anything_runs() {
    let dir = TempDir::new().unwrap();
    let journal = dir.path().join("journal");
    for (name, words) in [("no/r.xml", "没有目录"), ("", "它是目录")] {
        let to = format!("--report=junit={}", dir.path().join(name).display());
        let said = kouan(["run", "tests/cases/passed", "--journal", &journal.display().to_string(), &to]).ended(3);
        assert!(said.out.is_empty() && said.err.contains(words), "{}", said.err);
        assert!(!journal.exists(), "something ran");
    }
}

/// A merged document is a document: it can be read, and merged alone, again.
#[test]
fn a_merged_result_is_a_result() {
    let dir = TempDir::new().unwrap();
    let parts = shards(dir.path(), &SUITE, 2, &[]);
    let merged = dir.path().join("merged.json").display().to_string();
    merge(&parts, &["--report", &format!("json={merged}")]).ended(1);
    let again = merge(std::slice::from_ref(&merged), &["--report", "json=-"]).ended(1);
    assert_eq!(again.out, fs::read_to_string(&merged).unwrap());
    let document: Value = again.json();
    assert!(document.get("shard").is_none());
}
