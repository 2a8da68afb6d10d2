//! Points in time as the portal knows them: milliseconds, shown as civil time in Asia/Shanghai.
//!
//! China has one zone and no summer time, so a fixed +08:00 is exact for every date in use here.
//! There is no way to ask for the present: time is always an argument.

use std::{fmt, ops::Add, time::Duration};

use jiff::civil::{Date, DateTime};

const SHANGHAI_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// From milliseconds since the Unix epoch.
    pub const fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The moment at which clocks in Shanghai show `civil`.
    pub fn from_civil(civil: DateTime) -> Self {
        let days = i64::from((civil.date() - EPOCH).get_days());
        let time = civil.time();
        let ms = ((i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second())) * 1000
            + i64::from(time.millisecond());
        Self(days * DAY_MS + ms - SHANGHAI_MS)
    }

    /// Reads `2026-03-02 09:00:00` (or with `T`), or a bare date as its first second, in Shanghai time.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = text.parse::<Date>()
            && text.len() == 10
        {
            return Some(Self::from_civil(date.at(0, 0, 0, 0)));
        }
        text.parse::<DateTime>().ok().map(Self::from_civil)
    }

    /// The date on a calendar in Shanghai.
    pub fn date(self) -> Date {
        let days = (self.0 + SHANGHAI_MS).div_euclid(DAY_MS);
        i32::try_from(days).ok().and_then(|d| EPOCH.checked_add(jiff::Span::new().days(d)).ok()).unwrap_or(Date::MAX)
    }

    /// 00:00 in Shanghai of the day after `date`: the moment from which something valid through `date` is over.
    pub fn after_day(date: Date) -> Self {
        Self(Self::from_civil(date.at(0, 0, 0, 0)).0 + DAY_MS)
    }

    /// RFC 3339 with the +08:00 offset, to the millisecond, as messages carry it.
    pub fn rfc3339(self) -> String {
        format!("{}T{}.{:03}+08:00", self.date(), self.clock(), (self.0).rem_euclid(1000))
    }

    /// Reads what [`Time::rfc3339`] writes.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let civil = text.strip_suffix("+08:00")?;
        if !civil.contains('T') {
            return None;
        }
        civil.parse::<DateTime>().ok().map(Self::from_civil)
    }

    /// How long from `earlier` to this; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    fn clock(self) -> String {
        let s = (self.0 + SHANGHAI_MS).rem_euclid(DAY_MS) / 1000;
        format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// As every page shows it: `YYYY-MM-DD HH:MM:SS` (UI-04).
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date(), self.clock())
    }
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_in_shanghai_is_eight_hours_ahead() {
        let t = Time::parse("2026-03-02 09:00:00").unwrap();
        assert_eq!(t.unix_ms(), 1_772_413_200_000); // 2026-03-02T01:00:00Z
        assert_eq!(t.to_string(), "2026-03-02 09:00:00");
        assert_eq!(t.rfc3339(), "2026-03-02T09:00:00.000+08:00");
        assert_eq!(Time::parse_rfc3339(&t.rfc3339()), Some(t));
    }

    #[test]
    fn a_day_is_over_at_the_next_midnight() {
        let over = Time::after_day("2026-03-10".parse().unwrap());
        assert_eq!(over.to_string(), "2026-03-11 00:00:00");
    }
}
