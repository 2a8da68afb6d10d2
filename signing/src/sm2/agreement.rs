//! The table code against the standard's vectors and, on many keys and messages, against the `sm2` crate.

use ::sm2::{
    dsa::{
        SigningKey,
        signature::hazmat::{PrehashSigner, PrehashVerifier},
    },
    elliptic_curve::{Group, sec1::ToSec1Point},
};
use proptest::prelude::*;

use super::{
    Affine, DEFAULT_ID, FixtureSm2Key, Table, generator, identity_hash, point::Jacobian, scalar::ScalarBytes,
    table::generator_point, verify,
};

fn hex<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

// GB/T 32918.5, Annex A.
const D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const P: &str = "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
const K: &str = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";
const E: &str = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
const R: &str = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
const S: &str = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";
const N: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";
const N_MINUS_1: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122";
const N_MINUS_2: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54121";

fn standard_point() -> Affine {
    Affine::from_bytes(&hex(P)).unwrap()
}

/// scalar x G by the `sm2` crate.
fn by_crate(scalar: &[u8; 32]) -> Option<[u8; 65]> {
    let point = ::sm2::ProjectivePoint::mul_by_generator(&ScalarBytes::reduced(scalar)).to_affine();
    point.to_sec1_point(false).as_bytes().try_into().ok()
}

#[test]
fn the_standards_identity_hash_and_digest_come_out() {
    let z = identity_hash(DEFAULT_ID, &hex(P));
    assert_eq!(z, hex("B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"));
    assert_eq!(crate::sm3(&[&z[..], b"message digest"].concat()), hex(E));
}

#[test]
fn the_standards_key_and_signature_come_out() {
    assert_eq!(generator().multiply(&hex(D)).to_affine().unwrap().to_bytes(), hex(P));
    let key = FixtureSm2Key::from_bytes(&hex(D)).unwrap();
    let signature = key.sign_with(&ScalarBytes::reduced(&hex(E)), &ScalarBytes::reduced(&hex(K))).unwrap();
    assert_eq!(signature[..32], hex::<32>(R));
    assert_eq!(signature[32..], hex::<32>(S));
    assert!(verify(&standard_point(), None, &hex(E), &hex(R), &hex(S)));
    assert!(verify(&standard_point(), Some(&Table::for_key(standard_point())), &hex(E), &hex(R), &hex(S)));
}

#[test]
fn the_standards_encryption_comes_out() {
    let c1 = generator().multiply(&hex(K)).to_affine().unwrap().to_bytes();
    assert_eq!(
        c1,
        hex(
            "0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
        )
    );
    let shared = Table::for_key(standard_point()).multiply(&hex(K)).to_affine().unwrap().to_bytes();
    let sealed = crate::wrapping::seal(&c1, &shared, b"encryption standard").unwrap();
    let c3_c2: [u8; 55] = hex(concat!(
        "0420",
        "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766",
        "0413",
        "21886CA989CA9C7D58087307CA93092D651EFA"
    ));
    assert!(sealed.ends_with(&c3_c2));
}

#[test]
fn secrets_outside_one_to_n_minus_2_are_refused() {
    assert!(FixtureSm2Key::from_bytes(&[0; 32]).is_none());
    assert!(FixtureSm2Key::from_bytes(&hex(N_MINUS_1)).is_none());
    assert!(FixtureSm2Key::from_bytes(&hex(N)).is_none());
    assert!(FixtureSm2Key::from_bytes(&[0xFF; 32]).is_none());
    assert!(FixtureSm2Key::from_bytes(&hex(N_MINUS_2)).is_some());
}

#[test]
fn r_and_s_out_of_range_are_refused() {
    let point = standard_point();
    for bad in [[0; 32], hex(N), [0xFF; 32]] {
        assert!(!verify(&point, None, &hex(E), &bad, &hex(S)));
        assert!(!verify(&point, None, &hex(E), &hex(R), &bad));
    }
    // r + s = 0 mod n.
    let minus_r = ScalarBytes::bytes(&-ScalarBytes::reduced(&hex(R)));
    assert!(!verify(&point, None, &hex(E), &hex(R), &minus_r));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let point = standard_point();
    let table = Table::for_key(point);
    for bit in 0..256 {
        let flip = |text: &str| {
            let mut bytes: [u8; 32] = hex(text);
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        assert!(!verify(&point, Some(&table), &flip(E), &hex(R), &hex(S)));
        assert!(!verify(&point, Some(&table), &hex(E), &flip(R), &hex(S)));
        assert!(!verify(&point, None, &hex(E), &hex(R), &flip(S)));
    }
}

#[test]
fn an_x_coordinate_above_n_is_reduced_before_it_is_compared() {
    // No honest signer will ever meet such a point, so the key is made to fit: R with x >= n, then P = (R - sG) / t.
    let order = ::sm2::U256::from_be_slice(&hex::<32>(N));
    let r_point = (0u32..200)
        .find_map(|above| {
            let x: [u8; 32] = order.wrapping_add(&::sm2::U256::from_u32(above)).to_be_bytes().into();
            let compressed = [&[2][..], &x].concat();
            ::sm2::PublicKey::from_sec1_bytes(&compressed).ok()
        })
        .expect("half of all x lie on the curve");
    let x: [u8; 32] = r_point.to_sec1_point(false).as_bytes()[1..33].try_into().unwrap();
    let (r, s) = (ScalarBytes::reduced(&hex(R)), ScalarBytes::reduced(&hex(S)));
    let t_inverse = (r + s).invert().unwrap();
    let key = (r_point.to_projective() - ::sm2::ProjectivePoint::mul_by_generator(&s)) * t_inverse;
    let point = Affine::from_bytes(key.to_affine().to_sec1_point(false).as_bytes().try_into().unwrap()).unwrap();
    let digest = ScalarBytes::bytes(&(r - ScalarBytes::reduced(&x)));
    assert!(verify(&point, None, &digest, &hex(R), &hex(S)));
    assert!(verify(&point, Some(&Table::for_key(point)), &digest, &hex(R), &hex(S)));
}

#[test]
fn edge_scalars_agree_with_the_crate() {
    let g = generator_point();
    let small_table = Table::for_key(g);
    let mut edges = vec![hex(N_MINUS_1), hex(N_MINUS_2), hex(D)];
    for bit in 0..256 {
        let mut bytes = [0; 32];
        bytes[31 - bit / 8] = 1 << (bit % 8);
        edges.push(bytes); // All digits zero but one.
        let mut ones = [0xFF; 32];
        ones[31 - bit / 8] = 0;
        edges.push(ScalarBytes::bytes(&ScalarBytes::reduced(&ones)));
    }
    for scalar in edges {
        let expected = by_crate(&scalar);
        let affine = |point: Jacobian| point.to_affine().map(Affine::to_bytes);
        assert_eq!(affine(generator().multiply(&scalar)), expected);
        assert_eq!(affine(small_table.multiply(&scalar)), expected);
        assert_eq!(affine(g.multiply(&scalar)), expected);
    }
}

#[test]
fn zero_and_the_order_give_infinity() {
    let g = generator_point();
    for scalar in [[0; 32], hex(N)] {
        assert!(generator().multiply(&scalar).is_infinity());
        assert!(Table::for_key(g).multiply(&scalar).is_infinity());
        assert!(g.multiply(&scalar).is_infinity());
    }
}

#[test]
fn sums_that_double_or_cancel_inside_a_verification_are_right() {
    // Starting from G and adding 1 G meets the doubling branch; from -G, the point at infinity.
    let g = Jacobian::from(generator_point());
    let one = {
        let mut one = [0; 32];
        one[31] = 1;
        one
    };
    assert_eq!(
        generator().multiply_and_add(g, &one).to_affine().map(Affine::to_bytes),
        by_crate(&{
            let mut two = [0; 32];
            two[31] = 2;
            two
        })
    );
    assert!(generator().multiply_and_add(g, &hex(N_MINUS_1)).is_infinity());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn signatures_are_the_crates_byte_for_byte(secret: [u8; 32], digest: [u8; 32], flip in 0usize..256) {
        let Some(key) = FixtureSm2Key::from_bytes(&secret) else { return Ok(()) };
        let theirs = SigningKey::from_slice("1234567812345678", &secret).unwrap();
        let expected: ::sm2::dsa::Signature = theirs.sign_prehash(&digest).unwrap();
        let ours = key.sign_digest_raw(&digest);
        prop_assert_eq!(&ours[..], &expected.to_bytes()[..]);

        let public: [u8; 65] = theirs.verifying_key().to_sec1_bytes().as_ref().try_into().unwrap();
        let point = Affine::from_bytes(&public).unwrap();
        prop_assert_eq!(point.to_bytes(), public);
        let (r, s) = (ours[..32].try_into().unwrap(), ours[32..].try_into().unwrap());
        let table = Table::for_key(point);
        prop_assert!(verify(&point, None, &digest, &r, &s));
        prop_assert!(verify(&point, Some(&table), &digest, &r, &s));

        let mut altered = digest;
        altered[flip / 8] ^= 1 << (flip % 8);
        // A digest is taken modulo n, so the crate is asked as well.
        let theirs = theirs.verifying_key().verify_prehash(&altered, &expected).is_ok();
        prop_assert_eq!(verify(&point, None, &altered, &r, &s), theirs);
        prop_assert_eq!(verify(&point, Some(&table), &altered, &r, &s), theirs);
    }

    #[test]
    fn multiples_of_any_point_are_the_crates(secret: [u8; 32], scalar: [u8; 32]) {
        let Some(point) = by_crate(&secret) else { return Ok(()) };
        let theirs = ::sm2::PublicKey::from_sec1_bytes(&point).unwrap().to_projective() * ScalarBytes::reduced(&scalar);
        let expected = theirs.to_affine().to_sec1_point(false).as_bytes().to_vec();
        let point = Affine::from_bytes(&point).unwrap();
        prop_assert_eq!(&point.multiply(&scalar).to_affine().unwrap().to_bytes()[..], &expected[..]);
        prop_assert_eq!(&Table::for_key(point).multiply(&scalar).to_affine().unwrap().to_bytes()[..], &expected[..]);
    }
}
