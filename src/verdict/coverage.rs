//! Requirement coverage: a fold of the results of passing cases (`kouan coverage`).
//!
//! A case that did not pass covers nothing, whatever was evaluated in it.

use std::{collections::BTreeMap, fmt::Write as _, io};

use serde::Serialize;

use super::{
    event::{Event, Report},
    finding::{CaseResult, Citation},
    requirements,
};

/// For each requirement the cases that cover it, with the checks and their lines.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    covered: BTreeMap<String, Vec<Covering>>,
}

/// One case's part in the coverage of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    /// The case's id.
    pub id: String,
    /// Its file.
    pub file: String,
    /// The checks that cite the requirement, with their lines.
    pub citations: Vec<Citation>,
}

impl Coverage {
    /// Counts a case in, if it passed.
    pub fn add(&mut self, result: &CaseResult) {
        if !result.verdict.is_pass() {
            return;
        }
        for (requirement, citations) in &result.cited {
            let mut citations = citations.clone();
            citations.sort_by(|a, b| (a.line, &a.check).cmp(&(b.line, &b.check)));
            let covering = Covering { id: result.id.clone(), file: result.file.clone(), citations };
            self.covered.entry(requirement.clone()).or_default().push(covering);
        }
    }

    /// What covers a requirement, in the order of the run.
    pub fn of(&self, requirement: &str) -> &[Covering] {
        self.covered.get(requirement).map_or(&[], Vec::as_slice)
    }

    /// The ids that nothing covers, in the catalogue's order.
    pub fn uncovered(&self) -> impl Iterator<Item = &'static str> {
        requirements::all().iter().map(|r| r.id.as_str()).filter(|id| self.of(id).is_empty())
    }

    /// How many requirements of the catalogue are covered.
    pub fn covered(&self) -> usize {
        self.total() - self.uncovered().count()
    }

    /// How many requirements the catalogue has.
    pub fn total(&self) -> usize {
        requirements::all().len()
    }

    /// `{"total","covered","requirements":[{"id","basis","scenarios":[...]}]}`, in the catalogue's order, with no line end.
    pub fn to_json(&self) -> String {
        let requirements = requirements::all()
            .iter()
            .map(|r| RequirementJson {
                id: &r.id,
                basis: r.basis.json(),
                scenarios: self
                    .of(&r.id)
                    .iter()
                    .map(|c| ScenarioJson {
                        id: &c.id,
                        file: &c.file,
                        checks: c.citations.iter().map(|c| CheckJson { check: &c.check, line: c.line }).collect(),
                    })
                    .collect(),
            })
            .collect();
        let document = CoverageJson { total: self.total(), covered: self.covered(), requirements };
        // Strings and numbers only, in structs: nothing in it can fail to serialise.
        serde_json::to_string_pretty(&document).expect("plain data serialises")
    }

    /// For people: each requirement and its rule with what covers it, gaps marked, and the count at the end.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        for r in requirements::all() {
            let covering = self.of(&r.id);
            let mark = if covering.is_empty() { "－" } else { "✓" };
            let _ = writeln!(out, "{mark} {:<7} {}（{}） {}", r.id, r.section, r.basis.chinese(), r.chinese);
            for c in covering {
                let checks: Vec<_> = c
                    .citations
                    .iter()
                    .map(|c| if c.line == 0 { c.check.clone() } else { format!("{}（第 {} 行）", c.check, c.line) })
                    .collect();
                let _ = writeln!(out, "    {} {}：{}", c.id, c.file, checks.join("，"));
            }
        }
        let _ = writeln!(out, "\n共 {} 条要求，已覆盖 {} 条", self.total(), self.covered());
        out
    }
}

impl Report for Coverage {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::CaseFinished(result) => self.add(result),
            Event::RunStarted { .. } | Event::CaseStarted { .. } | Event::RunFinished { .. } => {}
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct CoverageJson<'a> {
    total: usize,
    covered: usize,
    requirements: Vec<RequirementJson<'a>>,
}

#[derive(Serialize)]
struct RequirementJson<'a> {
    id: &'a str,
    basis: &'a str,
    scenarios: Vec<ScenarioJson<'a>>,
}

#[derive(Serialize)]
struct ScenarioJson<'a> {
    id: &'a str,
    file: &'a str,
    checks: Vec<CheckJson<'a>>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    check: &'a str,
    line: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{event::tests::case, finding::Verdict};

    fn cited(id: &str, verdict: Verdict) -> CaseResult {
        let mut result = case(id, verdict);
        result.cite(["AGR-12"], "refusal K2102", 14);
        result.cite(["MSG-02"], "报文有效", 0);
        result
    }

    #[test]
    fn only_passing_cases_cover() {
        let mut coverage = Coverage::default();
        for verdict in
            [Verdict::Failed, Verdict::Inconclusive, Verdict::Skipped, Verdict::NotApplicable, Verdict::Error]
        {
            coverage.add(&cited("A-01", verdict));
        }
        assert_eq!(coverage.covered(), 0);
        coverage.add(&cited("A-02", Verdict::Passed));
        coverage.add(&cited("A-03", Verdict::Warned));
        assert_eq!(coverage.covered(), 2);
        assert_eq!(coverage.of("AGR-12").iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["A-02", "A-03"]);
        assert_eq!(coverage.uncovered().count(), requirements::all().len() - 2);
    }

    #[test]
    fn json_lists_every_requirement_in_order() {
        let mut coverage = Coverage::default();
        coverage.add(&cited("A-02", Verdict::Passed));
        let json: serde_json::Value = serde_json::from_str(&coverage.to_json()).unwrap();
        assert_eq!((&json["total"], &json["covered"]), (&requirements::all().len().into(), &2.into()));
        let list = json["requirements"].as_array().unwrap();
        assert_eq!(list.len(), requirements::all().len());
        assert_eq!(list[0], serde_json::json!({"id": "ACC-01", "basis": "manual", "scenarios": []}));
        let covered = list.iter().find(|r| r["id"] == "AGR-12").unwrap();
        assert_eq!(
            *covered,
            serde_json::json!({"id": "AGR-12", "basis": "inferred", "scenarios": [{"id": "A-02",
                "file": "scenarios/agreement/signing.yaml", "checks": [{"check": "refusal K2102", "line": 14}]}]})
        );
    }

    #[test]
    fn text_marks_gaps_and_names_lines() {
        let mut coverage = Coverage::default();
        coverage.add(&cited("A-02", Verdict::Passed));
        let text = coverage.to_text();
        assert!(
            text.contains(
                "✓ AGR-12  4.1（推断） 付款银行、收款企业、付款账号都相同的协议正在办理或已生效时，再次签署被拒绝，并给出明确提示。\n    A-02 scenarios/agreement/signing.yaml：refusal K2102（第 14 行）\n"
            )
        );
        assert!(text.contains("－ ACC-01  2.3.1（手册） 办理保险服务必须用卡介质"));
        assert!(text.ends_with(&format!("共 {} 条要求，已覆盖 2 条\n", requirements::all().len())));
    }
}
