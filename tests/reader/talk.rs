//! `kouan card apdu` over PC/SC: the same words as in memory, limits, and a card that is left as it was found.

use virtual_card::{CardFault, CardFaultKind};

use crate::{
    pcscd::Pcscd,
    plugged::{Plugged, Session, said},
};

const LEGAL: &str = "binhai-legal.json";
const SELECT: &str = "00A4040005A000000308";
const VERIFY: &str = "00200080083838383838383838";
const ASK: &str = "00200080";

#[test]
fn a_transcript_of_a_card_in_memory_replays_over_pcsc() {
    let Some(service) = Pcscd::start("a_transcript_replays") else { return };
    let _card = Plugged::card(&service, 0, LEGAL);
    let folder = tempfile::tempdir().unwrap();
    let (file, talk) = (folder.path().join("card.json"), folder.path().join("talk.txt"));
    std::fs::copy(format!("{}/fixtures/cards/{LEGAL}", env!("CARGO_MANIFEST_DIR")), &file).unwrap();
    let words = [SELECT, "00CB3FFF055C035FC105", "00C0000000", ASK, VERIFY, ASK, "00", "0020FF80", ASK];
    let mut in_memory = service.kouan();
    in_memory.args(["card", "apdu", "--transcript"]).arg(&talk).arg("--card").arg(&file).args(words);
    said(&mut in_memory).ended(0);
    let replay = |pin: &str| {
        let mut command = service.kouan();
        command.args(["card", "apdu", "--reader", "pcsc", "--pin", pin, "--replay"]).arg(&talk);
        said(&mut command)
    };
    let same = replay("88888888").ended(0);
    assert!(same.out.contains("共9条命令，0处不同"), "{}", same.out);
    let differs = replay("11111111").ended(1);
    assert!(differs.out.contains("应答与记录不同，记录中是 9000"), "{}", differs.out);
}

//= ACC-09
#[test]
fn a_pin_that_we_gave_is_forgotten_and_one_that_was_there_stays() {
    let Some(service) = Pcscd::start("a_pin_is_forgotten") else { return };
    let _card = Plugged::card(&service, 0, LEGAL);
    // While somebody is connected, the service leaves the card its power, and so its state.
    let mut witness = Session::open(&service);
    witness.send(SELECT);
    let mut passing = Session::open(&service);
    passing.send(SELECT);
    assert_eq!(passing.send(VERIFY), "< 9000  成功");
    passing.close();
    assert_eq!(witness.send(ASK), "< 63C5  剩余5次", "who went took the PIN along");
    witness.send(VERIFY);
    let mut passing = Session::open(&service);
    assert_eq!(passing.send(VERIFY), "< 9000  成功");
    passing.close();
    assert_eq!(witness.send(ASK), "< 9000  成功", "this PIN was not theirs to take");
    witness.close();
}

#[test]
fn a_card_that_never_answers_is_given_up_and_blocks_nobody_afterwards() {
    let Some(service) = Pcscd::start("a_card_never_answers") else { return };
    let card = Plugged::card(&service, 0, LEGAL);
    card.tray().arm(CardFault { at: 2, kind: CardFaultKind::Stuck });
    let mut talk = service.kouan();
    talk.env("KOUAN_READER_SECONDS", "1").args(["card", "apdu", "--reader", "pcsc", SELECT, ASK]);
    let stuck = said(&mut talk).ended(3);
    assert!(
        stuck.err.contains("读卡器无响应") && stuck.out.contains("< 61") | stuck.out.contains("9000"),
        "{}",
        stuck.err
    );
    card.plug.pull();
    card.plug.insert();
    assert!(card.plug.wait_for(virtual_card::vpcd::State::InReader, std::time::Duration::from_secs(10)));
    let listed = || said(service.kouan().args(["card", "list-readers"])).ended(0).out;
    while !listed().contains("00 00\t有卡") {}
    said(service.kouan().args(["card", "apdu", "--reader", "pcsc", SELECT, ASK])).ended(0);
}

#[test]
fn what_is_wrong_with_a_reader_is_said_with_what_to_do() {
    let Some(service) = Pcscd::start("what_is_wrong") else { return };
    let talk = |reader: &str| said(service.kouan().args(["card", "apdu", "--reader", reader, SELECT])).ended(3).err;
    assert!(talk("pcsc").contains("所有读卡器中都没有卡：插入卡"), "{}", talk("pcsc"));
    assert!(talk("pcsc:ACS").contains("没有名为「ACS」的读卡器，现有「Virtual PCD 00 00」"), "{}", talk("pcsc:ACS"));
    assert!(talk("pcsc:Virtual").contains("不止一个读卡器"), "{}", talk("pcsc:Virtual"));
    assert!(talk("pcsc:00 01").contains("读卡器中没有卡"), "{}", talk("pcsc:00 01"));
}
