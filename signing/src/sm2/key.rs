//! An SM2 key that signs by tables, in variable time. For fixtures only.

use ::sm2::Scalar;
use zeroize::Zeroize;

use super::{nonce::Nonces, scalar::ScalarBytes, table::generator};

/// A private key whose secrecy does not matter: a published fixture of the simulator.
///
/// Signing takes variable time, so an observer with a clock learns about the key. Never make one from a key
/// that a user brings. Signatures are byte for byte those of the `sm2` crate.
#[derive(Clone)]
pub struct FixtureSm2Key {
    secret: Scalar,
    /// (1 + d)^-1, which every signature needs.
    inverse: Scalar,
}

impl FixtureSm2Key {
    /// `None` unless d is in 1..=n-2: n - 1 would make 1 + d zero.
    pub fn from_bytes(secret: &[u8; 32]) -> Option<Self> {
        let secret = ScalarBytes::in_range(secret)?;
        let inverse = (secret + Scalar::ONE).invert().into_option()?;
        Some(Self { secret, inverse })
    }

    /// Signs e = SM3(Z || M); returns r || s.
    pub fn sign_digest_raw(&self, digest: &[u8; 32]) -> [u8; 64] {
        let e = ScalarBytes::reduced(digest);
        let mut nonces = Nonces::new(&ScalarBytes::bytes(&self.secret), &ScalarBytes::bytes(&e));
        loop {
            if let Some(signature) = self.sign_with(&e, &nonces.next()) {
                return signature;
            }
        }
    }

    /// One attempt with this nonce (GB/T 32918.2, 6.1 A4 to A6); `None` where the standard asks for another nonce.
    pub(super) fn sign_with(&self, e: &Scalar, k: &Scalar) -> Option<[u8; 64]> {
        let point = generator().multiply(&ScalarBytes::bytes(k)).to_affine()?;
        let r = *e + ScalarBytes::reduced(&point.x_bytes());
        let sum = r + *k;
        if bool::from(r.is_zero() | sum.is_zero()) {
            return None;
        }
        // (1+d)^-1 (k - r d) = (1+d)^-1 (k + r) - r: one product.
        let s = self.inverse * sum - r;
        if bool::from(s.is_zero()) {
            return None;
        }
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&ScalarBytes::bytes(&r));
        signature[32..].copy_from_slice(&ScalarBytes::bytes(&s));
        Some(signature)
    }

    /// d, for multiplications by the fixture paths of this crate.
    pub(crate) fn secret_bytes(&self) -> [u8; 32] {
        ScalarBytes::bytes(&self.secret)
    }
}

impl Drop for FixtureSm2Key {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.inverse.zeroize();
    }
}

impl std::fmt::Debug for FixtureSm2Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FixtureSm2Key").finish_non_exhaustive()
    }
}
