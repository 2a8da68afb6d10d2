//! Whatever comes in whatever order: nothing panics, logs are numbered and legal, pages and tables agree.

use std::time::Duration;

use domain::{
    life_cycle::possible,
    message::{Decision, Kind, Receipt},
    portal::{Command, Event, RecordId, Rules, State},
};
use proptest::prelude::*;

use crate::stage::{
    DAY, HOUR, Stage, bank_agrees, bank_refuses, binhai, end_answered, ended_by_bank, insurer_agrees, insurer_refuses,
    usual,
};

#[derive(Clone, Debug)]
enum Move {
    Sign,
    Resign(usize),
    Resend(usize),
    Receipt(usize, usize, bool),
    Say(usize, usize),
    Again(usize),
    Wait(u64),
    WaitDays(u64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        2 => Just(Move::Sign),
        2 => (0..4usize).prop_map(Move::Resign),
        2 => (0..4usize).prop_map(Move::Resend),
        4 => (0..4usize, 0..3usize, prop::bool::weighted(0.8)).prop_map(|(r, k, a)| Move::Receipt(r, k, a)),
        8 => (0..4usize, 0..8usize).prop_map(|(r, what)| Move::Say(r, what)),
        2 => (0..8usize).prop_map(Move::Again),
        6 => (0..10_000u64).prop_map(Move::Wait),
        2 => (0..4u64).prop_map(Move::WaitDays),
    ];
    prop::collection::vec(one, 1..40)
}

const KINDS: [Kind; 3] = [Kind::InsurerSigningRequested, Kind::BankSigningRequested, Kind::AgreementEndRequested];

fn play(stage: &mut Stage, records: &mut Vec<RecordId>, arrived: &mut Vec<domain::delivery::Arrived>, step: &Move) {
    let pick = |i: &usize| records.get(i % records.len().max(1)).cloned();
    match step {
        Move::Sign => {
            let session = stage.legal_person();
            records.extend(stage.sign(&session, usual()));
        }
        Move::Resign(i) => {
            let Some(failed) = pick(i) else { return };
            let session = stage.legal_person();
            records.extend(stage.act(&session, &binhai(), Command::ResignAgreement { failed, form: usual() }));
        }
        Move::Resend(i) => {
            let Some(record) = pick(i) else { return };
            let session = stage.legal_person();
            let _ = stage.resend(&session, &record);
        }
        Move::Receipt(i, kind, accepted) => {
            let Some(record) = pick(i) else { return };
            let kind = KINDS[*kind];
            let sent =
                stage.sent.iter().any(|(_, s)| s.message.subject == record.as_str() && s.message.body.kind() == kind);
            if sent {
                let refused = Receipt::Refused { code: "K3299".into(), reason: "拒收".into() };
                stage.receipt(&record, kind, if *accepted { Receipt::Accepted } else { refused });
            }
        }
        Move::Say(i, what) => {
            let Some(record) = pick(i) else { return };
            let (from, body) = match what {
                0 | 1 => ("boc-insurance", insurer_agrees(&record)),
                2 => ("boc-insurance", insurer_refuses(&record, "资料不全")),
                3 | 4 => ("boc", bank_agrees(&record, Some("2026-03-20"))),
                5 => ("boc", bank_refuses(&record, "账户冻结")),
                6 => ("boc", end_answered(&record, Decision::Agreed, None)),
                _ => ("boc", ended_by_bank(&record, "销户")),
            };
            let message = stage.message(from, &record, body);
            stage.arrive(&message);
            arrived.push(message);
        }
        Move::Again(i) => {
            if let Some(message) = arrived.get(i % arrived.len().max(1)).cloned() {
                let before = stage.portal.clone();
                stage.arrive(&message);
                assert!(stage.portal == before, "a second arrival had an effect");
            }
        }
        Move::Wait(seconds) => stage.run_for(Duration::from_secs(*seconds)),
        Move::WaitDays(days) => stage.run_for(u32::try_from(*days).unwrap() * DAY + HOUR),
    }
}

/// The states that a log may stand for, read with the table: one walk per line, silent rows in between.
fn walk(rules: &Rules, codes: &[&str]) -> Vec<State> {
    let silent = |states: Vec<State>| {
        let more: Vec<State> =
            rules.agreement.iter().filter(|r| r.code.is_empty() && states.contains(&r.from)).map(|r| r.to).collect();
        states.into_iter().chain(more).collect::<Vec<_>>()
    };
    codes.iter().fold(vec![State::New], |states, code| {
        let states = silent(states);
        rules.agreement.iter().filter(|r| r.code == *code && states.contains(&r.from)).map(|r| r.to).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    //= MSG-01
    //= MSG-03
    #[test]
    fn any_sequence_leaves_legal_records_with_ordered_logs(moves in moves()) {
        let rules = Rules::default();
        let (mut stage, mut records, mut arrived) = (Stage::new(), Vec::new(), Vec::new());
        for step in &moves {
            play(&mut stage, &mut records, &mut arrived, step);
        }
        let mut in_the_way = 0;
        for record in &records {
            let log = stage.portal.observe(&binhai()).log(record);
            let numbers: Vec<u64> = log.iter().map(|row| row.number).collect();
            prop_assert_eq!(numbers, (1..=log.len() as u64).collect::<Vec<_>>());
            prop_assert!(log.windows(2).all(|w| w[0].recorded_at <= w[1].recorded_at));
            let ends = walk(&rules, &stage.codes(record));
            let page = stage.state(record);
            prop_assert!(ends.iter().any(|s| s.page_text() == page), "{:?} {}", stage.log(record), page);
            in_the_way += usize::from(page == "处理中" || page == "成功");
        }
        prop_assert!(in_the_way <= 1, "two agreements for one bank, payee and account");
        // After a month of quiet nothing is under way any more.
        stage.run_for(40 * DAY);
        for record in &records {
            prop_assert_ne!(stage.state(record), "处理中");
        }
        prop_assert!(stage.portal.next_due().is_none_or(|at| at > stage.now));
    }
}

#[test]
fn a_portal_without_any_life_cycle_refuses_and_does_not_panic() {
    let rules = Rules { agreement: Vec::new(), ..Rules::default() };
    let mut stage = Stage::with(rules);
    let session = stage.legal_person();
    assert_eq!(stage.sign(&session, usual()).unwrap_err().code, "K2101");
}

/// A wrong portal for each row that is missing: time still moves on, and the faithful one is not it.
#[test]
fn a_portal_with_a_row_missing_still_comes_to_rest() {
    for missing in 1..Rules::default().agreement.len() {
        let mut rules = Rules::default();
        rules.agreement.remove(missing);
        let mut stage = Stage::with(rules);
        let session = stage.legal_person();
        let record = stage.sign(&session, usual()).unwrap();
        stage.run_for(Duration::from_secs(3));
        stage.accepted(&record, Kind::InsurerSigningRequested);
        stage.say("boc-insurance", &record, insurer_agrees(&record));
        stage.run_for(10 * DAY);
        stage.say("boc", &record, bank_agrees(&record, Some("2026-03-20")));
        stage.run_for(40 * DAY);
    }
}

#[test]
fn what_a_person_can_do_is_read_from_the_table() {
    let rules = Rules::default();
    let buttons = |state| possible(&rules.agreement, state).filter_map(Event::button).collect::<Vec<_>>();
    assert_eq!(buttons(State::Undelivered), ["重新发送"]);
    assert_eq!(buttons(State::Failed), ["重新签署"]);
    assert_eq!(buttons(State::EndUndelivered), ["重新签署", "重新发送"]);
    assert!(buttons(State::InForce).is_empty());
}
