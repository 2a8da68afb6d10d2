//! The nonce of a deterministic signature: RFC 6979 with HMAC-SM3, as the `sm2` crate derives it, so that both make the same
//! signature. The keyed states are kept between the steps, which halves the work.

use ::sm2::Scalar;
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

use super::scalar::ScalarBytes;

/// K, V of RFC 6979 section 3.2.
pub(super) struct Nonces {
    keyed: Hmac<Sm3>,
    value: Zeroizing<[u8; 32]>,
    /// The first nonce is asked for without an update before it.
    fresh: bool,
}

impl Nonces {
    /// `key` is d, `digest` is e, already reduced.
    pub(super) fn new(key: &[u8; 32], digest: &[u8; 32]) -> Self {
        let mut nonces = Self { keyed: keyed(&[0; 32]), value: Zeroizing::new([1; 32]), fresh: true };
        nonces.rekey(0, &[key, digest]);
        nonces.rekey(1, &[key, digest]);
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
        let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        self.keyed = keyed(&key);
        self.advance();
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
