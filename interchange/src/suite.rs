//! The three ways in which messages can be sealed.

use std::{fmt, str::FromStr};

/// How messages are sealed; chosen once for a world, by `--seal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// SM2 with SM3, SM2 key transport, SM4-CBC.
    Sm2,
    /// RSA-2048 with SHA-256, RSA key transport, AES-256-CBC.
    Rsa,
    /// HMAC-SHA-256 under a secret that all parties of a world share. No encryption, no certificates:
    /// for exploring many worlds fast, and for nothing else.
    Mac,
}

impl Suite {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sm2, Self::Rsa, Self::Mac];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm2 => "sm2",
            Self::Rsa => "rsa",
            Self::Mac => "mac",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no suite of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("没有「{0}」这种报文封装方式：应为 sm2、rsa 或 mac")]
pub struct UnknownSuite(pub String);

impl FromStr for Suite {
    type Err = UnknownSuite;
    fn from_str(text: &str) -> Result<Self, UnknownSuite> {
        Self::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| UnknownSuite(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_read_by_the_name_that_it_shows() {
        assert_eq!("sm2".parse(), Ok(Suite::Sm2));
        assert_eq!("rsa".parse(), Ok(Suite::Rsa));
        assert_eq!("mac".parse(), Ok(Suite::Mac));
        assert_eq!("SM2".parse::<Suite>(), Err(UnknownSuite("SM2".into())));
        assert_eq!(Suite::Mac.to_string(), "mac");
    }
}
