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
    for how in Misbehaviour::ALL {
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
