//! `yubico-piv-tool`: a card taken into use, administered, and started over with.
//!
//! Not tried here: `selfsign-certificate` and `request-certificate`, which in 2.2.0 fail with OpenSSL 3 before they ask any card.

use virtual_card::Slot;

use super::served::{NEW, PIN, Served};
use crate::plugged::Said;

const FACTORY_KEY: &str = "010203040506070801020304050607080102030405060708";
const OWN_KEY: &str = "0102030405060708010203040506070801020304050607ff";
const RSA_CARD: &str = "dongling-operator.json";

fn start(test: &str) -> Option<Served> {
    Served::start(test, RSA_CARD, &["yubico-piv-tool", "openssl"])
}

/// It looks for readers of its maker's unless told another name.
fn tool(card: &Served, words: &str) -> Said {
    card.run(&format!("yubico-piv-tool -r Virtual {words}"))
}

#[test]
fn the_status_names_slots_numbers_and_tries() {
    let Some(card) = start("yubico_status") else { return };
    assert_eq!(tool(&card, "-a version").ended(0).out, "Application version 5.4.3 found.\n");
    let status = tool(&card, "-a status").ended(0).out;
    // The number is the end of the card's long one, A62591BA, without its highest bit.
    for found in ["Serial Number:\t639996346\n", "Slot 9a:", "Slot 9d:", "Algorithm:\tRSA2048", "PIN tries left:\t5\n"]
    {
        assert!(status.contains(found), "{found}: {status}");
    }
}

//= ACC-09
#[test]
fn pin_and_puk_are_checked_changed_and_unblocked() {
    let Some(mut card) = start("yubico_pins") else { return };
    tool(&card, &format!("-a verify-pin -P {PIN}")).ended(0);
    let wrong = tool(&card, &format!("-a verify-pin -P {NEW}")).ended(1);
    assert!(wrong.err.contains("4 tries left"), "{}", wrong.err);
    assert_eq!(card.file().pin_left, 4);
    tool(&card, &format!("-a change-pin -P {PIN} -N {NEW}")).ended(0);
    tool(&card, &format!("-a change-puk -P {PIN} -N 27182818")).ended(0);
    card.serve_again();
    tool(&card, &format!("-a verify-pin -P {PIN}")).ended(1);
    tool(&card, &format!("-a unblock-pin -P {PIN} -N {PIN}")).ended(1);
    tool(&card, &format!("-a unblock-pin -P 27182818 -N {PIN}")).ended(0);
    tool(&card, &format!("-a verify-pin -P {PIN}")).ended(0);
    assert_eq!((card.file().pin_left, card.file().puk_left), (5, 5));
}

#[test]
fn keys_are_made_and_brought_and_outlive_the_offer() {
    let Some(mut card) = start("yubico_keys") else { return };
    card.run("openssl ecparam -name prime256v1 -genkey -noout -out brought.pem").ended(0);
    card.run("openssl req -new -x509 -key brought.pem -subj /CN=brought -days 30 -out brought.crt").ended(0);
    tool(&card, "-a import-key -s 9e -i brought.pem").ended(0);
    tool(&card, "-a import-certificate -s 9e -i brought.crt").ended(0);
    for (algorithm, slot) in [("ECCP256", "9a"), ("RSA2048", "9c")] {
        tool(&card, &format!("-a generate -s {slot} -A {algorithm} -o {slot}.pem")).ended(0);
        // The tool's own way to a certificate being broken, an authority makes one for the public key.
        let new = "openssl x509 -new -subj /CN=made -days 30 -CA brought.crt -CAkey brought.pem";
        card.run(&format!("{new} -force_pubkey {slot}.pem -out {slot}.crt")).ended(0);
        tool(&card, &format!("-a import-certificate -s {slot} -i {slot}.crt")).ended(0);
    }
    card.serve_again();
    for (slot, certificate) in [("9a", "9a.crt"), ("9c", "9c.crt"), ("9e", "brought.crt")] {
        let test = format!("-a verify-pin -P {PIN} -a test-signature -s {slot} -i {certificate}");
        let tested = tool(&card, &test).ended(0);
        assert!(tested.err.contains("verification."), "{slot}: {} {}", tested.out, tested.err);
    }
    let other = tool(&card, &format!("-a verify-pin -P {PIN} -a test-signature -s 9a -i brought.crt"));
    assert!(other.code != Some(0), "{}", other.err);
    card.write("9d.crt", card.certificate(Slot::KeyManagement).to_pem());
    let decrypted = tool(&card, &format!("-a verify-pin -P {PIN} -a test-decipher -s 9d -i 9d.crt")).ended(0);
    assert!(decrypted.err.contains("Successfully performed RSA decryption!"), "{}", decrypted.err);
}

#[test]
fn an_administrator_sets_key_objects_and_limits() {
    let Some(mut card) = start("yubico_administration") else { return };
    let before = card.certificate(Slot::Authentication).to_pem();
    assert_eq!(tool(&card, "-a read-certificate -s 9a").ended(0).out, before);
    tool(&card, &format!("-a set-mgm-key -n {OWN_KEY}")).ended(0);
    card.serve_again();
    let refused = tool(&card, "-a delete-certificate -s 9a").ended(1);
    assert!(refused.err.contains("Failed authentication"), "{}", refused.err);
    assert_eq!(tool(&card, "-a read-certificate -s 9a").ended(0).out, before);
    tool(&card, &format!("-a delete-certificate -s 9a --key={OWN_KEY}")).ended(0);
    tool(&card, "-a read-certificate -s 9a").ended(1);
    tool(&card, &format!("-a set-mgm-key -n {FACTORY_KEY} --key={OWN_KEY}")).ended(0);
    for object in ["set-chuid", "set-ccc"] {
        tool(&card, &format!("-a {object}")).ended(0);
    }
    assert_eq!(card.file().objects.iter().count(), 2);
    tool(&card, &format!("-a verify-pin -P {PIN} -a pin-retries --pin-retries 4 --puk-retries 6")).ended(0);
    assert_eq!((card.file().pin_left, card.file().puk_left), (4, 6));
    assert!(tool(&card, "-a attest -s 9d").ended(1).err.contains("Failed to attest"));
}

#[test]
fn a_card_with_pin_and_puk_blocked_is_started_over_with() {
    let Some(card) = start("yubico_reset") else { return };
    assert!(tool(&card, "-a reset").ended(1).err.contains("are pincodes blocked?"));
    for _ in 0..5 {
        tool(&card, &format!("-a verify-pin -P {NEW}")).ended(1);
        tool(&card, &format!("-a unblock-pin -P {NEW} -N {NEW}")).ended(1);
    }
    assert_eq!((card.file().pin_left, card.file().puk_left), (0, 0));
    tool(&card, "-a reset").ended(0);
    let file = card.file();
    assert_eq!((file.pin_left, file.puk_left, file.slots.len()), (5, 5, 0));
    tool(&card, &format!("-a verify-pin -P {PIN}")).ended(0);
}
