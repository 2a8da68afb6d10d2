//! The table code against the standard's vectors and, on many keys and messages, against the `sm2` crate.

use ::sm2::{
    Scalar,
    elliptic_curve::{Group, sec1::ToSec1Point},
};

use super::{
    Affine, DEFAULT_ID, FixtureSm2Key, KeyTable, Sm2Key, ephemeral_points, identity_hash,
    point::Jacobian,
    scalar::ScalarBytes,
    table::{generator_point, narrow_generator, wide_generator},
    verify,
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
    assert_eq!(Sm2Key::from_bytes(&hex(D)).unwrap().public_point().unwrap().to_bytes(), hex(P));
    let key = FixtureSm2Key::from_bytes(&hex(D)).unwrap();
    let signature = key.sign_with(&ScalarBytes::reduced(&hex(E)), &ScalarBytes::reduced(&hex(K))).unwrap();
    assert_eq!(signature[..32], hex::<32>(R));
    assert_eq!(signature[32..], hex::<32>(S));
    assert!(verify(&standard_point(), None, &hex(E), &hex(R), &hex(S)));
    assert!(verify(&standard_point(), Some(&KeyTable::new(standard_point())), &hex(E), &hex(R), &hex(S)));
}

#[test]
fn the_standards_encryption_comes_out() {
    let k = ScalarBytes::reduced(&hex(K));
    let table = KeyTable::new(standard_point());
    let (c1, shared) = ephemeral_points(&k, &standard_point(), Some(&table)).unwrap();
    assert_eq!(ephemeral_points(&k, &standard_point(), None), Some((c1, shared)));
    let (c1, shared) = (c1.to_bytes(), shared.to_bytes());
    assert_eq!(
        c1,
        hex(
            "0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
        )
    );
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
    let table = KeyTable::new(point);
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
    assert!(verify(&point, Some(&KeyTable::new(point)), &digest, &hex(R), &hex(S)));
}

/// scalar x point in every way that there is here, each as 04 || x || y, `None` for infinity.
fn all_ways(point: Affine, table: &KeyTable, scalar: &Scalar) -> [(&'static str, Option<[u8; 65]>); 4] {
    let affine = |product: Jacobian| product.to_affine().map(Affine::to_bytes);
    [
        ("table, scanned", affine(table.multiply(scalar))),
        ("table, variable time", affine(table.multiply_vartime(scalar))),
        ("no table, scanned", affine(point.multiply(scalar))),
        ("no table, variable time", affine(point.multiply_vartime(scalar))),
    ]
}

/// Scalars at which code goes wrong: the ends of the range, single bits, runs of ones, one window full or empty, those at which the
/// last addition of a window width doubles, and what is left of p and R modulo n.
fn edge_scalars() -> Vec<Scalar> {
    let mut edges = vec![Scalar::ZERO];
    edges.extend((1u64..70).map(Scalar::from));
    for text in [
        D,
        K,
        R,
        S,
        // p mod n, 2^256 mod n, (n + 1) / 2, (n - 1) / 2, alternating bits.
        "000000000000000000000000000000008DFC2093DE39FAD5AC440BF6C62ABEDC",
        "000000010000000000000000000000008DFC2094DE39FAD4AC440BF6C62ABEDD",
        "7FFFFFFF7FFFFFFFFFFFFFFFFFFFFFFFB901EFB590E30295A9DDFA049CEAA092",
        "7FFFFFFF7FFFFFFFFFFFFFFFFFFFFFFFB901EFB590E30295A9DDFA049CEAA091",
        "5555555555555555555555555555555555555555555555555555555555555555",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        edges.push(ScalarBytes::reduced(&hex(text)));
    }
    let powers: Vec<Scalar> =
        std::iter::successors(Some(Scalar::ONE), |power| Some(*power + *power)).take(260).collect();
    for width in [4, 5, 8] {
        let ones = Scalar::from((1u64 << width) - 1);
        for low in powers.iter().step_by(width) {
            edges.extend([*low * ones, -(*low * ones), Scalar::from(u64::MAX) * low]);
            // All ones but for one empty window.
            edges.push(ScalarBytes::reduced(&[0xFF; 32]) - *low * ones);
        }
    }
    edges.extend(powers.iter().flat_map(|power| [*power, *power - Scalar::ONE, *power + Scalar::ONE]));
    let opposites: Vec<Scalar> = edges.iter().map(|scalar| -*scalar).collect();
    edges.extend(opposites);
    edges
}

/// Points at which code goes wrong: G, -G, small and large multiples, x near p, x at and above n, y small.
fn edge_points() -> Vec<Affine> {
    let times_g =
        |scalar: Scalar| by_crate(&ScalarBytes::bytes(&scalar)).and_then(|bytes| Affine::from_bytes(&bytes)).unwrap();
    let mut points: Vec<Affine> = [1u64, 2, 3, 16, 31, 32, 1 << 40].map(|k| times_g(Scalar::from(k))).into();
    points.extend([1u64, 2, 31].map(|k| times_g(-Scalar::from(k))));
    // On average every other x has a point: six from p - 1 downwards, from n upwards, and from 0 upwards.
    let prime = ::sm2::U256::from_be_hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF");
    let order = ::sm2::U256::from_be_hex(N);
    for (start, step) in [
        (prime.wrapping_sub(&::sm2::U256::ONE), ::sm2::U256::MAX),
        (order, ::sm2::U256::ONE),
        (::sm2::U256::ZERO, ::sm2::U256::ONE),
    ] {
        let xs = std::iter::successors(Some(start), |x| Some(x.wrapping_add(&step)));
        let found = xs.take(60).filter_map(|x| {
            let compressed = [&[2][..], &x.to_be_bytes()].concat();
            let point = ::sm2::PublicKey::from_sec1_bytes(&compressed).ok()?.to_sec1_point(false);
            Affine::from_bytes(point.as_bytes().try_into().unwrap())
        });
        let before = points.len();
        points.extend(found.take(6));
        assert_eq!(points.len(), before + 6, "half of all x lie on the curve");
    }
    points
}

/// scalar x point by the `sm2` crate.
fn times_by_crate(point: Affine, scalar: &Scalar) -> Option<[u8; 65]> {
    let point = ::sm2::PublicKey::from_sec1_bytes(&point.to_bytes()).unwrap().to_projective();
    (point * *scalar).to_affine().to_sec1_point(false).as_bytes().try_into().ok()
}

#[test]
fn edge_scalars_agree_with_the_crate() {
    let g = generator_point();
    for scalar in edge_scalars() {
        let expected = by_crate(&ScalarBytes::bytes(&scalar));
        let wide = wide_generator().multiply_vartime(&scalar).to_affine().map(Affine::to_bytes);
        assert_eq!(wide, expected, "{scalar:?}, wide table");
        for (way, found) in all_ways(g, narrow_generator(), &scalar) {
            assert_eq!(found, expected, "{scalar:?}, {way}");
        }
    }
}

#[test]
fn edge_points_agree_with_the_crate() {
    let scalars = edge_scalars();
    for (i, point) in edge_points().into_iter().enumerate() {
        let table = KeyTable::new(point);
        // A part of the scalars for each point, another for the next: all of them over all points would take a minute.
        for scalar in scalars.iter().skip(i % 23).step_by(23) {
            let expected = times_by_crate(point, scalar);
            for (way, found) in all_ways(point, &table, scalar) {
                assert_eq!(found, expected, "{point:?}, {scalar:?}, {way}");
            }
        }
    }
}

#[test]
fn zero_gives_infinity() {
    let g = generator_point();
    assert!(wide_generator().multiply_vartime(&Scalar::ZERO).is_infinity());
    for (way, found) in all_ways(g, narrow_generator(), &Scalar::ZERO) {
        assert_eq!(found, None, "{way}");
    }
    assert_eq!(ephemeral_points(&Scalar::ZERO, &g, None), None);
}

#[test]
fn sums_that_double_or_cancel_inside_a_verification_are_right() {
    // Starting from G and adding 1 G meets the doubling branch; from -G, the point at infinity.
    let g = Jacobian::from(generator_point());
    let sum = wide_generator().multiply_and_add_vartime(g, &Scalar::ONE);
    let two = ScalarBytes::bytes(&Scalar::from(2u64));
    assert_eq!(sum.to_affine().map(Affine::to_bytes), by_crate(&two));
    assert!(wide_generator().multiply_and_add_vartime(g, &-Scalar::ONE).is_infinity());
}

#[test]
fn a_key_equal_or_opposite_to_the_generator_verifies_as_the_crate_does() {
    // s G + t P with P = G, -G and 2 G: the sums of both tables meet each other's points.
    for secret in [Scalar::ONE, -Scalar::from(2u64), Scalar::from(2u64)] {
        let bytes = ScalarBytes::bytes(&secret);
        let key = FixtureSm2Key::from_bytes(&bytes).unwrap();
        let point = Affine::from_bytes(&by_crate(&bytes).unwrap()).unwrap();
        let table = KeyTable::new(point);
        for digest in [[0; 32], [0xFF; 32], hex(N), hex(E)] {
            let signature = key.sign_digest_raw(&digest);
            let (r, s) = (signature[..32].try_into().unwrap(), signature[32..].try_into().unwrap());
            assert!(verify(&point, None, &digest, &r, &s));
            assert!(verify(&point, Some(&table), &digest, &r, &s));
        }
    }
}
