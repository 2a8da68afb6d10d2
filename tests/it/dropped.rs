//! A step that is left out shifts no draw of what remains: numbers, names, delays, bytes.
//!
//! Every draw has a key (who, about what, the how-manieth). A case is played whole and again without a step; whatever
//! was drawn under the same key in both must be the same. Which steps are left out is itself drawn, with a fixed seed.

use std::collections::{BTreeMap, BTreeSet};

use domain::message::Line;
use interchange::Suite as Seal;
use kouan::{
    evidence::{Evidence, Happening},
    scenario::{
        Case,
        model::FaultKind,
        play::{Options, play},
    },
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::suite::cases;

/// What was drawn in a case, by what for.
type Drawn = BTreeMap<String, String>;

/// 申请编号 by what is signed: the how-manieth for this payer, bank, payee and account, on this day.
fn applications(evidence: &Evidence, drawn: &mut Drawn) {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for entry in &evidence.entries {
        let Happening::Entered(entered) = &entry.what else { continue };
        let field = |label: &str| entered.fields.get(label).cloned().unwrap_or_default();
        // Numbers of other records are drawn by the whole of what was entered.
        if !entered.fields.contains_key("付款银行") {
            continue;
        }
        let what = format!(
            "{} {} {} {}",
            evidence.owners.get(&entered.record).map_or("", String::as_str),
            field("付款银行"),
            field("收款企业"),
            field("付款账号")
        );
        let count = counts.entry(what.clone()).or_default();
        *count += 1;
        drawn.insert(format!("申请编号 {} {what} {count}", entry.at.date()), entered.record.clone());
    }
}

/// 报文编号, the sealed bytes of what was said at the same time, and 协议编号.
fn messages(evidence: &Evidence, drawn: &mut Drawn) {
    for entry in &evidence.entries {
        let Happening::Sent(sent) = &entry.what else { continue };
        let what = format!("{} {} {} {} {}", sent.from, sent.to, sent.kind.chinese(), sent.subject, sent.sequence);
        drawn.insert(format!("报文编号 {what}"), sent.id.to_string());
        // What is said of cargo depends on what happened before: there only the names are drawn.
        if sent.sending == 1 && sent.declared.is_empty() && sent.kind.line() == Line::Agreement {
            let bytes: String = signing::sha256(&sent.bytes).iter().map(|b| format!("{b:02x}")).collect();
            drawn.insert(format!("内容 {} {what}", entry.at), bytes);
        }
    }
    for line in &evidence.books {
        let number = line.agreement_number.clone().unwrap_or_default();
        drawn.insert(format!("协议编号 {} {} {}", line.party, line.application, line.standing), number);
    }
}

/// How long a receipt was under way, and how long a party took to answer.
fn delays(evidence: &Evidence, drawn: &mut Drawn) {
    let mut sent = BTreeMap::new();
    let mut arrived = BTreeMap::new();
    let mut asked = BTreeMap::new();
    for entry in &evidence.entries {
        match &entry.what {
            Happening::Sent(s) => {
                sent.insert(s.transit, (s.id.to_string(), s.sending));
                // A proposal has several answers, and how many come depends on what was waited for.
                let one = s.sending == 1 && s.kind.line() == Line::Agreement;
                let request = s.correlation.as_ref().map(ToString::to_string).filter(|_| one);
                if let Some((request, at)) = request.and_then(|r| asked.get(&r).map(|at| (r, *at))) {
                    drawn.insert(format!("答复 {} {request}", s.from), format!("{:?}", entry.at.since(at)));
                }
            }
            Happening::Arrived(a) => {
                arrived.entry(a.transit).or_insert(entry.at);
                if let Some((id, _)) = sent.get(&a.transit) {
                    asked.entry(id.clone()).or_insert(entry.at);
                }
            }
            Happening::Receipt { transit, .. } => {
                if let (Some((id, sending)), Some(at)) = (sent.get(transit), arrived.get(transit)) {
                    drawn.insert(format!("回执 {id} {sending}"), format!("{:?}", entry.at.since(*at)));
                }
            }
            _ => {}
        }
    }
}

/// What each person's card signed first, by when: a login's nonce, digested. A challenge that was asked for and not signed
/// (a wrong PIN) counts too, so whoever typed one before is left out.
fn challenges(evidence: &Evidence, drawn: &mut Drawn) {
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    for entry in &evidence.entries {
        let Happening::Apdu { person, command, response } = &entry.what else { continue };
        let (signs, verifies) = (command.get(1) == Some(&0x87), command.get(1) == Some(&0x20));
        let good = response.ends_with(&[0x90, 0x00]);
        if verifies && !good {
            settled.insert(person);
        }
        if signs && good && settled.insert(person) {
            let digest: String = command.iter().map(|b| format!("{b:02x}")).collect();
            drawn.insert(format!("登录质询 {person} {}", entry.at), digest);
        }
    }
}

/// Where parties decide by a list in order, or a fault counts sendings, what is left out moves them on by the file's own
/// will; numbers and names stay as they are even there.
fn drawn(case: &Case, evidence: &Evidence) -> Drawn {
    let mut drawn = Drawn::new();
    applications(evidence, &mut drawn);
    // With another card in the reader it is that card's challenges that are counted.
    // What is left out of a long story moves when people log in anew: the how-manieth login is another one then.
    let long = evidence
        .entries
        .iter()
        .any(|e| matches!(&e.what, Happening::Sent(sent) if sent.kind.line() != Line::Agreement));
    if !long && case.steps.iter().all(|step| step.verb != "换卡") {
        challenges(evidence, &mut drawn);
    }
    if case.script.is_empty() && case.faults.is_empty() {
        messages(evidence, &mut drawn);
        delays(evidence, &mut drawn);
    }
    drawn
}

/// Plays a case without the step `left_out`; which draws were compared with those of the whole.
fn compared(case: &Case, whole: &Drawn, left_out: usize, options: &Options) -> Vec<String> {
    let mut shorter = case.clone();
    let step = shorter.steps.remove(left_out);
    let (_, evidence) = play(&shorter, options);
    let rest = drawn(case, &evidence);
    let mut same = Vec::new();
    for (what, value) in rest {
        if let Some(before) = whole.get(&what) {
            assert_eq!(value, *before, "{} without its step {left_out} ({}): {what}", case.id, step.verb);
            same.push(what);
        }
    }
    same
}

#[test]
fn a_step_that_is_left_out_shifts_no_draw_of_what_remains() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let options = Options::new(1, Seal::Mac);
    let (mut steps, mut draws, mut challenged) = (0, 0, 0);
    for case in cases()
        .iter()
        .filter(|c| c.steps.len() > 2 && c.faults.iter().all(|f| !matches!(f.kind, FaultKind::Card { .. })))
    {
        let whole = drawn(case, &play(case, &options).1);
        for _ in 0..3 {
            let left_out = rng.next_u32() as usize % case.steps.len();
            let same = compared(case, &whole, left_out, &options);
            challenged += same.iter().filter(|what| what.starts_with("登录质询")).count();
            draws += same.len();
            steps += 1;
        }
    }
    assert!(challenged > 100, "{challenged} challenges compared");
    assert!(steps > 300 && draws > 2_000, "{steps} steps left out, {draws} draws compared");
}
