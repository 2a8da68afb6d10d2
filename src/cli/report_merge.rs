//! `kouan report merge`: results of several machines put together, and reported as one run.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::{
    CliError,
    report_to::{self, ReportTo, Reports},
    run::exit_code,
};
use crate::verdict::{
    document::Document,
    event::Event,
    html,
    merge::{Part, merge},
};

/// The largest result that is read; a case with many findings takes some 20 kB.
const MAX_RESULT_BYTES: u64 = 1 << 30;

/// Put results of several machines together and report them as one run
#[derive(Debug, Args)]
#[command(after_help = "\
Example (each machine plays a third of the suite; the last command may run anywhere):
  kouan run scenarios --shard 1/3 --report json=1.json
  kouan run scenarios --shard 2/3 --report json=2.json
  kouan run scenarios --shard 3/3 --report json=3.json
  kouan report merge 1.json 2.json 3.json --report console --report junit=all.xml
HTML reports can be merged likewise, and only they hold what a merged page needs to tell each case:
  kouan report merge 1.html 2.html 3.html --report html=all.html

The merged JSON is the one that a single machine would have written, but for the keys that begin with wall_.
Exit codes: those of kouan run; 2 if the results cannot be put together")]
pub struct ReportMerge {
    /// Results that `kouan run --report json=F` (or html=F) wrote
    #[arg(value_name = "F", required = true)]
    files: Vec<PathBuf>,
    #[arg(long, value_name = "REPORT", help = report_to::HELP)]
    report: Vec<ReportTo>,
    /// Go on although shards are missing, or were cut short by --fail-fast
    #[arg(long)]
    partial: bool,
}

impl ReportMerge {
    /// Reads the results, merges them and writes the reports.
    ///
    /// # Errors
    /// A file that is no result, results that do not belong together, or a report that cannot be written.
    pub fn exec(self, out: &mut impl Write) -> Result<ExitCode, CliError> {
        let mut parts = Vec::new();
        for path in &self.files {
            let name = path.display().to_string();
            for document in documents(path)? {
                parts.push(Part { name: name.clone(), document });
            }
        }
        let merged = merge(parts, self.partial).map_err(|e| CliError::Input(e.to_string()))?;
        let summary = merged.summary;
        let mut reports = Reports::open(&self.report, out)?;
        if self.report.iter().any(|r| matches!(r, ReportTo::Html(_)))
            && merged.scenarios.iter().any(|s| s.trace.is_none())
        {
            let note =
                "JSON 结果里没有各场景的经过，合并出的网页也就没有；要有，请合并 kouan run --report html=文件 写的网页";
            writeln!(io::stderr(), "kouan: {note}")?;
        }
        merged.into_events().iter().try_for_each(|event: &Event| reports.tell(event))?;
        Ok(exit_code(&summary))
    }
}

/// The results in a file, by what it begins with. A reader of another format is a further line here.
fn documents(path: &Path) -> Result<Vec<Document>, CliError> {
    let text = text(path)?;
    let wrong = |why: String| CliError::Input(format!("{} 不是可合并的结果：{why}", path.display()));
    match text.trim_start().bytes().next() {
        Some(b'{') => json(&text).map(|document| vec![document]).map_err(wrong),
        Some(b'<') => html::document_in(&text)
            .map(|document| vec![document])
            .ok_or_else(|| wrong("它是网页或 XML，但不是 kouan run --report html=文件 写的".into())),
        None => Err(wrong("文件是空的".into())),
        Some(_) => Err(wrong("请给 kouan run --report json=文件 写的那个文件".into())),
    }
}

fn json(text: &str) -> Result<Document, String> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("第 {} 行第 {} 列", error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Eof => format!("到{place}就断了，文件没有写完或没有传完"),
            serde_json::error::Category::Syntax => format!("{place}不是 JSON（{error}）"),
            serde_json::error::Category::Data | serde_json::error::Category::Io => {
                format!("{place}的内容不是 kouan run --report json=文件 写的（{error}）")
            }
        }
    })
}

fn text(path: &Path) -> Result<String, CliError> {
    let unreadable = |error: io::Error| CliError::Input(format!("读不了 {}：{error}", path.display()));
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Err(CliError::Input(format!("{} 是目录；请写结果文件，如 {}/*.json", path.display(), path.display())));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_RESULT_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if u64::try_from(bytes.len()).map_or(true, |length| length > MAX_RESULT_BYTES) {
        return Err(CliError::Input(format!("{} 超过 1 GiB，不像是结果文件", path.display())));
    }
    String::from_utf8(bytes)
        .map_err(|_| CliError::Input(format!("{} 不是可合并的结果：不是 UTF-8 文字", path.display())))
}
