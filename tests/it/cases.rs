//! A file in `tests/cases/{passed,failed,undecided}/` is a test: it is run by the built program, and stdout, stderr and
//! exit code together must be as its snapshot beside it. The wording of failures is a product; read it when it changes.

use std::{fs, path::Path};

use crate::program::{kouan, root};

/// Runs each file of one folder, which must end with `code`.
fn hold(folder: &str, code: i32) {
    let folder = format!("tests/cases/{folder}");
    let mut files: Vec<_> = fs::read_dir(root().join(&folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    assert!(files.len() >= 3, "{folder} has only {} files", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let said = kouan(["run", &format!("{folder}/{name}.yaml")]).ended(code);
        let mut settings = insta::Settings::new();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder));
        let text = format!("{}--- stderr\n{}--- exit {}", said.out, said.err, said.code);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

#[test]
fn what_passes_says_little() {
    hold("passed", 0);
}

#[test]
fn what_fails_says_where_and_why() {
    hold("failed", 1);
}

#[test]
fn what_cannot_be_judged_says_what_did_not_come_about() {
    hold("undecided", 1);
}

/// Every kind of check that a scenario can trip by itself has a file that shows its words.
#[test]
fn each_check_has_a_case_that_shows_it() {
    let mut shown = String::new();
    for folder in ["failed", "undecided"] {
        shown += &kouan(["run", &format!("tests/cases/{folder}"), "--seal", "mac"]).ended(1).out;
    }
    for check in ["expect", "wait", "refusal", "step", "coverage", "once", "fault", "given"] {
        assert!(shown.contains(&format!("[{check}]\n")), "{check}");
    }
}
