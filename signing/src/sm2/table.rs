//! Tables of a fixed point's multiples: a scalar is cut into windows, each window reads one entry. Variable time.

use std::sync::OnceLock;

use super::{
    field::{Element, limbs},
    point::{Affine, Jacobian},
};

pub(super) const GENERATOR_BYTES: [u8; 65] = [
    0x04, //
    0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46, 0x6A, 0x39, 0xC9, 0x94, //
    0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74, 0xC7, //
    0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53, //
    0xD0, 0xA9, 0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0, //
];

/// The window for G: 510 KB, built once. For other points 4 (60 KB each).
const GENERATOR_WINDOW: usize = 8;
const KEY_WINDOW: usize = 4;

/// All multiples d 2^(w i) P for windows i and digits d from 1 to 2^w - 1.
pub(crate) struct Table {
    window: usize,
    entries: Vec<Affine>,
}

impl Table {
    /// A table for a public key: worth its price (about half a millisecond) from the sixth use.
    pub(crate) fn for_key(point: Affine) -> Self {
        Self::new(point, KEY_WINDOW)
    }

    fn new(point: Affine, window: usize) -> Self {
        let digits = (1usize << window) - 1;
        // 2^(w i) P for each window, by doublings, then made affine together.
        let mut base = Jacobian::from(point);
        let mut bases = Vec::with_capacity(256 / window);
        for _ in 0..256 / window {
            bases.push(base);
            for _ in 0..window {
                base = base.double();
            }
        }
        let bases = Jacobian::to_affine_all(&bases);
        // No entry is infinity: the curve's order is a prime above every d 2^(w i) that is not a multiple of it.
        let mut entries = Vec::with_capacity(bases.len() * digits);
        for base in &bases {
            let mut multiple = Jacobian::from(*base);
            entries.push(multiple);
            for _ in 1..digits {
                multiple = multiple.add_affine(base);
                entries.push(multiple);
            }
        }
        Self { window, entries: Jacobian::to_affine_all(&entries) }
    }

    /// scalar x P, for 32 big-endian bytes.
    pub(crate) fn multiply(&self, scalar: &[u8; 32]) -> Jacobian {
        self.multiply_and_add(Jacobian::INFINITY, scalar)
    }

    /// start + scalar x P.
    pub(crate) fn multiply_and_add(&self, start: Jacobian, scalar: &[u8; 32]) -> Jacobian {
        let scalar = limbs(scalar);
        let digits = (1usize << self.window) - 1;
        let mut sum = start;
        for (i, entries) in self.entries.chunks_exact(digits).enumerate() {
            // Both windows divide 64, so no digit crosses a limb.
            let bit = i * self.window;
            let digit = (scalar[bit / 64] >> (bit % 64)) as usize & digits;
            if digit != 0 {
                sum = sum.add_affine(&entries[digit - 1]);
            }
        }
        sum
    }
}

/// The table of the generator, built at the first use.
pub(crate) fn generator() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(generator_point(), GENERATOR_WINDOW))
}

pub(super) fn generator_point() -> Affine {
    // A constant of the standard; the fall-back is never taken, and a test proves the constant right.
    Affine::from_bytes(&GENERATOR_BYTES).unwrap_or(Affine { x: Element::ZERO, y: Element::ZERO })
}
