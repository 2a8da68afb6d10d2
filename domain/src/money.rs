//! Amounts in yuan (UI-06) with two places and rates in percent, decimal from source text to report, and the two sums of
//! CGO-07 that are made of them.
//!
//! The rule of rounding is stated once, in `to_the_cent`: half a cent goes up. Nothing in here is a binary fraction, and
//! nothing overflows: what has no room is `None`.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
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

impl Money {
    /// 0.00
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// 0.01
    pub const CENT: Self = Self(Decimal::from_parts(1, 0, 0, false, 2));
    /// 999,999,999,999.99: the most that any form takes.
    pub const MOST: Self = Self(Decimal::from_parts(276_447_231, 23_283, 0, false, 2));

    /// Both together; `None` where there is no room for it.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).filter(|sum| sum.scale() <= 2).map(Self)
    }

    /// What is left, below zero where `other` is more; `None` where there is no room for it.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).filter(|rest| rest.scale() <= 2).map(Self)
    }

    /// All together, 0.00 for none; `None` where there is no room for it.
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// In cents; the least and the greatest number where there is no room for it.
    pub fn cents(self) -> i64 {
        let cents = self.0.mantissa() * 10_i128.pow(2_u32.saturating_sub(self.0.scale()));
        i64::try_from(cents).unwrap_or(if cents < 0 { i64::MIN } else { i64::MAX })
    }

    /// Whether it is 0.00.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is more than 0.00.
    pub fn is_positive(self) -> bool {
        self > Self::ZERO
    }
}

/// 保险金额 = 发票金额 x (1 + 加成比例), to the cent (CGO-07). `None` beyond [`Money::MOST`].
pub fn insured_amount(invoice: Money, markup: Percent) -> Option<Money> {
    share(invoice, Decimal::ONE_HUNDRED.checked_add(markup.0)?)
}

/// 保费 = 保险金额 x 保险费率, to the cent (CGO-07). It knows no 最低保费: that floor is the insurer's. `None` beyond
/// [`Money::MOST`].
pub fn premium(insured: Money, rate: Percent) -> Option<Money> {
    share(insured, rate.0)
}

/// So many percent of an amount. The bound keeps the product within 28 digits, in which it is exact before it is rounded.
fn share(amount: Money, percent: Decimal) -> Option<Money> {
    if amount > Money::MOST || amount < Money::ZERO {
        return None;
    }
    let hundredfold = amount.0.checked_mul(percent)?;
    let exact = hundredfold.checked_mul(Decimal::new(1, 2))?;
    Some(to_the_cent(exact)).filter(|share| *share <= Money::MOST)
}

/// The one rule of rounding: to 0.01, half a cent upwards. No amount that is rounded is below zero.
fn to_the_cent(exact: Decimal) -> Money {
    let mut cents = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(2);
    Money(cents)
}

/// A share in percent, from 0 to 999 with at most six places. It keeps the places that it was written with, and two that
/// stand for the same share are equal. In JSON a string such as `"0.450%"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(#[schemars(with = "String", regex(pattern = r"^[0-9]{1,3}(\.[0-9]{1,6})?%$"))] Decimal);

/// The text is no share in percent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("「{0}」不是百分比")]
pub struct NotPercent(pub String);

impl Percent {
    /// The places after the point that a percentage may have.
    pub const MOST_PLACES: u32 = 6;

    /// The places that it was written with.
    pub const fn places(self) -> u32 {
        self.0.scale()
    }

    /// Whether it is nothing at all.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is more than so many percent.
    pub fn exceeds(self, percent: u32) -> bool {
        self.0 > Decimal::from(percent)
    }
}

/// With or without the sign %.
impl FromStr for Percent {
    type Err = NotPercent;
    fn from_str(text: &str) -> Result<Self, NotPercent> {
        let number = text.strip_suffix('%').unwrap_or(text);
        let (whole, places) = number.split_once('.').unwrap_or((number, "0"));
        let digits =
            |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let plain = digits(whole, 3) && digits(places, Self::MOST_PLACES as usize);
        plain.then(|| number.parse().ok()).flatten().map(Self).ok_or_else(|| NotPercent(text.into()))
    }
}

impl TryFrom<String> for Percent {
    type Error = NotPercent;
    fn try_from(text: String) -> Result<Self, NotPercent> {
        text.parse()
    }
}

impl From<Percent> for String {
    fn from(p: Percent) -> Self {
        p.to_string()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
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

    fn yuan(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn the_most_that_a_form_takes_is_a_cent_below_a_million_million() {
        assert_eq!(Money::MOST.to_string(), "999999999999.99");
    }

    #[test]
    fn sums_and_differences_are_exact() {
        assert_eq!(yuan("0.10").checked_add(yuan("0.20")), Some(yuan("0.30")));
        assert_eq!(yuan("60000000.00").checked_sub(yuan("14723.00")), Some(yuan("59985277.00"))); // LIM-08
        assert_eq!(yuan("1.00").checked_sub(yuan("1.01")), Some(yuan("-0.01")));
        assert_eq!(Money::sum([yuan("1.10"), yuan("2.20"), yuan("3.30")]), Some(yuan("6.60")));
        assert_eq!(Money::sum([]), Some(yuan("0")));
        assert!(yuan("0.01").is_positive() && !Money::ZERO.is_positive() && yuan("0").is_zero());
    }

    #[test]
    fn a_percentage_keeps_its_places_and_equals_another_spelling() {
        assert_eq!(percent("0.450%").to_string(), "0.450%");
        assert_eq!(percent("8.000").to_string(), "8.000%");
        assert_eq!(percent("0.450%"), percent("0.45"));
        assert!(percent("10.01%").exceeds(10) && !percent("10%").exceeds(10));
        for bad in ["", "%", "-1%", "1.%", ".5%", "1000%", "0.1234567%", "1e1%", "１%", "1%%", "+1%", "1 %"] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
    }

    //= CGO-07
    #[test]
    fn the_insured_amount_is_the_invoice_and_its_markup() {
        let cases = [
            ("100000.00", "10%", "110000.00"),
            ("0.01", "0%", "0.01"),
            ("0.05", "10%", "0.06"),        // 0.055: half a cent goes up
            ("0.04", "12%", "0.04"),        // 0.0448
            ("0.15", "30%", "0.20"),        // 0.195
            ("0.50", "1%", "0.51"),         // 0.505; rounding half to even would give 0.50
            ("333.33", "10.00%", "366.66"), // 366.663
            ("0.01", "49.999999%", "0.01"),
            ("0.01", "50%", "0.02"),
        ];
        for (invoice, markup, expected) in cases {
            assert_eq!(insured_amount(yuan(invoice), percent(markup)), Some(yuan(expected)), "{invoice} {markup}");
        }
        assert_eq!(insured_amount(Money::MOST, percent("1%")), None);
    }

    //= CGO-07
    #[test]
    fn the_premium_is_the_rate_of_the_insured_amount_without_a_floor() {
        let cases = [
            ("110000.00", "0.450%", "495.00"),
            ("1.00", "0.450%", "0.00"), // 0.0045
            ("1.00", "0.500%", "0.01"), // 0.005
            ("3.00", "0.500%", "0.02"), // 0.015
            ("5.00", "0.500%", "0.03"), // 0.025
            ("999999999999.99", "100%", "999999999999.99"),
            ("999999999999.99", "0.000001%", "10000.00"), // 9999.9999999999
        ];
        for (insured, rate, expected) in cases {
            assert_eq!(premium(yuan(insured), percent(rate)), Some(yuan(expected)), "{insured} {rate}");
        }
    }

    /// Half up in whole numbers: `cents` x `millionths` of a percent, over 10^8.
    fn in_cents(cents: i128, millionths: i128) -> i128 {
        let product = cents * millionths;
        (product + 50_000_000) / 100_000_000
    }

    fn of_cents(cents: i128) -> Money {
        yuan(&format!("{}.{:02}", cents / 100, cents % 100))
    }

    proptest::proptest! {
        //= CGO-07
        #[test]
        fn figures_agree_with_whole_numbers(cents in 0_i128..=99_999_999_999_999, millionths in 0_i128..=999_999_999) {
            let rate = percent(&format!("{}.{:06}%", millionths / 1_000_000, millionths % 1_000_000));
            let most = 99_999_999_999_999;
            let expected = |cents: i128| (cents <= most).then(|| of_cents(cents));
            proptest::prop_assert_eq!(premium(of_cents(cents), rate), expected(in_cents(cents, millionths)));
            let marked_up = in_cents(cents, millionths + 100_000_000);
            proptest::prop_assert_eq!(insured_amount(of_cents(cents), rate), expected(marked_up));
        }
    }
}
