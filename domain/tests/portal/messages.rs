//! The agreement's messages: both legs, failures, silence, late answers, expiry, and handling once (AGR-08, AGR-09, AGR-11,
//! MSG-01, MSG-03, MSG-04).

use std::time::Duration;

use domain::{
    message::{Body, Decision, Kind, MessageId, Receipt},
    portal::{RecordId, SessionId},
};

use crate::stage::{
    DAY, HOUR, MINUTE, Stage, bank_agrees, bank_refuses, end_answered, ended_by_bank, form, insurer_agrees,
    insurer_refuses, usual,
};

const TO_INSURER: Kind = Kind::InsurerSigningRequested;
const TO_BANK: Kind = Kind::BankSigningRequested;
const TO_END: Kind = Kind::AgreementEndRequested;

fn refused(receipt: &Receipt) -> (&str, &str) {
    match receipt {
        Receipt::Accepted => ("accepted", ""),
        Receipt::Refused { code, reason } => (code, reason),
    }
}

fn reason(stage: &Stage, record: &RecordId) -> (String, String) {
    (stage.field(record, "失败方"), stage.field(record, "原因"))
}

//= AGR-08
//= AGR-09
//= MSG-01
#[test]
fn three_signatures_make_an_agreement_and_the_log_tells_each_step_in_order() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    stage.run_for(10 * MINUTE);
    let answered = stage.now;
    assert_eq!(stage.say("boc-insurance", &record, insurer_agrees(&record)), Receipt::Accepted);
    stage.run_for(Duration::from_secs(3));
    stage.accepted(&record, TO_BANK);
    let request = stage.last(&record, TO_BANK);
    assert_eq!((request.target.as_str(), request.sequence), ("boc", 1));
    let Body::BankSigningRequested(request) = request.body else { panic!("not a 签约申请") };
    assert_eq!(request.insurer_signed_at, answered.rfc3339());
    stage.say("boc", &record, bank_agrees(&record, None));
    assert_eq!(
        stage.log(&record),
        [
            "P001 待发送",
            "P002 报文发送成功",
            "P004 银行/保险接收成功",
            "P101 已接收收款企业签约数据",
            "P102 在线支付发送银行签约数据已生成，待发送",
            "P002 报文发送成功",
            "P004 银行/保险接收成功",
            "S 处理成功",
        ]
    );
    assert_eq!(stage.state(&record), "成功");
    assert_eq!(stage.field(&record, "协议编号"), "BOCBX000000001");
    assert_eq!(
        (stage.field(&record, "协议生效时间"), stage.field(&record, "协议失效时间")),
        ("2026-03-02".into(), String::new())
    );
}

//= AGR-11
#[test]
fn every_refusal_ends_in_a_failure_that_names_party_and_reason() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let refusal = |reason: &str| Receipt::Refused { code: "K3201".into(), reason: reason.into() };

    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(Duration::from_secs(3));
    stage.receipt(&record, TO_INSURER, refusal("格式不符"));
    assert_eq!(stage.last_log(&record), "F 接收失败（中银保险有限公司：格式不符）");
    assert_eq!(stage.state(&record), "失败");

    let record = stage.with_insurer(&session);
    stage.say("boc-insurance", &record, insurer_refuses(&record, "资料不全"));
    assert_eq!(stage.last_log(&record), "F 处理失败（中银保险有限公司：资料不全）");
    assert_eq!(reason(&stage, &record), ("中银保险有限公司".into(), "资料不全".into()));

    let record = stage.with_insurer(&session);
    stage.say("boc-insurance", &record, insurer_agrees(&record));
    stage.run_for(Duration::from_secs(3));
    stage.receipt(&record, TO_BANK, refusal("维护中"));
    assert_eq!(stage.last_log(&record), "F 接收失败（中国银行股份有限公司：维护中）");

    let record = stage.with_bank(&session);
    stage.say("boc", &record, bank_refuses(&record, "账户不存在"));
    assert_eq!(stage.last_log(&record), "F 处理失败（中国银行股份有限公司：账户不存在）");
    assert_eq!(reason(&stage, &record), ("中国银行股份有限公司".into(), "账户不存在".into()));
    assert_eq!(stage.state(&record), "失败");
}

//= MSG-04
#[test]
fn a_refused_message_is_never_sent_again() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(Duration::from_secs(3));
    stage.receipt(&record, TO_INSURER, Receipt::Refused { code: "K3108".into(), reason: "格式不符".into() });
    stage.run_for(5 * DAY);
    assert_eq!(stage.sent.len(), 1);
    let session = stage.legal_person();
    assert_eq!(stage.resend(&session, &record).unwrap_err().prompt, "当前状态「失败」不能重新发送");
}

//= MSG-04
#[test]
fn without_a_receipt_the_same_message_is_sent_eight_times_and_then_undelivered() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(3 * HOUR);
    assert_eq!(stage.sent.len(), 8);
    let (first, sending) = stage.sent[0].clone();
    assert!(stage.sent.iter().all(|(_, s)| s.message == sending.message));
    assert_eq!(stage.sent.iter().map(|(_, s)| s.sending).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
    let span = stage.sent[7].0.since(first);
    assert!(span >= 2 * HOUR && span <= 2 * HOUR + Duration::from_secs(5), "{span:?}");
    assert_eq!(stage.codes(&record), ["P001", "P002", "F"]);
    assert_eq!(stage.last_log(&record), "F 发送失败（中银保险有限公司：未收到回执）");
    assert_eq!(stage.state(&record), "处理中");
    assert_eq!(reason(&stage, &record), ("中银保险有限公司".into(), "未收到回执".into()));
}

//= MSG-04
#[test]
fn a_person_sends_an_undelivered_message_again_the_very_same() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    assert_eq!(stage.resend(&session, &record).unwrap_err().prompt, "当前状态「处理中」不能重新发送");
    stage.run_for(3 * HOUR);
    let session = stage.legal_person();
    stage.resend(&session, &record).unwrap();
    assert_eq!(stage.last_log(&record), "P001 待发送");
    assert_eq!(reason(&stage, &record), (String::new(), String::new()));
    stage.run_for(Duration::from_secs(3));
    let (first, last) = (stage.sent[0].1.clone(), stage.sent[8].1.clone());
    assert_eq!((last.message, last.sending), (first.message, 9));
    stage.accepted(&record, TO_INSURER);
    assert_eq!(stage.codes(&record), ["P001", "P002", "F", "P001", "P002", "P004"]);
    stage.run_for(HOUR);
    assert_eq!(stage.sent.len(), 9);
}

//= AGR-11
//= MSG-04
#[test]
fn an_undelivered_message_is_given_up_three_days_after_it_was_sent_first() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(3 * HOUR);
    let first = stage.sent[0].0;
    stage.run_until(first + (3 * DAY - Duration::from_millis(1)));
    assert_eq!(stage.state(&record), "处理中");
    stage.run_for(Duration::from_millis(1));
    assert_eq!(stage.state(&record), "失败");
    assert_eq!(stage.last_log(&record), "F 处理失败（中银保险有限公司：超过3天未送达）");
    let session = stage.legal_person();
    assert_eq!(stage.resend(&session, &record).unwrap_err().code, "K2101");
}

//= AGR-11
#[test]
fn an_insurer_or_bank_that_is_silent_for_three_days_has_failed() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let first = stage.sent[0].0;
    stage.run_until(first + (3 * DAY - Duration::from_millis(1)));
    assert_eq!(stage.state(&record), "处理中");
    stage.run_for(Duration::from_millis(1));
    assert_eq!(stage.last_log(&record), "F 处理失败（中银保险有限公司：超过3天未答复）");
    assert_eq!(stage.state(&record), "失败");

    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    stage.run_for(3 * DAY);
    assert_eq!(stage.last_log(&record), "F 处理失败（中国银行股份有限公司：超过3天未答复）");
    assert_eq!(reason(&stage, &record), ("中国银行股份有限公司".into(), "超过3天未答复".into()));
}

//= AGR-11
#[test]
fn a_late_answer_is_taken_where_nothing_was_signed_instead() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    stage.run_for(4 * DAY);
    assert_eq!(stage.say("boc-insurance", &record, insurer_agrees(&record)), Receipt::Accepted);
    assert_eq!((stage.state(&record), reason(&stage, &record).1), ("处理中".into(), String::new()));
    stage.run_for(Duration::from_secs(3));
    stage.accepted(&record, TO_BANK);
    stage.run_for(4 * DAY);
    assert_eq!(stage.state(&record), "失败");
    assert_eq!(stage.say("boc", &record, bank_agrees(&record, None)), Receipt::Accepted);
    assert_eq!(stage.state(&record), "成功");
    assert_eq!(stage.codes(&record), ["P001", "P002", "P004", "F", "P101", "P102", "P002", "P004", "F", "S"]);
}

//= AGR-11
#[test]
fn a_late_refusal_names_its_own_reason() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    stage.run_for(4 * DAY);
    stage.say("boc-insurance", &record, insurer_refuses(&record, "资料不全"));
    assert_eq!(reason(&stage, &record), ("中银保险有限公司".into(), "资料不全".into()));
    let late = stage.say("boc-insurance", &record, insurer_agrees(&record));
    assert_eq!(refused(&late), ("K3202", "当前状态「失败」不接受「签约结果」"));
}

/// The bank goes silent, another signing takes its place, then the bank agrees after all.
fn late_bank(stage: &mut Stage) -> (RecordId, RecordId) {
    let session = stage.legal_person();
    let old = stage.with_bank(&session);
    stage.run_for(4 * DAY);
    let session = stage.legal_person();
    let new = stage.resign(&session, &old, usual()).unwrap();
    assert_eq!(stage.say("boc", &old, bank_agrees(&old, None)), Receipt::Accepted);
    (old, new)
}

//= AGR-11
#[test]
fn a_late_bank_agreement_after_a_resigning_is_ended_at_the_bank() {
    let mut stage = Stage::new();
    let (old, new) = late_bank(&mut stage);
    assert_eq!((stage.state(&old), stage.state(&new)), ("失败".into(), "处理中".into()));
    assert_eq!(stage.last_log(&old), "P001 待发送（中国银行股份有限公司：逾期同意签约，已重新签署，申请解约）");
    stage.run_for(Duration::from_secs(3));
    let request = stage.last(&old, TO_END);
    assert_eq!((request.target.as_str(), request.sequence), ("boc", 2));
    let Body::AgreementEndRequested(request) = request.body else { panic!("not a 解约申请") };
    assert_eq!(request.agreement_number, "BOCBX000000001");
    stage.accepted(&old, TO_END);
    assert_eq!(stage.say("boc", &old, end_answered(&old, Decision::Agreed, None)), Receipt::Accepted);
    assert_eq!(
        stage.codes(&old),
        ["P001", "P002", "P004", "P101", "P102", "P002", "P004", "F", "P001", "P002", "P004", "E"]
    );
    assert_eq!((stage.last_log(&old), stage.state(&old)), ("E 已解约".into(), "失败".into()));
}

//= AGR-11
#[test]
fn a_bank_that_will_not_end_it_or_ended_it_itself_is_logged_too() {
    let mut stage = Stage::new();
    let (old, _) = late_bank(&mut stage);
    stage.run_for(Duration::from_secs(3));
    stage.say("boc", &old, end_answered(&old, Decision::Refused, Some("不存在")));
    assert_eq!(stage.last_log(&old), "F 处理失败（中国银行股份有限公司：不存在）");

    let mut stage = Stage::new();
    let (old, _) = late_bank(&mut stage);
    stage.say("boc", &old, ended_by_bank(&old, "销户"));
    assert_eq!(stage.last_log(&old), "E 已解约（银行终止：销户）");
    assert_eq!(stage.say("boc", &old, end_answered(&old, Decision::Refused, Some("不存在"))), Receipt::Accepted);
    assert_eq!(stage.last_log(&old), "E 已解约（银行终止：销户）");
}

//= AGR-11
#[test]
fn a_late_insurer_after_a_resigning_changes_nothing_but_the_log() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let old = stage.with_insurer(&session);
    stage.run_for(4 * DAY);
    let session = stage.legal_person();
    stage.resign(&session, &old, form("建设银行", "平安产险")).unwrap();
    let sent = stage.sent.len();
    assert_eq!(stage.say("boc-insurance", &old, insurer_agrees(&old)), Receipt::Accepted);
    assert_eq!(stage.last_log(&old), "F 处理失败（中银保险有限公司：逾期同意签约，已重新签署，不再办理）");
    assert_eq!(stage.state(&old), "失败");
    stage.run_for(Duration::from_secs(3));
    let messages = stage.sent[sent..].iter().map(|(_, s)| s.message.target.as_str().to_owned());
    assert_eq!(messages.collect::<Vec<_>>(), ["pingan"]);
}

//= AGR-12
#[test]
fn a_fresh_signing_for_the_same_account_takes_the_place_of_a_silent_one_too() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let old = stage.with_bank(&session);
    stage.run_for(4 * DAY);
    let session = stage.legal_person();
    stage.sign(&session, usual()).unwrap();
    stage.say("boc", &old, bank_agrees(&old, None));
    assert_eq!(stage.state(&old), "失败");
    stage.run_for(Duration::from_secs(3));
    assert_eq!(stage.last(&old, TO_END).target.as_str(), "boc");
}

//= MSG-03
#[test]
fn an_answer_before_the_receipt_implies_it_and_stops_the_retries() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(Duration::from_secs(3));
    assert_eq!(stage.say("boc-insurance", &record, insurer_agrees(&record)), Receipt::Accepted);
    assert_eq!(stage.codes(&record), ["P001", "P002", "P004", "P101", "P102"]);
    stage.accepted(&record, TO_INSURER);
    stage.run_for(Duration::from_secs(3));
    assert_eq!(stage.say("boc", &record, bank_agrees(&record, None)), Receipt::Accepted);
    stage.run_for(3 * HOUR);
    assert_eq!(stage.sent.len(), 2);
    assert_eq!(stage.codes(&record), ["P001", "P002", "P004", "P101", "P102", "P002", "P004", "S"]);
}

//= MSG-03
#[test]
fn a_late_receipt_or_answer_after_all_tries_counts() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(3 * HOUR);
    stage.accepted(&record, TO_INSURER);
    assert_eq!(stage.codes(&record), ["P001", "P002", "F", "P004"]);
    stage.say("boc-insurance", &record, insurer_agrees(&record));
    stage.run_for(3 * HOUR);
    assert_eq!(stage.last_log(&record), "F 发送失败（中国银行股份有限公司：未收到回执）");
    // Sent again by a person, and answered before that has left.
    let session = stage.legal_person();
    stage.resend(&session, &record).unwrap();
    stage.say("boc", &record, bank_agrees(&record, None));
    assert_eq!(stage.state(&record), "成功");
    let sent = stage.sent.len();
    stage.run_for(3 * HOUR);
    assert_eq!(stage.sent.len(), sent);
}

//= MSG-03
#[test]
fn the_same_message_twice_gets_the_same_receipt_and_has_one_effect() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let answer = stage.message("boc-insurance", &record, insurer_agrees(&record));
    assert_eq!(stage.arrive(&answer), Receipt::Accepted);
    let before = stage.portal.clone();
    assert_eq!(stage.arrive(&answer), Receipt::Accepted);
    assert!(stage.portal == before);

    let early = stage.message("boc", &record, bank_agrees(&record, None));
    let first = stage.arrive(&early);
    assert_eq!(refused(&first), ("K3202", "当前状态「处理中」不接受「签约结果」"));
    stage.run_for(Duration::from_secs(3));
    stage.accepted(&record, TO_BANK);
    assert_eq!(stage.arrive(&early), first);
    assert_eq!(stage.state(&record), "处理中");
}

//= MSG-02
#[test]
fn an_id_or_number_that_another_message_has_used_is_refused() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let answer = stage.message("boc-insurance", &record, insurer_agrees(&record));
    stage.arrive(&answer);
    let before = stage.portal.clone();
    let mut other_bytes = answer.clone();
    other_bytes.digest = [9; 32];
    assert_eq!(refused(&stage.arrive(&other_bytes)).0, "K3111");
    let mut other_id = other_bytes;
    other_id.message.id = MessageId::new("another");
    assert_eq!(refused(&stage.arrive(&other_id)).0, "K3111");
    assert!(stage.portal == before);
}

//= MSG-03
#[test]
fn a_message_that_overtook_another_waits_for_it() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    let agreed = stage.message("boc", &record, bank_agrees(&record, None));
    let ended = stage.message("boc", &record, ended_by_bank(&record, "销户"));
    assert_eq!(stage.arrive(&ended), Receipt::Accepted);
    assert_eq!(stage.arrive(&ended), Receipt::Accepted);
    assert_eq!(stage.state(&record), "处理中");
    assert_eq!(stage.arrive(&agreed), Receipt::Accepted);
    assert_eq!(stage.state(&record), "已失效");
    assert_eq!(stage.codes(&record)[6..], ["P004", "S", "E"]);
}

//= MSG-03
#[test]
fn a_message_whose_predecessor_never_comes_is_handled_after_ten_minutes() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    let _lost = stage.message("boc", &record, bank_refuses(&record, "账户冻结"));
    let agreed = stage.message("boc", &record, bank_agrees(&record, None));
    assert_eq!(stage.arrive(&agreed), Receipt::Accepted);
    stage.run_for(10 * MINUTE - Duration::from_millis(1));
    assert_eq!(stage.state(&record), "处理中");
    stage.run_for(Duration::from_millis(1));
    assert_eq!(stage.state(&record), "成功");
}

//= ACC-10
//= MSG-02
#[test]
fn a_party_speaks_only_of_records_that_name_it_and_only_in_its_part() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let log = stage.log(&record);
    let unknown = RecordId::new("20260302000000000099");
    let words = ("K3201", "业务编号不存在或不属于发送方");
    assert_eq!(refused(&stage.say("pingan", &record, insurer_agrees(&record))), words);
    assert_eq!(refused(&stage.say("boc", &record, insurer_agrees(&record))), words);
    assert_eq!(refused(&stage.say("boc-insurance", &record, bank_agrees(&record, None))), words);
    assert_eq!(refused(&stage.say("boc-insurance", &unknown, insurer_agrees(&unknown))), words);
    let request = stage.last(&record, TO_INSURER).body;
    assert_eq!(refused(&stage.say("boc-insurance", &record, request)), ("K3202", "门户不接受「签约申请」"));
    assert_eq!(stage.log(&record), log);
}

//= AGR-09
#[test]
fn a_bank_that_agrees_without_number_or_dates_is_refused() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    for (number, effective, expiry) in [
        (None, Some("2026-03-02"), None),
        (Some("X"), None, None),
        (Some("X"), Some("2026-13-02"), None),
        (Some("X"), Some("2026-03-02"), Some("soon")),
    ] {
        let Body::BankSigningAnswered(mut answer) = bank_agrees(&record, None) else { unreachable!() };
        answer.agreement_number = number.map(str::to_owned);
        answer.effective = effective.map(str::to_owned);
        answer.expiry = expiry.map(str::to_owned);
        assert_eq!(refused(&stage.say("boc", &record, Body::BankSigningAnswered(answer))).0, "K3203");
    }
    assert_eq!(stage.state(&record), "处理中");
}

//= AGR-01
#[test]
fn an_agreement_is_over_at_the_midnight_after_its_last_day() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    stage.say("boc", &record, bank_agrees(&record, Some("2026-03-10")));
    stage.run_until(domain::Time::parse("2026-03-10 23:59:59").unwrap());
    assert_eq!(stage.state(&record), "成功");
    stage.run_for(Duration::from_secs(1));
    assert_eq!(stage.state(&record), "已失效");
    assert_eq!(stage.last_log(&record), "E 已失效（协议到期）");
    assert_eq!(
        stage.portal.observe(&crate::stage::binhai()).log(&record)[8].recorded_at.to_string(),
        "2026-03-11 00:00:00"
    );
    // What is over bars nothing.
    let session = stage.legal_person();
    stage.sign(&session, usual()).unwrap();
}

//= AGR-01
#[test]
fn an_agreement_that_comes_back_with_its_last_day_behind_it_is_over_at_once() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    stage.say("boc", &record, bank_agrees(&record, Some("2026-03-01")));
    assert_eq!(stage.portal.next_due(), domain::Time::parse("2026-03-02 00:00:00"));
    stage.run_for(Duration::ZERO);
    assert_eq!(stage.state(&record), "已失效");
    assert_eq!(stage.codes(&record)[7..], ["S", "E"]);
}

//= AGR-01
#[test]
fn the_bank_may_end_an_agreement_that_is_in_force() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    assert_eq!(refused(&stage.say("boc", &record, ended_by_bank(&record, "销户"))).0, "K3202");
    stage.say("boc", &record, bank_agrees(&record, None));
    let Body::AgreementEnded(mut other) = ended_by_bank(&record, "销户") else { unreachable!() };
    other.agreement_number = "HGB20260302000000001".into();
    assert_eq!(refused(&stage.say("boc", &record, Body::AgreementEnded(other))).0, "K3201");
    assert_eq!(stage.say("boc", &record, ended_by_bank(&record, "销户")), Receipt::Accepted);
    assert_eq!((stage.state(&record), stage.last_log(&record)), ("已失效".into(), "E 已失效（银行终止：销户）".into()));
}

#[test]
fn a_receipt_for_a_message_that_never_left_is_ignored() {
    let mut stage = Stage::new();
    let session: SessionId = stage.legal_person();
    stage.sign(&session, usual()).unwrap();
    let changes =
        stage.portal.receipt(&MessageId::new("00"), &crate::stage::checked(Receipt::Accepted), stage.moment());
    assert!(changes.is_empty());
}

#[test]
fn asking_what_is_due_twice_changes_nothing() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    stage.with_insurer(&session);
    assert!(stage.portal.due(stage.moment()).is_empty());
    assert!(stage.portal.next_due().is_some_and(|at| at > stage.now));
}
