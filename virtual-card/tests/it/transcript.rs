//! Transcripts as data: to add a test, add a file to `tests/transcripts`.
//!
//! `> 00A4..` is sent, `< 6A82` is the whole answer, `..` in an answer stands for any bytes, `! reset` and `! lock` happen
//! to the card, `! manage` proves to know its management key, `#` begins a comment. Each file starts with a fresh, unselected card.

use std::{fs, path::Path};

use crate::test_card::{card, hex, manage};

#[test]
fn the_card_answers_as_the_transcripts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "the transcripts are gone");
    for file in files {
        play(&file);
    }
}

fn play(file: &Path) {
    let mut card = card();
    let mut answer = None;
    for (number, line) in (1..).zip(fs::read_to_string(file).unwrap().lines()) {
        let place = format!("{}:{number}", file.display());
        let line = line.split('#').next().unwrap().trim();
        match line.split_once(' ') {
            _ if line.is_empty() => {}
            Some((">", bytes)) => answer = Some(card.transmit(&hex(bytes))),
            Some(("<", pattern)) => {
                let answer = answer.take().expect("an answer follows a command");
                assert!(fits(&answer, pattern), "{place}: {pattern} expected, {answer:02X?} came");
            }
            Some(("!", "reset")) => card.reset(),
            Some(("!", "lock")) => card.lock(),
            Some(("!", "manage")) => manage(&mut card),
            _ => panic!("{place}: {line} is no line of a transcript"),
        }
    }
    assert_eq!(answer, None, "{}: the last command has no answer", file.display());
}

fn fits(answer: &[u8], pattern: &str) -> bool {
    match pattern.split_once("..") {
        None => answer == hex(pattern),
        Some((head, tail)) => {
            let (head, tail) = (hex(head), hex(tail));
            answer.len() >= head.len() + tail.len() && answer.starts_with(&head) && answer.ends_with(&tail)
        }
    }
}
