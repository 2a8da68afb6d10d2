//! `piv-tool`, OpenSC's administrator of PIV cards.

use virtual_card::Slot;

use super::served::Served;

const FACTORY_KEY: &str = "01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08";
const OTHER_KEY: &str = "01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:F0";

#[test]
fn piv_tool_proves_the_management_key_then_makes_a_key_and_loads_a_certificate() {
    let Some(card) = Served::start("piv_tool", "dongling-operator.json", &["piv-tool", "pkcs15-tool"]) else { return };
    card.write("factory", FACTORY_KEY);
    card.write("other", OTHER_KEY);
    let administer = |key: &str, task: &str| {
        let mut command = card.program("piv-tool");
        command.env("PIV_EXT_AUTH_KEY", card.path(key)).args(["-A", "M:9B:03"]).args(task.split(' '));
        crate::plugged::said(&mut command)
    };
    let before = card.certificate(Slot::Authentication);
    card.write("certificate.pem", before.to_pem());
    let refused = administer("other", "-C 9E -i certificate.pem");
    assert!(refused.code != Some(0) && refused.err.contains("admin_mode failed"), "{}", refused.err);
    assert_eq!(card.file().objects.iter().count(), 0);
    // piv-tool's exit code is the number of bytes that it wrote.
    administer("factory", "-C 9E -i certificate.pem");
    card.run("pkcs15-tool --read-certificate 04 --output read.pem").ended(0);
    assert_eq!(String::from_utf8(card.read("read.pem")).unwrap(), before.to_pem());
    // It fails afterwards, as it wants a curve of OpenSSL 3 by a name that it doesn't have; the key is made.
    assert!(!card.file().slots.contains_key(&Slot::Signature));
    administer("factory", "-G 9C:11 -o made");
    assert!(card.file().slots.contains_key(&Slot::Signature));
}
