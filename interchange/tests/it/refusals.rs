//! Every refusal code is reached, and what is good gets through.

use interchange::{Identity, Suite, event, open, seal, seal_event};
use serde_json::{Value, json};

use crate::{
    every_kind::{one_of_each, order, submission},
    fixture::*,
};

const SUITES: [Suite; 3] = [Suite::Sm2, Suite::Rsa, Suite::Mac];

/// The answer's event with a change, sealed by the insurer for the portal, and the code that it meets.
fn code_of_changed(suite: Suite, change: impl FnOnce(&mut Value)) -> (&'static str, String) {
    let mut event: Value = serde_json::from_slice(&event::write(&answer())).unwrap();
    change(&mut event);
    code_of_json(suite, event.to_string().as_bytes())
}

fn code_of_json(suite: Suite, json: &[u8]) -> (&'static str, String) {
    let world = world(suite);
    let bytes = world.seal_json(json, &world.insurer.identity, &portal());
    let refused = world.open(&bytes, &world.portal.identity).unwrap_err();
    (refused.code, refused.reason)
}

fn code_from(suite: Suite, from: &Identity) -> &'static str {
    let world = world(suite);
    world.open(&world.seal(&answer(), from), &world.portal.identity).unwrap_err().code
}

//= MSG-02
#[test]
fn every_kind_arrives_as_it_was_sent_in_every_suite() {
    for suite in SUITES {
        let world = world(suite);
        for message in one_of_each() {
            let who = |id: &domain::directory::PartyId| match id.as_str() {
                "portal" => &world.portal.identity,
                "boc" => &world.bank.identity,
                _ => &world.insurer.identity,
            };
            let bytes = world.seal(&message, who(&message.source));
            let opened = world.open(&bytes, who(&message.target)).unwrap();
            assert_eq!(opened.message, message);
            assert_eq!(opened.sender, message.source);
            assert_eq!(opened.digest, signing::sha256(&bytes));
            assert_eq!(opened.json.as_bytes(), event::write(&message));
            assert_eq!(opened.facts.suite, suite);
            assert_eq!(opened.facts.sealed_bytes, bytes.len());
        }
    }
}

#[test]
fn the_same_draws_give_the_same_bytes() {
    for suite in SUITES {
        let world = world(suite);
        let sealed = |seed| seal(&answer(), &world.insurer.identity, &world.peers, &mut rng(seed)).unwrap();
        assert_eq!(sealed(1), sealed(1));
        assert_eq!(sealed(1) == sealed(2), suite == Suite::Mac);
    }
}

#[test]
fn facts_name_the_algorithms() {
    let names = |suite| {
        let world = world(suite);
        let bytes = world.seal(&answer(), &world.insurer.identity);
        let f = world.open(&bytes, &world.portal.identity).unwrap().facts;
        (f.signer, f.digest_algorithm, f.signature_algorithm, f.key_algorithm, f.content_algorithm)
    };
    let insurer = || "boc-insurance".to_owned();
    assert_eq!(names(Suite::Sm2), (insurer(), "SM3", "SM2-SM3", "SM2", "SM4-CBC"));
    let rsa = "RSA PKCS#1 v1.5";
    assert_eq!(names(Suite::Rsa), (insurer(), "SHA-256", rsa, rsa, "AES-256-CBC"));
    assert_eq!(names(Suite::Mac), (insurer(), "SHA-256", "HMAC-SHA-256", "-", "-"));
}

//= MSG-02
#[test]
fn k3101_a_signer_that_nobody_knows() {
    for suite in [Suite::Sm2, Suite::Rsa] {
        assert_eq!(code_from(suite, &world(suite).bad.as_ref().unwrap().stranger), "K3101");
    }
    let unknown = Identity::mac(domain::directory::PartyId::new("nobody"), [7; 32]);
    assert_eq!(code_from(Suite::Mac, &unknown), "K3101");
}

//= MSG-02
#[test]
fn k3102_a_certificate_of_another_root() {
    for suite in [Suite::Sm2, Suite::Rsa] {
        assert_eq!(code_from(suite, &world(suite).bad.as_ref().unwrap().other_root), "K3102");
    }
}

#[test]
fn k3102_a_known_certificate_that_the_root_did_not_issue() {
    let world = world(Suite::Sm2);
    // The card's root is trusted for cards and for nothing else.
    let foreign = interchange::Peers::new(card_ca().certificate().clone());
    let mut peers = foreign;
    peers.add(insurer(), world.insurer.sign.clone().unwrap(), world.insurer.encryption.clone().unwrap());
    let bytes = world.seal(&answer(), &world.insurer.identity);
    let refused = open(&bytes, &world.portal.identity, &peers, now(), WINDOW).unwrap_err();
    assert_eq!(refused.code, "K3102");
}

//= MSG-02
#[test]
fn k3103_a_certificate_before_or_after_its_dates() {
    for suite in [Suite::Sm2, Suite::Rsa] {
        let bad = world(suite).bad.as_ref().unwrap();
        assert_eq!(code_from(suite, &bad.expired), "K3103");
        assert_eq!(code_from(suite, &bad.not_yet), "K3103");
    }
}

#[test]
fn k3103_a_known_certificate_after_its_dates() {
    let world = world(Suite::Sm2);
    let late = domain::Time::from_unix_ms((YEAR_2099 + DAY) * 1000);
    let bytes = world.seal(&answer(), &world.insurer.identity);
    let refused = open(&bytes, &world.portal.identity, &world.peers, late, WINDOW).unwrap_err();
    assert_eq!(refused.code, "K3103");
}

//= MSG-02
#[test]
fn k3104_a_signature_by_another_key() {
    for suite in [Suite::Sm2, Suite::Rsa] {
        let world = world(suite);
        // The bank's key under the insurer's certificate.
        let forged = world.bank.identity.with_certificate(world.insurer.sign.clone().unwrap());
        assert_eq!(code_from(suite, &forged), "K3104");
    }
    assert_eq!(code_from(Suite::Mac, &Identity::mac(insurer(), [8; 32])), "K3104");
}

//= MSG-02
#[test]
fn k3105_a_message_for_somebody_else() {
    for suite in SUITES {
        let world = world(suite);
        let bytes = world.seal(&answer(), &world.insurer.identity);
        assert_eq!(world.open(&bytes, &world.bank.identity).unwrap_err().code, "K3105");
        let (code, reason) = code_of_changed(suite, |e| e["receiver"] = "urn:kouan:party:boc".into());
        assert_eq!(code, "K3105");
        assert_eq!(reason, "收件人不符：$.receiver 为「boc」，本方为「portal」");
    }
}

//= MSG-04
#[test]
fn k3106_bytes_that_are_no_message() {
    for suite in SUITES {
        let world = world(suite);
        let whole = world.seal(&answer(), &world.insurer.identity);
        let longer = [&whole[..], &[0]].concat();
        for bytes in [&b""[..], b"hello", b"\x30\x00", &whole[..whole.len() - 1], &longer] {
            assert_eq!(world.open(bytes, &world.portal.identity).unwrap_err().code, "K3106");
        }
    }
}

//= MSG-04
#[test]
fn k3107_a_type_that_is_not_in_the_catalogue() {
    for suite in SUITES {
        let (code, reason) = code_of_changed(suite, |e| e["type"] = "cn.kouan.agreement.ended.v2".into());
        assert_eq!(code, "K3107");
        assert_eq!(reason, "报文类型未知：cn.kouan.agreement.ended.v2");
    }
}

//= MSG-04
#[test]
fn k3108_names_the_path_of_what_is_wrong() {
    let (code, reason) = code_of_changed(Suite::Sm2, |e| {
        e["data"]["reason"] = "".into();
        e["data"]["extra"] = 1.into();
        e["subject"] = 7.into();
    });
    assert_eq!(code, "K3108");
    assert_eq!(
        reason,
        "报文内容不符合规范：$.data.reason 长度应为1至200个字符，实为0个；$.data.extra 不在规范内；$.subject 应为字符串"
    );
    let reason_of = |change: fn(&mut Value)| code_of_changed(Suite::Mac, change).1;
    assert_eq!(
        reason_of(|e| e["data"]["decision"] = "agreed".into()),
        "报文内容不符合规范：$.data.reason 仅在 decision 为 refused 时填写"
    );
    assert_eq!(
        reason_of(|e| drop(e["data"].as_object_mut().unwrap().remove("reason"))),
        "报文内容不符合规范：缺少 $.data.reason（decision 为 refused 时必填）"
    );
    assert_eq!(
        reason_of(|e| e["data"]["decision"] = "maybe".into()),
        "报文内容不符合规范：$.data.decision 应为「agreed」或「refused」；$.data.reason 仅在 decision 为 refused 时填写"
    );
}

#[test]
fn k3108_a_key_twice_and_text_that_is_no_json() {
    let twice = String::from_utf8(event::write(&answer())).unwrap().replacen('{', r#"{"id":"x","#, 1);
    let (code, reason) = code_of_json(Suite::Mac, twice.as_bytes());
    assert_eq!(code, "K3108");
    assert!(reason.starts_with("报文内容不符合规范：键「id」重复出现"), "{reason}");
    assert_eq!(code_of_json(Suite::Mac, b"<xml/>").0, "K3108");
    assert_eq!(code_of_json(Suite::Mac, b"[]").0, "K3108");
}

//= MSG-04
#[test]
fn k3109_a_message_over_the_limit_of_its_type_or_of_all() {
    let world = world(Suite::Mac);
    // Padded with spaces: still good JSON, and exactly at or over the limit of 64 KiB when sealed.
    let json = event::write(&answer());
    let sealed = |spaces: usize| {
        let padded = [&json[..], &vec![b' '; spaces]].concat();
        world.seal_json(&padded, &world.insurer.identity, &portal())
    };
    let overhead = sealed(40_000).len() - 40_000;
    assert!(world.open(&sealed(65_536 - overhead), &world.portal.identity).is_ok());
    let over = world.open(&sealed(65_537 - overhead), &world.portal.identity).unwrap_err();
    assert_eq!(over.code, "K3109");
    assert_eq!(over.reason, "报文超过大小限制：签约结果报文最大65536字节，实为65537字节");
    assert_eq!(over.id.unwrap().as_str(), "ins-1");
    let huge = vec![0; 16 * 1024 * 1024 + 1];
    for suite in SUITES {
        let world = crate::fixture::world(suite);
        assert_eq!(world.open(&huge, &world.portal.identity).unwrap_err().code, "K3109");
        assert_eq!(world.open(&huge[1..], &world.portal.identity).unwrap_err().code, "K3106");
    }
}

//= MSG-04
#[test]
fn k3110_nesting_beyond_thirty_two_levels() {
    let nested = |n: usize| (0..n).fold(json!(1), |inner, _| json!([inner]));
    // The event and its data are two levels themselves.
    assert_eq!(code_of_changed(Suite::Sm2, |e| e["data"]["reason"] = nested(31)).0, "K3110");
    assert_eq!(code_of_changed(Suite::Sm2, |e| e["data"]["reason"] = nested(30)).0, "K3108");
}

//= MSG-02
#[test]
fn k3112_a_time_outside_the_window() {
    let world = world(Suite::Mac);
    let at = |offset_ms: i64| {
        let mut message = answer();
        message.time = domain::Time::from_unix_ms(now().unix_ms() + offset_ms);
        world.open(&world.seal(&message, &world.insurer.identity), &world.portal.identity)
    };
    let window = i64::try_from(WINDOW.as_millis()).unwrap();
    assert!(at(-window).is_ok());
    assert!(at(window).is_ok());
    assert_eq!(at(-window - 1).unwrap_err().code, "K3112");
    assert_eq!(at(window + 1).unwrap_err().code, "K3112");
}

//= MSG-02
#[test]
fn k3113_a_source_that_did_not_sign() {
    for suite in SUITES {
        let (code, reason) = code_of_changed(suite, |e| e["source"] = "urn:kouan:party:boc".into());
        assert_eq!(code, "K3113");
        assert_eq!(reason, "发送方与证书不符：$.source 为「boc」，签名者为「boc-insurance」");
    }
}

//= ACC-06
//= AGR-07
#[test]
fn k3114_a_card_signature_that_does_not_hold() {
    let seconds = now().unix_ms() / 1000;
    let refused = |change: &dyn Fn(&mut domain::message::InsurerSigningRequest)| {
        let mut request = signing_request();
        change(&mut request);
        let mut message = crate::fixture::request();
        message.body = domain::message::Body::InsurerSigningRequested(request);
        let world = world(Suite::Sm2);
        let bytes = world.seal(&message, &world.portal.identity);
        let refused = world.open(&bytes, &world.insurer.identity).unwrap_err();
        assert_eq!(refused.code, "K3114");
        assert_eq!(refused.id.unwrap().as_str(), "portal-1");
        refused.reason
    };
    refused(&|r| r.seal.text.push('!'));
    refused(&|r| r.seal.signature = "AAAA".into());
    refused(&|r| r.seal.certificate = "AAAA".into());
    refused(&|r| r.seal.certificate = "AAA".into());
    refused(&|r| r.seal = card_seal("协议", "600037341", (YEAR_2000, seconds - 1)));
    let other = refused(&|r| r.seal = card_seal("协议", "123456789", (YEAR_2000, YEAR_2099)));
    assert_eq!(other, "企业电子签名无效：卡的组织机构代码为123456789，甲方为600037341");
}

//= ACC-06
#[test]
fn k3114_an_order_to_pay_under_another_enterprise_s_card() {
    for suite in SUITES {
        let world = world(suite);
        let bytes = world.seal(&order("123456789"), &world.portal.identity);
        let refused = world.open(&bytes, &world.bank.identity).unwrap_err();
        assert_eq!((refused.code, refused.id.unwrap().as_str()), ("K3114", "portal-13"));
        assert_eq!(refused.reason, "企业电子签名无效：卡的组织机构代码为123456789，甲方为600037341");
    }
}

//= CGO-09
#[test]
fn a_proposal_with_large_attachments_arrives_in_every_suite() {
    for suite in SUITES {
        let world = world(suite);
        let mut message = submission();
        let domain::message::Body::ProposalSubmitted(proposal) = &mut message.body else { panic!("a proposal") };
        proposal.attachments[0].content = "A".repeat(6_990_508);
        proposal.attachments.push(proposal.attachments[0].clone());
        let bytes = world.seal(&message, &world.portal.identity);
        assert!(bytes.len() > 13_000_000);
        assert_eq!(world.open(&bytes, &world.insurer.identity).unwrap().message, message);
    }
}

//= MSG-04
#[test]
fn what_is_wrong_in_a_list_or_a_form_is_told_with_its_place() {
    let world = world(Suite::Mac);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut event: Value = serde_json::from_slice(&event::write(&submission())).unwrap();
        change(&mut event["data"]);
        let bytes = world.seal_json(event.to_string().as_bytes(), &world.portal.identity, &insurer());
        world.open(&bytes, &world.insurer.identity).unwrap_err().reason
    };
    let said = |change: &dyn Fn(&mut Value), what: &str| {
        assert_eq!(refused(change), format!("报文内容不符合规范：{what}"));
    };
    said(
        &|d| d["attachments"][0]["sha256"] = "BA".repeat(32).into(),
        "$.data.attachments[0].sha256 应为64位小写十六进制数字",
    );
    said(
        &|d| d["attachments"] = vec![d["attachments"][0].clone(); 11].into(),
        "$.data.attachments 应有0至10项，实有11项",
    );
    said(&|d| d["attachments"] = "x".into(), "$.data.attachments 应为数组");
    said(&|d| d["special_terms"][0]["name"] = 1.into(), "$.data.special_terms[0].name 应为字符串");
    said(&|d| d["submission"] = "0".into(), "$.data.submission 应为从1开始、不带前导零的数字");
    said(&|d| d["form"]["departure"] = "2026-02-30".into(), "$.data.form.departure 应为YYYY-MM-DD形式的日期");
    said(
        &|d| d["form"]["invoice_amount"] = "-1.00".into(),
        "$.data.form.invoice_amount 应为两位小数、不带前导零的非负金额（元）",
    );
    said(&|d| d["form"]["rate"] = "0.450".into(), "$.data.form.rate 应为百分数，如0.450%");
    said(&|d| d["form"]["bulk"] = "也许".into(), "$.data.form.bulk 应为「是」或「否」");
    said(&|d| d["form"]["colour"] = "红".into(), "$.data.form.colour 不在规范内");
    said(&|d| drop(d["form"].as_object_mut().unwrap().remove("vessel")), "缺少 $.data.form.vessel");
}

//= PAY-05
#[test]
fn a_query_s_answer_has_what_its_standing_asks_for_and_no_more() {
    let answer = one_of_each().into_iter().find(|m| m.id.as_str() == "boc-14").unwrap();
    let mut event: Value = serde_json::from_slice(&event::write(&answer)).unwrap();
    event["data"]["standing"] = "debited".into();
    event["data"]["reason"] = "余额不足".into();
    let refused = event::parse(event.to_string().as_bytes()).unwrap_err();
    let both = "$.data.reason 仅在 standing 为 failed 时填写；缺少 $.data.debit（standing 为 debited 时必填）";
    assert_eq!(refused.reason, format!("报文内容不符合规范：{both}"));
}

#[test]
fn k3114_no_card_is_trusted_without_a_card_root() {
    let world = world(Suite::Sm2);
    let peers = world.peers.clone().with_card_roots([]);
    let bytes = world.seal(&request(), &world.portal.identity);
    let refused = open(&bytes, &world.insurer.identity, &peers, now(), WINDOW).unwrap_err();
    assert_eq!((refused.code, refused.reason.as_str()), ("K3114", "企业电子签名无效：没有可信的IC卡根证书"));
}

#[test]
fn nothing_is_sealed_for_a_stranger() {
    let world = world(Suite::Sm2);
    let to = domain::directory::PartyId::new("nobody");
    let sealed = seal_event(b"{}", &world.portal.identity, &to, &world.peers, &mut rng(1));
    assert_eq!(sealed.unwrap_err().to_string(), "没有「nobody」的加密证书，无法封装报文");
}

#[test]
fn what_is_printed_of_a_party_is_its_id() {
    let shown = format!("{:?}", Identity::mac(insurer(), [7; 32]));
    assert_eq!(shown, r#"Identity { id: "boc-insurance", .. }"#);
}
