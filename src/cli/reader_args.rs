//! `--reader` and `--vpcd`: where a run's cards are.

use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use signing::Certificate;
use virtual_card::Pin;

use super::CliError;
use crate::{
    card::{ReaderChoice, guest::Guests, open},
    world::{Readers, acts},
};

/// Where the cards are.
#[derive(Debug, clap::Args)]
pub struct ReaderArgs {
    /// Where the cards are: memory, pcsc (the first reader that holds a card) or pcsc:NAME
    #[arg(long, value_name = "R", default_value = "memory")]
    reader: ReaderChoice,
    /// Plug the scenarios' own virtual cards into the vpcd that listens there, and use them through --reader pcsc; may be
    /// given more than once, for as many scenarios side by side
    #[arg(long, value_name = "HOST:PORT")]
    vpcd: Vec<String>,
    /// The PIN of the card in the reader, where --reader pcsc is used without --vpcd
    #[arg(long, value_name = "PIN", default_value = "88888888", value_parser = Pin::parse)]
    pin: Pin,
}

impl ReaderArgs {
    /// Whether the options go together.
    ///
    /// # Errors
    /// If they don't.
    pub fn check(&self) -> Result<(), CliError> {
        if self.reader == ReaderChoice::Memory && !self.vpcd.is_empty() {
            return Err(CliError::Input("--vpcd 要与 --reader pcsc 一起用".into()));
        }
        Ok(())
    }

    /// The readers; `None` for those in memory, of which there are always enough.
    ///
    /// # Errors
    /// If there are none, or this build can't use them.
    pub fn open(&self) -> Result<Option<Arc<dyn Readers>>, CliError> {
        let ReaderChoice::Pcsc(name) = &self.reader else { return Ok(None) };
        let addresses = self.vpcd.iter().map(|text| address(text)).collect::<Result<Vec<_>, _>>()?;
        let readers = if addresses.is_empty() {
            self.users_card(name.as_deref())
        } else {
            open::stands(&addresses, name.as_deref())
        };
        readers.map(Some).map_err(CliError::Surroundings)
    }

    /// The card that is in the reader: its holder plays, and what it cannot do is left out.
    fn users_card(&self, name: Option<&str>) -> Result<Arc<dyn Readers>, String> {
        let reader = open::pcsc(name).map_err(open::words)?;
        let holder = |certificate: &Certificate| acts::holder_of(certificate).map(acts::person_name);
        Ok(Arc::new(Guests::open(reader, &self.pin, holder)?))
    }
}

/// As reports name it, and as a command that plays a scenario again takes it apart.
impl fmt::Display for ReaderArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reader {
            ReaderChoice::Memory => f.write_str("memory"),
            ReaderChoice::Pcsc(None) => f.write_str("pcsc"),
            ReaderChoice::Pcsc(Some(name)) => write!(f, "pcsc:{name}"),
        }?;
        self.vpcd.iter().try_for_each(|address| write!(f, "+vpcd={address}"))
    }
}

/// Where a vpcd listens.
pub(super) fn address(text: &str) -> Result<SocketAddr, CliError> {
    let wrong = || CliError::Input(format!("--vpcd {text} 不是 主机:端口，例如 localhost:35963"));
    // vpcd listens at the old kind of address only.
    let has_port = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    let mut found = text.to_socket_addrs().map_err(|error| match has_port {
        true => CliError::Input(format!("--vpcd {text}：找不到这台主机（{error}）")),
        false => wrong(),
    })?;
    found.find(SocketAddr::is_ipv4).ok_or_else(wrong)
}
