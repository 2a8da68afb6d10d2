//! Codes of enterprises, each with its check digit.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 统一社会信用代码 (GB 32100-2015): 18 characters, the last of which checks the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Uscc(#[schemars(regex(pattern = r"^[0-9A-HJ-NPQRTUWXY]{18}$"))] String);

/// The text is no 统一社会信用代码.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUscc {
    /// Not 18 characters of the alphabet.
    #[error("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）")]
    Form,
    /// The 18th character does not check.
    #[error("统一社会信用代码校验位有误：应为{0}")]
    CheckDigit(char),
}

impl FromStr for Uscc {
    type Err = NotUscc;
    fn from_str(text: &str) -> Result<Self, NotUscc> {
        if text.len() != 18 {
            return Err(NotUscc::Form);
        }
        let mut sum = 0;
        let mut weight = 1;
        let bytes = text.as_bytes();
        for b in &bytes[..17] {
            let value = USCC_ALPHABET.iter().position(|c| c == b).ok_or(NotUscc::Form)?;
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        let check = USCC_ALPHABET[(31 - sum % 31) % 31];
        match bytes[17] {
            last if last == check => Ok(Self(text.into())),
            last if USCC_ALPHABET.contains(&last) => Err(NotUscc::CheckDigit(char::from(check))),
            _ => Err(NotUscc::Form),
        }
    }
}

impl TryFrom<String> for Uscc {
    type Error = NotUscc;
    fn try_from(text: String) -> Result<Self, NotUscc> {
        text.parse()
    }
}

impl From<Uscc> for String {
    fn from(u: Uscc) -> Self {
        u.0
    }
}

impl Uscc {
    /// The text of the code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// 组织机构代码: characters 9 to 17, as card certificates carry it.
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_checks_and_a_changed_one_does_not() {
        assert_eq!("91110000600037341L".parse::<Uscc>().unwrap().organisation_code(), "600037341");
        assert_eq!("91110000600037341A".parse::<Uscc>(), Err(NotUscc::CheckDigit('L')));
        assert_eq!("91110000600037341".parse::<Uscc>(), Err(NotUscc::Form));
        assert_eq!("9111000060003734IL".parse::<Uscc>(), Err(NotUscc::Form));
    }
}
