//! Bad wires: what may happen to messages and receipts on their way, though no fault was laid, each with the check that
//! must find it.

use std::{sync::Arc, time::Duration};

use domain::directory::PartyId;

use super::{
    mutant::{Group, Mutant},
    parties::{Row, of_rows},
};
use crate::world::sabotage::{Carried, Carry, HONEST, Saboteur};

/// One for each row of the table.
pub fn mutants() -> Vec<Mutant> {
    of_rows(Group::Wire, ROWS)
}

const CARRIED: &str = "线路如实";
const VALID: &str = "报文有效";
const RECEIPTS: &str = "回执齐全";

#[rustfmt::skip] // One bad wire a row: this is a table.
const ROWS: &[Row] = &[
    ("悄悄丢失每份报文的第一次发送",     CARRIED,  "MSG-04", carries(|_, l, _| (l.sending == 1).then(Vec::new))),
    ("悄悄丢失对方的全部答复",           CARRIED,  "MSG-04", carries(|s, l, _| (!s.is_portal(&l.from.0)).then(Vec::new))),
    ("悄悄把报文送到两次",               CARRIED,  "MSG-03", carries(|_, l, b| Some(vec![whole(&l.to.0, b), later(&l.to.0, b, 20)]))),
    ("悄悄改动报文的一个字节",           VALID,    "MSG-02", carries(|_, l, b| Some(vec![whole(&l.to.0, &bent(b))]))),
    ("悄悄改动对方答复的一个字节",       VALID,    "MSG-02", carries(|s, l, b| (!s.is_portal(&l.from.0)).then(|| vec![whole(&l.to.0, &bent(b))]))),
    ("悄悄截去报文的后半",               VALID,    "MSG-02", carries(|_, l, b| Some(vec![whole(&l.to.0, &b[..b.len() / 2].into())]))),
    ("把报文送到别家机构",               CARRIED,  "MSG-02", carries(|s, l, b| s.is_portal(&l.from.0).then(|| vec![whole(&s.another(&l.to.0), b)]))),
    ("把报文抄送给别家机构",             CARRIED,  "ACC-10", carries(|s, l, b| s.is_portal(&l.from.0).then(|| vec![whole(&l.to.0, b), whole(&s.another(&l.to.0), b)]))),
    ("把答复退回给发送方",               CARRIED,  "MSG-02", carries(|s, l, b| (!s.is_portal(&l.from.0)).then(|| vec![whole(&l.from.0, b)]))),
    ("报文悄悄迟到三小时",               CARRIED,  "MSG-03", carries(|_, l, b| Some(vec![later(&l.to.0, b, 3 * 3_600)]))),
    ("报文悄悄迟到五分钟",               CARRIED,  "MSG-03", carries(|_, l, b| Some(vec![later(&l.to.0, b, 300)]))),
    ("后发的报文先到",                   CARRIED,  "MSG-03", carries(|_, l, b| (l.sending == 1).then(|| vec![later(&l.to.0, b, 1_800)]))),
    ("报文没有送到，却伪造接受的回执",   RECEIPTS, "MSG-04", carries(|s, l, _| Some(vec![Carried::Receipt { bytes: s.forged_receipt(&s.another(&l.to.0), l), late: Duration::from_secs(1) }]))),
    ("悄悄丢失回执",                     CARRIED,  "MSG-04", Saboteur { carry_receipt: |_, _, _, _| Some(vec![]), ..HONEST }),
    ("回执悄悄迟到三小时",               CARRIED,  "MSG-04", Saboteur { carry_receipt: |_, _, b, _| Some(vec![Carried::Receipt { bytes: Arc::clone(b), late: Duration::from_secs(3 * 3_600) }]), ..HONEST }),
    ("回执送到两次",                     CARRIED,  "MSG-04", Saboteur { carry_receipt: |_, _, b, _| Some(vec![receipt(b), receipt(b)]), ..HONEST }),
    ("改动回执的一个字节",               RECEIPTS, "MSG-04", Saboteur { carry_receipt: |_, _, b, _| Some(vec![receipt(&bent(b))]), ..HONEST }),
    ("把两份报文的回执调换",             RECEIPTS, "MSG-04", Saboteur { carry_receipt: |_, _, b, before| Some(vec![receipt(before.unwrap_or(b))]), ..HONEST }),
    ("截去回执的后半",                   RECEIPTS, "MSG-04", Saboteur { carry_receipt: |_, _, b, _| Some(vec![receipt(&b[..b.len() / 2].into())]), ..HONEST }),
];

const fn carries(carry: Carry) -> Saboteur {
    Saboteur { carry, ..HONEST }
}

fn whole(to: &PartyId, bytes: &Arc<[u8]>) -> Carried {
    later(to, bytes, 0)
}

fn later(to: &PartyId, bytes: &Arc<[u8]>, seconds: u64) -> Carried {
    Carried::Message { to: to.clone(), bytes: Arc::clone(bytes), late: Duration::from_secs(seconds) }
}

fn receipt(bytes: &Arc<[u8]>) -> Carried {
    Carried::Receipt { bytes: Arc::clone(bytes), late: Duration::from_secs(1) }
}

/// With one bit of the last byte turned over.
fn bent(bytes: &Arc<[u8]>) -> Arc<[u8]> {
    let mut copy = bytes.to_vec();
    if let Some(last) = copy.last_mut() {
        *last ^= 1;
    }
    copy.into()
}
