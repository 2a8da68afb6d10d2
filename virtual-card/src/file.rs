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

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use signing::{Certificate, PrivateKey};
use zeroize::Zeroizing;

use crate::{
    card::Card,
    issue::{NotRole, Role},
    key::{CardKeys, KeyRules, Origin, PinPolicy, SlotKey, TouchPolicy},
    management::{ManagementAlgorithm, ManagementKey},
    object::{Objects, certificate_object},
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
/// So many temporary files may lie beside a card file before writing is given up.
const MAX_LEFTOVERS: u32 = 1000;

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
    /// PIN, PUK, their limits, the management key, and the card's number.
    pub profile: Profile,
    /// Tries that are left for the PIN.
    pub pin_left: u8,
    /// Tries that are left for the PUK.
    pub puk_left: u8,
    /// The keys, each with its certificate.
    pub slots: BTreeMap<Slot, CardFileSlot>,
    /// What else was put on the card, certificates of other keys and of none among it.
    pub objects: Objects,
}

/// A key and its certificate in a [`CardFile`].
#[derive(Clone, Debug)]
pub struct CardFileSlot {
    /// The private key.
    pub key: PrivateKey,
    /// Its certificate, if the card holds that one in the slot's object.
    pub certificate: Option<Certificate>,
    /// Where the key comes from and when it may be used.
    pub rules: KeyRules,
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
    /// The management key isn't as long as its algorithm wants, or no hexadecimal number.
    #[error("管理密钥的长度与算法不符，或不是十六进制数字")]
    ManagementKey,
    /// An object has no tag that can be written, or more bytes than there is room for.
    #[error("对象「{0}」有误：标签或长度不合，或不是Base64")]
    Object(String),
    /// The system has none.
    #[error("系统没有随机数：{0}")]
    NoRandomness(String),
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
    // A program that doesn't know these refuses the file, rather than lose them when it writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    management_key: Option<StoredManagementKey>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    objects: BTreeMap<String, String>,
}

/// Written unless it is the one from the factory.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredManagementKey {
    algorithm: ManagementAlgorithm,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSlot {
    slot: String,
    algorithm: String,
    key: String,
    certificate: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    origin: Origin,
    #[serde(default, skip_serializing_if = "is_default")]
    pin_policy: PinPolicy,
    #[serde(default, skip_serializing_if = "is_default")]
    touch_policy: TouchPolicy,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
        if let Some(stored) = stored.management_key {
            profile.management_key = stored.read()?;
        }
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
            objects: read_objects(&stored.objects)?,
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
            origin: held.rules.origin,
            pin_policy: held.rules.pin,
            touch_policy: held.rules.touch,
        });
        let own = Some(&self.profile.management_key).filter(|key| !key.is_factory());
        let objects = self.objects.iter().map(|(tag, content)| (format!("{tag:06X}"), BASE64.encode(content)));
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
            guid: to_hex(&self.profile.guid),
            pin: self.profile.pin.digits().to_string(),
            pin_tries: self.profile.pin_tries,
            pin_left: self.pin_left,
            puk: self.profile.puk.characters().to_string(),
            puk_tries: self.profile.puk_tries,
            puk_left: self.puk_left,
            sm2_algorithm: self.profile.sm2_algorithm,
            slots: slots.collect(),
            management_key: own.map(|key| StoredManagementKey { algorithm: key.algorithm(), key: to_hex(key.bytes()) }),
            objects: objects.collect(),
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
        let (temporary, _lock) = self.write_beside(path)?;
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
        let (temporary, lock) = self.write_beside(path)?;
        let renamed = fs::rename(&temporary, path).map(|()| lock);
        renamed.map_err(|source| {
            // The file that couldn't be moved is of no use; the first error is the one to report.
            fs::remove_file(&temporary).ok();
            CardFileError::Io { path: path.into(), source }
        })
    }

    /// Writes a file with a name of its own beside `path`, and locks it. One that has the name already belongs to another
    /// thread or was left by a program that was killed, which may have had our number.
    fn write_beside(&self, path: &Path) -> Result<(PathBuf, fs::File), CardFileError> {
        let io = |source| CardFileError::Io { path: path.into(), source };
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (temporary, mut file) = (0..MAX_LEFTOVERS)
            .map(|number| path.with_file_name(format!(".{name}.{}.{number}.tmp", process::id())))
            .find_map(|temporary| match options.open(&temporary) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                opened => Some(opened.map(|file| (temporary, file))),
            })
            .unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into()))
            .map_err(io)?;
        let written =
            file.lock().and_then(|()| file.write_all(self.to_json().as_bytes())).and_then(|()| file.sync_all());
        written.map_err(|source| {
            // Half a file is of no use; the first error is the one to report.
            fs::remove_file(&temporary).ok();
            io(source)
        })?;
        Ok((temporary, file))
    }

    /// Takes away what programs that were killed left beside the card file at `path`: nobody holds it, and there are keys in it.
    /// What can't be taken away hinders nobody.
    pub(crate) fn sweep(path: &Path) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
            return;
        };
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_str().is_some_and(|found| is_temporary(found, name))
                && fs::File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
            {
                fs::remove_file(entry.path()).ok();
            }
        }
    }

    /// The card, not yet powered, with the tries that the file remembers. Its random numbers are the same each time: for a card
    /// that people work with, use a [`CardSession`](crate::CardSession).
    pub fn card(&self) -> Card {
        let keys = self.slots.iter().fold(CardKeys::new(), |keys, (slot, held)| {
            let (key, certificate) = (held.key.clone(), held.certificate.clone());
            let make = if self.fixture { SlotKey::fixture } else { SlotKey::constant_time };
            keys.with(*slot, make(key, certificate).with_rules(held.rules))
        });
        let card = Card::new(self.profile.clone(), keys).with_left(self.pin_left, self.puk_left);
        let card = card.with_objects(&self.objects);
        if self.fixture { card.with_fixture_keys() } else { card }
    }

    /// Takes over what using the card has changed: PIN, PUK and tries, keys, objects, the management key. Says whether
    /// anything had. It is called after every command, so it looks before it copies.
    pub fn keep(&mut self, card: &Card) -> bool {
        let (state, limits, (pin, puk)) = (card.pin_state(), card.limits(), card.secrets());
        let profile = &self.profile;
        let same_secrets = profile.pin.padded() == pin.padded() && profile.puk.padded() == puk.padded();
        let same_tries = (profile.pin_tries, profile.puk_tries) == limits
            && (self.pin_left, self.puk_left) == (state.pin_left, state.puk_left);
        let same_contents = self.holds(card.keys()) && self.all_objects() == *card.objects();
        if same_secrets && same_tries && same_contents && profile.management_key == *card.management_key() {
            return false;
        }
        (self.profile.pin, self.profile.puk) = (pin, puk);
        (self.profile.pin_tries, self.profile.puk_tries) = limits;
        self.profile.management_key = card.management_key().clone();
        (self.pin_left, self.puk_left) = (state.pin_left, state.puk_left);
        if !same_contents {
            self.take_contents(card);
        }
        true
    }

    /// Whether the file holds these very keys under the same rules.
    fn holds(&self, keys: &CardKeys) -> bool {
        let same = |(slot, key): (Slot, &SlotKey)| {
            let public = key.private_key().public_key();
            self.slots.get(&slot).is_some_and(|held| held.key.public_key() == public && held.rules == key.rules())
        };
        keys.iter().count() == self.slots.len() && keys.iter().all(same)
    }

    /// The objects of the card as the file holds them: those of the slots' certificates and the others.
    fn all_objects(&self) -> Objects {
        let mut objects = Objects::new();
        for (slot, certificate) in self.slots.iter().filter_map(|(slot, held)| Some((slot, held.certificate.as_ref()?)))
        {
            objects.certify(*slot, certificate);
        }
        objects.extend(&self.objects);
        objects
    }

    /// A certificate goes beside its key if it is the key's and its object is of the usual form; else it is an object.
    fn take_contents(&mut self, card: &Card) {
        self.objects = card.objects().clone();
        self.slots = BTreeMap::new();
        for (slot, held) in card.keys().iter() {
            let key = held.private_key().clone();
            let certificate = card.certificate(slot).filter(|certificate| {
                certificate.public_key() == key.public_key()
                    && self.objects.get(slot.certificate_tag()) == Some(&certificate_object(certificate))
            });
            if certificate.is_some() {
                self.objects.take(slot.certificate_tag());
            }
            self.slots.insert(slot, CardFileSlot { key, certificate, rules: held.rules() });
        }
    }
}

/// Whether `found` is a name that [`CardFile::write_beside`] gives, now or in earlier versions: `.card.json.4711.0.tmp`.
fn is_temporary(found: &str, name: &str) -> bool {
    let numbers = found.strip_prefix('.').and_then(|rest| rest.strip_prefix(name));
    let numbers = numbers.and_then(|rest| rest.strip_prefix('.')).and_then(|rest| rest.strip_suffix(".tmp"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|numbers| numbers.split('.').count() <= 2 && numbers.split('.').all(is_number))
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
        let rules = KeyRules { origin: self.origin, pin: self.pin_policy, touch: self.touch_policy };
        Ok(CardFileSlot { key, certificate, rules })
    }
}

impl StoredManagementKey {
    fn read(&self) -> Result<ManagementKey, CardFileError> {
        let bytes = Zeroizing::new(from_hex(&self.key).ok_or(CardFileError::ManagementKey)?);
        ManagementKey::new(self.algorithm, &bytes).ok_or(CardFileError::ManagementKey)
    }
}

fn read_objects(stored: &BTreeMap<String, String>) -> Result<Objects, CardFileError> {
    let mut objects = Objects::new();
    for (tag, content) in stored {
        let mut read = || {
            let number = u32::from_str_radix(tag, 16).ok().filter(|number| format!("{number:06X}") == *tag)?;
            objects.put(number, &BASE64.decode(content).ok()?).ok()
        };
        read().ok_or_else(|| CardFileError::Object(tag.clone()))?;
    }
    Ok(objects)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lower-case digits, two for each byte.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits = text.as_bytes().iter().map(digit).collect::<Option<Vec<_>>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn guid_from_hex(text: &str) -> Option<[u8; 16]> {
    from_hex(text)?.try_into().ok()
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
