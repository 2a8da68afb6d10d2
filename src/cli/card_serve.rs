//! `kouan card serve`: cards that every program on this computer can use, until it is told to stop.
//!
//! Only the command line and what is printed stand here; the cards lie in a [`Rack`]. No PIN is printed (ACC-09).

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    mem,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use rustix::{process::getpgrp, termios::tcgetpgrp};
use virtual_card::{
    Exchange,
    vpcd::{Latency, State},
};

use super::{CliError, card::file_error, card_apdu::to_hex, exit, reader_args::address};
use crate::rack::{
    Event, Offer, Rack, Refusal, What,
    control::{self, Control, ControlError, Said, Unreadable},
    in_words,
    order::{self, Line},
};

/// The longest time that a card may be told to take for a command.
const MAX_LATENCY: Duration = Duration::from_secs(60);

/// Offer virtual cards to every program on this computer that speaks PC/SC, until stopped (Ctrl-C)
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Serve {
    /// Card files; the first one goes to PORT, the second one to PORT+1, and so on
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where pcscd's driver of virtual readers (vpcd) listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35963")]
    vpcd: String,
    /// Let a card take so long for each command, such as 5ms
    #[arg(long, value_name = "TIME", value_parser = latency, conflicts_with = "slow")]
    latency: Option<Duration>,
    /// Let cards be as slow as real ones: some 250 signatures a minute (10 ms a command, 230 ms more a signature)
    #[arg(long)]
    slow: bool,
    /// Listen for orders (see below) at a Unix socket made there, which only you may use
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
    /// Show each command and its answer on stderr, without secrets
    #[arg(short, long)]
    verbose: bool,
}

const HELP: &str = "\
Example:
  kouan card serve zhang.json
  kouan card serve zhang.json li.json --slow --control cards.sock
  echo 'fail 1 6F00' | nc -NU cards.sock

Orders, a line each, on stdin or at the --control socket (N is the card's number, @K the K-th command from now):
  pull [N] [@K]   insert [N] [FILE]   swap [N] FILE [@K]   lock [N] [@K]   fail [N] 6F00 [@K]   stuck [N] [@K]
  clear [N]   list   help   quit
The last line of an answer begins with ok or error.

A driver entry of vpcd has two readers, so PORT and PORT+1 are served by pcscd as it is installed. More need further
entries in /etc/reader.conf.d, each with a port and a copy of the driver file of its own.
While a card is served no other kouan can use its file. Exit codes: 0 stopped; 2 wrong arguments; 3 a file in use";

/// Real cards: 10 ms for the way through reader and applet, the rest for arithmetic in the chip. One command and one
/// signature make 240 ms, which is 250 a minute.
const AS_REAL: Latency = Latency { apdu: Duration::from_millis(10), signature: Duration::from_millis(230) };

/// What wakes the program.
enum Wake {
    Event(Event),
    Said(Said),
    Stop,
}

impl From<Said> for Wake {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl Serve {
    /// Offers the cards until somebody says stop.
    ///
    /// # Errors
    /// If an argument or a file is wrong, a card is in use, or there can be no control socket.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let addresses = self.addresses()?;
        self.each_once()?;
        let (wake, woken) = mpsc::channel();
        let stop = wake.clone();
        // The other end is gone only when the program is about to end.
        let stop = move || drop(stop.send(Wake::Stop));
        ctrlc::set_handler(stop).map_err(|e| CliError::Surroundings(format!("无法接收 Ctrl-C：{e}")))?;
        let mut rack = Rack::default();
        for (file, address) in self.files.iter().zip(addresses) {
            rack.add(file, self.offer(address, &wake)).map_err(|refusal| refused(refusal, file))?;
            writeln!(out, "卡 {} {} → {address}", rack.count(), file.display())?;
        }
        let control = self.control.as_deref().map(|path| Control::listen(path, wake.clone())).transpose();
        // Dropped at the end, it takes the socket away.
        let _control = control.map_err(|error| no_socket(&error))?;
        listen_to_stdin(wake)?;
        out.flush()?;
        Session { rack, out, hinted: false }.until_stopped(&woken);
        Ok(exit::PASSED)
    }

    /// Where each card goes.
    fn addresses(&self) -> Result<Vec<SocketAddr>, CliError> {
        let first = address(&self.vpcd)?;
        let ports = first.port()..=u16::MAX;
        if ports.len() < self.files.len() || first.port() == 0 {
            let (many, port) = (self.files.len(), first.port());
            let text = format!("--vpcd {}：{many}张卡要占用从{port}起的{many}个端口，超出1至65535", self.vpcd);
            return Err(CliError::Input(text));
        }
        Ok(ports.take(self.files.len()).map(|port| SocketAddr::new(first.ip(), port)).collect())
    }

    /// A card can't lie in two readers. A file that can't be found is refused when it is opened.
    fn each_once(&self) -> Result<(), CliError> {
        let mut seen = BTreeSet::new();
        let again = self.files.iter().find(|file| fs::canonicalize(file).is_ok_and(|path| !seen.insert(path)));
        again.map_or(Ok(()), |file| Err(CliError::Input(format!("同一张卡给了两次：{}", file.display()))))
    }

    fn offer(&self, address: SocketAddr, wake: &Sender<Wake>) -> Offer {
        let wake = wake.clone();
        let latency = match self.latency {
            _ if self.slow => AS_REAL,
            Some(apdu) => Latency { apdu, signature: Duration::ZERO },
            None => Latency::default(),
        };
        Offer { address, latency, log: self.verbose, tell: Arc::new(move |event| drop(wake.send(Wake::Event(event)))) }
    }
}

/// Reads orders from stdin in a thread of their own. At its end the cards stay.
fn listen_to_stdin(wake: Sender<Wake>) -> Result<(), CliError> {
    if !may_read_stdin() {
        return Ok(());
    }
    let read = move || control::read(io::stdin().lock(), &wake);
    thread::Builder::new().name("stdin".into()).spawn(read)?;
    Ok(())
}

/// A program in the background that reads from its terminal is halted by the system, and its cards with it.
fn may_read_stdin() -> bool {
    tcgetpgrp(io::stdin()).map_or(true, |in_front| in_front == getpgrp())
}

/// The program while cards are on offer.
struct Session<'a> {
    rack: Rack,
    out: &'a mut dyn Write,
    /// It has been said how to start pcscd.
    hinted: bool,
}

impl Session<'_> {
    fn until_stopped(mut self, woken: &Receiver<Wake>) {
        for wake in woken {
            match wake {
                Wake::Stop => break,
                Wake::Event(Event { slot, what: What::State(state) }) => self.tell(slot, state),
                Wake::Event(Event { slot, what: What::Exchanged(exchanges) }) => show(slot, &exchanges),
                Wake::Said(mut said) => {
                    let (answer, goes_on) = self.answer(said.line.as_deref());
                    match &mut said.to {
                        // Who has gone away meanwhile wants no answer.
                        Some(to) => drop(to.write_all(answer.as_bytes())),
                        None => self.say(&answer),
                    }
                    if !goes_on {
                        break;
                    }
                }
            }
        }
    }

    /// Says something on stdout. The cards stay even if nobody listens any more: a script may have read its first line only.
    fn say(&mut self, text: &str) {
        self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).ok();
    }

    /// Does what a line says, and gives what is to be said to that, and whether to go on.
    fn answer(&mut self, line: Result<&str, &Unreadable>) -> (String, bool) {
        let line = match line {
            Ok(line) => order::parse(line, self.rack.count()),
            Err(unreadable) => return (format!("error {unreadable}\n"), true),
        };
        match line {
            Ok(Line::Empty) => (String::new(), true),
            Ok(Line::Help) => (format!("{}\nok\n", order::HELP), true),
            Ok(Line::Quit) => ("ok 结束\n".into(), false),
            Ok(Line::List) => (format!("{}ok {}张卡\n", self.rack, self.rack.count()), true),
            Ok(Line::Order(order)) => match self.rack.obey(order) {
                Ok(done) => (format!("ok {done}\n"), true),
                Err(refusal) => (format!("error {refusal}\n"), true),
            },
            Err(refusal) => (format!("error {refusal}\n"), true),
        }
    }

    /// Says where a card is now.
    fn tell(&mut self, number: usize, state: State) {
        self.say(&format!("卡 {number} {}\n", in_words(state)));
        let slot = self.rack.slot(number);
        if state == State::NoReader && !mem::replace(&mut self.hinted, true) {
            talk(&how_to_start(slot.address()));
        }
        if state == State::Out
            && let Some(trouble) = slot.trouble()
        {
            talk(&format!("kouan: 卡 {number}：{trouble}"));
        }
    }
}

/// Says a line on stderr, if anybody listens.
fn talk(line: &str) {
    writeln!(io::stderr(), "{line}").ok();
}

/// What to do where no vpcd listens.
fn how_to_start(address: SocketAddr) -> String {
    format!(
        "\
{address} 没有虚拟读卡器（vpcd）在监听，卡等它出现。启动办法（Debian、Ubuntu）：
  apt-get install pcscd vsmartcard-vpcd
  pcscd --foreground
端口写在 /etc/reader.conf.d/vpcd 的 DEVICENAME 中（/dev/null:0x8C7B 即35963），每项占两个连续端口，即两个读卡器。
如果它已经在监听，那么这个读卡器里有别的卡：先取出那张卡，或用 --vpcd 换一个端口。"
    )
}

/// Shows commands and answers; what is secret is already covered.
fn show(slot: usize, exchanges: &[Exchange]) {
    for exchange in exchanges {
        talk(&format!("{slot} > {}", to_hex(&exchange.command)));
        talk(&format!("{slot} < {}", to_hex(&exchange.answer)));
    }
}

/// Of several files it must be said which one is wrong.
fn refused(refusal: Refusal, file: &Path) -> CliError {
    let named = |text: String| {
        let name = file.display().to_string();
        if text.contains(&name) { text } else { format!("{name}：{text}") }
    };
    match refusal {
        Refusal::File(error) => match file_error(error) {
            CliError::Input(text) => CliError::Input(named(text)),
            other => other,
        },
        Refusal::InUse(_) | Refusal::System(_) => CliError::Surroundings(refusal.to_string()),
        other => CliError::Input(other.to_string()),
    }
}

fn no_socket(error: &ControlError) -> CliError {
    let text = format!("--control：{error}");
    match error {
        ControlError::Exists(_) => CliError::Input(text),
        ControlError::InUse(_) | ControlError::Io { .. } => CliError::Surroundings(text),
    }
}

fn latency(text: &str) -> Result<Duration, String> {
    let span: Option<jiff::SignedDuration> = text.parse().ok();
    let time = span.and_then(|span| Duration::try_from(span).ok()).filter(|time| *time <= MAX_LATENCY);
    time.ok_or_else(|| format!("应为0s至{}s的时长，如5ms", MAX_LATENCY.as_secs()))
}
