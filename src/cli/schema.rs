//! `kouan schema`: JSON Schema of scenario files and of messages.

use std::{io::Write, process::ExitCode};

use clap::{Args, ValueEnum};

use super::{CliError, exit};

/// Print the JSON Schema of scenario files or of messages
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kouan schema scenario > scenario.schema.json")]
pub struct Schema {
    /// Of what
    #[arg(value_enum)]
    of: Subject,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Subject {
    /// Scenario files
    Scenario,
    /// The data of every type of message
    Messages,
}

impl Schema {
    /// Prints the schema.
    ///
    /// # Errors
    /// Writing failed.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let schema = match self.of {
            Subject::Scenario => crate::scenario::schema::scenario(),
            Subject::Messages => interchange::catalogue::schemas(),
        };
        // The alternate form of a JSON value is indented, and cannot fail but for the writer.
        writeln!(out, "{schema:#}")?;
        Ok(exit::PASSED)
    }
}
