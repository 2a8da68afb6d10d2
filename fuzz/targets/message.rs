//! Any bytes as a message or a receipt: opened or refused, in every suite, without a panic.
//!
//! Hardly any change survives a signature, so the first byte may also ask for the rest to be signed as it is: by that
//! road the fuzzer reaches what lies behind the signature.
#![no_main]

use std::time::Duration;

use domain::{Time, directory::PartyId};
use interchange::{CODES, OpenError, Suite, open, open_receipt, seal_event};
use kouan::world::keys::suite_keys;
use libfuzzer_sys::fuzz_target;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const WINDOW: Duration = Duration::from_secs(3 * 86_400);

fuzz_target!(|bytes: &[u8]| {
    let Some((how, rest)) = bytes.split_first() else { return };
    let now = Time::parse("2026-03-02 09:10:00").expect("a time");
    let keys = suite_keys(Suite::ALL[usize::from(*how) % Suite::ALL.len()]);
    let (portal, insurer) = (PartyId::portal(), PartyId::new("boc-insurance"));
    let me = &keys.parties[&portal].good;
    match how / 64 {
        0 => drop(open(rest, me, &keys.peers, now, WINDOW).map_err(known)),
        1 => drop(open_receipt(rest, &insurer, &[0; 32], me, &keys.peers, now).map_err(known)),
        // The other half of the numbers goes where most is to be found.
        _ => {
            let mut rng = ChaCha20Rng::from_seed([7; 32]);
            let from = &suite_keys(Suite::Mac).parties[&insurer].good;
            let keys = suite_keys(Suite::Mac);
            let sealed = seal_event(rest, from, &portal, &keys.peers, &mut rng).expect("a keyed hash has no limits");
            let me = &keys.parties[&portal].good;
            if let Ok(opened) = open(&sealed, me, &keys.peers, now, WINDOW).map_err(known) {
                assert_eq!(opened.json.as_bytes(), rest, "what was opened is not what was sealed");
            }
        }
    }
});

/// A refusal carries a code that people can look up.
fn known(refused: OpenError) {
    assert!(CODES.iter().any(|(code, ..)| *code == refused.code), "{}", refused.code);
}
