//! `kouan bench scenario`: how many times a second one scenario file is played, with all checks on.

use std::{
    io::Write,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use interchange::Suite;
use serde::Serialize;

use super::{
    CliError, exit,
    run::{jobs, load, parse_jobs},
};
use crate::{
    scenario::{play::Options, pool},
    verdict::finding::Verdict,
};

/// Play one scenario file again and again and tell how often a second
///
/// Each run has a seed of its own; every check is on.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kouan bench scenario scenarios/4-在线交费签约/状态记录-签约成功全过程.yaml --seal mac --seconds 5"
)]
pub struct BenchScenario {
    /// The scenario file
    file: PathBuf,
    /// How messages are sealed: sm2, rsa or mac
    #[arg(long, value_name = "SUITE", default_value = "sm2")]
    seal: Suite,
    /// Threads [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<usize>,
    /// How long to measure
    #[arg(long, value_name = "S", default_value_t = 3.0, value_parser = parse_seconds)]
    seconds: f64,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// The line that `--json` writes, in this order.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    seal: String,
    jobs: usize,
    seconds: f64,
    runs: u64,
    per_second: f64,
    failed: u64,
}

impl BenchScenario {
    /// Measures and prints.
    ///
    /// # Errors
    /// A file that is wrong, or an output that cannot be written.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub fn exec(self, out: &mut impl Write) -> Result<ExitCode, CliError> {
        let cases = load(std::slice::from_ref(&self.file))?;
        let Some(first) = cases.first() else {
            return Err(CliError::Input(format!("{} 里没有场景", self.file.display())));
        };
        let jobs = jobs(self.jobs);
        // The first run parses fixtures and builds tables once for the process; it is not counted.
        let _ = pool::timed(first, &Options::new(0, self.seal));
        let (runs, failed) = (AtomicU64::new(0), AtomicU64::new(0));
        let next = AtomicU64::new(0);
        let span = Duration::from_secs_f64(self.seconds);
        let started = Instant::now();
        thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while started.elapsed() < span {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let case = &cases[usize::try_from(number).unwrap_or(0) % cases.len()];
                        let (result, _) = pool::timed(case, &Options::new(number + 1, self.seal));
                        runs.fetch_add(1, Ordering::Relaxed);
                        if !matches!(result.verdict, Verdict::Passed | Verdict::Warned) {
                            failed.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let seconds = started.elapsed().as_secs_f64();
        let (runs, failed) = (runs.into_inner(), failed.into_inner());
        let per_second = (runs as f64 / seconds * 10.0).round() / 10.0;
        if self.json {
            let line = serde_json::to_string(&Line {
                id: &first.scenario.id,
                seal: self.seal.to_string(),
                jobs,
                seconds: (seconds * 1000.0).round() / 1000.0,
                runs,
                per_second,
                failed,
            })
            .map_err(|e| CliError::Surroundings(e.to_string()))?;
            writeln!(out, "{line}")?;
        } else {
            writeln!(
                out,
                "{} seal {}, {jobs} jobs: {runs} runs in {seconds:.2} s = {per_second} a second, {failed} failed",
                first.scenario.id, self.seal
            )?;
        }
        Ok(if failed == 0 { exit::PASSED } else { ExitCode::from(exit::FAILED) })
    }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(s) if (0.01..=3600.0).contains(&s) => Ok(s),
        _ => Err("应为0.01到3600秒".into()),
    }
}
