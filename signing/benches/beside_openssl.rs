//! Our rates beside those of the system's OpenSSL, measured in turns in the same sitting: `cargo bench -p signing --bench beside_openssl`.
//!
//! Each round measures OpenSSL and us for a second each (`openssl speed -elapsed`; `openssl_sm2.py` for encryption, which `speed` does
//! not know), so that what else the machine does falls on both. Printed is the median of the rounds' ratios. One thread; 20
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
    /// Which of OpenSSL's figures it stands beside.
    beside: &'static str,
    /// The ratio that is wanted; 0 where none is.
    floor: f64,
    operation: Operation,
    rounds: Vec<(f64, f64)>,
}

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
        for beside in [
            "sm2 sign",
            "sm2 verify",
            "sm2 encrypt",
            "sm2 decrypt",
            "p256 sign",
            "p256 verify",
            "rsa sign",
            "rsa verify",
        ] {
            if !rows.iter().any(|row| row.beside == beside) {
                continue;
            }
            // Before and after ours: the mean of both is OpenSSL's rate in this round.
            let before = openssl(beside, seconds);
            let mine: Vec<f64> = rows
                .iter_mut()
                .filter(|row| row.beside == beside)
                .map(|row| rate(&mut row.operation, seconds))
                .collect();
            let theirs = f64::midpoint(before, openssl(beside, seconds));
            for (row, rate) in rows.iter_mut().filter(|row| row.beside == beside).zip(mine) {
                row.rounds.push((rate, theirs));
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

/// Calls a second.
#[expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
fn rate(operation: &mut Operation, seconds: f64) -> f64 {
    let (mut count, start) = (0u32, Instant::now());
    while start.elapsed() < Duration::from_secs_f64(seconds) {
        for _ in 0..50 {
            operation();
        }
        count += 50;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn openssl(what: &str, seconds: f64) -> f64 {
    let (algorithm, operation) = what.split_once(' ').unwrap();
    let algorithm = match algorithm {
        "p256" => "ecdsap256",
        "rsa" => "rsa2048",
        other => other,
    };
    let whole_seconds = seconds.ceil().to_string();
    let mut command = match operation {
        "sign" | "verify" => {
            let mut command = Command::new("openssl");
            command.args(["speed", "-elapsed", "-seconds", &whole_seconds, algorithm]);
            command
        }
        _ => {
            let mut command = Command::new("python3");
            command.args([concat!(env!("CARGO_MANIFEST_DIR"), "/benches/openssl_sm2.py"), &seconds.to_string()]);
            command
        }
    };
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout);
    // The last line ends in two rates: sign and verify, or encrypt and decrypt.
    let mut words = text.lines().next_back().unwrap_or_default().split_whitespace().rev();
    let (second, first) = (words.next(), words.next());
    let word = if matches!(operation, "sign" | "encrypt") { first } else { second };
    word.and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{command:?} gave no rate: {text}"))
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
        row("SM2 sign, fixture's key", "sm2 sign", 15.0, signs(&sm2, sm2.fixture_signer())),
        row("SM2 sign, user's key", "sm2 sign", 0.0, signs(&sm2, sm2.signer())),
        row("SM2 verify, known key", "sm2 verify", 12.0, verifies(&sm2)),
        row("SM2 verify, key read for it", "sm2 verify", 0.0, once),
        row("SM2 encrypt, known key", "sm2 encrypt", 8.0, wraps(Box::new(move || known.clone()))),
        row("SM2 encrypt, key read for it", "sm2 encrypt", 0.0, wraps(Box::new(fresh))),
        row(
            "SM2 decrypt, fixture's key",
            "sm2 decrypt",
            3.0,
            Box::new(move || drop(fixture.fixture_unwrap_key(&wrapped).unwrap())),
        ),
        row(
            "SM2 decrypt, user's key",
            "sm2 decrypt",
            3.0,
            Box::new(move || drop(users.unwrap_key(&wrapped_too).unwrap())),
        ),
        row("P-256 sign, random nonces", "p256 sign", 1.0, signs(&p256, p256.bench_signer())),
        row("P-256 sign, replays", "p256 sign", 0.0, signs(&p256, p256.signer())),
        row("P-256 verify", "p256 verify", 0.0, verifies(&p256)),
        row("RSA-2048 sign", "rsa sign", 1.0, signs(&rsa, rsa.signer())),
        row("RSA-2048 verify", "rsa verify", 0.0, verifies(&rsa)),
    ]
}
