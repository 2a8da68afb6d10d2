//! What a card computes, checked with its public keys.

use signing::{Algorithm, PrivateKey};
use virtual_card::{Card, Slot, apdu, tlv};

use crate::test_card::{KINDS, card, hex, open_card, public_key};

const VERIFY: &str = "0020008008313233343536FFFF";
const BYTES: [(Algorithm, u8); 3] = [(Algorithm::Sm2, 0x54), (Algorithm::P256, 0x11), (Algorithm::Rsa2048, 0x07)];

/// Sends GENERAL AUTHENTICATE in one extended command and takes the result out of its template.
fn authenticate(card: &mut Card, slot: Slot, algorithm: Algorithm, tag: u32, input: &[u8]) -> Vec<u8> {
    let p1 = BYTES.iter().find(|(kind, _)| *kind == algorithm).unwrap().1;
    let data = tlv::write(0x7C, &[tlv::write(0x82, &[]), tlv::write(tag, input)].concat());
    let command = apdu::Command { cla: 0, ins: 0x87, p1, p2: slot.reference(), data: &data, le: Some(65_536) };
    let answer = card.transmit(&command.to_bytes().unwrap());
    let (result, status) = answer.split_last_chunk::<2>().unwrap();
    assert_eq!(status, &[0x90, 0x00]);
    tlv::find(tlv::find(result, 0x7C).unwrap(), 0x82).unwrap().to_vec()
}

/// EMSA-PKCS1-v1_5 of a SHA-256 digest, 2048 bits.
fn padded(digest: &[u8; 32]) -> Vec<u8> {
    let prefix = hex("003031300D060960864801650304020105000420");
    [&[0x00, 0x01][..], &[0xFF; 202], &prefix, digest].concat()
}

#[test]
fn each_slot_signs_with_its_own_key() {
    let digest = signing::sha256(b"a message");
    for (slot, algorithm) in KINDS {
        let mut card = open_card();
        let input = if algorithm == Algorithm::Rsa2048 { padded(&digest) } else { digest.to_vec() };
        let signature = authenticate(&mut card, slot, algorithm, 0x81, &input);
        assert_eq!(public_key(slot).verify_digest(&digest, &signature), Ok(()), "{slot}");
        let mut again = open_card();
        assert_eq!(authenticate(&mut again, slot, algorithm, 0x81, &input), signature, "{slot} must replay");
    }
}

#[test]
fn an_rsa_signature_travels_in_two_pieces_both_ways() {
    let digest = signing::sha256(b"a message");
    let mut card = open_card();
    let data = [hex("7C82010682008182 0100"), padded(&digest)].concat();
    let first = [hex("1087079DFF"), data[..255].to_vec()].concat();
    let second = [hex("0087079D0B"), data[255..].to_vec(), vec![0]].concat();
    assert_eq!(card.transmit(&first), [0x90, 0x00]);
    let mut answer = card.transmit(&second);
    assert_eq!(answer[256..], [0x61, 0x08]);
    answer.truncate(256);
    answer.extend(card.transmit(&hex("00C0000008")));
    assert_eq!(answer[answer.len() - 2..], [0x90, 0x00]);
    let signature = &answer[8..264];
    assert_eq!(public_key(Slot::KeyManagement).verify_digest(&digest, signature), Ok(()));
}

#[test]
fn agreeing_on_a_secret_gives_both_sides_the_same_x() {
    for (slot, algorithm) in KINDS.into_iter().filter(|(_, algorithm)| *algorithm != Algorithm::Rsa2048) {
        let mut rng = <rand_chacha::ChaCha20Rng as rand_core::SeedableRng>::from_seed([9; 32]);
        let mine = PrivateKey::generate(algorithm, &mut rng).unwrap();
        let theirs = authenticate(&mut open_card(), slot, algorithm, 0x85, &mine.public_key().point().unwrap());
        let ours = mine.ecdh(&public_key(slot).point().unwrap()).unwrap();
        assert_eq!(theirs, *ours, "{slot}");
        assert_eq!(theirs.len(), 32);
    }
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let mut card = open_card();
    let mut point = public_key(Slot::Authentication).point().unwrap();
    point[64] ^= 1;
    let data = tlv::write(0x7C, &[tlv::write(0x82, &[]), tlv::write(0x85, &point)].concat());
    let command = apdu::Command { cla: 0, ins: 0x87, p1: 0x54, p2: 0x9A, data: &data, le: Some(256) };
    assert_eq!(card.transmit(&command.to_bytes().unwrap()), [0x6A, 0x80]);
}

#[test]
fn the_certificate_is_read_whole_piece_by_piece() {
    let mut card = card();
    card.transmit(&hex("00A4040005A000000308"));
    let mut object = card.transmit(&hex("00CB3FFF055C035FC10500"));
    while object[object.len() - 2] == 0x61 {
        object.truncate(object.len() - 2);
        object.extend(card.transmit(&hex("00C0000000")));
    }
    assert_eq!(object[object.len() - 2..], [0x90, 0x00]);
    let content = tlv::find(&object[..object.len() - 2], 0x53).unwrap();
    assert_eq!(tlv::find(content, 0x70).unwrap(), card.certificate(Slot::Authentication).unwrap().der());
    assert_eq!(tlv::find(content, 0x71), Some(&[0][..]));
}

#[test]
fn a_chain_has_a_limit() {
    let mut card = open_card();
    let piece = [hex("1087549AFF"), vec![0; 255]].concat();
    for _ in 0..16 {
        assert_eq!(card.transmit(&piece), [0x90, 0x00]); // 4080 bytes so far
    }
    let sixteen = [hex("1087549A10"), vec![0; 16]].concat();
    assert_eq!(card.transmit(&sixteen), [0x90, 0x00]); // 4096 is allowed ...
    assert_eq!(card.transmit(&hex("1087549A0100")), [0x67, 0x00]); // ... one more isn't.
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut card = card();
    card.transmit(&hex("00A4040005A000000308"));
    let mut twin = card.clone();
    assert_eq!(twin.transmit(&hex("0020008008313131313131FFFF")), [0x63, 0xC2]);
    assert_eq!((card.pin_state().pin_left, twin.pin_state().pin_left), (3, 2));
    assert_eq!(card.transmit(&hex(VERIFY)), [0x90, 0x00]);
    assert!(!twin.pin_state().verified);
}
