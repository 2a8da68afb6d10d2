//! Public keys: reading, writing, verifying, wrapping. All inputs of verification are public, so it may take variable time.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use ::sm2::elliptic_curve::Generate;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use der::{Decode, Encode, asn1::AnyRef, asn1::BitStringRef};
use rand_core::CryptoRng;
use rsa::{
    BoxedUint, Pkcs1v15Encrypt,
    pkcs8::{DecodePublicKey, EncodePublicKey},
    traits::PublicKeyParts,
};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use crate::{
    Algorithm, SigningError,
    algorithm::{EC_PUBLIC_KEY, P256_CURVE, RSA_ENCRYPTION, SM2_CURVE},
    asn1, diagnosis,
    digest::sha256,
    signer::imported,
    sm2::{Affine, DEFAULT_ID, KeyTable, ephemeral_points, identity_hash, verify},
    wrapping,
};

/// After this many verifications or encryptions a table for an SM2 key has paid for itself.
const USES_BEFORE_TABLE: u32 = 7;

/// A public key. Cloning is cheap, and clones share what was computed for it.
#[derive(Clone)]
pub struct PublicKey {
    inner: Arc<Inner>,
}

struct Inner {
    spki: Vec<u8>,
    numbers: Numbers,
}

enum Numbers {
    Sm2(Sm2Numbers),
    Rsa { verifying: ParsedPublicKey, encrypting: rsa::PublicKey },
    P256 { point: [u8; 65], verifying: ParsedPublicKey },
}

struct Sm2Numbers {
    bytes: [u8; 65],
    point: Affine,
    identity: [u8; 32],
    table: OnceLock<KeyTable>,
    uses: AtomicU32,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`], or [`SigningError::UnsupportedKey`] for other algorithms, curves and lengths.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, SigningError> {
        let info = SubjectPublicKeyInfoRef::from_der(der)
            .map_err(|_| SigningError::MalformedKey { reason: "不是 SubjectPublicKeyInfo（DER）" })?;
        let bits = info
            .subject_public_key
            .as_bytes()
            .ok_or(SigningError::MalformedKey { reason: "公钥位串不是整字节" })?;
        match info.algorithm.oid {
            RSA_ENCRYPTION => {
                let key = rsa::PublicKey::from_public_key_der(der)
                    .map_err(|_| SigningError::MalformedKey { reason: "RSA 公钥无法解析" })?;
                Self::from_rsa_key(key)
            }
            EC_PUBLIC_KEY => {
                let algorithm = match info.algorithm.parameters_oid() {
                    Ok(SM2_CURVE) => Algorithm::Sm2,
                    Ok(P256_CURVE) => Algorithm::P256,
                    _ => return Err(SigningError::UnsupportedKey { reason: "曲线只支持 SM2 与 P-256" }),
                };
                Self::from_point(algorithm, bits)
            }
            _ => Err(SigningError::UnsupportedKey { reason: "只支持 SM2、RSA-2048 与 P-256" }),
        }
    }

    /// A key from 65 bytes 04 || x || y.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`] if it is no point of the curve; [`SigningError::Unsupported`] for RSA.
    pub fn from_point(algorithm: Algorithm, point: &[u8]) -> Result<Self, SigningError> {
        let off_curve =
            SigningError::MalformedKey { reason: "不是曲线上的未压缩点（04||x||y，65 字节）" };
        let bytes: [u8; 65] = point.try_into().map_err(|_| off_curve.clone())?;
        let (curve, numbers) = match algorithm {
            Algorithm::Sm2 => {
                let point = Affine::from_bytes(&bytes).ok_or(off_curve)?;
                let identity = identity_hash(DEFAULT_ID, &bytes);
                let numbers = Sm2Numbers { bytes, point, identity, table: OnceLock::new(), uses: AtomicU32::new(0) };
                (SM2_CURVE, Numbers::Sm2(numbers))
            }
            Algorithm::P256 => {
                if bytes[0] != 4 {
                    return Err(off_curve);
                }
                let verifying = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, bytes).map_err(|_| off_curve)?;
                (P256_CURVE, Numbers::P256 { point: bytes, verifying })
            }
            Algorithm::Rsa2048 => return Err(SigningError::Unsupported { algorithm, operation: "由点构造" }),
        };
        let spki = || {
            SubjectPublicKeyInfoRef {
                algorithm: AlgorithmIdentifierRef { oid: EC_PUBLIC_KEY, parameters: Some(AnyRef::from(&curve)) },
                subject_public_key: BitStringRef::from_bytes(&bytes)?,
            }
            .to_der()
        };
        let spki = spki().expect("an identifier and 65 bytes always fit into DER");
        Ok(Self { inner: Arc::new(Inner { spki, numbers }) })
    }

    /// A key from modulus and exponent, both big-endian.
    ///
    /// # Errors
    /// [`SigningError::UnsupportedKey`] unless the modulus has 2048 bits; [`SigningError::MalformedKey`] for impossible numbers.
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, SigningError> {
        // Beyond these the numbers are not even looked at.
        if modulus.len() > 512 || exponent.len() > 8 {
            return Err(SigningError::UnsupportedKey { reason: "RSA 只支持 2048 位模数" });
        }
        let modulus = BoxedUint::from_be_slice_vartime(modulus);
        let exponent = BoxedUint::from_be_slice_vartime(exponent);
        let key = rsa::PublicKey::new(modulus, exponent)
            .map_err(|_| SigningError::MalformedKey { reason: "RSA 模数或指数不合理" })?;
        Self::from_rsa_key(key)
    }

    pub(crate) fn from_rsa_key(key: rsa::PublicKey) -> Result<Self, SigningError> {
        if key.n().bit_width_vartime() != 2048 {
            return Err(SigningError::UnsupportedKey { reason: "RSA 只支持 2048 位模数" });
        }
        let malformed = SigningError::MalformedKey { reason: "RSA 公钥无法使用" };
        let spki = key.to_public_key_der().map_err(|_| malformed.clone())?.into_vec();
        let verifying = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &spki).map_err(|_| malformed)?;
        Ok(Self { inner: Arc::new(Inner { spki, numbers: Numbers::Rsa { verifying, encrypting: key } }) })
    }

    /// The SubjectPublicKeyInfo, always in the same form (uncompressed point).
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.inner.spki.clone()
    }

    pub(crate) fn spki_der(&self) -> &[u8] {
        &self.inner.spki
    }

    /// The key's algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self.inner.numbers {
            Numbers::Sm2(_) => Algorithm::Sm2,
            Numbers::Rsa { .. } => Algorithm::Rsa2048,
            Numbers::P256 { .. } => Algorithm::P256,
        }
    }

    /// 04 || x || y; `None` for RSA.
    pub fn point(&self) -> Option<[u8; 65]> {
        match &self.inner.numbers {
            Numbers::Sm2(numbers) => Some(numbers.bytes),
            Numbers::P256 { point, .. } => Some(*point),
            Numbers::Rsa { .. } => None,
        }
    }

    /// Modulus and exponent, big-endian without leading zeros; `None` but for RSA.
    pub fn rsa_parts(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match &self.inner.numbers {
            Numbers::Rsa { encrypting, .. } => Some((encrypting.n_bytes().into_vec(), encrypting.e_bytes().into_vec())),
            Numbers::Sm2(_) | Numbers::P256 { .. } => None,
        }
    }

    /// What is signed in place of the message: SM3(Z || M) with the identity 1234567812345678 for SM2, else SHA-256.
    pub fn digest(&self, message: &[u8]) -> [u8; 32] {
        use sm3::{Digest, Sm3};
        match &self.inner.numbers {
            Numbers::Sm2(numbers) => Sm3::new().chain_update(numbers.identity).chain_update(message).finalize().into(),
            Numbers::Rsa { .. } | Numbers::P256 { .. } => sha256(message),
        }
    }

    /// [`PublicKey::digest`], then [`PublicKey::verify_digest`].
    ///
    /// # Errors
    /// As [`PublicKey::verify_digest`]. Ask [`PublicKey::diagnose`] for the likely cause.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SigningError> {
        self.verify_digest(&self.digest(message), signature)
    }

    /// Verifies a signature in the form that `Signer::sign_digest` gives.
    ///
    /// # Errors
    /// [`SigningError::MalformedSignature`] if it has not that form, [`SigningError::BadSignature`] if it does not fit.
    pub fn verify_digest(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), SigningError> {
        let good = match &self.inner.numbers {
            Numbers::Sm2(numbers) => {
                let (r, s) = asn1::read_pair(signature).ok_or(NOT_A_PAIR)?;
                verify(&numbers.point, numbers.table_if_worth_it(), digest, &r, &s)
            }
            Numbers::Rsa { verifying, .. } => {
                if signature.len() != 256 {
                    return Err(SigningError::MalformedSignature { reason: "应为 256 字节" });
                }
                imported(digest).and_then(|digest| verifying.verify_digest_sig(&digest, signature)).is_ok()
            }
            Numbers::P256 { verifying, .. } => {
                asn1::read_pair(signature).ok_or(NOT_A_PAIR)?;
                imported(digest).and_then(|digest| verifying.verify_digest_sig(&digest, signature)).is_ok()
            }
        };
        if good { Ok(()) } else { Err(SigningError::BadSignature) }
    }

    /// Builds the SM2 key's own table now, for a key that will verify or wrap often. Harmless to repeat, and for other keys.
    #[must_use]
    pub fn with_table(self) -> Self {
        if let Numbers::Sm2(numbers) = &self.inner.numbers {
            numbers.table.get_or_init(|| KeyTable::new(numbers.point));
        }
        self
    }

    /// Encrypts a short symmetric key; the bytes depend on the generator's stream only. Undone by `PrivateKey::unwrap_key`.
    ///
    /// SM2: DER SM2Cipher (GM/T 0009, C1C3C2), constant time in style, faster from the eighth use on. RSA: PKCS#1 v1.5.
    ///
    /// # Errors
    /// [`SigningError::Unsupported`] for P-256, and for keys that are empty or too long.
    pub fn wrap_key<R: CryptoRng + ?Sized>(&self, key: &[u8], rng: &mut R) -> Result<Vec<u8>, SigningError> {
        let unsupported = |operation| SigningError::Unsupported { algorithm: self.algorithm(), operation };
        match &self.inner.numbers {
            Numbers::Sm2(_) if key.is_empty() || key.len() > wrapping::LONGEST_KEY => {
                Err(unsupported("封装空密钥或过长的密钥"))
            }
            Numbers::Sm2(numbers) => loop {
                if let Some((c1, shared)) = numbers.ephemeral(rng)
                    && let Some(wrapped) = wrapping::seal(&c1.to_bytes(), &Zeroizing::new(shared.to_bytes()), key)
                {
                    return Ok(wrapped);
                }
            },
            Numbers::Rsa { encrypting, .. } => {
                encrypting.encrypt(rng, Pkcs1v15Encrypt, key).map_err(|_| unsupported("封装过长的密钥"))
            }
            Numbers::P256 { .. } => Err(unsupported("密钥封装")),
        }
    }

    /// Why a signature failed: tries the usual mistakes of other implementations and names the one that would have passed.
    ///
    /// `None` if none fits, or if the signature is good.
    pub fn diagnose(&self, message: &[u8], signature: &[u8]) -> Option<&'static str> {
        diagnosis::diagnose(self, message, signature)
    }
}

const NOT_A_PAIR: SigningError = SigningError::MalformedSignature { reason: "应为 DER 编码的 SEQUENCE{r,s}" };

impl Sm2Numbers {
    /// Counts a use, and builds the table when it begins to pay.
    fn table_if_worth_it(&self) -> Option<&KeyTable> {
        if let Some(table) = self.table.get() {
            return Some(table);
        }
        let uses = self.uses.fetch_add(1, Ordering::Relaxed);
        (uses >= USES_BEFORE_TABLE).then(|| self.table.get_or_init(|| KeyTable::new(self.point)))
    }

    /// A random k, as kG and kP.
    fn ephemeral<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> Option<(Affine, Affine)> {
        let k = Zeroizing::new(::sm2::NonZeroScalar::generate_from_rng(rng));
        ephemeral_points(&k, &self.point, self.table_if_worth_it())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.inner.spki == other.inner.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PrivateKey;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn table(key: &PublicKey) -> Option<*const KeyTable> {
        match &key.inner.numbers {
            Numbers::Sm2(numbers) => numbers.table.get().map(std::ptr::from_ref),
            Numbers::Rsa { .. } | Numbers::P256 { .. } => None,
        }
    }

    #[test]
    fn a_table_is_built_at_the_eighth_use_and_shared_by_all_clones() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let key = PrivateKey::generate(Algorithm::Sm2, &mut rng).unwrap().public_key().clone();
        let clone = key.clone();
        for _ in 0..4 {
            assert!(key.verify(b"text", &[]).is_err(), "what is no signature is no use");
            key.wrap_key(&[7; 16], &mut rng).unwrap();
        }
        let signature = asn1::write_pair(&[1; 32], &[1; 32]);
        for _ in 0..3 {
            assert_eq!(clone.verify(b"text", &signature), Err(SigningError::BadSignature));
            assert_eq!(table(&key), None);
        }
        assert_eq!(clone.verify(b"text", &signature), Err(SigningError::BadSignature));
        let built = table(&key).expect("this was the eighth use");
        assert_eq!(table(&clone), Some(built));
        assert_eq!(table(&key.with_table()), Some(built));
    }
}
