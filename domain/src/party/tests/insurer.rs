//! An insurer: 签约.

use super::*;
use crate::message::{Decision, InsurerSigningAnswer};

fn answer(decision: Decision, reason: Option<&str>) -> Body {
    Body::InsurerSigningAnswered(InsurerSigningAnswer {
        application: APPLICATION.into(),
        decision,
        reason: reason.map(Into::into),
    })
}

//= AGR-08
#[test]
fn an_insurer_signs_five_minutes_after_being_asked_at_the_earliest() {
    let mut rig = Rig::pingan([]);
    assert_eq!(rig.receive(&insurer_request()), ACCEPTED);
    assert_eq!(rig.script.taken, [(Point::InsurerSigning, APPLICATION.to_owned())]);
    assert_eq!((rig.book().standing, rig.book().decided_at), (Standing::Asked, None));
    assert_eq!(rig.party.next_due(), Some(after(300)));
    rig.run_until(300);
    let sent = rig.only();
    assert_eq!(sent.body, answer(Decision::Agreed, None));
    assert_eq!((sent.source.as_str(), sent.target.as_str(), sent.sequence), ("pingan", "portal", 1));
    assert_eq!((sent.subject.as_str(), sent.time), (APPLICATION, after(300)));
    assert_eq!(sent.correlation, Some(MessageId::new("i1")));
    let id = sent.id.as_str();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_eq!((rig.wire[0].1.sending, rig.wire[0].1.misbehaviour), (1, None));
    let book = rig.book();
    assert_eq!((book.standing, book.decided_at, book.requests_handled), (Standing::Agreed, Some(after(300)), 1));
    assert_eq!((book.bank.as_str(), book.payee.as_str(), book.account.as_str()), (BOC, PINGAN, "6210000000000001"));
    assert_eq!((book.agreement_number, book.effective, book.expiry), (None, None, None));
}

#[test]
fn an_insurer_signs_thirty_minutes_after_being_asked_at_the_latest() {
    let mut rig = Rig::pingan([]);
    rig.draws = Always(1_500_000); // the longest of the 1,500,001 waits between 5 and 30 minutes
    rig.receive(&insurer_request());
    assert_eq!(rig.party.next_due(), Some(after(1_800)));
}

//= AGR-11
#[test]
fn an_insurer_that_refuses_says_why() {
    let mut rig = Rig::pingan([refuse("资料不全")]);
    assert_eq!(rig.receive(&insurer_request()), ACCEPTED);
    rig.run_until(300);
    assert_eq!(rig.only().body, answer(Decision::Refused, Some("资料不全")));
    assert_eq!((rig.book().standing, rig.book().decided_at), (Standing::Refused, Some(after(300))));
}

#[test]
fn a_refusal_without_words_still_carries_a_reason() {
    let mut rig = Rig::pingan([refuse("")]);
    rig.receive(&insurer_request());
    rig.run_until(300);
    assert_eq!(rig.only().body, answer(Decision::Refused, Some("未说明原因")));
}

//= AGR-04
#[test]
fn an_insurer_signs_for_its_branches() {
    let mut rig = Rig::pingan([]);
    let branch = "中国平安财产保险股份有限公司北京分公司";
    assert_eq!(rig.receive(&insurer_request_for(branch)), ACCEPTED);
    assert_eq!(rig.book().payee, branch);
}

//= MSG-02
#[test]
fn a_request_that_names_another_company_is_refused_and_leaves_no_trace_in_the_books() {
    for other in ["中银保险有限公司", "中国平安财产保险股份有限公司代理有限公司", "北京分公司", ""]
    {
        let mut rig = Rig::pingan([]);
        let said = rig.receive(&insurer_request_for(other));
        assert_eq!(said, refused("K3201", &format!("收款企业「{other}」不是本机构")));
        assert_eq!(rig.party.books().count(), 0);
        assert_eq!((rig.party.next_due(), rig.script.taken.len()), (None, 0));
    }
}

#[test]
fn a_request_from_a_stranger_to_a_stranger_or_about_two_numbers_is_refused() {
    let from_boc = Message { source: PartyId::new("boc"), ..insurer_request() };
    let to_boc = Message { target: PartyId::new("boc"), ..insurer_request() };
    let about_two = Message { subject: "20260302000000000002".into(), ..insurer_request() };
    for (request, reason) in [
        (from_boc, "本机构不受理「boc」发来的报文"),
        (to_boc, "收件人「boc」不是本机构"),
        (about_two, "业务编号「20260302000000000001」与报文主题「20260302000000000002」不一致"),
    ] {
        let mut rig = Rig::pingan([]);
        assert_eq!(rig.receive(&request), refused("K3201", reason));
        assert_eq!(rig.party.books().count(), 0);
    }
}

#[test]
fn an_insurer_takes_neither_a_banks_request_nor_an_answer() {
    let mut rig = Rig::pingan([]);
    let banks = bank_request_to("pingan", BOC);
    assert_eq!(rig.receive(&banks), refused("K3202", "保险公司不受理这种「签约申请」"));
    let answer = message("a1", "pingan", 2, answer(Decision::Agreed, None));
    assert_eq!(rig.receive(&answer), refused("K3202", "保险公司不受理这种「签约结果」"));
    assert_eq!((rig.party.books().count(), rig.script.taken.len()), (0, 0));
}

#[test]
fn a_second_request_for_the_same_signing_is_refused_and_the_first_is_answered() {
    let mut rig = Rig::pingan([]);
    rig.receive(&insurer_request());
    let second = Message { id: MessageId::new("i2"), sequence: 2, ..insurer_request() };
    let said = refused("K3202", "业务编号「20260302000000000001」的签约申请已受理，不再接受另一份");
    assert_eq!(rig.receive(&second), said);
    assert_eq!(rig.receive(&second), said, "the refusal is remembered");
    rig.run_until(1_000);
    rig.accept_last();
    assert_eq!(rig.book().requests_handled, 1);
    assert_eq!(rig.script.taken.len(), 1);
}

#[test]
fn only_a_bank_ends_agreements() {
    let mut rig = Rig::pingan([]);
    rig.receive(&insurer_request());
    rig.run_until(300);
    let said = rig.party.end_agreement(APPLICATION, "账户销户", rig.moment());
    assert_eq!(said, Err("「中国平安财产保险股份有限公司」不是银行，不能终止协议".into()));
}
