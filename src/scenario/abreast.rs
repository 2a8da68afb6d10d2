//! The same work on many things, on several threads, with the results in the order of the things: how many threads
//! there are, and how they are scheduled, must never be seen in what comes out.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// As many threads as can run at the same time.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What `work` makes of 0, 1, 2, ... up to `count`, in that order, on `jobs` threads. A thread takes `handful` at a
/// time: few enough that all end together, and more than one where the work on one is short.
pub fn abreast<R: Send>(count: usize, handful: usize, jobs: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let turns = || {
        let mut done = Vec::new();
        loop {
            let from = next.fetch_add(handful, Ordering::Relaxed);
            if from >= count {
                return done;
            }
            let results: Vec<R> = (from..count.min(from + handful)).map(&work).collect();
            done.push((from, results));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..jobs.min(count.div_ceil(handful))).map(|_| scope.spawn(turns)).collect();
        let mut done = turns();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(from, _)| *from);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_comes_back_in_order_whatever_the_jobs_and_handfuls() {
        let squares: Vec<usize> = (0..100).map(|i| i * i).collect();
        for jobs in [1, 2, 7, 300] {
            for handful in [1, 16, 99, 100, 1000] {
                assert_eq!(abreast(100, handful, jobs, |i| i * i), squares, "{jobs} jobs, {handful} at a time");
            }
        }
        assert_eq!(abreast(0, 1, 2, |i| i), Vec::<usize>::new());
    }
}
