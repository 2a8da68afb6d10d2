//! An insurer: 撤销, before and after its other answers.

use super::{cargo::*, *};

const AT: u64 = HOUR;

/// An insurer that has checked the proposal 60 seconds after it came, with decisions still to be taken.
fn checked(script: impl IntoIterator<Item = Outcome>) -> Rig {
    let mut rig = covered(CoverChange::default());
    rig.script.left.extend([Outcome::friendly()].into_iter().chain(script));
    rig.receive(&first_submission());
    rig.accept_until(AT + 60);
    rig
}

fn delayed(by: u64, then: Outcome) -> Outcome {
    Outcome::Delayed { by: Duration::from_secs(by), then: Box::new(then) }
}

//= CGO-13
#[test]
fn a_proposal_that_is_taken_back_is_underwritten_no_more() {
    let mut rig = checked([delayed(HOUR, Outcome::friendly())]);
    assert_eq!(rig.receive(&withdrawal(2, NUMBER)), ACCEPTED);
    rig.accept_until(AT + 10 * HOUR);
    assert_eq!(rig.said()[1..], [("撤销结果", AT + 360)]);
    assert_eq!(rig.last_reason(), None);
    assert_eq!((rig.proposal().standing, rig.proposal().requests_handled), (ProposalStanding::Withdrawn, 2));
    assert_eq!(rig.wire[1].1.message.correlation, Some(MessageId::new("p2")));
}

//= CGO-13
#[test]
fn a_refused_withdrawal_stops_nothing() {
    let mut rig = checked([delayed(HOUR, Outcome::friendly()), refuse("已进入复核")]);
    rig.receive(&withdrawal(2, NUMBER));
    rig.accept_until(AT + 360);
    assert_eq!(rig.last_reason().as_deref(), Some("已进入复核"));
    rig.accept_until(AT + 2 * HOUR);
    assert_eq!(rig.said().last(), Some(&("核保结果", AT + 60 + HOUR)));
    assert_eq!(rig.proposal().standing, ProposalStanding::Issued);
}

//= CGO-13
#[test]
fn an_underwriting_answer_that_left_meanwhile_stays_and_the_withdrawal_makes_it_moot() {
    let mut rig = checked([Outcome::friendly(), delayed(HOUR, Outcome::friendly())]);
    rig.receive(&withdrawal(2, NUMBER));
    rig.accept_until(AT + 2 * HOUR);
    assert_eq!(rig.said()[1..], [("核保结果", AT + 360), ("撤销结果", AT + 60 + HOUR)]);
    assert_eq!(rig.proposal().standing, ProposalStanding::Withdrawn);
    let paid = rig.receive(&notified(3, notice_of(PAYMENT, "495.00")));
    assert_eq!(at_the_door(paid), Err(format!("K3202 投保单「{NUMBER}」已撤销，不收取保费")));
}

//= CGO-13
#[test]
fn what_is_back_already_is_granted_again_and_what_cannot_be_is_refused_in_words() {
    let mut rig = checked([]);
    rig.receive(&withdrawal(2, NUMBER));
    rig.accept_until(AT + 400);
    rig.receive(&withdrawal(3, NUMBER));
    rig.accept_until(AT + 800);
    assert_eq!((rig.said().last(), rig.last_reason()), (Some(&("撤销结果", AT + 700)), None));

    for (number, reason) in [
        ("T1", format!("投保单号「T1」与业务编号「{APPLICATION}」不符")),
        (NUMBER, "投保单已生效，不能撤销".to_owned()),
    ] {
        let mut rig = checked([]);
        rig.accept_until(AT + 400);
        rig.receive(&notified(2, notice_of(PAYMENT, "495.00")));
        rig.accept_until(AT + 500);
        rig.receive(&withdrawal(3, number));
        rig.accept_until(AT + 900);
        assert_eq!(rig.last_reason(), Some(reason));
        assert_eq!(rig.proposal().standing, ProposalStanding::InForce);
    }
    let mut empty = Rig::pingan([]);
    empty.receive(&withdrawal(1, NUMBER));
    empty.run_until(300);
    assert_eq!(empty.last_reason(), Some(format!("没有业务编号为「{APPLICATION}」的投保单")));
}

//= CGO-12
#[test]
fn what_was_taken_back_or_paid_is_not_proposed_anew() {
    let mut rig = checked([]);
    rig.receive(&withdrawal(2, NUMBER));
    rig.accept_until(AT + 400);
    let again = rig.receive(&submitted(3, submission(2, form())));
    let reason = format!("K3202 业务编号「{APPLICATION}」的投保单已撤销，不再接受投保申请");
    assert_eq!(at_the_door(again), Err(reason));
}
