//! The program as its users meet it, and the library as its own commands use it: one binary, so that it links once.
//!
//! To add a case of a run, add a file to `tests/cases/`; [`cases`] plays it and snapshots what is said.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod adding;
mod bench;
mod card_commands;
mod cards;
mod cases;
mod commands;
mod determinism;
mod docs;
mod doors;
mod dropped;
mod editor;
mod examples;
mod faults;
mod fmt;
mod guide;
mod html;
mod journal;
mod junit;
mod merge;
mod program;
mod report;
mod run;
mod self_test;
mod serve;
mod sources;
mod suite;
mod tidy;
mod watch;
mod words;
mod yaml;
