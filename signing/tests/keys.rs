//! Keys and signatures through the public API: all three algorithms, both paths, and what must be refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, FixtureSm2Key, PrivateKey, PublicKey, SigningError};

const SM2: Algorithm = Algorithm::Sm2;
const RSA: Algorithm = Algorithm::Rsa2048;
const P256: Algorithm = Algorithm::P256;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn key(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::generate(algorithm, &mut rng(7)).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_key_and_signature() {
    for algorithm in Algorithm::ALL {
        let (a, b) = (key(algorithm), key(algorithm));
        assert_eq!(*a.to_pkcs8_der(), *b.to_pkcs8_der());
        let digest = a.public_key().digest(b"one message");
        assert_eq!(a.signer().sign_digest(&digest).unwrap(), b.signer().sign_digest(&digest).unwrap());
    }
}

#[test]
fn both_paths_make_the_same_bytes_and_all_signers_verify() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        for i in 0..20u8 {
            let message = [i; 100];
            let digest = key.public_key().digest(&message);
            let signature = key.signer().sign_digest(&digest).unwrap();
            assert_eq!(key.fixture_signer().sign_digest(&digest).unwrap(), signature);
            key.public_key().verify(&message, &signature).unwrap();
            key.public_key().verify(&message, &key.bench_signer().sign_digest(&digest).unwrap()).unwrap();
            assert_eq!(key.public_key().verify(&[i; 99], &signature), Err(SigningError::BadSignature));
        }
    }
}

#[test]
fn signers_name_their_algorithm_and_library() {
    let names = |algorithm| {
        let key = key(algorithm);
        assert_eq!(key.signer().algorithm(), algorithm);
        assert_eq!(key.fixture_signer().algorithm(), algorithm);
        [key.signer().name(), key.fixture_signer().name()]
    };
    assert_eq!(
        names(SM2),
        ["sm2 table w5, scanned (constant time in style)", "sm2 table w8 (variable time, fixtures only)"]
    );
    assert_eq!(names(RSA), ["aws-lc-rs rsa2048"; 2]);
    assert_eq!(names(P256), ["p256 crate (RFC 6979)"; 2]);
}

#[test]
fn a_flipped_bit_anywhere_in_a_signature_is_refused() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let signature = key.signer().sign_digest(&key.public_key().digest(b"text")).unwrap();
        for bit in 0..signature.len() * 8 {
            let mut altered = signature.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(key.public_key().verify(b"text", &altered).is_err(), "{algorithm} bit {bit}");
        }
    }
}

#[test]
fn keys_survive_their_files() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let again = PrivateKey::from_pkcs8_pem(&key.to_pkcs8_pem()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(*again.to_pkcs8_der(), *key.to_pkcs8_der());
        assert_eq!(again.algorithm(), algorithm);
        let public = PublicKey::from_spki_der(&key.public_key().to_spki_der()).unwrap();
        assert_eq!(&public, key.public_key());
        match public.point() {
            Some(point) => assert_eq!(PublicKey::from_point(algorithm, &point).unwrap(), public),
            None => {
                let (modulus, exponent) = public.rsa_parts().unwrap();
                assert_eq!(exponent, [1, 0, 1]);
                assert_eq!(PublicKey::from_rsa(&modulus, &exponent).unwrap(), public);
            }
        }
    }
}

#[test]
fn debug_shows_no_secret() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        assert_eq!(format!("{key:?}"), format!("PrivateKey {{ algorithm: {algorithm:?}, .. }}"));
    }
    let fixture = FixtureSm2Key::from_bytes(&[1; 32]).unwrap();
    assert_eq!(format!("{fixture:?}"), "FixtureSm2Key { .. }");
}

#[test]
fn an_sm2_secret_of_n_minus_1_or_0_is_refused() {
    let n_minus_1: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x72, 0x03,
        0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x22,
    ];
    // PKCS#8 without the public key, so that only the secret can be at fault.
    let file = |secret: &[u8; 32]| {
        let mut der =
            vec![0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
        der.extend([0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D]);
        der.extend([0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20]);
        der.extend(secret);
        PrivateKey::from_pkcs8_der(&der)
    };
    for secret in [n_minus_1, [0; 32], [0xFF; 32]] {
        assert!(matches!(file(&secret), Err(SigningError::MalformedKey { .. })));
    }
    let mut n_minus_2 = n_minus_1;
    n_minus_2[31] -= 1;
    assert!(file(&n_minus_2).is_ok());
}

#[test]
fn what_is_no_key_is_refused_without_a_panic() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let private = key.to_pkcs8_der();
        let public = key.public_key().to_spki_der();
        for length in 0..public.len() {
            assert!(PublicKey::from_spki_der(&public[..length]).is_err());
        }
        for length in (0..private.len()).step_by(7) {
            assert!(PrivateKey::from_pkcs8_der(&private[..length]).is_err());
        }
    }
    let mut off_curve = key(SM2).public_key().point().unwrap();
    off_curve[64] ^= 1;
    assert!(PublicKey::from_point(SM2, &off_curve).is_err());
    assert!(PublicKey::from_point(P256, &key(SM2).public_key().point().unwrap()).is_err());
    assert!(PublicKey::from_point(RSA, &off_curve).is_err());
    assert!(PublicKey::from_rsa(&[0xFF; 128], &[1, 0, 1]).is_err());
    assert!(PublicKey::from_rsa(&[], &[]).is_err());
    assert!(PrivateKey::from_pkcs8_pem("no pem").is_err());
}

#[test]
fn wrapped_keys_open_with_both_paths_and_only_with_their_key() {
    for algorithm in [SM2, RSA] {
        let key = key(algorithm);
        let other = PrivateKey::generate(algorithm, &mut rng(8)).unwrap();
        for seed in 0..8 {
            let secret = vec![seed as u8; 16 + 16 * (seed as usize % 2)];
            let wrapped = key.public_key().wrap_key(&secret, &mut rng(seed)).unwrap();
            assert_eq!(*key.unwrap_key(&wrapped).unwrap(), secret);
            assert_eq!(*key.fixture_unwrap_key(&wrapped).unwrap(), secret);
            assert!(other.unwrap_key(&wrapped).map_or(true, |opened| *opened != secret));
            assert!(other.fixture_unwrap_key(&wrapped).map_or(true, |opened| *opened != secret));
            assert!(key.unwrap_key(&wrapped[1..]).is_err());
        }
    }
    assert!(matches!(key(P256).unwrap_key(&[]), Err(SigningError::Unsupported { .. })));
    assert!(matches!(key(P256).public_key().wrap_key(&[1; 16], &mut rng(1)), Err(SigningError::Unsupported { .. })));
    assert!(key(SM2).public_key().wrap_key(&[], &mut rng(1)).is_err());
    assert!(key(RSA).public_key().wrap_key(&[1; 256], &mut rng(1)).is_err());
}

#[test]
fn a_table_changes_no_byte_of_a_wrapped_key() {
    let plain = key(SM2);
    let public = plain.public_key();
    let before: Vec<_> = (0..10).map(|seed| public.wrap_key(&[9; 16], &mut rng(seed)).unwrap()).collect();
    let with_table = PublicKey::from_spki_der(&public.to_spki_der()).unwrap().with_table();
    let after: Vec<_> = (0..10).map(|seed| with_table.wrap_key(&[9; 16], &mut rng(seed)).unwrap()).collect();
    assert_eq!(before, after);
}

#[test]
fn an_altered_sm2_envelope_is_refused() {
    let key = key(SM2);
    let wrapped = key.public_key().wrap_key(&[5; 16], &mut rng(3)).unwrap();
    for at in 0..wrapped.len() {
        let mut altered = wrapped.clone();
        altered[at] ^= 1;
        assert!(key.unwrap_key(&altered).is_err(), "{at}");
        assert!(key.fixture_unwrap_key(&altered).is_err(), "{at}");
    }
}

#[test]
fn the_generator_may_be_a_trait_object() {
    let rng: &mut signing::Rng = &mut rng(1);
    let key = PrivateKey::generate(SM2, rng).unwrap();
    key.public_key().wrap_key(&[1; 16], rng).unwrap();
}

#[test]
fn a_cards_raw_block_gives_the_ordinary_signature() {
    let key = key(RSA);
    let digest = key.public_key().digest(b"text");
    let info = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    let mut block = vec![0xFF; 256];
    block[..2].copy_from_slice(&[0, 1]);
    block[204] = 0;
    block[205..224].copy_from_slice(&info);
    block[224..].copy_from_slice(&digest);
    let signature = key.rsa_raw(&block).unwrap();
    assert_eq!(signature, key.signer().sign_digest(&digest).unwrap());

    // Another padding takes the slow road; the public operation brings the block back.
    block[10] = 0xFE;
    let raw = key.rsa_raw(&block).unwrap();
    assert_ne!(raw, signature);
    let (modulus, exponent) = key.public_key().rsa_parts().unwrap();
    let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice(bytes, 2048).unwrap();
    let public = rsa::PublicKey::new(number(&modulus), rsa::BoxedUint::from_be_slice_vartime(&exponent)).unwrap();
    assert_eq!(rsa::hazmat::rsa_encrypt(&public, &number(&raw)).unwrap(), number(&block));

    assert_eq!(key.rsa_raw(&block[1..]), Err(SigningError::BadBlock { expected: 256, found: 255 }));
    assert!(key.rsa_raw(&[0xFF; 256]).is_err());
    assert!(key.rsa_raw(&[0; 256]).is_ok_and(|zero| zero == [0; 256]));
    assert!(matches!(self::key(SM2).rsa_raw(&block), Err(SigningError::Unsupported { .. })));
}

#[test]
fn both_sides_of_an_agreement_get_the_same_secret() {
    for algorithm in [SM2, P256] {
        let (a, b) = (key(algorithm), PrivateKey::generate(algorithm, &mut rng(9)).unwrap());
        let shared = a.ecdh(&b.public_key().point().unwrap()).unwrap();
        assert_eq!(*shared, *b.ecdh(&a.public_key().point().unwrap()).unwrap());
        assert_eq!(shared.len(), 32);
        assert!(a.ecdh(&[4; 65]).is_err());
        assert!(a.ecdh(&[]).is_err());
    }
    assert!(key(RSA).ecdh(&[4; 65]).is_err());
}

#[test]
fn verification_is_the_same_before_and_after_the_lazy_table() {
    let key = key(SM2);
    let public = PublicKey::from_spki_der(&key.public_key().to_spki_der()).unwrap();
    for i in 0..20u8 {
        let signature = key.fixture_signer().sign_digest(&public.digest(&[i])).unwrap();
        assert_eq!(public.verify(&[i], &signature), Ok(()));
        assert_eq!(public.verify(&[i, i], &signature), Err(SigningError::BadSignature));
    }
}
