//! The ASN.1 structures that more than one room of this crate reads and writes. Strict DER in both directions.

use der::{
    Decode, Encode, Sequence,
    asn1::{OctetStringRef, UintRef},
};

/// SEQUENCE { r, s }: a signature of SM2 (GM/T 0009, 7.3) or ECDSA (RFC 3279).
#[derive(Sequence)]
struct SignaturePair<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// Reads r and s, each at most 32 bytes. `None` for anything that is not exactly that in DER.
pub(crate) fn read_pair(der: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let pair = SignaturePair::from_der(der).ok()?;
    Some((padded(pair.r)?, padded(pair.s)?))
}

/// Writes r and s; leading zeros are dropped, as DER wants.
pub(crate) fn write_pair(r: &[u8], s: &[u8]) -> Vec<u8> {
    let pair = || SignaturePair { r: UintRef::new(r)?, s: UintRef::new(s)? }.to_der();
    pair().expect("two numbers of 32 bytes always fit into DER")
}

/// GM/T 0009, 7.2: C1 as two numbers, C3, C2.
#[derive(Sequence)]
pub(crate) struct Sm2Cipher<'a> {
    pub(crate) x: UintRef<'a>,
    pub(crate) y: UintRef<'a>,
    pub(crate) hash: &'a OctetStringRef,
    pub(crate) ciphertext: &'a OctetStringRef,
}

/// A number as exactly 32 bytes; `None` if it is longer.
pub(crate) fn padded(number: UintRef<'_>) -> Option<[u8; 32]> {
    let bytes = number.as_bytes();
    let mut padded = [0; 32];
    padded.get_mut(32usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_written_without_leading_zeros_and_with_a_sign_byte() {
        let mut r = [0; 32];
        r[31] = 0x80;
        let mut s = [0; 32];
        s[31] = 0x01;
        assert_eq!(write_pair(&r, &s), [0x30, 0x07, 0x02, 0x02, 0x00, 0x80, 0x02, 0x01, 0x01]);
        assert_eq!(read_pair(&[0x30, 0x07, 0x02, 0x02, 0x00, 0x80, 0x02, 0x01, 0x01]), Some((r, s)));
    }

    #[test]
    fn sloppy_pairs_are_refused() {
        // A negative number, a superfluous zero, a trailing byte, a long form of a short length, 33 bytes, nothing.
        assert_eq!(read_pair(&[0x30, 0x06, 0x02, 0x01, 0x80, 0x02, 0x01, 0x01]), None);
        assert_eq!(read_pair(&[0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01]), None);
        assert_eq!(read_pair(&[0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x00]), None);
        assert_eq!(read_pair(&[0x30, 0x81, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]), None);
        let mut long = vec![0x30, 0x26, 0x02, 0x21, 0x01];
        long.extend([0; 32]);
        long.extend([0x02, 0x01, 0x01]);
        assert_eq!(read_pair(&long), None);
        assert_eq!(read_pair(&[]), None);
    }
}
