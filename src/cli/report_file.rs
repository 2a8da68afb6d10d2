//! A report's file: found writable before anything runs, and there as a whole or not at all.
//!
//! Invariant: what a reader finds under the name is a whole report, this run's or the one before. What is written is
//! kept in memory until it is flushed, then put beside the name and renamed: no signal or crash leaves half a file.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// A file to be. A report flushes once, when it is complete; without a flush nothing comes into being.
#[derive(Debug)]
pub struct ReportFile {
    written: Vec<u8>,
    to: To,
}

#[derive(Debug)]
enum To {
    /// A name for a regular file.
    Name { path: PathBuf, directory: PathBuf },
    /// A pipe or a device, which cannot be replaced: written to as it stands.
    Stream(File),
}

/// Why nothing can be written there.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// The folder is not there.
    #[error("写不了 {path}：没有目录 {directory}，请先建好")]
    NoDirectory {
        /// The file.
        path: String,
        /// The folder.
        directory: String,
    },
    /// The name is a folder's.
    #[error("写不了 {0}：它是目录，请写文件名")]
    IsDirectory(String),
    /// The system says no.
    #[error("写不了 {path}：{error}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        error: io::Error,
    },
}

impl ReportFile {
    /// Makes sure that `path` can be written, and leaves no trace.
    ///
    /// # Errors
    /// [`Unwritable`], with the path and what to do.
    pub fn create(path: &Path) -> Result<Self, Unwritable> {
        let told = || path.display().to_string();
        let failed = |error| Unwritable::Io { path: told(), error };
        // A link stays, and what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&path) {
            Ok(there) if there.is_dir() => return Err(Unwritable::IsDirectory(told())),
            // Renaming asks the folder's permission alone; a file that was locked on purpose stays.
            Ok(there) if there.is_file() => drop(OpenOptions::new().append(true).open(&path).map_err(failed)?),
            Ok(_) => {
                let stream = OpenOptions::new().write(true).open(&path).map_err(failed)?;
                return Ok(Self { written: Vec::new(), to: To::Stream(stream) });
            }
            Err(_) => {}
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if !directory.is_dir() {
            return Err(Unwritable::NoDirectory { path: told(), directory: directory.display().to_string() });
        }
        drop(beside(&directory).map_err(failed)?);
        Ok(Self { written: Vec::new(), to: To::Name { path, directory } })
    }
}

/// A new file with the permissions that any new file gets; dropped, it is gone.
fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".kouan-report-");
    #[cfg(unix)]
    builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    builder.tempfile_in(directory)
}

impl Write for ReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.write(bytes)
    }

    /// The report is complete: from now on it stands under its name.
    fn flush(&mut self) -> io::Result<()> {
        let named =
            |path: &Path, error: io::Error| io::Error::new(error.kind(), format!("写不了 {}：{error}", path.display()));
        match &mut self.to {
            To::Name { path, directory } => {
                let put = || {
                    let mut file = beside(directory)?;
                    file.write_all(&self.written)?;
                    file.flush()?;
                    file.persist(&*path).map_err(|e| e.error)
                };
                put().map(drop).map_err(|e| named(path, e))
            }
            To::Stream(stream) => {
                stream.write_all(&self.written)?;
                self.written.clear();
                stream.flush()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_is_there_before_the_report_is_complete() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.xml");
        let mut file = ReportFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        assert!(names(directory.path()).is_empty());
        file.write_all(b" and half").unwrap();
        file.flush().unwrap();
        assert_eq!(names(directory.path()), ["r.xml"]);
        assert_eq!(fs::read(&path).unwrap(), b"half and half");
    }

    #[test]
    fn the_report_before_stays_until_then_and_a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.xml");
        fs::write(&path, "before").unwrap();
        let link = directory.path().join("link.xml");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&path, &link).unwrap();
        #[cfg(not(unix))]
        fs::write(&link, "before").unwrap();
        let mut file = ReportFile::create(&link).unwrap();
        file.write_all(b"after").unwrap();
        assert_eq!(fs::read(&link).unwrap(), b"before");
        file.flush().unwrap();
        assert_eq!(fs::read(&link).unwrap(), b"after");
        #[cfg(unix)]
        assert_eq!(fs::read(&path).unwrap(), b"after");
    }

    #[test]
    fn what_cannot_be_written_is_said_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| ReportFile::create(&directory.path().join(name)).unwrap_err().to_string();
        assert!(at("no/r.xml").contains("：没有目录 "));
        assert!(at(".").ends_with("：它是目录，请写文件名"));
        fs::write(directory.path().join("file"), "").unwrap();
        assert!(at("file/r.xml").contains("：没有目录 "));
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().permissions().mode();
        File::create(directory.path().join("plain")).unwrap();
        let mut file = ReportFile::create(&directory.path().join("r.xml")).unwrap();
        file.flush().unwrap();
        assert_eq!(mode("r.xml"), mode("plain"));
    }
}
