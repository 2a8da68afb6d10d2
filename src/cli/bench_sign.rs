//! `kouan bench sign`: how many signatures a second a card makes, next to what its library and its reader could.
//!
//! Only the time from the order to the signature counts. Every signature is verified: a number that nobody has checked is none.

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signing::Algorithm;
use virtual_card::{Pin, Presence, Reader};

use super::{CliError, bench_print, exit, report_file::ReportFile};
use crate::{
    bench::{
        BenchError, Figures, MOST_SESSIONS, Plan, Progress, Readers, Transaction, Way,
        comparison::{self, Comparison, NoBaseline},
        machine::Machine,
        matrix::{self, Cell, Skipped},
        measure,
        page::page,
    },
    card::{ReaderChoice, open},
};

const DEFAULT_PIN: &str = "88888888";
/// A run that wavers by more percent was not alone on its machine.
const NOISY: f64 = 10.0;

/// Measure signatures per second
///
/// Beside the figure stand its ceilings, taken in the same run: the signer's own rate without a card, and how often a second an
/// empty command (00 20 00 80, which costs no try) goes to the card and back. The clock runs only from the order to
/// the signature; every signature is verified while it stands still.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kouan bench sign --algorithm sm2 --reader memory --seconds 3\n  \
    kouan bench sign --algorithm rsa2048 --reader pcsc --pin 88888888 --keep-transaction\n  \
    kouan bench sign --algorithm sm2 --reader 'pcsc:Reader A' --reader 'pcsc:Reader B' --sessions 2\n  \
    kouan bench sign --matrix --report html=speed.html --save speed.jsonl\n  \
    kouan bench sign --matrix --baseline speed.jsonl --fail-below 80\n\n\
    A card in a PC/SC reader signs with its own key in 9A, and its certificate there verifies. The PIN is tried once: if it is \
    wrong, everything stops, and a card with a single try left is not given one.\n\n\
    Exit codes: 0 measured (a slower result fails nothing by itself); 1 a signature was wrong, or --fail-below; 2 wrong \
    arguments, PIN or baseline; 3 no reader, no card, or the program itself.")]
pub struct BenchSign {
    /// sm2, rsa2048 or p256; with --matrix only this one instead of all
    #[arg(long, required_unless_present = "matrix")]
    algorithm: Option<Algorithm>,
    /// memory, pcsc or pcsc:NAME, or raw: the signer alone, without card and APDUs. Several pcsc:NAME share the sessions; with
    /// --matrix each is measured by itself [default: memory; with --matrix raw, memory and every card that is found]
    #[arg(long, value_name = "R", value_parser = way)]
    reader: Vec<Way>,
    /// How long the clock runs; with --matrix for each measurement
    #[arg(long, default_value = "3", value_parser = seconds)]
    seconds: Duration,
    /// How many sign at the same time, in memory each with a card of its own [default: 1, or one for each reader]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_SESSIONS)))]
    sessions: Option<u16>,
    /// The PIN of the card [default: 88888888]; --matrix measures cards that it finds only if this is given
    #[arg(long, value_parser = Pin::parse)]
    pin: Option<Pin>,
    /// Give the PIN before each signature
    #[arg(long)]
    pin_each: bool,
    /// Keep other programs off the card from the first signature to the last, instead of for each by itself
    #[arg(long)]
    keep_transaction: bool,
    /// Measure all algorithms along all ways, as a table
    #[arg(long)]
    matrix: bool,
    /// html=FILE: a page with table and plots that needs neither network nor script
    #[arg(long, value_name = "html=F", value_parser = html)]
    report: Option<PathBuf>,
    /// Keep the results, with the facts of this machine, to compare with later: what --json prints, a line each
    #[arg(long, value_name = "F")]
    save: Option<PathBuf>,
    /// Compare with results that were kept
    #[arg(long, value_name = "F")]
    baseline: Option<PathBuf>,
    /// Exit with 1 if a result is below so many percent of the baseline's
    #[arg(long, value_name = "PERCENT", requires = "baseline", value_parser = percent)]
    fail_below: Option<f64>,
    /// One line of JSON a result instead of text
    #[arg(long)]
    json: bool,
}

fn way(text: &str) -> Result<Way, String> {
    match text.parse() {
        _ if text == "raw" => Ok(Way::Raw),
        Ok(ReaderChoice::Memory) => Ok(Way::Memory),
        Ok(ReaderChoice::Pcsc(name)) => Ok(Way::Pcsc(name)),
        Err(_) => Err(format!("没有「{text}」这种读卡器，可用：raw、memory、pcsc、pcsc:名称")),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    const MOST: f64 = 3600.0;
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds >= 1e-6 && *seconds <= MOST);
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("时长应大于0、不超过{MOST}秒"))
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.parse::<f64>().ok().filter(|percent| *percent > 0.0 && *percent <= 1000.0);
    percent.ok_or_else(|| "应为大于0、不超过1000的百分数，如 90".into())
}

fn html(text: &str) -> Result<PathBuf, String> {
    let file = text.strip_prefix("html=").filter(|file| !file.is_empty());
    file.map(Into::into).ok_or_else(|| "应写 html=文件".into())
}

impl From<BenchError> for CliError {
    fn from(error: BenchError) -> Self {
        if error.is_input() { Self::Input(error.to_string()) } else { Self::Surroundings(error.to_string()) }
    }
}

/// What is to sign, and along which ways together.
type Task = (Algorithm, Vec<Way>);

/// The readers of this system.
struct System;

impl Readers for System {
    fn open(&self, name: Option<&str>) -> Result<Box<dyn Reader>, String> {
        open::pcsc(name).map(|reader| reader as Box<dyn Reader>).map_err(open::words)
    }

    fn with_card(&self) -> Result<Vec<String>, String> {
        let listed = open::list().map_err(open::words)?;
        let held = listed.into_iter().filter(|reader| matches!(reader.presence, Presence::Present { .. }));
        Ok(held.map(|reader| reader.name).collect())
    }
}

impl BenchSign {
    /// Measures, verifies, prints.
    ///
    /// # Errors
    /// If the PIN or a file is wrong, or there is no such reader.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        self.measured(&System, out)
    }

    fn measured(self, readers: &dyn Readers, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        // What can't be written or compared is said before the first signature.
        let report = self.report.as_deref().map(file).transpose()?;
        let save = self.save.as_deref().map(file).transpose()?;
        let earlier = self.baseline.as_deref().map(|path| self.earlier(path)).transpose()?;
        let (cells, skipped) = self.cells(readers)?;
        if cfg!(debug_assertions) {
            say("这是调试构建，数字没有意义；请用 cargo build --release 构建的程序来测");
        }
        let command = command_line(std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()));
        let mut results: Vec<Figures> = Vec::new();
        for (number, ways) in (1..).zip(&cells) {
            let plan = self.plan(ways);
            let title = format!("{number}/{} {} {}", cells.len(), plan.algorithm, told(&plan.ways));
            let bar = progress(&title, plan.span);
            let figures = measure(&plan, readers, &command, &mut |progress| advance(&bar, progress));
            bar.finish_and_clear();
            let mut figures = figures?;
            if let Some(noise) = figures.noise_percent.filter(|noise| *noise > NOISY) {
                say(&format!("{}：波动±{noise:.0}%，机器上大概有别的程序在忙，数字不可靠", figures.told()));
            }
            figures.baseline = self.compared(&figures, earlier.as_deref())?;
            self.print(&figures, out)?;
            results.push(figures);
        }
        if self.matrix && !self.json {
            bench_print::table(&results, &skipped, &Machine::here(), out)?;
        } else {
            skipped.iter().for_each(|skipped| say(&format!("{}没有测：{}", skipped.what, skipped.why)));
        }
        if let Some(file) = report {
            whole(file, page(&results, &skipped).as_bytes())?;
        }
        if let Some(file) = save {
            whole(file, lines(&results)?.as_bytes())?;
        }
        Ok(self.verdict(&results))
    }

    /// What is to be measured: one thing, or the matrix.
    fn cells(&self, readers: &dyn Readers) -> Result<(Vec<Task>, Vec<Skipped>), CliError> {
        match self.algorithm {
            Some(algorithm) if !self.matrix => {
                let ways = if self.reader.is_empty() { vec![Way::Memory] } else { self.reader.clone() };
                Ok((vec![(algorithm, ways)], Vec::new()))
            }
            only => {
                let algorithms = only.map_or(Algorithm::ALL.to_vec(), |algorithm| vec![algorithm]);
                let (cells, skipped) = matrix::cells(&algorithms, &self.reader, self.pin.is_some(), readers)?;
                Ok((cells.into_iter().map(|Cell { algorithm, way }| (algorithm, vec![way])).collect(), skipped))
            }
        }
    }

    fn plan(&self, (algorithm, ways): &Task) -> Plan {
        let pin = self.pin.clone().or_else(|| Pin::parse(DEFAULT_PIN).ok()).expect("the default is a PIN");
        let each = u16::try_from(ways.len()).unwrap_or(MOST_SESSIONS);
        let transaction = if self.keep_transaction { Transaction::Kept } else { Transaction::Each };
        Plan {
            algorithm: *algorithm,
            ways: ways.clone(),
            span: self.seconds,
            sessions: self.sessions.unwrap_or(each),
            pin,
            pin_each: self.pin_each,
            transaction,
        }
    }

    /// The results of a file; without the algorithm in question it is of no use.
    fn earlier(&self, path: &Path) -> Result<Vec<Figures>, CliError> {
        let wrong = |why: &dyn std::fmt::Display| CliError::Input(format!("基准 {}：{why}", path.display()));
        let mut text = String::new();
        let file = fs::File::open(path).map_err(|error| wrong(&format!("读不了，{error}")))?;
        file.take(comparison::MOST_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| wrong(&format!("读不了，{error}")))?;
        let earlier = comparison::read(&text).map_err(|error| wrong(&error))?;
        match self.algorithm {
            Some(wanted) if !earlier.iter().any(|figures| figures.algorithm == wanted.name()) => {
                let found = earlier.iter().map(Figures::told).collect::<Vec<_>>().join("；");
                Err(wrong(&NoBaseline::Other { wanted: wanted.to_string(), found }))
            }
            Some(_) | None => Ok(earlier),
        }
    }

    /// In a matrix a measurement that is new has nothing to be compared with; a single one must have.
    fn compared(&self, now: &Figures, earlier: Option<&[Figures]>) -> Result<Option<Comparison>, CliError> {
        let Some(earlier) = earlier else { return Ok(None) };
        match comparison::compare(now, earlier) {
            Ok(comparison) => {
                if !comparison.machine_differs.is_empty() {
                    let differs = comparison.machine_differs.join("、");
                    say(&format!("基准是在另一台机器或另一个构建上测的（{differs}不同），比较仅供参考"));
                }
                Ok(Some(comparison))
            }
            Err(_) if self.matrix => {
                say(&format!("基准里没有「{}」，不比较", now.told()));
                Ok(None)
            }
            Err(error) => Err(CliError::Input(format!("基准：{error}"))),
        }
    }

    fn print(&self, figures: &Figures, out: &mut dyn Write) -> Result<(), CliError> {
        if self.json {
            writeln!(out, "{}", line(figures)?)?;
            out.flush()?;
        } else if !self.matrix {
            bench_print::figures(figures, out)?;
        }
        Ok(())
    }

    fn verdict(&self, results: &[Figures]) -> ExitCode {
        let mut passed = results.iter().all(Figures::all_verified);
        for (figures, was) in results.iter().filter_map(|f| Some((f, f.baseline.as_ref()?))) {
            let percent = 100.0 * figures.per_second / was.per_second;
            if let Some(least) = self.fail_below.filter(|least| percent < *least) {
                say(&format!("{}：只有基准的{percent:.1}%，低于{least}%", figures.told()));
                passed = false;
            }
        }
        if passed { exit::PASSED } else { ExitCode::from(exit::FAILED) }
    }
}

fn file(path: &Path) -> Result<ReportFile, CliError> {
    ReportFile::create(path).map_err(|error| CliError::Surroundings(error.to_string()))
}

fn whole(mut file: ReportFile, bytes: &[u8]) -> Result<(), CliError> {
    file.write_all(bytes)?;
    Ok(file.flush()?)
}

fn line(figures: &Figures) -> Result<String, CliError> {
    serde_json::to_string(figures).map_err(|error| CliError::Surroundings(error.to_string()))
}

fn lines(results: &[Figures]) -> Result<String, CliError> {
    results.iter().map(|figures| Ok(line(figures)? + "\n")).collect()
}

/// Talk goes to stderr; with that gone there is nobody to tell.
fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "kouan: {text}");
}

fn told(ways: &[Way]) -> String {
    ways.iter().map(Way::to_string).collect::<Vec<_>>().join(" + ")
}

/// The words as one would type them again, `kouan` first, with `***` for a PIN.
fn command_line(words: impl Iterator<Item = String>) -> String {
    let mut line = String::from("kouan");
    let mut secret = false;
    for word in words {
        line.push(' ');
        if std::mem::take(&mut secret) {
            line += "***";
        } else if word.starts_with("--pin=") {
            line += "--pin=***";
        } else if !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_=./:,+".contains(c)) {
            secret = word == "--pin";
            line += &word;
        } else {
            line += &format!("'{}'", word.replace('\'', "'\\''"));
        }
    }
    line
}

/// A bar for people who look on; nobody else sees it.
fn progress(title: &str, span: Duration) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(milliseconds(span)), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{prefix} [{bar:24}] {percent:>3}% {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar.set_prefix(title.to_owned());
    bar.tick();
    bar
}

fn advance(bar: &ProgressBar, progress: Progress) {
    bar.set_position(milliseconds(progress.elapsed));
    let rate = progress.signatures as f64 / progress.elapsed.as_secs_f64().max(1e-9);
    bar.set_message(format!("{} 次，{} 次/秒", progress.signatures, bench_print::rate(rate)));
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
