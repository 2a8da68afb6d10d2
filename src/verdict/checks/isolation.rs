//! 不越权 (ACC-10): nobody is shown, or acts on, another enterprise's record.

use super::{Judging, Outcome};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "不越权";

pub fn check(evidence: &Evidence, _: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for entry in &evidence.entries {
        let (enterprise, what, records): (&str, String, Vec<&String>) = match &entry.what {
            Happening::Page(page) => {
                outcome.evaluated = true;
                (&page.enterprise, format!("页面「{}」", page.page), page.records.iter().collect())
            }
            // A refused act may well have named a foreign record: that is what was refused.
            Happening::Act(act) if act.refused.is_none() => {
                (&act.enterprise, format!("操作「{}」", act.verb), act.record.iter().collect())
            }
            Happening::Act(_)
            | Happening::Sent(_)
            | Happening::Arrived(_)
            | Happening::Lost { .. }
            | Happening::Receipt { .. }
            | Happening::Apdu { .. }
            | Happening::Entered(_)
            | Happening::Logged(_)
            | Happening::Decided { .. }
            | Happening::Struck { .. } => continue,
        };
        for record in records {
            let finding = |severity, text: String| {
                Finding::new(severity, NAME, what.clone(), text).against("ACC-10").during(entry.step)
            };
            match evidence.owners.get(record) {
                Some(owner) if owner == enterprise => {}
                Some(owner) => outcome.findings.push(
                    finding(Verdict::Failed, format!("{what}涉及别的企业的记录 {record}")).compared(enterprise, owner),
                ),
                None => outcome
                    .findings
                    .push(finding(Verdict::Inconclusive, format!("{what}涉及的记录 {record} 不知道属于哪个企业"))),
            }
        }
    }
    outcome
}
