//! An insurer: 缴费通知 and 生效, 退款.

use super::{cargo::*, *};

const AT: u64 = HOUR;

/// An insurer that has issued the proposal for 495.00, with decisions still to be taken.
fn issued(script: impl IntoIterator<Item = Outcome>) -> Rig {
    let mut rig = covered(CoverChange::default());
    rig.receive(&first_submission());
    rig.accept_until(AT + 360);
    assert_eq!(rig.proposal().standing, ProposalStanding::Issued);
    rig.wire.clear();
    rig.script.left.extend(script);
    rig
}

fn in_force(body: &Body) -> (&str, &str) {
    match body {
        Body::PolicyEffected(policy) => (&policy.policy_number, &policy.in_force_at),
        _ => panic!("保单生效"),
    }
}

const POLICY: (&str, &str) = ("P20260302000000000000", "2026-03-02T10:07:00.000+08:00");

//= PAY-05
#[test]
fn a_premium_that_was_paid_puts_the_policy_in_force() {
    let mut rig = issued([]);
    assert_eq!(rig.receive(&notified(2, notice_of(PAYMENT, "495.00"))), ACCEPTED);
    assert_eq!(rig.proposal().standing, ProposalStanding::Paid);
    rig.accept_until(AT + 420);
    assert_eq!(rig.said(), [("保单生效", AT + 420)]);
    assert_eq!(in_force(&rig.wire[0].1.message.body), POLICY);
    let entry = rig.proposal();
    assert_eq!((entry.standing, entry.policy_number.as_deref()), (ProposalStanding::InForce, Some(POLICY.0)));
    let received = PremiumReceived {
        payment: PAYMENT.into(),
        debit: "B20260302000000000000".into(),
        amount: yuan("495.00"),
        at: after(AT + 360),
    };
    assert_eq!(entry.received, Some(received));
}

//= PAY-04
#[test]
fn a_premium_is_taken_once_and_in_full() {
    let mut rig = issued([]);
    let wrong = rig.receive(&notified(2, notice_of(PAYMENT, "494.99")));
    assert_eq!(at_the_door(wrong), Err("K3202 金额494.99与保费495.00不符".to_owned()));
    assert_eq!(rig.proposal().received, None);
    assert_eq!(rig.receive(&notified(3, notice_of(PAYMENT, "495.00"))), ACCEPTED);
    rig.accept_until(AT + 420);
    let other = rig.receive(&notified(4, notice_of("20260302000000000078", "495.00")));
    assert_eq!(at_the_door(other), Err(format!("K3202 投保单「{NUMBER}」的保费已由另一笔支付结清")));
    assert_eq!(rig.receive(&notified(5, notice_of(PAYMENT, "495.00"))), ACCEPTED, "the same payment, told anew");
    rig.accept_until(AT + 600);
    assert_eq!(rig.said(), [("保单生效", AT + 420), ("保单生效", AT + 480)]);
    assert_eq!(in_force(&rig.wire[1].1.message.body), POLICY, "the same policy");
    assert_eq!(rig.proposal().requests_handled, 3);
}

//= PAY-04
#[test]
fn a_premium_for_what_is_not_issued_is_refused_at_the_door() {
    let mut empty = Rig::pingan([]);
    let unknown = empty.receive(&notified(1, notice_of(PAYMENT, "495.00")));
    assert_eq!(at_the_door(unknown), Err(format!("K3202 没有业务编号为「{APPLICATION}」的投保单")));
    let mut waiting = covered(CoverChange::default());
    waiting.receive(&first_submission());
    waiting.accept_until(AT + 60);
    let early = waiting.receive(&notified(2, notice_of(PAYMENT, "495.00")));
    assert_eq!(at_the_door(early), Err(format!("K3202 投保单「{NUMBER}」待核保，不收取保费")));
    let mut rig = issued([]);
    let mut notice = notice_of(PAYMENT, "495.00");
    notice.proposal_number = "T1".into();
    let other = rig.receive(&notified(2, notice));
    assert_eq!(at_the_door(other), Err(format!("K3202 投保单号「T1」与业务编号「{APPLICATION}」不符")));
}

#[test]
fn a_policy_cannot_be_refused_once_the_premium_is_taken() {
    let mut rig = issued([refuse("系统维护")]);
    assert_eq!(rig.receive(&notified(2, notice_of(PAYMENT, "495.00"))), ACCEPTED);
    rig.accept_until(AT + 10 * HOUR);
    assert_eq!((rig.said(), rig.proposal().standing), (vec![], ProposalStanding::Paid));
    let mut rig = issued([Outcome::ReceiptRefused { reason: "系统维护".into() }]);
    assert_eq!(rig.receive(&notified(2, notice_of(PAYMENT, "495.00"))), refused("K3299", "系统维护"));
    assert_eq!(rig.proposal().standing, ProposalStanding::Issued);
}

fn refund_standing(rig: &Rig) -> Vec<RefundStanding> {
    rig.party.refunds().map(|entry| entry.standing).collect()
}

//= PAY-04
#[test]
fn money_that_no_premium_has_taken_is_paid_back_once() {
    let mut rig = issued([refuse("账户信息有误")]);
    assert_eq!(rig.receive(&refund("f1", 1, PAYMENT)), ACCEPTED);
    assert_eq!(refund_standing(&rig), [RefundStanding::Asked]);
    rig.accept_until(AT + 360 + 300);
    assert_eq!(rig.last_reason().as_deref(), Some("账户信息有误"));
    assert_eq!(refund_standing(&rig), [RefundStanding::Refused]);
    assert_eq!(rig.receive(&refund("f2", 2, PAYMENT)), ACCEPTED, "after a no it may be asked again");
    let again = format!("K3202 重复退款申请：支付流水号「{PAYMENT}」已受理");
    assert_eq!(at_the_door(rig.receive(&refund("f3", 3, PAYMENT))), Err(again.clone()));
    rig.accept_until(AT + 360 + 600);
    assert_eq!((rig.last_reason(), refund_standing(&rig)), (None, vec![RefundStanding::Refunded]));
    assert_eq!(at_the_door(rig.receive(&refund("f4", 4, PAYMENT))), Err(again));
    let spent = rig.receive(&notified(2, notice_of(PAYMENT, "495.00")));
    assert_eq!(at_the_door(spent), Err(format!("K3202 支付流水号「{PAYMENT}」的款项已另作处理")));
}

//= PAY-04
#[test]
fn a_premium_that_was_taken_is_not_paid_back() {
    let mut rig = issued([]);
    rig.receive(&notified(2, notice_of(PAYMENT, "495.00")));
    rig.accept_until(AT + 420);
    rig.receive(&refund("f1", 1, PAYMENT));
    rig.accept_until(AT + 720);
    let reason = format!("该笔款项已作为业务编号「{APPLICATION}」的保费入账，不能退款");
    assert_eq!(rig.last_reason(), Some(reason));
    assert_eq!(refund_standing(&rig), [RefundStanding::Refused]);
}
