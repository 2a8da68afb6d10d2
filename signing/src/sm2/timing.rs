//! What a clock can see of a secret: two classes of inputs, one secret fixed and one drawn anew each time, timed in random order and
//! compared by Welch's t-test (after "Dude, is my code constant time?", Reparaz, Balasch, Verbauwhede).
//!
//! `cargo test --release -p signing timing -- --ignored --nocapture`, a part of `make test-full`. It can only find leaks, never prove that there are none.
//! That it finds any at all is shown by the variable-time paths, which the same run must convict.

use std::{hint::black_box, time::Instant};

use ::sm2::Scalar;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::{
    FixtureSm2Key, Sm2Key,
    point::Affine,
    scalar::ScalarBytes,
    table::{generator_point, narrow_generator, wide_generator},
};

/// Beyond this the two classes differ; by chance that happens less than once in 10^20 times.
const LIMIT: f64 = 10.0;
const SAMPLES: usize = 200_000;
/// Samples are timed in batches of inputs prepared before, so that making them is never near the clock.
const BATCH: usize = 2_000;

/// The largest |t| over several croppings of the slow tail, where interrupts and other programs sit.
fn largest_t(timings: &[(bool, f64)]) -> f64 {
    let mut sorted: Vec<f64> = timings.iter().map(|(_, nanoseconds)| *nanoseconds).collect();
    sorted.sort_by(f64::total_cmp);
    [0.5, 0.8, 0.9, 0.95, 0.99, 1.0]
        .map(|part| {
            let bound = sorted[((sorted.len() - 1) as f64 * part) as usize];
            let class =
                |wanted| timings.iter().filter(move |(fixed, t)| *fixed == wanted && *t <= bound).map(|(_, t)| *t);
            let ((mean_a, error_a), (mean_b, error_b)) = (mean_and_error(class(true)), mean_and_error(class(false)));
            ((mean_a - mean_b) / (error_a + error_b).sqrt()).abs()
        })
        .into_iter()
        .fold(0.0, f64::max)
}

/// The mean, and the variance divided by the count.
fn mean_and_error(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

/// Times `operate` on what `prepare` makes of the fixed secret or of a random one.
#[expect(clippy::disallowed_methods, reason = "the clock is what this test is about")]
fn t_of<Input, Output>(prepare: impl Fn([u8; 32]) -> Input, operate: impl Fn(&Input) -> Output) -> f64 {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let mut fixed_secret = [0; 32];
    fixed_secret[31] = 3;
    let mut timings = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES / BATCH {
        let batch: Vec<(bool, Input)> = (0..BATCH)
            .map(|_| {
                let mut secret = [0; 32];
                rng.fill_bytes(&mut secret);
                let fixed = rng.next_u32() & 1 == 0;
                (fixed, prepare(if fixed { fixed_secret } else { secret }))
            })
            .collect();
        for (fixed, input) in &batch {
            let start = Instant::now();
            black_box(operate(black_box(input)));
            timings.push((*fixed, start.elapsed().as_nanos() as f64));
        }
    }
    largest_t(&timings)
}

fn scalar(secret: [u8; 32]) -> Scalar {
    ScalarBytes::reduced(&secret)
}

/// A key of its own allocation, also in the fixed class: else the cache would tell the classes apart.
fn key(secret: [u8; 32]) -> Sm2Key {
    Sm2Key::from_bytes(&secret).unwrap()
}

#[test]
#[ignore = "looks at the clock: make test-full runs it"]
fn a_clock_tells_nothing_of_users_secrets_and_much_of_fixtures() {
    let point: Affine = generator_point().multiply_vartime(&Scalar::from(77u64)).to_affine().unwrap();
    let digest = [0x5A; 32];
    let fixture = |secret| FixtureSm2Key::of(&key(secret));
    let quiet = [
        ("k G by the scanned table", t_of(scalar, |k| narrow_generator().multiply(k).to_affine())),
        ("k P without a table", t_of(scalar, |k| point.multiply(k).to_affine())),
        ("a signature", t_of(key, |key| key.sign_digest_raw(&digest))),
        ("a decryption", t_of(key, |key| key.shared_point(&point))),
    ];
    let loud = [
        ("k G by the wide table", t_of(scalar, |k| wide_generator().multiply_vartime(k).to_affine_vartime())),
        ("k P by wNAF", t_of(scalar, |k| point.multiply_vartime(k).to_affine_vartime())),
        ("a fixture's decryption", t_of(fixture, |key| key.shared_point(&point))),
    ];
    let mut lines: Vec<String> = Vec::new();
    for (what, t) in quiet {
        lines.push(format!("{what:30} |t| = {t:8.1}, must be below {LIMIT}: {}", verdict(t < LIMIT)));
    }
    for (what, t) in loud {
        lines.push(format!("{what:30} |t| = {t:8.1}, must be above {LIMIT}: {}", verdict(t > LIMIT)));
    }
    let report = lines.join("\n");
    #[expect(clippy::print_stdout, reason = "figures for whoever runs it with --nocapture")]
    {
        println!("{SAMPLES} samples each\n{report}");
    }
    assert!(!report.contains(verdict(false)), "{report}");
}

fn verdict(good: bool) -> &'static str {
    if good { "yes" } else { "NO" }
}
