//! A bank: 扣款 by its books, 查询, and what befalls accounts.

use super::*;
use crate::message::{
    Decision,
    payment::{OrderStanding, PaymentAnswer, PaymentOrder, PaymentQuery, PaymentQueryAnswer, PremiumItem},
};

const AGREEMENT: &str = "BOCBX000000000";
const ACCOUNT: &str = "6210000000000001";
const DEBIT: &str = "B20260302000000000000";
pub const PAYMENT: &str = "20260302000000000077";
const AT: u64 = 300; // when the order comes: the agreement was signed then
const DAY: u64 = 86_400;

/// A bank with an agreement in force and 1000.00 in the payer's account, decisions still to be taken.
pub fn bank(script: impl IntoIterator<Item = Outcome>) -> Rig {
    let mut rig = Rig::boc_in_force(script);
    let account = Account::new(ACCOUNT, payer().uscc, yuan("1000.00"));
    rig.party = rig.party.clone().with_accounts([account]);
    rig
}

pub fn order_of(payment: &str, amount: &str) -> PaymentOrder {
    let item = |amount| PremiumItem {
        application: APPLICATION.into(),
        proposal_number: "T20260302000000000000".into(),
        amount,
    };
    PaymentOrder {
        payment: payment.into(),
        uscc: payer().uscc,
        agreement_number: AGREEMENT.into(),
        account: ACCOUNT.into(),
        payee: PINGAN.into(),
        amount: yuan(amount),
        items: vec![item(yuan(amount))],
        ordered_at: "2026-03-02T09:05:00.000+08:00".into(),
        seal: seal(),
    }
}

fn about(payment: &str, sequence: u64, body: Body) -> Message {
    let id = format!("{}-{sequence}", &payment[16..]);
    Message { subject: payment.into(), ..message(&id, "boc", sequence, body) }
}

pub fn ordered(sequence: u64, order: PaymentOrder) -> Message {
    about(&order.payment.clone(), sequence, Body::PaymentOrdered(order))
}

fn first_order() -> Message {
    ordered(1, order_of(PAYMENT, "495.00"))
}

pub fn queried(payment: &str, sequence: u64) -> Message {
    about(payment, sequence, Body::PaymentQueried(PaymentQuery { payment: payment.into() }))
}

fn debited(debit: &str, amount: &str) -> Body {
    Body::PaymentAnswered(PaymentAnswer {
        payment: PAYMENT.into(),
        decision: Decision::Agreed,
        reason: None,
        debit: Some(debit.into()),
        amount: Some(yuan(amount)),
    })
}

fn not_debited(reason: &str) -> Body {
    Body::PaymentAnswered(PaymentAnswer {
        payment: PAYMENT.into(),
        decision: Decision::Refused,
        reason: Some(reason.into()),
        debit: None,
        amount: None,
    })
}

fn stands(standing: OrderStanding, reason: Option<&str>, debit: Option<&str>) -> Body {
    Body::PaymentQueryAnswered(PaymentQueryAnswer {
        payment: PAYMENT.into(),
        standing,
        reason: reason.map(Into::into),
        debit: debit.map(Into::into),
    })
}

fn delayed(by: u64, then: Outcome) -> Outcome {
    Outcome::Delayed { by: Duration::from_secs(by), then: Box::new(then) }
}

fn changed(first: Outcome, then: Outcome) -> Outcome {
    Outcome::ChangeOfMind { first: Box::new(first), then: Box::new(then) }
}

impl Rig {
    pub fn account(&self) -> Account {
        self.party.accounts().next().expect("the bank has one").clone()
    }

    fn balance(&self) -> String {
        self.account().balance().to_string()
    }

    fn ledger(&self) -> Vec<(LedgerStanding, Option<String>)> {
        self.party.ledger().map(|entry| (entry.standing, entry.debit.clone())).collect()
    }

    fn bodies(&self) -> Vec<Body> {
        self.wire.iter().map(|(_, sending)| sending.message.body.clone()).collect()
    }

    pub fn act(&mut self, changes: Result<Changes, String>) {
        self.apply(changes.expect("it can be done"));
    }
}

//= PAY-04
#[test]
fn an_order_is_debited_when_its_answer_is_made() {
    let mut rig = bank([]);
    assert_eq!(rig.receive(&first_order()), ACCEPTED);
    rig.run_until(AT + 4);
    assert_eq!((rig.balance().as_str(), rig.ledger()), ("1000.00", vec![(LedgerStanding::Pending, None)]));
    rig.run_until(AT + 5);
    assert_eq!(rig.only().body, debited(DEBIT, "495.00"));
    assert_eq!(rig.balance(), "505.00");
    assert_eq!(rig.ledger(), [(LedgerStanding::Debited, Some(DEBIT.to_owned()))]);
    assert_eq!(rig.script.taken, [(Point::Debit, PAYMENT.to_owned())]);
}

/// A bank in which every reason of PAY-06 holds at once.
fn everything_wrong() -> Rig {
    let mut rig = bank([]);
    rig.act(rig.party.freeze(ACCOUNT, true));
    rig.act(rig.party.set_limit(ACCOUNT, Some(yuan("494.99"))));
    rig.receive(&ordered(1, order_of(PAYMENT, "1000.01")));
    rig
}

//= PAY-06
#[test]
fn of_several_reasons_against_a_debit_the_first_is_given() {
    type Mend = fn(&mut Rig);
    let mends: [(Mend, &str); 4] = [
        (|rig| rig.act(rig.party.end_agreement(APPLICATION, "账户销户", rig.moment())), "协议已终止"),
        (|_| {}, "账户冻结"),
        (|rig| rig.act(rig.party.freeze(ACCOUNT, false)), "超出限额"),
        (
            |rig| {
                rig.act(rig.party.freeze(ACCOUNT, false));
                rig.act(rig.party.set_limit(ACCOUNT, None));
            },
            "余额不足",
        ),
    ];
    for (mend, reason) in mends {
        let mut rig = everything_wrong();
        mend(&mut rig);
        rig.wire.clear();
        rig.run_until(AT + 5);
        assert_eq!(rig.bodies(), [not_debited(reason)]);
        assert_eq!((rig.balance().as_str(), rig.ledger()), ("1000.00", vec![(LedgerStanding::Failed, None)]));
    }
}

//= PAY-06
#[test]
fn what_the_script_refuses_is_not_debited_though_the_money_is_there() {
    let mut rig = bank([refuse("银行系统故障")]);
    rig.receive(&first_order());
    rig.run_until(AT + 5);
    assert_eq!((rig.bodies(), rig.balance().as_str()), (vec![not_debited("银行系统故障")], "1000.00"));
}

#[test]
fn a_debit_may_empty_the_account_and_a_deposit_fills_it() {
    let mut rig = bank([]);
    rig.receive(&ordered(1, order_of(PAYMENT, "1000.00")));
    rig.run_until(AT + 5);
    assert_eq!(rig.balance(), "0.00");
    rig.act(rig.party.deposit(ACCOUNT, yuan("0.01")));
    assert_eq!((rig.balance().as_str(), rig.account().paid_in()), ("0.01", yuan("1000.01")));
    for wrong in ["0", "-1.00"] {
        assert_eq!(rig.party.deposit(ACCOUNT, yuan(wrong)), Err(format!("不能存入{}", yuan(wrong))));
    }
    assert_eq!(rig.party.freeze("62", true), Err("没有账号为「62」的账户".to_owned()));
}

//= PAY-06
#[test]
fn a_daily_limit_is_for_the_debits_of_one_day_in_shanghai() {
    let mut rig = bank([]);
    rig.act(rig.party.set_limit(ACCOUNT, Some(yuan("500.00"))));
    let pay = |rig: &mut Rig, number: &str, amount: &str| {
        rig.receive(&ordered(1, order_of(number, amount)));
        rig.accept_until(rig.now + 5);
        rig.ledger().last().map(|(standing, _)| *standing)
    };
    use LedgerStanding::{Debited, Failed};
    assert_eq!(pay(&mut rig, "20260302000000000081", "400.00"), Some(Debited));
    assert_eq!(pay(&mut rig, "20260302000000000082", "100.01"), Some(Failed));
    assert_eq!(pay(&mut rig, "20260302000000000083", "100.00"), Some(Debited), "up to the limit itself");
    rig.now = 15 * 3_600; // 2026-03-03 00:00:00
    assert_eq!(pay(&mut rig, "20260302000000000084", "400.00"), Some(Debited));
    assert_eq!((rig.balance().as_str(), rig.account().debited()), ("100.00", yuan("900.00")));
}

//= PAY-04
#[test]
fn a_second_order_for_the_same_payment_is_refused_and_a_copy_is_answered_as_before() {
    let mut rig = bank([]);
    assert_eq!(rig.receive(&first_order()), ACCEPTED);
    assert_eq!(rig.receive(&first_order()), ACCEPTED, "the same message");
    let second = refused("K3202", &format!("重复支付指令：支付流水号「{PAYMENT}」已受理"));
    assert_eq!(rig.receive(&ordered(2, order_of(PAYMENT, "495.00"))), second);
    rig.accept_until(AT + 10);
    assert_eq!(rig.receive(&ordered(3, order_of(PAYMENT, "495.00"))), second);
    rig.accept_until(AT + DAY);
    assert_eq!((rig.bodies().len(), rig.balance().as_str()), (1, "505.00"));
}

#[test]
fn an_order_that_does_not_fit_the_banks_books_is_refused_at_the_door() {
    type Spoil = fn(&mut PaymentOrder);
    let cases: [(Spoil, &str); 7] = [
        (|o| o.account = "62".into(), "没有付款账号「62」"),
        (|o| o.agreement_number = "HGB1".into(), "没有编号为「HGB1」的协议"),
        (
            |o| o.uscc = "91310115MA1TE5T26X".parse().unwrap(),
            "付款账号「6210000000000001」或协议「BOCBX000000000」不是该企业的",
        ),
        (|o| o.payee = "中银保险有限公司".into(), "付款账号或收款企业与协议「BOCBX000000000」不符"),
        (|o| o.amount = yuan("495.01"), "金额495.01不是各笔保费之和"),
        (|o| o.items.clear(), "金额495.00不是各笔保费之和"),
        (
            |o| {
                o.amount = yuan("-1.00");
                o.items[0].amount = yuan("-1.00");
            },
            "金额-1.00不是各笔保费之和",
        ),
    ];
    for (spoil, reason) in cases {
        let mut rig = bank([]);
        let mut order = order_of(PAYMENT, "495.00");
        spoil(&mut order);
        assert_eq!(rig.receive(&ordered(1, order)), refused("K3202", reason));
        assert_eq!((rig.ledger(), rig.script.taken.len()), (vec![], 0));
    }
}

//= PAY-05
#[test]
fn a_query_is_answered_with_the_truth() {
    for (script, amount, truth) in [
        (Outcome::friendly(), "495.00", stands(OrderStanding::Debited, None, Some(DEBIT))),
        (Outcome::friendly(), "2000.00", stands(OrderStanding::Failed, Some("余额不足"), None)),
        (delayed(DAY, Outcome::friendly()), "495.00", stands(OrderStanding::Pending, None, None)),
        (Outcome::Silent, "495.00", stands(OrderStanding::Debited, None, Some(DEBIT))),
        (Outcome::Nonsense, "495.00", stands(OrderStanding::Debited, None, Some(DEBIT))),
    ] {
        let mut rig = bank([script]);
        rig.receive(&ordered(1, order_of(PAYMENT, amount)));
        rig.accept_until(AT + 600);
        assert_eq!(rig.receive(&queried(PAYMENT, 2)), ACCEPTED);
        rig.accept_until(AT + 605);
        assert_eq!(rig.bodies().last(), Some(&truth));
        assert_eq!(rig.script.taken.last(), Some(&(Point::Query, PAYMENT.to_owned())));
    }
}

//= PAY-05
#[test]
fn an_order_that_was_called_unseen_is_refused_from_then_on() {
    let mut rig = bank([Outcome::NoReceipt]);
    assert_eq!(rig.receive(&first_order()), Answer::None);
    rig.run_until(AT + 600);
    assert_eq!(rig.receive(&queried(PAYMENT, 2)), ACCEPTED, "held: the order before it is missing");
    rig.accept_until(AT + 1_200);
    assert_eq!(rig.bodies(), [stands(OrderStanding::Unknown, None, None)]);
    rig.run_until(AT + 4 * 3_600);
    let late = rig.receive(&first_order());
    assert_eq!(late, refused("K3202", &format!("支付流水号「{PAYMENT}」已答复未受理，不再受理")));
    rig.accept_until(AT + 5 * 3_600);
    assert_eq!((rig.ledger(), rig.balance().as_str()), (vec![], "1000.00"));
}

//= PAY-05
#[test]
fn an_order_that_comes_before_its_query_is_answered_is_not_called_unseen() {
    let mut rig = bank([]);
    assert_eq!(rig.receive(&queried(PAYMENT, 2)), ACCEPTED);
    rig.run_until(AT + 3);
    assert_eq!(rig.receive(&first_order()), ACCEPTED);
    rig.accept_until(AT + 60);
    assert_eq!(rig.bodies(), [stands(OrderStanding::Pending, None, None), debited(DEBIT, "495.00")]);
}

//= PAY-04
#[test]
fn scripted_words_about_an_order_neither_stop_nor_move_its_money() {
    for (words, answer) in [
        (refuse("银行系统故障"), stands(OrderStanding::Failed, Some("银行系统故障"), None)),
        (Outcome::Pending, stands(OrderStanding::Pending, None, None)),
        (Outcome::Unseen, stands(OrderStanding::Unknown, None, None)),
        (Outcome::friendly(), stands(OrderStanding::Pending, None, None)),
    ] {
        let mut rig = bank([delayed(3_600, Outcome::friendly()), words]);
        rig.receive(&first_order());
        rig.run_until(AT + 600);
        rig.receive(&queried(PAYMENT, 2));
        rig.accept_until(AT + 605);
        assert_eq!((rig.bodies(), rig.balance().as_str()), (vec![answer], "1000.00"));
        rig.accept_until(AT + 3_600);
        assert_eq!((rig.bodies().last(), rig.balance().as_str()), (Some(&debited(DEBIT, "495.00")), "505.00"));
    }
}

#[test]
fn a_bank_may_be_silent_about_a_query_too() {
    let mut rig = bank([Outcome::friendly(), Outcome::Silent]);
    rig.receive(&first_order());
    rig.receive(&queried(PAYMENT, 2));
    rig.accept_until(AT + DAY);
    assert_eq!(rig.bodies(), [debited(DEBIT, "495.00")]);
}

//= PAY-04
#[test]
fn a_bank_that_changes_its_mind_debits_once_and_by_its_first_word() {
    let (yes, no) = (|| debited(DEBIT, "495.00"), || not_debited("余额不足"));
    for (first, then, said, balance) in [
        (refuse("余额不足"), Outcome::friendly(), [no(), yes()], "1000.00"),
        (Outcome::friendly(), refuse("余额不足"), [yes(), no()], "505.00"),
        (Outcome::friendly(), Outcome::friendly(), [yes(), yes()], "505.00"),
    ] {
        let mut rig = bank([changed(first, then)]);
        rig.receive(&first_order());
        rig.accept_until(AT + 600);
        assert_eq!(rig.bodies(), said);
        assert_eq!([rig.wire[0].1.contradicts, rig.wire[1].1.contradicts], [false, true]);
        assert_eq!(rig.balance(), balance);
    }
}

//= PAY-04
#[test]
fn an_answer_after_a_spoilt_one_debits_no_second_time() {
    let spoilt = |of| Outcome::Misbehave { how: Misbehaviour::BadSignature, of: Box::new(of) };
    for then in [Outcome::friendly(), refuse("银行系统故障")] {
        let mut rig = bank([changed(spoilt(Outcome::friendly()), then)]);
        rig.receive(&first_order());
        rig.run_until(AT + 5);
        let id = rig.wire[0].1.message.id.clone();
        rig.receipt(&id, Receipt::Refused { code: "K3104".into(), reason: "验签失败".into() });
        rig.accept_until(AT + 600);
        assert_eq!(rig.bodies(), [debited(DEBIT, "495.00"), debited(DEBIT, "495.00")]);
        assert_eq!(rig.balance(), "505.00");
    }
}
