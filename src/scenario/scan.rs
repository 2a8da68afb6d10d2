//! A look at the raw text before the YAML parser sees it, for the mistakes that a parser reports at the wrong place.
//!
//! Tabs, full-width punctuation where YAML's own belongs, brackets and quotes that never close, texts that need quotes.
//! It follows the structure only as far as that takes: what it lets through the parser still judges. Invariant: text
//! inside quotes, block texts and comments is never touched, and one pass over the characters is all it costs.

mod flow;
mod lines;

use std::cell::Cell;

use super::{
    catalogue,
    mend::{Mend, Mended},
    mistake::{MAX_MISTAKES, Mistake, MistakeKind},
    source::Span,
    tree::MAX_DEPTH,
};

/// What a look at the source text tells.
pub(super) struct Scanned {
    /// The mistakes, in file order.
    pub(super) mistakes: Vec<Mistake>,
    /// The text with all of them put right, for the parser; none where that cannot be done.
    pub(super) mended: Option<Mended>,
}

/// Looks through a source text.
pub(super) fn scan(text: &str) -> Scanned {
    let known_line = Cell::new((0, None));
    let mut scan = Scan {
        text,
        at: 0,
        found: Vec::new(),
        mends: Vec::new(),
        hopeless: false,
        known_line,
        section: None,
        skipped: None,
    };
    scan.document();
    scan.found.sort_by_key(|m| m.span);
    let mended = if scan.hopeless { None } else { Mended::of(text, scan.mends) };
    Scanned { mistakes: scan.found, mended }
}

/// The half-width character that a full-width one stands for.
const fn half_width(c: char) -> Option<char> {
    Some(match c {
        '：' => ':',
        '，' | '、' | '；' => ',',
        '＄' => '$',
        '“' | '”' | '＂' => '"',
        '‘' | '’' | '＇' => '\'',
        '［' | '【' => '[',
        '］' | '】' => ']',
        '｛' => '{',
        '｝' => '}',
        '－' | '—' => '-',
        '＃' => '#',
        '\u{3000}' => ' ',
        _ => return None,
    })
}

/// An open bracket of flow style.
struct Open {
    bracket: char,
    at: usize,
    /// Whether the present entry of a map has had its colon.
    colon: bool,
    /// Where the present value (or list item) starts.
    value: usize,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    found: Vec<Mistake>,
    /// How each of them is put right.
    mends: Vec<Mend>,
    /// Something was found that cannot be put right.
    hopeless: bool,
    /// A line's start as far as known, and its end: so that a very long line is searched once.
    known_line: Cell<(usize, Option<usize>)>,
    /// The list of verbs or faults that the present line may belong to.
    section: Option<lines::Section>,
    /// The other side of a merge, which nobody reads.
    skipped: Option<(usize, usize)>,
}

impl<'t> Scan<'t> {
    fn document(&mut self) {
        // Lines indented deeper than this belong to a plain text that began above, or to a block text (`|`, `>`).
        let mut text_above: Option<(usize, bool)> = None;
        while self.at < self.text.len() {
            let line = self.line();
            let indent = line.len() - line.trim_start_matches(' ').len();
            let content = line[indent..].trim_end();
            if let Some((from, to)) = self.skipped.filter(|(from, _)| self.at >= *from) {
                self.at = to.max(from);
                self.skipped = None;
                self.next_line();
                continue;
            }
            let mistaken = self.found.len();
            if self.line_start(indent, text_above) {
                text_above = None;
                self.next_line();
                continue;
            }
            if self.found.len() > mistaken {
                text_above = None;
            }
            if let Some((deeper_than, block)) = text_above {
                if content.is_empty() || indent > deeper_than && (block || !content.starts_with('#')) {
                    self.next_line();
                    continue;
                }
                text_above = None;
            }
            if line.starts_with('%') {
                let end = self.at + line.find(char::is_whitespace).unwrap_or(line.len());
                self.push(MistakeKind::Forbidden { what: "指令（%）" }, self.at, end);
                self.mend(self.at, self.at + 1, "#");
                self.next_line();
                continue;
            }
            let line_start = self.at;
            self.at += indent;
            self.leading_blanks();
            if self.rest_is_blank() {
                self.next_line();
                continue;
            }
            text_above = self.entry(line_start, indent);
            self.next_line();
        }
    }

    /// One block line's entry, after its indentation. Gives the indentation of a text that goes on below.
    fn entry(&mut self, line_start: usize, indent: usize) -> Option<(usize, bool)> {
        let mut parent = indent;
        while self.rest().starts_with("- ") {
            self.at += 2;
            self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
            parent = self.at - line_start;
            self.leading_blanks();
        }
        let dashed = parent > indent;
        let rest = self.to_line_end();
        let first = rest.chars().next()?;
        if matches!(first, '－' | '—' | '＃') {
            self.full_width(self.at, first);
            return None;
        }
        if first == '#' {
            return None;
        }
        if let Some(colon) = glued_colon(rest, dashed) {
            self.missing_space(self.at + colon);
            self.at += colon + 1;
            return self.value(&rest[..colon], indent, parent);
        }
        match first {
            '{' | '[' => {
                self.flow(indent);
                self.after_value();
                return None;
            }
            '"' | '\'' => {
                self.quoted(None);
                if !self.rest().starts_with(':') {
                    return None;
                }
                self.at += 1;
            }
            _ => match key_end(rest) {
                Some(colon) => {
                    if let Some(i) = rest[..colon].find('：').filter(|i| catalogue::is_word(rest[..*i].trim())) {
                        self.full_width(self.at + i, '：');
                        return None;
                    }
                    self.at += colon + 1;
                }
                None => return self.block_text(rest, dashed, parent, indent),
            },
        }
        let key_at = line_start + parent.max(indent);
        let key = self.text[key_at..self.at].trim_end_matches(':').trim().to_owned();
        self.leading_blanks();
        self.value(&key, indent, parent)
    }

    /// A line without a colon: a list item or the rest of a text, unless a full-width colon was meant as one.
    fn block_text(&mut self, rest: &str, dashed: bool, parent: usize, indent: usize) -> Option<(usize, bool)> {
        if let Some(i) = rest.find('：') {
            let after = rest[i + '：'.len_utf8()..].trim_start();
            let word = rest[..i].trim();
            let structural = after.is_empty() || after.starts_with(['{', '[', '｛', '［']);
            if !dashed || structural || catalogue::is_word(word) {
                self.full_width(self.at + i, '：');
                return None;
            }
        }
        if let Some(c) = rest.chars().next().filter(|c| matches!(c, '［' | '｛')) {
            self.full_width(self.at, c);
            return None;
        }
        Some((if dashed { parent - 1 } else { indent }, false))
    }

    /// A value in block style, on the line of its key.
    fn value(&mut self, key: &str, indent: usize, parent: usize) -> Option<(usize, bool)> {
        let rest = self.to_line_end();
        let value = strip_comment(rest);
        let first = value.chars().next()?;
        match first {
            '&' | '!' if value.contains(' ') => {
                // An anchor or a tag, which the tree refuses; what follows it is the value.
                self.at += value.find(' ').unwrap_or(0);
                self.leading_blanks();
                return self.value(key, indent, parent);
            }
            '*' if !value.contains(' ') && value.len() > 1 => {
                self.alias(value.len());
                return None;
            }
            '{' | '[' => {
                self.flow(indent);
                self.after_value();
                return None;
            }
            '"' | '\'' => {
                self.quoted(None);
                self.after_value();
                return None;
            }
            '|' | '>' if value[1..].trim().chars().all(|c| matches!(c, '+' | '-' | '1'..='9')) => {
                return Some((parent, true));
            }
            '［' | '｛' => {
                self.full_width(self.at, first);
                return None;
            }
            '【' if catalogue::takes_structure(key) => {
                self.full_width(self.at, first);
                return None;
            }
            _ => {}
        }
        if self.missing_braces(key, value) {
            return None;
        }
        if let Some(why) = needs_quotes(value) {
            self.missing_quotes(self.at, self.at + value.len(), why);
            return None;
        }
        Some((parent, false))
    }

    /// Fields of a verb or a fault that stand in no braces, or in parentheses.
    fn missing_braces(&mut self, key: &str, value: &str) -> bool {
        let key = key.trim_start_matches("- ").trim();
        let fields = value.trim_matches(['(', ')', '（', '）']);
        let word = fields.split([':', '：']).next().unwrap_or_default().trim();
        let takes = catalogue::verb_named(key).is_some() || catalogue::fault_named(key).is_some();
        let coloned = fields.contains(": ") || fields.contains('：');
        if !takes || !coloned || !catalogue::is_word(word) || fields.contains(['{', '[']) {
            return false;
        }
        let (start, end) = (self.at, self.at + value.len());
        let first = self.text[start..].chars().next().filter(|c| matches!(c, '(' | '（')).map_or(0, char::len_utf8);
        let last = value.chars().next_back().filter(|c| matches!(c, ')' | '）')).map_or(0, char::len_utf8);
        self.mend(start, start + first, "{");
        for (i, c) in value.char_indices().filter(|(_, c)| matches!(c, '：' | '，')) {
            self.mend(start + i, start + i + c.len_utf8(), if c == '：' { ": " } else { ", " });
        }
        self.mend(end - last, end, "}");
        let text = fields.replace('：', ": ").replace('，', ", ");
        self.push(MistakeKind::MissingBraces { text }, start, end);
        true
    }

    /// `*name` in the place of a value.
    fn alias(&mut self, length: usize) {
        let (start, end) = (self.at, self.at + length);
        self.push(MistakeKind::Forbidden { what: "别名（*）" }, start, end);
        let quoted = format!("'{}'", &self.text[start..end]);
        self.mend(start, end, &quoted);
        self.at = end;
    }

    /// What may follow a bracket or a quote on its line: nothing.
    fn after_value(&mut self) {
        let rest = self.to_line_end();
        let value = strip_comment(rest);
        let lead = value.len() - value.trim_start().len();
        let Some(first) = value.trim_start().chars().next() else {
            if rest.starts_with('#') {
                self.push(MistakeKind::MissingSpace { mark: '#' }, self.at, self.at + 1);
                self.mend(self.at, self.at, " ");
            }
            return;
        };
        let at = self.at + lead;
        if half_width(first).is_some() {
            self.full_width(at, first);
        } else if matches!(first, ']' | '}') {
            self.push(MistakeKind::Unopened { bracket: first }, at, at + 1);
            self.mend(at, at + 1, " ");
        }
        // Anything else after a value is left to the parser, which points at it well.
    }

    /// Blanks before a value: spaces are right, tabs and full-width spaces are not.
    fn leading_blanks(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                ' ' => self.at += 1,
                '\t' => self.tab(),
                '\u{3000}' => {
                    self.full_width(self.at, c);
                    self.at += c.len_utf8();
                }
                _ => return,
            }
        }
    }

    fn rest_is_blank(&self) -> bool {
        let rest = self.to_line_end().trim();
        rest.is_empty() || rest.starts_with('#')
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn line_end(&self) -> usize {
        if let (from, Some(end)) = self.known_line.get()
            && (from..=end).contains(&self.at)
        {
            return end;
        }
        let end = self.rest().find('\n').map_or(self.text.len(), |i| self.at + i);
        self.known_line.set((self.at, Some(end)));
        end
    }

    /// The line from here on.
    fn line(&self) -> &'t str {
        &self.text[self.at..self.line_end()]
    }

    fn to_line_end(&self) -> &'t str {
        self.line()
    }

    fn next_line(&mut self) {
        self.at = (self.line_end() + 1).min(self.text.len());
    }

    fn full_width(&mut self, at: usize, found: char) {
        let meant = half_width(found).unwrap_or(found);
        let end = at + found.len_utf8();
        self.push(MistakeKind::FullWidth { found, meant }, at, end);
        let blank = if matches!(meant, ':' | '-' | '#') { " " } else { "" };
        self.mend(at, end, &format!("{meant}{blank}"));
    }

    fn tab(&mut self) {
        self.push(MistakeKind::Tab, self.at, self.at + 1);
        self.mend(self.at, self.at + 1, " ");
        self.at += 1;
    }

    fn missing_space(&mut self, colon: usize) {
        self.push(MistakeKind::MissingSpace { mark: ':' }, colon, colon + 1);
        self.mend(colon + 1, colon + 1, " ");
    }

    fn missing_quotes(&mut self, start: usize, end: usize, why: &'static str) {
        let text = self.text[start..end].trim().to_owned();
        let quoted = Span::new(start, start + self.text[start..end].trim_end().len());
        self.mend(quoted.start, quoted.start, "'");
        for (i, _) in text.match_indices('\'') {
            self.mend(quoted.start + i, quoted.start + i, "'");
        }
        self.mend(quoted.end, quoted.end, "'");
        self.push(MistakeKind::MissingQuotes { text, why }, start, end);
    }

    fn mend(&mut self, start: usize, end: usize, with: &str) {
        if self.mends.len() < 4 * MAX_MISTAKES {
            self.mends.push(Mend { span: Span::new(start, end), with: with.to_owned() });
        } else {
            self.hopeless = true;
        }
    }

    fn push(&mut self, what: MistakeKind, start: usize, end: usize) {
        if self.found.len() < MAX_MISTAKES {
            self.found.push(Mistake::new(what, Span::new(start, end)));
        } else {
            self.hopeless = true;
        }
    }
}

const fn right_of(bracket: char) -> char {
    if bracket == '{' { '}' } else { ']' }
}

/// A colon without the space that must follow it: behind a word of the language, or before a bracket. In a list (after
/// `- `) a text may well hold one, so only a verb's or a fault's counts there.
fn glued_colon(line: &str, dashed: bool) -> Option<usize> {
    let colon = line.find(':')?;
    let (word, after) = (line[..colon].trim(), line[colon + 1..].chars().next()?);
    if matches!(after, ' ' | '\t' | '\r') || word.contains(['{', '[', '"', '\'', '#', '：']) || word.is_empty() {
        return None;
    }
    let known = if dashed { catalogue::takes_structure(word) && !word.contains('.') } else { catalogue::is_word(word) };
    (known || matches!(after, '{' | '[')).then_some(colon)
}

/// Whether a text goes on with a line that begins a step or a key of the file.
fn begins_entry(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let content = line.trim_start_matches(' ');
    let word = content.strip_prefix("- ").unwrap_or(content).split(':').next().unwrap_or_default().trim();
    let top = !line.starts_with(' ') && catalogue::TOP_KEYS.iter().any(|k| k.name == word);
    top || content.starts_with("- ")
        && (catalogue::verb_named(word).is_some() || catalogue::fault_named(word).is_some())
}

/// Where a line's key ends: at a colon before a space or the end of the line, outside of a comment.
fn key_end(line: &str) -> Option<usize> {
    let line = strip_comment(line);
    line.match_indices(':')
        .map(|(i, _)| i)
        .find(|i| line[i + 1..].chars().next().is_none_or(|c| matches!(c, ' ' | '\t')))
}

/// The line without its comment and without blanks at the end.
fn strip_comment(line: &str) -> &str {
    if line.starts_with('#') {
        return "";
    }
    let end = line.match_indices('#').map(|(i, _)| i).find(|i| line[..*i].ends_with([' ', '\t'])).unwrap_or(line.len());
    line[..end].trim_end()
}

/// Why a plain text in block style needs quotes, if it does.
fn needs_quotes(value: &str) -> Option<&'static str> {
    if value.starts_with(['>', '<']) || value.starts_with("!=") {
        return Some("以 > < [ ! 等开头的文字");
    }
    (value.contains(": ") || value.ends_with(':')).then_some("文字里有「: 」")
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
