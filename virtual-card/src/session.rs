//! A card file in use: one session at a time, and nothing that the card counted is ever lost.
//!
//! A card in a slot can't be in another; a file could be read by several programs at once, each of which would then
//! count tries of its own (ACC-09). So the file is locked for as long as a session lasts, and what the card changed is on
//! the disk before anyone hears the answer. The lock is the file itself: nothing lies about after a crash.

use std::{
    cell::RefCell,
    fmt,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use crate::{
    card::Card,
    file::{CardFile, CardFileError},
};

/// The only session on a card file; the next one waits until this one is dropped.
pub struct CardSession {
    path: PathBuf,
    file: CardFile,
    /// Locked, and always the very file that `path` names.
    lock: File,
    /// Begins where the system's randomness says.
    random: RefCell<ChaCha20Rng>,
    /// The card has changed since the file was written: a disk that refused once is asked again.
    behind: bool,
}

impl fmt::Debug for CardSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardSession").field("path", &self.path).finish_non_exhaustive()
    }
}

impl CardSession {
    /// Reads a card file and locks it. If another session has it, calls `waiting` once, then waits for its end.
    ///
    /// # Errors
    /// As [`CardFile::load`], or if the file can't be locked, or the system has no random numbers.
    pub fn open(path: &Path, waiting: impl FnOnce()) -> Result<Self, CardFileError> {
        let mut waiting = Some(waiting);
        Self::locked(path, |lock| match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                if let Some(tell) = waiting.take() {
                    tell();
                }
                lock.lock().map(|()| true)
            }
            Err(TryLockError::Error(error)) => Err(error),
            Ok(()) => Ok(true),
        })
        .map(|session| session.expect("it was waited for"))
    }

    /// As [`CardSession::open`], but `None` if another session has the file.
    ///
    /// # Errors
    /// As [`CardSession::open`].
    pub fn try_open(path: &Path) -> Result<Option<Self>, CardFileError> {
        Self::locked(path, |lock| match lock.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
            Ok(()) => Ok(true),
        })
    }

    /// `take` takes the lock, or says that it can't be had now.
    fn locked(path: &Path, mut take: impl FnMut(&File) -> io::Result<bool>) -> Result<Option<Self>, CardFileError> {
        let io = |source| CardFileError::Io { path: path.into(), source };
        // A symbolic link must not become a file of its own when the card is written.
        let path = fs::canonicalize(path).map_err(io)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| CardFileError::NoRandomness(error.to_string()))?;
        loop {
            let lock = File::open(&path).map_err(io)?;
            if !take(&lock).map_err(io)? {
                return Ok(None);
            }
            // A session that ended meanwhile has put another file in this one's place: that one is the card.
            if is_named(&lock, &path).map_err(io)? {
                let file = CardFile::load(&path)?;
                CardFile::sweep(&path);
                let random = RefCell::new(ChaCha20Rng::from_seed(seed));
                return Ok(Some(Self { path, file, lock, random, behind: false }));
            }
        }
    }

    /// The card, not yet powered, with the tries that the file remembers. It draws random numbers that no card has drawn
    /// before, not even this one: a challenge that comes again could be answered by who has only listened.
    pub fn card(&self) -> Card {
        let mut seed = Zeroizing::new([0; 32]);
        self.random.borrow_mut().fill_bytes(&mut *seed);
        let mut card = self.file.card();
        card.stir(&seed);
        card
    }

    /// Writes what using the card has changed, if anything: call it before an answer is told.
    ///
    /// # Errors
    /// If the file system refuses; then the old file is still there.
    pub fn keep(&mut self, card: &Card) -> Result<(), CardFileError> {
        self.behind |= self.file.keep(card);
        if self.behind {
            // The new file is locked before it has the name, so that nobody comes between.
            self.lock = self.file.replace_locked(&self.path)?;
            self.behind = false;
        }
        Ok(())
    }

    /// What the file says of the card, its secrets included.
    pub fn file(&self) -> &CardFile {
        &self.file
    }
}

/// Whether `path` still names the file that was opened.
#[cfg(unix)]
fn is_named(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (held, named) = (file.metadata()?, fs::metadata(path)?);
    Ok((held.dev(), held.ino()) == (named.dev(), named.ino()))
}

/// Without numbers for files their times of creation must do.
#[cfg(not(unix))]
fn is_named(file: &File, path: &Path) -> io::Result<bool> {
    Ok(file.metadata()?.created()? == fs::metadata(path)?.created()?)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use signing::{Algorithm, PrivateKey, TestCa};

    use super::*;
    use crate::issue::{Holder, Role, issue};

    fn written(folder: &Path) -> PathBuf {
        let rng = &mut ChaCha20Rng::from_seed([3; 32]);
        let ca = TestCa::new_root("测试根", PrivateKey::generate(Algorithm::Sm2, rng).unwrap(), 0, 4_102_444_799);
        let holder =
            Holder { name: "张三", company: "虚构公司", uscc: "91110000600037341L", role: Role::Operator };
        let path = folder.join("card.json");
        issue(&ca.unwrap(), &holder, Algorithm::Sm2, rng).unwrap().create(&path).unwrap();
        path
    }

    fn open(path: &Path) -> CardSession {
        CardSession::open(path, || ()).unwrap()
    }

    //= ACC-09
    #[test]
    fn the_second_session_waits_and_sees_what_the_first_one_used_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let mut first = open(&path);
        let (tell, told) = mpsc::channel();
        let second = std::thread::spawn({
            let path = path.clone();
            move || CardSession::open(&path, || tell.send(()).unwrap()).unwrap().card().pin_state().pin_left
        });
        told.recv().unwrap();
        let mut card = first.card();
        card.lock();
        first.keep(&card).unwrap();
        assert!(!second.is_finished(), "the lock was lost with the file that was replaced");
        drop(first);
        assert_eq!(second.join().unwrap(), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary stays behind");
    }

    #[test]
    fn no_card_of_a_file_draws_what_another_one_drew() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let challenge = |mut card: Card| {
            card.transmit(&[0, 0xA4, 4, 0, 5, 0xA0, 0, 0, 3, 8]);
            card.transmit(&[0, 0x87, 3, 0x9B, 4, 0x7C, 2, 0x81, 0, 0])
        };
        let session = open(&path);
        let mut drawn = vec![challenge(session.card()), challenge(session.card())];
        drop(session);
        drawn.push(challenge(open(&path).card()));
        assert!(drawn.iter().all(|answer| answer.len() == 14));
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 3);
        let file = CardFile::load(&path).unwrap();
        assert_eq!(challenge(file.card()), challenge(file.card()), "without a session it replays");
    }

    #[test]
    fn what_a_session_that_was_killed_left_lying_about_hinders_nobody_and_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let leftover = folder.path().join(format!(".card.json.{}.tmp", std::process::id()));
        let foreign = folder.path().join(".card.json.backup.tmp");
        for text in ["", "{\"kind\": \"TEST CA"] {
            fs::write(&leftover, text).unwrap();
            fs::write(&foreign, text).unwrap();
            // Without a session nobody sweeps, but the name is taken: another one must do.
            CardFile::load(&path).unwrap().replace(&path).unwrap();
            assert_eq!(fs::read_to_string(&leftover).unwrap(), text);
            let mut session = open(&path);
            assert!(!leftover.exists() && foreign.exists());
            let mut card = session.card();
            card.lock();
            fs::write(&leftover, text).unwrap();
            session.keep(&card).unwrap();
            drop(session);
            assert_eq!(CardFile::load(&path).unwrap().pin_left, 0);
        }
    }

    #[test]
    fn who_does_not_want_to_wait_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let first = open(&path);
        assert!(CardSession::try_open(&path).unwrap().is_none());
        drop(first);
        assert!(CardSession::try_open(&path).unwrap().is_some());
    }

    //= ACC-09
    #[test]
    fn what_a_full_disk_refused_is_written_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let mut session = open(&path);
        let mut card = session.card();
        card.lock();
        let away = folder.path().with_extension("away");
        fs::rename(folder.path(), &away).unwrap();
        assert!(session.keep(&card).is_err());
        fs::rename(&away, folder.path()).unwrap();
        session.keep(&card).unwrap();
        assert_eq!(CardFile::load(&path).unwrap().pin_left, 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_card_file_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut session = open(&link);
        let mut card = session.card();
        card.lock();
        session.keep(&card).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(CardFile::load(&path).unwrap().pin_left, 0);
    }

    #[test]
    fn a_session_that_changes_nothing_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        let mut session = open(&path);
        session.keep(&session.card()).unwrap();
        drop(session);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    }
}
