//! 协议签署 and 重新签署 as a person does them (AGR-03 .. AGR-07, AGR-10, AGR-12).

use std::time::Duration;

use domain::{
    message::{Body, Kind},
    portal::{CardRole, Command},
};

use crate::stage::{MINUTE, Stage, binhai, dongling, form, insurer_refuses, usual};

//= AGR-05
//= AGR-06
#[test]
fn the_form_opens_with_the_accounts_data_and_what_must_be_typed_is_blank() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let form = stage.portal.prefill(&session, None).unwrap();
    let filled: Vec<(&str, &str)> = form.fields.iter().map(|(f, t)| (f.as_str(), t.as_str())).collect();
    assert_eq!(
        filled,
        [
            ("企业名称", "滨海远航有限公司"),
            ("企业地址", "虚构路1号"),
            ("企业联系人", "测试联系人"),
            ("企业邮箱", "contact@firm.example"),
            ("联系人电话", "10000000001"),
        ]
    );
    assert!(!form.terms_accepted);
}

//= AGR-06
//= AGR-07
#[test]
fn preparing_asks_and_sends_nothing_and_completing_makes_the_record() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    assert_eq!(to_sign.dialog, "是否立即发送协议签署?");
    let text = String::from_utf8(to_sign.bytes.clone()).unwrap();
    assert!(text.starts_with("委托银行划缴保险费三方协议书\n申请编号：20260302"));
    stage.run_for(MINUTE);
    assert_eq!((stage.list(&session).total, stage.sent.len()), (0, 0));

    let done = stage.complete(&session, &binhai(), &to_sign).unwrap();
    assert_eq!(done.prompt, "签约请求发送成功");
    let record = done.record.unwrap();
    assert_eq!((record.as_str().len(), &record.as_str()[..8]), (20, "20260302"));
    assert!(text.contains(record.as_str()));
    assert_eq!(stage.log(&record), ["P001 待发送"]);
    assert_eq!(stage.state(&record), "处理中");
    let log = stage.portal.observe(&binhai()).log(&record);
    assert_eq!(log[0].card.as_deref(), Some("5T79-法人卡"));
}

//= AGR-07
#[test]
fn the_request_leaves_two_seconds_later_with_the_cards_signature() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let signed = stage.now;
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(Duration::from_secs(3));
    let (at, sending) = stage.sent[0].clone();
    assert_eq!(at.since(signed).as_millis(), 2_000);
    assert_eq!((sending.sending, sending.message.sequence), (1, 1));
    assert_eq!(sending.message.target.as_str(), "boc-insurance");
    assert_eq!(sending.message.id.as_str().len(), 32);
    let Body::InsurerSigningRequested(request) = sending.message.body else { panic!("not a 签约申请") };
    assert_eq!(request.bank, "中国银行股份有限公司");
    assert_eq!(request.payee, "中银保险有限公司");
    assert_eq!(request.service, "保费支付");
    assert_eq!(request.payer.legal_person, "测试法人");
    assert_eq!(request.payer.postcode, "300450");
    assert!(request.seal.text.contains("付款账号：620000000000000101"));
    assert_eq!(request.signed_at, "2026-03-02T09:00:00.000+08:00");
    assert_eq!(stage.log(&record), ["P001 待发送", "P002 报文发送成功"]);
}

//= AGR-04
#[test]
fn a_branch_that_is_the_payee_gets_the_request_itself() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, form("建设银行", "平安产险北京分公司")).unwrap();
    stage.run_for(Duration::from_secs(3));
    let message = stage.last(&record, Kind::InsurerSigningRequested);
    assert_eq!(message.target.as_str(), "pingan-beijing");
    assert_eq!(stage.field(&record, "收款企业名称"), "中国平安财产保险股份有限公司北京分公司");
}

//= UI-01
//= AGR-05
#[test]
fn a_wrong_form_is_refused_with_all_its_hints_and_nothing_changes() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let mut form = usual();
    form.fields.insert("联系人电话".into(), "12".into());
    form.fields.remove("企业税号");
    let before = stage.portal.clone();
    let refusal = stage.prepare(&session, Command::SignAgreement(form)).unwrap_err();
    assert_eq!(refusal.code, "K2001");
    let hints: Vec<(&str, &str)> = refusal.fields.iter().map(|(l, h)| (l.as_str(), h.as_str())).collect();
    assert_eq!(hints, [("企业税号", "必填"), ("联系人电话", "格式有误")]);
    assert_eq!(refusal.requirements, ["UI-01", "AGR-05"]);
    assert!(stage.portal == before);
}

//= AGR-06
#[test]
fn without_agreeing_to_the_terms_nothing_is_prepared() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let mut form = usual();
    form.terms_accepted = false;
    assert_eq!(stage.prepare(&session, Command::SignAgreement(form)).unwrap_err().code, "K2103");
}

//= AGR-07
#[test]
fn answering_no_leaves_nothing_to_sign() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let changes = stage.portal.cancel(&session, &to_sign.token);
    stage.apply(changes);
    assert_eq!(stage.complete(&session, &binhai(), &to_sign).unwrap_err().code, "K2104");
    stage.run_for(MINUTE);
    assert_eq!((stage.list(&session).total, stage.sent.len()), (0, 0));
}

//= AGR-07
#[test]
fn a_prepared_act_waits_ten_minutes_and_is_done_once() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let late = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let mut too_late = stage.now + 10 * MINUTE;
    std::mem::swap(&mut stage.now, &mut too_late);
    assert_eq!(stage.complete(&session, &binhai(), &late).unwrap_err().code, "K2104");
    stage.now = too_late;
    stage.run_for(10 * MINUTE);
    assert_eq!(stage.complete(&session, &binhai(), &late).unwrap_err().code, "K2104");
    let once = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    stage.complete(&session, &binhai(), &once).unwrap();
    assert_eq!(stage.complete(&session, &binhai(), &once).unwrap_err().code, "K2104");
    assert_eq!(stage.list(&session).total, 1);
}

//= AGR-12
#[test]
fn a_second_signing_is_refused_while_one_is_under_way_or_in_force() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    // Both prepared before either was there: the second is stopped at its signature.
    let first = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let second = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    stage.complete(&session, &binhai(), &first).unwrap();
    let before = stage.portal.clone();
    assert_eq!(stage.complete(&session, &binhai(), &second).unwrap_err().code, "K2102");
    let full_names = form("中国银行股份有限公司", "中银保险有限公司");
    assert_eq!(stage.prepare(&session, Command::SignAgreement(full_names)).unwrap_err().code, "K2102");
    assert!(stage.portal == before);

    let mut in_force = Stage::new();
    let session = in_force.legal_person();
    in_force.in_force(&session);
    assert_eq!(in_force.prepare(&session, Command::SignAgreement(usual())).unwrap_err().code, "K2102");
}

//= AGR-12
#[test]
fn another_bank_payee_account_or_enterprise_is_no_duplicate() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    stage.sign(&session, usual()).unwrap();
    stage.sign(&session, form("建设银行", "中银保险")).unwrap();
    stage.sign(&session, form("中国银行", "平安产险")).unwrap();
    stage.sign(&session, form("中国银行", "平安产险北京分公司")).unwrap();
    let mut other_account = usual();
    other_account.fields.insert("付款账号".into(), "620000000000000102".into());
    stage.sign(&session, other_account).unwrap();
    let other = stage.login(&dongling(), CardRole::LegalPerson);
    stage.act(&other, &dongling(), Command::SignAgreement(usual())).unwrap();
    assert_eq!((stage.list(&session).total, stage.list(&other).total), (5, 1));
}

//= AGR-10
#[test]
fn a_failed_signing_is_done_anew_in_a_new_row() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let failed = stage.with_insurer(&session);
    stage.say("boc-insurance", &failed, insurer_refuses(&failed, "资料不全"));
    let form = stage.portal.prefill(&session, Some(&failed)).unwrap();
    let filled: Vec<&str> = form.fields.keys().map(String::as_str).collect();
    assert_eq!(filled, ["企业名称", "企业地址", "企业联系人", "企业邮箱", "联系人电话"]);

    let refusal = stage.prepare(&session, Command::ResignAgreement { failed: failed.clone(), form }).unwrap_err();
    let blank: Vec<&str> = refusal.fields.keys().map(String::as_str).collect();
    assert_eq!(blank, ["付款账号", "付款银行", "企业税号", "收款企业"]);
    assert_eq!(refusal.requirements, ["UI-01", "AGR-03", "AGR-04", "AGR-05", "AGR-10"]);

    let again = stage.resign(&session, &failed, usual()).unwrap();
    assert_ne!(again, failed);
    assert_eq!((stage.state(&failed), stage.state(&again)), ("失败".into(), "处理中".into()));
    assert_eq!(stage.codes(&failed), ["P001", "P002", "P004", "F"]);
    assert_eq!(stage.list(&session).total, 2);
}

//= AGR-10
#[test]
fn only_a_failed_signing_can_be_done_anew() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let other = form("建设银行", "平安产险");
    let refusal =
        stage.prepare(&session, Command::ResignAgreement { failed: record.clone(), form: other.clone() }).unwrap_err();
    assert_eq!((refusal.code, refusal.prompt.as_str()), ("K2101", "当前状态「处理中」不能重新签署"));
    assert_eq!(refusal.requirements, ["AGR-10"]);
    let state = refusal.state.unwrap();
    assert_eq!((state.state.as_str(), state.event.as_str(), state.possible.len()), ("处理中", "重新签署", 0));
    assert_eq!(stage.portal.prefill(&session, Some(&record)).unwrap_err().code, "K2101");

    let mut stage = Stage::new();
    let session = stage.legal_person();
    let failed = stage.in_force(&session);
    let outcome = stage.prepare(&session, Command::ResignAgreement { failed, form: other });
    assert_eq!(outcome.unwrap_err().prompt, "当前状态「成功」不能重新签署");
}

#[test]
fn an_act_goes_through_its_own_door_only() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    let resend = stage.prepare(&session, Command::Resend { record });
    assert_eq!(resend.unwrap_err().prompt, "此操作不需要IC卡签名");
    let sign = stage.portal.handle(&session, Command::SignAgreement(usual()), stage.moment());
    assert_eq!(sign.unwrap_err().prompt, "此操作需要IC卡签名");
}
