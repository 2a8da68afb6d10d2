//! `kouan explain`: whatever has a name, in full.

use std::{io::Write, process::ExitCode};

use clap::Args;

use super::{CliError, exit};
use crate::scenario::explain::{TOPICS, explain, topics};

/// Explain a requirement, a verb, a field, a life cycle, an invariant, a message or a code
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kouan explain AGR-08\n  kouan explain 协议签署\n  kouan explain K5104\n  kouan explain 报文\n  kouan explain 始终\n  kouan explain 协议"
)]
pub struct Explain {
    /// Such as AGR-08, 协议签署, 始终, 报文, 协议, K5104; without it, the topics
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl Explain {
    /// Prints the explanation.
    ///
    /// # Errors
    /// Nothing has that name.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let Some(id) = &self.id else {
            write!(out, "{}", topics())?;
            return Ok(exit::PASSED);
        };
        match explain(id) {
            Ok(text) => {
                write!(out, "{text}")?;
                Ok(exit::PASSED)
            }
            Err(Some(nearest)) => Err(CliError::Input(format!("没有「{id}」，是不是「{nearest}」？"))),
            Err(None) => {
                let kinds: Vec<&str> = TOPICS.iter().map(|(name, ..)| *name).collect();
                Err(CliError::Input(format!("没有「{id}」；可以问：{}", kinds.join("、"))))
            }
        }
    }
}
