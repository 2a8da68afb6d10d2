//! The data objects that GET DATA shows (SP 800-73-4 part 1, section 3): those that every card has of itself, made from its
//! number, and those that were put there. No private key is ever among them.

use std::{collections::BTreeMap, fmt, sync::Arc};

use signing::Certificate;

use crate::{slot::Slot, status::StatusWord, tlv};

/// The application identifier of PIV with its version 1.0.
pub(crate) const AID: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
/// How much of an AID is the registered provider.
pub(crate) const PROVIDER: usize = 5;

const DISCOVERY: u32 = 0x7E;
const CHUID: u32 = 0x5F_C102;
const CAPABILITIES: u32 = 0x5F_C107;
/// The objects that may be told only after the PIN (part 1, table 2): fingerprints, face, printed information, iris. Tools
/// keep a management key that the PIN protects in the printed information.
const AFTER_PIN: [u32; 4] = [0x5F_C103, 0x5F_C108, PRINTED, 0x5F_C121];
/// The printed information.
pub(crate) const PRINTED: u32 = 0x5F_C109;
/// Where tags of objects lie that can be written, those of the standard and those of Yubico.
const WRITABLE: std::ops::RangeInclusive<u32> = 0x5F_0000..=0x5F_FFFF;
/// The longest content of an object, and how much all of them may be together: as on a YubiKey 5.
const MAX_OBJECT: usize = 3_052;
const MAX_TOTAL: usize = 51_200;

/// An identifier of agency 9999, which stands for "no federal agency", in the packed digits of a FASC-N.
const NO_AGENCY: [u8; 25] = [
    0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE, 0x73, 0x9D, 0x83, 0x68, 0x58, 0x21, 0x08, 0x42, 0x10, 0x84,
    0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB,
];

/// What SELECT answers: the part of the AID after the provider, and the provider as the one who gives tags.
pub(crate) fn application() -> Vec<u8> {
    let provider = tlv::write(0x4F, &AID[..PROVIDER]);
    tlv::write(0x61, &[tlv::write(0x4F, &AID[PROVIDER..]), tlv::write(0x79, &provider)].concat())
}

/// What was put on a card, by tag; it hides what the card has of itself. Copies share the bytes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Objects(BTreeMap<u32, Arc<[u8]>>);

impl Objects {
    /// No object at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `content` into an object, in place of what was there; an empty one takes it away.
    ///
    /// # Errors
    /// 6A82 if no object with this tag can be written, 6A84 if there is no room for it.
    pub fn put(&mut self, tag: u32, content: &[u8]) -> Result<(), StatusWord> {
        if !WRITABLE.contains(&tag) {
            return Err(StatusWord::NOT_FOUND);
        }
        let others = self.0.iter().filter(|(other, _)| **other != tag).map(|(_, content)| content.len()).sum::<usize>();
        if content.len() > MAX_OBJECT || others + content.len() > MAX_TOTAL {
            return Err(StatusWord::FULL);
        }
        if content.is_empty() && !matches!(tag, CHUID | CAPABILITIES) {
            self.0.remove(&tag);
        } else {
            // An empty one stays where it hides an object of the card's own.
            self.0.insert(tag, content.into());
        }
        Ok(())
    }

    /// Takes an object out, as if it had never been put there.
    pub(crate) fn take(&mut self, tag: u32) {
        self.0.remove(&tag);
    }

    /// The tags and contents; an empty content is an object of the card's own that was taken away.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.0.iter().map(|(tag, content)| (*tag, &**content))
    }

    /// What was put into the object with this tag.
    pub fn get(&self, tag: u32) -> Option<&[u8]> {
        self.0.get(&tag).map(|content| &**content)
    }

    /// Whether nothing was put anywhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object with this tag, complete with its outer tag.
    ///
    /// # Errors
    /// 6A82 if there is none, 6982 if it may be told only after the PIN.
    pub(crate) fn read(&self, tag: u32, guid: &[u8; 16], pin_verified: bool) -> Result<Vec<u8>, StatusWord> {
        let object = match (tag, self.get(tag)) {
            (_, Some([])) => None,
            (_, Some(content)) => Some(tlv::write(0x53, content)),
            (DISCOVERY, None) => Some(discovery()),
            (CHUID, None) => Some(holder_number(guid)),
            (CAPABILITIES, None) => Some(capabilities(guid)),
            (_, None) => None,
        };
        let object = object.ok_or(StatusWord::NOT_FOUND)?;
        if AFTER_PIN.contains(&tag) && !pin_verified { Err(StatusWord::SECURITY_NOT_SATISFIED) } else { Ok(object) }
    }

    /// Takes over all of `others`.
    pub(crate) fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().map(|(tag, content)| (*tag, Arc::clone(content))));
    }

    /// Puts a certificate into the object of its slot, as it is issued. Nobody asks for room then.
    pub(crate) fn certify(&mut self, slot: Slot, certificate: &Certificate) {
        self.0.insert(slot.certificate_tag(), certificate_object(certificate).into());
    }

    /// The certificate of a slot, if the object holds one that can be read.
    pub(crate) fn certificate(&self, slot: Slot) -> Option<Certificate> {
        Certificate::recall(tlv::find(self.get(slot.certificate_tag())?, 0x70)?).ok()
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(tag, content)| format!("{tag:X}: {} bytes", content.len()))).finish()
    }
}

/// PIN policy 40 00: the application's own PIN, and no other.
fn discovery() -> Vec<u8> {
    tlv::write(DISCOVERY, &[tlv::write(0x4F, &AID), tlv::write(0x5F2F, &[0x40, 0x00])].concat())
}

fn holder_number(guid: &[u8; 16]) -> Vec<u8> {
    let parts = [
        tlv::write(0x30, &NO_AGENCY),
        tlv::write(0x34, guid),
        tlv::write(0x35, b"20991231"),
        tlv::write(0x3E, &[]),
        tlv::write(0xFE, &[]),
    ];
    tlv::write(0x53, &parts.concat())
}

/// Card Capability Container: a data model of PIV (10), grammar 2.1, nothing else.
fn capabilities(guid: &[u8; 16]) -> Vec<u8> {
    let mut number = vec![0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02];
    number.extend_from_slice(&guid[2..]);
    let mut parts = tlv::write(0xF0, &number);
    for (tag, value) in [(0xF1, &[0x21][..]), (0xF2, &[0x21]), (0xF3, &[]), (0xF4, &[0x00]), (0xF5, &[0x10])] {
        parts.extend(tlv::write(tag, value));
    }
    for empty in [0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE] {
        parts.extend(tlv::write(empty, &[]));
    }
    tlv::write(0x53, &parts)
}

/// Uncompressed (71 = 00), without error detection code.
pub(crate) fn certificate_object(certificate: &Certificate) -> Vec<u8> {
    [tlv::write(0x70, certificate.der()), tlv::write(0x71, &[0]), tlv::write(0xFE, &[])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: [u8; 16] = *b"0123456789abcdef";

    fn read(tag: u32) -> Result<Vec<u8>, StatusWord> {
        Objects::new().read(tag, &GUID, true)
    }

    #[test]
    fn the_discovery_object_names_the_application_and_its_pin() {
        let expected = [0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x5F, 0x2F, 0x02, 0x40, 0x00];
        assert_eq!(read(0x7E), Ok(expected.to_vec()));
    }

    #[test]
    fn the_number_of_the_card_is_in_the_chuid_and_the_ccc() {
        let chuid = read(CHUID).unwrap();
        assert_eq!(tlv::find(tlv::find(&chuid, 0x53).unwrap(), 0x34), Some(&GUID[..]));
        let capabilities = read(CAPABILITIES).unwrap();
        let number = tlv::find(tlv::find(&capabilities, 0x53).unwrap(), 0xF0).unwrap();
        assert_eq!((number.len(), &number[7..]), (21, &GUID[2..]));
    }

    #[test]
    fn what_the_card_does_not_hold_is_absent() {
        for tag in [0x5F_C101, 0x5F_C105, 0x5F_C10A, 0x5F_C10B, 0x5F_C10C, 0x5F_C106, 0x5F_C121, 0x7F61, 0] {
            assert_eq!(read(tag), Err(StatusWord::NOT_FOUND), "{tag:X}");
        }
    }

    #[test]
    fn what_was_put_hides_what_the_card_has_of_itself_even_when_it_is_nothing() {
        let mut objects = Objects::new();
        objects.put(CHUID, b"own").unwrap();
        assert_eq!(objects.read(CHUID, &GUID, false), Ok(b"\x53\x03own".to_vec()));
        objects.put(CHUID, b"").unwrap();
        assert_eq!(objects.read(CHUID, &GUID, false), Err(StatusWord::NOT_FOUND));
        objects.put(0x5F_FF00, b"x").unwrap();
        objects.put(0x5F_FF00, b"").unwrap();
        assert_eq!(objects.iter().count(), 1);
    }

    #[test]
    fn room_is_limited_for_one_object_and_for_all() {
        let mut objects = Objects::new();
        assert_eq!(objects.put(0x5F_C105, &[1; MAX_OBJECT]), Ok(()));
        assert_eq!(objects.put(0x5F_C105, &[1; MAX_OBJECT + 1]), Err(StatusWord::FULL));
        for tag in 0..15 {
            assert_eq!(objects.put(0x5F_FF00 + tag, &[1; MAX_OBJECT]), Ok(()));
        }
        let rest = MAX_TOTAL - 16 * MAX_OBJECT;
        assert_eq!(objects.put(0x5F_C10A, &vec![1; rest + 1]), Err(StatusWord::FULL));
        assert_eq!(objects.put(0x5F_C10A, &vec![1; rest]), Ok(()));
        assert_eq!(objects.put(0x5F_C105, &[2; MAX_OBJECT]), Ok(()), "in place of another");
        for tag in [0x7E, 0x7F61, 0x5E_FFFF, 0x60_0000] {
            assert_eq!(objects.put(tag, b"x"), Err(StatusWord::NOT_FOUND));
        }
    }

    #[test]
    fn printed_information_is_told_after_the_pin_only() {
        let mut objects = Objects::new();
        objects.put(PRINTED, b"x").unwrap();
        assert_eq!(objects.read(PRINTED, &GUID, false), Err(StatusWord::SECURITY_NOT_SATISFIED));
        assert_eq!(objects.read(PRINTED, &GUID, true), Ok(b"\x53\x01x".to_vec()));
    }
}
