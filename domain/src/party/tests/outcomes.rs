//! Each outcome of the scenario language, at a bank.

use super::*;

fn hours(n: u64) -> u64 {
    n * 3_600
}

/// A bank asked at 0 seconds whose script begins with `outcome`.
fn asked(outcome: Outcome) -> (Rig, Answer) {
    let mut rig = Rig::boc([outcome]);
    let said = rig.receive(&bank_request("b1", 1));
    (rig, said)
}

fn delayed(by: u64, then: Outcome) -> Outcome {
    Outcome::Delayed { by: Duration::from_secs(by), then: Box::new(then) }
}

//= AGR-11
#[test]
fn a_silent_bank_takes_the_request_and_never_answers() {
    let (rig, said) = asked(Outcome::Silent);
    assert_eq!(said, ACCEPTED);
    assert_eq!(rig.party.next_due(), None);
    assert_eq!((rig.book().standing, rig.book().requests_handled), (Standing::Asked, 1));
}

#[test]
fn a_delayed_answer_leaves_exactly_that_long_after_the_request_came() {
    let (mut rig, said) = asked(delayed(7_200, Outcome::friendly()));
    assert_eq!(said, ACCEPTED);
    rig.run_until(7_199);
    assert_eq!(rig.book().standing, Standing::Asked);
    rig.run_until(7_200);
    assert_eq!(rig.sent_ms(), [7_200_000]);
    assert_eq!(rig.book().decided_at, Some(after(7_200)));
}

#[test]
fn nested_delays_add_up_and_none_at_all_is_a_delay_too() {
    let (rig, _) = asked(delayed(3_600, delayed(60, Outcome::friendly())));
    assert_eq!(rig.party.next_due(), Some(after(3_660)));
    let (rig, _) = asked(delayed(0, Outcome::friendly()));
    assert_eq!(rig.party.next_due(), Some(after(0)));
}

#[test]
fn a_delay_beyond_all_time_is_never_over_and_breaks_nothing() {
    let (mut rig, said) = asked(delayed(u64::MAX, delayed(u64::MAX, Outcome::friendly())));
    assert_eq!(said, ACCEPTED);
    rig.run_until(hours(1_000_000));
    assert_eq!(rig.sent_ms(), [0; 0]);
}

//= AGR-09
#[test]
fn an_agreement_takes_effect_on_the_day_of_the_answer() {
    let (mut rig, _) = asked(delayed(86_400, Outcome::friendly()));
    rig.run_until(86_400);
    assert_eq!(rig.book().effective, Some("2026-03-03".parse().unwrap()));
}

//= MSG-03
#[test]
fn twice_is_the_same_message_again_a_second_to_a_minute_later_though_it_was_received() {
    for (draw, later_ms) in [(0, 1_000), (59_000, 60_000)] {
        let mut rig = Rig::boc([delayed(300, Outcome::Twice(agree()))]);
        rig.draws = Always(draw);
        rig.receive(&bank_request("b1", 1));
        rig.run_until(300);
        rig.accept_last();
        rig.run_until(hours(4));
        assert_eq!(rig.sent_ms(), [300_000, 300_000 + later_ms]);
        assert_eq!(rig.wire[0].1.message, rig.wire[1].1.message);
        assert_eq!([rig.wire[0].1.sending, rig.wire[1].1.sending], [1, 2]);
    }
}

#[test]
fn twice_does_not_use_up_a_try() {
    let (mut rig, _) = asked(delayed(0, Outcome::Twice(agree())));
    rig.run_until(hours(4));
    let mut sendings: Vec<u32> = rig.wire.iter().map(|(_, sending)| sending.sending).collect();
    assert_eq!(rig.sent_ms(), [0, 1_000, 56_692, 170_078, 396_850, 850_393, 1_757_480, 3_571_653, 7_200_000]);
    sendings.dedup();
    assert_eq!(sendings, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

//= MSG-02
#[test]
fn misbehaviour_goes_with_every_sending_of_that_answer_and_no_other() {
    for how in Misbehaviour::WRAPPERS {
        let mut rig = Rig::boc([Outcome::Misbehave { how, of: Box::new(Outcome::Twice(agree())) }]);
        assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
        rig.run_until(302);
        rig.receipt(
            &rig.wire[0].1.message.id.clone(),
            Receipt::Refused { code: "K3106".into(), reason: "签名无效".into() },
        );
        let number = rig.book().agreement_number.expect("the bank itself has agreed");
        rig.receive(&end_request("e1", 2, &number));
        rig.run_until(700);
        let misbehaved: Vec<_> = rig.wire.iter().map(|(_, sending)| sending.misbehaviour).collect();
        assert_eq!(misbehaved, [Some(how), Some(how), None, None], "{how:?}"); // the last is a second try of the end
    }
}

#[test]
fn of_nested_misbehaviours_the_outermost_counts() {
    let inner = Outcome::Misbehave { how: Misbehaviour::WrongReceiver, of: agree() };
    let (mut rig, _) = asked(Outcome::Misbehave { how: Misbehaviour::BadSignature, of: Box::new(inner) });
    rig.run_until(300);
    assert_eq!(rig.wire[0].1.misbehaviour, Some(Misbehaviour::BadSignature));
}

//= AGR-11
#[test]
fn a_refusing_receipt_has_no_effect_and_is_remembered() {
    let (mut rig, said) = asked(Outcome::ReceiptRefused { reason: "系统维护".into() });
    assert_eq!(said, refused("K3299", "系统维护"));
    assert_eq!((rig.party.books().count(), rig.party.next_due()), (0, None));
    rig.run_until(hours(10));
    assert_eq!(rig.receive(&bank_request("b1", 1)), said, "接收失败 is an answer: the same again");
    assert_eq!(rig.script.taken.len(), 1);
    assert_eq!(rig.receive(&bank_request("b2", 2)), ACCEPTED, "another request finds the books empty");
}

//= MSG-04
#[test]
fn without_receipt_a_party_stays_mute_to_the_whole_run_of_tries_and_then_decides_anew() {
    let (mut rig, said) = asked(Outcome::NoReceipt);
    assert_eq!(said, Answer::None);
    for seconds in [57, 7_200, hours(3) - 1] {
        rig.run_until(seconds);
        assert_eq!(rig.receive(&bank_request("b1", 1)), Answer::None, "{seconds}");
    }
    assert_eq!((rig.party.books().count(), rig.script.taken.len()), (0, 1));
    rig.run_until(hours(3));
    assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
    assert_eq!((rig.book().requests_handled, rig.script.taken.len()), (1, 2));
}

#[test]
fn a_receipt_outcome_inside_a_wrapper_is_a_receipt_outcome() {
    let (rig, said) = asked(delayed(60, Outcome::Twice(Box::new(Outcome::NoReceipt))));
    assert_eq!((said, rig.party.next_due()), (Answer::None, None));
    let of = Box::new(Outcome::ReceiptRefused { reason: "系统维护".into() });
    let (rig, said) = asked(Outcome::Misbehave { how: Misbehaviour::BadSignature, of });
    assert_eq!((said, rig.party.next_due()), (refused("K3299", "系统维护"), None));
}

fn changed(first: Outcome, then: Outcome) -> Outcome {
    Outcome::ChangeOfMind { first: Box::new(first), then: Box::new(then) }
}

/// What stands in the answers on the wire, and whether each contradicts one before it.
fn answers(rig: &Rig) -> Vec<(bool, bool)> {
    let agreed = |message: &Message| match &message.body {
        Body::BankSigningAnswered(answer) => answer.reason.is_none(),
        _ => panic!("an answer"),
    };
    rig.wire.iter().map(|(_, sending)| (agreed(&sending.message), sending.contradicts)).collect()
}

const SPOILT: &str = "K3104";

//= MSG-03
#[test]
fn a_change_of_mind_waits_for_the_receipt_and_leaves_the_books_as_the_first_answer_left_them() {
    for (draw, later_ms) in [(0, 60_000), (3_540_000, 3_600_000)] {
        let mut rig = Rig::boc([delayed(300, changed(refuse("资料不全"), Outcome::friendly()))]);
        rig.draws = Always(draw);
        rig.receive(&bank_request("b1", 1));
        rig.run_until(301);
        assert_eq!(rig.sent_ms(), [300_000], "no receipt, no second thoughts");
        rig.accept_last();
        rig.accept_last();
        rig.run_until(hours(4));
        rig.wire.dedup_by_key(|(_, sending)| sending.message.id.clone());
        assert_eq!(rig.sent_ms(), [300_000, 301_000 + later_ms]);
        assert_eq!(answers(&rig), [(false, false), (true, true)]);
        assert_eq!([rig.wire[0].1.message.sequence, rig.wire[1].1.message.sequence], [1, 2]);
        assert_eq!((rig.book().standing, rig.book().decided_at), (Standing::Refused, Some(after(300))));
    }
}

#[test]
fn an_answer_after_one_that_was_refused_is_the_first_that_counts() {
    let spoilt = Outcome::Misbehave { how: Misbehaviour::BadSignature, of: Box::new(refuse("资料不全")) };
    for first in [spoilt, Outcome::Nonsense] {
        let (mut rig, _) = asked(changed(first, delayed(60, Outcome::friendly())));
        rig.run_until(300);
        let id = rig.wire[0].1.message.id.clone();
        rig.receipt(&id, Receipt::Refused { code: SPOILT.into(), reason: "验签失败".into() });
        rig.run_until(360);
        assert_eq!(rig.sent_ms(), [300_000, 360_000]);
        assert_eq!((rig.wire[1].1.misbehaviour, rig.wire[1].1.contradicts), (None, false));
        assert_eq!(rig.book().standing, Standing::Agreed);
    }
}

#[test]
fn minds_change_as_often_as_the_script_says_and_wrappers_hold_for_every_answer() {
    for order in 0..2 {
        let (a, b, c) = (refuse("甲"), refuse("乙"), Outcome::friendly());
        let chain = if order == 0 { changed(a, changed(b, c)) } else { changed(changed(a, b), c) };
        let (mut rig, _) = asked(Outcome::Twice(Box::new(chain)));
        for seconds in [302, 364, 426] {
            rig.run_until(seconds);
            rig.accept_last();
        }
        rig.run_until(hours(10));
        assert_eq!(
            answers(&rig),
            [(false, false), (false, false), (false, true), (false, true), (true, true), (true, true)]
        );
    }
}

#[test]
fn who_says_nothing_first_has_nothing_to_change_and_nothing_more_to_say_is_nothing() {
    let (rig, _) = asked(changed(Outcome::Silent, delayed(60, Outcome::friendly())));
    assert_eq!(rig.party.next_due(), Some(after(60)));
    let (mut rig, _) = asked(changed(Outcome::friendly(), Outcome::Silent));
    rig.run_until(300);
    rig.accept_last();
    rig.run_until(hours(100));
    assert_eq!(rig.sent_ms(), [300_000]);
}

#[test]
fn nonsense_is_no_decision() {
    let (mut rig, said) = asked(Outcome::Nonsense);
    assert_eq!(said, ACCEPTED);
    rig.run_until(300);
    assert_eq!(rig.wire[0].1.misbehaviour, Some(Misbehaviour::Nonsense));
    assert_eq!((rig.book().standing, rig.book().agreement_number), (Standing::Asked, None));
}
