//! `kouan lint`: every mistake of every file, drawn where it stands.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use super::{CliError, exit, tables_arg::TablesArg};
use crate::scenario::Suite;

/// Check scenario files without running them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kouan lint scenarios/")]
pub struct Lint {
    /// Files, or directories that are searched for *.yaml and *.yml
    #[arg(value_name = "PATH", default_value = "scenarios/")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    tables: TablesArg,
}

impl Lint {
    /// Prints mistakes and warnings, then how many there are. Exits 2 where there is a mistake.
    ///
    /// # Errors
    /// A path that cannot be read or holds no scenario file; code tables that are wrong.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        self.tables.read()?;
        let suite = Suite::load(&self.paths).map_err(|e| CliError::Input(e.to_string()))?;
        write!(out, "{}", suite.rendered(std::io::stdout().is_terminal()))?;
        let (files, mistakes, warnings) = (suite.readings.len(), suite.mistakes(), suite.warnings());
        write!(out, "检查了 {files} 个文件，发现 {mistakes} 处错误")?;
        if warnings > 0 {
            write!(out, "，{warnings} 处警告")?;
        }
        writeln!(out)?;
        Ok(if mistakes > 0 { ExitCode::from(exit::INPUT) } else { exit::PASSED })
    }
}
