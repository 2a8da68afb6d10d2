//! The committed suite, as the library plays it.

use std::collections::BTreeSet;

use interchange::Suite as Seal;
use kouan::{
    evidence::Evidence,
    scenario::{Case, Suite, catalogue::VERBS, play::Options, pool},
    verdict::{CaseResult, Verdict, coverage::Coverage, requirements},
};

use crate::program::root;

/// Every case of `scenarios/`.
pub fn cases() -> Vec<Case> {
    let suite = Suite::load(&[root().join("scenarios")]).unwrap();
    assert_eq!(suite.mistakes(), 0, "{}", suite.rendered(false));
    suite.into_cases()
}

/// Plays them all.
pub fn play_all(cases: &[Case], options: &Options) -> Vec<(CaseResult, Evidence)> {
    let mut results = Vec::new();
    pool::run(cases, options, 2, |result, evidence| {
        results.push((result, evidence));
        true
    });
    results
}

/// The ids of cases with what was found in them, for those that are not as they should be.
fn troubles(results: &[(CaseResult, Evidence)]) -> Vec<String> {
    results
        .iter()
        .filter(|(r, _)| r.verdict != Verdict::Passed)
        .map(|(r, _)| {
            let texts: Vec<&str> = r.findings.iter().map(|f| f.text.as_str()).collect();
            format!("{} {}: {}", r.verdict, r.id, texts.join(" / "))
        })
        .collect()
}

/// Plays the suite, all of which must pass.
fn passes(seed: u64, seal: Seal) {
    let cases = cases();
    let results = play_all(&cases, &Options::new(seed, seal));
    assert_eq!(results.len(), cases.len());
    assert_eq!(troubles(&results), Vec::<String>::new(), "seed {seed}, {seal}");
}

#[test]
fn the_whole_suite_passes_with_sm2() {
    passes(1, Seal::Sm2);
}

#[test]
fn the_whole_suite_passes_with_rsa() {
    passes(1, Seal::Rsa);
}

#[test]
fn the_whole_suite_passes_with_mac() {
    passes(1, Seal::Mac);
}

#[test]
fn the_whole_suite_passes_under_other_seeds() {
    for seed in [2, 1_000_003, u64::MAX] {
        passes(seed, Seal::Sm2);
    }
}

#[test]
fn every_rule_of_the_first_three_families_is_covered() {
    let mut coverage = Coverage::default();
    for (result, _) in play_all(&cases(), &Options::new(1, Seal::Sm2)) {
        coverage.add(&result);
    }
    let families = ["ACC-", "AGR-", "MSG-"];
    let gaps: Vec<&str> = coverage.uncovered().filter(|id| families.iter().any(|f| id.starts_with(f))).collect();
    assert_eq!(gaps, [""; 0]);
    let of_families = requirements::all().iter().filter(|r| families.iter().any(|f| r.id.starts_with(f))).count();
    assert!(of_families >= 27, "the catalogue has lost rules: {of_families} are left");
}

#[test]
fn every_verb_is_done_by_some_scenario() {
    let done: BTreeSet<&str> = cases().iter().flat_map(|case| case.steps.iter().map(|step| step.verb)).collect();
    let unused: Vec<&str> = VERBS.iter().map(|v| v.name).filter(|name| !done.contains(name)).collect();
    assert_eq!(unused, [""; 0]);
}

#[test]
fn every_rule_that_a_scenario_names_exists_and_ids_are_unique() {
    let cases = cases();
    let mut ids = BTreeSet::new();
    for case in &cases {
        assert!(ids.insert(case.id.clone()), "{} twice", case.id);
        for id in &case.scenario.covers {
            assert!(requirements::by_id(id).is_some(), "{}: {id}", case.id);
        }
    }
    assert!(cases.len() >= 250, "{} cases are left", cases.len());
}
