//! A source text with what the scan found put right, so that one misplaced mark does not hide every later mistake.
//!
//! What is mended is for the parser alone: nobody sees it, and every place in it is known as a place of the source.
//! Invariant: a file that needed mending is refused in any case, whatever the mended text may mean.

use super::source::Span;

/// One change: what stands at `span` becomes `with`.
#[derive(Clone, Debug)]
pub(super) struct Mend {
    /// What is replaced; empty where something is put in.
    pub(super) span: Span,
    /// What stands there instead.
    pub(super) with: String,
}

/// A text for the parser.
#[derive(Clone, Debug)]
pub(super) struct Mended {
    /// The text.
    pub(super) text: String,
    /// For each of its characters, and for its end: the byte of the source.
    pub(super) bytes: Vec<usize>,
}

impl Mended {
    /// The source's own text, unchanged.
    pub(super) fn whole(text: &str) -> Self {
        let bytes = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        Self { text: text.to_owned(), bytes }
    }

    /// The text with changes made; `None` where two of them touch the same place.
    pub(super) fn of(text: &str, mut mends: Vec<Mend>) -> Option<Self> {
        if mends.is_empty() {
            return Some(Self::whole(text));
        }
        mends.sort_by_key(|m| (m.span.start, m.span.end));
        let mut mended = Self { text: String::new(), bytes: Vec::new() };
        let mut at = 0;
        for mend in mends {
            mended.keep(text, at, mend.span.start)?;
            mended.text.push_str(&mend.with);
            mended.bytes.extend(mend.with.chars().map(|_| mend.span.start));
            at = mend.span.end;
        }
        mended.keep(text, at, text.len())?;
        mended.bytes.push(text.len());
        Some(mended)
    }

    /// For each byte of the text, and for its end: the byte of the source.
    pub(super) fn source_bytes(&self) -> Vec<usize> {
        let mut table = Vec::with_capacity(self.text.len() + 1);
        for (c, byte) in self.text.chars().zip(&self.bytes) {
            table.extend(std::iter::repeat_n(*byte, c.len_utf8()));
        }
        table.extend(self.bytes.last());
        table
    }

    fn keep(&mut self, text: &str, from: usize, to: usize) -> Option<()> {
        let kept = text.get(from..to)?;
        self.text.push_str(kept);
        self.bytes.extend(kept.char_indices().map(|(i, _)| from + i));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(start: usize, end: usize, with: &str) -> Mend {
        Mend { span: Span::new(start, end), with: with.into() }
    }

    #[test]
    fn every_character_knows_where_it_came_from() {
        let mended = Mended::of("甲：乙", vec![mend(9, 9, "'"), mend(3, 6, ": "), mend(6, 6, "'")]).unwrap();
        assert_eq!(mended.text, "甲: '乙'");
        assert_eq!(mended.bytes, [0, 3, 3, 6, 6, 9, 9]);
        assert!(Mended::of("甲：乙", vec![mend(0, 6, "x"), mend(3, 6, ":")]).is_none());
    }
}
