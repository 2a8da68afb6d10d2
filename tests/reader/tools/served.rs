//! A card file on offer in a service of the test's own, and a folder for what programs read and write.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use signing::Certificate;
use tempfile::TempDir;
use virtual_card::{CardFile, Slot};

use crate::{
    pcscd::{Pcscd, installed, skipped},
    plugged::{Said, said},
};

/// PIN and PUK of the fixtures.
pub const PIN: &str = "88888888";
/// What the holder of a card changes them to.
pub const NEW: &str = "31415926";
/// Where the card file lies in the test's folder.
const CARD: &str = "card.json";

/// A card on offer. Dropping it ends the offer and the service.
pub struct Served {
    pub service: Pcscd,
    folder: TempDir,
    child: Child,
    /// Held, for who prints to a closed pipe ends.
    _told: BufReader<ChildStdout>,
}

impl Served {
    /// Offers a copy of a fixture's card. `None`, and a skip that is counted, where the system or a program is missing.
    pub fn start(test: &str, fixture: &str, programs: &[&str]) -> Option<Self> {
        if let Some(missing) = programs.iter().find(|program| !installed(program)) {
            assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs the program {missing}: make setup");
            return skipped(test, &format!("{missing} is not installed"));
        }
        let service = Pcscd::start(test)?;
        let folder = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards");
        fs::copy(fixtures.join(fixture), folder.path().join(CARD)).unwrap();
        let (child, told) = offer(&service, folder.path());
        Some(Self { service, folder, child, _told: told })
    }

    /// Ends the offer without warning, and begins another one with what the file holds.
    pub fn serve_again(&mut self) {
        self.stop();
        while !self.listed().contains("00 00\t无卡") {}
        (self.child, self._told) = offer(&self.service, self.folder.path());
    }

    fn stop(&mut self) {
        // It may have ended by itself, and then its words tell why.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn listed(&self) -> String {
        said(self.service.kouan().args(["card", "list-readers"])).ended(0).out
    }

    /// The path of a file in the test's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a file in the test's folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// What somebody wrote there.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// A program in the test's folder that talks to the service. Its settings are nobody's but ours.
    pub fn program(&self, name: &str) -> Command {
        let mut command = self.service.program(name);
        command.current_dir(self.folder.path()).env("HOME", self.folder.path()).env_remove("OPENSC_CONF");
        command
    }

    /// Runs a program; the words are separated by spaces.
    pub fn run(&self, line: &str) -> Said {
        let mut words = line.split(' ');
        said(self.program(words.next().unwrap()).args(words))
    }

    /// What the card's file holds now.
    pub fn file(&self) -> CardFile {
        CardFile::load(&self.path(CARD)).unwrap()
    }

    /// The certificate that the file has with a key.
    pub fn certificate(&self, slot: Slot) -> Certificate {
        self.file().slots[&slot].certificate.clone().unwrap()
    }

    /// Writes `NAME.pem`, the public key of a certificate, by means of OpenSSL.
    pub fn write_public_key(&self, slot: Slot, name: &str) {
        self.write("certificate.pem", self.certificate(slot).to_pem());
        let key = self.run("openssl x509 -in certificate.pem -noout -pubkey").ended(0).out;
        self.write(name, key);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the offer, and waits until programs see the card.
fn offer(service: &Pcscd, folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut command = service.kouan();
    command.args(["card", "serve", "--vpcd", &service.vpcd(0)]).arg(folder.join(CARD)).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("在读卡器中") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "the offer has ended:\n{}", service.log());
    }
    let listed = || said(service.kouan().args(["card", "list-readers"])).ended(0).out;
    while !listed().contains("00 00\t有卡") {}
    (child, told)
}

/// OpenSC's PKCS#11 module: in `/usr/lib/ARCH/pkcs11`, where Debian has it, or in a folder of its own.
pub fn module() -> Option<PathBuf> {
    let name = "opensc-pkcs11.so";
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let mut places = folders.flat_map(|folder| [folder.join("pkcs11").join(name), folder.join(name)]);
    places.find(|path| path.is_file())
}
