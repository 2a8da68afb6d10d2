//! Private keys: making, reading, writing, and the operations that need one. No secret leaves through `Debug` or an error.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use ::sm2::elliptic_curve::Generate;
use aws_lc_rs::{
    rsa::{KeyPair as RsaKeyPair, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use der::{SecretDocument, pem::LineEnding};
use p256::elliptic_curve::point::AffineCoordinates;
use pkcs8::{DecodePrivateKey, EncodePrivateKey, PrivateKeyInfoRef};
use rand_core::CryptoRng;
use rsa::BoxedUint;
use zeroize::Zeroizing;

use crate::{
    Algorithm, PublicKey, Signer, SigningError,
    algorithm::{EC_PUBLIC_KEY, P256_CURVE, RSA_ENCRYPTION, SM2_CURVE},
    signer::{AwsP256, AwsRsa, CrateP256},
    sm2::{Affine, FixtureSm2Key, Sm2Key},
    wrapping::Sealed,
};

const PEM_LABEL: &str = "PRIVATE KEY";

/// A private key with its public key. Cloning is cheap; the secret is wiped when the last clone goes.
#[derive(Clone)]
pub struct PrivateKey {
    inner: Arc<Inner>,
}

struct Inner {
    public: PublicKey,
    pkcs8: Zeroizing<Vec<u8>>,
    secret: Secret,
}

enum Secret {
    Sm2 { key: Sm2Key },
    Rsa { signing: Arc<RsaKeyPair>, decrypting: Pkcs1PrivateDecryptingKey, raw: Box<OnceLock<Option<rsa::PrivateKey>>> },
    P256 { key: p256::SecretKey },
}

impl PrivateKey {
    /// A new key from the generator's stream: the same stream gives the same key.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`] should a library refuse what it made itself.
    pub fn generate<R: CryptoRng + ?Sized>(algorithm: Algorithm, rng: &mut R) -> Result<Self, SigningError> {
        let unusable = |_| SigningError::MalformedKey { reason: "生成的密钥无法编码" };
        match algorithm {
            Algorithm::Sm2 => Self::from_sm2(::sm2::SecretKey::generate_from_rng(rng)),
            Algorithm::P256 => Self::from_p256(p256::SecretKey::generate_from_rng(rng)),
            Algorithm::Rsa2048 => {
                let key = rsa::PrivateKey::new(rng, 2048)
                    .map_err(|_| SigningError::MalformedKey { reason: "RSA 密钥生成失败" })?;
                Self::from_rsa_der(key.to_pkcs8_der().map_err(unusable)?.as_bytes())
            }
        }
    }

    /// Reads an unencrypted PKCS#8 key.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`], or [`SigningError::UnsupportedKey`] for other algorithms, curves and lengths.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, SigningError> {
        let malformed = |_| SigningError::MalformedKey { reason: "不是 PKCS#8 私钥（DER）" };
        let info = PrivateKeyInfoRef::try_from(der).map_err(malformed)?;
        match (info.algorithm.oid, info.algorithm.parameters_oid()) {
            (RSA_ENCRYPTION, _) => Self::from_rsa_der(der),
            (EC_PUBLIC_KEY, Ok(SM2_CURVE)) => Self::from_sm2(::sm2::SecretKey::from_pkcs8_der(der).map_err(malformed)?),
            (EC_PUBLIC_KEY, Ok(P256_CURVE)) => {
                Self::from_p256(p256::SecretKey::from_pkcs8_der(der).map_err(malformed)?)
            }
            (EC_PUBLIC_KEY, _) => Err(SigningError::UnsupportedKey { reason: "曲线只支持 SM2 与 P-256" }),
            _ => Err(SigningError::UnsupportedKey { reason: "只支持 SM2、RSA-2048 与 P-256" }),
        }
    }

    /// Reads an unencrypted PKCS#8 key in PEM, as `openssl genpkey` writes it.
    ///
    /// # Errors
    /// As [`PrivateKey::from_pkcs8_der`].
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, SigningError> {
        let (label, document) =
            SecretDocument::from_pem(pem).map_err(|_| SigningError::MalformedKey { reason: "不是 PEM 文件" })?;
        match label {
            PEM_LABEL => Self::from_pkcs8_der(document.as_bytes()),
            "ENCRYPTED PRIVATE KEY" => {
                Err(SigningError::MalformedKey { reason: "私钥文件有口令，请先去掉口令" })
            }
            _ => Err(SigningError::MalformedKey { reason: "应为 PKCS#8（-----BEGIN PRIVATE KEY-----）" }),
        }
    }

    fn from_sm2(key: ::sm2::SecretKey) -> Result<Self, SigningError> {
        let bytes = Zeroizing::new(<[u8; 32]>::from(key.to_bytes()));
        let numbers = Sm2Key::from_bytes(&bytes)
            .ok_or(SigningError::MalformedKey { reason: "SM2 私钥应在 1 到 n-2 之间" })?;
        let unusable = SigningError::MalformedKey { reason: "SM2 私钥无法使用" };
        let point = numbers.public_point().ok_or(unusable.clone())?;
        let public = PublicKey::from_point(Algorithm::Sm2, &point.to_bytes())?;
        let pkcs8 = Zeroizing::new(key.to_pkcs8_der().map_err(|_| unusable)?.as_bytes().to_vec());
        Ok(Self::new(public, pkcs8, Secret::Sm2 { key: numbers }))
    }

    fn from_p256(key: p256::SecretKey) -> Result<Self, SigningError> {
        let unusable = SigningError::MalformedKey { reason: "P-256 私钥无法使用" };
        let point = key.public_key().to_sec1_bytes();
        let public = PublicKey::from_point(Algorithm::P256, &point)?;
        let pkcs8 = Zeroizing::new(key.to_pkcs8_der().map_err(|_| unusable)?.as_bytes().to_vec());
        Ok(Self::new(public, pkcs8, Secret::P256 { key }))
    }

    fn from_rsa_der(der: &[u8]) -> Result<Self, SigningError> {
        let malformed = SigningError::MalformedKey { reason: "RSA 私钥无法解析，或各数互不相符" };
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| malformed.clone())?;
        let numbers =
            rsa::pkcs1::RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).map_err(|_| malformed.clone())?;
        let public = PublicKey::from_rsa(numbers.modulus.as_bytes(), numbers.public_exponent.as_bytes())?;
        let signing = RsaKeyPair::from_pkcs8(der).map_err(|_| malformed.clone())?;
        let decrypting = PrivateDecryptingKey::from_pkcs8(der)
            .map_err(|_| malformed.clone())
            .and_then(|key| Pkcs1PrivateDecryptingKey::new(key).map_err(|_| malformed))?;
        let secret = Secret::Rsa { signing: Arc::new(signing), decrypting, raw: Box::default() };
        Ok(Self::new(public, Zeroizing::new(der.to_vec()), secret))
    }

    fn new(public: PublicKey, pkcs8: Zeroizing<Vec<u8>>, secret: Secret) -> Self {
        Self { inner: Arc::new(Inner { public, pkcs8, secret }) }
    }

    /// The key as PKCS#8, unencrypted. An RSA key that was read comes out as it went in.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.inner.pkcs8.clone()
    }

    /// The key as PKCS#8 in PEM, which `openssl pkey` reads.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        SecretDocument::try_from(self.inner.pkcs8.as_slice())
            .and_then(|document| document.to_pem(PEM_LABEL, LineEnding::LF))
            .expect("the bytes were read or written as DER before")
    }

    /// The key's algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.inner.public.algorithm()
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.inner.public
    }

    /// The path for keys that a user brings: constant time (SM2: in style, not audited) and deterministic.
    pub fn signer(&self) -> Box<dyn Signer> {
        match &self.inner.secret {
            Secret::Sm2 { key } => Box::new(key.clone()),
            Secret::Rsa { signing, .. } => Box::new(AwsRsa(Arc::clone(signing))),
            Secret::P256 { key } => Box::new(CrateP256(key.into())),
        }
    }

    /// For the simulator's own published keys only: SM2 in variable time. The bytes are those of [`PrivateKey::signer`].
    pub fn fixture_signer(&self) -> Box<dyn Signer> {
        match &self.inner.secret {
            Secret::Sm2 { key } => Box::new(FixtureSm2Key::of(key)),
            Secret::Rsa { .. } | Secret::P256 { .. } => self.signer(),
        }
    }

    /// The fastest signer, which may not replay: P-256 with random nonces. For benchmarks.
    pub fn bench_signer(&self) -> Box<dyn Signer> {
        match &self.inner.secret {
            Secret::P256 { .. } => match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.inner.pkcs8) {
                Ok(key) => Box::new(AwsP256(key)),
                Err(_) => self.signer(),
            },
            Secret::Sm2 { .. } | Secret::Rsa { .. } => self.fixture_signer(),
        }
    }

    /// Opens what `PublicKey::wrap_key` made. SM2 in constant time, in style.
    ///
    /// # Errors
    /// [`SigningError::UnwrapFailed`]; [`SigningError::Unsupported`] for P-256.
    pub fn unwrap_key(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        match &self.inner.secret {
            Secret::Sm2 { key } => open_sm2(wrapped, |c1| key.shared_point(c1)),
            Secret::Rsa { decrypting, .. } => {
                let refused = SigningError::UnwrapFailed {
                    reason: "RSA PKCS#1 v1.5 解密失败，密文不是给这把私钥的"
                };
                let mut block = Zeroizing::new(vec![0; decrypting.min_output_size()]);
                let key = decrypting.decrypt(wrapped, &mut block).map_err(|_| refused)?;
                Ok(Zeroizing::new(key.to_vec()))
            }
            Secret::P256 { .. } => {
                Err(SigningError::Unsupported { algorithm: Algorithm::P256, operation: "密钥解封" })
            }
        }
    }

    /// As [`PrivateKey::unwrap_key`], for fixtures only: SM2 in variable time.
    ///
    /// # Errors
    /// As [`PrivateKey::unwrap_key`].
    pub fn fixture_unwrap_key(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        match &self.inner.secret {
            Secret::Sm2 { key } => open_sm2(wrapped, |c1| FixtureSm2Key::of(key).shared_point(c1)),
            Secret::Rsa { .. } | Secret::P256 { .. } => self.unwrap_key(wrapped),
        }
    }

    /// The raw private RSA operation on a block of the modulus' length, as a smart card is asked for it.
    ///
    /// A block that is PKCS#1 v1.5 padding around a SHA-256 digest, which is what signing software sends, goes to the fast
    /// library; any other to the slow one.
    ///
    /// # Errors
    /// [`SigningError::BadBlock`] for a wrong length or a number above the modulus; [`SigningError::Unsupported`] but for RSA.
    pub fn rsa_raw(&self, block: &[u8]) -> Result<Vec<u8>, SigningError> {
        let Secret::Rsa { signing, raw, .. } = &self.inner.secret else {
            return Err(SigningError::Unsupported { algorithm: self.algorithm(), operation: "RSA 原始运算" });
        };
        let bad_block = SigningError::BadBlock { expected: 256, found: block.len() };
        if block.len() != 256 {
            return Err(bad_block);
        }
        if let Some(digest) = padded_sha256(block) {
            return AwsRsa(Arc::clone(signing)).sign_digest(&digest);
        }
        let failed = SigningError::SigningFailed { algorithm: Algorithm::Rsa2048 };
        let key = raw.get_or_init(|| rsa::PrivateKey::from_pkcs8_der(&self.inner.pkcs8).ok()).as_ref().ok_or(failed)?;
        let number = BoxedUint::from_be_slice(block, 2048).map_err(|_| bad_block.clone())?;
        let result = rsa::hazmat::rsa_decrypt_and_check::<dyn CryptoRng>(key, None, &number).map_err(|_| bad_block)?;
        let trimmed = Zeroizing::new(result.to_be_bytes().into_vec());
        let mut bytes = vec![0; 256usize.saturating_sub(trimmed.len())];
        bytes.extend_from_slice(&trimmed);
        Ok(bytes)
    }

    /// The x coordinate of d times the peer's point (04 || x || y), in constant time.
    ///
    /// # Errors
    /// [`SigningError::MalformedKey`] for a point off the curve; [`SigningError::Unsupported`] for RSA.
    pub fn ecdh(&self, peer_point_uncompressed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let off_curve = SigningError::MalformedKey { reason: "对方的点不在曲线上，或不是未压缩形式" };
        let point: &[u8; 65] = peer_point_uncompressed.try_into().map_err(|_| off_curve.clone())?;
        match &self.inner.secret {
            Secret::Sm2 { key } => {
                let shared = Affine::from_bytes(point).and_then(|peer| key.shared_point(&peer)).ok_or(off_curve)?;
                Ok(Zeroizing::new(shared.x_bytes().to_vec()))
            }
            Secret::P256 { key } => {
                let peer = p256::PublicKey::from_sec1_bytes(point).map_err(|_| off_curve)?;
                let shared = (peer.to_projective() * *key.to_nonzero_scalar()).to_affine();
                Ok(Zeroizing::new(shared.x().to_vec()))
            }
            Secret::Rsa { .. } => {
                Err(SigningError::Unsupported { algorithm: Algorithm::Rsa2048, operation: "密钥协商" })
            }
        }
    }
}

const C1_OFF_CURVE: SigningError = SigningError::UnwrapFailed { reason: "C1 不是曲线上的点" };

/// Decrypts with d C1, however that is computed.
fn open_sm2(wrapped: &[u8], shared: impl Fn(&Affine) -> Option<Affine>) -> Result<Zeroizing<Vec<u8>>, SigningError> {
    let sealed = Sealed::parse(wrapped)?;
    let c1 = Affine::from_bytes(&sealed.c1).ok_or(C1_OFF_CURVE)?;
    let shared = shared(&c1).ok_or(C1_OFF_CURVE)?;
    sealed.open(&Zeroizing::new(shared.to_bytes()))
}

/// DigestInfo of SHA-256 without the digest (RFC 8017, 9.2 note 1).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// The digest, if the block is 00 01 FF.. 00 DigestInfo digest, exactly as PKCS#1 v1.5 pads SHA-256.
fn padded_sha256(block: &[u8]) -> Option<[u8; 32]> {
    let (padding, rest) = block.split_at_checked(block.len().checked_sub(SHA256_INFO.len() + 32)?)?;
    let digest = rest.strip_prefix(&SHA256_INFO)?;
    let filling = padding.strip_prefix(&[0, 1])?.strip_suffix(&[0])?;
    filling.iter().all(|byte| *byte == 0xFF).then(|| digest.try_into().ok())?
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}
