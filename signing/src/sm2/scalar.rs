//! Scalars modulo the curve's order n. The arithmetic is the `sm2` crate's; here are only the ways in and out.

use ::sm2::{
    Scalar, U256,
    elliptic_curve::{PrimeField, ops::Reduce},
};

/// The order n of GB/T 32918.5.
pub(crate) const ORDER: U256 = U256::from_be_hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123");

/// 32 bytes read as a scalar in two ways.
pub(crate) struct ScalarBytes;

impl ScalarBytes {
    /// Reduced modulo n: what a digest or an x coordinate becomes.
    pub(crate) fn reduced(bytes: &[u8; 32]) -> Scalar {
        <Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(bytes))
    }

    /// `None` unless 0 < value < n.
    pub(crate) fn in_range(bytes: &[u8; 32]) -> Option<Scalar> {
        // No branch but on the answer: nonces are read here too.
        let scalar = Scalar::from_repr((*bytes).into()).into_option()?;
        (!bool::from(scalar.is_zero())).then_some(scalar)
    }

    pub(crate) fn bytes(scalar: &Scalar) -> [u8; 32] {
        scalar.to_repr().into()
    }
}
