//! A program that is killed while it works with a card: its file is the old or the new one, and the next session works.
//!
//! The program is this test itself, started anew with a card file in an environment variable. It tells each step that is on
//! the disk; the test kills it (SIGKILL) behind one of them, so that death strikes wherever the next step happens to be.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use des::{
    TdesEde3,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use virtual_card::{Card, CardFile, CardSession, Pin};

const FILE: &str = "KOUAN_CRASH_CARD";
/// Written by the program in front of each step that it tells, so that the test's own output is not mistaken for one.
const STEP: &str = "step on disk: ";
const DEATHS: usize = 60;
/// SM2, which is quick to make and to write.
const GENERATE: &[u8] = b"\x00\x47\x00\x9C\x05\xAC\x03\x80\x01\x54\x00";
const IMPORT: &[u8] = b"\x00\xFE\x54\x9E\x22\x06\x20AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD";
const PINS: [&[u8; 8]; 2] = [b"88888888", b"11111111"];

fn fixture() -> CardFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/cards/binhai-operator.json");
    let mut file = CardFile::load(&path).unwrap();
    file.fixture = false;
    file
}

/// Proves to know the management key from the factory.
fn manage(card: &mut Card) {
    card.transmit(b"\x00\xA4\x04\x00\x05\xA0\x00\x00\x03\x08");
    let challenge = card.transmit(b"\x00\x87\x03\x9B\x04\x7C\x02\x81\x00\x00");
    let mut block: [u8; 8] = challenge[4..12].try_into().unwrap();
    let key = b"\x01\x02\x03\x04\x05\x06\x07\x08".repeat(3);
    TdesEde3::new_from_slice(&key).unwrap().encrypt_block((&mut block).into());
    assert_eq!(card.transmit(&[&b"\x00\x87\x03\x9B\x0C\x7C\x0A\x82\x08"[..], &block].concat()), [0x90, 0]);
}

/// The object that says how many rounds are on the disk.
fn count(rounds: u32) -> Vec<u8> {
    [&b"\x00\xDB\x3F\xFF\x0B\x5C\x03\x5F\xFF\x00\x53\x04"[..], &rounds.to_be_bytes()].concat()
}

fn rounds_in(file: &CardFile) -> u32 {
    file.objects.get(0x5F_FF00).map_or(0, |count| u32::from_be_bytes(count.try_into().unwrap()))
}

/// What the killed program does: a key, a key of others, a PIN, an object, again and again. In the other runs there is nothing to do.
#[test]
fn work_with_a_card_until_killed() {
    let Some(path) = env::var_os(FILE) else { return };
    let mut session = CardSession::open(Path::new(&path), || ()).unwrap();
    let mut card = session.card();
    manage(&mut card);
    for round in 1.. {
        let [old, new] = [PINS[round as usize % 2], PINS[(round as usize + 1) % 2]];
        let [old, new] = if card.transmit(&verify(old)) == [0x90, 0] { [old, new] } else { [new, old] };
        let change = [&b"\x00\x24\x00\x80\x10"[..], old, new].concat();
        for command in [GENERATE, IMPORT, &change, &count(round)] {
            let answer = card.transmit(command);
            assert!(answer.ends_with(&[0x90, 0]), "{command:02X?} {answer:02X?}");
            session.keep(&card).unwrap();
            writeln!(std::io::stderr(), "{STEP}{round}").unwrap();
        }
    }
}

fn verify(pin: &[u8; 8]) -> Vec<u8> {
    [&b"\x00\x20\x00\x80\x08"[..], pin].concat()
}

#[test]
fn whenever_a_program_is_killed_its_card_file_is_whole_and_the_next_session_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.json");
    fixture().create(&path).unwrap();
    for death in 0..DEATHS {
        let mut program = Command::new(env::current_exe().unwrap())
            .args(["--exact", "work_with_a_card_until_killed", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(program.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut last = String::new();
        for line in told.by_ref().filter(|line| line.starts_with(STEP)).take(1 + death % 9) {
            last = line;
        }
        // Some moments later: each of these questions to the system takes a little, and no two deaths ask as often.
        for _ in 0..death * 40 {
            assert!(program.try_wait().unwrap().is_none(), "the program has ended by itself");
        }
        program.kill().unwrap();
        program.wait().unwrap();
        let round: u32 = last.strip_prefix(STEP).expect("the program tells its steps").parse().unwrap();
        check(folder.path(), &path, round.saturating_sub(1));
    }
}

/// The system kills a program that writes beyond a limit (SIGXFSZ), which is a death in the middle of a file, at a chosen byte.
#[cfg(target_os = "linux")]
#[test]
fn at_whatever_byte_of_its_new_file_a_program_dies_the_card_is_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.json");
    fixture().create(&path).unwrap();
    let old = fs::read_to_string(&path).unwrap();
    for limit in (0..old.len()).step_by(251) {
        let ended = Command::new("prlimit")
            .args([&format!("--fsize={limit}"), "--core=0", "--"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", "work_with_a_card_until_killed", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended.status), Some(25), "SIGXFSZ at byte {limit}");
        assert_eq!(fs::read_to_string(&path).unwrap(), old, "byte {limit}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "half a file lies beside it");
    }
    check(folder.path(), &path, 0);
}

/// The file can be read, has all that was told to be on the disk, and works; nothing lies about behind the next session.
fn check(folder: &Path, path: &Path, rounds: u32) {
    let file = CardFile::load(path).unwrap();
    assert!(rounds_in(&file) >= rounds, "{} rounds are on the disk, {rounds} were told", rounds_in(&file));
    assert!(PINS.iter().any(|pin| file.profile.pin.padded() == Pin::from_padded(**pin).unwrap().padded()));
    let before = file.to_json();
    let mut session = CardSession::open(path, || panic!("a dead program holds the lock")).unwrap();
    let mut card = session.card();
    manage(&mut card);
    session.keep(&card).unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), before, "nothing was changed");
    assert_eq!(card.transmit(&count(0)), [0x90, 0]);
    session.keep(&card).unwrap();
    assert_eq!(rounds_in(&CardFile::load(path).unwrap()), 0);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "what the dead program left was swept away");
}
