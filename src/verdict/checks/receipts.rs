//! 回执齐全 (MSG-04): every arrival is answered by a receipt that proves itself, and a receipt ends the sending.

use std::{collections::BTreeMap, time::Duration};

use domain::message::Receipt;
use signing::sha256;

use super::{
    Judging, Outcome,
    wire::{Coming, Leaving, Wire},
};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "回执齐全";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let mut findings = Vec::new();
    for coming in &wire.arrivals {
        match &coming.arrival.receipt {
            Some(bytes) => receipt_proves_itself(coming, bytes, context, &mut findings),
            None if no_receipt_declared(evidence, coming) => {}
            None => findings.push(failed(coming, "到达的报文没有回执")),
        }
    }
    same_bytes_same_outcome(evidence, &wire, &mut findings);
    no_sending_after_a_receipt(evidence, &wire, &mut findings);
    receipts_verify(evidence, &wire, &mut findings);
    tried_until_receipted(evidence, &wire, &mut findings);
    Outcome { evaluated: !wire.arrivals.is_empty(), findings }
}

fn failed(coming: &Coming<'_>, text: impl Into<String>) -> Finding {
    let path = format!("回执 {} {}→{}", coming.sent.kind.chinese(), coming.arrival.by, coming.sent.from);
    Finding::new(Verdict::Failed, NAME, path, text).against("MSG-04").during(coming.step).about(coming.sent.id.as_str())
}

fn receipt_proves_itself(coming: &Coming<'_>, bytes: &[u8], context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let Some(sender) = (context.identities)(&coming.sent.from) else { return };
    let digest = sha256(&coming.arrival.bytes);
    let receipt = interchange::open_receipt(bytes, &coming.arrival.by, &digest, sender, context.peers, coming.at);
    let said = match receipt {
        Ok(Receipt::Accepted) => None,
        Ok(Receipt::Refused { code, .. }) => Some(code),
        Err(error) => {
            findings.push(
                failed(coming, format!("回执不能证明它是收件人对这份报文的回执：{error}")).compared("有效", error.code),
            );
            return;
        }
    };
    if said != coming.arrival.refused {
        let word = |code: Option<&str>| code.unwrap_or("接受").to_owned();
        findings.push(
            failed(coming, "回执所说的与收件人所做的不一致")
                .compared(word(coming.arrival.refused.as_deref()), word(said.as_deref())),
        );
    }
}

/// Whether a script made the receiver mute: declared of the sending, or decided by the receiver before or right then.
fn no_receipt_declared(evidence: &Evidence, coming: &Coming<'_>) -> bool {
    coming.sent.declared.iter().any(|d| d.starts_with("无回执"))
        || decided(evidence, &coming.arrival.by, "无回执", coming)
}

fn decided(evidence: &Evidence, by: &domain::directory::PartyId, word: &str, coming: &Coming<'_>) -> bool {
    evidence.entries.iter().any(|e| {
        e.at <= coming.at
            && matches!(&e.what, Happening::Decided { party, outcome, .. } if party == by && outcome.contains(word))
    })
}

/// Idempotence as the sender sees it: the same bytes at the same receiver always come to the same.
fn same_bytes_same_outcome(evidence: &Evidence, wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let mut first = BTreeMap::new();
    for coming in &wire.arrivals {
        // While it was scripted to be mute, the receiver had not taken notice at all.
        if coming.arrival.receipt.is_none() && no_receipt_declared(evidence, coming) {
            continue;
        }
        let refused = &coming.arrival.refused;
        let before = first.entry((&coming.arrival.by, &coming.arrival.bytes)).or_insert(refused);
        if *before != refused {
            let word = |code: &Option<String>| code.as_deref().unwrap_or("接受").to_owned();
            findings.push(failed(coming, "同样的字节再次到达，结果却不同").compared(word(before), word(refused)));
        }
    }
}

/// Once a verified receipt has reached the sender, be it a refusal, the message is never sent again.
fn no_sending_after_a_receipt(evidence: &Evidence, wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    for told in &wire.receipts {
        let again = wire
            .sent
            .iter()
            .find(|l| l.index > told.index && l.sent.id == told.sent.id && l.sent.from == told.sent.from);
        let Some(again) = again else { continue };
        let twice = evidence.entries.iter().any(|e| {
            matches!(&e.what, Happening::Decided { party, outcome, .. }
                if *party == again.sent.from && outcome.contains("重复"))
        });
        if !twice {
            let path = format!("报文 {} {}→{}", again.sent.kind.chinese(), again.sent.from, again.sent.to);
            findings.push(
                Finding::new(Verdict::Failed, NAME, path, "已收到回执的报文又发送了一次")
                    .against("MSG-04")
                    .during(again.step)
                    .about(again.sent.id.as_str()),
            );
        }
    }
}

/// What comes back to a sender as a receipt is one: by the receiver, for those bytes.
fn receipts_verify(evidence: &Evidence, wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    for entry in &evidence.entries {
        let Happening::Receipt { transit, lost: false, verified: false, refused } = &entry.what else { continue };
        let Some(sent) = wire.sent.iter().find(|l| l.sent.transit == *transit).map(|l| l.sent) else { continue };
        // Bytes that changed on the way are receipted as they came, and so not as they were sent.
        if !sent.declared.is_empty() {
            continue;
        }
        let path = format!("回执 {} {}→{}", sent.kind.chinese(), sent.to, sent.from);
        findings.push(
            Finding::new(Verdict::Failed, NAME, path, "送到的回执不是收件人对这份报文的回执")
                .against("MSG-04")
                .compared("有效", refused.as_deref().unwrap_or_default())
                .during(entry.step)
                .about(sent.id.as_str()),
        );
    }
}

/// Eight tries over two hours, the second within two minutes of the first (docs/scenarios.md).
const TRIES: [(Duration, usize); 2] = [(Duration::from_secs(120), 2), (Duration::from_secs(7_260), 8)];

/// A message without receipt is sent again, with growing pauses, until it has one.
fn tried_until_receipted(evidence: &Evidence, wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let Some(end) = evidence.entries.last().map(|e| e.at) else { return };
    for first in wire.first_sendings() {
        let sent = first.sent;
        let told = wire.receipts.iter().filter(|r| r.sent.id == sent.id && r.sent.from == sent.from).map(|r| r.at);
        let settled = told.chain(wire.acknowledged(&sent.id)).min();
        for (within, wanted) in TRIES {
            let by = first.at + within;
            if by > end || settled.is_some_and(|at| at <= by) {
                continue;
            }
            let again = |l: &&Leaving<'_>| l.sent.id == sent.id && l.sent.from == sent.from && l.at <= by;
            let tries = wire.sent.iter().filter(again).count();
            if tries < wanted {
                let path = format!("报文 {} {}→{}", sent.kind.chinese(), sent.from, sent.to);
                findings.push(
                    Finding::new(Verdict::Failed, NAME, path, "没有收到回执的报文没有按时重发")
                        .against("MSG-04")
                        .compared(format!(">= {wanted}"), tries.to_string())
                        .during(first.step)
                        .about(sent.id.as_str()),
                );
                break;
            }
        }
    }
}
