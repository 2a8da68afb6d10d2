//! How long one signing of an agreement takes, from its file's cases to the verdict, under each seal.
//!
//! The ceiling is the cryptography: with `mac` only the card signs, so the difference to the others is theirs.

#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macros make undocumented items; a bench may stop")]

use std::{hint::black_box, path::PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use interchange::Suite as Seal;
use kouan::scenario::{
    Suite,
    play::{Options, play},
};

fn signing(c: &mut Criterion) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/passed/signed.yaml");
    let cases = Suite::load(&[file]).unwrap().into_cases();
    let case = &cases[0];
    let mut group = c.benchmark_group("scenario/signing");
    group.throughput(Throughput::Elements(1));
    for seal in Seal::ALL {
        let mut seed = 0;
        group.bench_function(seal.to_string(), |b| {
            b.iter(|| {
                seed += 1;
                let (result, _) = play(black_box(case), &Options::new(seed, seal));
                assert!(result.verdict.is_pass());
                result
            });
        });
    }
    group.finish();
}

criterion_group!(benches, signing);
criterion_main!(benches);
