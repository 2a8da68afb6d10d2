//! `kouan card list-readers`: which readers the system knows, and what lies in them.

use std::{io::Write, process::ExitCode};

use virtual_card::Presence;

use super::{CliError, card_apdu::to_hex, exit};
use crate::card::open::{self, Listed};

/// List the PC/SC readers of this computer, one a line, with the card in each
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  kouan card list-readers\n\nA name goes after --reader pcsc: in other commands; a part \
                        that only one reader has is enough. Exit codes: 0 there is a reader; 3 there is none"
)]
pub struct ListReaders {}

impl ListReaders {
    /// Lists them.
    ///
    /// # Errors
    /// If there are none, with what to do.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let readers = open::list().map_err(|error| CliError::Surroundings(open::words(error)))?;
        if readers.is_empty() {
            return Err(CliError::Surroundings("没有任何读卡器：接上读卡器后重试（kouan doctor 可查看缺什么）".into()));
        }
        for reader in &readers {
            writeln!(out, "{}\t{}", reader.name, holds(reader))?;
        }
        Ok(exit::PASSED)
    }
}

/// What lies in a reader, in words.
pub(super) fn holds(reader: &Listed) -> String {
    match &reader.presence {
        Presence::Empty => "无卡".into(),
        Presence::Present { .. } if reader.mute => "有卡，但没有应答：取出后重新插入".into(),
        Presence::Present { atr } if reader.in_use => format!("有卡，正被使用，ATR {}", to_hex(atr)),
        Presence::Present { atr } => format!("有卡，ATR {}", to_hex(atr)),
    }
}
