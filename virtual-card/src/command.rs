//! The commands of PIV (SP 800-73-4 part 2, section 3): the only place that knows instruction bytes.
//!
//! A command that has been read is well-formed; whether the card agrees to it is the applet's business.

use zeroize::Zeroizing;

use crate::{
    apdu,
    pin::{Pin, Puk},
    status::StatusWord,
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
    /// 24 for the PIN
    ChangePin { old: Pin, new: Pin },
    /// 24 for the PUK
    ChangePuk { old: Claimed, new: Puk },
    /// 2C
    UnblockPin { puk: Claimed, new: Pin },
    /// 87
    Authenticate { algorithm: u8, reference: u8, request: Request<'a> },
    /// CB
    GetData(u32),
    /// C0
    GetResponse,
}

/// What GENERAL AUTHENTICATE is asked to do, by the tags in its template 7C.
pub(crate) enum Request<'a> {
    /// 82 empty, 81: sign this, or raise it to the private exponent.
    Sign(&'a [u8]),
    /// 82 empty, 85: agree on a secret with this point.
    Agree(&'a [u8]),
    /// 81 empty: give a random number.
    Challenge,
}

impl<'a> Command<'a> {
    /// Reads what the bytes of a command mean.
    pub(crate) fn parse(apdu: &apdu::Command<'a>) -> Result<Self, StatusWord> {
        Ok(match (apdu.ins, apdu.p1, apdu.p2) {
            (0xA4, 0x04, 0x00) => Self::Select { aid: apdu.data, wants_answer: true },
            (0xA4, 0x04, 0x0C) => Self::Select { aid: apdu.data, wants_answer: false },
            (0x20, 0x00, PIN) if apdu.data.is_empty() => Self::AskPin,
            (0x20, 0xFF, PIN) if apdu.data.is_empty() => Self::ForgetPin,
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
                Self::UnblockPin { puk, new: pin(new)? }
            }
            (0x20 | 0x24 | 0x2C, 0x00, _) => return Err(StatusWord::REFERENCE_NOT_FOUND),
            (0x87, algorithm, reference) => {
                Self::Authenticate { algorithm, reference, request: Request::parse(apdu.data)? }
            }
            (0xCB, 0x3F, 0xFF) => Self::GetData(object_tag(apdu.data)?),
            (0xC0, 0x00, 0x00) => Self::GetResponse,
            (0xA4 | 0x20 | 0x24 | 0x2C | 0xCB | 0xC0, _, _) => return Err(StatusWord::WRONG_P1_P2),
            _ => return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
        })
    }
}

impl<'a> Request<'a> {
    fn parse(data: &'a [u8]) -> Result<Self, StatusWord> {
        let (template, rest) = tlv::read(data).ok_or(StatusWord::WRONG_DATA)?;
        if template.tag != 0x7C || !rest.is_empty() {
            return Err(StatusWord::WRONG_DATA);
        }
        let elements = tlv::read_all(template.value).ok_or(StatusWord::WRONG_DATA)?;
        // Tools differ in the order of the two, so any order is right.
        match elements.iter().map(|element| (element.tag, element.value)).collect::<Vec<_>>()[..] {
            [(0x81, [])] => Ok(Self::Challenge),
            [(0x82, []), (0x81, input)] | [(0x81, input), (0x82, [])] if !input.is_empty() => Ok(Self::Sign(input)),
            [(0x82, []), (0x85, point)] | [(0x85, point), (0x82, [])] => Ok(Self::Agree(point)),
            _ => Err(StatusWord::WRONG_DATA),
        }
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

fn object_tag(data: &[u8]) -> Result<u32, StatusWord> {
    match tlv::read(data) {
        Some((element, [])) if element.tag == 0x5C && (1..=3).contains(&element.value.len()) => {
            Ok(element.value.iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte)))
        }
        _ => Err(StatusWord::WRONG_DATA),
    }
}

/// Whether the data field of this instruction holds a PIN or PUK, whatever the other bytes say.
pub(crate) fn carries_secret(ins: u8) -> bool {
    matches!(ins, 0x20 | 0x24 | 0x2C)
}
