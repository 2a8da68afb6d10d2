//! A bank: 签约, 解约, and 终止协议 by itself.

use super::*;
use crate::message::{AgreementEndAnswer, AgreementEnded, BankSigningAnswer, Decision};

const NUMBER: &str = "BOCBX000000000";

fn agreed(number: &str, expiry: Option<&str>) -> Body {
    Body::BankSigningAnswered(BankSigningAnswer {
        application: APPLICATION.into(),
        decision: Decision::Agreed,
        reason: None,
        agreement_number: Some(number.into()),
        effective: Some("2026-03-02".into()),
        expiry: expiry.map(Into::into),
    })
}

fn ended(reason: Option<&str>) -> Body {
    Body::AgreementEndAnswered(AgreementEndAnswer {
        application: APPLICATION.into(),
        decision: if reason.is_some() { Decision::Refused } else { Decision::Agreed },
        reason: reason.map(Into::into),
    })
}

//= AGR-09
#[test]
fn a_bank_that_agrees_numbers_the_agreement_and_keeps_it() {
    let mut rig = Rig::boc([]);
    rig.draws = Always(123_456_789);
    assert_eq!(rig.receive(&bank_request("b1", 1)), ACCEPTED);
    assert_eq!(rig.script.taken, [(Point::BankSigning, APPLICATION.to_owned())]);
    rig.run_until(1_800);
    assert_eq!(rig.wire[0].1.message.body, agreed("BOCBX123456789", None));
    let book = rig.book();
    assert_eq!((book.standing, book.agreement_number.as_deref()), (Standing::Agreed, Some("BOCBX123456789")));
    assert_eq!((book.effective, book.expiry), (Some("2026-03-02".parse().unwrap()), None));
    assert_eq!(book.payer.as_str(), "91110000600037341L");
}

//= AGR-09
#[test]
fn other_banks_number_by_date() {
    let name = "中国建设银行股份有限公司";
    let mut rig = Rig::new("ccb", PartyRole::Bank, name, []);
    rig.receive(&bank_request_to("ccb", name));
    rig.run_until(300);
    assert_eq!(rig.only().body, agreed("HGB20260302000000000", None));
}

//= AGR-09
#[test]
fn no_two_agreements_of_a_bank_share_a_number() {
    /// Draws its count, so that the first draw for each agreement is the same.
    struct Counts;
    impl Draws for Counts {
        fn draw(&self, purpose: &str, entity: &str, count: u64) -> [u8; 32] {
            if purpose == "message-id" { Always(0).draw(purpose, entity, count) } else { Always(count).draw("", "", 0) }
        }
    }
    let mut rig = Rig::boc_in_force([]);
    let mut second = bank_request("b2", 1);
    second.subject = "20260302000000000002".into();
    let Body::BankSigningRequested(request) = &mut second.body else { panic!("a signing request") };
    request.application = second.subject.clone();
    rig.receive(&second);
    let due = Moment { time: after(2_400), draws: &Counts };
    let changes = rig.party.due(due, &mut rig.script);
    rig.party.apply(changes);
    let number = |application: &str| rig.party.book(application).and_then(|entry| entry.agreement_number);
    assert_eq!(number(APPLICATION).as_deref(), Some(NUMBER));
    assert_eq!(number("20260302000000000002").as_deref(), Some("BOCBX000000001"));
}

//= AGR-09
#[test]
fn a_scripted_expiry_stands_in_the_answer_and_in_the_books() {
    let last = "2026-03-10".parse().unwrap();
    let mut rig = Rig::boc([Outcome::Agree { terms: Terms::Until(last) }]);
    rig.receive(&bank_request("b1", 1));
    rig.run_until(300);
    assert_eq!(rig.only().body, agreed(NUMBER, Some("2026-03-10")));
    let book = rig.book();
    assert_eq!(book.expiry, Some(last));
    assert!(book.in_force(Time::parse("2026-03-10 23:59:59").unwrap()));
    assert!(!book.in_force(Time::parse("2026-03-11 00:00:00").unwrap()));
}

//= AGR-11
#[test]
fn a_bank_that_refuses_says_why_and_has_no_agreement() {
    let mut rig = Rig::boc([refuse("账户状态异常")]);
    rig.receive(&bank_request("b1", 1));
    rig.run_until(300);
    let Body::BankSigningAnswered(answer) = &rig.only().body else { panic!("a signing answer") };
    assert_eq!((answer.decision, answer.reason.as_deref()), (Decision::Refused, Some("账户状态异常")));
    assert_eq!((&answer.agreement_number, &answer.effective, &answer.expiry), (&None, &None, &None));
    assert_eq!((rig.book().standing, rig.book().agreement_number), (Standing::Refused, None));
}

#[test]
fn a_bank_takes_no_request_for_another_bank() {
    let mut rig = Rig::boc([]);
    let said = rig.receive(&bank_request_to("boc", "中国银行股份有限公司北京分公司"));
    assert_eq!(said, refused("K3201", "付款银行「中国银行股份有限公司北京分公司」不是本机构"));
    assert_eq!(rig.party.books().count(), 0);
}

//= AGR-11
#[test]
fn a_bank_ends_an_agreement_when_asked() {
    let mut rig = Rig::boc_in_force([]);
    assert_eq!(rig.receive(&end_request("e1", 2, NUMBER)), ACCEPTED);
    assert_eq!(rig.script.taken, [(Point::BankEnding, APPLICATION.to_owned())]);
    assert_eq!(rig.book().standing, Standing::Agreed, "until it answers");
    rig.run_until(600);
    let sent = rig.only();
    assert_eq!((&sent.body, sent.sequence), (&ended(None), 2));
    assert_eq!(sent.correlation, Some(MessageId::new("e1")));
    let book = rig.book();
    assert_eq!((book.standing, book.decided_at, book.requests_handled), (Standing::Ended, Some(after(600)), 2));
    assert_eq!(book.agreement_number.as_deref(), Some(NUMBER));
}

//= AGR-11
#[test]
fn what_cannot_be_ended_is_refused_with_the_reason() {
    let last = Outcome::Agree { terms: Terms::Until("2026-03-02".parse().unwrap()) };
    let in_force = || Rig::boc_in_force([]);
    let asked = || {
        let mut rig = Rig::boc([Outcome::Silent]);
        rig.receive(&bank_request("b1", 1));
        rig
    };
    let expired = || {
        let mut rig = Rig::boc([last.clone()]);
        rig.receive(&bank_request("b1", 1));
        rig.run_until(300);
        rig.accept_last();
        rig.run_until(86_400);
        rig
    };
    let unwilling = || Rig::boc_in_force([refuse("尚有在途扣款")]);
    for (mut rig, request, reason) in [
        (in_force(), end_request("e1", 2, "BOCBX9"), "协议编号「BOCBX9」与业务编号「20260302000000000001」不符"),
        (asked(), end_request("e1", 2, NUMBER), "协议编号「BOCBX000000000」与业务编号「20260302000000000001」不符"),
        (expired(), end_request("e1", 2, NUMBER), "业务编号为「20260302000000000001」的协议已到期"),
        (Rig::boc([]), end_request("e1", 1, NUMBER), "没有业务编号为「20260302000000000001」的协议"),
        (unwilling(), end_request("e1", 2, NUMBER), "尚有在途扣款"),
    ] {
        let before = rig.party.book(APPLICATION).map(|entry| entry.standing);
        assert_eq!(rig.receive(&request), ACCEPTED);
        rig.run_until(rig.now + 300);
        assert_eq!(rig.wire.last().unwrap().1.message.body, ended(Some(reason)));
        assert_eq!(rig.party.book(APPLICATION).map(|entry| entry.standing), before, "{reason}");
    }
}

#[test]
fn of_two_requests_to_end_the_second_finds_nothing_to_end() {
    let mut rig = Rig::boc_in_force([]);
    rig.receive(&end_request("e1", 2, NUMBER));
    rig.receive(&end_request("e2", 3, NUMBER));
    rig.run_until(600);
    let bodies: Vec<_> = rig.wire.iter().map(|(_, s)| (s.message.sequence, s.message.body.clone())).collect();
    let reason = "业务编号为「20260302000000000001」的协议已终止，不在有效状态";
    assert_eq!(bodies, [(2, ended(None)), (3, ended(Some(reason)))]);
}

#[test]
fn a_bank_ends_an_agreement_by_itself_and_tells_the_portal_at_once() {
    let mut rig = Rig::boc_in_force([]);
    let changes = rig.party.end_agreement(APPLICATION, "账户销户", rig.moment()).unwrap();
    assert_eq!(rig.book().standing, Standing::Agreed, "nothing changes before it is applied");
    rig.apply(changes);
    let sent = rig.only();
    let said =
        AgreementEnded {
            application: APPLICATION.into(), agreement_number: NUMBER.into(), reason: "账户销户".into()
        };
    assert_eq!((&sent.body, sent.sequence, &sent.correlation), (&Body::AgreementEnded(said), 2, &None));
    assert_eq!((rig.book().standing, rig.book().decided_at), (Standing::Ended, Some(after(300))));
    assert_eq!(
        rig.party.end_agreement(APPLICATION, "账户销户", rig.moment()),
        Err("业务编号为「20260302000000000001」的协议已终止，不在有效状态".into())
    );
}

#[test]
fn a_bank_cannot_end_what_is_not_in_force() {
    let mut rig = Rig::boc([]);
    assert_eq!(
        rig.party.end_agreement(APPLICATION, "账户销户", rig.moment()),
        Err("没有业务编号为「20260302000000000001」的协议".into())
    );
    rig.receive(&bank_request("b1", 1));
    assert_eq!(
        rig.party.end_agreement(APPLICATION, "账户销户", rig.moment()),
        Err("业务编号为「20260302000000000001」的协议待答复，不在有效状态".into())
    );
}
