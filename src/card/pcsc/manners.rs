//! Whether a PIN is to be forgotten when we go: one that we gave is, one that somebody gave before us is not.
//!
//! It sees commands and answers and keeps nothing of either. Asking whether a PIN is verified costs no try.

/// VERIFY without data: is the PIN verified, and how many tries are left?
const QUESTION: [u8; 4] = [0x00, 0x20, 0x00, 0x80];
const SUCCESS: [u8; 2] = [0x90, 0x00];

/// What we know of the card's PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verified {
    /// Nobody has given it through us.
    Unknown,
    /// It was verified when we came.
    Found,
    /// We gave it.
    Given,
}

/// How a reader's user behaves towards a card that others use too.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    pin: Verified,
    /// Whether the card is nobody else's, so that all of this is needless.
    own_card: bool,
}

impl Manners {
    /// For a card that belongs to the user of this computer.
    pub fn of_a_guest() -> Self {
        Self { pin: Verified::Unknown, own_card: false }
    }

    /// For a card that this program made itself: it hears what it is sent and nothing besides.
    pub fn of_the_owner() -> Self {
        Self { own_card: true, ..Self::of_a_guest() }
    }

    /// The card was reset, or is another one: no PIN is verified.
    pub fn card_is_new(&mut self) {
        self.pin = Verified::Unknown;
    }

    /// What to ask the card before it is sent this.
    pub fn question_before(&self, command: &[u8]) -> Option<&'static [u8]> {
        (!self.own_card && self.pin != Verified::Given && gives_pin(command)).then_some(&QUESTION)
    }

    /// The answer to that.
    pub fn answered(&mut self, answer: &[u8]) {
        self.pin = if answer == SUCCESS { Verified::Found } else { Verified::Unknown };
    }

    /// A command and its answer.
    pub fn sent(&mut self, command: &[u8], answer: &[u8]) {
        if gives_pin(command) && answer == SUCCESS && self.pin == Verified::Unknown {
            self.pin = Verified::Given;
        }
    }

    /// Whether a PIN of ours would stay behind.
    pub fn must_log_out(&self) -> bool {
        !self.own_card && self.pin == Verified::Given
    }
}

/// VERIFY with data, or CHANGE REFERENCE DATA of the PIN, which verifies it too.
fn gives_pin(command: &[u8]) -> bool {
    command.len() > 5 && matches!(command[1..4], [0x20, 0x00, 0x80] | [0x24, 0x00, 0x80])
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFY: &[u8] = b"\x00\x20\x00\x80\x0888888888";

    #[test]
    fn only_a_pin_that_we_gave_is_forgotten() {
        let mut manners = Manners::of_a_guest();
        assert_eq!(manners.question_before(&QUESTION), None);
        assert_eq!(manners.question_before(VERIFY), Some(&QUESTION[..]));
        manners.answered(&[0x63, 0xC5]);
        manners.sent(VERIFY, &[0x63, 0xC4]);
        assert!(!manners.must_log_out(), "the PIN was wrong");
        manners.sent(VERIFY, &SUCCESS);
        assert!(manners.must_log_out());
        assert_eq!(manners.question_before(VERIFY), None, "it is known to be ours");
        manners.card_is_new();
        assert!(!manners.must_log_out());
        manners.answered(&SUCCESS);
        manners.sent(VERIFY, &SUCCESS);
        assert!(!manners.must_log_out(), "it was verified before");
        assert_eq!(manners.question_before(VERIFY), Some(&QUESTION[..]), "who gave it may have taken it along");
        manners.answered(&[0x63, 0xC5]);
        manners.sent(VERIFY, &SUCCESS);
        assert!(manners.must_log_out());
    }

    #[test]
    fn a_card_of_ours_hears_nothing_but_what_it_is_sent() {
        let mut manners = Manners::of_the_owner();
        assert_eq!(manners.question_before(VERIFY), None);
        manners.sent(VERIFY, &SUCCESS);
        assert!(!manners.must_log_out());
    }
}
