//! A PC/SC service of a test's own: its own socket, ports, readers and log, beside whatever service the system runs.
//!
//! `pcscd` has its socket's path built in, so it runs in a mount namespace where that is a directory of ours. Clients
//! are told of it by `PCSCLITE_CSOCK_NAME`.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// Where Debian's `vsmartcard-vpcd` puts the driver of its virtual readers.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// How often a service that doesn't come up is asked, and how often it is started anew where its ports were taken.
const LOOKS: usize = 400;
const STARTS: usize = 5;

/// A running service with two virtual readers. Dropping it ends the service.
pub struct Pcscd {
    dir: TempDir,
    port: u16,
    way: &'static [&'static str],
    child: Child,
}

/// Ways to a mount namespace: as root, and as a user where the system allows that.
const WAYS: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// Gives the service its own /run/pcscd. A user who is root in a namespace only cannot make that directory.
const SCRIPT: &str = r#"[ -d /run/pcscd ] || mkdir -p /run/pcscd 2>/dev/null || { mount -t tmpfs none /run && mkdir /run/pcscd; }
mount --bind "$0/run" /run/pcscd && exec pcscd --foreground --info --config "$0/conf""#;

impl Pcscd {
    /// Starts a service. `None`, and a skip that is counted, where the system forbids it.
    pub fn start(test: &str) -> Option<Self> {
        if !Path::new(DRIVER).exists() || !installed("pcscd") || !installed("unshare") {
            assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs pcscd and vsmartcard-vpcd: make setup");
            return skipped(test, "pcscd, vsmartcard-vpcd or unshare is not installed");
        }
        let Some(way) = WAYS.into_iter().find(|way| may_mount(way)) else {
            return skipped(test, "the system allows no mount namespace");
        };
        for _ in 0..STARTS {
            let dir = tempfile::Builder::new().prefix("kouan-").tempdir().unwrap();
            let port = pair_of_ports();
            fs::create_dir(dir.path().join("run")).unwrap();
            fs::create_dir(dir.path().join("conf")).unwrap();
            fs::write(dir.path().join("conf/vpcd"), configuration(port)).unwrap();
            let mut service = Self { child: spawn(way, dir.path()), dir, port, way };
            if service.comes_up() {
                return Some(service);
            }
        }
        panic!("{test}: the service shows no readers, {STARTS} times over");
    }

    /// Where cards connect to, for the reader of that number (0 or 1).
    pub fn vpcd(&self, slot: u16) -> String {
        format!("127.0.0.1:{}", self.port + slot)
    }

    /// A program that talks to this service.
    pub fn program(&self, name: &str) -> Command {
        self.client(Command::new(name))
    }

    /// The built `kouan`, run in the repository's root, talking to this service.
    pub fn kouan(&self) -> Command {
        let mut command = self.client(Command::new(assert_cmd::cargo::cargo_bin!("kouan")));
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    }

    fn client(&self, mut command: Command) -> Command {
        command.env("PCSCLITE_CSOCK_NAME", self.dir.path().join("run/pcscd.comm")).stdin(Stdio::null());
        command
    }

    /// What the service has said so far, for the message of a failure.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Ends the service without warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        // What it would have removed itself.
        for name in ["pcscd.comm", "pcscd.pid"] {
            let _ = fs::remove_file(self.dir.path().join("run").join(name));
        }
    }

    /// Starts the service again after [`Pcscd::kill`], on the same ports.
    pub fn start_again(&mut self) {
        self.child = spawn(self.way, self.dir.path());
        assert!(self.comes_up(), "the service does not come back:\n{}", self.log());
    }

    /// Waits until both readers are listed, which is more than the socket's being there: where a port is taken the
    /// service runs without readers.
    fn comes_up(&mut self) -> bool {
        for _ in 0..LOOKS {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            let listed = self.kouan().args(["card", "list-readers"]).output().unwrap();
            let names = String::from_utf8_lossy(&listed.stdout);
            if names.contains("Virtual PCD 00 00") && names.contains("Virtual PCD 00 01") {
                return true;
            }
        }
        false
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        // It may have been ended already, and a test that fails says why by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("pcscd said:\n{}", self.log());
        }
    }
}

fn configuration(port: u16) -> String {
    format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port}\nLIBPATH {DRIVER}\nCHANNELID {port}\n")
}

fn spawn(way: &[&str], dir: &Path) -> Child {
    let log = fs::File::options().create(true).append(true).open(dir.join("log")).unwrap();
    let mut command = Command::new("unshare");
    command.args(way).args(["--propagation", "private", "sh", "-c", SCRIPT]).arg(dir);
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

fn may_mount(way: &[&str]) -> bool {
    let mut command = Command::new("unshare");
    command.args(way).args(["--propagation", "private", "true"]);
    command.stdin(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Two ports in a row that nobody listens at, as the driver of two readers needs them.
fn pair_of_ports() -> u16 {
    loop {
        let first = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("0.0.0.0", port + 1)).is_ok() {
            return port;
        }
    }
}

/// Whether a program is there; services are not in everybody's `PATH`.
pub fn installed(name: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths).chain(["/usr/sbin".into()]).any(|dir| dir.join(name).is_file())
}

/// Says and counts that a test could not be made here.
pub fn skipped<T>(test: &str, why: &str) -> Option<T> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let folder = target.join("skipped");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(test), format!("{test}: {why}\n")).unwrap();
    eprintln!("SKIPPED {test}: {why}");
    None
}
