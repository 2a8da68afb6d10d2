//! What the program says of the readers that there are.

use crate::pcscd::Pcscd;

#[test]
fn two_services_side_by_side_have_each_its_own_readers_and_come_back_after_a_fall() {
    let Some(mut one) = Pcscd::start("two_services") else { return };
    let Some(other) = Pcscd::start("two_services") else { return };
    assert_ne!(one.vpcd(0), other.vpcd(0));
    let listed = |service: &Pcscd| service.kouan().args(["card", "list-readers"]).output().unwrap();
    let text = "Virtual PCD 00 00\t无卡\nVirtual PCD 00 01\t无卡\n";
    assert_eq!(String::from_utf8(listed(&one).stdout).unwrap(), text);
    one.kill();
    let down = listed(&one);
    assert_eq!((down.status.code(), down.stdout.as_slice()), (Some(3), &b""[..]));
    assert!(String::from_utf8(down.stderr).unwrap().contains("PC/SC服务没有运行"));
    assert_eq!(String::from_utf8(listed(&other).stdout).unwrap(), text);
    one.start_again();
    assert_eq!(String::from_utf8(listed(&one).stdout).unwrap(), text);
}
