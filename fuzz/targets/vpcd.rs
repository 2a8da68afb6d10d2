//! Any bytes from a driver of virtual readers: read frame by frame, whatever they hold, and each command answered.
//!
//! The first byte says which fault is armed, and at which command. Keys of RSA are not made: each would take the time of
//! a thousand commands.
#![no_main]

use kouan::world::keys::fixtures;
use libfuzzer_sys::fuzz_target;
use virtual_card::{
    CardFault, CardFaultKind, Tray,
    vpcd::{Reply, Request, read_request, reply, write_answer},
};

fn fault(how: u8) -> Option<CardFaultKind> {
    match how % 8 {
        1 => Some(CardFaultKind::Pull),
        2 => Some(CardFaultKind::Lock),
        3 => Some(CardFaultKind::Stuck),
        4 => Some(CardFaultKind::Status(0x6F00)),
        5 => Some(CardFaultKind::Swap(Box::new(fixtures().cards[0][0].clone()))),
        _ => None,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((how, mut stream)) = bytes.split_first() else { return };
    let mut tray = Tray::default();
    tray.insert(fixtures().cards[0][0].clone());
    let armed = fault(*how).map(|kind| CardFault { at: u32::from(how / 8) + 1, kind });
    let may_fail = armed.is_some();
    armed.into_iter().for_each(|fault| tray.arm(fault));
    while let Ok(Some(request)) = read_request(&mut stream, || ()) {
        if let Request::Apdu(command) = &request
            && command.get(1) == Some(&0x47)
            && command.windows(3).any(|part| part == [0x80, 1, 7])
        {
            continue;
        }
        let silent = matches!(request, Request::PowerOff | Request::PowerOn | Request::Reset);
        match reply(&request, &mut tray) {
            Reply::Silence => assert!(silent),
            Reply::Answer(answer) => {
                assert!(!silent && answer.len() >= 2);
                let mut frame = Vec::new();
                if write_answer(&mut frame, &answer).is_ok() {
                    assert_eq!(frame[2..], answer);
                } else {
                    assert!(answer.len() > usize::from(u16::MAX));
                }
            }
            // The connection ends here.
            Reply::Gone | Reply::Stuck => {
                assert!(may_fail, "no fault was armed");
                return;
            }
        }
    }
});
