//! The commands of PIV (SP 800-73-4 part 2, section 3) and those that Yubico added for administration, which common tools
//! rely on: the only place that knows instruction bytes.
//!
//! A command that has been read is well-formed; whether the card agrees to it is the applet's business.

use zeroize::Zeroizing;

use crate::{
    apdu,
    management::{ManagementAlgorithm, ManagementKey},
    pin::{Pin, Puk},
    status::StatusWord,
    template::{BroughtKey, NewKey, Request},
    tlv,
};

/// The reference of the application's PIN.
const PIN: u8 = 0x80;
/// The reference of the PUK.
const PUK: u8 = 0x81;

/// Eight bytes that a person claims to be a PUK.
pub(crate) type Claimed = Zeroizing<[u8; 8]>;

/// A command for the applet, or GET RESPONSE, which the card answers itself. It has no `Debug`: it may hold a PUK.
pub(crate) enum Command<'a> {
    /// A4: choose an application by its name or the beginning of its name; the answer may be unwanted.
    Select { aid: &'a [u8], wants_answer: bool },
    /// 20 without data: is the PIN verified, how many tries are left?
    AskPin,
    /// 20 with P1 = FF: count as not verified again.
    ForgetPin,
    /// 20
    VerifyPin(Pin),
    /// 20 with nothing but filling: software that resets a card uses up the tries with it.
    MissPin,
    /// 24 for the PIN
    ChangePin { old: Pin, new: Pin },
    /// 24 for the PUK
    ChangePuk { old: Claimed, new: Puk },
    /// 2C
    UnblockPin { puk: Claimed, new: Claimed },
    /// 87
    Authenticate { algorithm: u8, reference: u8, request: Request<'a> },
    /// CB
    GetData(u32),
    /// C0
    GetResponse,
    /// DB: put these bytes into the object with this tag; none take it away.
    PutData {
        /// The object.
        tag: u32,
        /// What goes into its tag 53.
        content: &'a [u8],
    },
    /// 47
    Generate {
        /// The slot.
        reference: u8,
        /// What to make.
        new: NewKey,
    },
    /// FE (Yubico): take this key into a slot.
    Import {
        /// What kind of key it should be.
        algorithm: u8,
        /// The slot.
        reference: u8,
        /// The key.
        brought: BroughtKey,
    },
    /// FF (Yubico)
    SetManagementKey(ManagementKey),
    /// FA (Yubico): new limits for the tries of PIN and PUK, which get their first values again.
    SetTries {
        /// How often the PIN may be wrong.
        pin: u8,
        /// How often the PUK may be wrong.
        puk: u8,
    },
    /// FB (Yubico): back to the state from the factory, once PIN and PUK are blocked.
    StartOver,
    /// FD (Yubico): which functions there are, told by the version of a YubiKey that has them.
    GetVersion,
    /// F8 (Yubico): the card's number in four bytes.
    GetSerial,
    /// F7 (Yubico): what there is behind a reference.
    GetMetadata(u8),
}

impl<'a> Command<'a> {
    /// Reads what the bytes of a command mean.
    pub(crate) fn parse(apdu: &apdu::Command<'a>) -> Result<Self, StatusWord> {
        Ok(match (apdu.ins, apdu.p1, apdu.p2) {
            (0xA4, 0x04, 0x00) => Self::Select { aid: apdu.data, wants_answer: true },
            (0xA4, 0x04, 0x0C) => Self::Select { aid: apdu.data, wants_answer: false },
            (0x20, 0x00, PIN) if apdu.data.is_empty() => Self::AskPin,
            (0x20, 0xFF, PIN) if apdu.data.is_empty() => Self::ForgetPin,
            (0x20, 0x00, PIN) if apdu.data == [0xFF; 8] => Self::MissPin,
            (0x20, 0x00, PIN) => Self::VerifyPin(pin(exactly(apdu.data)?)?),
            (0x24, 0x00, PIN) => {
                let (old, new) = two(apdu.data)?;
                Self::ChangePin { old: pin(old)?, new: pin(new)? }
            }
            (0x24, 0x00, PUK) => {
                let (old, new) = two(apdu.data)?;
                let new = Puk::from_bytes(*new).map_err(|_| StatusWord::WRONG_DATA)?;
                Self::ChangePuk { old, new }
            }
            (0x2C, 0x00, PIN) => {
                let (puk, new) = two(apdu.data)?;
                Self::UnblockPin { puk, new }
            }
            (0x20 | 0x24 | 0x2C, 0x00, _) => return Err(StatusWord::REFERENCE_NOT_FOUND),
            (0x87, algorithm, reference) => {
                Self::Authenticate { algorithm, reference, request: Request::parse(apdu.data)? }
            }
            (0xCB, 0x3F, 0xFF) => Self::GetData(object_tag(apdu.data)?),
            (0xC0, 0x00, 0x00) => Self::GetResponse,
            (0xDB, 0x3F, 0xFF) => {
                let (tag, content) = object(apdu.data)?;
                Self::PutData { tag, content }
            }
            (0x47, 0x00, reference) => Self::Generate { reference, new: NewKey::parse(apdu.data)? },
            (0xFE, algorithm, reference) => {
                Self::Import { algorithm, reference, brought: BroughtKey::parse(apdu.data)? }
            }
            // P2 = FE asks for a touch, which a card in software has always had.
            (0xFF, 0xFF, 0xFE | 0xFF) => Self::SetManagementKey(management_key(apdu.data)?),
            (0xFA, pin, puk) => nothing_in(apdu, Self::SetTries { pin, puk })?,
            (0xFB, 0x00, 0x00) => nothing_in(apdu, Self::StartOver)?,
            (0xFD, 0x00, 0x00) => nothing_in(apdu, Self::GetVersion)?,
            (0xF8, 0x00, 0x00) => nothing_in(apdu, Self::GetSerial)?,
            (0xF7, 0x00, reference) => nothing_in(apdu, Self::GetMetadata(reference))?,
            (0xA4 | 0x20 | 0x24 | 0x2C | 0xCB | 0xC0 | 0xDB | 0x47, _, _)
            | (0xF7 | 0xF8 | 0xFB | 0xFD | 0xFF, _, _) => return Err(StatusWord::WRONG_P1_P2),
            _ => return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
        })
    }
}

fn exactly(data: &[u8]) -> Result<Claimed, StatusWord> {
    data.try_into().map(Zeroizing::new).map_err(|_| StatusWord::WRONG_LENGTH)
}

fn two(data: &[u8]) -> Result<(Claimed, Claimed), StatusWord> {
    let (first, second) = data.split_at_checked(8).ok_or(StatusWord::WRONG_LENGTH)?;
    Ok((exactly(first)?, exactly(second)?))
}

/// A PIN of a form that no card could hold costs no try: 6A80.
fn pin(bytes: Claimed) -> Result<Pin, StatusWord> {
    Pin::from_padded(*bytes).map_err(|_| StatusWord::WRONG_DATA)
}

/// Refuses a data field where none belongs.
fn nothing_in<'a>(apdu: &apdu::Command<'_>, command: Command<'a>) -> Result<Command<'a>, StatusWord> {
    if apdu.data.is_empty() { Ok(command) } else { Err(StatusWord::WRONG_LENGTH) }
}

fn object_tag(data: &[u8]) -> Result<u32, StatusWord> {
    match tlv::read(data) {
        Some((element, [])) => tag_in(&element),
        _ => Err(StatusWord::WRONG_DATA),
    }
}

fn tag_in(element: &tlv::Element<'_>) -> Result<u32, StatusWord> {
    if element.tag == 0x5C && (1..=3).contains(&element.value.len()) {
        Ok(element.value.iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte)))
    } else {
        Err(StatusWord::WRONG_DATA)
    }
}

/// 5C with the tag, then 53 with the content.
fn object(data: &[u8]) -> Result<(u32, &[u8]), StatusWord> {
    let (name, rest) = tlv::read(data).ok_or(StatusWord::WRONG_DATA)?;
    match tlv::read(rest) {
        Some((element, [])) if element.tag == 0x53 => Ok((tag_in(&name)?, element.value)),
        _ => Err(StatusWord::WRONG_DATA),
    }
}

/// The algorithm's byte, the reference, the length, the key.
fn management_key(data: &[u8]) -> Result<ManagementKey, StatusWord> {
    let [algorithm, 0x9B, length, key @ ..] = data else { return Err(StatusWord::WRONG_DATA) };
    let algorithm = ManagementAlgorithm::from_byte(*algorithm).ok_or(StatusWord::WRONG_DATA)?;
    if key.len() != usize::from(*length) {
        return Err(StatusWord::WRONG_LENGTH);
    }
    ManagementKey::new(algorithm, key).ok_or(StatusWord::WRONG_LENGTH)
}

/// Whether the data field of this instruction holds a PIN, a PUK or a key, whatever the other bytes say.
pub fn carries_secret(ins: u8) -> bool {
    matches!(ins, 0x20 | 0x24 | 0x2C | 0xFE | 0xFF)
}
