//! `kouan bench sign`: how many signatures a second a card makes, next to the ceiling of the same signer without a card.
//!
//! Only the time from the order to the signature counts. Every signature is verified afterwards: a number that nobody
//! has checked is none.

use std::{
    io::Write,
    process::ExitCode,
    str::FromStr,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;
use signing::{Algorithm, PrivateKey, PublicKey, Signer};
use virtual_card::{Card, CardFile, CardKeys, MemoryReader, Pin, Slot, SlotKey};

use super::{CliError, exit};
use crate::card::{ReaderChoice, Terminal, open};

/// Measure signatures per second
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kouan bench sign --algorithm sm2 --reader memory --seconds 3")]
pub struct BenchSign {
    /// sm2, rsa2048 or p256
    #[arg(long)]
    algorithm: Algorithm,
    /// memory, pcsc or pcsc:NAME, or raw: the signer alone, without card and APDUs
    #[arg(long, value_name = "R", default_value = "memory")]
    reader: Way,
    /// How long to measure
    #[arg(long, default_value = "3", value_parser = seconds)]
    seconds: Duration,
    /// How many cards sign at the same time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    sessions: u16,
    /// The PIN of the card
    #[arg(long, default_value = "88888888", value_parser = Pin::parse)]
    pin: Pin,
    /// One line of JSON instead of text
    #[arg(long)]
    json: bool,
}

/// The way that the order to sign takes.
#[derive(Clone, Debug)]
enum Way {
    Raw,
    Card(ReaderChoice),
}

impl FromStr for Way {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "raw" { Ok(Self::Raw) } else { text.parse().map(Self::Card) }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    const MOST: f64 = 3600.0;
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MOST);
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("时长应大于0、不超过{MOST}秒"))
}

/// One run, with the names that its JSON promises.
#[derive(Debug, Serialize)]
struct Figures {
    algorithm: String,
    signer: &'static str,
    reader: &'static str,
    sessions: u16,
    seconds: f64,
    signatures: usize,
    per_second: f64,
    p50_us: f64,
    p99_us: f64,
    verified: usize,
    apdus: u64,
}

/// What one session leaves behind.
#[derive(Default)]
struct Session {
    signed: Vec<([u8; 32], Vec<u8>)>,
    nanoseconds: Vec<u64>,
    elapsed: Duration,
    apdus: u64,
}

/// Something that signs digests, by a card or not.
type Sign<'a> = dyn FnMut(&[u8; 32]) -> Result<Vec<u8>, CliError> + 'a;

impl BenchSign {
    /// Measures, verifies, prints.
    ///
    /// # Errors
    /// If the PIN is wrong or there is no such reader.
    pub fn exec(self, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let key = fixture_key(self.algorithm)?;
        let raw = || self.measure("raw", &key, |start| self.raw_session(&key, start));
        let card = || self.measure("memory", &key, |start| self.card_session(&key, start));
        let (figures, ceiling) = match &self.reader {
            Way::Raw => (raw()?, None),
            Way::Card(ReaderChoice::Memory) if self.json => (card()?, None),
            Way::Card(ReaderChoice::Memory) => (card()?, Some(raw()?)),
            Way::Card(ReaderChoice::Pcsc(_)) => return Err(CliError::Surroundings(open::NO_PCSC.into())),
        };
        if self.json {
            serde_json::to_writer(&mut *out, &figures).map_err(|error| CliError::Surroundings(error.to_string()))?;
            writeln!(out)?;
        } else {
            print(&figures, ceiling.as_ref(), out)?;
        }
        let all = [Some(&figures), ceiling.as_ref()].into_iter().flatten().all(|f| f.verified == f.signatures);
        Ok(if all { exit::PASSED } else { ExitCode::from(exit::FAILED) })
    }

    /// Runs the sessions, all from the same moment, then verifies what they signed.
    fn measure(
        &self,
        reader: &'static str,
        key: &PrivateKey,
        session: impl Fn(&Barrier) -> Result<Session, CliError> + Sync,
    ) -> Result<Figures, CliError> {
        let start = Barrier::new(usize::from(self.sessions));
        let sessions = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.sessions).map(|_| scope.spawn(|| session(&start))).collect();
            let joined = threads.into_iter().map(|thread| thread.join().expect("a session panics only by a bug"));
            joined.collect::<Result<Vec<Session>, CliError>>()
        })?;
        let mut nanoseconds: Vec<u64> = sessions.iter().flat_map(|s| s.nanoseconds.iter().copied()).collect();
        nanoseconds.sort_unstable();
        let elapsed = sessions.iter().map(|s| s.elapsed).max().unwrap_or_default().as_secs_f64();
        let signed: Vec<_> = sessions.iter().flat_map(|s| &s.signed).collect();
        Ok(Figures {
            algorithm: self.algorithm.to_string(),
            signer: key.bench_signer().name(),
            reader,
            sessions: self.sessions,
            seconds: rounded(elapsed, 1000.0),
            signatures: signed.len(),
            per_second: rounded(signed.len() as f64 / elapsed, 10.0),
            p50_us: percentile(&nanoseconds, 50),
            p99_us: percentile(&nanoseconds, 99),
            verified: verify(key.public_key(), &signed),
            apdus: sessions.iter().map(|s| s.apdus).sum(),
        })
    }

    fn raw_session(&self, key: &PrivateKey, start: &Barrier) -> Result<Session, CliError> {
        let signer: Box<dyn Signer> = key.bench_signer();
        let sign = &mut |digest: &[u8; 32]| {
            signer.sign_digest(digest).map_err(|error| CliError::Surroundings(error.to_string()))
        };
        start.wait();
        sign_for(self.seconds, sign)
    }

    /// A card of its own, with its PIN verified once: what a person does who signs many things.
    fn card_session(&self, key: &PrivateKey, start: &Barrier) -> Result<Session, CliError> {
        let mut reader = MemoryReader::with_card(fixture_card(self.algorithm, key)?);
        let terminal = Terminal::connect(&mut reader).and_then(|mut terminal| {
            terminal.verify_pin(&self.pin)?;
            Ok(terminal)
        });
        // Everyone waits for everyone, or a wrong PIN in one session would hang the others.
        start.wait();
        let mut terminal = terminal.map_err(|error| CliError::Input(error.to_string()))?;
        let sign = &mut |digest: &[u8; 32]| {
            let signature = terminal.sign(Slot::Authentication, self.algorithm, digest);
            signature.map_err(|error| CliError::Surroundings(error.to_string()))
        };
        let session = sign_for(self.seconds, sign)?;
        Ok(Session { apdus: reader.tray().apdus(), ..session })
    }
}

/// Signs one digest after another until the time is over; at least one.
fn sign_for(limit: Duration, sign: &mut Sign<'_>) -> Result<Session, CliError> {
    let mut session = Session::default();
    let begin = now();
    let mut before = begin;
    for count in 0_u64.. {
        let mut digest = [0x5A; 32];
        digest[24..].copy_from_slice(&count.to_be_bytes());
        let signature = sign(&digest)?;
        let after = now();
        session.nanoseconds.push(u64::try_from((after - before).as_nanos()).unwrap_or(u64::MAX));
        session.signed.push((digest, signature));
        session.elapsed = after - begin;
        if session.elapsed >= limit {
            break;
        }
        before = after;
    }
    Ok(session)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// How many of the signatures are right, found out on all cores.
fn verify(key: &PublicKey, signed: &[&([u8; 32], Vec<u8>)]) -> usize {
    let key = key.clone().with_table();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let right = |part: &[&([u8; 32], Vec<u8>)]| {
        part.iter().filter(|(digest, signature)| key.verify_digest(digest, signature).is_ok()).count()
    };
    thread::scope(|scope| {
        let parts = signed.chunks(signed.len().div_ceil(cores).max(1));
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || right(part))).collect();
        threads.into_iter().map(|thread| thread.join().expect("verification doesn't panic")).sum()
    })
}

fn fixture_file(algorithm: Algorithm) -> Result<CardFile, CliError> {
    let text = match algorithm {
        Algorithm::Sm2 => include_str!("../../fixtures/cards/dongling-legal.json"),
        Algorithm::Rsa2048 => include_str!("../../fixtures/cards/dongling-operator.json"),
        Algorithm::P256 => include_str!("../../fixtures/cards/dongling-operator2.json"),
    };
    CardFile::parse(text).map_err(|error| CliError::Surroundings(error.to_string()))
}

fn fixture_key(algorithm: Algorithm) -> Result<PrivateKey, CliError> {
    let file = fixture_file(algorithm)?;
    let held = file.slots.get(&Slot::Authentication);
    held.map(|held| held.key.clone()).ok_or_else(|| CliError::Surroundings("内置测试卡没有9A密钥".into()))
}

/// The fixture card, but with the same signer as the ceiling has.
fn fixture_card(algorithm: Algorithm, key: &PrivateKey) -> Result<Card, CliError> {
    let slot = SlotKey::with_signer(key.clone(), key.bench_signer(), None);
    let keys = CardKeys::new().with(Slot::Authentication, slot);
    Ok(Card::new(fixture_file(algorithm)?.profile, keys))
}

fn print(figures: &Figures, ceiling: Option<&Figures>, out: &mut dyn Write) -> std::io::Result<()> {
    let Figures { algorithm, signer, reader, sessions, per_second, p50_us, p99_us, .. } = figures;
    writeln!(out, "{algorithm} / {reader} / {sessions}路（{signer}）")?;
    writeln!(out, "  每秒签名  {per_second:.0} 次，p50 {p50_us:.1} 微秒，p99 {p99_us:.1} 微秒")?;
    writeln!(out, "  已验签    {} / {}，APDU {} 条", figures.verified, figures.signatures, figures.apdus)?;
    if let Some(ceiling) = ceiling {
        let share = 100.0 * per_second / ceiling.per_second;
        writeln!(out, "  上限      {:.0} 次/秒（同一签名器，不经卡片；卡片达到 {share:.0}%）", ceiling.per_second)?;
    }
    Ok(())
}

fn percentile(sorted: &[u64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).map_or(0.0, |nanoseconds| rounded(*nanoseconds as f64 / 1000.0, 100.0))
}

fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(algorithm: &str, reader: &str, pin: &str) -> Result<serde_json::Value, CliError> {
        let bench = BenchSign {
            algorithm: algorithm.parse().unwrap(),
            reader: reader.parse().unwrap(),
            seconds: Duration::from_millis(5),
            sessions: 2,
            pin: Pin::parse(pin).unwrap(),
            json: true,
        };
        let mut out = Vec::new();
        bench.exec(&mut out)?;
        Ok(serde_json::from_slice(&out).unwrap())
    }

    #[test]
    fn every_signature_is_verified_whatever_the_algorithm_and_the_way() {
        for algorithm in ["sm2", "rsa2048", "p256"] {
            for reader in ["memory", "raw"] {
                let figures = run(algorithm, reader, "88888888").unwrap();
                assert_eq!(figures["verified"], figures["signatures"], "{algorithm} {reader}");
                let signatures = figures["signatures"].as_u64().unwrap();
                assert!(signatures >= 2);
                // SELECT and VERIFY in each session; an RSA signature takes two pieces and a GET RESPONSE.
                let each = if algorithm == "rsa2048" { 3 } else { 1 };
                let apdus = if reader == "memory" { 2 * 2 + each * signatures } else { 0 };
                assert_eq!(figures["apdus"], apdus, "{algorithm} {reader}");
            }
        }
    }

    #[test]
    fn a_wrong_pin_and_a_missing_reader_are_told_apart() {
        assert!(matches!(run("sm2", "memory", "111111"), Err(CliError::Input(text)) if text.contains("还可尝试4次")));
        assert!(matches!(run("sm2", "pcsc", "88888888"), Err(CliError::Surroundings(_))));
    }

    #[test]
    fn percentiles_are_taken_from_the_sorted_times() {
        let times: Vec<u64> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 99)), (50.0, 99.0));
        assert_eq!(percentile(&[7000], 99), 7.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }
}
