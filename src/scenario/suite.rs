//! A suite: all scenario files under some paths, read together.
//!
//! Files are taken in the order of their paths, cases in the order of file and row. Invariant: a suite with a mistake
//! in any file has no case, so nothing of it runs.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    cast::Cast,
    lint,
    model::Case,
    read::{Reading, read},
    render::render,
};

/// Files read, with their cases or mistakes.
#[derive(Debug)]
pub struct Suite {
    /// One for each file, in the order of their paths.
    pub readings: Vec<Reading>,
}

/// Why a path gives no file.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It cannot be read.
    #[error("读不了 {path}：{error}")]
    Io {
        /// The path.
        path: String,
        /// The system's reason.
        error: io::Error,
    },
    /// Nothing there ends in .yaml or .yml.
    #[error("{0} 里没有场景文件（*.yaml、*.yml）")]
    Nothing(String),
}

impl Suite {
    /// Reads every `*.yaml` and `*.yml` under the paths; a path that is a file is read whatever its name.
    ///
    /// # Errors
    /// A path cannot be read, or there is no file at all. Mistakes inside files are in the suite itself.
    pub fn load(paths: &[PathBuf]) -> Result<Self, Unreadable> {
        let mut files = Vec::new();
        for path in paths {
            find(path, &mut files)?;
        }
        files.sort();
        files.dedup();
        if files.is_empty() {
            let paths: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
            return Err(Unreadable::Nothing(paths.join("、")));
        }
        let mut readings = Vec::new();
        for path in files {
            let bytes = fs::read(&path).map_err(|error| Unreadable::Io { path: path.display().to_string(), error })?;
            readings.push(read(&path.display().to_string(), &bytes, Cast::fixture()));
        }
        lint::shared_ids(&mut readings);
        Ok(Self { readings })
    }

    /// Mistakes that are not warnings.
    pub fn mistakes(&self) -> usize {
        self.readings.iter().flat_map(|r| &r.mistakes).filter(|m| !m.what.is_warning()).count()
    }

    /// Warnings.
    pub fn warnings(&self) -> usize {
        self.readings.iter().flat_map(|r| &r.mistakes).filter(|m| m.what.is_warning()).count()
    }

    /// Everything that is wrong, drawn.
    pub fn rendered(&self, colour: bool) -> String {
        self.readings.iter().map(|r| render(&r.source, &r.mistakes, colour)).collect()
    }

    /// The cases, in order; none if any file has a mistake.
    pub fn cases(&self) -> Vec<&Case> {
        if self.mistakes() > 0 {
            return Vec::new();
        }
        self.readings.iter().flat_map(|r| &r.cases).collect()
    }

    /// The cases, in order; none if any file has a mistake.
    pub fn into_cases(self) -> Vec<Case> {
        if self.mistakes() > 0 {
            return Vec::new();
        }
        self.readings.into_iter().flat_map(|r| r.cases).collect()
    }
}

fn find(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Unreadable> {
    let unreadable = |error| Unreadable::Io { path: path.display().to_string(), error };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let inner = entry.path();
        // A link to a directory is not followed: it may lead in a circle.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            find(&inner, files)?;
        } else if inner.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            files.push(inner);
        }
    }
    Ok(())
}
