//! Mistakes drawn for people: code, sentence, file:line:col, the line, a caret under the very word, what was meant.
//!
//! The only place that draws. Lines and columns count from 1, columns in characters; wide characters are underlined
//! in full. Nothing here decides what is a mistake.

use std::{fmt::Write, ops::Range};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};

use super::{
    mistake::{MAX_MISTAKES, Mistake, MistakeKind},
    source::{Lines, Source, Span},
};

/// So many mistakes of one file are drawn; the others are counted.
pub const MAX_TOLD: usize = 100;

/// A line with more bytes is drawn in part: the library looks at all that it is given, for every mistake anew.
const LONG_LINE: usize = 4000;
/// So many bytes of a long line, on both sides of what is wrong. More than fits any terminal.
const AROUND: usize = 1000;
/// Two places of one mistake that are further apart, in bytes, are not drawn together.
const FAR_APART: usize = 128 * 1024;

/// Draws mistakes of one file, in file order, each followed by an empty line. `colour` is for terminals.
pub fn render(source: &Source, mistakes: &[Mistake], colour: bool) -> String {
    let mut drawn = String::new();
    if mistakes.is_empty() {
        return drawn;
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let lines = Lines::of(source);
    for mistake in &mistakes[..mistakes.len().min(MAX_TOLD)] {
        for line in renderer.render(&[draw(source, &lines, mistake)]).lines().filter(|line| !is_empty_origin(line)) {
            drawn.push_str(line);
            drawn.push('\n');
        }
        drawn.push('\n');
    }
    let more = mistakes.len().saturating_sub(MAX_TOLD);
    if more > 0 {
        let least = if mistakes.len() >= MAX_MISTAKES { "至少" } else { "" };
        // Writing into a String cannot fail.
        let _ = writeln!(drawn, "{}：只列出前 {MAX_TOLD} 处，还有{least} {more} 处\n", source.file);
    }
    drawn
}

/// The library sets a part of a line apart from the place that is told before it by a sign without a name.
fn is_empty_origin(line: &str) -> bool {
    // In colour the sign has its codes around it.
    line.contains("::: ") && line.is_ascii() && !line.contains(['/', '.', '|'])
}

/// A place to underline, and what is said to it.
struct Mark {
    kind: AnnotationKind,
    range: Range<usize>,
    label: Option<&'static str>,
}

impl Mark {
    /// As an annotation of the text that begins at `from`.
    fn within(&self, from: usize) -> Annotation<'static> {
        let annotation = self.kind.span(self.range.start - from..self.range.end - from);
        match self.label {
            Some(label) => annotation.label(label),
            None => annotation,
        }
    }
}

fn draw<'s>(source: &'s Source, lines: &Lines, mistake: &Mistake) -> Group<'s> {
    let level =
        if mistake.what.is_warning() { Level::WARNING.with_name("警告") } else { Level::ERROR.with_name("错误") };
    let title = level.primary_title(mistake.what.to_string()).id(mistake.what.code());
    let primary = Mark { kind: AnnotationKind::Primary, range: source.underline(mistake.span), label: None };
    let mut marks = vec![primary];
    let used = mistake.used.map(|span| (span, "用在这里"));
    for (span, label) in used.into_iter().chain(context(&mistake.what)) {
        marks.push(Mark { kind: AnnotationKind::Context, range: source.underline(span), label: Some(label) });
    }
    let mut group = snippet(Group::with_title(title), source, lines, &marks);
    for advice in mistake.what.advice() {
        group = group.element(Level::HELP.with_name("提示").message(advice));
    }
    group
}

/// The lines of some marks, the first of which is what is wrong. Where they are too long only as much as can be seen.
fn snippet<'s>(group: Group<'s>, source: &'s Source, lines: &Lines, marks: &[Mark]) -> Group<'s> {
    let primary = &marks[0].range;
    let text = source.text.as_str();
    let whole_lines = |from: usize, to: usize| {
        let from = text[..from].rfind('\n').map_or(0, |i| i + 1);
        from..text[to..].find('\n').map_or(text.len(), |i| to + i)
    };
    let line = whole_lines(primary.start, primary.end);
    let place = lines.place(source, primary.start);
    if line.len() > LONG_LINE {
        let to = text.floor_char_boundary(primary.end.min(primary.start + AROUND));
        let seen = text.floor_char_boundary(primary.start.saturating_sub(AROUND)).max(line.start)
            ..text.floor_char_boundary(to + AROUND).min(line.end);
        let mark = Mark { kind: AnnotationKind::Primary, range: primary.start..to, label: None };
        let part = Snippet::source(&text[seen.clone()]).line_start(place.line).annotation(mark.within(seen.start));
        let origin = Origin::path(source.file.as_str()).line(place.line).char_column(place.column);
        return group.element(origin).element(part);
    }
    let from = marks.iter().map(|m| m.range.start).min().unwrap_or(primary.start);
    let to = marks.iter().map(|m| m.range.end).max().unwrap_or(primary.end);
    let (marks, seen) = if to - from > FAR_APART { (&marks[..1], line) } else { (marks, whole_lines(from, to)) };
    let first = lines.place(source, seen.start).line;
    let part = Snippet::source(&text[seen.clone()]).line_start(first).path(source.file.as_str());
    group.element(marks.iter().fold(part, |part, mark| part.annotation(mark.within(seen.start))))
}

/// The other place that a mistake is about.
fn context(what: &MistakeKind) -> Option<(Span, &'static str)> {
    match what {
        MistakeKind::DuplicateKey { first, .. } | MistakeKind::RepeatedValue { first, .. } => {
            Some((*first, "第一次在这里"))
        }
        MistakeKind::NameTaken { first, .. } => first.map(|f| (f, "第一次在这里")),
        MistakeKind::Undefined { later, .. } | MistakeKind::UndefinedSubject { later, .. } => {
            later.map(|l| (l, "到这里才定义"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_only_a_part_is_drawn_and_the_place_is_right() {
        let text = format!("甲: 1\n{}错\n", "乙 ".repeat(20_000));
        let source = Source { file: "x.yaml".into(), text };
        let at = source.text.find('错').unwrap();
        let mistake = Mistake::new(MistakeKind::EmptyCut, Span::new(at, at + '错'.len_utf8()));
        let drawn = render(&source, std::slice::from_ref(&mistake), false);
        assert!(drawn.contains("--> x.yaml:2:40001\n"), "{drawn}");
        assert!(drawn.len() < 2_000 && drawn.contains("错\n") && !drawn.contains(":::"), "{drawn}");
    }

    #[test]
    fn of_many_mistakes_a_hundred_are_drawn_and_the_others_counted() {
        let source = Source { file: "x.yaml".into(), text: "甲\n".repeat(150) };
        let wrong = |i: usize| Mistake::new(MistakeKind::Tab, Span::new(i * 4, i * 4 + 3));
        let drawn = |n: usize| render(&source, &(0..n).map(wrong).collect::<Vec<_>>(), false);
        assert_eq!(drawn(100).matches("错误[K5004]").count(), 100);
        assert!(!drawn(100).contains("只列出"));
        let more = drawn(150);
        assert_eq!(more.matches("错误[K5004]").count(), 100);
        assert!(more.ends_with("x.yaml：只列出前 100 处，还有 50 处\n\n"), "{}", &more[more.len() - 80..]);
    }
}
