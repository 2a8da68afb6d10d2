//! Measuring along ways of all kinds, with readers that keep count.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use signing::Algorithm;
use virtual_card::{
    Atr, Card, CardFile, CardKeys, MemoryReader, Pin, Presence, Profile, Reader, ReaderError, Slot, SlotKey,
};

use super::*;

const SM2_CARD: &str = include_str!("../../fixtures/cards/dongling-legal.json");
const OTHER_SM2_CARD: &str = include_str!("../../fixtures/cards/binhai-legal.json");
const RSA_CARD: &str = include_str!("../../fixtures/cards/dongling-operator.json");

fn file(text: &str) -> CardFile {
    CardFile::parse(text).unwrap()
}

fn plan(algorithm: Algorithm, ways: &[Way]) -> Plan {
    Plan {
        algorithm,
        ways: ways.to_vec(),
        span: Duration::from_millis(5),
        sessions: 2,
        pin: Pin::parse("88888888").unwrap(),
        pin_each: false,
        transaction: Transaction::Each,
    }
}

/// A reader that several connections share, as a PC/SC service's; it counts transactions.
#[derive(Clone)]
struct Shared {
    name: String,
    tray: Arc<Mutex<MemoryReader>>,
    begun: Arc<AtomicU64>,
    ended: Arc<AtomicU64>,
}

impl Shared {
    fn new(name: &str, card: Card) -> Self {
        let tray = Arc::new(Mutex::new(MemoryReader::with_card(card)));
        Self { name: name.into(), tray, begun: Arc::default(), ended: Arc::default() }
    }

    fn tries_left(&self) -> u8 {
        self.tray.lock().unwrap().tray().card().unwrap().pin_state().pin_left
    }

    fn apdus(&self) -> u64 {
        self.tray.lock().unwrap().tray().apdus()
    }
}

impl Reader for Shared {
    fn name(&self) -> &str {
        &self.name
    }
    fn status(&mut self) -> Result<Presence, ReaderError> {
        self.tray.lock().unwrap().status()
    }
    fn connect(&mut self) -> Result<Atr, ReaderError> {
        self.tray.lock().unwrap().connect()
    }
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.tray.lock().unwrap().transmit(command)
    }
    fn reset(&mut self) -> Result<Atr, ReaderError> {
        self.tray.lock().unwrap().reset()
    }
    fn begin(&mut self) -> Result<(), ReaderError> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    fn end(&mut self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

struct Shelf(Vec<Shared>);

impl Readers for Shelf {
    fn open(&self, name: Option<&str>) -> Result<Box<dyn Reader>, String> {
        let found = self.0.iter().find(|reader| name.is_none_or(|name| name == reader.name));
        found.map(|reader| Box::new(reader.clone()) as Box<dyn Reader>).ok_or_else(|| "没有这个读卡器".into())
    }
    fn with_card(&self) -> Result<Vec<String>, String> {
        Ok(self.0.iter().map(|reader| reader.name.clone()).collect())
    }
}

fn measured(plan: &Plan, readers: &[Shared]) -> Result<Figures, BenchError> {
    measure(plan, &Shelf(readers.to_vec()), "kouan bench sign", &mut |_| ())
}

fn pcsc(name: &str) -> Way {
    Way::Pcsc(Some(name.into()))
}

#[test]
fn every_signature_is_verified_and_every_command_counted() {
    for algorithm in Algorithm::ALL {
        for (way, pin_each) in [(Way::Raw, false), (Way::Memory, false), (Way::Memory, true)] {
            let figures = measured(&Plan { pin_each, ..plan(algorithm, std::slice::from_ref(&way)) }, &[]).unwrap();
            assert_eq!(figures.verified, figures.signatures, "{algorithm} {way}");
            assert!(figures.signatures >= 2);
            // SELECT and VERIFY in each session; an RSA signature takes two pieces and a GET RESPONSE, and its PIN one more.
            let each = if algorithm == Algorithm::Rsa2048 { 3 } else { 1 } + u64::from(pin_each);
            let apdus = if way == Way::Raw { 0 } else { 2 * 2 + each * figures.signatures };
            assert_eq!(figures.apdus, apdus, "{algorithm} {way} {pin_each}");
            assert_eq!(figures.histogram.iter().map(|row| row.count).sum::<u64>(), figures.signatures);
            assert_eq!(figures.raw_per_second.is_some(), way != Way::Raw);
            assert_eq!(figures.round_trips_per_second.is_some(), way != Way::Raw);
        }
    }
}

/// SELECT, the certificate's pieces, VERIFY and its question before it: all that this card ever heard is accounted for.
#[test]
fn a_card_in_a_reader_is_verified_by_its_own_certificate() {
    let reader = Shared::new("A", file(SM2_CARD).card());
    let figures = measured(&plan(Algorithm::Sm2, &[Way::Pcsc(None)]), std::slice::from_ref(&reader)).unwrap();
    assert_eq!((figures.verified, figures.reader.as_str()), (figures.signatures, "pcsc:A"));
    assert_eq!(figures.signer, "the card's own");
    assert!(reader.apdus() > figures.apdus, "warm-up and empty commands are not counted");
    // A transaction for a signature, whether it is counted or warms up; and those of the PINs.
    assert!(reader.begun.load(Ordering::Relaxed) > figures.signatures);
}

/// The card's key is another than its certificate says: then no signature is right, and that is told.
#[test]
fn signatures_of_a_wrong_key_are_not_counted_as_verified() {
    let own = file(OTHER_SM2_CARD).slots[&Slot::Authentication].key.clone();
    let certificate = file(SM2_CARD).card().certificate(Slot::Authentication).unwrap().clone();
    let keys = CardKeys::new().with(Slot::Authentication, SlotKey::fixture(own, Some(certificate)));
    let reader = Shared::new("A", Card::new(Profile::factory([1; 16]), keys));
    let figures = measured(&plan(Algorithm::Sm2, &[pcsc("A")]), &[reader]).unwrap();
    assert_eq!((figures.verified, figures.all_verified()), (0, false));
}

#[test]
fn sessions_are_dealt_over_the_readers() {
    let readers = [Shared::new("A", file(SM2_CARD).card()), Shared::new("B", file(OTHER_SM2_CARD).card())];
    let plan = Plan { sessions: 3, ..plan(Algorithm::Sm2, &[pcsc("A"), pcsc("B")]) };
    let figures = measured(&plan, &readers).unwrap();
    assert_eq!(figures.reader, "pcsc:A + pcsc:B");
    assert_eq!(figures.verified, figures.signatures);
    assert!(readers.iter().all(|reader| reader.apdus() > 4));
}

#[test]
fn a_kept_transaction_begins_and_ends_once() {
    let reader = Shared::new("A", file(SM2_CARD).card());
    let plan = Plan { sessions: 1, transaction: Transaction::Kept, ..plan(Algorithm::Sm2, &[pcsc("A")]) };
    let figures = measured(&plan, std::slice::from_ref(&reader)).unwrap();
    assert_eq!((reader.begun.load(Ordering::Relaxed), reader.ended.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(figures.transaction, "kept");
}

//= ACC-09
#[test]
fn a_wrong_pin_costs_one_try_however_many_sessions_there_are() {
    let reader = Shared::new("A", file(SM2_CARD).card());
    let pin = Pin::parse("111111").unwrap();
    let plan = Plan { sessions: 3, pin_each: true, pin, ..plan(Algorithm::Sm2, &[pcsc("A")]) };
    let error = measured(&plan, std::slice::from_ref(&reader)).unwrap_err();
    assert_eq!(error.to_string(), "A：卡密码错误，还可尝试4次；已停止，没有再试");
    assert!(error.is_input());
    assert_eq!(reader.tries_left(), 4);
}

//= ACC-09
#[test]
fn the_last_try_is_never_used_up() {
    let reader = Shared::new("A", file(SM2_CARD).card());
    let wrong = [&[0, 0x20, 0, 0x80, 8][..], b"11111111"].concat();
    {
        let mut tray = reader.tray.lock().unwrap();
        tray.connect().unwrap();
        tray.transmit(&[0, 0xA4, 4, 0, 5, 0xA0, 0, 0, 3, 8]).unwrap();
        (0..4).for_each(|_| drop(tray.transmit(&wrong).unwrap()));
    }
    let error = measured(&plan(Algorithm::Sm2, &[pcsc("A")]), std::slice::from_ref(&reader)).unwrap_err();
    assert!(matches!(error, BenchError::FewTries { left: 1, .. }), "{error}");
    assert_eq!(reader.tries_left(), 1);
}

#[test]
fn a_card_of_another_algorithm_is_given_no_pin() {
    let reader = Shared::new("A", file(RSA_CARD).card());
    let error = measured(&plan(Algorithm::Sm2, &[pcsc("A")]), std::slice::from_ref(&reader)).unwrap_err();
    assert_eq!(error.to_string(), "A：卡的9A密钥是rsa2048，不是sm2；请用 --algorithm rsa2048");
    assert!(!reader.tray.lock().unwrap().tray().card().unwrap().pin_state().verified);
}

#[test]
fn what_cannot_be_is_refused_before_a_card_is_touched() {
    let readers = [Shared::new("A", file(SM2_CARD).card()), Shared::new("B", file(SM2_CARD).card())];
    let two = plan(Algorithm::Sm2, &[pcsc("A"), pcsc("B")]);
    for (plan, told) in [
        (plan(Algorithm::Sm2, &[Way::Raw, pcsc("A")]), "--reader 只有 pcsc:名称 可以写多次；raw 和 memory 须单独测"),
        (Plan { sessions: 1, ..two.clone() }, "--sessions 1 少于2个读卡器，有的读卡器会没有会话"),
        (
            Plan { sessions: 3, transaction: Transaction::Kept, ..two },
            "--keep-transaction 时每个读卡器只能有一个会话，否则第二个会话永远等不到卡",
        ),
    ] {
        assert_eq!(measured(&plan, &readers).unwrap_err().to_string(), told);
    }
    assert!(readers.iter().all(|reader| reader.apdus() == 0));
}

#[test]
fn a_matrix_has_a_cell_for_each_card_and_leaves_found_ones_alone_without_a_pin() {
    use crate::bench::matrix::{Cell, cells};
    let shelf = Shelf(vec![Shared::new("A", file(RSA_CARD).card())]);
    let told = |cells: &[Cell]| cells.iter().map(|cell| format!("{} {}", cell.algorithm, cell.way)).collect::<Vec<_>>();
    let (all, skipped) = cells(&Algorithm::ALL, &[], true, &shelf).unwrap();
    assert_eq!(
        told(&all),
        ["sm2 raw", "sm2 memory", "rsa2048 raw", "rsa2048 memory", "rsa2048 pcsc:A", "p256 raw", "p256 memory"]
    );
    assert_eq!(skipped, []);
    let (all, skipped) = cells(&[Algorithm::Rsa2048], &[], false, &shelf).unwrap();
    assert_eq!(told(&all), ["rsa2048 raw", "rsa2048 memory"]);
    assert_eq!(skipped[0].why, "未给出 --pin，不拿默认卡密码去试别人的卡");
    let (all, _) = cells(&Algorithm::ALL, &[pcsc("A"), Way::Memory], false, &shelf).unwrap();
    assert_eq!(told(&all), ["sm2 memory", "rsa2048 pcsc:A", "rsa2048 memory", "p256 memory"]);
}
