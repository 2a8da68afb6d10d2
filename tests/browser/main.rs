//! What people read in a browser, looked at in one: headless Chromium opens the reports that the built program wrote.
//!
//! It is a binary of its own, since it needs a browser. Without one its tests are skipped aloud, and fail under
//! `KOUAN_NEEDS_JUDGES`, which `make test` sets.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]
#![allow(clippy::print_stdout, reason = "what was skipped or measured must be seen")]

mod chromium;
#[path = "../it/program.rs"]
#[allow(dead_code, reason = "shared with tests/it, which uses all of it")]
mod program;
mod report;
