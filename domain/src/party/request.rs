//! Requests as a party reads them: which it takes over, which it refuses at the door, and the book entry that one opens.
//!
//! Decides by the message and the party's own books alone; the business answer is the script's affair.

use super::{
    Party,
    books::{
        BookEntry, LedgerEntry, Page, PremiumReceived, ProposalEntry, ProposalStanding, RefundEntry, RefundStanding,
        RequestEntry, Standing, View, submission_number,
    },
    outcome::Point,
};
use crate::{
    Time,
    message::{
        Body, Message, Payer, Receipt,
        cargo::ProposalSubmission,
        payment::{PaymentNotice, PaymentOrder, RefundRequest},
    },
    money::Money,
};

/// A receipt that refuses.
pub(super) fn refused(code: &str, reason: String) -> Receipt {
    Receipt::Refused { code: code.into(), reason }
}

/// Whether `party` takes this message over, and where that makes it decide.
///
/// # Errors
/// The receipt that refuses it: K3201 not for this party, K3202 not one that it takes.
pub(super) fn screen(party: &Party, view: View<'_>, message: &Message) -> Result<Point, Receipt> {
    if message.target != *party.id() {
        return Err(refused("K3201", format!("收件人「{}」不是本机构", message.target)));
    }
    if message.source != party.portal {
        return Err(refused("K3201", format!("本机构不受理「{}」发来的报文", message.source)));
    }
    let point = point_of(&message.body).filter(|point| point.role() == party.role()).ok_or_else(|| {
        let (role, kind) = (party.role().chinese(), message.body.kind().chinese());
        refused("K3202", format!("{role}不受理这种「{kind}」"))
    })?;
    let number = message.body.business_number();
    if number != message.subject {
        return Err(refused("K3201", format!("业务编号「{number}」与报文主题「{}」不一致", message.subject)));
    }
    if let Some((label, name)) = addressed_to(&message.body)
        && !party.goes_by(name)
    {
        return Err(refused("K3201", format!("{label}「{name}」不是本机构")));
    }
    acceptable(view, &message.body).map_err(|reason| refused("K3202", reason))?;
    Ok(point)
}

/// Where a message makes its receiver decide; answers make nobody decide.
const fn point_of(body: &Body) -> Option<Point> {
    match body {
        Body::InsurerSigningRequested(_) => Some(Point::InsurerSigning),
        Body::BankSigningRequested(_) => Some(Point::BankSigning),
        Body::AgreementEndRequested(_) => Some(Point::BankEnding),
        Body::OpenCoverRequested(_) => Some(Point::OpenCover),
        Body::ProposalSubmitted(_) => Some(Point::DataCheck),
        Body::WithdrawalRequested(_) => Some(Point::Withdrawal),
        Body::PaymentOrdered(_) => Some(Point::Debit),
        Body::PaymentQueried(_) => Some(Point::Query),
        Body::PaymentNotified(_) => Some(Point::PolicyInForce),
        Body::RefundRequested(_) => Some(Point::Refund),
        _ => None,
    }
}

/// The institution that a request names as its receiver, with the manual's word for it.
const fn addressed_to(body: &Body) -> Option<(&'static str, &String)> {
    match body {
        Body::InsurerSigningRequested(r) => Some(("收款企业", &r.payee)),
        Body::BankSigningRequested(r) => Some(("付款银行", &r.bank)),
        Body::OpenCoverRequested(r) => Some(("保险机构", &r.insurer)),
        Body::ProposalSubmitted(r) => Some(("保险机构", &r.insurer)),
        _ => None,
    }
}

/// Whether the books have room for this request.
///
/// # Errors
/// Says in Chinese why it is not taken over, now or ever.
pub(super) fn acceptable(view: View<'_>, body: &Body) -> Result<(), String> {
    match body {
        Body::InsurerSigningRequested(r) => not_taken(view.agreement(&r.application).is_some(), &r.application, "签约"),
        Body::BankSigningRequested(r) => not_taken(view.agreement(&r.application).is_some(), &r.application, "签约"),
        Body::OpenCoverRequested(r) => not_taken(view.request(&r.application).is_some(), &r.application, "预约"),
        Body::ProposalSubmitted(r) => acceptable_submission(view, r),
        Body::PaymentOrdered(r) => acceptable_order(view, r),
        Body::PaymentNotified(r) => acceptable_notice(view, r),
        Body::RefundRequested(r) => acceptable_refund(view, r),
        _ => Ok(()),
    }
}

fn not_taken(taken: bool, application: &str, what: &str) -> Result<(), String> {
    if taken {
        Err(format!("业务编号「{application}」的{what}申请已受理，不再接受另一份"))
    } else {
        Ok(())
    }
}

/// A newer submission replaces an older one until it is paid for or taken back.
fn acceptable_submission(view: View<'_>, submitted: &ProposalSubmission) -> Result<(), String> {
    let (application, number) = (&submitted.application, submission_number(submitted));
    let Some(known) = view.proposal(application) else { return Ok(()) };
    if !known.standing.is_replaceable() {
        return Err(format!("业务编号「{application}」的投保单{}，不再接受投保申请", known.standing.chinese()));
    }
    if number <= known.submission {
        return Err(format!("业务编号「{application}」的第{}次投保申请已受理，不再接受第{number}次", known.submission));
    }
    Ok(())
}

/// An order names an account and an agreement of this bank, fits them, and is no second one for the same payment.
fn acceptable_order(view: View<'_>, order: &PaymentOrder) -> Result<(), String> {
    let payment = &order.payment;
    if view.order(payment).is_some() {
        return Err(format!("重复支付指令：支付流水号「{payment}」已受理"));
    }
    if view.is_voided(payment) {
        return Err(format!("支付流水号「{payment}」已答复未受理，不再受理"));
    }
    let account = view.account(&order.account).ok_or_else(|| format!("没有付款账号「{}」", order.account))?;
    let agreement = view
        .agreement_numbered(&order.agreement_number)
        .ok_or_else(|| format!("没有编号为「{}」的协议", order.agreement_number))?;
    if *account.owner() != order.uscc || agreement.payer != order.uscc {
        return Err(format!("付款账号「{}」或协议「{}」不是该企业的", order.account, order.agreement_number));
    }
    if agreement.account != order.account || agreement.payee != order.payee {
        return Err(format!("付款账号或收款企业与协议「{}」不符", order.agreement_number));
    }
    let sum = Money::sum(order.items.iter().map(|item| item.amount));
    if sum != Some(order.amount) || !order.items.iter().all(|item| item.amount.is_positive()) {
        return Err(format!("金额{}不是各笔保费之和", order.amount));
    }
    Ok(())
}

/// A premium is taken for a proposal that is issued, in full, once, and not after it was given back. A notice of its own
/// about the same payment is no other premium.
fn acceptable_notice(view: View<'_>, notice: &PaymentNotice) -> Result<(), String> {
    let PaymentNotice { application, proposal_number, payment, amount, .. } = notice;
    let known = view.proposal(application).ok_or_else(|| format!("没有业务编号为「{application}」的投保单"))?;
    if known.proposal_number.as_ref() != Some(proposal_number) {
        return Err(format!("投保单号「{proposal_number}」与业务编号「{application}」不符"));
    }
    if let Some(received) = &known.received {
        let same = received.payment == *payment && received.amount == *amount;
        return if same {
            Ok(())
        } else {
            Err(format!("投保单「{proposal_number}」的保费已由另一笔支付结清"))
        };
    }
    let issue = known
        .issue
        .filter(|_| known.standing == ProposalStanding::Issued)
        .ok_or_else(|| format!("投保单「{proposal_number}」{}，不收取保费", known.standing.chinese()))?;
    if issue.premium != *amount {
        return Err(format!("金额{amount}与保费{}不符", issue.premium));
    }
    if view.paid_with(payment).is_some() || view.refund(payment).is_some_and(|r| r.standing != RefundStanding::Refused)
    {
        return Err(format!("支付流水号「{payment}」的款项已另作处理"));
    }
    Ok(())
}

fn acceptable_refund(view: View<'_>, asked: &RefundRequest) -> Result<(), String> {
    let again = view.refund(&asked.payment).is_some_and(|known| known.standing != RefundStanding::Refused);
    if again { Err(format!("重复退款申请：支付流水号「{}」已受理", asked.payment)) } else { Ok(()) }
}

/// The book entry that a request opens or touches, where there is one.
pub(super) fn opened(view: View<'_>, body: &Body, now: Time) -> Option<Page> {
    match body {
        Body::InsurerSigningRequested(r) => Some(Page::Agreement(asked(&r.application, &r.payer, &r.payee, &r.bank))),
        Body::BankSigningRequested(r) => Some(Page::Agreement(asked(&r.application, &r.payer, &r.payee, &r.bank))),
        Body::AgreementEndRequested(r) => {
            let known = view.agreement(&r.application)?;
            let requests_handled = known.requests_handled.saturating_add(1);
            Some(Page::Agreement(BookEntry { requests_handled, ..known.clone() }))
        }
        Body::OpenCoverRequested(r) => Some(Page::Request(RequestEntry::opened(r))),
        Body::ProposalSubmitted(r) => {
            Some(Page::Proposal(Box::new(ProposalEntry::opened(r, view.proposal(&r.application)))))
        }
        Body::WithdrawalRequested(r) => touched(view, &r.application, None),
        Body::PaymentOrdered(r) => Some(Page::Order(Box::new(LedgerEntry::opened(r)))),
        Body::PaymentNotified(r) => touched(view, &r.application, Some((r, now))),
        Body::RefundRequested(r) => Some(Page::Refund(RefundEntry::opened(r))),
        _ => None,
    }
}

/// A proposal after one more request about it, a premium that came with it put down.
fn touched(view: View<'_>, application: &str, notice: Option<(&PaymentNotice, Time)>) -> Option<Page> {
    let mut entry = view.proposal(application)?.clone();
    entry.requests_handled = entry.requests_handled.saturating_add(1);
    if let Some((notice, at)) = notice
        && entry.received.is_none()
    {
        entry.standing = ProposalStanding::Paid;
        entry.decided_at = Some(at);
        entry.received = Some(PremiumReceived {
            payment: notice.payment.clone(),
            debit: notice.debit.clone(),
            amount: notice.amount,
            at,
        });
    }
    Some(Page::Proposal(Box::new(entry)))
}

fn asked(application: &str, payer: &Payer, payee: &str, bank: &str) -> BookEntry {
    BookEntry {
        application: application.to_owned(),
        standing: Standing::Asked,
        agreement_number: None,
        effective: None,
        expiry: None,
        payer: payer.uscc.clone(),
        account: payer.account.clone(),
        payee: payee.to_owned(),
        bank: bank.to_owned(),
        requests_handled: 1,
        decided_at: None,
    }
}
