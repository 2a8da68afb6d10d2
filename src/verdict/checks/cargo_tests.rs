//! Each invariant holds in a cargo story that went well, and notices each way in which one is spoilt.

use domain::message::{Body, Decision, MessageId, payment::PaymentAnswer};
use interchange::Suite;

use super::{
    INVARIANTS,
    story::{OTHER, OWNER, Story, cargo::*},
};
use crate::evidence::{Happening, ProposalStanding, RefundLine, Sent};

/// Spoils a story and says what a check finds in it.
fn found(check: &str, spoil: impl FnOnce(&mut Story)) -> Vec<String> {
    let mut story = story();
    spoil(&mut story);
    story.found_by(check)
}

fn one(check: &str, text: &str, spoil: impl FnOnce(&mut Story)) {
    assert_eq!(found(check, spoil), [text]);
}

fn story() -> Story {
    Story::of_cargo(Suite::Mac)
}

#[test]
fn a_cargo_story_that_went_well_satisfies_every_invariant() {
    for suite in [Suite::Sm2, Suite::Mac] {
        let story = Story::of_cargo(suite);
        for invariant in INVARIANTS {
            assert_eq!(story.outcome_of(invariant).findings, [], "{suite} {}", invariant.name);
        }
    }
}

// 每份投保单至多扣款一次

//= PAY-04
#[test]
fn a_second_debit_for_one_order_is_found() {
    one("每份投保单至多扣款一次", "同一笔扣款指令扣款不止一次", |s| {
        let mut again = s.evidence.ledger[0].clone();
        again.number = "DB2".into();
        s.evidence.ledger.push(again);
    });
}

/// A further order for the same premium, some seconds after `second`.
fn ordered_again(story: &mut Story, second: i64) {
    let seal = story.seal_by(OWNER, "12", ORDER_TEXT);
    let mut order = order(seal);
    order.payment = "20260302000000000099".into();
    story.told(10, second, Body::PaymentOrdered(order), None);
}

//= PAY-04
//= PAY-05
#[test]
fn an_order_while_another_may_be_paid_or_was_is_found() {
    let check = "每份投保单至多扣款一次";
    one(check, "前一笔扣款还没有结果，又发出了扣款指令", |s| ordered_again(s, 3030));
    one(check, "保费已经扣款，又发出了扣款指令", |s| ordered_again(s, 4000));
    let failed = found(check, |s| {
        s.says(PAID, Body::PaymentAnswered(refused()));
        ordered_again(s, 4000);
    });
    assert_eq!(failed, Vec::<String>::new());
}

/// 余额不足
fn refused() -> PaymentAnswer {
    let reason = Some("余额不足".into());
    PaymentAnswer { decision: Decision::Refused, reason, debit: None, amount: None, ..paid() }
}

// 对账一致

//= PAY-05
#[test]
fn a_ledger_that_is_not_the_order_or_the_answer_is_found() {
    let check = "对账一致";
    one(check, "银行答复没有扣款，账簿中却有这笔扣款", |s| {
        s.says(PAID, Body::PaymentAnswered(refused()));
        *s.shown(PAYMENT, "状态") = "支付失败".into();
    });
    one(check, "答复中的银行流水号不是账簿中的那一个", |s| {
        s.says(PAID, Body::PaymentAnswered(PaymentAnswer { debit: Some("DB0".into()), ..paid() }));
    });
    one(check, "答复中的金额不是账簿中扣款的金额", |s| {
        let amount = "495.01".parse().ok();
        s.says(PAID, Body::PaymentAnswered(PaymentAnswer { amount, ..paid() }));
    });
    one(check, "扣款的账号不是扣款指令中的付款账号", |s| {
        s.evidence.ledger[0].account = "620000000000000102".into();
        s.evidence.accounts.clear();
    });
    one(check, "账户的余额不是原有的减去扣款", |s| s.evidence.accounts[0].has = "505.01".into());
    let other = found(check, |s| s.evidence.ledger[0].amount = "495.01".into());
    assert!(other.contains(&"扣款的金额不是扣款指令中的金额".to_owned()), "{other:?}");
    let none = found(check, |s| s.evidence.ledger.clear());
    assert!(none.contains(&"银行答复已扣款，账簿中却没有这笔扣款".to_owned()), "{none:?}");
    assert!(none.contains(&"保险公司记入的保费没有银行的扣款作为依据".to_owned()), "{none:?}");
    one(check, "账簿中的扣款没有收到过的扣款指令作为依据", |s| {
        let mut stray = s.evidence.ledger[0].clone();
        (stray.order, stray.account) = ("20260302000000000098".into(), "1".into());
        s.evidence.ledger.push(stray);
        s.told(
            10,
            4000,
            Body::PaymentAnswered(PaymentAnswer { payment: "20260302000000000098".into(), ..paid() }),
            None,
        );
    });
}

//= PAY-05
#[test]
fn a_page_or_an_insurer_that_says_otherwise_than_the_bank_is_found() {
    let check = "对账一致";
    one(check, "银行已答复扣款成功，页面却没有显示", |s| {
        *s.shown(PAYMENT, "状态") = "支付失败".into()
    });
    one(check, "页面上的金额不是扣款指令中的金额", |s| *s.shown(PAYMENT, "金额") = "496.00".into());
    one(check, "保险公司接收了缴费通知，账簿中却没有这笔保费", |s| {
        s.evidence.proposals[0].received = None
    });
    one(check, "页面显示已退款，但保险公司没有这样答复", |s| {
        *s.shown(PAYMENT, "状态") = "已退款".into()
    });
}

//= PAY-04
#[test]
fn a_refund_of_another_amount_or_to_another_account_is_found() {
    let refund = |account: &str, amount: &str| RefundLine {
        party: super::story::insurer(),
        payment: PAYMENT.into(),
        debit: DEBIT.into(),
        account: account.into(),
        amount: amount.into(),
    };
    let owed = |s: &mut Story| s.evidence.proposals[0].received = None;
    let missing = "保险公司接收了缴费通知，账簿中却没有这笔保费".to_owned();
    for (line, text) in [
        (refund(ACCOUNT, "495.00"), None),
        (refund(ACCOUNT, "494.99"), Some("退款的金额不是扣款中没有用作保费的部分")),
        (refund("1", "495.00"), Some("退款没有退到付款账号")),
    ] {
        let mut expected = vec![missing.clone()];
        expected.extend(text.map(str::to_owned));
        let found = found("对账一致", |s| {
            owed(s);
            s.evidence.refunds.push(line);
        });
        assert_eq!(found, expected);
    }
    let kept = found("对账一致", |s| s.evidence.refunds.push(refund(ACCOUNT, "495.00")));
    assert_eq!(kept, ["退款的金额不是扣款中没有用作保费的部分"], "a premium that was taken is not paid back");
}

// 核保如实

//= CGO-07
//= CGO-14
#[test]
fn a_premium_that_is_not_the_rate_s_or_below_the_floor_is_found() {
    for wrong in ["495.01", "99.00", "100.00"] {
        let found = found("核保如实", |s| s.says(UNDERWRITTEN, Body::Underwritten(issued(wrong))));
        assert_eq!(found[0], "页面上的保费不是保险公司最后一次答复的", "{wrong}");
        assert!(found.contains(&"保费不是保险金额乘以费率，或低于最低保费".to_owned()), "{wrong}");
    }
    // 20,000.00 at 0.450% would be 90.00; the floor is 100.00.
    let small = |premium: &'static str| {
        found("核保如实", move |s| {
            let form = [("invoice_amount", "18181.82"), ("insured_amount", "20000.00"), ("premium", "90.00")];
            s.says(SUBMITTED, proposal(&form));
            s.says(UNDERWRITTEN, Body::Underwritten(issued(premium)));
            s.evidence.proposals[0].premium = Some(premium.into());
            *s.shown(PROPOSAL, "保费") = premium.into();
        })
    };
    assert_eq!(small("100.00"), Vec::<String>::new());
    assert_eq!(small("90.00"), ["保费不是保险金额乘以费率，或低于最低保费"]);
}

//= CGO-10
#[test]
fn a_proposal_that_does_not_fit_its_cover_and_is_accepted_is_found() {
    let begin = "数据审核成功，但投保单与货运协议不符：";
    for (form, wrong) in [
        (&[("departure", "2026-02-28")][..], "起运日期不在协议有效期之内"),
        (&[("mode", "空运")], "运输方式不是协议所列的"),
        (&[("rate", "0.400%")], "保险费率不是协议的费率"),
        (&[("main_coverage", "平安险")], "主险不是协议所列的"),
        (&[("additional_coverages", "罢工险")], "附加险不是协议所列的"),
        (&[("goods_heading", "8402")], "货物细类不是协议所列的"),
        (&[("insured_amount", "110000.01")], "保险金额不是发票金额加成所得"),
    ] {
        let found = found("核保如实", |s| s.says(SUBMITTED, proposal(form)));
        assert_eq!(found[0], format!("{begin}{wrong}"));
    }
    let mut over = cover();
    over.voyage_limit = "109999.99".parse().ok();
    one("核保如实", "保险金额超过单次限额，没有转人工复核就出单了", |s| {
        s.says(ADDED, Body::OpenCoverAdded(over))
    });
}

//= CGO-13
//= CGO-14
#[test]
fn a_page_or_books_that_do_not_show_the_last_word_are_found() {
    let check = "核保如实";
    one(check, "页面上的状态不是保险公司最后一次答复的", |s| {
        *s.shown(PROPOSAL, "状态") = "拒保".into()
    });
    one(check, "页面上的投保单号不是保险公司最后一次答复的", |s| {
        *s.shown(PROPOSAL, "投保单号") = "T0".into()
    });
    one(check, "页面上的缴费截止日不是保险公司最后一次答复的", |s| {
        *s.shown(PROPOSAL, "缴费截止日") = "2026-03-10".into()
    });
    one(check, "保险公司账簿中的状态不是它答复的", |s| {
        s.evidence.proposals[0].standing = ProposalStanding::Declined
    });
    one(check, "保险公司账簿中的保费不是它答复的", |s| {
        s.evidence.proposals[0].premium = Some("496.00".into())
    });
    let unchecked = found(check, |s| s.says(CHECKED, checked(Decision::Refused)));
    assert_eq!(unchecked[0], "没有通过数据审核，或已经核保，又给出核保结果");
}

// 保单如实

//= PAY-05
#[test]
fn a_policy_that_is_not_the_insurer_s_is_found() {
    let check = "保单如实";
    one(check, "保险公司已通知保单生效，页面却没有显示", |s| {
        *s.shown(PROPOSAL, "状态") = "支付成功".into()
    });
    one(check, "页面上的保单号不是保险公司给的那一个", |s| {
        *s.shown(PROPOSAL, "保单号") = "PD0".into()
    });
    one(check, "保险公司账簿中的保单号不是它通知的那一个", |s| {
        s.evidence.proposals[0].policy_number = None
    });
    one(check, "保单已生效，账簿中却没有收到保费", |s| s.evidence.proposals[0].received = None);
    let early = found(check, |s| s.says(NOTIFIED, Body::PaymentNotified(notice_of("20260302000000000098"))));
    assert_eq!(early, ["银行没有答复扣款成功，门户就通知了缴费"]);
    let other = found(check, |s| s.says(EFFECTED, effected("PD0")));
    assert_eq!(other, ["页面上的保单号不是保险公司给的那一个", "保险公司账簿中的保单号不是它通知的那一个"]);
}

// 协议如实

//= OPC-01
//= OPC-07
#[test]
fn an_open_cover_that_is_not_as_it_was_told_is_found() {
    let check = "协议如实";
    one(check, "页面上的状态不是保险公司最后一次通知的", |s| {
        *s.shown(COVER_RECORD, "状态") = "无效".into()
    });
    one(check, "页面上的保险费率不是保险公司最后一次通知的", |s| {
        *s.shown(COVER_RECORD, "保险费率") = "0.405%".into()
    });
    one(check, "保险公司账簿中协议的保险费率不是它通知门户的", |s| {
        s.evidence.covers[0].rate = "0.405".into()
    });
    one(check, "保险公司账簿中协议的终止不是它通知门户的", |s| s.evidence.covers[0].ended = true);
    one(check, "同一份协议新增了不止一次", |s| s.told(10, 4000, Body::OpenCoverAdded(cover()), None));
    let mut another = cover();
    another.uscc = OTHER.parse().unwrap();
    let taken = found(check, |s| s.told(10, 4000, Body::OpenCoverChanged(another), None));
    assert_eq!(taken[0], "协议变更成了别的企业的");
    let mut over = cover();
    over.ends = "2026-03-01".into();
    let ended = found(check, |s| s.says(ADDED, Body::OpenCoverAdded(over)));
    assert_eq!(ended[1], "页面上的状态不是保险公司最后一次通知的", "{ended:?}");
}

// 申请如实, 签名真实, 答复如实

//= CGO-07
//= CGO-15
#[test]
fn sums_that_are_not_right_and_orders_for_more_than_was_asked_are_found() {
    let check = "申请如实";
    one(check, "投保申请中的保险金额不是按规定算得的", |s| {
        s.says(SUBMITTED, proposal(&[("insured_amount", "100000.00")]));
    });
    one(check, "投保申请中的保费不是按规定算得的", |s| {
        s.says(SUBMITTED, proposal(&[("premium", "495.01")]))
    });
    one(check, "扣款指令中的保费不是保险公司给的", |s| {
        s.says(UNDERWRITTEN, Body::Underwritten(issued("500.00")))
    });
}

//= ACC-06
//= PAY-03
#[test]
fn an_order_that_no_operator_of_the_enterprise_has_signed_is_found() {
    let signed = |uscc: &'static str, role: &'static str, text: String| {
        found("签名真实", move |s| {
            let seal = s.seal_by(uscc, role, &text);
            s.says(ORDERED, Body::PaymentOrdered(order(seal)));
        })
    };
    assert_eq!(signed(OWNER, "10", ORDER_TEXT.into()), ["电子签名不是操作员卡所签"]);
    assert_eq!(signed(OWNER, "12", ORDER_TEXT.replace("495.00", "1.00")), ["所签的文字没有写明报文中的金额"]);
    assert_eq!(signed(OTHER, "12", ORDER_TEXT.into()).len(), 1);
}

//= CGO-14
#[test]
fn a_second_answer_of_a_kind_to_one_submission_is_found() {
    let again = |kind| {
        found("答复如实", move |s| {
            let second = s.sent(CHECKED).clone();
            let id = MessageId::new("m90");
            s.note(3650, Happening::Sent(Sent { transit: 90, id, sequence: 9, kind, ..second }));
        })
    };
    assert_eq!(again(domain::message::Kind::DataChecked), ["同一份申请答复了不止一次"]);
}
