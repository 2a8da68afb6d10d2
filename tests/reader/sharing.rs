//! Two programs at one card: neither may spoil the other's act.

use std::process::Stdio;

use crate::{
    pcscd::{Pcscd, installed, skipped},
    plugged::{Plugged, said},
};

fn run(service: &Pcscd) -> std::process::Command {
    let mut command = service.kouan();
    command.args(["run", "scenarios/4-在线交费签约", "--seal", "mac", "--reader", "pcsc"]);
    // Nobody reads while it runs, and it says more than a pipe holds.
    command.stdout(Stdio::null());
    command
}

#[test]
fn two_runs_sign_with_the_same_card_at_the_same_time() {
    let Some(service) = Pcscd::start("two_runs") else { return };
    let card = Plugged::card(&service, 0, "binhai-legal.json");
    let both = [run(&service).spawn().unwrap(), run(&service).spawn().unwrap()];
    for mut one in both {
        assert_eq!(one.wait().unwrap().code(), Some(0));
    }
    assert_eq!(card.pin(), (5, false));
}

#[test]
fn opensc_reads_the_card_while_a_run_signs_with_it() {
    let Some(service) = Pcscd::start("opensc_beside_a_run") else { return };
    if !installed("pkcs15-tool") {
        return skipped("opensc_beside_a_run", "opensc is not installed").unwrap_or_default();
    }
    let card = Plugged::card(&service, 0, "binhai-legal.json");
    let mut ours = run(&service).spawn().unwrap();
    let mut reads = 0;
    while ours.try_wait().unwrap().is_none() {
        let theirs = said(service.program("pkcs15-tool").arg("--dump")).ended(0);
        assert!(theirs.out.contains("PIN [PIN]"), "{}", theirs.out);
        reads += 1;
    }
    assert_eq!(ours.wait().unwrap().code(), Some(0));
    assert!(reads > 0);
    assert_eq!(card.pin().0, 5);
}
