//! Where orders come from: lines from a socket in the file system, which only its owner may use, or from stdin.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read},
    os::unix::{
        fs::{FileTypeExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::mpsc::{self, Sender, SyncSender},
    thread,
    time::Duration,
};

/// No order is longer.
const MAX_LINE: u64 = 8 * 1024;
/// Who doesn't read answers isn't waited for.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// A line that somebody said. The asker's next one is read when this is dropped: nobody can flood us.
#[derive(Debug)]
pub struct Said {
    /// The line; an error if it is too long or not UTF-8.
    pub line: Result<String, Unreadable>,
    /// Who gets the answer; `None` is stdout.
    pub to: Option<UnixStream>,
    _done: SyncSender<()>,
}

/// A line that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("这一行不是UTF-8文字，或超过{MAX_LINE}字节")]
pub struct Unreadable;

/// Why there can be no socket.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Something else has that name.
    #[error("{0} 已存在，且不是套接字")]
    Exists(PathBuf),
    /// Another program listens there.
    #[error("{0} 正被另一个程序使用")]
    InUse(PathBuf),
    /// The system refuses.
    #[error("无法建立控制套接字 {path}：{source}")]
    Io {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A socket that is listened on; dropped, it is removed.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
}

impl Control {
    /// Listens at `path`; whatever is said there goes to `hear`. A socket that a program left behind is replaced.
    ///
    /// # Errors
    /// If the name is taken or the system refuses.
    pub fn listen<T: From<Said> + Send + 'static>(path: &Path, hear: Sender<T>) -> Result<Self, ControlError> {
        let io = |source| ControlError::Io { path: path.into(), source };
        if let Ok(metadata) = fs::symlink_metadata(path) {
            if !metadata.file_type().is_socket() {
                return Err(ControlError::Exists(path.into()));
            }
            if UnixStream::connect(path).is_ok() {
                return Err(ControlError::InUse(path.into()));
            }
            fs::remove_file(path).map_err(io)?;
        }
        let listener = UnixListener::bind(path).map_err(io)?;
        let control = Self { path: path.into() };
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(io)?;
        let accept = move || {
            for stream in listener.incoming().flatten() {
                let hear = hear.clone();
                // Without a thread for it a caller hears that its connection is closed.
                thread::Builder::new().spawn(move || attend(&stream, &hear)).ok();
            }
        };
        thread::Builder::new().name("control".into()).spawn(accept).map_err(io)?;
        Ok(control)
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // If someone has removed it already there is nothing to do.
        fs::remove_file(&self.path).ok();
    }
}

fn attend<T: From<Said>>(stream: &UnixStream, hear: &Sender<T>) {
    // Where there is no limit, somebody who reads no answers holds up everybody else.
    if stream.set_write_timeout(Some(WRITE_LIMIT)).is_ok() {
        for_each_line(BufReader::new(stream), |line| stream.try_clone().is_ok_and(|to| pass_on(hear, line, Some(to))));
    }
}

/// Sends every line of `input` to `hear`, to be answered on stdout, until its end.
pub fn read<T: From<Said>>(input: impl BufRead, hear: &Sender<T>) {
    for_each_line(input, |line| pass_on(hear, line, None));
}

/// Passes a line on and waits until it has been dealt with. Says whether anybody listens.
fn pass_on<T: From<Said>>(hear: &Sender<T>, line: Result<String, Unreadable>, to: Option<UnixStream>) -> bool {
    let (_done, done) = mpsc::sync_channel(0);
    let heard = hear.send(T::from(Said { line, to, _done })).is_ok();
    // Nothing is ever sent: that the other end is dropped is the message.
    done.recv().ok();
    heard
}

fn for_each_line(mut input: impl BufRead, mut each: impl FnMut(Result<String, Unreadable>) -> bool) {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match input.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let ended = bytes.ends_with(b"\n") || (bytes.len() as u64) < MAX_LINE;
        let line = String::from_utf8(std::mem::take(&mut bytes)).ok().filter(|_| ended);
        if !ended && input.skip_until(b'\n').is_err() {
            return;
        }
        if !each(line.ok_or(Unreadable)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whatever_stands_between_them() {
        let mut input = b"pull\n\xFF\xFE\n".to_vec();
        input.extend(vec![b'x'; 8 * 1024 - 1]);
        input.extend(b"\n");
        input.extend(vec![b'y'; 8 * 1024]);
        input.extend(b"yyy\nlist");
        let mut heard = Vec::new();
        for_each_line(input.as_slice(), |line| {
            heard.push(line.map(|line| line.len()));
            true
        });
        assert_eq!(heard, [Ok(5), Err(Unreadable), Ok(8 * 1024), Err(Unreadable), Ok(4)]);
    }

    #[test]
    fn a_socket_left_behind_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control");
        drop(UnixListener::bind(&path).unwrap());
        let (hear, _heard) = mpsc::channel::<Said>();
        let control = Control::listen(&path, hear.clone()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(Control::listen(&path, hear.clone()), Err(ControlError::InUse(_))));
        drop(control);
        assert!(!path.exists());
        fs::write(&path, "mine").unwrap();
        assert!(matches!(Control::listen(&path, hear), Err(ControlError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
