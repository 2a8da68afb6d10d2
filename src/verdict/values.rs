//! One value against another, by the type of their field. No knowledge of scenarios or records in here.

use std::cmp::Ordering;

use domain::{Time, directory::Directory, money::Money};
use rust_decimal::Decimal;

use super::expect::{Kind, Op};

/// Whether a page shows nothing here: blank, or the `-` of a value not yet known.
pub fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "-")
}

/// Whether `text` is the value `wanted`.
///
/// # Errors
/// `wanted` is no value of that type.
pub fn equal(wanted: &str, text: &str, kind: Kind, directory: &Directory) -> Result<bool, String> {
    // What both show alike is alike, even where it is no value of the type: a `-`, or a text after 拒绝.
    if wanted == text {
        return Ok(true);
    }
    match kind {
        Kind::Text => Ok(false),
        Kind::Institution => {
            Ok(directory.by_name(wanted).is_some_and(|w| directory.by_name(text).is_some_and(|t| t.id == w.id)))
        }
        Kind::Money | Kind::Rate | Kind::Date | Kind::DateTime | Kind::Count => {
            Ok(order(text, wanted, kind)? == Some(Ordering::Equal))
        }
    }
}

/// Whether `text` stands to `bound` as `op` says. A value not yet known is not greater, less or equal to any: only
/// `!=` holds for it.
///
/// # Errors
/// `bound` is no value of that type, or the type has no order.
pub fn compare(op: Op, bound: &str, text: &str, kind: Kind, directory: &Directory) -> Result<bool, String> {
    if op == Op::Ne {
        return equal(bound, text, kind, directory).map(|same| !same);
    }
    let order = match kind {
        Kind::Text | Kind::Institution => return Err(format!("文字没有大小，不能用 {} 比较", op.sign())),
        Kind::Money | Kind::Rate | Kind::Date | Kind::DateTime | Kind::Count => order(text, bound, kind)?,
    };
    Ok(order.is_some_and(|order| match op {
        Op::Ge => order.is_ge(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::Lt => order.is_lt(),
        Op::Ne => order.is_ne(),
    }))
}

/// How the page's `text` stands to `wanted`; `None` where the page shows no value of the type.
fn order(text: &str, wanted: &str, kind: Kind) -> Result<Option<Ordering>, String> {
    fn by<T: Ord>(
        parse: impl Fn(&str) -> Option<T>,
        text: &str,
        wanted: &str,
        what: &str,
    ) -> Result<Option<Ordering>, String> {
        let wanted = parse(wanted).ok_or_else(|| format!("「{wanted}」不是{what}，不能比较"))?;
        Ok(parse(text).map(|text| text.cmp(&wanted)))
    }
    let date = |t: &str| Time::parse(t).map(Time::date);
    match kind {
        Kind::Money => by(|t| t.parse::<Money>().ok(), text, wanted, "金额"),
        Kind::Rate => by(|t| t.trim_end_matches(['%', '‰']).parse::<Decimal>().ok(), text, wanted, "数字"),
        Kind::Count => by(|t| t.parse::<u64>().ok(), text, wanted, "整数"),
        Kind::Date => by(date, text, wanted, "日期（如 2026-03-02）"),
        Kind::DateTime if wanted.len() == 10 => by(date, text, wanted, "日期（如 2026-03-02）"),
        Kind::DateTime => by(Time::parse, text, wanted, "时间（如 2026-03-02 09:00:00）"),
        // Neither has an order; both callers answer for them before.
        Kind::Text | Kind::Institution => Ok(None),
    }
}
