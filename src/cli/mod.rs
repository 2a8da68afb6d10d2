//! The command line (being wired).

use std::io;

pub mod card;
pub mod exit;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The arguments or the files given are wrong: exit code 2.
    #[error("{0}")]
    Input(String),
    /// The surroundings are (no reader, no space, no permission), or the program itself: exit code 3.
    #[error("{0}")]
    Surroundings(String),
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Surroundings(error.to_string())
    }
}

