//! A look at the raw text before the YAML parser sees it, for the mistakes that a parser reports at the wrong place.
//!
//! Tabs, full-width punctuation where YAML's own belongs, brackets and quotes that never close, texts that need quotes.
//! It follows the structure only as far as that takes: what it lets through the parser still judges. Invariant: text
//! inside quotes, block texts and comments is never touched, and one pass over the characters is all it costs.

use std::cell::Cell;

use super::{
    catalogue,
    mistake::{MAX_MISTAKES, Mistake, MistakeKind},
    source::Span,
    tree::MAX_DEPTH,
};

/// The mistakes of a source text, in file order. If there are any the parser is not worth asking.
pub fn mistakes(text: &str) -> Vec<Mistake> {
    let mut scan = Scan { text, at: 0, found: Vec::new(), known_line: Cell::new((0, None)) };
    scan.document();
    scan.found.sort_by_key(|m| m.span);
    scan.found
}

/// The half-width character that a full-width one stands for.
const fn half_width(c: char) -> Option<char> {
    Some(match c {
        '：' => ':',
        '，' | '、' => ',',
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
    /// A line's start as far as known, and its end: so that a very long line is searched once.
    known_line: Cell<(usize, Option<usize>)>,
}

impl<'t> Scan<'t> {
    fn document(&mut self) {
        // Lines indented deeper than this belong to a plain text that began above, or to a block text (`|`, `>`).
        let mut text_above: Option<(usize, bool)> = None;
        while self.at < self.text.len() {
            let line = self.line();
            let indent = line.len() - line.trim_start_matches(' ').len();
            let content = line[indent..].trim_end();
            if let Some((deeper_than, block)) = text_above {
                if content.is_empty() || indent > deeper_than && (block || !content.starts_with('#')) {
                    self.next_line();
                    continue;
                }
                text_above = None;
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
        match first {
            '{' | '[' => {
                self.flow(indent);
                self.after_value();
                return None;
            }
            '"' | '\'' => {
                self.quoted();
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
            '{' | '[' => {
                self.flow(indent);
                self.after_value();
                return None;
            }
            '"' | '\'' => {
                self.quoted();
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
        if let Some(why) = needs_quotes(value) {
            self.missing_quotes(self.at, self.at + value.len(), why);
            return None;
        }
        Some((parent, false))
    }

    /// What may follow a bracket or a quote on its line: nothing.
    fn after_value(&mut self) {
        let rest = self.to_line_end();
        let value = strip_comment(rest);
        let lead = value.len() - value.trim_start().len();
        let Some(first) = value.trim_start().chars().next() else { return };
        let at = self.at + lead;
        if half_width(first).is_some() {
            self.full_width(at, first);
        } else if matches!(first, ']' | '}') {
            self.push(MistakeKind::Unopened { bracket: first }, at, at + 1);
        }
        // Anything else after a value is left to the parser, which points at it well.
    }

    /// Brackets, until the outermost closes, a line shows that it never will, or the text ends.
    fn flow(&mut self, indent: usize) {
        let mut stack: Vec<Open> = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '{' | '[' => {
                    stack.push(Open { bracket: c, at: self.at, colon: false, value: self.at + 1 });
                    self.at += 1;
                    if stack.len() > MAX_DEPTH {
                        self.push(MistakeKind::TooDeep, self.at - 1, self.at);
                        self.at = self.text.len();
                        return;
                    }
                }
                '}' | ']' => {
                    self.at += 1;
                    if self.close(&mut stack, c) {
                        return;
                    }
                }
                ',' => {
                    self.at += 1;
                    if let Some(open) = stack.last_mut() {
                        open.colon = false;
                        open.value = self.at;
                    }
                }
                ':' => {
                    self.at += 1;
                    self.colon(&mut stack);
                }
                '"' | '\'' => self.quoted(),
                ' ' | '\r' => self.at += 1,
                '\t' => {
                    self.push(MistakeKind::Tab, self.at, self.at + 1);
                    self.at += 1;
                }
                '#' if self.text[..self.at].ends_with([' ', '\n', '\t']) => self.at = self.line_end(),
                '\n' => {
                    self.at += 1;
                    if self.looks_like_block(indent) {
                        self.unclosed(&stack);
                        self.at -= 1;
                        return;
                    }
                }
                _ => self.flow_text(&mut stack),
            }
        }
        self.unclosed(&stack);
    }

    /// Handles a closing bracket; true when the outermost is closed.
    fn close(&mut self, stack: &mut Vec<Open>, c: char) -> bool {
        let wanted = if c == '}' { '{' } else { '[' };
        while let Some(open) = stack.pop() {
            if open.bracket == wanted {
                if stack.is_empty() {
                    return true;
                }
                self.after_close(stack, open.at);
                return false;
            }
            if !stack.iter().any(|o| o.bracket == wanted) {
                // The wrong closing bracket: blame it, and take it for the right one unless that follows.
                self.push(MistakeKind::Unopened { bracket: c }, self.at - 1, self.at);
                let right = if open.bracket == '{' { '}' } else { ']' };
                if self.line().trim_start().starts_with(right) {
                    stack.push(open);
                }
                return stack.is_empty();
            }
            self.push(MistakeKind::Unclosed { bracket: open.bracket }, open.at, open.at + 1);
        }
        true
    }

    /// Inside brackets, after a closing one: a comma, another closing one, or a mistake.
    fn after_close(&mut self, stack: &mut [Open], opened: usize) {
        let rest = self.to_line_end();
        let lead = rest.len() - rest.trim_start_matches(' ').len();
        let Some(c) = rest[lead..].chars().next() else { return };
        let at = self.at + lead;
        if let Some(half) = half_width(c) {
            self.full_width(at, c);
            self.at = at + c.len_utf8();
            if half == ','
                && let Some(open) = stack.last_mut()
            {
                open.colon = false;
                open.value = self.at;
            }
        } else if !matches!(c, ',' | '}' | ']' | ':' | '#' | '\r' | '\t') {
            let end = at + rest[lead..].find([',', '}', ']']).unwrap_or(rest.trim_end().len() - lead);
            self.missing_quotes(opened, end, "以「[」或「{」开头的文字");
            self.at = end;
        }
    }

    /// A plain text inside brackets.
    fn flow_text(&mut self, stack: &mut [Open]) {
        let start = self.at;
        let rest = self.to_line_end();
        let plain = flow_plain(rest);
        let Some(open) = stack.last_mut() else { return };
        let in_map = open.bracket == '{';
        let item = &rest[..plain];
        let first = item.chars().next().unwrap_or(' ');
        if let Some(end) = parenthesised(rest) {
            self.at = start + end;
            let why = if rest[..end].contains(',') { "括号里有逗号" } else { "括号里有「: 」" };
            self.missing_quotes(start, self.at, why);
            return;
        }
        if matches!(first, '［' | '｛') {
            self.full_width(start, first);
            self.at = start + plain;
            return;
        }
        let value_place = !in_map || open.colon;
        if value_place && (matches!(first, '>' | '<') || item.starts_with("!=")) {
            self.at = start + plain;
            self.missing_quotes(start, start + item.trim_end().len(), "以 > < [ ! 等开头的文字");
            return;
        }
        self.at = start + plain.max(1);
        let colon_next = rest[plain..].starts_with(':');
        if in_map && !open.colon && !colon_next {
            if let Some(i) = item.find('：') {
                open.colon = true;
                self.full_width(start + i, '：');
            }
            return;
        }
        // A full-width comma is text, but not where a known field and its colon follow.
        for (i, _) in item.match_indices('，') {
            let after = &item[i + '，'.len_utf8()..];
            let word = after.split('：').next().unwrap_or_default().trim();
            let field_follows = if after.contains('：') { catalogue::is_word(word) } else { colon_next && open.colon };
            if value_place && in_map && field_follows {
                self.full_width(start + i, '，');
                if let Some(j) = after.find('：') {
                    self.full_width(start + i + '，'.len_utf8() + j, '：');
                }
                // What follows is the value of the field that was meant.
                if colon_next {
                    self.at += 1;
                }
                return;
            }
        }
        if first == '【' && in_map && open.colon && item.trim_end().ends_with('】') && item.contains('，') {
            self.full_width(start, first);
        }
    }

    /// A colon inside brackets: the one of the entry, or one too many.
    fn colon(&mut self, stack: &mut [Open]) {
        let Some(open) = stack.last_mut() else { return };
        let rest = self.to_line_end();
        let structured = rest.trim_start().starts_with(['{', '[']);
        if open.bracket == '{' && !open.colon {
            open.colon = true;
            open.value = self.at;
            return;
        }
        if structured && open.bracket == '[' {
            return;
        }
        let start = open.value;
        let end = self.at + rest.find([',', '}', ']']).unwrap_or(rest.trim_end().len());
        let lead = self.text[start..end].len() - self.text[start..end].trim_start().len();
        self.missing_quotes(start + lead, end, "文字里有「: 」");
        self.at = end;
    }

    /// Inside brackets at the start of a line: whether this line plainly belongs to the block outside of them.
    fn looks_like_block(&self, indent: usize) -> bool {
        let line = self.line();
        let here = line.len() - line.trim_start_matches(' ').len();
        let content = line[here..].trim_end();
        here <= indent
            && !content.is_empty()
            && !content.starts_with(['#', '}', ']', '"', '\''])
            && (content.starts_with("- ") || key_end(content).is_some() || content.contains('：'))
    }

    fn unclosed(&mut self, stack: &[Open]) {
        for open in stack {
            self.push(MistakeKind::Unclosed { bracket: open.bracket }, open.at, open.at + 1);
        }
    }

    /// A quoted text, whatever is in it.
    fn quoted(&mut self) {
        let start = self.at;
        let quote = self.peek().unwrap_or('\'');
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            if c == '\\' && quote == '"' {
                chars.next();
            } else if c == quote {
                if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') {
                    chars.next();
                } else {
                    self.at = start + 1 + i + 1;
                    return;
                }
            }
        }
        self.push(MistakeKind::Unclosed { bracket: quote }, start, start + 1);
        self.at = self.text.len();
    }

    /// Blanks before a value: spaces are right, tabs and full-width spaces are not.
    fn leading_blanks(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                ' ' => self.at += 1,
                '\t' => {
                    self.push(MistakeKind::Tab, self.at, self.at + 1);
                    self.at += 1;
                }
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
        self.push(MistakeKind::FullWidth { found, meant }, at, at + found.len_utf8());
    }

    fn missing_quotes(&mut self, start: usize, end: usize, why: &'static str) {
        let text = self.text[start..end].trim().to_owned();
        self.push(MistakeKind::MissingQuotes { text, why }, start, end);
    }

    fn push(&mut self, what: MistakeKind, start: usize, end: usize) {
        if self.found.len() < MAX_MISTAKES {
            self.found.push(Mistake::new(what, Span::new(start, end)));
        }
    }
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

/// How far a plain text inside brackets reaches on this line.
fn flow_plain(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    for (i, c) in rest.char_indices() {
        let ends = match c {
            ',' | '[' | ']' | '{' | '}' => true,
            ':' => matches!(bytes.get(i + 1), None | Some(b' ' | b'\r' | b'\t' | b',' | b'[' | b']' | b'{' | b'}')),
            '#' => i > 0 && matches!(bytes[i - 1], b' ' | b'\t'),
            _ => false,
        };
        if ends {
            return i;
        }
    }
    rest.trim_end_matches('\r').len()
}

/// The longest outcome that is looked for, in characters.
const LONGEST_OUTCOME: usize = 400;

/// The end of an item such as `延迟(2小时, 成功)` whose parentheses hold what would split it.
fn parenthesised(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut splits = false;
    let mut closed = None;
    for (i, c) in rest.char_indices().take(LONGEST_OUTCOME) {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    closed = Some(i + 1);
                }
            }
            ',' if depth > 0 => splits = true,
            ':' if depth > 0 && rest[i + 1..].starts_with(' ') => splits = true,
            ',' | ']' | '}' | '{' | '[' | '\'' | '"' => break,
            ':' if rest[i + 1..].starts_with(' ') => break,
            _ => {}
        }
    }
    closed.filter(|_| splits && depth == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes_and_words(text: &str) -> Vec<(&'static str, String)> {
        mistakes(text).iter().map(|m| (m.what.code(), text[m.span.start..m.span.end].to_owned())).collect()
    }

    #[test]
    fn full_width_marks_inside_texts_are_text() {
        for text in [
            "场景: 签约，然后：失败",
            "说明: 【注意】先签约\n  再：看结果，然后\n覆盖: [ACC-01]",
            "说明: |\n  编号：X\n  ［甲］\n编号: X",
            "步骤:\n  - 等待: {单: {状态: 数据审核成功，待核保}, 时限: 1天} # 注：是",
            "a: {提示: '，：［'}",
            "曾经:\n  - 银行.签约 拒绝(资料：不全)",
        ] {
            assert_eq!(codes_and_words(text), [], "{text}");
        }
    }

    #[test]
    fn full_width_marks_in_the_place_of_yaml_ones_are_found_where_they_stand() {
        let found =
            |text| codes_and_words(text).into_iter().map(|(code, word)| (code == "K5005", word)).collect::<Vec<_>>();
        let one = |word: &str| vec![(true, word.to_owned())];
        assert_eq!(found("编号：X"), one("："));
        assert_eq!(found("步骤:\n  - 协议签署：{银行: 中国银行}"), one("："));
        assert_eq!(found("步骤:\n  - 协议签署: {银行：中国银行, 记作: 甲}"), one("："));
        assert_eq!(found("步骤:\n  - 等待: {甲: {状态: 成功}，时限: 1天}"), one("，"));
        assert_eq!(found("步骤:\n  - 登录: {由: 法人卡，卡密码: 1}"), one("，"));
        assert_eq!(found("覆盖: ［ACC-01］"), one("［"));
        assert_eq!(found("覆盖: 【ACC-01】"), one("【"));
        assert_eq!(found("　编号: X"), one("\u{3000}"));
    }

    #[test]
    fn an_unclosed_bracket_is_found_where_it_opens_and_the_rest_is_still_read() {
        let text = "步骤:\n  - 协议签署: {银行: 中国银行\n  - 期望: {甲: {状态: 成功}\n标签: [甲\n";
        let spans: Vec<usize> = mistakes(text).iter().map(|m| m.span.start).collect();
        let opens = [text.find("{银行").unwrap(), text.find("{甲").unwrap(), text.find("[甲").unwrap()];
        assert_eq!(spans, opens);
    }

    #[test]
    fn forgotten_quotes_are_named_with_the_text_that_needs_them() {
        assert_eq!(
            codes_and_words("a: {银行.签约: [延迟(2小时, 同意), 同意]}"),
            [("K5008", "延迟(2小时, 同意)".to_owned())]
        );
        assert_eq!(
            codes_and_words("a: [同意(协议失效时间: 2026-03-10)]"),
            [("K5008", "同意(协议失效时间: 2026-03-10)".to_owned())]
        );
        assert_eq!(codes_and_words("a: {总数: >= 2}"), [("K5008", ">= 2".to_owned())]);
        assert_eq!(codes_and_words("说明: 甲: 乙"), [("K5008", "甲: 乙".to_owned())]);
        assert_eq!(codes_and_words("a: {提示: 甲: 乙, b: c}"), [("K5008", "甲: 乙".to_owned())]);
        assert_eq!(codes_and_words("a: ['延迟(2小时, 同意)', 同意(甲)]"), []);
    }
}
