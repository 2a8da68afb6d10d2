//! 保单如实 (CGO-14, PAY-05): a policy is in force exactly where its insurer has put it in force, after the premium was
//! paid, under the number that it gave.

use std::collections::BTreeMap;

use domain::{
    directory::PartyId,
    message::{Body, payment::PaymentNotice},
    portal::RecordKind,
};

use super::{
    Judging, Outcome,
    debits::{self, Fate},
    proposals::{self, Told},
    sums::fen,
    wire::Wire,
    words::{Word, Words},
};
use crate::{
    evidence::{Evidence, ProposalStanding},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "保单如实";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let words = Words::of(&wire, context);
    let mut findings = Vec::new();
    effected_once_after_payment(&words, context, &mut findings);
    pages_show_it(evidence, &words, &mut findings);
    books_have_it(evidence, &words, context, &mut findings);
    notices_are_true(&words, &wire, context, &mut findings);
    let told = words.said.iter().any(|w| matches!(w.body(), Some(Body::PolicyEffected(_) | Body::PaymentNotified(_))));
    let shown = evidence.pages.iter().any(|p| p.field("状态") == Some("正式生效"));
    Outcome { evaluated: told || shown, findings }
}

fn failed(path: impl Into<String>, text: &str) -> Finding {
    Finding::new(Verdict::Failed, NAME, path, text).against("PAY-05")
}

fn message(word: &Word<'_>, context: &Judging<'_>, text: &str) -> Finding {
    let name = |id| context.directory.name_of(id);
    let path = format!("报文 {} {}→{}", word.sent.kind.chinese(), name(&word.sent.from), name(&word.sent.to));
    failed(path, text).during(word.step).about(word.sent.id.as_str())
}

/// An insurer puts a policy in force when it was told of the payment, once, under a number that is no other's.
fn effected_once_after_payment(words: &Words<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let mut numbers: BTreeMap<(&PartyId, &str), &str> = BTreeMap::new();
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for word in &words.said {
        let Some(Body::PolicyEffected(policy)) = word.body() else { continue };
        let told = words.heard_by(&word.sent.from).any(|(w, body)| {
            w.at <= word.at && matches!(body, Body::PaymentNotified(n) if n.application == policy.application)
        });
        if !told && !words.clouded(&policy.application) {
            findings.push(message(word, context, "保险公司没有收到缴费通知，保单就生效了"));
        }
        let number = policy.policy_number.as_str();
        let before = *first.entry(&policy.application).or_insert(number);
        if before != number {
            findings.push(message(word, context, "同一份投保单有不止一个保单号").compared(before, number));
        }
        let owner = *numbers.entry((&word.sent.from, number)).or_insert(&policy.application);
        if owner != policy.application {
            findings
                .push(message(word, context, "两份投保单有同一个保单号").compared(owner, policy.application.as_str()));
        }
    }
}

/// The number under which the portal has heard that a policy is in force.
fn heard<'w>(words: &'w Words<'_>, application: &str) -> Option<&'w str> {
    words.heard_by(&PartyId::portal()).find_map(|(_, body)| match body {
        Body::PolicyEffected(policy) if policy.application == application => Some(policy.policy_number.as_str()),
        _ => None,
    })
}

fn pages_show_it(evidence: &Evidence, words: &Words<'_>, findings: &mut Vec<Finding>) {
    for page in evidence.pages.iter().filter(|p| p.kind == RecordKind::Proposal && !words.clouded(&p.record)) {
        let state = page.field("状态").unwrap_or_default();
        let number = heard(words, &page.record);
        if number.is_some() != (state == "正式生效") {
            let text = if number.is_some() {
                "保险公司已通知保单生效，页面却没有显示"
            } else {
                "页面显示正式生效，但保险公司没有通知保单生效"
            };
            findings.push(failed(format!("{}.状态", page.record), text).compared("", state));
        }
        if let (Some(number), Some(shown)) = (number, page.field("保单号"))
            && number != shown
        {
            let text = "页面上的保单号不是保险公司给的那一个";
            findings.push(failed(format!("{}.保单号", page.record), text).compared(number, shown));
        }
    }
}

/// An insurer's books have a policy in force exactly where it said so, with a premium received.
fn books_have_it(evidence: &Evidence, words: &Words<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    for line in evidence.proposals.iter().filter(|l| !words.clouded(&l.application)) {
        let said = words.said_by(&line.party).find_map(|(_, body)| match body {
            Body::PolicyEffected(policy) if policy.application == line.application => {
                Some(policy.policy_number.as_str())
            }
            _ => None,
        });
        let path = format!("账簿 {} {}", context.directory.name_of(&line.party), line.application);
        let booked = line.policy_number.as_deref();
        if said != booked {
            let text = "保险公司账簿中的保单号不是它通知的那一个";
            findings.push(failed(&*path, text).compared(said.unwrap_or("没有"), booked.unwrap_or("没有")));
        }
        if line.standing == ProposalStanding::InForce && line.received.is_none() {
            findings.push(failed(path, "保单已生效，账簿中却没有收到保费"));
        }
    }
}

/// The portal tells an insurer of a payment when the bank has said so, with the bank's number and the insurer's premium.
fn notices_are_true(words: &Words<'_>, wire: &Wire<'_>, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let fates = debits::fates(words, wire);
    for word in &words.said {
        let Some(Body::PaymentNotified(notice)) = word.body() else { continue };
        let paid = fates
            .get(notice.payment.as_str())
            .is_some_and(|all| all.iter().any(|(at, fate)| *at <= word.at && *fate == Fate::Debited));
        if !paid && !words.clouded(&notice.payment) {
            findings.push(message(word, context, "银行没有答复扣款成功，门户就通知了缴费"));
        }
        said_as_it_was(word, notice, words, context, findings);
    }
}

fn said_as_it_was(
    word: &Word<'_>,
    notice: &PaymentNotice,
    words: &Words<'_>,
    context: &Judging<'_>,
    findings: &mut Vec<Finding>,
) {
    let debits: Vec<&str> = words
        .heard_by(&PartyId::portal())
        .filter_map(|(_, body)| match body {
            Body::PaymentAnswered(a) if a.payment == notice.payment => a.debit.as_deref(),
            Body::PaymentQueryAnswered(a) if a.payment == notice.payment => a.debit.as_deref(),
            _ => None,
        })
        .collect();
    if !debits.is_empty() && !debits.contains(&notice.debit.as_str()) {
        let text = "缴费通知中的银行流水号不是银行给的那一个";
        findings.push(message(word, context, text).compared(debits.join(" 或 "), notice.debit.as_str()));
    }
    let told = Told::of(&notice.application, &words.heard, words);
    let Some(latest) = told.latest().filter(|_| proposals::all(words).contains_key(notice.application.as_str())) else {
        return;
    };
    let number = latest.proposal_number.unwrap_or_default();
    if number != notice.proposal_number {
        let text = "缴费通知中的投保单号不是保险公司给的那一个";
        findings.push(message(word, context, text).compared(number, notice.proposal_number.as_str()));
    }
    let premium = latest.issue.and_then(|i| i.premium).map(|p| p.to_string()).unwrap_or_default();
    let amount = notice.amount.to_string();
    if fen(&premium) != fen(&amount) {
        let text = "缴费通知中的保费不是保险公司给的那一个";
        findings.push(message(word, context, text).against("CGO-14").compared(premium, amount));
    }
}
