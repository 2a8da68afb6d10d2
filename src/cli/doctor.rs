//! `kouan doctor`: what is there for real cards, what is missing, and what to type next.

use std::{io::Write, path::Path, process::ExitCode};

use serde::Serialize;
use virtual_card::Presence;

use super::{CliError, card_apdu::to_hex, exit};
use crate::card::{
    PinStatus,
    open::{self, Listed},
    surroundings::{self, Found, SLOTS, Service, Vpcd},
};

/// See whether real card readers can be used here, what is missing, and what to do next
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kouan doctor\n\nNothing is changed, and no try of a PIN is used up.\n\
                        Exit codes: 0 a card can be used; 3 something is missing")]
pub struct Doctor {
    /// One line of JSON instead of text
    #[arg(long)]
    json: bool,
}

/// How it stands with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Good,
    /// Not needed by everybody.
    Note,
    /// Without it nothing works.
    Missing,
}

/// What is said of one thing, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Line {
    state: State,
    subject: String,
    text: String,
    /// What to do next, where something is to be done.
    next: Option<String>,
}

impl Line {
    fn new(state: State, subject: &str, text: impl Into<String>) -> Self {
        Self { state, subject: subject.into(), text: text.into(), next: None }
    }

    fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }
}

const BUILD: &str = "apt-get install libpcsclite-dev && cargo build --release --features pcsc";
const START: &str = "systemctl start pcscd.socket（没有systemd时：pcscd --foreground）";

impl Doctor {
    /// Looks and reports.
    ///
    /// # Errors
    /// If the report cannot be written.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let lines = look();
        let good = lines.iter().all(|line| line.state != State::Missing);
        // What is missing first; what could be done next otherwise.
        let next = lines.iter().filter(|line| good || line.state == State::Missing).find_map(|line| line.next.clone());
        if self.json {
            let report = serde_json::json!({"good": good, "next": next, "lines": lines});
            writeln!(out, "{report}")?;
        } else {
            for line in &lines {
                let mark = match line.state {
                    State::Good => "好",
                    State::Note => "　",
                    State::Missing => "缺",
                };
                writeln!(out, "{mark}  {}：{}", line.subject, line.text)?;
            }
            if let Some(next) = &next {
                writeln!(out, "下一步：{next}")?;
            }
        }
        Ok(if good { exit::PASSED } else { ExitCode::from(exit::SURROUNDINGS) })
    }
}

fn look() -> Vec<Line> {
    let able = cfg!(feature = "pcsc");
    let mut lines = vec![if able {
        Line::new(State::Good, "本程序", "带PC/SC支持")
    } else {
        Line::new(State::Missing, "本程序", "构建时未带PC/SC支持").next(BUILD)
    }];
    let service = surroundings::service();
    let runs = matches!(service, Service::Runs(_));
    lines.push(of_service(&service));
    let drivers = surroundings::vpcd();
    lines.push(of_vpcd(&drivers));
    if able && runs {
        lines.extend(of_readers(&drivers));
    }
    lines
}

fn of_service(service: &Service) -> Line {
    let subject = "读卡服务";
    let shown = |path: &Path| path.display().to_string();
    let missing = |text: String, next: &str| Line::new(State::Missing, subject, text).next(next);
    match service {
        Service::Runs(socket) => Line::new(State::Good, subject, format!("pcscd在运行（{}）", shown(socket))),
        Service::Absent { installed: true } => missing("已安装pcscd，但没有运行".into(), START),
        Service::Absent { installed: false } => missing("没有安装pcscd".into(), "apt-get install pcscd"),
        Service::Dead(socket) => missing(format!("pcscd没有运行，只留下了 {}", shown(socket)), START),
        Service::Denied(socket) => missing(
            format!("没有使用 {} 的权限", shown(socket)),
            "请管理员在polkit中授权 org.debian.pcsc-lite.access_pcsc，或以root运行",
        ),
        Service::Strange(socket, error) => missing(format!("连不上 {}：{error}", shown(socket)), START),
    }
}

fn of_vpcd(drivers: &[Vpcd]) -> Line {
    let subject = "虚拟读卡器";
    match drivers.iter().find(|driver| driver.there) {
        Some(Vpcd { port, .. }) => {
            let last = port.saturating_add(SLOTS - 1);
            Line::new(State::Good, subject, format!("已安装vpcd驱动，端口{port}至{last}"))
        }
        None if !drivers.is_empty() => Line::new(State::Note, subject, "配置了vpcd驱动，但驱动文件不在")
            .next("apt-get install --reinstall vsmartcard-vpcd，然后重启pcscd"),
        None => Line::new(State::Note, subject, "没有安装vpcd驱动（只有插虚拟卡时才需要）")
            .next("apt-get install vsmartcard-vpcd，然后重启pcscd"),
    }
}

fn of_readers(drivers: &[Vpcd]) -> Vec<Line> {
    let readers = match open::list() {
        Ok(readers) => readers,
        Err(error) => return vec![Line::new(State::Missing, "读卡器", open::words(error)).next(START)],
    };
    if readers.is_empty() {
        let next = "接上读卡器；要用虚拟卡时 apt-get install vsmartcard-vpcd，然后重启pcscd";
        return vec![Line::new(State::Missing, "读卡器", "pcscd没有找到任何读卡器").next(next)];
    }
    let mut lines: Vec<Line> = readers.iter().map(of_reader).collect();
    if readers.iter().all(|reader| reader.presence == Presence::Empty) {
        let port = drivers.iter().find(|driver| driver.there).map_or(35_963, |driver| driver.port);
        let next = format!("插入卡；或插入虚拟卡：kouan card serve 卡文件 --vpcd localhost:{port}");
        lines.push(Line::new(State::Missing, "卡", "所有读卡器中都没有卡").next(next));
    }
    lines
}

fn of_reader(reader: &Listed) -> Line {
    let subject = format!("读卡器「{}」", reader.name);
    let atr = match &reader.presence {
        Presence::Empty => return Line::new(State::Note, &subject, "无卡"),
        Presence::Present { atr } => to_hex(atr),
    };
    let say = |state: State, text: String| Line::new(state, &subject, format!("{text}（ATR {atr}）"));
    match surroundings::card(reader) {
        Found::Nothing => Line::new(State::Note, &subject, "无卡"),
        Found::Foreign => say(State::Note, "有卡，但不是PIV卡".into()),
        Found::Blank => say(State::Note, "PIV卡，没有签名证书".into()),
        Found::Unread(error) => say(State::Missing, format!("有卡，但读不了：{error}")).next("取出卡，重新插入"),
        Found::Signer { pin: PinStatus::Left(0), holder, algorithm } => {
            say(State::Missing, format!("{holder}，{algorithm}，卡已锁定")).next("用PUK解锁卡，或由发卡机构解锁")
        }
        Found::Signer { holder, algorithm, pin } => {
            let pin = match pin {
                PinStatus::Verified => "卡密码已由别的程序验证".into(),
                PinStatus::Left(left) => format!("卡密码剩余{left}次"),
            };
            let next = format!("kouan card apdu --reader 'pcsc:{}'", reader.name);
            say(State::Good, format!("{holder}，{algorithm}，{pin}")).next(next)
        }
    }
}
