//! `kouan card`: make a test card, look at one, talk to one in bytes.
//!
//! PIN and PUK are never printed, not even when they were typed as part of an APDU (ACC-09).

use std::{
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
};

use domain::codes::Uscc;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use signing::{Algorithm, Certificate, PrivateKey, TestCa};
use virtual_card::{
    CardFile, CardFileError, CardSession, Exchange, Holder, MemoryReader, Origin, Pin, Puk, Reader, Role,
    apdu::{self, Answer},
    issue,
};

use super::{CliError, exit};

/// An extended command of the greatest length in hexadecimal digits, with a space after each byte.
const MAX_LINE: usize = 3 * (65_535 + 9);
/// X.520's limit for names.
const MAX_NAME: usize = 64;

/// Make, show and talk to virtual smart cards
#[derive(Debug, clap::Args)]
pub struct Card {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    New(New),
    Show(Show),
    Apdu(Apdu),
}

/// Make a test card: new keys, certificates of the built-in test authority, a file that only you can read
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kouan card new zhang.json --holder 张三 --uscc 91120116MA05TE5T79 --role 操作员 \
                        --algorithm sm2")]
struct New {
    /// The file to write; it must not exist yet
    out: PathBuf,
    /// Who holds the card
    #[arg(long, value_parser = name)]
    holder: String,
    /// The enterprise's 统一社会信用代码 (18 characters)
    #[arg(long, value_name = "CODE")]
    uscc: Uscc,
    /// 法人 or 操作员
    #[arg(long)]
    role: Role,
    /// sm2, rsa2048 or p256
    #[arg(long)]
    algorithm: Algorithm,
    /// The enterprise's name
    #[arg(long, value_name = "NAME", default_value = "测试企业", value_parser = name)]
    company: String,
    /// Six to eight digits
    #[arg(long, default_value = "88888888", value_parser = Pin::parse)]
    pin: Pin,
    /// Eight characters
    #[arg(long, default_value = "88888888", value_parser = Puk::parse)]
    puk: Puk,
}

/// Show what a card file holds, but for its secrets
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kouan card show zhang.json")]
struct Show {
    /// The card file
    file: PathBuf,
}

/// Send commands to a card and print its answers; what they change (PIN, tries) is kept in the card file
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kouan card apdu --card zhang.json '00 A4 04 00 05 A0 00 00 03 08' 00200080\n\n\
                        Arguments are all read before the first is sent: if one is wrong, none is. Without them commands are \
                        read from stdin, one a line, and sent as they come; # begins a comment. Another session on the \
                        same card file waits for the end of this one.")]
struct Apdu {
    /// memory or pcsc or pcsc:NAME
    #[arg(long, value_name = "R", default_value = "memory")]
    reader: ReaderChoice,
    /// The card file for the reader in memory
    #[arg(long, value_name = "F")]
    card: Option<PathBuf>,
    /// Commands in hexadecimal
    #[arg(value_name = "APDU")]
    apdus: Vec<String>,
}

/// Which reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderChoice {
    /// A virtual card in this process.
    Memory,
    /// PC/SC: the named reader, or the first that holds a card.
    Pcsc(Option<String>),
}

impl FromStr for ReaderChoice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            None if text == "pcsc" => Ok(Self::Pcsc(None)),
            Some(("pcsc", name)) if !name.is_empty() => Ok(Self::Pcsc(Some(name.into()))),
            _ => Err(format!("没有「{text}」这种读卡器，可用：memory、pcsc、pcsc:名称")),
        }
    }
}

/// What every command says of PC/SC as long as this build can't do it.
pub(super) fn no_pcsc() -> CliError {
    CliError::Surroundings("本程序尚不支持PC/SC读卡器，请用 --reader memory".into())
}

impl Card {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// If the arguments or the card file are wrong, or can't be read or written.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        match self.action {
            Action::New(new) => new.exec(out),
            Action::Show(show) => show.exec(out),
            Action::Apdu(apdu) => apdu.exec(out),
        }
    }
}

impl New {
    fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| CliError::Surroundings(format!("系统没有随机数：{error}")))?;
        let holder = Holder { name: &self.holder, company: &self.company, uscc: self.uscc.as_str(), role: self.role };
        let authority = test_authority(self.algorithm)?;
        let mut file = issue(&authority, &holder, self.algorithm, &mut ChaCha20Rng::from_seed(seed))
            .map_err(|error| CliError::Surroundings(error.to_string()))?;
        file.profile.pin = self.pin;
        file.profile.puk = self.puk;
        file.create(&self.out).map_err(file_error)?;
        writeln!(
            out,
            "已生成测试卡 {}：{}卡，{}，卡号 {}",
            self.out.display(),
            file.role,
            file.holder,
            file.card_number
        )?;
        Ok(exit::PASSED)
    }
}

impl Show {
    fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let file = CardFile::load(&self.file).map_err(file_error)?;
        writeln!(out, "测试卡 {}", self.file.display())?;
        writeln!(out, "  卡种        {}卡", file.role)?;
        writeln!(out, "  持卡人      {}", file.holder)?;
        writeln!(out, "  企业        {} ({})", file.company, file.uscc)?;
        writeln!(out, "  卡号        {}", file.card_number)?;
        writeln!(out, "  卡密码      {}", tries(file.pin_left, file.profile.pin_tries))?;
        writeln!(out, "  PUK         {}", tries(file.puk_left, file.profile.puk_tries))?;
        writeln!(out, "  管理密钥    {}", management_key(&file))?;
        writeln!(out, "  序列号      {}", file.card().serial())?;
        for (slot, held) in &file.slots {
            writeln!(out, "  密钥槽 {slot}   {}{}", held.key.algorithm(), origin(held.rules.origin))?;
            if let Some(certificate) = &held.certificate {
                writeln!(out, "    证书序列号  {}", certificate.serial_hex())?;
                writeln!(out, "    颁发者      {}", certificate.issuer_common_name())?;
                writeln!(out, "    有效期      {} 至 {}", day(certificate.not_before()), day(certificate.not_after()))?;
            }
        }
        for (tag, content) in file.objects.iter() {
            let what = if content.is_empty() { "已删除".into() } else { format!("{} 字节", content.len()) };
            writeln!(out, "  对象 {tag:06X} {what}")?;
        }
        Ok(exit::PASSED)
    }
}

fn management_key(file: &CardFile) -> String {
    let key = &file.profile.management_key;
    format!("{}（{}）", if key.is_factory() { "出厂默认" } else { "自有" }, key.algorithm())
}

const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Issued => "",
        Origin::Generated => "，卡内生成",
        Origin::Imported => "，外部导入",
    }
}

impl Apdu {
    fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        if self.reader != ReaderChoice::Memory {
            return Err(no_pcsc());
        }
        let path = self.card.ok_or_else(|| CliError::Input("--reader memory 需要用 --card 指定卡文件".into()))?;
        // All of them are read before the card hears the first.
        let commands = (1..).zip(&self.apdus).map(|(number, text)| command(number, text));
        let commands = commands.collect::<Result<Vec<_>, _>>()?;
        let mut talk = Talk::open(&path)?;
        if self.apdus.is_empty() {
            for (number, line) in (1..).zip(io::stdin().lock().lines()) {
                if let Some(command) = command(number, &line?)? {
                    talk.say(&command, out)?;
                    // Who types commands waits for each answer.
                    out.flush()?;
                }
            }
        }
        for command in commands.into_iter().flatten() {
            talk.say(&command, out)?;
        }
        Ok(exit::PASSED)
    }
}

/// The card of a file in a reader, alone with us.
struct Talk {
    session: CardSession,
    reader: MemoryReader,
}

impl Talk {
    fn open(path: &Path) -> Result<Self, CliError> {
        let session = CardSession::open(path, || {
            // With stderr gone there is nobody to tell why it takes long.
            let _ = writeln!(io::stderr(), "kouan: 卡文件 {} 正被另一个会话使用，等它结束", path.display());
        });
        let session = session.map_err(file_error)?;
        let mut reader = MemoryReader::with_card(session.card());
        reader.tray_mut().trace(true);
        reader.connect().map_err(|error| CliError::Surroundings(error.to_string()))?;
        Ok(Self { session, reader })
    }

    /// Sends a command. What it used up is in the file before its answer is shown (ACC-09).
    fn say(&mut self, command: &[u8], out: &mut dyn Write) -> Result<(), CliError> {
        let sent = self.reader.transmit(command);
        if let Some(card) = self.reader.tray().card() {
            self.session.keep(card).map_err(file_error)?;
        }
        sent.map_err(|error| CliError::Surroundings(error.to_string()))?;
        for exchange in self.reader.tray_mut().drain_trace() {
            show_exchange(&exchange, out)?;
        }
        Ok(())
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

fn show_exchange(exchange: &Exchange, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "> {}", to_hex(&exchange.command))?;
    let Some(answer) = Answer::parse(&exchange.answer) else {
        return writeln!(out, "< {}  没有状态字", to_hex(&exchange.answer));
    };
    write!(out, "< {}  ", to_hex(&exchange.answer))?;
    match answer.status.tries_left() {
        // VERIFY without data asks how many tries are left: nobody was wrong.
        Some(left) if is_question(&exchange.command) => writeln!(out, "剩余{left}次"),
        Some(left) => writeln!(out, "口令错误，剩余{left}次"),
        None => writeln!(out, "{}", answer.status.meaning()),
    }
}

/// Whether this is a VERIFY without data.
fn is_question(command: &[u8]) -> bool {
    apdu::Command::parse(command).is_ok_and(|command| command.ins == 0x20 && command.data.is_empty())
}

/// The test authority of an algorithm. Its key is in the program for all to see, which is why its name says 测试.
fn test_authority(algorithm: Algorithm) -> Result<TestCa, CliError> {
    let (certificate, key) = match algorithm {
        Algorithm::Sm2 => {
            (include_str!("../../fixtures/pki/root-sm2.pem"), include_str!("../../fixtures/pki/root-sm2.key.pem"))
        }
        Algorithm::Rsa2048 => (
            include_str!("../../fixtures/pki/root-rsa2048.pem"),
            include_str!("../../fixtures/pki/root-rsa2048.key.pem"),
        ),
        Algorithm::P256 => {
            (include_str!("../../fixtures/pki/root-p256.pem"), include_str!("../../fixtures/pki/root-p256.key.pem"))
        }
    };
    let key = PrivateKey::from_pkcs8_pem(key).map_err(|error| CliError::Surroundings(error.to_string()))?;
    let certificate = Certificate::from_pem(certificate).map_err(|error| CliError::Surroundings(error.to_string()))?;
    TestCa::from_parts(key, certificate).map_err(|error| CliError::Surroundings(error.to_string()))
}

fn file_error(error: CardFileError) -> CliError {
    match error {
        CardFileError::Io { ref source, .. } if !misnamed(source) => CliError::Surroundings(error.to_string()),
        _ => CliError::Input(error.to_string()),
    }
}

/// What isn't there or is a folder was named wrongly; anything else that the system says is no fault of the arguments.
fn misnamed(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | IsADirectory | NotADirectory)
}

fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!("名称应为1至{MAX_NAME}个字符"));
    }
    Ok(text.trim().into())
}

fn tries(left: u8, limit: u8) -> String {
    if left == 0 { "已锁定".into() } else { format!("剩余{left}次（共{limit}次）") }
}

fn day(unix_seconds: i64) -> String {
    jiff::Timestamp::from_second(unix_seconds).map_or_else(|_| "-".into(), |time| time.strftime("%Y-%m-%d").to_string())
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

/// Hexadecimal digits. A byte that the trace hides appears as 2A, which is no digit of any PIN.
fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(out: &Path, algorithm: &str) -> New {
        New {
            out: out.into(),
            holder: "张三".into(),
            uscc: "91120116MA05TE5T79".parse().unwrap(),
            role: Role::Operator,
            algorithm: algorithm.parse().unwrap(),
            company: "虚构公司".into(),
            pin: Pin::parse("123456").unwrap(),
            puk: Puk::parse("87654321").unwrap(),
        }
    }

    fn said(run: impl FnOnce(&mut dyn Write) -> Result<ExitCode, CliError>) -> Result<String, String> {
        let mut out = Vec::new();
        run(&mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_new_card_is_never_written_over_another_and_shows_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.json");
        for algorithm in ["sm2", "p256"] {
            let path = folder.path().join(algorithm);
            said(|out| new(&path, algorithm).exec(out)).unwrap();
            let shown = said(|out| Show { file: path.clone() }.exec(out)).unwrap();
            assert!(shown.contains("操作员卡") && shown.contains("张三") && shown.contains("91120116MA05TE5T79"));
            assert!(!shown.contains("123456") && !shown.contains("87654321") && !shown.contains("PRIVATE"));
        }
        said(|out| new(&path, "sm2").exec(out)).unwrap();
        let before = std::fs::read(&path).unwrap();
        let refused = said(|out| new(&path, "sm2").exec(out)).unwrap_err();
        assert!(refused.contains("已存在"), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    //= ACC-09
    #[test]
    fn wrong_tries_stay_used_up_in_the_file_and_no_pin_is_echoed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.json");
        said(|out| new(&path, "sm2").exec(out)).unwrap();
        let talk = |apdus: &[&str]| {
            let apdus = apdus.iter().map(|apdu| (*apdu).into()).collect();
            said(|out| Apdu { reader: ReaderChoice::Memory, card: Some(path.clone()), apdus }.exec(out))
        };
        let select = "00 A4 04 00 05 A0 00 00 03 08";
        let said = talk(&[select, "00200080 08 3131313131313131"]).unwrap();
        assert!(said.contains("< 63C4") && !said.contains("31313131"), "{said}");
        assert!(talk(&[select, "00200080"]).unwrap().contains("< 63C4"));
        let refused = talk(&[select, "00200080 08 3131313131313131", "002"]).unwrap_err();
        assert!(refused.contains("第3条"), "{refused}");
        assert_eq!(CardFile::load(&path).unwrap().pin_left, 4, "nothing of it was sent");
    }

    #[test]
    fn only_a_wrong_pin_is_called_one() {
        let said = |command: &[u8], answer: &[u8]| {
            let mut out = Vec::new();
            show_exchange(&Exchange { command: command.into(), answer: answer.into() }, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(said(&[0, 0x20, 0, 0x80], &[0x63, 0xC5]), "> 00200080\n< 63C5  剩余5次\n");
        assert_eq!(said(&[0, 0x20, 0, 0x80, 0], &[0x63, 0xC5]), "> 0020008000\n< 63C5  剩余5次\n");
        assert_eq!(said(&[0, 0x20, 0, 0x80, 1, 42], &[0x63, 0xC4]), "> 00200080012A\n< 63C4  口令错误，剩余4次\n");
        assert_eq!(said(&[0, 0x20, 0, 0x80], &[0x69, 0x83]), "> 00200080\n< 6983  口令已锁定\n");
    }

    #[test]
    fn readers_are_named_as_the_manual_of_the_command_line_says() {
        assert_eq!("memory".parse(), Ok(ReaderChoice::Memory));
        assert_eq!("pcsc".parse(), Ok(ReaderChoice::Pcsc(None)));
        assert_eq!("pcsc:Virtual PCD".parse(), Ok(ReaderChoice::Pcsc(Some("Virtual PCD".into()))));
        assert!("pcsc:".parse::<ReaderChoice>().is_err());
        assert!("usb".parse::<ReaderChoice>().is_err());
    }

    #[test]
    fn hexadecimal_may_have_spaces_but_no_half_bytes() {
        assert_eq!(hex("00 a4 0400"), Some(vec![0, 0xA4, 4, 0]));
        assert_eq!(hex("00A"), None);
        assert_eq!(hex("zz"), None);
    }
}
