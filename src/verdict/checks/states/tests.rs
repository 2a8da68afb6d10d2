//! Logs that are legal and logs that are not, by hand from the life cycles.

use domain::portal::RecordKind;

use super::{
    super::{context::tests::without_keys, log_order::tests::with_log},
    *,
};

const GOOD: [(&str, &str); 8] = [
    ("P001", "待发送"),
    ("P002", "报文发送成功"),
    ("P004", "银行/保险接收成功"),
    ("P101", "已接收收款企业签约数据"),
    ("P102", "在线支付发送银行签约数据已生成，待发送"),
    ("P002", "报文发送成功"),
    ("P004", "银行/保险接收成功"),
    ("S", "处理成功"),
];

fn findings(log: &[(&str, &str)], state: &str) -> Vec<Finding> {
    findings_of(RecordKind::Agreement, log, state)
}

fn findings_of(kind: RecordKind, log: &[(&str, &str)], state: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    without_keys(|context| {
        let mut evidence = with_log(log, state);
        evidence.pages[0].kind = kind;
        let outcome = check(&evidence, context);
        assert!(outcome.evaluated);
        found = outcome.findings;
    });
    found
}

//= AGR-08
#[test]
fn the_manual_s_log_is_legal_at_every_moment() {
    for n in 1..GOOD.len() {
        assert_eq!(findings(&GOOD[..n], "处理中"), [], "{n}");
    }
    assert_eq!(findings(&GOOD, "成功"), []);
}

//= AGR-08
#[test]
fn a_skipped_swapped_repeated_or_misworded_row_is_not() {
    for (i, row) in GOOD.iter().enumerate().take(GOOD.len() - 1) {
        let mut skipped = GOOD.to_vec();
        skipped.remove(i);
        assert_eq!(findings(&skipped, "成功").len(), 1, "skipped {i}");
        let mut swapped = GOOD.to_vec();
        swapped.swap(i, i + 1);
        assert_eq!(findings(&swapped, "成功").len(), 1, "swapped {i}");
        let mut repeated = GOOD.to_vec();
        repeated.insert(i, *row);
        assert_eq!(findings(&repeated, "成功").len(), 1, "repeated {i}");
    }
    let mut misworded = GOOD.to_vec();
    misworded[2].1 = "接收成功";
    let found = findings(&misworded, "成功");
    assert_eq!(found[0].text, "状态记录第 3 条不能跟在「报文发送成功」之后");
    assert_eq!(found[0].actual, "P004 接收成功");
}

//= AGR-11
#[test]
fn every_way_to_fail_is_legal_and_shows_as_the_life_cycle_says() {
    let leg = &GOOD[..3];
    let refused = [leg, &[("F", "处理失败（中银保险有限公司：资料不全）")]].concat();
    assert_eq!(findings(&refused, "失败"), []);
    let late = [&refused[..], &GOOD[3..]].concat();
    assert_eq!(findings(&late, "成功"), []);
    let rejected = [&leg[..2], &[("F", "接收失败（中银保险有限公司：停机）")]].concat();
    assert_eq!(findings(&rejected, "失败"), []);
    let undelivered = [&leg[..2], &[("F", "发送失败（中银保险有限公司：未收到回执）")]].concat();
    assert_eq!(findings(&undelivered, "处理中"), []);
    let again = [&undelivered[..], &GOOD].concat();
    assert_eq!(findings(&again, "成功"), []);
    let bank_silent = [&GOOD[..7], &[("F", "处理失败（中国银行股份有限公司：超过3天未答复）")]].concat();
    assert_eq!(findings(&bank_silent, "失败"), []);
    let expired = [&GOOD[..], &[("E", "已失效（协议到期）")]].concat();
    assert_eq!(findings(&expired, "已失效"), []);
}

//= AGR-11
#[test]
fn what_was_rejected_stays_rejected() {
    let rejected = [&GOOD[..2], &[("F", "接收失败（停机）")], &GOOD[3..]].concat();
    let found = findings(&rejected, "成功");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].expected, "没有下一步");
}

//= AGR-01
#[test]
fn a_page_that_shows_another_state_than_the_log_is_found() {
    for (n, wrong) in [(8, "处理中"), (7, "成功"), (3, "失败")] {
        let found = findings(&GOOD[..n], wrong);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].requirement.as_deref(), Some("AGR-01"));
        assert_eq!(found[0].actual, wrong);
    }
}

// The cargo line. What is said about who and why is the institution's; the codes and texts are the life cycles'.

const MESSAGE: [(&str, &str); 3] = [("P001", "待发送"), ("P002", "报文发送成功"), ("P004", "银行/保险接收成功")];
const UNDELIVERED_ROW: (&str, &str) = ("F", "发送失败（中银保险有限公司：未收到回执）");
const GIVEN_UP: (&str, &str) = ("F", "处理失败（中银保险有限公司：超过3天未送达）");
const SILENT: (&str, &str) = ("F", "处理失败（中银保险有限公司：超过3天未答复）");
const CHECKED: (&str, &str) = ("C001", "数据审核成功，待核保");
const ISSUED: (&str, &str) = ("C002", "已出单未缴费");
const REVIEW: (&str, &str) = ("C102", "核保未通过，转人工复核（中银保险有限公司：超过单次限额）");
const PAYING: (&str, &str) = ("P201", "支付中");
const PAID: (&str, &str) = ("P202", "支付成功");
const IN_FORCE: (&str, &str) = ("S", "正式生效");

type Log<'a> = [&'a [(&'a str, &'a str)]];

fn legal(kind: RecordKind, log: &Log<'_>, state: &str) {
    let log = log.concat();
    assert_eq!(findings_of(kind, &log, state), [], "{log:?}");
    let shown = if state == "撤销中" { "已撤销" } else { "撤销中" };
    assert_eq!(findings_of(kind, &log, shown).len(), 1, "another state after {log:?}");
}

fn illegal(kind: RecordKind, log: &Log<'_>) {
    let log = log.concat();
    let found = findings_of(kind, &log, "");
    assert_eq!(found.len(), 1, "{log:?}");
    assert!(found[0].text.starts_with(&format!("状态记录第 {} 条不能跟在", log.len())), "{}", found[0].text);
}

//= RSV-02
//= RSV-03
#[test]
fn an_open_cover_request_goes_its_steps_to_yes_or_no() {
    let request = RecordKind::OpenCoverRequest;
    let no = ("F", "处理失败（中银保险有限公司：资料不全）");
    for (n, state) in [(1, "待发送"), (2, "发送成功"), (3, "接收成功")] {
        legal(request, &[&MESSAGE[..n]], state);
    }
    legal(request, &[&MESSAGE, &[("S", "处理成功")]], "预约成功");
    legal(request, &[&MESSAGE, &[no]], "预约失败");
    legal(request, &[&MESSAGE, &[SILENT]], "预约失败");
    legal(request, &[&MESSAGE, &[SILENT, ("S", "处理成功")]], "预约成功");
    legal(request, &[&MESSAGE[..2], &[UNDELIVERED_ROW]], "发送失败");
    legal(request, &[&MESSAGE[..2], &[UNDELIVERED_ROW, GIVEN_UP, ("S", "处理成功")]], "预约成功");
    legal(request, &[&MESSAGE[..2], &[UNDELIVERED_ROW], &MESSAGE], "接收成功");
    illegal(request, &[&MESSAGE, &[no, ("S", "处理成功")]]);
    illegal(request, &[&MESSAGE[..2], &[("S", "处理成功")]]);
    illegal(request, &[&MESSAGE[..2], &[("F", "接收失败（停机）"), ("S", "处理成功")]]);
}

//= OPC-07
#[test]
fn an_open_cover_is_added_changed_and_ended() {
    let cover = RecordKind::OpenCover;
    let (added, changed) = (("S", "协议新增"), ("S", "协议变更"));
    let (ended, over) = (("E", "协议终止（中银保险有限公司：欠费）"), ("E", "协议到期"));
    legal(cover, &[&[added, changed, changed]], "有效");
    legal(cover, &[&[added, ended]], "无效");
    legal(cover, &[&[added, over]], "无效");
    legal(cover, &[&[added, over, changed, ended]], "无效");
    illegal(cover, &[&[changed]]);
    illegal(cover, &[&[added, added]]);
    illegal(cover, &[&[added, ended, changed]]);
    illegal(cover, &[&[added, over, over]]);
}

//= CGO-10
//= CGO-14
#[test]
fn a_proposal_is_checked_underwritten_and_reviewed_in_this_order() {
    let proposal = RecordKind::Proposal;
    let (failed, declined) =
        (("C101", "数据审核失败（中银保险有限公司：费率不符）"), ("C103", "拒保（中银保险有限公司：风险过高）"));
    legal(proposal, &[&MESSAGE, &[CHECKED]], "数据审核成功，待核保");
    legal(proposal, &[&MESSAGE, &[CHECKED, ISSUED]], "已出单未缴费");
    legal(proposal, &[&MESSAGE, &[CHECKED, REVIEW]], "核保未通过，转人工复核");
    legal(proposal, &[&MESSAGE, &[CHECKED, REVIEW, ISSUED]], "已出单未缴费");
    legal(proposal, &[&MESSAGE, &[CHECKED, REVIEW, declined]], "拒保");
    legal(proposal, &[&MESSAGE, &[failed], &MESSAGE, &[CHECKED]], "数据审核成功，待核保");
    legal(proposal, &[&MESSAGE, &[CHECKED, REVIEW, declined], &MESSAGE[..1]], "待发送");
    legal(proposal, &[&MESSAGE, &[SILENT]], "数据审核失败");
    legal(proposal, &[&MESSAGE, &[SILENT, CHECKED]], "数据审核成功，待核保");
    legal(proposal, &[&MESSAGE[..2], &[UNDELIVERED_ROW, GIVEN_UP], &MESSAGE], "接收成功");
    legal(proposal, &[&MESSAGE[..2], &[("F", "接收失败（停机）")]], "数据审核失败");
    illegal(proposal, &[&MESSAGE[..2], &[("F", "接收失败（停机）"), CHECKED]]);
    illegal(proposal, &[&MESSAGE, &[ISSUED]]);
    illegal(proposal, &[&MESSAGE, &[failed, ISSUED]]);
    illegal(proposal, &[&MESSAGE, &[CHECKED, declined]]);
    illegal(proposal, &[&MESSAGE, &[CHECKED, REVIEW, declined, ISSUED]]);
    illegal(proposal, &[&MESSAGE, &[CHECKED, ISSUED, REVIEW]]);
    illegal(proposal, &[&MESSAGE, &[CHECKED, CHECKED]]);
}

//= CGO-13
#[test]
fn a_withdrawal_keeps_what_the_insurer_says_meanwhile() {
    let proposal = RecordKind::Proposal;
    let refused = ("F", "撤销失败（中银保险有限公司：已承保）");
    let begun: &Log<'_> = &[&MESSAGE, &[CHECKED], &MESSAGE];
    let begun = begun.concat();
    legal(proposal, &[&begun], "撤销中");
    legal(proposal, &[&begun, &[ISSUED]], "撤销中");
    legal(proposal, &[&begun, &[("W", "已撤销")]], "已撤销");
    legal(proposal, &[&begun, &[ISSUED, ("W", "已撤销")]], "已撤销");
    legal(proposal, &[&begun, &[refused]], "数据审核成功，待核保");
    legal(proposal, &[&begun, &[ISSUED, refused]], "已出单未缴费");
    legal(proposal, &[&begun, &[REVIEW, SILENT]], "核保未通过，转人工复核");
    legal(proposal, &[&begun[..6], &[("F", "接收失败（停机）")]], "数据审核成功，待核保");
    illegal(proposal, &[&begun, &[("W", "已撤销"), ISSUED]]);
    illegal(proposal, &[&begun, &[ISSUED, PAYING]]);
    illegal(proposal, &[&MESSAGE, &[CHECKED, ISSUED, MESSAGE[0]]]);
}

//= CGO-15
//= CGO-16
//= CGO-18
//= PAY-05
#[test]
fn a_premium_is_paid_told_and_the_policy_in_force() {
    let proposal = RecordKind::Proposal;
    let failed = ("F", "支付失败（中国银行股份有限公司：余额不足）");
    let lapsed = ("E", "已失效（缴费截止日已过）");
    let issued: &Log<'_> = &[&MESSAGE, &[CHECKED, ISSUED]];
    let issued = issued.concat();
    legal(proposal, &[&issued, &[PAYING]], "支付中");
    legal(proposal, &[&issued, &[PAYING, PAID], &MESSAGE], "支付成功");
    legal(proposal, &[&issued, &[PAYING, PAID], &MESSAGE, &[IN_FORCE]], "正式生效");
    legal(proposal, &[&issued, &[PAYING, failed]], "支付失败");
    legal(proposal, &[&issued, &[PAYING, failed, PAYING]], "支付中");
    legal(proposal, &[&issued, &[PAYING, failed, PAID], &MESSAGE], "支付成功");
    legal(proposal, &[&issued, &[lapsed]], "已失效");
    legal(proposal, &[&issued, &[PAYING, failed, lapsed]], "已失效");
    illegal(proposal, &[&issued, &[PAID]]);
    illegal(proposal, &[&issued, &[PAYING, lapsed]]);
    illegal(proposal, &[&issued, &[PAYING, PAID, IN_FORCE]]);
    illegal(proposal, &[&issued, &[PAYING, PAID, PAID]]);
    illegal(proposal, &[&issued, &[lapsed, PAYING]]);
}

//= PAY-05
#[test]
fn a_payment_is_unsure_until_the_bank_has_answered_it_or_a_query() {
    let payment = RecordKind::Payment;
    let unsure = ("U", "不确定（中国银行股份有限公司：超过10分钟未答复）");
    let (yes, no) = (("S", "支付成功"), ("F", "支付失败（中国银行股份有限公司：余额不足）"));
    legal(payment, &[&MESSAGE[..1]], "支付中");
    legal(payment, &[&MESSAGE, &[yes]], "支付成功");
    legal(payment, &[&MESSAGE, &[no]], "支付失败");
    legal(payment, &[&MESSAGE, &[unsure]], "不确定");
    legal(payment, &[&MESSAGE, &[unsure], &MESSAGE], "不确定");
    legal(payment, &[&MESSAGE, &[unsure], &MESSAGE, &[no]], "支付失败");
    legal(payment, &[&MESSAGE[..2], &[unsure], &MESSAGE, &[yes]], "支付成功");
    legal(payment, &[&MESSAGE[..2], &[unsure, UNDELIVERED_ROW, GIVEN_UP]], "支付失败");
    illegal(payment, &[&MESSAGE[..2], &[yes]]);
    illegal(payment, &[&MESSAGE, &[MESSAGE[0]]]);
    illegal(payment, &[&MESSAGE, &[no, yes]]);
    illegal(payment, &[&MESSAGE, &[yes, yes]]);
    illegal(payment, &[&MESSAGE, &[yes, no]]);
}

//= PAY-04
#[test]
fn money_that_nothing_takes_is_paid_back() {
    let payment = RecordKind::Payment;
    let unsure = ("U", "不确定（中国银行股份有限公司：超过10分钟未答复）");
    let no = ("F", "支付失败（中国银行股份有限公司：银行未受理）");
    let owed = ("R", "待退款（保费已另行缴纳）");
    let late: &Log<'_> = &[&MESSAGE, &[unsure], &MESSAGE, &[no]];
    let late = late.concat();
    let yes = ("S", "支付成功");
    legal(payment, &[&late, &[yes]], "支付成功");
    legal(payment, &[&late, &[yes, owed], &MESSAGE], "待退款");
    legal(payment, &[&late, &[yes, owed], &MESSAGE, &[("T", "已退款")]], "已退款");
    legal(payment, &[&late, &[yes, owed], &MESSAGE, &[("F", "退款失败（中银保险有限公司：账户已销）")]], "待退款");
    illegal(payment, &[&late, &[owed]]);
    illegal(payment, &[&late, &[yes, ("T", "已退款")]]);
    illegal(payment, &[&late, &[yes, owed], &MESSAGE, &[("T", "已退款"), ("T", "已退款")]]);
}

//= PAY-05
#[test]
fn a_query_s_steps_may_come_after_what_settled_the_payment() {
    let payment = RecordKind::Payment;
    let unsure = ("U", "不确定（中国银行股份有限公司：超过10分钟未答复）");
    let yes = ("S", "支付成功");
    legal(payment, &[&MESSAGE, &[unsure], &MESSAGE[..2], &[yes], &MESSAGE[2..]], "支付成功");
    illegal(payment, &[&MESSAGE, &[yes], &MESSAGE[2..]]);
}
