//! What comes inside the data field of the commands that work with keys: the templates 7C, AC, and bare key numbers.

use zeroize::Zeroizing;

use crate::{
    key::{KeyRules, Origin, PinPolicy, TouchPolicy},
    status::StatusWord,
    tlv,
};

/// What GENERAL AUTHENTICATE is asked to do, by the tags in its template 7C.
pub(crate) enum Request<'a> {
    /// 82 empty, 81: sign this, or raise it to the private exponent.
    Sign(&'a [u8]),
    /// 82 empty, 85: agree on a secret with this point.
    Agree(&'a [u8]),
    /// 81 empty: give a random number, which may be answered.
    Challenge,
    /// 82: the answer to that.
    Answer(&'a [u8]),
    /// 80 empty: give an encrypted random number.
    Witness,
    /// 80, 81: that number in the clear, and another one for the card to encrypt.
    Prove {
        /// What the card had encrypted.
        witness: &'a [u8],
        /// What the card is to encrypt.
        challenge: &'a [u8],
    },
}

impl<'a> Request<'a> {
    pub(crate) fn parse(data: &'a [u8]) -> Result<Self, StatusWord> {
        let mut elements = template(0x7C, data)?;
        // Tools differ in the order of the tags, so any order is right; no tag may come twice.
        elements.sort_unstable_by_key(|element| element.0);
        match elements[..] {
            [(0x81, [])] => Ok(Self::Challenge),
            [(0x80, [])] => Ok(Self::Witness),
            [(0x82, response)] if !response.is_empty() => Ok(Self::Answer(response)),
            [(0x80, witness), (0x81, challenge)] | [(0x80, witness), (0x81, challenge), (0x82, [])] => {
                Ok(Self::Prove { witness, challenge })
            }
            [(0x81, input), (0x82, [])] if !input.is_empty() => Ok(Self::Sign(input)),
            [(0x82, []), (0x85, point)] => Ok(Self::Agree(point)),
            _ => Err(StatusWord::WRONG_DATA),
        }
    }
}

/// What GENERATE ASYMMETRIC KEY PAIR is to make, by the tags in its template AC.
pub(crate) struct NewKey {
    /// The algorithm's byte.
    pub(crate) algorithm: u8,
    /// How the key may be used.
    pub(crate) rules: KeyRules,
}

impl NewKey {
    pub(crate) fn parse(data: &[u8]) -> Result<Self, StatusWord> {
        let elements = template(0xAC, data)?;
        let (rules, rest) = rules(elements, Origin::Generated)?;
        match rest[..] {
            [(0x80, [algorithm])] => Ok(Self { algorithm: *algorithm, rules }),
            _ => Err(StatusWord::WRONG_DATA),
        }
    }
}

/// The numbers of a key that someone brings. They have no `Debug`.
pub(crate) enum Numbers {
    /// Tag 06: the scalar of an elliptic curve.
    Scalar(Zeroizing<[u8; 32]>),
    /// Tags 01 to 05: p, q, dp, dq, qinv of RSA.
    Factors(Zeroizing<Vec<[u8; 128]>>),
}

/// What IMPORT brings.
pub(crate) struct BroughtKey {
    /// The key.
    pub(crate) numbers: Numbers,
    /// How the key may be used.
    pub(crate) rules: KeyRules,
}

impl BroughtKey {
    pub(crate) fn parse(data: &[u8]) -> Result<Self, StatusWord> {
        let (rules, rest) = rules(read_elements(data)?, Origin::Imported)?;
        let numbers = match rest[..] {
            [(0x06, scalar)] => Numbers::Scalar(Zeroizing::new(scalar.try_into().map_err(|_| StatusWord::WRONG_DATA)?)),
            [(0x01, p), (0x02, q), (0x03, dp), (0x04, dq), (0x05, qinv)] => {
                let halves = [p, q, dp, dq, qinv].into_iter().map(<[u8; 128]>::try_from).collect::<Result<Vec<_>, _>>();
                Numbers::Factors(Zeroizing::new(halves.map_err(|_| StatusWord::WRONG_DATA)?))
            }
            _ => return Err(StatusWord::WRONG_DATA),
        };
        Ok(Self { numbers, rules })
    }
}

type Tagged<'a> = (u32, &'a [u8]);

fn template(tag: u32, data: &[u8]) -> Result<Vec<Tagged<'_>>, StatusWord> {
    match tlv::read(data) {
        Some((element, [])) if element.tag == tag => read_elements(element.value),
        _ => Err(StatusWord::WRONG_DATA),
    }
}

fn read_elements(bytes: &[u8]) -> Result<Vec<Tagged<'_>>, StatusWord> {
    let elements = tlv::read_all(bytes).ok_or(StatusWord::WRONG_DATA)?;
    Ok(elements.into_iter().map(|element| (element.tag, element.value)).collect())
}

/// Yubico's tags AA and AB for when the PIN and a touch are asked for, and the elements besides them.
fn rules(elements: Vec<Tagged<'_>>, origin: Origin) -> Result<(KeyRules, Vec<Tagged<'_>>), StatusWord> {
    let (policies, rest): (Vec<_>, Vec<_>) = elements.into_iter().partition(|element| matches!(element.0, 0xAA | 0xAB));
    let mut rules = KeyRules { origin, ..KeyRules::default() };
    for (tag, value) in policies {
        let [value] = value else { return Err(StatusWord::WRONG_DATA) };
        match tag {
            0xAA => rules.pin = PinPolicy::from_byte(*value).ok_or(StatusWord::WRONG_DATA)?,
            _ => rules.touch = TouchPolicy::from_byte(*value).ok_or(StatusWord::WRONG_DATA)?,
        }
    }
    Ok((rules, rest))
}
