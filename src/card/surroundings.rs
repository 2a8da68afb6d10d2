//! What this computer has for real cards: the service, drivers, readers, and the card in each. Looking changes nothing,
//! and uses up no try of a PIN.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use signing::Algorithm;
use virtual_card::{Presence, Slot};

use super::{
    CardError, PinStatus, Terminal,
    open::{self, Listed},
};

/// Where pcsclite's service has its socket, unless told otherwise.
const SOCKET: &str = "/run/pcscd/pcscd.comm";
/// Where the drivers of readers without USB are configured.
const DRIVERS: &str = "/etc/reader.conf.d";
/// Slots of a vpcd driver, each with a port of its own in a row.
pub const SLOTS: u16 = 2;

/// Whether the service answers at its socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// It does.
    Runs(PathBuf),
    /// There is no socket; whether the program is installed.
    Absent {
        /// Whether the service's program is there.
        installed: bool,
    },
    /// There is a socket that nobody listens at.
    Dead(PathBuf),
    /// The system doesn't let us.
    Denied(PathBuf),
    /// Something else, in the system's words.
    Strange(PathBuf, String),
}

/// A vpcd driver that is configured: to it virtual cards can be plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpcd {
    /// The first port that it listens at.
    pub port: u16,
    /// Whether the driver's file is there.
    pub there: bool,
}

/// What lies in a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A PIV card with a certificate to sign under.
    Signer {
        /// The name in the certificate.
        holder: String,
        /// The key's algorithm.
        algorithm: Algorithm,
        /// Whether the PIN is verified, or how many tries are left.
        pin: PinStatus,
    },
    /// A PIV card without such a certificate.
    Blank,
    /// A card that isn't a PIV card.
    Foreign,
    /// One that could not be looked at.
    Unread(CardError),
}

/// Looks for the service.
pub fn service() -> Service {
    let socket = PathBuf::from(env::var_os("PCSCLITE_CSOCK_NAME").unwrap_or_else(|| SOCKET.into()));
    match connect(&socket) {
        Ok(()) => Service::Runs(socket),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Service::Absent { installed: installed("pcscd") },
            io::ErrorKind::ConnectionRefused => Service::Dead(socket),
            io::ErrorKind::PermissionDenied => Service::Denied(socket),
            _ => Service::Strange(socket, error.to_string()),
        },
    }
}

#[cfg(unix)]
fn connect(socket: &Path) -> io::Result<()> {
    std::os::unix::net::UnixStream::connect(socket).map(drop)
}

/// Elsewhere the service is a part of the system.
#[cfg(not(unix))]
fn connect(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether a program is installed; services are not in everybody's `PATH`.
fn installed(name: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths).chain(["/usr/sbin".into()]).any(|folder| folder.join(name).is_file())
}

/// The vpcd drivers that the service loads when it starts.
pub fn vpcd() -> Vec<Vpcd> {
    let files = fs::read_dir(DRIVERS).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<Vpcd> =
        files.filter_map(|file| fs::read_to_string(file.path()).ok()).filter_map(|text| driver(&text)).collect();
    found.sort_by_key(|vpcd| vpcd.port);
    found
}

/// A driver's configuration, if it is vpcd's.
fn driver(text: &str) -> Option<Vpcd> {
    let value = |key: &str| {
        let mut words = text.lines().filter(|line| !line.trim_start().starts_with('#')).map(str::split_whitespace);
        words.find_map(|mut words| (words.next() == Some(key)).then(|| words.next()).flatten())
    };
    let library = value("LIBPATH").filter(|path| path.contains("vpcd"))?;
    let number = value("CHANNELID")?;
    let port = match number.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => number.parse(),
    };
    Some(Vpcd { port: port.ok()?, there: Path::new(library).exists() })
}

/// Looks at the card in a reader.
pub fn card(reader: &Listed) -> Found {
    if reader.presence == Presence::Empty {
        return Found::Nothing;
    }
    let looked = open::pcsc(Some(&reader.name)).map_err(CardError::from).and_then(|mut reader| {
        Terminal::hold(&mut *reader, |terminal| {
            let certificate = match terminal.read_certificate(Slot::Authentication) {
                Err(CardError::Status(_)) => return Ok(Found::Blank),
                other => other?,
            };
            let (holder, algorithm) = (certificate.common_name().to_owned(), certificate.public_key().algorithm());
            Ok(Found::Signer { holder, algorithm, pin: terminal.tries_left()? })
        })
    });
    looked.unwrap_or_else(|error| match error {
        CardError::Status(_) => Found::Foreign,
        CardError::NoCard | CardError::Removed => Found::Nothing,
        error => Found::Unread(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drivers_configuration_tells_its_port() {
        let text = "# vpcd\nFRIENDLYNAME \"Virtual PCD\"\nDEVICENAME   /dev/null:0x8C7B\n\
                    LIBPATH /nowhere/libifdvpcd.so\nCHANNELID 0x8C7B\n";
        assert_eq!(driver(text), Some(Vpcd { port: 35_963, there: false }));
        assert_eq!(driver(&text.replace("0x8C7B", "41000")), Some(Vpcd { port: 41_000, there: false }));
        assert_eq!(driver(&text.replace("libifdvpcd", "libccidtwin")), None);
        assert_eq!(driver("LIBPATH"), None);
    }
}
