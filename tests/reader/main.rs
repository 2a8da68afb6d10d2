//! Cards behind a PC/SC service of the test's own, as the program's users and other software meet them.
//!
//! Built with the feature `pcsc` only. What the system forbids is skipped, said on stderr and counted in
//! `target/skipped`. A process reads once which service it talks to, so the tests run programs, and call nothing of
//! PC/SC themselves.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod bench;
mod pcscd;
mod readers;
