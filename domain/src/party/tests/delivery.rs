//! Delivery at least once, handling exactly once, as a party does it.

use proptest::prelude::*;

use super::*;

const NUMBER: &str = "BOCBX000000000";

//= MSG-03
#[test]
fn a_duplicate_gets_the_same_receipt_and_has_no_effect() {
    let mut rig = Rig::boc([Outcome::friendly(), refuse("第二次决定")]);
    for _ in 0..3 {
        assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
    }
    rig.run_until(300);
    rig.accept_last();
    assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
    rig.run_until(10_000);
    assert_eq!((rig.wire.len(), rig.script.taken.len()), (1, 1));
    assert_eq!((rig.book().standing, rig.book().requests_handled), (Standing::Agreed, 1));
}

//= MSG-02
#[test]
fn a_reused_id_is_refused_and_not_acted_on() {
    let mut rig = Rig::boc_in_force([]);
    let mut digest = [0; 32];
    digest[0] = 1;
    let forged = Arrived { message: end_request("b1", 2, NUMBER), digest };
    #[allow(clippy::disallowed_methods, reason = "the test stands in for the gateway")]
    let (said, changes) = rig.party.receive(&Verified::by_gateway(forged), rig.moment(), &mut Script::default());
    assert_eq!(said, refused("K3111", "报文编号已被另一报文使用"));
    assert!(changes.is_empty());
    rig.run_until(10_000);
    assert_eq!(rig.book().standing, Standing::Agreed);
}

//= MSG-03
#[test]
fn a_request_before_its_predecessor_is_accepted_held_and_handled_after_it() {
    let mut rig = Rig::boc([]);
    assert_eq!(rig.receive(&end_request("e1", 2, NUMBER)), ACCEPTED);
    assert_eq!((rig.party.books().count(), rig.party.next_due()), (0, Some(after(600))));
    rig.now = 30;
    assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
    assert_eq!(rig.book().requests_handled, 2);
    assert_eq!(rig.receive(&end_request("e1", 2, NUMBER)), ACCEPTED);
    assert_eq!(rig.book().requests_handled, 2, "the duplicate of a held one does nothing");
    // The end was asked for at 0 and the signing at 30 seconds; each is answered five minutes later, in that order.
    assert_eq!(rig.party.next_due(), Some(after(300)));
}

//= MSG-03
#[test]
fn a_held_request_is_handled_after_ten_minutes_with_the_decision_taken_at_its_arrival() {
    let mut rig = Rig::boc([refuse("尚有在途扣款"), refuse("未用")]);
    rig.receive(&end_request("e1", 2, NUMBER));
    assert_eq!(rig.script.taken.len(), 1);
    rig.run_until(599);
    assert_eq!(rig.wire.len(), 0);
    rig.run_until(600);
    assert_eq!(rig.sent_ms(), [600_000], "its five minutes are over already");
    let Body::AgreementEndAnswered(answer) = &rig.only().body else { panic!("an answer to the end") };
    assert_eq!(answer.reason.as_deref(), Some("尚有在途扣款"));
    assert_eq!(rig.script.taken.len(), 1);
}

#[test]
fn a_request_that_was_held_can_still_be_refused_by_receipt_or_ignored() {
    let mut rig = Rig::boc([Outcome::ReceiptRefused { reason: "系统维护".into() }]);
    assert_eq!(rig.receive(&end_request("e1", 2, NUMBER)), refused("K3299", "系统维护"));
    assert_eq!(rig.party.next_due(), None);
    let mut rig = Rig::boc([Outcome::NoReceipt]);
    assert_eq!(rig.receive(&end_request("e1", 2, NUMBER)), Answer::None);
    assert_eq!(rig.party.next_due(), None);
}

#[test]
fn of_two_signings_of_one_number_the_held_one_has_no_effect() {
    let mut rig = Rig::boc([]);
    assert_eq!(rig.receive(&bank_request("b2", 2)), ACCEPTED);
    assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
    rig.run_until(300);
    assert_eq!(rig.only().correlation, Some(MessageId::new("b1")));
    assert_eq!(rig.book().requests_handled, 1);
}

//= MSG-04
#[test]
fn an_answer_without_receipt_is_sent_eight_times_over_two_hours_and_then_no_more() {
    let mut rig = Rig::boc([]);
    rig.receive(&bank_request("b1", 1));
    rig.run_until(100_000);
    let tries = [0, 56_692, 170_078, 396_850, 850_393, 1_757_480, 3_571_653, 7_200_000];
    assert_eq!(rig.sent_ms(), tries.map(|ms| 300_000 + ms));
    let numbers: Vec<u32> = rig.wire.iter().map(|(_, sending)| sending.sending).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(rig.wire.iter().all(|(_, sending)| sending.message == rig.wire[0].1.message));
    assert_eq!(rig.party.next_due(), None);
    assert_eq!(rig.book().standing, Standing::Agreed, "the books keep what the bank decided");
}

//= MSG-04
#[test]
fn a_receipt_ends_the_tries_and_later_ones_change_nothing() {
    let mut rig = Rig::boc([]);
    rig.receive(&bank_request("b1", 1));
    rig.run_until(360); // the second try was at 356.692
    rig.accept_last();
    assert_eq!((rig.wire.len(), rig.party.next_due()), (2, None));
    #[allow(clippy::disallowed_methods, reason = "the test stands in for the gateway")]
    let late = Verified::by_gateway(Receipt::Refused { code: "K3106".into(), reason: "签名无效".into() });
    let known = rig.wire[0].1.message.id.clone();
    for id in [known, MessageId::new("unknown")] {
        assert!(rig.party.receipt(&id, &late, rig.moment()).is_empty());
    }
}

#[test]
fn asking_a_party_changes_nothing_until_it_is_applied() {
    let mut rig = Rig::boc([]);
    rig.receive(&bank_request("b1", 1));
    let moment = Moment { time: after(300), draws: &rig.draws };
    let once = rig.party.due(moment, &mut rig.script);
    assert!(!once.is_empty());
    assert_eq!(rig.party.due(moment, &mut rig.script), once);
    assert_eq!(rig.book().standing, Standing::Asked);
    assert!(rig.party.due(Moment { time: after(299), draws: &rig.draws }, &mut rig.script).is_empty());
}

proptest! {
    //= MSG-03
    #[test]
    fn in_whatever_order_and_number_requests_come_each_is_decided_once_and_answered_in_order(
        order in Just(vec![1, 1, 1, 2, 2, 3, 3, 3, 4]).prop_shuffle(),
    ) {
        let mut rig = Rig::boc([]);
        for sequence in order {
            let said = match sequence {
                1 => rig.receive(&bank_request("b1", 1)),
                n => rig.receive(&end_request(&format!("e{n}"), n, NUMBER)),
            };
            prop_assert_eq!(said, ACCEPTED);
        }
        rig.run_until(300);
        prop_assert_eq!(rig.script.taken.len(), 4);
        prop_assert_eq!(rig.book().requests_handled, 4);
        let answered: Vec<_> = rig.wire.iter().filter_map(|(_, sending)| sending.message.correlation.clone()).collect();
        prop_assert_eq!(answered, ["b1", "e2", "e3", "e4"].map(MessageId::new));
        prop_assert_eq!(rig.book().standing, Standing::Ended);
    }
}
