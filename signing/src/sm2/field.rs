//! Arithmetic modulo SM2's prime p, on four 64-bit limbs (least significant first) in Montgomery form with R = 2^256.
//!
//! Because p = -1 mod 2^64, the factor -p^-1 mod 2^64 of a Montgomery step is 1: a reduction needs shifts, additions and
//! subtractions but no multiplication. Nothing here has a branch or an address that depends on a value, but for
//! [`Element::invert_vartime`] and [`Element::invert_all_vartime`]; comparisons with `==` are for public values.

use ::sm2::{U256, elliptic_curve::bigint::Odd};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// p = 2^256 - 2^224 - 2^96 + 2^64 - 1 (GB/T 32918.5).
const P: [u64; 4] = [0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFE_FFFF_FFFF];

const MODULUS: Odd<U256> = Odd::<U256>::from_be_hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF");

/// An element of the field, always below p, in Montgomery form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Element([u64; 4]);

impl Element {
    pub(crate) const ZERO: Self = Self([0; 4]);
    /// R mod p = 2^256 - p.
    pub(crate) const ONE: Self = Self([1, 0x0000_0000_FFFF_FFFF, 0, 0x0000_0001_0000_0000]);
    /// R^2 mod p: what brings a plain number into Montgomery form.
    const R2: Self = Self([0x0000_0002_0000_0003, 0x0000_0002_FFFF_FFFF, 0x0000_0001_0000_0001, 0x0000_0004_0000_0002]);
    /// R^3 mod p: see [`Element::invert`].
    const R3: Self = Self([0x0000_0012_0000_0016, 0x0000_000E_FFFF_FFF8, 0x0000_000A_0000_000C, 0x0000_001B_0000_0009]);

    /// Reads 32 big-endian bytes; `None` for p and above, which have a second, shorter name.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let plain = limbs(bytes);
        is_below(&plain, &P).then(|| Self(plain).mul(&Self::R2))
    }

    /// 32 big-endian bytes of the plain number.
    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let Self(plain) = reduce([self.0[0], self.0[1], self.0[2], self.0[3], 0, 0, 0, 0]);
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_exact_mut(8).zip(plain.iter().rev()) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        bytes
    }

    /// A small plain number.
    pub(crate) fn small(value: u64) -> Self {
        Self([value, 0, 0, 0]).mul(&Self::R2)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0 == [0; 4]
    }

    #[inline(always)]
    pub(crate) fn add(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let (x0, c) = a[0].carrying_add(b[0], false);
        let (x1, c) = a[1].carrying_add(b[1], c);
        let (x2, c) = a[2].carrying_add(b[2], c);
        let (x3, c) = a[3].carrying_add(b[3], c);
        below_p([x0, x1, x2, x3], c)
    }

    #[inline(always)]
    pub(crate) fn double(&self) -> Self {
        self.add(self)
    }

    /// Half of an even representative: self, or self + p.
    #[inline(always)]
    pub(crate) fn halve(&self) -> Self {
        let a = &self.0;
        let odd = 0u64.wrapping_sub(a[0] & 1);
        let (x0, c) = a[0].carrying_add(P[0] & odd, false);
        let (x1, c) = a[1].carrying_add(P[1] & odd, c);
        let (x2, c) = a[2].carrying_add(P[2] & odd, c);
        let (x3, c) = a[3].carrying_add(P[3] & odd, c);
        Self([(x0 >> 1) | (x1 << 63), (x1 >> 1) | (x2 << 63), (x2 >> 1) | (x3 << 63), (x3 >> 1) | (u64::from(c) << 63)])
    }

    #[inline(always)]
    pub(crate) fn sub(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let (x0, c) = a[0].borrowing_sub(b[0], false);
        let (x1, c) = a[1].borrowing_sub(b[1], c);
        let (x2, c) = a[2].borrowing_sub(b[2], c);
        let (x3, c) = a[3].borrowing_sub(b[3], c);
        // After a borrow p is added back: all ones if so, else nothing.
        let mask = 0u64.wrapping_sub(u64::from(c));
        let (x0, c) = x0.carrying_add(P[0] & mask, false);
        let (x1, c) = x1.carrying_add(P[1] & mask, c);
        let (x2, c) = x2.carrying_add(P[2] & mask, c);
        let (x3, _) = x3.carrying_add(P[3] & mask, c);
        Self([x0, x1, x2, x3])
    }

    #[inline(always)]
    pub(crate) fn negate(&self) -> Self {
        Self::ZERO.sub(self)
    }

    /// Four rows, each one limb of `self` by all of `other`: carries run through whole rows, which keeps them in the processor's flag.
    #[inline(always)]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let [r0, r1, r2, r3, r4] = row(a[0], b);
        let ([r1, r2, r3, r4], r5) = add_row([r1, r2, r3, r4], row(a[1], b));
        let ([r2, r3, r4, r5], r6) = add_row([r2, r3, r4, r5], row(a[2], b));
        let ([r3, r4, r5, r6], r7) = add_row([r3, r4, r5, r6], row(a[3], b));
        reduce([r0, r1, r2, r3, r4, r5, r6, r7])
    }

    /// The cross products are computed once and doubled: 10 word multiplications instead of 16.
    #[inline(always)]
    pub(crate) fn square(&self) -> Self {
        let a = &self.0;
        let ((r1, h1), (l2, h2), (l3, h3)) = (wide(a[0], a[1]), wide(a[0], a[2]), wide(a[0], a[3]));
        let (r2, c) = h1.carrying_add(l2, false);
        let (r3, c) = h2.carrying_add(l3, c);
        let r4 = h3.wrapping_add(u64::from(c));
        let ((l3, h3), (l4, h4), (l5, h5)) = (wide(a[1], a[2]), wide(a[1], a[3]), wide(a[2], a[3]));
        let (h3, c) = h3.carrying_add(l4, false);
        let h4 = h4.wrapping_add(u64::from(c));
        let (r3, c) = r3.carrying_add(l3, false);
        let (r4, c) = r4.carrying_add(h3, c);
        let (r5, c) = l5.carrying_add(h4, c);
        let r6 = h5.wrapping_add(u64::from(c));

        let (r1, c) = r1.carrying_add(r1, false);
        let (r2, c) = r2.carrying_add(r2, c);
        let (r3, c) = r3.carrying_add(r3, c);
        let (r4, c) = r4.carrying_add(r4, c);
        let (r5, c) = r5.carrying_add(r5, c);
        let (r6, c) = r6.carrying_add(r6, c);
        let r7 = u64::from(c);

        let ((r0, h0), (l1, h1)) = (wide(a[0], a[0]), wide(a[1], a[1]));
        let ((l2, h2), (l3, h3)) = (wide(a[2], a[2]), wide(a[3], a[3]));
        let (r1, c) = r1.carrying_add(h0, false);
        let (r2, c) = r2.carrying_add(l1, c);
        let (r3, c) = r3.carrying_add(h1, c);
        let (r4, c) = r4.carrying_add(l2, c);
        let (r5, c) = r5.carrying_add(h2, c);
        let (r6, c) = r6.carrying_add(l3, c);
        let (r7, _) = r7.carrying_add(h3, c);
        reduce([r0, r1, r2, r3, r4, r5, r6, r7])
    }

    /// The inverse; 0 for 0. Constant time (safegcd of `crypto-bigint`).
    pub(crate) fn invert(&self) -> Self {
        Self::from_plain_inverse(U256::from_words(self.0).invert_odd_mod(&MODULUS).into_option())
    }

    /// As [`Element::invert`], in less than half the time, which depends on the value.
    pub(crate) fn invert_vartime(&self) -> Self {
        Self::from_plain_inverse(U256::from_words(self.0).invert_odd_mod_vartime(&MODULUS).into_option())
    }

    /// self = xR, so its plain inverse is x^-1 R^-1, and a Montgomery product with R^3 makes it x^-1 R.
    fn from_plain_inverse(inverse: Option<U256>) -> Self {
        inverse.map_or(Self::ZERO, |inverse| Self(inverse.to_words()).mul(&Self::R3))
    }

    /// Replaces each non-zero element by its inverse, at the price of one inversion and three products each
    /// (Montgomery's trick). Zeros stay zero.
    pub(crate) fn invert_all_vartime(elements: &mut [Self]) {
        let mut products = Vec::with_capacity(elements.len());
        let mut product = Self::ONE;
        for element in elements.iter() {
            products.push(product);
            if !element.is_zero() {
                product = product.mul(element);
            }
        }
        let mut inverse = product.invert_vartime();
        for (element, before) in elements.iter_mut().zip(products).rev() {
            if !element.is_zero() {
                let next = inverse.mul(element);
                *element = inverse.mul(&before);
                inverse = next;
            }
        }
    }
}

/// Four limbs, least significant first, of 32 big-endian bytes.
pub(crate) fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.chunks_exact(8)) {
        *limb = chunk.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    }
    limbs
}

/// Whether a < b.
fn is_below(a: &[u64; 4], b: &[u64; 4]) -> bool {
    (0..4).fold(false, |borrow, i| a[i].borrowing_sub(b[i], borrow).1)
}

/// The low and the high half of a product.
#[inline(always)]
fn wide(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    (product as u64, (product >> 64) as u64)
}

/// One limb by four.
#[inline(always)]
fn row(a: u64, b: &[u64; 4]) -> [u64; 5] {
    let ((r0, h0), (l1, h1), (l2, h2), (l3, h3)) = (wide(a, b[0]), wide(a, b[1]), wide(a, b[2]), wide(a, b[3]));
    let (r1, c) = h0.carrying_add(l1, false);
    let (r2, c) = h1.carrying_add(l2, c);
    let (r3, c) = h2.carrying_add(l3, c);
    // The largest product of one limb and four has five limbs, so nothing is lost.
    [r0, r1, r2, r3, h3.wrapping_add(u64::from(c))]
}

/// The sum of the upper limbs so far and the next row: four limbs and a fifth.
#[inline(always)]
fn add_row(sum: [u64; 4], row: [u64; 5]) -> ([u64; 4], u64) {
    let (r0, c) = sum[0].carrying_add(row[0], false);
    let (r1, c) = sum[1].carrying_add(row[1], c);
    let (r2, c) = sum[2].carrying_add(row[2], c);
    let (r3, c) = sum[3].carrying_add(row[3], c);
    ([r0, r1, r2, r3], row[4].wrapping_add(u64::from(c)))
}

/// Subtracts p once if the number, with its carry as a fifth limb, is not below p.
#[inline(always)]
fn below_p(x: [u64; 4], carry: bool) -> Element {
    // x - p = x + R mod p - 2^256: a carry says that the difference is not negative. Never both carries: x < 2p.
    let one = &Element::ONE.0;
    let (y0, c) = x[0].carrying_add(one[0], false);
    let (y1, c) = x[1].carrying_add(one[1], c);
    let (y2, c) = x[2].carrying_add(one[2], c);
    let (y3, c) = x[3].carrying_add(one[3], c);
    let take = 0u64.wrapping_sub(u64::from(carry | c));
    let choose = |x: u64, y: u64| x ^ ((x ^ y) & take);
    Element([choose(x[0], y0), choose(x[1], y1), choose(x[2], y2), choose(x[3], y3)])
}

/// Adds m p, with m the lowest limb, and drops that limb, which has become 0.
#[inline(always)]
fn step(t: [u64; 4]) -> [u64; 4] {
    // m p + m = m (2^256 - 2^224 - 2^96 + 2^64), so m p / 2^64 + m / 2^64 = m (2^192 - 2^160 - 2^32 + 1).
    let m = t[0];
    let (low, high) = (m << 32, m >> 32);
    let (r0, c) = t[1].carrying_add(m, false);
    let (r1, c) = t[2].carrying_add(0, c);
    let (r2, c) = t[3].carrying_add(0, c);
    let (r3, _) = m.carrying_add(0, c);
    let (r0, c) = r0.borrowing_sub(low, false);
    let (r1, c) = r1.borrowing_sub(high, c);
    let (r2, c) = r2.borrowing_sub(low, c);
    let (r3, _) = r3.borrowing_sub(high, c);
    // The carries out of the last limb cancel: (t + m p) / 2^64 < 2^192 + p < 2^256.
    [r0, r1, r2, r3]
}

/// Montgomery reduction: a product below p^2 comes out as product / R mod p.
#[inline(always)]
fn reduce(r: [u64; 8]) -> Element {
    // The low half is reduced by R on its own, then the high half is added: below 2p, so one subtraction is enough.
    let t = step(step(step(step([r[0], r[1], r[2], r[3]]))));
    let (x0, c) = t[0].carrying_add(r[4], false);
    let (x1, c) = t[1].carrying_add(r[5], c);
    let (x2, c) = t[2].carrying_add(r[6], c);
    let (x3, c) = t[3].carrying_add(r[7], c);
    below_p([x0, x1, x2, x3], c)
}

impl ConditionallySelectable for Element {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self(std::array::from_fn(|i| u64::conditional_select(&a.0[i], &b.0[i], choice)))
    }
}

impl ConstantTimeEq for Element {
    fn ct_eq(&self, other: &Self) -> Choice {
        let difference = self.0.iter().zip(&other.0).fold(0, |difference, (a, b)| difference | (a ^ b));
        difference.ct_eq(&0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(hex: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        let hex = format!("{hex:0>64}");
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap();
        }
        bytes
    }

    fn element(hex: &str) -> Element {
        Element::from_bytes(&number(hex)).unwrap()
    }

    const LARGEST: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFE";

    #[test]
    fn the_prime_and_above_are_refused() {
        assert!(
            Element::from_bytes(&number("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF")).is_none()
        );
        assert!(Element::from_bytes(&[0xFF; 32]).is_none());
        assert_eq!(element(LARGEST).to_bytes(), number(LARGEST));
        assert_eq!(element("0"), Element::ZERO);
        assert_eq!(element("1"), Element::ONE);
    }

    #[test]
    fn minus_one_behaves_as_minus_one() {
        let minus_one = element(LARGEST);
        assert_eq!(minus_one.mul(&minus_one), Element::ONE);
        assert_eq!(minus_one.square(), Element::ONE);
        assert_eq!(minus_one.add(&Element::ONE), Element::ZERO);
        assert_eq!(Element::ZERO.sub(&Element::ONE), minus_one);
        assert_eq!(Element::ONE.negate(), minus_one);
        assert_eq!(minus_one.double(), Element::small(2).negate());
        assert_eq!(minus_one.invert(), minus_one);
    }

    #[test]
    fn two_to_the_128_squared_wraps_to_r() {
        // 2^256 mod p = 2^224 + 2^96 - 2^64 + 1.
        let x = element("100000000000000000000000000000000");
        let r = element("100000000000000000000000000000000FFFFFFFF0000000000000001");
        assert_eq!(x.square(), r);
        assert_eq!(x.mul(&x), r);
    }

    #[test]
    fn the_inverse_of_nothing_is_nothing_alone_or_in_company() {
        assert_eq!(Element::ZERO.invert(), Element::ZERO);
        assert_eq!(Element::ZERO.invert_vartime(), Element::ZERO);
        let mut together = [Element::small(3), Element::ZERO, Element::small(7), Element::ONE];
        Element::invert_all_vartime(&mut together);
        assert_eq!(together[0].mul(&Element::small(3)), Element::ONE);
        assert_eq!(together[1], Element::ZERO);
        assert_eq!(together[2].mul(&Element::small(7)), Element::ONE);
        assert_eq!(together[3], Element::ONE);
    }

    proptest::proptest! {
        #[test]
        fn the_field_laws_hold(a: [u8; 32], b: [u8; 32], c: [u8; 32]) {
            let all = [a, b, c].map(|bytes| Element::from_bytes(&bytes));
            if let [Some(a), Some(b), Some(c)] = all {
                proptest::prop_assert_eq!(a.square(), a.mul(&a));
                proptest::prop_assert_eq!(a.mul(&b.add(&c)), a.mul(&b).add(&a.mul(&c)));
                proptest::prop_assert_eq!(a.sub(&b).add(&b), a);
                proptest::prop_assert_eq!(a.halve().double(), a);
                proptest::prop_assert_eq!(a.mul(&b).mul(&c), c.mul(&a).mul(&b));
                if !a.is_zero() {
                    proptest::prop_assert_eq!(a.mul(&a.invert()), Element::ONE);
                    proptest::prop_assert_eq!(a.invert_vartime(), a.invert());
                }
            }
        }
    }
}
