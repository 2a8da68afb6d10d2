//! The protocol of vsmartcard's virtual reader, from the card's side: the driver in pcscd listens, and a card connects.
//!
//! To be plugged in is to be connected; to be pulled out is to close the connection. A [`Plug`] does that for a
//! [`Tray`](crate::Tray): with it every program on the machine that speaks PC/SC can use a card of this crate.
//! This is the only part of the crate that opens a socket or starts a thread. It must never leave the driver without an
//! answer: the driver has no limit of time, so a card that keeps silent blocks the reader for everybody.

mod frame;
mod plug;
mod reply;
mod state;
mod worker;

pub use frame::{Request, read_request, write_answer};
pub use plug::{Heard, Keep, Latency, Plug, Setup};
pub use reply::{Reply, reply};
pub use state::State;
