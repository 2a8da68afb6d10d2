//! A YAML document as a tree of texts with their places: the little of YAML that scenario files may use.
//!
//! Every scalar keeps its source text (`2.30` stays `2.30`). Anchors, aliases, tags, merge keys, further documents and
//! more than [`MAX_DEPTH`] levels are refused, duplicate keys name both places. Invariant: building and dropping a tree
//! recurses no deeper than [`MAX_DEPTH`], whatever the input.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as ParserSpan};

use super::{
    mend::Mended,
    mistake::{MAX_MISTAKES, Mistake, MistakeKind},
    source::{Source, Span},
};

/// How deep lists and maps may nest.
pub const MAX_DEPTH: usize = 16;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub kind: NodeKind,
    /// Where.
    pub span: Span,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A text.
    Scalar {
        /// As written, or as the quotes mean it.
        text: String,
        /// Whether it was written plain, without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map, in file order; every key once.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where.
    pub span: Span,
}

impl Node {
    /// The word for its kind, for people.
    pub fn shape(&self) -> &'static str {
        match &self.kind {
            NodeKind::Scalar { text, plain: true } if text.is_empty() => "空的",
            NodeKind::Scalar { .. } => "文字",
            NodeKind::List(_) => "列表",
            NodeKind::Map(_) => "映射",
        }
    }

    /// Whether nothing is written there.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, plain: true } if text.is_empty())
    }
}

/// Parses one document: the tree, if the text is one, and every mistake; after the first of the parser's own there are
/// no more. The tree is there in spite of mistakes that leave the rest of it good, such as a key twice.
pub fn parse(source: &Source, mended: &Mended) -> (Option<Node>, Vec<Mistake>) {
    let mut builder = Builder { offsets: &mended.bytes, source, stack: Vec::new(), root: None, found: vec![] };
    let mut documents = 0;
    for event in Parser::new_from_str(&mended.text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let mistake = builder.syntax(&error);
                builder.found.push(mistake);
                break;
            }
        };
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                let at = builder.span(span);
                builder.forbid("多个文档（---）", at);
                break;
            }
        }
        if !builder.take(event, span) || builder.found.len() >= MAX_MISTAKES {
            break;
        }
    }
    let root = builder.root.filter(|node| !node.is_nothing());
    if root.is_none() && builder.found.is_empty() {
        builder.found.push(Mistake::new(MistakeKind::EmptyFile, Span::default()));
    }
    (root, builder.found)
}

enum Frame {
    List {
        items: Vec<Node>,
        start: usize,
    },
    /// A key that is refused keeps its place as `Some(None)` until its value has come, and is then left out.
    Map {
        entries: Vec<(Key, Node)>,
        seen: BTreeMap<String, Span>,
        key: Option<Option<Key>>,
        start: usize,
    },
}

struct Builder<'s> {
    source: &'s Source,
    /// For each character of the text that is parsed, and its end: the byte of the source.
    offsets: &'s [usize],
    stack: Vec<Frame>,
    root: Option<Node>,
    found: Vec<Mistake>,
}

impl Builder<'_> {
    /// Takes one event; false when there is no point in going on.
    fn take(&mut self, event: Event<'_>, at: ParserSpan) -> bool {
        let span = self.span(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                let plain = style == ScalarStyle::Plain;
                // The parser writes `~` for a value that is not there.
                let text = if plain && span.start == span.end { String::new() } else { text.into_owned() };
                self.add(Node { kind: NodeKind::Scalar { text, plain }, span: self.trimmed(span) });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.stack.push(Frame::List { items: Vec::new(), start: span.start });
                return self.shallow(span);
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                let frame = Frame::Map { entries: vec![], seen: BTreeMap::new(), key: None, start: span.start };
                self.stack.push(frame);
                return self.shallow(span);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(node) = self.stack.pop().map(|frame| finished(frame, span.end)) {
                    let span = self.trimmed(node.span);
                    self.add(Node { span, ..node });
                }
            }
            Event::Alias(_) => {
                self.forbid("别名（*）", span);
                self.add(Node { kind: NodeKind::Scalar { text: "*".into(), plain: true }, span });
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
        true
    }

    fn shallow(&mut self, span: Span) -> bool {
        let fits = self.stack.len() <= MAX_DEPTH;
        if !fits {
            self.found.push(Mistake::new(MistakeKind::TooDeep, Span::new(span.start, span.start + 1)));
        }
        fits
    }

    fn refuse_extras(&mut self, anchor: usize, tag: bool, span: Span) {
        if anchor == 0 && !tag {
            return;
        }
        // The parser's span begins after the anchor or tag: look back on the line for the very word.
        let line_start = self.source.text[..span.start].rfind('\n').map_or(0, |i| i + 1);
        let before = &self.source.text[line_start..span.start];
        let (mark, what) = if tag { ('!', "标签（!）") } else { ('&', "锚点（&）") };
        let written = self.source.slice(span);
        let here = match before.rfind(mark) {
            _ if written.starts_with(mark) => {
                let length = written.find(char::is_whitespace).unwrap_or(written.len());
                Span::new(span.start, span.start + length)
            }
            Some(i) => {
                let start = line_start + i;
                let length = self.source.text[start..].find(char::is_whitespace).unwrap_or(1);
                Span::new(start, start + length)
            }
            None => self.trimmed(span),
        };
        self.forbid(what, here);
    }

    fn forbid(&mut self, what: &'static str, span: Span) {
        self.found.push(Mistake::new(MistakeKind::Forbidden { what }, span));
    }

    fn add(&mut self, node: Node) {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::List { items, .. }) => items.push(node),
            Some(Frame::Map { entries, seen, key, .. }) => match key.take() {
                Some(Some(key)) => entries.push((key, node)),
                Some(None) => {}
                None => {
                    let refused = match node.kind {
                        NodeKind::List(_) | NodeKind::Map(_) => {
                            MistakeKind::Forbidden { what: "列表或映射作键" }
                        }
                        NodeKind::Scalar { text, .. } if text == "<<" => {
                            MistakeKind::Forbidden { what: "合并键（<<）" }
                        }
                        NodeKind::Scalar { text, .. } => match seen.get(&text) {
                            Some(first) => MistakeKind::DuplicateKey { key: text, first: *first },
                            None => {
                                seen.insert(text.clone(), node.span);
                                *key = Some(Some(Key { text, span: node.span }));
                                return;
                            }
                        },
                    };
                    self.found.push(Mistake::new(refused, node.span));
                    *key = Some(None);
                }
            },
        }
    }

    fn span(&self, at: ParserSpan) -> Span {
        let last = self.offsets.len() - 1;
        let byte = |index: usize| self.offsets[index.min(last)];
        let start = byte(at.start.index());
        Span::new(start, byte(at.end.index()).max(start))
    }

    /// Without the blanks and comments that a parser counts in at the end.
    fn trimmed(&self, span: Span) -> Span {
        let length = self.source.slice(span).trim_end().len();
        Span::new(span.start, span.start + length)
    }

    fn syntax(&self, error: &ScanError) -> Mistake {
        let index = error.marker().index().min(self.offsets.len() - 1);
        let mut start = self.offsets[index];
        // At the end of a line or file nothing can be underlined: point at the last thing written.
        let text = &self.source.text;
        if text[start..].starts_with(['\n', '\r']) || start == text.len() {
            start = text[..start].trim_end().char_indices().last().map_or(0, |(i, _)| i);
        }
        let length = text[start..].chars().next().map_or(0, char::len_utf8);
        Mistake::new(MistakeKind::Syntax { what: in_chinese(error.info()).into() }, Span::new(start, start + length))
    }
}

fn finished(frame: Frame, end: usize) -> Node {
    match frame {
        Frame::List { items, start } => {
            let end = items.last().map_or(end, |n| n.span.end.max(end));
            Node { kind: NodeKind::List(items), span: Span::new(start, end.max(start)) }
        }
        Frame::Map { entries, start, .. } => {
            let end = entries.last().map_or(end, |(_, n)| n.span.end.max(end));
            Node { kind: NodeKind::Map(entries), span: Span::new(start, end.max(start)) }
        }
    }
}

/// The parser speaks English; people get the gist.
fn in_chinese(info: &str) -> &'static str {
    const WORDS: &[(&str, &str)] = &[
        ("mapping values are not allowed", "这里不能再有「: 」：缩进不对，或文字没有加引号"),
        ("did not find expected key", "缩进或标点有误，这里应是「键: 值」"),
        ("did not find expected '-'", "缩进有误，这里应是「- 」"),
        ("did not find expected ',' or", "括号里缺少逗号，或没有闭合"),
        ("block collection", "缩进有误"),
        ("block sequence", "「- 」在这里不能用"),
        ("simple key", "这里应是「键: 值」，冒号后要有空格"),
        ("invalid indentation", "缩进有误"),
        ("wrongly indented", "缩进有误"),
        ("escape", "双引号里的反斜杠用法有误，可改用单引号"),
        ("quoted scalar", "引号里的文字写得不对"),
        ("block scalar", "「|」或「>」后面只能换行，文字里的要加引号"),
        ("cannot start any token", "这个符号不能开头，文字要加引号"),
        ("unexpected character", "这个符号不能开头，文字要加引号"),
        ("document", "文件里只能有一个文档"),
    ];
    WORDS
        .iter()
        .find(|(english, _)| info.contains(english))
        .map_or("这里的标点或缩进不对", |(_, chinese)| chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Result<Node, Vec<Mistake>> {
        let source = Source::new("x", text.as_bytes()).unwrap();
        match parse(&source, &Mended::whole(text)) {
            (Some(node), found) if found.is_empty() => Ok(node),
            (_, found) => Err(found),
        }
    }

    #[test]
    fn texts_keep_what_was_written() {
        let Node { kind: NodeKind::Map(entries), .. } = tree("a: 2.30\nb: 007\nc: 0x10\nd: ~\ne: '是'\nf:\n").unwrap()
        else {
            panic!("a map")
        };
        let texts: Vec<String> = entries
            .iter()
            .map(|(_, n)| match &n.kind {
                NodeKind::Scalar { text, .. } => text.clone(),
                NodeKind::List(_) | NodeKind::Map(_) => panic!("a text"),
            })
            .collect();
        assert_eq!(texts, ["2.30", "007", "0x10", "~", "是", ""]);
    }

    #[test]
    fn sixteen_levels_are_read_and_seventeen_are_not() {
        let nested = |n: usize| format!("{}甲{}", "[".repeat(n), "]".repeat(n));
        assert!(tree(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(tree(&nested(MAX_DEPTH + 1)).unwrap_err()[0].what, MistakeKind::TooDeep);
        assert_eq!(tree(&"- ".repeat(100_000)).unwrap_err()[0].what, MistakeKind::TooDeep);
    }

    #[test]
    fn spans_are_the_very_words() {
        let text = "步骤:\n  - 协议签署: {银行: 中国银行 , 记作: '协议'} # 注\n";
        let source = Source::new("x", text.as_bytes()).unwrap();
        let mut words = Vec::new();
        collect(&tree(text).unwrap(), &source, &mut words);
        assert_eq!(words, ["步骤", "协议签署", "银行", "中国银行", "记作", "'协议'"]);
    }

    fn collect(node: &Node, source: &Source, words: &mut Vec<String>) {
        match &node.kind {
            NodeKind::Scalar { .. } => words.push(source.slice(node.span).into()),
            NodeKind::List(items) => items.iter().for_each(|n| collect(n, source, words)),
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    words.push(source.slice(key.span).into());
                    collect(value, source, words);
                }
            }
        }
    }
}
