//! `kouan explain`: whatever has a name, in full.

use std::{io::Write, process::ExitCode};

use clap::Args;

use super::{CliError, exit, tables_arg::TablesArg};
use crate::scenario::explain::{TOPICS, explain, tables, topics};

/// Explain a requirement, a verb, a field, a life cycle, an invariant, a message, a code or a code table
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kouan explain AGR-08\n  kouan explain 协议签署\n  kouan explain K5104\n  kouan explain 报文\n  kouan explain 始终\n  kouan explain 协议\n  kouan explain 港口 上海\n  kouan explain 代码 CNSH"
)]
pub struct Explain {
    /// Such as AGR-08, 协议签署, 始终, 报文, 协议, K5104; without it, the topics
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// After the name of a code table (or after 代码, for all tables): how the code or name of a row starts
    #[arg(value_name = "START")]
    start: Option<String>,
    #[command(flatten)]
    tables: TablesArg,
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
        let codes = self.tables.read()?;
        if let Some(start) = &self.start {
            let text = match tables::look_up(&codes, id.trim(), start.trim()) {
                Some(found) => found.map_err(CliError::Input)?,
                None => {
                    return Err(CliError::Input(format!("「{id}」不是参数表；`kouan explain 参数表` 列出全部参数表")));
                }
            };
            write!(out, "{text}")?;
            return Ok(exit::PASSED);
        }
        let table = tables::explain(&codes, id.trim());
        match (explain(id), table) {
            (Ok(text), table) => {
                let gap = if table.is_some() { "\n" } else { "" };
                write!(out, "{text}{gap}{}", table.unwrap_or_default())?;
                Ok(exit::PASSED)
            }
            (Err(_), Some(table)) => {
                write!(out, "{table}")?;
                Ok(exit::PASSED)
            }
            (Err(Some(nearest)), None) => Err(CliError::Input(format!("没有「{id}」，是不是「{nearest}」？"))),
            (Err(None), None) => {
                let kinds: Vec<&str> = TOPICS.iter().map(|(name, ..)| *name).collect();
                Err(CliError::Input(format!("没有「{id}」；可以问：{}", kinds.join("、"))))
            }
        }
    }
}
