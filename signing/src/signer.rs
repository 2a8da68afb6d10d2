//! One interface over the signing libraries. A signer holds its key; it never shows it.

use std::sync::Arc;

use aws_lc_rs::{
    digest::{Digest, SHA256},
    rsa::KeyPair as RsaKeyPair,
    signature::{EcdsaKeyPair, RSA_PKCS1_SHA256},
};
use p256::ecdsa::signature::hazmat::PrehashSigner;

use crate::{
    Algorithm, SigningError, asn1,
    sm2::{FixtureSm2Key, Sm2Key},
};

/// Something that signs digests with one key.
pub trait Signer: Send + Sync {
    /// The key's algorithm.
    fn algorithm(&self) -> Algorithm;
    /// Which library signs and in which way, for reports and benchmarks.
    fn name(&self) -> &'static str;
    /// Signs what `PublicKey::digest` gave: e = SM3(Z || M) for SM2, SHA-256 for RSA and P-256.
    ///
    /// Returns DER SEQUENCE { r, s } (SM2, P-256) or 256 bytes of PKCS#1 v1.5 (RSA).
    ///
    /// # Errors
    /// [`SigningError::SigningFailed`] if the library refuses, which no digest is known to cause.
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningError>;
}

impl Signer for Sm2Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Sm2
    }

    fn name(&self) -> &'static str {
        "sm2 table w5, scanned (constant time in style)"
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningError> {
        let signature = self.sign_digest_raw(digest);
        Ok(asn1::write_pair(&signature[..32], &signature[32..]))
    }
}

impl Signer for FixtureSm2Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Sm2
    }

    fn name(&self) -> &'static str {
        "sm2 table w8 (variable time, fixtures only)"
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningError> {
        let signature = self.sign_digest_raw(digest);
        Ok(asn1::write_pair(&signature[..32], &signature[32..]))
    }
}

/// RSA by aws-lc-rs. PKCS#1 v1.5 has no randomness, so this replays.
pub(crate) struct AwsRsa(pub(crate) Arc<RsaKeyPair>);

impl Signer for AwsRsa {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Rsa2048
    }

    fn name(&self) -> &'static str {
        "aws-lc-rs rsa2048"
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        imported(digest)
            .and_then(|digest| self.0.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature))
            .map_err(|_| failed(Algorithm::Rsa2048))?;
        Ok(signature)
    }
}

/// P-256 by the `p256` crate, deterministic.
pub(crate) struct CrateP256(pub(crate) p256::ecdsa::SigningKey);

impl Signer for CrateP256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::P256
    }

    fn name(&self) -> &'static str {
        "p256 crate (RFC 6979)"
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningError> {
        let signature: p256::ecdsa::Signature = self.0.sign_prehash(digest).map_err(|_| failed(Algorithm::P256))?;
        let (r, s) = signature.split_bytes();
        Ok(asn1::write_pair(&r, &s))
    }
}

/// P-256 by aws-lc-rs: faster, but with a random nonce. For benchmarks.
pub(crate) struct AwsP256(pub(crate) EcdsaKeyPair);

impl Signer for AwsP256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::P256
    }

    fn name(&self) -> &'static str {
        "aws-lc-rs p256 (random nonce, does not replay)"
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningError> {
        let signature =
            imported(digest).and_then(|digest| self.0.sign_digest(&digest)).map_err(|_| failed(Algorithm::P256))?;
        Ok(signature.as_ref().to_vec())
    }
}

/// Our digest as that library's type.
pub(crate) fn imported(digest: &[u8; 32]) -> Result<Digest, aws_lc_rs::error::Unspecified> {
    Digest::import_less_safe(digest, &SHA256)
}

fn failed(algorithm: Algorithm) -> SigningError {
    SigningError::SigningFailed { algorithm }
}
