//! `kouan coverage`: plays the suite and tells for each requirement which scenarios proved it, and by which checks.

use std::{io::Write, process::ExitCode};

use clap::Args;

use super::{
    CliError, exit,
    run::{Selection, exit_code},
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
        if self.fail_uncovered && coverage.covered() < coverage.total() {
            return Ok(ExitCode::from(exit::FAILED));
        }
        Ok(exit_code(&summary))
    }
}
