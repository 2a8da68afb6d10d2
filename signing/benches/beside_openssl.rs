//! Our rates beside those of the system's OpenSSL, measured in turns in the same sitting: `cargo bench -p signing --bench beside_openssl`.
//!
//! Each round measures OpenSSL, us, and OpenSSL again, a second each (`openssl speed`; `openssl_sm2.py` for encryption, which
//! `speed` does not know), and all of them count processor time, so that what else the machine does falls on both alike. Printed is the median of the rounds' ratios. One thread; 20
//! bytes are signed and their hash is part of the figure, as in `openssl speed`; 16 bytes are encrypted. Nothing is asserted.
//!
//! `-- --rounds N` (5), `-- --seconds S` (1), `-- --only RSA` for the rows whose names have that word.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop")]

use std::{
    process::Command,
    time::{Duration, Instant},
};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, PrivateKey, PublicKey, Signer};

/// An operation of ours, called over and over.
type Operation = Box<dyn FnMut()>;

struct Row {
    what: &'static str,
    /// What OpenSSL measures beside it, and which of the two rates that it prints.
    beside: (Source, usize),
    /// The ratio that is wanted; 0 where none is.
    floor: f64,
    operation: Operation,
    /// Our rate and OpenSSL's, round by round.
    rounds: Vec<(f64, f64)>,
}

/// A program of OpenSSL's that prints two rates at the end of its last line.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// `openssl speed` of this algorithm: sign, verify.
    Speed(&'static str),
    /// `openssl_sm2.py`: encrypt, decrypt.
    Encryption,
}

const SM2: Source = Source::Speed("sm2");
const P256: Source = Source::Speed("ecdsap256");
const RSA: Source = Source::Speed("rsa2048");

fn main() {
    let option = |name: &str| std::env::args().skip_while(|word| word != name).nth(1);
    let number = |name: &str, default: f64| {
        option(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} wants a number")))
    };
    let (rounds, seconds) = (number("--rounds", 5.0) as usize, number("--seconds", 1.0));
    let only = option("--only").unwrap_or_default();
    let mut rows = rows();
    rows.retain(|row| row.what.contains(&only));
    for round in 1..=rounds {
        eprint!("\rround {round} of {rounds} ");
        for source in [SM2, Source::Encryption, P256, RSA] {
            let mut rows: Vec<&mut Row> = rows.iter_mut().filter(|row| row.beside.0 == source).collect();
            if rows.is_empty() {
                continue;
            }
            // Before and after ours: the mean of both is OpenSSL's rate in this round.
            let before = openssl(source, seconds);
            let ours: Vec<f64> = rows.iter_mut().map(|row| rate(&mut row.operation, seconds)).collect();
            let after = openssl(source, seconds);
            for (row, rate) in rows.into_iter().zip(ours) {
                let which = row.beside.1;
                row.rounds.push((rate, f64::midpoint(before[which], after[which])));
            }
        }
    }
    eprintln!();
    println!("| operation | ours, per second | OpenSSL, per second | ratio | wanted |\n|---|---|---|---|---|");
    for row in &mut rows {
        row.rounds.sort_by(|(a, b), (c, d)| (a / b).total_cmp(&(c / d)));
        let (ours, theirs) = row.rounds[row.rounds.len() / 2];
        let wanted = if row.floor > 0.0 { format!("{:.1}", row.floor) } else { "-".into() };
        println!("| {} | {ours:.0} | {theirs:.0} | {:.2} | {wanted} |", row.what, ours / theirs);
    }
}

/// Calls in a second of processor time.
#[expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
fn rate(operation: &mut Operation, seconds: f64) -> f64 {
    let (mut count, start, processor) = (0u32, Instant::now(), processor_seconds());
    while start.elapsed() < Duration::from_secs_f64(seconds) {
        for _ in 0..50 {
            operation();
        }
        count += 50;
    }
    let spent = match (processor, processor_seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed().as_secs_f64(),
    };
    f64::from(count) / spent
}

/// What this thread has had of a processor; `None` where the system does not tell.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn openssl(source: Source, seconds: f64) -> [f64; 2] {
    let mut command = match source {
        Source::Speed(algorithm) => {
            let mut command = Command::new("openssl");
            command.args(["speed", "-seconds", &seconds.ceil().to_string(), algorithm]);
            command
        }
        Source::Encryption => {
            let mut command = Command::new("python3");
            command.args([concat!(env!("CARGO_MANIFEST_DIR"), "/benches/openssl_sm2.py"), &seconds.to_string()]);
            command
        }
    };
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.lines().next_back().unwrap_or_default().split_whitespace().rev().map(str::parse);
    match (words.next(), words.next()) {
        (Some(Ok(second)), Some(Ok(first))) => [first, second],
        _ => panic!("{command:?} gave no rates: {text}"),
    }
}

fn rows() -> Vec<Row> {
    let row = |what, beside, floor, operation| Row { what, beside, floor, operation, rounds: Vec::new() };
    let key = |algorithm| PrivateKey::generate(algorithm, &mut ChaCha20Rng::seed_from_u64(7)).unwrap();
    let (sm2, p256, rsa) = (key(Algorithm::Sm2), key(Algorithm::P256), key(Algorithm::Rsa2048));
    let signs = |key: &PrivateKey, signer: Box<dyn Signer>| -> Operation {
        let public = key.public_key().clone();
        Box::new(move || drop(signer.sign_digest(&public.digest(&[0x5A; 20])).unwrap()))
    };
    let verifies = |key: &PrivateKey| -> Operation {
        let public = key.public_key().clone().with_table();
        let signature = key.signer().sign_digest(&public.digest(&[0x5A; 20])).unwrap();
        Box::new(move || public.verify(&[0x5A; 20], &signature).unwrap())
    };
    let wrapped = sm2.public_key().wrap_key(&[7; 16], &mut ChaCha20Rng::seed_from_u64(8)).unwrap();
    let spki = sm2.public_key().to_spki_der();
    let fresh = {
        let spki = spki.clone();
        move || PublicKey::from_spki_der(&spki).unwrap()
    };
    let once: Operation = {
        let (fresh, signature) =
            (fresh.clone(), sm2.signer().sign_digest(&sm2.public_key().digest(&[0x5A; 20])).unwrap());
        Box::new(move || fresh().verify(&[0x5A; 20], &signature).unwrap())
    };
    let wraps = |make: Box<dyn Fn() -> PublicKey>| -> Operation {
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        Box::new(move || drop(make().wrap_key(&[7; 16], &mut rng).unwrap()))
    };
    let known = sm2.public_key().clone().with_table();
    let (users, fixture, wrapped_too) = (sm2.clone(), sm2.clone(), wrapped.clone());
    vec![
        row("SM2 sign, fixture's key", (SM2, 0), 15.0, signs(&sm2, sm2.fixture_signer())),
        row("SM2 sign, user's key", (SM2, 0), 0.0, signs(&sm2, sm2.signer())),
        row("SM2 verify, known key", (SM2, 1), 12.0, verifies(&sm2)),
        row("SM2 verify, key read for it", (SM2, 1), 0.0, once),
        row("SM2 encrypt, known key", (Source::Encryption, 0), 8.0, wraps(Box::new(move || known.clone()))),
        row("SM2 encrypt, key read for it", (Source::Encryption, 0), 0.0, wraps(Box::new(fresh))),
        row(
            "SM2 decrypt, fixture's key",
            (Source::Encryption, 1),
            3.0,
            Box::new(move || drop(fixture.fixture_unwrap_key(&wrapped).unwrap())),
        ),
        row(
            "SM2 decrypt, user's key",
            (Source::Encryption, 1),
            3.0,
            Box::new(move || drop(users.unwrap_key(&wrapped_too).unwrap())),
        ),
        row("P-256 sign, random nonces", (P256, 0), 1.0, signs(&p256, p256.bench_signer())),
        row("P-256 sign, replays", (P256, 0), 0.0, signs(&p256, p256.signer())),
        row("P-256 verify", (P256, 1), 0.0, verifies(&p256)),
        row("RSA-2048 sign", (RSA, 0), 1.0, signs(&rsa, rsa.signer())),
        row("RSA-2048 verify", (RSA, 1), 0.0, verifies(&rsa)),
    ]
}
