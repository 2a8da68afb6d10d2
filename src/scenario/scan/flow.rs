//! Brackets: what stands inside of them, and what closes them.

use super::{
    MAX_DEPTH, MistakeKind, Open, Scan, begins_entry, catalogue, half_width, key_end, right_of, strip_comment,
};

impl Scan<'_> {
    /// Brackets, until the outermost closes, a line shows that it never will, or the text ends.
    pub(super) fn flow(&mut self, indent: usize) {
        let mut stack: Vec<Open> = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '{' | '[' => {
                    stack.push(Open { bracket: c, at: self.at, colon: false, value: self.at + 1 });
                    self.at += 1;
                    if stack.len() > MAX_DEPTH {
                        self.push(MistakeKind::TooDeep, self.at - 1, self.at);
                        self.hopeless = true;
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
                    self.empty_item();
                    if let Some(open) = stack.last_mut() {
                        open.colon = false;
                        open.value = self.at;
                    }
                }
                ':' => {
                    self.at += 1;
                    self.colon(&mut stack);
                }
                '"' | '\'' => {
                    self.quoted(stack.last().map(|open| open.bracket));
                    self.after_quote();
                }
                ' ' | '\r' => self.at += 1,
                '\t' => {
                    self.tab();
                }
                '*' if self.rest()[1..].starts_with(char::is_alphanumeric) => {
                    let length = 1 + self.rest()[1..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
                    self.alias(length.max(2));
                }
                '#' if self.text[..self.at].ends_with([' ', '\n', '\t']) => self.at = self.line_end(),
                '\n' => {
                    self.at += 1;
                    if self.looks_like_block(indent) {
                        self.at -= 1;
                        self.unclosed(&stack);
                        return;
                    }
                }
                _ => self.flow_text(&mut stack),
            }
        }
        self.unclosed(&stack);
    }

    /// Handles a closing bracket; true when the outermost is closed.
    pub(super) fn close(&mut self, stack: &mut Vec<Open>, c: char) -> bool {
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
                // One too many, if what follows closes all that is open; else it stands for the right one.
                let right = right_of(open.bracket);
                if self.closings_ahead() > stack.len() || self.line().trim_start().starts_with(right) {
                    self.push(MistakeKind::Unopened { bracket: c }, self.at - 1, self.at);
                    self.mend(self.at - 1, self.at, " ");
                    stack.push(open);
                    return false;
                }
                self.push(MistakeKind::Unclosed { bracket: open.bracket, commented: false }, open.at, open.at + 1);
                self.mend(self.at - 1, self.at, right.encode_utf8(&mut [0; 4]));
                return stack.is_empty();
            }
            self.push(MistakeKind::Unclosed { bracket: open.bracket, commented: false }, open.at, open.at + 1);
            self.mend(self.at - 1, self.at - 1, right_of(open.bracket).encode_utf8(&mut [0; 4]));
        }
        true
    }

    /// How many more brackets close than open on the rest of this line.
    pub(super) fn closings_ahead(&self) -> usize {
        let count = |marks: [char; 2]| self.line().matches(marks).count();
        count(['}', ']']).saturating_sub(count(['{', '[']))
    }

    /// Inside brackets, after a closing one: a comma, another closing one, or a mistake.
    pub(super) fn after_close(&mut self, stack: &mut [Open], opened: usize) {
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
            // A text that began before the bracket needs the quotes from there.
            let value = stack.last().map_or(opened, |open| open.value);
            let before = &self.text[value..opened];
            let opened =
                if before.contains(['\n', ',']) { opened } else { value + (before.len() - before.trim_start().len()) };
            self.missing_quotes(opened, end, "以「[」或「{」开头的文字");
            self.at = end;
        }
    }

    /// A plain text inside brackets.
    pub(super) fn flow_text(&mut self, stack: &mut [Open]) {
        let start = self.at;
        let rest = self.to_line_end();
        let plain = flow_plain(rest);
        let Some(open) = stack.last_mut() else { return };
        let in_map = open.bracket == '{';
        let item = &rest[..plain];
        let first = item.chars().next().unwrap_or(' ');
        if let Some(end) = parenthesised(rest) {
            if let Some(open) = item.chars().next().filter(|c| matches!(c, '“' | '‘')) {
                // Quotation marks of print around what needs real ones.
                let after = rest[end..].chars().next().filter(|c| matches!(c, '”' | '’')).map_or(0, char::len_utf8);
                self.push(MistakeKind::FullWidth { found: open, meant: '\'' }, start, start + open.len_utf8());
                self.mend(start, start + open.len_utf8(), "'");
                self.mend(start + end, start + end + after, "'");
                self.at = start + end + after;
                return;
            }
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
        if self.block_sign(start, item, rest[plain..].trim_start().starts_with('#') || plain == rest.len()) {
            return;
        }
        if value_place && (matches!(first, '>' | '<') || item.starts_with("!=")) {
            self.at = start + plain;
            self.missing_quotes(start, start + item.trim_end().len(), "以 > < [ ! 等开头的文字");
            return;
        }
        if item.ends_with('$')
            && rest[plain..].starts_with('{')
            && let Some(close) = rest[plain..].find('}')
        {
            let (from, to) = (start + plain - 1, start + plain + close + 1);
            let name = rest[plain + 1..plain + close].trim().to_owned();
            self.mend(from, to, &format!("${name}"));
            let found = self.text[from..to].to_owned();
            self.push(MistakeKind::BadForm { found, expected: "引用写 $名称，不加花括号" }, from, to);
            self.at = to;
            return;
        }
        if let Some(lead) = item.strip_suffix('\u{3000}').filter(|_| value_place) {
            let blanks = start + lead.trim_end_matches('\u{3000}').len();
            self.full_width(blanks, '\u{3000}');
        }
        if self.dressed(start, item, value_place) {
            self.at = start + plain;
            return;
        }
        self.at = start + plain.max(1);
        let colon_next = rest[plain..].starts_with(':');
        if in_map && !open.colon && !colon_next {
            if let Some(i) = item.find(':').filter(|i| !item[..*i].contains('：')) {
                open.colon = true;
                open.value = start + i + 1;
                self.missing_space(start + i);
                self.at = start + i + 1;
                return;
            }
            if let Some(i) = item.find('：') {
                open.colon = true;
                open.value = start + i + '：'.len_utf8();
                self.full_width(start + i, '：');
                // What follows may hold more of them.
                self.at = start + i + '：'.len_utf8();
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
                    let colon = start + i + '，'.len_utf8() + j;
                    self.full_width(colon, '：');
                    open.value = colon + '：'.len_utf8();
                    self.at = open.value;
                    return;
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

    /// The sign of a text of many lines, `|` or `>`, which has no meaning inside brackets though the parser takes it.
    fn block_sign(&mut self, start: usize, item: &str, ends_line: bool) -> bool {
        let sign = item.trim_end();
        let is_sign = sign.starts_with(['|', '>']) && sign[1..].chars().all(|c| matches!(c, '+' | '-' | '1'..='9'));
        if !is_sign || !ends_line {
            return false;
        }
        let end = start + sign.len();
        let what = format!("括号里不能用「{sign}」写多行文字；写成一行，或外面不用括号、一行一项");
        self.push(MistakeKind::Syntax { what }, start, end);
        self.mend(start, end, "");
        self.at = end;
        true
    }

    /// A value in quotation marks of print, “ ”: told where they hold what plain text cannot.
    pub(super) fn dressed(&mut self, start: usize, item: &str, value_place: bool) -> bool {
        let Some(open) = item.chars().next().filter(|c| matches!(c, '“' | '‘' | '＂' | '＇')) else {
            return false;
        };
        let whole = item.trim_end();
        let closed = whole.chars().count() > 2 && whole.ends_with(['”', '’', '＂', '＇']);
        if !value_place || !closed {
            return false;
        }
        let last = whole.chars().next_back().map_or(0, char::len_utf8);
        self.full_width(start, open);
        self.mends.pop();
        self.mend(start, start + open.len_utf8(), "'");
        self.mend(start + whole.len() - last, start + whole.len(), "'");
        true
    }

    /// A colon inside brackets: the one of the entry, or one too many.
    pub(super) fn colon(&mut self, stack: &mut [Open]) {
        let Some(open) = stack.last_mut() else { return };
        let rest = self.to_line_end();
        let structured = rest.trim_start().starts_with(['{', '[']);
        if open.bracket == '{' && !open.colon {
            open.colon = true;
            open.value = self.at;
            return;
        }
        if open.bracket == '[' {
            // A map in a list, which the tree judges where it should be a text.
            let key = self.text[open.value..self.at - 1].trim();
            if structured || catalogue::is_word(key) {
                return;
            }
        }
        if open.bracket == '{' && self.other_separator(open.value) {
            if let Some(open) = stack.last_mut() {
                open.value = self.at;
            }
            return;
        }
        let Some(open) = stack.last_mut() else { return };
        if open.bracket == '{'
            && let Some(end) = self.value_above(open.value)
        {
            open.value = self.at;
            self.push(MistakeKind::MissingComma, end, end);
            self.mend(end, end, ",");
            return;
        }
        let start = open.value;
        let end = self.at + rest.find([',', '}', ']']).unwrap_or(rest.trim_end().len());
        let lead = self.text[start..end].len() - self.text[start..end].trim_start().len();
        self.missing_quotes(start + lead, end, "文字里有「: 」");
        self.at = end;
    }

    /// Another mark, or only a blank, where a comma should stand before a known field.
    pub(super) fn other_separator(&mut self, from: usize) -> bool {
        let value = &self.text[from..self.at - 1];
        let word = value.trim_end().rsplit([';', '；', ' ', '\u{3000}']).next().unwrap_or_default();
        if !catalogue::is_word(word) || value.contains('\n') || word.len() == value.trim().len() {
            return false;
        }
        let word_at = from + value.trim_end().len() - word.len();
        let before = self.text[from..word_at].trim_end();
        match before.chars().last() {
            Some(mark @ (';' | '；')) => {
                let at = from + before.len() - mark.len_utf8();
                self.push(MistakeKind::FullWidth { found: mark, meant: ',' }, at, at + mark.len_utf8());
                self.mend(at, at + mark.len_utf8(), ",");
            }
            _ => {
                let at = from + before.len();
                self.push(MistakeKind::MissingComma, at, at);
                self.mend(at, at, ",");
            }
        }
        true
    }

    /// The end of the value that starts at `from`, where it ends on a line above and the key of a next entry follows.
    pub(super) fn value_above(&self, from: usize) -> Option<usize> {
        let line_end = self.text[from..self.at].rfind('\n').map(|i| from + i)?;
        self.written_end(from, line_end)
    }

    /// The end of what is written between two places, without comments and blank lines.
    pub(super) fn written_end(&self, from: usize, to: usize) -> Option<usize> {
        let mut end = to;
        while end > from {
            let start = self.text[from..end].rfind('\n').map_or(from, |i| from + i + 1);
            let line = strip_comment(&self.text[start..end]);
            if !line.trim().is_empty() {
                return Some(start + line.len());
            }
            end = start.saturating_sub(1).max(from);
        }
        None
    }

    /// Inside brackets at the start of a line: whether this line plainly belongs to the block outside of them.
    pub(super) fn looks_like_block(&self, indent: usize) -> bool {
        let line = self.line();
        let here = line.len() - line.trim_start_matches(' ').len();
        let content = line[here..].trim_end();
        here <= indent
            && !content.is_empty()
            && !content.starts_with(['#', '}', ']', '"', '\''])
            && (content.starts_with("- ") || key_end(content).is_some() || content.contains('：'))
    }

    pub(super) fn unclosed(&mut self, stack: &[Open]) {
        if self.limit_tells(stack) {
            return;
        }
        // They are closed, for the parser, after the last thing that is written.
        let from = stack.first().map_or(0, |open| open.at);
        let end = self.written_end(from, self.at).unwrap_or(self.at);
        let commented = |open: &Open| {
            let line =
                &self.text[open.at..open.at + self.text[open.at..].find('\n').unwrap_or(self.text.len() - open.at)];
            line[strip_comment(line).len()..].contains(right_of(open.bracket))
        };
        let hidden: Vec<bool> = stack.iter().map(commented).collect();
        for (open, commented) in stack.iter().zip(hidden) {
            self.push(MistakeKind::Unclosed { bracket: open.bracket, commented }, open.at, open.at + 1);
        }
        for open in stack.iter().rev() {
            self.mend(end, end, right_of(open.bracket).encode_utf8(&mut [0; 4]));
        }
    }

    /// In `等待: {旧: {状态: 失败, 时限: 1天}` one closing bracket is missing, and the outer one is what stays open. But 时限 is
    /// never a field of a record: the inner one was to close before it. Told there, if that is how it is.
    fn limit_tells(&mut self, stack: &[Open]) -> bool {
        const LIMIT: &str = "时限";
        let [outer] = stack else { return false };
        let line = self.text[..outer.at].rfind('\n').map_or(0, |i| i + 1);
        let written = &self.text[outer.at..self.at];
        if outer.bracket != '{'
            || !self.text[line..outer.at].trim_end().ends_with("等待:")
            || written.contains(['\'', '"'])
        {
            return false;
        }
        let Some(before) = written.rfind(LIMIT).map(|i| written[..i].trim_end()) else { return false };
        let depth = |text: &str| text.matches('{').count().saturating_sub(text.matches('}').count());
        let (Some(inner), 2) = (before.rfind('{'), depth(before)) else { return false };
        let Some(subject) = before.strip_suffix(',') else { return false };
        let (at, end) = (outer.at + inner, outer.at + subject.len());
        self.push(MistakeKind::Unclosed { bracket: '{', commented: false }, at, at + 1);
        self.mend(end, end, "}");
        true
    }

    /// A quoted text, whatever is in it; `within` is the bracket around it.
    pub(super) fn quoted(&mut self, within: Option<char>) {
        let start = self.at;
        let quote = self.peek().unwrap_or('\'');
        let mut chars = self.text[start + 1..].char_indices().peekable();
        let mut line_over = false;
        while let Some((i, c)) = chars.next() {
            line_over |= c == '\n';
            // A line that plainly begins a key or a step belongs to no text: the quote was to close above.
            if c == '\n' && begins_entry(&self.text[start + 1 + i + 1..]) {
                break;
            }
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
        self.push(MistakeKind::Unclosed { bracket: quote, commented: false }, start, start + 1);
        let line = self.to_line_end();
        if line.len() < 2 && !line_over {
            self.hopeless = true;
            self.at = self.text.len();
            return;
        }
        let end = start + 1 + within.map_or(strip_comment(&line[1..]).len(), |_| flow_item_end(&line[1..]));
        self.mend(end, end, quote.encode_utf8(&mut [0; 4]));
        self.at = end;
    }

    /// Inside brackets, after a quoted text: more text is a mistake.
    pub(super) fn after_quote(&mut self) {
        let rest = self.to_line_end();
        let lead = rest.len() - rest.trim_start_matches(' ').len();
        let Some(c) = rest[lead..].chars().next() else { return };
        if matches!(c, ',' | '}' | ']' | ':' | '#' | '\r' | '\t' | '"' | '\'') || half_width(c).is_some() {
            return;
        }
        let start = self.at + lead;
        let end = start + rest[lead..].find([',', '}', ']']).unwrap_or(rest[lead..].trim_end().len());
        let what = "引号已经闭合，后面不能再有文字；要么去掉引号，要么把整段放进引号".to_owned();
        self.push(MistakeKind::Syntax { what }, start, end);
        self.mend(start, end, "");
        self.at = end;
    }

    /// Inside brackets, after a comma: another comma has nothing before it.
    pub(super) fn empty_item(&mut self) {
        let rest = self.to_line_end();
        let lead = rest.len() - rest.trim_start_matches(' ').len();
        if rest[lead..].starts_with(',') {
            let at = self.at + lead;
            self.push(MistakeKind::Syntax { what: "两个逗号之间没有内容".into() }, at, at + 1);
            self.mend(at, at + 1, " ");
            self.at = at + 1;
        }
    }
}

/// How far an item inside brackets reaches that lost its closing quote: commas in parentheses belong to it.
fn flow_item_end(line: &str) -> usize {
    let mut depth = 0usize;
    for (i, c) in line.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | '}' | ']' if depth == 0 => return i,
            _ => {}
        }
    }
    line.trim_end().len()
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
/// The deepest: one more than can be nested, so that what is too deep is told as that.
const DEEPEST_OUTCOME: usize = 10;

/// The end of an item such as `延迟(2小时, 成功)` whose parentheses hold what would split it.
fn parenthesised(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut splits = false;
    let mut closed = None;
    for (i, c) in rest.char_indices().take(LONGEST_OUTCOME) {
        match c {
            // Without this a text of parentheses would be looked through anew from each of them.
            '(' if depth == DEEPEST_OUTCOME => return None,
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
