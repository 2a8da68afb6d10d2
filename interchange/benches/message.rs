//! How many messages a second does one core seal, and open, under each suite?
//!
//! `answer` is a 签约结果 whose event has 1 KB: one signature, one wrapped key, and the two undone. `request` is a 签约申请, which
//! carries an enterprise's card certificate and signature (2 KB); to open it means to check these too. Certificates of peers are known and their
//! tables built, as in a running world. The parties' keys are fixtures.

#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macros make undocumented items; a bench may stop")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::message::{Body, Message};
use interchange::{Identity, Suite, event, open, seal};

#[expect(dead_code, reason = "the tests' parties; a bench needs but a part of them")]
#[path = "../tests/it/fixture.rs"]
mod fixture;

const EVENT_BYTES: usize = 1024;

/// A 签约结果 with a reason as long as its event needs to have exactly `EVENT_BYTES`.
fn answer_of_one_kilobyte() -> Message {
    let mut message = fixture::answer();
    let missing = EVENT_BYTES - event::write(&message).len();
    if let Body::InsurerSigningAnswered(answer) = &mut message.body {
        // At most 200 characters are allowed, so most have three bytes.
        let (wide, narrow) = (missing / 3, missing % 3);
        answer.reason.get_or_insert_default().push_str(&("缺".repeat(wide) + &"x".repeat(narrow)));
    }
    assert_eq!(event::write(&message).len(), EVENT_BYTES);
    message
}

fn messages(criterion: &mut Criterion) {
    for suite in Suite::ALL {
        let world = fixture::world(suite);
        let (portal, insurer) = (&world.portal.identity, &world.insurer.identity);
        each(criterion, suite, "answer", &answer_of_one_kilobyte(), insurer, portal);
        each(criterion, suite, "request", &fixture::request(), portal, insurer);
    }
}

fn each(criterion: &mut Criterion, suite: Suite, what: &str, message: &Message, from: &Identity, to: &Identity) {
    let world = fixture::world(suite);
    let mut group = criterion.benchmark_group(format!("{suite}/{what}"));
    group.throughput(Throughput::Elements(1));
    let mut rng = fixture::rng(1);
    group.bench_function("seal", |b| b.iter(|| seal(black_box(message), from, &world.peers, &mut rng).unwrap()));
    let sealed = seal(message, from, &world.peers, &mut rng).unwrap();
    group.bench_function("open", |b| {
        b.iter(|| open(black_box(&sealed), to, &world.peers, fixture::now(), fixture::WINDOW).unwrap());
    });
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);
