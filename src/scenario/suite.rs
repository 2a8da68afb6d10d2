//! A suite: all scenario files under some paths, read together.
//!
//! Files are taken in the order of their paths, cases in the order of file and row. Invariant: a suite with a mistake
//! in any file has no case, so nothing of it runs.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    abreast::{abreast, cores},
    cast::Cast,
    lint,
    model::Case,
    read::{Reading, read},
    render::render,
    source::MAX_FILE_BYTES,
};

/// Files that a thread takes at a time.
const HANDFUL: usize = 16;

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
    /// It is a pipe, a device or the like: reading it might never end.
    #[error("{0} 不是普通文件")]
    NotAFile(String),
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
        let files = files(paths)?;
        let readings = abreast(files.len(), HANDFUL, cores(), |i| {
            let path = &files[i];
            Ok(read(&path.display().to_string(), &beginning(path)?, Cast::fixture()))
        });
        // Of several paths that cannot be read the first is told, whichever thread met one first.
        let mut readings = readings.into_iter().collect::<Result<Vec<Reading>, Unreadable>>()?;
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

/// Every `*.yaml` and `*.yml` under the paths, in order; a path that is a file counts whatever its name.
///
/// # Errors
/// A path cannot be read, or there is no file at all.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Unreadable> {
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
    Ok(files)
}

/// A file's bytes, but no more than one too many: enough to refuse it, however large it is.
///
/// # Errors
/// It cannot be read, or is a pipe, a device or the like.
pub fn beginning(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let unreadable = |error| Unreadable::Io { path: path.display().to_string(), error };
    // Before it is opened: opening a pipe waits for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Unreadable::NotAFile(path.display().to_string()));
    }
    let most = u64::try_from(MAX_FILE_BYTES).map_or(u64::MAX, |most| most + 1);
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_two_gigabytes_is_refused_without_being_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.yaml");
        File::create(&path).unwrap().set_len(2 << 30).unwrap();
        assert_eq!(beginning(&path).unwrap().len(), MAX_FILE_BYTES + 1);
        let suite = Suite::load(&[path]).unwrap();
        assert_eq!(suite.readings[0].mistakes[0].what.code(), "K5003");
    }

    #[test]
    fn files_come_in_the_order_of_their_paths() {
        let directory = tempfile::tempdir().unwrap();
        for i in 0..100 {
            let text = format!("场景: 甲\n编号: S-{}\n覆盖: [ACC-02]\n步骤:\n  - 登录: {{}}\n", i % 90);
            // The first ones are the longest, so that threads which share them end out of order.
            let text = text + &"# 长\n".repeat(20 * (100 - i));
            fs::write(directory.path().join(format!("{i:03}.yaml")), text).unwrap();
        }
        let files = files(&[directory.path().to_owned()]).unwrap();
        let suite = Suite::load(&[directory.path().to_owned()]).unwrap();
        let read: Vec<&str> = suite.readings.iter().map(|r| r.source.file.as_str()).collect();
        assert_eq!(read, files.iter().map(|f| f.to_str().unwrap()).collect::<Vec<_>>());
        // Of two files with one 编号 it is always the later that is told.
        let clash = |r: &&Reading| r.mistakes.iter().any(|m| m.what.code() == "K5501");
        let told: Vec<&str> = suite.readings.iter().filter(clash).map(|r| r.source.file.as_str()).collect();
        assert_eq!(told, read[90..]);
    }

    #[cfg(unix)]
    #[test]
    fn of_two_paths_that_cannot_be_read_the_first_is_told() {
        let directory = tempfile::tempdir().unwrap();
        for i in 0..60 {
            fs::write(directory.path().join(format!("{i:02}.yaml")), "a: 1").unwrap();
        }
        for name in ["20.yaml", "40.yaml"] {
            fs::remove_file(directory.path().join(name)).unwrap();
            std::os::unix::fs::symlink("/dev/zero", directory.path().join(name)).unwrap();
        }
        let error = Suite::load(&[directory.path().to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), format!("{} 不是普通文件", directory.path().join("20.yaml").display()));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_said_to_be_none() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("x.yaml");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [directory.path().to_owned(), link.clone()] {
            let error = Suite::load(&[path]).unwrap_err();
            assert_eq!(error.to_string(), format!("{} 不是普通文件", link.display()));
        }
    }
}
