//! Which reader is meant on a command line, and the way to it.
//!
//! A build without PC/SC knows the same choices and says what it lacks.

use std::{net::SocketAddr, str::FromStr, sync::Arc};

use virtual_card::{Presence, Reader, ReaderError};

use super::desk::Readers;

/// How to get a program that can do it.
pub const NO_PCSC: &str = "本程序构建时未带PC/SC支持：装好 libpcsclite-dev 后用 cargo build --release --features pcsc 重新构建，\
                           或用 --reader memory";

/// Which reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderChoice {
    /// A virtual card in this process.
    Memory,
    /// PC/SC: the named reader, or the first that holds a card.
    Pcsc(Option<String>),
}

impl FromStr for ReaderChoice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            None if text == "pcsc" => Ok(Self::Pcsc(None)),
            Some(("pcsc", name)) if !name.is_empty() => Ok(Self::Pcsc(Some(name.into()))),
            _ => Err(format!("没有「{text}」这种读卡器，可用：memory、pcsc、pcsc:名称")),
        }
    }
}

/// A reader of the system as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name in the service, to be used after `pcsc:`.
    pub name: String,
    /// Whether a card is in it.
    pub presence: Presence,
    /// Whether some program has a connection to the card.
    pub in_use: bool,
    /// Whether the card doesn't answer.
    pub mute: bool,
}

/// What a reader says, in words that need none before them.
pub fn words(error: ReaderError) -> String {
    match error {
        ReaderError::Other(text) => text,
        other => other.to_string(),
    }
}

/// Opens a reader of the system's PC/SC service, for a card that is the user's own: it is left as it was found.
///
/// # Errors
/// What to tell the user: this build can't, no service, no such reader.
#[cfg(feature = "pcsc")]
pub fn pcsc(name: Option<&str>) -> Result<Box<dyn Reader + Send>, ReaderError> {
    use super::pcsc::{Limits, Owner, PcscReader};
    Ok(Box::new(PcscReader::open(name, Owner::User, Limits::default())?))
}

/// Opens a reader of the system's PC/SC service.
///
/// # Errors
/// Always: this build can't.
#[cfg(not(feature = "pcsc"))]
pub fn pcsc(_name: Option<&str>) -> Result<Box<dyn Reader + Send>, ReaderError> {
    Err(ReaderError::Other(NO_PCSC.into()))
}

/// Readers for scenarios: one at each vpcd, with the scenarios' own cards plugged in. `name` is the reader's or a part.
///
/// # Errors
/// What to tell the user: this build can't, nothing listens there, another card is in.
#[cfg(feature = "pcsc")]
pub fn stands(vpcd: &[SocketAddr], name: Option<&str>) -> Result<Arc<dyn Readers>, String> {
    Ok(Arc::new(super::stand::Stands::open(vpcd, name)?))
}

/// Readers for scenarios.
///
/// # Errors
/// Always: this build can't.
#[cfg(not(feature = "pcsc"))]
pub fn stands(_vpcd: &[SocketAddr], _name: Option<&str>) -> Result<Arc<dyn Readers>, String> {
    Err(NO_PCSC.into())
}

/// All readers of the system, in the service's order; there may be none.
///
/// # Errors
/// What to tell the user: this build can't, no service, no answer.
#[cfg(feature = "pcsc")]
pub fn list() -> Result<Vec<Listed>, ReaderError> {
    super::pcsc::list(super::pcsc::Limits::default())
}

/// All readers of the system.
///
/// # Errors
/// Always: this build can't.
#[cfg(not(feature = "pcsc"))]
pub fn list() -> Result<Vec<Listed>, ReaderError> {
    Err(ReaderError::Other(NO_PCSC.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_named_as_the_manual_of_the_command_line_says() {
        assert_eq!("memory".parse(), Ok(ReaderChoice::Memory));
        assert_eq!("pcsc".parse(), Ok(ReaderChoice::Pcsc(None)));
        assert_eq!("pcsc:Virtual PCD".parse(), Ok(ReaderChoice::Pcsc(Some("Virtual PCD".into()))));
        assert!("pcsc:".parse::<ReaderChoice>().is_err());
        assert!("usb".parse::<ReaderChoice>().is_err());
    }
}
