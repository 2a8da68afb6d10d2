//! The interchange as a stranger meets it: sealed bytes in, messages or refusals out.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod every_kind;
mod fixture;
mod nonsense;
mod openssl;
mod receipts;
mod refusals;
mod schemas;
mod tampering;
