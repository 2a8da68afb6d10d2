//! What a scenario asks for that one physical card in one reader can't give.
//!
//! The program has no hands to pull a card, and uses up no try of a PIN that is not its own.

use super::act;
use crate::{
    scenario::model::{Act, Case, FaultKind},
    world::acts::person_name,
};

/// Why the case can't be played with the card of `holder` alone; `None` if it can.
pub(super) fn cannot(case: &Case, holder: &str) -> Option<String> {
    let of_fault = case.faults.iter().find_map(|fault| match &fault.kind {
        FaultKind::Card { .. } => Some(format!("故障「{}」须由程序处置卡", fault.kind.chinese())),
        FaultKind::Lose { .. }
        | FaultKind::Duplicate { .. }
        | FaultKind::Delay { .. }
        | FaultKind::Reorder { .. }
        | FaultKind::Tamper { .. }
        | FaultKind::Cut { .. }
        | FaultKind::ReplayLogin { .. } => None,
    });
    let steps = || case.given.steps().chain(&case.steps);
    let of_step = || steps().find_map(|step| of_act(&step.act, step.verb));
    let others = || {
        let people = steps().filter_map(|step| act::who(&step.act)).map(person_name);
        people.into_iter().find(|name| name != holder).map(|name| format!("要用「{name}」，读卡器中是「{holder}」"))
    };
    of_fault.or_else(of_step).or_else(others)
}

fn of_act(act: &Act, verb: &str) -> Option<String> {
    match act {
        Act::PullCard { .. } | Act::InsertCard { .. } | Act::SwapCard { .. } => {
            Some(format!("「{verb}」须由程序处置卡"))
        }
        Act::ChangePin { .. } | Act::UnblockCard { .. } => Some(format!("「{verb}」会改动卡上的密码")),
        Act::Login { pin: Some(_), .. }
        | Act::SignAgreement { pin: Some(_), .. }
        | Act::ResignAgreement { pin: Some(_), .. } => Some("给出的卡密码若有错，会用掉卡的一次机会".into()),
        Act::Cargo(act) if act.pin.is_some() => Some("给出的卡密码若有错，会用掉卡的一次机会".into()),
        Act::Login { .. }
        | Act::Cargo(_)
        | Act::Party { .. }
        | Act::SignAgreement { .. }
        | Act::ResignAgreement { .. }
        | Act::Logout { .. }
        | Act::Resend { .. }
        | Act::Query { .. }
        | Act::Advance(_)
        | Act::Wait { .. }
        | Act::Expect { .. }
        | Act::EndAgreement { .. } => None,
    }
}
