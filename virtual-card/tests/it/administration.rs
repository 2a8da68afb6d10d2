//! Keys that the card makes or is given, and what its file keeps of them.

use std::{fs, path::Path};

use signing::{Algorithm, PublicKey};
use virtual_card::{Card, CardFile, ManagementAlgorithm, Origin, PinPolicy, Slot, apdu, tlv};

use crate::test_card::{hex, keys, manage, managed_card, public_key};

const SELECT: &str = "00A4040005A000000308";

/// The answer to one command of any length, which must succeed.
fn done(card: &mut Card, ins: u8, p1: u8, p2: u8, data: &[u8]) -> Vec<u8> {
    let (answer, status) = said(card, ins, p1, p2, data);
    assert_eq!(status, 0x9000, "{ins:02X}");
    answer
}

fn said(card: &mut Card, ins: u8, p1: u8, p2: u8, data: &[u8]) -> (Vec<u8>, u16) {
    let command = apdu::Command { cla: 0, ins, p1, p2, data, le: Some(65_536) };
    let answer = card.transmit(&command.to_bytes().unwrap());
    let answer = apdu::Answer::parse(&answer).unwrap();
    (answer.data.to_vec(), answer.status.0)
}

fn generate(card: &mut Card, slot: Slot, algorithm: u8) -> PublicKey {
    let template = tlv::write(0xAC, &[0x80, 0x01, algorithm]);
    let answer = done(card, 0x47, 0, slot.reference(), &template);
    let numbers = tlv::find(&answer, 0x7F49).unwrap();
    match algorithm {
        0x07 => PublicKey::from_rsa(tlv::find(numbers, 0x81).unwrap(), tlv::find(numbers, 0x82).unwrap()),
        0x11 => PublicKey::from_point(Algorithm::P256, tlv::find(numbers, 0x86).unwrap()),
        _ => PublicKey::from_point(Algorithm::Sm2, tlv::find(numbers, 0x86).unwrap()),
    }
    .unwrap()
}

fn sign(card: &mut Card, slot: Slot, algorithm: u8, digest: &[u8; 32]) -> Vec<u8> {
    let input = match algorithm {
        0x07 => {
            let prefix = hex("003031300D060960864801650304020105000420");
            [&[0x00, 0x01][..], &[0xFF; 202], &prefix, digest].concat()
        }
        _ => digest.to_vec(),
    };
    let template = tlv::write(0x7C, &[tlv::write(0x82, &[]), tlv::write(0x81, &input)].concat());
    let answer = done(card, 0x87, algorithm, slot.reference(), &template);
    tlv::find(tlv::find(&answer, 0x7C).unwrap(), 0x82).unwrap().to_vec()
}

/// The numbers of the test card's RSA key as IMPORT wants them, out of its PKCS#8 (RFC 5958, RFC 8017 appendix A.1.2).
fn rsa_numbers() -> Vec<u8> {
    let der = keys()[2].to_pkcs8_der();
    let info = tlv::read_all(tlv::find(&der, 0x30).unwrap()).unwrap();
    let key = tlv::read_all(tlv::find(info[2].value, 0x30).unwrap()).unwrap();
    let half = |number: &[u8]| {
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        [vec![0; 128 - number.len()], number.to_vec()].concat()
    };
    // Version, modulus and two exponents go before p, q, dp, dq and qinv.
    (1..).zip(&key[4..9]).flat_map(|(tag, element)| tlv::write(tag, &half(element.value))).collect()
}

#[test]
fn a_key_that_the_card_made_signs_for_the_public_key_that_it_told() {
    let digest = signing::sha256(b"a message");
    for algorithm in [0x07, 0x11, 0x54] {
        let mut card = managed_card();
        let public = generate(&mut card, Slot::Authentication, algorithm);
        let signature = sign(&mut card, Slot::Authentication, algorithm, &digest);
        assert_eq!(public.verify_digest(&digest, &signature), Ok(()));
        assert_ne!(&public, public_key(Slot::Authentication));
        assert_ne!(generate(&mut card, Slot::KeyManagement, algorithm), public, "no key comes twice");
    }
}

#[test]
fn a_new_key_leaves_the_certificate_of_its_slot_alone() {
    let mut card = managed_card();
    let before = card.certificate(Slot::Authentication).unwrap();
    generate(&mut card, Slot::Authentication, 0x11);
    assert_eq!(card.certificate(Slot::Authentication).unwrap().der(), before.der());
}

#[test]
fn an_rsa_key_comes_in_pieces_and_signs_in_its_new_slot() {
    let mut card = managed_card();
    let numbers = rsa_numbers();
    let (pieces, rest) = numbers.as_chunks::<255>();
    for piece in pieces {
        assert_eq!(card.transmit(&[&hex("10FE079AFF")[..], piece].concat()), [0x90, 0x00]);
    }
    let length = u8::try_from(rest.len()).unwrap();
    assert_eq!(card.transmit(&[&hex("00FE079A")[..], &[length], rest].concat()), [0x90, 0x00]);
    let digest = signing::sha256(b"a message");
    let signature = sign(&mut card, Slot::Authentication, 0x07, &digest);
    assert_eq!(public_key(Slot::KeyManagement).verify_digest(&digest, &signature), Ok(()));
}

#[test]
fn numbers_of_rsa_that_make_no_key_are_refused_and_the_old_key_stays() {
    let mut card = managed_card();
    let digest = signing::sha256(b"a message");
    for place in [100, 230, 360, 490, 620] {
        let mut numbers = rsa_numbers();
        numbers[place] ^= 1;
        assert_eq!(said(&mut card, 0xFE, 0x07, 0x9A, &numbers), (vec![], 0x6A80), "byte {place}");
    }
    let signature = sign(&mut card, Slot::Authentication, 0x54, &digest);
    assert_eq!(public_key(Slot::Authentication).verify_digest(&digest, &signature), Ok(()));
}

#[test]
fn an_object_that_is_too_long_is_refused_and_the_old_one_stays() {
    let mut card = managed_card();
    let put = |content: &[u8]| [hex("5C035FFF01"), tlv::write(0x53, content)].concat();
    done(&mut card, 0xDB, 0x3F, 0xFF, &put(&[1; 3052]));
    assert_eq!(said(&mut card, 0xDB, 0x3F, 0xFF, &put(&[2; 3053])), (vec![], 0x6A84));
    assert_eq!(done(&mut card, 0xCB, 0x3F, 0xFF, &hex("5C035FFF01")), tlv::write(0x53, &[1; 3052]));
}

/// The issued card of the transcripts as a file: SM2 in 9A with its certificate, the rest as [`KINDS`] says.
fn file() -> CardFile {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/cards/binhai-operator.json");
    let mut file = CardFile::load(&fixture).unwrap();
    file.fixture = false;
    file
}

/// The card of a file, its management key proved.
fn managed(file: &CardFile) -> Card {
    let mut card = file.card();
    card.transmit(&hex(SELECT));
    manage(&mut card);
    card
}

#[test]
fn the_file_keeps_what_an_administrator_did_and_the_card_goes_on_with_it() {
    let mut first = file();
    let mut card = managed_card();
    let numbers = rsa_numbers();
    done(&mut card, 0xFE, 0x07, 0x9D, &[numbers, hex("AA0101")].concat());
    let made = generate(&mut card, Slot::Signature, 0x11);
    done(&mut card, 0xDB, 0x3F, 0xFF, &hex("5C035FC102 5300"));
    done(&mut card, 0xDB, 0x3F, 0xFF, &hex("5C035FFF00 53021122"));
    done(&mut card, 0xDB, 0x3F, 0xFF, &hex("5C035FC101 53021122"));
    done(&mut card, 0xFF, 0xFF, 0xFF, &hex("089B10 000102030405060708090A0B0C0D0E0F"));
    assert!(first.keep(&card));
    assert!(!first.keep(&card), "nothing has changed since");
    let text = first.to_json();
    let second = CardFile::parse(&text).unwrap();
    assert_eq!(second.to_json(), text);
    assert_eq!(second.profile.management_key.algorithm(), ManagementAlgorithm::Aes128);
    let rules = second.slots[&Slot::KeyManagement].rules;
    assert_eq!((rules.origin, rules.pin), (Origin::Imported, PinPolicy::Never));
    assert_eq!(second.slots[&Slot::Signature].rules.origin, Origin::Generated);
    assert!(second.slots[&Slot::Authentication].certificate.is_none(), "it is the certificate of another key");
    let mut card = second.card();
    card.transmit(&hex(SELECT));
    assert_eq!(said(&mut card, 0xCB, 0x3F, 0xFF, &hex("5C035FC102")), (vec![], 0x6A82));
    assert_eq!(done(&mut card, 0xCB, 0x3F, 0xFF, &hex("5C035FFF00")), hex("53021122"));
    assert_eq!(
        card.certificate(Slot::Authentication).unwrap().der(),
        managed_card().certificate(Slot::Authentication).unwrap().der()
    );
    let digest = signing::sha256(b"a message");
    let signature = sign(&mut card, Slot::KeyManagement, 0x07, &digest);
    assert_eq!(public_key(Slot::KeyManagement).verify_digest(&digest, &signature), Ok(()));
    assert_eq!(said(&mut card, 0x87, 0x03, 0x9B, &hex("7C028100")).1, 0x6A86, "the key is one of AES now");
    assert_eq!(card.transmit(&hex("0020008008313233343536FFFF")), [0x90, 0x00]);
    let signature = sign(&mut card, Slot::Signature, 0x11, &digest);
    assert_eq!(made.verify_digest(&digest, &signature), Ok(()));
}

#[test]
fn a_certificate_of_the_slots_own_key_stays_beside_it_in_the_file() {
    let mut kept = file();
    let before = kept.to_json();
    let mut card = managed(&kept);
    let object = done(&mut card, 0xCB, 0x3F, 0xFF, &hex("5C035FC105"));
    done(&mut card, 0xDB, 0x3F, 0xFF, &hex("5C035FC105 5300"));
    assert!(kept.keep(&card));
    assert!(kept.slots[&Slot::Authentication].certificate.is_none() && kept.objects.is_empty());
    done(&mut card, 0xDB, 0x3F, 0xFF, &[hex("5C035FC105"), object].concat());
    assert!(kept.keep(&card));
    assert_eq!(kept.to_json(), before);
}

#[test]
fn what_is_stored_wrongly_is_refused() {
    let mut sound = file();
    let mut card = managed_card();
    done(&mut card, 0xDB, 0x3F, 0xFF, &hex("5C035FFF00 53021122"));
    done(&mut card, 0xFF, 0xFF, 0xFF, &hex("089B10 000102030405060708090A0B0C0D0E0F"));
    sound.keep(&card);
    let sound = sound.to_json();
    let refused = |from: &str, to: &str| {
        assert!(sound.contains(from), "{from}");
        CardFile::parse(&sound.replacen(from, to, 1)).map(|_| ()).unwrap_err().to_string()
    };
    assert!(refused("\"5FFF00\"", "\"5fff00\"").contains("5fff00"));
    assert!(refused("\"5FFF00\"", "\"00007E\"").contains("00007E"));
    assert!(refused("ESI=", "ESI").contains("5FFF00"));
    assert!(refused("000102030405060708090a0b0c0d0e0f", "0001").contains("管理密钥"));
    assert!(refused("000102030405060708090a0b0c0d0e0f", "000102030405060708090A0B0C0D0E0F").contains("管理密钥"));
    assert!(refused("aes128", "des").contains("des"));
}

#[test]
fn the_files_of_the_fixtures_are_written_as_they_were_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/cards");
    let mut cards = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_eq!(CardFile::parse(&text).unwrap().to_json(), text);
        cards += 1;
    }
    assert!(cards >= 6);
}

#[test]
fn keys_that_a_fixture_makes_are_fixtures_and_those_of_others_are_not() {
    for is_fixture in [true, false] {
        let mut file = file();
        file.fixture = is_fixture;
        let mut card = managed(&file);
        generate(&mut card, Slot::Signature, 0x54);
        done(&mut card, 0xFE, 0x54, 0x9E, &[&hex("0620")[..], &[7; 32]].concat());
        for slot in [Slot::Signature, Slot::CardAuthentication] {
            let name = card.signer_name(slot).unwrap();
            assert_eq!(name.contains("variable time"), is_fixture, "{name}");
        }
    }
}
