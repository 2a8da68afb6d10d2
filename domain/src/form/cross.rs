//! What fields owe each other, the open cover and the code tables: rules as data, each with the field at which its hint
//! stands.
//!
//! A rule is asked only about values that are right by themselves, and says nothing where one that it needs is blank.

use super::{Form, takes};
use crate::{
    cover::CoverTerms,
    form::{Context, NOT_IN_LIST, Takes, read::Values},
    money::{Money, insured_amount, premium},
};

/// One rule between fields, which are named by their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossRule {
    /// A day that is not before another; the hint stands at `later`.
    NotBefore {
        /// The day.
        later: &'static str,
        /// The other.
        earlier: &'static str,
    },
    /// A choice that fits another choice, by a table of which allows which; the hint stands at `choice`.
    Fits {
        /// The choice.
        choice: &'static str,
        /// The other.
        by: &'static str,
        /// The other's values, and what each allows.
        table: &'static [(&'static str, &'static [&'static str])],
    },
    /// A value that never comes without another; the hint stands at `field`.
    With {
        /// The value.
        field: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A value that the open cover has, where there is one; the hint stands at `field`.
    OfCover {
        /// The value.
        field: &'static str,
        /// Where the cover has it.
        part: CoverPart,
    },
    /// A row of a code table that belongs to another row; the hint stands at `child`, or at a `parent` left blank.
    Belongs {
        /// The row.
        child: &'static str,
        /// The row that it belongs to.
        parent: &'static str,
    },
    /// 保险金额 is what CGO-07 makes of 发票金额 and 加成比例; the hint stands at `insured`.
    InsuredAmount {
        /// 保险金额
        insured: &'static str,
        /// 发票金额
        invoice: &'static str,
        /// 加成比例
        markup: &'static str,
    },
    /// 保费 is what CGO-07 makes of 保险金额 and 保险费率; the hint stands at `premium`.
    Premium {
        /// 保费
        premium: &'static str,
        /// 保险金额
        insured: &'static str,
        /// 保险费率
        rate: &'static str,
    },
}

/// Something that an open cover says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverPart {
    /// 险种
    Line,
    /// 保险费率
    Rate,
    /// 运输方式
    Modes,
    /// 主险
    MainCoverages,
    /// 附加险
    AdditionalCoverages,
    /// 货物大类
    Chapters,
    /// 货物细类
    Headings,
    /// 协议起效时间 to 协议结束时间
    Period,
}

impl CoverPart {
    /// The one value that the cover has there, as a field keeps it; `None` where it has several.
    pub(super) fn single(self, cover: &CoverTerms) -> Option<String> {
        match self {
            Self::Line => Some(cover.line.chinese().into()),
            Self::Rate => Some(cover.rate.to_string()),
            Self::Modes
            | Self::MainCoverages
            | Self::AdditionalCoverages
            | Self::Chapters
            | Self::Headings
            | Self::Period => None,
        }
    }

    /// What is wrong with a value, by the cover.
    fn objection(self, value: &str, cover: &CoverTerms) -> Option<String> {
        let listed = |right: bool| (!right).then(|| NOT_IN_LIST.to_owned());
        match self {
            Self::Line => listed(cover.line.chinese() == value),
            Self::Rate => value
                .parse()
                .is_ok_and(|rate| cover.rate == rate)
                .then_some(())
                .map_or_else(|| Some(format!("应为{}", cover.rate)), |()| None),
            Self::Modes => listed(cover.goes_by(value)),
            Self::MainCoverages => listed(cover.offers(value, true)),
            Self::AdditionalCoverages => listed(value.split(takes::BETWEEN).all(|name| cover.offers(name, false))),
            Self::Chapters => listed(cover.covers_chapter(value)),
            Self::Headings => listed(cover.covers_heading(value)),
            Self::Period => (!takes::date(value).is_some_and(|day| cover.holds(day)))
                .then(|| format!("应在协议有效期{}至{}之内", cover.begins, cover.ends)),
        }
    }
}

/// What a rule makes of other fields.
pub(super) enum Figure {
    /// Something that it needs is missing or wrong.
    Unknown,
    /// More than a form takes; the hint stands at the field of this key.
    TooMuch(&'static str),
    /// So much.
    Is(Money),
}

impl CrossRule {
    /// The key of the field at which the rule's hint stands.
    pub const fn at(self) -> &'static str {
        match self {
            Self::NotBefore { later, .. } => later,
            Self::Fits { choice, .. } => choice,
            Self::With { field, .. } | Self::OfCover { field, .. } => field,
            Self::Belongs { child, .. } => child,
            Self::InsuredAmount { insured, .. } => insured,
            Self::Premium { premium, .. } => premium,
        }
    }

    /// The requirements that a refusal by this rule enforces, besides those of the field.
    pub const fn requirements(self) -> &'static [&'static str] {
        match self {
            Self::NotBefore { .. } => &["CGO-06"],
            Self::Fits { .. } => &["CGO-01"],
            Self::With { .. } | Self::InsuredAmount { .. } | Self::Premium { .. } => &["CGO-07"],
            Self::Belongs { .. } => &[],
            Self::OfCover { part, .. } => match part {
                CoverPart::Line | CoverPart::Modes => &["CGO-01"],
                CoverPart::Rate => &["CGO-07"],
                CoverPart::MainCoverages | CoverPart::AdditionalCoverages => &["OPC-04"],
                CoverPart::Chapters | CoverPart::Headings => &["CGO-04", "OPC-05"],
                CoverPart::Period => &["OPC-06"],
            },
        }
    }

    /// In words, for those who tell one rule from another.
    pub fn in_words(self, form: &Form) -> String {
        let name = |key: &str| form.by_key(key).map_or_else(|| key.to_owned(), |rule| rule.name.to_owned());
        match self {
            Self::NotBefore { later, earlier } => format!("{}不早于{}", name(later), name(earlier)),
            Self::Fits { choice, by, .. } => format!("{}与{}相符", name(choice), name(by)),
            Self::With { field, needs } => format!("{}须与{}一同选择", name(field), name(needs)),
            Self::OfCover { field, part: CoverPart::Period } => format!("{}在协议有效期之内", name(field)),
            Self::OfCover { field, .. } => format!("{}为协议所列", name(field)),
            Self::Belongs { child, parent } => format!("{}属于{}", name(child), name(parent)),
            Self::InsuredAmount { insured, invoice, markup } => {
                format!("{} = {} ×（1 + {}）", name(insured), name(invoice), name(markup))
            }
            Self::Premium { premium, insured, rate } => {
                format!("{} = {} × {}", name(premium), name(insured), name(rate))
            }
        }
    }

    /// The figure that the rule makes, if it is of that sort.
    pub(super) fn figure(self, values: &Values) -> Figure {
        let (made, from) = match self {
            Self::InsuredAmount { invoice, markup, .. } => match (values.money(invoice), values.percent(markup)) {
                (Some(amount), Some(share)) => (insured_amount(amount, share), invoice),
                (Some(_), None) | (None, _) => return Figure::Unknown,
            },
            Self::Premium { insured, rate, .. } => match (values.money(insured), values.percent(rate)) {
                (Some(amount), Some(share)) => (premium(amount, share), insured),
                (Some(_), None) | (None, _) => return Figure::Unknown,
            },
            Self::NotBefore { .. }
            | Self::Fits { .. }
            | Self::With { .. }
            | Self::OfCover { .. }
            | Self::Belongs { .. } => return Figure::Unknown,
        };
        made.map_or(Figure::TooMuch(from), Figure::Is)
    }

    /// The field that is wrong by this rule, and its hint.
    pub(super) fn objection(
        self,
        form: &Form,
        values: &Values,
        context: &Context<'_>,
    ) -> Option<(&'static str, String)> {
        let label = |key: &str| form.by_key(key).map_or("", |rule| rule.label);
        let at = |hint: String| Some((self.at(), hint));
        match self {
            Self::NotBefore { later, earlier } => {
                let wrong = values.date(later)? < values.date(earlier)?;
                if wrong { at(format!("不能早于{}", label(earlier))) } else { None }
            }
            Self::Fits { choice, by, table } => {
                let (choice, by) = (values.get(choice)?, values.get(by)?);
                let fits = table.iter().any(|(one, allowed)| *one == by && allowed.contains(&choice));
                if fits { None } else { at(NOT_IN_LIST.into()) }
            }
            Self::With { field, needs } => {
                values.get(field)?;
                if values.is_blank(needs) { at(format!("须与{}一同选择", label(needs))) } else { None }
            }
            Self::OfCover { field, part } => part.objection(values.get(field)?, context.cover?).and_then(at),
            Self::Belongs { child, parent } => {
                let code = values.get(child)?;
                if values.is_blank(parent) {
                    return Some((parent, takes::BLANK.into()));
                }
                let above = values.get(parent)?;
                let Takes::Code(table) = form.by_key(child)?.takes else { return None };
                let row = context.tables.by_code(table, code);
                if row.is_some_and(|row| *row.parent == *above) { None } else { at(NOT_IN_LIST.into()) }
            }
            Self::InsuredAmount { insured: figure, .. } | Self::Premium { premium: figure, .. } => {
                let Figure::Is(right) = self.figure(values) else { return None };
                if values.money(figure)? == right { None } else { at(format!("应为{right}")) }
            }
        }
    }
}
