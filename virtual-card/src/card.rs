//! A card as a reader sees it: bytes in, bytes out, power on and off.
//!
//! Here is the transport of ISO 7816-4 (classes, command chaining, answers fetched in pieces); what commands mean is
//! not known here.

use signing::Certificate;
use zeroize::Zeroizing;

use crate::{
    apdu,
    applet::Applet,
    command::Command,
    key::CardKeys,
    management::ManagementKey,
    object::Objects,
    pin::{Pin, PinState, Puk},
    profile::Profile,
    slot::Slot,
    status::StatusWord,
};

/// The longest data field that may be put together by command chaining.
pub const MAX_CHAINED: usize = 4096;
/// How much of an answer goes out if the terminal didn't say how much it wants.
const DEFAULT_LE: usize = 256;

/// A card. A clone is a second card in the same state that goes its own way; the two share their parsed keys.
#[derive(Clone)]
pub struct Card {
    atr: Vec<u8>,
    applet: Applet,
    chain: Option<Chain>,
    /// What GET RESPONSE will fetch.
    pending: Vec<u8>,
}

/// The pieces of a chained command so far, and the header that its other pieces must have.
#[derive(Clone)]
struct Chain {
    head: [u8; 3],
    data: Zeroizing<Vec<u8>>,
}

impl Card {
    /// A card as the profile describes it, with these keys, not yet powered.
    pub fn new(profile: Profile, keys: CardKeys) -> Self {
        let applet = Applet::new(&profile, keys);
        Self { atr: profile.atr, applet, chain: None, pending: Vec::new() }
    }

    /// The answer to reset.
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// Power on, power off or reset, which are one to a card: it forgets selection, PIN and half-done exchanges, and
    /// keeps its tries. Calling it twice is harmless.
    pub fn reset(&mut self) {
        self.chain = None;
        self.pending.clear();
        self.applet.reset();
    }

    /// Answers one command. Every sequence of bytes has an answer of at least two bytes.
    pub fn transmit(&mut self, bytes: &[u8]) -> Vec<u8> {
        match self.exchange(bytes) {
            Ok(answer) => answer,
            Err(status) => status.to_bytes().to_vec(),
        }
    }

    fn exchange(&mut self, bytes: &[u8]) -> Result<Vec<u8>, StatusWord> {
        // An answer that isn't fetched by the very next command is lost, as is a chain that isn't continued.
        let pending = std::mem::take(&mut self.pending);
        let chain = self.chain.take();
        let apdu = apdu::Command::parse(bytes)?;
        let chained = is_chained(apdu.cla)?;
        let head = [apdu.ins, apdu.p1, apdu.p2];
        let chain = chain.filter(|chain| chain.head == head);
        let data = match chain {
            None if !chained => return self.carry_out(&apdu, pending),
            None => Zeroizing::new(apdu.data.to_vec()),
            Some(chain) => {
                let mut data = chain.data;
                data.extend_from_slice(apdu.data);
                data
            }
        };
        if data.len() > MAX_CHAINED {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if chained {
            self.chain = Some(Chain { head, data });
            return Err(StatusWord::SUCCESS);
        }
        self.carry_out(&apdu::Command { data: &data, ..apdu }, pending)
    }

    fn carry_out(&mut self, apdu: &apdu::Command<'_>, pending: Vec<u8>) -> Result<Vec<u8>, StatusWord> {
        let data = match Command::parse(apdu)? {
            Command::GetResponse if !pending.is_empty() => pending,
            command => self.applet.run(command)?,
        };
        Ok(self.answer(data, apdu.le))
    }

    /// As much as the terminal wants now, the rest for GET RESPONSE. A terminal that named no length gets the data
    /// all the same: common software leaves Le away in SELECT and reads the answer.
    fn answer(&mut self, mut data: Vec<u8>, le: Option<u32>) -> Vec<u8> {
        let wanted = le.map_or(DEFAULT_LE, |le| le as usize);
        let status = if data.len() > wanted {
            self.pending = data.split_off(wanted);
            StatusWord::more(self.pending.len())
        } else {
            StatusWord::SUCCESS
        };
        data.extend(status.to_bytes());
        data
    }

    /// Blocks the PIN, as someone with the card and wrong guesses could.
    pub fn lock(&mut self) {
        self.applet.pin.lock();
    }

    /// The counters, and whether the PIN is verified.
    pub fn pin_state(&self) -> PinState {
        self.applet.pin.state()
    }

    /// The card's own number.
    pub fn guid(&self) -> &[u8; 16] {
        self.applet.guid()
    }

    /// The certificate in a slot, as GET DATA would show it; `None` if the object is absent or no certificate.
    pub fn certificate(&self, slot: Slot) -> Option<Certificate> {
        self.applet.objects().certificate(slot)
    }

    /// The number that tools show as the card's serial number.
    pub fn serial(&self) -> u32 {
        self.applet.serial()
    }

    /// What makes the signatures of a slot, for reports.
    pub fn signer_name(&self, slot: Slot) -> Option<&'static str> {
        Some(self.applet.keys().get(slot)?.signer_name())
    }

    /// The same card with the tries that its file remembers.
    pub(crate) fn with_left(mut self, pin_left: u8, puk_left: u8) -> Self {
        self.applet.pin = self.applet.pin.with_left(pin_left, puk_left);
        self
    }

    /// The same card with these objects beside its certificates.
    pub(crate) fn with_objects(mut self, objects: &Objects) -> Self {
        self.applet.add_objects(objects);
        self
    }

    /// The same card, of which everyone may know the keys that it will make or be given.
    pub(crate) fn with_fixture_keys(mut self) -> Self {
        self.applet.is_fixture = true;
        self
    }

    /// Adds to the card's random numbers what nobody could foretell.
    pub(crate) fn stir(&mut self, seed: &[u8; 32]) {
        self.applet.stir(seed);
    }

    /// PIN and PUK, for the card's file.
    pub(crate) fn secrets(&self) -> (Pin, Puk) {
        self.applet.pin.secrets()
    }

    /// How often PIN and PUK may be wrong, for the card's file.
    pub(crate) fn limits(&self) -> (u8, u8) {
        self.applet.pin.limits()
    }

    /// The management key, for the card's file.
    pub(crate) fn management_key(&self) -> &ManagementKey {
        self.applet.management.key()
    }

    /// The keys, for the card's file.
    pub(crate) fn keys(&self) -> &CardKeys {
        self.applet.keys()
    }

    /// The objects, certificates among them, for the card's file.
    pub(crate) fn objects(&self) -> &Objects {
        self.applet.objects()
    }
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.pin_state();
        f.debug_struct("Card").field("keys", self.applet.keys()).field("pin", &state).finish_non_exhaustive()
    }
}

/// Whether the class says that more pieces follow; other classes than 00 and 10 are refused.
fn is_chained(cla: u8) -> Result<bool, StatusWord> {
    match cla {
        0x00 => Ok(false),
        0x10 => Ok(true),
        0x20..=0xFF => Err(StatusWord::CLASS_NOT_SUPPORTED),
        _ if cla & 0x0C != 0 => Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED),
        _ => Err(StatusWord::CHANNEL_NOT_SUPPORTED),
    }
}
