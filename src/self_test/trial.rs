//! Tries mutants: plays against each the cases that it can matter to, until one turns from 通过 into 失败.
//!
//! The faithful suite is played once, to learn which rows of the life cycle each case goes along and what it costs. Then a
//! mutant meets the likeliest and shortest cases first. The order is a function of the suite and the mutant alone, so
//! the number of jobs decides only how long it takes.

use std::collections::BTreeSet;

use domain::portal::{Rules, Way};
use interchange::Suite as Seal;

use super::mutant::{Mutant, RowName, Wrong};
use crate::{
    scenario::{
        Case,
        abreast::abreast,
        play::{Options, play_tracked},
        pool,
    },
    verdict::{CaseResult, Verdict},
};

/// How to try.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// The seed of every case.
    pub seed: u64,
    /// How messages are sealed.
    pub seal: Seal,
    /// Mutants tried side by side.
    pub jobs: usize,
    /// Play every case that a mutant can matter to, and not only until one kills it.
    pub full: bool,
}

/// What came of a mutant.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// The cases that killed it; without `full` the first alone.
    pub kills: Vec<Kill>,
    /// Cases that were 无法判定 with it: they tested nothing.
    pub undecided: usize,
    /// Cases that failed with it, but not by the check that must find it.
    pub astray: usize,
    /// Cases in which the program itself broke, with its words: something of ours to look at.
    pub broken: Vec<String>,
    /// Cases played.
    pub played: usize,
}

/// A case that killed a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kill {
    /// The case's id.
    pub case: String,
    /// The checks that found something wrong, each once.
    pub checks: Vec<String>,
}

/// The suite as it is with the faithful portal.
struct Known<'a> {
    cases: &'a [Case],
    /// By cost, the cheapest first: index into `cases`.
    order: Vec<usize>,
    /// Which rows each case goes along.
    ways: Vec<BTreeSet<Way>>,
}

/// The suite is no measure: a case that does not pass with the faithful portal cannot kill anything.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("有 {} 个场景在正确的门户下就没有通过（{}），先让 kouan run 全部通过", .0.len(), .0.join("、"))]
pub struct NotPassing(pub Vec<String>);

/// Tries every mutant; the trials come in the mutants' order, whatever the number of jobs.
///
/// # Errors
/// A case that does not pass with the faithful portal.
pub fn run(cases: &[Case], mutants: &[Mutant], how: &How) -> Result<Vec<Trial>, NotPassing> {
    let known = know(cases, how)?;
    Ok(abreast(mutants.len(), 1, how.jobs, |i| try_one(&known, &mutants[i], how)))
}

fn know<'a>(cases: &'a [Case], how: &How) -> Result<Known<'a>, NotPassing> {
    let options = Options::new(how.seed, how.seal);
    let played = abreast(cases.len(), 1, how.jobs, |i| {
        let (result, _, ways) = play_tracked(&cases[i], &options);
        (result, ways)
    });
    let failed: Vec<String> = played.iter().filter(|(r, _)| !r.verdict.is_pass()).map(|(r, _)| r.id.clone()).collect();
    if !failed.is_empty() {
        return Err(NotPassing(failed));
    }
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|i| cost(&played[*i].0));
    Ok(Known { cases, order, ways: played.into_iter().map(|(_, ways)| ways).collect() })
}

/// What a case costs, from what it does: real time would make the order differ from run to run.
fn cost(result: &CaseResult) -> u64 {
    result.apdus + 20 * (result.messages + result.receipts + result.card_signatures)
}

impl Known<'_> {
    /// The cases that a mutant can matter to: first those that go along its row or name its rule, then the rest.
    /// Of a row, without `full`, no more than the likeliest few hundred: a mutant that none of them kills is taken to survive.
    fn likeliest_first(&self, mutant: &Mutant, full: bool) -> Vec<usize> {
        let names_rule = |i: &usize| self.cases[*i].scenario.covers.iter().any(|id| id == mutant.requirement);
        match mutant.row {
            Some(row) => {
                let (along, others): (Vec<usize>, Vec<usize>) = self
                    .order
                    .iter()
                    .filter(|i| comes_to(&self.ways[**i], row))
                    .partition(|i| goes_along(&self.ways[**i], row));
                // Every case of payment goes along the rows of its agreement: those that are about the rule come first.
                let (named, along): (Vec<usize>, Vec<usize>) = along.into_iter().partition(|i| names_rule(i));
                let along: Vec<usize> = [named, along].concat();
                if full { [along, others].concat() } else { [first(&along, ALONG), first(&others, OTHERS)].concat() }
            }
            None => {
                let (named, others): (Vec<usize>, Vec<usize>) = self.order.iter().partition(|i| names_rule(i));
                [named, others].concat()
            }
        }
    }
}

/// How many cases are tried that go along the mutant's row, and that only come to its state.
const ALONG: usize = 240;
const OTHERS: usize = 40;

fn first(all: &[usize], most: usize) -> Vec<usize> {
    all.iter().take(most).copied().collect()
}

/// Whether some record is ever in `state`: until then a portal whose rows of that state are wrong is a faithful one.
fn comes_to(ways: &BTreeSet<Way>, (kind, state, _): RowName) -> bool {
    // A record that is not there yet is in every case.
    let begins = ["未提交", "未签约"].contains(&state);
    begins || ways.iter().any(|way| way.kind == kind && (way.from == state || way.to == state))
}

fn goes_along(ways: &BTreeSet<Way>, row: RowName) -> bool {
    ways.iter().any(|way| (way.kind, way.from, way.event) == row)
}

fn try_one(known: &Known<'_>, mutant: &Mutant, how: &How) -> Trial {
    let mut options = Options::new(how.seed, how.seal);
    match &mutant.wrong {
        Wrong::Portal(rules) => options.rules = Rules::clone(rules),
        Wrong::Saboteur(saboteur) => options.saboteur = Some(*saboteur),
    }
    let mut trial = Trial::default();
    for i in known.likeliest_first(mutant, how.full) {
        let (result, _) = pool::timed(&known.cases[i], &options);
        trial.played += 1;
        match result.verdict {
            Verdict::Failed => match kill(&result, mutant) {
                Some(kill) => trial.kills.push(kill),
                None => trial.astray += 1,
            },
            Verdict::Inconclusive => trial.undecided += 1,
            Verdict::Error => trial.broken.extend(words_of(&result)),
            Verdict::Passed | Verdict::Warned | Verdict::Skipped | Verdict::NotApplicable => {}
        }
        if !how.full && !trial.kills.is_empty() {
            break;
        }
    }
    trial
}

fn kill(result: &CaseResult, mutant: &Mutant) -> Option<Kill> {
    let failed = result.findings.iter().filter(|f| f.severity == Verdict::Failed);
    let checks: BTreeSet<&str> = failed.map(|f| f.check.as_str()).collect();
    let named = mutant.check.is_none_or(|check| checks.contains(check));
    named.then(|| Kill { case: result.id.clone(), checks: checks.into_iter().map(str::to_owned).collect() })
}

fn words_of(result: &CaseResult) -> Option<String> {
    let broken = result.findings.iter().find(|f| f.severity == Verdict::Error)?;
    Some(format!("{}：{}", result.id, broken.text))
}
