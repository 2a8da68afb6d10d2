//! PIN and PUK: their form, their tries, and when they are blocked (SP 800-73-4 part 2, sections 2.4.3 and 3.2).
//!
//! The comparison takes the same time whatever was wrong; nothing here prints a PIN.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::status::StatusWord;

const LENGTH: usize = 8;
const PADDING: u8 = 0xFF;

/// A text that can be no PIN or PUK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinFormat {
    /// Not six to eight digits.
    #[error("卡密码应为6至8位数字")]
    Pin,
    /// Not eight characters.
    #[error("PUK应为8位ASCII字符")]
    Puk,
}

/// A card PIN: six to eight digits, padded with FF to eight bytes.
#[derive(Clone)]
pub struct Pin(Zeroizing<[u8; LENGTH]>);

/// A PUK, which unblocks a PIN: eight bytes.
#[derive(Clone)]
pub struct Puk(Zeroizing<[u8; LENGTH]>);

impl Pin {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// If it isn't six to eight digits.
    pub fn parse(text: &str) -> Result<Self, PinFormat> {
        let mut padded = Zeroizing::new([PADDING; LENGTH]);
        if text.len() > LENGTH {
            return Err(PinFormat::Pin);
        }
        padded[..text.len()].copy_from_slice(text.as_bytes());
        Self::from_padded(*padded)
    }

    /// Reads the eight bytes of a command.
    ///
    /// # Errors
    /// If they aren't six to eight digits followed by FF.
    pub fn from_padded(bytes: [u8; LENGTH]) -> Result<Self, PinFormat> {
        let bytes = Zeroizing::new(bytes);
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let padded = bytes[digits..].iter().all(|byte| *byte == PADDING);
        if digits >= 6 && padded { Ok(Self(bytes)) } else { Err(PinFormat::Pin) }
    }

    /// The eight bytes as they travel in a command.
    pub fn padded(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The digits, for the file of a test card.
    pub(crate) fn digits(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.iter().filter(|byte| **byte != PADDING).map(|byte| char::from(*byte)).collect())
    }
}

impl Puk {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// If it isn't eight printable ASCII characters.
    pub fn parse(text: &str) -> Result<Self, PinFormat> {
        Self::from_bytes(text.as_bytes().try_into().map_err(|_| PinFormat::Puk)?)
    }

    /// Reads the eight bytes of a command. PIV would take any bytes; a test card wants characters, so that
    /// its file and its holder can name them.
    ///
    /// # Errors
    /// If they aren't eight printable ASCII characters.
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Result<Self, PinFormat> {
        let bytes = Zeroizing::new(bytes);
        if bytes.iter().all(u8::is_ascii_graphic) { Ok(Self(bytes)) } else { Err(PinFormat::Puk) }
    }

    /// The eight bytes as they travel in a command.
    pub fn padded(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The characters, for the file of a test card.
    pub(crate) fn characters(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.iter().map(|byte| char::from(*byte)).collect())
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(*)")
    }
}

impl fmt::Debug for Puk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Puk(*)")
    }
}

/// What a card's PIN logic shows to those who hold the card in their hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinState {
    /// Tries that are left before the PIN is blocked.
    pub pin_left: u8,
    /// Tries that are left before the PUK is blocked, for good.
    pub puk_left: u8,
    /// Whether the PIN counts as verified until the next reset.
    pub verified: bool,
}

/// A secret with its counter.
#[derive(Clone)]
pub(crate) struct Counted {
    secret: Zeroizing<[u8; LENGTH]>,
    limit: u8,
    left: u8,
}

impl Counted {
    fn new(secret: &[u8; LENGTH], limit: u8) -> Self {
        Self { secret: Zeroizing::new(*secret), limit, left: limit }
    }

    /// Compares; a wrong secret costs a try, the right one gives all back. A blocked one isn't even compared.
    fn check(&mut self, given: &[u8; LENGTH]) -> Result<(), StatusWord> {
        if self.left == 0 {
            return Err(StatusWord::BLOCKED);
        }
        if bool::from(self.secret.ct_eq(given)) {
            self.left = self.limit;
            return Ok(());
        }
        self.left -= 1;
        Err(StatusWord::wrong_pin(self.left))
    }

    fn set(&mut self, secret: &[u8; LENGTH]) {
        *self.secret = *secret;
        self.left = self.limit;
    }
}

/// PIN and PUK of one card, and whether the PIN is verified.
#[derive(Clone)]
pub(crate) struct PinLogic {
    pin: Counted,
    puk: Counted,
    verified: bool,
    /// The PIN was verified by the command just before: what slot 9C asks for.
    fresh: bool,
}

impl PinLogic {
    pub(crate) fn new(pin: &Pin, puk: &Puk, pin_tries: u8, puk_tries: u8) -> Self {
        Self {
            pin: Counted::new(pin.padded(), pin_tries.min(15)),
            puk: Counted::new(puk.padded(), puk_tries.min(15)),
            verified: false,
            fresh: false,
        }
    }

    /// Sets the counters to what a card file remembers, never above their limits.
    pub(crate) fn with_left(mut self, pin_left: u8, puk_left: u8) -> Self {
        self.pin.left = pin_left.min(self.pin.limit);
        self.puk.left = puk_left.min(self.puk.limit);
        self
    }

    pub(crate) fn state(&self) -> PinState {
        PinState { pin_left: self.pin.left, puk_left: self.puk.left, verified: self.verified }
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.verified && self.fresh
    }

    /// Any command but the one that uses the freshness ends it.
    pub(crate) fn grow_stale(&mut self) {
        self.fresh = false;
    }

    /// Power off, reset, or VERIFY with P1 = FF: the PIN has to be given again. The counters stay.
    pub(crate) fn forget(&mut self) {
        self.verified = false;
        self.fresh = false;
    }

    pub(crate) fn lock(&mut self) {
        self.pin.left = 0;
        self.forget();
    }

    /// The empty VERIFY: 9000 when verified, else how many tries are left.
    pub(crate) fn ask(&self) -> Result<(), StatusWord> {
        match (self.verified, self.pin.left) {
            (true, _) => Ok(()),
            (false, 0) => Err(StatusWord::BLOCKED),
            (false, left) => Err(StatusWord::wrong_pin(left)),
        }
    }

    pub(crate) fn verify(&mut self, pin: &Pin) -> Result<(), StatusWord> {
        self.forget();
        self.pin.check(pin.padded())?;
        self.verified = true;
        self.fresh = true;
        Ok(())
    }

    /// A try of what is no PIN at all, which is always wrong.
    pub(crate) fn miss(&mut self) -> Result<(), StatusWord> {
        self.forget();
        self.pin.check(&[PADDING; LENGTH])
    }

    pub(crate) fn change_pin(&mut self, old: &[u8; LENGTH], new: &Pin) -> Result<(), StatusWord> {
        self.forget();
        self.pin.check(old)?;
        self.pin.set(new.padded());
        self.verified = true;
        Ok(())
    }

    pub(crate) fn change_puk(&mut self, old: &[u8; LENGTH], new: &Puk) -> Result<(), StatusWord> {
        self.puk.check(old)?;
        self.puk.set(new.padded());
        Ok(())
    }

    /// RESET RETRY COUNTER: the PUK gives the PIN a new value and all its tries. Whether the new value could be a PIN is
    /// looked at only after the PUK was right.
    pub(crate) fn unblock(&mut self, puk: &[u8; LENGTH], new: &[u8; LENGTH]) -> Result<(), StatusWord> {
        self.puk.check(puk)?;
        let new = Pin::from_padded(*new).map_err(|_| StatusWord::WRONG_DATA)?;
        self.forget();
        self.pin.set(new.padded());
        Ok(())
    }

    /// Whether no try is left for either.
    pub(crate) fn is_dead(&self) -> bool {
        self.pin.left == 0 && self.puk.left == 0
    }

    /// How often PIN and PUK may be wrong.
    pub(crate) fn limits(&self) -> (u8, u8) {
        (self.pin.limit, self.puk.limit)
    }

    pub(crate) fn secrets(&self) -> (Pin, Puk) {
        (Pin(self.pin.secret.clone()), Puk(self.puk.secret.clone()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn logic(tries: u8) -> PinLogic {
        PinLogic::new(&Pin::parse("88888888").unwrap(), &Puk::parse("12345678").unwrap(), tries, 2)
    }

    #[test]
    fn a_pin_is_six_to_eight_digits() {
        assert_eq!(Pin::parse("123456").unwrap().padded(), b"123456\xFF\xFF");
        for text in ["12345", "123456789", "1234567a", "", "１２３４５６", "123456\u{FF}"] {
            assert_eq!(Pin::parse(text).map(|_| ()), Err(PinFormat::Pin), "{text}");
        }
        assert_eq!(Pin::from_padded(*b"123456\xFF7").map(|_| ()), Err(PinFormat::Pin));
        assert_eq!(Puk::parse("1234567").map(|_| ()), Err(PinFormat::Puk));
        assert_eq!(Puk::parse("12 45678").map(|_| ()), Err(PinFormat::Puk));
    }

    #[test]
    fn no_secret_is_printed() {
        assert_eq!(format!("{:?}", Pin::parse("88888888").unwrap()), "Pin(*)");
        assert_eq!(format!("{:?}", Puk::parse("88888888").unwrap()), "Puk(*)");
    }

    //= ACC-09
    #[test]
    fn the_last_wrong_try_blocks_and_even_the_right_pin_is_refused_then() {
        let (right, wrong) = (Pin::parse("88888888").unwrap(), Pin::parse("11111111").unwrap());
        let mut logic = logic(3);
        assert_eq!(logic.verify(&wrong), Err(StatusWord(0x63C2)));
        assert_eq!(logic.verify(&wrong), Err(StatusWord(0x63C1)));
        assert_eq!(logic.verify(&wrong), Err(StatusWord(0x63C0)));
        assert_eq!(logic.verify(&right), Err(StatusWord::BLOCKED));
        assert_eq!(logic.ask(), Err(StatusWord::BLOCKED));
        assert_eq!(logic.unblock(b"12345678", wrong.padded()), Ok(()));
        assert_eq!(logic.ask(), Err(StatusWord(0x63C3)));
        assert_eq!(logic.verify(&wrong), Ok(()));
    }

    #[test]
    fn a_blocked_puk_unblocks_nothing() {
        let mut logic = logic(3);
        let new = Pin::parse("111111").unwrap();
        assert_eq!(logic.unblock(b"00000000", new.padded()), Err(StatusWord(0x63C1)));
        assert_eq!(logic.unblock(b"00000000", new.padded()), Err(StatusWord(0x63C0)));
        assert_eq!(logic.unblock(b"12345678", new.padded()), Err(StatusWord::BLOCKED));
    }

    /// What a person can do at the PIN pad.
    #[derive(Clone, Debug)]
    enum Act {
        Verify(usize),
        Change(usize, usize),
        Unblock(bool, usize),
        Reset,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            (0..3usize).prop_map(Act::Verify),
            (0..3usize, 0..3usize).prop_map(|(old, new)| Act::Change(old, new)),
            (any::<bool>(), 0..3usize).prop_map(|(right, new)| Act::Unblock(right, new)),
            Just(Act::Reset),
        ]
    }

    proptest! {
        /// A model of a few lines: which of three PINs is set, the tries of each counter, verified or not.
        #[test]
        fn the_counters_follow_the_model(acts in proptest::collection::vec(act(), 0..60)) {
            const PINS: [&str; 3] = ["88888888", "111111", "2222222"];
            let pin = |index: usize| Pin::parse(PINS[index]).unwrap();
            let mut logic = logic(3);
            let (mut current, mut left, mut puk_left, mut verified) = (0, 3u8, 2u8, false);
            for act in acts {
                match act {
                    Act::Verify(given) => {
                        let ok = left > 0 && given == current;
                        prop_assert_eq!(logic.verify(&pin(given)).is_ok(), ok);
                        left = if ok { 3 } else { left.saturating_sub(1) };
                        verified = ok;
                    }
                    Act::Change(old, new) => {
                        let ok = left > 0 && old == current;
                        prop_assert_eq!(logic.change_pin(pin(old).padded(), &pin(new)).is_ok(), ok);
                        left = if ok { 3 } else { left.saturating_sub(1) };
                        verified = ok;
                        current = if ok { new } else { current };
                    }
                    Act::Unblock(right, new) => {
                        let ok = puk_left > 0 && right;
                        let puk = if right { b"12345678" } else { b"00000000" };
                        prop_assert_eq!(logic.unblock(puk, pin(new).padded()).is_ok(), ok);
                        puk_left = if ok { 2 } else { puk_left.saturating_sub(1) };
                        if ok {
                            (current, left, verified) = (new, 3, false);
                        }
                    }
                    Act::Reset => {
                        logic.forget();
                        verified = false;
                    }
                }
                prop_assert_eq!(logic.state(), PinState { pin_left: left, puk_left, verified });
            }
        }
    }
}
