//! Bytes that nobody would send: random ones, and the committed corpus of odd ones.

use std::{fs, path::Path};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use virtual_card::Card;

use crate::test_card::{card, hex, open_card};

const KNOWN: [u8; 8] = [0xA4, 0x20, 0x24, 0x2C, 0x87, 0xCB, 0xC0, 0xFE];

/// Every answer ends in a status word that the card knows.
fn send(card: &mut Card, command: &[u8]) {
    let answer = card.transmit(command);
    let status = answer.last_chunk::<2>().expect("every command is answered");
    let known = matches!(status, [0x90, 0] | [0x61, _] | [0x67 | 0x6D | 0x6E, 0] | [0x63, 0xC0..=0xCF])
        || matches!(status, [0x68, 0x81 | 0x82] | [0x69, 0x82 | 0x83 | 0x85] | [0x6A, 0x80 | 0x82 | 0x86 | 0x88]);
    assert!(known, "{command:02X?} -> {status:02X?}");
}

#[test]
fn random_bytes_are_answered_and_nothing_breaks() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut card = open_card();
    for round in 0..10_000 {
        let length = rng.next_u32() as usize % if round % 50 == 0 { 700 } else { 40 };
        let mut command = vec![0; length];
        rng.fill_bytes(&mut command);
        // Half of them look like commands: a known instruction, a class of ours, a length that is nearly right.
        if round % 2 == 0 && length > 5 {
            command[0] = [0x00, 0x10][round / 2 % 2];
            command[1] = KNOWN[round / 4 % KNOWN.len()];
            command[4] = u8::try_from(length - 5).unwrap_or(0);
            if command[1] == 0x87 {
                command[2] = 0x54;
                command[3] = 0x9A;
                command[5] = 0x7C;
            }
        }
        send(&mut card, &command);
        if round % 100 == 0 {
            card = open_card();
        }
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
        for mut card in [card(), open_card()] {
            for line in text.lines().map(|line| line.split('#').next().unwrap()).filter(|line| !line.is_empty()) {
                send(&mut card, &hex(line));
            }
        }
    }
}
