//! The three algorithm families, and their names in files and on the command line.

use std::{fmt, str::FromStr};

use const_oid::ObjectIdentifier;

use crate::SigningError;

/// A signature algorithm with its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SM2 with SM3 (GB/T 32918), identity 1234567812345678.
    Sm2,
    /// RSA with a modulus of 2048 bits, PKCS#1 v1.5, SHA-256.
    Rsa2048,
    /// ECDSA on P-256 with SHA-256.
    P256,
}

pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(crate) const P256_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(crate) const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

impl Algorithm {
    /// All of them, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Sm2, Self::Rsa2048, Self::P256];

    /// "sm2", "rsa2048" or "p256".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm2 => "sm2",
            Self::Rsa2048 => "rsa2048",
            Self::P256 => "p256",
        }
    }

    /// The identifier of the signature algorithm in certificates (GM/T 0015, RFC 8017, RFC 5758).
    pub(crate) const fn signature_oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm2 => ObjectIdentifier::new_unwrap("1.2.156.10197.1.501"),
            Self::Rsa2048 => ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"),
            Self::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = SigningError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| SigningError::UnknownAlgorithm { found: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        assert_eq!("sm2".parse::<Algorithm>().unwrap(), Algorithm::Sm2);
        assert_eq!("rsa2048".parse::<Algorithm>().unwrap(), Algorithm::Rsa2048);
        assert_eq!("p256".parse::<Algorithm>().unwrap(), Algorithm::P256);
        assert_eq!("SM2".parse::<Algorithm>().unwrap_err().to_string(), "没有「SM2」这种算法，可选 sm2、rsa2048、p256");
        assert_eq!(Algorithm::P256.to_string(), "p256");
    }
}
