//! Why a measurement could not be made.

use signing::Algorithm;

use crate::card::CardError;

/// What stopped a measurement. Nothing more is sent to a card after it.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The PIN is wrong, or may not be tried.
    #[error("{reader}：{error}；已停止，没有再试")]
    Pin {
        /// The reader's name.
        reader: String,
        /// What the card said.
        error: CardError,
    },
    /// One more wrong PIN would lock the card.
    #[error("{reader}：{}", few_tries(*.left))]
    FewTries {
        /// The reader's name.
        reader: String,
        /// Tries that are left.
        left: u8,
    },
    /// The card signs with something else.
    #[error("{reader}：卡的9A密钥是{found}，不是{wanted}；请用 --algorithm {found}")]
    OtherAlgorithm {
        /// The reader's name.
        reader: String,
        /// The card's.
        found: Algorithm,
        /// The one that was asked for.
        wanted: Algorithm,
    },
    /// What was asked for cannot be.
    #[error("{0}")]
    Impossible(String),
    /// The reader cannot be opened.
    #[error("{0}")]
    NoReader(String),
    /// The card failed.
    #[error("{reader}：{error}{}", advice(.error))]
    Card {
        /// The reader's name.
        reader: String,
        /// What became of it.
        error: CardError,
    },
    /// A library refused, or a fixture is broken: our own fault.
    #[error("{0}")]
    Broken(String),
}

/// What to do after a card's failure, where something can be done.
fn advice(error: &CardError) -> &'static str {
    match error {
        CardError::Changed => "；大概有别的程序也在用它，结束那个程序后再测",
        CardError::NoCard | CardError::Removed => "；插入卡后再测",
        _ => "",
    }
}

/// What to do with a card of which a wrong PIN could be the last.
fn few_tries(left: u8) -> String {
    match left {
        0 => "卡已锁定，先用PUK解锁".into(),
        _ => format!("卡密码只剩{left}次机会，不拿来测速；请先用正确的卡密码在别处验证一次"),
    }
}

impl BenchError {
    /// Whether another argument would help; else the surroundings are at fault.
    pub fn is_input(&self) -> bool {
        match self {
            Self::Pin { .. } | Self::FewTries { .. } | Self::OtherAlgorithm { .. } | Self::Impossible(_) => true,
            Self::NoReader(_) | Self::Card { .. } | Self::Broken(_) => false,
        }
    }
}
