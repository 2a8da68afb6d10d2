//! The one stream of events that every report folds, and the order in which it may come.
//!
//! ```text
//! stream = RunStarted  { CaseStarted  CaseFinished }  RunFinished
//! ```
//!
//! `RunStarted.cases` pairs follow, in the order of the suite (path, line, row), whichever of them ended first: who
//! runs cases side by side holds results back until their turn. With `--fail-fast` there may be fewer pairs, and
//! `RunFinished.summary` counts those that there are. A case's two events always stand together.

use std::io;

use super::finding::{CaseResult, Verdict};

/// Something that a report may want to tell.
#[derive(Clone, Debug)]
pub enum Event {
    /// The suite was read and found good; nothing has run yet.
    RunStarted {
        /// How many cases will be played.
        cases: usize,
        /// The seed that all of them draw from.
        seed: u64,
        /// The suite that seals messages: `sm2`, `rsa` or `mac`.
        seal: String,
        /// Where the cards are, such as `memory`.
        reader: String,
        /// How many cases are played side by side; no report's data depends on it.
        jobs: usize,
        /// Which part of the selection this is, such as `1/3`; `None` for the whole.
        shard: Option<String>,
    },
    /// The next case in order begins to be told.
    CaseStarted {
        /// Its id with the matrix row.
        id: String,
        /// 场景
        title: String,
        /// Its file.
        file: String,
    },
    /// And is over.
    CaseFinished(Box<CaseResult>),
    /// Nothing follows.
    RunFinished {
        /// The counts.
        summary: Summary,
    },
}

/// Counts by verdict; they add up to the number of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: [usize; Verdict::ALL.len()],
}

impl Summary {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        for (slot, candidate) in self.counts.iter_mut().zip(Verdict::ALL) {
            *slot += usize::from(candidate == verdict);
        }
    }

    /// Puts a count in place of what there was.
    pub(super) fn set(&mut self, verdict: Verdict, count: usize) {
        for (slot, candidate) in self.counts.iter_mut().zip(Verdict::ALL) {
            if candidate == verdict {
                *slot = count;
            }
        }
    }

    /// How many have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.iter().find(|(v, _)| *v == verdict).map_or(0, |(_, n)| n)
    }

    /// Each verdict with its count, in the order of reports.
    pub fn iter(&self) -> impl Iterator<Item = (Verdict, usize)> + '_ {
        Verdict::ALL.into_iter().zip(self.counts)
    }

    /// All cases.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }
}

impl FromIterator<Verdict> for Summary {
    fn from_iter<I: IntoIterator<Item = Verdict>>(verdicts: I) -> Self {
        let mut summary = Self::default();
        verdicts.into_iter().for_each(|v| summary.add(v));
        summary
    }
}

/// A fold of the stream into something to look at.
pub trait Report {
    /// The next event. After `RunFinished` the report is complete and written out.
    ///
    /// # Errors
    /// Where the report is written to cannot take it.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A case of one step with nothing to say.
    pub fn case(id: &str, verdict: Verdict) -> CaseResult {
        CaseResult {
            id: id.into(),
            title: "三方协议签署".into(),
            file: "scenarios/agreement/signing.yaml".into(),
            covers: vec!["AGR-01".into()],
            verdict,
            virtual_ms: 93_600_000,
            wall_us: 812,
            apdus: 61,
            card_signatures: 6,
            messages: 4,
            receipts: 4,
            findings: Vec::new(),
            cited: BTreeMap::new(),
            seed: 1,
            steps: 1,
            trace: None,
        }
    }

    /// The stream of a run over `results`.
    pub fn stream(results: Vec<CaseResult>, seed: u64) -> Vec<Event> {
        let summary = results.iter().map(|r| r.verdict).collect();
        let mut events = vec![Event::RunStarted {
            cases: results.len(),
            seed,
            seal: "sm2".into(),
            reader: "memory".into(),
            jobs: 2,
            shard: None,
        }];
        for r in results {
            events.push(Event::CaseStarted { id: r.id.clone(), title: r.title.clone(), file: r.file.clone() });
            events.push(Event::CaseFinished(Box::new(r)));
        }
        events.push(Event::RunFinished { summary });
        events
    }

    #[test]
    fn counts_add_up_to_the_number_of_cases() {
        let summary: Summary =
            [Verdict::Passed, Verdict::Failed, Verdict::Passed, Verdict::Error].into_iter().collect();
        assert_eq!(summary.total(), 4);
        assert_eq!(summary.count(Verdict::Passed), 2);
        assert_eq!(summary.count(Verdict::Error), 1);
        assert_eq!(summary.count(Verdict::Skipped), 0);
    }
}
