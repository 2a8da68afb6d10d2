//! `kouan run`: plays scenario files and reports.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use interchange::Suite as Seal;

use super::{
    CliError, exit,
    reader_args::ReaderArgs,
    report_to::{self, ReportTo, Reports},
    tables_arg::TablesArg,
};
use crate::{
    scenario::{
        abreast::cores,
        model::Case,
        play::Options,
        pool,
        select::{Filter, Shard},
        suite::Suite,
    },
    verdict::{
        event::{Event, Summary},
        finding::Verdict,
    },
    world::journal::Journal,
};

/// Which scenarios, and how; shared with `coverage`.
#[derive(Debug, Args)]
pub struct Selection {
    /// Scenario files, or folders of them
    #[arg(value_name = "PATH", default_value = "scenarios/")]
    pub paths: Vec<PathBuf>,
    /// Only scenarios with this tag (标签)
    #[arg(long, value_name = "T")]
    pub tag: Option<String>,
    /// Only scenarios that fit, such as '标签=签约 & !超时 | 编号=AGR-01'
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<Filter>,
    /// Scenarios played side by side [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    pub jobs: Option<usize>,
    /// The seed that every draw depends on
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Play the I-th of N parts only, so that N machines can share a suite
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// How messages are sealed: sm2, rsa, or mac (keyed hashes: for exploring at speed)
    #[arg(long, value_name = "SUITE", default_value = "sm2")]
    pub seal: Seal,
}

/// Play scenarios and report
///
/// Scenario files are read and checked first; if any of them is wrong, all mistakes are shown and nothing runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kouan run
  kouan run scenarios/4-在线交费签约 --tag 签约 --report console --report json=result.json
  kouan run --report console --report html=report.html
  kouan run scenarios --filter '覆盖=AGR-12' --seed 7 --journal journal/
  kouan run scenarios --shard 1/3 --report console --report json=1.json --report junit=1.xml
  kouan run scenarios --reader pcsc --vpcd localhost:35963 --vpcd localhost:35964

Exit codes: 0 nothing failed; 1 a scenario failed or could not be judged; 2 wrong input; 3 surroundings or kouan itself")]
pub struct Run {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    readers: ReaderArgs,
    #[command(flatten)]
    tables: TablesArg,
    #[arg(long, value_name = "REPORT", help = report_to::HELP)]
    report: Vec<ReportTo>,
    /// Write every message and receipt of the run into this new directory, with what openssl needs to check them
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Stop at the first scenario that fails
    #[arg(long)]
    fail_fast: bool,
}

impl Run {
    /// Runs the selected scenarios and writes the reports.
    ///
    /// # Errors
    /// Wrong input (nothing ran), or surroundings that cannot be written to.
    pub fn exec(self, out: &mut impl Write) -> Result<ExitCode, CliError> {
        self.readers.check()?;
        let tables = self.tables.read()?;
        let cases = self.selection.cases()?;
        let trace = self.report.iter().any(|r| matches!(r, ReportTo::Html(_)));
        let readers = self.readers.open()?;
        // Each reader can do one scenario at a time.
        let jobs = readers.as_ref().map_or(usize::MAX, |readers| readers.places()).min(self.selection.jobs());
        let options = Options { trace, readers, tables, ..Options::new(self.selection.seed, self.selection.seal) };
        // Before the journal, for they leave no trace if something else is wrong.
        let mut reports = Reports::open(&self.report, out)?;
        let mut journal = match &self.journal {
            None => None,
            Some(dir) => Some(Journal::create(dir, self.selection.seal).map_err(|e| named(dir, &e))?),
        };
        let mut tell = |event: Event| reports.tell(&event);
        tell(Event::RunStarted {
            cases: cases.len(),
            seed: options.seed,
            seal: options.suite.to_string(),
            reader: self.readers.to_string(),
            jobs,
            shard: self.selection.shard.map(|shard| shard.to_string()),
        })?;
        let mut summary = Summary::default();
        let mut broken: Option<std::io::Error> = None;
        pool::run(&cases, &options, jobs, |result, evidence| {
            summary.add(result.verdict);
            let failed = !is_good(result.verdict);
            let note = || {
                if let Some(journal) = &mut journal {
                    journal.add(&result.id, &evidence)?;
                }
                drop(evidence);
                let (id, title, file) = (result.id.clone(), result.title.clone(), result.file.clone());
                tell(Event::CaseStarted { id, title, file })?;
                tell(Event::CaseFinished(Box::new(result)))
            };
            broken = note().err();
            broken.is_none() && !(self.fail_fast && failed)
        });
        if let Some(error) = broken {
            return Err(error.into());
        }
        tell(Event::RunFinished { summary })?;
        if let Some(journal) = journal {
            journal.finish()?;
        }
        Ok(exit_code(&summary))
    }
}

impl Selection {
    /// Reads the suite and picks the cases that are meant. A shard of a selection that is smaller than the number of
    /// machines may be empty: that machine has nothing to do, and did nothing wrong.
    ///
    /// # Errors
    /// A path that is not there, a file with mistakes (all of them told), or nothing selected.
    pub fn cases(&self) -> Result<Vec<Case>, CliError> {
        let selected: Vec<Case> = load(&self.paths)?
            .into_iter()
            .filter(|c| self.tag.as_ref().is_none_or(|t| c.scenario.tags.contains(t)))
            .filter(|c| self.filter.as_ref().is_none_or(|f| f.fits(c)))
            .collect();
        if selected.is_empty() {
            return Err(CliError::Input("没有选中任何场景；kouan list 可列出所有场景".into()));
        }
        let mine = |place: usize| self.shard.is_none_or(|shard| shard.has(place));
        Ok(selected.into_iter().enumerate().filter(|(place, _)| mine(*place)).map(|(_, case)| case).collect())
    }

    /// Jobs asked for, or one a core.
    pub fn jobs(&self) -> usize {
        jobs(self.jobs)
    }
}

/// As many as asked for, or one a core.
pub(super) fn jobs(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(cores)
}

/// The cases of all files, in the suite's order.
///
/// # Errors
/// A path that cannot be read, or files with mistakes: all of them, drawn where they stand.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Case>, CliError> {
    let suite = Suite::load(paths).map_err(|e| CliError::Input(e.to_string()))?;
    if suite.mistakes() > 0 {
        let drawn = suite.rendered(std::io::stderr().is_terminal());
        let text = format!("场景文件有 {} 处错误，没有执行任何场景\n{drawn}", suite.mistakes());
        return Err(CliError::Input(text));
    }
    Ok(suite.into_cases())
}

/// 0, 1 or 3 by what the cases came to.
pub fn exit_code(summary: &Summary) -> ExitCode {
    if summary.count(Verdict::Error) > 0 {
        ExitCode::from(exit::SURROUNDINGS)
    } else if summary.iter().any(|(verdict, n)| n > 0 && !is_good(verdict)) {
        ExitCode::from(exit::FAILED)
    } else {
        exit::PASSED
    }
}

/// Whether nothing is to be looked into.
pub fn is_good(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Failed | Verdict::Inconclusive | Verdict::Error)
}

/// A number of jobs.
pub(super) fn parse_jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=256).contains(&n) => Ok(n),
        _ => Err("应为1至256的整数".into()),
    }
}

fn named(path: &std::path::Path, error: &std::io::Error) -> CliError {
    CliError::Surroundings(format!("写不了 {}：{error}", path.display()))
}
