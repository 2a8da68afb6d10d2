//! `kouan card apdu`: talk to a card in bytes, by arguments, line by line, or after a transcript.
//!
//! PIN and PUK are never printed or written down, not even when they were typed as part of an APDU (ACC-09).

use std::{
    fs::{self, File},
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use virtual_card::{
    CardSession, MemoryReader, Pin, Presence, Reader, ReaderError,
    apdu::{self, Answer},
    masked,
};

use super::{CliError, card::file_error, exit};
use crate::card::{ReaderChoice, open};

/// An extended command of the greatest length in hexadecimal digits, with a space after each byte.
const MAX_LINE: usize = 3 * (65_535 + 9);
/// The greatest transcript that is read.
const MAX_TRANSCRIPT: u64 = 16 << 20;
const HELP: &str = "\
十六进制APDU 如 00 A4 04 00 05 A0 00 00 03 08；# 之后是注释
  reset   复位卡（须重新选择应用、验证密码）
  status  读卡器中有没有卡
  help    本说明
  quit    结束（或Ctrl-D）";

/// Send commands to a card and print its answers; a virtual card keeps what they change (PIN, tries) in its file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kouan card apdu --card zhang.json '00 A4 04 00 05 A0 00 00 03 08' 00200080\n  \
    kouan card apdu --reader pcsc --transcript talk.txt\n  \
    kouan card apdu --reader 'pcsc:Virtual PCD 00 00' --replay talk.txt --pin 88888888\n\n\
    Arguments are all read before the first is sent: if one is wrong, none is. Without them commands are read from \
    stdin, one a line, and sent as they come; # begins a comment, `help` tells the words that are no APDU. Another \
    session on the same card file waits for the end of this one.\n\n\
    Exit codes: 0 done; 1 an answer differs from the transcript; 2 wrong input; 3 no reader, no card")]
pub struct Apdu {
    /// memory or pcsc or pcsc:NAME
    #[arg(long, value_name = "R", default_value = "memory")]
    pub(super) reader: ReaderChoice,
    /// The card file for the reader in memory
    #[arg(long, value_name = "F")]
    pub(super) card: Option<PathBuf>,
    /// Write what was said into this file, with * (2A) for each byte of a PIN
    #[arg(long, value_name = "F")]
    transcript: Option<PathBuf>,
    /// Send the commands of a transcript (lines with >) and compare the answers (lines with <)
    #[arg(long, value_name = "F", conflicts_with = "apdus")]
    replay: Option<PathBuf>,
    /// The PIN to put where the transcript hides one
    #[arg(long, requires = "replay", value_parser = Pin::parse)]
    pin: Option<Pin>,
    /// Commands in hexadecimal
    #[arg(value_name = "APDU")]
    pub(super) apdus: Vec<String>,
}

impl Apdu {
    /// Talks to the card.
    ///
    /// # Errors
    /// If what is to be sent is wrong, or there is no such reader or card.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        // All of them are read before the card hears the first.
        let commands = (1..).zip(&self.apdus).map(|(number, text)| command(number, text));
        let commands = commands.collect::<Result<Vec<_>, _>>()?;
        let script = self.replay.as_deref().map(|path| script(path, self.pin.as_ref())).transpose()?;
        let place = Place::open(&self.reader, self.card.as_deref())?;
        let transcript = self.transcript.as_deref().map(|path| {
            File::create(path).map_err(|error| CliError::Surroundings(format!("写不了 {}：{error}", path.display())))
        });
        let mut talk = Talk { place, transcript: transcript.transpose()? };
        if let Some(script) = script {
            return talk.replay(&script, out);
        }
        if self.apdus.is_empty() {
            talk.converse(out)?;
        }
        for command in commands.into_iter().flatten() {
            talk.say(&command, out)?;
        }
        Ok(exit::PASSED)
    }
}

/// Where the card is.
enum Place {
    /// In a file, alone with us.
    File { session: Box<CardSession>, reader: Box<MemoryReader> },
    /// In a reader of the system.
    Pcsc(Box<dyn Reader + Send>),
}

impl Place {
    fn open(choice: &ReaderChoice, card: Option<&Path>) -> Result<Self, CliError> {
        let mut place = match (choice, card) {
            (ReaderChoice::Memory, None) => {
                return Err(CliError::Input("--reader memory 需要用 --card 指定卡文件".into()));
            }
            (ReaderChoice::Memory, Some(path)) => {
                let session = CardSession::open(path, || {
                    // With stderr gone there is nobody to tell why it takes long.
                    let _ = writeln!(io::stderr(), "kouan: 卡文件 {} 正被另一个会话使用，等它结束", path.display());
                });
                let session = Box::new(session.map_err(file_error)?);
                let reader = Box::new(MemoryReader::with_card(session.card()));
                Self::File { session, reader }
            }
            (ReaderChoice::Pcsc(_), Some(_)) => {
                return Err(CliError::Input("--card 只用于 --reader memory：PC/SC读卡器中的卡就是要用的卡".into()));
            }
            (ReaderChoice::Pcsc(name), None) => Self::Pcsc(open::pcsc(name.as_deref()).map_err(surroundings)?),
        };
        place.reader().connect().map_err(surroundings)?;
        Ok(place)
    }

    fn reader(&mut self) -> &mut dyn Reader {
        match self {
            Self::File { reader, .. } => &mut **reader,
            Self::Pcsc(reader) => &mut **reader,
        }
    }

    /// Sends a command. What it used up is in the card's file before its answer is shown (ACC-09).
    fn send(&mut self, command: &[u8]) -> Result<Result<Vec<u8>, ReaderError>, CliError> {
        let sent = self.reader().transmit(command);
        if let Self::File { session, reader } = self
            && let Some(card) = reader.tray().card()
        {
            session.keep(card).map_err(file_error)?;
        }
        Ok(sent)
    }
}

/// A conversation with a card, and where it is written down.
struct Talk {
    place: Place,
    transcript: Option<File>,
}

impl Talk {
    fn say(&mut self, command: &[u8], out: &mut dyn Write) -> Result<Vec<u8>, CliError> {
        let answer = self.place.send(command)?.map_err(surroundings)?;
        self.note(command, &answer, out)?;
        Ok(answer)
    }

    fn note(&mut self, command: &[u8], answer: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let command = masked(command);
        show_exchange(&command, answer, out)?;
        match &mut self.transcript {
            Some(file) => show_exchange(&command, answer, file),
            None => Ok(()),
        }
    }

    /// Commands as they are typed, or piped in. Who types is not thrown out for a mistake.
    fn converse(&mut self, out: &mut dyn Write) -> Result<(), CliError> {
        let typed = io::stdin().is_terminal();
        if typed {
            writeln!(io::stderr(), "已连接「{}」。输入 help 可查看用法", self.place.reader().name())?;
        }
        let mut lines = io::stdin().lock().lines();
        for number in 1.. {
            if typed {
                write!(io::stderr(), "> ")?;
            }
            let Some(line) = lines.next() else { break };
            match (self.line(number, &line?, out), typed) {
                (Ok(true), _) => {}
                (Ok(false), _) => break,
                (Err(CliError::Closed), _) => return Err(CliError::Closed),
                (Err(error), true) => writeln!(io::stderr(), "{error}")?,
                (Err(error), false) => return Err(error),
            }
            // Who types commands waits for each answer.
            out.flush()?;
        }
        Ok(())
    }

    /// Does what a line says; `false` ends the conversation.
    fn line(&mut self, number: usize, line: &str, out: &mut dyn Write) -> Result<bool, CliError> {
        match line.split('#').next().unwrap_or_default().trim() {
            "help" | "?" => writeln!(io::stderr(), "{HELP}")?,
            "quit" | "exit" => return Ok(false),
            "reset" => {
                let atr = self.place.reader().reset().map_err(surroundings)?;
                writeln!(out, "# 已复位，ATR {}", to_hex(&atr))?;
            }
            "status" => match self.place.reader().status().map_err(surroundings)? {
                Presence::Empty => writeln!(out, "# 没有卡")?,
                Presence::Present { atr } => writeln!(out, "# 有卡，ATR {}", to_hex(&atr))?,
            },
            text => {
                let Some(command) = command(number, text)? else { return Ok(true) };
                self.command(&command, out)?;
            }
        }
        Ok(true)
    }

    /// Sends a typed command; a card that was reset or put back meanwhile is connected to for the next one.
    fn command(&mut self, command: &[u8], out: &mut dyn Write) -> Result<(), CliError> {
        match self.place.send(command)? {
            Ok(answer) => Ok(self.note(command, &answer, out)?),
            Err(error @ (ReaderError::Reset | ReaderError::Removed | ReaderError::NoCard)) => {
                let again = match self.place.reader().connect() {
                    Ok(_) => "已重新连接，此命令没有执行：须重新选择应用、验证密码",
                    Err(_) => "插入卡后再发命令",
                };
                Err(CliError::Surroundings(format!("{error}；{again}")))
            }
            Err(error) => Err(surroundings(error)),
        }
    }

    fn replay(&mut self, script: &[Step], out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let mut differences = 0;
        for step in script {
            let answer = self.say(&step.command, out)?;
            if let Some((line, expected)) = step.answer.as_ref().filter(|(_, expected)| *expected != answer) {
                differences += 1;
                writeln!(out, "# 第{line}行：应答与记录不同，记录中是 {}", to_hex(expected))?;
            }
        }
        writeln!(out, "# 共{}条命令，{differences}处不同", script.len())?;
        Ok(if differences == 0 { exit::PASSED } else { ExitCode::from(exit::FAILED) })
    }
}

/// A command of a transcript with the answer that it had and the answer's line, if the transcript tells one.
struct Step {
    command: Vec<u8>,
    answer: Option<(usize, Vec<u8>)>,
}

fn script(path: &Path, pin: Option<&Pin>) -> Result<Vec<Step>, CliError> {
    let at = |line: usize, what: &str| CliError::Input(format!("{} 第{line}行：{what}", path.display()));
    let unread = |error: io::Error| CliError::Input(format!("读不了 {}：{error}", path.display()));
    if fs::metadata(path).map_err(unread)?.len() > MAX_TRANSCRIPT {
        return Err(CliError::Input(format!("{} 太大：至多{MAX_TRANSCRIPT}字节", path.display())));
    }
    let mut steps: Vec<Step> = Vec::new();
    for (line, text) in (1..).zip(fs::read_to_string(path).map_err(unread)?.lines()) {
        let text = text.split('#').next().unwrap_or_default().trim();
        match text.split_at_checked(1) {
            None => {}
            Some((">", rest)) => {
                let command = hex(rest).ok_or_else(|| at(line, "> 之后不是十六进制字节"))?;
                let command = with_pin(command, pin).map_err(|what| at(line, what))?;
                steps.push(Step { command, answer: None });
            }
            Some(("<", rest)) => {
                let answer = hex(bytes_of(rest)).ok_or_else(|| at(line, "< 之后不是十六进制字节"))?;
                let step = steps.last_mut().filter(|step| step.answer.is_none());
                step.ok_or_else(|| at(line, "应答之前没有命令"))?.answer = Some((line, answer));
            }
            Some(_) => return Err(at(line, "应以 > （命令）或 < （应答）开头")),
        }
    }
    Ok(steps)
}

/// The bytes before the words that explain them.
fn bytes_of(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_hexdigit() && !c.is_whitespace()).unwrap_or(text.len());
    &text[..end]
}

/// The command with the PIN that its transcript hides. To send the stars would use up a try.
fn with_pin(mut command: Vec<u8>, pin: Option<&Pin>) -> Result<Vec<u8>, &'static str> {
    // Only what hides a secret consists of stars where a secret would be.
    let stars = command.get(5..).is_some_and(|rest| !rest.is_empty() && rest.iter().all(|byte| *byte == b'*'));
    if !stars || masked(&command) != command {
        return Ok(command);
    }
    match (&command[1..], pin) {
        ([0x20, 0x00, 0x80, 8, ..], Some(pin)) if command.len() == 13 => {
            command[5..].copy_from_slice(pin.padded());
            Ok(command)
        }
        ([0x20, ..], None) => Err("记录中的卡密码已隐去：用 --pin 给出，否则会白用一次机会"),
        _ => Err("记录中的密码已隐去，此命令不能重放：把星号（2A）换成密码再用"),
    }
}

/// The command of a text, in which `#` begins a comment; `None` if there is nothing before that.
fn command(number: usize, text: &str) -> Result<Option<Vec<u8>>, CliError> {
    let text = text.split('#').next().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    hex(text).map(Some).ok_or_else(|| CliError::Input(format!("第{number}条APDU不是十六进制字节")))
}

fn surroundings(error: ReaderError) -> CliError {
    CliError::Surroundings(open::words(error))
}

fn show_exchange(command: &[u8], answer: &[u8], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "> {}", to_hex(command))?;
    let Some(parsed) = Answer::parse(answer) else {
        return writeln!(out, "< {}  没有状态字", to_hex(answer));
    };
    write!(out, "< {}  ", to_hex(answer))?;
    match parsed.status.tries_left() {
        // VERIFY without data asks how many tries are left: nobody was wrong.
        Some(left) if is_question(command) => writeln!(out, "剩余{left}次"),
        Some(left) => writeln!(out, "口令错误，剩余{left}次"),
        None => writeln!(out, "{}", parsed.status.meaning()),
    }
}

/// Whether this is a VERIFY without data.
fn is_question(command: &[u8]) -> bool {
    apdu::Command::parse(command).is_ok_and(|command| command.ins == 0x20 && command.data.is_empty())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_LINE {
        return None;
    }
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Hexadecimal digits. A byte that is hidden appears as 2A, which is no digit of any PIN.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use virtual_card::CardFile;

    use super::*;

    const CARD: &str = include_str!("../../fixtures/cards/binhai-legal.json");
    const SELECT: &str = "00 A4 04 00 05 A0 00 00 03 08";

    struct Desk {
        folder: tempfile::TempDir,
        path: PathBuf,
    }

    fn desk() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.json");
        fs::write(&path, CARD).unwrap();
        Desk { folder, path }
    }

    impl Desk {
        fn apdu(&self, apdus: &[&str]) -> Apdu {
            let apdus = apdus.iter().map(|apdu| (*apdu).into()).collect();
            let (reader, card) = (ReaderChoice::Memory, Some(self.path.clone()));
            Apdu { reader, card, transcript: None, replay: None, pin: None, apdus }
        }

        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }
    }

    fn said(apdu: Apdu) -> Result<(String, ExitCode), String> {
        let mut out = Vec::new();
        let code = apdu.exec(&mut out).map_err(|error| error.to_string())?;
        Ok((String::from_utf8(out).unwrap(), code))
    }

    //= ACC-09
    #[test]
    fn wrong_tries_stay_used_up_in_the_file_and_no_pin_is_echoed() {
        let desk = desk();
        let talk = |apdus: &[&str]| said(desk.apdu(apdus)).map(|(said, _)| said);
        let said = talk(&[SELECT, "00200080 08 3131313131313131"]).unwrap();
        assert!(said.contains("< 63C4") && !said.contains("31313131"), "{said}");
        assert!(talk(&[SELECT, "00200080"]).unwrap().contains("< 63C4"));
        let refused = talk(&[SELECT, "00200080 08 3131313131313131", "002"]).unwrap_err();
        assert!(refused.contains("第3条"), "{refused}");
        assert_eq!(CardFile::load(&desk.path).unwrap().pin_left, 4, "nothing of it was sent");
    }

    #[test]
    fn a_transcript_hides_the_pin_and_is_replayed_with_one() {
        let desk = desk();
        let (written, other) = (desk.file("talk.txt"), desk.file("other.txt"));
        let talk = Apdu {
            transcript: Some(written.clone()),
            ..desk.apdu(&[SELECT, "00200080", "00200080 08 3838383838383838", "00200080"])
        };
        said(talk).unwrap();
        let text = fs::read_to_string(&written).unwrap();
        assert!(text.contains("> 00200080082A2A2A2A2A2A2A2A\n< 9000") && !text.contains("3838"), "{text}");
        let replay = |path: &Path, pin: Option<&str>| {
            let pin = pin.map(|pin| Pin::parse(pin).unwrap());
            said(Apdu { replay: Some(path.into()), pin, ..desk.apdu(&[]) })
        };
        let refused = replay(&written, None).unwrap_err();
        assert!(refused.contains("第5行") && refused.contains("--pin"), "{refused}");
        let (same, code) = replay(&written, Some("88888888")).unwrap();
        assert!(same.contains("共4条命令，0处不同") && code == exit::PASSED, "{same}");
        fs::write(&other, text.replacen("63C5", "63C4", 1)).unwrap();
        let (differs, code) = replay(&other, Some("88888888")).unwrap();
        assert!(differs.contains("第4行：应答与记录不同，记录中是 63C4"), "{differs}");
        assert_eq!(code, ExitCode::from(exit::FAILED));
        fs::write(&other, "< 9000\n").unwrap();
        assert!(replay(&other, None).unwrap_err().contains("应答之前没有命令"));
        assert_eq!(CardFile::load(&desk.path).unwrap().pin_left, 5, "no try was used up");
    }

    #[test]
    fn only_a_wrong_pin_is_called_one() {
        let said = |command: &[u8], answer: &[u8]| {
            let mut out = Vec::new();
            show_exchange(command, answer, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(said(&[0, 0x20, 0, 0x80], &[0x63, 0xC5]), "> 00200080\n< 63C5  剩余5次\n");
        assert_eq!(said(&[0, 0x20, 0, 0x80, 0], &[0x63, 0xC5]), "> 0020008000\n< 63C5  剩余5次\n");
        assert_eq!(said(&[0, 0x20, 0, 0x80, 1, 42], &[0x63, 0xC4]), "> 00200080012A\n< 63C4  口令错误，剩余4次\n");
        assert_eq!(said(&[0, 0x20, 0, 0x80], &[0x69, 0x83]), "> 00200080\n< 6983  口令已锁定\n");
    }

    #[test]
    fn hexadecimal_may_have_spaces_but_no_half_bytes() {
        assert_eq!(hex("00 a4 0400"), Some(vec![0, 0xA4, 4, 0]));
        assert_eq!(hex("00A"), None);
        assert_eq!(hex("zz"), None);
    }
}
