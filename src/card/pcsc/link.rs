//! The state of a connection to a card, as PC/SC's errors tell it: one machine that every call's outcome goes through.
//!
//! It knows no reader and makes no call. It never hides a loss: a card that was reset or taken out is reported, for its
//! PIN and its selection are gone and only the caller knows what to do about that.

use pcsc::Error;
use virtual_card::ReaderError;

/// What connects us to the card now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Nothing.
    #[default]
    Apart,
    /// A handle that works.
    Joined,
    /// A handle to a card that was reset: it works again once reconnected.
    Stale,
    /// A handle to a card that has no power, or may have been exchanged without the service noticing: it must be
    /// reset to be of use.
    Unpowered,
    /// Nothing, and the service that we talked to is gone as well.
    NoService,
}

/// What must be done about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Tell it to the caller.
    Tell(ReaderError),
    /// The error alone doesn't say whether the card is there: look at the reader and call [`Link::seen`].
    Look,
}

/// What a look at the reader showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No card.
    Empty,
    /// A card, and the reader has counted a removal or an insertion since the connection was made.
    Another,
    /// A card, and the reader noticed nothing for as long as we looked.
    Same,
    /// The reader is not there any more.
    Gone,
}

/// What to say to somebody whose service doesn't run.
pub const NO_SERVICE: &str = "PC/SC服务没有运行：请启动pcscd后重试（kouan doctor 可查看缺什么）";
const IN_USE: &str = "读卡器被另一程序独占：关闭它后重试";
const GONE: &str = "读卡器已断开：重新接上后重试（kouan card list-readers 可列出读卡器）";
const MUTE: &str = "卡没有应答：取出后重新插入，确认芯片方向";
const UNKNOWN_CARD: &str = "读卡器不支持此卡的通信协议";
const DENIED: &str = "没有使用读卡器的权限：请由管理员授权（polkit），或以其他用户运行";

impl Link {
    /// Takes in the error of a call and says what to do about it.
    pub fn failed(&mut self, error: Error) -> Advice {
        let (next, tell) = match error {
            Error::NotTransacted => return Advice::Look,
            Error::RemovedCard => (Self::Apart, ReaderError::Removed),
            Error::NoSmartcard => (Self::Apart, ReaderError::NoCard),
            Error::ResetCard => (Self::Stale, ReaderError::Reset),
            Error::UnpoweredCard => (Self::Unpowered, ReaderError::Reset),
            Error::Timeout => (*self, ReaderError::Stuck),
            Error::NoService | Error::ServiceStopped | Error::CommError | Error::InvalidHandle => {
                (Self::NoService, said(NO_SERVICE))
            }
            Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => (Self::Apart, said(GONE)),
            Error::UnresponsiveCard => (Self::Apart, said(MUTE)),
            Error::UnsupportedCard | Error::ProtoMismatch => (Self::Apart, said(UNKNOWN_CARD)),
            Error::SharingViolation => (*self, said(IN_USE)),
            Error::SecurityViolation => (*self, said(DENIED)),
            // PC/SC has seventy codes; all others are a surprise that only its own words describe.
            other => (*self, ReaderError::Other(other.to_string())),
        };
        *self = next;
        Advice::Tell(tell)
    }

    /// Takes in what a look at the reader showed after an exchange that came to nothing.
    pub fn seen(&mut self, seen: Seen) -> ReaderError {
        let (next, tell) = match seen {
            Seen::Empty => (Self::Apart, ReaderError::Removed),
            Seen::Another => (Self::Apart, ReaderError::Reset),
            // The driver may take a new card without the service noticing, so the old handle proves nothing.
            Seen::Same => (Self::Unpowered, ReaderError::Reset),
            Seen::Gone => (Self::Apart, said(GONE)),
        };
        *self = next;
        tell
    }
}

fn said(text: &str) -> ReaderError {
    ReaderError::Other(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the caller is told, and where that leaves us: measured on pcscd 1.9.9, a line an error.
    #[test]
    fn each_error_has_its_meaning_and_its_remedy() {
        use ReaderError::{NoCard, Removed, Reset, Stuck};
        #[rustfmt::skip]
        let table = [
            (Error::RemovedCard,       Link::Apart,     Removed),
            (Error::NoSmartcard,       Link::Apart,     NoCard),
            (Error::ResetCard,         Link::Stale,     Reset),
            (Error::UnpoweredCard,     Link::Unpowered, Reset),
            (Error::Timeout,           Link::Joined,    Stuck),
            (Error::NoService,         Link::NoService, said(NO_SERVICE)),
            (Error::ServiceStopped,    Link::NoService, said(NO_SERVICE)),
            (Error::CommError,         Link::NoService, said(NO_SERVICE)),
            (Error::InvalidHandle,     Link::NoService, said(NO_SERVICE)),
            (Error::UnknownReader,     Link::Apart,     said(GONE)),
            (Error::ReaderUnavailable, Link::Apart,     said(GONE)),
            (Error::UnresponsiveCard,  Link::Apart,     said(MUTE)),
            (Error::ProtoMismatch,     Link::Apart,     said(UNKNOWN_CARD)),
            (Error::SharingViolation,  Link::Joined,    said(IN_USE)),
            (Error::SecurityViolation, Link::Joined,    said(DENIED)),
        ];
        for (error, next, tell) in table {
            let mut link = Link::Joined;
            assert_eq!((link.failed(error), link), (Advice::Tell(tell), next), "{error}");
        }
    }

    #[test]
    fn an_exchange_that_came_to_nothing_is_explained_by_a_look_at_the_reader() {
        for (seen, next, tell) in [
            (Seen::Empty, Link::Apart, ReaderError::Removed),
            (Seen::Another, Link::Apart, ReaderError::Reset),
            (Seen::Same, Link::Unpowered, ReaderError::Reset),
            (Seen::Gone, Link::Apart, said(GONE)),
        ] {
            let mut link = Link::Joined;
            assert_eq!((link.failed(Error::NotTransacted), link), (Advice::Look, Link::Joined));
            assert_eq!((link.seen(seen), link), (tell, next));
        }
    }
}
