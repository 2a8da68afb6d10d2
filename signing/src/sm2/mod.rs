//! SM2 by precomputed tables: this crate's own field, points and tables, for fixtures and for verification.
//!
//! Everything in this room runs in **variable time**: branches and addresses follow the scalars. That is right
//! where all inputs are public (every verification), and harmless where the key is a published fixture.
//!
//! It must never touch a key that a user brings. The type that signs here is called [`FixtureSm2Key`] so that no
//! caller can mistake it; the constant-time path is the `sm2` crate, behind `PrivateKey::signer`.

mod field;
mod identity;
mod key;
mod nonce;
mod point;
mod scalar;
mod table;
mod verify;

pub(crate) use identity::{DEFAULT_ID, identity_hash};
pub use key::FixtureSm2Key;
pub(crate) use point::Affine;
pub(crate) use table::{Table, generator};
pub(crate) use verify::verify;

#[cfg(test)]
mod agreement;
