//! Which cases of a suite a command means: tags, a filter, a shard.

use std::{fmt, str::FromStr};

use super::model::Case;

/// `--filter EXPR`: alternatives of conjunctions of terms, such as `标签=签约 & !超时 | 编号=AGR-01`.
///
/// A term is a text that must occur in id, title or file; or `key=text` with one of the keys 编号/id (occurs in),
/// 场景/title (occurs in), 文件/file (occurs in), 标签/tag (is one of), 覆盖/covers (is one of). `!` negates a term.
#[derive(Clone, Debug)]
pub struct Filter(Vec<Vec<Term>>);

#[derive(Clone, Debug)]
struct Term {
    key: Key,
    text: String,
    negated: bool,
}

#[derive(Clone, Copy, Debug)]
enum Key {
    Anywhere,
    Id,
    Title,
    File,
    Tag,
    Covers,
}

#[rustfmt::skip] // One key a line: this is a table.
const KEYS: &[(&str, Key)] = &[
    ("编号", Key::Id),     ("id", Key::Id),
    ("场景", Key::Title),  ("title", Key::Title),
    ("文件", Key::File),   ("file", Key::File),
    ("标签", Key::Tag),    ("tag", Key::Tag),
    ("覆盖", Key::Covers), ("covers", Key::Covers),
];

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((at, why)) = unbalanced(text) {
            return Err(format!("{why}\n{}", pointed(text, at)));
        }
        text.split('|').map(|all| all.split('&').map(Term::parse).collect()).collect::<Result<_, _>>().map(Self)
    }
}

impl Term {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest.trim()));
        let (key, text) = match text.split_once('=') {
            None => (Key::Anywhere, text),
            Some((key, rest)) => {
                let known = KEYS.iter().find(|(name, _)| *name == key.trim());
                let names: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
                let key =
                    known.ok_or_else(|| format!("没有「{}」这个键；可用的键：{}", key.trim(), names.join("、")))?;
                (key.1, rest.trim())
            }
        };
        if text.is_empty() {
            return Err("有一项是空的；可以写成 '标签=签约 & !超时'".to_owned());
        }
        Ok(Self { key, text: text.to_owned(), negated })
    }

    fn fits(&self, case: &Case) -> bool {
        let header = &case.scenario;
        let has = |whole: &str| whole.contains(&self.text);
        let fits = match self.key {
            Key::Anywhere => has(&case.id) || has(&header.title) || has(&header.file),
            Key::Id => has(&case.id),
            Key::Title => has(&header.title),
            Key::File => has(&header.file),
            Key::Tag => header.tags.contains(&self.text),
            Key::Covers => header.covers.contains(&self.text),
        };
        fits != self.negated
    }
}

impl Filter {
    /// Whether the case is meant.
    pub fn fits(&self, case: &Case) -> bool {
        self.0.iter().any(|all| all.iter().all(|term| term.fits(case)))
    }
}

/// The first bracket or quote of a filter without its counterpart: a row's `编号[键=值]` was cut, or a quote forgotten.
/// What stands in 编号 may hold parentheses of its own, so all three kinds are asked.
fn unbalanced(text: &str) -> Option<(usize, &'static str)> {
    const PAIRS: [(char, char); 3] = [('[', ']'), ('(', ')'), ('{', '}')];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (i, c) in text.char_indices() {
        if let Some((_, right)) = PAIRS.iter().find(|(left, _)| *left == c) {
            open.push((i, *right));
        } else if PAIRS.iter().any(|(_, right)| *right == c) && open.pop().is_none_or(|(_, right)| right != c) {
            return Some((i, "这个括号没有与它配对的左括号"));
        }
    }
    open.first().map(|(i, _)| (*i, "这个括号没有闭合"))
}

/// The filter with a caret under one place; what people see as wide takes two columns.
fn pointed(text: &str, at: usize) -> String {
    let wide = |c: char| !c.is_ascii();
    let before: usize = text[..at].chars().map(|c| 1 + usize::from(wide(c))).sum();
    format!("  {text}\n  {}^", " ".repeat(before))
}

/// `--shard I/N`: the I-th of N machines that share a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parsed {
            Some((index, count)) if 1 <= index && index <= count => Ok(Self { index, count }),
            _ => Err("应写成 I/N，1 <= I <= N，如 2/4".to_owned()),
        }
    }
}

/// As it was given.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Shard {
    /// Whether the case at this place of the whole selection is this machine's.
    pub fn has(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_a_suite_without_overlap() {
        let shards: Vec<Shard> = ["1/3", "2/3", "3/3"].iter().map(|s| s.parse().unwrap()).collect();
        for place in 0..20 {
            assert_eq!(shards.iter().filter(|s| s.has(place)).count(), 1);
        }
        for bad in ["0/3", "4/3", "3", "a/b", "1/0", "/"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_filter_says_what_is_wrong_with_it() {
        assert!("标签=签约 & !超时 | AGR".parse::<Filter>().is_ok());
        assert!("颜色=红".parse::<Filter>().unwrap_err().contains("颜色"));
        assert!("a &".parse::<Filter>().is_err());
        assert!("编号=A[原因=资料不全,次=1]".parse::<Filter>().is_ok());
        let unclosed = "编号=A[原因".parse::<Filter>().unwrap_err();
        assert_eq!(unclosed, "这个括号没有闭合\n  编号=A[原因\n        ^");
        assert!("A]".parse::<Filter>().unwrap_err().contains("左括号"));
    }
}
