//! Frames: each way two bytes of length, then so many bytes. One byte alone is an order to the reader, not to the card.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

/// What the driver asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Power off. No answer.
    PowerOff,
    /// Power on. No answer.
    PowerOn,
    /// Reset. No answer.
    Reset,
    /// The answer to reset. This is also how the driver looks, about every 400 ms, whether the card is still there.
    Atr,
    /// A command. Any other bytes are one too, however few: who sends them waits for an answer.
    Apdu(Zeroizing<Vec<u8>>),
}

impl Request {
    fn parse(bytes: Zeroizing<Vec<u8>>) -> Self {
        match bytes.as_slice() {
            [0] => Self::PowerOff,
            [1] => Self::PowerOn,
            [2] => Self::Reset,
            [4] => Self::Atr,
            _ => Self::Apdu(bytes),
        }
    }
}

/// Reads the next request; `None` if the driver has closed the connection between two of them. `acknowledge` is called
/// between length and payload: the driver sends them apart, and its system holds the payload back until the length has
/// been acknowledged (44 ms, unless the card's side is asked to hurry).
///
/// # Errors
/// As the stream; [`io::ErrorKind::UnexpectedEof`] if it ends within a frame.
pub fn read_request(stream: &mut impl Read, acknowledge: impl FnOnce()) -> io::Result<Option<Request>> {
    let mut length = [0; 2];
    // The first byte alone, since only there is an end no error.
    loop {
        match stream.read(&mut length[..1]) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    stream.read_exact(&mut length[1..])?;
    acknowledge();
    let mut payload = Zeroizing::new(vec![0; usize::from(u16::from_be_bytes(length))]);
    stream.read_exact(&mut payload)?;
    Ok(Some(Request::parse(payload)))
}

/// Sends an answer in one write: two would wait for each other.
///
/// # Errors
/// As the stream; [`io::ErrorKind::InvalidInput`] if the answer is longer than the 65535 bytes that a frame can hold.
pub fn write_answer(stream: &mut impl Write, answer: &[u8]) -> io::Result<()> {
    let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut frame = Vec::with_capacity(2 + answer.len());
    frame.extend(length.to_be_bytes());
    frame.extend(answer);
    stream.write_all(&frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> io::Result<Vec<Request>> {
        let mut requests = Vec::new();
        while let Some(request) = read_request(&mut bytes, || ())? {
            requests.push(request);
        }
        Ok(requests)
    }

    fn apdu(bytes: &[u8]) -> Request {
        Request::Apdu(Zeroizing::new(bytes.to_vec()))
    }

    #[test]
    fn one_byte_is_an_order_if_the_protocol_knows_it() {
        let stream = b"\0\x01\x00\0\x01\x01\0\x01\x02\0\x01\x04\0\x01\x03\0\0\0\x04\0\xA4\x04\0";
        let expected = [
            Request::PowerOff,
            Request::PowerOn,
            Request::Reset,
            Request::Atr,
            apdu(&[3]),
            apdu(&[]),
            apdu(&[0, 0xA4, 4, 0]),
        ];
        assert_eq!(read(stream).unwrap(), expected);
    }

    #[test]
    fn a_stream_may_end_between_frames_only() {
        assert_eq!(read(b"").unwrap(), []);
        for cut in [&b"\0"[..], b"\0\x05", b"\0\x05\0\xA4\x04\0"] {
            assert_eq!(read(cut).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{cut:?}");
        }
    }

    #[test]
    fn the_longest_frame_is_read_and_written() {
        let mut stream = vec![0xFF, 0xFF];
        stream.resize(2 + 65_535, 7);
        assert_eq!(read(&stream).unwrap(), [apdu(&[7; 65_535])]);
        let mut written = Vec::new();
        write_answer(&mut written, &[7; 65_535]).unwrap();
        assert_eq!(written, stream);
        assert_eq!(write_answer(&mut written, &[7; 65_536]).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(written, stream, "nothing of it was sent");
    }

    #[test]
    fn an_answer_is_one_write() {
        struct Writes(Vec<Vec<u8>>);
        impl Write for Writes {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.push(bytes.to_vec());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writes = Writes(Vec::new());
        write_answer(&mut writes, &[0x90, 0]).unwrap();
        assert_eq!(writes.0, [vec![0, 2, 0x90, 0]]);
    }
}
