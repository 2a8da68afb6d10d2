//! SM2: this crate's own field, points, tables and keys, made for this one curve.
//!
//! Two ways lead through it. What is public (every verification), and what is a published fixture's, takes **variable time**: branches
//! and addresses follow the scalars. What a user brings, and the k of a message that is encrypted, takes the room `secret`.
//! The types tell them apart: [`FixtureSm2Key`] is the fast one, so that no caller can mistake it, and the fast functions
//! of points and tables end in `_vartime`. Scalars modulo n are the `sm2` crate's, which is also the oracle of the tests.

mod digits;
mod field;
mod identity;
mod key;
mod nonce;
mod point;
mod scalar;
mod secret;
mod table;
mod verify;

pub(crate) use identity::{DEFAULT_ID, identity_hash};
pub use key::FixtureSm2Key;
pub(crate) use key::{Sm2Key, ephemeral_points};
pub(crate) use point::Affine;
pub(crate) use table::KeyTable;
pub(crate) use verify::verify;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod timing;
