//! Bad insurers and banks of the cargo line: what they say and what they book goes against rate, cover, order or ledger.

use domain::{
    codes::Uscc,
    message::{
        Body, Decision, MessageId,
        cargo::{OpenCoverData, PolicyInForce, Underwriting},
        payment::{OrderStanding, PaymentAnswer, PaymentQueryAnswer},
    },
    money::Money,
};

use super::{
    mutant::{Group, Mutant},
    parties::{Row, of_rows},
};
use crate::{
    evidence::Evidence,
    world::sabotage::{HONEST, Saboteur, Said, Say},
};

/// One for each row of the table.
pub fn mutants() -> Vec<Mutant> {
    of_rows(Group::Party, ROWS)
}

const DEBITS: &str = "每份投保单至多扣款一次";
const ACCOUNTS: &str = "对账一致";
const POLICIES: &str = "保单如实";
const UNDERWRITING: &str = "核保如实";
const COVERS: &str = "协议如实";
const ANSWERS: &str = "答复如实";

#[rustfmt::skip] // One bad party a row: this is a table.
const ROWS: &[Row] = &[
    // Banks.
    ("同一笔扣款指令扣了两次",             DEBITS,       "PAY-04", books(|e| { let again = e.ledger.first().cloned().map(|mut l| { l.number.push('2'); l }); e.ledger.extend(again); })),
    ("扣款的金额不是指令中的",             ACCOUNTS,     "PAY-05", books(|e| e.ledger.iter_mut().for_each(|l| l.amount = "1.00".into()))),
    ("从别的账号扣款",                     ACCOUNTS,     "PAY-05", books(|e| e.ledger.iter_mut().for_each(|l| l.account = "620000000000009999".into()))),
    ("扣款没有从余额中减去",               ACCOUNTS,     "PAY-05", books(|e| e.accounts.iter_mut().for_each(|a| a.has.clone_from(&a.had)))),
    ("扣了款，答复却是失败",               ACCOUNTS,     "PAY-05", says(|s| paying(s, |a| if a.decision == Decision::Agreed { *a = poor(a) }))),
    ("没有扣款，答复却是成功",             ACCOUNTS,     "PAY-05", says(|s| paying(s, |a| if a.decision == Decision::Refused { *a = debited(a) }))),
    ("答复的金额与账簿不符",               ACCOUNTS,     "PAY-05", says(|s| paying(s, |a| if a.amount.is_some() { a.amount = money("9.99") }))),
    ("答复的银行流水号与账簿不符",         ACCOUNTS,     "PAY-05", says(|s| paying(s, |a| if a.debit.is_some() { a.debit = Some("DB0".into()) }))),
    ("查询时把成功说成失败",               ACCOUNTS,     "PAY-05", says(|s| querying(s, |a| if a.standing == OrderStanding::Debited { (a.standing, a.debit, a.reason) = (OrderStanding::Failed, None, Some("余额不足".into())) }))),
    ("查询时把没有扣款说成成功",           ACCOUNTS,     "PAY-05", says(|s| querying(s, |a| if a.standing != OrderStanding::Debited { (a.standing, a.debit, a.reason) = (OrderStanding::Debited, Some("DB0".into()), None) }))),
    // Insurers: money.
    ("收到缴费通知却不入账",               ACCOUNTS,     "PAY-05", books(|e| e.proposals.iter_mut().for_each(|l| l.received = None))),
    ("入账的保费不是缴纳的",               ACCOUNTS,     "PAY-05", books(|e| e.proposals.iter_mut().for_each(|l| if let Some((sum, _)) = &mut l.received { *sum = "1.00".into() }))),
    ("退款少退",                           ACCOUNTS,     "PAY-04", books(|e| e.refunds.iter_mut().for_each(|r| r.amount = "0.01".into()))),
    ("退款退到别的账号",                   ACCOUNTS,     "PAY-04", books(|e| e.refunds.iter_mut().for_each(|r| r.account = "620000000000009999".into()))),
    ("说已退款却没有退",                   ACCOUNTS,     "PAY-04", books(|e| e.refunds.clear())),
    // Insurers: underwriting.
    ("保费不按费率",                       UNDERWRITING, "CGO-07", says(|s| issuing(s, |a| a.premium = money("8888.88")))),
    ("保费低于最低保费",                   UNDERWRITING, "CGO-07", says(|s| issuing(s, |a| a.premium = money("0.01")))),
    ("缴费截止日早于出单",                 UNDERWRITING, "CGO-18", says(|s| issuing(s, |a| a.premium_due = Some("2020-01-01".into())))),
    ("超过单次限额也不转人工复核",         UNDERWRITING, "CGO-14", says(|s| changed(s, |b| if let Body::Underwritten(a) = b && a.decision == Decision::Refused { *a = issue(a) }))),
    ("数据审核没有通过却照样核保",         UNDERWRITING, "CGO-14", says(|s| changed(s, |b| if let Body::DataChecked(a) = b && a.decision == Decision::Agreed { (a.decision, a.reason, a.proposal_number) = (Decision::Refused, Some("资料不全".into()), None) }))),
    ("与货运协议不符也审核通过",           UNDERWRITING, "CGO-10", says(|s| changed(s, |b| if let Body::DataChecked(a) = b && a.decision == Decision::Refused { (a.decision, a.reason, a.proposal_number) = (Decision::Agreed, None, Some("T0".into())) }))),
    ("同意撤销之后照样核保",               UNDERWRITING, "CGO-13", says(|s| changed(s, |b| if let Body::WithdrawalAnswered(a) = b && a.decision == Decision::Refused { (a.decision, a.reason) = (Decision::Agreed, None) }))),
    ("账簿中的保费不是答复的",             UNDERWRITING, "CGO-14", books(|e| e.proposals.iter_mut().for_each(|l| if l.premium.is_some() { l.premium = Some("1.00".into()) }))),
    ("同一次投保审核两次",                 ANSWERS,      "AGR-11", then(|s| matches!(s.message.body, Body::DataChecked(_)).then(|| once_more(s.clone())))),
    // Insurers: policies.
    ("还没有缴费保单就生效",               POLICIES,     "PAY-05", then(|s| match &s.message.body { Body::Underwritten(a) if a.decision == Decision::Agreed => Some(effecting(s.clone())), _ => None })),
    ("保单号与账簿不符",                   POLICIES,     "PAY-05", says(|s| changed(s, |b| if let Body::PolicyEffected(p) = b { p.policy_number = "PD0".into() }))),
    ("同一份投保单给两个保单号",           POLICIES,     "PAY-05", then(|s| matches!(s.message.body, Body::PolicyEffected(_)).then(|| changed(once_more(s.clone()), |b| if let Body::PolicyEffected(p) = b { p.policy_number = "PD0".into() })))),
    // Insurers: open covers.
    ("悄悄改了货运协议的费率",             COVERS,       "OPC-07", books(|e| e.covers.iter_mut().for_each(|c| c.rate = "9.999".into()))),
    ("悄悄终止了货运协议",                 COVERS,       "OPC-07", books(|e| e.covers.iter_mut().for_each(|c| c.ended = !c.ended))),
    ("同一份货运协议新增两次",             COVERS,       "OPC-07", then(|s| matches!(s.message.body, Body::OpenCoverAdded(_)).then(|| once_more(s.clone())))),
    ("把货运协议改成别的企业的",           COVERS,       "ACC-10", says(|s| changed(s, |b| if let Body::OpenCoverChanged(c) = b { given_away(c) }))),
];

const fn says(change: fn(Said) -> Said) -> Saboteur {
    Saboteur { say: Say::Otherwise(change), ..HONEST }
}

const fn then(more: fn(&Said) -> Option<Said>) -> Saboteur {
    Saboteur { say: Say::More(more), ..HONEST }
}

const fn books(change: fn(&mut Evidence)) -> Saboteur {
    Saboteur { ledgers: change, ..HONEST }
}

fn money(text: &str) -> Option<Money> {
    text.parse().ok()
}

fn changed(mut said: Said, change: impl FnOnce(&mut Body)) -> Said {
    change(&mut said.message.body);
    said
}

fn paying(said: Said, change: impl FnOnce(&mut PaymentAnswer)) -> Said {
    changed(said, |body| {
        if let Body::PaymentAnswered(answer) = body {
            change(answer);
        }
    })
}

fn querying(said: Said, change: impl FnOnce(&mut PaymentQueryAnswer)) -> Said {
    changed(said, |body| {
        if let Body::PaymentQueryAnswered(answer) = body {
            change(answer);
        }
    })
}

/// An answer that issues a proposal, with other terms.
fn issuing(said: Said, change: impl FnOnce(&mut Underwriting)) -> Said {
    changed(said, |body| {
        if let Body::Underwritten(answer) | Body::Reviewed(answer) = body
            && answer.decision == Decision::Agreed
        {
            change(answer);
        }
    })
}

fn issue(refused: &Underwriting) -> Underwriting {
    Underwriting {
        decision: Decision::Agreed,
        reason: None,
        premium: money("100.00"),
        premium_due: Some("2099-12-31".into()),
        ..refused.clone()
    }
}

fn poor(answer: &PaymentAnswer) -> PaymentAnswer {
    let reason = Some("余额不足".into());
    PaymentAnswer { decision: Decision::Refused, reason, debit: None, amount: None, ..answer.clone() }
}

fn debited(answer: &PaymentAnswer) -> PaymentAnswer {
    let (debit, amount) = (Some("DB0".into()), money("1.00"));
    PaymentAnswer { decision: Decision::Agreed, reason: None, debit, amount, ..answer.clone() }
}

/// As a message of its own, after the one that it was made from.
fn once_more(mut said: Said) -> Said {
    said.message.id = MessageId::new(&said.message.id.as_str().chars().rev().collect::<String>());
    said.message.sequence += 1;
    said
}

/// 保单生效 of what was only just issued.
fn effecting(said: Said) -> Said {
    let in_force_at = said.message.time.rfc3339();
    changed(once_more(said), |body| {
        let application = body.business_number().to_owned();
        *body = Body::PolicyEffected(PolicyInForce { application, policy_number: "PD0".into(), in_force_at });
    })
}

/// To the other enterprise of the fixtures.
fn given_away(cover: &mut OpenCoverData) {
    let others = ["91120116MA05TE5T79", "91310115MA1TE5T26X"].into_iter().filter_map(|text| text.parse::<Uscc>().ok());
    if let Some(other) = others.into_iter().find(|uscc| *uscc != cover.uscc) {
        cover.uscc = other;
    }
}
