//! What only a card's administrator may do: make keys, bring keys, write objects, set the management key; and what tools
//! ask for before they do it.
//!
//! Everything here wants the management key first, but for three: the version, the number, and starting over with a card
//! whose PIN and PUK are both blocked. A new key leaves the certificate object of its slot alone, as real cards do: key and object are apart.

use signing::{Algorithm, PrivateKey, PublicKey, RsaFactors};

use crate::{
    applet::{Applet, MANAGEMENT, pin_policy},
    key::{CardKeys, PinPolicy, SlotKey, TouchPolicy},
    management::{Management, ManagementKey},
    object::Objects,
    pin::PinLogic,
    profile::Profile,
    slot::Slot,
    status::StatusWord,
    template::{BroughtKey, NewKey, Numbers},
    tlv,
};

/// What GET VERSION answers. A YubiKey 5.4.3 has GET METADATA and management keys of AES, and nothing newer than that.
pub(crate) const VERSION: [u8; 3] = [5, 4, 3];
/// The most tries that a status word can tell.
const MAX_TRIES: u8 = 15;
/// The algorithm byte of PIN and PUK in metadata.
const NO_ALGORITHM: u8 = 0xFF;

impl Applet {
    /// The card's number in four bytes: the end of the long one, without its highest bit, which yubico-piv-tool prints as
    /// a sign.
    pub(crate) fn serial(&self) -> u32 {
        let [.., a, b, c, d] = self.guid;
        u32::from_be_bytes([a & 0x7F, b, c, d])
    }

    pub(crate) fn put(&mut self, tag: u32, content: &[u8]) -> Result<Vec<u8>, StatusWord> {
        self.management.require()?;
        self.objects.put(tag, content)?;
        Ok(Vec::new())
    }

    pub(crate) fn generate(&mut self, reference: u8, new: &NewKey) -> Result<Vec<u8>, StatusWord> {
        self.management.require()?;
        let slot = Slot::from_reference(reference).ok_or(StatusWord::WRONG_P1_P2)?;
        let algorithm = self.algorithm(new.algorithm).ok_or(StatusWord::WRONG_DATA)?;
        let key = PrivateKey::generate(algorithm, &mut self.random).map_err(|_| StatusWord::CARD_FAILURE)?;
        let answer = tlv::write(0x7F49, &public_numbers(key.public_key()));
        self.keys.set(slot, self.slot_key(key).with_rules(new.rules));
        Ok(answer)
    }

    pub(crate) fn import(&mut self, algorithm: u8, reference: u8, brought: &BroughtKey) -> Result<Vec<u8>, StatusWord> {
        self.management.require()?;
        let slot = Slot::from_reference(reference).ok_or(StatusWord::WRONG_P1_P2)?;
        let algorithm = self.algorithm(algorithm).ok_or(StatusWord::WRONG_P1_P2)?;
        let key = match (&brought.numbers, algorithm) {
            (Numbers::Scalar(scalar), Algorithm::Sm2 | Algorithm::P256) => PrivateKey::from_scalar(algorithm, scalar),
            (Numbers::Factors(factors), Algorithm::Rsa2048) => {
                let [p, q, dp, dq, qinv] = &factors[..] else { return Err(StatusWord::WRONG_DATA) };
                PrivateKey::from_rsa_factors(&RsaFactors { p, q, dp, dq, qinv })
            }
            (Numbers::Scalar(_), Algorithm::Rsa2048) | (Numbers::Factors(_), Algorithm::Sm2 | Algorithm::P256) => {
                return Err(StatusWord::WRONG_P1_P2);
            }
        };
        let key = key.map_err(|_| StatusWord::WRONG_DATA)?;
        self.keys.set(slot, self.slot_key(key).with_rules(brought.rules));
        Ok(Vec::new())
    }

    pub(crate) fn set_management_key(&mut self, key: ManagementKey) -> Result<Vec<u8>, StatusWord> {
        self.management.require()?;
        self.management.set(key);
        Ok(Vec::new())
    }

    /// PIN and PUK get their values from the factory with it, as on a YubiKey: the old limits must not be stretched.
    pub(crate) fn set_tries(&mut self, pin: u8, puk: u8) -> Result<Vec<u8>, StatusWord> {
        self.management.require()?;
        if !self.pin.state().verified {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        let limits = 1..=MAX_TRIES;
        if !limits.contains(&pin) || !limits.contains(&puk) {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let factory = Profile::factory(self.guid);
        self.pin = PinLogic::new(&factory.pin, &factory.puk, pin, puk);
        Ok(Vec::new())
    }

    /// Nobody needs to prove anything, for with PIN and PUK blocked there is nothing left to steal: keys and objects go.
    pub(crate) fn start_over(&mut self) -> Result<Vec<u8>, StatusWord> {
        if !self.pin.is_dead() {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let factory = Profile::factory(self.guid);
        self.pin = PinLogic::new(&factory.pin, &factory.puk, factory.pin_tries, factory.puk_tries);
        self.management = Management::new(factory.management_key);
        self.keys = CardKeys::new();
        self.objects = Objects::new();
        Ok(Vec::new())
    }

    /// What there is behind a reference: algorithm, rules, origin, public key, whether it is as from the factory, tries.
    pub(crate) fn metadata(&self, reference: u8) -> Result<Vec<u8>, StatusWord> {
        let elements = match (reference, Slot::from_reference(reference)) {
            (0x80 | 0x81, _) => self.tries_in_metadata(reference == 0x80),
            (MANAGEMENT, _) => {
                let key = self.management.key();
                let rules = [PinPolicy::Slot.byte(), TouchPolicy::Never.byte()];
                vec![
                    (0x01, vec![key.algorithm().byte()]),
                    (0x02, rules.to_vec()),
                    (0x05, vec![key.is_factory().into()]),
                ]
            }
            (_, Some(slot)) => {
                let key = self.keys.get(slot).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
                let touch = match key.rules().touch {
                    TouchPolicy::Slot => TouchPolicy::Never,
                    touch @ (TouchPolicy::Never | TouchPolicy::Always | TouchPolicy::Cached) => touch,
                };
                vec![
                    (0x01, vec![self.algorithm_byte(key.algorithm())]),
                    (0x02, vec![pin_policy(slot, key).byte(), touch.byte()]),
                    (0x03, vec![key.rules().origin.byte()]),
                    (0x04, public_numbers(key.private_key().public_key())),
                ]
            }
            (_, None) => return Err(StatusWord::REFERENCE_NOT_FOUND),
        };
        Ok(elements.into_iter().flat_map(|(tag, value)| tlv::write(tag, &value)).collect())
    }

    fn tries_in_metadata(&self, of_pin: bool) -> Vec<(u32, Vec<u8>)> {
        let (state, (pin_limit, puk_limit), (pin, puk)) = (self.pin.state(), self.pin.limits(), self.pin.secrets());
        let factory = Profile::factory(self.guid);
        let (limit, left, is_factory) = if of_pin {
            (pin_limit, state.pin_left, pin.padded() == factory.pin.padded())
        } else {
            (puk_limit, state.puk_left, puk.padded() == factory.puk.padded())
        };
        vec![(0x01, vec![NO_ALGORITHM]), (0x05, vec![is_factory.into()]), (0x06, vec![limit, left])]
    }

    fn slot_key(&self, key: PrivateKey) -> SlotKey {
        if self.is_fixture { SlotKey::fixture(key, None) } else { SlotKey::constant_time(key, None) }
    }
}

/// A public key as cards tell it: 86 and the point, or 81 and 82, modulus and exponent.
fn public_numbers(key: &PublicKey) -> Vec<u8> {
    match (key.point(), key.rsa_parts()) {
        (Some(point), _) => tlv::write(0x86, &point),
        (None, Some((modulus, exponent))) => [tlv::write(0x81, &modulus), tlv::write(0x82, &exponent)].concat(),
        (None, None) => Vec::new(),
    }
}
