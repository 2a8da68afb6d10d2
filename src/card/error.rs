//! What can go wrong between a computer and a card, told apart as a person would.

use virtual_card::{ReaderError, status::StatusWord};

/// Why a card did not do what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The PIN was wrong and may be tried again (ACC-09).
    #[error("卡密码错误，还可尝试{tries_left}次")]
    WrongPin {
        /// Tries that are left, at least one.
        tries_left: u8,
    },
    /// The PIN is blocked; only the PUK helps.
    #[error("卡已锁定，须由发卡机构解锁")]
    Locked,
    /// The PUK was wrong and may be tried again.
    #[error("PUK错误，还可尝试{tries_left}次")]
    WrongPuk {
        /// Tries that are left, at least one.
        tries_left: u8,
    },
    /// The PUK is blocked: nothing helps.
    #[error("PUK已锁定，卡不能再解锁")]
    PukLocked,
    /// The card wants its PIN first.
    #[error("须先验证卡密码")]
    PinNeeded,
    /// There is no card.
    #[error("读卡器中没有卡")]
    NoCard,
    /// The card went away meanwhile (ACC-05).
    #[error("卡已被拔出")]
    Removed,
    /// Another card was put in, or the card was reset, since the connection was made (ACC-04).
    #[error("卡已更换或复位")]
    Changed,
    /// The reader does not answer.
    #[error("读卡器无响应")]
    Stuck,
    /// The reader says something else.
    #[error("读卡器出错：{0}")]
    Reader(String),
    /// The card refuses for a reason that has no name here.
    #[error("卡返回状态{0:04X}")]
    Status(u16),
    /// The card's answer is not what the standard says.
    #[error("卡的应答有误：{0}")]
    Malformed(&'static str),
}

impl From<ReaderError> for CardError {
    fn from(error: ReaderError) -> Self {
        match error {
            ReaderError::NoCard => Self::NoCard,
            ReaderError::Removed => Self::Removed,
            ReaderError::Reset => Self::Changed,
            ReaderError::Stuck => Self::Stuck,
            ReaderError::Other(text) => Self::Reader(text),
        }
    }
}

impl CardError {
    /// What a status word means where the PIN was given or wanted. The last wrong try (63C0) has locked the card, and
    /// that is what the person must be told.
    pub(super) fn of_pin(status: StatusWord) -> Self {
        match status.tries_left() {
            Some(0) => Self::Locked,
            Some(tries_left) => Self::WrongPin { tries_left },
            None if status == StatusWord::BLOCKED => Self::Locked,
            None if status == StatusWord::SECURITY_NOT_SATISFIED => Self::PinNeeded,
            None => Self::Status(status.0),
        }
    }

    /// What a status word means where the PUK was given.
    pub(super) fn of_puk(status: StatusWord) -> Self {
        match status.tries_left() {
            Some(0) => Self::PukLocked,
            Some(tries_left) => Self::WrongPuk { tries_left },
            None if status == StatusWord::BLOCKED => Self::PukLocked,
            None => Self::Status(status.0),
        }
    }
}
