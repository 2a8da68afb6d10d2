//! `kouan fmt`: a scenario file's text anew, in the one way that such files are written.
//!
//! `marks` finds words and comments, `layout` gives each comment its place, `print` writes. Texts stand as they were
//! written, and keys keep their order. Invariant: what comes out holds the same values and comments as what went in;
//! this is checked for every file, and where it does not hold nothing comes out.

mod layout;
mod marks;
mod print;

use std::borrow::Cow;

pub use self::print::MAX_COLUMNS;
use self::{layout::layout, marks::Marks};
use super::{
    cast::Cast,
    mistake::Mistake,
    read::{parse, read},
    source::Source,
    tree::{Node, NodeKind},
};

/// Why a file is not formatted.
#[derive(Debug)]
pub enum Unformatted {
    /// Its marks are wrong, so nobody knows what it means: all mistakes, in file order.
    Mistakes(Box<(Source, Vec<Mistake>)>),
    /// The result would not have meant the same, which is a fault of this program.
    Unsure,
}

/// The text of a file as it should be written: with `\n`, without a byte order mark, ending in one line break.
///
/// # Errors
/// The file's marks are wrong (words that mean nothing are not its business), or the result is not certain.
pub fn format(file: &str, bytes: &[u8]) -> Result<String, Unformatted> {
    let source = Source::new(file, bytes).map_err(|refusal| {
        let (source, mistake) = *refusal;
        Unformatted::Mistakes(Box::new((source, vec![mistake])))
    })?;
    let (root, mistakes) = parse(&source);
    let root = match root {
        Some(root) if mistakes.is_empty() && matches!(&root.kind, NodeKind::Map(entries) if !entries.is_empty()) => {
            root
        }
        // That it must be a map with something in it is told by who reads the words.
        Some(_) if mistakes.is_empty() => {
            let reading = read(file, bytes, Cast::fixture());
            return Err(Unformatted::Mistakes(Box::new((reading.source, reading.mistakes))));
        }
        _ => return Err(Unformatted::Mistakes(Box::new((source, mistakes)))),
    };
    let (written, tree) = with_line_feeds(&source, &root).ok_or(Unformatted::Unsure)?;
    let marks = Marks::of(&written.text, &tree);
    let group = layout(&written.text, &tree, &marks).ok_or(Unformatted::Unsure)?;
    let text = print::print(&group);
    if is_same(&root, &marks, &text) { Ok(text) } else { Err(Unformatted::Unsure) }
}

/// The source and its tree with every line break as `\n`.
fn with_line_feeds<'s>(source: &'s Source, root: &'s Node) -> Option<(Cow<'s, Source>, Cow<'s, Node>)> {
    if !source.text.contains('\r') {
        return Some((Cow::Borrowed(source), Cow::Borrowed(root)));
    }
    let text = source.text.replace("\r\n", "\n").replace('\r', "\n");
    let source = Source { file: source.file.clone(), text };
    let (root, mistakes) = parse(&source);
    root.filter(|_| mistakes.is_empty()).map(|root| (Cow::Owned(source), Cow::Owned(root)))
}

/// Whether `text` reads as the same values and has the same comments.
fn is_same(root: &Node, marks: &Marks, text: &str) -> bool {
    let Ok(source) = Source::new("", text.as_bytes()) else { return false };
    let (again, mistakes) = parse(&source);
    let again = again.filter(|_| mistakes.is_empty());
    again.is_some_and(|again| means(root, &again) && marks.inventory() == Marks::of(text, &again).inventory())
}

/// Whether two trees are the same but for the places of things.
fn means(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (NodeKind::Scalar { .. }, NodeKind::Scalar { .. }) => a.kind == b.kind,
        (NodeKind::List(a), NodeKind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| means(a, b)),
        (NodeKind::Map(a), NodeKind::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k.text == l.text && means(a, b))
        }
        (NodeKind::Scalar { .. } | NodeKind::List(_) | NodeKind::Map(_), _) => false,
    }
}
