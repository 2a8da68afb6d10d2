//! The rows below a proposal's fields: 特殊约定 (CGO-08) and 附件 (CGO-09).

use super::takes::{BLANK, MALFORMED, is_printable};
use crate::{
    cover::SpecialTerm,
    refusal::{self, Refusal},
};

/// The most rows of 特殊约定.
pub const MAX_SPECIAL_TERMS: usize = 50;
const MAX_TERM_NAME: usize = 100;
const MAX_TERM_CONTENT: usize = 2_000;

/// The most files of 附件.
pub const MAX_ATTACHMENTS: usize = 10;
/// The largest file, in bytes.
pub const MAX_ATTACHMENT: u64 = 5 * MIB;
/// The most that all files may have together, in bytes.
pub const MAX_ATTACHMENTS_BYTES: u64 = 10 * MIB;
const MAX_FILE_NAME: usize = 100;
const MIB: u64 = 1024 * 1024;

/// What files may be called at the end, in lower case.
pub const ATTACHMENT_TYPES: &[&str] = &["pdf", "jpg", "jpeg", "png", "ofd", "doc", "docx", "xls", "xlsx"];

/// What the portal looks at of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, with the extension.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Checks the rows of 特殊约定. No row at all is right.
///
/// # Errors
/// K2001 with hints at `特殊约定[2].特殊约定内容` and the like, counted from 1, or at `特殊约定` for too many.
pub fn special_terms(rows: &[SpecialTerm]) -> Result<(), Refusal> {
    let mut refusal = Refusal::new(refusal::FORM, &[]);
    refusal.cite(&["CGO-08"]);
    if rows.len() > MAX_SPECIAL_TERMS {
        refusal.fields.insert("特殊约定".into(), format!("最多{MAX_SPECIAL_TERMS}条"));
    }
    for (at, row) in rows.iter().take(MAX_SPECIAL_TERMS).enumerate() {
        let cells = [("特殊约定名称", &row.name, MAX_TERM_NAME), ("特殊约定内容", &row.content, MAX_TERM_CONTENT)];
        for (label, text, max) in cells {
            if let Some(hint) = text_hint(text, max, label == "特殊约定内容") {
                refusal.fields.insert(format!("特殊约定[{}].{label}", at + 1), hint);
            }
        }
    }
    if refusal.fields.is_empty() { Ok(()) } else { Err(refusal) }
}

fn text_hint(text: &str, max: usize, lines: bool) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some(BLANK.into());
    }
    let fine = if lines { text.split('\n').all(is_printable) } else { is_printable(text) };
    if !fine {
        return Some(MALFORMED.into());
    }
    (text.chars().count() > max).then(|| format!("长度不能超过{max}"))
}

/// Checks the files of 附件. No file at all is right.
///
/// # Errors
/// K2001 with hints at `附件[1]` and the like, counted from 1, or at `附件` for too many or too much.
pub fn attachments(files: &[Attachment]) -> Result<(), Refusal> {
    let mut refusal = Refusal::new(refusal::FORM, &[]);
    refusal.cite(&["CGO-09"]);
    if files.len() > MAX_ATTACHMENTS {
        refusal.fields.insert("附件".into(), format!("最多{MAX_ATTACHMENTS}个文件"));
    }
    for (at, file) in files.iter().take(MAX_ATTACHMENTS).enumerate() {
        let twice = files.iter().take(at).any(|earlier| earlier.name == file.name);
        if let Some(hint) = file_hint(file).or_else(|| twice.then(|| "文件名重复".into())) {
            refusal.fields.insert(format!("附件[{}]", at + 1), hint);
        }
    }
    let together = files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    if refusal.fields.is_empty() && together > MAX_ATTACHMENTS_BYTES {
        refusal.fields.insert("附件".into(), format!("文件合计不能超过{}MB", MAX_ATTACHMENTS_BYTES / MIB));
    }
    if refusal.fields.is_empty() { Ok(()) } else { Err(refusal) }
}

fn file_hint(file: &Attachment) -> Option<String> {
    let name = file.name.as_str();
    if name.is_empty() {
        return Some(BLANK.into());
    }
    if !is_printable(name) || name.contains(['/', '\\']) || name.trim() != name {
        return Some("文件名有误".into());
    }
    if name.chars().count() > MAX_FILE_NAME {
        return Some(format!("文件名长度不能超过{MAX_FILE_NAME}"));
    }
    let known = name
        .rsplit_once('.')
        .is_some_and(|(stem, end)| !stem.is_empty() && ATTACHMENT_TYPES.contains(&end.to_ascii_lowercase().as_str()));
    if !known {
        return Some(format!("文件类型应为{}", ATTACHMENT_TYPES.join("、")));
    }
    match file.bytes {
        0 => Some("文件为空".into()),
        bytes if bytes > MAX_ATTACHMENT => Some(format!("文件过大，不能超过{}MB", MAX_ATTACHMENT / MIB)),
        _ => None,
    }
}
