//! What makes one make of card differ from another; everything here can be set by whoever builds a card.

use crate::{
    management::ManagementKey,
    pin::{Pin, Puk},
};

/// T=1, historical bytes "CardVPIV1", right check byte: tools take it for a plain PIV card.
const GENERIC_ATR: [u8; 14] = [0x3B, 0x89, 0x80, 0x01, 0x43, 0x61, 0x72, 0x64, 0x56, 0x50, 0x49, 0x56, 0x31, 0x14];

/// The settings of a card.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Answer to reset. Software chooses its driver by it: change it only on purpose.
    pub atr: Vec<u8>,
    /// The PIN at the start.
    pub pin: Pin,
    /// The PUK at the start.
    pub puk: Puk,
    /// How often the PIN may be wrong in a row, at most 15.
    pub pin_tries: u8,
    /// How often the PUK may be wrong in a row, at most 15.
    pub puk_tries: u8,
    /// The key of whoever administers the card.
    pub management_key: ManagementKey,
    /// The algorithm byte of SM2 in GENERAL AUTHENTICATE. No standard names one; 54 is CanoKey's.
    pub sm2_algorithm: u8,
    /// The card's own number, in the CHUID and the CCC. Tools show it as the serial number.
    pub guid: [u8; 16],
    /// Where the card's random numbers start: the same seed gives the same numbers.
    pub random_seed: [u8; 32],
}

impl Profile {
    /// A card as it comes from the factory: PIN and PUK 88888888, five tries each, the management key that everyone knows.
    pub fn factory(guid: [u8; 16]) -> Self {
        Self {
            atr: GENERIC_ATR.to_vec(),
            pin: Pin::parse("88888888").expect("eight digits are a PIN"),
            puk: Puk::parse("88888888").expect("eight digits are a PUK"),
            pin_tries: 5,
            puk_tries: 5,
            management_key: ManagementKey::factory(),
            sm2_algorithm: 0x54,
            guid,
            random_seed: signing::sha256(&guid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_byte_of_the_atr_is_right() {
        // ISO 7816-3: the exclusive or of everything from T0 to TCK is zero.
        assert_eq!(GENERIC_ATR[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    }
}
