//! `kouan card serve` in a real service's readers, ruled by lines, used by another program.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Stdio,
};

use crate::{
    pcscd::Pcscd,
    plugged::{Said, Session, said},
};

/// What the service's readers hold, asked until it is what is expected.
fn until(service: &Pcscd, expected: &str) {
    while !said(service.kouan().args(["card", "list-readers"])).ended(0).out.contains(expected) {}
}

#[test]
fn a_served_card_is_used_pulled_and_put_back_and_remembers_its_tries() {
    let Some(service) = Pcscd::start("served_card") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("card.json");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards/dongling-operator.json");
    fs::copy(fixture, &file).unwrap();
    let mut command = service.kouan();
    command.args(["card", "serve", "--vpcd", &service.vpcd(1)]).arg(&file);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);

    until(&service, "Virtual PCD 00 01\t有卡");
    let mut session = Session::open(&service);
    assert!(session.send("00A4040005A000000308").ends_with("9000  成功"));
    assert!(session.send("00200080083131313131313131").starts_with("< 63C4"));
    session.close();
    writeln!(input, "pull").unwrap();
    assert!(lines.any(|line| line == "ok 卡 1 已拔出"));
    until(&service, "Virtual PCD 00 01\t无卡");
    writeln!(input, "insert").unwrap();
    until(&service, "Virtual PCD 00 01\t有卡");
    let mut session = Session::open(&service);
    session.send("00A4040005A000000308");
    assert!(session.send("00200080").starts_with("< 63C4"));
    session.close();
    writeln!(input, "quit").unwrap();
    // Nobody reads on: what is left must fit into the pipe, which it does.
    Said::from(child.wait_with_output().unwrap()).ended(0);
    assert!(said(service.kouan().args(["card", "show"]).arg(&file)).ended(0).out.contains("剩余4次"));
    until(&service, "Virtual PCD 00 01\t无卡");
}
