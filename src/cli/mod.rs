//! The command line: one file per subcommand, parsing and printing only.
//!
//! Data goes to stdout, talk to stderr. Exit codes are a contract with everyone's CI and stand in [`exit`] alone.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

mod bench_print;
pub mod bench_scenario;
pub mod bench_sign;
pub mod card;
pub mod card_apdu;
pub mod card_serve;
pub mod coverage;
pub mod doctor;
pub mod exit;
pub mod explain;
pub mod fmt;
pub mod lint;
pub mod list;
pub mod list_readers;
pub mod reader_args;
pub mod report_file;
pub mod report_merge;
pub mod report_to;
pub mod run;
pub mod schema;
pub mod self_test;
pub mod tables_arg;
pub mod watch;

/// The finance and insurance service of the China International Trade Single Window in one process, to test with.
#[derive(Debug, Parser)]
#[command(name = "kouan", version, after_help = exit::HELP, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Watch(watch::Watch),
    Lint(lint::Lint),
    Fmt(fmt::Fmt),
    List(list::List),
    Coverage(coverage::CoverageArgs),
    /// Work on written reports
    #[command(subcommand)]
    Report(ReportCommand),
    Explain(explain::Explain),
    Schema(schema::Schema),
    SelfTest(self_test::SelfTest),
    Card(card::Card),
    Doctor(doctor::Doctor),
    /// Measure
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    Merge(report_merge::ReportMerge),
}

#[derive(Debug, Subcommand)]
enum Bench {
    Sign(bench_sign::BenchSign),
    Scenario(bench_scenario::BenchScenario),
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The arguments or the files given are wrong: exit code 2.
    #[error("{0}")]
    Input(String),
    /// The surroundings are (no reader, no space, no permission), or the program itself: exit code 3.
    #[error("{0}")]
    Surroundings(String),
    /// Whoever read our output has had enough (`| head`): no trouble, and nothing to say.
    #[error("output closed")]
    Closed,
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Surroundings(error.to_string()),
        }
    }
}

/// Parses the command line, runs the command, says what went wrong on stderr, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let stdout = io::stdout();
    let mut out = io::BufWriter::new(stdout.lock());
    let done = match cli.command {
        Command::Run(c) => c.exec(&mut out),
        Command::Watch(c) => c.exec(&mut out),
        Command::Lint(c) => c.exec(&mut out),
        Command::Fmt(c) => c.exec(&mut out),
        Command::List(c) => c.exec(&mut out),
        Command::Coverage(c) => c.exec(&mut out),
        Command::Report(ReportCommand::Merge(c)) => c.exec(&mut out),
        Command::Explain(c) => c.exec(&mut out),
        Command::Schema(c) => c.exec(&mut out),
        Command::SelfTest(c) => c.exec(&mut out),
        Command::Card(c) => c.exec(&mut out),
        Command::Doctor(c) => c.exec(&mut out),
        Command::Bench(Bench::Sign(c)) => c.exec(&mut out),
        Command::Bench(Bench::Scenario(c)) => c.exec(&mut out),
    };
    let done = done.and_then(|code| {
        out.flush()?;
        Ok(code)
    });
    match done {
        Ok(code) => code,
        Err(CliError::Closed) => exit::PASSED,
        Err(error) => {
            let code = if matches!(error, CliError::Input(_)) { exit::INPUT } else { exit::SURROUNDINGS };
            // With stderr gone too there is nobody left to tell.
            let _ = writeln!(io::stderr().lock(), "kouan: {error}");
            ExitCode::from(code)
        }
    }
}
