//! The interchange as a stranger meets it: sealed bytes in, messages or refusals out.

mod fixture;
mod openssl;
mod receipts;
mod refusals;
mod schemas;
mod tampering;
