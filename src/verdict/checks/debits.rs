//! 每份投保单至多扣款一次 (PAY-04, PAY-05): no order is debited twice, and no premium is ordered again while it is paid or may be.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    Time,
    directory::PartyId,
    message::{Body, Decision, payment::OrderStanding},
};

use super::{
    Judging, Outcome,
    wire::Wire,
    words::{Word, Words},
};
use crate::{
    evidence::{Evidence, LedgerLine},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "每份投保单至多扣款一次";

/// An order that its bank never receipts is given up after this.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

/// What became of an order, as far as the portal knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// 成功
    Debited,
    /// 失败, or refused by receipt.
    Failed,
    /// Debited, but the insurer refused to hear of it: the money goes back.
    Returned,
}

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let words = Words::of(&wire, context);
    let mut findings = Vec::new();
    once_for_an_order(evidence, context, &mut findings);
    let fates = fates(&words, &wire);
    let orders = orders(&words);
    for (application, orders) in &orders {
        once_for_a_premium(application, orders, &fates, evidence, &mut findings);
        not_while_it_may_be_paid(application, orders, &fates, &mut findings);
    }
    Outcome { evaluated: !evidence.ledger.is_empty() || !orders.is_empty(), findings }
}

fn failed(path: String, text: &str) -> Finding {
    Finding::new(Verdict::Failed, NAME, path, text).against("PAY-04")
}

fn once_for_an_order(evidence: &Evidence, context: &Judging<'_>, findings: &mut Vec<Finding>) {
    let mut debits: BTreeMap<(&PartyId, &str), Vec<&LedgerLine>> = BTreeMap::new();
    for line in &evidence.ledger {
        debits.entry((&line.party, &line.order)).or_default().push(line);
    }
    for ((bank, order), lines) in debits.into_iter().filter(|(_, lines)| lines.len() > 1) {
        let path = format!("账簿 {} {order}", context.directory.name_of(bank));
        let numbers: Vec<&str> = lines.iter().map(|l| l.number.as_str()).collect();
        findings.push(failed(path, "同一笔扣款指令扣款不止一次").compared("1 次", numbers.join("、")));
    }
}

/// The orders that were sent for each premium, oldest first.
fn orders<'w>(words: &'w Words<'_>) -> BTreeMap<&'w str, Vec<(&'w Word<'w>, &'w str)>> {
    let mut orders: BTreeMap<&str, Vec<(&Word<'_>, &str)>> = BTreeMap::new();
    for word in &words.said {
        let Some(Body::PaymentOrdered(order)) = word.body() else { continue };
        for item in &order.items {
            orders.entry(&item.application).or_default().push((word, &order.payment));
        }
    }
    orders
}

/// When the portal learnt what of each payment, in order.
pub fn fates<'w>(words: &'w Words<'_>, wire: &'w Wire<'_>) -> BTreeMap<&'w str, Vec<(Time, Fate)>> {
    let portal = PartyId::portal();
    let mut fates: BTreeMap<&str, Vec<(Time, Fate)>> = BTreeMap::new();
    for (word, body) in words.heard_by(&portal) {
        let (payment, fate) = match body {
            Body::PaymentAnswered(a) => match a.decision {
                Decision::Agreed => (&a.payment, Fate::Debited),
                Decision::Refused => (&a.payment, Fate::Failed),
            },
            Body::PaymentQueryAnswered(a) => match a.standing {
                OrderStanding::Debited => (&a.payment, Fate::Debited),
                OrderStanding::Failed | OrderStanding::Unknown => (&a.payment, Fate::Failed),
                OrderStanding::Pending => continue,
            },
            _ => continue,
        };
        fates.entry(payment).or_default().push((word.at, fate));
    }
    for word in &words.said {
        let (payment, fate) = match word.body() {
            Some(Body::PaymentOrdered(order)) => (&order.payment, Fate::Failed),
            Some(Body::PaymentNotified(notice)) => (&notice.payment, Fate::Returned),
            _ => continue,
        };
        let refused =
            wire.receipts.iter().find(|r| !r.accepted && r.sent.id == word.sent.id && r.sent.from == word.sent.from);
        fates.entry(payment).or_default().extend(refused.map(|r| (r.at, fate)));
    }
    fates
}

/// Of all debits for one premium that the portal was told of, at most one is not to be paid back.
fn once_for_a_premium(
    application: &str,
    orders: &[(&Word<'_>, &str)],
    fates: &BTreeMap<&str, Vec<(Time, Fate)>>,
    evidence: &Evidence,
    findings: &mut Vec<Finding>,
) {
    let debited = |payment: &str| fates.get(payment).is_some_and(|all| all.iter().any(|(_, f)| *f == Fate::Debited));
    let goes_back = |payment: &str| {
        let page = evidence.pages.iter().find(|p| p.record == payment);
        page.and_then(|p| p.field("状态")).is_some_and(|state| ["待退款", "已退款"].contains(&state))
    };
    let kept: BTreeSet<&str> =
        orders.iter().map(|(_, payment)| *payment).filter(|p| debited(p) && !goes_back(p)).collect();
    if kept.len() > 1 {
        let shown = kept.into_iter().collect::<Vec<_>>().join("、");
        let text = "同一份投保单的保费扣款不止一次，多出的没有退款";
        findings.push(failed(format!("投保单 {application}"), text).compared("1 次", shown));
    }
}

/// A further order for a premium is sent only when the one before has failed, or was given up.
fn not_while_it_may_be_paid(
    application: &str,
    orders: &[(&Word<'_>, &str)],
    fates: &BTreeMap<&str, Vec<(Time, Fate)>>,
    findings: &mut Vec<Finding>,
) {
    for pair in orders.windows(2) {
        let [(before, payment), (after, _)] = pair else { continue };
        let known: Vec<Fate> =
            fates.get(payment).into_iter().flatten().filter(|(at, _)| *at <= after.at).map(|(_, f)| *f).collect();
        let given_up = after.at.since(before.at) >= GIVEN_UP_AFTER;
        let text = if known.contains(&Fate::Debited) && !known.contains(&Fate::Returned) {
            "保费已经扣款，又发出了扣款指令"
        } else if known.is_empty() && !given_up {
            "前一笔扣款还没有结果，又发出了扣款指令"
        } else {
            continue;
        };
        findings.push(
            failed(format!("投保单 {application}"), text)
                .against(if known.is_empty() { "PAY-05" } else { "PAY-04" })
                .during(after.step)
                .about(before.sent.id.as_str())
                .about(after.sent.id.as_str()),
        );
    }
}
