//! A plug meets a vpcd of ours: the driver's side of the protocol, spoken by the test.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use proptest::prelude::*;
use virtual_card::{
    Card, CardFault, CardFaultKind, CardFileError, CardKeys, Profile, Tray,
    vpcd::{Latency, Plug, Reply, Request, Setup, State, read_request, reply},
};

use crate::test_card::{card, hex};

/// How long a test waits for what ought to come at once, before it fails.
const PATIENCE: Duration = Duration::from_secs(20);
const SELECT: &str = "00A4040005A000000308";
const VERIFY: &str = "0020008008313233343536FFFF";
const TRIES: &str = "00200080";
const ATR: &str = "3B89800143617264565049563114";

/// The driver's side of one slot.
struct Vpcd {
    listener: TcpListener,
}

impl Vpcd {
    fn new() -> Self {
        // An address of this process's own: a plug that still looks for a reader that is gone must not find another test's.
        let [.., high, low] = std::process::id().to_be_bytes();
        let host = if cfg!(target_os = "linux") { Ipv4Addr::new(127, 1, high, low) } else { Ipv4Addr::LOCALHOST };
        Self { listener: TcpListener::bind((host, 0)).unwrap() }
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    fn accept(&self) -> Slot {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Slot(stream)
    }
}

struct Slot(TcpStream);

impl Slot {
    fn tell(&mut self, payload: &[u8]) {
        let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
        // As the driver does: apart.
        self.0.write_all(&length).unwrap();
        self.0.write_all(payload).unwrap();
    }

    /// What comes back, in hexadecimal digits; `None` if the card closes instead.
    fn ask(&mut self, payload: &str) -> Option<String> {
        self.tell(&hex(payload));
        self.hear()
    }

    fn hear(&mut self) -> Option<String> {
        let mut length = [0; 2];
        if self.0.read(&mut length[..1]).unwrap() == 0 {
            return None;
        }
        self.0.read_exact(&mut length[1..]).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut answer).unwrap();
        Some(answer.iter().map(|byte| format!("{byte:02X}")).collect())
    }

    fn ends(&mut self, payload: &str, status: &str) {
        let answer = self.ask(payload).expect("the card has left");
        assert!(answer.ends_with(status), "{payload} -> {answer}, expected {status}");
    }

    /// What the driver does with a card that has just been put in.
    fn power_on(&mut self) {
        assert_eq!(self.ask("04").as_deref(), Some(ATR));
        assert_eq!(self.ask("04").as_deref(), Some(ATR));
        self.tell(&[1]);
        assert_eq!(self.ask("04").as_deref(), Some(ATR));
    }
}

fn tray(card: Card) -> Arc<Mutex<Tray>> {
    let mut tray = Tray::default();
    tray.insert(card);
    Arc::new(Mutex::new(tray))
}

fn other_card() -> Card {
    Card::new(Profile::factory([7; 16]), CardKeys::new())
}

fn plugged() -> (Vpcd, Plug, Arc<Mutex<Tray>>, Slot) {
    let vpcd = Vpcd::new();
    let tray = tray(card());
    let plug = Plug::new(vpcd.address(), Arc::clone(&tray)).unwrap();
    let mut slot = vpcd.accept();
    slot.power_on();
    (vpcd, plug, tray, slot)
}

#[test]
fn a_card_answers_and_loses_its_pin_with_its_power() {
    let (_vpcd, plug, _tray, mut slot) = plugged();
    assert_eq!(plug.state(), State::InReader);
    for order in [0, 1, 2] {
        slot.ends(SELECT, "9000");
        slot.ends(VERIFY, "9000");
        slot.ends(TRIES, "9000");
        slot.tell(&[order]);
        slot.ends(TRIES, "6D00");
        slot.ends(SELECT, "9000");
        slot.ends(TRIES, "63C3");
    }
}

#[test]
fn a_plug_comes_back_when_its_reader_does() {
    let (vpcd, plug, _tray, mut slot) = plugged();
    slot.ends(SELECT, "9000");
    slot.ends(VERIFY, "9000");
    drop(slot);
    let mut slot = vpcd.accept();
    slot.power_on();
    slot.ends(SELECT, "9000");
    slot.ends(TRIES, "63C3");
    let address = vpcd.address();
    drop((slot, vpcd));
    assert!(plug.wait_for(State::NoReader, PATIENCE));
    assert!(plug.trouble().is_some());
    let vpcd = Vpcd { listener: TcpListener::bind(address).unwrap() };
    vpcd.accept().power_on();
}

#[test]
fn a_pulled_card_is_gone_until_it_is_put_in() {
    let (vpcd, plug, tray, mut slot) = plugged();
    slot.ends(SELECT, "9000");
    plug.pull();
    assert_eq!(slot.ask(SELECT), None);
    drop(slot);
    assert!(plug.wait_for(State::Out, PATIENCE));
    plug.insert_at_once();
    let mut slot = vpcd.accept();
    slot.power_on();
    slot.ends(TRIES, "6D00");
    plug.pull();
    plug.insert();
    assert_eq!(slot.ask(SELECT), None, "it must be seen to be out, however soon it is put in again");
    drop(slot);
    vpcd.accept().power_on();
    assert_eq!(tray.lock().unwrap().apdus(), 2);
}

#[test]
fn what_happens_in_the_tray_happens_in_the_reader() {
    let (vpcd, plug, tray, mut slot) = plugged();
    let card = tray.lock().unwrap().remove().unwrap();
    assert_eq!(slot.ask("04"), None, "the tray is empty");
    drop(slot);
    assert!(plug.wait_for(State::Out, PATIENCE));
    tray.lock().unwrap().insert(card);
    plug.insert_at_once();
    let mut slot = vpcd.accept();
    slot.power_on();
    tray.lock().unwrap().insert(other_card());
    assert_eq!(slot.ask("04"), None, "it is another card");
    drop(slot);
    vpcd.accept().power_on();
}

//= ACC-05
#[test]
fn a_pull_in_the_middle_of_a_command_leaves_it_unanswered() {
    let (vpcd, plug, tray, mut slot) = plugged();
    tray.lock().unwrap().arm(CardFault { at: 2, kind: CardFaultKind::Pull });
    slot.ends(SELECT, "9000");
    assert_eq!(slot.ask(TRIES), None);
    drop(slot);
    assert!(plug.wait_for(State::Out, PATIENCE));
    let mut locked = tray.lock().unwrap();
    let card = locked.take_ejected().unwrap();
    locked.insert(card);
    drop(locked);
    plug.insert_at_once();
    vpcd.accept().power_on();
}

//= ACC-04
#[test]
fn a_swapped_card_is_seen_as_out_and_in() {
    let (vpcd, _plug, tray, mut slot) = plugged();
    tray.lock().unwrap().arm(CardFault { at: 1, kind: CardFaultKind::Swap(Box::new(other_card())) });
    assert_eq!(slot.ask(SELECT), None);
    drop(slot);
    let mut slot = vpcd.accept();
    slot.power_on();
    slot.ends(SELECT, "9000");
    slot.ends(TRIES, "63C5");
}

#[test]
fn a_stuck_reader_can_be_freed_by_pulling_the_card() {
    let (vpcd, plug, tray, mut slot) = plugged();
    tray.lock().unwrap().arm(CardFault { at: 1, kind: CardFaultKind::Stuck });
    slot.tell(&hex(SELECT));
    assert!(plug.wait_for(State::Stuck, PATIENCE));
    plug.pull();
    assert_eq!(slot.hear(), None);
    drop(slot);
    assert!(plug.wait_for(State::Out, PATIENCE));
    plug.insert_at_once();
    let mut slot = vpcd.accept();
    slot.power_on();
    tray.lock().unwrap().arm(CardFault { at: 1, kind: CardFaultKind::Stuck });
    slot.tell(&hex(SELECT));
    assert!(plug.wait_for(State::Stuck, PATIENCE));
    drop(plug);
    assert_eq!(slot.hear(), None, "a plug that is dropped leaves nobody waiting");
}

#[test]
fn another_persons_card_answers_and_the_reader_sees_no_removal() {
    let (_vpcd, plug, _tray, mut slot) = plugged();
    slot.ends(SELECT, "9000");
    plug.serve(tray(other_card()));
    slot.ends(SELECT, "9000");
    slot.ends(TRIES, "63C5");
}

#[test]
fn a_dropped_plug_is_gone_at_once_whatever_it_did() {
    let (vpcd, plug, _tray, mut slot) = plugged();
    drop(plug);
    assert_eq!(slot.hear(), None);
    let address = vpcd.address();
    drop(vpcd);
    let waiting = Plug::new(address, tray(card())).unwrap();
    assert!(waiting.wait_for(State::NoReader, PATIENCE));
    drop(waiting);
    drop(Plug::new(address, Arc::default()).unwrap());
}

#[test]
fn bytes_that_are_no_command_are_answered() {
    let (_vpcd, _plug, _tray, mut slot) = plugged();
    for noise in ["", "03", "FF", "0000", "00A404", "FF05060708"] {
        let answer = slot.ask(noise).expect("the card has left");
        assert!(["6700", "6E00", "6D00"].contains(&answer.as_str()), "{noise} -> {answer}");
    }
    slot.tell(&vec![0; 65_535]);
    assert!(slot.hear().is_some());
    slot.power_on();
}

#[test]
fn a_program_that_sends_an_order_as_its_command_is_not_left_waiting() {
    let (vpcd, _plug, _tray, mut slot) = plugged();
    slot.tell(&[0]);
    assert_eq!(slot.hear(), None, "the driver would wait for ever, and so would every other program");
    drop(slot);
    vpcd.accept().power_on();
}

//= ACC-09
#[test]
fn an_answer_is_told_only_after_what_it_changed_was_kept() {
    let vpcd = Vpcd::new();
    let tray = tray(card());
    let (tell, told) = mpsc::channel();
    let mut setup = Setup::new(vpcd.address(), Arc::clone(&tray));
    let mut full = false;
    setup.keep = Some(Box::new(move |tray| {
        if full {
            return Err(CardFileError::TooLong);
        }
        full = true;
        tell.send(tray.card().unwrap().pin_state().pin_left).unwrap();
        Ok(())
    }));
    let plug = setup.start().unwrap();
    let mut slot = vpcd.accept();
    slot.power_on();
    assert!(told.try_recv().is_err(), "orders change nothing");
    slot.ends(SELECT, "9000");
    assert_eq!(told.try_recv(), Ok(3));
    assert_eq!(slot.ask(VERIFY), None);
    drop(slot);
    assert!(plug.wait_for(State::Out, PATIENCE));
    assert_eq!(plug.trouble().as_deref(), Some("文件超过262144字节，不是测试卡文件"));
}

#[test]
fn a_slow_card_can_still_be_pulled() {
    let (_vpcd, plug, tray, mut slot) = plugged();
    plug.set_latency(Latency { apdu: Duration::from_secs(3_600), signature: Duration::ZERO });
    slot.tell(&hex(SELECT));
    // The command has run; only its answer takes an hour.
    while tray.lock().unwrap().apdus() == 0 {
        std::thread::yield_now();
    }
    plug.pull();
    assert_eq!(slot.hear(), None);
}

#[test]
fn states_are_heard_in_their_order() {
    let vpcd = Vpcd::new();
    let (tell, told) = mpsc::channel();
    let mut setup = Setup::new(vpcd.address(), tray(card()));
    setup.heard = Some(Box::new(move |state| tell.send(state).unwrap()));
    let plug = setup.start().unwrap();
    let mut slot = vpcd.accept();
    assert_eq!(told.recv_timeout(PATIENCE), Ok(State::Connected));
    slot.power_on();
    assert_eq!(told.recv_timeout(PATIENCE), Ok(State::InReader));
    plug.pull();
    assert_eq!(slot.hear(), None);
    drop(slot);
    assert_eq!(told.recv_timeout(PATIENCE), Ok(State::Out));
}

proptest! {
    #[test]
    fn any_stream_is_read_to_its_end_and_each_command_answered(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20), cut in 0_usize..3,
    ) {
        let mut bytes: Vec<u8> = Vec::new();
        for frame in &frames {
            bytes.extend(u16::try_from(frame.len()).unwrap().to_be_bytes());
            bytes.extend(frame);
        }
        bytes.truncate(bytes.len() - cut.min(bytes.len()));
        let mut tray = Tray::default();
        tray.insert(card());
        let (mut rest, mut read) = (bytes.as_slice(), 0);
        while let Ok(Some(request)) = read_request(&mut rest, || ()) {
            let silent = matches!(request, Request::PowerOff | Request::PowerOn | Request::Reset);
            match reply(&request, &mut tray) {
                Reply::Silence => prop_assert!(silent),
                Reply::Answer(answer) => prop_assert!(!silent && answer.len() >= 2),
                Reply::Gone | Reply::Stuck => prop_assert!(false, "no fault was armed"),
            }
            read += 1;
        }
        prop_assert!(cut > 0 || read == frames.len());
    }
}
