//! BER-TLV, as far as smart cards need it: tags of one to three bytes, definite lengths up to 65 535.

/// One element and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The tag's bytes as one big-endian number, such as 0x7C or 0x5F2F.
    pub tag: u32,
    /// The value.
    pub value: &'a [u8],
}

/// Reads the first element; returns it and the bytes after it, or `None` if it is cut off or not BER.
pub fn read(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut tag = u32::from(first);
    if first & 0x1F == 0x1F {
        for place in 0..3 {
            let (&next, after) = rest.split_first()?;
            rest = after;
            tag = tag << 8 | u32::from(next);
            if next & 0x80 == 0 {
                break;
            }
            if place == 2 {
                return None;
            }
        }
    }
    let (&length, mut rest) = rest.split_first()?;
    let length = match length {
        0..=0x7F => usize::from(length),
        0x81 => {
            let (&length, after) = rest.split_first()?;
            rest = after;
            usize::from(length)
        }
        0x82 => {
            let (length, after) = rest.split_first_chunk::<2>()?;
            rest = after;
            usize::from(u16::from_be_bytes(*length))
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Element { tag, value }, rest))
}

/// Reads elements until the bytes end; `None` if anything is left over or cut off.
pub fn read_all(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = read(bytes)?;
        elements.push(element);
        bytes = rest;
    }
    Some(elements)
}

/// The value of the first element with `tag` among well-formed `bytes`.
pub fn find(mut bytes: &[u8], tag: u32) -> Option<&[u8]> {
    let mut found = None;
    while !bytes.is_empty() {
        let (element, rest) = read(bytes)?;
        found = found.or((element.tag == tag).then_some(element.value));
        bytes = rest;
    }
    found
}

/// Writes one element with the shortest length form.
///
/// # Panics
/// If the value is longer than 65 535 bytes: nothing on a card is.
pub fn write(tag: u32, value: &[u8]) -> Vec<u8> {
    // Three bytes of tag and three of length at the most.
    let mut bytes = Vec::with_capacity(value.len() + 6);
    append(&mut bytes, tag, value);
    bytes
}

/// Writes one element, as [`write()`] does, behind others.
///
/// # Panics
/// As [`write()`].
pub fn append(bytes: &mut Vec<u8>, tag: u32, value: &[u8]) {
    let length = u16::try_from(value.len()).expect("no object on a card is longer than 65 535 bytes");
    let [high, low] = length.to_be_bytes();
    let leading = (tag.leading_zeros() / 8) as usize;
    bytes.extend_from_slice(&tag.to_be_bytes()[leading..]);
    match length {
        0..=0x7F => bytes.push(low),
        0x80..=0xFF => bytes.extend_from_slice(&[0x81, low]),
        _ => bytes.extend_from_slice(&[0x82, high, low]),
    }
    bytes.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_take_their_shortest_form() {
        assert_eq!(write(0x53, &[1; 0x7F])[..2], [0x53, 0x7F]);
        assert_eq!(write(0x53, &[1; 0x80])[..3], [0x53, 0x81, 0x80]);
        assert_eq!(write(0x5F2F, &[1; 0x100])[..5], [0x5F, 0x2F, 0x82, 0x01, 0x00]);
    }

    #[test]
    fn cut_off_elements_are_refused() {
        for bytes in
            [&[0x7C][..], &[0x7C, 2, 0x82], &[0x5F], &[0x53, 0x82, 1], &[0x53, 0x80], &[0x1F, 0x81, 0x81, 0x81]]
        {
            assert_eq!(read(bytes), None, "{bytes:02X?}");
        }
        assert_eq!(read_all(&[0x82, 0, 0x81]), None);
    }

    #[test]
    fn an_element_is_found_among_others() {
        assert_eq!(find(&[0x82, 0, 0x81, 2, 7, 8], 0x81), Some(&[7, 8][..]));
        assert_eq!(find(&[0x82, 0, 0x81, 2, 7, 8], 0x85), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in proptest::collection::vec(any::<u8>(), 0..400), tail: [u8; 3]) {
            for tag in [0x7C, 0x5F2F, 0x5F_C102] {
                let mut bytes = write(tag, &value);
                bytes.extend(tail);
                prop_assert_eq!(read(&bytes), Some((Element { tag, value: &value }, &tail[..])));
            }
        }
    }
}
