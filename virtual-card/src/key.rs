//! The keys of a card. What goes in never comes out: there are operations, and certificates.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use signing::{Algorithm, Certificate, PrivateKey, Signer};
use zeroize::Zeroizing;

use crate::{slot::Slot, status::StatusWord};

/// Bytes of an RSA-2048 block.
const RSA_BLOCK: usize = 256;
/// Bytes of a digest that an elliptic-curve key signs.
const DIGEST: usize = 32;

/// A private key in a slot, how it signs, and the certificate that it came with. Cloning shares the key.
#[derive(Clone)]
pub struct SlotKey {
    inner: Arc<Inner>,
    rules: KeyRules,
}

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
        Self { inner: Arc::new(Inner { key, signer, certificate }), rules: KeyRules::default() }
    }

    /// The same key under these rules.
    #[must_use]
    pub fn with_rules(self, rules: KeyRules) -> Self {
        Self { rules, ..self }
    }

    /// Where the key comes from and when it may be used.
    pub fn rules(&self) -> KeyRules {
        self.rules
    }

    /// The key itself, for the card's file.
    pub(crate) fn private_key(&self) -> &PrivateKey {
        &self.inner.key
    }

    /// The key's algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.inner.key.algorithm()
    }

    /// The certificate that the key came with; the card may hold another one for the slot by now.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.inner.certificate.as_ref()
    }

    /// What makes the signatures, for reports.
    pub fn signer_name(&self) -> &'static str {
        self.inner.signer.name()
    }

    /// What a card does with tag 81: elliptic-curve keys sign a digest (a shorter one is filled with zeros on the
    /// left), an RSA key takes a padded block to the power of its private exponent.
    pub(crate) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let result = match self.algorithm() {
            Algorithm::Rsa2048 => {
                if input.len() != RSA_BLOCK {
                    return Err(StatusWord::WRONG_LENGTH);
                }
                self.inner.key.rsa_raw(input)
            }
            Algorithm::Sm2 | Algorithm::P256 => {
                let filled = DIGEST.checked_sub(input.len()).ok_or(StatusWord::WRONG_LENGTH)?;
                let mut digest = [0; DIGEST];
                digest[filled..].copy_from_slice(input);
                self.inner.signer.sign_digest(&digest)
            }
        };
        result.map_err(|_| StatusWord::WRONG_DATA)
    }

    /// What a card does with tag 85: the x coordinate of the product with a point.
    pub(crate) fn agree(&self, point: &[u8]) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
        self.inner.key.ecdh(point).map_err(|_| StatusWord::WRONG_DATA)
    }
}

impl fmt::Debug for SlotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotKey({})", self.algorithm())
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Whoever made the card put it there.
    #[default]
    Issued,
    /// The card made it.
    Generated,
    /// A terminal brought it.
    Imported,
}

/// When a key wants the PIN (Yubico's tag AA).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PinPolicy {
    /// As the slot wants it.
    #[default]
    Slot,
    /// Never.
    Never,
    /// Once, until the card is reset.
    Once,
    /// Directly before every use.
    Always,
}

/// When a key wants a touch (Yubico's tag AB). It is remembered and shown; a card in software has always been touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TouchPolicy {
    /// As the slot wants it, which is never.
    #[default]
    Slot,
    /// Never.
    Never,
    /// For every use.
    Always,
    /// For the first use in a while.
    Cached,
}

/// Where a key comes from, and what its use asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyRules {
    /// Where it comes from.
    pub origin: Origin,
    /// When it wants the PIN.
    pub pin: PinPolicy,
    /// When it wants a touch.
    pub touch: TouchPolicy,
}

impl Origin {
    /// Metadata know two origins only: whoever made the card brought its keys from outside, too.
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Generated => 1,
            Self::Issued | Self::Imported => 2,
        }
    }
}

impl PinPolicy {
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Slot => 0,
            Self::Never => 1,
            Self::Once => 2,
            Self::Always => 3,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Slot, Self::Never, Self::Once, Self::Always].into_iter().find(|policy| policy.byte() == byte)
    }
}

impl TouchPolicy {
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Slot => 0,
            Self::Never => 1,
            Self::Always => 2,
            Self::Cached => 3,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Slot, Self::Never, Self::Always, Self::Cached].into_iter().find(|policy| policy.byte() == byte)
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

    /// Puts a key into a slot, in place of the one that was there.
    pub(crate) fn set(&mut self, slot: Slot, key: SlotKey) {
        self.0.insert(slot, key);
    }

    /// The slots that hold a key, with it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &SlotKey)> {
        self.0.iter().map(|(slot, key)| (*slot, key))
    }

    /// The key in a slot.
    pub fn get(&self, slot: Slot) -> Option<&SlotKey> {
        self.0.get(&slot)
    }
}
