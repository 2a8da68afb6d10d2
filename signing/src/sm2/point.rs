//! Points of SM2's curve y^2 = x^3 - 3x + b, in affine and Jacobian coordinates.
//!
//! `add` and `add_affine` are complete by branches (infinity, equal and opposite points are each handled) and so for public
//! points. `add_distinct`, `add_or_double`, `double` and what selects have no branch: the room `secret` is built of them.

use ::sm2::Scalar;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{
    field::{Element, limbs},
    scalar::ScalarBytes,
};

/// b of GB/T 32918.5.
pub(super) const B: [u8; 32] = [
    0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F, 0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09, 0xA7, 0xF3, 0x97, 0x89,
    0xF5, 0x15, 0xAB, 0x8F, 0x92, 0xDD, 0xBC, 0xBD, 0x41, 0x4D, 0x94, 0x0E, 0x93,
];

/// A point other than infinity, as (x, y).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(align(64))] // One cache line an entry of a table.
pub(crate) struct Affine {
    pub(super) x: Element,
    pub(super) y: Element,
}

impl Affine {
    /// Reads 04 || x || y; `None` unless it is a point of the curve with both coordinates below p.
    pub(crate) fn from_bytes(bytes: &[u8; 65]) -> Option<Self> {
        let (tag, coordinates) = bytes.split_first()?;
        let (x, y) = coordinates.split_at(32);
        let x = Element::from_bytes(x.try_into().ok()?)?;
        let y = Element::from_bytes(y.try_into().ok()?)?;
        let b = Element::from_bytes(&B)?;
        let right = x.square().sub(&Element::small(3)).mul(&x).add(&b);
        (*tag == 4 && y.square() == right).then_some(Self { x, y })
    }

    /// 04 || x || y.
    pub(crate) fn to_bytes(self) -> [u8; 65] {
        let mut bytes = [4; 65];
        bytes[1..33].copy_from_slice(&self.x.to_bytes());
        bytes[33..].copy_from_slice(&self.y.to_bytes());
        bytes
    }

    /// The x coordinate as 32 big-endian bytes.
    pub(crate) fn x_bytes(self) -> [u8; 32] {
        self.x.to_bytes()
    }

    pub(super) fn negate(&self) -> Self {
        Self { x: self.x, y: self.y.negate() }
    }

    #[inline(always)]
    pub(super) fn negate_if(&self, choice: Choice) -> Self {
        Self { x: self.x, y: Element::conditional_select(&self.y, &self.y.negate(), choice) }
    }

    /// self, 3 self, 5 self, ..., (2 N - 1) self.
    pub(super) fn odd_multiples<const N: usize>(&self) -> [Self; N] {
        let twice = Jacobian::from(*self).double();
        let mut odd = vec![Jacobian::from(*self)];
        for i in 1..N {
            odd.push(odd[i - 1].add(&twice));
        }
        // No multiple below n of a point of prime order n is infinity, so all of them exist.
        let odd = Jacobian::to_affine_all(&odd);
        std::array::from_fn(|i| odd[i])
    }

    /// scalar x self, for a public scalar and a point that has no table: signed digits of window 5 (wNAF), 256 doublings.
    pub(crate) fn multiply_vartime(&self, scalar: &Scalar) -> Jacobian {
        let odd = self.odd_multiples::<8>();
        let mut sum = Jacobian::INFINITY;
        for digit in signed_digits(&ScalarBytes::bytes(scalar)).iter().rev() {
            sum = sum.double();
            if *digit != 0 {
                // A digit is odd and between -15 and 15.
                let entry = odd[usize::from(digit.unsigned_abs() / 2)];
                sum = sum.add_affine(&if *digit > 0 { entry } else { entry.negate() });
            }
        }
        sum
    }
}

impl ConditionallySelectable for Affine {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let select = Element::conditional_select;
        Self { x: select(&a.x, &b.x, choice), y: select(&a.y, &b.y, choice) }
    }
}

/// The width-5 non-adjacent form, least significant digit first: each digit is 0 or odd within -15..=15, and of any five
/// neighbours one at most is not 0.
fn signed_digits(scalar: &[u8; 32]) -> [i8; 257] {
    let mut rest = [0u64; 5];
    rest[..4].copy_from_slice(&limbs(scalar));
    let mut digits = [0i8; 257];
    let mut position = 0;
    let mut carry = 0;
    while position < 257 {
        let bit = (rest[position / 64] >> (position % 64)) & 1;
        if bit == carry {
            position += 1;
            continue;
        }
        let mut window = carry;
        for offset in 0..5usize.min(257 - position) {
            let at = position + offset;
            window += ((rest[at / 64] >> (at % 64)) & 1) << offset;
        }
        // window is odd and at most 31 here: the carry is added only where the lowest bit is 0.
        carry = window >> 4;
        digits[position] = window as i8 - ((carry as i8) << 5);
        position += 5;
    }
    digits
}

/// A point as (X / Z^2, Y / Z^3); infinity when Z = 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jacobian {
    x: Element,
    y: Element,
    z: Element,
}

impl From<Affine> for Jacobian {
    fn from(point: Affine) -> Self {
        Self { x: point.x, y: point.y, z: Element::ONE }
    }
}

impl Jacobian {
    pub(crate) const INFINITY: Self = Self { x: Element::ONE, y: Element::ONE, z: Element::ZERO };

    pub(crate) fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    /// `None` for infinity. Constant time but for that.
    pub(crate) fn to_affine(self) -> Option<Affine> {
        (!self.is_infinity()).then(|| self.scaled(&self.z.invert()))
    }

    /// As [`Jacobian::to_affine`], for a public point.
    pub(crate) fn to_affine_vartime(self) -> Option<Affine> {
        (!self.is_infinity()).then(|| self.scaled(&self.z.invert_vartime()))
    }

    /// Two points with one inversion; `None` if either is infinity. Constant time but for that.
    pub(crate) fn to_affine_both(self, other: Self) -> Option<(Affine, Affine)> {
        let inverse = self.z.mul(&other.z).invert();
        (!self.is_infinity() && !other.is_infinity())
            .then(|| (self.scaled(&inverse.mul(&other.z)), other.scaled(&inverse.mul(&self.z))))
    }

    /// Public points, all at once, with one inversion. Infinity becomes (0, 0), which is no point: callers hold none.
    pub(super) fn to_affine_all(points: &[Self]) -> Vec<Affine> {
        let mut inverses: Vec<Element> = points.iter().map(|point| point.z).collect();
        Element::invert_all_vartime(&mut inverses);
        points.iter().zip(inverses).map(|(point, inverse)| point.scaled(&inverse)).collect()
    }

    fn scaled(&self, inverse: &Element) -> Affine {
        let square = inverse.square();
        Affine { x: self.x.mul(&square), y: self.y.mul(&square.mul(inverse)) }
    }

    /// Whether the affine x coordinate is this one, without an inversion.
    pub(super) fn has_x(&self, x: &Element) -> bool {
        !self.is_infinity() && x.mul(&self.z.square()) == self.x
    }

    /// For a = -3: 4 products, 4 squares, and as few additions as there can be, which cost a quarter of a product each.
    #[inline]
    pub(crate) fn double(&self) -> Self {
        let zz = self.z.square();
        let y2 = self.y.double();
        let product = self.x.sub(&zz).mul(&self.x.add(&zz));
        let m = product.double().add(&product);
        let s = y2.square();
        let sx = s.mul(&self.x);
        let x = m.square().sub(&sx.double());
        let y = m.mul(&sx.sub(&x)).sub(&s.square().halve());
        Self { x, y, z: y2.mul(&self.z) }
    }

    pub(super) fn double_times(self, times: usize) -> Self {
        (0..times).fold(self, |point, _| point.double())
    }

    /// self + other, mixed coordinates: 8 products and 3 squares. For public points.
    #[inline]
    pub(crate) fn add_affine(&self, other: &Affine) -> Self {
        if self.is_infinity() {
            return Self::from(*other);
        }
        let (sum, h, r) = self.add_distinct(other);
        if h.is_zero() {
            return if r.is_zero() { self.double() } else { Self::INFINITY };
        }
        sum
    }

    /// The formulas of [`Jacobian::add_affine`] alone: right for points of different x, self not infinity. Opposite points give infinity.
    ///
    /// The second and third values tell the other cases: both are 0 for equal points, only the second for opposite ones.
    #[inline(always)]
    pub(super) fn add_distinct(&self, other: &Affine) -> (Self, Element, Element) {
        let z2 = self.z.square();
        let h = other.x.mul(&z2).sub(&self.x);
        let r = other.y.mul(&self.z.mul(&z2)).sub(&self.y);
        let h2 = h.square();
        let h3 = h.mul(&h2);
        let v = self.x.mul(&h2);
        let x = r.square().sub(&h3).sub(&v.double());
        let y = r.mul(&v.sub(&x)).sub(&self.y.mul(&h3));
        (Self { x, y, z: self.z.mul(&h) }, h, r)
    }

    /// self + other without a branch, for any two points but self = infinity.
    pub(super) fn add_or_double(&self, other: &Affine) -> Self {
        let (sum, h, r) = self.add_distinct(other);
        let equal = h.ct_eq(&Element::ZERO) & r.ct_eq(&Element::ZERO);
        Self::conditional_select(&sum, &self.double(), equal)
    }

    pub(super) fn negate_if(&self, choice: Choice) -> Self {
        Self { y: Element::conditional_select(&self.y, &self.y.negate(), choice), ..*self }
    }

    /// self + other, both Jacobian and public.
    pub(super) fn add(&self, other: &Self) -> Self {
        if self.is_infinity() {
            return *other;
        }
        if other.is_infinity() {
            return *self;
        }
        let (z1, z2) = (self.z.square(), other.z.square());
        let u1 = self.x.mul(&z2);
        let s1 = self.y.mul(&other.z.mul(&z2));
        let h = other.x.mul(&z1).sub(&u1);
        let r = other.y.mul(&self.z.mul(&z1)).sub(&s1);
        if h.is_zero() {
            return if r.is_zero() { self.double() } else { Self::INFINITY };
        }
        let h2 = h.square();
        let h3 = h.mul(&h2);
        let v = u1.mul(&h2);
        let x = r.square().sub(&h3).sub(&v.double());
        let y = r.mul(&v.sub(&x)).sub(&s1.mul(&h3));
        Self { x, y, z: self.z.mul(&other.z).mul(&h) }
    }
}

impl ConditionallySelectable for Jacobian {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let select = Element::conditional_select;
        Self { x: select(&a.x, &b.x, choice), y: select(&a.y, &b.y, choice), z: select(&a.z, &b.z, choice) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::table::generator_point;

    fn scalar(value: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&value.to_be_bytes());
        bytes
    }

    #[test]
    fn a_point_off_the_curve_is_refused() {
        let mut bytes = generator_point().to_bytes();
        assert_eq!(Affine::from_bytes(&bytes), Some(generator_point()));
        bytes[64] ^= 1;
        assert_eq!(Affine::from_bytes(&bytes), None);
        bytes[64] ^= 1;
        bytes[0] = 6;
        assert_eq!(Affine::from_bytes(&bytes), None);
        assert_eq!(Affine::from_bytes(&[0; 65]), None);
    }

    #[test]
    fn additions_meet_infinity_equals_and_opposites() {
        let g = Jacobian::from(generator_point());
        let twice = g.double().to_affine();
        assert_eq!(g.add_affine(&generator_point()).to_affine(), twice);
        assert_eq!(g.add(&g).to_affine(), twice);
        assert!(g.add_affine(&generator_point().negate()).is_infinity());
        assert!(g.add(&Jacobian::from(generator_point().negate())).is_infinity());
        assert!(Jacobian::INFINITY.double().is_infinity());
        assert_eq!(Jacobian::INFINITY.add(&g).to_affine(), Some(generator_point()));
        assert_eq!(g.add(&Jacobian::INFINITY).to_affine(), Some(generator_point()));
        assert_eq!(Jacobian::INFINITY.add_affine(&generator_point()).to_affine(), Some(generator_point()));
        assert_eq!(Jacobian::INFINITY.to_affine(), None);
    }

    #[test]
    fn small_multiples_are_repeated_additions() {
        let mut sum = Jacobian::INFINITY;
        for i in 0u64..70 {
            let scalar = Scalar::from(i);
            assert_eq!(generator_point().multiply_vartime(&scalar).to_affine(), sum.to_affine(), "{i}");
            assert_eq!(generator_point().multiply(&scalar).to_affine(), sum.to_affine(), "{i}");
            sum = sum.add_affine(&generator_point());
        }
    }

    #[test]
    fn signed_digits_are_sparse_odd_and_add_up() {
        for bytes in [[0xFF; 32], [0; 32], [0x55; 32], [0x10; 32], [0x8F; 32], scalar(31), scalar(16)] {
            let digits = signed_digits(&bytes);
            assert!(digits.iter().all(|d| *d == 0 || (d % 2 != 0 && d.abs() <= 15)));
            assert!(digits.windows(5).all(|five| five.iter().filter(|d| **d != 0).count() <= 1));
            // Added up limb by limb, modulo 2^64 - 59, a prime: enough to tell the numbers apart.
            let prime = i128::from(u64::MAX) - 58;
            let of_digits = digits.iter().rev().fold(0i128, |sum, d| (sum * 2 + i128::from(*d)).rem_euclid(prime));
            let of_bytes = bytes.iter().fold(0i128, |sum, b| (sum * 256 + i128::from(*b)).rem_euclid(prime));
            assert_eq!(of_digits, of_bytes);
        }
    }
}
