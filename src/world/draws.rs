//! The draws of one world: a pure function of (seed, case, purpose, entity, count).
//!
//! Nothing is consumed by drawing, so a step that is left out shifts no other draw, and the number of jobs is of no
//! account.

use domain::Draws;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};

/// Draws keyed by a seed and a case's id.
#[derive(Clone)]
pub struct SeededDraws {
    base: Sha256,
}

impl SeededDraws {
    /// The draws of `case` (its 编号 with the matrix row) under `seed`.
    pub fn new(seed: u64, case: &str) -> Self {
        let mut base = Sha256::new();
        base.update(b"kouan draws v1");
        base.update(seed.to_be_bytes());
        update(&mut base, case);
        Self { base }
    }

    /// A generator for what takes a stream (the keys and nonces of an envelope).
    pub fn stream(&self, purpose: &str, entity: &str, count: u64) -> ChaCha20Rng {
        ChaCha20Rng::from_seed(self.draw(purpose, entity, count))
    }
}

impl Draws for SeededDraws {
    fn draw(&self, purpose: &str, entity: &str, count: u64) -> [u8; 32] {
        let mut hash = self.base.clone();
        update(&mut hash, purpose);
        update(&mut hash, entity);
        hash.update(count.to_be_bytes());
        hash.finalize().into()
    }
}

/// Length first, so that no two pairs of texts run together into the same bytes.
fn update(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_each_part_of_its_key_and_on_nothing_else() {
        let a = SeededDraws::new(1, "ACC-1");
        let first = a.draw("delay", "x", 1);
        let _ = a.draw("delay", "y", 1);
        assert_eq!(a.draw("delay", "x", 1), first);
        for other in [
            a.draw("delay", "x", 2),
            a.draw("delays", "x", 1),
            a.draw("delay", "xx", 1),
            SeededDraws::new(2, "ACC-1").draw("delay", "x", 1),
            SeededDraws::new(1, "ACC-2").draw("delay", "x", 1),
            a.draw("dela", "yx", 1),
        ] {
            assert_ne!(other, first);
        }
    }
}
