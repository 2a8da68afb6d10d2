//! A journal is evidence for outsiders: `openssl`, which knows nothing of us, opens and verifies every message of a run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::kouan;

/// A run's journal.
struct Written {
    _dir: TempDir,
    path: PathBuf,
    index: Vec<Value>,
}

fn journal(seal: &str, scenario: &str) -> Written {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("journal");
    let at = path.display().to_string();
    kouan(["run", scenario, "--seal", seal, "--journal", &at]).ended(0);
    let index = serde_json::from_str(&fs::read_to_string(path.join("index.json")).unwrap()).unwrap();
    Written { _dir: dir, path, index }
}

/// Whether the judge is there. Absent, the test is skipped so that one sees it; where judges are needed it fails.
#[expect(clippy::print_stderr, reason = "a skipped judge must be seen")]
fn is_absent(test: &str) -> bool {
    let absent = Command::new("openssl").arg("version").output().is_err();
    if absent {
        assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs the program openssl");
        eprintln!("SKIPPED {test}: no openssl program");
    }
    absent
}

/// Runs openssl in `dir`; the words are split at spaces.
fn openssl(dir: &Path, words: &str) -> Output {
    Command::new("openssl").args(words.split(' ')).current_dir(dir).output().unwrap()
}

#[track_caller]
fn succeeds(dir: &Path, words: &str) {
    let output = openssl(dir, words);
    assert!(output.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn refuses(dir: &Path, words: &str) {
    assert!(!openssl(dir, words).status.success(), "openssl {words} was content");
}

fn text<'v>(line: &'v Value, key: &str) -> &'v str {
    line[key].as_str().unwrap_or_else(|| panic!("{key} in {line}"))
}

#[test]
fn the_index_names_every_file_and_nothing_else() {
    for seal in ["sm2", "rsa", "mac"] {
        let written = journal(seal, "tests/cases/passed/signed.yaml");
        let keys = [
            "scenario", "step", "time", "id", "type", "sender", "receiver", "sending", "file", "receipt", "verdict",
            "reason",
        ];
        let seen: Vec<[&str; 4]> = written
            .index
            .iter()
            .enumerate()
            .map(|(i, line)| {
                assert!(keys.iter().all(|key| line.get(key).is_some()), "{line}");
                assert_eq!(text(line, "scenario"), "CASE-OK-01");
                assert_eq!(text(line, "file"), format!("messages/{:04}.p7m", i + 1));
                assert_eq!(text(line, "receipt"), format!("receipts/{:04}.p7m", i + 1));
                for file in [text(line, "file"), text(line, "receipt")] {
                    assert!(fs::metadata(written.path.join(file)).unwrap().len() > 100, "{file}");
                }
                ["type", "sender", "receiver", "verdict"].map(|key| text(line, key))
            })
            .collect();
        assert_eq!(
            seen,
            [
                ["cn.kouan.agreement.insurer-signing.requested.v1", "portal", "boc-insurance", "accepted"],
                ["cn.kouan.agreement.insurer-signing.answered.v1", "boc-insurance", "portal", "accepted"],
                ["cn.kouan.agreement.bank-signing.requested.v1", "portal", "boc", "accepted"],
                ["cn.kouan.agreement.bank-signing.answered.v1", "boc", "portal", "accepted"],
            ]
        );
        for folder in ["messages", "receipts"] {
            assert_eq!(fs::read_dir(written.path.join(folder)).unwrap().count(), 4, "{folder}");
        }
    }
}

const DECRYPT: &str = "cms -decrypt -inform DER -binary";

fn decrypted(dir: &Path, line: &Value) {
    let (file, to) = (text(line, "file"), text(line, "receiver"));
    succeeds(dir, &format!("{DECRYPT} -in {file} -inkey keys/{to}-enc.pem -recip certs/{to}-enc.pem -out signed.der"));
}

/// The event that was signed is about what the index says.
fn hold_event(dir: &Path, line: &Value) {
    let event: Value = serde_json::from_slice(&fs::read(dir.join("event.json")).unwrap()).unwrap();
    for key in ["id", "type"] {
        assert_eq!(event[key], line[key]);
    }
    assert!(text(&event, "source").ends_with(text(line, "sender")), "{event}");
    assert!(text(&event, "receiver").ends_with(text(line, "receiver")), "{event}");
}

//= MSG-02
//= MSG-04
#[test]
fn openssl_opens_and_verifies_every_rsa_message_and_receipt() {
    if is_absent("openssl_opens_and_verifies_every_rsa_message_and_receipt") {
        return;
    }
    let written = journal("rsa", "tests/cases/passed/matrix-and-faults.yaml");
    let dir = written.path.as_path();
    assert!(written.index.len() >= 8, "{}", written.index.len());
    for line in &written.index {
        assert_eq!(text(line, "verdict"), "accepted");
        decrypted(dir, line);
        let verify = "cms -verify -inform DER -binary -CAfile certs/root.pem";
        succeeds(dir, &format!("{verify} -in signed.der -out event.json"));
        hold_event(dir, line);
        let receipt = text(line, "receipt");
        succeeds(dir, &format!("{verify} -in {receipt} -out receipt.json -signer signer.pem"));
        let given: Value = serde_json::from_slice(&fs::read(dir.join("receipt.json")).unwrap()).unwrap();
        assert_eq!(given["outcome"], "accepted");
        assert!(text(&given, "receiver").ends_with(text(line, "receiver")));
        // It is the receiver's own signature, and over this very message.
        let own = format!("certs/{}-sign.pem", text(line, "receiver"));
        assert_eq!(certificate(dir, "signer.pem"), certificate(dir, &own));
        let digest = openssl(dir, &format!("dgst -sha256 -r {}", text(line, "file"))).stdout;
        let digest = String::from_utf8(digest).unwrap();
        assert_eq!(digest.split(' ').next(), given["digest"].as_str());
        // No other party can open it.
        let other = if text(line, "receiver") == "portal" { "ccb" } else { "portal" };
        let wrong = format!("-inkey keys/{other}-enc.pem -recip certs/{other}-enc.pem -out none");
        refuses(dir, &format!("{DECRYPT} -in {} {wrong}", text(line, "file")));
    }
}

fn certificate(dir: &Path, file: &str) -> Vec<u8> {
    openssl(dir, &format!("x509 -in {file} -outform DER")).stdout
}

/// openssl's `cms -verify` of this age doesn't know SM2 signatures in CMS; its `pkeyutl` does, over the attributes that
/// were signed: as a SET (31) in place of the [0] under which they stand in the message (RFC 5652 section 5.4).
fn sm2_signature(dir: &Path, signed: &str) {
    let signed = fs::read(dir.join(signed)).unwrap();
    // contentType and messageDigest are 75 bytes; the algorithm SM2-with-SM3 is 12; then the signature.
    let start = signed.windows(4).rposition(|w| w == [0xA0, 75, 0x30, 24]).unwrap();
    let mut attributes = signed[start..start + 77].to_vec();
    attributes[0] = 0x31;
    let signature = &signed[start + 77 + 12..];
    assert_eq!((signature[0], usize::from(signature[1])), (0x04, signature.len() - 2));
    fs::write(dir.join("attributes"), attributes).unwrap();
    fs::write(dir.join("signature"), &signature[2..]).unwrap();
}

fn sm2_verify(signer: &str) -> String {
    format!(
        "pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 -certin -inkey certs/{signer}-sign.pem \
         -in attributes -sigfile signature"
    )
}

//= MSG-02
//= MSG-04
#[test]
fn openssl_opens_every_sm2_message_and_verifies_its_signature() {
    if is_absent("openssl_opens_every_sm2_message_and_verifies_its_signature") {
        return;
    }
    let written = journal("sm2", "tests/cases/passed/signed.yaml");
    let dir = written.path.as_path();
    for line in &written.index {
        decrypted(dir, line);
        sm2_signature(dir, "signed.der");
        succeeds(dir, &sm2_verify(text(line, "sender")));
        refuses(dir, &sm2_verify(text(line, "receiver")));
        // The attributes hold the digest of the event, which stands in the message as it is.
        let (signed, attributes) =
            (fs::read(dir.join("signed.der")).unwrap(), fs::read(dir.join("attributes")).unwrap());
        let from = signed.windows(2).position(|w| w == b"{\"").unwrap();
        let until = signed.windows(2).rposition(|w| w == b"}}").unwrap() + 2;
        fs::write(dir.join("event.json"), &signed[from..until]).unwrap();
        hold_event(dir, line);
        let digest = openssl(dir, "dgst -sm3 -binary event.json").stdout;
        assert_eq!(digest.len(), 32);
        assert!(attributes.ends_with(&digest));
        sm2_signature(dir, text(line, "receipt"));
        succeeds(dir, &sm2_verify(text(line, "receiver")));
    }
}

/// A scenario in which a byte is changed on the way, and what was changed is in the journal as it arrived.
const TAMPERED: &str = "\
场景: 一个字节被改
编号: TAMPERED-01
覆盖: [MSG-02]
故障:
  - 篡改: {报文: 签约结果, 从: 保险公司, 到: 门户}
步骤:
  - 协议签署: {记作: 协议}
  - 推进: 1天
始终: [报文有效]
";

//= MSG-02
#[test]
fn openssl_refuses_what_the_gateway_refused() {
    if is_absent("openssl_refuses_what_the_gateway_refused") {
        return;
    }
    let dir = TempDir::new().unwrap();
    let scenario = dir.path().join("tampered.yaml");
    fs::write(&scenario, TAMPERED).unwrap();
    let written = journal("rsa", &scenario.display().to_string());
    let (dir, mut tampered) = (written.path.as_path(), 0);
    for line in &written.index {
        let (file, to) = (text(line, "file"), text(line, "receiver"));
        let opened = openssl(
            dir,
            &format!("{DECRYPT} -in {file} -inkey keys/{to}-enc.pem -recip certs/{to}-enc.pem -out signed.der"),
        );
        let verified = opened.status.success()
            && openssl(dir, "cms -verify -inform DER -binary -CAfile certs/root.pem -in signed.der -out event.json")
                .status
                .success();
        assert_eq!(verified, text(line, "verdict") == "accepted", "{line}");
        tampered += usize::from(!verified);
        if !verified {
            assert!(text(line, "verdict").starts_with("K31") && !text(line, "reason").is_empty(), "{line}");
        }
    }
    assert!(tampered >= 1);
}

#[test]
fn only_fixture_keys_and_certificates_are_written() {
    let written = journal("sm2", "tests/cases/passed/signed.yaml");
    for entry in fs::read_dir(written.path.join("keys")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().replace(".pem", ".key.pem");
        let fixture = crate::program::root().join("fixtures/pki/sm2").join(name);
        assert_eq!(fs::read(&path).unwrap(), fs::read(fixture).unwrap());
    }
    let mac = journal("mac", "tests/cases/passed/signed.yaml");
    assert_eq!(fs::read_dir(mac.path.join("keys")).unwrap().count(), 0);
}
