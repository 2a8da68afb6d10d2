//! An insurer: 预约, 线下签约, and what it does to an open cover afterwards.

use super::{cargo::*, *};
use crate::message::cargo::{CoverageKind, OpenCoverData, OpenCoverEnd};

const BRANCH: &str = "中国平安财产保险股份有限公司北京分公司";

//= RSV-02
#[test]
fn a_request_for_an_open_cover_is_answered_in_an_hour_or_more() {
    for (script, standing, reason) in [
        (vec![], RequestStanding::Agreed, None),
        (vec![refuse("暂不承保该险种")], RequestStanding::Refused, Some("暂不承保该险种".to_owned())),
    ] {
        let mut rig = Rig::pingan(script);
        assert_eq!(rig.receive(&open_cover_request(BRANCH)), ACCEPTED);
        rig.run_until(HOUR);
        assert_eq!(rig.said(), [("预约结果", HOUR)]);
        assert_eq!(rig.last_reason(), reason);
        let entry = rig.party.requests().next().expect("it is in the books");
        assert_eq!((entry.standing, entry.insurer.as_str(), entry.decided_at), (standing, BRANCH, Some(after(HOUR))));
        assert_eq!(rig.points(), [Point::OpenCover]);
    }
}

#[test]
fn a_request_for_another_insurer_and_a_second_one_of_the_same_number_are_refused_at_the_door() {
    let mut rig = Rig::pingan([]);
    let elsewhere = rig.receive(&open_cover_request("中银保险有限公司"));
    assert_eq!(elsewhere, refused("K3201", "保险机构「中银保险有限公司」不是本机构"));
    let second = Message { id: MessageId::new("r2"), sequence: 2, ..open_cover_request(PINGAN) };
    assert_eq!(rig.receive(&Message { id: MessageId::new("r3"), sequence: 3, ..second.clone() }), ACCEPTED, "held");
    assert_eq!(rig.receive(&second), ACCEPTED);
    rig.accept_until(2 * HOUR);
    assert_eq!(rig.said(), [("预约结果", HOUR)], "the one that was held found its place taken");
    let third = Message { id: MessageId::new("r4"), sequence: 4, ..second };
    let again = "业务编号「20260302000000000009」的预约申请已受理，不再接受另一份";
    assert_eq!(rig.receive(&third), refused("K3202", again));
}

/// The usual open cover, as it is sent.
fn usual() -> OpenCoverData {
    let rows = [("1", "航空运输一切险"), ("2", "陆运一切险"), ("3", "一切险"), ("4", "水渍险"), ("5", "平安险")];
    let main = rows.map(|(number, name)| (number, CoverageKind::Main, name));
    let additional = [("6", "罢工险"), ("7", "战争险")].map(|(number, name)| (number, CoverageKind::Additional, name));
    let coverage = |(number, kind, name): (&str, CoverageKind, &str)| crate::message::cargo::CoverageData {
        number: number.into(),
        kind,
        name: name.into(),
    };
    OpenCoverData {
        number: COVER.into(),
        request: None,
        insurer: PINGAN.into(),
        uscc: "91110000600037341L".parse().unwrap(),
        enterprise: "滨海远航进出口有限公司".into(),
        contact: "周敏".into(),
        phone: "13800000000".into(),
        email: "zhou@example.com".into(),
        address: "滨海市海港路1号".into(),
        line: "进口货运险".into(),
        rate: "0.450".into(),
        minimum_premium: yuan("50.00"),
        voyage_limit: None,
        modes: ["海运", "公路", "空运", "铁路"].map(str::to_owned).to_vec(),
        begins: "2026-03-02".into(),
        ends: "2027-03-01".into(),
        coverages: main.into_iter().chain(additional).map(coverage).collect(),
        categories: signing(CoverChange::default()).categories,
        special_terms: Vec::new(),
    }
}

//= RSV-04
//= OPC-04
#[test]
fn a_cover_that_is_signed_off_line_reaches_the_portal_an_hour_or_more_later_with_the_usual_terms() {
    let mut rig = Rig::pingan([]);
    assert_eq!(sign(&mut rig, &signing(CoverChange::default())), Ok(COVER.to_owned()));
    assert_eq!(rig.party.covers().next().map(|entry| entry.standing), Some(CoverStanding::Signing));
    rig.run_until(HOUR);
    assert_eq!(rig.said(), [("协议新增", HOUR)]);
    let sent = rig.only();
    assert_eq!((sent.subject.as_str(), &sent.correlation), (COVER, &None));
    assert_eq!(sent.body, Body::OpenCoverAdded(usual()));
    assert_eq!(rig.points(), [Point::OfflineSigning]);
    let entry = rig.party.covers().next().expect("it is in the books");
    assert_eq!((entry.standing, entry.terms.clone()), (CoverStanding::Signed, usual()));
}

//= RSV-04
#[test]
fn what_was_asked_for_is_signed_unless_other_terms_are_given() {
    let mut rig = Rig::pingan([]);
    rig.receive(&open_cover_request(BRANCH));
    let follows = Signing { request: Some(REQUEST.into()), ..signing(CoverChange::default()) };
    assert_eq!(
        sign(&mut rig, &follows),
        Err("业务编号为「20260302000000000009」的预约申请待答复，不能签约".to_owned())
    );
    rig.accept_until(HOUR);
    sign(&mut rig, &follows).unwrap();
    let terms =
        CoverChange { line: Some("国内货运险".into()), rate: Some("0.500".into()), ..CoverChange::default() };
    let second = sign(&mut rig, &Signing { terms, ..follows.clone() });
    assert_eq!(second.as_deref(), Ok("Q202603020000000000001"), "no two covers share a number");
    rig.run_until(2 * HOUR);
    let covers: Vec<_> = rig.party.covers().map(|entry| entry.terms.clone()).collect();
    let asked = OpenCoverData {
        request: Some(REQUEST.into()),
        insurer: BRANCH.into(),
        contact: "王芳".into(),
        phone: "13900000000".into(),
        line: "出口货运险".into(),
        ..usual()
    };
    let given = OpenCoverData {
        number: "Q202603020000000000001".into(),
        line: "国内货运险".into(),
        rate: "0.500".into(),
        ..asked.clone()
    };
    assert_eq!(covers, [asked, given]);
    let mut foreign = follows;
    foreign.enterprise.uscc = "91310115MA1TE5T26X".parse().unwrap();
    assert_eq!(sign(&mut rig, &foreign), Err("业务编号为「20260302000000000009」的预约申请不是该企业的".to_owned()));
}

#[test]
fn a_signing_that_comes_to_nothing_is_never_heard_of() {
    for (outcome, standing) in [
        (refuse("条件未谈妥"), CoverStanding::NotSigned),
        (Outcome::Silent, CoverStanding::Signing),
        (Outcome::NoReceipt, CoverStanding::Signing),
    ] {
        let mut rig = Rig::pingan([outcome]);
        sign(&mut rig, &signing(CoverChange::default())).unwrap();
        rig.run_until(100 * HOUR);
        assert_eq!(rig.said(), []);
        assert_eq!(rig.party.covers().next().map(|entry| entry.standing), Some(standing));
        let end = rig.party.end_cover(COVER, "", rig.moment());
        assert_eq!(end, Err(format!("编号为「{COVER}」的货运险协议{}，不在有效状态", standing.chinese())));
    }
}

#[test]
fn terms_that_make_no_cover_are_refused_and_a_bank_signs_none() {
    let mut rig = Rig::pingan([]);
    let day = |text: &str| Some(text.parse().unwrap());
    for (terms, reason) in [
        (CoverChange { modes: Some(vec![]), ..CoverChange::default() }, "协议没有运输方式"),
        (CoverChange { modes: Some(vec!["管道".into()]), ..CoverChange::default() }, "没有运输方式「管道」"),
        (CoverChange { line: Some("关税保证保险".into()), ..CoverChange::default() }, "没有险种「关税保证保险」"),
        (CoverChange { rate: Some("千分之一".into()), ..CoverChange::default() }, "保险费率「千分之一」不是百分比"),
        (CoverChange { coverages: Some(vec![]), ..CoverChange::default() }, "协议没有险别"),
        (CoverChange { categories: Some(vec![]), ..CoverChange::default() }, "协议没有货物类别"),
        (
            CoverChange { insurer: Some("中银保险有限公司".into()), ..CoverChange::default() },
            "保险机构「中银保险有限公司」不是「中国平安财产保险股份有限公司」",
        ),
        (
            CoverChange { begins: day("2026-04-01"), ends: day("2026-03-31"), ..CoverChange::default() },
            "协议结束时间2026-03-31早于协议起效时间2026-04-01",
        ),
    ] {
        assert_eq!(sign(&mut rig, &signing(terms)), Err(reason.to_owned()));
    }
    assert_eq!((rig.points(), rig.party.covers().count()), (vec![], 0));
    let mut bank = Rig::boc([]);
    let refusal = Err("「中国银行股份有限公司」不是保险公司，不能线下签约".to_owned());
    assert_eq!(sign(&mut bank, &signing(CoverChange::default())), refusal);
}

//= OPC-07
#[test]
fn a_cover_is_changed_and_ended_at_once_and_the_portal_is_told() {
    let mut rig = covered(CoverChange::default());
    let limit = Some(Some(yuan("500000.00")));
    let change = CoverChange { rate: Some("0.600%".into()), voyage_limit: limit, ..CoverChange::default() };
    let changes = rig.party.change_cover(COVER, &change, rig.moment()).unwrap();
    rig.apply(changes);
    let now = OpenCoverData { rate: "0.600".into(), voyage_limit: Some(yuan("500000.00")), ..usual() };
    assert_eq!(rig.wire[0].1.message.body, Body::OpenCoverChanged(now));
    let changes = rig.party.end_cover(COVER, "企业停业", rig.moment()).unwrap();
    rig.apply(changes);
    let end = OpenCoverEnd { number: COVER.into(), uscc: usual().uscc, reason: "企业停业".into() };
    assert_eq!(rig.wire[1].1.message.body, Body::OpenCoverEnded(end));
    assert_eq!([rig.wire[0].1.message.sequence, rig.wire[1].1.message.sequence], [2, 3]);
    let again = rig.party.change_cover(COVER, &change, rig.moment());
    assert_eq!(again, Err(format!("编号为「{COVER}」的货运险协议已终止，不在有效状态")));
    let unknown = rig.party.end_cover("Q1", "", rig.moment());
    assert_eq!(unknown, Err("没有编号为「Q1」的货运险协议".to_owned()));
}

//= OPC-07
#[test]
fn a_cover_lasts_through_its_last_day() {
    let ends = Some("2026-03-10".parse().unwrap());
    let mut rig = covered(CoverChange { ends, ..CoverChange::default() });
    let entry = rig.party.covers().next().expect("it is in the books").clone();
    let day = |text: &str| entry.in_force(text.parse().unwrap());
    assert_eq!(["2026-03-01", "2026-03-02", "2026-03-10", "2026-03-11"].map(day), [false, true, true, false]);
    rig.now = 8 * 24 * HOUR + 14 * HOUR; // 2026-03-10 23:00:00
    assert!(rig.party.end_cover(COVER, "", rig.moment()).is_ok());
    rig.now += HOUR;
    let over = rig.party.end_cover(COVER, "", rig.moment());
    assert_eq!(over, Err(format!("编号为「{COVER}」的货运险协议已到期")));
}
