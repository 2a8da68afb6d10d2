//! One measurement from its plan to its figures.
//!
//! The run is cut into laps. After each the clock stands still: its signatures are verified and thrown away, so that an hour
//! needs no more memory than a second, and the ceilings get a lap of their own, so that both meet the same machine.
//! A first lap warms everything up and is not counted.

use std::{thread, time::Duration};

use signing::PublicKey;

use super::{
    BenchError, Figures, Plan, Readers, Transaction, Way,
    cards::Fixture,
    crew::{Crew, Opened, Post},
    figures::{self, FORMAT, rounded},
    latency::Latency,
    machine::{Machine, cores},
    session::{Counted, Held, Lap, Raw, Signed, Spell, digest},
};

/// No lap is longer, so that no more than this much of signatures waits in memory.
const LONGEST_LAP: Duration = Duration::from_millis(500);
/// A run has at least so many laps.
const LAPS: u32 = 10;
/// A ceiling gets this part of a lap.
const CEILING_PART: u32 = 4;
/// As many sessions as one may ask for.
pub const MOST_SESSIONS: u16 = 256;

/// How far a measurement is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// How long the clock has run.
    pub elapsed: Duration,
    /// How many signatures were made in that time.
    pub signatures: u64,
}

/// Measures as planned, telling how far it is after each lap.
///
/// # Errors
/// If the plan cannot be, a reader or card fails, or the PIN is wrong; a wrong PIN has been tried exactly once.
pub fn measure(
    plan: &Plan,
    readers: &dyn Readers,
    command: &str,
    tell: &mut dyn FnMut(Progress),
) -> Result<Figures, BenchError> {
    check(plan)?;
    let fixture = Fixture::of(plan.algorithm)?;
    thread::scope(|scope| {
        let fixture = &fixture;
        let raw = Crew::gather(scope, plan.sessions, move |_, post| raw_session(fixture, post))?;
        if plan.ways == [Way::Raw] {
            return run(plan, fixture, raw, None, command, tell);
        }
        let card =
            Crew::gather(scope, plan.sessions, move |place, post| card_session(plan, fixture, readers, place, post))?;
        run(plan, fixture, card, Some(raw), command, tell)
    })
}

/// What cannot be is said before a card is touched.
fn check(plan: &Plan) -> Result<(), BenchError> {
    let alone = |way: &Way| !matches!(way, Way::Pcsc(_));
    if plan.ways.is_empty() || plan.ways.len() > 1 && plan.ways.iter().any(alone) {
        return Err(BenchError::Impossible("--reader 只有 pcsc:名称 可以写多次；raw 和 memory 须单独测".into()));
    }
    let on_cards = plan.ways.iter().all(|way| !alone(way));
    let sessions = usize::from(plan.sessions);
    if on_cards && sessions < plan.ways.len() {
        let readers = plan.ways.len();
        return Err(BenchError::Impossible(format!(
            "--sessions {sessions} 少于{readers}个读卡器，有的读卡器会没有会话"
        )));
    }
    if on_cards && plan.transaction == Transaction::Kept && sessions > plan.ways.len() {
        return Err(BenchError::Impossible(
            "--keep-transaction 时每个读卡器只能有一个会话，否则第二个会话永远等不到卡".into(),
        ));
    }
    Ok(())
}

fn raw_session(fixture: &Fixture, post: Post) {
    let key = fixture.key().public_key().clone();
    let mut hand = Raw(fixture.key().bench_signer());
    post.serve(Opened { key, reader: "raw".into(), apdus: 0 }, &mut hand);
}

fn card_session(plan: &Plan, fixture: &Fixture, readers: &dyn Readers, place: u16, post: Post) {
    let (reader, foreign) = match &plan.ways[usize::from(place) % plan.ways.len()] {
        Way::Raw | Way::Memory => (Ok(Box::new(fixture.reader()) as Box<dyn virtual_card::Reader>), false),
        Way::Pcsc(name) => (readers.open(name.as_deref()).map_err(BenchError::NoReader), true),
    };
    let mut reader = match reader {
        Ok(reader) => Counted::new(reader),
        Err(error) => return post.refuse(error),
    };
    let name = virtual_card::Reader::name(&reader).to_owned();
    match Held::connect(&mut reader, plan, foreign) {
        Ok((mut held, key)) => {
            let apdus = super::session::Hand::apdus(&held);
            let key = key.unwrap_or_else(|| fixture.key().public_key().clone());
            let reader = if foreign { format!("pcsc:{name}") } else { name };
            post.serve(Opened { key, reader, apdus }, &mut held);
        }
        Err(error) => post.refuse(error),
    }
}

/// What was made so far.
#[derive(Default)]
struct Tally {
    elapsed: Duration,
    signatures: u64,
    verified: u64,
    apdus: u64,
    latency: Latency,
    laps: Vec<(Duration, u64)>,
}

impl Tally {
    fn add(&mut self, laps: &[Lap], keys: &[PublicKey]) {
        let (elapsed, count) = together(laps);
        self.elapsed += elapsed;
        self.signatures += count;
        self.verified += verified(laps, keys);
        self.apdus += laps.iter().map(|lap| lap.apdus).sum::<u64>();
        laps.iter().flat_map(|lap| &lap.signed).for_each(|signed| self.latency.record(signed.took));
        self.laps.push((elapsed, count));
    }
}

/// A rate of something beside the signatures.
#[derive(Default)]
struct Rate(Duration, u64);

impl Rate {
    fn add(&mut self, laps: &[Lap]) {
        let (elapsed, count) = together(laps);
        *self = Self(self.0 + elapsed, self.1 + count);
    }

    fn per_second(&self) -> f64 {
        rounded(self.1 as f64 / self.0.as_secs_f64().max(1e-9), 10.0)
    }
}

/// How long the slowest session took, and how much all did.
fn together(laps: &[Lap]) -> (Duration, u64) {
    (laps.iter().map(|lap| lap.elapsed).max().unwrap_or_default(), laps.iter().map(|lap| lap.count).sum())
}

/// Unlocks, warms up, and goes lap by lap until the time is over.
fn run(
    plan: &Plan,
    fixture: &Fixture,
    mut signing: Crew,
    mut ceiling: Option<Crew>,
    command: &str,
    tell: &mut dyn FnMut(Progress),
) -> Result<Figures, BenchError> {
    let readers = readers_of(plan, &signing)?;
    let keys = keys_of(&signing);
    let raw_key = [fixture.key().public_key().clone().with_table()];
    let opening: u64 = signing.opened().map(|opened| opened.apdus).sum();
    let mut tally = Tally { apdus: opening + signing.unlock()?, ..Tally::default() };
    let (mut raw, mut trips) = (Rate::default(), Rate::default());
    let mut raw_is_right = true;
    let lap = (plan.span / LAPS).min(LONGEST_LAP);
    let short = Spell { least: lap / CEILING_PART, most: lap / CEILING_PART };
    signing.sign(Spell { least: lap, most: lap })?;
    while tally.elapsed < plan.span {
        let left = plan.span - tally.elapsed;
        tally.add(&signing.sign(Spell { least: lap.min(left), most: left })?, &keys);
        if let Some(ceiling) = &mut ceiling {
            let laps = ceiling.sign(short)?;
            raw_is_right &= verified(&laps, &vec![raw_key[0].clone(); laps.len()]) == together(&laps).1;
            raw.add(&laps);
            trips.add(&signing.echo(short)?);
        }
        tell(Progress { elapsed: tally.elapsed, signatures: tally.signatures });
    }
    if !raw_is_right {
        return Err(BenchError::Broken("上限测量中有签名验证不通过".into()));
    }
    let ceilings = ceiling.map(|_| (raw.per_second(), trips.per_second()));
    Ok(figures_of(plan, fixture, readers, &tally, ceilings, command))
}

/// The keys to verify with, each with its table.
fn keys_of(crew: &Crew) -> Vec<PublicKey> {
    let mut keys: Vec<PublicKey> = Vec::new();
    for opened in crew.opened() {
        let same = keys.iter().find(|key| **key == opened.key).cloned();
        keys.push(same.unwrap_or_else(|| opened.key.clone().with_table()));
    }
    keys
}

/// The readers' names, each once. A reader that came up under two names can't be kept by two.
fn readers_of(plan: &Plan, crew: &Crew) -> Result<String, BenchError> {
    let mut names: Vec<&str> = crew.opened().map(|opened| opened.reader.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if plan.transaction == Transaction::Kept && plan.ways.len() > names.len() {
        return Err(BenchError::Impossible("--keep-transaction 时两个 --reader 不能是同一个读卡器".into()));
    }
    Ok(names.join(" + "))
}

/// How many of the signatures are right, found out on all cores; no clock runs meanwhile.
fn verified(laps: &[Lap], keys: &[PublicKey]) -> u64 {
    let all: Vec<(&Signed, &PublicKey)> =
        laps.iter().zip(keys).flat_map(|(lap, key)| lap.signed.iter().map(move |signed| (signed, key))).collect();
    let right = |part: &[(&Signed, &PublicKey)]| {
        let right = |(signed, key): &&(&Signed, &PublicKey)| {
            key.verify_digest(&digest(signed.number), &signed.signature).is_ok()
        };
        part.iter().filter(right).count() as u64
    };
    thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(cores()).max(1));
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || right(part))).collect();
        threads.into_iter().map(|thread| thread.join().expect("verification doesn't panic")).sum()
    })
}

fn figures_of(
    plan: &Plan,
    fixture: &Fixture,
    reader: String,
    tally: &Tally,
    ceilings: Option<(f64, f64)>,
    command: &str,
) -> Figures {
    let per_second = tally.signatures as f64 / tally.elapsed.as_secs_f64();
    let each = tally.apdus as f64 / tally.signatures as f64;
    let blocks = figures::blocks(&tally.laps);
    let own = plan.ways.iter().any(|way| matches!(way, Way::Pcsc(_)));
    Figures {
        algorithm: plan.algorithm.to_string(),
        signer: if own { "the card's own".into() } else { fixture.key().bench_signer().name().into() },
        reader,
        sessions: plan.sessions,
        seconds: rounded(tally.elapsed.as_secs_f64(), 1000.0),
        signatures: tally.signatures,
        per_second: rounded(per_second, 10.0),
        p50_us: tally.latency.quantile_us(0.5),
        p99_us: tally.latency.quantile_us(0.99),
        verified: tally.verified,
        apdus: tally.apdus,
        p90_us: tally.latency.quantile_us(0.9),
        p999_us: tally.latency.quantile_us(0.999),
        max_us: tally.latency.max_us(),
        pin_each: plan.pin_each,
        transaction: plan.transaction.name().into(),
        raw_per_second: ceilings.map(|(raw, _)| raw),
        share_of_raw: ceilings.map(|(raw, _)| rounded(per_second / raw, 1000.0)),
        round_trips_per_second: ceilings.map(|(_, trips)| trips),
        ceiling_per_second: ceilings.map(|(raw, trips)| rounded(1.0 / (1.0 / raw + each / trips), 10.0)),
        noise_percent: figures::noise_percent(&blocks),
        blocks,
        histogram: tally.latency.rows(),
        kouan: env!("CARGO_PKG_VERSION").into(),
        format: FORMAT,
        date: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        command: command.into(),
        machine: Machine::here(),
        baseline: None,
    }
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
