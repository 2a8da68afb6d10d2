//! The container of the suite `mac`: sender, receiver, content and an HMAC-SHA-256 over them. No secrecy.
//!
//! ```text
//! MacMessage ::= SEQUENCE {
//!     version  INTEGER (1),
//!     sender   UTF8String,
//!     receiver UTF8String,      -- empty in a receipt
//!     content  OCTET STRING,
//!     mac      OCTET STRING }   -- over the encodings of the four fields before it
//! ```
//!
//! The key of a pair is HMAC(secret, "kouan mac 1" || 0 || sender || 0 || receiver). Every party of a world
//! knows the secret, so this proves nothing to anyone outside: it is for exploration only.

use signing::hmac_sha256;

use crate::tlv::{INTEGER, Malformed, OCTET_STRING, Reader, SEQUENCE, UTF8_STRING, tlv};

fn pair_key(secret: &[u8; 32], sender: &str, receiver: &str) -> [u8; 32] {
    let name = [b"kouan mac 1\0", sender.as_bytes(), b"\0", receiver.as_bytes()].concat();
    hmac_sha256(secret, &name)
}

/// The container around `content`.
pub(crate) fn write(secret: &[u8; 32], sender: &str, receiver: &str, content: &[u8]) -> Vec<u8> {
    let covered = [
        &[INTEGER, 1, 1][..],
        &tlv(UTF8_STRING, &[sender.as_bytes()]),
        &tlv(UTF8_STRING, &[receiver.as_bytes()]),
        &tlv(OCTET_STRING, &[content]),
    ]
    .concat();
    let mac = hmac_sha256(&pair_key(secret, sender, receiver), &covered);
    tlv(SEQUENCE, &[&covered, &tlv(OCTET_STRING, &[&mac])])
}

/// A container as read; nothing is proved yet.
#[derive(Debug)]
pub(crate) struct MacMessage<'a> {
    pub sender: &'a str,
    pub receiver: &'a str,
    pub content: &'a [u8],
    covered: &'a [u8],
    mac: &'a [u8],
}

impl<'a> MacMessage<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        const PLACE: &str = "MAC容器";
        let mut outer = Reader::new(bytes);
        let body = outer.take(SEQUENCE, PLACE)?.value;
        outer.finish(PLACE)?;
        let mut fields = Reader::new(body);
        fields.version(1, "MAC容器版本")?;
        let mut text = |place| {
            let value = fields.take(UTF8_STRING, place)?.value;
            std::str::from_utf8(value).map_err(|_| Malformed(place))
        };
        let sender = text("发送方")?;
        let receiver = text("接收方")?;
        let content = fields.take(OCTET_STRING, PLACE)?.value;
        let mac = fields.take(OCTET_STRING, PLACE)?;
        fields.finish(PLACE)?;
        let covered = &body[..body.len() - mac.raw.len()];
        Ok(Self { sender, receiver, content, covered, mac: mac.value })
    }

    /// Whether the holder of `secret` made it.
    pub(crate) fn is_authentic(&self, secret: &[u8; 32]) -> bool {
        let expected = hmac_sha256(&pair_key(secret, self.sender, self.receiver), self.covered);
        // Compared without stopping at the first difference.
        let difference = expected.iter().zip(self.mac).fold(0, |d, (a, b)| d | (a ^ b));
        self.mac.len() == expected.len() && difference == 0
    }
}
