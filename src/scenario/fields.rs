//! Single values: texts, names, durations, times, counts, people, references, expectations.
//!
//! A [`Reader`] reads one row of one file. Each of its readings pushes what is wrong, and gives `None` where nothing can
//! be made of the value; none of them stops. Names defined by 记作 are kept here too, in the order of the file.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use domain::{Time, directory::PartyRole, money::Money, portal::Page};

use super::{
    cast::Cast,
    catalogue::{AGREEMENT_FIELDS, AGREEMENT_STATES, LOG_CODES, OTHER_UNITS, TABLE_FIELDS, UNITS},
    mistake::{MAX_MISTAKES, Mistake, MistakeKind, Vocabulary, nearest},
    model::{CardSlot, Lapse, PartyName, Place, Value},
    read::name_at,
    source::{Lines, Source, Span},
    tree::{Key, Node, NodeKind},
};
use crate::verdict::expect::{Actual, Expected, Kind, Op, holds, kind_of};

/// What a name given by 记作 stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A payment agreement.
    Agreement,
    /// What a 查询 showed.
    Table(Page),
    /// A step that leaves no record.
    Step,
    /// Of a step that has a mistake itself: its uses are not mistakes too.
    Broken,
}

impl Named {
    pub(super) const fn chinese(self) -> &'static str {
        match self {
            Self::Agreement => "协议",
            Self::Table(_) => "查询结果",
            Self::Step | Self::Broken => "不产生记录的一步",
        }
    }

    /// The fields that can be asked of it.
    pub(super) const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Agreement => AGREEMENT_FIELDS,
            Self::Table(_) => TABLE_FIELDS,
            Self::Step | Self::Broken => &[],
        }
    }
}

/// What is known of the field for which a value is expected.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Its label.
    pub(super) field: &'a str,
    /// The words that 状态 may be there.
    pub(super) states: &'a [&'a str],
    /// Whether it shows a list of values.
    pub(super) list: bool,
}

impl<'a> Asked<'a> {
    /// A field that shows one value.
    pub(super) const fn one(field: &'a str, states: &'a [&'a str]) -> Self {
        Self { field, states, list: false }
    }
}

/// Fields of a record that show a list of values, or rows.
pub(super) const LISTS: [&str; 3] = ["状态记录", "状态描述", "行"];

/// Reads one row of one file.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    lines: &'s Lines,
    pub(super) cast: &'s Cast,
    pub(super) mistakes: Vec<Mistake>,
    matrix: Vec<(String, Span)>,
    names: BTreeMap<String, (Named, Span)>,
    /// For 故障's 步: name and verb of each step, in order.
    pub(super) step_names: Vec<(Option<String>, &'static str)>,
    /// At the step that is read it is at least this late.
    pub(super) earliest: Option<Time>,
}

/// The items of a list; none for anything else.
pub(super) fn nodes_of(node: Option<&Node>) -> &[Node] {
    match node.map(|n| &n.kind) {
        Some(NodeKind::List(items)) => items,
        _ => &[],
    }
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source, lines: &'s Lines, cast: &'s Cast, matrix: Vec<(String, Span)>) -> Self {
        Self {
            source,
            lines,
            cast,
            mistakes: vec![],
            matrix,
            names: BTreeMap::new(),
            step_names: Vec::new(),
            earliest: None,
        }
    }

    pub(super) fn push(&mut self, what: MistakeKind, span: Span) {
        // One more than are told, so that it shows that there are more.
        if self.mistakes.len() > MAX_MISTAKES {
            return;
        }
        self.mistakes.push(Mistake::new(what, span));
    }

    pub(super) fn place(&self, span: Span) -> Place {
        self.lines.place(self.source, span.start)
    }

    pub(super) fn line(&self, span: Span) -> usize {
        self.place(span).line
    }

    pub(super) fn wrong_shape(&mut self, node: &Node, expected: &'static str) {
        self.push(MistakeKind::WrongShape { expected, found: node.shape() }, node.span);
    }

    /// A word outside of its vocabulary. A full-width mark that joins words is named for itself.
    pub(super) fn unknown<'k>(
        &mut self,
        kind: Vocabulary,
        found: &str,
        known: impl IntoIterator<Item = &'k str>,
        span: Span,
    ) {
        // Nobody would see it, and looking for what was meant is dear.
        if self.mistakes.len() > MAX_MISTAKES {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let first = found.split(['，', '、', '：']).next().unwrap_or_default().trim();
        let mark = found[found.find(first).unwrap_or(0) + first.len()..].trim_start().chars().next();
        if let Some(mark) = mark.filter(|_| known.contains(&first))
            && let Some(i) = self.source.slice(span).find(mark)
        {
            let meant = if mark == '：' { ':' } else { ',' };
            let at = Span::new(span.start + i, span.start + i + mark.len_utf8());
            self.push(MistakeKind::FullWidth { found: mark, meant }, at);
            return;
        }
        let list = if known.len() <= 12 { known.join("、") } else { String::new() };
        let nearest = nearest(found, known);
        self.push(MistakeKind::Unknown { kind, found: found.into(), nearest, known: list }, span);
    }

    /// The place of a part of a text: exact where the text stands in the file as it is.
    pub(super) fn part(&self, node: &Node, start: usize, length: usize) -> Span {
        let NodeKind::Scalar { text, .. } = &node.kind else { return node.span };
        let written = self.source.slice(node.span);
        let offset = written.len().saturating_sub(text.len()) / 2;
        if written.get(offset..offset + text.len()) == Some(text) {
            let start = node.span.start + offset + start;
            Span::new(start, start + length)
        } else {
            node.span
        }
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar { text, .. } if text.trim().is_empty() => {
                self.push(MistakeKind::Blank, node.span);
                None
            }
            NodeKind::Scalar { text, .. } => Some(text.clone()),
            NodeKind::List(_) | NodeKind::Map(_) => {
                self.wrong_shape(node, "文字");
                None
            }
        }
    }

    /// A text that is a word of some vocabulary; an undefined `$名` is told as that.
    pub(super) fn word(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        if self.dangling(&text, node) { None } else { Some(text) }
    }

    /// Whether the text holds a `$名` that neither the matrix nor 记作 knows, and says so.
    pub(super) fn dangling(&mut self, text: &str, node: &Node) -> bool {
        let mut any = false;
        for (i, _) in text.match_indices('$').take(16) {
            let name = name_at(&text[i + 1..]);
            if !name.is_empty() && !self.names.contains_key(name) {
                let span = self.part(node, i, 1 + name.len());
                self.undefined(name, span);
                any = true;
            }
        }
        any
    }

    fn undefined(&mut self, name: &str, span: Span) {
        if self.mistakes.len() > MAX_MISTAKES {
            return;
        }
        let known = self.names.keys().chain(self.matrix.iter().map(|(k, _)| k));
        let nearest = nearest(name, known.map(String::as_str));
        self.push(MistakeKind::Undefined { name: name.into(), nearest }, span);
    }

    /// A list's items.
    pub(super) fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.kind {
            NodeKind::List(items) => items,
            NodeKind::Scalar { .. } | NodeKind::Map(_) => {
                self.wrong_shape(node, "列表 [甲, 乙]");
                &[]
            }
        }
    }

    /// A map's entries; nothing at all counts as an empty map.
    pub(super) fn map<'n>(&mut self, node: &'n Node) -> &'n [(Key, Node)] {
        match &node.kind {
            NodeKind::Map(entries) => entries,
            _ if node.is_nothing() => &[],
            NodeKind::Scalar { .. } | NodeKind::List(_) => {
                self.wrong_shape(node, "「字段: 值」的映射");
                &[]
            }
        }
    }

    /// Checks the form of a new name; true if it may be used.
    pub(super) fn name(&mut self, name: &str, span: Span) -> bool {
        let good = !name.is_empty() && name_at(name) == name && !name.starts_with(|c: char| c.is_ascii_digit());
        if !good {
            self.push(MistakeKind::BadName { found: name.into() }, span);
        }
        good
    }

    /// 记作: a new name.
    pub(super) fn define(&mut self, node: &Node, what: Named) -> Option<String> {
        let name = self.word(node)?;
        if !self.name(&name, node.span) {
            return None;
        }
        if name == "时限" {
            self.push(MistakeKind::Reserved { name }, node.span);
            return None;
        }
        let matrix = self.matrix.iter().find(|(k, _)| *k == name).map(|(_, s)| *s);
        if let Some(first) = matrix.or_else(|| self.names.get(&name).map(|(_, s)| *s)) {
            self.push(MistakeKind::NameTaken { name: name.clone(), first: Some(first) }, node.span);
        } else {
            self.names.insert(name.clone(), (what, node.span));
        }
        Some(name)
    }

    /// What a subject's name stands for.
    pub(super) fn subject(&mut self, name: &str, span: Span) -> Option<Named> {
        if let Some((named, _)) = self.names.get(name) {
            return Some(*named);
        }
        if name.starts_with('$') {
            let expected = "作为键时名称前不写 $";
            self.push(MistakeKind::BadForm { found: name.into(), expected }, span);
            return None;
        }
        let nearest = nearest(name, self.names.keys().map(String::as_str));
        self.push(MistakeKind::UndefinedSubject { name: name.into(), nearest }, span);
        None
    }

    /// `$名` of an agreement.
    pub(super) fn record(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        let Some(name) = text.strip_prefix('$').filter(|n| !n.is_empty() && name_at(n) == *n) else {
            self.push(MistakeKind::NotAReference { found: text }, node.span);
            return None;
        };
        match self.names.get(name) {
            Some((Named::Agreement | Named::Broken, _)) => Some(name.to_owned()),
            Some((other, _)) => {
                let found = other.chinese();
                self.push(MistakeKind::WrongKind { name: name.into(), found, expected: "协议" }, node.span);
                None
            }
            None => {
                self.undefined(name, node.span);
                None
            }
        }
    }

    /// `$名.字段`, if the text is one; `Some(None)` where it is one with a mistake. `at` is where in the node it starts.
    fn reference(&mut self, text: &str, node: &Node, at: usize) -> Option<Option<(String, String)>> {
        let rest = text.strip_prefix('$')?;
        let name = name_at(rest);
        if name.is_empty() {
            return None;
        }
        let named = self.names.get(name).map(|(n, _)| *n);
        let Some(named) = named else {
            let span = self.part(node, at, 1 + name.len());
            self.undefined(name, span);
            return Some(None);
        };
        if named == Named::Broken {
            return Some(None);
        }
        let Some(field) = rest[name.len()..].strip_prefix('.') else {
            let expected = "取一个字段要写 $名称.字段，例如 $协议.协议编号";
            self.push(MistakeKind::BadForm { found: text.into(), expected }, node.span);
            return Some(None);
        };
        if !named.fields().contains(&field) {
            let span = self.part(node, at + 1 + name.len() + 1, field.len());
            self.unknown_field(field, named.chinese(), named.fields().iter().copied(), span);
            return Some(None);
        }
        if LISTS.contains(&field) {
            let span = self.part(node, at, text.len());
            self.cannot_hold(text, format!("「{field}」有不止一个值，不能当作一个值引用"), span);
            return Some(None);
        }
        Some(Some((name.to_owned(), field.to_owned())))
    }

    pub(super) fn unknown_field<'k>(
        &mut self,
        found: &str,
        of: &str,
        known: impl IntoIterator<Item = &'k str>,
        span: Span,
    ) {
        if self.mistakes.len() > MAX_MISTAKES {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let what = MistakeKind::UnknownField {
            found: found.into(),
            of: of.into(),
            nearest: nearest(found, known.iter().copied()),
            known: known.join("、"),
        };
        self.push(what, span);
    }

    /// What a person types.
    pub(super) fn value(&mut self, node: &Node) -> Option<Value> {
        let text = self.text(node)?;
        if text == "空" {
            return Some(Value::Blank);
        }
        match self.reference(&text, node, 0) {
            Some(Some((name, field))) => Some(Value::Reference { name, field }),
            Some(None) => None,
            None => Some(Value::Text(text)),
        }
    }

    /// A whole number with a unit.
    pub(super) fn lapse(&mut self, node: &Node) -> Option<Lapse> {
        let text = self.word(node)?;
        parse_lapse(&text).map_err(|unread| self.push(unread.mistake(&text), node.span)).ok()
    }

    fn cannot_hold(&mut self, found: &str, why: String, span: Span) {
        self.push(MistakeKind::CannotHold { found: found.into(), why }, span);
    }

    pub(super) fn time(&mut self, node: &Node) -> Option<Time> {
        let text = self.word(node)?;
        let time = Time::parse(&text).filter(|_| text.starts_with(|c: char| c.is_ascii_digit()));
        if time.is_none() {
            self.push(MistakeKind::BadTime { found: text }, node.span);
        }
        time
    }

    pub(super) fn count(&mut self, node: &Node, min: u64, max: u64) -> Option<u64> {
        let text = self.word(node)?;
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let count = text.parse().ok().filter(|n: &u64| digits && (min..=max).contains(n));
        if count.is_none() {
            self.push(MistakeKind::BadCount { found: text, min, max }, node.span);
        }
        count
    }

    /// One of two words; true for the first.
    pub(super) fn choice(&mut self, node: &Node, words: [&str; 2]) -> Option<bool> {
        let text = self.word(node)?;
        if let Some(i) = words.iter().position(|w| *w == text) {
            return Some(i == 0);
        }
        self.unknown(Vocabulary::Choice, &text, words, node.span);
        None
    }

    pub(super) fn enterprise(&mut self, node: &Node) -> Option<usize> {
        let text = self.word(node)?;
        let cast = self.cast;
        let found = cast.enterprise(&text);
        if found.is_none() {
            self.unknown(Vocabulary::Enterprise, &text, cast.enterprise_names(), node.span);
        }
        found
    }

    pub(super) fn card(&mut self, node: &Node) -> Option<CardSlot> {
        let text = self.word(node)?;
        let found = CardSlot::ALL.into_iter().find(|c| c.chinese() == text);
        if found.is_none() {
            self.unknown(Vocabulary::Card, &text, CardSlot::ALL.map(CardSlot::chinese), node.span);
        }
        found
    }

    pub(super) fn institution_word(&mut self, text: &str, role: PartyRole, span: Span) -> bool {
        let cast = self.cast;
        let known = cast.institution(text, Some(role)).is_some();
        if !known {
            self.unknown(Vocabulary::Institution, text, cast.institution_names(Some(role)), span);
        }
        known
    }

    /// A role or an institution.
    pub(super) fn party_word(&mut self, text: &str, span: Span, portal: bool) -> Option<PartyName> {
        let roles = [PartyRole::Portal, PartyRole::Insurer, PartyRole::Bank, PartyRole::Customs];
        let roles: Vec<PartyRole> = roles.into_iter().filter(|r| portal || *r != PartyRole::Portal).collect();
        if let Some(role) = roles.iter().copied().find(|r| r.chinese() == text) {
            return Some(PartyName::Role(role));
        }
        let cast = self.cast;
        if let Some(institution) = cast.institution(text, None) {
            return Some(PartyName::Institution(institution.id.clone()));
        }
        let known: Vec<&str> = roles.iter().map(|r| r.chinese()).chain(cast.institution_names(None)).collect();
        self.unknown(Vocabulary::Institution, text, known, span);
        None
    }

    pub(super) fn party(&mut self, node: &Node) -> Option<PartyName> {
        let text = self.word(node)?;
        self.party_word(&text, node.span, true)
    }

    pub(super) fn amount(&mut self, node: &Node) -> Option<String> {
        let text = self.word(node)?;
        if Money::from_str(&text).is_err() {
            self.push(MistakeKind::BadAmount { found: text }, node.span);
            return None;
        }
        Some(text)
    }

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
                self.push(MistakeKind::BadComparison { found: text.into() }, node.span);
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
            "状态记录" => LOG_CODES,
            "协议状态" => AGREEMENT_STATES,
            _ => &[],
        };
        if !words.is_empty() && !words.contains(&text) {
            self.unknown(Vocabulary::State, text, words.iter().copied(), node.span);
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
            Kind::Date | Kind::DateTime if Time::parse(text).is_none() && text != "-" => {
                self.push(MistakeKind::BadTime { found: text.into() }, node.span);
                false
            }
            Kind::Count if text.parse::<u64>().is_err() => {
                self.push(MistakeKind::BadForm { found: text.into(), expected: "应为整数" }, node.span);
                false
            }
            Kind::Text | Kind::Money | Kind::Rate | Kind::Date | Kind::DateTime | Kind::Count => true,
        }
    }
}

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
    let unit = text[unit_at..].trim_start();
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

/// The duration that was meant, where the unit is one that people write.
fn near_duration(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim();
    if digits.is_empty() || unit.starts_with(['.', '．', '点']) {
        return None;
    }
    let known = OTHER_UNITS.iter().find(|(other, _)| *other == unit).map(|(_, right)| (*right).to_owned());
    let unit = known.or_else(|| nearest(unit, UNITS.iter().map(|(word, _)| *word)))?;
    Some(format!("{digits}{unit}")).filter(|near| near != text)
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
        for bad in ["", "3", "天", "1.5小时", "-1天", "3日", "３天"] {
            assert_eq!(parse_lapse(bad), Err(Unread::Form), "{bad}");
        }
        assert_eq!(near_duration("3日").as_deref(), Some("3天"));
        assert_eq!(near_duration("3天"), None);
        assert_eq!(near_duration("2h").as_deref(), Some("2小时"));
    }
}
