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
use crate::verdict::expect::{Expected, Kind, Op, kind_of};

/// What a name given by 记作 stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A payment agreement.
    Agreement,
    /// What a 查询 showed.
    Table(Page),
    /// A step that leaves no record.
    Step,
}

impl Named {
    pub(super) const fn chinese(self) -> &'static str {
        match self {
            Self::Agreement => "协议",
            Self::Table(_) => "查询结果",
            Self::Step => "不产生记录的一步",
        }
    }

    /// The fields that can be asked of it.
    pub(super) const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Agreement => AGREEMENT_FIELDS,
            Self::Table(_) => TABLE_FIELDS,
            Self::Step => &[],
        }
    }
}

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
        Self { source, lines, cast, mistakes: vec![], matrix, names: BTreeMap::new(), step_names: Vec::new() }
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
            Some((Named::Agreement, _)) => Some(name.to_owned()),
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

    /// `$名.字段`, if the text is one; `Some(None)` where it is one with a mistake.
    fn reference(&mut self, text: &str, node: &Node) -> Option<Option<(String, String)>> {
        let rest = text.strip_prefix('$')?;
        let name = name_at(rest);
        if name.is_empty() {
            return None;
        }
        let named = self.names.get(name).map(|(n, _)| *n);
        let Some(named) = named else {
            let span = self.part(node, 0, 1 + name.len());
            self.undefined(name, span);
            return Some(None);
        };
        let Some(field) = rest[name.len()..].strip_prefix('.') else {
            let expected = "取一个字段要写 $名称.字段，例如 $协议.协议编号";
            self.push(MistakeKind::BadForm { found: text.into(), expected }, node.span);
            return Some(None);
        };
        if !named.fields().contains(&field) {
            let span = self.part(node, 1 + name.len() + 1, field.len());
            self.unknown_field(field, named.chinese(), named.fields().iter().copied(), span);
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
        match self.reference(&text, node) {
            Some(Some((name, field))) => Some(Value::Reference { name, field }),
            Some(None) => None,
            None => Some(Value::Text(text)),
        }
    }

    /// A whole number with a unit.
    pub(super) fn lapse(&mut self, node: &Node) -> Option<Lapse> {
        let text = self.word(node)?;
        let lapse = parse_lapse(&text);
        if lapse.is_none() {
            let nearest = near_duration(&text);
            self.push(MistakeKind::BadDuration { found: text, nearest }, node.span);
        }
        lapse
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

    /// An expected value of `field`. `states` are the words that 状态 may be there.
    pub(super) fn expected(&mut self, node: &Node, field: &str, states: &[&str]) -> Option<Expected> {
        match &node.kind {
            NodeKind::Map(_) => {
                self.wrong_shape(node, "值或列表");
                None
            }
            NodeKind::List(items) => {
                let read: Vec<_> = items.iter().map(|n| self.expected(n, field, states)).collect();
                read.into_iter().collect::<Option<_>>().map(Expected::List)
            }
            NodeKind::Scalar { .. } => {
                let text = self.text(node)?;
                self.expected_text(node, &text, field, states)
            }
        }
    }

    fn expected_text(&mut self, node: &Node, text: &str, field: &str, states: &[&str]) -> Option<Expected> {
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
            return (!self.dangling(part, node)).then(|| Expected::Contains(part.trim().into()));
        }
        if let Some(op) = Op::ALL.into_iter().find(|op| text.starts_with(op.sign())) {
            let bound = text[op.sign().len()..].trim();
            if bound.is_empty() {
                self.push(MistakeKind::BadComparison { found: text.into() }, node.span);
                return None;
            }
            return Some(Expected::Compare(op, bound.into()));
        }
        if let Some(reference) = self.reference(text, node) {
            return reference.map(|(name, field)| Expected::Reference { name, field });
        }
        self.literal(node, text, field, states).then(|| Expected::Literal(text.into()))
    }

    /// Whether a literal can ever be what the field shows; says so if not.
    fn literal(&mut self, node: &Node, text: &str, field: &str, states: &[&str]) -> bool {
        let words = match field {
            "状态" => states,
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

/// Reads `3天` and the like.
pub(super) fn parse_lapse(text: &str) -> Option<Lapse> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..unit_at].parse().ok()?;
    let unit = text[unit_at..].trim_start();
    match UNITS.iter().find(|(word, _)| *word == unit)?.1 {
        Some(seconds) => {
            let seconds = number.checked_mul(seconds).filter(|s| *s <= MAX_SECONDS)?;
            Some(Lapse::Exact(Duration::from_secs(seconds)))
        }
        None => u32::try_from(number).ok().filter(|n| *n <= 26_000).map(Lapse::WorkingDays),
    }
}

/// The duration that was meant, where the unit is one that people write.
pub(super) fn near_duration(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim();
    if digits.is_empty() || unit.starts_with(['.', '．', '点']) {
        return None;
    }
    let known = OTHER_UNITS.iter().find(|(other, _)| *other == unit).map(|(_, right)| (*right).to_owned());
    let unit = known.or_else(|| nearest(unit, UNITS.iter().map(|(word, _)| *word)))?;
    Some(format!("{digits}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_a_unit() {
        let exact = |s| Some(Lapse::Exact(Duration::from_secs(s)));
        assert_eq!(parse_lapse("90秒"), exact(90));
        assert_eq!(parse_lapse("10分钟"), exact(600));
        assert_eq!(parse_lapse("2小时"), exact(7_200));
        assert_eq!(parse_lapse("3天"), exact(259_200));
        assert_eq!(parse_lapse("5工作日"), Some(Lapse::WorkingDays(5)));
        for bad in ["", "3", "天", "1.5小时", "-1天", "3日", "99999999999999999999天", "36700天", "３天"] {
            assert_eq!(parse_lapse(bad), None, "{bad}");
        }
        assert_eq!(near_duration("3日").as_deref(), Some("3天"));
        assert_eq!(near_duration("2h").as_deref(), Some("2小时"));
    }
}
