//! 答复如实 (AGR-09, AGR-11): an insurer or a bank decides once about a request, says what its books say, and ends only
//! what it has signed.
//!
//! What a party was scripted to do wrong is not judged here: others see to it that it has no effect.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    directory::PartyId,
    message::{AgreementEnded, BankSigningAnswer, Body, Decision, Kind},
};

use super::{
    Judging, Outcome,
    wire::{Leaving, Wire},
};
use crate::{
    evidence::{BookLine, Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "答复如实";

/// Scripted outcomes that make a party contradict itself.
const CONTRADICTING: [&str; 2] = ["改口", "胡言"];

/// What one party said about one business, in order.
#[derive(Default)]
struct Story<'e> {
    said: Vec<(Leaving<'e>, Body)>,
    /// Something of it is scripted misbehaviour, or nobody here can read it: what is missing proves nothing.
    partly_unknown: bool,
}

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let stories = stories(evidence, &wire, context);
    let mut findings = Vec::new();
    for story in stories.values() {
        once(story, context, &mut findings);
        for (leaving, body) in &story.said {
            match body {
                Body::BankSigningAnswered(answer) => terms(leaving, answer, context, &mut findings),
                Body::AgreementEnded(ended) => ends_its_own(leaving, ended, story, context, &mut findings),
                _ => {}
            }
        }
    }
    for line in &evidence.books {
        let nothing = Story::default();
        let story = stories.get(&(&line.party, line.application.as_str())).unwrap_or(&nothing);
        if !story.partly_unknown && !contradicts_itself(evidence, &line.party) {
            books_agree(line, story, context, &mut findings);
        }
    }
    said_twice(evidence, &wire, context, &mut findings);
    Outcome { evaluated: !stories.is_empty(), findings }
}

type Stories<'e> = BTreeMap<(&'e PartyId, &'e str), Story<'e>>;

fn stories<'e>(evidence: &Evidence, wire: &Wire<'e>, context: &Judging<'_>) -> Stories<'e> {
    let mut stories = Stories::new();
    let portal = PartyId::portal();
    for leaving in wire.first_sendings().iter().filter(|l| l.sent.from != portal) {
        let sent = leaving.sent;
        let story = stories.entry((&sent.from, sent.subject.as_str())).or_default();
        let opening = context.open(&sent.bytes, &sent.to, leaving.at);
        let scripted = !sent.declared.is_empty() || contradicts_itself(evidence, &sent.from);
        match opening.as_deref() {
            Some(Ok(opened)) if !scripted => story.said.push((*leaving, opened.message.body.clone())),
            Some(_) | None => story.partly_unknown = true,
        }
    }
    stories
}

fn contradicts_itself(evidence: &Evidence, who: &PartyId) -> bool {
    evidence.entries.iter().any(|e| {
        matches!(&e.what, Happening::Decided { party, outcome, .. }
            if party == who && CONTRADICTING.iter().any(|word| outcome.contains(word)))
    })
}

/// Who repeats an answer does so within this.
const ECHO: Duration = Duration::from_secs(60);

/// A party that was scripted to give an answer twice (重复) has done so, or the scenario has tested nothing.
fn said_twice(evidence: &Evidence, wire: &Wire<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let Some(end) = evidence.entries.last().map(|e| e.at) else { return };
    for entry in &evidence.entries {
        let Happening::Decided { party, point, subject, outcome } = &entry.what else { continue };
        if !outcome.contains("重复(") {
            continue;
        }
        let answers = |l: &Leaving<'_>| {
            l.sent.from == *party && l.sent.subject == *subject && l.sent.correlation.is_some() && decided_at(l, point)
        };
        let first: Vec<_> = wire.first_sendings().iter().filter(|l| answers(l) && l.at + ECHO <= end).collect();
        // Which of the answers of one who changes its mind is said twice is its script's affair.
        let Some(last) = first.last().filter(|_| first.len() > outcome.matches("改口(").count()) else { continue };
        let again = |l: &&Leaving<'_>| {
            wire.sent.iter().any(|a| a.sent.id == l.sent.id && a.sent.sending > 1 && a.at <= l.at + ECHO)
        };
        if !first.iter().any(again) {
            let text = format!("写了「{outcome}」，答复却没有发第二次");
            findings.push(failed(last, context, text).against("MSG-03").compared("2", "1"));
        }
    }
}

/// Whether this answer was decided at `point`, such as 银行.签约.
fn decided_at(leaving: &Leaving<'_>, point: &str) -> bool {
    let decided = match leaving.sent.kind {
        Kind::InsurerSigningAnswered | Kind::BankSigningAnswered => "签约",
        Kind::AgreementEndAnswered => "解约",
        Kind::OpenCoverAnswered => "预约",
        Kind::DataChecked => "数据审核",
        Kind::Underwritten => "核保",
        Kind::Reviewed => "人工复核",
        Kind::WithdrawalAnswered => "撤销",
        Kind::PaymentAnswered => "扣款",
        Kind::PaymentQueryAnswered => "查询",
        Kind::PolicyEffected => "生效",
        Kind::RefundAnswered => "退款",
        // No answers.
        _ => return false,
    };
    point.split_once('.').is_some_and(|(_, decision)| decision == decided)
}

fn failed(leaving: &Leaving<'_>, context: &Judging<'_>, text: impl Into<String>) -> Finding {
    let path = format!("报文 {} {}→门户", leaving.sent.kind.chinese(), context.directory.name_of(&leaving.sent.from));
    Finding::new(Verdict::Failed, NAME, path, text).during(leaving.step).about(leaving.sent.id.as_str())
}

fn decision(body: &Body) -> Option<Decision> {
    body.decision().map(|(decision, _)| decision)
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Agreed => "同意",
        Decision::Refused => "拒绝",
    }
}

/// A request is answered by one message of a kind; sending that again is no second answer.
fn once(story: &Story<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let mut first = BTreeMap::new();
    for (leaving, body) in &story.said {
        let Some(request) = &leaving.sent.correlation else { continue };
        let word = decision(body).map_or("已答复", word);
        if let Some(before) = first.insert((request, leaving.sent.kind), word) {
            let text = "同一份申请答复了不止一次";
            findings.push(failed(leaving, context, text).against("AGR-11").compared(before, word));
        }
    }
}

/// An agreement does not end before it begins.
fn terms(leaving: &Leaving<'_>, answer: &BankSigningAnswer, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    // Dates are YYYY-MM-DD, which sorts as it reads.
    if let (Some(effective), Some(expiry)) = (&answer.effective, &answer.expiry)
        && expiry < effective
    {
        let text = "协议失效时间早于协议生效时间";
        findings.push(
            failed(leaving, context, text).against("AGR-09").compared(format!(">= {effective}"), expiry.as_str()),
        );
    }
}

/// A bank ends what it has signed before, by the number that it gave.
fn ends_its_own(
    leaving: &Leaving<'_>,
    ended: &AgreementEnded,
    story: &Story<'_>,
    context: &Judging<'_>,
    findings: &mut Vec<Finding>,
) {
    let before = story.said.iter().filter(|(l, _)| l.index < leaving.index);
    let mut number = before.filter_map(|(_, body)| match body {
        Body::BankSigningAnswered(answer) => answer.agreement_number.as_deref(),
        _ => None,
    });
    match number.next_back() {
        None if story.partly_unknown => {}
        None => findings.push(failed(leaving, context, "银行终止的协议不是它签的").against("AGR-09")),
        Some(number) if number != ended.agreement_number => findings.push(
            failed(leaving, context, "终止协议时写的协议编号不是签约时给的那一个")
                .against("AGR-09")
                .compared(number, ended.agreement_number.as_str()),
        ),
        Some(_) => {}
    }
}

/// The books stand as the last word on the wire has it.
fn books_agree(line: &BookLine, story: &Story<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let mut said = "asked";
    let mut number = None;
    for (_, body) in &story.said {
        said = match (body, decision(body)) {
            (Body::AgreementEnded(_), _) | (Body::AgreementEndAnswered(_), Some(Decision::Agreed)) => "ended",
            (Body::AgreementEndAnswered(_), _) => said,
            (_, Some(Decision::Agreed)) => "agreed",
            (_, Some(Decision::Refused)) => "refused",
            (_, None) => said,
        };
        if let Body::BankSigningAnswered(answer) = body {
            number = answer.agreement_number.as_deref();
        }
    }
    let path = format!("账簿 {} {}", context.directory.name_of(&line.party), line.application);
    let finding = |text: &str| Finding::new(Verdict::Failed, NAME, path.clone(), text).against("AGR-09");
    if line.standing != said {
        let shown = |standing: &str| STANDINGS.iter().find(|(s, _)| *s == standing).map_or("", |(_, word)| *word);
        let text = "机构的账簿与它发出的报文不一致";
        findings.push(finding(text).compared(shown(&line.standing), shown(said)));
    } else if line.agreement_number.as_deref() != number {
        let text = "签约结果中的协议编号不是账簿中的那一个";
        findings.push(
            finding(text).compared(line.agreement_number.as_deref().unwrap_or_default(), number.unwrap_or_default()),
        );
    }
}

/// [`BookLine::standing`] in words.
const STANDINGS: [(&str, &str); 4] =
    [("asked", "未答复"), ("agreed", "已同意"), ("refused", "已拒绝"), ("ended", "已终止")];
