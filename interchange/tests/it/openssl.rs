//! The `openssl` program as judge: it opens what we seal, verifies what we sign, and we open what it seals.
//!
//! Without the program each test says on stderr that it was skipped.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use interchange::{Suite, event};
use tempfile::TempDir;

use crate::fixture::*;

/// Runs openssl in `dir`; the words are split at spaces.
fn openssl(dir: &Path, words: &str) -> Output {
    Command::new("openssl").args(words.split(' ')).current_dir(dir).output().unwrap()
}

fn succeeds(dir: &Path, words: &str) {
    let output = openssl(dir, words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {words}: {said}");
}

#[expect(clippy::print_stderr, reason = "a skipped judge must be seen")]
fn is_absent(test: &str) -> bool {
    let absent = Command::new("openssl").arg("version").output().is_err();
    if absent {
        eprintln!("SKIPPED {test}: no openssl program");
    }
    absent
}

/// The insurer's answer, sealed for the portal, beside the files that openssl needs.
fn files(suite: Suite) -> TempDir {
    let world = world(suite);
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    put("m.p7m", &world.seal(&answer(), &world.insurer.identity));
    put("root.pem", world.root.as_ref().unwrap().to_pem().as_bytes());
    put("sign.pem", world.insurer.sign.as_ref().unwrap().to_pem().as_bytes());
    put("enc.pem", world.portal.encryption.as_ref().unwrap().to_pem().as_bytes());
    let key = world.portal.encryption_key.as_ref().unwrap().to_pkcs8_pem();
    put("enc.key.pem", key.as_bytes());
    let key = world.insurer.sign_key.as_ref().unwrap().to_pkcs8_pem();
    put("sign.key.pem", key.as_bytes());
    dir
}

const DECRYPT: &str = "cms -decrypt -inform DER -in m.p7m -inkey enc.key.pem -recip enc.pem -out m.p7s";

//= MSG-02
#[test]
fn openssl_opens_and_verifies_an_rsa_message() {
    if is_absent("openssl_opens_and_verifies_an_rsa_message") {
        return;
    }
    let dir = files(Suite::Rsa);
    succeeds(dir.path(), DECRYPT);
    succeeds(dir.path(), "cms -verify -inform DER -in m.p7s -CAfile root.pem -binary -out event.json");
    assert_eq!(fs::read(dir.path().join("event.json")).unwrap(), event::write(&answer()));
}

//= MSG-02
#[test]
fn openssl_opens_an_sm2_message_and_verifies_its_signature() {
    if is_absent("openssl_opens_an_sm2_message_and_verifies_its_signature") {
        return;
    }
    let dir = files(Suite::Sm2);
    succeeds(dir.path(), DECRYPT);
    let signed = fs::read(dir.path().join("m.p7s")).unwrap();
    // [0] of 75 bytes: contentType (26) and messageDigest (49). SM2-with-SM3 (12) follows, then the signature.
    let start = signed.windows(4).rposition(|w| w == [0xA0, 75, 0x30, 24]).unwrap();
    let mut attributes = signed[start..start + 77].to_vec();
    attributes[0] = 0x31;
    let signature = &signed[start + 77 + 12..];
    assert_eq!((signature[0], usize::from(signature[1])), (0x04, signature.len() - 2));
    fs::write(dir.path().join("attributes"), attributes).unwrap();
    fs::write(dir.path().join("signature"), &signature[2..]).unwrap();
    succeeds(
        dir.path(),
        "pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 -certin -inkey sign.pem \
         -in attributes -sigfile signature",
    );
}

#[test]
fn a_message_made_by_openssl_is_opened() {
    if is_absent("a_message_made_by_openssl_is_opened") {
        return;
    }
    let world = world(Suite::Rsa);
    let dir = files(Suite::Rsa);
    fs::write(dir.path().join("event.json"), event::write(&answer())).unwrap();
    succeeds(
        dir.path(),
        "cms -sign -binary -nodetach -md sha256 -signer sign.pem -inkey sign.key.pem -in event.json \
         -outform DER -out made.p7s",
    );
    succeeds(dir.path(), "cms -encrypt -binary -aes256 -in made.p7s -outform DER -out made.p7m enc.pem");
    let made = fs::read(dir.path().join("made.p7m")).unwrap();
    assert_eq!(world.open(&made, &world.portal.identity).unwrap().message, answer());
}
