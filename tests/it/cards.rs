//! `kouan card`: files that only their owner can read, and secrets that never show.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use tempfile::TempDir;

use crate::program::{Said, command, kouan, said};

const SELECT: &str = "00A4040005A000000308";
/// VERIFY with 12345678, then with 00000000.
const RIGHT: &str = "00200080083132333435363738";
const WRONG: &str = "00200080083030303030303030";
/// GENERAL AUTHENTICATE would need a digest; GET DATA of the certificate needs no PIN.
const CERTIFICATE: &str = "00CB3FFF055C035FC10500";

/// Makes a card with PIN 12345678 in `dir`.
fn new(dir: &TempDir, name: &str, algorithm: &str) -> (String, Said) {
    let path = dir.path().join(name).display().to_string();
    let said = kouan([
        "card",
        "new",
        &path,
        "--holder",
        "张三",
        "--uscc",
        "91110000600037341L",
        "--role",
        "操作员",
        "--algorithm",
        algorithm,
        "--pin",
        "12345678",
        "--puk",
        "87654321",
    ]);
    (path, said)
}

#[test]
fn a_card_of_each_algorithm_is_made_and_shown_without_its_secrets() {
    let dir = TempDir::new().unwrap();
    for algorithm in ["sm2", "rsa2048", "p256"] {
        let (path, made) = new(&dir, algorithm, algorithm);
        let made = made.ended(0);
        assert!(made.out.contains("张三") && made.err.is_empty(), "{made:?}");
        let shown = kouan(["card", "show", &path]).ended(0).out;
        for text in ["测试卡", "操作员卡", "张三", "91110000600037341L", "剩余5次", "9A"] {
            assert!(shown.contains(text), "{algorithm}: {text} in {shown}");
        }
        for secret in ["12345678", "87654321", "PRIVATE"] {
            assert!(!shown.contains(secret), "{algorithm}: {secret}");
        }
    }
}

#[test]
fn a_card_file_is_marked_as_a_test_card_and_is_its_owners_alone() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    assert!(fs::read_to_string(&path).unwrap().contains("TEST CARD"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        // Also after it was written again.
        kouan(["card", "apdu", "--card", &path, SELECT, WRONG]).ended(0);
        assert_eq!(mode(&path), 0o600);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "a temporary file was left");
}

#[test]
fn a_file_that_exists_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("card.json");
    fs::write(&path, "mine").unwrap();
    let (_, said) = new(&dir, "card.json", "sm2");
    let said = said.ended(2);
    assert!(said.err.contains("已存在") && said.out.is_empty(), "{said:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let dir = TempDir::new().unwrap();
    let (_, said) = new(&dir, "no/such/folder.json", "sm2");
    assert!(matches!(said.code, 2 | 3) && said.out.is_empty() && said.err.contains("folder.json"), "{said:?}");
}

#[test]
fn wrong_facts_are_refused_before_anything_is_written() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("card.json").display().to_string();
    // The last character of a code is a checksum: Y is not this one's.
    for (option, value) in [
        ("--uscc", "91110000600037341Y"),
        ("--uscc", "9111000060003734"),
        ("--role", "董事长"),
        ("--algorithm", "rsa512"),
        ("--pin", "12345"),
        ("--pin", "123456789"),
        ("--puk", "123"),
        ("--holder", " "),
    ] {
        let mut args = vec![
            "card",
            "new",
            &path,
            "--holder",
            "张三",
            "--uscc",
            "91110000600037341L",
            "--role",
            "法人",
            "--algorithm",
            "sm2",
        ];
        match args.iter().position(|a| *a == option) {
            Some(at) => args[at + 1] = value,
            None => args.extend([option, value]),
        }
        let said = kouan(args).ended(2);
        assert!(said.err.contains(option), "{option} {value}: {}", said.err);
        if option == "--pin" || option == "--puk" {
            assert!(!said.out.contains(value), "{option}");
        }
    }
    assert!(!dir.path().join("card.json").exists());
}

fn answers(said: &Said) -> Vec<&str> {
    said.out.lines().filter_map(|l| l.strip_prefix("< ")).map(|l| l.split(' ').next().unwrap()).collect()
}

//= ACC-09
#[test]
fn a_wrong_pin_is_counted_across_runs_and_the_right_one_resets_it() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    let talk = |apdus: &[&str]| kouan([&["card", "apdu", "--card", path.as_str()], apdus].concat()).ended(0);
    let first = talk(&[SELECT, WRONG]);
    assert!(answers(&first)[0].ends_with("9000") && answers(&first)[1] == "63C4", "{}", first.out);
    assert_eq!(answers(&talk(&[SELECT, WRONG]))[1], "63C3");
    assert_eq!(answers(&talk(&[SELECT, RIGHT]))[1], "9000");
    assert_eq!(answers(&talk(&[SELECT, WRONG]))[1], "63C4");
    for left in ["63C3", "63C2", "63C1", "63C0"] {
        assert_eq!(answers(&talk(&[SELECT, WRONG]))[1], left);
    }
    // Locked: even the right one is refused.
    let locked = talk(&[SELECT, RIGHT]);
    assert_eq!(answers(&locked)[1], "6983");
    for text in [&first, &locked] {
        assert!(!text.out.contains("3132333435363738") && !text.out.contains("3030303030303030"), "{}", text.out);
    }
    assert!(kouan(["card", "show", &path]).ended(0).out.contains("已锁定"));
}

//= ACC-09
#[test]
fn four_wrong_pins_at_once_cost_four_tries() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    let start = || {
        let mut command = command();
        command.args(["card", "apdu", "--card", &path, SELECT, WRONG]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let together: Vec<_> = (0..4).map(|_| start()).collect();
    let mut left: Vec<String> = together
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
            let out = String::from_utf8(output.stdout).unwrap();
            out.lines().last().unwrap().to_owned()
        })
        .collect();
    left.sort();
    let expected = [1, 2, 3, 4].map(|left| format!("< 63C{left}  口令错误，剩余{left}次"));
    assert_eq!(left, expected);
    assert!(kouan(["card", "show", &path]).ended(0).out.contains("剩余1次"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "a lock file was left");
}

/// Whoever has seen the answer can't undo the try by ending the session early.
//= ACC-09
#[test]
fn a_try_is_in_the_file_before_its_answer_is_seen() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    let mut child =
        command().args(["card", "apdu", "--card", &path]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{SELECT}\n{WRONG}\n").as_bytes()).unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(answers.any(|line| line.starts_with("< 63C4")));
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdin);
    assert!(kouan(["card", "show", &path]).ended(0).out.contains("剩余4次"));
}

#[test]
fn a_wrong_argument_keeps_all_from_the_card() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    let before = fs::read(&path).unwrap();
    let said = kouan(["card", "apdu", "--card", &path, SELECT, WRONG, "00A"]).ended(2);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", "kouan: 第3条APDU不是十六进制字节\n"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn asking_for_the_tries_is_not_told_as_a_wrong_pin() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    let said = kouan(["card", "apdu", "--card", &path, SELECT, "00200080", WRONG, "00200080"]).ended(0);
    let last: Vec<&str> = said.out.lines().filter(|l| l.starts_with("< 63")).collect();
    assert_eq!(last, ["< 63C5  剩余5次", "< 63C4  口令错误，剩余4次", "< 63C4  剩余4次"]);
}

#[test]
fn commands_may_come_from_stdin_with_comments() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "p256");
    made.ended(0);
    let mut child =
        command().args(["card", "apdu", "--card", &path]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = format!("# select\n{SELECT}\n\n00 CB 3F FF 05 5C 03 5F C1 05 00 # the certificate\n");
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    let same = kouan(["card", "apdu", "--card", &path, SELECT, CERTIFICATE]).ended(0);
    assert_eq!(out, same.out);
    assert!(out.lines().filter(|l| l.starts_with("< ")).count() >= 2, "{out}");
}

#[test]
fn what_is_no_card_or_no_apdu_is_refused() {
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    kouan(["card", "apdu", "--card", &path, "00A"]).ended(2);
    kouan(["card", "apdu", "--card", &path, "zz"]).ended(2);
    kouan(["card", "apdu", SELECT]).ended(2);
    kouan(["card", "show", "Cargo.toml"]).ended(2);
    kouan(["card", "show", "requirements.yaml"]).ended(2);
    // A folder was named wrongly, as a file that isn't there; so was what would lie below a file.
    kouan(["card", "show", "src"]).ended(2);
    kouan(["card", "show", "Cargo.toml/card.json"]).ended(2);
    kouan(["card", "apdu", "--card", "src", SELECT]).ended(2);
    #[cfg(target_os = "linux")]
    kouan(["card", "show", "/dev/zero"]).ended(2);
    said(command().args(["card", "apdu", "--reader", "pcsc", SELECT])).ended(3);
}

#[cfg(unix)]
#[test]
fn a_card_that_may_not_be_read_exits_3() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let (path, made) = new(&dir, "card.json", "sm2");
    made.ended(0);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything, and then there is nothing to see here.
    if fs::read(&path).is_err() {
        kouan(["card", "show", &path]).ended(3);
        kouan(["card", "apdu", "--card", &path, SELECT]).ended(3);
    }
}
