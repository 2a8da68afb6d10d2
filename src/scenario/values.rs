//! Small values as people write them: durations, times, counts, amounts, 编号 - and the right form that was meant.
//!
//! Reading is strict, and only hints are generous: what a hint understands, the language still refuses.

use std::{str::FromStr, time::Duration};

use domain::{Time, money::Money};

use super::{
    catalogue::{OTHER_UNITS, UNITS},
    mistake::MistakeKind,
    model::Lapse,
};

/// The longest span that a file may write: a hundred years.
const MAX_SECONDS: u64 = 100 * 366 * 86_400;
const MAX_EXACT: &str = "36600天";
/// The same, in working days.
const MAX_WORKING_DAYS: u32 = 26_000;
const MAX_WORKING: &str = "26000工作日";

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not written as one.
    Form,
    /// It is longer than this.
    TooLong(&'static str),
}

impl Unread {
    pub(super) fn mistake(self, text: &str) -> MistakeKind {
        match self {
            Self::Form => MistakeKind::BadDuration { found: text.into(), nearest: near_duration(text) },
            Self::TooLong(limit) => MistakeKind::TooLong { found: text.into(), limit },
        }
    }
}

/// Reads `3天` and the like.
pub(super) fn parse_lapse(text: &str) -> Result<Lapse, Unread> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0).ok_or(Unread::Form)?;
    let unit = &text[unit_at..];
    let (_, seconds) = UNITS.iter().find(|(word, _)| *word == unit).ok_or(Unread::Form)?;
    // Only digits stand there: what does not parse is too great.
    let number = text[..unit_at].parse::<u64>().ok();
    match seconds {
        Some(seconds) => number
            .and_then(|n| n.checked_mul(*seconds))
            .filter(|s| *s <= MAX_SECONDS)
            .map(|s| Lapse::Exact(Duration::from_secs(s)))
            .ok_or(Unread::TooLong(MAX_EXACT)),
        None => number
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| *n <= MAX_WORKING_DAYS)
            .map(Lapse::WorkingDays)
            .ok_or(Unread::TooLong(MAX_WORKING)),
    }
}

/// A full-width character as its half-width one.
const fn half(c: char) -> char {
    match c {
        '！'..='～' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(half) => half,
            None => c,
        },
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// A whole number in digits or in Chinese.
fn numeral(text: &str) -> Option<u64> {
    const DIGITS: &str = "零一二三四五六七八九";
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (mut total, mut last, mut any) = (0u64, 0u64, false);
    for c in text.chars() {
        any = true;
        let scale = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => {
                let c = if c == '两' {
                    '二'
                } else if c == '〇' {
                    '零'
                } else {
                    c
                };
                last = u64::try_from(DIGITS.chars().position(|d| d == c)?).ok()?;
                continue;
            }
        };
        total += last.max(1) * scale;
        last = 0;
    }
    any.then_some(total + last)
}

/// Seconds of a unit that people write.
fn unit_seconds(unit: &str) -> Option<u64> {
    const MORE: &[(&str, u64)] = &[
        ("周", 604_800),
        ("星期", 604_800),
        ("w", 604_800),
        ("week", 604_800),
        ("weeks", 604_800),
        ("月", 2_592_000),
        ("day", 86_400),
        ("days", 86_400),
        ("hr", 3_600),
        ("hrs", 3_600),
        ("hour", 3_600),
        ("hours", 3_600),
        ("minute", 60),
        ("minutes", 60),
        ("mins", 60),
        ("sec", 1),
        ("secs", 1),
        ("second", 1),
        ("seconds", 1),
    ];
    let unit = unit.strip_prefix('个').unwrap_or(unit);
    let ours = OTHER_UNITS.iter().find(|(other, _)| *other == unit).map_or(unit, |(_, ours)| *ours);
    let known = UNITS.iter().find(|(word, _)| *word == ours).and_then(|(_, seconds)| *seconds);
    known.or_else(|| MORE.iter().find(|(word, _)| *word == unit).map(|(_, seconds)| *seconds))
}

/// The duration that was meant.
pub(super) fn near_duration(text: &str) -> Option<String> {
    let written = text;
    let text: String = text.chars().take(40).map(|c| half(c).to_ascii_lowercase()).filter(|c| *c != ' ').collect();
    let plain = text.strip_prefix('p').unwrap_or(&text).replace('t', "");
    if let Some(days) = plain.strip_suffix("个工作日").or_else(|| plain.strip_suffix("工作日")) {
        return numeral(days).filter(|n| *n > 0).map(|n| format!("{n}工作日"));
    }
    let seconds = clock_seconds(&plain).or_else(|| {
        // Seconds in halves: 半小时, 1.5小时.
        let (mut total, mut rest, mut parts) = (0, plain.as_str(), 0);
        while !rest.is_empty() {
            let at =
                rest.find(|c: char| !c.is_ascii_digit() && c != '.' && !"半零一二两三四五六七八九十百千".contains(c))?;
            let after = &rest[at..];
            let end = after
                .find(|c: char| c.is_ascii_digit() || "半一二两三四五六七八九十百".contains(c))
                .unwrap_or(after.len());
            let halves = match (&rest[..at], rest[..at].strip_suffix(".5")) {
                ("半", _) => 1,
                (_, Some(whole)) => numeral(whole)?.checked_mul(2)? + 1,
                (number, None) => numeral(number)?.checked_mul(2)?,
            };
            total += halves.checked_mul(unit_seconds(&after[..end])?)?;
            rest = &after[end..];
            parts += 1;
        }
        (parts > 0 && total % 2 == 0).then_some(total / 2)
    })?;
    let units = ["天", "小时", "分钟", "秒"].map(|u| (u, unit_seconds(u).unwrap_or(1)));
    // The unit that was written, or else the greatest that fits.
    let own = units.iter().find(|(_, s)| seconds % s == 0 && counts_in(&plain, *s));
    let (unit, size) = own.or_else(|| units.iter().find(|(_, s)| seconds % s == 0))?;
    Some(format!("{}{unit}", seconds / size)).filter(|near| seconds > 0 && *near != written)
}

/// Whether the text's first unit is the one of so many seconds.
fn counts_in(text: &str, seconds: u64) -> bool {
    let start = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    start > 0 && unit_seconds(&text[start..]) == Some(seconds)
}

/// `01:30:00` or `1:30`, in seconds.
fn clock_seconds(text: &str) -> Option<u64> {
    let parts: Vec<u64> = text.split(':').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [h, m] if *h < 1000 => Some(h * 3_600 + m * 60),
        [h, m, s] if *h < 1000 => Some(h * 3_600 + m * 60 + s),
        _ => None,
    }
}

/// Reads a point in time as a file writes it: a date, or a date and a time of day.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let shaped = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' ' | b':' | b'.'));
    Time::parse(text).filter(|_| shaped && text.as_bytes().get(4) == Some(&b'-'))
}

/// The date or time that was meant.
pub(super) fn near_time(text: &str) -> Option<String> {
    let written = text;
    let text: String = text.chars().take(40).map(half).collect();
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let fields: Vec<u32> = if digits && text.len() == 8 {
        vec![text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?]
    } else {
        if text.chars().any(|c| !c.is_ascii_digit() && !"-/.:年月日号时点分秒 TZ".contains(c)) {
            return None;
        }
        let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty());
        parts.map(|p| p.parse().ok()).collect::<Option<_>>()?
    };
    let (date, clock) = (fields.get(..3)?, fields.get(3..)?);
    if date[0] < 1000 {
        return None;
    }
    let mut near = format!("{:04}-{:02}-{:02}", date[0], date[1], date[2]);
    if let Some(hour) = clock.first() {
        let rest = |i: usize| clock.get(i).copied().unwrap_or(0);
        near += &format!(" {hour:02}:{:02}:{:02}", rest(1), rest(2));
    }
    Some(near).filter(|n| clock.len() <= 3 && parse_time(n).is_some() && *n != written)
}

/// The whole number that was meant.
pub(super) fn near_count(text: &str, min: u64, max: u64) -> Option<String> {
    let plain: String = text.chars().take(40).map(half).filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
    let plain = plain.strip_prefix('第').unwrap_or(&plain);
    let plain = plain.trim_end_matches(['次', '条', '页', '个', '份', '遍', '行', '笔', '步']);
    let plain = plain.strip_suffix(".0").or_else(|| plain.strip_suffix(".00")).unwrap_or(plain);
    let number = numeral(plain).filter(|n| (min..=max).contains(n))?.to_string();
    Some(number).filter(|n| n != text)
}

/// The amount that was meant.
pub(super) fn near_amount(text: &str) -> Option<String> {
    let plain: String = text.chars().take(40).filter(|c| !"￥¥$元,， 圆整".contains(*c)).map(half).collect();
    Money::from_str(&plain).ok().map(|_| plain).filter(|near| near != text)
}

/// The 编号 that was meant.
pub(super) fn near_id(text: &str) -> Option<String> {
    let text: String = text.chars().take(80).collect();
    let word = text.split('#').next().unwrap_or_default().trim().trim_matches(['“', '”', '"', '＂', '「', '」', '\'']);
    let near: String = word
        .chars()
        .map(|c| match half(c).to_ascii_uppercase() {
            '_' | ' ' | '.' | '/' | '—' | '–' => '-',
            other => other,
        })
        .collect();
    let good = !near.is_empty() && near.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    good.then_some(near).filter(|n| *n != text)
}

/// The status word that was meant.
pub(super) fn near_status_word(text: &str) -> Option<String> {
    let plain: String = text.chars().take(40).map(half).filter(|c| *c != ' ').collect::<String>().to_ascii_uppercase();
    let plain = plain.strip_prefix("0X").or_else(|| plain.strip_suffix('H')).unwrap_or(&plain).to_owned();
    (plain.len() == 4 && plain.bytes().all(|b| b.is_ascii_hexdigit()) && plain != text).then_some(plain)
}

/// The comparison that was meant by marks or words that are none of the language's.
pub(super) fn near_comparison(text: &str) -> Option<String> {
    #[rustfmt::skip] // One sign of ours a line; the longer ones of others first.
    const SIGNS: &[(&str, &[&str])] = &[
        (">=", &["≥", "≧", "＞＝", "＞=", "=>", "大于等于", "不小于", "不低于", "至少"]),
        ("<=", &["≤", "≦", "＜＝", "＜=", "=<", "小于等于", "不大于", "不超过", "至多"]),
        ("!=", &["≠", "！＝", "！=", "<>", "不等于"]),
        (">",  &["＞", "大于"]),
        ("<",  &["＜", "小于"]),
        ("",   &["==", "=", "＝", "等于"]),
    ];
    for (ours, others) in SIGNS {
        if let Some(bound) = others.iter().find_map(|o| text.strip_prefix(o)) {
            return Some(format!("{ours} {}", bound.trim()).trim().to_owned());
        }
    }
    None
}

/// The expectation that a word of another language for expectations means.
pub(super) fn near_expectation(text: &str) -> Option<String> {
    const PRESENT: &[&str] =
        &["不为空", "不空", "非空值", "不是空", "有值", "not null", "notnull", "not empty", "any", "*"];
    const ABSENT: &[&str] = &["为空", "空值", "是空", "null", "none", "nil", "~", "empty", "undefined"];
    let lower = text.trim().to_ascii_lowercase();
    if PRESENT.contains(&lower.as_str()) {
        return Some("非空".to_owned());
    }
    if ABSENT.contains(&lower.as_str()) {
        return Some("空".to_owned());
    }
    let part = ["包含", "含有", "contains"].iter().find_map(|word| text.strip_prefix(word));
    part.map(|p| p.trim_start_matches([' ', ':', '：']).trim()).filter(|p| !p.is_empty()).map(|p| format!("含 {p}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_a_unit() {
        let exact = |s| Ok(Lapse::Exact(Duration::from_secs(s)));
        assert_eq!(parse_lapse("90秒"), exact(90));
        assert_eq!(parse_lapse("10分钟"), exact(600));
        assert_eq!(parse_lapse("2小时"), exact(7_200));
        assert_eq!(parse_lapse("3天"), exact(259_200));
        assert_eq!(parse_lapse("5工作日"), Ok(Lapse::WorkingDays(5)));
        assert_eq!(parse_lapse("36600天"), exact(3_162_240_000));
        for long in ["36601天", "99999999999999999999天"] {
            assert_eq!(parse_lapse(long), Err(Unread::TooLong("36600天")), "{long}");
        }
        assert_eq!(parse_lapse("26001工作日"), Err(Unread::TooLong("26000工作日")));
        for bad in ["", "3", "天", "1.5小时", "-1天", "3日", "３天", "3 天"] {
            assert_eq!(parse_lapse(bad), Err(Unread::Form), "{bad}");
        }
    }

    #[test]
    fn the_value_that_was_meant_is_found() {
        for (written, meant) in [
            ("3日", "3天"),
            ("2h", "2小时"),
            ("3 天", "3天"),
            ("三天", "3天"),
            ("３天", "3天"),
            ("3 days", "3天"),
            ("半小时", "30分钟"),
            ("1.5小时", "90分钟"),
            ("1天2小时", "26小时"),
            ("2个小时", "2小时"),
            ("01:30:00", "90分钟"),
            ("1周", "7天"),
            ("十二个小时", "12小时"),
            ("P1D", "1天"),
            ("PT30M", "30分钟"),
            ("二十分", "20分钟"),
        ] {
            assert_eq!(near_duration(written).as_deref(), Some(meant), "{written}");
        }
        for none in ["3天", "60", "-1天", "很久", "", "天", "0天"] {
            assert_eq!(near_duration(none), None, "{none}");
        }
        for (written, meant) in [
            ("2026/3/2", "2026-03-02"),
            ("2026年3月2日", "2026-03-02"),
            ("2026.03.02", "2026-03-02"),
            ("20260302", "2026-03-02"),
            ("2026-3-2 9:00", "2026-03-02 09:00:00"),
            ("2026-03-02T09:00:00Z", "2026-03-02 09:00:00"),
            ("2026-03-02 09：00：00", "2026-03-02 09:00:00"),
            ("2026年3月2日 9时30分", "2026-03-02 09:30:00"),
        ] {
            assert_eq!(near_time(written).as_deref(), Some(meant), "{written}");
        }
        for none in ["2026-02-30", "明天", "9:00", "2026-03-02 25:00:00", "2026-03-02"] {
            assert_eq!(near_time(none), None, "{none}");
        }
        assert_eq!(near_count("第１次", 1, 9).as_deref(), Some("1"));
        assert_eq!(near_count("十二条", 1, 99).as_deref(), Some("12"));
        assert_eq!(near_count("1,000", 1, 5000).as_deref(), Some("1000"));
        assert_eq!(near_count("0", 1, 9), None);
        assert_eq!(near_amount("￥1,000.00元").as_deref(), Some("1000.00"));
        assert_eq!(near_id("ｂａｄ_01").as_deref(), Some("BAD-01"));
        assert_eq!(near_id("签约-01"), None);
        assert_eq!(near_status_word("0x6f00").as_deref(), Some("6F00"));
        assert_eq!(near_comparison("≥ 2").as_deref(), Some(">= 2"));
        assert_eq!(near_comparison("2"), None);
    }
}
