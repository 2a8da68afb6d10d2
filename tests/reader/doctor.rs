//! `kouan doctor` before, during and after there is something to find.

use serde_json::Value;

use crate::{
    pcscd::Pcscd,
    plugged::{Plugged, said},
};

#[test]
fn the_doctor_names_the_card_or_what_is_missing_and_the_next_step() {
    let Some(mut service) = Pcscd::start("the_doctor") else { return };
    let look = |service: &Pcscd| said(service.kouan().arg("doctor"));
    let empty = look(&service).ended(3);
    assert!(empty.out.contains("好  读卡服务：pcscd在运行"), "{}", empty.out);
    assert!(empty.out.contains("缺  卡：所有读卡器中都没有卡\n下一步：插入卡；"), "{}", empty.out);
    let card = Plugged::card(&service, 1, "dongling-operator.json");
    let found = look(&service).ended(0);
    assert!(found.out.contains("rsa2048，卡密码剩余5次（ATR 3B89800143617264565049563114）"), "{}", found.out);
    assert!(found.out.ends_with("下一步：kouan card apdu --reader 'pcsc:Virtual PCD 00 01'\n"), "{}", found.out);
    let json: Value = serde_json::from_str(&said(service.kouan().args(["doctor", "--json"])).ended(0).out).unwrap();
    assert_eq!((&json["good"], &json["lines"][0]["state"]), (&true.into(), &"good".into()));
    assert_eq!(card.pin(), (5, false));
    card.tray().card_mut().unwrap().lock();
    let locked = look(&service).ended(3);
    assert!(
        locked.out.contains("卡已锁定") && locked.out.ends_with("下一步：用PUK解锁卡，或由发卡机构解锁\n"),
        "{}",
        locked.out
    );
    service.kill();
    let down = look(&service).ended(3);
    assert!(down.out.contains("缺  读卡服务：已安装pcscd，但没有运行\n"), "{}", down.out);
    assert!(down.out.contains("下一步：systemctl start pcscd.socket"), "{}", down.out);
}
