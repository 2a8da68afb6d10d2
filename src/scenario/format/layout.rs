//! A file's values with everything that a person put around them: comments, empty lines, the way each was written.
//!
//! Each comment is given its place once, here: above an entry, behind it, behind its key, or at the end of a list or map.
//! A comment on a line of its own behind the last entry of an indented list or map belongs to the deepest of them whose
//! entries stand no further right than it. Invariant: nothing is decided here about how the file will look.

use std::{borrow::Cow, slice::Iter};

use super::marks::{Comment, Marks, Word, closing, is_flow};
use crate::scenario::tree::{Key, Node, NodeKind};

/// An item of a list, or a key with its value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    /// Comments above it.
    pub(super) above: Vec<Comment<'t>>,
    /// Whether an empty line stands before it (behind the comments above it).
    pub(super) blank_before: bool,
    /// The key as written; none for an item.
    pub(super) key: Option<Cow<'t, str>>,
    /// The comment behind the key, where the value begins further below.
    pub(super) behind_key: Option<Comment<'t>>,
    /// The value.
    pub(super) value: Value<'t>,
    /// The comment behind the value.
    pub(super) behind: Option<Comment<'t>>,
}

/// What stands behind a key or dash.
#[derive(Debug)]
pub(super) enum Value<'t> {
    /// Not a thing.
    Nothing,
    /// A text as written, or `[]` or `{}`; further lines without their indentation.
    Text {
        /// At least one.
        lines: Vec<Cow<'t, str>>,
        /// Whether it has no quotes.
        plain: bool,
    },
    /// A block text: its `|` or `>` line, and its lines without their common indentation.
    Block {
        /// Such as `|-`.
        header: String,
        /// Its lines.
        lines: Vec<&'t str>,
    },
    /// A list or map that is not empty.
    Group(Group<'t>),
}

/// A list or map.
#[derive(Debug)]
pub(super) struct Group<'t> {
    /// Whether it is a list.
    pub(super) is_list: bool,
    /// Whether it was written in brackets.
    pub(super) in_brackets: bool,
    /// At least one.
    pub(super) entries: Vec<Entry<'t>>,
    /// Comments behind the last entry.
    pub(super) below: Vec<Comment<'t>>,
}

/// The layout of a file whose root is a list or map with something in it.
pub(super) fn layout<'t>(text: &'t str, root: &Node, marks: &Marks<'t>) -> Option<Group<'t>> {
    let mut builder = Builder { text, words: marks.words.iter(), passed: 0, end: 0, comments: &marks.comments };
    let Value::Group(mut group) = builder.value(root, 0) else { return None };
    group.below.extend(builder.comments);
    Some(group)
}

struct Builder<'t, 'm> {
    text: &'t str,
    words: Iter<'m, Word>,
    /// How many words have been taken.
    passed: usize,
    /// Where the last word or bracket that was taken ends.
    end: usize,
    /// The comments that have no place yet.
    comments: &'m [Comment<'t>],
}

impl<'t> Builder<'t, '_> {
    /// `outer` is the first column that is inside whatever holds this value.
    fn value(&mut self, node: &Node, outer: usize) -> Value<'t> {
        match &node.kind {
            NodeKind::Scalar { .. } if node.is_nothing() => Value::Nothing,
            NodeKind::Scalar { text, plain } => match self.word() {
                Some(word) if word.block => self.block(word, text),
                Some(word) => Value::Text { lines: self.lines(word), plain: *plain },
                None => Value::Nothing,
            },
            NodeKind::List(items) if items.is_empty() => self.empty("[]"),
            NodeKind::Map(entries) if entries.is_empty() => self.empty("{}"),
            NodeKind::List(items) => {
                let entries = items.iter().map(|item| (None, item)).collect();
                Value::Group(self.group(node, entries, outer))
            }
            NodeKind::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (Some(key), value)).collect();
                Value::Group(self.group(node, entries, outer))
            }
        }
    }

    fn group(&mut self, node: &Node, entries: Vec<(Option<&Key>, &Node)>, outer: usize) -> Group<'t> {
        let in_brackets = is_flow(self.text, node);
        let is_list = matches!(node.kind, NodeKind::List(_));
        let column = self.column(node.span.start).max(outer);
        let last = entries.len() - 1;
        let mut group = Group { is_list, in_brackets, entries: Vec::new(), below: Vec::new() };
        for (i, (key, value)) in entries.into_iter().enumerate() {
            let mut entry = self.entry(key, value, column + 1);
            // Behind the bracket that closes the group, a comment is its holder's.
            let until = if i == last && in_brackets { closing(self.text, self.end) } else { self.text.len() };
            entry.behind = self.behind(until);
            match &entry.value {
                Value::Group(_) => {}
                Value::Nothing | Value::Text { .. } if entry.behind.is_none() => entry.behind = entry.behind_key.take(),
                Value::Nothing | Value::Text { .. } | Value::Block { .. } => {
                    entry.above.extend(entry.behind_key.take())
                }
            }
            group.entries.push(entry);
        }
        if in_brackets {
            let close = closing(self.text, self.end);
            group.below = self.take(|c| c.at < close);
            self.end = (close + 1).min(self.text.len());
        } else {
            let words = self.passed;
            group.below = self.take(|c| c.words_before == words && c.own_line && c.column >= column);
        }
        group
    }

    fn entry(&mut self, key: Option<&Key>, value: &Node, outer: usize) -> Entry<'t> {
        let words = self.passed;
        let mut above = self.take(|c| c.words_before <= words);
        let blank_before = self.words.as_slice().first().is_some_and(|w| w.blank_before);
        let mut behind_key = None;
        let key = key.map(|key| {
            if key.span.start == key.span.end {
                return Cow::Borrowed("''");
            }
            let key = self.word().and_then(|word| self.lines(word).into_iter().next());
            key.unwrap_or_default()
        });
        if key.is_some() && !value.is_nothing() {
            behind_key = self.behind(self.text.len());
            if matches!(value.kind, NodeKind::Scalar { .. }) {
                // A text goes on its key's line, so what stood between them goes above both.
                let words = self.passed;
                above.extend(self.take(|c| c.words_before <= words));
            }
        }
        let mut value = self.value(value, outer);
        if let (None, Value::Group(group)) = (&key, &mut value) {
            // The first entry shares its line with the dash: what is above the one is above the other.
            above.append(&mut group.entries[0].above);
        }
        Entry { above, blank_before, key, behind_key, value, behind: None }
    }

    /// The comment that stands on the line of what was taken last, and before `until`.
    fn behind(&mut self, until: usize) -> Option<Comment<'t>> {
        let next = self.comments.first()?;
        let same_line = self.text.get(self.end..next.at).is_none_or(|between| !between.contains('\n'));
        let here = next.words_before == self.passed && next.at < until && same_line;
        here.then(|| self.take(|c| c.at == next.at)).and_then(|taken| taken.into_iter().next())
    }

    fn take(&mut self, fits: impl Fn(&Comment<'t>) -> bool) -> Vec<Comment<'t>> {
        let count = self.comments.iter().take_while(|c| fits(c)).count();
        let (taken, left) = self.comments.split_at(count);
        self.comments = left;
        taken.to_vec()
    }

    fn word(&mut self) -> Option<Word> {
        let word = *self.words.next()?;
        self.passed += 1;
        self.end = word.end;
        Some(word)
    }

    fn empty(&mut self, written: &'static str) -> Value<'t> {
        self.word();
        self.end = (closing(self.text, self.end) + 1).min(self.text.len());
        Value::Text { lines: vec![Cow::Borrowed(written)], plain: false }
    }

    /// A key or text as written, in single quotes where that is sure to be the same.
    fn lines(&self, word: Word) -> Vec<Cow<'t, str>> {
        let written = &self.text[word.start..word.end];
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(inner) = inner.filter(|inner| !inner.contains(['\\', '\'', '\n'])) {
            return vec![Cow::Owned(format!("'{inner}'"))];
        }
        written
            .split('\n')
            .enumerate()
            .map(|(i, line)| Cow::Borrowed(if i == 0 { line } else { line.trim_start() }))
            .collect()
    }

    fn block(&self, word: Word, meant: &str) -> Value<'t> {
        let mut written = self.text[word.start..word.end].split('\n');
        let header = written.next().unwrap_or_default().trim_end();
        // An indentation that is named counts from the holder's, which is always two here.
        let (mark, comment) = header.split_at(header.find('#').unwrap_or(header.len()));
        let header = mark.replace(|c: char| c.is_ascii_digit(), "2") + comment;
        let mut lines: Vec<&str> = written.collect();
        // What is indented deeper on the first line is part of the text.
        let deeper = indentation(meant.lines());
        let common = indentation(lines.iter().copied()).saturating_sub(deeper);
        for line in &mut lines {
            *line = &line[common.min(line.len() - line.trim_start_matches(' ').len())..];
        }
        if mark.contains('+') {
            let breaks = meant.len() - meant.trim_end_matches('\n').len();
            lines.extend(std::iter::repeat_n("", breaks.saturating_sub(1)));
        }
        Value::Block { header, lines }
    }

    /// How many characters stand before this byte on its line.
    fn column(&self, byte: usize) -> usize {
        let line_start = self.text[..byte].rfind('\n').map_or(0, |i| i + 1);
        self.text[line_start..byte].chars().count()
    }
}

/// How far the first line with something on it is indented.
fn indentation<'l>(mut lines: impl Iterator<Item = &'l str>) -> usize {
    lines.find(|l| !l.trim().is_empty()).map_or(0, |l| l.len() - l.trim_start_matches(' ').len())
}
