//! The PIV application: what each command does to a card, and what it answers.
//!
//! Invariant: no arm returns a byte of a private key. Keys come here as [`SlotKey`], which has operations only.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use signing::Algorithm;

use crate::{
    administration,
    command::Command,
    key::{CardKeys, PinPolicy, SlotKey},
    management::{Management, ManagementAlgorithm},
    object::{self, Objects},
    pin::PinLogic,
    profile::Profile,
    slot::Slot,
    status::StatusWord,
    template::Request,
    tlv,
};

const RSA_2048: u8 = 0x07;
const P_256: u8 = 0x11;
/// The reference of the management key.
pub(crate) const MANAGEMENT: u8 = 0x9B;

/// The state of the application on one card.
#[derive(Clone)]
pub(crate) struct Applet {
    pub(crate) guid: [u8; 16],
    sm2_algorithm: u8,
    pub(crate) keys: CardKeys,
    pub(crate) objects: Objects,
    pub(crate) pin: PinLogic,
    pub(crate) management: Management,
    selected: bool,
    pub(crate) random: ChaCha20Rng,
    /// Whether new keys are for everyone to know, and may take the fast, variable-time path.
    pub(crate) is_fixture: bool,
}

impl Applet {
    pub(crate) fn new(profile: &Profile, keys: CardKeys) -> Self {
        let mut objects = Objects::new();
        for (slot, certificate) in keys.iter().filter_map(|(slot, key)| Some((slot, key.certificate()?))) {
            objects.certify(slot, certificate);
        }
        Self {
            guid: profile.guid,
            sm2_algorithm: profile.sm2_algorithm,
            keys,
            objects,
            pin: PinLogic::new(&profile.pin, &profile.puk, profile.pin_tries, profile.puk_tries),
            management: Management::new(profile.management_key.clone()),
            selected: false,
            is_fixture: false,
            random: ChaCha20Rng::from_seed(profile.random_seed),
        }
    }

    pub(crate) fn keys(&self) -> &CardKeys {
        &self.keys
    }

    pub(crate) fn guid(&self) -> &[u8; 16] {
        &self.guid
    }

    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Adds objects to the certificates of the keys.
    pub(crate) fn add_objects(&mut self, objects: &Objects) {
        self.objects.extend(objects);
    }

    /// Lets something in that the card's seed doesn't tell.
    pub(crate) fn stir(&mut self, seed: &[u8; 32]) {
        let mut own = [0; 32];
        self.random.fill_bytes(&mut own);
        self.random = ChaCha20Rng::from_seed(signing::sha256(&[own, *seed].concat()));
    }

    /// Power off or reset: selection, PIN and the right to administer are gone, the tries stay.
    pub(crate) fn reset(&mut self) {
        self.selected = false;
        self.pin.forget();
        self.management.forget();
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
            Command::MissPin => self.pin.miss().map(|()| Vec::new()),
            Command::VerifyPin(pin) => self.pin.verify(&pin).map(|()| Vec::new()),
            Command::ChangePin { old, new } => self.pin.change_pin(old.padded(), &new).map(|()| Vec::new()),
            Command::ChangePuk { old, new } => self.pin.change_puk(&old, &new).map(|()| Vec::new()),
            Command::UnblockPin { puk, new } => self.pin.unblock(&puk, &new).map(|()| Vec::new()),
            Command::Authenticate { algorithm, reference, request } => {
                self.authenticate(algorithm, reference, &request)
            }
            Command::GetData(tag) => self.objects.read(tag, &self.guid, self.pin.state().verified),
            Command::GetResponse => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            Command::GetVersion => Ok(administration::VERSION.to_vec()),
            Command::GetSerial => Ok(self.serial().to_be_bytes().to_vec()),
            Command::GetMetadata(reference) => self.metadata(reference),
            Command::PutData { tag, content } => self.put(tag, content),
            Command::Generate { reference, new } => self.generate(reference, &new),
            Command::Import { algorithm, reference, brought } => self.import(algorithm, reference, &brought),
            Command::SetManagementKey(key) => self.set_management_key(key),
            Command::SetTries { pin, puk } => self.set_tries(pin, puk),
            Command::StartOver => self.start_over(),
        };
        if !verifies {
            self.pin.grow_stale();
        }
        result
    }

    /// A foreign name leaves everything as it is: tools try other applications and go on with PIV. So does PIV's own: who
    /// selects it again has lost no right (SP 800-73-4 part 2, section 3.1.1).
    fn select(&mut self, aid: &[u8], wants_answer: bool) -> Result<Vec<u8>, StatusWord> {
        if aid.len() < object::PROVIDER || !object::AID.starts_with(aid) {
            return Err(StatusWord::NOT_FOUND);
        }
        self.selected = true;
        Ok(if wants_answer { object::application() } else { Vec::new() })
    }

    fn authenticate(&mut self, algorithm: u8, reference: u8, request: &Request<'_>) -> Result<Vec<u8>, StatusWord> {
        if reference == MANAGEMENT {
            return self.authenticate_manager(algorithm, request);
        }
        let slot = Slot::from_reference(reference).ok_or(StatusWord::WRONG_P1_P2)?;
        let key = self.keys.get(slot).ok_or(StatusWord::WRONG_P1_P2)?;
        if self.algorithm_byte(key.algorithm()) != algorithm {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let allowed = match pin_policy(slot, key) {
            PinPolicy::Never => true,
            PinPolicy::Once => self.pin.state().verified,
            PinPolicy::Always | PinPolicy::Slot => self.pin.is_fresh(),
        };
        if !allowed {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        match request {
            Request::Sign(input) => key.sign(input).map(|signature| template(0x82, &signature)),
            Request::Agree(point) => key.agree(point).map(|secret| template(0x82, &secret)),
            Request::Challenge | Request::Answer(_) | Request::Witness | Request::Prove { .. } => {
                Err(StatusWord::WRONG_DATA)
            }
        }
    }

    fn authenticate_manager(&mut self, algorithm: u8, request: &Request<'_>) -> Result<Vec<u8>, StatusWord> {
        if ManagementAlgorithm::from_byte(algorithm) != Some(self.management.key().algorithm()) {
            return Err(StatusWord::WRONG_P1_P2);
        }
        match request {
            Request::Challenge => Ok(template(0x81, &self.management.challenge(&mut self.random))),
            Request::Witness => Ok(template(0x80, &self.management.witness(&mut self.random))),
            Request::Answer(response) => self.management.answer(response).map(|()| Vec::new()),
            Request::Prove { witness, challenge } => {
                self.management.prove(witness, challenge).map(|answer| template(0x82, &answer))
            }
            Request::Sign(_) | Request::Agree(_) => Err(StatusWord::WRONG_DATA),
        }
    }

    pub(crate) fn algorithm_byte(&self, algorithm: Algorithm) -> u8 {
        match algorithm {
            Algorithm::Sm2 => self.sm2_algorithm,
            Algorithm::Rsa2048 => RSA_2048,
            Algorithm::P256 => P_256,
        }
    }

    /// The algorithm that this card knows by this byte.
    pub(crate) fn algorithm(&self, byte: u8) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| self.algorithm_byte(*algorithm) == byte)
    }
}

/// When a key wants the PIN: what was asked for when it was made, or what its slot is for (SP 800-73-4 part 1, table 4b).
pub(crate) fn pin_policy(slot: Slot, key: &SlotKey) -> PinPolicy {
    match (key.rules().pin, slot) {
        (PinPolicy::Slot, Slot::Authentication | Slot::KeyManagement) => PinPolicy::Once,
        (PinPolicy::Slot, Slot::Signature) => PinPolicy::Always,
        (PinPolicy::Slot, Slot::CardAuthentication) => PinPolicy::Never,
        (policy, _) => policy,
    }
}

fn template(tag: u32, value: &[u8]) -> Vec<u8> {
    tlv::write(0x7C, &tlv::write(tag, value))
}
