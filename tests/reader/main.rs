//! Cards behind a PC/SC service of the test's own, as the program's users and other software meet them.
//!
//! Built with the feature `pcsc` only. What the system forbids is skipped, said on stderr and counted in
//! `target/skipped`. A process reads once which service it talks to, so the tests run programs, and call nothing of
//! PC/SC themselves: their part is the card, which they plug into the service's virtual reader.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]
#![allow(clippy::print_stderr, reason = "who reads the tests' output wants to know what was left out")]

mod bench;
mod doctor;
mod noise;
mod pcscd;
mod plugged;
mod readers;
mod runs;
mod serve;
mod sharing;
mod talk;
mod tools;
