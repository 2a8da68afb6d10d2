//! SM2 encryption of a short key (GB/T 32918.4) in the DER form of GM/T 0009. The point multiplications are the caller's choice;
//! what follows them is here once.

use der::{
    Decode, Encode,
    asn1::{OctetStringRef, UintRef},
};
use sm3::{Digest, Sm3};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    SigningError,
    asn1::{Sm2Cipher, padded},
};

/// Longest key that is wrapped. Real ones have 16 or 32 bytes; a named limit keeps a mistake from encrypting a file.
pub(crate) const LONGEST_KEY: usize = 1024;

/// Encrypts with C1 = kG and the shared point kP, both as 04 || x || y.
///
/// `None` if the key stream is all zeros: the standard then wants another k.
pub(crate) fn seal(c1: &[u8; 65], shared: &[u8; 65], key: &[u8]) -> Option<Vec<u8>> {
    let stream = key_stream(shared, key.len());
    if all_zeros(&stream) {
        return None;
    }
    let ciphertext: Vec<u8> = key.iter().zip(stream.iter()).map(|(a, b)| a ^ b).collect();
    let hash = check_hash(shared, key);
    let cipher = || {
        Sm2Cipher {
            x: UintRef::new(&c1[1..33])?,
            y: UintRef::new(&c1[33..])?,
            hash: OctetStringRef::new(&hash)?,
            ciphertext: OctetStringRef::new(&ciphertext)?,
        }
        .to_der()
    };
    Some(cipher().expect("numbers of 32 bytes and a short key always fit into DER"))
}

/// A parsed SM2Cipher. Its point is not yet known to be on the curve.
pub(crate) struct Sealed<'a> {
    /// C1 as 04 || x || y.
    pub(crate) c1: [u8; 65],
    hash: &'a [u8],
    ciphertext: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Reads strict DER.
    ///
    /// # Errors
    /// [`SigningError::UnwrapFailed`] for anything else, for an empty ciphertext and for one above the limit.
    pub(crate) fn parse(wrapped: &'a [u8]) -> Result<Self, SigningError> {
        let malformed = SigningError::UnwrapFailed { reason: "不是 GM/T 0009 的 SM2Cipher（DER，C1C3C2）" };
        let cipher = Sm2Cipher::from_der(wrapped).map_err(|_| malformed.clone())?;
        let (Some(x), Some(y)) = (padded(cipher.x), padded(cipher.y)) else {
            return Err(malformed);
        };
        let (hash, ciphertext) = (cipher.hash.as_bytes(), cipher.ciphertext.as_bytes());
        if hash.len() != 32 || ciphertext.is_empty() || ciphertext.len() > LONGEST_KEY {
            return Err(malformed);
        }
        let mut c1 = [4; 65];
        c1[1..33].copy_from_slice(&x);
        c1[33..].copy_from_slice(&y);
        Ok(Self { c1, hash, ciphertext })
    }

    /// Decrypts with the shared point d C1.
    ///
    /// # Errors
    /// [`SigningError::UnwrapFailed`] if C3 does not fit.
    pub(crate) fn open(&self, shared: &[u8; 65]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let stream = key_stream(shared, self.ciphertext.len());
        let key = Zeroizing::new(self.ciphertext.iter().zip(stream.iter()).map(|(a, b)| a ^ b).collect::<Vec<u8>>());
        if !all_zeros(&stream) && bool::from(check_hash(shared, &key).as_slice().ct_eq(self.hash)) {
            Ok(key)
        } else {
            Err(SigningError::UnwrapFailed {
                reason: "杂凑值 C3 不符，密文不是给这把私钥的，或顺序不是 C1C3C2"
            })
        }
    }
}

/// Looks at every byte, whatever the first ones are.
fn all_zeros(stream: &[u8]) -> bool {
    stream.iter().fold(0, |all, byte| all | byte) == 0
}

/// C3 = SM3(x2 || M || y2).
fn check_hash(shared: &[u8; 65], key: &[u8]) -> [u8; 32] {
    Sm3::new().chain_update(&shared[1..33]).chain_update(key).chain_update(&shared[33..]).finalize().into()
}

/// The key derivation of GB/T 32918.4, 5.4.3: SM3(x2 || y2 || counter), counter from 1.
fn key_stream(shared: &[u8; 65], length: usize) -> Zeroizing<Vec<u8>> {
    let mut stream = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(32)));
    for counter in 1u32.. {
        if stream.len() >= length {
            break;
        }
        stream.extend_from_slice(&Sm3::new().chain_update(&shared[1..]).chain_update(counter.to_be_bytes()).finalize());
    }
    stream.truncate(length);
    stream
}
