//! What a tray says to a request of the driver's. No socket here: bytes in, a decision out.

use crate::{reader::ReaderError, tray::Tray, vpcd::frame::Request};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// These bytes go back.
    Answer(Vec<u8>),
    /// The driver expects nothing.
    Silence,
    /// The card is out of the tray: the connection must be closed, without an answer.
    Gone,
    /// The reader is to hang: neither an answer nor an end.
    Stuck,
}

/// Lets the card in the tray do what is asked of it, or meet its fault.
pub fn reply(request: &Request, tray: &mut Tray) -> Reply {
    let Some(card) = tray.card_mut() else { return Reply::Gone };
    match request {
        Request::PowerOff | Request::PowerOn | Request::Reset => {
            card.reset();
            Reply::Silence
        }
        Request::Atr => Reply::Answer(card.atr().to_vec()),
        Request::Apdu(command) => match tray.exchange(command) {
            Ok(answer) => Reply::Answer(answer),
            Err(ReaderError::Stuck) => Reply::Stuck,
            Err(ReaderError::NoCard | ReaderError::Removed | ReaderError::Reset | ReaderError::Other(_)) => Reply::Gone,
        },
    }
}
