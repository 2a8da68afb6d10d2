//! Measuring signatures: sessions that sign, ceilings taken in the same run, results that can be kept and compared.
//!
//! [`measure()`] runs one [`Plan`] and gives [`Figures`]; [`matrix`] runs all that fit together. What is measured is the time
//! from the order to the signature; every signature is verified while no clock runs. [`page`] draws a report of results,
//! [`comparison`] holds one against an earlier one.
//!
//! Invariant: a card is never given a PIN that it has refused once, nor one for which its last try would be at stake. No PIN reaches a result.

mod cards;
pub mod comparison;
mod crew;
mod error;
mod figures;
pub mod latency;
pub mod machine;
pub mod matrix;
mod measure;
pub mod page;
mod plot;
mod session;
mod way;

pub use error::BenchError;
pub use figures::{FORMAT, Figures};
pub use measure::{MOST_SESSIONS, Progress, measure};
pub use way::{Plan, Readers, Transaction, Way};
