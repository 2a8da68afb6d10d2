//! 回执齐全 (MSG-04): every arrival is answered by a receipt that proves itself, and a receipt ends the sending.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    Time,
    message::{Kind, Receipt},
};
use signing::sha256;

use super::{
    Judging, Outcome, log_order,
    wire::{Coming, Leaving, Wire},
};
use crate::{
    evidence::{Evidence, Happening, LogLine, Sent},
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
    other_bytes_are_refused(&wire, &mut findings);
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
        if !echoes(evidence, &again.sent.from) {
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

/// Eight tries over two hours: when each is planned, in seconds after the first of its run (docs/interchange.md).
const PLANNED: [u64; 8] = [0, 56, 170, 396, 850, 1_757, 3_571, 7_200];

/// How much later than planned a try may be.
const SPREAD: Duration = Duration::from_secs(6);

/// When an order is over, for a query has said that it was not debited: nobody sends it any more (PAY-05).
fn over(sent: &Sent, rows: &[&LogLine]) -> Option<Time> {
    let is_order = sent.kind == Kind::PaymentOrdered;
    let failed = |row: &&&LogLine| row.record == sent.subject && row.text.starts_with("支付失败");
    rows.iter().filter(failed).map(|row| row.recorded_at).min().filter(|_| is_order)
}

/// A message without receipt is sent again, with pauses that double, until it has one.
fn tried_until_receipted(evidence: &Evidence, wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let Some(end) = evidence.entries.last().map(|e| e.at) else { return };
    let rows = log_order::rows(evidence);
    for first in wire.first_sendings() {
        let sent = first.sent;
        if echoes(evidence, &sent.from) {
            continue;
        }
        let told = wire.receipts.iter().filter(|r| r.sent.id == sent.id && r.sent.from == sent.from).map(|r| r.at);
        let settled = told.chain(wire.acknowledged(&sent.id)).chain(over(sent, &rows)).min();
        for run in runs(wire, first) {
            let Some(began) = run.first() else { continue };
            let late = PLANNED.iter().enumerate().find_map(|(n, planned)| {
                let from = *began + Duration::from_secs(*planned);
                let by = from + SPREAD;
                match run.get(n) {
                    Some(at) => (*at < from || *at > by).then(|| (n, from, at.to_string())),
                    None if by > end || settled.is_some_and(|at| at <= by) => None,
                    None => Some((n, from, "没有发送".to_owned())),
                }
            });
            let Some((n, planned, actual)) = late else { continue };
            let path = format!("报文 {} {}→{}", sent.kind.chinese(), sent.from, sent.to);
            let text = format!("没有收到回执的报文没有按时重发（第 {} 次）", n + 1);
            findings.push(
                Finding::new(Verdict::Failed, NAME, path, text)
                    .against("MSG-04")
                    .compared(planned.to_string(), actual)
                    .during(first.step)
                    .about(sent.id.as_str()),
            );
            break;
        }
    }
}

/// When a message was sent, by runs of tries: after the eighth only a person's 重新发送 begins anew. Copies of one sending,
/// as nonsense has them, are one.
fn runs(wire: &Wire<'_>, first: &Leaving<'_>) -> Vec<Vec<Time>> {
    let same = |l: &&Leaving<'_>| l.sent.id == first.sent.id && l.sent.from == first.sent.from;
    let mut seen = BTreeSet::new();
    let sendings = wire.sent.iter().filter(same).filter(|l| seen.insert(l.sent.sending));
    let times: Vec<_> = sendings.map(|l| l.at).collect();
    times.chunks(PLANNED.len()).map(<[_]>::to_vec).collect()
}

/// Whether a script has this party send its answers twice (重复).
fn echoes(evidence: &Evidence, who: &domain::directory::PartyId) -> bool {
    evidence.entries.iter().any(
        |e| matches!(&e.what, Happening::Decided { party, outcome, .. } if party == who && outcome.contains("重复(")),
    )
}

/// An id means one message for ever: other bytes under an id that was accepted are no repetition of it.
fn other_bytes_are_refused(wire: &Wire<'_>, findings: &mut Vec<Finding>) {
    let mut accepted = BTreeMap::new();
    for coming in wire.arrivals.iter().filter(|c| c.arrival.refused.is_none()) {
        let bytes = &coming.arrival.bytes;
        let before = accepted.entry((&coming.arrival.by, &coming.sent.from, &coming.sent.id)).or_insert(bytes);
        if *before != bytes {
            let text = "已用过的报文编号之下，另一份内容被当作重复接受了";
            findings.push(failed(coming, text).against("MSG-02").compared("K3111", "接受"));
        }
    }
}
