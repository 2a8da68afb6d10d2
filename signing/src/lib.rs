//! SM2, RSA-2048 and P-256 behind one [`Signer`] and one [`PublicKey`]; SM3 and SM4; key files; test certificates.
//!
//! This crate does no input or output, knows no clock and draws no randomness of its own: time and generator are arguments,
//! so that a run replays byte for byte. All signatures are deterministic but those of [`PrivateKey::bench_signer`].
//!
//! Two paths lead to an SM2 signature, and they make the same bytes. [`PrivateKey::signer`] is constant time in style (nobody has
//! audited it) and is for keys that a user brings. [`PrivateKey::fixture_signer`] takes variable time, is faster by a third, and is
//! for the simulator's own published keys. Verification has only public inputs and always takes the fast road.

mod algorithm;
mod asn1;
mod certificate;
mod cipher;
mod diagnosis;
mod digest;
mod error;
mod import;
mod private_key;
mod public_key;
mod signer;
mod sm2;
mod test_ca;
mod wrapping;

pub use crate::{
    algorithm::Algorithm,
    certificate::{CardFacts, Certificate, CertificateError},
    cipher::{aes256_cbc_decrypt, aes256_cbc_encrypt, sm4_cbc_decrypt, sm4_cbc_encrypt},
    digest::{hmac_sha256, sha256, sm3},
    error::SigningError,
    import::RsaFactors,
    private_key::PrivateKey,
    public_key::PublicKey,
    signer::Signer,
    sm2::FixtureSm2Key,
    test_ca::{CertificateRequest, KeyUse, TestCa},
};

/// The generator that functions take which need randomness. They are generic (`R: CryptoRng + ?Sized`), so a `&mut Rng`
/// and a `&mut ChaCha20Rng` both do.
pub type Rng = dyn rand_core::CryptoRng;
