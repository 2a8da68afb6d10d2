//! `--tables DIR`: code tables of the user's own in place of those that are built in.

use std::{fs, io::Read, path::PathBuf, sync::Arc};

use clap::Args;
use domain::tables::{MAX_BYTES, Tables};

use super::CliError;
use crate::world::fixtures;

/// Which code tables forms choose from; shared by commands that read forms.
#[derive(Debug, Args)]
pub struct TablesArg {
    /// A directory with code tables (such as ports.csv) in place of the built-in ones of the same names
    #[arg(long = "tables", value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl TablesArg {
    /// The built-in tables, each replaced by the file of its name in the directory. Other files than *.csv are left alone.
    ///
    /// # Errors
    /// A directory that cannot be read or has no table, a file of no table's name, or the first thing that is wrong in
    /// one, with its line.
    pub fn read(&self) -> Result<Arc<Tables>, CliError> {
        let built_in = fixtures::tables();
        let Some(dir) = &self.dir else { return Ok(Arc::clone(built_in)) };
        let unreadable = |path: &PathBuf, e: &std::io::Error| CliError::Input(format!("{}：{e}", path.display()));
        let mut files = Vec::new();
        for entry in fs::read_dir(dir).map_err(|e| unreadable(dir, &e))? {
            let path = entry.map_err(|e| unreadable(dir, &e))?.path();
            if path.extension().is_some_and(|end| end == "csv") {
                files.push(path);
            }
        }
        if files.is_empty() {
            let text = "没有参数表（*.csv）；格式见 fixtures/tables/README.md";
            return Err(CliError::Input(format!("{}：{text}", dir.display())));
        }
        files.sort();
        let mut tables = (**built_in).clone();
        let wrong = |e: &dyn std::fmt::Display| CliError::Input(format!("{}：{e}", dir.display()));
        for path in &files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let mut bytes = Vec::new();
            // One byte more than may be read, so that a larger file is known for what it is.
            let limit = MAX_BYTES as u64 + 1;
            let file = fs::File::open(path).map_err(|e| unreadable(path, &e))?;
            file.take(limit).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
            let text = String::from_utf8(bytes).map_err(|_| wrong(&format!("{name}：不是UTF-8文本")))?;
            tables.read(&name, &text).map_err(|e| wrong(&e))?;
        }
        tables.check().map_err(|e| wrong(&e))?;
        Ok(Arc::new(tables))
    }
}
