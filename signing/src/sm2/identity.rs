//! Z, the hash of a signer's identity and key that SM2 puts before each message (GB/T 32918.2, 5.5).

use sm3::{Digest, Sm3};

use super::{point::B, table::GENERATOR_BYTES};

/// The identity that everybody uses who agreed on no other (GM/T 0009, 7).
pub(crate) const DEFAULT_ID: &[u8] = b"1234567812345678";

/// a = p - 3.
const A: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC,
];

/// SM3(bits of the identity in two bytes || identity || a || b || G || P), `point` being 04 || x || y.
pub(crate) fn identity_hash(identity: &[u8], point: &[u8; 65]) -> [u8; 32] {
    // Identities are at most 16 bytes in this crate, so the product fits.
    let bits = (identity.len() * 8) as u16;
    Sm3::new()
        .chain_update(bits.to_be_bytes())
        .chain_update(identity)
        .chain_update(A)
        .chain_update(B)
        .chain_update(&GENERATOR_BYTES[1..])
        .chain_update(&point[1..])
        .finalize()
        .into()
}
