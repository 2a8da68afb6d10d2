//! Arithmetic modulo SM2's prime p, on four 64-bit limbs (least significant first) in Montgomery form with R = 2^256.
//!
//! Because p = -1 mod 2^64, the factor -p^-1 mod 2^64 of a Montgomery step is 1: a reduction needs shifts, additions and
//! subtractions but no multiplication. Addition, subtraction and multiplication have no branch; inversion is variable time.

use ::sm2::{U256, elliptic_curve::bigint::Odd};

/// p = 2^256 - 2^224 - 2^96 + 2^64 - 1 (GB/T 32918.5).
const P: [u64; 4] = [0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFE_FFFF_FFFF];

/// An element of the field, always below p, in Montgomery form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Element([u64; 4]);

impl Element {
    pub(crate) const ZERO: Self = Self([0; 4]);
    /// R mod p = 2^256 - p.
    pub(crate) const ONE: Self = Self([1, 0x0000_0000_FFFF_FFFF, 0, 0x0000_0001_0000_0000]);
    /// R^2 mod p: what brings a plain number into Montgomery form. 256 doublings of R, done by the compiler.
    const R2: Self = {
        let mut value = Self::ONE;
        let mut doublings = 0;
        while doublings < 256 {
            value = value.add(&value);
            doublings += 1;
        }
        value
    };
    /// R^3 mod p in plain terms: see [`Element::invert`].
    const R3: Self = Self::R2.mul(&Self::R2);

    /// Reads 32 big-endian bytes; `None` for p and above, which have a second, shorter name.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let plain = limbs(bytes);
        let (_, below) = subtract(&plain, &P);
        below.then(|| Self(plain).mul(&Self::R2))
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
    pub(crate) const fn small(value: u64) -> Self {
        Self([value, 0, 0, 0]).mul(&Self::R2)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0 == [0; 4]
    }

    #[inline(always)]
    pub(crate) const fn add(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let (x0, c) = adc(a[0], b[0], 0);
        let (x1, c) = adc(a[1], b[1], c);
        let (x2, c) = adc(a[2], b[2], c);
        let (x3, c) = adc(a[3], b[3], c);
        below_p([x0, x1, x2, x3, c])
    }

    #[inline(always)]
    pub(crate) const fn double(&self) -> Self {
        self.add(self)
    }

    #[inline(always)]
    pub(crate) const fn sub(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let (x0, c) = sbb(a[0], b[0], 0);
        let (x1, c) = sbb(a[1], b[1], c);
        let (x2, c) = sbb(a[2], b[2], c);
        let (x3, c) = sbb(a[3], b[3], c);
        // After a borrow p is added back: all ones if so, else nothing.
        let mask = 0u64.wrapping_sub(c);
        let (x0, c) = adc(x0, P[0] & mask, 0);
        let (x1, c) = adc(x1, P[1] & mask, c);
        let (x2, c) = adc(x2, P[2] & mask, c);
        let (x3, _) = adc(x3, P[3] & mask, c);
        Self([x0, x1, x2, x3])
    }

    #[inline(always)]
    pub(crate) const fn negate(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline(always)]
    pub(crate) const fn mul(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let mut product = [0u64; 8];
        let mut i = 0;
        while i < 4 {
            let mut carry = 0;
            let mut j = 0;
            while j < 4 {
                (product[i + j], carry) = mac(product[i + j], a[i], b[j], carry);
                j += 1;
            }
            product[i + 4] = carry;
            i += 1;
        }
        reduce(product)
    }

    /// The cross products are computed once and doubled: 10 word multiplications instead of 16.
    #[inline(always)]
    pub(crate) const fn square(&self) -> Self {
        let a = &self.0;
        let (r1, c) = mac(0, a[0], a[1], 0);
        let (r2, c) = mac(0, a[0], a[2], c);
        let (r3, r4) = mac(0, a[0], a[3], c);
        let (r3, c) = mac(r3, a[1], a[2], 0);
        let (r4, r5) = mac(r4, a[1], a[3], c);
        let (r5, r6) = mac(r5, a[2], a[3], 0);

        let doubled = [
            0,
            r1 << 1,
            (r2 << 1) | (r1 >> 63),
            (r3 << 1) | (r2 >> 63),
            (r4 << 1) | (r3 >> 63),
            (r5 << 1) | (r4 >> 63),
            (r6 << 1) | (r5 >> 63),
            r6 >> 63,
        ];
        let mut product = [0u64; 8];
        let mut carry = 0;
        let mut i = 0;
        while i < 4 {
            let (low, high) = mac(0, a[i], a[i], 0);
            (product[2 * i], carry) = adc(doubled[2 * i], low, carry);
            (product[2 * i + 1], carry) = adc(doubled[2 * i + 1], high, carry);
            i += 1;
        }
        reduce(product)
    }

    /// The inverse; 0 for 0. Variable time (safegcd), three times as fast as the power p - 2.
    pub(crate) fn invert(&self) -> Self {
        const MODULUS: Odd<U256> =
            Odd::<U256>::from_be_hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF");
        let inverse = U256::from_words(self.0).invert_odd_mod_vartime(&MODULUS);
        // self = xR, so the plain inverse is x^-1 R^-1, and a Montgomery product with R^3 makes it x^-1 R.
        match inverse.into_option() {
            Some(inverse) => Self(inverse.to_words()).mul(&Self::R3),
            None => Self::ZERO,
        }
    }

    /// Replaces each non-zero element by its inverse, at the price of one inversion and three products each
    /// (Montgomery's trick). Zeros stay zero.
    pub(crate) fn invert_all(elements: &mut [Self]) {
        let mut products = Vec::with_capacity(elements.len());
        let mut product = Self::ONE;
        for element in elements.iter() {
            products.push(product);
            if !element.is_zero() {
                product = product.mul(element);
            }
        }
        let mut inverse = product.invert();
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

/// The difference, and whether it went below zero.
fn subtract(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], bool) {
    let (x0, c) = sbb(a[0], b[0], 0);
    let (x1, c) = sbb(a[1], b[1], c);
    let (x2, c) = sbb(a[2], b[2], c);
    let (x3, c) = sbb(a[3], b[3], c);
    ([x0, x1, x2, x3], c != 0)
}

#[inline(always)]
const fn adc(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let sum = a as u128 + b as u128 + carry as u128;
    (sum as u64, (sum >> 64) as u64)
}

#[inline(always)]
const fn sbb(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    let difference = (a as u128).wrapping_sub(b as u128 + borrow as u128);
    (difference as u64, (difference >> 127) as u64)
}

/// a + b c + d; the sum of the largest values is exactly 2^128 - 1.
#[inline(always)]
const fn mac(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = a as u128 + (b as u128) * (c as u128) + d as u128;
    (sum as u64, (sum >> 64) as u64)
}

/// Subtracts p once if the five limbs are not below it.
#[inline(always)]
const fn below_p(t: [u64; 5]) -> Element {
    let (a, c) = sbb(t[0], P[0], 0);
    let (b, c) = sbb(t[1], P[1], c);
    let (d, c) = sbb(t[2], P[2], c);
    let (e, c) = sbb(t[3], P[3], c);
    let (_, c) = sbb(t[4], 0, c);
    let keep = 0u64.wrapping_sub(c);
    Element([
        (t[0] & keep) | (a & !keep),
        (t[1] & keep) | (b & !keep),
        (t[2] & keep) | (d & !keep),
        (t[3] & keep) | (e & !keep),
    ])
}

/// Adds m p, with m the lowest limb, and drops that limb, which has become 0.
#[inline(always)]
const fn step(t: [u64; 4]) -> [u64; 4] {
    // m p + m = m (2^256 - 2^224 - 2^96 + 2^64), so m p / 2^64 + m / 2^64 = m (2^192 - 2^160 - 2^32 + 1).
    let (low, high) = (t[0] << 32, t[0] >> 32);
    let (u0, c) = sbb(t[0], low, 0);
    let (u1, c) = sbb(0, high, c);
    let (u2, c) = sbb(0, low, c);
    let (u3, _) = sbb(t[0], high, c);
    let (r0, c) = adc(t[1], u0, 0);
    let (r1, c) = adc(t[2], u1, c);
    let (r2, c) = adc(t[3], u2, c);
    // No carry is lost: (t + m p) / 2^64 < 2^192 + p < 2^256.
    [r0, r1, r2, u3.wrapping_add(c)]
}

/// Montgomery reduction: a product below p^2 comes out as product / R mod p.
#[inline(always)]
const fn reduce(r: [u64; 8]) -> Element {
    // The low half is reduced by R on its own, then the high half is added: below 2p, so one subtraction is enough.
    let t = step(step(step(step([r[0], r[1], r[2], r[3]]))));
    let (x0, c) = adc(t[0], r[4], 0);
    let (x1, c) = adc(t[1], r[5], c);
    let (x2, c) = adc(t[2], r[6], c);
    let (x3, c) = adc(t[3], r[7], c);
    below_p([x0, x1, x2, x3, c])
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
        let mut together = [Element::small(3), Element::ZERO, Element::small(7), Element::ONE];
        Element::invert_all(&mut together);
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
                proptest::prop_assert_eq!(a.mul(&b).mul(&c), c.mul(&a).mul(&b));
                if !a.is_zero() {
                    proptest::prop_assert_eq!(a.mul(&a.invert()), Element::ONE);
                }
            }
        }
    }
}
