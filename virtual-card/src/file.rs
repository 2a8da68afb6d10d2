//! The file of a test card: its keys, certificates, PIN and tries as JSON, in the clear, and marked as what it is.
//!
//! A file is written completely or not at all, and for its owner's eyes only (mode 0600). A real card's key can never be
//! in one, since it can't be taken out of a real card.

use std::{
    collections::BTreeMap,
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};
use signing::{Certificate, PrivateKey};

use crate::{
    card::Card,
    issue::{NotRole, Role},
    key::{CardKeys, SlotKey},
    pin::{Pin, PinFormat, Puk},
    profile::Profile,
    slot::Slot,
};

const KIND: &str = "TEST CARD";
const NOTE: &str = "A card for tests. Its private keys lie here in the clear: trust nothing that they sign.";
/// The version that is written. Older ones would be read as well, if there were any.
const VERSION: u32 = 1;
/// No card file is longer; what is, is something else.
const MAX_BYTES: u64 = 256 * 1024;

/// A card as its file holds it.
#[derive(Clone, Debug)]
pub struct CardFile {
    /// Who holds the card.
    pub holder: String,
    /// The enterprise that the card belongs to.
    pub company: String,
    /// The enterprise's unified social credit code.
    pub uscc: String,
    /// What the holder may do.
    pub role: Role,
    /// The number printed on the card.
    pub card_number: String,
    /// Everyone may know the keys of a fixture; they take the fast, variable-time path.
    pub fixture: bool,
    /// PIN, PUK, their limits, and the card's number.
    pub profile: Profile,
    /// Tries that are left for the PIN.
    pub pin_left: u8,
    /// Tries that are left for the PUK.
    pub puk_left: u8,
    /// The keys and certificates.
    pub slots: BTreeMap<Slot, CardFileSlot>,
}

/// A key and its certificate in a [`CardFile`].
#[derive(Clone, Debug)]
pub struct CardFileSlot {
    /// The private key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Option<Certificate>,
}

/// Why a card file can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CardFileError {
    /// The file system refuses.
    #[error("无法读写卡文件 {path}：{source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is a file already, and it stays.
    #[error("文件 {0} 已存在，不予覆盖")]
    Exists(PathBuf),
    /// Longer than any card file.
    #[error("文件超过{MAX_BYTES}字节，不是测试卡文件")]
    TooLong,
    /// No JSON of the right shape.
    #[error("不是测试卡文件：{0}")]
    Form(#[from] serde_json::Error),
    /// The mark of a test card is missing.
    #[error("文件没有「{KIND}」标记，不是测试卡文件")]
    NotTestCard,
    /// Written by a newer program.
    #[error("卡文件版本为{0}，本程序只认识版本{VERSION}")]
    Version(u32),
    /// A slot appears twice, or its name is none.
    #[error("密钥槽「{0}」重复或不存在")]
    Slot(String),
    /// The key of a slot can't be read.
    #[error("密钥槽{slot}的私钥有误：{source}")]
    Key {
        /// The slot.
        slot: Slot,
        /// What is wrong.
        source: signing::SigningError,
    },
    /// The certificate of a slot can't be read.
    #[error("密钥槽{slot}的证书有误：{source}")]
    Certificate {
        /// The slot.
        slot: Slot,
        /// What is wrong.
        source: signing::CertificateError,
    },
    /// The certificate of a slot is that of another key.
    #[error("密钥槽{0}的证书与私钥不符")]
    Mismatch(Slot),
    /// The role is none.
    #[error(transparent)]
    Role(#[from] NotRole),
    /// The card's number isn't 32 hexadecimal digits.
    #[error("guid应为32位十六进制数字")]
    Guid,
    /// The PIN or PUK has the wrong form.
    #[error(transparent)]
    Pin(#[from] PinFormat),
    /// The tries are more than a card can count.
    #[error("口令尝试次数应为1至15，剩余次数不得更多")]
    Tries,
}

/// The JSON, name by name.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kind: String,
    version: u32,
    #[serde(default)]
    note: String,
    fixture: bool,
    holder: String,
    company: String,
    uscc: String,
    role: String,
    card_number: String,
    guid: String,
    pin: String,
    pin_tries: u8,
    pin_left: u8,
    puk: String,
    puk_tries: u8,
    puk_left: u8,
    sm2_algorithm: u8,
    slots: Vec<StoredSlot>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSlot {
    slot: String,
    algorithm: String,
    key: String,
    certificate: Option<String>,
}

impl CardFile {
    /// Reads the text of a card file.
    ///
    /// # Errors
    /// If it isn't one, or its keys and certificates don't belong together.
    pub fn parse(text: &str) -> Result<Self, CardFileError> {
        let marks: serde_json::Value = serde_json::from_str(text)?;
        if marks.get("kind").and_then(|kind| kind.as_str()) != Some(KIND) {
            return Err(CardFileError::NotTestCard);
        }
        let stored: Stored = serde_json::from_str(text)?;
        if stored.version != VERSION {
            return Err(CardFileError::Version(stored.version));
        }
        let limits = 1..=15;
        if !limits.contains(&stored.pin_tries)
            || !limits.contains(&stored.puk_tries)
            || stored.pin_left > stored.pin_tries
            || stored.puk_left > stored.puk_tries
        {
            return Err(CardFileError::Tries);
        }
        let mut profile = Profile::factory(guid_from_hex(&stored.guid).ok_or(CardFileError::Guid)?);
        profile.pin = Pin::parse(&stored.pin)?;
        profile.puk = Puk::parse(&stored.puk)?;
        profile.pin_tries = stored.pin_tries;
        profile.puk_tries = stored.puk_tries;
        profile.sm2_algorithm = stored.sm2_algorithm;
        let mut slots = BTreeMap::new();
        for stored in stored.slots {
            let slot = stored.slot.parse().map_err(|_| CardFileError::Slot(stored.slot.clone()))?;
            if slots.insert(slot, stored.read(slot)?).is_some() {
                return Err(CardFileError::Slot(stored.slot));
            }
        }
        Ok(Self {
            holder: stored.holder,
            company: stored.company,
            uscc: stored.uscc,
            role: stored.role.parse()?,
            card_number: stored.card_number,
            fixture: stored.fixture,
            profile,
            pin_left: stored.pin_left,
            puk_left: stored.puk_left,
            slots,
        })
    }

    /// Reads a card file.
    ///
    /// # Errors
    /// As [`CardFile::parse`], or if the file can't be read.
    pub fn load(path: &Path) -> Result<Self, CardFileError> {
        let io = |source| CardFileError::Io { path: path.into(), source };
        let file = fs::File::open(path).map_err(io)?;
        // Not the length that the system tells: a device has none, and no end either.
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(CardFileError::TooLong);
        }
        Self::parse(&String::from_utf8(bytes).map_err(|_| CardFileError::NotTestCard)?)
    }

    /// The text of the card file: the same card gives the same text.
    pub fn to_json(&self) -> String {
        let slots = self.slots.iter().map(|(slot, held)| StoredSlot {
            slot: slot.to_string(),
            algorithm: held.key.algorithm().to_string(),
            key: held.key.to_pkcs8_pem().to_string(),
            certificate: held.certificate.as_ref().map(Certificate::to_pem),
        });
        let stored = Stored {
            kind: KIND.into(),
            version: VERSION,
            note: NOTE.into(),
            fixture: self.fixture,
            holder: self.holder.clone(),
            company: self.company.clone(),
            uscc: self.uscc.clone(),
            role: self.role.to_string(),
            card_number: self.card_number.clone(),
            guid: guid_to_hex(&self.profile.guid),
            pin: self.profile.pin.digits().to_string(),
            pin_tries: self.profile.pin_tries,
            pin_left: self.pin_left,
            puk: self.profile.puk.characters().to_string(),
            puk_tries: self.profile.puk_tries,
            puk_left: self.puk_left,
            sm2_algorithm: self.profile.sm2_algorithm,
            slots: slots.collect(),
        };
        let mut text = serde_json::to_string_pretty(&stored).expect("texts and numbers are always JSON");
        text.push('\n');
        text
    }

    /// Writes a new file, which appears complete or not at all.
    ///
    /// # Errors
    /// [`CardFileError::Exists`] if there is something at `path`; it is left as it was.
    pub fn create(&self, path: &Path) -> Result<(), CardFileError> {
        let temporary = self.write_beside(path)?;
        // A hard link, unlike a rename, fails if the name is taken.
        let linked = fs::hard_link(&temporary, path);
        let removed = fs::remove_file(&temporary);
        linked.and(removed).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => CardFileError::Exists(path.into()),
            _ => CardFileError::Io { path: path.into(), source },
        })
    }

    /// Writes the file in place of what was there; a reader sees the old or the new one. Of those who do this at once the
    /// last one wins: where that matters, use a [`CardSession`](crate::CardSession).
    ///
    /// # Errors
    /// If the file system refuses; then the old file is still there.
    pub fn replace(&self, path: &Path) -> Result<(), CardFileError> {
        self.replace_locked(path).map(drop)
    }

    /// As [`CardFile::replace`]; the new file was locked before it got its name.
    pub(crate) fn replace_locked(&self, path: &Path) -> Result<fs::File, CardFileError> {
        let temporary = self.write_beside(path)?;
        let locked = fs::File::open(&temporary).and_then(|file| {
            file.lock()?;
            fs::rename(&temporary, path)?;
            Ok(file)
        });
        locked.map_err(|source| {
            // The file that couldn't be moved is of no use; the first error is the one to report.
            fs::remove_file(&temporary).ok();
            CardFileError::Io { path: path.into(), source }
        })
    }

    fn write_beside(&self, path: &Path) -> Result<PathBuf, CardFileError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.{}.tmp", process::id()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&temporary).and_then(|mut file| {
            file.write_all(self.to_json().as_bytes())?;
            file.sync_all()
        });
        written.map_err(|source| CardFileError::Io { path: path.into(), source })?;
        Ok(temporary)
    }

    /// The card, not yet powered, with the tries that the file remembers.
    pub fn card(&self) -> Card {
        let keys = self.slots.iter().fold(CardKeys::new(), |keys, (slot, held)| {
            let (key, certificate) = (held.key.clone(), held.certificate.clone());
            let make = if self.fixture { SlotKey::fixture } else { SlotKey::constant_time };
            keys.with(*slot, make(key, certificate))
        });
        Card::new(self.profile.clone(), keys).with_left(self.pin_left, self.puk_left)
    }

    /// Takes over what using the card has changed: PIN, PUK and tries. Says whether anything had.
    pub fn keep(&mut self, card: &Card) -> bool {
        let before = self.to_json();
        let state = card.pin_state();
        (self.profile.pin, self.profile.puk) = card.secrets();
        self.pin_left = state.pin_left;
        self.puk_left = state.puk_left;
        self.to_json() != before
    }
}

impl StoredSlot {
    fn read(&self, slot: Slot) -> Result<CardFileSlot, CardFileError> {
        let key = PrivateKey::from_pkcs8_pem(&self.key).map_err(|source| CardFileError::Key { slot, source })?;
        let certificate = self.certificate.as_deref().map(Certificate::from_pem).transpose();
        let certificate = certificate.map_err(|source| CardFileError::Certificate { slot, source })?;
        let fits = |certificate: &Certificate| certificate.public_key() == key.public_key();
        if key.algorithm().to_string() != self.algorithm || !certificate.as_ref().is_none_or(fits) {
            return Err(CardFileError::Mismatch(slot));
        }
        Ok(CardFileSlot { key, certificate })
    }
}

fn guid_to_hex(guid: &[u8; 16]) -> String {
    guid.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn guid_from_hex(text: &str) -> Option<[u8; 16]> {
    let lower_case = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if text.len() != 32 || !text.as_bytes().iter().all(lower_case) {
        return None;
    }
    Some(u128::from_str_radix(text, 16).ok()?.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use signing::{Algorithm, TestCa};

    use super::*;
    use crate::issue::{Holder, issue};

    fn file() -> CardFile {
        let rng = &mut ChaCha20Rng::from_seed([3; 32]);
        let ca = TestCa::new_root("测试根", PrivateKey::generate(Algorithm::Sm2, rng).unwrap(), 0, 4_102_444_799);
        let holder =
            Holder { name: "张三", company: "虚构公司", uscc: "91110000600037341L", role: Role::Operator };
        issue(&ca.unwrap(), &holder, Algorithm::Sm2, rng).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_and_only_the_owner_may() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.json");
        let file = file();
        file.create(&path).unwrap();
        assert_eq!(CardFile::load(&path).unwrap().to_json(), file.to_json());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary stays behind");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        assert!(matches!(file.create(&path), Err(CardFileError::Exists(_))));
        file.replace(&path).unwrap();
    }

    #[test]
    fn what_using_the_card_changed_is_kept() {
        let mut file = file();
        let mut card = file.card();
        assert!(!file.keep(&card));
        card.lock();
        assert!(file.keep(&card));
        assert_eq!((file.pin_left, file.card().pin_state().pin_left), (0, 0));
    }

    #[test]
    fn a_file_that_is_no_sound_test_card_is_refused() {
        let sound = file().to_json();
        let refused = |from: &str, to: &str| CardFile::parse(&sound.replacen(from, to, 1)).map(|_| ()).unwrap_err();
        assert!(matches!(refused("TEST CARD", "CARD"), CardFileError::NotTestCard));
        assert!(matches!(refused("\"version\": 1", "\"version\": 2"), CardFileError::Version(2)));
        assert!(matches!(refused("\"pin\": \"88888888\"", "\"pin\": \"1\""), CardFileError::Pin(PinFormat::Pin)));
        assert!(matches!(refused("\"pin_left\": 5", "\"pin_left\": 6"), CardFileError::Tries));
        assert!(matches!(refused("\"9D\"", "\"9A\""), CardFileError::Slot(_)));
        assert!(matches!(refused("\"9D\"", "\"9B\""), CardFileError::Slot(_)));
        assert!(matches!(refused("\"algorithm\": \"sm2\"", "\"algorithm\": \"p256\""), CardFileError::Mismatch(_)));
        assert!(matches!(refused("操作员", "经理"), CardFileError::Role(_)));
        assert!(matches!(refused("\"holder\"", "\"owner\""), CardFileError::Form(_)));
        assert!(matches!(refused("\"guid\": \"", "\"guid\": \"+"), CardFileError::Guid));
    }
}
