//! DER, as much of it as CMS messages need: tag, length, value.
//!
//! Invariant: reading accepts DER alone. A length that is not the shortest, an indefinite length, bytes
//! left over: each is an error, so that no two encodings of one message exist. Nothing here allocates
//! by what a length field claims, and nothing panics on input.

/// The bytes are not the DER that was expected here; the text names the place, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub &'static str);

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0C;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]`, implicit over a primitive value.
pub(crate) const CONTEXT_0_PRIMITIVE: u8 = 0x80;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xA0;

/// One element whose value is `parts` one after another.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let skip = bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend_from_slice(&bytes[skip..]);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Reads elements one after another.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// One element: its tag, its value, and all its bytes.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    pub value: &'a [u8],
    pub raw: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element, whatever its tag.
    pub(crate) fn any(&mut self, place: &'static str) -> Result<Element<'a>, Malformed> {
        let wrong = Malformed(place);
        let [tag, first, ..] = *self.rest else { return Err(wrong) };
        if tag & 0x1F == 0x1F {
            return Err(wrong); // Tags above 30 occur nowhere in CMS.
        }
        let (header, length) = if first < 0x80 {
            (2, usize::from(first))
        } else {
            let count = usize::from(first & 0x7F);
            let digits = self.rest.get(2..2 + count).ok_or(wrong)?;
            if count == 0 || count > 4 || digits[0] == 0 {
                return Err(wrong);
            }
            let length = digits.iter().fold(0usize, |n, b| (n << 8) | usize::from(*b));
            if length < 0x80 {
                return Err(wrong);
            }
            (2 + count, length)
        };
        let end = header.checked_add(length).ok_or(wrong)?;
        let raw = self.rest.get(..end).ok_or(wrong)?;
        self.rest = &self.rest[end..];
        Ok(Element { tag, value: &raw[header..], raw })
    }

    /// The next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8, place: &'static str) -> Result<Element<'a>, Malformed> {
        let element = self.any(place)?;
        if element.tag == tag { Ok(element) } else { Err(Malformed(place)) }
    }

    /// A reader over the next element's value.
    pub(crate) fn enter(&mut self, tag: u8, place: &'static str) -> Result<Self, Malformed> {
        self.take(tag, place).map(|e| Self::new(e.value))
    }

    /// The next element must be the INTEGER `expected`.
    pub(crate) fn version(&mut self, expected: u8, place: &'static str) -> Result<(), Malformed> {
        if self.take(INTEGER, place)?.value == [expected] { Ok(()) } else { Err(Malformed(place)) }
    }

    /// Nothing may be left.
    pub(crate) fn finish(&self, place: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed(place)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_their_shortest_form() {
        assert_eq!(tlv(SEQUENCE, &[&[1, 2], &[3]]), [0x30, 3, 1, 2, 3]);
        assert_eq!(tlv(OCTET_STRING, &[&[7; 127]])[..2], [0x04, 0x7F]);
        assert_eq!(tlv(OCTET_STRING, &[&[7; 128]])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(tlv(OCTET_STRING, &[&[7; 256]])[..4], [0x04, 0x82, 0x01, 0x00]);
    }

    #[test]
    fn only_der_is_read() {
        let read = |bytes: &[u8]| Reader::new(bytes).any("x").map(|e| e.value.to_vec());
        assert_eq!(read(&[0x04, 0x01, 0x09]), Ok(vec![0x09]));
        for bad in [
            &[][..],
            &[0x04],
            &[0x04, 0x02, 0x00],             // shorter than it says
            &[0x04, 0x80, 0x00, 0x00],       // indefinite
            &[0x04, 0x81, 0x01, 0x00],       // not the shortest
            &[0x04, 0x82, 0x00, 0x80, 0x00], // leading zero
            &[0x1F, 0x01, 0x00],             // high tag
            &[0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x04, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        ] {
            assert_eq!(read(bad), Err(Malformed("x")), "{bad:02x?}");
        }
        assert_eq!(Reader::new(&[0]).finish("end"), Err(Malformed("end")));
    }
}
