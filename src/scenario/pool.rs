//! Plays many cases side by side and hands their results over in the suite's order.
//!
//! The number of jobs decides only how long it takes: each case is a world of its own, and a result waits until all
//! before it have been handed over. A panic in a case is ours, and becomes 工具错误 of that case alone.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use super::{
    model::Case,
    play::{Options, blank, play},
};
use crate::{
    evidence::Evidence,
    verdict::finding::{CaseResult, Finding, Verdict},
};

/// Plays `cases` on `jobs` threads. `take` gets each result in order; once it answers `false`, no more are handed over.
pub fn run(cases: &[Case], options: &Options, jobs: usize, mut take: impl FnMut(CaseResult, Evidence) -> bool) {
    let next = AtomicUsize::new(0);
    let enough = AtomicBool::new(false);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, cases.len().max(1)) {
            let send = send.clone();
            let (next, enough) = (&next, &enough);
            scope.spawn(move || {
                while !enough.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    if send.send((index, timed(case, options))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        for (index, done) in receive {
            waiting.insert(index, done);
            while let Some((result, evidence)) = waiting.remove(&turn) {
                turn += 1;
                if !enough.load(Ordering::Relaxed) && !take(result, evidence) {
                    enough.store(true, Ordering::Relaxed);
                }
            }
        }
    });
}

/// Plays one case, with the real time that it took.
#[expect(clippy::disallowed_methods, reason = "wall_us tells real time, and nothing else depends on it")]
pub fn timed(case: &Case, options: &Options) -> (CaseResult, Evidence) {
    let started = Instant::now();
    let (mut result, evidence) = catch_unwind(AssertUnwindSafe(|| play(case, options)))
        .unwrap_or_else(|panic| (broken(case, options, &*panic), Evidence::default()));
    result.wall_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    (result, evidence)
}

fn broken(case: &Case, options: &Options, panic: &(dyn std::any::Any + Send)) -> CaseResult {
    let message = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .unwrap_or_else(|| "未知原因".to_owned());
    let mut result = blank(case, options.seed);
    result.find(Finding::new(Verdict::Error, "kouan", "", format!("kouan 自身出错：{message}")));
    result
}
