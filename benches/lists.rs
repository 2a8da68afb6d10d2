//! How long a page of a list takes in a portal with very many records, and how much room a proposal takes.
//!
//! One story is played for its records; copies of them are restored into portals of 10^4 and 10^6 proposals, both with an
//! enterprise of 100, and into one with an enterprise of 10^5. Each list is asked for page 10, filtered and sorted, and its
//! p50 and p99 are printed: `cargo bench --bench lists`. A query that walked more than its own account would show in the
//! ratio of the two portals.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench may stop, measures real time, and tells its figures"
)]

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    Time,
    codes::Uscc,
    money::Money,
    portal::{LISTS, ListPage, Portal, Query, RecordId, RecordKind, Restorable, Rules},
};
use kouan::{
    scenario::{
        Suite,
        play::{Options, play_for_portal},
    },
    world::{fixtures, keys},
};

/// How many of its own an ordinary enterprise has.
const OWN: usize = 100;
const ROUNDS: usize = 2_000;

fn main() {
    // `cargo bench` hands every bench its own flags; there are none here.
    let story = records();
    println!("text of a proposal: {} bytes", text(&story));
    // First of all, while no room that others have left is taken again.
    let proposals: Vec<Restorable> = story.iter().filter(|r| r.kind() == RecordKind::Proposal).cloned().collect();
    let before = resident();
    let alone = portal(&proposals, 0, 100_000);
    let room = resident().saturating_sub(before) / alone.count(RecordKind::Proposal);
    drop(alone);
    let small = portal(&story, 10_000 / OWN, 0);
    let large = portal(&story, 1_000_000 / OWN, 0);
    println!(
        "{:<28} {:>12} {:>22} {:>22} {:>7}",
        "list", "own records", "10^4: p50 p99 (us)", "10^6: p50 p99 (us)", "p99"
    );
    for list in LISTS {
        let (few, many) = (ask(&small, list, &uscc(0)), ask(&large, list, &uscc(0)));
        let ratio = many.1 / few.1;
        println!(
            "{:<28} {OWN:>12} {:>11.1} {:>10.1} {:>11.1} {:>10.1} {ratio:>6.2}x",
            list.page.name(),
            few.0,
            few.1,
            many.0,
            many.1
        );
    }
    drop((small, large));
    let giant = portal(&story, 0, 100_000);
    println!("{:<28} {:>12} {:>22}", "list", "own records", "p50 p99 (us)");
    for list in LISTS {
        let (p50, p99) = ask(&giant, list, &uscc(0));
        println!("{:<28} {:>12} {p50:>11.1} {p99:>10.1}", list.page.name(), 100_000);
    }
    let own = text(&story);
    println!(
        "a proposal at rest: {room} bytes with its share of the lists, {} beside its own text",
        room.saturating_sub(own)
    );
}

/// The records that one story leaves, one of each kind.
fn records() -> Vec<Restorable> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/5-货运险投保/货运险全过程.yaml");
    let cases = Suite::load(&[file]).unwrap().into_cases();
    let portal = play_for_portal(&cases[0], &Options::new(1, interchange::Suite::Mac));
    let owner = &keys::fixtures().enterprises[0].uscc;
    let all = portal.records_of(owner);
    RecordKind::ALL.into_iter().map(|kind| all.iter().rev().find(|r| r.kind() == kind).unwrap().clone()).collect()
}

fn text(story: &[Restorable]) -> usize {
    story.iter().filter(|r| r.kind() == RecordKind::Proposal).map(Restorable::text).sum()
}

/// A portal in which `others` enterprises have [`OWN`] records of each kind, or the first one has `own` alone.
fn portal(story: &[Restorable], others: usize, own: usize) -> Portal {
    let f = keys::fixtures();
    let rules = Rules::default();
    let mut portal =
        Portal::new(rules, Arc::clone(&f.directory), Arc::clone(fixtures::tables()), Arc::clone(&f.enterprises));
    let mut number = 0u64;
    let sizes = std::iter::once(own).filter(|own| *own > 0).chain((0..others).map(|_| OWN));
    for (enterprise, count) in sizes.enumerate() {
        let owner = uscc(enterprise);
        for at in 0..count {
            let time = Time::from_unix_ms(1_772_413_200_000 + at as i64 * 3_600_000);
            // Amounts that are in no order.
            let cents = (at as u64).wrapping_mul(2_654_435_761) % 10_000_000;
            let amount: Money = format!("{}.{:02}", cents / 100 + 1, cents % 100).parse().unwrap();
            portal.restore(story.iter().map(|record| {
                number += 1;
                record.copied(&RecordId::new(&format!("{number:020}")), &owner, time, amount)
            }));
        }
    }
    portal
}

/// The n-th of invented enterprises.
fn uscc(n: usize) -> Uscc {
    let stem = format!("91120116{n:09}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(|check| format!("{stem}{check}").parse().ok()).unwrap()
}

/// Page 10 of a list, filtered where it has a filter by time, sorted by its last sortable column.
fn ask(portal: &Portal, list: &ListPage, owner: &Uscc) -> (f64, f64) {
    let mut query = Query::of(list.page);
    query.page_number = 10;
    query.page_size = 10;
    query.sort = list.page.sorts().last().map(|column| ((*column).to_owned(), true));
    if let Some((label, _)) = list.filters.iter().find(|(_, by)| *by == domain::portal::By::Made) {
        query.filters = vec![((*label).to_owned(), vec!["2026-01-01".to_owned(), String::new()])];
    }
    let scope = portal.observe(owner);
    let mut taken: Vec<Duration> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let table = std::hint::black_box(scope.table(std::hint::black_box(&query)));
        taken.push(start.elapsed());
        assert!(!table.rows.is_empty(), "{} shows nothing", list.page.name());
    }
    taken.sort_unstable();
    let micros = |at: usize| taken[at].as_secs_f64() * 1e6;
    (micros(ROUNDS / 2), micros(ROUNDS * 99 / 100))
}

/// The bytes that this process holds, as the kernel counts them.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap_or(0) * 1024
}
