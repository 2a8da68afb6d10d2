//! Outbox and inbox alone, with times written by hand.

use proptest::prelude::*;

use super::*;
use crate::{Draws, message::*};

/// Every draw is this number, so that times can be written down by hand.
struct Always(u64);

impl Draws for Always {
    fn draw(&self, _: &str, _: &str, _: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.0.to_be_bytes());
        bytes
    }
}

const START_MS: i64 = 1_772_413_200_000; // 2026-03-02 09:00:00 in Shanghai

fn after(ms: i64) -> Time {
    Time::from_unix_ms(START_MS + ms)
}

fn at(time: Time) -> Moment<'static> {
    Moment { time, draws: &Always(0) }
}

fn message(id: &str, sequence: u64) -> Message {
    Message {
        id: MessageId::new(id),
        source: PartyId::portal(),
        target: PartyId::new("boc"),
        subject: "20260302000000000001".into(),
        time: after(0),
        sequence,
        correlation: None,
        body: Body::AgreementEndRequested(AgreementEndRequest {
            application: "20260302000000000001".into(),
            agreement_number: "BOCBX000000001".into(),
            reason: "已重新签署".into(),
        }),
    }
}

fn arrived(id: &str, sequence: u64) -> Arrived {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&sequence.to_be_bytes());
    Arrived { message: message(id, sequence), digest }
}

fn settled(id: &str, sequence: u64) -> Seen {
    Seen::Settled(arrived(id, sequence), Receipt::Accepted)
}

/// Plays an outbox alone: when it sent, and when it gave up.
fn play(outbox: &mut Outbox, draws: &dyn Draws) -> (Vec<i64>, Vec<i64>) {
    let settings = Settings::default();
    let (mut sent, mut undelivered) = (Vec::new(), Vec::new());
    while let Some(time) = outbox.next_due() {
        for step in outbox.due(Moment { time, draws }, &settings) {
            let ms = time.unix_ms() - START_MS;
            match step {
                Step::Send { entry, .. } => {
                    sent.push(ms);
                    outbox.put(entry);
                }
                Step::Undelivered(entry) => {
                    undelivered.push(ms);
                    outbox.put(entry);
                }
            }
        }
    }
    (sent, undelivered)
}

// The gaps double and fill two hours: 7,200,000 ms * (2^k - 1) / 127, cut to whole milliseconds.
const TRIES_MS: [i64; 8] = [0, 56_692, 170_078, 396_850, 850_393, 1_757_480, 3_571_653, 7_200_000];

//= MSG-04
#[test]
fn without_a_receipt_a_message_is_tried_eight_times_over_two_hours_then_undelivered() {
    let mut outbox = Outbox::default();
    outbox.put(Outgoing::queued(message("a", 1), after(0)));
    let (sent, undelivered) = play(&mut outbox, &Always(0));
    assert_eq!(sent, TRIES_MS);
    assert_eq!(undelivered, [7_260_000]);
    let entry = outbox.entry(&MessageId::new("a")).unwrap();
    assert_eq!((entry.progress.clone(), entry.sendings, entry.is_open()), (Progress::Undelivered, 8, false));
}

//= MSG-04
#[test]
fn jitter_puts_a_try_off_by_at_most_five_seconds_and_does_not_add_up() {
    let mut outbox = Outbox::default();
    outbox.put(Outgoing::queued(message("a", 1), after(0)));
    let (sent, undelivered) = play(&mut outbox, &Always(5_000));
    let late: Vec<i64> = TRIES_MS.iter().map(|ms| if *ms == 0 { 0 } else { ms + 5_000 }).collect();
    assert_eq!(sent, late);
    assert_eq!(undelivered, [7_265_000]);
}

//= MSG-01
//= MSG-04
#[test]
fn a_receipt_ends_the_tries_whatever_it_says() {
    for receipt in [Receipt::Accepted, Receipt::Refused { code: "K3106".into(), reason: "签名无效".into() }] {
        let mut outbox = Outbox::default();
        outbox.put(Outgoing::queued(message("a", 1), after(0)));
        let Step::Send { entry, first } = outbox.due(at(after(0)), &Settings::default()).remove(0) else {
            panic!("the first step sends")
        };
        assert!(first);
        outbox.put(entry.ended(Progress::Settled(receipt)));
        assert_eq!(outbox.next_due(), None);
        assert_eq!(outbox.due(at(after(9_000_000)), &Settings::default()), []);
    }
}

//= MSG-04
#[test]
fn sending_again_is_the_same_message_with_a_fresh_run_of_tries() {
    let mut outbox = Outbox::default();
    outbox.put(Outgoing::queued(message("a", 1), after(0)));
    play(&mut outbox, &Always(0));
    let again = outbox.entry(&MessageId::new("a")).unwrap().again(after(90_000_000));
    assert_eq!(again.message, message("a", 1));
    assert_eq!(again.progress, Progress::Queued);
    outbox.put(again);
    assert_eq!(outbox.next_sequence(&PartyId::new("boc"), "20260302000000000001"), 2);
    let (sent, undelivered) = play(&mut outbox, &Always(0));
    assert_eq!(sent, TRIES_MS.map(|ms| 90_000_000 + ms));
    assert_eq!(undelivered, [97_260_000]);
    let entry = outbox.entry(&MessageId::new("a")).unwrap();
    assert_eq!((entry.sendings, entry.first_sent), (16, Some(after(0))));
}

#[test]
fn asking_an_outbox_changes_nothing_and_nothing_is_due_early() {
    let mut outbox = Outbox::default();
    outbox.put(Outgoing::queued(message("a", 1), after(2_000)));
    assert_eq!(outbox.due(at(after(1_999)), &Settings::default()), []);
    let once = outbox.due(at(after(2_000)), &Settings::default());
    assert_eq!(once.len(), 1);
    assert_eq!(outbox.due(at(after(2_000)), &Settings::default()), once);
}

#[test]
fn sequence_numbers_count_for_each_target_and_subject() {
    let (mut outbox, boc, ccb) = (Outbox::default(), PartyId::new("boc"), PartyId::new("ccb"));
    outbox.put(Outgoing::queued(message("a", 1), after(0)));
    outbox.put(Outgoing::queued(message("b", 2), after(0)));
    assert_eq!(outbox.next_sequence(&boc, "20260302000000000001"), 3);
    assert_eq!(outbox.next_sequence(&boc, "20260302000000000002"), 1);
    assert_eq!(outbox.next_sequence(&ccb, "20260302000000000001"), 1);
}

//= MSG-03
#[test]
fn the_same_message_again_gets_the_same_receipt() {
    let mut inbox = Inbox::default();
    assert_eq!(inbox.admit(&arrived("a", 1), at(after(0)), &Settings::default()), Admission::Handle);
    let receipt = Receipt::Refused { code: "K3201".into(), reason: "不是本机构".into() };
    inbox.put(Seen::Settled(arrived("a", 1), receipt.clone()));
    let again = inbox.admit(&arrived("a", 1), at(after(90_000_000)), &Settings::default());
    assert_eq!(again, Admission::Again(receipt));
}

//= MSG-02
#[test]
fn an_id_or_a_number_that_another_message_used_is_a_replay() {
    let mut inbox = Inbox::default();
    inbox.put(settled("a", 1));
    let mut held = arrived("c", 3);
    let Admission::Held(h) = inbox.admit(&held, at(after(0)), &Settings::default()) else { panic!("a gap is held") };
    inbox.put(Seen::Held(h));
    let mut changed = arrived("a", 1);
    changed.digest[31] = 1;
    held.digest[31] = 1;
    let by = |what: &str| {
        let reason = format!("{what}已被另一报文使用");
        Admission::Replayed(Receipt::Refused { code: "K3111".into(), reason })
    };
    for (message, said) in [
        (changed, by("报文编号")),
        (arrived("a", 2), by("报文编号")),
        (arrived("b", 1), by("报文顺序号")),
        (held, by("报文顺序号")),
        (arrived("d", 3), by("报文顺序号")),
        (arrived("c", 2), by("报文编号")), // its id is held under number 3
    ] {
        assert_eq!(inbox.admit(&message, at(after(0)), &Settings::default()), said, "{:?}", message.message.id);
    }
}

/// Delivers, and does what an owner does. Returns the numbers handled.
fn deliver(inbox: &mut Inbox, arrived: &Arrived, time: Time, handled: &mut Vec<u64>) {
    match inbox.admit(arrived, at(time), &Settings::default()) {
        Admission::Handle => {
            let released = inbox.released_by(&arrived.message);
            for one in std::iter::once(arrived.clone()).chain(released) {
                handled.push(one.message.sequence);
                inbox.put(Seen::Settled(one, Receipt::Accepted));
            }
        }
        Admission::Held(held) => inbox.put(Seen::Held(held)),
        Admission::Again(_) | Admission::Replayed(_) => {}
    }
}

fn release(inbox: &mut Inbox, time: Time, handled: &mut Vec<u64>) {
    for one in inbox.ready(at(time)) {
        handled.push(one.message.sequence);
        inbox.put(Seen::Settled(one, Receipt::Accepted));
    }
}

//= MSG-03
#[test]
fn a_message_before_its_predecessor_waits_and_is_released_by_it_in_order() {
    let (mut inbox, mut handled) = (Inbox::default(), Vec::new());
    for (id, number) in [("c", 3), ("b", 2), ("e", 5)] {
        deliver(&mut inbox, &arrived(id, number), after(0), &mut handled);
    }
    assert_eq!(handled, [0; 0]);
    deliver(&mut inbox, &arrived("a", 1), after(1), &mut handled);
    assert_eq!(handled, [1, 2, 3]);
    assert_eq!(inbox.next_due(), Some(after(600_000)), "5 still waits for 4, ten minutes from its arrival");
}

//= MSG-03
#[test]
fn a_gap_is_held_for_ten_minutes_and_no_longer() {
    let (mut inbox, mut handled) = (Inbox::default(), Vec::new());
    deliver(&mut inbox, &arrived("b", 2), after(0), &mut handled);
    release(&mut inbox, after(599_999), &mut handled);
    assert_eq!(handled, [0; 0]);
    release(&mut inbox, after(600_000), &mut handled);
    assert_eq!(handled, [2]);
    deliver(&mut inbox, &arrived("a", 1), after(700_000), &mut handled);
    assert_eq!(handled, [2, 1], "one that comes after the hold is not lost");
    assert_eq!(inbox.next_due(), None);
}

//= MSG-03
#[test]
fn what_makes_no_sense_before_its_predecessor_waits_for_it() {
    let mut inbox = Inbox::default();
    inbox.put(Seen::Held(Held { arrived: arrived("b", 2), until: None }));
    assert!(inbox.leaves_gap(&arrived("b", 2).message));
    assert_eq!(inbox.next_due(), None);
    assert_eq!(inbox.ready(at(after(86_400_000))), []);
    inbox.put(settled("a", 1));
    assert!(!inbox.leaves_gap(&arrived("b", 2).message));
    assert!(inbox.next_due().is_some_and(|due| due <= after(0)));
    assert_eq!(inbox.ready(at(after(700_000))), [arrived("b", 2)]);
}

//= MSG-03
#[test]
fn one_that_waited_long_enough_takes_along_those_before_it() {
    let (mut inbox, mut handled) = (Inbox::default(), Vec::new());
    deliver(&mut inbox, &arrived("d", 4), after(0), &mut handled);
    deliver(&mut inbox, &arrived("c", 3), after(300_000), &mut handled);
    release(&mut inbox, after(600_000), &mut handled);
    assert_eq!(handled, [3, 4]);
}

#[test]
fn a_held_message_whose_predecessor_was_handled_is_due_at_once() {
    let (mut inbox, mut handled) = (Inbox::default(), Vec::new());
    deliver(&mut inbox, &arrived("b", 2), after(5), &mut handled);
    inbox.put(settled("a", 1)); // an owner that does not ask released_by
    assert_eq!(inbox.next_due(), Some(after(0)));
    release(&mut inbox, after(6), &mut handled);
    assert_eq!(handled, [2]);
}

#[test]
fn the_largest_numbers_are_numbers_like_any_other() {
    let (mut inbox, mut handled) = (Inbox::default(), Vec::new());
    deliver(&mut inbox, &arrived("z", u64::MAX), after(0), &mut handled);
    release(&mut inbox, after(600_000), &mut handled);
    deliver(&mut inbox, &arrived("y", u64::MAX - 1), after(600_001), &mut handled);
    deliver(&mut inbox, &arrived("x", 0), after(600_002), &mut handled);
    assert_eq!(handled, [u64::MAX, u64::MAX - 1, 0]);
    assert_eq!(inbox.next_due(), None);
}

fn arrivals() -> impl Strategy<Value = (u64, Vec<u64>)> {
    (1..=12u64).prop_flat_map(|n| {
        let copies = prop::collection::vec(1..=3usize, usize::try_from(n).unwrap());
        copies.prop_flat_map(move |copies| {
            let all: Vec<u64> = (1..=n).zip(copies).flat_map(|(i, c)| std::iter::repeat_n(i, c)).collect();
            (Just(n), Just(all).prop_shuffle())
        })
    })
}

proptest! {
    //= MSG-03
    #[test]
    fn in_whatever_order_and_number_they_come_each_is_handled_once_and_in_order((n, order) in arrivals()) {
        let (mut inbox, mut handled) = (Inbox::default(), Vec::new());
        for number in order {
            deliver(&mut inbox, &arrived(&number.to_string(), number), after(0), &mut handled);
        }
        prop_assert_eq!(handled, (1..=n).collect::<Vec<_>>());
    }

    //= MSG-03
    #[test]
    fn however_long_they_are_apart_each_is_handled_once((n, order) in arrivals(), gap_ms in 0..900_000i64) {
        let (mut inbox, mut handled, mut ms) = (Inbox::default(), Vec::new(), 0);
        for number in order {
            while let Some(due) = inbox.next_due().filter(|due| *due <= after(ms)) {
                release(&mut inbox, due.max(after(0)), &mut handled);
            }
            deliver(&mut inbox, &arrived(&number.to_string(), number), after(ms), &mut handled);
            ms += gap_ms;
        }
        release(&mut inbox, after(ms + 600_000), &mut handled);
        handled.sort_unstable();
        prop_assert_eq!(handled, (1..=n).collect::<Vec<_>>());
    }
}
