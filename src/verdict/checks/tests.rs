//! Each invariant holds in a story that went well, and notices each way in which one is spoilt.

use std::collections::BTreeMap;

use domain::{
    directory::PartyId,
    message::{BankSigningAnswer, Body, Decision, MessageId, Receipt},
};
use interchange::Suite;

use super::{
    INVARIANTS, Judging, run_all,
    story::{self, OTHER, OWNER, RECORD, Story, boc, insurer},
};
use crate::{
    evidence::{Arrival, BookLine, Happening, PageSeen, Sent},
    verdict::{Verdict, event::tests::case},
};

fn story() -> Story {
    Story::told_in(Suite::Mac)
}

fn decided(party: PartyId, point: &str, outcome: &str) -> Happening {
    Happening::Decided { party, point: point.into(), subject: RECORD.into(), outcome: outcome.into() }
}

#[test]
fn a_story_that_went_well_satisfies_every_invariant() {
    for suite in [Suite::Sm2, Suite::Mac] {
        let story = Story::told_in(suite);
        for invariant in INVARIANTS {
            assert_eq!(story.outcome_of(invariant).findings, [], "{suite} {}", invariant.name);
        }
    }
}

/// An invariant that no story has anything for could never find anything.
#[test]
fn every_invariant_has_something_to_judge_in_one_story_or_the_other() {
    let stories = [story(), Story::of_cargo(Suite::Mac)];
    for invariant in INVARIANTS {
        assert!(stories.iter().any(|s| s.outcome_of(invariant).evaluated), "{}", invariant.name);
    }
}

#[test]
fn only_invariants_that_a_scenario_names_are_cited_and_all_find() {
    let mut story = story();
    story.evidence.books[1].requests_handled = 2;
    let mut result = case("A-1", Verdict::Passed);
    let identities = |id: &PartyId| story.identities.get(id);
    let named = BTreeMap::from([("不越权", 12)]);
    run_all(&story.evidence, &Judging::new(story.context(&identities)), &named, 5, &mut result);
    assert_eq!(result.verdict, Verdict::Failed);
    assert_eq!(result.findings[0].check, "一次生效");
    let cited: Vec<_> = result.cited.keys().map(String::as_str).collect();
    // What messages say is judged and cited in any case.
    assert_eq!(cited, ["ACC-06", "ACC-10", "AGR-03", "AGR-04", "AGR-05", "AGR-06", "AGR-07"]);
    assert_eq!(result.cited["ACC-10"][0].line, 12);
}

// 报文有效

//= MSG-02
#[test]
fn an_honest_message_that_a_gateway_refuses_is_found() {
    let mut story = story();
    story.refuse(0, "K3104");
    assert_eq!(story.found_by("报文有效")[0], "诚实的报文被拒绝：");
}

//= MSG-02
#[test]
fn a_business_refusal_of_an_honest_message_is_no_fault_of_the_message() {
    let mut story = story();
    story.refuse(3, "K3202");
    story.evidence.pages[0].log.pop();
    assert_eq!(story.found_by("报文有效"), Vec::<String>::new());
}

//= MSG-02
#[test]
fn bytes_that_changed_on_the_way_without_being_declared_are_found() {
    let mut story = story();
    story.arrival(0).bytes = [1, 2, 3][..].into();
    assert_eq!(story.found_by("报文有效")[0], "到达的报文与发出的不同，但没有声明过篡改");
}

//= MSG-02
#[test]
fn a_message_that_does_not_verify_again_is_found() {
    for suite in [Suite::Sm2, Suite::Mac] {
        let mut story = Story::told_in(suite);
        let mut bytes = story.sent(0).bytes.to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        story.sent(0).bytes = bytes.as_slice().into();
        story.arrival(0).bytes = bytes.as_slice().into();
        assert!(story.found_by("报文有效")[0].starts_with("报文不能再次打开并验签"), "{suite}");
    }
}

//= MSG-02
#[test]
fn a_bad_message_must_be_refused_for_what_is_bad_about_it() {
    for (declared, right, wrong) in [
        ("坏签名", "K3104", "K3108"),
        ("过期证书", "K3103", "K3104"),
        ("错收件人", "K3105", "K3104"),
        ("胡言 data.reason 过长", "K3108", "K3202"),
        ("胡言 type 过长", "K3107", "K3108"),
        ("胡言 type 缺失", "K3108", "K3107"),
        ("胡言 data 过长", "K3109", "K3108"),
        ("改口", "K3202", "K3111"),
    ] {
        let mut story = Story::told_in(Suite::Sm2);
        story.sent(3).declared = vec![declared.into()];
        let found = story.found_by("报文有效");
        assert_eq!(found[0], format!("{declared}的报文被接受了"));
        // 处理成功 in the log rests on nothing but the bad answer.
        assert_eq!(found[1], "第 8 条「S 处理成功」没有有效的签约结果作为依据");
        story.evidence.pages[0].log.pop();
        story.refuse(3, right);
        assert_eq!(story.found_by("报文有效"), Vec::<String>::new(), "{declared}");
        story.refuse(3, wrong);
        assert_eq!(story.found_by("报文有效"), [format!("{declared}的报文以不相干的理由被拒绝：")]);
    }
}

//= MSG-02
#[test]
fn a_tampered_copy_must_be_refused_and_a_whole_one_taken() {
    let mut story = story();
    story.sent(3).declared = vec!["篡改".into()];
    assert_eq!(story.found_by("报文有效"), Vec::<String>::new(), "this copy arrived whole");
    story.arrival(3).bytes = [0][..].into();
    assert_eq!(story.found_by("报文有效")[0], "篡改的报文被接受了");
}

//= MSG-02
#[test]
fn without_certificates_an_expired_one_is_a_wrong_key() {
    let mut story = story();
    story.sent(3).declared = vec!["过期证书".into()];
    story.evidence.pages[0].log.pop();
    story.refuse(3, "K3104");
    assert_eq!(story.found_by("报文有效"), Vec::<String>::new());
    story.refuse(3, "K3103");
    assert_eq!(story.found_by("报文有效"), ["过期证书的报文以不相干的理由被拒绝："]);
}

//= MSG-02
#[test]
fn a_record_of_sending_that_differs_from_the_message_is_found() {
    let mut story = story();
    story.sent(0).subject = "20260302000000000009".into();
    assert_eq!(story.found_by("报文有效")[0], "报文中的业务编号与发送记录不符");
}

//= MSG-02
#[test]
fn a_gap_in_the_sequence_is_found() {
    let mut story = story();
    story.sent(3).sequence = 2;
    let found = story.found_by("报文有效");
    assert!(found.contains(&"报文中的序号与发送记录不符".to_owned()));
    assert!(found.contains(&"报文序号不是从 1 起连续的".to_owned()));
}

//= MSG-04
#[test]
fn an_id_that_comes_with_other_bytes_is_found() {
    let mut story = story();
    let mut again = story.sent(0).clone();
    again.transit = 9;
    again.sending = 2;
    story.note(50, Happening::Sent(again.clone()));
    assert_eq!(story.found_by("报文有效"), Vec::<String>::new());
    again.bytes = [1][..].into();
    story.note(60, Happening::Sent(again));
    assert_eq!(story.found_by("报文有效"), ["同一编号的两份报文内容不同"]);
}

//= MSG-02
#[test]
fn an_answer_to_nothing_is_found() {
    let mut story = story();
    story.sent(1).correlation = None;
    assert!(story.found_by("报文有效").contains(&"答复所关联的申请不存在".to_owned()));
}

//= MSG-02
#[test]
fn success_after_a_refusing_answer_is_found() {
    let mut story = story();
    story.says(3, story::bank_answer(Decision::Refused));
    assert_eq!(story.found_by("报文有效"), ["第 8 条「S 处理成功」没有有效的签约结果作为依据"]);
}

//= MSG-02
#[test]
fn a_book_line_that_rests_on_no_request_is_found() {
    let mut story = story();
    let line = BookLine { application: "20260302000000000009".into(), ..story.evidence.books[0].clone() };
    story.evidence.books.push(line);
    assert_eq!(story.found_by("报文有效"), ["账簿中的一笔没有有效的签约申请作为依据"]);
}

// 回执齐全

//= MSG-04
#[test]
fn a_missing_receipt_is_found_unless_the_receiver_was_scripted_mute() {
    let mut story = story();
    story.arrival(0).receipt = None;
    assert_eq!(story.found_by("回执齐全"), ["到达的报文没有回执"]);
    let mute = |party| decided(party, "保险公司.签约", "无回执");
    story.note(3, mute(boc()));
    assert_eq!(story.found_by("回执齐全"), ["到达的报文没有回执"]);
    story.note(3, mute(insurer()));
    assert_eq!(story.found_by("回执齐全"), Vec::<String>::new());
}

//= MSG-04
#[test]
fn a_receipt_by_another_party_or_for_other_bytes_proves_nothing() {
    for suite in [Suite::Sm2, Suite::Mac] {
        let mut story = Story::told_in(suite);
        let bytes = story.arrival(0).bytes.clone();
        for forged in [
            story.receipt(&Receipt::Accepted, &bytes, &boc(), 3),
            story.receipt(&Receipt::Accepted, &[1, 2, 3], &insurer(), 3),
            [1, 2, 3][..].into(),
        ] {
            story.arrival(0).receipt = Some(forged);
            let found = story.found_by("回执齐全");
            assert_eq!(found.len(), 1);
            assert!(found[0].starts_with("回执不能证明它是收件人对这份报文的回执"), "{suite} {}", found[0]);
        }
    }
}

//= MSG-04
#[test]
fn a_receipt_that_says_otherwise_than_was_done_is_found() {
    let mut story = story();
    story.arrival(0).refused = Some("K3202".into());
    assert_eq!(story.found_by("回执齐全"), ["回执所说的与收件人所做的不一致"]);
}

//= MSG-04
#[test]
fn a_sending_after_a_verified_receipt_is_found_unless_it_was_scripted() {
    let mut story = story();
    let mut again = story.sent(3).clone();
    again.transit = 9;
    story.note(2000, Happening::Sent(again));
    assert_eq!(story.found_by("回执齐全"), ["已收到回执的报文又发送了一次"]);
    let twice = decided(boc(), "银行.签约", "重复(同意)");
    story.note(604, twice);
    assert_eq!(story.found_by("回执齐全"), Vec::<String>::new());
}

//= MSG-03
#[test]
fn the_same_bytes_with_another_outcome_are_found() {
    let mut story = story();
    let arrival = story.arrival(0).clone();
    story.note(50, Happening::Arrived(arrival));
    assert_eq!(story.found_by("回执齐全"), Vec::<String>::new());
    let mut arrival = story.arrival(0).clone();
    arrival.refused = Some("K3111".into());
    story.note(60, Happening::Arrived(arrival));
    assert!(story.found_by("回执齐全").contains(&"同样的字节再次到达，结果却不同".to_owned()));
}

// 一次生效

//= MSG-03
#[test]
fn a_request_with_two_effects_is_found() {
    let mut story = story();
    story.evidence.books[1].requests_handled = 2;
    assert_eq!(story.found_by("一次生效"), ["同一笔签约申请被办理了不止一次"]);
}

//= MSG-03
#[test]
fn a_success_that_is_logged_twice_is_found() {
    let mut story = story();
    let mut again = story.evidence.pages[0].log[7].clone();
    again.number = 9;
    story.evidence.pages[0].log.push(again);
    assert_eq!(story.found_by("一次生效"), ["状态记录中 S 出现了不止一次"]);
}

//= AGR-09
#[test]
fn a_number_that_is_not_the_bank_s_is_found() {
    let mut story = story();
    story.evidence.pages[0].fields[1].1 = "BOCBX000000002".into();
    assert_eq!(story.found_by("一次生效"), ["页面上的协议编号不是银行账簿中的那一个"]);
    story.evidence.books.pop();
    assert_eq!(story.found_by("一次生效"), ["页面显示签约成功，但没有银行的账簿记着这份协议"]);
}

//= MSG-03
#[test]
fn two_numbers_for_one_application_are_found() {
    let mut story = story();
    let line = BookLine { agreement_number: Some("HGB20260302000000001".into()), ..story.evidence.books[1].clone() };
    story.evidence.books.push(line);
    assert_eq!(story.found_by("一次生效"), ["同一笔签约有不止一个协议编号"]);
}

// 不越权

//= ACC-10
#[test]
fn a_page_that_shows_a_foreign_record_is_found() {
    let mut story = story();
    let page = |enterprise: &str, record: &str| {
        Happening::Page(PageSeen {
            enterprise: enterprise.into(),
            page: "在线交费签约".into(),
            records: vec![record.into()],
        })
    };
    story.note(1400, page(OTHER, RECORD));
    let found = story.judged_by(super::by_name("不越权").unwrap());
    assert_eq!(found[0].text, format!("页面「在线交费签约」涉及别的企业的记录 {RECORD}"));
    assert_eq!((found[0].expected.as_str(), found[0].actual.as_str()), (OTHER, OWNER));
}

//= ACC-10
#[test]
fn an_act_on_a_foreign_record_is_found_unless_it_was_refused() {
    let mut story = story();
    let Happening::Act(mut act) = story.evidence.entries[0].what.clone() else { panic!("the first entry is the act") };
    act.enterprise = OTHER.into();
    act.refused = Some("K1012".into());
    story.note(1400, Happening::Act(act.clone()));
    assert_eq!(story.found_by("不越权"), Vec::<String>::new());
    act.refused = None;
    story.note(1500, Happening::Act(act));
    assert_eq!(story.found_by("不越权").len(), 1);
}

// 签名真实

//= AGR-07
#[test]
fn a_signed_text_that_does_not_name_the_account_is_found() {
    let mut story = story();
    let seal = story.seal_by(OWNER, "10", &story::TEXT.replace("620000000000000101", ""));
    story.says(0, story::insurer_request(seal));
    assert_eq!(story.found_by("签名真实"), ["所签的文字没有写明报文中的付款账号"]);
}

//= ACC-06
#[test]
fn another_enterprise_s_or_an_operator_s_card_is_found() {
    for (uscc, role) in [(OTHER, "10"), (OWNER, "12")] {
        let mut story = story();
        let seal = story.seal_by(uscc, role, story::TEXT);
        story.says(0, story::insurer_request(seal));
        assert_eq!(story.found_by("签名真实").len(), 1, "{uscc} {role}");
    }
}

//= ACC-06
#[test]
fn a_request_for_another_enterprise_than_the_one_that_acted_is_found() {
    let mut story = story();
    story.evidence.owners.insert(RECORD.into(), OTHER.into());
    assert_eq!(story.found_by("签名真实"), ["付款企业不是签署这份协议的企业"; 2]);
}

// 申请如实

//= AGR-03
//= AGR-04
//= AGR-05
//= AGR-06
#[test]
fn a_request_that_says_something_else_than_was_entered_is_found() {
    assert_eq!(story().found_by("申请如实"), Vec::<String>::new());
    for label in
        ["付款银行", "收款企业", "企业名称", "企业地址", "企业联系人", "付款账号", "联系人电话", "企业邮箱", "企业税号"]
    {
        let mut story = story();
        story.entered().fields.insert(label.into(), "别的".into());
        // The insurer's request and the bank's.
        assert_eq!(story.found_by("申请如实"), vec![format!("签约申请中的{label}不是所填写的"); 2]);
    }
    let mut story = story();
    story.entered().legal_person = "另一人".into();
    assert_eq!(story.found_by("申请如实"), vec!["签约申请中的法定代表人不是所填写的"; 2]);
}

// 登录不可重放 has its tests beside it.

//= AGR-09
#[test]
fn an_end_by_the_bank_that_is_still_under_way_is_no_contradiction() {
    let mut story = story();
    for line in &mut story.evidence.books {
        line.standing = "ended".into();
    }
    assert_eq!(story.found_by("一次生效"), ["页面显示签约成功，但没有银行的账簿记着这份协议"]);
    story.end_under_way();
    assert_eq!(story.found_by("一次生效"), Vec::<String>::new());
}

//= MSG-02
#[test]
fn a_bad_message_that_was_tampered_with_too_may_be_refused_for_either() {
    for (code, found) in [("K3103", 0), ("K3106", 0), ("K3108", 1)] {
        let mut story = Story::told_in(Suite::Sm2);
        story.sent(3).declared = vec!["过期证书".into(), "篡改".into()];
        story.arrival(3).bytes = [0][..].into();
        story.evidence.pages[0].log.pop();
        story.refuse(3, code);
        assert_eq!(story.found_by("报文有效").len(), found, "{code}");
    }
}

// 提示如实

//= AGR-07
#[test]
fn a_prompt_in_other_words_is_found() {
    let mut story = story();
    for entry in &mut story.evidence.entries {
        if let Happening::Act(act) = &mut entry.what
            && act.verb == "协议签署"
        {
            act.prompt = "已发送".into();
        }
    }
    assert_eq!(story.found_by("提示如实"), ["「协议签署」的提示不是手册的文字"]);
}

// 答复如实

//= AGR-09
#[test]
fn an_answer_against_the_party_s_own_books_is_found() {
    let mut story = story();
    story.says(3, story::bank_answer(Decision::Refused));
    assert_eq!(story.found_by("答复如实"), ["机构的账簿与它发出的报文不一致"]);
    let mut story = self::story();
    for line in story.evidence.books.iter_mut().filter(|l| l.party == boc()) {
        line.agreement_number = Some("BOCBX000000009".into());
    }
    assert_eq!(story.found_by("答复如实"), ["签约结果中的协议编号不是账簿中的那一个"]);
}

//= AGR-11
#[test]
fn a_second_answer_is_found_unless_the_script_has_the_party_change_its_mind() {
    let mut story = story();
    let again = Sent { transit: 9, id: MessageId::new("m9"), sequence: 2, ..story.sent(1).clone() };
    story.note(700, Happening::Sent(again));
    assert_eq!(story.found_by("答复如实"), ["同一份申请答复了不止一次"]);
    let outcome = "改口(拒绝(资料不全), 同意)";
    story.note(0, decided(insurer(), "保险公司.签约", outcome));
    assert_eq!(story.found_by("答复如实"), Vec::<String>::new());
}

//= AGR-09
#[test]
fn an_agreement_that_ends_before_it_begins_is_found() {
    let mut story = story();
    let Body::BankSigningAnswered(answer) = story::bank_answer(Decision::Agreed) else { panic!("a bank's answer") };
    let day_before = Some("2026-03-01".to_owned());
    story.says(3, Body::BankSigningAnswered(BankSigningAnswer { expiry: day_before, ..answer }));
    assert_eq!(story.found_by("答复如实"), ["协议失效时间早于协议生效时间"]);
}

// 线路如实

//= MSG-03
#[test]
fn a_copy_or_a_loss_that_no_fault_declares_is_found() {
    let mut story = story();
    let copy = story.arrival(0).clone();
    story.note(1, Happening::Arrived(Arrival { receipt: None, ..copy }));
    assert_eq!(story.found_by("线路如实"), ["同一次发送送到了不止一次，但没有声明过重复"]);
    story.note(1, Happening::Struck { fault: 0, text: "重复 签约申请".into() });
    assert_eq!(story.found_by("线路如实"), Vec::<String>::new());
    let mut story = self::story();
    let lost = Sent { transit: 9, sending: 2, ..story.sent(0).clone() };
    story.note(0, Happening::Sent(lost));
    story.note(900, Happening::Struck { fault: 0, text: "断开 签约申请".into() });
    assert_eq!(story.found_by("线路如实"), ["报文没有送到，但没有声明过丢失"]);
    story.note(900, Happening::Lost { transit: 9 });
    assert_eq!(story.found_by("线路如实"), Vec::<String>::new());
}

//= MSG-02
#[test]
fn a_message_that_reaches_somebody_else_is_found() {
    let mut story = story();
    story.arrival(0).by = boc();
    assert!(story.found_by("线路如实").contains(&"报文送到了别人那里".to_owned()));
}

//= MSG-04
#[test]
fn a_receipt_that_does_not_verify_is_found() {
    let mut story = story();
    story.note(2, Happening::Receipt { transit: 0, lost: false, refused: Some("K3113".into()), verified: false });
    assert_eq!(story.found_by("回执齐全"), ["送到的回执不是收件人对这份报文的回执"]);
}

//= MSG-03
#[test]
fn an_answer_that_was_to_be_given_twice_and_was_not_is_found() {
    let mut story = story();
    story.note(604, decided(boc(), "银行.签约", "重复(同意)"));
    let mut later = story.sent(3).clone();
    story.note(4_000, decided(insurer(), "保险公司.签约", "同意"));
    assert_eq!(story.found_by("答复如实"), ["写了「重复(同意)」，答复却没有发第二次"]);
    let answered = story.evidence.entries.iter().find(|e| matches!(&e.what, Happening::Sent(s) if s.transit == 3));
    let second = answered.map(|e| (e.at.unix_ms() - story::at(0).unix_ms()) / 1000 + 30).unwrap();
    (later.transit, later.sending) = (9, 2);
    story.note(second, Happening::Sent(later));
    assert_eq!(story.found_by("答复如实"), Vec::<String>::new());
}

//= MSG-03
#[test]
fn a_fault_that_was_to_bring_a_message_twice_and_did_not_is_found() {
    let mut story = story();
    let at = story.evidence.entries.iter().find(|e| matches!(e.what, Happening::Sent(_))).unwrap().at;
    let second = (at.unix_ms() - story::at(0).unix_ms()) / 1000;
    story.note(second, Happening::Struck { fault: 0, text: "重复 签约申请".into() });
    story.note(4_000, decided(insurer(), "保险公司.签约", "同意"));
    assert_eq!(story.found_by("线路如实"), ["声明了重复，报文却只送到一次"]);
}

//= MSG-02
#[test]
fn other_bytes_under_a_used_id_are_no_repetition() {
    let mut story = story();
    let mut arrival = story.arrival(0).clone();
    let bytes: std::sync::Arc<[u8]> = [1, 2, 3][..].into();
    arrival.receipt = Some(story.receipt(&Receipt::Accepted, &bytes, &insurer(), 50));
    arrival.bytes = bytes;
    story.note(50, Happening::Arrived(arrival));
    assert!(
        story.found_by("回执齐全").contains(&"已用过的报文编号之下，另一份内容被当作重复接受了".to_owned()),
        "{:?}",
        story.found_by("回执齐全")
    );
}

//= AGR-11
#[test]
fn a_first_answer_that_is_refused_and_one_that_is_dropped_are_found() {
    let mut story = story();
    story.arrival(3).refused = Some("K3202".into());
    assert!(story.found_by("一次生效").contains(&"对申请的第一个答复被拒绝了".to_owned()));
    let mut story = self::story();
    story.evidence.entries.retain(|e| !matches!(&e.what, Happening::Logged(row) if row.code == "S"));
    for page in &mut story.evidence.pages {
        page.log.retain(|row| row.code != "S");
    }
    assert!(story.found_by("一次生效").contains(&"门户接受了这份报文，状态记录中却没有它的结果".to_owned()));
}
