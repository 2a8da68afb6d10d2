//! `kouan watch`: whatever is saved, however an editor saves it, is played and told. Each test reads what is said until
//! it is what must be said; one that is never said stops the test by the runner's own limit.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Stdio},
};

use crate::program::command;

const GOOD: &str = "场景: 甲\n编号: W-1\n覆盖: [AGR-07]\n步骤:\n  - 协议签署: {记作: 协议}\n";

/// A scenario that fails at its last line.
fn bad(id: &str) -> String {
    GOOD.replace("W-1", id) + "  - 期望: {协议: {状态: 成功}}\n"
}

/// A running `kouan watch`, which ends with the test.
struct Watching {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watching {
    fn start(path: &Path) -> Self {
        let mut child = command().args(["watch", "--seal", "mac"]).arg(path).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads until a line that holds `wanted`; gives all lines up to it.
    #[track_caller]
    fn until(&mut self, wanted: &str) -> String {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "it ended before 「{wanted}」:\n{said}");
            said += &line;
            if line.contains(wanted) {
                return said;
            }
        }
    }
}

#[test]
fn whatever_is_saved_is_played_and_what_is_still_red_stays_known() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("a.yaml"), GOOD).unwrap();
    fs::write(path("b.yaml"), bad("W-2")).unwrap();
    let mut watching = Watching::start(dir.path());

    // Everything once.
    let said = watching.until("共 2 个场景：通过 1，失败 1");
    assert!(said.contains("失败  W-2"), "{said}");
    assert!(said.contains("b.yaml:6  协议.状态  [expect]"), "{said}");

    // An edit: only that file, and what is still red.
    fs::write(path("a.yaml"), GOOD.replace("场景: 甲", "场景: 乙")).unwrap();
    watching.until("a.yaml  1 个场景，");
    watching.until("仍有 1 个文件失败：");

    // A new file in a new folder, with a mistake.
    fs::create_dir(path("新")).unwrap();
    fs::write(path("新/c.yaml"), GOOD.replace("W-1", "W-3").replace("协议签署", "协义签署")).unwrap();
    let said = watching.until("1 个文件有错误，没有执行");
    assert!(said.contains("c.yaml:5:5"), "{said}");
    watching.until("仍有 1 个文件失败：");

    // Mended in the way of editors that write another file and rename it.
    fs::write(path("新/c.yaml~"), GOOD.replace("W-1", "W-3")).unwrap();
    fs::rename(path("新/c.yaml~"), path("新/c.yaml")).unwrap();
    watching.until("c.yaml  1 个场景，");

    // The red file goes, and with it the tally.
    fs::remove_file(path("b.yaml")).unwrap();
    watching.until("不再有  ");
    fs::write(path("a.yaml"), GOOD).unwrap();
    let said = watching.until("a.yaml  1 个场景，");
    assert!(!said.contains("仍有"), "{said}");

    // 编号 must be unique among all that is watched.
    fs::write(path("d.yaml"), GOOD).unwrap();
    let said = watching.until("1 个文件有错误，没有执行");
    assert!(said.contains("[K55") && said.contains("d.yaml:2:5"), "{said}");
}

#[test]
fn a_single_file_is_watched_through_being_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (file, other) = (dir.path().join("a.yaml"), dir.path().join("b.yaml"));
    fs::write(&file, GOOD).unwrap();
    let mut watching = Watching::start(&file);
    watching.until("a.yaml  1 个场景，");
    fs::write(&other, bad("W-1")).unwrap();
    fs::rename(&other, &file).unwrap();
    watching.until("共 1 个场景：通过 0，失败 1");
    fs::remove_file(&file).unwrap();
    watching.until("不再有  ");
    fs::write(&file, GOOD).unwrap();
    watching.until("a.yaml  1 个场景，");
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_a_good_and_quiet_end() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.yaml");
    fs::write(&file, GOOD).unwrap();
    let mut watching = Watching::start(&file);
    watching.until("a.yaml  1 个场景，");
    let interrupted = std::process::Command::new("kill").args(["-INT", &watching.child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut watching.out, &mut rest).unwrap();
    assert_eq!((watching.child.wait().unwrap().code(), rest.as_str()), (Some(0), ""));
}
