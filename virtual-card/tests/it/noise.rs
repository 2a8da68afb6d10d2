//! Bytes that nobody would send: random ones, half-right ones, and the committed corpus of odd ones.

use std::{env, fs, path::Path};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use virtual_card::{Card, tlv};

use crate::test_card::{card, hex, managed_card, open_card};

/// How many commands are made up, unless KOUAN_APDUS says otherwise.
const COMMANDS: usize = 100_000;
/// A card hears so many of them before a fresh one takes its place.
const LIFE: usize = 200;
/// Half a second goes into a key of RSA: so many are made, however many commands there are.
const RSA_KEYS: usize = 20;

const KNOWN: [u8; 18] =
    [0xA4, 0x20, 0x24, 0x2C, 0x87, 0xCB, 0xC0, 0xDB, 0x47, 0xFE, 0xFF, 0xFA, 0xFB, 0xFD, 0xF8, 0xF7, 0xF9, 0x01];
const P1: [u8; 10] = [0x00, 0x03, 0x04, 0x07, 0x08, 0x11, 0x3F, 0x54, 0xFF, 0x81];
const P2: [u8; 10] = [0x00, 0x80, 0x81, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0xFF, 0xFE];
const TAGS: [u32; 16] =
    [0x7C, 0x80, 0x81, 0x82, 0x85, 0xAC, 0xAA, 0xAB, 0x5C, 0x53, 0x70, 0x01, 0x02, 0x03, 0x06, 0x5F_C105];
/// The test card's PIN and PUK, and the management key: none of them is ever told.
const SECRETS: [&str; 3] = ["3132333435363738", "313233343536FFFF", "010203040506070801020304050607080102030405060708"];

/// Every answer ends in a status word that the card knows, and holds no secret.
fn send(card: &mut Card, command: &[u8]) -> u16 {
    let answer = card.transmit(command);
    let status = answer.last_chunk::<2>().expect("every command is answered");
    let known = matches!(status, [0x90, 0] | [0x61, _] | [0x67 | 0x6D | 0x6E, 0] | [0x63, 0xC0..=0xCF])
        || matches!(status, [0x68, 0x81 | 0x82] | [0x69, 0x82 | 0x83 | 0x85])
        || matches!(status, [0x6A, 0x80 | 0x82 | 0x84 | 0x86 | 0x88]);
    assert!(known, "{command:02X?} -> {status:02X?}");
    // The digits of this card's number happen to hold its PUK.
    let guid = answer.windows(16).position(|window| window == b"0123456789abcdef");
    let answer = guid.map_or(&answer[..], |place| &answer[place + 16..]);
    for secret in SECRETS.map(hex) {
        let told = answer.windows(secret.len()).any(|window| window == secret);
        // What the terminal itself has just put there may come back.
        assert!(
            !told || command.windows(8).any(|window| secret.windows(8).any(|part| part == window)),
            "{command:02X?}"
        );
    }
    u16::from_be_bytes(*status)
}

/// Draws of commands.
struct Noise(ChaCha20Rng);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0.next_u32() as usize % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn bytes(&mut self, below: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.below(below)];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A tree of elements, some of them cut off or of a wrong length.
    fn template(&mut self, depth: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.below(4) {
            let length = self.one(&[1, 2, 9, 17, 33, 129, 257]);
            let value = if depth > 0 && self.below(2) == 0 { self.template(depth - 1) } else { self.bytes(length) };
            bytes.extend(tlv::write(self.one(&TAGS), &value));
        }
        if !bytes.is_empty() && self.below(8) == 0 {
            let place = self.below(bytes.len());
            bytes[place] = self.bytes(2).first().copied().unwrap_or(0x80);
        }
        bytes
    }

    /// A command that is nearly right: header, template and lengths as they should be, more or less.
    fn command(&mut self) -> Vec<u8> {
        let mut command = vec![self.one(&[0x00, 0x00, 0x00, 0x10]), self.one(&KNOWN), self.one(&P1), self.one(&P2)];
        match command[1] {
            0xCB | 0xDB => command[2..4].copy_from_slice(&[0x3F, 0xFF]),
            0x47 | 0xF7 => command[2] = 0,
            0xFD | 0xF8 | 0xFB => command[2..4].copy_from_slice(&[0, 0]),
            0xFF => command[2..4].copy_from_slice(&[0xFF, 0xFF]),
            _ => {}
        }
        let inside = self.template(2);
        let data = match command[1] {
            0x87 => tlv::write(0x7C, &inside),
            0x47 => {
                let algorithm = self.one(&[0x07, 0x11, 0x54, 0x14]);
                tlv::write(
                    0xAC,
                    &[&[0x80, 0x01, algorithm][..], if self.below(3) == 0 { &inside } else { &[] }].concat(),
                )
            }
            0xFE => [&hex("0620")[..], &[self.below(3) as u8; 32]].concat(),
            0xFF => [&[self.one(&[3, 8, 0x0A, 0x0C]), 0x9B, 24][..], &[0x11; 24]].concat(),
            0xCB => tlv::write(0x5C, &hex(self.one(&["5FC102", "5FC105", "5FC109", "5FFF00", "7E"]))),
            0xDB => {
                [tlv::write(0x5C, &hex(self.one(&["5FC105", "5FC109", "5FFF00"]))), tlv::write(0x53, &inside)].concat()
            }
            0x20 => hex(self.one(&["", "313233343536FFFF", "3131313131313131"])),
            _ => inside,
        };
        let le = self.one(&[None, Some(256), Some(8), Some(65_536)]);
        let [cla, ins, p1, p2] = command[..] else { return command };
        let mut bytes =
            virtual_card::apdu::Command { cla, ins, p1, p2, data: &data, le }.to_bytes().unwrap_or_default();
        if self.below(16) == 0 {
            bytes.truncate(self.below(bytes.len() + 1));
        }
        bytes
    }
}

/// The first byte of a key's algorithm in GENERATE, if this is one.
fn makes_rsa(command: &[u8]) -> bool {
    command.get(1) == Some(&0x47) && command.windows(3).any(|window| window == [0x80, 0x01, 0x07])
}

#[test]
fn random_commands_are_answered_and_nothing_breaks() {
    let commands = env::var("KOUAN_APDUS").map_or(COMMANDS, |text| text.parse().expect("KOUAN_APDUS is a number"));
    let mut noise = Noise(ChaCha20Rng::seed_from_u64(7));
    let fresh = [card(), open_card(), managed_card()];
    let mut card = fresh[0].clone();
    let (mut rsa_keys, mut successes) = (0, [0_usize; 256]);
    for round in 0..commands {
        if round % LIFE == 0 {
            card = fresh[round / LIFE % fresh.len()].clone();
        }
        let longest = if round % 50 == 0 { 5_000 } else { 40 };
        let command = if round % 4 == 0 { noise.bytes(longest) } else { noise.command() };
        if makes_rsa(&command) {
            rsa_keys += 1;
            if rsa_keys > RSA_KEYS {
                continue;
            }
        }
        if send(&mut card, &command) == 0x9000 {
            successes[usize::from(command[1])] += 1;
        }
    }
    // Nothing would be tried if all of it were refused.
    for ins in [0x20, 0xCB, 0xDB, 0x47, 0xFE, 0xFF, 0xFD, 0xF8, 0xF7, 0x87] {
        assert!(successes[ins] > 20, "{ins:02X} succeeded {} times", successes[ins]);
    }
}

#[test]
fn the_corpus_is_answered_and_nothing_breaks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/apdu");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 4, "the corpus is gone");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for mut card in [card(), open_card(), managed_card()] {
            for line in text.lines().map(|line| line.split('#').next().unwrap()).filter(|line| !line.is_empty()) {
                send(&mut card, &hex(line));
            }
        }
    }
}
