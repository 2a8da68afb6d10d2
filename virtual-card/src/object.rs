//! The data objects that GET DATA shows (SP 800-73-4 part 1, section 3). Nothing secret is among them: an
//! object is made from the card's number and its certificates alone.

use signing::Certificate;

use crate::{key::CardKeys, slot::Slot, tlv};

/// The application identifier of PIV with its version 1.0.
pub(crate) const AID: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
/// How much of an AID is the registered provider.
pub(crate) const PROVIDER: usize = 5;

const DISCOVERY: u32 = 0x7E;
const CHUID: u32 = 0x5F_C102;
const CAPABILITIES: u32 = 0x5F_C107;

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

/// The object with this tag, complete with its outer tag; `None` if the card holds none.
pub(crate) fn read(tag: u32, guid: &[u8; 16], keys: &CardKeys) -> Option<Vec<u8>> {
    match tag {
        DISCOVERY => Some(discovery()),
        CHUID => Some(holder_number(guid)),
        CAPABILITIES => Some(capabilities(guid)),
        _ => {
            let slot = Slot::ALL.into_iter().find(|slot| slot.certificate_tag() == tag)?;
            keys.get(slot)?.certificate().map(certificate)
        }
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
fn certificate(certificate: &Certificate) -> Vec<u8> {
    let parts = [tlv::write(0x70, certificate.der()), tlv::write(0x71, &[0]), tlv::write(0xFE, &[])];
    tlv::write(0x53, &parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: [u8; 16] = *b"0123456789abcdef";

    #[test]
    fn the_discovery_object_names_the_application_and_its_pin() {
        let expected = [0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x5F, 0x2F, 0x02, 0x40, 0x00];
        assert_eq!(read(0x7E, &GUID, &CardKeys::new()), Some(expected.to_vec()));
    }

    #[test]
    fn the_number_of_the_card_is_in_the_chuid_and_the_ccc() {
        let chuid = read(CHUID, &GUID, &CardKeys::new()).unwrap();
        assert_eq!(tlv::find(tlv::find(&chuid, 0x53).unwrap(), 0x34), Some(&GUID[..]));
        let capabilities = read(CAPABILITIES, &GUID, &CardKeys::new()).unwrap();
        let number = tlv::find(tlv::find(&capabilities, 0x53).unwrap(), 0xF0).unwrap();
        assert_eq!((number.len(), &number[7..]), (21, &GUID[2..]));
    }

    #[test]
    fn what_the_card_does_not_hold_is_absent() {
        for tag in [0x5F_C101, 0x5F_C105, 0x5F_C10A, 0x5F_C10B, 0x5F_C10C, 0x5F_C106, 0x5F_C121, 0x7F61, 0] {
            assert_eq!(read(tag, &GUID, &CardKeys::new()), None, "{tag:X}");
        }
    }
}
