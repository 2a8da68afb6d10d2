//! Command and answer bytes (ISO 7816-4): all four cases, short and extended.
//!
//! Only lengths and places are known here, never what an instruction means.

use crate::status::StatusWord;

/// The longest data field that an extended command can carry.
pub const MAX_DATA: usize = 0xFFFF;

/// A command as a terminal sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class: 00, or 10 for a piece of a chain.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// The data field; empty in cases 1 and 2.
    pub data: &'a [u8],
    /// How many bytes of answer are wanted at most, 1 to 65 536; `None` in cases 1 and 3.
    pub le: Option<u32>,
}

impl<'a> Command<'a> {
    /// Reads the bytes of one command. Lc of zero in an extended command is refused as malformed,
    /// as is every byte too many or too few.
    ///
    /// # Errors
    /// 6700 if the lengths don't fit the bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let [cla, ins, p1, p2, body @ ..] = bytes else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let (data, le) = match body {
            [] => (&body[..0], None),
            [le] => (&body[..0], Some(short_le(*le))),
            [0, a, b] => (&body[..0], Some(extended_le(*a, *b))),
            [0, a, b, rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([*a, *b]));
                match rest.split_at_checked(lc) {
                    Some((data, tail)) if lc > 0 => match tail {
                        [] => (data, None),
                        [a, b] => (data, Some(extended_le(*a, *b))),
                        _ => return Err(StatusWord::WRONG_LENGTH),
                    },
                    _ => return Err(StatusWord::WRONG_LENGTH),
                }
            }
            // Lc 00 followed by one byte is neither a short nor an extended form.
            [0, _] => return Err(StatusWord::WRONG_LENGTH),
            [lc, rest @ ..] => match rest.split_at_checked(usize::from(*lc)) {
                Some((data, [])) => (data, None),
                Some((data, [le])) => (data, Some(short_le(*le))),
                _ => return Err(StatusWord::WRONG_LENGTH),
            },
        };
        Ok(Self { cla: *cla, ins: *ins, p1: *p1, p2: *p2, data, le })
    }

    /// The bytes of this command: short if data and Le allow it, else extended. `None` if the data field is
    /// longer than [`MAX_DATA`] or Le is 0 or beyond 65 536.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        // The header, three bytes of length and two of Le at the most.
        let mut bytes = Vec::with_capacity(self.data.len() + 9);
        bytes.extend_from_slice(&[self.cla, self.ins, self.p1, self.p2]);
        let short = self.data.len() <= 0xFF && self.le.is_none_or(|le| le <= 0x100);
        if self.le.is_some_and(|le| le == 0 || le > 0x1_0000) {
            return None;
        }
        if short {
            if !self.data.is_empty() {
                bytes.push(u8::try_from(self.data.len()).ok()?);
                bytes.extend_from_slice(self.data);
            }
            if let Some(le) = self.le {
                // 256 is written as 00, which is its low byte.
                bytes.push(le.to_be_bytes()[3]);
            }
        } else {
            let lc = u16::try_from(self.data.len()).ok()?;
            bytes.push(0);
            if lc > 0 {
                bytes.extend_from_slice(&lc.to_be_bytes());
                bytes.extend_from_slice(self.data);
            }
            if let Some(le) = self.le {
                bytes.extend_from_slice(&le.to_be_bytes()[2..]);
            }
        }
        Some(bytes)
    }
}

fn short_le(le: u8) -> u32 {
    if le == 0 { 0x100 } else { u32::from(le) }
}

fn extended_le(a: u8, b: u8) -> u32 {
    match u16::from_be_bytes([a, b]) {
        0 => 0x1_0000,
        le => u32::from(le),
    }
}

/// An answer as a card gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// What comes before the status word.
    pub data: &'a [u8],
    /// The last two bytes.
    pub status: StatusWord,
}

impl<'a> Answer<'a> {
    /// Splits the bytes of an answer; `None` if there are fewer than two.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (data, status) = bytes.split_last_chunk::<2>()?;
        Some(Self { data, status: StatusWord(u16::from_be_bytes(*status)) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_four_cases_are_read_short_and_extended() {
        let le = |bytes: &[u8]| Command::parse(bytes).map(|c| (c.data.to_vec(), c.le));
        assert_eq!(le(&[0, 0x20, 0, 0x80]), Ok((vec![], None)));
        assert_eq!(le(&[0, 0x20, 0, 0x80, 0]), Ok((vec![], Some(256))));
        assert_eq!(le(&[0, 0xC0, 0, 0, 0xAE]), Ok((vec![], Some(0xAE))));
        assert_eq!(le(&[0, 0xA4, 4, 0, 2, 7, 8]), Ok((vec![7, 8], None)));
        assert_eq!(le(&[0, 0xA4, 4, 0, 2, 7, 8, 0x10]), Ok((vec![7, 8], Some(16))));
        assert_eq!(le(&[0, 0xC0, 0, 0, 0, 0, 0]), Ok((vec![], Some(65_536))));
        assert_eq!(le(&[0, 0xC0, 0, 0, 0, 1, 0]), Ok((vec![], Some(256))));
        assert_eq!(le(&[0, 0xA4, 4, 0, 0, 0, 1, 9]), Ok((vec![9], None)));
        assert_eq!(le(&[0, 0xA4, 4, 0, 0, 0, 1, 9, 1, 2]), Ok((vec![9], Some(258))));
    }

    #[test]
    fn lengths_that_contradict_the_bytes_are_6700() {
        for bytes in [
            &[][..],
            &[0, 0x20, 0],
            &[0, 0xA4, 4, 0, 2, 7],
            &[0, 0xA4, 4, 0, 2, 7, 8, 9, 10],
            &[0, 0xA4, 4, 0, 0, 1],
            &[0, 0xA4, 4, 0, 0, 0, 2, 9],
            &[0, 0xA4, 4, 0, 0, 0, 0, 9],
            &[0, 0xA4, 4, 0, 0, 0, 1, 9, 1],
            &[0, 0xA4, 4, 0, 0, 0, 1, 9, 1, 2, 3],
        ] {
            assert_eq!(Command::parse(bytes), Err(StatusWord::WRONG_LENGTH), "{bytes:02X?}");
        }
    }

    #[test]
    fn the_longest_command_passes_and_one_byte_more_does_not() {
        let data = vec![0x5A; MAX_DATA + 1];
        let longest = Command { cla: 0, ins: 0xDB, p1: 0, p2: 0, data: &data[1..], le: None };
        let bytes = longest.to_bytes().unwrap();
        assert_eq!(bytes[4..7], [0, 0xFF, 0xFF]);
        assert_eq!(Command::parse(&bytes), Ok(longest));
        let too_long = Command { cla: 0, ins: 0xDB, p1: 0, p2: 0, data: &data, le: None };
        assert_eq!(too_long.to_bytes(), None);
    }

    #[test]
    fn an_answer_needs_its_status_word() {
        assert_eq!(Answer::parse(&[0x90]), None);
        assert_eq!(Answer::parse(&[1, 0x90, 0]), Some(Answer { data: &[1], status: StatusWord::SUCCESS }));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(
            head: [u8; 4],
            data in proptest::collection::vec(any::<u8>(), 0..700),
            le in proptest::option::of(1u32..=0x1_0000),
        ) {
            let command = Command { cla: head[0], ins: head[1], p1: head[2], p2: head[3], data: &data, le };
            let bytes = command.to_bytes().unwrap();
            prop_assert_eq!(Command::parse(&bytes), Ok(command));
        }

        #[test]
        fn any_bytes_are_read_or_refused_and_what_is_read_is_written_back(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            if let Ok(command) = Command::parse(&bytes) {
                let again = command.to_bytes().unwrap();
                prop_assert_eq!(Command::parse(&again), Ok(command));
                prop_assert!(again.len() <= bytes.len());
            }
        }
    }
}
