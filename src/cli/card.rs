//! `kouan card`: make a test card, look at one; talking to one, its readers and offering it to others stand in files of their own.
//!
//! PIN and PUK are never printed (ACC-09).

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use domain::codes::Uscc;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use signing::{Algorithm, Certificate, PrivateKey, TestCa};
use virtual_card::{CardFile, CardFileError, Holder, Origin, Pin, Puk, Role, issue};

use super::{CliError, card_apdu, card_serve, exit, list_readers};

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
    Apdu(card_apdu::Apdu),
    ListReaders(list_readers::ListReaders),
    Serve(card_serve::Serve),
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
            Action::ListReaders(list) => list.exec(out),
            Action::Serve(serve) => serve.exec(out),
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

pub(super) fn file_error(error: CardFileError) -> CliError {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

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
}
