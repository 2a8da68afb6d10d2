//! `kouan self-test`: the suite against known-bad portals, parties and wires, and what it let pass.

use std::{fs, io::Write, path::PathBuf, process::ExitCode, time::Instant};

use clap::Args;
use interchange::Suite as Seal;

use super::{
    CliError, exit,
    run::{jobs, load, parse_jobs},
};
use crate::self_test::{How, Mutant, Report, mutants, trial};

/// Try the suite on known-bad portals, parties and wires, and tell which of them it lets pass
///
/// A wrong portal is made for every row of every life cycle, every form rule, permission and span; bad parties and wires
/// are a list of the program's own. Each must make some scenario fail that passes otherwise. Exits 1 where one survives
/// that is not explained.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kouan self-test
  kouan self-test --json > self-test.json
  kouan self-test --full --matrix kills.csv
  kouan self-test --only 银行拒绝签约")]
pub struct SelfTest {
    /// Scenario files, or folders of them: the suite that is put to the test
    #[arg(value_name = "PATH", default_value = "scenarios/")]
    paths: Vec<PathBuf>,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Only mutants whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Not those whose name begins with this; may be repeated
    #[arg(long, value_name = "TEXT")]
    not: Vec<String>,
    /// Play every scenario that can matter against every mutant, and not only until one of them fails
    #[arg(long)]
    full: bool,
    /// Write the kill matrix there, as CSV: mutant, scenario, check
    #[arg(long, value_name = "FILE")]
    matrix: Option<PathBuf>,
    /// Mutants tried side by side [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<usize>,
    /// The seed that every draw depends on
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How messages are sealed: mac (keyed hashes, fastest), sm2 or rsa
    #[arg(long, value_name = "SUITE", default_value = "mac")]
    seal: Seal,
}

impl SelfTest {
    /// Tries the mutants and tells.
    ///
    /// # Errors
    /// Wrong input (a suite with mistakes, or that does not pass by itself), or an output that cannot be written.
    #[expect(clippy::disallowed_methods, reason = "the time that it took is told on stderr, and nothing depends on it")]
    pub fn exec(self, out: &mut impl Write) -> Result<ExitCode, CliError> {
        let cases = load(&self.paths)?;
        let asked = |m: &Mutant| {
            self.only.as_ref().is_none_or(|t| m.name.contains(t)) && !self.not.iter().any(|t| m.name.starts_with(t))
        };
        let mutants: Vec<Mutant> = mutants().into_iter().filter(asked).collect();
        if mutants.is_empty() {
            let text = "没有名字里含有这段文字的变异；kouan self-test --json 的 matrix 列出所有变异";
            return Err(CliError::Input(text.into()));
        }
        let how = How { seed: self.seed, seal: self.seal, jobs: jobs(self.jobs), full: self.full };
        let started = Instant::now();
        let trials = trial::run(&cases, &mutants, &how).map_err(|e| CliError::Input(e.to_string()))?;
        let seconds = started.elapsed().as_secs_f64();
        let report = Report::new(&mutants, &trials, cases.iter().map(|c| c.id.as_str()).collect());
        let whole = self.only.is_none() && self.not.is_empty();
        if self.json {
            writeln!(out, "{}", report.to_json(whole))?;
        } else {
            write!(out, "{}", report.to_text())?;
        }
        if let Some(file) = &self.matrix {
            let written = fs::write(file, report.to_csv());
            written.map_err(|e| CliError::Surroundings(format!("写不了 {}：{e}", file.display())))?;
        }
        tell(&report, seconds, whole && self.full);
        let stale = if whole { report.stale() } else { Vec::new() };
        for pattern in &stale {
            say(&format!("说明「{pattern}」已过时：这个变异不存在，或已被发现"));
        }
        if report.broken().next().is_some() {
            return Ok(ExitCode::from(exit::SURROUNDINGS));
        }
        Ok(if report.holes() > 0 || !stale.is_empty() { ExitCode::from(exit::FAILED) } else { exit::PASSED })
    }
}

/// What is talk, and not data.
fn tell(report: &Report<'_>, seconds: f64, idle_is_known: bool) {
    for (mutant, text) in report.broken() {
        say(&format!("kouan 自身出错，变异「{mutant}」，{text}"));
    }
    let tried = report.count(None).mutants;
    let rate = tried as f64 / seconds.max(0.001);
    say(&format!("{tried} 个变异，演练场景 {} 次，用时 {seconds:.1} 秒，每秒 {rate:.0} 个变异", report.played()));
    if idle_is_known {
        let idle = report.idle();
        say(&format!(
            "{} 个场景没有发现任何变异{}{}",
            idle.len(),
            if idle.is_empty() { "" } else { "：" },
            idle.join("、")
        ));
    }
}

fn say(text: &str) {
    // With stderr gone there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "kouan: {text}");
}
