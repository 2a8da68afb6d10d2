//! No way out for a private key: whatever is asked, no answer holds a piece of one.

use signing::{Algorithm, PrivateKey};
use virtual_card::{Card, apdu, tlv};

use crate::test_card::{KINDS, hex, keys, managed_card, open_card};

/// Pieces of the private half of a key, none of which the public half contains.
fn secrets(key: &PrivateKey) -> Vec<Vec<u8>> {
    let der = key.to_pkcs8_der();
    let private = match key.algorithm() {
        // The scalar follows the version number of ECPrivateKey (RFC 5915).
        Algorithm::Sm2 | Algorithm::P256 => {
            let mark = [0x02, 0x01, 0x01, 0x04, 0x20];
            let place = der.windows(5).position(|window| window == mark).expect("an ECPrivateKey holds its scalar");
            &der[place + 5..place + 37]
        }
        // The exponent, the primes and the rest follow the public numbers; the last 700 bytes are all private.
        Algorithm::Rsa2048 => &der[der.len() - 700..],
    };
    private.chunks_exact(16).map(<[u8]>::to_vec).collect()
}

struct Watch {
    fresh: fn() -> Card,
    card: Card,
    secrets: Vec<Vec<u8>>,
}

impl Watch {
    fn send(&mut self, command: &apdu::Command<'_>) {
        let mut answer = self.card.transmit(&command.to_bytes().unwrap());
        for secret in &self.secrets {
            assert!(!answer.windows(16).any(|window| window == secret), "{command:02X?} shows a piece of a key");
        }
        // Wrong PINs and changes among the commands mustn't close the card for those that follow.
        if !matches!(answer.pop(), Some(0x00)) || command.ins != 0x87 {
            self.card = (self.fresh)();
        }
    }
}

#[test]
fn no_command_and_no_object_shows_a_private_key() {
    try_everything(open_card);
}

#[test]
fn no_command_shows_an_administrator_a_private_key() {
    try_everything(managed_card);
}

fn try_everything(fresh: fn() -> Card) {
    let mut secrets: Vec<_> = keys().iter().flat_map(secrets).collect();
    assert!(secrets.len() >= 3 * 2 + 40);
    secrets.push(hex("01020304050607080102030405060708"));
    let mut watch = Watch { fresh, card: fresh(), secrets };
    let full = Some(65_536);
    let inputs = [vec![], hex("7C028200"), hex("7C028100"), tlv::write(0x5C, &[0x7E]), vec![0; 16]];
    for ins in 0..=0xFF {
        for (slot, _) in KINDS {
            for p1 in [0x00, 0x01, 0x04, 0x07, 0x11, 0x3F, 0x54, 0xFF] {
                for data in &inputs {
                    let p2 = slot.reference();
                    watch.send(&apdu::Command { cla: 0, ins, p1, p2, data, le: full });
                }
            }
        }
    }
    for prefix in [0x5F_C100, 0x5F_FF00, 0x7F00, 0x0000] {
        for last in 0..=0xFF_u32 {
            let tag: Vec<u8> = (prefix | last).to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            let data = tlv::write(0x5C, &tag);
            watch.send(&apdu::Command { cla: 0, ins: 0xCB, p1: 0x3F, p2: 0xFF, data: &data, le: full });
        }
    }
}
