//! Amounts in fen, and CGO-07 over them, as the checks reckon: integers alone, and never by the portal's own arithmetic.

/// An amount in yuan (`1234.50`, `1,234.50`) in fen; none of what is no amount of at most two places.
pub fn fen(text: &str) -> Option<i128> {
    let plain = text.trim().replace(',', "");
    let (digits, places) = parted(plain.strip_suffix('元').unwrap_or(&plain))?;
    (places <= 2).then(|| digits * 10_i128.pow(2 - places))
}

/// Fen as people write an amount.
pub fn yuan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// A percentage as a whole number of `10^-places` percent.
#[derive(Clone, Copy, Debug)]
pub struct Percentage {
    digits: i128,
    places: u32,
}

impl PartialEq for Percentage {
    /// `0.45%` is `0.450%`.
    fn eq(&self, other: &Self) -> bool {
        self.digits * 10_i128.pow(other.places) == other.digits * 10_i128.pow(self.places)
    }
}

/// A percentage, with or without its sign.
pub fn percentage(text: &str) -> Option<Percentage> {
    let plain = text.trim();
    let (digits, places) = parted(plain.strip_suffix(['%', '％']).unwrap_or(plain).trim_end())?;
    Some(Percentage { digits, places })
}

/// 保险金额 = 发票金额 x (1 + 加成比例), half a fen rounded up (CGO-07).
pub fn insured(invoice: i128, markup: Percentage) -> i128 {
    let whole = 100 * 10_i128.pow(markup.places);
    half_up(invoice * (whole + markup.digits), whole)
}

/// 保费 = 保险金额 x 费率, half a fen rounded up (CGO-07).
pub fn premium(insured: i128, rate: Percentage) -> i128 {
    half_up(insured * rate.digits, 100 * 10_i128.pow(rate.places))
}

/// Of amounts that are not negative.
fn half_up(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
}

/// All digits as one number, and how many of them stand behind the point. At most 15, so that no product overflows.
fn parted(text: &str) -> Option<(i128, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all = [whole, fraction].concat();
    let sound = !whole.is_empty() && all.len() <= 15 && fraction.len() <= 6 && all.bytes().all(|b| b.is_ascii_digit());
    let places = u32::try_from(fraction.len()).ok()?;
    sound.then(|| all.parse().ok().map(|digits| (digits, places))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    //= CGO-07
    #[test]
    fn sums_are_right_to_the_fen_and_half_a_fen_is_one() {
        let percent = |text| percentage(text).unwrap();
        assert_eq!(insured(fen("100000.00").unwrap(), percent("10")), 11_000_000);
        assert_eq!(insured(fen("0.05").unwrap(), percent("10%")), 6, "0.055");
        assert_eq!(insured(fen("0.05").unwrap(), percent("8")), 5, "0.054");
        assert_eq!(premium(fen("110000.00").unwrap(), percent("0.450%")), 49_500);
        assert_eq!(premium(fen("100.00").unwrap(), percent("0.005")), 1, "0.005");
        assert_eq!(premium(fen("99.99").unwrap(), percent("0.005")), 0, "0.0049995");
    }

    #[test]
    fn amounts_and_percentages_are_read_and_nothing_else_is() {
        assert_eq!(fen("1,234.5"), Some(123_450));
        assert_eq!(yuan(123_450), "1234.50");
        assert_eq!(yuan(-5), "-0.05");
        for bad in ["", ".5", "1.005", "-1", "１", "1e3", "1.2.3", "99999999999999999.00"] {
            assert_eq!(fen(bad), None, "{bad}");
        }
        assert_eq!(percentage("0.450%"), percentage("0.45"));
        assert_ne!(percentage("0.450"), percentage("0.451"));
    }
}
