//! Open covers (货运险协议) in the books of an insurer.

use jiff::civil::Date;

use crate::{Time, message::cargo::OpenCoverData};

/// How an open cover stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverStanding {
    /// Being signed off-line; the portal does not know it.
    Signing,
    /// Signed and in the insurer's system; in force between its dates.
    Signed,
    /// Not signed after all.
    NotSigned,
    /// Ended by the insurer before its time.
    Ended,
}

impl CoverStanding {
    /// For people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Signing => "签约中",
            Self::Signed => "已签约",
            Self::NotSigned => "未签成",
            Self::Ended => "已终止",
        }
    }
}

/// One open cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverEntry {
    /// Its number, whose it is, and its terms, as the portal was told last.
    pub terms: OpenCoverData,
    /// How it stands.
    pub standing: CoverStanding,
    /// When its present standing was decided, or its terms were changed last.
    pub decided_at: Time,
}

impl CoverEntry {
    /// 协议起效时间 and 协议结束时间, first and last day.
    pub fn period(&self) -> Option<(Date, Date)> {
        Some((self.terms.begins.parse().ok()?, self.terms.ends.parse().ok()?))
    }

    /// Whether a proposal may be made under it on `day`.
    pub fn in_force(&self, day: Date) -> bool {
        self.standing == CoverStanding::Signed && self.spans(day)
    }

    /// Whether `day` lies in its period.
    pub fn spans(&self, day: Date) -> bool {
        self.period().is_some_and(|(begins, ends)| (begins..=ends).contains(&day))
    }
}
