//! Sealed messages between the portal and its counterparties: the catalogue, the container, receipts, schemas.
//!
//! A message is a CloudEvents 1.0 JSON event inside CMS SignedData inside CMS EnvelopedData; portal and
//! parties exchange these bytes and nothing else. The format is the simulator's own: no public specification
//! of the real one exists. `docs/interchange.md` tells an outsider all that is needed to take part.
//!
//! Invariant: nothing in here does I/O or knows the present; time and randomness are arguments.

pub mod catalogue;
pub mod event;

mod body;
mod card_seal;
mod enveloped;
mod identity;
mod mac;
mod nonsense;
mod oid;
mod open;
mod receipt;
mod refusal;
mod seal;
mod shape;
mod signed;
mod strict_json;
mod suite;
mod tlv;

pub use card_seal::card_seal_is_valid;
pub use identity::{Identity, Peers};
pub use nonsense::{Nonsense, nonsense};
pub use open::{CmsFacts, Opened, open};
pub use receipt::{RECEIPT_SIZE_LIMIT, open_receipt, seal_receipt};
pub use refusal::{
    BAD_CERTIFICATE, BAD_SIGNATURE, BROKEN, CARD_SEAL, CERTIFICATE_DATE, CODES, OTHER_RECEIPT, OpenError, REPLAY,
    SCHEMA, SOURCE, TIME, TOO_DEEP, TOO_LARGE, UNKNOWN_SENDER, UNKNOWN_TYPE, WRONG_RECEIVER, words_of,
};
pub use seal::{SealError, seal, seal_event};
pub use suite::{Suite, UnknownSuite};
