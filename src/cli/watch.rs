//! `kouan watch`: while somebody writes scenarios, what they save is played at once.
//!
//! The screen holds the last round and what is still red from before. Files are watched by the system; a look at all of
//! them decides what changed, so no matter how an editor saves, nothing is missed and nothing runs twice.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};

use clap::Args;
use interchange::Suite as Seal;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::{
    CliError, exit,
    run::{is_good, jobs, parse_jobs},
};
use crate::{
    scenario::{
        model::Case,
        play::Options,
        pool,
        watched::{Round, Watched},
    },
    verdict::{
        console::Console,
        event::{Event, Report, Summary},
        finding::CaseResult,
    },
};

/// Nothing may be saved for so long before a round begins: an editor's save is several changes.
const QUIET: Duration = Duration::from_millis(10);

/// And a round begins at the latest after so many of them.
const QUIET_TIMES: usize = 10;

/// Files that are still red and named; further ones are counted.
const NAMES_SHOWN: usize = 5;

/// Play scenario files whenever they are saved
///
/// Everything is played once; then only the files that change, also new ones. Mistakes are shown as lint shows them, and
/// keep no other file from running. Ends with Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kouan watch scenarios/4-在线交费签约")]
pub struct Watch {
    /// Scenario files, or folders of them
    #[arg(value_name = "PATH", default_value = "scenarios/")]
    paths: Vec<PathBuf>,
    /// Scenarios played side by side [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<usize>,
    /// The seed that every draw depends on
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How messages are sealed: sm2, rsa, or mac (keyed hashes: for exploring at speed)
    #[arg(long, value_name = "SUITE", default_value = "sm2")]
    seal: Seal,
}

/// What wakes the watcher.
enum Wake {
    /// Something happened to these paths.
    Changed(Vec<PathBuf>),
    /// Ctrl-C.
    Stop,
}

impl Watch {
    /// Plays and waits until Ctrl-C, which is a good end.
    ///
    /// # Errors
    /// A path that is not there or cannot be read or watched.
    pub fn exec(self, out: &mut impl Write) -> Result<ExitCode, CliError> {
        let (wake, woken) = channel();
        let stopped = Arc::new(AtomicBool::new(false));
        on_interrupt(wake.clone(), Arc::clone(&stopped))?;
        // Before the first look: what is saved while it runs must not be missed.
        let _watcher = watcher(&self.paths, wake)?;
        let mut session = Session {
            watched: Watched::new(self.paths.clone()),
            red: BTreeSet::new(),
            options: Options::new(self.seed, self.seal),
            jobs: jobs(self.jobs),
            terminal: std::io::stdout().is_terminal(),
            stopped,
        };
        session.round(&BTreeSet::new(), out)?;
        if !session.stopped.load(Ordering::Relaxed) {
            writeln!(std::io::stderr(), "正在监视 {} 个文件，Ctrl-C 结束", session.watched.count())?;
        }
        while let Some(named) = changes(&woken) {
            session.round(&named, out)?;
            if session.stopped.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(exit::PASSED)
    }
}

fn on_interrupt(wake: Sender<Wake>, stopped: Arc<AtomicBool>) -> Result<(), CliError> {
    let stop = move || {
        stopped.store(true, Ordering::Relaxed);
        // With nobody listening the program is ending already.
        let _ = wake.send(Wake::Stop);
    };
    ctrlc::set_handler(stop).map_err(|e| CliError::Surroundings(format!("无法接收 Ctrl-C：{e}")))
}

/// Watches folders with all that is in them; a file by its folder, since a save may replace it.
fn watcher(paths: &[PathBuf], wake: Sender<Wake>) -> Result<RecommendedWatcher, CliError> {
    let cannot = |path: &Path, why: &dyn std::fmt::Display| format!("无法监视 {}：{why}", path.display());
    let on_event = move |event: notify::Result<notify::Event>| {
        // That somebody reads a file, as we do, is no news. An error means that something was missed: look.
        let paths = match event {
            Ok(event) if event.kind.is_access() => return,
            Ok(event) => event.paths,
            Err(error) => error.paths,
        };
        let _ = wake.send(Wake::Changed(paths));
    };
    let mut watcher =
        notify::recommended_watcher(on_event).map_err(|e| CliError::Surroundings(format!("无法监视文件：{e}")))?;
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|e| CliError::Input(cannot(path, &e)))?;
        let (folder, mode) = if metadata.is_dir() {
            (path.as_path(), RecursiveMode::Recursive)
        } else {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
            (parent.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)
        };
        watcher.watch(folder, mode).map_err(|e| CliError::Surroundings(cannot(path, &e)))?;
    }
    Ok(watcher)
}

/// Waits for changes, and until they have come to rest; gives the files' names, or nothing when it is time to end.
fn changes(woken: &Receiver<Wake>) -> Option<BTreeSet<OsString>> {
    let mut wakes = vec![woken.recv().ok()?];
    for _ in 0..QUIET_TIMES {
        match woken.recv_timeout(QUIET) {
            Ok(wake) => wakes.push(wake),
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        // One save may be a hundred changes: those that have come by now are no further wait.
        wakes.extend(woken.try_iter());
    }
    let mut names = BTreeSet::new();
    for wake in wakes {
        match wake {
            Wake::Changed(paths) => names.extend(paths.iter().filter_map(|p| p.file_name()).map(OsString::from)),
            Wake::Stop => return None,
        }
    }
    Some(names)
}

/// What is kept between rounds.
struct Session {
    watched: Watched,
    /// Files with mistakes, or with a case that did not come out well.
    red: BTreeSet<PathBuf>,
    options: Options,
    jobs: usize,
    terminal: bool,
    stopped: Arc<AtomicBool>,
}

impl Session {
    /// Looks at the files, plays what changed and tells how it went. Says nothing if nothing changed.
    #[expect(clippy::disallowed_methods, reason = "how long somebody waited is real time, and only shown")]
    fn round(&mut self, named: &BTreeSet<OsString>, out: &mut impl Write) -> Result<(), CliError> {
        let started = Instant::now();
        let round = self.watched.look(named).map_err(|e| CliError::Input(e.to_string()))?;
        for error in &round.unreadable {
            writeln!(std::io::stderr(), "kouan: {error}")?;
        }
        if round.changed.is_empty() && round.gone.is_empty() {
            return Ok(());
        }
        if self.terminal {
            // Clears the screen, and what lies above it stays in the history.
            write!(out, "\x1b[2J\x1b[H")?;
        }
        for path in round.gone.iter().chain(&round.changed) {
            self.red.remove(path);
        }
        let before = self.red.clone();
        for path in &round.gone {
            writeln!(out, "不再有  {}", path.display())?;
        }
        self.mistakes(&round, out)?;
        let played: Vec<&PathBuf> = round.changed.iter().filter(|path| !self.watched.is_refused(path)).collect();
        let cases: Vec<Case> = played.iter().flat_map(|path| self.watched.cases(path)).cloned().collect();
        let results = self.play(&cases);
        if results.len() < cases.len() {
            // Stopped in the midst of it: half a result is none.
            return Ok(());
        }
        if results.iter().any(|r| !is_good(r.verdict) || !r.findings.is_empty()) {
            self.report(results, out)?;
        } else if !cases.is_empty() {
            let files = match played.as_slice() {
                [path] => path.display().to_string(),
                paths => format!("{} 个文件", paths.len()),
            };
            let took = started.elapsed().as_millis();
            writeln!(out, "通过  {files}  {} 个场景，{took} 毫秒", cases.len())?;
        }
        self.still_red(&before, out)?;
        out.flush()?;
        Ok(())
    }

    /// Draws what is wrong with the files that changed.
    fn mistakes(&mut self, round: &Round, out: &mut impl Write) -> Result<(), CliError> {
        let mut refused = 0;
        for path in &round.changed {
            write!(out, "{}", self.watched.drawn(path, self.terminal))?;
            if self.watched.is_refused(path) {
                refused += 1;
                self.red.insert(path.clone());
            }
        }
        if refused > 0 {
            writeln!(out, "{refused} 个文件有错误，没有执行\n")?;
        }
        Ok(())
    }

    /// Plays cases, and notes which files are red; fewer results than cases if somebody stopped it.
    fn play(&mut self, cases: &[Case]) -> Vec<CaseResult> {
        let mut results: Vec<CaseResult> = Vec::new();
        pool::run(cases, &self.options, self.jobs, |result, _evidence| {
            results.push(result);
            !self.stopped.load(Ordering::Relaxed)
        });
        self.red.extend(results.iter().filter(|r| !is_good(r.verdict)).map(|r| PathBuf::from(&r.file)));
        results
    }

    /// All that there is to say.
    fn report(&self, results: Vec<CaseResult>, out: &mut impl Write) -> Result<(), CliError> {
        let summary: Summary = results.iter().map(|r| r.verdict).collect();
        let mut console = Console::new(out, false);
        console.event(&Event::RunStarted {
            cases: results.len(),
            seed: self.options.seed,
            seal: self.options.suite.to_string(),
            reader: "memory".into(),
            jobs: self.jobs,
            shard: None,
        })?;
        for result in results {
            console.event(&Event::CaseFinished(Box::new(result)))?;
        }
        console.event(&Event::RunFinished { summary })?;
        Ok(())
    }

    /// Names what was red before this round and was not touched by it.
    fn still_red(&self, before: &BTreeSet<PathBuf>, out: &mut impl Write) -> Result<(), CliError> {
        if before.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = before.iter().take(NAMES_SHOWN).map(|path| path.display().to_string()).collect();
        let more = if before.len() > NAMES_SHOWN { " 等" } else { "" };
        writeln!(out, "仍有 {} 个文件失败：{}{more}", before.len(), names.join("、"))?;
        Ok(())
    }
}
