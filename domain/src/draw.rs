//! Chance as an argument. A draw is a pure function of what it is for, so that leaving one step out of a
//! scenario shifts no other draw.

use crate::Time;

/// Keyed draws: the same (purpose, entity, count) gives the same bytes for ever.
pub trait Draws {
    /// 32 uniform bytes for the `count`-th draw made for `purpose` on behalf of `entity`.
    fn draw(&self, purpose: &str, entity: &str, count: u64) -> [u8; 32];

    /// A whole number in `low..=high`, near enough to uniform for delays and numbers (64 bits are reduced).
    fn between(&self, purpose: &str, entity: &str, count: u64, low: u64, high: u64) -> u64 {
        let bytes = self.draw(purpose, entity, count);
        let mut first = [0; 8];
        first.copy_from_slice(&bytes[..8]);
        let span = high.saturating_sub(low).saturating_add(1).max(1);
        low + u64::from_be_bytes(first) % span
    }
}

/// When something happens, and the draws it may use.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The time of the act.
    pub time: Time,
    /// The draws of this world.
    pub draws: &'a dyn Draws,
}
