//! Files that a person attaches: a few small real ones, and made ones at the edges of what the page takes (CGO-09).
//!
//! All invented, compiled in, and known by name alone: no scenario reads a file of the machine that it runs on.

use std::sync::Arc;

use domain::portal::Attachment;

/// What is in a file.
enum Content {
    /// A real one.
    Real(&'static [u8]),
    /// A PDF's first bytes and then so many in all.
    Sized(usize),
}

const MIB: usize = 1024 * 1024;

#[rustfmt::skip] // One file a line.
const FILES: &[(&str, Content)] = &[
    ("发票.pdf",       Content::Real(include_bytes!("../../fixtures/attachments/invoice.pdf"))),
    ("提单.pdf",       Content::Real(include_bytes!("../../fixtures/attachments/bill-of-lading.pdf"))),
    ("装箱单.png",     Content::Real(include_bytes!("../../fixtures/attachments/packing-list.png"))),
    ("空文件.pdf",     Content::Sized(0)),
    ("恰好五兆.pdf",   Content::Sized(5 * MIB)),
    ("另一五兆.pdf",   Content::Sized(5 * MIB)),
    ("超大.pdf",       Content::Sized(5 * MIB + 1)),
    ("程序.exe",       Content::Sized(1024)),
    ("没有扩展名",     Content::Sized(1024)),
];

/// Names of all files, in the order of the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The file with this name.
pub fn file(name: &str) -> Option<Attachment> {
    let (name, content) = FILES.iter().find(|(known, _)| *known == name)?;
    let content: Arc<[u8]> = match content {
        Content::Real(bytes) => Arc::from(*bytes),
        Content::Sized(length) => {
            let start = b"%PDF-1.7\n".iter().copied();
            start.chain(std::iter::repeat(b' ')).take(*length).collect()
        }
    };
    Some(Attachment { name: (*name).to_owned(), sha256: signing::sha256(&content), content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_files_are_as_large_as_their_names_say() {
        let length = |name| file(name).map(|f| f.content.len());
        assert_eq!(length("空文件.pdf"), Some(0));
        assert_eq!(length("恰好五兆.pdf"), Some(5_242_880));
        assert_eq!(length("超大.pdf"), Some(5_242_881));
        assert_eq!(length("别的.pdf"), None);
    }
}
