//! `kouan coverage`: plays the suite and tells for each requirement which scenarios proved it, and by which checks.

use std::{io::Write, process::ExitCode};

use clap::Args;

use super::{
    CliError, exit,
    run::{Selection, exit_code, is_good},
};
use crate::{
    scenario::{play::Options, pool},
    verdict::{coverage::Coverage, event::Summary},
};

/// Tell for each requirement the scenarios, lines and checks that prove it
///
/// Runs the scenarios: only checks that were evaluated in a passing run count. Exits 0 while there are gaps, unless
/// --fail-uncovered is given.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kouan coverage\n  kouan coverage scenarios --json > coverage.json")]
pub struct CoverageArgs {
    #[command(flatten)]
    selection: Selection,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Exit 1 if a requirement is not covered
    #[arg(long)]
    fail_uncovered: bool,
}

impl CoverageArgs {
    /// Runs the scenarios and writes the table.
    ///
    /// # Errors
    /// Wrong input, or an output that cannot be written.
    pub fn exec(self, out: &mut impl Write) -> Result<ExitCode, CliError> {
        let cases = self.selection.cases()?;
        let options = Options::new(self.selection.seed, self.selection.seal);
        let mut coverage = Coverage::default();
        let mut summary = Summary::default();
        pool::run(&cases, &options, self.selection.jobs(), |result, _| {
            summary.add(result.verdict);
            coverage.add(&result);
            true
        });
        if self.json {
            writeln!(out, "{}", coverage.to_json())?;
        } else {
            write!(out, "{}", coverage.to_text())?;
        }
        self.tell_failures(&summary);
        if self.fail_uncovered && coverage.covered() < coverage.total() {
            return Ok(ExitCode::from(exit::FAILED));
        }
        Ok(exit_code(&summary))
    }

    /// Says on stderr why the exit code will be 1 or 3: the table has the passing scenarios only.
    fn tell_failures(&self, summary: &Summary) {
        let failed: usize = summary.iter().filter(|(verdict, _)| !is_good(*verdict)).map(|(_, n)| n).sum();
        if failed == 0 {
            return;
        }
        let paths: Vec<_> = self.selection.paths.iter().map(|path| path.display().to_string()).collect();
        let command = format!("kouan run {}", paths.join(" "));
        // With stderr gone there is nobody to tell; the exit code says it, too.
        let _ = writeln!(
            std::io::stderr(),
            "kouan: {failed} 个场景没有通过，不计入覆盖；用「{command}」加上相同的选项可看到是哪些、为什么"
        );
    }
}
