//! Logins, cards, roles and what may be seen (ACC-01 .. ACC-05, ACC-07, ACC-08, ACC-10, ACC-11).

use std::time::Duration;

use domain::{
    Refusal,
    portal::{CardId, CardRole, Command, LoginAnswer, Page, Query, RecordId, SessionId, Token},
};

use crate::stage::{HOUR, MINUTE, Stage, binhai, checked, dongling, identity, signature, usual};

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("taken", |refusal| refusal.code)
}

fn own_card() -> CardId {
    identity(&binhai(), CardRole::LegalPerson).card
}

fn look(stage: &Stage, session: &SessionId) -> &'static str {
    code(stage.portal.query(session, &Query::of(Page::Agreements)))
}

fn answer(stage: &mut Stage) -> LoginAnswer {
    let (challenge, changes) = stage.portal.challenge(&own_card(), stage.moment());
    stage.apply(changes);
    LoginAnswer { challenge: challenge.id, identity: identity(&binhai(), CardRole::LegalPerson) }
}

//= ACC-11
#[test]
fn a_challenge_is_good_for_one_login_only() {
    let mut stage = Stage::new();
    let answer = checked(answer(&mut stage));
    let (_, changes) = stage.portal.login(&answer, stage.moment()).unwrap();
    stage.apply(changes);
    let before = stage.portal.clone();
    assert_eq!(code(stage.portal.login(&answer, stage.moment())), "K1005");
    stage.run_for(3 * MINUTE);
    assert_eq!(code(stage.portal.login(&answer, stage.moment())), "K1005");
    assert!(stage.portal == before);
}

//= ACC-11
#[test]
fn a_challenge_lapses_after_two_minutes_and_an_unknown_one_is_refused() {
    let mut stage = Stage::new();
    let late = answer(&mut stage);
    stage.run_for(2 * MINUTE - Duration::from_millis(1));
    assert_eq!(code(stage.portal.login(&checked(late.clone()), stage.moment())), "taken");
    stage.run_for(Duration::from_millis(1));
    assert_eq!(code(stage.portal.login(&checked(late.clone()), stage.moment())), "K1006");
    let unknown = LoginAnswer { challenge: "00".into(), ..late };
    assert_eq!(code(stage.portal.login(&checked(unknown), stage.moment())), "K1005");
}

//= ACC-11
#[test]
fn two_challenges_never_ask_for_the_same_bytes() {
    let mut stage = Stage::new();
    let (first, changes) = stage.portal.challenge(&own_card(), stage.moment());
    stage.apply(changes);
    let (second, _) = stage.portal.challenge(&own_card(), stage.moment());
    assert_ne!(first.id, second.id);
    assert_ne!(first.bytes, second.bytes);
    let other = identity(&binhai(), CardRole::Operator).card;
    let (third, _) = stage.portal.challenge(&other, stage.moment());
    assert_ne!(third.id, first.id);
    assert_ne!(third.bytes, first.bytes);
}

#[test]
fn what_a_card_is_asked_does_not_depend_on_who_logged_in_before() {
    let alone = Stage::new();
    let (first, _) = alone.portal.challenge(&own_card(), alone.moment());
    let mut after_another = Stage::new();
    after_another.login(&binhai(), CardRole::Operator);
    let (second, _) = after_another.portal.challenge(&own_card(), after_another.moment());
    assert_eq!(first, second);
}

//= ACC-10
#[test]
fn a_card_of_an_enterprise_without_account_cannot_log_in() {
    let mut stage = Stage::new();
    let mut answer = answer(&mut stage);
    answer.identity.organisation_code = "600037341".into();
    assert_eq!(code(stage.portal.login(&checked(answer), stage.moment())), "K1009");
}

//= ACC-01
#[test]
fn a_password_login_sees_an_empty_menu_and_nothing_else() {
    let mut stage = Stage::new();
    let (session, changes) = stage.portal.login_with_password(&binhai(), stage.moment());
    stage.apply(changes);
    let menu = stage.portal.query(&session, &Query::of(Page::Menu)).unwrap();
    assert_eq!((menu.total, menu.rows.len()), (0, 0));
    assert_eq!(look(&stage, &session), "K1011");
    assert_eq!(code(stage.portal.prefill(&session, None)), "K1011");
    assert_eq!(code(stage.prepare(&session, Command::SignAgreement(usual()))), "K1011");
    assert_eq!(code(stage.resend(&session, &RecordId::new("x"))), "K1011");
}

//= ACC-07
//= ACC-08
//= UI-08
#[test]
fn each_kind_of_card_sees_its_own_menu() {
    let mut stage = Stage::new();
    let legal_person = stage.legal_person();
    let operator = stage.login(&binhai(), CardRole::Operator);
    let entries = |session| -> Vec<String> {
        let menu = stage.portal.query(session, &Query::of(Page::Menu)).unwrap();
        menu.rows.into_iter().map(|mut row| row.remove(0).1).collect()
    };
    assert_eq!(entries(&legal_person), ["在线交费签约"]);
    assert_eq!(entries(&operator), ["交费记录查询", "货物运输险预约", "货物运输险投保", "关税保证保险", "共享信息"]);
}

//= ACC-07
//= ACC-08
#[test]
fn an_operator_card_may_not_do_what_the_legal_persons_card_does() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let operator = stage.login(&binhai(), CardRole::Operator);
    let refusal = stage.portal.query(&operator, &Query::of(Page::Agreements)).unwrap_err();
    assert_eq!((refusal.code, refusal.prompt.as_str()), ("K1010", "当前卡无权使用此功能，请使用法人卡"));
    let log = Query { record: Some(record.clone()), ..Query::of(Page::StatusLog) };
    assert_eq!(code(stage.portal.query(&operator, &log)), "K1010");
    assert_eq!(code(stage.prepare(&operator, Command::SignAgreement(usual()))), "K1010");
    assert_eq!(
        code(stage.prepare(&operator, Command::ResignAgreement { failed: record.clone(), form: usual() })),
        "K1010"
    );
    assert_eq!(code(stage.resend(&operator, &record)), "K1010");
}

//= ACC-03
//= ACC-05
//= ACC-11
#[test]
fn without_its_card_a_session_is_over_and_so_is_what_was_half_done() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let changes = stage.portal.card_gone(&session, stage.moment());
    stage.apply(changes);
    let refusal = stage.portal.query(&session, &Query::of(Page::Agreements)).unwrap_err();
    assert_eq!((refusal.code, refusal.prompt.as_str()), ("K1001", "请检查是否正常接入IC卡"));
    assert_eq!(code(stage.complete(&session, &binhai(), &to_sign)), "K1001");
    // The card is back: the session is not.
    let changes = stage.portal.card_seen(&session, &own_card(), stage.moment());
    stage.apply(changes);
    assert_eq!(look(&stage, &session), "K1003");
    // Nor is the act, for whoever logs in next.
    let again = stage.legal_person();
    assert_eq!(code(stage.complete(&again, &binhai(), &to_sign)), "K2104");
    assert_eq!(stage.list(&again).total, 0);
}

//= ACC-04
#[test]
fn another_card_in_the_reader_ends_the_session() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let other = identity(&binhai(), CardRole::Operator).card;
    let changes = stage.portal.card_seen(&session, &other, stage.moment());
    stage.apply(changes);
    let refusal = stage.portal.query(&session, &Query::of(Page::Agreements)).unwrap_err();
    assert_eq!((refusal.code, refusal.prompt.as_str()), ("K1002", "IC卡与当前登录人员不符"));
    let changes = stage.portal.card_seen(&session, &own_card(), stage.moment());
    stage.apply(changes);
    assert_eq!(look(&stage, &session), "K1003");
}

//= ACC-11
#[test]
fn a_session_is_idle_after_thirty_minutes_and_each_act_starts_them_anew() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    stage.run_for(29 * MINUTE);
    let changes = stage.portal.card_seen(&session, &own_card(), stage.moment());
    stage.apply(changes);
    stage.run_for(29 * MINUTE);
    stage.sign(&session, usual()).unwrap();
    stage.run_for(30 * MINUTE - Duration::from_millis(1));
    assert_eq!(look(&stage, &session), "taken");
    stage.run_for(Duration::from_millis(1));
    assert_eq!(look(&stage, &session), "K1004");
    assert_eq!(code(stage.prepare(&session, Command::SignAgreement(usual()))), "K1004");
    let changes = stage.portal.card_seen(&session, &own_card(), stage.moment());
    stage.apply(changes);
    assert_eq!(look(&stage, &session), "K1004");
}

//= ACC-11
#[test]
fn an_act_that_comes_too_late_is_refused_even_before_anybody_has_looked_at_the_clock() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    stage.now = stage.now + 30 * MINUTE;
    assert_eq!(code(stage.prepare(&session, Command::SignAgreement(usual()))), "K1004");
}

//= ACC-11
#[test]
fn logging_out_ends_the_session() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let changes = stage.portal.logout(&session, stage.moment());
    stage.apply(changes);
    assert_eq!(look(&stage, &session), "K1003");
    assert_eq!(code(stage.complete(&session, &binhai(), &to_sign)), "K1003");
    assert!(stage.portal.logout(&session, stage.moment()).is_empty());
    stage.run_for(25 * HOUR);
    assert_eq!(look(&stage, &session), "K1003");
}

//= ACC-10
#[test]
fn a_foreign_record_and_an_unknown_one_are_refused_in_the_same_words() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    stage.say("boc-insurance", &record, crate::stage::insurer_refuses(&record, "资料不全"));
    let stranger = stage.login(&dongling(), CardRole::LegalPerson);
    assert_eq!(stage.list(&stranger).total, 0);
    let outcomes = |stage: &mut Stage, id: &RecordId| {
        let log = Query { record: Some(id.clone()), ..Query::of(Page::StatusLog) };
        [
            stage.portal.query(&stranger, &log).unwrap_err(),
            stage.portal.prefill(&stranger, Some(id)).unwrap_err(),
            stage.prepare(&stranger, Command::ResignAgreement { failed: id.clone(), form: usual() }).unwrap_err(),
            stage.resend(&stranger, id).unwrap_err(),
        ]
    };
    let before = stage.portal.clone();
    let foreign = outcomes(&mut stage, &record);
    let unknown = outcomes(&mut stage, &RecordId::new("20260302000000000099"));
    assert_eq!(foreign, unknown);
    assert!(foreign.iter().all(|refusal| refusal.code == "K1012" && refusal.prompt == "没有找到匹配的记录"));
    assert!(stage.portal == before);
    assert_eq!(stage.portal.observe(&dongling()).shown(&record), None);
    assert!(stage.portal.observe(&dongling()).log(&record).is_empty());
}

//= ACC-10
#[test]
fn nobody_completes_or_cancels_the_act_of_another_session() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let stranger = stage.login(&dongling(), CardRole::LegalPerson);
    assert_eq!(code(stage.complete(&stranger, &dongling(), &to_sign)), "K2104");
    assert!(stage.portal.cancel(&stranger, &to_sign.token).is_empty());
    assert_eq!(code(stage.complete(&session, &binhai(), &to_sign)), "taken");
}

//= ACC-06
#[test]
fn a_signature_by_another_card_or_under_other_bytes_is_refused() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let before = stage.portal.clone();
    let portal = &stage.portal;
    let complete =
        |token: &Token, signature| code(portal.complete(&session, token, &checked(signature), stage.moment()));
    assert_eq!(complete(&to_sign.token, signature(&dongling(), &to_sign.bytes)), "K1002");
    assert_eq!(complete(&to_sign.token, signature(&binhai(), "别的文本".as_bytes())), "K1007");
    let mut other_text = signature(&binhai(), &to_sign.bytes);
    other_text.seal.text.push('改');
    assert_eq!(complete(&to_sign.token, other_text), "K1007");
    assert_eq!(complete(&Token::new("00"), signature(&binhai(), &to_sign.bytes)), "K2104");
    assert!(stage.portal == before);
}

#[test]
fn debug_output_holds_no_session_name_and_no_token() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let to_sign = stage.prepare(&session, Command::SignAgreement(usual())).unwrap();
    let shown = format!("{:?} {:?}", stage.portal, to_sign);
    assert!(!shown.contains(session.as_str()));
    assert!(!shown.contains(to_sign.token.as_str()));
}
