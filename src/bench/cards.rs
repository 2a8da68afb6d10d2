//! The fixtures' keys and cards, with the fastest signer that there is for them.

use signing::{Algorithm, PrivateKey};
use virtual_card::{Card, CardFile, CardKeys, MemoryReader, Slot, SlotKey};

use super::BenchError;

/// The fixture card of an algorithm.
pub(super) struct Fixture {
    file: CardFile,
    key: PrivateKey,
}

impl Fixture {
    /// The card that signs with this algorithm.
    pub(super) fn of(algorithm: Algorithm) -> Result<Self, BenchError> {
        let text = match algorithm {
            Algorithm::Sm2 => include_str!("../../fixtures/cards/dongling-legal.json"),
            Algorithm::Rsa2048 => include_str!("../../fixtures/cards/dongling-operator.json"),
            Algorithm::P256 => include_str!("../../fixtures/cards/dongling-operator2.json"),
        };
        let file = CardFile::parse(text).map_err(|error| BenchError::Broken(error.to_string()))?;
        let held = file.slots.get(&Slot::Authentication);
        let key = held.map(|held| held.key.clone()).ok_or_else(|| BenchError::Broken("内置测试卡没有9A密钥".into()))?;
        Ok(Self { file, key })
    }

    /// The key, whose `bench_signer` is the ceiling.
    pub(super) fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// A reader with the card in it, signing with what the ceiling signs with.
    pub(super) fn reader(&self) -> MemoryReader {
        let slot = SlotKey::with_signer(self.key.clone(), self.key.bench_signer(), None);
        let keys = CardKeys::new().with(Slot::Authentication, slot);
        MemoryReader::with_card(Card::new(self.file.profile.clone(), keys))
    }
}
