//! Status words: the last two bytes of every answer (ISO 7816-4, SP 800-73-4 part 2).

use std::fmt;

/// The two bytes SW1 SW2 as one number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// The command was carried out.
    pub const SUCCESS: Self = Self(0x9000);
    /// The command's length bytes contradict each other or the command.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// The card has no logical channels.
    pub const CHANNEL_NOT_SUPPORTED: Self = Self(0x6881);
    /// The card has no secure messaging.
    pub const SECURE_MESSAGING_NOT_SUPPORTED: Self = Self(0x6882);
    /// The PIN must be verified first, or the management key proved.
    pub const SECURITY_NOT_SATISFIED: Self = Self(0x6982);
    /// No tries are left.
    pub const BLOCKED: Self = Self(0x6983);
    /// Something had to go before: an answer that GET RESPONSE could fetch, a challenge, a blocked PIN and PUK.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// The data field is not what the command wants.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// There is no such application or object.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// The card's memory is full, or the object is longer than any may be.
    pub const FULL: Self = Self(0x6A84);
    /// P1 or P2 has no meaning here; also: no such key, or another algorithm than the key's.
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    /// There is no such PIN, or nothing behind this reference.
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    /// The card doesn't know the instruction.
    pub const INSTRUCTION_NOT_SUPPORTED: Self = Self(0x6D00);
    /// The card doesn't know the class.
    pub const CLASS_NOT_SUPPORTED: Self = Self(0x6E00);
    /// The card itself has failed.
    pub const CARD_FAILURE: Self = Self(0x6F00);

    /// A wrong PIN; `left` more tries (63Cx; the card holds no more than 15).
    pub const fn wrong_pin(left: u8) -> Self {
        Self(0x63C0 | (if left > 15 { 15 } else { left }) as u16)
    }

    /// `rest` more bytes wait for GET RESPONSE; 00 stands for 256 or more.
    pub const fn more(rest: usize) -> Self {
        Self(0x6100 | (if rest > 0xFF { 0 } else { rest }) as u16)
    }

    /// How many tries a 63Cx leaves, if this is one.
    pub const fn tries_left(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 { Some((self.0 & 0x0F) as u8) } else { None }
    }

    /// How much to ask GET RESPONSE for, if this is a 61xx: 1 to 256.
    pub const fn rest(self) -> Option<usize> {
        match self.0 {
            0x6100 => Some(256),
            0x6101..=0x61FF => Some((self.0 & 0xFF) as usize),
            _ => None,
        }
    }

    /// Whether this is 9000.
    pub const fn is_success(self) -> bool {
        self.0 == 0x9000
    }

    /// The two bytes as they travel.
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// What the status word means, for people.
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            0x9000 => "成功",
            0x6100..=0x61FF => "还有数据待取",
            0x63C0..=0x63CF => "口令错误（末位为剩余次数）",
            0x6700 => "长度有误",
            0x6881 => "不支持逻辑通道",
            0x6882 => "不支持安全报文",
            0x6982 => "须先验证口令或管理密钥",
            0x6983 => "口令已锁定",
            0x6985 => "条件不满足",
            0x6A80 => "数据有误",
            0x6A82 => "应用或对象不存在",
            0x6A84 => "卡内空间不足",
            0x6A86 => "P1、P2有误，或密钥不存在",
            0x6A88 => "口令或密钥编号不存在",
            0x6D00 => "不支持该指令",
            0x6E00 => "不支持该类别",
            0x6F00 => "卡片故障",
            _ => "未知状态",
        }
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_and_rest_are_read_back_from_the_last_digits() {
        assert_eq!(StatusWord::wrong_pin(4), StatusWord(0x63C4));
        assert_eq!(StatusWord(0x63C0).tries_left(), Some(0));
        assert_eq!(StatusWord(0x6983).tries_left(), None);
        assert_eq!(StatusWord::more(300), StatusWord(0x6100));
        assert_eq!(StatusWord::more(255), StatusWord(0x61FF));
        assert_eq!(StatusWord(0x6100).rest(), Some(256));
        assert_eq!(StatusWord(0x6108).rest(), Some(8));
        assert_eq!(StatusWord(0x9000).rest(), None);
    }
}
