//! What a run means: expectations compared, invariants checked over the evidence, requirements covered, reports written.
//!
//! Invariant: nothing in here asks the portal or a party what is right, and nothing imports the world or a scenario.
//! Checks read [`crate::evidence`] alone and hold it against rules written down here by hand; reports fold one stream
//! of [`event::Event`]s and ask nobody.

pub mod checks;
pub mod citations;
pub mod console;
pub mod coverage;
pub mod document;
pub mod event;
pub mod expect;
pub mod finding;
pub mod html;
pub mod json;
pub mod junit;
pub mod merge;
pub mod replay;
pub mod requirements;
pub mod trace;
pub mod trail;
mod values;

pub use event::{Event, Report, Summary};
pub use expect::{Actual, Expected, Kind, Op};
pub use finding::{CaseResult, Citation, Finding, Verdict};
