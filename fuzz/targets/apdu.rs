//! Any sequence of commands to a card: each is answered, whatever went before, without a panic.
//!
//! The first byte says whether the PIN is verified beforehand. Then come commands, each behind its length in two bytes.
#![no_main]

use kouan::world::keys::fixtures;
use libfuzzer_sys::fuzz_target;

/// SELECT of PIV and VERIFY of the fixtures' PIN.
const SELECT: &[u8] = b"\x00\xA4\x04\x00\x05\xA0\x00\x00\x03\x08";
const VERIFY: &[u8] = b"\x00\x20\x00\x80\x0888888888";
/// The most that an answer may hold: an extended response and its status word.
const LONGEST: usize = 65_536 + 2;

fuzz_target!(|bytes: &[u8]| {
    let Some((how, mut rest)) = bytes.split_first() else { return };
    let mut card = fixtures().cards[0][0].clone();
    card.reset();
    if how % 2 == 1 {
        assert!(card.transmit(SELECT).ends_with(&[0x90, 0]));
        assert_eq!(card.transmit(VERIFY), [0x90, 0]);
    }
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let (command, behind) = behind.split_at(behind.len().min(usize::from(u16::from_be_bytes(*length))));
        let answer = card.transmit(command);
        assert!((2..=LONGEST).contains(&answer.len()), "{} bytes of answer", answer.len());
        rest = behind;
    }
});
