//! Expected values as a scenario writes them, and how they are held against what a page shows.
//!
//! Values are compared by the type of their field, so `10` is `10.00` as money and 中国银行 is 中国银行股份有限公司 as
//! an institution. "Does not hold" and "cannot be compared" are different answers: the second is the scenario's
//! mistake, and becomes 失败 only through the finding that says so.

use std::fmt;

use domain::directory::Directory;

use super::values;

/// What a scenario expects of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this value, by the field's type.
    Literal(String),
    /// 非空
    NonEmpty,
    /// 空: nothing, or the `-` that a page shows for a value not yet known.
    Empty,
    /// 含 文字: the text occurs; of a list, in any of its items.
    Contains(String),
    /// `>= 10.00` and the like.
    Compare(Op, String),
    /// A list, item by item and no longer or shorter.
    List(Vec<Expected>),
    /// Rows of a table: exactly as many, each with at least these columns so.
    Rows(Vec<Vec<(String, Expected)>>),
    /// `$名.字段`: the runner puts the value in its place before anything is compared.
    Reference {
        /// The name given by 记作.
        name: String,
        /// The field of that record.
        field: String,
    },
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `>=`
    Ge,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `<`
    Lt,
    /// `!=`
    Ne,
}

impl Op {
    /// Every comparison, the longer signs first, so that a reader may try them in this order.
    pub const ALL: [Self; 5] = [Self::Ge, Self::Le, Self::Ne, Self::Gt, Self::Lt];

    /// Its sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Ge => ">=",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Lt => "<",
            Self::Ne => "!=",
        }
    }
}

/// The type by which a field's values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it stands.
    Text,
    /// Yuan with two places: `10` is `10.00`.
    Money,
    /// A decimal number: `2.3` is `2.30`.
    Rate,
    /// A day: of a point in time only its date counts.
    Date,
    /// A point in time to the second; a bare date means any time of that day.
    DateTime,
    /// An institution by full or short name.
    Institution,
    /// A whole number.
    Count,
}

/// The type of a field. `record_kind` is the kind of record (协议, 查询, ...): a label means the same on every page so
/// far, so only the label decides.
pub fn kind_of(record_kind: &str, field: &str) -> Kind {
    FIELD_KINDS
        .iter()
        .find(|(record, label, _)| *label == field && (record.is_empty() || *record == record_kind))
        .map_or(Kind::Text, |(_, _, kind)| *kind)
}

#[rustfmt::skip] // One field a line: this is a table.
const FIELD_KINDS: &[(&str, &str, Kind)] = &[
    // record   label             kind ("" = of any record)
    ("",        "银行名称",       Kind::Institution),
    ("",        "付款银行",       Kind::Institution),
    ("",        "收款企业名称",   Kind::Institution),
    ("",        "收款企业",       Kind::Institution),
    ("",        "保险机构名称",   Kind::Institution),
    ("",        "失败方",         Kind::Institution),
    ("",        "协议生效时间",   Kind::Date),
    ("",        "协议失效时间",   Kind::Date),
    ("",        "签约日期",       Kind::Date),
    ("",        "签约时间",       Kind::DateTime),
    ("",        "入库时间",       Kind::DateTime),
    ("",        "序号",           Kind::Count),
    ("",        "总数",           Kind::Count),
    ("",        "金额",           Kind::Money),
    ("",        "余额",           Kind::Money),
    ("",        "保费",           Kind::Money),
    ("",        "保额",           Kind::Money),
    ("",        "费率",           Kind::Rate),
    ("",        "保险费率",       Kind::Rate),
    ("",        "加成比例",       Kind::Rate),
    ("",        "保险金额",       Kind::Money),
    ("",        "发票金额",       Kind::Money),
    ("",        "最低保费",       Kind::Money),
    ("",        "单次限额",       Kind::Money),
    ("",        "退款金额",       Kind::Money),
    ("",        "年投保总额",     Kind::Money),
    ("",        "单一航次最大金额", Kind::Money),
    ("",        "保险机构",       Kind::Institution),
    ("",        "协议起效时间",   Kind::Date),
    ("",        "协议结束时间",   Kind::Date),
    ("",        "协议结束日期",   Kind::Date),
    ("",        "缴费截止日",     Kind::Date),
    ("",        "起运日期",       Kind::Date),
    ("",        "预计抵达日期",   Kind::Date),
    ("",        "申请日期",       Kind::Date),
    ("",        "投保日期",       Kind::Date),
    ("",        "生效日期",       Kind::Date),
    ("",        "支付日期",       Kind::Date),
    ("",        "申请时间",       Kind::DateTime),
    ("",        "投保时间",       Kind::DateTime),
    ("",        "暂存时间",       Kind::DateTime),
    ("",        "生效时间",       Kind::DateTime),
    ("",        "支付时间",       Kind::DateTime),
];

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actual {
    /// One value, as the page shows it.
    Text(String),
    /// Several, in order.
    List(Vec<String>),
    /// Rows of a table, each with its columns in order.
    Rows(Vec<Vec<(String, String)>>),
}

/// Whether `actual` is as `expected`.
///
/// # Errors
/// The two cannot be compared at all, with the reason in Chinese: a text where the type has none (a date `soon`), a
/// list held against one value, a column that the table does not have, a reference that nobody resolved.
pub fn holds(expected: &Expected, actual: &Actual, kind: Kind, directory: &Directory) -> Result<bool, String> {
    match (expected, actual) {
        (Expected::Reference { .. }, _) => Err(format!("引用 {expected} 尚未解析")),
        (Expected::List(items), Actual::List(texts)) => list_holds(items, texts, kind, directory),
        (Expected::Rows(rows), Actual::Rows(seen)) => rows_hold(rows, seen, directory),
        // 行: [] is an empty list to the reader, and says the same.
        (Expected::List(items), Actual::Rows(seen)) if items.is_empty() => Ok(seen.is_empty()),
        (Expected::NonEmpty, Actual::List(texts)) => Ok(!texts.is_empty()),
        (Expected::NonEmpty, Actual::Rows(seen)) => Ok(!seen.is_empty()),
        (Expected::Empty, Actual::List(texts)) => Ok(texts.is_empty()),
        (Expected::Empty, Actual::Rows(seen)) => Ok(seen.is_empty()),
        (Expected::Contains(part), Actual::List(texts)) => Ok(texts.iter().any(|t| t.contains(part.as_str()))),
        (Expected::NonEmpty, Actual::Text(text)) => Ok(!values::is_blank(text)),
        (Expected::Empty, Actual::Text(text)) => Ok(values::is_blank(text)),
        (Expected::Contains(part), Actual::Text(text)) => Ok(text.contains(part.as_str())),
        (Expected::Literal(wanted), Actual::Text(text)) => values::equal(wanted, text, kind, directory),
        (Expected::Compare(op, bound), Actual::Text(text)) => values::compare(*op, bound, text, kind, directory),
        (Expected::List(_) | Expected::Rows(_), Actual::Text(_)) => Err("这个字段只有一个值，不能与列表比较".into()),
        (Expected::Rows(_), Actual::List(_)) => Err("这个字段是一列值，不是表格的行".into()),
        (Expected::Literal(_) | Expected::Compare(..), Actual::List(_)) => {
            Err("这个字段是一列值，请写成列表 [甲, 乙]，或写「含 文字」".into())
        }
        (Expected::Literal(_) | Expected::Compare(..) | Expected::Contains(_) | Expected::List(_), Actual::Rows(_)) => {
            Err("这个字段是表格的行，请写成 [{列名: 值}, ...]".into())
        }
    }
}

fn list_holds(items: &[Expected], texts: &[String], kind: Kind, directory: &Directory) -> Result<bool, String> {
    // Every item is looked at even after a mismatch: an item that cannot be compared is the scenario's mistake always.
    let mut all = items.len() == texts.len();
    for (item, text) in items.iter().zip(texts) {
        all &= holds(item, &Actual::Text(text.clone()), kind, directory)?;
    }
    Ok(all)
}

fn rows_hold(
    rows: &[Vec<(String, Expected)>],
    seen: &[Vec<(String, String)>],
    directory: &Directory,
) -> Result<bool, String> {
    let mut all = rows.len() == seen.len();
    for (row, shown) in rows.iter().zip(seen) {
        for (column, expected) in row {
            let Some((_, text)) = shown.iter().find(|(label, _)| label == column) else {
                let columns: Vec<_> = shown.iter().map(|(label, _)| label.as_str()).collect();
                return Err(format!("表格没有「{column}」一列，只有 {}", columns.join("、")));
            };
            all &= holds(expected, &Actual::Text(text.clone()), kind_of("", column), directory)?;
        }
    }
    Ok(all)
}

/// As a scenario file writes it.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::NonEmpty => f.write_str("非空"),
            Self::Empty => f.write_str("空"),
            Self::Contains(part) => write!(f, "含 {part}"),
            Self::Compare(op, bound) => write!(f, "{} {bound}", op.sign()),
            Self::List(items) => bracketed(f, items.iter()),
            Self::Rows(rows) => bracketed(f, rows.iter().map(|row| Row(row))),
            Self::Reference { name, field } => write!(f, "${name}.{field}"),
        }
    }
}

/// As a scenario file would write it, so that the two can be laid side by side.
impl fmt::Display for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if text.is_empty() => f.write_str("空"),
            Self::Text(text) => f.write_str(text),
            Self::List(texts) => bracketed(f, texts.iter()),
            Self::Rows(rows) => bracketed(f, rows.iter().map(|row| Row(row))),
        }
    }
}

struct Row<'a, V>(&'a [(String, V)]);

impl<V: fmt::Display> fmt::Display for Row<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (label, value)) in self.0.iter().enumerate() {
            let text = value.to_string();
            let text = if text.is_empty() { "空" } else { text.as_str() };
            write!(f, "{}{label}: {text}", if i > 0 { ", " } else { "" })?;
        }
        f.write_str("}")
    }
}

fn bracketed<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = T>) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str("]")
}

#[cfg(test)]
mod tests {
    use domain::directory::{Institution, PartyId, PartyRole};

    use super::*;

    fn directory() -> Directory {
        Directory::new(vec![Institution {
            id: PartyId::new("boc"),
            role: PartyRole::Bank,
            name: "中国银行股份有限公司".into(),
            short: "中国银行".into(),
            branch_of: None,
        }])
    }

    fn literal(text: &str) -> Expected {
        Expected::Literal(text.into())
    }

    fn check(expected: &Expected, actual: &str, kind: Kind) -> Result<bool, String> {
        holds(expected, &Actual::Text(actual.into()), kind, &directory())
    }

    #[test]
    fn literals_are_compared_by_type() {
        for (wanted, shown, kind) in [
            ("10", "10.00", Kind::Money),
            ("2.3", "2.30", Kind::Rate),
            ("007", "7", Kind::Count),
            ("2026-03-02", "2026-03-02 11:05:00", Kind::Date),
            ("2026-03-02", "2026-03-02 11:05:00", Kind::DateTime),
            ("2026-03-02 11:05:00", "2026-03-02 11:05:00", Kind::DateTime),
            ("中国银行", "中国银行股份有限公司", Kind::Institution),
            ("中国银行股份有限公司", "中国银行股份有限公司", Kind::Institution),
            ("成功", "成功", Kind::Text),
            ("-", "-", Kind::Date),
        ] {
            assert_eq!(check(&literal(wanted), shown, kind), Ok(true), "{wanted} {shown}");
        }
        for (wanted, shown, kind) in [
            ("10", "10.01", Kind::Money),
            ("10", "-", Kind::Money),
            ("2026-03-02", "2026-03-03", Kind::Date),
            ("2026-03-02 11:05:00", "2026-03-02 11:05:01", Kind::DateTime),
            ("建设银行", "中国银行股份有限公司", Kind::Institution),
            ("007", "7", Kind::Text),
            ("10", "10.00", Kind::Text),
        ] {
            assert_eq!(check(&literal(wanted), shown, kind), Ok(false), "{wanted} {shown}");
        }
    }

    #[test]
    fn a_dash_counts_as_nothing() {
        for blank in ["", "-", " "] {
            assert_eq!(check(&Expected::Empty, blank, Kind::Text), Ok(true));
            assert_eq!(check(&Expected::NonEmpty, blank, Kind::Text), Ok(false));
        }
        assert_eq!(check(&Expected::NonEmpty, "BOCBX000000001", Kind::Text), Ok(true));
        assert_eq!(check(&Expected::Empty, "BOCBX000000001", Kind::Text), Ok(false));
    }

    #[test]
    fn comparisons_hold_at_their_edges() {
        for (op, shown, so) in [
            (Op::Ge, "10.00", true),
            (Op::Ge, "9.99", false),
            (Op::Le, "10.00", true),
            (Op::Le, "10.01", false),
            (Op::Gt, "10.00", false),
            (Op::Gt, "10.01", true),
            (Op::Lt, "10.00", false),
            (Op::Lt, "9.99", true),
            (Op::Ne, "10.00", false),
            (Op::Ne, "9.00", true),
            (Op::Ne, "-", true),
            (Op::Ge, "-", false),
            (Op::Lt, "-", false),
        ] {
            let expected = Expected::Compare(op, "10".into());
            assert_eq!(check(&expected, shown, Kind::Money), Ok(so), "{expected} {shown}");
        }
        assert_eq!(check(&Expected::Compare(Op::Gt, "2026-03-01".into()), "2026-03-02", Kind::Date), Ok(true));
        assert_eq!(check(&Expected::Compare(Op::Gt, "9".into()), "10", Kind::Count), Ok(true));
    }

    #[test]
    fn what_cannot_be_compared_is_not_merely_different() {
        assert!(check(&literal("很快"), "2026-03-02", Kind::Date).is_err());
        assert!(check(&Expected::Compare(Op::Ge, "成功".into()), "成功", Kind::Text).is_err());
        assert!(check(&Expected::List(vec![literal("S")]), "S", Kind::Text).is_err());
        let reference = Expected::Reference { name: "协议".into(), field: "协议编号".into() };
        assert_eq!(check(&reference, "x", Kind::Text), Err("引用 $协议.协议编号 尚未解析".into()));
        assert!(holds(&literal("S"), &Actual::List(vec!["S".into()]), Kind::Text, &directory()).is_err());
    }

    #[test]
    fn a_list_is_exact_and_a_part_may_be_anywhere() {
        let log = Actual::List(["P001", "P002", "P004"].map(String::from).to_vec());
        let wanted = |codes: &[&str]| Expected::List(codes.iter().map(|c| literal(c)).collect());
        let holds = |e: &Expected| holds(e, &log, Kind::Text, &directory());
        assert_eq!(holds(&wanted(&["P001", "P002", "P004"])), Ok(true));
        assert_eq!(holds(&wanted(&["P001", "P002"])), Ok(false));
        assert_eq!(holds(&wanted(&["P001", "P002", "P004", "S"])), Ok(false));
        assert_eq!(holds(&wanted(&["P002", "P001", "P004"])), Ok(false));
        assert_eq!(holds(&Expected::Contains("002".into())), Ok(true));
        assert_eq!(holds(&Expected::Contains("S".into())), Ok(false));
        assert_eq!(holds(&Expected::NonEmpty), Ok(true));
    }

    #[test]
    fn rows_are_counted_and_their_columns_typed() {
        let row = |state: &str| vec![("银行名称".into(), "中国银行股份有限公司".into()), ("状态".into(), state.into())];
        let table = Actual::Rows(vec![row("失败"), row("成功")]);
        let wanted = |states: &[&str]| {
            Expected::Rows(
                states
                    .iter()
                    .map(|s| vec![("银行名称".into(), literal("中国银行")), ("状态".into(), literal(s))])
                    .collect(),
            )
        };
        let holds = |e: &Expected| holds(e, &table, Kind::Text, &directory());
        assert_eq!(holds(&wanted(&["失败", "成功"])), Ok(true));
        assert_eq!(holds(&wanted(&["成功", "失败"])), Ok(false));
        assert_eq!(holds(&wanted(&["失败"])), Ok(false));
        assert_eq!(holds(&Expected::List(vec![])), Ok(false));
        let unknown = Expected::Rows(vec![vec![("状况".into(), literal("失败"))]; 2]);
        assert_eq!(holds(&unknown), Err("表格没有「状况」一列，只有 银行名称、状态".into()));
    }

    #[test]
    fn both_sides_read_as_a_scenario_writes_them() {
        let rows = Expected::Rows(vec![vec![("状态".into(), literal("失败")), ("协议编号".into(), Expected::Empty)]]);
        assert_eq!(rows.to_string(), "[{状态: 失败, 协议编号: 空}]");
        assert_eq!(Expected::Compare(Op::Ge, "10.00".into()).to_string(), ">= 10.00");
        assert_eq!(Expected::Contains("资料不全".into()).to_string(), "含 资料不全");
        assert_eq!(Actual::List(vec!["P001".into(), "S".into()]).to_string(), "[P001, S]");
        assert_eq!(Actual::Text(String::new()).to_string(), "空");
    }
}
