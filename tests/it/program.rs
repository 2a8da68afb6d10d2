//! The built `kouan`, run in the repository's root, so that it names files as a user there would see them.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Said {
    /// Exit code; -1 if a signal ended it.
    pub code: i32,
    /// Its stdout.
    pub out: String,
    /// Its stderr.
    pub err: String,
}

/// The program, ready to be given arguments. It finds no readers: those of the machine are none of a test's business, and
/// `tests/reader` has its own.
pub fn command() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("kouan"));
    command.current_dir(root()).stdin(Stdio::null()).env("PCSCLITE_CSOCK_NAME", root().join("target/no/pcscd"));
    command
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs it with `args`.
pub fn kouan<I: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = I>) -> Said {
    said(command().args(args))
}

/// Runs it with the words of `line`, which are split at spaces.
pub fn line(line: &str) -> Said {
    kouan(line.split(' '))
}

/// Runs a command that is ready.
pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

impl Said {
    /// The same, having ended with `code`.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Its stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}
