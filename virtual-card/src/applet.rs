//! The PIV application: what each command does to a card, and what it answers.
//!
//! Invariant: no arm returns a byte of a private key. Keys come here as [`SlotKey`], which has operations only.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use signing::Algorithm;

use crate::{
    command::{Command, Request},
    key::{CardKeys, SlotKey},
    object,
    pin::PinLogic,
    profile::Profile,
    slot::Slot,
    status::StatusWord,
    tlv,
};

const RSA_2048: u8 = 0x07;
const P_256: u8 = 0x11;
/// The administration key. The card holds none; tools ask its reference for random numbers, under either of
/// the two algorithm bytes of three-key triple DES.
const ADMINISTRATION: u8 = 0x9B;
const TRIPLE_DES: [u8; 2] = [0x00, 0x03];
const CHALLENGE_BYTES: usize = 8;

/// The state of the application on one card.
#[derive(Clone)]
pub(crate) struct Applet {
    guid: [u8; 16],
    sm2_algorithm: u8,
    keys: CardKeys,
    pub(crate) pin: PinLogic,
    selected: bool,
    random: ChaCha20Rng,
}

impl Applet {
    pub(crate) fn new(profile: &Profile, keys: CardKeys) -> Self {
        Self {
            guid: profile.guid,
            sm2_algorithm: profile.sm2_algorithm,
            keys,
            pin: PinLogic::new(&profile.pin, &profile.puk, profile.pin_tries, profile.puk_tries),
            selected: false,
            random: ChaCha20Rng::from_seed(profile.random_seed),
        }
    }

    pub(crate) fn keys(&self) -> &CardKeys {
        &self.keys
    }

    pub(crate) fn guid(&self) -> &[u8; 16] {
        &self.guid
    }

    /// Power off or reset: selection and PIN are gone, the tries stay.
    pub(crate) fn reset(&mut self) {
        self.selected = false;
        self.pin.forget();
    }

    /// Carries out one command. `GetResponse` has nothing to fetch here: the card keeps answers, not the applet.
    pub(crate) fn run(&mut self, command: Command<'_>) -> Result<Vec<u8>, StatusWord> {
        let verifies = matches!(command, Command::VerifyPin(_));
        let result = match command {
            Command::Select { aid, wants_answer } => self.select(aid, wants_answer),
            _ if !self.selected => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
            Command::AskPin => self.pin.ask().map(|()| Vec::new()),
            Command::ForgetPin => {
                self.pin.forget();
                Ok(Vec::new())
            }
            Command::VerifyPin(pin) => self.pin.verify(&pin).map(|()| Vec::new()),
            Command::ChangePin { old, new } => self.pin.change_pin(old.padded(), &new).map(|()| Vec::new()),
            Command::ChangePuk { old, new } => self.pin.change_puk(&old, &new).map(|()| Vec::new()),
            Command::UnblockPin { puk, new } => self.pin.unblock(&puk, &new).map(|()| Vec::new()),
            Command::Authenticate { algorithm, reference, request } => {
                self.authenticate(algorithm, reference, &request)
            }
            Command::GetData(tag) => object::read(tag, &self.guid, &self.keys).ok_or(StatusWord::NOT_FOUND),
            Command::GetResponse => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        };
        if !verifies {
            self.pin.grow_stale();
        }
        result
    }

    /// A foreign name leaves everything as it is: tools try other applications and go on with PIV.
    fn select(&mut self, aid: &[u8], wants_answer: bool) -> Result<Vec<u8>, StatusWord> {
        if aid.len() < object::PROVIDER || !object::AID.starts_with(aid) {
            return Err(StatusWord::NOT_FOUND);
        }
        self.selected = true;
        Ok(if wants_answer { object::application() } else { Vec::new() })
    }

    fn authenticate(&mut self, algorithm: u8, reference: u8, request: &Request<'_>) -> Result<Vec<u8>, StatusWord> {
        if reference == ADMINISTRATION {
            return self.challenge(algorithm, request);
        }
        let slot = Slot::from_reference(reference).ok_or(StatusWord::WRONG_P1_P2)?;
        let key = self.keys.get(slot).ok_or(StatusWord::WRONG_P1_P2)?;
        if self.algorithm_byte(key) != algorithm {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let allowed = match slot {
            Slot::Authentication | Slot::KeyManagement => self.pin.state().verified,
            Slot::Signature => self.pin.is_fresh(),
            Slot::CardAuthentication => true,
        };
        if !allowed {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        match request {
            Request::Sign(input) => key.sign(input).map(|signature| template(&signature)),
            Request::Agree(point) => key.agree(point).map(|secret| template(&secret)),
            Request::Challenge => Err(StatusWord::WRONG_DATA),
        }
    }

    fn challenge(&mut self, algorithm: u8, request: &Request<'_>) -> Result<Vec<u8>, StatusWord> {
        match request {
            Request::Challenge if TRIPLE_DES.contains(&algorithm) => {
                let mut number = [0; CHALLENGE_BYTES];
                self.random.fill_bytes(&mut number);
                Ok(tlv::write(0x7C, &tlv::write(0x81, &number)))
            }
            Request::Challenge | Request::Sign(_) | Request::Agree(_) => Err(StatusWord::WRONG_P1_P2),
        }
    }

    fn algorithm_byte(&self, key: &SlotKey) -> u8 {
        match key.algorithm() {
            Algorithm::Sm2 => self.sm2_algorithm,
            Algorithm::Rsa2048 => RSA_2048,
            Algorithm::P256 => P_256,
        }
    }
}

fn template(result: &[u8]) -> Vec<u8> {
    tlv::write(0x7C, &tlv::write(0x82, result))
}
