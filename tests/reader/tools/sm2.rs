//! SM2, which no program of others asks a PIV card for: our own client has the card sign, and two that know nothing of us judge.

use std::{env, path::Path, process::Command};

use virtual_card::Slot;

use super::served::{PIN, Served};
use crate::{pcscd::skipped, plugged::said};

const MESSAGE: &str = "总担保协议，编号 0001";
/// The signer's id that is usual in this field, and the default of both judges' users.
const ID: &str = "1234567812345678";
/// PyPI's gmssl is Python throughout and shares no line with OpenSSL.
const GMSSL: &str = "\
import sys
from gmssl.sm2 import CryptSM2
point, signature, message = sys.argv[1], sys.argv[2], open(sys.argv[3], 'rb').read()
judge = CryptSM2(private_key=None, public_key=point, asn1=True)
sys.exit(0 if judge.verify_with_sm3(signature, message) else 1)";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn an_sm2_signature_made_over_pcsc_satisfies_openssl_and_gmssl() {
    let test = "sm2_judged";
    let Some(card) = Served::start(test, "dongling-legal.json", &["openssl", "python3"]) else { return };
    let certificate = card.certificate(Slot::Authentication);
    let digest = certificate.public_key().digest(MESSAGE.as_bytes());
    let verify = format!("0020008008{}", hex(PIN.as_bytes()));
    let sign = format!("0087549A267C2482008120{}00", hex(&digest));
    let mut client = card.service.kouan();
    client.args(["card", "apdu", "--reader", "pcsc", "00A4040005A000000308", &verify, &sign]);
    let answers = said(&mut client).ended(0).out;
    let answer = answers.lines().rfind(|line| line.starts_with("< ")).unwrap();
    // 7C len 82 len, the signature as DER, 9000.
    let answer = answer[2..].split("  ").next().unwrap().replace(' ', "");
    assert!(answer.starts_with("7C") && answer.ends_with("9000"), "{answers}");
    let signature = &answer[8..answer.len() - 4];

    card.write("message", MESSAGE);
    card.write("other", MESSAGE.replace('1', "2"));
    card.write_public_key(Slot::Authentication, "public.pem");
    let bytes = (0..signature.len() / 2).map(|i| u8::from_str_radix(&signature[2 * i..2 * i + 2], 16).unwrap());
    card.write("signature", bytes.collect::<Vec<u8>>());
    let openssl = |message: &str, id: &str| {
        let verify = "openssl pkeyutl -verify -pubin -inkey public.pem -rawin -digest sm3 -sigfile signature";
        card.run(&format!("{verify} -in {message} -pkeyopt distid:{id}"))
    };
    assert_eq!(openssl("message", ID).ended(0).out, "Signature Verified Successfully\n");
    openssl("other", ID).ended(1);
    openssl("message", "8765432187654321").ended(1);

    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/python");
    if !packages.join("gmssl").is_dir() {
        assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs PyPI's gmssl: make setup");
        return skipped(test, "gmssl is not in target/judges/python").unwrap_or_default();
    }
    let point = hex(&certificate.public_key().point().unwrap()[1..]).to_lowercase();
    let gmssl = |message: &str| {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", &packages).env("PYTHONDONTWRITEBYTECODE", "1").args(["-c", GMSSL, &point, signature]);
        said(command.arg(card.path(message)))
    };
    gmssl("message").ended(0);
    gmssl("other").ended(1);
}
