//! Single values: texts, names, durations, times, counts, people, references, expectations.
//!
//! A [`Reader`] reads one row of one file. Each of its readings pushes what is wrong, and gives `None` where nothing can
//! be made of the value; none of them stops. Names defined by 记作 are kept here too, in the order of the file.

use std::{collections::BTreeMap, str::FromStr};

use domain::{
    Time,
    directory::PartyRole,
    money::Money,
    portal::{Page, RecordKind},
};

use super::{
    cast::Cast,
    catalogue::{
        TABLE_FIELDS,
        records::{every, words_of},
    },
    meant::{nearest, part_not_built},
    mistake::{FEW, MAX_MISTAKES, Mistake, MistakeKind, Vocabulary},
    model::{CardSlot, Lapse, PartyName, Value},
    read::name_at,
    source::{Lines, Source, Span},
    tree::{Key, Node, NodeKind},
    values::{near_amount, near_count, near_time, parse_lapse, parse_time},
};

/// What a name given by 记作 stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A record.
    Record(RecordKind),
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
            Self::Record(kind) => kind.chinese(),
            Self::Table(_) => "查询结果",
            Self::Step | Self::Broken => "不产生记录的一步",
        }
    }

    /// The fields that can be asked of it.
    pub(super) fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Record(kind) => words_of(kind).fields(),
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
    /// The codes of its status log.
    pub(super) codes: &'a [&'a str],
    /// Whether it shows a list of values.
    pub(super) list: bool,
}

impl<'a> Asked<'a> {
    /// A field that shows one value.
    pub(super) const fn one(field: &'a str, states: &'a [&'a str]) -> Self {
        Self { field, states, codes: &[], list: false }
    }
}

/// A name as some 记作 writes it, whether or not it comes to be defined.
#[derive(Debug)]
pub(super) struct Written {
    /// What stands there.
    pub(super) name: String,
    /// Where.
    pub(super) span: Span,
    /// The step, or whatever else it belongs to.
    pub(super) within: Span,
}

/// What a file says of names before its steps are read.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Keys of 矩阵.
    pub(super) matrix: Vec<(String, Span)>,
    /// Where 矩阵 stands, if it has a mistake.
    pub(super) broken_matrix: Option<Span>,
    /// Every 记作, in file order.
    pub(super) written: Vec<Written>,
}

/// Fields of a record that show a list of values, or rows.
pub(super) const LISTS: [&str; 3] = ["状态记录", "状态描述", "行"];

/// Reads one row of one file.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    lines: &'s Lines,
    pub(super) cast: &'s Cast,
    pub(super) mistakes: Vec<Mistake>,
    known: &'s Names,
    names: BTreeMap<String, (Named, Span)>,
    /// The step that is read.
    pub(super) step: Span,
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

/// Words one after another; one that holds a comma itself stands in brackets.
pub(super) fn listed(words: &[&str]) -> String {
    let bracketed = |word: &&str| if word.contains('，') { format!("「{word}」") } else { (*word).to_owned() };
    words.iter().map(bracketed).collect::<Vec<_>>().join("、")
}

/// What a list is called where one is expected.
const A_LIST: &str = "列表 [甲, 乙]";

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source, lines: &'s Lines, cast: &'s Cast, known: &'s Names) -> Self {
        Self {
            source,
            lines,
            cast,
            mistakes: vec![],
            known,
            names: BTreeMap::new(),
            step: Span::default(),
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

    /// Whether more mistakes would only cost time: nobody would see them.
    pub(super) const fn is_full(&self) -> bool {
        self.mistakes.len() > MAX_MISTAKES
    }

    pub(super) fn line(&self, span: Span) -> usize {
        self.lines.line(span.start)
    }

    /// A mistake that is only the consequence of whatever is wrong within `cause`, if anything is.
    fn push_caused(&mut self, what: MistakeKind, span: Span, cause: Option<Span>) {
        self.push(what, span);
        if let Some(last) = self.mistakes.last_mut().filter(|m| m.span == span) {
            last.cause = cause;
        }
    }

    pub(super) fn wrong_shape(&mut self, node: &Node, expected: &'static str) {
        let hint = if self.is_full() { None } else { self.right_shape(node, expected) };
        self.wrong_shape_because(node, expected, hint);
    }

    pub(super) fn wrong_shape_because(&mut self, node: &Node, expected: &'static str, hint: Option<String>) {
        self.push(MistakeKind::WrongShape { expected, found: node.shape(), hint }, node.span);
    }

    /// How the same is written in the shape that is expected.
    fn right_shape(&self, node: &Node, expected: &str) -> Option<String> {
        let flow = self.source.slice(node.span).starts_with(['[', '{']);
        match &node.kind {
            NodeKind::Scalar { text, .. } if expected == A_LIST && !text.trim().is_empty() && !text.contains('\n') => {
                let items: Vec<&str> = text.split([',', '，', '、', ';', '；']).map(str::trim).collect();
                let whole = text.contains('(');
                Some(format!("写成 [{}]", if whole { text.clone() } else { items.join(", ") }))
            }
            NodeKind::Map(entries) if expected == A_LIST && entries.iter().all(|(_, n)| n.is_nothing()) => {
                let items: Vec<&str> = entries.iter().map(|(k, _)| k.text.as_str()).collect();
                Some(format!("写成 [{}]", items.join(", ")))
            }
            NodeKind::Map(_) if expected == A_LIST && flow => {
                Some(format!("写成 [{}]", self.source.slice(node.span).lines().next().unwrap_or_default()))
            }
            NodeKind::Map(_) if expected == A_LIST => Some("每一项前面加「- 」".into()),
            NodeKind::List(_) if expected.contains("[值") => {
                Some("每个键写它的各个值，例如 {原因: [资料不全, 户名不符]}".into())
            }
            NodeKind::List(_) if expected.contains('「') && flow => Some("用花括号 { }，不用方括号 [ ]".into()),
            NodeKind::List(_) if expected.contains('「') => Some("字段前面不写「- 」".into()),
            NodeKind::Map(_) | NodeKind::List(_) | NodeKind::Scalar { .. } => None,
        }
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
        let nearest = nearest(found, known.iter().copied());
        if (kind != Vocabulary::State || nearest.is_none())
            && let Some(part) = part_not_built(found)
        {
            self.push(MistakeKind::NotBuilt { word: found.trim().into(), part }, span);
            return;
        }
        let list =
            if nearest.is_none() && kind.is_short() || known.len() <= FEW { listed(&known) } else { String::new() };
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
            // Not as it is, such as a text with a value of 矩阵 in it: but what is wrong may stand there once.
            let sub = text.get(start..start + length).filter(|sub| written.matches(sub).count() == 1);
            let at = sub.and_then(|sub| written.find(sub)).map(|i| node.span.start + i);
            at.map_or(node.span, |at| Span::new(at, at + length))
        }
    }

    /// A text that is not empty, on one line.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar { text, .. } if text.trim().is_empty() => {
                self.push(MistakeKind::Blank, node.span);
                None
            }
            NodeKind::Scalar { text, .. } if text.ends_with('\n') => {
                // The sign of a text of many lines stands on the line of its key.
                let before = self.source.text[..node.span.start].trim_end();
                let sign = before.rfind(['|', '>']).map_or(node.span, |i| Span::new(i, before.len()));
                let hint = Some("不写「|」或「>」，文字直接写在冒号后面".to_owned());
                self.push(MistakeKind::WrongShape { expected: "一行文字", found: "多行文字", hint }, sign);
                None
            }
            NodeKind::Scalar { text, .. } => Some(text.clone()),
            NodeKind::List(_) | NodeKind::Map(_) => {
                self.wrong_shape(node, "文字");
                None
            }
        }
    }

    /// A text of as many lines as it likes.
    pub(super) fn prose(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar { text, .. } if !text.trim().is_empty() => Some(text.trim_end().to_owned()),
            NodeKind::Scalar { .. } | NodeKind::List(_) | NodeKind::Map(_) => self.text(node),
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
        let known = self.names.keys().chain(self.known.matrix.iter().map(|(k, _)| k));
        let nearest = nearest(name, known.map(String::as_str));
        let (known, later, cause) = (self.defined(), self.defined_later(name, span), self.cause(name, span));
        let matrix = self.known.broken_matrix.filter(|_| {
            self.known.matrix.is_empty() || self.known.matrix.iter().any(|(k, _)| k.trim_start_matches('$') == name)
        });
        self.push_caused(MistakeKind::Undefined { name: name.into(), nearest, known, later }, span, cause.or(matrix));
    }

    /// The names that there are, to choose from.
    fn defined(&self) -> String {
        let names: Vec<&str> = self.names.keys().map(String::as_str).collect();
        if names.len() <= FEW { names.join("、") } else { String::new() }
    }

    /// Where a name that is used here comes to be defined.
    fn defined_later(&self, name: &str, span: Span) -> Option<Span> {
        self.known.written.iter().find(|w| w.span.start > span.start && w.name == name).map(|w| w.span)
    }

    /// The step above that would have defined the name.
    fn cause(&self, name: &str, span: Span) -> Option<Span> {
        let above = |w: &&Written| w.within.end <= span.start && w.name.contains(name);
        self.known.written.iter().find(above).map(|w| w.within)
    }

    /// A list's items.
    pub(super) fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.kind {
            NodeKind::List(items) => items,
            NodeKind::Scalar { .. } | NodeKind::Map(_) => {
                self.wrong_shape(node, A_LIST);
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
        let text = self.text(node)?;
        if let Some(name) = text.strip_prefix('$') {
            self.names.entry(name.to_owned()).or_insert((Named::Broken, node.span));
            self.push(MistakeKind::BadForm { found: text.clone(), expected: "起名时不写 $，引用时才写" }, node.span);
            return None;
        }
        let name = self.word(node)?;
        if !self.name(&name, node.span) {
            return None;
        }
        if name == "时限" {
            self.push(MistakeKind::Reserved { name }, node.span);
            return None;
        }
        let matrix = self.known.matrix.iter().find(|(k, _)| *k == name).map(|(_, s)| *s);
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
        if let Some(meant) = name.strip_prefix('$') {
            let expected = "作为键时名称前不写 $";
            self.push(MistakeKind::BadForm { found: name.into(), expected }, span);
            // What it means is plain, so what is expected of it is read all the same.
            return self.names.get(meant).map(|(named, _)| *named);
        }
        if every(|words| words.own_fields).contains(&name) || TABLE_FIELDS.contains(&name) {
            let expected = "字段要写在记录的名称里面，例如 {协议: {状态: 成功}}";
            self.push(MistakeKind::BadForm { found: name.into(), expected }, span);
            return None;
        }
        if self.is_full() {
            return None;
        }
        let nearest = nearest(name, self.names.keys().map(String::as_str));
        let (known, later, cause) = (self.defined(), self.defined_later(name, span), self.cause(name, span));
        self.push_caused(MistakeKind::UndefinedSubject { name: name.into(), nearest, known, later }, span, cause);
        None
    }

    /// `$名` of a record of that kind, or of any.
    pub(super) fn record(&mut self, node: &Node, kind: Option<RecordKind>) -> Option<String> {
        let mut text = self.text(node)?;
        if let Some(sign) = text.chars().next().filter(|c| matches!(c, '＄' | '￥' | '¥')) {
            let at = self.part(node, 0, sign.len_utf8());
            self.push(MistakeKind::FullWidth { found: sign, meant: '$' }, at);
            text.replace_range(..sign.len_utf8(), "$");
        }
        let Some(name) = text.strip_prefix('$').filter(|n| !n.is_empty() && name_at(n) == *n) else {
            let bare = name_at(text.trim_start_matches(['$', '{', '@', '#', '%'])).to_owned();
            let meant = Some(bare).filter(|name| self.names.contains_key(name));
            self.push(MistakeKind::NotAReference { found: text, meant }, node.span);
            return None;
        };
        match self.names.get(name).map(|(named, _)| *named) {
            Some(Named::Broken) => Some(name.to_owned()),
            Some(Named::Record(of)) if kind.is_none_or(|kind| kind == of) => Some(name.to_owned()),
            Some(other) => {
                let (found, expected) = (other.chinese(), kind.map_or("记录", RecordKind::chinese));
                self.push(MistakeKind::WrongKind { name: name.into(), found, expected }, node.span);
                None
            }
            None => {
                self.undefined(name, node.span);
                None
            }
        }
    }

    /// What is selected on a list: one `$名`, a list of them, or 空 for nothing (UI-07).
    pub(super) fn records(&mut self, node: &Node, kind: RecordKind) -> Option<Vec<String>> {
        match &node.kind {
            NodeKind::List(items) => {
                let read: Vec<_> = items.iter().map(|item| self.record(item, Some(kind))).collect();
                read.into_iter().collect()
            }
            NodeKind::Scalar { text, .. } if text == "空" => Some(Vec::new()),
            NodeKind::Scalar { .. } | NodeKind::Map(_) => self.record(node, Some(kind)).map(|name| vec![name]),
        }
    }

    /// The kind of record that a name stands for.
    pub(super) fn kind_of_name(&self, name: &str) -> Option<RecordKind> {
        match self.names.get(name) {
            Some((Named::Record(kind), _)) => Some(*kind),
            _ => None,
        }
    }

    /// `$名.字段`, if the text is one; `Some(None)` where it is one with a mistake. `at` is where in the node it starts.
    pub(super) fn reference(&mut self, text: &str, node: &Node, at: usize) -> Option<Option<(String, String)>> {
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
        if !found.is_empty() && found.bytes().all(|b| b.is_ascii_digit()) {
            // Inside brackets a comma ends the number.
            let expected = "数字里不写逗号：1,000 应写成 1000";
            self.push(MistakeKind::BadForm { found: found.into(), expected }, span);
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

    /// One that is more than nothing.
    pub(super) fn positive_lapse(&mut self, node: &Node) -> Option<Lapse> {
        let lapse = self.lapse(node)?;
        if matches!(lapse, Lapse::WorkingDays(0)) || lapse == Lapse::Exact(std::time::Duration::ZERO) {
            let found = self.source.slice(node.span).to_owned();
            self.push(MistakeKind::BadForm { found, expected: "时长要大于零" }, node.span);
            return None;
        }
        Some(lapse)
    }

    /// Whether a name is defined by now.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(super) fn cannot_hold(&mut self, found: &str, why: String, span: Span) {
        self.push(MistakeKind::CannotHold { found: found.into(), why }, span);
    }

    pub(super) fn time(&mut self, node: &Node) -> Option<Time> {
        let text = self.word(node)?;
        let time = parse_time(&text);
        if time.is_none() {
            let nearest = near_time(&text);
            self.push(MistakeKind::BadTime { found: text, nearest }, node.span);
        }
        time
    }

    pub(super) fn count(&mut self, node: &Node, min: u64, max: u64) -> Option<u64> {
        let text = self.word(node)?;
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let count = text.parse().ok().filter(|n: &u64| digits && (min..=max).contains(n));
        if count.is_none() {
            let nearest = near_count(&text, min, max);
            self.push(MistakeKind::BadCount { found: text, min, max, nearest }, node.span);
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
        if let Some(other) = cast.institution(text, None).filter(|_| !known) {
            let (found, expected) = (other.role.chinese(), role.chinese());
            self.push(MistakeKind::WrongKind { name: text.into(), found, expected }, span);
        } else if !known {
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
        if cast.enterprise(text).is_some() {
            let what = MistakeKind::WrongKind { name: text.into(), found: "企业", expected: "保险公司或银行" };
            self.push(what, span);
            return None;
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
            let nearest = near_amount(&text);
            self.push(MistakeKind::BadAmount { found: text, nearest }, node.span);
            return None;
        }
        Some(text)
    }
}
