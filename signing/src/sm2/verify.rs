//! Verification of r, s (GB/T 32918.2, 7.1) with the generator's table and, if there is one, the key's. All inputs are public.

use ::sm2::elliptic_curve::bigint::CtLt;

use super::{
    field::Element,
    point::Affine,
    scalar::{ORDER, ScalarBytes},
    table::{KeyTable, wide_generator},
};

/// Whether r, s is the signature of e = `digest` under `point`. `table`, where given, is that point's.
pub(crate) fn verify(point: &Affine, table: Option<&KeyTable>, digest: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    let (Some(r), Some(s)) = (ScalarBytes::in_range(r), ScalarBytes::in_range(s)) else {
        return false;
    };
    let t = r + s;
    if bool::from(t.is_zero()) {
        return false;
    }
    let sum = match table {
        Some(table) => table.multiply_and_add_vartime(wide_generator().multiply_vartime(&s), &t),
        None => wide_generator().multiply_and_add_vartime(point.multiply_vartime(&t), &s),
    };
    // r = e + x1 mod n, so x1 mod n is r - e; x1 itself is below p, and p lies between n and 2n. Comparing with both
    // candidates spares the inversion.
    let x = ScalarBytes::bytes(&(r - ScalarBytes::reduced(digest)));
    let is_x = |bytes: &[u8; 32]| Element::from_bytes(bytes).is_some_and(|x| sum.has_x(&x));
    is_x(&x) || plus_order(&x).is_some_and(|x| is_x(&x))
}

/// x + n, unless it exceeds 32 bytes.
fn plus_order(x: &[u8; 32]) -> Option<[u8; 32]> {
    let x = ::sm2::U256::from_be_slice(x);
    let sum = x.wrapping_add(&ORDER);
    (!bool::from(sum.ct_lt(&x))).then(|| sum.to_be_bytes().into())
}
