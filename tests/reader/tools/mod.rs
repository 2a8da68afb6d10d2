//! Unmodified programs of others, at cards that `kouan card serve` offers from a file: what they must be able to do, and
//! what is in the file afterwards.
//!
//! Where one of them errs on every card, the test says so beside the command.

mod opensc;
mod piv;
mod pkcs11;
mod served;
mod sm2;
mod ssh;
mod yubico;
