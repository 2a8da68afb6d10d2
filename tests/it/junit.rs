//! `--report junit=F`: judged by `xmllint` with the schema of the Jenkins xunit plugin, and read back by `junitparser`,
//! neither of which knows us. `make setup` fetches both judges into `target/judges`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{kouan, root};

/// A file that `make setup` fetches, or `None` where the test is to be skipped so that one sees it.
#[expect(clippy::print_stderr, reason = "a skipped judge must be seen")]
fn judge(test: &str, program: &str, file: &str) -> Option<PathBuf> {
    let path = root().join("target/judges").join(file);
    if path.exists() && Command::new(program).arg("--version").output().is_ok() {
        return Some(path);
    }
    assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs {program} and {}: make setup", path.display());
    eprintln!("SKIPPED {test}: no {program} or no {file}; make setup fetches them");
    None
}

/// Whether `xmllint` finds that the file fits the schema; what it said otherwise.
fn fits(schema: &Path, file: &Path) -> Result<(), String> {
    let output = Command::new("xmllint").args(["--noout", "--schema"]).arg(schema).arg(file).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The suites as `junitparser` reads them: `[name, tests, failures, errors, skipped, cases]`, a case being
/// `[classname, name, [elements], message]`.
fn read_back(packages: &Path, file: &Path) -> Value {
    const READER: &str = "\
import json, sys
from junitparser import JUnitXml
suites = []
for suite in JUnitXml.fromfile(sys.argv[1]):
    cases = [[c.classname, c.name, [r._tag for r in c.result], c.result[0].message if c.result else None] for c in suite]
    suites.append([suite.name, suite.tests, suite.failures, suite.errors, suite.skipped, cases])
print(json.dumps(suites))";
    let mut command = Command::new("python3");
    let output = command.env("PYTHONPATH", packages.parent().unwrap()).args(["-c", READER]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A result with a case of every verdict, and texts that XML cannot hold.
fn every_verdict(dir: &Path) -> PathBuf {
    let verdicts = ["passed", "warned", "failed", "inconclusive", "skipped", "not_applicable", "error"];
    let scenarios: Vec<Value> = verdicts
        .iter()
        .enumerate()
        .map(|(n, verdict)| {
            let finding = json!({
                "severity": verdict, "check": "expect", "requirement": null, "line": 7, "path": "协议.状态",
                "expected": "a\u{1}<b>", "actual": "]]>\u{b}&\u{ffff}\r\n\t", "text": "不符 \u{1b}[31m"
            });
            let findings = if n == 0 { vec![] } else { vec![finding] };
            json!({
                "id": format!("X-{n}"), "title": "含 <尖括号> & \"引号\"\u{8}", "file": format!("s/{}.yaml", n / 4),
                "covers": ["AGR-01", "AGR-02"], "verdict": verdict, "virtual_ms": 1, "wall_us": 1_234_567_890_u64,
                "apdus": 0, "card_signatures": 0, "messages": 0, "receipts": 0, "findings": findings
            })
        })
        .collect();
    let summary: serde_json::Map<String, Value> = verdicts.iter().map(|v| ((*v).to_owned(), 1.into())).collect();
    let document = json!({
        "kouan": env!("CARGO_PKG_VERSION"), "seed": 1, "seal": "sm2", "reader": "memory",
        "summary": summary, "scenarios": scenarios
    });
    let path = dir.join("every.json");
    fs::write(&path, document.to_string()).unwrap();
    path
}

/// The JUnit report of a run of our own cases, which fail in many ways, and of a result with every verdict.
fn reports(dir: &Path) -> [PathBuf; 2] {
    let [run, every] = ["run.xml", "every.xml"].map(|name| dir.join(name));
    let folders = ["tests/cases/passed", "tests/cases/failed", "tests/cases/undecided"];
    let to = |path: &Path| format!("--report=junit={}", path.display());
    kouan([&["run", "--seal", "mac", &to(&run)], &folders[..]].concat()).ended(1);
    kouan(["report", "merge", &every_verdict(dir).display().to_string(), &to(&every)]).ended(3);
    [run, every]
}

#[test]
fn the_report_fits_the_schema_of_the_jenkins_plugin() {
    let Some(schema) = judge("the_report_fits_the_schema_of_the_jenkins_plugin", "xmllint", "junit-10.xsd") else {
        return;
    };
    let dir = TempDir::new().unwrap();
    for path in reports(dir.path()) {
        assert_eq!(fits(&schema, &path), Ok(()));
        // The judge is awake: an attribute that many readers know, but this schema does not.
        let broken = fs::read_to_string(&path).unwrap().replacen("<testcase ", "<testcase line=\"7\" ", 1);
        fs::write(&path, broken).unwrap();
        assert!(fits(&schema, &path).unwrap_err().contains("'line'"));
    }
}

#[test]
fn another_reader_counts_what_the_run_counted() {
    let Some(packages) = judge("another_reader_counts_what_the_run_counted", "python3", "python/junitparser") else {
        return;
    };
    let dir = TempDir::new().unwrap();
    let [run, every] = reports(dir.path());
    let suites = read_back(&packages, &run);
    let folders = ["tests/cases/passed", "tests/cases/failed", "tests/cases/undecided"];
    let json = kouan([&["run", "--seal", "mac", "--report", "json=-"], &folders[..]].concat()).ended(1).json();
    let sum = |column: usize| suites.as_array().unwrap().iter().map(|s| s[column].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(1), json["scenarios"].as_array().unwrap().len() as u64);
    assert_eq!(
        (sum(2), sum(3), sum(4)),
        (json["summary"]["failed"].as_u64().unwrap(), json["summary"]["inconclusive"].as_u64().unwrap(), 0)
    );
    assert!(sum(2) > 0 && sum(3) > 0);

    let title = "含 <尖括号> & \"引号\"␈";
    let message = "不符 ␛[31m：应为 a␁<b>，实为 ]]>␋&\u{fffd}   ";
    let case = |class: &str, n: usize, element: Option<&str>| match element {
        None => json!([class, format!("X-{n} {title}"), [], null]),
        Some(element) => json!([class, format!("X-{n} {title}"), [element], message]),
    };
    assert_eq!(
        read_back(&packages, &every),
        json!([
            [
                "s/0.yaml",
                4,
                1,
                1,
                0,
                [
                    case("s.0", 0, None),
                    case("s.0", 1, None),
                    case("s.0", 2, Some("failure")),
                    case("s.0", 3, Some("error"))
                ]
            ],
            [
                "s/1.yaml",
                3,
                0,
                1,
                2,
                [case("s.1", 4, Some("skipped")), case("s.1", 5, Some("skipped")), case("s.1", 6, Some("error"))]
            ]
        ])
    );
}

#[test]
fn the_report_replays_but_for_its_times() {
    let text = |jobs: &str| {
        let said =
            kouan(["run", "tests/cases/failed", "--seal", "mac", "--jobs", jobs, "--report", "junit=-"]).ended(1);
        assert_eq!(said.err, "");
        let untimed = |line: &str| match line.split_once(" time=\"") {
            None => line.to_owned(),
            Some((before, after)) => before.to_owned() + after.split_once('"').unwrap().1,
        };
        said.out.lines().map(untimed).collect::<Vec<_>>()
    };
    assert_eq!(text("1"), text("4"));
}

#[test]
fn a_case_names_its_file_its_rules_and_how_to_see_it_again() {
    let said =
        kouan(["run", "tests/cases/failed/one-row-of-three.yaml", "--seal", "mac", "--report", "junit=-"]).ended(1);
    for words in [
        "<testsuite name=\"tests/cases/failed/one-row-of-three.yaml\"",
        " file=\"tests/cases/failed/one-row-of-three.yaml\"",
        "<property name=\"seed\" value=\"1\"/>",
        "<property name=\"seal\" value=\"mac\"/>",
        "<property name=\"replay\" value=\"kouan run tests/cases/failed/one-row-of-three.yaml --seed 1 --seal mac\"/>",
        "<testcase classname=\"tests.cases.failed.one-row-of-three\" name=\"CASE-ROW-01[银行=建设银行] ",
        "  重放：kouan run tests/cases/failed/one-row-of-three.yaml --filter '编号=CASE-ROW-01[银行=",
    ] {
        assert!(said.out.contains(words), "{words} is not in {}", said.out);
    }
}
