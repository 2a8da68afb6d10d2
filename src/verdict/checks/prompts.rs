//! 提示如实 (AGR-07): an act that went through says so in the manual's words, and the dialog asks in them.

use super::{Judging, Outcome};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "提示如实";

/// Verb, whether a record was made or acted on, and what the page says then (manual 4.1.1).
#[rustfmt::skip] // A table.
const PROMPTS: &[(&str, bool, &str)] = &[
    ("协议签署", true,  "签约请求发送成功"),
    ("重新签署", true,  "签约请求发送成功"),
    // Answered 否: the question is the last that is seen.
    ("协议签署", false, "是否立即发送协议签署?"),
    ("重新签署", false, "是否立即发送协议签署?"),
];

pub fn check(evidence: &Evidence, _: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for entry in &evidence.entries {
        let Happening::Act(act) = &entry.what else { continue };
        if act.refused.is_some() {
            continue;
        }
        let made = act.record.is_some();
        let Some((.., prompt)) = PROMPTS.iter().find(|(verb, m, _)| *verb == act.verb && *m == made) else { continue };
        outcome.evaluated = true;
        if act.prompt != *prompt {
            outcome.findings.push(
                Finding::new(Verdict::Failed, NAME, act.verb.clone(), format!("「{}」的提示不是手册的文字", act.verb))
                    .against("AGR-07")
                    .compared(*prompt, act.prompt.clone())
                    .during(entry.step),
            );
        }
    }
    outcome
}
