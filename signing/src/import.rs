//! Private keys from their bare numbers, as a smart card is given them: a scalar, or two primes and what follows from them.
//!
//! Nothing is believed: numbers that don't belong together, or don't make a key that works, are refused.

use p256::elliptic_curve::subtle::ConstantTimeEq;
use pkcs8::{EncodePrivateKey, PrivateKeyInfoRef};
use rsa::BoxedUint;

use crate::{Algorithm, PrivateKey, SigningError};

/// Bytes of each number of an RSA-2048 key in its short form.
const HALF: usize = 128;
/// The only public exponent that anyone uses; a card is not told another.
const EXPONENT: u64 = 65_537;

/// The short form of an RSA-2048 key (RFC 8017, section 3.2), each number in 128 bytes, big-endian, zeros in front.
#[derive(Clone, Copy)]
pub struct RsaFactors<'a> {
    /// The first prime.
    pub p: &'a [u8],
    /// The second prime.
    pub q: &'a [u8],
    /// d mod (p - 1)
    pub dp: &'a [u8],
    /// d mod (q - 1)
    pub dq: &'a [u8],
    /// q^-1 mod p
    pub qinv: &'a [u8],
}

impl PrivateKey {
    /// A key of SM2 or P-256 from its scalar, 32 bytes, big-endian.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`] for a number that is no private key of the curve; [`SigningError::Unsupported`] for RSA.
    pub fn from_scalar(algorithm: Algorithm, scalar: &[u8; 32]) -> Result<Self, SigningError> {
        let refused = SigningError::MalformedKey { reason: "私钥不在曲线的阶以内" };
        let pkcs8 = match algorithm {
            Algorithm::Sm2 => ::sm2::SecretKey::from_slice(scalar).map(|key| key.to_pkcs8_der()),
            Algorithm::P256 => p256::SecretKey::from_slice(scalar).map(|key| key.to_pkcs8_der()),
            Algorithm::Rsa2048 => return Err(SigningError::Unsupported { algorithm, operation: "由标量构造" }),
        };
        let pkcs8 = pkcs8.map_err(|_| refused.clone())?.map_err(|_| refused)?;
        Self::from_pkcs8_der(pkcs8.as_bytes())
    }

    /// An RSA-2048 key with the public exponent 65537 from its short form.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`] if the numbers don't belong together or the key doesn't work;
    /// [`SigningError::UnsupportedKey`] if the modulus hasn't 2048 bits.
    pub fn from_rsa_factors(factors: &RsaFactors<'_>) -> Result<Self, SigningError> {
        let refused = SigningError::MalformedKey { reason: "RSA 私钥各数互不相符" };
        let RsaFactors { p, q, dp, dq, qinv } = *factors;
        if [p, q, dp, dq, qinv].iter().any(|number| number.len() != HALF) {
            return Err(SigningError::UnsupportedKey { reason: "RSA 只支持 2048 位模数" });
        }
        let number = |bytes| BoxedUint::from_be_slice(bytes, 8 * HALF as u32).map_err(|_| refused.clone());
        let key = rsa::PrivateKey::from_p_q(number(p)?, number(q)?, BoxedUint::from(EXPONENT))
            .map_err(|_| refused.clone())?;
        let pkcs8 = key.to_pkcs8_der().map_err(|_| refused.clone())?;
        // What was given must be what follows from the primes: a card would go on to compute with it.
        let info = PrivateKeyInfoRef::try_from(pkcs8.as_bytes()).map_err(|_| refused.clone())?;
        let made = rsa::pkcs1::RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).map_err(|_| refused.clone())?;
        let pairs = [(made.exponent1, dp), (made.exponent2, dq), (made.coefficient, qinv)];
        if !pairs.into_iter().all(|(made, given)| same_number(made.as_bytes(), given)) {
            return Err(refused);
        }
        let key = Self::from_pkcs8_der(pkcs8.as_bytes())?;
        // Two numbers that aren't prime pass all of the above, but the key doesn't work.
        let digest = [0x5A; 32];
        let signature = key.signer().sign_digest(&digest).map_err(|_| refused.clone())?;
        key.public_key().verify_digest(&digest, &signature).map_err(|_| refused)?;
        Ok(key)
    }
}

/// Whether the bytes without leading zeros are the number that fills `padded`.
fn same_number(bytes: &[u8], padded: &[u8]) -> bool {
    let Some(zeros) = padded.len().checked_sub(bytes.len()) else { return false };
    let (front, number) = padded.split_at(zeros);
    front.iter().all(|byte| *byte == 0) && bool::from(number.ct_eq(bytes))
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    /// The numbers p, q, dp, dq, qinv of a key, each in 128 bytes.
    fn factors(key: &PrivateKey) -> [Vec<u8>; 5] {
        let der = key.to_pkcs8_der();
        let info = PrivateKeyInfoRef::try_from(der.as_slice()).unwrap();
        let key = rsa::pkcs1::RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).unwrap();
        [key.prime1, key.prime2, key.exponent1, key.exponent2, key.coefficient]
            .map(|number| [vec![0; HALF - number.as_bytes().len()], number.as_bytes().to_vec()].concat())
    }

    fn from(numbers: &[Vec<u8>; 5]) -> Result<PrivateKey, SigningError> {
        let [p, q, dp, dq, qinv] = numbers;
        PrivateKey::from_rsa_factors(&RsaFactors { p, q, dp, dq, qinv })
    }

    #[test]
    fn a_key_is_the_same_key_when_it_comes_as_numbers() {
        for algorithm in [Algorithm::Sm2, Algorithm::P256] {
            let key = PrivateKey::generate(algorithm, &mut ChaCha20Rng::from_seed([4; 32])).unwrap();
            let der = key.to_pkcs8_der();
            let mark = [0x02, 0x01, 0x01, 0x04, 0x20];
            let place = der.windows(5).position(|window| window == mark).unwrap() + 5;
            let again = PrivateKey::from_scalar(algorithm, der[place..place + 32].try_into().unwrap()).unwrap();
            assert_eq!(again.public_key(), key.public_key());
            assert!(PrivateKey::from_scalar(algorithm, &[0; 32]).is_err());
            assert!(PrivateKey::from_scalar(algorithm, &[0xFF; 32]).is_err());
        }
        let key = PrivateKey::generate(Algorithm::Rsa2048, &mut ChaCha20Rng::from_seed([5; 32])).unwrap();
        assert_eq!(from(&factors(&key)).unwrap().public_key(), key.public_key());
        assert!(PrivateKey::from_scalar(Algorithm::Rsa2048, &[1; 32]).is_err());
    }

    #[test]
    fn numbers_that_do_not_belong_together_are_refused() {
        let key = PrivateKey::generate(Algorithm::Rsa2048, &mut ChaCha20Rng::from_seed([5; 32])).unwrap();
        let sound = factors(&key);
        for which in 0..5 {
            let mut numbers = sound.clone();
            numbers[which][100] ^= 0x10;
            assert!(from(&numbers).is_err(), "number {which} was altered");
            numbers[which] = vec![0; HALF];
            assert!(from(&numbers).is_err(), "number {which} is zero");
            numbers[which] = sound[which][1..].to_vec();
            assert!(from(&numbers).is_err(), "number {which} is short");
        }
        let twice = [sound[0].clone(), sound[0].clone(), sound[2].clone(), sound[2].clone(), sound[4].clone()];
        assert!(from(&twice).is_err(), "one prime twice");
    }
}
