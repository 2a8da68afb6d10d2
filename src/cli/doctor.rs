//! `kouan doctor`: what is there for real cards, what is missing, and what to type next.

use std::{io::Write, process::ExitCode};

use super::{CliError, exit};
use crate::card::open;

/// See whether real card readers can be used here, and what is missing
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kouan doctor\n\nExit codes: 0 all is well; 3 something is missing")]
pub struct Doctor {}

impl Doctor {
    /// Looks and reports.
    ///
    /// # Errors
    /// If the report cannot be written.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match open::list() {
            Ok(readers) => writeln!(out, "{}个读卡器", readers.len())?,
            Err(error) => {
                writeln!(out, "{error}")?;
                return Ok(ExitCode::from(exit::SURROUNDINGS));
            }
        }
        Ok(exit::PASSED)
    }
}
