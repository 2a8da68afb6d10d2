//! Amounts in yuan (UI-06) with two places, decimal from source text to report.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of renminbi in yuan, at most two places. In JSON a string such as `"1000.00"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Money(#[schemars(with = "String", regex(pattern = r"^-?[0-9]{1,20}\.[0-9]{2}$"))] Decimal);

/// The text is no amount in yuan with at most two places.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("「{0}」不是金额")]
pub struct NotMoney(pub String);

impl FromStr for Money {
    type Err = NotMoney;
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let plain = !text.is_empty()
            && text.len() <= 24
            && text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && !text.ends_with('.')
            && text.bytes().find(|b| *b != b'-').is_some_and(|b| b != b'.');
        let value = plain.then(|| text.parse::<Decimal>().ok()).flatten();
        match value {
            Some(mut d) if d.scale() <= 2 => {
                d.rescale(2);
                Ok(Self(d))
            }
            _ => Err(NotMoney(text.into())),
        }
    }
}

impl TryFrom<String> for Money {
    type Error = NotMoney;
    fn try_from(text: String) -> Result<Self, NotMoney> {
        text.parse()
    }
}

impl From<Money> for String {
    fn from(m: Money) -> Self {
        m.to_string()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_two_places_and_refuse_a_third() {
        assert_eq!("10".parse::<Money>().unwrap().to_string(), "10.00");
        assert_eq!("0.5".parse::<Money>().unwrap().to_string(), "0.50");
        for bad in ["", ".", "1.", ".5", "1.005", "1e3", "1,000.00", "０", "--1"] {
            assert!(bad.parse::<Money>().is_err(), "{bad}");
        }
    }
}
