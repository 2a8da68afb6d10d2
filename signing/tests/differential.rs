//! Our SM2 against the `sm2` crate, through the public API, on random inputs with edges among them.
//!
//! 10 000 inputs each unless KOUAN_DIFFERENTIAL says another number (`make test-full`: a million). The inputs follow from the
//! number of the case alone, and a failure prints them in hex: what fails once fails again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use signing::{Algorithm, PrivateKey, PublicKey};
use sm2::{
    Scalar,
    dsa::signature::hazmat::{PrehashSigner, PrehashVerifier},
    elliptic_curve::{PrimeField, sec1::ToSec1Point},
    pkcs8::EncodePrivateKey,
    pke::{DecryptingKey, EncryptingKey},
};

/// How many inputs share a key: making a key's table costs more than all that is done with it once.
const INPUTS_A_KEY: u64 = 8;

fn inputs() -> u64 {
    std::env::var("KOUAN_DIFFERENTIAL").map_or(10_000, |count| count.parse().expect("KOUAN_DIFFERENTIAL is a number"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 bytes: mostly random, one in eight times a number at which code goes wrong, in terms of n.
fn number(rng: &mut ChaCha20Rng) -> [u8; 32] {
    let mut random = [0; 32];
    rng.fill_bytes(&mut random);
    let small = Scalar::from(rng.next_u64() % 40);
    let power = (0..random[0]).fold(Scalar::ONE, |power, _| power + power);
    match rng.next_u32() % 64 {
        0 => small.to_repr().into(),
        1 => (-small).to_repr().into(),
        2 => power.to_repr().into(),
        3 => (power - small).to_repr().into(),
        4 => (-power - small).to_repr().into(),
        5 => [0xFF; 32],
        // A window or more of zeros, or of ones.
        6 => random.map(|byte| if byte < 200 { 0 } else { byte }),
        7 => random.map(|byte| if byte < 200 { 0xFF } else { byte }),
        _ => random,
    }
}

/// Both sides' idea of one key.
struct Pair {
    secret: [u8; 32],
    ours: PrivateKey,
    /// Without a table until it has been used for a while.
    public: PublicKey,
    with_table: PublicKey,
    theirs: sm2::SecretKey,
}

impl Pair {
    /// `None` for a secret that is none; that both sides agree on this is checked here.
    fn new(secret: [u8; 32]) -> Option<Self> {
        let theirs = sm2::SecretKey::from_slice(&secret).ok()?;
        let der = theirs.to_pkcs8_der().unwrap();
        let minus_one: [u8; 32] = (-Scalar::ONE).to_repr().into();
        let Ok(ours) = PrivateKey::from_pkcs8_der(der.as_bytes()) else {
            assert_eq!(
                hex(&secret),
                hex(&minus_one),
                "only n - 1 is a secret for the crate and not for SM2 signatures"
            );
            return None;
        };
        let point = theirs.public_key().to_sec1_point(false);
        assert_eq!(ours.public_key().point().unwrap()[..], *point.as_bytes(), "secret {}", hex(&secret));
        let public = PublicKey::from_point(Algorithm::Sm2, point.as_bytes()).unwrap();
        let with_table = ours.public_key().clone().with_table();
        Some(Self { secret, ours, public, with_table, theirs })
    }
}

/// Calls `check` with each case's key, its generator, and a text that says which case it is.
fn for_all(seed: u64, mut check: impl FnMut(&Pair, &mut ChaCha20Rng, &str)) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for first in (0..inputs()).step_by(INPUTS_A_KEY as usize) {
        let pair = std::iter::repeat_with(|| number(&mut rng)).find_map(Pair::new).unwrap();
        for case in first..inputs().min(first + INPUTS_A_KEY) {
            check(&pair, &mut rng, &format!("seed {seed}, case {case}, secret {}", hex(&pair.secret)));
        }
    }
}

#[test]
fn signatures_are_the_crates_and_are_verified_as_it_verifies() {
    for_all(1, |pair, rng, case| {
        let digest = number(rng);
        let case = format!("{case}, digest {}", hex(&digest));
        let theirs = sm2::dsa::SigningKey::new("1234567812345678", &pair.theirs).unwrap();
        let expected: sm2::dsa::Signature = theirs.sign_prehash(&digest).unwrap();
        let signature = pair.ours.signer().sign_digest(&digest).unwrap();
        assert_eq!(hex(&signature), hex(expected.to_der().as_bytes()), "{case}, signer");
        assert_eq!(hex(&pair.ours.fixture_signer().sign_digest(&digest).unwrap()), hex(&signature), "{case}, fixture");
        assert_eq!(pair.public.verify_digest(&digest, &signature), Ok(()), "{case}");
        assert_eq!(pair.with_table.verify_digest(&digest, &signature), Ok(()), "{case}, table");

        let damaged = damaged(&signature, rng);
        let expected = sm2::dsa::Signature::from_der(&damaged)
            .and_then(|signature| theirs.verifying_key().verify_prehash(&digest, &signature))
            .is_ok();
        let case = format!("{case}, signature {}", hex(&damaged));
        assert_eq!(pair.public.verify_digest(&digest, &damaged).is_ok(), expected, "{case}");
        assert_eq!(pair.with_table.verify_digest(&digest, &damaged).is_ok(), expected, "{case}, table");
    });
}

#[test]
fn encryption_and_decryption_are_the_crates() {
    for_all(2, |pair, rng, case| {
        let mut message = vec![0; 1 + rng.next_u32() as usize % 80];
        rng.fill_bytes(&mut message);
        let seed = rng.next_u64();
        let case = format!("{case}, message {}, seed of k {seed}", hex(&message));
        let stream = || ChaCha20Rng::seed_from_u64(seed);
        let expected = EncryptingKey::new(pair.theirs.public_key()).encrypt_der(&mut stream(), &message).unwrap();
        let wrapped = pair.public.wrap_key(&message, &mut stream()).unwrap();
        assert_eq!(hex(&wrapped), hex(&expected), "{case}");
        assert_eq!(pair.with_table.wrap_key(&message, &mut stream()).unwrap(), expected, "{case}, table");
        assert_eq!(*pair.ours.unwrap_key(&expected).unwrap(), message, "{case}");
        assert_eq!(*pair.ours.fixture_unwrap_key(&expected).unwrap(), message, "{case}, fixture");

        let damaged = damaged(&expected, rng);
        let expected = DecryptingKey::new(pair.theirs.clone()).decrypt_der(&damaged).ok();
        let case = format!("{case}, ciphertext {}", hex(&damaged));
        assert_eq!(pair.ours.unwrap_key(&damaged).ok().map(|key| key.to_vec()), expected, "{case}");
        assert_eq!(pair.ours.fixture_unwrap_key(&damaged).ok().map(|key| key.to_vec()), expected, "{case}, fixture");
    });
}

#[test]
fn agreed_secrets_are_the_crates() {
    for_all(3, |pair, rng, case| {
        let Ok(peer) = sm2::SecretKey::from_slice(&number(rng)) else { return };
        let point = peer.public_key().to_sec1_point(false);
        let case = format!("{case}, point {}", hex(point.as_bytes()));
        let shared = (peer.public_key().to_projective() * *pair.theirs.to_nonzero_scalar()).to_affine();
        let shared = shared.to_sec1_point(false);
        assert_eq!(pair.ours.ecdh(point.as_bytes()).unwrap()[..], shared.as_bytes()[1..33], "{case}");

        // A point off the curve, or written otherwise, is refused where the crate refuses it; only 65 bytes are ever read.
        let damaged = damaged(point.as_bytes(), rng);
        let expected = damaged.len() == 65 && sm2::PublicKey::from_sec1_bytes(&damaged).is_ok();
        let case = format!("{case}, damaged {}", hex(&damaged));
        assert_eq!(pair.ours.ecdh(&damaged).is_ok(), expected, "{case}");
        assert_eq!(PublicKey::from_point(Algorithm::Sm2, &damaged).is_ok(), expected, "{case}");
    });
}

/// The bytes after one of the accidents that DER meets: bits flipped, cut, lengthened, a number replaced or given another length.
fn damaged(bytes: &[u8], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    let at = rng.next_u32() as usize % bytes.len();
    match rng.next_u32() % 8 {
        0 => damaged.truncate(at),
        1 => damaged.push(rng.next_u32() as u8),
        2 => damaged.insert(at, 0),
        3 => drop(damaged.remove(at)),
        // The outer length and the first number's, which begins at 4 in a signature.
        4 => damaged[1 + 2 * (at % 2)] ^= 1 << (at % 8),
        5 => damaged.splice(at.., number(rng)).for_each(drop),
        6 => {
            let (from, number) = (4 + at % 2, number(rng));
            damaged.splice(from.min(bytes.len())..(from + 32).min(bytes.len()), number).for_each(drop);
        }
        _ => damaged[at] ^= 1 << (rng.next_u32() % 8),
    }
    damaged
}
