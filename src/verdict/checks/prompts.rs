//! 提示如实 (AGR-07, CGO-13, CGO-15): an act that went through says so in the manual's words, and the dialog asks in them.

use super::{Judging, Outcome};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "提示如实";

/// Verb, whether a record was made (where that tells 是 from 否), what the page may say then, and whose rule it is. Where the question is the
/// last that is seen, it was answered 否.
#[rustfmt::skip] // A table.
const PROMPTS: &[(&str, Option<bool>, &[&str], &str)] = &[
    ("协议签署", Some(true), &["签约请求发送成功"], "AGR-07"),
    ("重新签署", Some(true), &["签约请求发送成功"], "AGR-07"),
    ("协议签署", Some(false), &["是否立即发送协议签署?"], "AGR-07"),
    ("重新签署", Some(false), &["是否立即发送协议签署?"], "AGR-07"),
    ("预约", None, &["预约请求发送成功"], "RSV-02"),
    ("暂存", None, &["暂存成功"], "CGO-10"),
    ("货运投保", None, &["投保请求发送成功"], "CGO-10"),
    ("提交", None, &["投保请求发送成功"], "CGO-10"),
    ("修改", None, &["修改成功"], "CGO-12"),
    ("删除", None, &["删除成功", "是否确认删除?"], "CGO-10"),
    ("撤销", None, &["撤销请求发送成功", "是否确认撤销?"], "CGO-13"),
    ("在线支付", None, &["支付成功", "是否立即支付?"], "CGO-15"),
    ("重新支付", None, &["支付成功", "是否立即支付?"], "CGO-16"),
    ("查询支付", None, &["查询请求发送成功"], "PAY-05"),
    ("上传附件", None, &["上传成功"], "CGO-09"),
];

pub fn check(evidence: &Evidence, _: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for entry in &evidence.entries {
        let Happening::Act(act) = &entry.what else { continue };
        if act.refused.is_some() {
            continue;
        }
        let made = act.record.is_some();
        let row = PROMPTS.iter().find(|(verb, m, ..)| *verb == act.verb && m.is_none_or(|m| m == made));
        let Some((.., prompts, requirement)) = row else { continue };
        outcome.evaluated = true;
        if !prompts.contains(&act.prompt.as_str()) {
            outcome.findings.push(
                Finding::new(Verdict::Failed, NAME, act.verb.clone(), format!("「{}」的提示不是手册的文字", act.verb))
                    .against(requirement)
                    .compared(prompts.join(" 或 "), act.prompt.clone())
                    .during(entry.step),
            );
        }
    }
    outcome
}
