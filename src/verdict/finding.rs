//! Verdicts, the findings behind them, and the result of one case.
//!
//! "The check failed", "could not tell" and "we broke" are kept apart from here to the exit code.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::trace::Trace;

/// What a case, or one finding in it, comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every check held.
    Passed,
    /// Held, with something worth a look.
    Warned,
    /// A check did not hold.
    Failed,
    /// The situation that was to be tested did not come about.
    Inconclusive,
    /// Not possible here.
    Skipped,
    /// The profile excludes it.
    NotApplicable,
    /// kouan or its surroundings broke.
    Error,
}

impl Verdict {
    /// Every verdict, in the order in which a summary counts them.
    pub const ALL: [Self; 7] =
        [Self::Passed, Self::Warned, Self::Failed, Self::Inconclusive, Self::Skipped, Self::NotApplicable, Self::Error];

    /// The word on pages and in the console.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Passed => "通过",
            Self::Warned => "警告",
            Self::Failed => "失败",
            Self::Inconclusive => "无法判定",
            Self::Skipped => "跳过",
            Self::NotApplicable => "不适用",
            Self::Error => "工具错误",
        }
    }

    /// The word in JSON.
    pub const fn json(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
            Self::NotApplicable => "not_applicable",
            Self::Error => "error",
        }
    }

    /// The verdict with this JSON word.
    pub fn by_json(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.json() == word)
    }

    /// Whether checks that were evaluated under it count for coverage: every check of the case held.
    pub const fn is_pass(self) -> bool {
        matches!(self, Self::Passed | Self::Warned)
    }

    /// The worse of two: error > failed > inconclusive > warned > passed. A case that never ran (skipped, not
    /// applicable) outweighs a pass, for it proves nothing, and gives way to everything that says more.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }

    const fn weight(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::NotApplicable => 1,
            Self::Skipped => 2,
            Self::Warned => 3,
            Self::Inconclusive => 4,
            Self::Failed => 5,
            Self::Error => 6,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.chinese())
    }
}

/// One thing that a check has to say about a case. In a document every key is always there; what is not known is null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs; never `Passed`.
    pub severity: Verdict,
    /// Which check: `expect`, `wait`, `refusal`, `coverage`, `once`, or the name of an invariant.
    pub check: String,
    /// The requirement that is broken, where one is known.
    pub requirement: Option<String>,
    /// The line of the scenario file that asked for the check.
    pub line: Option<usize>,
    /// What was looked at, such as `协议.状态`.
    pub path: String,
    /// What should have been; empty where there is nothing to compare.
    pub expected: String,
    /// What was.
    pub actual: String,
    /// A Chinese sentence for people.
    pub text: String,
    /// The step (counted from 0) during which it showed.
    #[serde(default)]
    pub step: Option<usize>,
    /// Ids of the messages concerned.
    #[serde(default)]
    pub messages: Vec<String>,
    /// That line of the scenario file, as written.
    #[serde(default)]
    pub source: Option<String>,
    /// What the page showed at that moment, a line an item.
    #[serde(default)]
    pub page: Vec<String>,
    /// What became of [`Self::messages`], a sending a line; filled in by `verdict::trail` when the case is over.
    #[serde(default)]
    pub trail: Vec<String>,
}

impl Finding {
    /// A finding of `severity` by `check`, about `path`, with the rest blank.
    pub fn new(severity: Verdict, check: &str, path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            severity,
            check: check.into(),
            requirement: None,
            line: None,
            path: path.into(),
            expected: String::new(),
            actual: String::new(),
            text: text.into(),
            step: None,
            messages: Vec::new(),
            source: None,
            page: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// The same, breaking `requirement`.
    #[must_use]
    pub fn against(mut self, requirement: &str) -> Self {
        self.requirement = Some(requirement.into());
        self
    }

    /// The same, with what should have been and what was.
    #[must_use]
    pub fn compared(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.actual = actual.into();
        self
    }

    /// The same, asked for at `line`.
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, seen during `step`.
    #[must_use]
    pub fn during(mut self, step: Option<usize>) -> Self {
        self.step = step;
        self
    }

    /// The same, with what the page showed.
    #[must_use]
    pub fn showing(mut self, page: Vec<String>) -> Self {
        self.page = page;
        self
    }

    /// The same, about the message `id` too.
    #[must_use]
    pub fn about(mut self, id: impl Into<String>) -> Self {
        self.messages.push(id.into());
        self
    }
}

/// A check that cited a requirement and was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Citation {
    /// Which check, such as `expect 协议.状态` or an invariant's name.
    pub check: String,
    /// The line that asked for it; 0 where no line did.
    pub line: usize,
}

/// All that a report wants to know of one case. Everything but `wall_us` replays under a seed.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// With the matrix row, such as `AGR-FAIL-01[原因=资料不全]`.
    pub id: String,
    /// 场景
    pub title: String,
    /// The file, as it was given.
    pub file: String,
    /// 覆盖
    pub covers: Vec<String>,
    /// The worst of the findings, or `Passed`.
    pub verdict: Verdict,
    /// Virtual time that went by.
    pub virtual_ms: u64,
    /// Real time that went by: the only thing here that does not replay.
    pub wall_us: u64,
    /// APDUs exchanged with cards.
    pub apdus: u64,
    /// Signatures that cards made.
    pub card_signatures: u64,
    /// Sendings put on the wire.
    pub messages: u64,
    /// Receipts given.
    pub receipts: u64,
    /// What the checks found.
    pub findings: Vec<Finding>,
    /// Requirement -> the evaluated checks that cite it.
    pub cited: BTreeMap<String, Vec<Citation>>,
    /// The seed of the run, for the command that replays it.
    pub seed: u64,
    /// Steps that were played.
    pub steps: usize,
    /// What happened, where a report asks for it.
    pub trace: Option<Box<Trace>>,
}

impl CaseResult {
    /// Adds a finding; the verdict becomes the worse of the two.
    pub fn find(&mut self, finding: Finding) {
        self.verdict = self.verdict.worst(finding.severity);
        self.findings.push(finding);
    }

    /// Notes that `check`, asked for at `line` (0: by no line), was evaluated and cites `requirements`.
    pub fn cite<R: AsRef<str>>(&mut self, requirements: impl IntoIterator<Item = R>, check: &str, line: usize) {
        for requirement in requirements {
            let citations = self.cited.entry(requirement.as_ref().into()).or_default();
            let citation = Citation { check: check.into(), line };
            if !citations.contains(&citation) {
                citations.push(citation);
            }
        }
    }

    /// The entries of 覆盖 that no evaluated check cites.
    pub fn uncited(&self) -> impl Iterator<Item = &str> {
        self.covers.iter().map(String::as_str).filter(|id| !self.cited.contains_key(*id))
    }

    /// Holds 覆盖 against what was cited: an entry that no evaluated check cites makes a case that would have passed
    /// 失败, at `line`, the line of 覆盖. Call it last; in a case that did not pass it adds nothing.
    pub fn check_coverage(&mut self, line: usize) {
        if !self.verdict.is_pass() {
            return;
        }
        let missing: Vec<String> = self.uncited().map(String::from).collect();
        for id in missing {
            let text = format!("覆盖中写了 {id}，但没有任何执行过的检查引用它；请加上检查它的步骤，或从覆盖中删去");
            self.find(Finding::new(Verdict::Failed, "coverage", "覆盖", text).against(&id).at_line(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::event::tests::case;

    #[test]
    fn the_worst_verdict_wins() {
        use Verdict::*;
        let order = [Passed, Warned, Inconclusive, Failed, Error];
        for (i, a) in order.into_iter().enumerate() {
            for (j, b) in order.into_iter().enumerate() {
                assert_eq!(a.worst(b), order[i.max(j)], "{a} {b}");
            }
        }
    }

    #[test]
    fn a_requirement_that_no_check_cites_fails_the_case_at_the_line_of_coverage() {
        let mut result = case("AGR-01", Verdict::Passed);
        result.covers = vec!["AGR-01".into(), "AGR-12".into()];
        result.cite(["AGR-01"], "expect 协议.状态", 9);
        result.check_coverage(3);
        assert_eq!(result.verdict, Verdict::Failed);
        let finding = &result.findings[0];
        assert_eq!((finding.check.as_str(), finding.line), ("coverage", Some(3)));
        assert_eq!(finding.requirement.as_deref(), Some("AGR-12"));
        assert_eq!(result.findings.len(), 1);
    }

    #[test]
    fn coverage_adds_nothing_to_a_case_that_failed_anyway() {
        let mut result = case("AGR-01", Verdict::Inconclusive);
        result.covers = vec!["AGR-12".into()];
        result.check_coverage(3);
        assert!(result.findings.is_empty());
    }

    #[test]
    fn the_same_check_at_the_same_line_is_cited_once() {
        let mut result = case("AGR-01", Verdict::Passed);
        result.cite(["AGR-01"], "expect 协议.状态", 9);
        result.cite(["AGR-01"], "expect 协议.状态", 9);
        result.cite(["AGR-01"], "expect 协议.状态", 10);
        assert_eq!(result.cited["AGR-01"].len(), 2);
    }
}
