//! `kouan fmt`: scenario files in the one way that they are written.
//!
//! A file is replaced whole or not at all, and only where something changes. One that is wrong is shown and left alone;
//! the others are formatted all the same.

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use similar::{ChangeTag, TextDiff};
use tempfile::NamedTempFile;

use super::{CliError, exit};
use crate::scenario::{
    format::{Unformatted, format},
    render::render,
    source::MAX_FILE_BYTES,
    suite,
};

/// Lines of one file's difference that are shown; further ones are counted.
const LINES_SHOWN: usize = 40;

/// What stdin is called.
const STDIN: &str = "<stdin>";

/// Write scenario files the way they are all written
///
/// Comments, texts and the order of keys stay. Every step that fits goes on one line of at most 160 columns (a Chinese
/// character takes two), any other is broken. What a file means never changes. Files with mistakes are shown and left
/// alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kouan fmt                      every file of scenarios/, in place
  kouan fmt --check scenarios    what would change, without changing it; for CI
  kouan fmt - < a.yaml           from stdin to stdout; for editors

Exit codes: 0 all is well; 1 with --check: something would change; 2 a file has mistakes; 3 a file cannot be written")]
pub struct Fmt {
    /// Show what would change, and change nothing
    #[arg(long)]
    check: bool,
    /// Files, or directories that are searched for *.yaml and *.yml; - is stdin
    #[arg(value_name = "PATH", default_value = "scenarios/")]
    paths: Vec<PathBuf>,
}

/// How many files came out how.
#[derive(Default)]
struct Tally {
    same: usize,
    different: usize,
    wrong: usize,
    failed: usize,
}

impl Fmt {
    /// Formats the files, or shows what would change. Differences and stdin's text go to `out`, the rest to stderr.
    ///
    /// # Errors
    /// A path that cannot be read or holds no scenario file, or an output that takes no more.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let mut tally = Tally::default();
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            if self.paths.len() > 1 {
                return Err(CliError::Input("- 是标准输入，不能与别的路径一起用".into()));
            }
            self.stdin(out, &mut tally)?;
            return Ok(self.code(&tally));
        }
        for path in suite::files(&self.paths).map_err(|e| CliError::Input(e.to_string()))? {
            let bytes = suite::beginning(&path).map_err(|e| CliError::Input(e.to_string()))?;
            let name = path.display().to_string();
            let Some(text) = formatted(&name, &bytes, &mut tally)? else { continue };
            if text.as_bytes() == bytes {
                tally.same += 1;
                continue;
            }
            tally.different += 1;
            if self.check {
                difference(out, &name, &bytes, &text)?;
            } else if let Err(error) = replace(&path, &text) {
                tally.different -= 1;
                tally.failed += 1;
                writeln!(io::stderr(), "kouan: 写不了 {name}：{error}")?;
            } else {
                writeln!(io::stderr(), "已格式化 {name}")?;
            }
        }
        out.flush()?;
        self.summary(&tally)?;
        Ok(self.code(&tally))
    }

    fn stdin(&self, out: &mut dyn Write, tally: &mut Tally) -> Result<(), CliError> {
        let most = u64::try_from(MAX_FILE_BYTES).map_or(u64::MAX, |most| most + 1);
        let mut bytes = Vec::new();
        io::stdin().take(most).read_to_end(&mut bytes)?;
        let Some(text) = formatted(STDIN, &bytes, tally)? else { return Ok(()) };
        if !self.check {
            out.write_all(text.as_bytes())?;
        } else if text.as_bytes() != bytes {
            tally.different += 1;
            difference(out, STDIN, &bytes, &text)?;
        }
        Ok(())
    }

    fn summary(&self, tally: &Tally) -> io::Result<()> {
        let changed = if self.check { "需要格式化" } else { "已格式化" };
        let mut text = format!("{} 个文件{changed}，{} 个没有变化", tally.different, tally.same);
        if tally.wrong > 0 {
            text += &format!("，{} 个有错误，没有格式化", tally.wrong);
        }
        if tally.failed > 0 {
            text += &format!("，{} 个没有成功", tally.failed);
        }
        writeln!(io::stderr(), "{text}")
    }

    fn code(&self, tally: &Tally) -> ExitCode {
        if tally.failed > 0 {
            ExitCode::from(exit::SURROUNDINGS)
        } else if tally.wrong > 0 {
            ExitCode::from(exit::INPUT)
        } else if self.check && tally.different > 0 {
            ExitCode::from(exit::FAILED)
        } else {
            exit::PASSED
        }
    }
}

/// The text as it should be; none where the file is wrong, which is then told.
fn formatted(name: &str, bytes: &[u8], tally: &mut Tally) -> io::Result<Option<String>> {
    match format(name, bytes) {
        Ok(text) => Ok(Some(text)),
        Err(Unformatted::Mistakes(wrong)) => {
            tally.wrong += 1;
            let (source, mistakes) = *wrong;
            write!(io::stderr(), "{}", render(&source, &mistakes, io::stderr().is_terminal()))?;
            Ok(None)
        }
        Err(Unformatted::Unsure) => {
            tally.failed += 1;
            writeln!(io::stderr(), "kouan: {name} 格式化后的意思与原来不同，没有改动；这是 kouan 的缺陷，请报告")?;
            Ok(None)
        }
    }
}

/// Puts `text` in the place of a file, at once and with the same permissions. A link stays one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "文件是只读的"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::with_prefix_in(".kouan-fmt-", folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    file.persist(&path)?;
    Ok(())
}

/// Shows what changes, as `diff -u` does.
fn difference(out: &mut dyn Write, name: &str, bytes: &[u8], text: &str) -> io::Result<()> {
    let written = String::from_utf8_lossy(bytes);
    let plain = written.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
    writeln!(out, "--- {name}")?;
    writeln!(out, "+++ {name}（格式化后）")?;
    if plain.len() != written.len() {
        writeln!(out, "@@ 换行改为 LF，文件开头不留 BOM @@")?;
    }
    let diff = TextDiff::from_lines(plain.as_str(), text);
    let mut shown = 0;
    let mut left = 0;
    for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
        if shown < LINES_SHOWN {
            writeln!(out, "{}", hunk.header())?;
        }
        for change in hunk.iter_changes() {
            if shown >= LINES_SHOWN {
                left += usize::from(change.tag() != ChangeTag::Equal);
                continue;
            }
            shown += 1;
            writeln!(out, "{}{}", change.tag(), change.value().trim_end_matches('\n'))?;
        }
    }
    if left > 0 {
        writeln!(out, "……还有 {left} 行不同")?;
    }
    writeln!(out)
}
