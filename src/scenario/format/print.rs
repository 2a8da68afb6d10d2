//! A layout as text, in the one way that scenario files are written.
//!
//! The choices: two columns of indentation, lists indented below their key; what fits stands on one line in brackets, what
//! does not is broken, one entry a line. Invariant: nothing is dropped; the same layout gives the same text.

use unicode_width::UnicodeWidthStr;

use super::{
    layout::{Entry, Group, Value},
    marks::Comment,
};
use crate::scenario::scan::scan;

/// The widest that a step may be on one line, in columns of a terminal: a Chinese character takes two.
pub const MAX_COLUMNS: usize = 160;

/// Blanks between a line and the comment behind it.
const BEFORE_COMMENT: usize = 2;

/// The top key whose list is always written an item a line.
const STEPS: &str = "步骤";

/// A line of the result.
struct Line<'t> {
    text: String,
    behind: Option<Comment<'t>>,
}

/// The whole file.
pub(super) fn print(root: &Group) -> String {
    let mut printer = Printer { lines: Vec::new() };
    printer.group(root, Level { indent: 0, depth: 0 }, None);
    printer.finish()
}

/// Where an entry stands.
#[derive(Clone, Copy)]
struct Level {
    /// Columns before it.
    indent: usize,
    /// Lists and maps around the one that it is in.
    depth: usize,
}

impl Level {
    fn inner(self) -> Self {
        Self { indent: self.indent + 2, depth: self.depth + 1 }
    }
}

struct Printer<'t> {
    lines: Vec<Line<'t>>,
}

impl<'t> Printer<'t> {
    /// Prints entry by entry. With `begun`, the first entry goes on that line, which a dash began: it has nothing above.
    fn group(&mut self, group: &Group<'t>, level: Level, mut begun: Option<String>) {
        for (i, entry) in group.entries.iter().enumerate() {
            self.comments(&entry.above, level.indent, i == 0);
            if entry.blank_before && (i > 0 || !entry.above.is_empty()) {
                self.blank();
            }
            let mut start = begun.take().unwrap_or_else(|| " ".repeat(level.indent));
            if group.is_list {
                start.push_str("- ");
            }
            self.entry(entry, level, start);
        }
        self.comments(&group.below, level.indent, false);
    }

    /// Prints an entry whose line begins with `start`.
    fn entry(&mut self, entry: &Entry<'t>, level: Level, mut start: String) {
        let keyed = entry.key.as_ref();
        if let Some(key) = keyed {
            start.push_str(key);
            start.push_str(": ");
        }
        let below = " ".repeat(level.indent + 2);
        match &entry.value {
            Value::Nothing => self.push(start.trim_end().to_owned(), entry.behind),
            Value::Text { lines, .. } => {
                let last = lines.len() - 1;
                for (i, line) in lines.iter().enumerate() {
                    let before = if i == 0 { start.as_str() } else { &below };
                    let text = if line.is_empty() { String::new() } else { format!("{before}{line}") };
                    self.push(text, entry.behind.filter(|_| i == last));
                }
            }
            Value::Block { header, lines } => {
                self.push(start + header, None);
                for line in lines {
                    self.push(if line.is_empty() { String::new() } else { format!("{below}{line}") }, None);
                }
                self.comments(entry.behind.as_slice(), level.indent, false);
            }
            Value::Group(group) => {
                let comment = entry.behind_key.or(entry.behind);
                let two_comments = entry.behind_key.is_some() && entry.behind.is_some();
                if !two_comments
                    && !stays_open(entry, group, level)
                    && let Some(flow) = in_brackets(group)
                    && start.width() + flow.width() <= MAX_COLUMNS
                {
                    self.push(start + &flow, comment);
                } else if keyed.is_some() {
                    self.push(start.trim_end().to_owned(), comment);
                    if two_comments {
                        self.comments(entry.behind.as_slice(), level.inner().indent, true);
                    }
                    self.group(group, level.inner(), None);
                } else {
                    self.group(group, level.inner(), Some(start));
                    self.behind_all(entry.behind, level.inner().indent);
                }
            }
        }
    }

    /// Puts the comment of an item that had to be broken behind its last line.
    fn behind_all(&mut self, comment: Option<Comment<'t>>, indent: usize) {
        match self.lines.last_mut() {
            Some(last) if last.behind.is_none() && !last.text.trim_start().starts_with('#') => last.behind = comment,
            _ => self.comments(comment.as_slice(), indent, false),
        }
    }

    /// Comments on lines of their own.
    fn comments(&mut self, comments: &[Comment<'t>], indent: usize, first_of_group: bool) {
        for (i, comment) in comments.iter().enumerate() {
            if comment.blank_before && !(first_of_group && i == 0) {
                self.blank();
            }
            self.push(format!("{}{}", " ".repeat(indent), comment.text), None);
        }
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|last| !last.text.is_empty()) {
            self.push(String::new(), None);
        }
    }

    fn push(&mut self, text: String, behind: Option<Comment<'t>>) {
        self.lines.push(Line { text, behind });
    }

    /// All lines. Comments behind lines that follow each other stay in one column if they were.
    fn finish(self) -> String {
        let mut text = String::new();
        for run in self.lines.chunk_by(|a, b| are_aligned(a.behind, b.behind)) {
            let widest = run.iter().map(|line| line.text.width()).max().unwrap_or(0);
            for line in run {
                text.push_str(&line.text);
                if let Some(comment) = line.behind {
                    text.push_str(&" ".repeat(widest - line.text.width() + BEFORE_COMMENT));
                    text.push_str(comment.text);
                }
                text.push('\n');
            }
        }
        text
    }
}

/// Whether these are comments behind one line and the next, in one column.
fn are_aligned(a: Option<Comment>, b: Option<Comment>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.column == b.column && a.line + 1 == b.line)
}

/// Whether a list or map is written an entry a line even where it would fit on one.
fn stays_open(entry: &Entry, group: &Group, level: Level) -> bool {
    match (level.depth, &entry.key) {
        // A part of the file stays the way that its author chose, but for the steps.
        (0, Some(key)) => !group.in_brackets || key == STEPS,
        // A step, a fault: its verb stands behind the dash, without brackets.
        (1, None) => !group.is_list && group.entries.len() == 1,
        _ => false,
    }
}

/// The group on one line, if it can be: without comments, and each text the same as where it stands.
fn in_brackets(group: &Group) -> Option<String> {
    if !group.below.is_empty() {
        return None;
    }
    let mut text = String::from(if group.is_list { "[" } else { "{" });
    for (i, entry) in group.entries.iter().enumerate() {
        if !entry.above.is_empty() || entry.behind_key.is_some() || entry.behind.is_some() {
            return None;
        }
        if i > 0 {
            text.push_str(", ");
        }
        if let Some(key) = &entry.key {
            if !key.starts_with(['\'', '"']) && !means_the_same(key) {
                return None;
            }
            text.push_str(key);
            text.push_str(": ");
        }
        match &entry.value {
            Value::Nothing | Value::Block { .. } => return None,
            Value::Text { lines, plain } => match lines.as_slice() {
                [line] if !plain || means_the_same(line) => text.push_str(line),
                _ => return None,
            },
            Value::Group(inner) => text.push_str(&in_brackets(inner)?),
        }
    }
    text.push(if group.is_list { ']' } else { '}' });
    // What the scan takes for a slip between brackets was not between any before.
    (group.in_brackets || scan(&text).mistakes.is_empty()).then_some(text)
}

/// Whether a text without quotes is the same text between brackets.
fn means_the_same(plain: &str) -> bool {
    !plain.contains([',', '[', ']', '{', '}']) && !plain.ends_with(':')
}
