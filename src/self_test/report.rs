//! What the self-test tells: for people, as JSON, and as the whole kill matrix in CSV. One fold over the trials.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Serialize;

use super::{
    explained::{self, EXPLAINED},
    mutant::{Group, Mutant},
    trial::Trial,
};

/// Mutants with what came of them.
pub struct Report<'a> {
    tried: Vec<(&'a Mutant, &'a Trial)>,
    cases: Vec<&'a str>,
}

/// How many there are of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// All.
    pub mutants: usize,
    /// Killed by some case.
    pub killed: usize,
    /// Not killed, and explained.
    pub explained: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    mutants: usize,
    killed: usize,
    explained: usize,
    survivors: Vec<Survivor<'a>>,
    groups: BTreeMap<&'static str, Count>,
    stale: Vec<String>,
    broken: Vec<Broken<'a>>,
    /// Cases that killed nothing.
    idle: Vec<&'a str>,
    matrix: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Survivor<'a> {
    mutant: &'a str,
    requirement: &'static str,
    why: Option<&'static str>,
    undecided: usize,
    astray: usize,
}

#[derive(Serialize)]
struct Broken<'a> {
    mutant: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    mutant: &'a str,
    requirement: &'static str,
    killed_by: Vec<KilledBy<'a>>,
}

#[derive(Serialize)]
struct KilledBy<'a> {
    scenario: &'a str,
    checks: &'a [String],
}

impl<'a> Report<'a> {
    /// Of `mutants` and their trials, one each, with the ids of the suite's cases.
    pub fn new(mutants: &'a [Mutant], trials: &'a [Trial], cases: Vec<&'a str>) -> Self {
        Self { tried: mutants.iter().zip(trials).collect(), cases }
    }

    /// The counts of one group, or of all.
    pub fn count(&self, group: Option<Group>) -> Count {
        let mut count = Count::default();
        for (mutant, trial) in self.tried.iter().filter(|(m, _)| group.is_none_or(|g| g == m.group)) {
            count.mutants += 1;
            if !trial.kills.is_empty() {
                count.killed += 1;
            } else if explained::of(mutant).is_some() {
                count.explained += 1;
            }
        }
        count
    }

    /// Those that no case killed.
    pub fn survivors(&self) -> impl Iterator<Item = (&'a Mutant, &'a Trial)> {
        self.tried.iter().filter(|(_, trial)| trial.kills.is_empty()).copied()
    }

    /// Survivors without an explanation: holes in the suite.
    pub fn holes(&self) -> usize {
        self.survivors().filter(|(mutant, _)| explained::of(mutant).is_none()).count()
    }

    /// Explanations that fit a mutant that was killed, or none. For runs of all mutants.
    pub fn stale(&self) -> Vec<String> {
        let all = EXPLAINED.iter().flat_map(|e| e.mutants);
        let mut stale = Vec::new();
        for which in all {
            let fitting: Vec<_> = self.tried.iter().filter(|(m, _)| which.fits(m)).collect();
            if fitting.is_empty() {
                stale.push(which.words());
            }
            let killed = fitting.into_iter().filter(|(_, t)| !t.kills.is_empty());
            stale.extend(killed.map(|(m, _)| m.name.clone()));
        }
        stale
    }

    /// What broke the program itself.
    pub fn broken(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let words = |(mutant, trial): &(&'a Mutant, &'a Trial)| {
            let name = mutant.name.as_str();
            trial.broken.iter().map(move |text| (name, text.as_str())).collect::<Vec<_>>()
        };
        self.tried.iter().flat_map(words)
    }

    /// Cases that killed nothing.
    pub fn idle(&self) -> Vec<&'a str> {
        let killers: BTreeSet<&str> =
            self.tried.iter().flat_map(|(_, t)| &t.kills).map(|kill| kill.case.as_str()).collect();
        self.cases.iter().filter(|id| !killers.contains(**id)).copied().collect()
    }

    /// Cases played, over all mutants.
    pub fn played(&self) -> usize {
        self.tried.iter().map(|(_, trial)| trial.played).sum()
    }

    /// `{"mutants","killed","explained","survivors":[{"mutant","requirement","why"}], ...}`, with no line end. `whole`: all
    /// mutants were tried, so that what is stale can be told.
    pub fn to_json(&self, whole: bool) -> String {
        let Count { mutants, killed, explained } = self.count(None);
        let survivor = |(mutant, trial): (&'a Mutant, &'a Trial)| Survivor {
            mutant: &mutant.name,
            requirement: mutant.requirement,
            why: explained::of(mutant).map(|e| e.why),
            undecided: trial.undecided,
            astray: trial.astray,
        };
        let line = |(mutant, trial): &(&'a Mutant, &'a Trial)| Line {
            mutant: &mutant.name,
            requirement: mutant.requirement,
            killed_by: trial.kills.iter().map(|k| KilledBy { scenario: &k.case, checks: &k.checks }).collect(),
        };
        let document = Document {
            mutants,
            killed,
            explained,
            survivors: self.survivors().map(survivor).collect(),
            groups: Group::ALL.into_iter().map(|g| (g.chinese(), self.count(Some(g)))).collect(),
            stale: if whole { self.stale() } else { Vec::new() },
            broken: self.broken().map(|(mutant, text)| Broken { mutant, text }).collect(),
            idle: self.idle(),
            matrix: self.tried.iter().map(line).collect(),
        };
        // Strings and numbers only, in structs: nothing in it can fail to serialise.
        serde_json::to_string_pretty(&document).expect("plain data serialises")
    }

    /// For people: the counts by group, and every survivor with its reason.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        for group in Group::ALL {
            let count = self.count(Some(group));
            if count.mutants > 0 {
                let _ = writeln!(text, "{}：{}", group.chinese(), words(count));
            }
        }
        let _ = writeln!(text, "合计：{}", words(self.count(None)));
        let holes: Vec<_> = self.survivors().filter(|(m, _)| explained::of(m).is_none()).collect();
        if !holes.is_empty() {
            let _ = writeln!(text, "\n没有被发现，也没有说明（场景集的漏洞）：");
        }
        for (mutant, trial) in holes {
            let _ = writeln!(text, "  {} [{}]{}", mutant.name, mutant.requirement, nearly(mutant, trial));
        }
        for explanation in EXPLAINED {
            let fits = |mutant: &Mutant| explanation.mutants.iter().any(|which| which.fits(mutant));
            let fitting: Vec<_> = self.survivors().filter(|(m, _)| fits(m)).collect();
            if !fitting.is_empty() {
                let _ = writeln!(text, "\n已说明：{}", explanation.why);
            }
            for (mutant, _) in fitting {
                let _ = writeln!(text, "  {} [{}]", mutant.name, mutant.requirement);
            }
        }
        text
    }

    /// The kill matrix: a line for each mutant, a case that killed it, and a check that found it; a survivor has one line
    /// with both blank.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("\u{feff}分组,变异,要求,场景,检查\n");
        for (mutant, trial) in &self.tried {
            let head = [mutant.group.chinese(), &mutant.name, mutant.requirement];
            let mut line = |case: &str, check: &str| {
                let cells: Vec<String> = head.iter().chain([&case, &check]).map(|cell| quoted(cell)).collect();
                let _ = writeln!(text, "{}", cells.join(","));
            };
            if trial.kills.is_empty() {
                line("", "");
            }
            for kill in &trial.kills {
                for check in &kill.checks {
                    line(&kill.case, check);
                }
            }
        }
        text
    }
}

fn words(count: Count) -> String {
    let left = count.mutants - count.killed - count.explained;
    format!("{} 个变异，发现 {}，已说明 {}，漏过 {left}", count.mutants, count.killed, count.explained)
}

/// How near a survivor came to being caught.
fn nearly(mutant: &Mutant, trial: &Trial) -> String {
    let mut said = Vec::new();
    if trial.astray > 0 {
        said.push(format!("{} 个场景失败，但没有检查「{}」的结论", trial.astray, mutant.check.unwrap_or_default()));
    }
    if trial.undecided > 0 {
        said.push(format!("{} 个场景无法判定", trial.undecided));
    }
    if said.is_empty() { String::new() } else { format!("：{}", said.join("，")) }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
