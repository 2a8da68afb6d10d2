//! The other commands' surface: help, list, lint, coverage, bench, and a pipe that is closed early.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use kouan::verdict::requirements;

use crate::program::{command, kouan, line};

/// Every command that there is.
const COMMANDS: [&str; 12] = [
    "run",
    "lint",
    "list",
    "coverage",
    "report merge",
    "explain",
    "schema",
    "card new",
    "card show",
    "card apdu",
    "bench sign",
    "bench scenario",
];

#[test]
fn every_commands_help_has_an_example_and_a_sentence() {
    for name in COMMANDS {
        let said = line(&format!("{name} --help")).ended(0);
        assert!(said.out.contains("Example"), "{name}");
        assert!(said.out.contains(&format!("  kouan {name}")), "{name}: its example is of something else");
        assert_eq!(said.err, "", "{name}");
        let about = said.out.lines().next().unwrap();
        assert!(about.len() > 12 && !about.starts_with("Usage"), "{name}: {about}");
    }
}

#[test]
fn the_examples_in_the_helps_name_files_that_exist() {
    for name in COMMANDS {
        let help = line(&format!("{name} --help")).out;
        let examples = help.lines().filter(|l| l.starts_with("  kouan "));
        for word in examples.flat_map(str::split_whitespace).filter(|w| w.starts_with("scenarios/")) {
            assert!(crate::program::root().join(word).exists(), "{name}: {word}");
        }
    }
}

#[test]
fn the_program_lists_its_commands_and_exit_codes() {
    let said = kouan(["--help"]).ended(0);
    for name in COMMANDS {
        let first = name.split(' ').next().unwrap();
        assert!(said.out.lines().any(|l| l.trim_start().starts_with(first)), "{first}");
    }
    for code in ["0  ", "1  ", "2  ", "3  "] {
        assert!(said.out.contains(code), "{code}");
    }
    assert_eq!(kouan(["--version"]).ended(0).out, format!("kouan {}\n", env!("CARGO_PKG_VERSION")));
    // Without a command it helps, too, but that is no success.
    kouan([""; 0]).ended(2);
}

#[test]
fn list_has_a_line_of_five_columns_for_each_case() {
    let said = kouan(["list", "tests/cases/passed"]).ended(0);
    let ids: Vec<&str> = said.out.lines().map(|l| l.split('\t').next().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "CASE-OK-02[原因=资料不全,报文=签约申请]",
            "CASE-OK-02[原因=资料不全,报文=签约结果]",
            "CASE-OK-02[原因=账户异常,报文=签约申请]",
            "CASE-OK-02[原因=账户异常,报文=签约结果]",
            "CASE-OK-03",
            "CASE-OK-01",
        ]
    );
    for line in said.out.lines() {
        assert_eq!(line.split('\t').count(), 5, "{line}");
    }
}

#[test]
fn lint_finds_nothing_in_the_suite_and_all_in_a_broken_file() {
    let clean = kouan(["lint", "scenarios"]).ended(0);
    assert!(clean.out.ends_with("处错误\n") && clean.out.contains("发现 0 处错误"), "{}", clean.out);
    let broken = kouan(["lint", "tests/cases/refused/bad-duration.yaml"]).ended(2);
    assert!(broken.out.contains("tests/cases/refused/bad-duration.yaml:"), "{}", broken.out);
    assert!(broken.out.contains("K5401"), "{}", broken.out);
}

#[test]
fn coverage_json_has_every_requirement_and_what_covers_it() {
    let said = kouan(["coverage", "scenarios", "--json"]).ended(0);
    assert_eq!(said.err, "");
    let json = said.json();
    let total = requirements::all().len();
    assert!(said.out.starts_with(&format!("{{\n  \"total\": {total},\n  \"covered\": ")), "{}", &said.out[..60]);
    let list = json["requirements"].as_array().unwrap();
    assert_eq!(list.len(), total);
    let covered = list.iter().filter(|r| !r["scenarios"].as_array().unwrap().is_empty()).count() as u64;
    assert_eq!(json["covered"].as_u64().unwrap(), covered);
    let signing = list.iter().find(|r| r["id"] == "AGR-08").unwrap();
    assert_eq!(signing["basis"], "manual");
    let scenario = &signing["scenarios"][0];
    assert!(scenario["id"].is_string() && scenario["file"].as_str().unwrap().starts_with("scenarios/"));
    assert!(scenario["checks"][0]["line"].as_u64().is_some() && scenario["checks"][0]["check"].is_string());
    // A gap is no failure unless one says so.
    assert!(covered < total as u64);
    kouan(["coverage", "scenarios/4-在线交费签约", "--fail-uncovered"]).ended(1);
}

#[test]
fn coverage_counts_passing_cases_only() {
    let said = kouan(["coverage", "tests/cases/failed/wrong-log.yaml", "--json"]).ended(1);
    assert_eq!(said.json()["covered"], 0);
    let told = "kouan: 1 个场景没有通过，不计入覆盖；用「kouan run tests/cases/failed/wrong-log.yaml」加上相同的选项";
    assert!(said.err.starts_with(told), "{}", said.err);
}

#[test]
fn a_json_report_to_stdout_has_it_to_itself() {
    let (good, bad) = ("tests/cases/passed/signed.yaml", "tests/cases/failed/wrong-log.yaml");
    let alone = kouan(["run", bad, "--seal", "mac", "--report", "json=-"]).ended(1);
    assert_eq!((&alone.json()["summary"]["failed"], alone.err.as_str()), (&1.into(), ""));
    // The console moves over, in whichever order they are named.
    for reports in [["console", "json=-"], ["json=-", "console"]] {
        let both = kouan(["run", good, "--seal", "mac", "--report", reports[0], "--report", reports[1]]).ended(0);
        assert_eq!(both.json()["summary"]["passed"], 1);
        assert_eq!(both.err, "共 1 个场景：通过 1（种子 1，报文 mac，读卡器 memory）\n");
    }
    assert!(kouan(["run", "--help"]).out.contains("json=-"));
}

/// Clap's own frame is English; whatever this program adds is not.
#[test]
fn what_the_program_says_on_stderr_is_chinese() {
    for (args, words) in [
        ("run scenarios --tag 没有这个标签", "kouan: 没有选中任何场景；kouan list 可列出所有场景\n"),
        ("run scenarios --reader usb", "没有「usb」这种读卡器，可用：memory、pcsc、pcsc:名称"),
        ("run scenarios --vpcd localhost:35963", "kouan: --vpcd 要与 --reader pcsc 一起用\n"),
        ("run scenarios --reader pcsc --vpcd here", "kouan: --vpcd here 不是 主机:端口，例如 localhost:35963\n"),
        ("run scenarios --jobs 0", "应为1至256的整数"),
        ("run scenarios --report xml", "应写 console、json=文件、junit=文件 或 html=文件"),
    ] {
        let said = line(args).ended(2);
        assert!(said.err.contains(words), "{args}: {}", said.err);
    }
    // No test of this binary finds a service (`program::command`), whether or not the build could use one.
    let words = if cfg!(feature = "pcsc") {
        "kouan: PC/SC服务没有运行：请启动pcscd后重试"
    } else {
        "kouan: 本程序构建时未带PC/SC支持：装好 libpcsclite-dev 后用 cargo build --release --features pcsc 重新构建"
    };
    for args in [
        "run scenarios --reader pcsc",
        "run scenarios --reader pcsc --vpcd 127.0.0.1:1",
        "card list-readers",
        "card apdu --reader pcsc 00A40400",
    ] {
        let said = line(args).ended(3);
        assert!(said.err.starts_with(words), "{args}: {}", said.err);
    }
    let doctor = line("doctor").ended(3);
    assert!(doctor.out.contains("缺  读卡服务：") && doctor.out.contains("\n下一步："), "{}", doctor.out);
}

#[test]
fn bench_scenario_writes_its_keys() {
    for seal in ["sm2", "rsa", "mac"] {
        let said = kouan([
            "bench",
            "scenario",
            "tests/cases/passed/signed.yaml",
            "--seal",
            seal,
            "--jobs",
            "2",
            "--seconds",
            "0.1",
            "--json",
        ])
        .ended(0);
        let json = said.json();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["failed", "id", "jobs", "per_second", "runs", "seal", "seconds"]);
        assert_eq!((&json["id"], &json["seal"], &json["jobs"]), (&"CASE-OK-01".into(), &seal.into(), &2.into()));
        assert_eq!(json["failed"], 0);
        assert!(json["runs"].as_u64().unwrap() > 0);
    }
    let failing = "bench scenario tests/cases/failed/wrong-state.yaml --seal mac --seconds 0.05 --json";
    let json = line(failing).ended(1).json();
    assert_eq!(json["failed"], json["runs"]);
}

/// `kouan ... | head -1`: the reader is gone before the writer is done.
#[test]
fn a_pipe_that_is_closed_early_makes_no_panic() {
    for args in ["list scenarios", "explain 步骤", "coverage scenarios --json --seal mac", "schema messages"] {
        let mut child = command().args(args.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty(), "{args}");
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(!err.contains("panicked"), "{args}: {err}");
        assert_ne!(output.status.code(), Some(101), "{args}");
    }
}
