//! PIV as a terminal speaks it (SP 800-73-4 part 2): select, read a certificate, verify a PIN, sign.
//!
//! Long commands are sent as short chained pieces and long answers fetched with GET RESPONSE, which every reader and
//! card can do; extended lengths are not used.

use std::{borrow::Cow, io::Read};

use signing::{Algorithm, Certificate};
use virtual_card::{
    Pin, Puk, Reader, Slot,
    apdu::{Answer, Command},
    status::StatusWord,
    tlv,
};

use super::CardError;

/// The beginning of PIV's application identifier, which is enough to select it whatever its version.
const APPLICATION: [u8; 9] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];
/// The most that a piece of a chained command carries.
const PIECE: usize = 255;
/// No object on a PIV card is longer; a card that goes on sending is broken.
const MAX_ANSWER: usize = 32 * 1024;
/// Le = 256, written 00.
const ALL: Option<u32> = Some(256);

const PIN: u8 = 0x80;
const PUK: u8 = 0x81;

/// What stands in front of a SHA-256 digest in a PKCS#1 v1.5 signature (RFC 8017, section 9.2, note 1).
const SHA256_PREFIX: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Whether the card would sign now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinStatus {
    /// The PIN is verified.
    Verified,
    /// The PIN must be given; so many tries are left, none if locked.
    Left(u8),
}

/// A connection to the PIV application of the card in a reader. It holds no state of its own: make one for each act, or
/// keep one until it fails.
pub struct Terminal<'r> {
    reader: &'r mut dyn Reader,
    sm2_algorithm: u8,
}

impl<'r> Terminal<'r> {
    /// Connects to the card and selects PIV. A PIN that was verified before stays so.
    ///
    /// # Errors
    /// [`CardError::NoCard`], or [`CardError::Status`] if the card is not a PIV card.
    pub fn connect(reader: &'r mut dyn Reader) -> Result<Self, CardError> {
        reader.connect()?;
        let mut terminal = Self { reader, sm2_algorithm: 0x54 };
        terminal.select()?;
        Ok(terminal)
    }

    /// Connects and acts with every other program kept off the card: nobody can select another application before a
    /// PIN goes out, nor use the PIN.
    ///
    /// # Errors
    /// As [`Terminal::connect`], and what the act comes to.
    pub fn hold<T>(
        reader: &'r mut dyn Reader,
        act: impl FnOnce(&mut Terminal<'_>) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        reader.connect()?;
        reader.begin()?;
        let mut terminal = Terminal { reader: &mut *reader, sm2_algorithm: 0x54 };
        let done = terminal.select().and_then(|()| act(&mut terminal));
        reader.end();
        done
    }

    fn select(&mut self) -> Result<(), CardError> {
        self.run(0xA4, [0x04, 0x00], &APPLICATION, ALL)?.done(other)?;
        Ok(())
    }

    /// For a card whose algorithm byte for SM2 is not CanoKey's.
    #[must_use]
    pub fn with_sm2_algorithm(mut self, algorithm: u8) -> Self {
        self.sm2_algorithm = algorithm;
        self
    }

    /// Keeps other programs off the card until [`Terminal::end`], so that a PIN and what it is for are one act.
    ///
    /// # Errors
    /// If the card is gone or has changed.
    pub fn begin(&mut self) -> Result<(), CardError> {
        Ok(self.reader.begin()?)
    }

    /// Lets other programs at the card again. Harmless without a [`Terminal::begin`].
    pub fn end(&mut self) {
        self.reader.end();
    }

    /// Reads the certificate of a slot. No PIN is needed.
    ///
    /// # Errors
    /// [`CardError::Status`] with 6A82 if the slot is empty.
    pub fn read_certificate(&mut self, slot: Slot) -> Result<Certificate, CardError> {
        let name = slot.certificate_tag().to_be_bytes();
        let object = self.run(0xCB, [0x3F, 0xFF], &tlv::write(0x5C, &name[1..]), ALL)?.done(other)?;
        let content = tlv::find(&object, 0x53).ok_or(CardError::Malformed("证书对象格式不对"))?;
        let certificate = tlv::find(content, 0x70).ok_or(CardError::Malformed("证书对象格式不对"))?;
        // CertInfo (SP 800-73-4 part 1, appendix A): bit 0 says that the certificate is packed by gzip.
        let packed = tlv::find(content, 0x71).and_then(<[u8]>::first).is_some_and(|info| info & 1 == 1);
        let certificate = if packed { unpacked(certificate)?.into() } else { Cow::Borrowed(certificate) };
        Certificate::recall(&certificate).map_err(|_| CardError::Malformed("证书无法解析"))
    }

    /// Gives the PIN to the card, which then signs until it is reset or removed.
    ///
    /// # Errors
    /// [`CardError::WrongPin`] with the tries that are left, [`CardError::Locked`] if none are (ACC-09).
    pub fn verify_pin(&mut self, pin: &Pin) -> Result<(), CardError> {
        self.run(0x20, [0x00, PIN], pin.padded(), None)?.done(CardError::of_pin)?;
        Ok(())
    }

    /// Asks whether the PIN is verified and how many tries are left. It costs none.
    ///
    /// # Errors
    /// If the card gives another answer than the standard's.
    pub fn tries_left(&mut self) -> Result<PinStatus, CardError> {
        match self.run(0x20, [0x00, PIN], &[], None)?.done(CardError::of_pin) {
            Ok(_) => Ok(PinStatus::Verified),
            Err(CardError::WrongPin { tries_left }) => Ok(PinStatus::Left(tries_left)),
            Err(CardError::Locked) => Ok(PinStatus::Left(0)),
            Err(other) => Err(other),
        }
    }

    /// Makes the card forget that its PIN was verified. Calling it twice is harmless.
    ///
    /// # Errors
    /// If the card is gone, or does not know the command.
    pub fn log_out(&mut self) -> Result<(), CardError> {
        self.run(0x20, [0xFF, PIN], &[], None)?.done(other)?;
        Ok(())
    }

    /// Has the card sign a digest with the key of a slot: DER SEQUENCE { r, s } for SM2 and P-256, 256 bytes for RSA.
    /// For SM2 the digest is SM3(Z || M): the card knows neither Z nor M.
    ///
    /// # Errors
    /// [`CardError::PinNeeded`] before [`Terminal::verify_pin`]; [`CardError::Status`] with 6A86 if the slot holds no
    /// key of this algorithm.
    pub fn sign(&mut self, slot: Slot, algorithm: Algorithm, digest: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let block;
        let (byte, input) = match algorithm {
            Algorithm::Sm2 => (self.sm2_algorithm, &digest[..]),
            Algorithm::P256 => (0x11, &digest[..]),
            Algorithm::Rsa2048 => {
                block = rsa_block(digest);
                (0x07, &block[..])
            }
        };
        let mut request = tlv::write(0x82, &[]);
        tlv::append(&mut request, 0x81, input);
        let template = tlv::write(0x7C, &request);
        let answer = self.run(0x87, [byte, slot.reference()], &template, ALL)?.done(CardError::of_pin)?;
        let signature = tlv::find(&answer, 0x7C).and_then(|template| tlv::find(template, 0x82));
        signature.map(<[u8]>::to_vec).ok_or(CardError::Malformed("签名应答格式不对"))
    }

    /// Changes the PIN; the new one counts as verified.
    ///
    /// # Errors
    /// As [`Terminal::verify_pin`], for the old PIN.
    pub fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), CardError> {
        self.run_secret(0x24, PIN, old.padded(), new.padded())?.done(CardError::of_pin)?;
        Ok(())
    }

    /// Changes the PUK.
    ///
    /// # Errors
    /// [`CardError::WrongPuk`] or [`CardError::PukLocked`] for the old PUK.
    pub fn change_puk(&mut self, old: &Puk, new: &Puk) -> Result<(), CardError> {
        self.run_secret(0x24, PUK, old.padded(), new.padded())?.done(CardError::of_puk)?;
        Ok(())
    }

    /// Gives the PIN a new value and all its tries. It must be verified again after that.
    ///
    /// # Errors
    /// [`CardError::WrongPuk`] or [`CardError::PukLocked`].
    pub fn unblock(&mut self, puk: &Puk, new: &Pin) -> Result<(), CardError> {
        self.run_secret(0x2C, PIN, puk.padded(), new.padded())?.done(CardError::of_puk)?;
        Ok(())
    }

    fn run_secret(&mut self, ins: u8, p2: u8, first: &[u8; 8], second: &[u8; 8]) -> Result<Outcome, CardError> {
        self.run(ins, [0x00, p2], [*first, *second].as_flattened(), None)
    }

    /// Sends one command, in pieces if it is long, and fetches the whole answer.
    fn run(&mut self, ins: u8, [p1, p2]: [u8; 2], data: &[u8], le: Option<u32>) -> Result<Outcome, CardError> {
        let mut rest = data;
        while let Some((piece, after)) = rest.split_at_checked(PIECE).filter(|(_, after)| !after.is_empty()) {
            let outcome = self.send(&Command { cla: 0x10, ins, p1, p2, data: piece, le: None })?;
            if !outcome.status.is_success() {
                return Ok(outcome);
            }
            rest = after;
        }
        let mut outcome = self.send(&Command { cla: 0x00, ins, p1, p2, data: rest, le })?;
        while let Some(length) = outcome.status.rest() {
            // At most 256, which is what `rest` gives.
            let le = u32::try_from(length).ok();
            let more = self.send(&Command { cla: 0x00, ins: 0xC0, p1: 0, p2: 0, data: &[], le })?;
            if more.data.is_empty() && more.status.rest().is_some() || outcome.data.len() > MAX_ANSWER {
                return Err(CardError::Malformed("应答没有结尾"));
            }
            outcome.data.extend(more.data);
            outcome.status = more.status;
        }
        Ok(outcome)
    }

    fn send(&mut self, command: &Command<'_>) -> Result<Outcome, CardError> {
        let bytes = command.to_bytes().ok_or(CardError::Malformed("命令过长"))?;
        let mut data = self.reader.transmit(&bytes)?;
        let status = Answer::parse(&data).ok_or(CardError::Malformed("应答没有状态字"))?.status;
        data.truncate(data.len() - 2);
        Ok(Outcome { data, status })
    }
}

/// What gzip packed.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, CardError> {
    let mut bytes = Vec::new();
    // No certificate is longer than what a card may send at all.
    let read = flate2::read::GzDecoder::new(packed).take(MAX_ANSWER as u64).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|_| CardError::Malformed("证书无法解压"))
}

/// A complete answer.
struct Outcome {
    data: Vec<u8>,
    status: StatusWord,
}

impl Outcome {
    /// The data if the card did what it was asked, else what its status word means here.
    fn done(self, meaning: fn(StatusWord) -> CardError) -> Result<Vec<u8>, CardError> {
        if self.status.is_success() { Ok(self.data) } else { Err(meaning(self.status)) }
    }
}

/// The meaning of a status word where neither PIN nor PUK is at stake.
fn other(status: StatusWord) -> CardError {
    CardError::Status(status.0)
}

/// EMSA-PKCS1-v1_5 (RFC 8017, section 9.2) for 2048 bits.
fn rsa_block(digest: &[u8; 32]) -> Vec<u8> {
    let filling = vec![0xFF; 256 - 3 - SHA256_PREFIX.len() - digest.len()];
    [&[0x00, 0x01], &filling[..], &[0x00], &SHA256_PREFIX, digest].concat()
}

#[cfg(test)]
mod tests {
    use signing::PrivateKey;
    use virtual_card::{Card, CardFault, CardFaultKind, CardFile, CardKeys, MemoryReader, Profile, SlotKey};

    use super::*;

    const CARDS: [&str; 3] = [
        include_str!("../../fixtures/cards/binhai-legal.json"),
        include_str!("../../fixtures/cards/dongling-operator.json"),
        include_str!("../../fixtures/cards/dongling-operator2.json"),
    ];

    fn card(text: &str) -> Card {
        CardFile::parse(text).unwrap().card()
    }

    fn pin(text: &str) -> Pin {
        Pin::parse(text).unwrap()
    }

    //= ACC-06
    #[test]
    fn a_signature_of_each_algorithm_verifies_under_the_certificate_on_the_card() {
        for (text, algorithm) in CARDS.into_iter().zip([Algorithm::Sm2, Algorithm::Rsa2048, Algorithm::P256]) {
            let mut reader = MemoryReader::with_card(card(text));
            let mut terminal = Terminal::connect(&mut reader).unwrap();
            let certificate = terminal.read_certificate(Slot::Authentication).unwrap();
            let key = certificate.public_key();
            assert_eq!(key.algorithm(), algorithm);
            let digest = key.digest("正文".as_bytes());
            assert_eq!(terminal.sign(Slot::Authentication, algorithm, &digest), Err(CardError::PinNeeded));
            terminal.verify_pin(&pin("88888888")).unwrap();
            let signature = terminal.sign(Slot::Authentication, algorithm, &digest).unwrap();
            assert_eq!(key.verify("正文".as_bytes(), &signature), Ok(()));
            let encryption = terminal.read_certificate(Slot::KeyManagement).unwrap();
            assert!(encryption.public_key() != key, "a holder has two keys");
        }
    }

    //= ACC-09
    #[test]
    fn the_remaining_tries_are_told_until_the_card_is_locked_and_the_puk_opens_it() {
        let mut reader = MemoryReader::with_card(card(CARDS[0]));
        let mut terminal = Terminal::connect(&mut reader).unwrap();
        for tries_left in [4, 3, 2, 1] {
            assert_eq!(terminal.verify_pin(&pin("111111")), Err(CardError::WrongPin { tries_left }));
            assert_eq!(terminal.tries_left(), Ok(PinStatus::Left(tries_left)));
        }
        assert_eq!(terminal.verify_pin(&pin("111111")), Err(CardError::Locked));
        assert_eq!(terminal.verify_pin(&pin("88888888")), Err(CardError::Locked));
        assert_eq!(terminal.tries_left(), Ok(PinStatus::Left(0)));
        let (wrong, right) = (Puk::parse("00000000").unwrap(), Puk::parse("88888888").unwrap());
        assert_eq!(terminal.unblock(&wrong, &pin("123456")), Err(CardError::WrongPuk { tries_left: 4 }));
        assert_eq!(terminal.unblock(&right, &pin("123456")), Ok(()));
        assert_eq!(terminal.verify_pin(&pin("123456")), Ok(()));
        assert_eq!(terminal.tries_left(), Ok(PinStatus::Verified));
        terminal.log_out().unwrap();
        assert_eq!(terminal.tries_left(), Ok(PinStatus::Left(5)));
    }

    //= ACC-09
    #[test]
    fn a_puk_that_was_wrong_too_often_helps_no_more() {
        let mut reader = MemoryReader::with_card(card(CARDS[0]));
        let mut terminal = Terminal::connect(&mut reader).unwrap();
        let (wrong, right) = (Puk::parse("00000000").unwrap(), Puk::parse("88888888").unwrap());
        for tries_left in [4, 3, 2, 1] {
            assert_eq!(terminal.change_puk(&wrong, &right), Err(CardError::WrongPuk { tries_left }));
        }
        assert_eq!(terminal.change_puk(&wrong, &right), Err(CardError::PukLocked));
        assert_eq!(terminal.unblock(&right, &pin("123456")), Err(CardError::PukLocked));
    }

    #[test]
    fn a_changed_pin_counts_and_the_old_one_does_not() {
        let mut reader = MemoryReader::with_card(card(CARDS[0]));
        let mut terminal = Terminal::connect(&mut reader).unwrap();
        assert_eq!(terminal.change_pin(&pin("88888888"), &pin("123456")), Ok(()));
        assert_eq!(terminal.verify_pin(&pin("88888888")), Err(CardError::WrongPin { tries_left: 4 }));
        assert_eq!(terminal.verify_pin(&pin("123456")), Ok(()));
    }

    //= ACC-05
    #[test]
    fn removal_and_swap_between_two_commands_are_told_apart() {
        for at in 1..=4 {
            let act = |kind| {
                let mut reader = MemoryReader::with_card(card(CARDS[1]));
                reader.tray_mut().arm(CardFault { at, kind });
                let mut terminal = Terminal::connect(&mut reader)?;
                terminal.verify_pin(&pin("88888888"))?;
                terminal.sign(Slot::Authentication, Algorithm::Rsa2048, &[1; 32])
            };
            assert_eq!(act(CardFaultKind::Pull), Err(CardError::Removed), "APDU {at}");
            assert_eq!(act(CardFaultKind::Swap(Box::new(card(CARDS[0])))), Err(CardError::Changed), "APDU {at}");
            assert_eq!(act(CardFaultKind::Stuck), Err(CardError::Stuck), "APDU {at}");
            assert_eq!(act(CardFaultKind::Status(0x6F00)), Err(CardError::Status(0x6F00)), "APDU {at}");
        }
        assert_eq!(Terminal::connect(&mut MemoryReader::new("empty")).map(|_| ()), Err(CardError::NoCard));
    }

    #[test]
    fn a_card_may_have_its_own_byte_for_sm2() {
        let key = PrivateKey::from_pkcs8_pem(
            &CardFile::parse(CARDS[0]).unwrap().slots[&Slot::Authentication].key.to_pkcs8_pem(),
        );
        let mut profile = Profile::factory([0; 16]);
        profile.sm2_algorithm = 0xF2;
        let keys = CardKeys::new().with(Slot::Authentication, SlotKey::fixture(key.unwrap(), None));
        let mut reader = MemoryReader::with_card(Card::new(profile, keys));
        let mut terminal = Terminal::connect(&mut reader).unwrap();
        assert_eq!(terminal.read_certificate(Slot::Authentication), Err(CardError::Status(0x6A82)));
        terminal.verify_pin(&pin("88888888")).unwrap();
        assert_eq!(terminal.sign(Slot::Authentication, Algorithm::Sm2, &[1; 32]), Err(CardError::Status(0x6A86)));
        let mut terminal = terminal.with_sm2_algorithm(0xF2);
        assert!(terminal.sign(Slot::Authentication, Algorithm::Sm2, &[1; 32]).is_ok());
    }

    /// Answers SELECT, and GET DATA with one object, however long.
    struct OneObject(Vec<u8>);

    impl Reader for OneObject {
        fn name(&self) -> &str {
            "test"
        }
        fn status(&mut self) -> Result<virtual_card::Presence, virtual_card::ReaderError> {
            Ok(virtual_card::Presence::Empty)
        }
        fn connect(&mut self) -> Result<virtual_card::Atr, virtual_card::ReaderError> {
            Ok(Vec::new())
        }
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, virtual_card::ReaderError> {
            let object = if command[1] == 0xCB { &self.0[..] } else { &[] };
            Ok([object, &[0x90, 0x00]].concat())
        }
        fn reset(&mut self) -> Result<virtual_card::Atr, virtual_card::ReaderError> {
            self.connect()
        }
    }

    #[test]
    fn a_packed_certificate_is_unpacked_and_rubbish_is_told() {
        let plain = card(CARDS[0]).certificate(Slot::Authentication).unwrap();
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packer, plain.der()).unwrap();
        let packed = packer.finish().unwrap();
        let read = |bytes: &[u8], info: u8| {
            let content = [tlv::write(0x70, bytes), tlv::write(0x71, &[info]), tlv::write(0xFE, &[])].concat();
            let mut reader = OneObject(tlv::write(0x53, &content));
            Terminal::connect(&mut reader)?.read_certificate(Slot::Authentication)
        };
        assert_eq!(read(&packed, 1), Ok(plain.clone()));
        assert_eq!(read(plain.der(), 0), Ok(plain.clone()));
        assert_eq!(read(plain.der(), 1), Err(CardError::Malformed("证书无法解压")));
        assert_eq!(read(&packed, 0), Err(CardError::Malformed("证书无法解析")));
    }
}
