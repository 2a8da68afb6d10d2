//! One seed, one story: whatever the number of jobs, the shard, the filter, or a step that was left out.

use std::{collections::BTreeMap, fs, path::Path};

use interchange::Suite as Seal;
use kouan::{
    evidence::Evidence,
    scenario::{
        Case, Cast,
        play::{Options, play},
        read,
    },
};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{command, kouan, said};

/// The JSON report of the suite under these options, as text, without the lines of real time.
fn report(options: &[&str]) -> String {
    let seal: &[&str] = if options.contains(&"--seal") { &[] } else { &["--seal", "mac"] };
    run(&[seal, options].concat()).report
}

/// Everything that a run leaves behind, but for real time.
struct Traces {
    report: String,
    console: String,
    journal: BTreeMap<String, Vec<u8>>,
}

/// Runs the suite; there is a journal if `options` ask for one in the folder `journal`.
fn run(options: &[&str]) -> Traces {
    let dir = TempDir::new().unwrap();
    let (path, journal) = (dir.path().join("report.json"), dir.path().join("journal"));
    let mut command = command();
    command.args(["run", "scenarios", "--report", "console", "--report", &format!("json={}", path.display())]);
    for option in options {
        match *option {
            "journal" => command.arg(&journal),
            other => command.arg(other),
        };
    }
    let console = said(&mut command).out;
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("\"wall_")).collect();
    assert!(kept.len() < text.lines().count(), "the report has lost its wall_ keys");
    let journal = if journal.exists() { files_of(&journal) } else { BTreeMap::new() };
    Traces { report: kept.join("\n"), console, journal }
}

fn scenarios(options: &[&str]) -> Vec<Value> {
    // A line of real time may have been the last of its object, so parse the whole and drop the keys instead.
    let mut document: Value = serde_json::from_str(&report(options)).unwrap();
    document["scenarios"].take().as_array().unwrap().clone()
}

/// Every file below a folder with what is in it.
fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            files.extend(files_of(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
    files
}

/// What is run again and again: all of it by keyed hashes, and a part with real seals.
const PARTS: [&[&str]; 3] =
    [&["--seal", "mac"], &["--seal", "sm2", "--filter", "编号=AGR-OK"], &["--seal", "rsa", "--filter", "编号=AGR-OK"]];

#[test]
fn the_number_of_jobs_changes_no_byte_of_report_console_and_journal() {
    for (part, seed) in PARTS.into_iter().zip(["1", "7", "18446744073709551615"]) {
        let with = |jobs| run(&[part, &["--seed", seed, "--jobs", jobs, "--journal", "journal"]].concat());
        let alone = with("1");
        assert!(alone.journal.len() > 20, "{part:?}: {} files", alone.journal.len());
        for jobs in ["1", "2", "7"] {
            let again = with(jobs);
            assert!(again.report == alone.report, "{part:?}, seed {seed}, {jobs} jobs: the report");
            assert!(again.console == alone.console, "{part:?}, seed {seed}, {jobs} jobs: the console");
            assert!(again.journal == alone.journal, "{part:?}, seed {seed}, {jobs} jobs: the journal");
        }
    }
}

#[test]
fn the_number_of_jobs_changes_no_byte_of_the_console_where_cases_fail() {
    let told = |jobs| {
        let run = kouan(["run", "tests/cases/failed", "tests/cases/undecided", "--jobs", jobs]).ended(1);
        (run.out, run.err)
    };
    assert_eq!(told("1"), told("5"));
}

#[test]
fn another_seed_tells_another_story() {
    let line = |seed| {
        let scenarios = scenarios(&["--filter", "编号=AGR-OK-01", "--seed", seed]);
        scenarios.iter().map(|s| s["virtual_ms"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_ne!(line("1"), line("2"));
}

#[test]
fn shards_put_together_are_the_whole() {
    for (part, shards) in PARTS.into_iter().zip([5, 2, 3]) {
        let whole = scenarios(part);
        let mut merged = vec![Value::Null; whole.len()];
        for i in 0..shards {
            let shard = format!("{}/{shards}", i + 1);
            for (n, scenario) in
                scenarios(&[part, &["--shard", &shard, "--jobs", "2"]].concat()).into_iter().enumerate()
            {
                let slot = &mut merged[shards * n + i];
                assert!(slot.is_null(), "{} is in two shards", scenario["id"]);
                *slot = scenario;
            }
        }
        assert!(merged == whole, "{part:?} in {shards} shards");
    }
}

#[test]
fn a_filter_changes_nothing_of_what_it_leaves() {
    let whole = scenarios(&[]);
    for (option, value) in [("--filter", "编号=AGR-EXP"), ("--tag", "签约")] {
        let some = scenarios(&[option, value]);
        assert!(!some.is_empty() && some.len() < whole.len(), "{option}: {}", some.len());
        for scenario in some {
            assert!(whole.contains(&scenario), "{option}: {}", scenario["id"]);
        }
    }
}

/// Two enterprises sign at the same time, and one of them looks at lists between.
const TWO: &str = "\
场景: 两家企业各签一份
编号: TWO-01
覆盖: [AGR-08]
对手方剧本:
  中国银行.签约: [同意]
步骤:
  - 协议签署: {企业: 东岭贸易, 银行: 中国银行, 收款企业: 中银保险, 记作: 甲}
  - 查询: {企业: 东岭贸易, 页: 在线交费签约, 记作: 表}
  - 推进: 1分钟
  - 协议签署: {企业: 滨海远航, 银行: 建设银行, 收款企业: 平安产险, 记作: 乙}
  - 等待: {乙: {状态: 成功}, 时限: 1天}
  - 期望: {乙: {状态记录: [P001, P002, P004, P101, P102, P002, P004, S]}}
";

fn two() -> Case {
    let reading = read("two.yaml", TWO.as_bytes(), Cast::fixture());
    reading.cases.into_iter().next().unwrap()
}

/// 滨海远航's record as its page shows it: every field and row but the number of the record.
fn story_of_the_second(evidence: &Evidence) -> Vec<String> {
    let uscc = &kouan::world::fixtures::enterprises().0[0].uscc;
    let page =
        evidence.pages.iter().find(|p| evidence.owners.get(&p.record).map(String::as_str) == Some(uscc.as_str()));
    let page = page.unwrap();
    let fields = page.fields.iter().filter(|(label, _)| label != "申请编号").map(|(l, t)| format!("{l}: {t}"));
    fields.chain(page.log.iter().map(|r| format!("{} {} {} {}", r.number, r.code, r.text, r.recorded_at))).collect()
}

fn second_without(dropped: &[usize]) -> Vec<String> {
    let mut case = two();
    let mut number = 0;
    case.steps.retain(|_| {
        number += 1;
        !dropped.contains(&(number - 1))
    });
    let (result, evidence) = play(&case, &Options::new(1, Seal::Sm2));
    assert!(result.verdict.is_pass(), "{:?}", result.findings);
    story_of_the_second(&evidence)
}

#[test]
fn a_look_that_is_left_out_shifts_nothing_else() {
    let whole = second_without(&[]);
    assert_eq!(whole.iter().filter(|line| line.contains(" P00")).count(), 5);
    assert_eq!(second_without(&[1]), whole);
}

#[test]
fn another_enterprises_agreement_that_is_left_out_shifts_nothing_else() {
    assert_eq!(second_without(&[0, 1]), second_without(&[]));
}

#[test]
fn the_same_case_gives_the_same_bytes_on_the_wire() {
    let wire = |seal| {
        let (_, evidence) = play(&two(), &Options::new(3, seal));
        let bytes: Vec<_> = evidence
            .entries
            .into_iter()
            .filter_map(|e| match e.what {
                kouan::evidence::Happening::Arrived(arrival) => Some((e.at, arrival.bytes, arrival.receipt)),
                _ => None,
            })
            .collect();
        assert!(bytes.len() >= 8);
        bytes
    };
    for seal in Seal::ALL {
        assert!(wire(seal) == wire(seal), "{seal}");
    }
}
