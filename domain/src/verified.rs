//! The mark of something whose signature a gateway has checked.

use std::ops::Deref;

/// A value whose origin a gateway has proved. The domain never checks signatures itself: it holds no keys.
///
/// Invariant: [`Verified::by_gateway`] is the only constructor, and `clippy.toml` disallows it outside the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// For gateways alone, straight after the check.
    pub fn by_gateway(value: T) -> Self {
        Self(value)
    }
    /// The value, with its mark taken off.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
