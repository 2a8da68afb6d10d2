//! What a card in memory costs above the signer alone: commands encoded and read both ways, PIN state, copies.
//!
//! `card/above_raw` is the difference itself: each sample signs as often with the card as without, in turns, and takes by
//! how much the card was slower in the middle one. Its ceiling is 1.5 us a signature.

#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macros make undocumented items; a bench may stop")]
#![allow(clippy::disallowed_methods, reason = "a bench measures real time")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kouan::card::Terminal;
use signing::{Algorithm, PrivateKey};
use virtual_card::{Card, CardFile, CardKeys, MemoryReader, Pin, Slot, SlotKey};

const CARDS: [(Algorithm, &str); 3] = [
    (Algorithm::Sm2, include_str!("../fixtures/cards/dongling-legal.json")),
    (Algorithm::Rsa2048, include_str!("../fixtures/cards/dongling-operator.json")),
    (Algorithm::P256, include_str!("../fixtures/cards/dongling-operator2.json")),
];
/// Signatures of one kind before the other has its turn: short, so that both meet the same machine.
const TURN: u64 = 16;

fn reader(file: &CardFile, key: &PrivateKey) -> MemoryReader {
    let slot = SlotKey::with_signer(key.clone(), key.bench_signer(), None);
    MemoryReader::with_card(Card::new(file.profile.clone(), CardKeys::new().with(Slot::Authentication, slot)))
}

fn timed(act: &mut impl FnMut()) -> Duration {
    let begin = Instant::now();
    (0..TURN).for_each(|_| act());
    begin.elapsed()
}

fn above_raw(c: &mut Criterion) {
    for (algorithm, text) in CARDS {
        let file = CardFile::parse(text).unwrap();
        let key = file.slots[&Slot::Authentication].key.clone();
        let signer = key.bench_signer();
        let mut reader = reader(&file, &key);
        let mut terminal = Terminal::connect(&mut reader).unwrap();
        terminal.verify_pin(&Pin::parse("88888888").unwrap()).unwrap();
        let digest = [0x5A; 32];
        let mut raw = || drop(black_box(signer.sign_digest(black_box(&digest)).unwrap()));
        let mut card = || drop(black_box(terminal.sign(Slot::Authentication, algorithm, black_box(&digest)).unwrap()));
        let mut group = c.benchmark_group(format!("card/{algorithm}"));
        group.throughput(Throughput::Elements(1));
        group.bench_function("raw", |b| b.iter(&mut raw));
        group.bench_function("memory", |b| b.iter(&mut card));
        group.bench_function("above_raw", |b| {
            b.iter_custom(|count| {
                let turns = count.div_ceil(TURN);
                let mut apart: Vec<f64> =
                    (0..turns).map(|_| timed(&mut card).as_secs_f64() - timed(&mut raw).as_secs_f64()).collect();
                // The middle turn: one in which the system did something else would drown all others.
                apart.sort_by(f64::total_cmp);
                let middle = apart[apart.len() / 2] / TURN as f64;
                // Criterion can't take a nought, and noise may make RSA's card the faster.
                Duration::from_secs_f64((middle * count as f64).max(1e-9))
            });
        });
        group.finish();
    }
}

criterion_group!(benches, above_raw);
criterion_main!(benches);
