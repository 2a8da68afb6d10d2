//! An insurer: 数据审核, 核保, 人工复核, and what a new submission does to an old one.

use super::{cargo::*, *};
use crate::message::{
    Decision,
    cargo::{DataCheck, Underwriting},
};

fn checked(number: &str) -> Body {
    Body::DataChecked(DataCheck {
        application: APPLICATION.into(),
        decision: Decision::Agreed,
        reason: None,
        proposal_number: Some(number.into()),
    })
}

fn accepted(premium: &str, due: &str) -> Underwriting {
    Underwriting {
        application: APPLICATION.into(),
        decision: Decision::Agreed,
        reason: None,
        premium: Some(yuan(premium)),
        premium_due: Some(due.into()),
    }
}

const AT: u64 = HOUR; // when the proposal comes

/// An insurer under the usual cover that was sent `submission`; all its answers are received.
fn after_submission(terms: CoverChange, form: crate::message::cargo::Fields, seconds: u64) -> Rig {
    let mut rig = covered(terms);
    assert_eq!(rig.receive(&submitted(1, submission(1, form))), ACCEPTED);
    rig.accept_until(AT + seconds);
    rig
}

//= CGO-10
//= CGO-14
#[test]
fn a_proposal_that_agrees_with_its_cover_is_checked_then_underwritten() {
    let rig = after_submission(CoverChange::default(), form(), HOUR);
    assert_eq!(rig.said(), [("数据审核结果", AT + 60), ("核保结果", AT + 60 + 300)]);
    assert_eq!(rig.wire[0].1.message.body, checked(NUMBER));
    assert_eq!(rig.wire[1].1.message.body, Body::Underwritten(accepted("495.00", "2026-03-09")));
    for (_, sending) in &rig.wire {
        assert_eq!(sending.message.correlation, Some(MessageId::new("p1")), "all answers answer 投保申请");
    }
    assert_eq!(rig.points(), [Point::DataCheck, Point::Underwriting]);
    let entry = rig.proposal();
    assert_eq!((entry.standing, entry.submission, entry.requests_handled), (ProposalStanding::Issued, 1, 1));
    let due = "2026-03-09".parse().unwrap();
    assert_eq!(entry.issue, Some(Issue { premium: yuan("495.00"), due }));
    assert_eq!(entry.decided_at, Some(after(AT + 360)));
}

#[test]
fn underwriting_is_decided_when_the_data_check_is_answered_and_not_before() {
    let mut rig = covered(CoverChange::default());
    rig.receive(&first_submission());
    assert_eq!((rig.points(), rig.proposal().standing), (vec![Point::DataCheck], ProposalStanding::Received));
    rig.run_until(AT + 60);
    assert_eq!(rig.points(), [Point::DataCheck, Point::Underwriting]);
    assert_eq!(rig.proposal().standing, ProposalStanding::AwaitingUnderwriting);
}

//= CGO-07
#[test]
fn the_premium_is_rounded_half_up_and_never_below_the_minimum() {
    for (invoice, insured, premium) in [
        ("11100.00", "12210.00", "54.95"), // 54.945
        ("11223.34", "12345.67", "55.56"), // 12345.674, 55.555515
        ("10000.00", "11000.00", "50.00"), // 49.50
        ("0.01", "0.01", "50.00"),         // 0.011
    ] {
        let mut form = form();
        form.extend(fields(&[("invoice_amount", invoice), ("insured_amount", insured)]));
        let rig = after_submission(CoverChange::default(), form, HOUR);
        assert_eq!(rig.proposal().issue.map(|issue| issue.premium), Some(yuan(premium)), "{invoice}");
    }
}

//= CGO-10
#[test]
fn each_thing_that_does_not_agree_with_the_cover_is_named() {
    for (key, text, reason) in [
        ("applicant_uscc", "91110000710925243G", "投保公司「91110000710925243G」不是协议的企业"),
        ("mode", "管道", "运输方式「管道」不在协议之内"),
        ("main_coverage", "战争险", "主险「战争险」不在协议之内"),
        ("main_coverage", "", "主险「」不在协议之内"),
        ("additional_coverages", "罢工险、一切险", "附加险「一切险」不在协议之内"),
        ("goods_heading", "8472", "货物类别「84」「8472」不在协议之内"),
        ("departure", "2026-03-01", "起运日期「2026-03-01」不在协议期间之内"),
        ("departure", "2027-03-02", "起运日期「2027-03-02」不在协议期间之内"),
        ("insured_amount", "110000.01", "保险金额「110000.01」应为110000.00"),
        ("invoice_amount", "十万", "发票金额或加成比例有误"),
        ("rate", "0.451", "保险费率「0.451」与协议的0.450%不符"),
        ("rate", "", "保险费率「」与协议的0.450%不符"),
    ] {
        let mut form = form();
        form.insert(key.into(), text.into());
        let rig = after_submission(CoverChange::default(), form, HOUR);
        assert_eq!((rig.said().len(), rig.last_reason().as_deref()), (1, Some(reason)));
        assert_eq!((rig.proposal().standing, rig.points().len()), (ProposalStanding::CheckFailed, 1));
        assert_eq!(rig.proposal().proposal_number, None);
    }
}

//= CGO-10
#[test]
fn what_the_form_may_leave_out_and_the_edges_of_the_period_are_right() {
    for (key, text) in [
        ("additional_coverages", ""),
        ("departure", "2026-03-02"),
        ("departure", "2027-03-01"),
        ("rate", "0.45"),
        ("mode", "铁路"),
    ] {
        let mut form = form();
        form.insert(key.into(), text.into());
        let rig = after_submission(CoverChange::default(), form, 60);
        assert_eq!(rig.last_reason(), None, "{key} {text}");
    }
}

//= CGO-10
#[test]
fn all_reasons_are_given_at_once_and_a_scripted_yes_changes_none_of_them() {
    let mut rig = covered_and_scripted([Outcome::friendly()]);
    let mut form = form();
    form.extend(fields(&[("mode", "管道"), ("rate", "0.400%")]));
    rig.receive(&submitted(1, submission(1, form)));
    rig.run_until(AT + 60);
    let both = "运输方式「管道」不在协议之内；保险费率「0.400%」与协议的0.450%不符";
    assert_eq!(rig.last_reason().as_deref(), Some(both));
}

//= OPC-06
#[test]
fn a_proposal_needs_a_cover_that_is_signed_and_in_force_on_the_day() {
    let mut unsigned = Rig::pingan([Outcome::Silent]);
    sign(&mut unsigned, &signing(CoverChange::default())).unwrap();
    unsigned.receive(&first_submission());
    unsigned.run_until(60);
    assert_eq!(unsigned.last_reason(), Some(format!("没有编号为「{COVER}」的货运险协议")));

    let mut ended = covered(CoverChange::default());
    let changes = ended.party.end_cover(COVER, "", ended.moment()).unwrap();
    ended.apply(changes);
    ended.accept_last();
    ended.receive(&first_submission());
    ended.run_until(AT + 60);
    assert_eq!(ended.last_reason(), Some(format!("协议「{COVER}」不在有效状态")));

    let begins = Some("2026-03-03".parse().unwrap());
    // Signed is in force; that the goods leave within its period is another rule (OPC-06).
    let early = after_submission(CoverChange { begins, ..CoverChange::default() }, form(), 60);
    assert_eq!(early.last_reason(), None);

    let mut other = submission(1, form());
    other.line = "出口货运险".into();
    let mut rig = covered(CoverChange::default());
    rig.receive(&submitted(1, other));
    rig.run_until(AT + 60);
    assert_eq!(rig.last_reason().as_deref(), Some("险种「出口货运险」与协议的「进口货运险」不符"));
}

fn limited(limit: &str) -> CoverChange {
    CoverChange { voyage_limit: Some(Some(yuan(limit))), ..CoverChange::default() }
}

//= CGO-14
#[test]
fn what_is_above_the_limit_of_one_voyage_is_for_a_person_to_decide() {
    let at_the_limit = after_submission(limited("110000.00"), form(), HOUR);
    assert_eq!(at_the_limit.proposal().standing, ProposalStanding::Issued);
    for (review, standing) in
        [(Outcome::friendly(), ProposalStanding::Issued), (refuse("风险过高"), ProposalStanding::Declined)]
    {
        let mut rig = covered(limited("109999.99"));
        rig.script.left.extend([Outcome::friendly(), Outcome::friendly(), review]);
        rig.receive(&first_submission());
        rig.accept_until(AT + 360);
        assert_eq!(rig.last_reason().as_deref(), Some("保险金额110000.00超过单次限额109999.99"));
        assert_eq!(rig.proposal().standing, ProposalStanding::Referred);
        rig.accept_until(AT + 360 + HOUR);
        assert_eq!(rig.points(), [Point::DataCheck, Point::Underwriting, Point::Review]);
        assert_eq!(rig.said().last(), Some(&("复核结果", AT + 360 + HOUR)));
        assert_eq!(rig.proposal().standing, standing);
        match standing {
            ProposalStanding::Issued => {
                assert_eq!(rig.wire[2].1.message.body, Body::Reviewed(accepted("495.00", "2026-03-09")));
            }
            _ => assert_eq!(rig.last_reason().as_deref(), Some("风险过高")),
        }
    }
}

//= CGO-14
#[test]
fn an_underwriter_refers_and_sets_the_premium_as_the_script_says() {
    let refer = |reason: Option<&str>| Outcome::Refer { reason: reason.map(Into::into) };
    for (outcome, reason) in
        [(refer(Some("超过权限")), "超过权限"), (refer(None), "需人工复核"), (refuse("出险频繁"), "出险频繁")]
    {
        let mut rig = covered_and_scripted([Outcome::friendly(), outcome]);
        rig.receive(&first_submission());
        rig.run_until(AT + 360);
        assert_eq!(rig.last_reason().as_deref(), Some(reason));
        assert_eq!(rig.proposal().standing, ProposalStanding::Referred);
    }
    let premium = || Outcome::Agree { terms: Terms::Premium(yuan("120.00")) };
    for script in [vec![Outcome::friendly(), premium()], vec![Outcome::friendly(), refer(None), premium()]] {
        let mut rig = covered_and_scripted(script);
        rig.receive(&first_submission());
        rig.accept_until(AT + 2 * HOUR);
        assert_eq!(rig.proposal().issue.map(|issue| issue.premium), Some(yuan("120.00")));
    }
}

//= CGO-12
#[test]
fn a_new_submission_replaces_the_old_one_whose_answers_never_come() {
    let mut rig = covered(CoverChange::default());
    rig.receive(&first_submission());
    rig.accept_until(AT + 100);
    assert_eq!(rig.said(), [("数据审核结果", AT + 60)]);
    let mut changed = form();
    changed.extend(fields(&[("invoice_amount", "200000.00"), ("insured_amount", "220000.00")]));
    assert_eq!(rig.receive(&submitted(2, submission(2, changed))), ACCEPTED);
    rig.accept_until(AT + HOUR);
    assert_eq!(rig.said(), [("数据审核结果", AT + 60), ("数据审核结果", AT + 160), ("核保结果", AT + 460)]);
    assert_eq!(rig.wire[1].1.message.body, checked("T20260302000000000001"));
    let entry = rig.proposal();
    assert_eq!((entry.submission, entry.requests_handled), (2, 2));
    assert_eq!(entry.issue.map(|issue| issue.premium), Some(yuan("990.00")));
}

//= CGO-12
#[test]
fn an_old_submission_that_comes_late_is_refused_at_the_door() {
    let mut rig = covered(CoverChange::default());
    rig.receive(&submitted(1, submission(2, form())));
    for number in [1, 2] {
        let late = rig.receive(&submitted(u64::from(number) + 1, submission(number, form())));
        let reason = format!("业务编号「{APPLICATION}」的第2次投保申请已受理，不再接受第{number}次");
        assert_eq!(late, refused("K3202", &reason));
    }
}

#[test]
fn a_silent_or_senseless_data_check_leads_no_further() {
    for (outcome, messages) in [(Outcome::Silent, 0), (Outcome::Nonsense, 1)] {
        let mut rig = covered_and_scripted([outcome]);
        rig.receive(&first_submission());
        rig.accept_until(AT + HOUR);
        assert_eq!((rig.said().len(), rig.points().len()), (messages, 1));
        assert_eq!(rig.proposal().standing, ProposalStanding::Received);
    }
}

fn changed(first: Outcome, then: Outcome) -> Outcome {
    Outcome::ChangeOfMind { first: Box::new(first), then: Box::new(then) }
}

//= MSG-03
#[test]
fn an_insurer_that_changes_its_mind_keeps_to_its_first_word_in_its_books() {
    let mut rig = covered_and_scripted([Outcome::friendly(), changed(refuse("出险频繁"), Outcome::friendly())]);
    rig.receive(&first_submission());
    rig.accept_until(AT + 360 + 60);
    assert_eq!(rig.said()[1..], [("核保结果", AT + 360), ("核保结果", AT + 420)]);
    assert_eq!([false, false, true], [0, 1, 2].map(|at| rig.wire[at].1.contradicts));
    assert_eq!(rig.last_reason(), None);
    assert_eq!(rig.proposal().standing, ProposalStanding::Referred);
    rig.accept_until(AT + 2 * HOUR);
    assert_eq!((rig.said().len(), rig.proposal().standing), (4, ProposalStanding::Issued), "the review goes on");
}

//= MSG-03
#[test]
fn an_answer_after_a_spoilt_one_begins_nothing_a_second_time() {
    let spoilt = |of| Outcome::Misbehave { how: Misbehaviour::BadSignature, of: Box::new(of) };
    let mut rig = covered_and_scripted([changed(spoilt(Outcome::friendly()), Outcome::friendly())]);
    rig.receive(&first_submission());
    rig.run_until(AT + 60);
    let id = rig.wire[0].1.message.id.clone();
    rig.receipt(&id, Receipt::Refused { code: "K3104".into(), reason: "验签失败".into() });
    rig.accept_until(AT + HOUR);
    assert_eq!(rig.said(), [("数据审核结果", AT + 60), ("数据审核结果", AT + 120), ("核保结果", AT + 360)]);
    assert_eq!(rig.wire[1].1.message.body, checked(NUMBER));
    assert_eq!(rig.points(), [Point::DataCheck, Point::Underwriting]);
}
