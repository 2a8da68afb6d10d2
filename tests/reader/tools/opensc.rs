//! OpenSC's own tools: what they read, and PIN and PUK.

use virtual_card::Slot;

use super::served::{NEW, PIN, Served};

const RSA_CARD: &str = "dongling-operator.json";
const TOOLS: &[&str] = &["opensc-tool", "piv-tool", "pkcs15-tool"];

#[test]
fn opensc_knows_what_card_it_is_and_reads_its_certificates() {
    let Some(card) = Served::start("opensc_reads", RSA_CARD, TOOLS) else { return };
    let name = card.run("opensc-tool --atr --name").ended(0).out;
    assert_eq!(name, "3b:89:80:01:43:61:72:64:56:50:49:56:31:14\nPersonal Identity Verification Card\n");
    let serial = card.run("piv-tool --serial").ended(0).out;
    assert!(serial.starts_with("E9 61 34 79 41 DC 7A 86 31 1B CF 4D A6 25 91 BA"), "{serial}");
    let asked = card.run("piv-tool -s 00:20:00:80").ended(0).out;
    assert!(asked.contains("SW1=0x63, SW2=0xC5"), "{asked}");
    let dump = card.run("pkcs15-tool --dump").ended(0).out;
    for found in ["PKCS#15 Card [测试操作员一 (dongling)]", "PIN [PIV PUK]", "[PIV AUTH key]", "[KEY MAN key]"] {
        assert!(dump.contains(found), "{found}: {dump}");
    }
    for (id, slot) in [("01", Slot::Authentication), ("03", Slot::KeyManagement)] {
        card.run(&format!("pkcs15-tool --read-certificate {id} --output read.pem")).ended(0);
        assert_eq!(String::from_utf8(card.read("read.pem")).unwrap(), card.certificate(slot).to_pem());
    }
    let key = card.run("pkcs15-tool --read-ssh-key 01").ended(0).out;
    assert!(key.starts_with("ssh-rsa AAAA"), "{key}");
}

//= ACC-09
#[test]
fn pins_that_opensc_checks_changes_and_unblocks_outlive_the_offer() {
    let Some(mut card) = Served::start("opensc_pins", RSA_CARD, TOOLS) else { return };
    let verify = |card: &Served, pin: &str| card.run(&format!("pkcs15-tool --verify-pin --pin {pin}"));
    verify(&card, PIN).ended(0);
    let wrong = verify(&card, NEW).ended(255);
    assert!(wrong.err.contains("PIN code or key incorrect"), "{}", wrong.err);
    assert_eq!(card.file().pin_left, 4);
    card.serve_again();
    for _ in 0..4 {
        verify(&card, NEW).ended(255);
    }
    let locked = verify(&card, PIN).ended(255);
    assert!(locked.err.contains("Authentication method blocked"), "{}", locked.err);
    card.serve_again();
    verify(&card, PIN).ended(255);
    let wrong = card.run(&format!("pkcs15-tool --unblock-pin --puk {NEW} --new-pin {NEW}")).ended(3);
    assert!(wrong.err.contains("PUK code incorrect; tries left: 4"), "{}", wrong.err);
    card.run(&format!("pkcs15-tool --unblock-pin --puk {PIN} --new-pin {NEW}")).ended(0);
    verify(&card, NEW).ended(0);
    card.run(&format!("pkcs15-tool --change-pin --pin {NEW} --new-pin 271828")).ended(0);
    card.serve_again();
    verify(&card, "271828").ended(0);
    assert_eq!((card.file().pin_left, card.file().puk_left), (5, 5));
}
