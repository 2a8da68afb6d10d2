//! Our own source files, as texts without their comments.

use std::{fs, path::Path};

use crate::program::root;

/// Every crate's folder, the program's own last.
pub const CRATES: [&str; 5] = ["domain", "signing", "interchange", "virtual-card", "."];

/// A source file.
pub struct SourceFile {
    /// From the root, such as `src/cli/run.rs`.
    pub path: String,
    /// As it stands.
    pub text: String,
}

impl SourceFile {
    /// Its lines without comments, with their numbers from 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line.split("//").next().unwrap_or_default()))
    }

    /// The numbers of the lines whose code has `word`, not as a part of a longer name.
    pub fn lines_with(&self, word: &str) -> Vec<usize> {
        self.code().filter(|(_, line)| has_word(line, word)).map(|(number, _)| number).collect()
    }
}

/// Whether `word` occurs in `line` with no name's character before or after it.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(inside)
            && !line[at + word.len()..].chars().next().is_some_and(inside)
    })
}

/// The files with this ending under `folder`, in the order of their paths.
pub fn files(folder: &str, ending: &str) -> Vec<SourceFile> {
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} has no {ending}");
    found
}

/// All Rust files of all crates.
pub fn all() -> Vec<SourceFile> {
    let mut all = Vec::new();
    for folder in CRATES {
        for part in ["src", "tests", "benches", "examples"] {
            if root().join(folder).join(part).is_dir() {
                walk(&root().join(folder).join(part), ".rs", &mut all);
            }
        }
    }
    all
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(SourceFile { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
}
