//! Mistakes of whole lines: marks of a merge, other signs for a list's item, items that stand too far left or right.
//!
//! The parser would report these somewhere below, or as something else.

use super::{Scan, catalogue, key_end};
use crate::scenario::mistake::MistakeKind;

/// The block of a top key whose value is a list of verbs or faults.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// How far its items are indented, once one was seen.
    items: Option<usize>,
}

/// Signs that editors and word processors put before an item, for `-`.
const BULLETS: [char; 10] = ['－', '—', '–', '−', '•', '●', '·', '・', '◦', '*'];

impl Scan<'_> {
    /// Looks at a line's start; true where the line is done with.
    pub(super) fn line_start(&mut self, indent: usize, text_above: Option<(usize, bool)>) -> bool {
        let line = self.line();
        let content = line[indent..].trim_end();
        let start = self.at + indent;
        if indent == 0 && self.conflict(content) {
            return true;
        }
        let key = key_end(content).map(|end| content[..end].trim());
        if indent > 0
            && text_above == Some((0, false))
            && key.is_some_and(|k| catalogue::TOP_KEYS.iter().any(|t| t.name == k))
        {
            self.bad_indent(indent, 0);
            return false;
        }
        if let Some((deeper_than, block)) = text_above
            && indent > deeper_than
            && (block || !content.starts_with(BULLETS))
        {
            return false;
        }
        if content.starts_with("//") {
            let what = "注释以「#」开头，不是「//」".to_owned();
            self.push(MistakeKind::Syntax { what }, start, start + 2);
            self.mend(start, start + 2, "#");
            return true;
        }
        if indent == 0 && key.is_some() {
            let list = matches!(key, Some("步骤" | "故障")) && content.ends_with(':');
            self.section = list.then_some(Section { items: None });
            return false;
        }
        self.item(content, indent)
    }

    /// The start of an item of 步骤 or 故障, if it is one.
    fn item(&mut self, content: &str, indent: usize) -> bool {
        let start = self.at + indent;
        let mut chars = content.chars();
        let (first, second) = (chars.next().unwrap_or(' '), chars.next().unwrap_or(' '));
        if BULLETS.contains(&first)
            && (second == ' ' || !matches!(first, '*' | '·'))
            && self.is_act(&content[first.len_utf8()..])
        {
            self.push(MistakeKind::FullWidth { found: first, meant: '-' }, start, start + first.len_utf8());
            self.mend(start, start + first.len_utf8(), if second == ' ' { "-" } else { "- " });
            return true;
        }
        if first == '-' && !matches!(second, ' ' | '-' | '0'..='9') {
            self.push(MistakeKind::MissingSpace { mark: '-' }, start, start + 1);
            self.mend(start + 1, start + 1, " ");
            return true;
        }
        let number = content.len() - content.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if number > 0 && self.is_act(content[number..].trim_start_matches(['.', '、', ')', '．', '）'])) {
            let end = start + content.find(|c: char| c.is_alphabetic()).unwrap_or(number);
            let written = content[..end - start].trim_end().len();
            self.push(MistakeKind::Syntax { what: "步骤前面写「- 」，不写序号".into() }, start, start + written);
            self.mend(start, end, "- ");
            return true;
        }
        let Some(section) = self.section else { return false };
        let dashed = content.strip_prefix("- ");
        if !self.is_act(dashed.unwrap_or(content)) || indent == 0 {
            return false;
        }
        match section.items {
            None => self.section = Some(Section { items: Some(indent) }),
            Some(items) if dashed.is_some() && items != indent => {
                self.bad_indent(indent, items);
                return false;
            }
            Some(items) if indent > items => return false,
            Some(_) => {}
        }
        if dashed.is_none() {
            let end = start + key_end(content).unwrap_or(content.len());
            self.push(MistakeKind::MissingDash, start, end);
            self.mend(start, start, "- ");
        }
        false
    }

    /// Whether a line goes on with a verb or a fault and its colon.
    fn is_act(&self, rest: &str) -> bool {
        let rest = rest.trim_start();
        let word = rest.split([':', '：']).next().unwrap_or_default().trim();
        rest.len() > word.len() && (catalogue::verb_named(word).is_some() || catalogue::fault_named(word).is_some())
    }

    fn bad_indent(&mut self, found: usize, expected: usize) {
        let start = self.at;
        let first = self.text[start + found..].chars().next().map_or(0, char::len_utf8);
        self.push(MistakeKind::BadIndent { found, expected }, start + found, start + found + first);
        self.mend(start, start + found, &" ".repeat(expected));
    }

    /// A mark that a merge left. Of two sides the first is read on.
    fn conflict(&mut self, content: &str) -> bool {
        let marked = |line: &str| ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|m| line.starts_with(m));
        if !marked(content) {
            return false;
        }
        let start = self.at;
        let rest = &self.text[start..];
        let ours = content.starts_with("<<<<<<<");
        let end = rest.find("\n>>>>>>>").filter(|_| ours).map(|i| start + i + 1);
        let until = end.map(|end| self.text[..end].matches('\n').count() + 1);
        self.push(MistakeKind::MergeConflict { until }, start, start + content.len());
        self.mend(start, start + content.len(), "");
        if let Some(end) = end {
            let other =
                ["\n|||||||", "\n======="].iter().filter_map(|m| rest.find(m)).min().map_or(end, |i| start + i + 1);
            let last = self.text[end..].find('\n').map_or(self.text.len(), |i| end + i);
            if other <= last {
                self.mend(other, last, "");
                self.skipped = Some((other, last));
            }
        }
        true
    }
}
