//! `kouan list`: the cases of a suite, in the order in which they run.

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::Args;

use super::{CliError, exit};
use crate::scenario::Suite;

/// List the scenarios: id, title, tags, requirements, file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kouan list scenarios/")]
pub struct List {
    /// Files, or directories that are searched for *.yaml and *.yml
    #[arg(value_name = "PATH", default_value = "scenarios/")]
    paths: Vec<PathBuf>,
}

impl List {
    /// Prints a line for each case, columns set apart by tabs.
    ///
    /// # Errors
    /// Files that cannot be read or have a mistake; each mistake is drawn.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let suite = Suite::load(&self.paths).map_err(|e| CliError::Input(e.to_string()))?;
        if suite.mistakes() > 0 {
            return Err(CliError::Input(suite.rendered(false).trim_end().to_owned()));
        }
        for case in suite.cases() {
            let header = &case.scenario;
            let (tags, covers) = (header.tags.join(" "), header.covers.join(" "));
            writeln!(out, "{}\t{}\t{tags}\t{covers}\t{}", case.id, header.title, header.file)?;
        }
        Ok(exit::PASSED)
    }
}
