//! `pkcs11-tool` with OpenSC's module, as browsers and other programs use cards; OpenSSL judges what was signed.

use virtual_card::Slot;

use super::served::{NEW, PIN, Served, module};
use crate::plugged::{Said, said};

const RSA_CARD: &str = "dongling-operator.json";
const P256_CARD: &str = "dongling-operator2.json";
fn start(test: &str, fixture: &str) -> Option<Served> {
    Served::start(test, fixture, &["pkcs11-tool", "pkcs15-tool", "openssl"])
}

fn tool(card: &Served, words: &str) -> Said {
    let mut command = card.program("pkcs11-tool");
    command.arg("--module").arg(module().expect("apt-get install opensc-pkcs11"));
    said(command.args(words.split(' ')))
}

#[test]
fn an_rsa_key_signs_and_decrypts_by_pkcs11() {
    let Some(card) = start("pkcs11_rsa", RSA_CARD) else { return };
    let listed = tool(&card, "--list-slots --list-objects").ended(0).out;
    for found in ["测试操作员一 (dongling)", "PIN initialized", "Certificate for PIV Authentication", "KEY MAN pubkey"]
    {
        assert!(listed.contains(found), "{found}: {listed}");
    }
    card.write("message", "托收协议");
    card.write_public_key(Slot::Authentication, "public.pem");
    for mechanism in ["SHA256-RSA-PKCS", "SHA256-RSA-PKCS-PSS"] {
        let sign = format!("--login --pin {PIN} --id 01 --sign --mechanism {mechanism} -i message -o signature");
        tool(&card, &sign).ended(0);
        let padding = if mechanism.ends_with("PSS") { " -sigopt rsa_padding_mode:pss" } else { "" };
        let verify = format!("openssl dgst -sha256 -verify public.pem -signature signature{padding}");
        assert_eq!(card.run(&format!("{verify} message")).ended(0).out, "Verified OK\n");
        card.run(&format!("{verify} public.pem")).ended(1);
    }
    let tested = tool(&card, &format!("--login --pin {PIN} --test")).ended(0).out;
    assert!(tested.contains("No errors") && tested.contains("SHA256-RSA-PKCS: OK"), "{tested}");
}

#[test]
fn a_p256_key_signs_by_pkcs11() {
    let Some(card) = start("pkcs11_p256", P256_CARD) else { return };
    card.write("message", "缴费协议");
    card.write_public_key(Slot::Authentication, "public.pem");
    card.run("openssl dgst -sha256 -binary -out digest message").ended(0);
    let sign = "--id 01 --sign --mechanism ECDSA --signature-format openssl -i digest -o signature";
    tool(&card, &format!("--login --pin {PIN} {sign}")).ended(0);
    let verify = "openssl dgst -sha256 -verify public.pem -signature signature";
    assert_eq!(card.run(&format!("{verify} message")).ended(0).out, "Verified OK\n");
    card.run(&format!("{verify} digest")).ended(1);
    let tested = tool(&card, &format!("--login --pin {PIN} --test")).ended(0).out;
    assert!(tested.contains("No errors"), "{tested}");
}

//= ACC-09
#[test]
fn wrong_pins_are_counted_and_pins_changed_by_pkcs11() {
    let Some(card) = start("pkcs11_pins", P256_CARD) else { return };
    let login = |pin: &str| tool(&card, &format!("--login --pin {pin} --list-objects"));
    let left = || (card.file().pin_left, card.file().puk_left);
    assert!(login(NEW).ended(1).err.contains("CKR_PIN_INCORRECT"));
    assert_eq!(left(), (4, 5));
    tool(&card, &format!("--login --pin {PIN} --change-pin --new-pin {NEW}")).ended(0);
    assert_eq!(left(), (5, 5));
    login(NEW).ended(0);
    tool(&card, &format!("--login --pin {NEW} --change-pin --new-pin {PIN}")).ended(0);
    assert_eq!(left(), (5, 5));
    for tries in (0..5).rev() {
        assert!(login(NEW).ended(1).err.contains("CKR_PIN_INCORRECT"));
        assert_eq!(left(), (tries, 5));
    }
    assert!(login(PIN).ended(1).err.contains("CKR_PIN_LOCKED"));
    // `pkcs11-tool --unlock-pin` sends the PUK as if it were an old PIN, and so cannot help; pkcs15-tool can.
    card.run(&format!("pkcs15-tool --unblock-pin --puk {PIN} --new-pin {NEW}")).ended(0);
    login(NEW).ended(0);
}
