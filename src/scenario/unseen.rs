//! Characters that nobody sees: no-break and zero-width spaces, control characters, ends of lines of another kind.
//!
//! They come with texts that were pasted, and make two words differ that look the same. Each is told by its name, and
//! taken out of the text before anything else looks at it. Invariant: comments are left alone, for nothing reads them.

use super::{
    mend::{Mend, Mended},
    mistake::{MAX_MISTAKES, Mistake, MistakeKind},
    source::Span,
};

/// What stands for a character that nobody sees: its name, and what it was taken for.
fn unseen(c: char) -> Option<(&'static str, &'static str)> {
    Some(match c {
        '\u{A0}' => ("不换行空格", " "),
        '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => ("特殊宽度的空格", " "),
        '\u{200B}' => ("零宽空格", ""),
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => ("文字方向标记", ""),
        '\u{2060}' => ("零宽连接符", ""),
        '\u{FEFF}' => ("字节顺序标记", ""),
        '\u{AD}' => ("软连字符", ""),
        '\u{85}' | '\u{2028}' | '\u{2029}' => ("特殊的换行符", " "),
        '\t' | '\n' | '\r' => return None,
        _ if c.is_control() => ("控制字符", ""),
        _ => return None,
    })
}

/// The mistakes, and the text without the characters; `None` where there is none.
pub(super) fn look(text: &str) -> Option<(Vec<Mistake>, Mended)> {
    // Nearly every file: one pass and no more.
    if !text.chars().any(|c| unseen(c).is_some()) && !lone_return(text) {
        return None;
    }
    let (mut mistakes, mut mends) = (Vec::new(), Vec::new());
    let mut comment = false;
    let mut chars = text.char_indices().peekable();
    let mut before = '\n';
    while let Some((i, c)) = chars.next() {
        let span = Span::new(i, i + c.len_utf8());
        match c {
            '\n' => comment = false,
            '#' if before.is_whitespace() => comment = true,
            '\r' if chars.peek().is_some_and(|(_, next)| *next != '\n') => {
                comment = false;
                mends.push(Mend { span, with: "\n".into() });
                if mends.len() == 1 {
                    mistakes.push(told(c, "只有回车、没有换行的行尾", span));
                }
            }
            _ => {
                if let Some((name, with)) = unseen(c).filter(|_| !comment) {
                    if mistakes.len() < MAX_MISTAKES {
                        mistakes.push(told(c, name, span));
                    }
                    mends.push(Mend { span, with: with.into() });
                }
            }
        }
        before = c;
    }
    let mended = Mended::of(text, mends)?;
    (!mistakes.is_empty()).then_some((mistakes, mended))
}

fn told(c: char, name: &str, span: Span) -> Mistake {
    let code = u32::from(c);
    let escaped = if code < 0x100 { format!("\\x{code:02X}") } else { format!("\\u{code:04X}") };
    Mistake::new(MistakeKind::Invisible { name: format!("{name}（U+{code:04X}）"), escaped }, span)
}

fn lone_return(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices('\r').any(|(i, _)| bytes.get(i + 1).is_some_and(|next| *next != b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_named_and_taken_out() {
        let (mistakes, mended) = look("编号\u{200B}:\u{A0}甲 # \u{200B}\n").unwrap();
        let places: Vec<usize> = mistakes.iter().map(|m| m.span.start).collect();
        assert_eq!(places, [6, 10]);
        assert_eq!(mended.text, "编号: 甲 # \u{200B}\n");
        assert!(look("编号: 甲\r\n　乙\t\n").is_none());
        assert_eq!(look("a: 1\rb: 2\rc: 3").unwrap().0.len(), 1);
    }
}
