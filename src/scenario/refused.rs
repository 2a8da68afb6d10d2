//! Each file in `tests/cases/refused/` must be refused, and say so in exactly these words.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::{cast::Cast, mistake::CODES, read::read, render::render};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/refused");

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Each snapshot lies beside its file, under its name.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(DIRECTORY);
    settings
}

#[test]
fn refused_files_explain_themselves() {
    insta::glob!("../../tests/cases/refused", "*.yaml", |path| {
        let reading = read(&name_of(path), &fs::read(path).unwrap(), Cast::fixture());
        assert!(!reading.mistakes.is_empty(), "this file has a mistake");
        assert_eq!(reading.is_refused(), reading.cases.is_empty());
        let settings = settings();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        settings.bind(|| insta::assert_snapshot!(name, render(&reading.source, &reading.mistakes, false)));
    });
}

#[test]
fn each_code_has_a_file_that_shows_it() {
    let mut seen = std::collections::BTreeSet::new();
    for entry in fs::read_dir(DIRECTORY).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let reading = read(&name_of(&path), &fs::read(&path).unwrap(), Cast::fixture());
            seen.extend(reading.mistakes.iter().map(|m| m.what.code()));
        }
    }
    // Too large a file and 编号 in two files have tests of their own.
    let missing: Vec<_> =
        CODES.iter().map(|e| e.code).filter(|c| !seen.contains(c) && !["K5003", "K5501"].contains(c)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    // And what a snapshot shows is a code of the table: nothing is left of one that is gone.
    for entry in fs::read_dir(DIRECTORY).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "snap") {
            assert!(path.with_extension("yaml").exists(), "{} has no file", name_of(&path));
            let shown = fs::read_to_string(&path).unwrap();
            for (i, _) in shown.match_indices("[K5") {
                assert!(CODES.iter().any(|e| e.code == &shown[i + 1..i + 6]), "{}", name_of(&path));
            }
        }
    }
}

const GOOD: &str = include_str!("../../tests/cases/good.yaml");

#[test]
fn the_good_file_has_no_mistake_and_reads_whole() {
    let reading = read("good.yaml", GOOD.as_bytes(), Cast::fixture());
    assert_eq!(render(&reading.source, &reading.mistakes, false), "");
    assert_eq!(reading.cases.len(), 4);
    let case = &reading.cases[1];
    assert_eq!(case.id, "GOOD-01[原因=资料不全,时长=2小时]");
    assert_eq!(case.row, 1);
    assert_eq!(case.script[0].outcomes[0].to_string(), "拒绝(资料不全)");
    assert_eq!(case.script[1].outcomes[0].to_string(), "延迟(2小时, 同意)");
    // Every verb of the catalogue is in the good file.
    for verb in super::catalogue::VERBS {
        assert!(case.steps.iter().any(|s| s.verb == verb.name), "{}", verb.name);
    }
}

/// No clock here: whoever makes reading quadratic will notice by the minutes that this takes.
#[test]
fn a_hostile_file_of_the_greatest_size_is_read_in_good_time() {
    let full = |unit: &str| unit.repeat(crate::scenario::source::MAX_FILE_BYTES / unit.len());
    read("x.yaml", format!("覆盖: [{}]", "甲, ".repeat(200_000)).as_bytes(), Cast::fixture());
    for unit in ["\t", "- ", "[", "{a: ", "(,", "a: b: ", "：", "'", "&a ", "$a ", "- a\n", "\n"] {
        read("x.yaml", full(unit).as_bytes(), Cast::fixture());
        read("x.yaml", format!("步骤: [{}]", &full(unit)[..900_000]).as_bytes(), Cast::fixture());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_damaged_file_never_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<u8>(), any::<prop::sample::Index>()), 1..8),
    ) {
        const MARKS: &[&str] = &["{", "}", "[", "]", ":", ",", "'", "\"", "：", "，", "\t", "$", "&a ", "*a", "\n", "- ", "(", "）", "> "];
        let mut bytes = GOOD.as_bytes().to_vec();
        for (at, how, byte, other) in edits {
            if bytes.is_empty() {
                break;
            }
            let i = at.index(bytes.len());
            match how {
                0 => { bytes.remove(i); }
                1 => bytes.insert(i, byte),
                2 => { let j = other.index(bytes.len()); bytes.swap(i, j); }
                _ => {
                    let mut i = i;
                    while i < bytes.len() && bytes[i] & 0xC0 == 0x80 { i += 1; }
                    let mark = MARKS[usize::from(byte) % MARKS.len()];
                    bytes.splice(i..i, mark.bytes());
                }
            }
        }
        let reading = read("x.yaml", &bytes, Cast::fixture());
        let _ = render(&reading.source, &reading.mistakes, false);
        for mistake in &reading.mistakes {
            let place = reading.source.place(mistake.span.start);
            prop_assert!(place.line >= 1 && place.column >= 1);
        }
    }
}
