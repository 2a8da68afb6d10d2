//! 线路如实 (MSG-03): the wire does what it always does, or what a fault declares, and nothing else.
//!
//! Portal and parties must bear whatever the wire does; that is for other checks. This one keeps a scenario honest: what it
//! proves, it proves under the conditions that it states.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::Time;

use super::{
    Judging, Outcome,
    wire::{Coming, Leaving, Wire},
};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "线路如实";

/// From sender to receiver and from receiver back to sender, at most (docs/scenarios.md: receipts come within 1-3 seconds).
const TRAVEL: Duration = Duration::from_secs(1);
const RECEIPT_TRAVEL: Duration = Duration::from_secs(3);

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let mut findings = Vec::new();
    let faults = Faults::of(evidence);
    let lost: BTreeSet<usize> = transits(evidence, |what| match what {
        Happening::Lost { transit } => Some(*transit),
        _ => None,
    });
    let end = evidence.entries.last().map(|e| e.at);
    for leaving in &wire.sent {
        let copies: Vec<&Coming<'_>> =
            wire.arrivals.iter().filter(|c| c.sent.transit == leaving.sent.transit).collect();
        astray(leaving, &copies, context, &mut findings);
        let kind = leaving.sent.kind.chinese();
        let late = faults.struck("延迟", kind) || leaving.sent.declared.iter().any(|d| d == "乱序");
        if copies.is_empty() {
            let under_way = end.is_none_or(|end| end < leaving.at + TRAVEL);
            if !under_way && !late && !lost.contains(&leaving.sent.transit) {
                findings.push(failed(leaving, "MSG-04", "报文没有送到，但没有声明过丢失"));
            }
        } else if copies.len() > 1 && !faults.struck("重复", kind) {
            let text = "同一次发送送到了不止一次，但没有声明过重复";
            findings.push(failed(leaving, "MSG-03", text).compared("1", copies.len().to_string()));
        }
        let slow = copies.iter().find(|c| c.at > leaving.at + TRAVEL);
        if let Some(copy) = slow.filter(|_| !late && !faults.struck("重复", kind)) {
            let text = "报文迟到了，但没有声明过延迟";
            let by = (leaving.at + TRAVEL).to_string();
            findings.push(failed(leaving, "MSG-03", text).compared(format!("<= {by}"), copy.at.to_string()));
        }
    }
    repeated_as_declared(evidence, &wire, &lost, end, &mut findings);
    receipts_come_back(evidence, &wire, end, &mut findings);
    Outcome { evaluated: !wire.sent.is_empty(), findings }
}

fn failed(leaving: &Leaving<'_>, requirement: &str, text: &str) -> Finding {
    let sent = leaving.sent;
    let path = format!("线路 {} {}→{}", sent.kind.chinese(), sent.from, sent.to);
    Finding::new(Verdict::Failed, NAME, path, text).against(requirement).during(leaving.step).about(sent.id.as_str())
}

/// A message reaches nobody but its receiver.
fn astray(leaving: &Leaving<'_>, copies: &[&Coming<'_>], context: &Judging<'_>, findings: &mut Vec<Finding>) {
    for copy in copies.iter().filter(|c| c.arrival.by != leaving.sent.to) {
        let name = |id| context.directory.name_of(id);
        findings.push(
            failed(leaving, "MSG-02", "报文送到了别人那里").compared(name(&leaving.sent.to), name(&copy.arrival.by)),
        );
    }
}

/// Copies of one sending come within this of it.
const COPIES: Duration = Duration::from_secs(31);

/// Where 重复 struck, some sending of that message has arrived more than once, unless another fault had it lost.
fn repeated_as_declared(
    evidence: &Evidence,
    wire: &Wire<'_>,
    lost: &BTreeSet<usize>,
    end: Option<Time>,
    findings: &mut Vec<Finding>,
) {
    for entry in &evidence.entries {
        let Happening::Struck { text, .. } = &entry.what else { continue };
        let Some(kind) = text.strip_prefix("重复 ").filter(|_| end.is_some_and(|end| entry.at + COPIES <= end))
        else {
            continue;
        };
        let mut about = wire
            .sent
            .iter()
            .filter(|l| l.at == entry.at && l.sent.kind.chinese() == kind && !lost.contains(&l.sent.transit))
            .peekable();
        let Some(first) = about.peek().copied() else { continue };
        let copies = |l: &Leaving<'_>| wire.arrivals.iter().filter(|c| c.sent.transit == l.sent.transit).count();
        if !about.any(|l| copies(l) > 1) {
            let text = "声明了重复，报文却只送到一次";
            findings.push(failed(first, "MSG-03", text).compared(">= 2", copies(first).to_string()));
        }
    }
}

/// Every receipt that was given comes back once, within its time, or is declared lost.
fn receipts_come_back(evidence: &Evidence, wire: &Wire<'_>, end: Option<Time>, findings: &mut Vec<Finding>) {
    let mut back: BTreeMap<usize, Vec<Time>> = BTreeMap::new();
    for entry in &evidence.entries {
        if let Happening::Receipt { transit, .. } = &entry.what {
            back.entry(*transit).or_default().push(entry.at);
        }
    }
    let mut given: BTreeMap<usize, Vec<(&Coming<'_>, Time)>> = BTreeMap::new();
    for coming in wire.arrivals.iter().filter(|c| c.arrival.receipt.is_some()) {
        given.entry(coming.sent.transit).or_default().push((coming, coming.at + RECEIPT_TRAVEL));
    }
    for (transit, given) in given {
        let back = back.remove(&transit).unwrap_or_default();
        let due = given.iter().filter(|(_, by)| end.is_some_and(|end| *by <= end)).count();
        let in_time = given.iter().filter(|(coming, by)| back.iter().any(|at| coming.at <= *at && at <= by)).count();
        let text = if back.len() > given.len() {
            "回执送到的次数比给出的多"
        } else if in_time < due {
            "回执没有按时送到，但没有声明过丢失"
        } else {
            continue;
        };
        let Some((coming, _)) = given.first() else { continue };
        let sent = coming.sent;
        let path = format!("线路 {}的回执 {}→{}", sent.kind.chinese(), coming.arrival.by, sent.from);
        findings.push(
            Finding::new(Verdict::Failed, NAME, path, text)
                .against("MSG-04")
                .compared(given.len().to_string(), in_time.to_string())
                .during(coming.step)
                .about(sent.id.as_str()),
        );
    }
}

fn transits(evidence: &Evidence, pick: impl Fn(&Happening) -> Option<usize>) -> BTreeSet<usize> {
    evidence.entries.iter().filter_map(|e| pick(&e.what)).collect()
}

/// The faults that struck, by their words.
struct Faults<'e> {
    struck: BTreeSet<&'e str>,
}

impl<'e> Faults<'e> {
    fn of(evidence: &'e Evidence) -> Self {
        let struck = evidence.entries.iter().filter_map(|e| match &e.what {
            Happening::Struck { text, .. } => Some(text.as_str()),
            _ => None,
        });
        Self { struck: struck.collect() }
    }

    fn struck(&self, fault: &str, message: &str) -> bool {
        self.struck.contains(format!("{fault} {message}").as_str())
    }
}
