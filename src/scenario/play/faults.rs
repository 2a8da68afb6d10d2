//! A scenario's faults in the world's terms, and whether each of them struck.

use virtual_card::{CardFault, CardFaultKind};

use super::{Player, act};
use crate::{
    evidence::{Evidence, Happening},
    scenario::model::{self, Case, Fault, FaultKind, PartyName, Step, WireSel},
    verdict::finding::{CaseResult, Finding, Verdict},
    world::{
        acts::Who,
        fixtures::CardSlot,
        network::{Selector, WireFault},
        script::PartySelector,
    },
};

/// A card fault that waits for its APDU.
pub(super) struct Armed {
    fault: usize,
    who: Who,
    struck_before: usize,
    kind: &'static str,
    by_hand: bool,
}

/// The world's selector for a party's name.
pub(super) fn selector(name: &PartyName) -> PartySelector {
    match name {
        PartyName::Role(role) => PartySelector::Role(*role),
        PartyName::Institution(id) => PartySelector::Party(id.clone()),
    }
}

/// The faults of the wire, each with its place in the file's list.
pub(super) fn of_the_wire(case: &Case) -> Vec<(usize, WireFault)> {
    let start = case.start;
    case.faults
        .iter()
        .enumerate()
        .filter_map(|(number, fault)| {
            let fault = match &fault.kind {
                FaultKind::Lose { sel, receipt } => WireFault::Lose { which: which(sel), receipt: *receipt },
                FaultKind::Duplicate { sel, times } => WireFault::Duplicate { which: which(sel), times: *times },
                FaultKind::Delay { sel, by } => {
                    WireFault::Delay { which: which(sel), by: by.after(start).since(start) }
                }
                FaultKind::Reorder { from, to } => WireFault::Reorder { from: selector(from), to: selector(to) },
                FaultKind::Tamper { sel } => WireFault::Tamper { which: which(sel) },
                FaultKind::Cut { between: (a, b), from, to } => {
                    WireFault::Cut { ends: (selector(a), selector(b)), from: from.after(start), to: to.after(start) }
                }
                FaultKind::Card { .. } | FaultKind::ReplayLogin { .. } => return None,
            };
            Some((number, fault))
        })
        .collect()
}

/// Logins that are sent again.
pub(super) fn replayed_logins(case: &Case) -> Vec<(usize, u32)> {
    case.faults
        .iter()
        .enumerate()
        .filter_map(|(number, fault)| match fault.kind {
            FaultKind::ReplayLogin { nth } => Some((number, nth)),
            _ => None,
        })
        .collect()
}

fn which(sel: &WireSel) -> Selector {
    Selector {
        message: sel.message.clone(),
        from: sel.from.as_ref().map(selector),
        to: sel.to.as_ref().map(selector),
        nth: sel.nth.unwrap_or(1),
    }
}

impl Player<'_> {
    /// Arms the card faults that this step is to meet.
    pub(super) fn arm_faults(&mut self, number: usize, step: &Step) -> Vec<Armed> {
        let Some(who) = act::who(&step.act) else { return Vec::new() };
        let faults = &self.case.faults;
        let mut armed = Vec::new();
        for (fault, laid) in faults.iter().enumerate() {
            let FaultKind::Card { step, at, how } = laid.kind else { continue };
            if step != number {
                continue;
            }
            let kind = match how {
                model::CardFaultKind::Pull => CardFaultKind::Pull,
                model::CardFaultKind::Swap => CardFaultKind::Swap(Box::new(self.world.fixture_card(another(who)))),
                model::CardFaultKind::Lock => CardFaultKind::Lock,
                model::CardFaultKind::Error(word) => CardFaultKind::Status(word),
            };
            let struck_before = self.world.card_faults_struck(who);
            self.world.arm_card(who, CardFault { at, kind });
            let by_hand = matches!(how, model::CardFaultKind::Pull | model::CardFaultKind::Swap);
            armed.push(Armed { fault, who, struck_before, kind: laid.kind.chinese(), by_hand });
        }
        armed
    }

    /// After the step: notes which of them struck, and gives those that did not. A card that a fault took out is not put
    /// back by itself.
    pub(super) fn settle_faults(&mut self, armed: Vec<Armed>) -> Vec<usize> {
        let mut idle = Vec::new();
        for fault in armed {
            if self.world.card_faults_struck(fault.who) > fault.struck_before {
                self.world.note(Happening::Struck { fault: fault.fault, text: fault.kind.to_owned() });
                if fault.by_hand {
                    self.world.leave_to_script(fault.who);
                }
            } else {
                idle.push(fault.fault);
            }
            self.world.disarm_card(fault.who);
        }
        idle
    }
}

/// Another card of the same enterprise.
fn another(who: Who) -> Who {
    let slot = if who.slot == CardSlot::Legal { CardSlot::Operator } else { CardSlot::Legal };
    Who { slot, ..who }
}

/// A fault in words that tell it from others of its kind.
fn words(kind: &FaultKind) -> String {
    let mut words = kind.chinese().to_owned();
    match kind {
        FaultKind::Lose { sel, .. }
        | FaultKind::Duplicate { sel, .. }
        | FaultKind::Delay { sel, .. }
        | FaultKind::Tamper { sel } => {
            words.push_str(&format!(" {} 第{}次", sel.message.as_deref().unwrap_or("报文"), sel.nth.unwrap_or(1)));
        }
        FaultKind::Card { at, .. } => words.push_str(&format!(" 第{at}条卡指令")),
        FaultKind::ReplayLogin { nth } => words.push_str(&format!(" 第{nth}次登录")),
        FaultKind::Reorder { .. } | FaultKind::Cut { .. } => {}
    }
    words
}

/// A fault that never struck leaves untested what it was to test: 无法判定.
pub(super) fn check_struck(case: &Case, evidence: &Evidence, result: &mut CaseResult) {
    for (number, fault) in case.faults.iter().enumerate() {
        let struck =
            evidence.entries.iter().any(|e| matches!(&e.what, Happening::Struck { fault, .. } if *fault == number));
        if !struck {
            result.find(never_struck(fault));
        }
    }
}

/// The finding about a fault that did not come about.
pub(super) fn never_struck(fault: &Fault) -> Finding {
    let text = format!("故障「{}」没有发生，要测试的情形没有出现", words(&fault.kind));
    Finding::new(Verdict::Inconclusive, "fault", format!("故障.{}", fault.kind.chinese()), text)
        .compared("发生", "没有发生")
        .at_line(fault.line)
}
