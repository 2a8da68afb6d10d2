//! SM2 private keys: one that signs and agrees without giving time away, and one for fixtures that does so fast.

use std::{fmt, sync::Arc};

use ::sm2::Scalar;
use zeroize::{Zeroize, Zeroizing};

use super::{
    nonce::NonceSeed,
    point::{Affine, Jacobian},
    scalar::ScalarBytes,
    table::{narrow_generator, wide_generator},
};

/// A private key as a user brings it. Clones share the secret, which is wiped when the last one goes.
///
/// Signing, and multiplying a point by the key, are constant time in style (see the room `secret`); nobody has audited them.
/// Signatures are byte for byte those of the `sm2` crate.
#[derive(Clone)]
pub(crate) struct Sm2Key {
    numbers: Arc<Numbers>,
}

/// A private key whose secrecy does not matter: a published fixture of the simulator.
///
/// Signing takes variable time, so an observer with a clock learns about the key. Never make one from a key
/// that a user brings. Signatures are byte for byte those of the `sm2` crate.
#[derive(Clone)]
pub struct FixtureSm2Key(Sm2Key);

/// d, and what every signature needs of it.
struct Numbers {
    secret: Scalar,
    /// (1 + d)^-1.
    inverse: Scalar,
    nonces: NonceSeed,
}

impl Sm2Key {
    /// `None` unless d is in 1..=n-2: n - 1 would make 1 + d zero.
    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Option<Self> {
        let scalar = ScalarBytes::in_range(secret)?;
        let inverse = (scalar + Scalar::ONE).invert().into_option()?;
        Some(Self { numbers: Arc::new(Numbers { secret: scalar, inverse, nonces: NonceSeed::new(secret) }) })
    }

    /// Signs e = SM3(Z || M); returns r || s.
    pub(crate) fn sign_digest_raw(&self, digest: &[u8; 32]) -> [u8; 64] {
        self.numbers.sign(digest, |k| narrow_generator().multiply(k).to_affine())
    }

    /// d G.
    pub(crate) fn public_point(&self) -> Option<Affine> {
        narrow_generator().multiply(&self.numbers.secret).to_affine()
    }

    /// d times a public point: what encryption and key agreement share. `None` never happens for a point of the curve.
    pub(crate) fn shared_point(&self, peer: &Affine) -> Option<Affine> {
        peer.multiply(&self.numbers.secret).to_affine()
    }
}

impl FixtureSm2Key {
    /// `None` unless d is in 1..=n-2: n - 1 would make 1 + d zero.
    pub fn from_bytes(secret: &[u8; 32]) -> Option<Self> {
        Sm2Key::from_bytes(secret).map(Self)
    }

    /// The caller vouches that this is a fixture.
    pub(crate) fn of(key: &Sm2Key) -> Self {
        Self(key.clone())
    }

    /// Signs e = SM3(Z || M); returns r || s.
    pub fn sign_digest_raw(&self, digest: &[u8; 32]) -> [u8; 64] {
        self.0.numbers.sign(digest, generator_times)
    }

    /// As `Sm2Key::shared_point`, in variable time.
    pub(crate) fn shared_point(&self, peer: &Affine) -> Option<Affine> {
        peer.multiply_vartime(&self.0.numbers.secret).to_affine_vartime()
    }

    #[cfg(test)]
    pub(super) fn sign_with(&self, e: &Scalar, k: &Scalar) -> Option<[u8; 64]> {
        self.0.numbers.sign_with(e, k, &generator_times(k)?)
    }
}

fn generator_times(k: &Scalar) -> Option<Affine> {
    wide_generator().multiply_vartime(k).to_affine_vartime()
}

impl Numbers {
    /// `times_generator` is k -> k G.
    fn sign(&self, digest: &[u8; 32], times_generator: impl Fn(&Scalar) -> Option<Affine>) -> [u8; 64] {
        let e = ScalarBytes::reduced(digest);
        let mut nonces = self.nonces.nonces(&Zeroizing::new(ScalarBytes::bytes(&self.secret)), &ScalarBytes::bytes(&e));
        loop {
            let k = Zeroizing::new(nonces.next());
            let signature = times_generator(&k).and_then(|point| self.sign_with(&e, &k, &point));
            if let Some(signature) = signature {
                return signature;
            }
        }
    }

    /// One attempt with the nonce k and its point (GB/T 32918.2, 6.1 A4 to A6); `None` where the standard asks for another nonce.
    fn sign_with(&self, e: &Scalar, k: &Scalar, point: &Affine) -> Option<[u8; 64]> {
        let r = *e + ScalarBytes::reduced(&point.x_bytes());
        let sum = Zeroizing::new(r + *k);
        // (1+d)^-1 (k - r d) = (1+d)^-1 (k + r) - r: one product.
        let s = self.inverse * *sum - r;
        if bool::from(r.is_zero() | sum.is_zero() | s.is_zero()) {
            return None;
        }
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&ScalarBytes::bytes(&r));
        signature[32..].copy_from_slice(&ScalarBytes::bytes(&s));
        Some(signature)
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.inverse.zeroize();
    }
}

impl fmt::Debug for FixtureSm2Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixtureSm2Key").finish_non_exhaustive()
    }
}

/// kG and kP for a secret k of one message, with P's table if it has one: what encryption needs. Constant time in style.
pub(crate) fn ephemeral_points(
    k: &Scalar,
    point: &Affine,
    table: Option<&super::KeyTable>,
) -> Option<(Affine, Affine)> {
    let shared: Jacobian = table.map_or_else(|| point.multiply(k), |table| table.multiply(k));
    narrow_generator().multiply(k).to_affine_both(shared)
}
