//! The text of one scenario file, and positions in it.
//!
//! Everything later speaks in [`Span`]s, byte ranges of this text; lines and columns (from 1, in characters) are worked
//! out here alone. Invariant: a text that is kept here is UTF-8 and within the limit, and no position panics.

use std::ops::Range;

use super::{
    mistake::{Mistake, MistakeKind},
    model::Place,
};

/// The most bytes that a scenario file may have.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

/// A range of bytes in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From its ends.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A file's path and text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path, as it was given.
    pub file: String,
    /// The text, without a byte order mark.
    pub text: String,
}

impl Source {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// The source with a mistake in it, where the bytes are no UTF-8 or too many; the text is then only good for
    /// showing where.
    pub fn new(file: &str, bytes: &[u8]) -> Result<Self, Box<(Self, Mistake)>> {
        let refused = |text: &str, what, span| {
            let source = Self { file: file.into(), text: text.into() };
            Err(Box::new((source, Mistake::new(what, span))))
        };
        if bytes.len() > MAX_FILE_BYTES {
            return refused("", MistakeKind::TooLarge, Span::default());
        }
        // Only now: whoever hands in no more than one byte too many must still be found out.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { file: file.into(), text: text.into() }),
            Err(error) => {
                let at = error.valid_up_to();
                // Every byte that was good keeps its place, so the position stays right in the mended text.
                let text = String::from_utf8_lossy(bytes);
                let like = looks_like(bytes).filter(|like| *like != "GBK" || bytes[..at].is_ascii());
                if like.is_some_and(|l| l != "GBK") {
                    // Of such a text nothing that is shown would say anything.
                    return refused("", MistakeKind::NotUtf8 { like }, Span::default());
                }
                refused(&text, MistakeKind::NotUtf8 { like }, Span::new(at, at + '\u{FFFD}'.len_utf8()))
            }
        }
    }

    /// Line and column of a byte, from 1, the column in characters.
    pub fn place(&self, byte: usize) -> Place {
        let before = self.before(byte);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }

    /// The range to underline: never empty where something is there, and on one line.
    pub fn underline(&self, span: Span) -> Range<usize> {
        let start = self.before(span.start).len();
        let end = self.before(span.end.max(start)).len();
        let text = &self.text[start..end];
        let first = text.lines().next().unwrap_or_default().trim_end();
        start..start + first.len()
    }

    /// The text of a span; empty where it lies outside.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The text up to `byte`, or to the nearest character boundary before it.
    fn before(&self, byte: usize) -> &str {
        let mut at = byte.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        &self.text[..at]
    }
}

/// What a file that is no UTF-8 probably is.
fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: &[(&[u8], &str)] = &[
        (b"\xFF\xFE", "UTF-16"),
        (b"\xFE\xFF", "UTF-16"),
        (b"PK\x03\x04", "Excel、Word 文档或压缩包，不是文本"),
        (b"\xD0\xCF\x11\xE0", "旧的 Excel 或 Word 文档，不是文本"),
        (b"%PDF", "PDF，不是文本"),
        (b"\x89PNG", "图片，不是文本"),
    ];
    if let Some((_, like)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(like);
    }
    if bytes.contains(&0) {
        return Some("二进制文件，不是文本");
    }
    // GBK: every byte above ASCII begins a pair.
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (0..=0x7F, _) => tail,
            (0x81..=0xFE, [0x40..=0x7E | 0x80..=0xFE, after @ ..]) => after,
            _ => return None,
        };
    }
    Some("GBK")
}

/// Lookups of many positions of one source, each quick even where a line is very long.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The byte at which each line starts.
    starts: Vec<usize>,
    /// Every [`STRIDE`] characters: the byte at which that character starts.
    marks: Vec<usize>,
}

/// Characters between two marks.
const STRIDE: usize = 256;

impl Lines {
    /// Of a source.
    pub fn of(source: &Source) -> Self {
        let starts = std::iter::once(0).chain(source.text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        let marks = source.text.char_indices().step_by(STRIDE).map(|(i, _)| i).collect();
        Self { starts, marks }
    }

    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|s| *s <= byte).max(1)
    }

    /// Line and column of a byte, from 1, the column in characters.
    pub fn place(&self, source: &Source, byte: usize) -> Place {
        let line = self.line(byte);
        let before_line = self.characters(source, self.starts[line - 1]);
        Place { line, column: self.characters(source, byte) - before_line + 1 }
    }

    /// How many characters lie before a byte.
    fn characters(&self, source: &Source, byte: usize) -> usize {
        let mark = self.marks.partition_point(|m| *m <= byte).saturating_sub(1);
        let from = self.marks.get(mark).copied().unwrap_or(0);
        mark * STRIDE + source.slice(Span::new(from, byte)).chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_agree_both_ways() {
        let source = Source::new("x", "甲乙: 丙\n  丁".as_bytes()).unwrap();
        let at = source.text.find('丙').unwrap();
        assert_eq!(source.place(at), Place { line: 1, column: 5 });
        let ding = source.text.find('丁').unwrap();
        assert_eq!(source.place(ding), Place { line: 2, column: 3 });
        let long = Source::new("x", format!("甲\n{}", "乙b: ".repeat(300)).as_bytes()).unwrap();
        for (byte, _) in long.text.char_indices() {
            assert_eq!(Lines::of(&long).place(&long, byte), long.place(byte));
        }
        let lines = Lines::of(&source);
        for (byte, _) in source.text.char_indices() {
            assert_eq!(lines.place(&source, byte), source.place(byte));
        }
    }

    #[test]
    fn a_file_of_one_mebibyte_is_read_and_one_byte_more_is_not() {
        assert!(Source::new("x", &vec![b'#'; MAX_FILE_BYTES]).is_ok());
        assert!(Source::new("x", &vec![b'#'; MAX_FILE_BYTES + 1]).is_err());
    }
}
