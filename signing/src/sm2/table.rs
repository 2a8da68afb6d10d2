//! Tables of a fixed point's odd multiples: a scalar is cut into digits, each digit reads one entry of its own row.
//!
//! Reading an entry by its index takes variable time; that is for public scalars and for fixtures. Whoever has a secret scalar reads
//! through the room `secret`, which looks at every entry of a row.

use std::sync::OnceLock;

use ::sm2::Scalar;

use super::{
    digits::{Digit, OddDigits},
    field::Element,
    point::{Affine, Jacobian},
};

pub(super) const GENERATOR_BYTES: [u8; 65] = [
    0x04, //
    0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46, 0x6A, 0x39, 0xC9, 0x94, //
    0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74, 0xC7, //
    0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53, //
    0xD0, 0xA9, 0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0, //
];

/// The width of tables that are scanned, and of public keys': 52 rows of 16 points, 53 KB.
pub(crate) const NARROW: usize = 5;
/// The width of the generator's table for public scalars: 32 rows of 128 points, 256 KB.
pub(crate) const WIDE: usize = 8;

/// The points d 2^(W i) P for the rows i and the odd d from 1 to 2^W - 1.
pub(crate) struct Table<const W: usize> {
    entries: Vec<Affine>,
}

/// A public key's table: worth its price after some eight uses.
pub(crate) type KeyTable = Table<NARROW>;

impl<const W: usize> Table<W> {
    const ROW: usize = 1 << (W - 1);

    pub(crate) fn new(point: Affine) -> Self {
        let rows = OddDigits::<W>::COUNT;
        // 2^(W i) P and twice that for each row, by doublings, then made affine together.
        let mut base = Jacobian::from(point);
        let mut pairs = Vec::with_capacity(2 * rows);
        for _ in 0..rows {
            let twice = base.double();
            pairs.extend([base, twice]);
            base = (1..W).fold(twice, |point, _| point.double());
        }
        let pairs = Jacobian::to_affine_all(&pairs);
        // No entry is infinity: the curve's order is a prime that divides no d 2^(W i).
        let mut entries = Vec::with_capacity(rows * Self::ROW);
        for (base, twice) in pairs.as_chunks().0.iter().map(|[base, twice]| (base, twice)) {
            let mut multiple = Jacobian::from(*base);
            entries.push(multiple);
            for _ in 1..Self::ROW {
                multiple = multiple.add_affine(twice);
                entries.push(multiple);
            }
        }
        Self { entries: Jacobian::to_affine_all(&entries) }
    }

    /// The entries, row by row; each row has 2^(W-1).
    pub(super) fn entries(&self) -> &[Affine] {
        &self.entries
    }

    /// scalar x P, for a public scalar or a fixture's.
    pub(crate) fn multiply_vartime(&self, scalar: &Scalar) -> Jacobian {
        self.multiply_and_add_vartime(Jacobian::INFINITY, scalar)
    }

    /// start + scalar x P, likewise.
    pub(crate) fn multiply_and_add_vartime(&self, start: Jacobian, scalar: &Scalar) -> Jacobian {
        let digits = OddDigits::<W>::new(scalar);
        let negated = digits.negated.unwrap_u8();
        self.entries.chunks_exact(Self::ROW).enumerate().fold(start, |sum, (i, row)| {
            let Digit { index, negative } = digits.digit(i);
            let entry = row[index];
            sum.add_affine(&if negative == negated { entry } else { entry.negate() })
        })
    }
}

/// The generator's table for public scalars and fixtures, built at the first use.
pub(crate) fn wide_generator() -> &'static Table<WIDE> {
    static TABLE: OnceLock<Table<WIDE>> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(generator_point()))
}

/// The generator's table for secret scalars, built at the first use.
pub(crate) fn narrow_generator() -> &'static Table<NARROW> {
    static TABLE: OnceLock<Table<NARROW>> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(generator_point()))
}

pub(super) fn generator_point() -> Affine {
    // A constant of the standard; the fall-back is never taken, and a test proves the constant right.
    Affine::from_bytes(&GENERATOR_BYTES).unwrap_or(Affine { x: Element::ZERO, y: Element::ZERO })
}
