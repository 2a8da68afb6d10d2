//! What an open cover (货物运输预约保险协议) grants: the terms that a proposal under it is read by (OPC-01 .. OPC-05).
//!
//! Terms alone: whether a cover is in force, whose it is and how it came about is the business of whoever keeps it.

use jiff::civil::Date;

use crate::money::{Money, Percent};

/// The terms of one open cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverTerms {
    /// 险种名称: 进口货运险, 出口货运险 or 国内货运险.
    pub line: CargoLine,
    /// 保险费率.
    pub rate: Percent,
    /// 最低保费.
    pub minimum_premium: Money,
    /// 单次限额: the most that may be insured in one voyage; without it, any amount.
    pub voyage_limit: Option<Money>,
    /// 运输方式, by name, from [`TRANSPORT_MODES`].
    pub modes: Vec<String>,
    /// 协议起效时间: the first day.
    pub begins: Date,
    /// 协议结束时间: the last day.
    pub ends: Date,
    /// 险别.
    pub coverages: Vec<Coverage>,
    /// 货物类别: codes of 货物大类 and 货物细类.
    pub categories: Vec<(String, String)>,
    /// 特殊约定.
    pub special_terms: Vec<SpecialTerm>,
}

impl CoverTerms {
    /// Whether its period holds that day.
    pub fn holds(&self, day: Date) -> bool {
        (self.begins..=self.ends).contains(&day)
    }

    /// Whether goods may go that way, by name.
    pub fn goes_by(&self, mode: &str) -> bool {
        self.modes.iter().any(|m| m == mode)
    }

    /// Whether it offers that 险别, as main (主险) or additional (附加险) coverage.
    pub fn offers(&self, name: &str, main: bool) -> bool {
        self.coverages.iter().any(|c| c.name == name && c.main == main)
    }

    /// Whether it covers that 货物大类, by code.
    pub fn covers_chapter(&self, chapter: &str) -> bool {
        self.categories.iter().any(|(c, _)| c == chapter)
    }

    /// Whether it covers that 货物细类, by code.
    pub fn covers_heading(&self, heading: &str) -> bool {
        self.categories.iter().any(|(_, h)| h == heading)
    }
}

/// 险种 of cargo insurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CargoLine {
    /// 进口货运险
    Import,
    /// 出口货运险
    Export,
    /// 国内货运险
    Domestic,
}

impl CargoLine {
    /// All, in the order of drop-down lists.
    pub const ALL: [Self; 3] = [Self::Import, Self::Export, Self::Domestic];
    /// Their names, in the same order.
    pub const NAMES: &[&str] = &["进口货运险", "出口货运险", "国内货运险"];

    /// The name that pages and messages show.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Import => "进口货运险",
            Self::Export => "出口货运险",
            Self::Domestic => "国内货运险",
        }
    }

    /// The line of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|line| line.chinese() == name)
    }
}

/// 险别: one coverage that an open cover offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// 险别序号.
    pub number: u32,
    /// 是否主险.
    pub main: bool,
    /// 险别名称.
    pub name: String,
}

/// 特殊约定: one row, of a cover or of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpecialTerm {
    /// 特殊约定名称.
    pub name: String,
    /// 特殊约定内容.
    pub content: String,
}

/// 运输方式 of covers and proposals, in the order of the page.
pub const TRANSPORT_MODES: &[&str] = &["海运", "公路", "空运", "铁路"];

/// 主险, in the order of the manual's list (OPC-04).
pub const MAIN_COVERAGES: &[&str] = &["航空运输一切险", "陆运一切险", "一切险", "水渍险", "平安险"];

/// 附加险 (OPC-04).
pub const ADDITIONAL_COVERAGES: &[&str] = &["罢工险", "战争险"];

/// Which 主险 fit a 运输方式 (CGO-01).
pub const MAIN_BY_MODE: &[(&str, &[&str])] = &[
    ("海运", &["平安险", "水渍险", "一切险"]),
    ("公路", &["陆运一切险"]),
    ("铁路", &["陆运一切险"]),
    ("空运", &["航空运输一切险"]),
];
