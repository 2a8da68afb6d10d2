//! Expected values: what a file wants a field to show, and why it never could.
//!
//! The other half of a [`Reader`]'s values; whether an expectation holds is the verdict's to say.

use super::{
    fields::{Asked, Reader, listed},
    mistake::{MistakeKind, Vocabulary},
    tree::{Node, NodeKind},
    values::{near_comparison, near_count, near_expectation, near_time, parse_time},
};
use crate::verdict::expect::{Actual, Expected, Kind, Op, holds, kind_of};

impl Reader<'_> {
    /// An expected value of a field.
    pub(super) fn expected(&mut self, node: &Node, asked: Asked<'_>) -> Option<Expected> {
        match &node.kind {
            NodeKind::Map(_) => {
                self.wrong_shape(node, "值或列表");
                None
            }
            NodeKind::List(_) if !asked.list => {
                let found = self.source.slice(node.span).to_owned();
                self.cannot_hold(&found, "这个字段只有一个值，不能与列表比较".into(), node.span);
                None
            }
            NodeKind::List(items) => {
                let asked = Asked { list: false, ..asked };
                let read: Vec<_> = items.iter().map(|n| self.expected(n, asked)).collect();
                read.into_iter().collect::<Option<_>>().map(Expected::List)
            }
            NodeKind::Scalar { .. } => {
                let text = self.text(node)?;
                let expected = self.expected_text(node, &text, asked)?;
                match self.why_never(&expected, asked) {
                    None => Some(expected),
                    Some(why) => {
                        self.cannot_hold(&text, why, node.span);
                        None
                    }
                }
            }
        }
    }

    /// Why what the field shows can never be compared with the expected value, whatever it shows.
    fn why_never(&self, expected: &Expected, asked: Asked<'_>) -> Option<String> {
        // No page shows this: equal texts are equal before their type is asked.
        const NEVER_SHOWN: &str = "\u{0}";
        let kind = kind_of("", asked.field);
        match expected {
            Expected::NonEmpty | Expected::Empty | Expected::Contains(_) => None,
            _ if asked.list => Some("这个字段是一列值，请写成列表 [甲, 乙]，或写「含 文字」".into()),
            Expected::Literal(text) if text == "-" => None,
            Expected::Compare(op, bound) if bound.starts_with('$') => {
                let ordered = *op == Op::Ne || !matches!(kind, Kind::Text | Kind::Institution);
                (!ordered).then(|| format!("文字没有大小，不能用 {} 比较", op.sign()))
            }
            Expected::Literal(_) | Expected::Compare(..) => {
                holds(expected, &Actual::Text(NEVER_SHOWN.into()), kind, &self.cast.directory).err()
            }
            Expected::List(_) | Expected::Rows(_) | Expected::Reference { .. } => None,
        }
    }

    fn expected_text(&mut self, node: &Node, text: &str, asked: Asked<'_>) -> Option<Expected> {
        match text {
            "非空" => return Some(Expected::NonEmpty),
            "空" => return Some(Expected::Empty),
            "含" => {
                let expected = "应为「含 文字」";
                self.push(MistakeKind::BadForm { found: text.into(), expected }, node.span);
                return None;
            }
            _ => {}
        }
        if let Some(part) = text.strip_prefix("含 ") {
            if part.trim().starts_with('$') {
                let at = text.len() - part.trim_start().len();
                self.reference(part.trim(), node, at).unwrap_or(Some(Default::default()))?;
            }
            return (!self.dangling(part, node)).then(|| Expected::Contains(part.trim().into()));
        }
        if let Some(op) = Op::ALL.into_iter().find(|op| text.starts_with(op.sign())) {
            let bound = text[op.sign().len()..].trim();
            if bound.is_empty() {
                self.push(MistakeKind::BadComparison { found: text.into(), nearest: None }, node.span);
                return None;
            }
            let at = text.len() - text[op.sign().len()..].trim_start().len();
            match self.reference(bound, node, at) {
                Some(reference) => drop(reference?),
                // What a page can never show is unequal to all that it shows: the check would say nothing.
                None if op == Op::Ne && !self.literal(node, bound, asked) => return None,
                None => {}
            }
            return Some(Expected::Compare(op, bound.into()));
        }
        let kind = kind_of("", asked.field);
        let sign = text.chars().next().is_some_and(|c| !c.is_alphabetic());
        if let Some(nearest) = near_comparison(text).filter(|_| sign || kind != Kind::Text) {
            let what = MistakeKind::BadComparison { found: text.into(), nearest: Some(nearest) };
            self.push(what, node.span);
            return None;
        }
        if let Some(meant) = near_expectation(text) {
            self.push(MistakeKind::LooksLike { found: text.into(), meant }, node.span);
            return None;
        }
        // A text may well begin so, hence only a warning.
        if let Some(part) = text.strip_prefix('含').filter(|_| kind == Kind::Text && !asked.list) {
            let meant = format!("含 {}", part.trim_start_matches(['：', ':', '\u{3000}']).trim_start());
            self.push(MistakeKind::GluedContains { found: text.into(), meant }, node.span);
        }
        if let Some(reference) = self.reference(text, node, 0) {
            return reference.map(|(name, field)| Expected::Reference { name, field });
        }
        self.literal(node, text, asked).then(|| Expected::Literal(text.into()))
    }

    /// Whether a literal can ever be what the field shows; says so if not.
    fn literal(&mut self, node: &Node, text: &str, asked: Asked<'_>) -> bool {
        let field = asked.field;
        if asked.list {
            // That it is no list is what is wrong.
            return true;
        }
        let words = match field {
            "状态" => asked.states,
            "状态记录" => asked.codes,
            "协议状态" => asked.states,
            _ => &[],
        };
        if !words.is_empty() && !words.contains(&text) {
            let kind = if words == asked.codes { Vocabulary::LogCode } else { Vocabulary::State };
            if kind == Vocabulary::State && asked.codes.contains(&text) {
                let states = listed(words);
                let why = format!("这是状态记录里的代码，页面的状态是 {states}；比代码要写「状态记录」");
                self.cannot_hold(text, why, node.span);
            } else {
                self.unknown(kind, text, words.iter().copied(), node.span);
            }
            return false;
        }
        match kind_of("", field) {
            Kind::Institution => {
                let cast = self.cast;
                let known = cast.institution(text, None).is_some();
                if !known {
                    self.unknown(Vocabulary::Institution, text, cast.institution_names(None), node.span);
                }
                known
            }
            Kind::Date | Kind::DateTime if parse_time(text).is_none() && text != "-" => {
                let nearest = near_time(text);
                self.push(MistakeKind::BadTime { found: text.into(), nearest }, node.span);
                false
            }
            Kind::Count if text.parse::<u64>().is_err() => {
                let nearest = near_count(text, 0, u64::MAX);
                self.push(MistakeKind::BadCount { found: text.into(), min: 0, max: u64::MAX, nearest }, node.span);
                false
            }
            Kind::Text | Kind::Money | Kind::Rate | Kind::Date | Kind::DateTime | Kind::Count => true,
        }
    }
}
