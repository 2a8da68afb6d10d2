//! Multiplication by a secret scalar: no branch and no address depends on it.
//!
//! **Constant time in style**: every entry of a row is read and one kept by masks (`subtle`), every digit costs the same addition,
//! the inversion has a fixed number of steps. Nobody has audited it, no compiler promises to keep it so, and copies of
//! intermediate values may stay on the stack. The tests in `timing` look for what a clock can see.
//!
//! Why plain mixed additions do, and no complete formulas: digits are odd, so before each addition but the last the sum is m P and
//! the entry d P with m and d not 0 and |m| + |d| < n. Going upwards |m| is less than the digit's weight and |d| is not; going
//! downwards m is a multiple of 2^W and |d| less than that. So m is neither d nor -d, and neither point is infinity. Only the last addition
//! can wrap around n (for one scalar it doubles, for 0 it ends in infinity): that one is done both ways and the right result kept.

use ::sm2::Scalar;
use subtle::{Choice, ConditionallySelectable};

use super::{
    digits::{Digit, OddDigits},
    point::{Affine, Jacobian},
    table::{NARROW, Table},
};

/// Entries of a row.
const ROW: usize = 1 << (NARROW - 1);

type Digits = OddDigits<NARROW>;

impl Table<NARROW> {
    /// scalar x P, for a secret scalar.
    pub(crate) fn multiply(&self, scalar: &Scalar) -> Jacobian {
        let digits = Digits::new(scalar);
        let rows = self.entries().as_chunks::<ROW>().0;
        let last = rows.len() - 1;
        let mut sum = Jacobian::from(entry(&rows[0], &digits.digit(0)));
        for (i, row) in rows.iter().enumerate().take(last).skip(1) {
            sum = sum.add_distinct(&entry(row, &digits.digit(i))).0;
        }
        sum.add_or_double(&entry(&rows[last], &digits.digit(last))).negate_if(digits.negated)
    }
}

impl Affine {
    /// scalar x self, for a secret scalar and a public point that has no table.
    pub(crate) fn multiply(&self, scalar: &Scalar) -> Jacobian {
        let digits = Digits::new(scalar);
        let row = self.odd_multiples::<ROW>();
        let mut sum = Jacobian::from(entry(&row, &digits.digit(Digits::COUNT - 1)));
        for i in (1..Digits::COUNT - 1).rev() {
            sum = sum.double_times(NARROW).add_distinct(&entry(&row, &digits.digit(i))).0;
        }
        sum.double_times(NARROW).add_or_double(&entry(&row, &digits.digit(0))).negate_if(digits.negated)
    }
}

/// The entry of a digit: halves the row by each bit of the index, so that every entry is read.
#[inline(always)]
fn entry(row: &[Affine; ROW], digit: &Digit) -> Affine {
    let bit = |i: usize| Choice::from((digit.index >> i) as u8 & 1);
    let half = |i: usize, pair: &[Affine; 2]| Affine::conditional_select(&pair[0], &pair[1], bit(i));
    let pairs = row.as_chunks().0;
    let eight: [Affine; 8] = std::array::from_fn(|i| half(0, &pairs[i]));
    let four: [Affine; 4] = std::array::from_fn(|i| half(1, &[eight[2 * i], eight[2 * i + 1]]));
    let two: [Affine; 2] = std::array::from_fn(|i| half(2, &[four[2 * i], four[2 * i + 1]]));
    half(3, &two).negate_if(Choice::from(digit.negative))
}
