//! Changed, cut and random bytes: always a refusal, never a panic.

use domain::message::Receipt;
use interchange::{Suite, open_receipt, seal_receipt};
use proptest::prelude::*;

use crate::fixture::*;

/// Every byte near both ends, where the structure is, and a sample between.
fn positions(length: usize) -> impl Iterator<Item = usize> {
    (0..length).filter(move |i| *i < 420 || *i + 96 > length || i % 61 == 0)
}

//= MSG-02
#[test]
fn any_flipped_byte_is_refused_in_every_suite() {
    for suite in Suite::ALL {
        let world = world(suite);
        let sealed = world.seal(&answer(), &world.insurer.identity);
        assert!(world.open(&sealed, &world.portal.identity).is_ok());
        for i in positions(sealed.len()) {
            for mask in [0x01, 0x80] {
                let mut changed = sealed.clone();
                changed[i] ^= mask;
                let outcome = world.open(&changed, &world.portal.identity);
                assert!(outcome.is_err(), "{suite}: byte {i} of {} with {mask:02x}", sealed.len());
            }
        }
    }
}

/// A receipt is bare SignedData, so this reaches every byte of the structure under the signature.
//= MSG-02
#[test]
fn any_changed_byte_of_a_receipt_is_refused() {
    for suite in Suite::ALL {
        let world = world(suite);
        let sealed = seal_receipt(&Receipt::Accepted, &[3; 32], None, &world.insurer.identity, now());
        let open =
            |bytes: &[u8]| open_receipt(bytes, &insurer(), &[3; 32], &world.portal.identity, &world.peers, now());
        assert_eq!(open(&sealed), Ok(Receipt::Accepted));
        for i in 0..sealed.len() {
            for bit in [i % 8, (i + 3) % 8] {
                let mut changed = sealed.to_vec();
                changed[i] ^= 1 << bit;
                assert!(open(&changed).is_err(), "{suite}: bit {bit} of byte {i}");
            }
        }
    }
}

#[test]
fn any_cut_message_is_refused() {
    for suite in Suite::ALL {
        let world = world(suite);
        let sealed = world.seal(&answer(), &world.insurer.identity);
        for i in positions(sealed.len()) {
            let refused = world.open(&sealed[..i], &world.portal.identity).unwrap_err();
            assert_eq!(refused.code, "K3106");
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for suite in Suite::ALL {
            let world = world(suite);
            prop_assert!(world.open(&bytes, &world.portal.identity).is_err());
            let portal = &world.portal.identity;
            prop_assert!(open_receipt(&bytes, &insurer(), &[0; 32], portal, &world.peers, now()).is_err());
        }
    }

    #[test]
    fn any_event_text_is_refused_or_read(text in "\\PC{0,200}") {
        let world = world(Suite::Mac);
        let bytes = world.seal_json(text.as_bytes(), &world.insurer.identity, &portal());
        prop_assert!(world.open(&bytes, &world.portal.identity).is_err());
    }

    #[test]
    fn pieces_put_elsewhere_are_refused(from in 0usize..1500, to in 0usize..1500, length in 1usize..64) {
        let world = world(Suite::Sm2);
        let sealed = world.seal(&answer(), &world.insurer.identity);
        let mut changed = sealed.clone();
        let (from, to) = (from % (sealed.len() - 64), to % (sealed.len() - 64));
        changed[to..to + length].copy_from_slice(&sealed[from..from + length]);
        prop_assert_eq!(world.open(&changed, &world.portal.identity).is_ok(), changed == sealed);
    }
}
