//! APDUs in words. What a command and a status word mean is the virtual card's knowledge.

use virtual_card::{apdu::Answer, carries_secret, words};

use super::Exchange;

/// Bytes of a command that are shown.
const SHOWN: usize = 24;

/// A command (masked) and what the card answered; an empty answer is none at all.
pub fn exchange(command: &[u8], response: &[u8]) -> Exchange {
    let words = words(command);
    let answer = Answer::parse(response);
    let (status, result, good) = match &answer {
        // What is left to fetch, and a PIN that is merely asked for, are no trouble.
        Some(a) => {
            let good = a.status.is_success() || a.status.rest().is_some();
            (a.status.to_string(), meaning(a), good)
        }
        None => ("—".into(), "没有应答（卡已不在或停止应答）".into(), false),
    };
    Exchange {
        name: words.name.into(),
        meaning: words.meaning,
        command: shown(command),
        status,
        result,
        good,
        answer_bytes: answer.map_or(0, |a| a.data.len()),
    }
}

fn meaning(answer: &Answer<'_>) -> String {
    match (answer.status.tries_left(), answer.status.rest()) {
        (Some(left), _) => format!("口令错误，剩余 {left} 次"),
        (None, Some(256)) => "还有 256 字节或更多待取".into(),
        (None, Some(rest)) => format!("还有 {rest} 字节待取"),
        (None, None) => answer.status.meaning().into(),
    }
}

/// In hex, a masked byte as `**`.
fn shown(command: &[u8]) -> String {
    let secret = command.get(1).is_some_and(|ins| carries_secret(*ins));
    let byte =
        |(place, b): (usize, &u8)| if secret && place > 3 && *b == b'*' { "**".into() } else { format!("{b:02X}") };
    let mut text = command.iter().enumerate().take(SHOWN).map(byte).collect::<Vec<String>>().join(" ");
    if command.len() > SHOWN {
        text += &format!(" … 共 {} 字节", command.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    //= ACC-09
    #[test]
    fn a_wrong_pin_tells_the_tries_that_are_left_and_no_digit() {
        let told = exchange(b"\x00\x20\x00\x80\x08********", &[0x63, 0xC4]);
        assert_eq!((told.name.as_str(), told.meaning.as_str()), ("VERIFY", "验证卡密码"));
        assert_eq!((told.status.as_str(), told.result.as_str()), ("63C4", "口令错误，剩余 4 次"));
        assert_eq!(told.command, "00 20 00 80 08 ** ** ** ** ** ** ** **");
        assert!(!told.good);
    }

    #[test]
    fn a_card_that_is_gone_gives_no_status() {
        let told = exchange(&[0, 0xC0, 0, 0, 0], &[]);
        assert_eq!((told.status.as_str(), told.good, told.answer_bytes), ("—", false, 0));
    }
}
