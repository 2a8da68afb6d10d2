//! Any sequence of commands to a card: each is answered, whatever went before, without a panic.
//!
//! The first byte says whether the PIN is verified beforehand, and whether the management key is proved. Then come commands, each behind its
//! length in two bytes. Keys of RSA are not made: each would take the time of a thousand commands.
#![no_main]

use des::{
    TdesEde3,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use kouan::world::keys::fixtures;
use libfuzzer_sys::fuzz_target;
use virtual_card::Card;

/// SELECT of PIV and VERIFY of the fixtures' PIN.
const SELECT: &[u8] = b"\x00\xA4\x04\x00\x05\xA0\x00\x00\x03\x08";
const VERIFY: &[u8] = b"\x00\x20\x00\x80\x0888888888";
/// The most that an answer may hold: an extended response and its status word.
const LONGEST: usize = 65_536 + 2;

/// Answers the card's challenge with the management key from the factory.
fn prove(card: &mut Card) {
    let challenge = card.transmit(b"\x00\x87\x03\x9B\x04\x7C\x02\x81\x00\x00");
    let mut block: [u8; 8] = challenge[4..12].try_into().expect("a challenge has eight bytes");
    let key = b"\x01\x02\x03\x04\x05\x06\x07\x08".repeat(3);
    TdesEde3::new_from_slice(&key).expect("24 bytes are a key").encrypt_block((&mut block).into());
    let answer = [&b"\x00\x87\x03\x9B\x0C\x7C\x0A\x82\x08"[..], &block].concat();
    assert_eq!(card.transmit(&answer), [0x90, 0]);
}

fuzz_target!(|bytes: &[u8]| {
    let Some((how, mut rest)) = bytes.split_first() else { return };
    let mut card = fixtures().cards[0][0].clone();
    card.reset();
    if how % 2 == 1 {
        assert!(card.transmit(SELECT).ends_with(&[0x90, 0]));
        assert_eq!(card.transmit(VERIFY), [0x90, 0]);
    }
    if how & 2 == 2 {
        assert!(card.transmit(SELECT).ends_with(&[0x90, 0]));
        prove(&mut card);
    }
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let (command, behind) = behind.split_at(behind.len().min(usize::from(u16::from_be_bytes(*length))));
        rest = behind;
        if command.get(1) == Some(&0x47) && command.windows(3).any(|part| part == [0x80, 1, 7]) {
            continue;
        }
        let answer = card.transmit(command);
        assert!((2..=LONGEST).contains(&answer.len()), "{} bytes of answer", answer.len());
    }
});
