//! The crate from outside: bytes in, bytes out.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod administration;
mod leak;
mod noise;
mod piv;
mod test_card;
mod transcript;
mod vpcd;
