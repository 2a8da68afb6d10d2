//! Scenario files that are being written: which of them changed since the last look, and what is wrong with them now.
//!
//! Unlike a [`Suite`](super::Suite), one file's mistakes don't keep the others from running. Invariant: a file counts as
//! changed only if its bytes are others, or if another file came to share its 编号 or no longer does.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    cast::Cast,
    mistake::{Mistake, MistakeKind},
    model::Case,
    read::{Reading, read},
    render::render,
    suite::{self, Unreadable},
};

/// How often a listing is tried again where a file went away in the midst of it.
const LISTINGS: usize = 5;

/// The files under some paths, as they were when last looked at.
#[derive(Debug)]
pub struct Watched {
    paths: Vec<PathBuf>,
    files: BTreeMap<PathBuf, Known>,
}

/// What a look found.
#[derive(Debug, Default)]
pub struct Round {
    /// Files to be judged anew, in order.
    pub changed: Vec<PathBuf>,
    /// Files that are no longer there, in order.
    pub gone: Vec<PathBuf>,
    /// Files that are there but cannot be read; what was known of them stays.
    pub unreadable: Vec<Unreadable>,
}

#[derive(Debug)]
struct Known {
    stamp: Stamp,
    bytes: Vec<u8>,
    reading: Reading,
    /// The earlier file with the same 编号.
    clash: Option<PathBuf>,
}

/// When a file was written, as the file system tells, and its length.
type Stamp = (Option<SystemTime>, u64);

impl Watched {
    /// Of files, or folders with *.yaml and *.yml. Nothing is read before the first [`look`](Self::look).
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, files: BTreeMap::new() }
    }

    /// Looks at all files. Those with a name out of `named` are read even if they seem the same: two saves may be
    /// closer to each other than the file system's clock can tell.
    ///
    /// # Errors
    /// A folder cannot be read although it is there; nothing has been looked at then.
    pub fn look(&mut self, named: &BTreeSet<OsString>) -> Result<Round, Unreadable> {
        let mut round = Round::default();
        let mut found = BTreeMap::new();
        let mut changed = BTreeSet::new();
        for path in self.list()? {
            let Some(stamp) = stamp(&path) else { continue };
            let suspect = path.file_name().is_some_and(|name| named.contains(name));
            let before = self.files.remove(&path);
            let known = match before {
                Some(before) if before.stamp == stamp && !suspect => before,
                before => match (suite::beginning(&path), before) {
                    (Ok(bytes), Some(before)) if bytes == before.bytes => Known { stamp, ..before },
                    (Ok(bytes), _) => {
                        changed.insert(path.clone());
                        Known::read(&path, stamp, bytes)
                    }
                    // It went away just now.
                    (Err(Unreadable::Io { error, .. }), before) if error.kind() == io::ErrorKind::NotFound => {
                        self.files.extend(before.map(|before| (path, before)));
                        continue;
                    }
                    (Err(error), before) => {
                        round.unreadable.push(error);
                        found.extend(before.map(|before| (path, before)));
                        continue;
                    }
                },
            };
            found.insert(path, known);
        }
        round.gone = std::mem::replace(&mut self.files, found).into_keys().collect();
        self.compare_ids(&mut changed);
        round.changed = changed.into_iter().collect();
        Ok(round)
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// The cases of a file; none if it has a mistake or is gone.
    pub fn cases(&self, path: &Path) -> &[Case] {
        self.files.get(path).filter(|known| known.clash.is_none()).map_or(&[], |known| &known.reading.cases)
    }

    /// Whether a file has mistakes, warnings aside.
    pub fn is_refused(&self, path: &Path) -> bool {
        self.files.get(path).is_some_and(|known| known.clash.is_some() || known.reading.is_refused())
    }

    /// A file's mistakes and warnings, drawn as `lint` does; empty where there are none.
    pub fn drawn(&self, path: &Path, colour: bool) -> String {
        let Some(known) = self.files.get(path) else { return String::new() };
        let mut mistakes = known.reading.mistakes.clone();
        if let (Some(other), Some(case)) = (&known.clash, known.reading.cases.first()) {
            let what = MistakeKind::DuplicateId { id: case.scenario.id.clone(), other: other.display().to_string() };
            mistakes.push(Mistake::new(what, known.reading.id_span));
            mistakes.sort_by_key(|m| m.span);
        }
        render(&known.reading.source, &mistakes, colour)
    }

    /// The paths of all files that are there now. A path that was given may come and go.
    fn list(&self) -> Result<Vec<PathBuf>, Unreadable> {
        let mut all = BTreeSet::new();
        for path in &self.paths {
            for attempt in 1..=LISTINGS {
                match suite::files(std::slice::from_ref(path)) {
                    Ok(files) => all.extend(files),
                    Err(Unreadable::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                        if path.exists() && attempt < LISTINGS {
                            continue;
                        }
                    }
                    Err(Unreadable::Nothing(_)) => {}
                    Err(error) => return Err(error),
                }
                break;
            }
        }
        Ok(all.into_iter().collect())
    }

    /// Notes which files share an earlier one's 编号, and adds those for which that is new.
    fn compare_ids(&mut self, changed: &mut BTreeSet<PathBuf>) {
        let mut first: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (path, known) in &mut self.files {
            let clash = known.reading.cases.first().and_then(|case| {
                let other = first.entry(case.scenario.id.clone()).or_insert_with(|| path.clone());
                (other != path).then(|| other.clone())
            });
            if clash != known.clash {
                known.clash = clash;
                changed.insert(path.clone());
            }
        }
    }
}

impl Known {
    fn read(path: &Path, stamp: Stamp, bytes: Vec<u8>) -> Self {
        let reading = read(&path.display().to_string(), &bytes, Cast::fixture());
        Self { stamp, bytes, reading, clash: None }
    }
}

/// None where nothing is there (any more), or only a link that leads nowhere, as some editors leave while they work.
fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = "场景: 甲\n编号: W-1\n覆盖: [AGR-07]\n步骤:\n  - 协议签署: {记作: 协议}\n";

    fn names(paths: &[PathBuf]) -> Vec<String> {
        paths.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn only_what_has_other_bytes_or_a_new_clash_is_judged_anew() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        let mut watched = Watched::new(vec![dir.path().to_owned()]);
        let mut look = |named: &[&str]| {
            let named = named.iter().map(OsString::from).collect();
            let round = watched.look(&named).unwrap();
            let refused = watched.files.keys().filter(|p| watched.is_refused(p)).cloned().collect::<Vec<_>>();
            (names(&round.changed), names(&round.gone), names(&refused))
        };
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();

        assert_eq!(look(&[]), (list(&[]), list(&[]), list(&[])));
        write("b.yaml", SCENARIO);
        assert_eq!(look(&["b.yaml"]), (list(&["b.yaml"]), list(&[]), list(&[])));
        // Saved again, but the same.
        write("b.yaml", SCENARIO);
        assert_eq!(look(&["b.yaml"]), (list(&[]), list(&[]), list(&[])));
        // As long as before, and perhaps at the same tick of the file system's clock.
        write("b.yaml", &SCENARIO.replace("场景: 甲", "场景: 乙"));
        assert_eq!(look(&["b.yaml"]), (list(&["b.yaml"]), list(&[]), list(&[])));
        // An earlier file takes its 编号: both are told about.
        write("a.yaml", SCENARIO);
        assert_eq!(look(&["a.yaml"]), (list(&["a.yaml", "b.yaml"]), list(&[]), list(&["b.yaml"])));
        fs::remove_file(dir.path().join("a.yaml")).unwrap();
        assert_eq!(look(&[]), (list(&["b.yaml"]), list(&["a.yaml"]), list(&[])));
        write("c.yaml", "场景: [\n");
        assert_eq!(look(&[]), (list(&["c.yaml"]), list(&[]), list(&["c.yaml"])));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("user@host.123", dir.path().join(".#a.yaml")).unwrap();
        let mut watched = Watched::new(vec![dir.path().to_owned()]);
        assert!(watched.look(&BTreeSet::new()).unwrap().changed.is_empty());
    }
}
