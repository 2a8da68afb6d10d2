//! Mistakes drawn for people: code, sentence, file:line:col, the line, a caret under the very word, what was meant.
//!
//! The only place that draws. Lines and columns count from 1, columns in characters; wide characters are underlined
//! in full. Nothing here decides what is a mistake.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::{
    mistake::{Mistake, MistakeKind},
    source::{Source, Span},
};

/// Draws mistakes of one file, in file order, each followed by an empty line. `colour` is for terminals.
pub fn render(source: &Source, mistakes: &[Mistake], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut drawn = String::new();
    for mistake in mistakes {
        drawn.push_str(&renderer.render(&draw(source, mistake)));
        drawn.push_str("\n\n");
    }
    drawn
}

fn draw<'s>(source: &'s Source, mistake: &Mistake) -> Vec<Group<'s>> {
    let level =
        if mistake.what.is_warning() { Level::WARNING.with_name("警告") } else { Level::ERROR.with_name("错误") };
    let title = level.primary_title(mistake.what.to_string()).id(mistake.what.code());
    let mut snippet = Snippet::source(source.text.as_str())
        .path(source.file.as_str())
        .annotation(AnnotationKind::Primary.span(source.underline(mistake.span)));
    if let Some(used) = mistake.used {
        snippet = snippet.annotation(AnnotationKind::Context.span(source.underline(used)).label("用在这里"));
    }
    if let Some((span, label)) = context(&mistake.what) {
        snippet = snippet.annotation(AnnotationKind::Context.span(source.underline(span)).label(label));
    }
    let mut group = title.element(snippet);
    for advice in mistake.what.advice() {
        group = group.element(Level::HELP.with_name("提示").message(advice));
    }
    vec![group]
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
