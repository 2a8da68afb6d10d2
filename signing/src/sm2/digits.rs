//! A scalar as signed odd digits: every digit costs the same addition, and none of them is zero.
//!
//! An odd k below 2^L is the sum of L signs +2^j or -2^j: sign j is plus where bit j of (k >> 1) + 2^(L-1) is 1. W signs side by
//! side make a digit, which is odd and lies between -(2^W - 1) and 2^W - 1. So a table needs half the entries, and a sum never
//! starts from or falls back to infinity before its last digit. An even k is done as n - k, and the point turned over.
//!
//! Nothing here has a branch or an address that depends on the scalar.

use ::sm2::Scalar;
use subtle::{Choice, ConditionallySelectable};

use super::scalar::ORDER;

/// The digits of a scalar or of its negative, base 2^W. W is from 2 to 8.
pub(super) struct OddDigits<const W: usize> {
    /// (k >> 1) + 2^(L-1), with L = W * COUNT.
    signs: [u64; 5],
    /// Whether these are the digits of n - k.
    pub(super) negated: Choice,
}

/// One digit: its entry among 1 P, 3 P, 5 P..., and whether that is to be subtracted.
pub(super) struct Digit {
    /// The digit's absolute value is 2 index + 1.
    pub(super) index: usize,
    /// 1 for a negative digit, else 0.
    pub(super) negative: u8,
}

impl<const W: usize> OddDigits<W> {
    /// How many digits 256 bits need.
    pub(super) const COUNT: usize = 256usize.div_ceil(W);

    pub(super) fn new(scalar: &Scalar) -> Self {
        let k = scalar.to_canonical();
        let (plain, opposite) = (k.to_words(), ORDER.wrapping_sub(&k).to_words());
        let negated = Choice::from((plain[0] & 1) as u8 ^ 1);
        let odd: [u64; 4] = std::array::from_fn(|i| u64::conditional_select(&plain[i], &opposite[i], negated));
        let mut signs = [0; 5];
        for i in 0..4 {
            signs[i] = (odd[i] >> 1) | odd.get(i + 1).map_or(0, |next| next << 63);
        }
        let top = W * Self::COUNT - 1;
        signs[top / 64] |= 1 << (top % 64);
        Self { signs, negated }
    }

    /// Digit `i`, the lowest being 0; `i` is public.
    pub(super) fn digit(&self, i: usize) -> Digit {
        let (limb, shift) = (i * W / 64, i * W % 64);
        let mut bits = self.signs[limb] >> shift;
        if shift + W > 64 {
            bits |= self.signs[limb + 1] << (64 - shift);
        }
        let positive = (bits >> (W - 1)) & 1;
        // A positive digit is 1 + 2 (bits below the highest); a negative one mirrors it.
        let index = (bits ^ positive.wrapping_sub(1)) & ((1 << (W - 1)) - 1);
        Digit { index: index as usize, negative: (positive ^ 1) as u8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<const W: usize>(scalar: Scalar) -> Scalar {
        let digits = OddDigits::<W>::new(&scalar);
        let base = Scalar::from(1u64 << W);
        let sum = (0..OddDigits::<W>::COUNT).rev().fold(Scalar::ZERO, |sum, i| {
            let Digit { index, negative } = digits.digit(i);
            assert!(index < 1 << (W - 1));
            let digit = Scalar::from(2 * index as u64 + 1);
            sum * base + if negative == 1 { -digit } else { digit }
        });
        if bool::from(digits.negated) { -sum } else { sum }
    }

    #[test]
    fn the_digits_add_up_to_the_scalar() {
        let mut scalars = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(2u64), Scalar::from(2u64)];
        for bit in 0..256 {
            let power = (0..bit).fold(Scalar::ONE, |power, _| power + power);
            scalars.extend([power, power - Scalar::ONE, -power, Scalar::ONE - power]);
        }
        for scalar in scalars {
            assert_eq!(value::<5>(scalar), scalar);
            assert_eq!(value::<8>(scalar), scalar);
        }
    }

    #[test]
    fn three_has_a_lowest_digit_of_three_and_two_is_done_as_n_minus_two() {
        // With W = 5 and 52 digits: 3 = 2^255 - ... ; the lowest digit is 3 - 32 = -29, entry 14.
        let digits = OddDigits::<5>::new(&Scalar::from(3u64));
        let Digit { index, negative } = digits.digit(0);
        assert_eq!((index, negative), (14, 1));
        assert!(!bool::from(digits.negated));
        assert!(bool::from(OddDigits::<5>::new(&Scalar::from(2u64)).negated));
    }
}
