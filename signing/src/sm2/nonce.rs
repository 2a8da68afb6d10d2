//! The nonce of a deterministic signature: RFC 6979 with HMAC-SM3, as the `sm2` crate derives it, so that both make the same
//! signature. The keyed states are kept between the steps, which halves the work.

use ::sm2::Scalar;
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

use super::scalar::ScalarBytes;

/// The part of the first step that depends on the key alone: HMAC under K = 0 over V || 0 || d. It is half a dozen compressions
/// of SM3 that each signature of a key is spared. Wiped on drop, as every state of the hash is (feature `zeroize` of `sm3`).
pub(super) struct NonceSeed {
    begun: Hmac<Sm3>,
}

impl NonceSeed {
    /// `key` is d.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let mut begun = keyed(&[0; 32]);
        begun.update(&FIRST_VALUE);
        begun.update(&[0]);
        begun.update(key);
        Self { begun }
    }

    /// The nonces for e = `digest`, which is reduced; `key` is d once more.
    pub(super) fn nonces(&self, key: &[u8; 32], digest: &[u8; 32]) -> Nonces {
        let mut first = self.begun.clone();
        first.update(digest);
        let mut nonces = Nonces::keyed_by(first, Zeroizing::new(FIRST_VALUE));
        nonces.rekey(1, &[key, digest]);
        nonces
    }
}

/// V of RFC 6979 section 3.2, step b.
const FIRST_VALUE: [u8; 32] = [1; 32];

/// K, V of RFC 6979 section 3.2.
pub(super) struct Nonces {
    keyed: Hmac<Sm3>,
    value: Zeroizing<[u8; 32]>,
    /// The first nonce is asked for without an update before it.
    fresh: bool,
}

impl Nonces {
    /// The result of `mac` becomes K; then V = HMAC_K(V).
    fn keyed_by(mac: Hmac<Sm3>, value: Zeroizing<[u8; 32]>) -> Self {
        let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        let mut nonces = Self { keyed: keyed(&key), value, fresh: true };
        nonces.advance();
        nonces
    }

    /// The next candidate in 1..n. Almost always the first is taken: the next is wanted once in 2^32 times.
    pub(super) fn next(&mut self) -> Scalar {
        loop {
            if !self.fresh {
                self.rekey(0, &[]);
            }
            self.fresh = false;
            self.advance();
            if let Some(nonce) = ScalarBytes::in_range(&self.value) {
                return nonce;
            }
        }
    }

    /// K = HMAC_K(V || tag || material), V = HMAC_K(V).
    fn rekey(&mut self, tag: u8, material: &[&[u8; 32]]) {
        let mut mac = self.keyed.clone();
        mac.update(&*self.value);
        mac.update(&[tag]);
        for part in material {
            mac.update(*part);
        }
        let fresh = self.fresh;
        *self = Self { fresh, ..Self::keyed_by(mac, self.value.clone()) };
    }

    fn advance(&mut self) {
        let mut mac = self.keyed.clone();
        mac.update(&*self.value);
        *self.value = mac.finalize().into_bytes().into();
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sm3> {
    let mut block = Zeroizing::new([0u8; 64]);
    block[..32].copy_from_slice(key);
    Hmac::new(&(*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_the_hash_are_wiped_on_drop() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
        // Does not compile without the feature `zeroize` of `sm3`. HMAC is nothing but two of its states and a buffer.
        is_wiped::<Sm3>();
    }
}
