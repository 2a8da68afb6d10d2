//! The places on a PIV card that hold a key and its certificate (SP 800-73-4 part 1, table 4b).

use std::{fmt, str::FromStr};

/// A key slot, with the rule of when its key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// 9A: login and signing, after the PIN was verified.
    Authentication,
    /// 9C: digital signature, PIN before every use.
    Signature,
    /// 9D: key management (decryption), after the PIN was verified.
    KeyManagement,
    /// 9E: card authentication, without PIN.
    CardAuthentication,
}

impl Slot {
    /// All slots in the order of their references.
    pub const ALL: [Self; 4] = [Self::Authentication, Self::Signature, Self::KeyManagement, Self::CardAuthentication];

    /// The byte that names the slot in commands.
    pub const fn reference(self) -> u8 {
        match self {
            Self::Authentication => 0x9A,
            Self::Signature => 0x9C,
            Self::KeyManagement => 0x9D,
            Self::CardAuthentication => 0x9E,
        }
    }

    /// The slot with this reference byte.
    pub fn from_reference(reference: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.reference() == reference)
    }

    /// The tag of the object that holds the slot's certificate.
    pub const fn certificate_tag(self) -> u32 {
        match self {
            Self::Authentication => 0x5F_C105,
            Self::Signature => 0x5F_C10A,
            Self::KeyManagement => 0x5F_C10B,
            Self::CardAuthentication => 0x5F_C101,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.reference())
    }
}

/// The text names no slot.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("没有「{0}」这个密钥槽，可用9A、9C、9D、9E")]
pub struct NotSlot(String);

impl FromStr for Slot {
    type Err = NotSlot;
    fn from_str(text: &str) -> Result<Self, NotSlot> {
        let found = Self::ALL.into_iter().find(|slot| slot.to_string().eq_ignore_ascii_case(text));
        found.ok_or_else(|| NotSlot(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_named_by_their_reference() {
        assert_eq!("9d".parse(), Ok(Slot::KeyManagement));
        assert_eq!(Slot::Authentication.to_string(), "9A");
        assert_eq!("9B".parse::<Slot>(), Err(NotSlot("9B".into())));
        assert_eq!(Slot::from_reference(0x9E), Some(Slot::CardAuthentication));
        assert_eq!(Slot::from_reference(0x9B), None);
    }
}
