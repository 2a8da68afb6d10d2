//! The card that these tests talk to: SM2 in 9A, P-256 in 9C and 9E, RSA-2048 in 9D, made from fixed draws.

use std::sync::OnceLock;

use des::{
    TdesEde3,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use signing::{Algorithm, PrivateKey, PublicKey, TestCa};
use virtual_card::{Card, CardKeys, Holder, Pin, Profile, Puk, Role, Slot, SlotKey, issue};

pub const KINDS: [(Slot, Algorithm); 4] = [
    (Slot::Authentication, Algorithm::Sm2),
    (Slot::Signature, Algorithm::P256),
    (Slot::KeyManagement, Algorithm::Rsa2048),
    (Slot::CardAuthentication, Algorithm::P256),
];

struct Made {
    card: Card,
    keys: Vec<PrivateKey>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let keys = KINDS.map(|(slot, algorithm)| {
            PrivateKey::generate(algorithm, &mut ChaCha20Rng::from_seed([slot.reference(); 32])).unwrap()
        });
        let ca = TestCa::new_root("测试根", keys[1].clone(), 946_684_800, 4_102_444_799).unwrap();
        let holder =
            Holder { name: "张三", company: "虚构公司", uscc: "91110000600037341L", role: Role::Operator };
        let issued = issue(&ca, &holder, Algorithm::P256, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        let certificate = issued.slots[&Slot::Authentication].certificate.clone();
        let held = KINDS.iter().zip(&keys).fold(CardKeys::new(), |held, ((slot, _), key)| {
            let certificate = certificate.clone().filter(|_| *slot == Slot::Authentication);
            held.with(*slot, SlotKey::fixture(key.clone(), certificate))
        });
        let mut profile = Profile::factory(*b"0123456789abcdef");
        profile.pin = Pin::parse("123456").unwrap();
        profile.puk = Puk::parse("12345678").unwrap();
        profile.pin_tries = 3;
        profile.puk_tries = 2;
        Made { card: Card::new(profile, held), keys: keys.to_vec() }
    })
}

/// A fresh card.
pub fn card() -> Card {
    made().card.clone()
}

/// The private keys that are in it, in the order of [`KINDS`].
pub fn keys() -> &'static [PrivateKey] {
    &made().keys
}

pub fn public_key(slot: Slot) -> &'static PublicKey {
    let place = KINDS.iter().position(|(kind, _)| *kind == slot).unwrap();
    made().keys[place].public_key()
}

/// A fresh card with PIV selected and the PIN verified.
pub fn open_card() -> Card {
    let mut card = card();
    assert!(card.transmit(&hex("00A4040005A000000308")).ends_with(&[0x90, 0]));
    assert_eq!(card.transmit(&hex("0020008008313233343536FFFF")), [0x90, 0]);
    card
}

/// Proves to know the management key from the factory to a card with PIV selected.
pub fn manage(card: &mut Card) {
    let challenge = card.transmit(&hex("0087039B047C02810000"));
    assert!(challenge.len() == 14 && challenge.starts_with(&hex("7C0A8108")), "{challenge:02X?}");
    let mut block: [u8; 8] = challenge[4..12].try_into().unwrap();
    let key = hex("010203040506070801020304050607080102030405060708");
    TdesEde3::new_from_slice(&key).unwrap().encrypt_block((&mut block).into());
    assert_eq!(card.transmit(&[&hex("0087039B0C7C0A8208")[..], &block, &[0]].concat()), [0x90, 0]);
}

/// A fresh card with PIV selected and everything unlocked.
pub fn managed_card() -> Card {
    let mut card = open_card();
    manage(&mut card);
    card
}

pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}
