//! Where the words of a file stand, and the comments between them: what a tree of values leaves out.
//!
//! Between two words there are only blanks, YAML's own marks and comments, so comments are found in the gaps and nowhere
//! else. Invariant: every comment of the file is found once, but for one behind `|` or `>`, which stays with that mark.

use unicode_width::UnicodeWidthStr;

use crate::scenario::tree::{Node, NodeKind};

/// A word of the source: a key, a text, or an empty list or map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Its first byte; of a block text, that of its `|` or `>`.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    /// Whether it is a block text.
    pub(super) block: bool,
    /// Whether an empty line parts it from what stands before, be that a word or a comment.
    pub(super) blank_before: bool,
}

/// A comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    /// From its `#` to the end of the line, without blanks.
    pub(super) text: &'t str,
    /// Where its `#` stands.
    pub(super) at: usize,
    /// The line that it stands on, from 0.
    pub(super) line: usize,
    /// How many columns of a terminal stand before it on its line.
    pub(super) column: usize,
    /// Whether nothing else stands on its line.
    pub(super) own_line: bool,
    /// Whether an empty line parts it from what stands before.
    pub(super) blank_before: bool,
    /// How many words stand before it.
    pub(super) words_before: usize,
}

/// Words and comments, each in the order of the file.
#[derive(Debug)]
pub(super) struct Marks<'t> {
    pub(super) words: Vec<Word>,
    pub(super) comments: Vec<Comment<'t>>,
}

impl<'t> Marks<'t> {
    /// Of a text and the tree that was read from it.
    pub(super) fn of(text: &'t str, root: &Node) -> Self {
        let mut walk =
            Walk { text, at: 0, line: 0, blank: false, marks: Self { words: Vec::new(), comments: Vec::new() } };
        walk.node(root);
        walk.gap(text.len(), false);
        walk.marks
    }

    /// The comments' texts in alphabetical order: two texts with the same comments have the same.
    pub(super) fn inventory(&self) -> Vec<&'t str> {
        let mut texts: Vec<_> = self.comments.iter().map(|c| c.text).collect();
        texts.sort_unstable();
        texts
    }
}

/// Whether a list or map was written in brackets.
pub(super) fn is_flow(text: &str, node: &Node) -> bool {
    text[node.span.start..].starts_with(['[', '{'])
}

/// Where the bracket stands that closes what is open at `from`; only marks and comments may stand before it.
pub(super) fn closing(text: &str, from: usize) -> usize {
    let mut in_comment = false;
    for (i, c) in text[from..].char_indices() {
        match c {
            '\n' => in_comment = false,
            '#' => in_comment = true,
            ']' | '}' if !in_comment => return from + i,
            _ => {}
        }
    }
    text.len()
}

struct Walk<'t> {
    text: &'t str,
    at: usize,
    /// How many line breaks stand before `at`.
    line: usize,
    /// Whether an empty line was seen since the last word or comment.
    blank: bool,
    marks: Marks<'t>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Scalar { .. } if node.is_nothing() => {}
            NodeKind::Scalar { text, plain } => self.scalar(node, text, *plain),
            NodeKind::List(items) if items.is_empty() => self.word(node.span.start, node.span.start + 1, false),
            NodeKind::Map(entries) if entries.is_empty() => self.word(node.span.start, node.span.start + 1, false),
            NodeKind::List(items) => items.iter().for_each(|item| self.node(item)),
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    if key.span.start < key.span.end {
                        let end = self.quoted_end(key.span.start).unwrap_or(key.span.end);
                        self.word(key.span.start, end, false);
                    }
                    self.node(value);
                }
            }
        }
    }

    fn scalar(&mut self, node: &Node, text: &str, plain: bool) {
        let span = node.span;
        if plain {
            return self.word(span.start, span.end, false);
        }
        if let Some(header) = self.gap(span.start, true) {
            let last = if text.trim().is_empty() { header } else { span.end.max(header) };
            // To the end of the line: blanks there belong to the text.
            let end = self.text[last..].find('\n').map_or(self.text.len(), |i| last + i);
            return self.push(header, end, true);
        }
        let end = self.quoted_end(span.start).unwrap_or(span.end);
        self.push(span.start, end, false);
    }

    fn word(&mut self, start: usize, end: usize, block: bool) {
        self.gap(start, false);
        self.push(start, end, block);
    }

    fn push(&mut self, start: usize, end: usize, block: bool) {
        let blank_before = std::mem::take(&mut self.blank);
        self.marks.words.push(Word { start, end, block, blank_before });
        self.line += self.text[start..end].matches('\n').count();
        self.at = end;
    }

    /// Passes over what stands before `to`. Stops at the `|` or `>` of a block text, if there may be one.
    fn gap(&mut self, to: usize, may_be_block: bool) -> Option<usize> {
        let mut breaks = 0;
        while self.at < to {
            let rest = &self.text[self.at..];
            let c = rest.chars().next()?;
            match c {
                '\n' => {
                    breaks += 1;
                    self.line += 1;
                    self.blank |= breaks > 1;
                }
                '#' => {
                    let length = rest.find('\n').unwrap_or(rest.len());
                    self.comment(rest[..length].trim_end());
                    self.at += length;
                    breaks = 0;
                    continue;
                }
                '|' | '>' if may_be_block => return Some(self.at),
                c if c.is_whitespace() => {}
                _ => breaks = 0,
            }
            self.at += c.len_utf8();
        }
        None
    }

    fn comment(&mut self, text: &str) {
        let line_start = self.text[..self.at].rfind('\n').map_or(0, |i| i + 1);
        let before = &self.text[line_start..self.at];
        let comment = Comment {
            text: &self.text[self.at..self.at + text.len()],
            at: self.at,
            line: self.line,
            column: before.width(),
            own_line: before.trim().is_empty(),
            blank_before: std::mem::take(&mut self.blank),
            words_before: self.marks.words.len(),
        };
        self.marks.comments.push(comment);
    }

    /// Where the quotes that open at `start` have closed. The parser's own end may lie behind a comment.
    fn quoted_end(&self, start: usize) -> Option<usize> {
        let rest = &self.text[start..];
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut inside = rest.char_indices().skip(1).peekable();
        while let Some((i, c)) = inside.next() {
            if c == '\\' && quote == '"' {
                inside.next();
            } else if c == quote {
                if quote == '\'' && inside.next_if(|(_, next)| *next == '\'').is_some() {
                    continue;
                }
                return Some(start + i + 1);
            }
        }
        None
    }
}
