//! The keys of a card. What goes in never comes out: there are operations, and certificates.

use std::{collections::BTreeMap, fmt, sync::Arc};

use signing::{Algorithm, Certificate, PrivateKey, Signer};
use zeroize::Zeroizing;

use crate::{slot::Slot, status::StatusWord};

/// Bytes of an RSA-2048 block.
const RSA_BLOCK: usize = 256;
/// Bytes of a digest that an elliptic-curve key signs.
const DIGEST: usize = 32;

/// A private key in a slot, how it signs, and its certificate. Cloning shares the key.
#[derive(Clone)]
pub struct SlotKey(Arc<Inner>);

struct Inner {
    key: PrivateKey,
    signer: Box<dyn Signer>,
    certificate: Option<Certificate>,
}

impl SlotKey {
    /// A key that everyone may know, such as a committed test key: it takes the fast, variable-time path.
    pub fn fixture(key: PrivateKey, certificate: Option<Certificate>) -> Self {
        let signer = key.fixture_signer();
        Self::with_signer(key, signer, certificate)
    }

    /// A key that someone brings: it takes the constant-time path.
    pub fn constant_time(key: PrivateKey, certificate: Option<Certificate>) -> Self {
        let signer = key.signer();
        Self::with_signer(key, signer, certificate)
    }

    /// A key with a signer of the caller's choice, which must be the key's own.
    pub fn with_signer(key: PrivateKey, signer: Box<dyn Signer>, certificate: Option<Certificate>) -> Self {
        Self(Arc::new(Inner { key, signer, certificate }))
    }

    /// The key's algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.0.key.algorithm()
    }

    /// The certificate beside the key.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.0.certificate.as_ref()
    }

    /// What makes the signatures, for reports.
    pub fn signer_name(&self) -> &'static str {
        self.0.signer.name()
    }

    /// What a card does with tag 81: elliptic-curve keys sign a digest (a shorter one is filled with zeros on the
    /// left), an RSA key takes a padded block to the power of its private exponent.
    pub(crate) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let result = match self.algorithm() {
            Algorithm::Rsa2048 => {
                if input.len() != RSA_BLOCK {
                    return Err(StatusWord::WRONG_LENGTH);
                }
                self.0.key.rsa_raw(input)
            }
            Algorithm::Sm2 | Algorithm::P256 => {
                let filled = DIGEST.checked_sub(input.len()).ok_or(StatusWord::WRONG_LENGTH)?;
                let mut digest = [0; DIGEST];
                digest[filled..].copy_from_slice(input);
                self.0.signer.sign_digest(&digest)
            }
        };
        result.map_err(|_| StatusWord::WRONG_DATA)
    }

    /// What a card does with tag 85: the x coordinate of the product with a point.
    pub(crate) fn agree(&self, point: &[u8]) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
        self.0.key.ecdh(point).map_err(|_| StatusWord::WRONG_DATA)
    }
}

impl fmt::Debug for SlotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotKey({})", self.algorithm())
    }
}

/// The keys of a card by slot; slots that aren't named are empty.
#[derive(Clone, Debug, Default)]
pub struct CardKeys(BTreeMap<Slot, SlotKey>);

impl CardKeys {
    /// No key at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same keys and this one; it replaces another in the same slot.
    #[must_use]
    pub fn with(mut self, slot: Slot, key: SlotKey) -> Self {
        self.0.insert(slot, key);
        self
    }

    /// The key in a slot.
    pub fn get(&self, slot: Slot) -> Option<&SlotKey> {
        self.0.get(&slot)
    }
}
