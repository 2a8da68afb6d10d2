//! Kinds of value that a field takes, and how a text becomes one: checked, and written in the one way in which it is kept.
//!
//! A kind looks at one text alone. What two fields owe each other is a [`super::CrossRule`].

use jiff::civil::Date;

use crate::{
    codes::Uscc,
    directory::{Directory, Institution, PartyRole},
    money::{Money, Percent},
    tables::{TableId, Tables},
};

/// The hint at a field that is blank and must not be.
pub const BLANK: &str = "必填";
/// The hint at a text that is no such value.
pub const MALFORMED: &str = "格式有误";
/// The hint at a text that is on no list.
pub const NOT_IN_LIST: &str = "请从列表中选择";
/// The longest code of a table and the longest name of an institution, in characters.
pub(super) const MAX_CODE: usize = 20;
pub(super) const MAX_INSTITUTION: usize = 100;
const MAX_EMAIL: usize = 100;
/// What stands between the choices of [`Takes::SomeOf`] when they are kept.
pub(super) const BETWEEN: char = ',';

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any text of at most `max` characters on one line.
    Text {
        /// In characters.
        max: usize,
    },
    /// A mobile number (1 and ten digits), or a land line with area code, hyphen optional.
    Phone,
    /// An e-mail address of at most 100 characters.
    Email,
    /// `min` to `max` digits.
    Digits {
        /// At least so many.
        min: usize,
        /// At most so many.
        max: usize,
    },
    /// 15, 17, 18 or 20 digits and upper-case letters.
    TaxNumber,
    /// 统一社会信用代码 with its check digit.
    Uscc,
    /// Yuan, above 0, at most [`Money::MOST`]; kept with two places.
    Money,
    /// Yuan from 0.00 on, likewise: a figure that may round to nothing.
    Figure,
    /// A percentage with at most `places` places and at most `max`; the sign % may be left out, and is kept.
    Percent {
        /// Places after the point.
        places: u32,
        /// In percent.
        max: u32,
    },
    /// A day that exists, YYYY-MM-DD.
    Date,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Some of these texts, between 、 ， , ； or ;. Kept in the list's order, between commas, each once.
    SomeOf(&'static [&'static str]),
    /// A row of this table, by its exact code or name; kept as the code.
    Code(TableId),
    /// An institution of this role, by full or short name; kept as the full name.
    Institution(PartyRole),
}

/// The lists that texts are looked up in. Without them a code or a name is checked for its form alone.
#[derive(Clone, Copy)]
pub(super) struct Lists<'a> {
    pub directory: &'a Directory,
    pub tables: &'a Tables,
}

impl Takes {
    /// What is kept of a text that is not blank. `under` is the code of the row that a code of a table should belong to,
    /// for names that several rows share.
    ///
    /// # Errors
    /// The hint.
    pub(super) fn read(self, text: &str, lists: Option<Lists<'_>>, under: Option<&str>) -> Result<String, String> {
        let as_it_is = |right: bool| if right { Ok(text.to_owned()) } else { Err(MALFORMED.to_owned()) };
        match self {
            Self::Text { max } => as_it_is(is_printable(text)).and_then(|text| at_most(text, max)),
            Self::Phone => as_it_is(is_phone(text)),
            Self::Email => at_most(text.into(), MAX_EMAIL).and_then(|_| as_it_is(is_email(text))),
            Self::Digits { min, max } => {
                as_it_is(all_digits(text)).and_then(|text| at_most(text, max)).and_then(|_| as_it_is(text.len() >= min))
            }
            Self::TaxNumber => as_it_is(
                matches!(text.len(), 15 | 17 | 18 | 20)
                    && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()),
            ),
            Self::Uscc => as_it_is(text.parse::<Uscc>().is_ok()),
            Self::Money => money(text).map(|m| m.to_string()).ok_or_else(|| MALFORMED.into()),
            Self::Figure => figure(text).map(|m| m.to_string()).ok_or_else(|| MALFORMED.into()),
            Self::Percent { places, max } => {
                let percent = text.parse::<Percent>().ok().filter(|p| p.places() <= places && !p.exceeds(max));
                percent.map(|p| p.to_string()).ok_or_else(|| MALFORMED.into())
            }
            Self::Date => as_it_is(date(text).is_some()),
            Self::OneOf(all) => all.contains(&text).then(|| text.to_owned()).ok_or_else(|| NOT_IN_LIST.into()),
            Self::SomeOf(all) => some_of(text, all).ok_or_else(|| NOT_IN_LIST.into()),
            Self::Code(table) => code(text, table, lists, under),
            Self::Institution(role) => institution_name(text, role, lists),
        }
    }

    /// The most characters that a value of this kind has.
    pub fn longest(self) -> usize {
        match self {
            Self::Text { max } | Self::Digits { max, .. } => max,
            Self::Phone => 13,
            Self::Email => MAX_EMAIL,
            Self::TaxNumber => 20,
            Self::Uscc => 18,
            Self::Money | Self::Figure => 15,
            Self::Percent { .. } => 12,
            Self::Date => 10,
            Self::OneOf(all) => all.iter().map(|text| text.chars().count()).max().unwrap_or(0),
            Self::SomeOf(all) => all.iter().map(|text| text.chars().count() + 1).sum(),
            Self::Code(_) => MAX_CODE,
            Self::Institution(_) => MAX_INSTITUTION,
        }
    }
}

fn code(text: &str, table: TableId, lists: Option<Lists<'_>>, under: Option<&str>) -> Result<String, String> {
    let Some(Lists { tables, .. }) = lists else {
        let is_code = text.len() <= MAX_CODE && text.bytes().all(|b| b.is_ascii_graphic());
        return if is_code { Ok(text.into()) } else { Err(MALFORMED.into()) };
    };
    let row = match under {
        Some(parent) => tables.find_under(table, text, parent),
        None => tables.find(table, text),
    };
    row.map(|row| row.code.to_string()).ok_or_else(|| NOT_IN_LIST.into())
}

fn institution_name(text: &str, role: PartyRole, lists: Option<Lists<'_>>) -> Result<String, String> {
    let Some(Lists { directory, .. }) = lists else {
        return if is_printable(text) { at_most(text.into(), MAX_INSTITUTION) } else { Err(MALFORMED.into()) };
    };
    institution(directory, text, role).map(|i| i.name.clone()).ok_or_else(|| NOT_IN_LIST.into())
}

/// An institution of that role by full or short name.
pub(super) fn institution<'a>(directory: &'a Directory, name: &str, role: PartyRole) -> Option<&'a Institution> {
    directory.by_name(name).filter(|institution| institution.role == role)
}

fn at_most(text: String, max: usize) -> Result<String, String> {
    if text.chars().count() > max { Err(format!("长度不能超过{max}")) } else { Ok(text) }
}

/// Text that a page can show as it is: emoji and rare characters are text like any other; controls, and marks that are
/// not seen but change what is (zero width, direction), are not.
pub(super) fn is_printable(text: &str) -> bool {
    let unseen = |c: char| {
        matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    !text.chars().any(|c| c.is_control() || unseen(c))
}

/// An amount as a form takes it.
pub(super) fn money(text: &str) -> Option<Money> {
    figure(text).filter(|m| m.is_positive())
}

fn figure(text: &str) -> Option<Money> {
    // A minus has no place in a form, not even before a nought.
    text.parse::<Money>().ok().filter(|m| !text.starts_with('-') && *m <= Money::MOST)
}

/// A day that exists, written YYYY-MM-DD.
pub(super) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { *b == b'-' } else { b.is_ascii_digit() });
    shaped.then(|| text.parse().ok()).flatten()
}

fn some_of(text: &str, all: &[&str]) -> Option<String> {
    let mut chosen = vec![false; all.len()];
    for part in text.split(['、', '，', ',', '；', ';']).map(str::trim) {
        chosen[all.iter().position(|one| *one == part)?] = true;
    }
    let kept: Vec<&str> = all.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(one, _)| *one).collect();
    Some(kept.join(BETWEEN.encode_utf8(&mut [0; 4])))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// 1XXXXXXXXXX, or 0AA(A)-NNNNNNN(N) with the hyphen optional.
fn is_phone(text: &str) -> bool {
    if all_digits(text) && text.starts_with('1') {
        return text.len() == 11;
    }
    match text.split_once('-') {
        Some((area, number)) => {
            all_digits(area)
                && area.starts_with('0')
                && matches!(area.len(), 3 | 4)
                && all_digits(number)
                && matches!(number.len(), 7 | 8)
        }
        None => all_digits(text) && text.starts_with('0') && matches!(text.len(), 10..=12),
    }
}

/// One `@`; before it something printable, after it at least two labels of letters, digits and inner hyphens.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let local_part = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
    local.split('.').all(local_part) && domain.contains('.') && domain.split('.').all(label)
}
