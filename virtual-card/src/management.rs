//! The management key, reference 9B: who knows it may change what a card holds (SP 800-73-4 part 2, section 3.2.4).
//!
//! Two ways lead there: the terminal proves itself by answering a challenge, or both prove themselves by a witness. The
//! card never encrypts a block of the terminal's choice before the terminal has proved itself: that would answer any challenge.

use std::fmt;

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use des::TdesEde3;
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::status::StatusWord;

/// The cipher of a management key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManagementAlgorithm {
    /// Triple DES with three keys; the only one that PIV cards had at first.
    #[serde(rename = "3des")]
    TripleDes,
    /// AES with 16 bytes of key.
    Aes128,
    /// AES with 24 bytes of key.
    Aes192,
    /// AES with 32 bytes of key.
    Aes256,
}

impl ManagementAlgorithm {
    const ALL: [Self; 4] = [Self::TripleDes, Self::Aes128, Self::Aes192, Self::Aes256];

    /// The byte in commands (SP 800-78-4, table 6-2).
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::TripleDes => 0x03,
            Self::Aes128 => 0x08,
            Self::Aes192 => 0x0A,
            Self::Aes256 => 0x0C,
        }
    }

    /// The algorithm of a byte; 00 is the other name of triple DES.
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        let byte = if byte == 0 { Self::TripleDes.byte() } else { byte };
        Self::ALL.into_iter().find(|algorithm| algorithm.byte() == byte)
    }

    const fn key_bytes(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::TripleDes | Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    const fn block_bytes(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }
}

impl fmt::Display for ManagementAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TripleDes => "3DES",
            Self::Aes128 => "AES-128",
            Self::Aes192 => "AES-192",
            Self::Aes256 => "AES-256",
        })
    }
}

/// A management key. It is compared in constant time and never printed.
#[derive(Clone)]
pub struct ManagementKey {
    algorithm: ManagementAlgorithm,
    bytes: Zeroizing<Vec<u8>>,
}

impl ManagementKey {
    /// The key that every PIV card of this kind leaves the factory with, and that every tool tries first.
    pub fn factory() -> Self {
        let third = [1, 2, 3, 4, 5, 6, 7, 8];
        Self { algorithm: ManagementAlgorithm::TripleDes, bytes: Zeroizing::new([third; 3].concat()) }
    }

    /// A key of one's own; `None` if the algorithm wants another length.
    pub fn new(algorithm: ManagementAlgorithm, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == algorithm.key_bytes()).then(|| Self { algorithm, bytes: Zeroizing::new(bytes.to_vec()) })
    }

    /// Its cipher.
    pub fn algorithm(&self) -> ManagementAlgorithm {
        self.algorithm
    }

    /// Whether it is the one from the factory, which everyone knows.
    pub fn is_factory(&self) -> bool {
        *self == Self::factory()
    }

    /// The key itself, for the card's file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One block, encrypted.
    fn encrypt(&self, block: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut block = Zeroizing::new(block.to_vec());
        match self.algorithm {
            ManagementAlgorithm::TripleDes => encrypt_with::<TdesEde3>(&self.bytes, &mut block),
            ManagementAlgorithm::Aes128 => encrypt_with::<Aes128>(&self.bytes, &mut block),
            ManagementAlgorithm::Aes192 => encrypt_with::<Aes192>(&self.bytes, &mut block),
            ManagementAlgorithm::Aes256 => encrypt_with::<Aes256>(&self.bytes, &mut block),
        }
        block
    }
}

fn encrypt_with<C: KeyInit + BlockCipherEncrypt>(key: &[u8], block: &mut [u8]) {
    let cipher = C::new_from_slice(key).expect("a management key has the length of its algorithm");
    cipher.encrypt_block(block.try_into().expect("only whole blocks come here"));
}

impl PartialEq for ManagementKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.bytes.ct_eq(&other.bytes).into()
    }
}

impl fmt::Debug for ManagementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManagementKey({}, *)", self.algorithm)
    }
}

/// What the terminal has to answer with; it may try once.
#[derive(Clone)]
enum Pending {
    /// The card sent this block in the clear and wants it encrypted.
    Challenge(Zeroizing<Vec<u8>>),
    /// The card sent this block encrypted and wants it in the clear.
    Witness(Zeroizing<Vec<u8>>),
}

/// The management key of a card, and whether someone has proved to know it.
#[derive(Clone)]
pub(crate) struct Management {
    key: ManagementKey,
    allowed: bool,
    pending: Option<Pending>,
}

impl Management {
    pub(crate) fn new(key: ManagementKey) -> Self {
        Self { key, allowed: false, pending: None }
    }

    pub(crate) fn key(&self) -> &ManagementKey {
        &self.key
    }

    /// Who has proved to know the old key may set a new one, and goes on being trusted.
    pub(crate) fn set(&mut self, key: ManagementKey) {
        self.key = key;
        self.pending = None;
    }

    /// Power off or reset.
    pub(crate) fn forget(&mut self) {
        self.allowed = false;
        self.pending = None;
    }

    /// 6982 until somebody has proved to know the key.
    pub(crate) fn require(&self) -> Result<(), StatusWord> {
        if self.allowed { Ok(()) } else { Err(StatusWord::SECURITY_NOT_SATISFIED) }
    }

    /// A random block for the terminal to encrypt. Common software also takes it for plain random numbers, so asking
    /// changes nothing for who has proved himself before.
    pub(crate) fn challenge(&mut self, random: &mut impl Rng) -> Vec<u8> {
        let block = self.block(random);
        self.pending = Some(Pending::Challenge(block.clone()));
        block.to_vec()
    }

    /// A random block, encrypted, for the terminal to decrypt.
    pub(crate) fn witness(&mut self, random: &mut impl Rng) -> Vec<u8> {
        let block = self.block(random);
        let encrypted = self.key.encrypt(&block);
        self.pending = Some(Pending::Witness(block));
        encrypted.to_vec()
    }

    /// The terminal's answer to [`Management::challenge`].
    pub(crate) fn answer(&mut self, response: &[u8]) -> Result<(), StatusWord> {
        match self.pending.take() {
            Some(Pending::Challenge(block)) => self.judge(&self.key.encrypt(&block), response),
            Some(Pending::Witness(_)) | None => self.refuse(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }

    /// The terminal's answer to [`Management::witness`], and its own challenge, which the card answers in turn.
    pub(crate) fn prove(&mut self, witness: &[u8], challenge: &[u8]) -> Result<Vec<u8>, StatusWord> {
        match self.pending.take() {
            Some(Pending::Witness(block)) if challenge.len() == block.len() => {
                self.judge(&block, witness)?;
                Ok(self.key.encrypt(challenge).to_vec())
            }
            Some(Pending::Witness(_)) => self.refuse(StatusWord::WRONG_DATA),
            Some(Pending::Challenge(_)) | None => self.refuse(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }

    fn block(&self, random: &mut impl Rng) -> Zeroizing<Vec<u8>> {
        let mut block = Zeroizing::new(vec![0; self.key.algorithm.block_bytes()]);
        random.fill_bytes(&mut block);
        block
    }

    /// A wrong answer ends what a right one had won.
    fn judge(&mut self, expected: &[u8], given: &[u8]) -> Result<(), StatusWord> {
        self.allowed = expected.ct_eq(given).into();
        self.require()
    }

    fn refuse<T>(&mut self, status: StatusWord) -> Result<T, StatusWord> {
        self.allowed = false;
        Err(status)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn blocks_are_encrypted_as_the_standards_say() {
        // SP 800-20, appendix A, table 1: the first variable plaintext, every key byte 01.
        let key = ManagementKey::new(ManagementAlgorithm::TripleDes, &[1; 24]).unwrap();
        let plain = [0x80, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(*key.encrypt(&plain), [0x95, 0xF8, 0xA5, 0xE5, 0xDD, 0x31, 0xD9, 0x00]);
        // FIPS 197, appendix C: 128, 192 and 256 bits.
        let plain: Vec<u8> = (0..16).map(|i| i * 0x11).collect();
        for (algorithm, first, last) in [
            (ManagementAlgorithm::Aes128, 0x69, 0x5A),
            (ManagementAlgorithm::Aes192, 0xDD, 0x91),
            (ManagementAlgorithm::Aes256, 0x8E, 0x89),
        ] {
            let bytes: Vec<u8> = (0..32).collect();
            let key = ManagementKey::new(algorithm, &bytes[..algorithm.key_bytes()]).unwrap();
            let block = key.encrypt(&plain);
            assert_eq!((block[0], block[15]), (first, last), "{algorithm}");
        }
    }

    #[test]
    fn a_key_has_the_length_of_its_algorithm_and_is_not_printed() {
        assert!(ManagementKey::new(ManagementAlgorithm::Aes256, &[1; 24]).is_none());
        assert!(ManagementKey::factory().is_factory());
        let own = ManagementKey::new(ManagementAlgorithm::Aes192, &[0x41; 24]).unwrap();
        assert!(!own.is_factory());
        assert_eq!(format!("{own:?}"), "ManagementKey(AES-192, *)");
    }

    #[test]
    fn a_challenge_is_good_for_one_answer_and_a_wrong_one_ends_all_rights() {
        let mut random = ChaCha20Rng::from_seed([1; 32]);
        let mut management = Management::new(ManagementKey::factory());
        let block = management.challenge(&mut random);
        let right = ManagementKey::factory().encrypt(&block);
        assert_eq!(management.answer(&right), Ok(()));
        assert_eq!(management.require(), Ok(()));
        assert_eq!(management.answer(&right), Err(StatusWord::CONDITIONS_NOT_SATISFIED), "it was used up");
        assert_eq!(management.require(), Err(StatusWord::SECURITY_NOT_SATISFIED));
        management.challenge(&mut random);
        assert_eq!(management.answer(&right), Err(StatusWord::SECURITY_NOT_SATISFIED));
        let block = management.challenge(&mut random);
        assert_eq!(management.prove(&block, &[0; 8]), Err(StatusWord::CONDITIONS_NOT_SATISFIED), "no witness");
    }

    #[test]
    fn a_witness_proves_both_sides() {
        let mut random = ChaCha20Rng::from_seed([1; 32]);
        let mut management = Management::new(ManagementKey::factory());
        let encrypted = management.witness(&mut random);
        let Some(Pending::Witness(block)) = management.pending.clone() else { panic!("no witness") };
        assert_eq!(*ManagementKey::factory().encrypt(&block), encrypted);
        assert_eq!(management.prove(&block, &[7; 8]), Ok(ManagementKey::factory().encrypt(&[7; 8]).to_vec()));
        assert_eq!(management.require(), Ok(()));
        management.witness(&mut random);
        assert_eq!(management.prove(&[0; 8], &[7; 8]), Err(StatusWord::SECURITY_NOT_SATISFIED));
        assert_eq!(management.require(), Err(StatusWord::SECURITY_NOT_SATISFIED));
    }
}
