//! A bank's answers: 扣款结果 and 查询结果 (PAY-04 .. PAY-06).
//!
//! Invariant: an order is debited once, by the books; words that contradict an earlier answer move no money.

use super::{Desk, Said, decision, reason_or_none};
use crate::{
    message::{
        Body, Decision,
        payment::{OrderStanding, PaymentAnswer, PaymentOrder, PaymentQuery, PaymentQueryAnswer},
    },
    party::{
        books::{Account, LedgerEntry, LedgerStanding, Page},
        plan::{Plan, Verdict},
    },
};

/// What became of an order: 银行流水号, or the reason why nothing was debited.
type Fate = Result<String, String>;

fn answered(order: &PaymentOrder, fate: Fate) -> Body {
    let payment = order.payment.clone();
    Body::PaymentAnswered(match fate {
        Ok(debit) => PaymentAnswer {
            payment,
            decision: Decision::Agreed,
            reason: None,
            debit: Some(debit),
            amount: Some(order.amount),
        },
        Err(reason) => {
            PaymentAnswer { payment, decision: Decision::Refused, reason: Some(reason), debit: None, amount: None }
        }
    })
}

/// 扣款. Silence is for the portal alone: the account is debited all the same.
pub(super) fn ordered(desk: Desk<'_>, order: &PaymentOrder, plan: &Plan) -> Option<Said> {
    let entry = desk.view.order(&order.payment)?;
    let scripted = match &plan.verdict {
        Verdict::Silent => None,
        verdict => decision(verdict)?.1,
    };
    if plan.conduct.contradicts {
        let number = || entry.debit.clone().unwrap_or_else(|| debit_number(desk, order));
        return Some(Said::words(answered(order, scripted.map_or_else(|| Ok(number()), Err))));
    }
    // Said once more after a spoilt one: what is debited stays debited.
    if let Some(debit) = &entry.debit {
        return Some(Said::words(answered(order, Ok(debit.clone()))));
    }
    let (fate, account) = match scripted.map_or_else(|| debited(desk, entry), Err) {
        Ok(account) => (Ok(debit_number(desk, order)), Some(account)),
        Err(reason) => (Err(reason), None),
    };
    let settled = LedgerEntry {
        standing: if fate.is_ok() { LedgerStanding::Debited } else { LedgerStanding::Failed },
        debit: fate.clone().ok(),
        reason: fate.clone().err(),
        decided_at: Some(desk.moment.time),
        ..entry.clone()
    };
    let pages = account.map(Page::Account).into_iter().chain([Page::Order(Box::new(settled))]).collect();
    let body = (plan.verdict != Verdict::Silent).then(|| answered(order, fate));
    Some(Said { body, pages, next: None })
}

/// The account after the debit, or the first reason of PAY-06 that stands against it.
fn debited(desk: Desk<'_>, order: &LedgerEntry) -> Result<Account, String> {
    let agreement = desk.view.agreement_numbered(&order.agreement_number);
    if !agreement.is_some_and(|entry| entry.in_force(desk.moment.time)) {
        return Err("协议已终止".to_owned());
    }
    let account = desk.view.account(&order.account).ok_or("协议已终止")?;
    account.clone().after_debit(order.amount, desk.moment.time.date()).map_err(str::to_owned)
}

fn debit_number(desk: Desk<'_>, order: &PaymentOrder) -> String {
    desk.view.dated_number("B", "debit-number", &desk.entity(&order.payment), desk.moment)
}

/// 查询: the truth. A bank that never saw the order says so, and will not take it over any more. Scripted words are words
/// alone: an order that they call failed may be debited yet.
pub(super) fn queried(desk: Desk<'_>, query: &PaymentQuery, plan: &Plan) -> Option<Said> {
    let payment = query.payment.clone();
    let known = desk.view.order(&payment);
    let words = |standing, reason, debit| {
        Body::PaymentQueryAnswered(PaymentQueryAnswer { payment: payment.clone(), standing, reason, debit })
    };
    let truth = || match known {
        None => words(OrderStanding::Unknown, None, None),
        Some(order) => match order.standing {
            LedgerStanding::Pending => words(OrderStanding::Pending, None, None),
            LedgerStanding::Debited => words(OrderStanding::Debited, None, order.debit.clone()),
            LedgerStanding::Failed => words(OrderStanding::Failed, order.reason.clone(), None),
        },
    };
    let body = match &plan.verdict {
        Verdict::Agree { .. } | Verdict::Nonsense => truth(),
        Verdict::Refuse { reason } => words(OrderStanding::Failed, Some(reason_or_none(reason)), None),
        Verdict::Refer { .. } | Verdict::Pending => words(OrderStanding::Pending, None, None),
        Verdict::Unseen => words(OrderStanding::Unknown, None, None),
        Verdict::Silent => return None,
    };
    let unseen = matches!(&body, Body::PaymentQueryAnswered(answer) if answer.standing == OrderStanding::Unknown);
    let pages = (unseen && known.is_none()).then(|| Page::Voided(payment.clone())).into_iter().collect();
    Some(Said { body: Some(body), pages, next: None })
}
