//! Random commands over PC/SC: whatever is sent, there is an answer, and the service lives.

use std::{env, fs::File, process::Stdio};

use crate::{
    pcscd::Pcscd,
    plugged::{Plugged, said},
};

/// Enough for every run; `make test-full` sets `KOUAN_APDUS`.
const FEW: usize = 3_000;

/// A generator that anybody can write down again (Numerical Recipes, chapter 7).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// Half of them begin as some command of PIV does.
    fn command(&mut self) -> String {
        const INS: [u8; 10] = [0xA4, 0x20, 0x24, 0x2C, 0x47, 0x87, 0xC0, 0xCB, 0xDB, 0xFE];
        let length = self.below(40);
        let mut bytes: Vec<u8> = (0..length).map(|_| u8::try_from(self.below(256)).unwrap()).collect();
        if self.below(2) == 0 && length > 5 {
            bytes[0] = if self.below(4) == 0 { 0x10 } else { 0x00 };
            bytes[1] = INS[self.below(INS.len())];
            bytes[4] = u8::try_from(length - 5).unwrap();
        }
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

#[test]
fn random_commands_are_all_answered() {
    let Some(service) = Pcscd::start("random_commands") else { return };
    let _card = Plugged::card(&service, 0, "dongling-operator2.json");
    let many = env::var("KOUAN_APDUS").ok().map_or(FEW, |text| text.parse().unwrap());
    let mut draws = Draws(7);
    let commands: Vec<String> = (0..many).map(|_| draws.command()).filter(|command| !command.is_empty()).collect();
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("commands");
    std::fs::write(&lines, commands.join("\n")).unwrap();
    let mut talk = service.kouan();
    talk.args(["card", "apdu", "--reader", "pcsc"]).stdin(Stdio::from(File::open(&lines).unwrap()));
    let said_all = said(&mut talk).ended(0);
    let answers = said_all.out.lines().filter(|line| line.starts_with("< ")).count();
    assert_eq!(answers, commands.len());
    assert!(!said_all.out.contains("没有状态字"));
    said(service.kouan().args(["card", "list-readers"])).ended(0);
}
