//! Measuring cards behind a PC/SC service: it verifies by their certificates, leaves them as they were, and uses up no try but one.

use std::{
    process::Output,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use virtual_card::{
    CardFile, Tray,
    vpcd::{Plug, State},
};

use crate::pcscd::Pcscd;

const SM2_CARD: &str = include_str!("../../fixtures/cards/dongling-legal.json");
const RSA_CARD: &str = include_str!("../../fixtures/cards/dongling-operator.json");
const FIRST: &str = "pcsc:Virtual PCD 00 00";
const SECOND: &str = "pcsc:Virtual PCD 00 01";

/// A fixture card in a reader of the service, there for other programs to see.
struct Held {
    tray: Arc<Mutex<Tray>>,
    _plug: Plug,
}

impl Held {
    fn new(service: &Pcscd, slot: u16, card: &str) -> Self {
        let mut tray = Tray::default();
        tray.insert(CardFile::parse(card).unwrap().card());
        let tray = Arc::new(Mutex::new(tray));
        let plug = Plug::new(service.vpcd(slot).parse().unwrap(), Arc::clone(&tray)).unwrap();
        assert!(plug.wait_for(State::InReader, Duration::from_secs(10)), "{}", service.log());
        // The reader has seen it; the service tells its clients a moment later.
        let name = format!("Virtual PCD 00 0{slot}\t无卡");
        let seen = (0..400).any(|_| {
            let listed = service.kouan().args(["card", "list-readers"]).output().unwrap();
            !String::from_utf8_lossy(&listed.stdout).contains(&name)
        });
        assert!(seen, "{}", service.log());
        Self { tray, _plug: plug }
    }

    fn tries_left_and_verified(&self) -> (u8, bool) {
        let tray = self.tray.lock().unwrap();
        let state = tray.card().unwrap().pin_state();
        (state.pin_left, state.verified)
    }
}

fn bench(service: &Pcscd, args: &[&str]) -> Output {
    service.kouan().args(["bench", "sign", "--seconds", "0.1", "--json"]).args(args).output().unwrap()
}

fn figures(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_card_in_a_reader_is_measured_and_left_as_it_was() {
    let Some(service) = Pcscd::start("bench_one") else { return };
    let held = Held::new(&service, 0, SM2_CARD);
    for more in [&["--keep-transaction"][..], &["--pin-each"], &["--sessions", "2"]] {
        let json = figures(&bench(&service, &[&["--algorithm", "sm2", "--reader", "pcsc"], more].concat()));
        assert_eq!((&json["reader"], &json["verified"]), (&FIRST.into(), &json["signatures"]), "{more:?}");
        assert!(json["round_trips_per_second"].as_f64().unwrap() > 0.0);
        assert_eq!(held.tries_left_and_verified(), (5, false), "{more:?}");
    }
}

#[test]
fn two_readers_share_the_sessions_and_a_matrix_finds_their_cards() {
    let Some(service) = Pcscd::start("bench_two") else { return };
    let _cards = (Held::new(&service, 0, SM2_CARD), Held::new(&service, 1, SM2_CARD));
    let both = ["--algorithm", "sm2", "--reader", FIRST, "--reader", SECOND, "--keep-transaction"];
    let json = figures(&bench(&service, &both));
    assert_eq!((&json["reader"], &json["sessions"]), (&format!("{FIRST} + {SECOND}").into(), &2.into()));
    assert_eq!(json["verified"], json["signatures"]);

    let readers = |output: &Output| -> Vec<Value> {
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["reader"].clone()).collect()
    };
    let matrix = ["--matrix", "--algorithm", "sm2"];
    assert_eq!(
        readers(&bench(&service, &[&matrix[..], &["--pin", "88888888"]].concat())),
        ["raw", "memory", FIRST, SECOND]
    );
    let without = bench(&service, &matrix);
    assert_eq!(readers(&without), ["raw", "memory"]);
    assert!(String::from_utf8_lossy(&without.stderr).contains("未给出 --pin"));
}

//= ACC-09
#[test]
fn a_wrong_pin_or_algorithm_costs_one_try_or_none() {
    let Some(service) = Pcscd::start("bench_wrong") else { return };
    let held = Held::new(&service, 0, RSA_CARD);
    let other = bench(&service, &["--algorithm", "sm2", "--reader", "pcsc", "--pin", "111111"]);
    assert_eq!((other.status.code(), held.tries_left_and_verified()), (Some(2), (5, false)));
    let wrong = ["--algorithm", "rsa2048", "--reader", "pcsc", "--sessions", "3", "--pin-each", "--pin", "111111"];
    assert_eq!((bench(&service, &wrong).status.code(), held.tries_left_and_verified()), (Some(2), (4, false)));
}
