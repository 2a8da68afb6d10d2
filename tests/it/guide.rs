//! The guide for writers of scenarios says nothing that is not so: its files are written out, its commands typed into a
//! shell in their order, and what they print must be what the guide prints, in both languages.
//!
//! A block that opens with ```` ```yaml title="NAME" ```` is a file. A block ```` ```console ```` is a session: a line after
//! `$ ` is typed, what follows is printed (stdout and stderr as a terminal shows them). A `kouan` that does not end with 0
//! must be followed by `$ echo $?`. After a change of wording, `GUIDE_UPDATE=1` writes what is really printed into both
//! documents; read the difference before you keep it.

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::program::{command, root};

const CHINESE: &str = "docs/writing-scenarios.zh.md";
const ENGLISH: &str = "docs/writing-scenarios.md";

/// A stretch of a document; all of them together are the whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Lines that are in no block, with the fences.
    Prose(String),
    /// A file to be written: its name and its text.
    File(String, String),
    /// A session: what is typed, each with what is printed.
    Session(Vec<(String, String)>),
}

#[test]
fn the_chinese_guide_prints_what_is_really_printed() {
    compare(CHINESE);
}

#[test]
fn the_english_guide_prints_what_is_really_printed() {
    compare(ENGLISH);
}

#[test]
fn both_languages_show_the_same_examples_in_the_same_sections() {
    let (chinese, english) = (read(CHINESE), read(ENGLISH));
    assert_eq!(outline(&chinese), outline(&english), "blocks in each section");
    assert!(outline(&chinese).iter().sum::<usize>() >= 15, "blocks were overlooked: {:?}", outline(&chinese));
    for (one, other) in chinese.iter().zip(&english) {
        assert_eq!(given(one), given(other));
    }
}

#[test]
fn every_file_of_the_guide_is_given_to_kouan() {
    for document in [CHINESE, ENGLISH] {
        let parts = read(document);
        for (at, part) in parts.iter().enumerate() {
            let Part::File(name, _) = part else { continue };
            let used = parts[at..].iter().any(|later| match later {
                Part::Session(typed) => typed.iter().any(|(line, _)| uses(line, name)),
                Part::Prose(_) | Part::File(..) => false,
            });
            assert!(used, "{document}: nothing is done with {name}");
        }
    }
}

/// Whether `line` lets kouan run or check the file `name`.
fn uses(line: &str, name: &str) -> bool {
    ["kouan run ", "kouan lint "].iter().any(|verb| line.starts_with(verb)) && line.split(' ').any(|word| word == name)
}

/// What a reader copies or types; what is printed is compared elsewhere.
fn given(part: &Part) -> Vec<&str> {
    match part {
        Part::Prose(_) => Vec::new(),
        Part::File(name, text) => vec![name, text],
        Part::Session(typed) => typed.iter().map(|(line, _)| line.as_str()).collect(),
    }
}

/// How many blocks stand in each section.
fn outline(parts: &[Part]) -> Vec<usize> {
    let mut sections = vec![0];
    for part in parts {
        match part {
            Part::Prose(text) => sections.extend(text.lines().filter(|line| line.starts_with("## ")).map(|_| 0)),
            Part::File(..) | Part::Session(_) => *sections.last_mut().unwrap() += 1,
        }
    }
    sections
}

/// Plays a document, and says where it differs from what was printed, or mends it if that is asked for.
fn compare(document: &str) {
    let told = read(document);
    let seen = play(document, &told);
    if env::var_os("GUIDE_UPDATE").is_some() {
        return replace(&root().join(document), &written(&seen));
    }
    for (told, seen) in told.iter().zip(&seen) {
        if told != seen {
            let (told, seen) = (written(std::slice::from_ref(told)), written(std::slice::from_ref(seen)));
            panic!("{document} prints\n{told}\nbut really it is\n{seen}\nGUIDE_UPDATE=1 mends the document");
        }
    }
}

/// Puts `text` in the place of a document at once: the other tests may be reading it.
fn replace(document: &Path, text: &str) {
    let new = document.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(new, document).unwrap();
}

/// The same document with what its commands really print.
fn play(document: &str, parts: &[Part]) -> Vec<Part> {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::in_folder(folder.path());
    let play = |part: &Part| match part {
        Part::Prose(_) => part.clone(),
        Part::File(name, text) => {
            fs::write(folder.path().join(name), text).unwrap();
            part.clone()
        }
        Part::Session(typed) => {
            let lines = typed.iter().enumerate().map(|(at, (line, _))| {
                let printed = shell.run(line);
                let told = typed.get(at + 1).is_some_and(|(next, _)| next == "echo $?");
                assert!(shell.code == 0 || told, "{document}: `{line}` ended with {}\n{printed}", shell.code);
                (line.clone(), printed)
            });
            Part::Session(lines.collect())
        }
    };
    parts.iter().map(play).collect()
}

/// A shell in a folder, where `kouan` is the program under test.
struct Shell<'a> {
    folder: &'a Path,
    path: OsString,
    /// What the last command ended with.
    code: i32,
}

impl<'a> Shell<'a> {
    fn in_folder(folder: &'a Path) -> Self {
        let program = PathBuf::from(command().get_program());
        let there = [program.parent().unwrap().to_owned()];
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(there.into_iter().chain(env::split_paths(&path))).unwrap();
        Self { folder, path, code: 0 }
    }

    /// Types `line` and returns what a terminal would show.
    fn run(&mut self, line: &str) -> String {
        let script = format!("exec 2>&1; (exit {}); {line}", self.code);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(self.folder).env("PATH", &self.path).stdin(Stdio::null());
        let output = shell.output().unwrap();
        // `echo` ends with 0 and thereby answers for the command before it.
        self.code = output.status.code().unwrap_or(-1);
        let printed = String::from_utf8(output.stdout).unwrap();
        if printed.is_empty() || printed.ends_with('\n') { printed } else { printed + "\n" }
    }
}

/// A document in its parts. A block of any other kind is refused: nothing would try it.
fn read(document: &str) -> Vec<Part> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let mut parts = Vec::new();
    let mut prose = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            prose += line;
            prose += "\n";
            continue;
        };
        parts.push(Part::Prose(std::mem::take(&mut prose)));
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let title = info.strip_prefix("yaml title=\"").and_then(|rest| rest.strip_suffix('"'));
        parts.push(match title {
            Some(name) => Part::File(name.to_owned(), block.iter().map(|line| format!("{line}\n")).collect()),
            None if info == "console" => Part::Session(session(&block)),
            None => panic!("{document}: what is to be done with a block ```{info}?"),
        });
    }
    parts.push(Part::Prose(prose));
    parts
}

fn session(block: &[&str]) -> Vec<(String, String)> {
    let mut typed: Vec<(String, String)> = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), typed.last_mut()) {
            (Some(line), _) => typed.push((line.to_owned(), String::new())),
            (None, Some((_, printed))) => writeln!(printed, "{line}").unwrap(),
            (None, None) => panic!("a session begins with what is typed: {line}"),
        }
    }
    typed
}

/// The document that has these parts.
fn written(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Prose(prose) => text += prose,
            Part::File(name, file) => write!(text, "```yaml title=\"{name}\"\n{file}```\n").unwrap(),
            Part::Session(typed) => {
                text += "```console\n";
                for (line, printed) in typed {
                    write!(text, "$ {line}\n{printed}").unwrap();
                }
                text += "```\n";
            }
        }
    }
    text
}
