//! From a file's bytes to its cases, collecting every mistake on the way.
//!
//! Source, scan, tree, matrix, then each row into the model. A row is read as if its values had been written there;
//! a mistake that all rows share is told once. Invariant: cases come out only if there is no mistake but warnings.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::Time;

use super::{
    cast::Cast,
    catalogue::TOP_KEYS,
    fields::{Names, Reader, Written, nodes_of},
    lint,
    meant::nearest,
    mend::Mended,
    mistake::{MAX_MISTAKES, Mistake, MistakeKind, Vocabulary},
    model::{Case, Header, Invariant},
    scan::{Scanned, scan},
    source::{Lines, Source, Span},
    tree::{self, Key, Node, NodeKind},
    unseen,
    values::near_id,
};
use crate::verdict::{checks, requirements};

/// The most rows that a matrix may have.
pub const MAX_ROWS: usize = 1000;

/// When a scenario starts unless it says otherwise: a Monday.
const DEFAULT_START: &str = "2026-03-02 09:00:00";

/// What became of a file.
#[derive(Debug)]
pub struct Reading {
    /// Its text.
    pub source: Source,
    /// Its cases; none if there is a mistake that is not a warning.
    pub cases: Vec<Case>,
    /// Mistakes and warnings, in file order.
    pub mistakes: Vec<Mistake>,
    /// Where 编号 stands, for mistakes between files.
    pub id_span: Span,
}

impl Reading {
    /// Whether there is a mistake that is not a warning.
    pub fn is_refused(&self) -> bool {
        self.mistakes.iter().any(|m| !m.what.is_warning())
    }
}

/// Reads one file.
pub fn read(file: &str, bytes: &[u8], cast: &Cast) -> Reading {
    let source = match Source::new(file, bytes) {
        Ok(source) => source,
        Err(refusal) => {
            let (source, mistake) = *refusal;
            return refused(source, vec![mistake]);
        }
    };
    let (root, mut mistakes) = parse(&source);
    match root {
        Some(root) => read_tree(source, &root, cast, mistakes),
        None => {
            once_each(&mut mistakes);
            refused(source, mistakes)
        }
    }
}

/// The tree of a text, as far as it is one, and what is wrong with its marks; nothing yet of what its words mean.
pub(super) fn parse(source: &Source) -> (Option<Node>, Vec<Mistake>) {
    let (mut mistakes, mended) = looked_through(&source.text);
    let Some(mended) = mended else { return (None, mistakes) };
    let (root, mut parsed) = tree::parse(source, &mended);
    if parsed.is_empty() {
        return (root, mistakes);
    }
    // What the scan found on a line is most likely what the parser stumbles over there.
    let lines = Lines::of(source);
    let told: BTreeSet<usize> = mistakes.iter().map(|m| lines.line(m.span.start)).collect();
    let shifted = mistakes.iter().any(|m| matches!(m.what, MistakeKind::BadIndent { .. } | MistakeKind::MissingDash));
    parsed.retain(|m| {
        let syntax = matches!(m.what, MistakeKind::Syntax { .. });
        !syntax || !shifted && !told.contains(&lines.line(m.span.start))
    });
    mistakes.append(&mut parsed);
    (root, mistakes)
}

/// What a look at the text tells, and the text for the parser, unless it cannot be put right.
fn looked_through(text: &str) -> (Vec<Mistake>, Option<Mended>) {
    let Some((mut mistakes, clean)) = unseen::look(text) else {
        let Scanned { mistakes, mended } = scan(text);
        return (mistakes, mended);
    };
    let Scanned { mistakes: found, mended } = scan(&clean.text);
    let table = clean.source_bytes();
    let byte = |b: usize| table.get(b).or(table.last()).copied().unwrap_or(0);
    let back = |span: Span| Span::new(byte(span.start), byte(span.end));
    mistakes.extend(found.into_iter().map(|m| Mistake { span: back(m.span), ..m }));
    let mended = mended.map(|m| Mended { bytes: m.bytes.iter().map(|b| byte(*b)).collect(), ..m });
    (mistakes, mended)
}

fn refused(source: Source, mistakes: Vec<Mistake>) -> Reading {
    Reading { source, cases: Vec::new(), mistakes, id_span: Span::default() }
}

/// Reads the tree of a text in which `told` has been found already.
fn read_tree(source: Source, root: &Node, cast: &Cast, told: Vec<Mistake>) -> Reading {
    let lines = Lines::of(&source);
    let nobody = Names::default();
    let mut head = Reader::new(&source, &lines, cast, &nobody);
    let NodeKind::Map(entries) = &root.kind else {
        head.wrong_shape(root, "「键: 值」的映射");
        let mut mistakes = head.mistakes;
        mistakes.extend(told);
        once_each(&mut mistakes);
        return refused(source, mistakes);
    };
    top_keys(&mut head, entries, root.span);
    let header = Arc::new(header(&mut head, entries, &source));
    let id_span = top(entries, "编号").map_or(Span::default(), |n| n.span);
    let rows = matrix(&mut head, entries);
    let mut mistakes = head.mistakes;
    let names = names(&source, entries, &mistakes);
    let uses = Uses::of(&source, root, &names.matrix);
    let mut cases = Vec::new();
    for (row, values) in rows.iter().enumerate() {
        let tree = if values.is_empty() { root.clone() } else { substituted(root, values) };
        let mut reader = Reader::new(&source, &lines, cast, &names);
        cases.extend(case(&mut reader, &tree, &header, row, values));
        if !reader.mistakes.is_empty() {
            reader.mistakes.iter_mut().for_each(|m| uses.blame(m, values));
            mistakes.append(&mut reader.mistakes);
            once_each(&mut mistakes);
        }
        if mistakes.len() > MAX_MISTAKES {
            break;
        }
    }
    // A place at which the text itself was wrong says nothing more.
    let places: BTreeSet<Span> = told.iter().map(|m| m.span).collect();
    let broken = told.iter().filter(|m| m.what.breaks_structure());
    let broken: BTreeSet<usize> = broken.map(|m| lines.line(m.span.start)).collect();
    let on_broken_line = |m: &Mistake| m.what.is_about_structure() && broken.contains(&lines.line(m.span.start));
    mistakes.retain(|m| !places.contains(&m.span) && !on_broken_line(m));
    mistakes.extend(told);
    drop_consequences(&mut mistakes);
    if names.broken_matrix.is_none() {
        mistakes.extend(uses.unused(&names.matrix));
    }
    let cases_stand = !mistakes.iter().any(|m| !m.what.is_warning());
    if !cases_stand {
        mistakes.retain(|m| !matches!(m.what, MistakeKind::NeverHappens { .. }));
    }
    mistakes.extend(lint::warnings(if cases_stand { &cases } else { &[] }, entries));
    once_each(&mut mistakes);
    if mistakes.len() > MAX_MISTAKES && !cases_stand {
        mistakes.retain(|m| !m.what.is_warning());
    }
    mistakes.truncate(MAX_MISTAKES);
    if mistakes.iter().any(|m| !m.what.is_warning()) {
        cases.clear();
    }
    Reading { source, cases, mistakes, id_span }
}

/// Keys at the top: those that are none, and those that are missing.
fn top_keys(head: &mut Reader<'_>, entries: &[(Key, Node)], whole: Span) {
    let known = || TOP_KEYS.iter().map(|k| k.name);
    let mut meant = BTreeSet::new();
    // Where nothing is as in a scenario file, one word about that is enough.
    let stranger = !entries
        .iter()
        .take(MAX_MISTAKES)
        .any(|(k, _)| known().any(|n| n == k.text) || nearest(&k.text, known()).is_some());
    for (key, _) in entries {
        if !known().any(|k| k == key.text) && !head.is_full() {
            let nearest = nearest(&key.text, known());
            meant.extend(nearest.clone());
            let listed = known().collect::<Vec<_>>().join("、");
            head.push(MistakeKind::UnknownKey { found: key.text.clone(), nearest, known: listed }, key.span);
            if stranger {
                return;
            }
        }
    }
    for top in TOP_KEYS.iter().filter(|k| k.required) {
        // A key that is only misspelt is not missing too.
        if !entries.iter().any(|(k, _)| k.text == top.name) && !meant.contains(top.name) {
            let here = entries.first().map_or(whole, |(k, _)| k.span);
            head.push(MistakeKind::Missing { key: top.name, of: "场景文件".into() }, here);
        }
    }
}

/// What the file says of names, before its steps are read; `mistakes` are those of its head.
fn names(source: &Source, entries: &[(Key, Node)], mistakes: &[Mistake]) -> Names {
    let matrix_node = top(entries, "矩阵");
    let within = |whole: Span| move |m: &&Mistake| whole.start <= m.span.start && m.span.end <= whole.end;
    let broken_matrix = matrix_node.map(|n| n.span).filter(|s| mistakes.iter().any(|m| within(*s)(&m)));
    let mut matrix: Vec<(String, Span)> = top_entries(entries, "矩阵").map(|(k, _)| (k.text.clone(), k.span)).collect();
    for item in nodes_of(matrix_node) {
        // Rows written as a list of maps: told already, and their keys are names all the same.
        if let NodeKind::Map(keys) = &item.kind {
            matrix.extend(keys.iter().map(|(k, _)| (k.text.clone(), k.span)));
        }
    }
    let mut written = Vec::new();
    for node in ["已知", "步骤"].into_iter().filter_map(|key| top(entries, key)) {
        let items = nodes_of(Some(node));
        for item in if items.is_empty() { std::slice::from_ref(node) } else { items } {
            names_written(source, item.span, &mut written);
        }
    }
    Names { matrix, broken_matrix, written }
}

/// Every name behind a 记作, however the step around it may be written.
fn names_written(source: &Source, within: Span, written: &mut Vec<Written>) {
    const WORD: &str = "记作";
    let text = source.slice(within);
    for (i, _) in text.match_indices(WORD) {
        let rest = &text[i + WORD.len()..];
        let name = rest.trim_start_matches([' ', ':', '：', '\'', '"', '“']);
        let start = within.start + i + WORD.len() + (rest.len() - name.len());
        let name = &name[..name.find(['\n', ',', '}', '，', '\'', '"', '”']).unwrap_or(name.len())];
        let span = Span::new(start, start + name.len());
        written.push(Written { name: name.trim().to_owned(), span, within });
    }
}

/// Leaves out what is only a consequence of another mistake.
fn drop_consequences(mistakes: &mut Vec<Mistake>) {
    if mistakes.iter().all(|m| m.cause.is_none()) {
        return;
    }
    let causes: Vec<Span> =
        mistakes.iter().filter(|m| m.cause.is_none() && !m.what.is_warning()).map(|m| m.span).collect();
    let within = |whole: Span| causes.iter().any(|c| c.start < whole.end.max(whole.start + 1) && whole.start <= c.end);
    mistakes.retain(|m| !m.cause.is_some_and(within));
}

/// In file order; of mistakes with one code at one place the first only, for rows share them.
fn once_each(mistakes: &mut Vec<Mistake>) {
    mistakes.sort_by_key(|m| m.span);
    let mut seen = BTreeSet::new();
    mistakes.retain(|m| seen.insert((m.span, m.what.code(), key_of(&m.what))));
}

/// What else tells two mistakes at one place apart.
fn key_of(what: &MistakeKind) -> &'static str {
    if let MistakeKind::Missing { key, .. } = what { key } else { "" }
}

fn top<'n>(entries: &'n [(Key, Node)], name: &str) -> Option<&'n Node> {
    entries.iter().find(|(k, _)| k.text == name).map(|(_, n)| n)
}

fn top_entries<'n>(entries: &'n [(Key, Node)], name: &str) -> impl Iterator<Item = &'n (Key, Node)> {
    top(entries, name).into_iter().flat_map(|n| match &n.kind {
        NodeKind::Map(inner) => inner.iter(),
        NodeKind::Scalar { .. } | NodeKind::List(_) => [].iter(),
    })
}

fn header(reader: &mut Reader<'_>, entries: &[(Key, Node)], source: &Source) -> Header {
    let mut prose = |key: &str| top(entries, key).and_then(|n| reader.prose(n)).unwrap_or_default();
    let (title, note) = (prose("场景"), prose("说明"));
    let id = top(entries, "编号").and_then(|n| reader.text(n)).unwrap_or_default();
    if let Some(node) = top(entries, "编号")
        && !id.is_empty()
        && !id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
    {
        reader.push(MistakeKind::BadId { found: id.clone(), nearest: near_id(&id) }, node.span);
    }
    let mut covers = Vec::new();
    for node in top(entries, "覆盖").map(|n| reader.list(n)).unwrap_or_default() {
        let Some(cover) = reader.word(node) else { continue };
        if requirements::by_id(&cover).is_none() {
            let known = requirements::all().iter().map(|r| r.id.as_str());
            reader.unknown(Vocabulary::Requirement, &cover, known, node.span);
        }
        covers.push(cover);
    }
    if let Some(node) = top(entries, "覆盖").filter(|n| matches!(&n.kind, NodeKind::List(items) if items.is_empty()))
    {
        reader.push(MistakeKind::Blank, node.span);
    }
    let mut tags = Vec::new();
    for node in top(entries, "标签").map(|n| reader.list(n)).unwrap_or_default() {
        tags.extend(reader.word(node));
    }
    let covers_at = entries.iter().find(|(k, _)| k.text == "覆盖").map_or(0, |(k, _)| k.span.start);
    let covers_line = reader.line(Span::new(covers_at, covers_at));
    Header {
        title,
        id,
        covers,
        tags,
        note,
        file: source.file.clone(),
        covers_line,
        source: source.text.as_str().into(),
    }
}

/// One value of one row of 矩阵.
#[derive(Clone, Debug)]
struct Cell {
    key: String,
    value: String,
    /// Where the value stands.
    span: Span,
}

type Row = Vec<Cell>;

/// Where the values of 矩阵 are used: for each text the `$键` in it, in file order.
struct Uses(Vec<(Span, Span, String)>);

impl Uses {
    fn of(source: &Source, root: &Node, names: &[(String, Span)]) -> Self {
        let mut uses = Self(Vec::new());
        if !names.is_empty() {
            uses.collect(source, root, names);
        }
        uses.0.sort_by_key(|(text, used, _)| (*text, *used));
        uses
    }

    fn collect(&mut self, source: &Source, node: &Node, names: &[(String, Span)]) {
        match &node.kind {
            NodeKind::Scalar { .. } => self.text(source, node.span, names),
            NodeKind::List(items) => items.iter().for_each(|n| self.collect(source, n, names)),
            NodeKind::Map(entries) => {
                for (key, value) in entries.iter().filter(|(k, _)| k.text != "矩阵") {
                    self.text(source, key.span, names);
                    self.collect(source, value, names);
                }
            }
        }
    }

    fn text(&mut self, source: &Source, span: Span, names: &[(String, Span)]) {
        let written = source.slice(span);
        for (i, _) in written.match_indices('$').take(16) {
            let name = name_at(&written[i + 1..]);
            if names.iter().any(|(key, _)| key == name) {
                let start = span.start + i;
                self.0.push((span, Span::new(start, start + 1 + name.len()), name.to_owned()));
            }
        }
    }

    /// Keys of 矩阵 that nothing refers to.
    fn unused(&self, keys: &[(String, Span)]) -> Vec<Mistake> {
        let unused = keys.iter().filter(|(key, _)| !self.0.iter().any(|(.., name)| name == key));
        unused.map(|(key, span)| Mistake::new(MistakeKind::UnusedKey { key: key.clone() }, *span)).collect()
    }

    /// A mistake in a text whose wrong word came from 矩阵 is told at the value, with the place where it is used.
    fn blame(&self, mistake: &mut Mistake, values: &Row) {
        let Some(found) = mistake.what.found() else { return };
        let at = mistake.span;
        let after = self.0.partition_point(|(text, ..)| text.start <= at.start);
        let within = self.0[..after].iter().rev().take(16).filter(|(text, ..)| at.end <= text.end);
        for (_, used, name) in within {
            let cell = values.iter().find(|c| c.key == *name);
            // What is wrong must be the value itself, not what is written around it.
            if let Some(cell) = cell.filter(|c| c.value.contains(found)) {
                mistake.span = cell.span;
                mistake.used = Some(*used);
                return;
            }
        }
    }
}

/// The rows of 矩阵 in file order; one empty row where there is none.
fn matrix(reader: &mut Reader<'_>, entries: &[(Key, Node)]) -> Vec<Row> {
    let Some(node) = top(entries, "矩阵") else { return vec![Vec::new()] };
    if !matches!(node.kind, NodeKind::Map(_)) {
        reader.wrong_shape(node, "「键: [值, 值]」的映射");
        return vec![Vec::new()];
    }
    let mut rows: Vec<Row> = vec![Vec::new()];
    let mut fits = true;
    for (key, node) in top_entries(entries, "矩阵") {
        reader.name(&key.text, key.span);
        let items = reader.list(node);
        if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
            reader.push(MistakeKind::Blank, node.span);
        }
        let values = cells(reader, key, items);
        if fits && rows.len().saturating_mul(items.len()) > MAX_ROWS {
            fits = false;
            let rows = row_count(entries).map_or_else(|| "数不清的".to_owned(), |n| n.to_string());
            reader.push(MistakeKind::TooManyRows { rows }, key.span);
        }
        if fits && !values.is_empty() {
            let with = |row: &Row, v: &Cell| row.iter().chain([v]).cloned().collect();
            rows = rows.iter().flat_map(|row| values.iter().map(move |v| with(row, v))).collect();
        }
    }
    if !fits {
        return vec![Vec::new()];
    }
    // Values that hold `,` and `=` may make two rows look alike though each value stands there once.
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for row in &rows {
        let Some(last) = row.last() else { continue };
        if let Some(first) = seen.insert(row_name(row), last.span) {
            reader.push(MistakeKind::RepeatedValue { value: row_name(row), first }, last.span);
        }
    }
    rows
}

/// A row as it stands in a case's 编号.
fn row_name(row: &Row) -> String {
    let pairs: Vec<String> = row.iter().map(|c| format!("{}={}", c.key, c.value)).collect();
    pairs.join(",")
}

/// The values of one key; one that stands there twice would make two cases with one 编号.
fn cells(reader: &mut Reader<'_>, key: &Key, items: &[Node]) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for node in items {
        let Some(value) = reader.text(node) else { continue };
        if let Some(first) = seen.get(&value) {
            reader.push(MistakeKind::RepeatedValue { value, first: *first }, node.span);
            continue;
        }
        seen.insert(value.clone(), node.span);
        cells.push(Cell { key: key.text.clone(), value, span: node.span });
    }
    cells
}

/// How many rows the whole matrix has, if a number can hold it.
fn row_count(entries: &[(Key, Node)]) -> Option<u128> {
    top_entries(entries, "矩阵").try_fold(1u128, |rows, (_, node)| {
        let values = u128::try_from(nodes_of(Some(node)).len().max(1)).ok()?;
        rows.checked_mul(values)
    })
}

/// The tree with `$键` replaced in every text outside of 矩阵.
fn substituted(node: &Node, values: &Row) -> Node {
    let kind = match &node.kind {
        NodeKind::Scalar { text, plain } => NodeKind::Scalar { text: filled_in(text, values), plain: *plain },
        NodeKind::List(items) => NodeKind::List(items.iter().map(|n| substituted(n, values)).collect()),
        NodeKind::Map(entries) => NodeKind::Map(
            entries
                .iter()
                .map(|(k, n)| {
                    let value = if k.text == "矩阵" { n.clone() } else { substituted(n, values) };
                    (Key { text: filled_in(&k.text, values), span: k.span }, value)
                })
                .collect(),
        ),
    };
    Node { kind, span: node.span }
}

fn filled_in(text: &str, values: &Row) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(i) = rest.find('$') {
        filled.push_str(&rest[..i]);
        let after = &rest[i + 1..];
        let name = name_at(after);
        match values.iter().find(|c| c.key == name) {
            Some(cell) => filled.push_str(&cell.value),
            None => filled.push_str(&rest[i..i + 1 + name.len()]),
        }
        rest = &after[name.len()..];
    }
    filled.push_str(rest);
    filled
}

/// The name at the start of a text.
pub(super) fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Reads one row; `None` where its mistakes leave nothing to build.
fn case(reader: &mut Reader<'_>, root: &Node, header: &Arc<Header>, row: usize, values: &Row) -> Option<Case> {
    let NodeKind::Map(entries) = &root.kind else { return None };
    let start = match top(entries, "开始") {
        Some(node) => reader.time(node),
        None => Time::parse(DEFAULT_START),
    };
    reader.earliest = start;
    let given = reader.given(top(entries, "已知"));
    let steps = reader.steps(top(entries, "步骤"));
    let script = reader.script(top(entries, "对手方剧本"));
    let faults = reader.faults(top(entries, "故障"));
    let mut always = Vec::new();
    for node in top(entries, "始终").map(|n| reader.list(n)).unwrap_or_default() {
        let Some(name) = reader.word(node) else { continue };
        let known = checks::INVARIANTS.iter().map(|i| i.name);
        if known.clone().any(|k| k == name) {
            always.push(Invariant { name, line: reader.line(node.span) });
        } else {
            reader.unknown(Vocabulary::Invariant, &name, known, node.span);
        }
    }
    let mut once = Vec::new();
    for node in nodes_of(top(entries, "曾经")) {
        let Some(wanted) = reader.once(node) else { continue };
        if let Some(why) = lint::never_happens(&wanted.what, &script, &faults) {
            reader.push(MistakeKind::NeverHappens { found: wanted.text.clone(), why }, node.span);
        }
        once.push(wanted);
    }
    if let Some(node) = top(entries, "曾经") {
        reader.list(node);
    }
    let id = if values.is_empty() { header.id.clone() } else { format!("{}[{}]", header.id, row_name(values)) };
    Some(Case {
        id,
        scenario: Arc::clone(header),
        row,
        values: values.iter().map(|cell| (cell.key.clone(), cell.value.clone())).collect(),
        start: start?,
        given,
        script,
        faults,
        steps,
        always,
        once,
    })
}
