//! `kouan run`: exit codes, what goes where, and what is selected.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::program::{Said, command, kouan, line, said};

const GOOD: &str = "tests/cases/passed/signed.yaml";
const BAD: &str = "tests/cases/failed/wrong-state.yaml";

fn written(dir: &TempDir, name: &str, text: &str) -> String {
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_run_that_passes_exits_0_and_says_one_line() {
    let said = kouan(["run", GOOD]).ended(0);
    assert_eq!(said.out, "共 1 个场景：通过 1（种子 1，报文 sm2，读卡器 memory）\n");
    assert_eq!(said.err, "");
}

#[test]
fn a_scenario_that_fails_exits_1_with_the_finding_at_its_line() {
    let said = kouan(["run", BAD]).ended(1);
    assert!(said.out.contains("tests/cases/failed/wrong-state.yaml:6  协议.状态"), "{}", said.out);
    assert_eq!(said.err, "");
}

#[test]
fn a_fault_that_never_strikes_is_undecided_and_exits_1() {
    let said = kouan(["run", "tests/cases/undecided/fault-never-struck.yaml"]).ended(1);
    assert!(said.out.starts_with("无法判定  CASE-FAULT-01"), "{}", said.out);
    // Of the two faults only the second did not strike.
    assert!(said.out.contains("fault-never-struck.yaml:6 ") && !said.out.contains("fault-never-struck.yaml:5 "));
}

/// Also when it is not the first file: nothing runs before all have been read.
#[test]
fn a_broken_file_exits_2_and_nothing_runs() {
    let dir = TempDir::new().unwrap();
    let broken = written(&dir, "z.yaml", &fs::read_to_string(GOOD).unwrap().replace("协议签署:", "协议签暑:"));
    let report = dir.path().join("report.json");
    let said = kouan(["run", GOOD, &broken, "--report", &format!("json={}", report.display())]).ended(2);
    assert_eq!(said.out, "");
    assert!(said.err.contains("没有执行任何场景"), "{}", said.err);
    assert!(said.err.contains("z.yaml:5:5") && said.err.contains("协议签署"), "{}", said.err);
    assert!(!report.exists(), "a report of nothing was written");
}

#[test]
fn wrong_arguments_exit_2_and_say_so_on_stderr() {
    for args in [
        "run scenarios/nowhere.yaml",
        "run scenarios --tag 没有这个标签",
        "run scenarios --filter 编号=NOTHING-99",
        "run scenarios --filter 颜色=红",
        "run scenarios --shard 4/3",
        "run scenarios --shard 0/3",
        "run scenarios --seal rot13",
        "run scenarios --seed x",
        "run scenarios --jobs 0",
        "run scenarios --report xml",
        "run scenarios --reader usb",
        "run --no-such-option",
        "explain AGR-99",
        "list tests/cases/refused/bad-id.yaml",
        "card show no-such-card.json",
        "nonsense",
    ] {
        let said = line(args).ended(2);
        assert_eq!(said.out, "", "{args}");
        assert!(!said.err.trim().is_empty() && !said.err.contains("panicked"), "{args}: {}", said.err);
    }
}

#[test]
fn missing_surroundings_exit_3() {
    let dir = TempDir::new().unwrap();
    let nowhere = format!("json={}", dir.path().join("no/such/folder/r.json").display());
    let full = dir.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("something"), "x").unwrap();
    let full = full.display().to_string();
    let cases: [&[&str]; 6] = [
        &["run", GOOD, "--reader", "pcsc"],
        &["run", GOOD, "--reader", "pcsc:Virtual PCD 00 00"],
        &["run", GOOD, "--reader", "pcsc", "--vpcd", "127.0.0.1:1"],
        &["run", GOOD, "--report", &nowhere],
        &["run", GOOD, "--journal", &full],
        &["bench", "sign", "--algorithm", "sm2", "--reader", "pcsc"],
    ];
    for args in cases {
        let said = kouan(args).ended(3);
        assert_eq!(said.out, "", "{args:?}");
        assert!(said.err.starts_with("kouan: "), "{args:?}: {}", said.err);
    }
    assert_eq!(fs::read_dir(&full).unwrap().count(), 1, "a folder that was not empty was written into");
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_finds_no_space_exits_3() {
    if Path::new("/dev/full").exists() {
        let said = kouan(["run", GOOD, "--report", "json=/dev/full"]).ended(3);
        assert!(said.err.starts_with("kouan: "), "{}", said.err);
    }
}

fn ids(said: &Said) -> Vec<String> {
    said.json()["scenarios"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

/// Runs with a JSON report, which stands in `out` in place of the console's.
fn reported(args: &[&str]) -> Said {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("r.json");
    let said =
        said(command().args(["run", "--seal", "mac"]).args(args).arg(format!("--report=json={}", path.display())));
    assert_eq!(said.out, "", "a JSON report alone leaves stdout to nobody");
    Said { out: fs::read_to_string(path).unwrap(), ..said }
}

/// Files of which four fail, in the order in which they are played.
const SOME: [&str; 5] = [
    "tests/cases/failed/one-row-of-three.yaml",
    "tests/cases/failed/refused-otherwise.yaml",
    "tests/cases/failed/wait-ran-out.yaml",
    "tests/cases/failed/wrong-log.yaml",
    "tests/cases/passed/signed.yaml",
];

#[test]
fn fail_fast_stops_at_the_first_failure_in_the_suites_order() {
    for jobs in ["1", "4"] {
        let said = reported(&[&SOME[..], &["--fail-fast", "--jobs", jobs]].concat()).ended(1);
        assert_eq!(ids(&said), ["CASE-ROW-01[银行=中国银行]", "CASE-ROW-01[银行=建设银行]"], "{jobs} jobs");
        assert_eq!(said.json()["summary"]["failed"], 1);
    }
}

#[test]
fn files_are_played_in_the_order_of_their_paths_and_each_once() {
    let mut backwards = SOME;
    backwards.reverse();
    let said = reported(&[&backwards[..], &["tests/cases/failed/wrong-log.yaml"]].concat()).ended(1);
    assert_eq!(
        ids(&said),
        [
            "CASE-ROW-01[银行=中国银行]",
            "CASE-ROW-01[银行=建设银行]",
            "CASE-REFUSE-02",
            "CASE-WAIT-01",
            "CASE-LOG-01",
            "CASE-OK-01"
        ]
    );
}

#[test]
fn tags_filters_and_shards_select() {
    let chosen = |args: &[&str]| ids(&reported(&[&SOME[..], args].concat()));
    assert_eq!(chosen(&["--filter", "编号=CASE-WAIT"]), ["CASE-WAIT-01"]);
    assert_eq!(chosen(&["--filter", "覆盖=AGR-09 & !编号=OK"]), ["CASE-WAIT-01"]);
    assert_eq!(chosen(&["--filter", "覆盖=ACC-09 | 场景=银行一段"]), ["CASE-REFUSE-02", "CASE-LOG-01"]);
    assert_eq!(chosen(&["--filter", "文件=passed"]), ["CASE-OK-01"]);
    assert_eq!(chosen(&["--filter", "CASE-ROW", "--shard", "2/2"]), ["CASE-ROW-01[银行=建设银行]"]);
    let tagged = reported(&["scenarios", "--tag", "到期"]);
    assert!(ids(&tagged).iter().any(|id| id.starts_with("AGR-EXP-01")), "{}", tagged.out);
}

#[test]
fn several_reports_are_written_at_once() {
    let dir = TempDir::new().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (first, second) = (format!("json={}", path("1")), format!("json={}", path("2")));
    let said = kouan(["run", GOOD, "--report", "console", "--report", &first, "--report", &second]).ended(0);
    assert!(said.out.starts_with("共 1 个场景"));
    assert_eq!(fs::read(path("1")).unwrap(), fs::read(path("2")).unwrap());
}

#[test]
fn the_default_path_is_the_suite() {
    let said = kouan(["run", "--seal", "mac", "--filter", "编号=AGR-OK-01"]).ended(0);
    assert!(said.out.starts_with("共 6 个场景：通过 6"), "{}", said.out);
}
