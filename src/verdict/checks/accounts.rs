//! 对账一致 (PAY-04, PAY-05): banks' ledgers and accounts, the portal's payments, the insurers' premiums and refunds agree.
//!
//! What is still on its way at the end is judged by what the wire shows: a page by what the portal has heard, books by
//! what their party has said and heard.

use std::collections::BTreeMap;

use domain::{
    directory::PartyId,
    message::{
        Body, Decision, Kind,
        payment::{OrderStanding, PaymentOrder},
    },
    portal::RecordKind,
};

use super::{
    Judging, Outcome,
    debits::{self, Fate},
    sums::{fen, yuan},
    wire::Wire,
    words::Words,
};
use crate::{
    evidence::{Evidence, Happening, LedgerLine},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "对账一致";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let words = Words::of(&wire, context);
    let case = Case { evidence, context, words: &words };
    let mut findings = Vec::new();
    case.debits_rest_on_orders(&mut findings);
    case.answers_say_what_was_debited(&mut findings);
    case.accounts_add_up(&mut findings);
    case.pages_say_what_the_bank_said(&debits::fates(&words, &wire), &mut findings);
    case.premiums_rest_on_debits(&mut findings);
    case.notices_are_booked(&mut findings);
    case.refunds_rest_on_debits(&mut findings);
    case.refunds_are_told(&mut findings);
    let evaluated = !evidence.ledger.is_empty()
        || !evidence.refunds.is_empty()
        || evidence.pages.iter().any(|p| p.kind == RecordKind::Payment);
    Outcome { evaluated, findings }
}

struct Case<'a, 'k> {
    evidence: &'a Evidence,
    context: &'a Judging<'k>,
    words: &'a Words<'a>,
}

fn failed(path: impl Into<String>, text: &str) -> Finding {
    Finding::new(Verdict::Failed, NAME, path, text).against("PAY-05")
}

/// Whether two texts are the same amount.
fn same(one: &str, other: &str) -> bool {
    fen(one).is_some() && fen(one) == fen(other)
}

impl<'a> Case<'a, '_> {
    fn books(&self, party: &PartyId, what: &str) -> String {
        format!("账簿 {} {what}", self.context.directory.name_of(party))
    }

    fn debit_of(&self, payment: &str) -> Option<&'a LedgerLine> {
        self.evidence.ledger.iter().find(|l| l.order == payment)
    }

    fn order_of(&self, payment: &str) -> Option<&'a PaymentOrder> {
        self.words.said.iter().find_map(|w| match w.body() {
            Some(Body::PaymentOrdered(order)) if order.payment == payment => Some(order),
            _ => None,
        })
    }

    /// A debit has its order, for this amount from this account.
    fn debits_rest_on_orders(&self, findings: &mut Vec<Finding>) {
        for line in &self.evidence.ledger {
            let mut orders = self.words.heard_by(&line.party).filter_map(|(_, body)| match body {
                Body::PaymentOrdered(order) if order.payment == line.order => Some(order),
                _ => None,
            });
            let path = self.books(&line.party, &line.order);
            let Some(order) = orders.next() else {
                if !self.words.clouded(&line.order) {
                    findings.push(failed(path, "账簿中的扣款没有收到过的扣款指令作为依据"));
                }
                continue;
            };
            let ordered = order.amount.to_string();
            if !same(&ordered, &line.amount) {
                findings.push(failed(&*path, "扣款的金额不是扣款指令中的金额").compared(ordered, &*line.amount));
            }
            if order.account != line.account {
                findings
                    .push(failed(path, "扣款的账号不是扣款指令中的付款账号").compared(&*order.account, &*line.account));
            }
        }
    }

    /// A bank says of an order what its ledger says, and says it.
    fn answers_say_what_was_debited(&self, findings: &mut Vec<Finding>) {
        let portal = PartyId::portal();
        let mut told: Vec<(&PartyId, &str)> = Vec::new();
        for (word, body) in self.words.said.iter().filter(|w| w.sent.to == portal).filter_map(|w| Some((w, w.body()?)))
        {
            let (payment, debit, amount) = match body {
                Body::PaymentAnswered(a) => match a.decision {
                    Decision::Agreed => (&a.payment, Some(a.debit.as_deref()), a.amount),
                    Decision::Refused => (&a.payment, None, None),
                },
                Body::PaymentQueryAnswered(a) => match a.standing {
                    OrderStanding::Debited => (&a.payment, Some(a.debit.as_deref()), None),
                    OrderStanding::Failed | OrderStanding::Unknown => (&a.payment, None, None),
                    OrderStanding::Pending => continue,
                },
                _ => continue,
            };
            let bank = &word.sent.from;
            told.push((bank, payment));
            let line = self.evidence.ledger.iter().find(|l| l.party == *bank && l.order == *payment);
            let path = format!("报文 {} {}→门户", word.sent.kind.chinese(), self.context.directory.name_of(bank));
            let finding = |text: &str| failed(&*path, text).during(word.step).about(word.sent.id.as_str());
            match (debit, line) {
                (Some(_), None) => {
                    findings.push(finding("银行答复已扣款，账簿中却没有这笔扣款").compared("扣款", "没有扣款"))
                }
                // What a script has a bank say to a query is words alone: the order may be debited yet (PAY-04).
                (None, Some(_)) if word.sent.kind == Kind::PaymentQueryAnswered && self.is_scripted(bank, payment) => {}
                (None, Some(line)) => {
                    findings.push(finding("银行答复没有扣款，账簿中却有这笔扣款").compared("没有扣款", &*line.number));
                }
                (Some(number), Some(line)) if number != Some(&*line.number) => {
                    let text = "答复中的银行流水号不是账簿中的那一个";
                    findings.push(finding(text).compared(&*line.number, number.unwrap_or_default()));
                }
                (Some(_), Some(line)) => {
                    let said = amount.map(|a| a.to_string()).filter(|said| !same(said, &line.amount));
                    findings.extend(
                        said.map(|said| finding("答复中的金额不是账簿中扣款的金额").compared(&*line.amount, said)),
                    );
                }
                (None, None) => {}
            }
        }
        // A bank debits when it answers: a debit of which it says nothing is kept from the portal.
        let silent = |l: &&LedgerLine| {
            !told.contains(&(&l.party, &l.order))
                && !self.words.clouded(&l.order)
                && !self.says_nothing(&l.party, &l.order)
        };
        for line in self.evidence.ledger.iter().filter(silent) {
            findings.push(failed(self.books(&line.party, &line.order), "银行扣了款，却没有答复"));
        }
    }

    /// Whether the scenario has this bank debit and keep it to itself, or say it so that nobody can hear it.
    fn says_nothing(&self, bank: &PartyId, payment: &str) -> bool {
        self.evidence.entries.iter().any(|e| {
            matches!(&e.what, Happening::Decided { party, point, subject, outcome }
                if party == bank && point == "银行.扣款" && subject == payment
                    && ["沉默", "胡言"].iter().any(|word| outcome.contains(word)))
        })
    }

    /// Whether the scenario said what this bank answers to a query of this payment.
    fn is_scripted(&self, bank: &PartyId, payment: &str) -> bool {
        self.evidence.entries.iter().any(|e| {
            matches!(&e.what, Happening::Decided { party, point, subject, outcome }
                if party == bank && point == "银行.查询" && subject == payment && outcome != "成功")
        })
    }

    /// What an account has is what it had, less its debits.
    fn accounts_add_up(&self, findings: &mut Vec<Finding>) {
        for account in &self.evidence.accounts {
            let of_it = |l: &&LedgerLine| l.party == account.party && l.account == account.account;
            let debited: Option<i128> = self.evidence.ledger.iter().filter(of_it).map(|l| fen(&l.amount)).sum();
            let (Some(debited), Some(had)) = (debited, fen(&account.had)) else { continue };
            if fen(&account.has) != Some(had - debited) {
                let path = self.books(&account.party, &account.account);
                let text = "账户的余额不是原有的减去扣款";
                findings.push(failed(path, text).compared(yuan(had - debited), &*account.has));
            }
        }
    }

    /// A payment's page stands as the bank has told, with the amount that was debited.
    fn pages_say_what_the_bank_said(
        &self,
        fates: &BTreeMap<&str, Vec<(domain::Time, Fate)>>,
        findings: &mut Vec<Finding>,
    ) {
        for page in self.evidence.pages.iter().filter(|p| p.kind == RecordKind::Payment) {
            let Some(state) = page.field("状态").filter(|_| !self.words.clouded(&page.record)) else { continue };
            let debited =
                fates.get(page.record.as_str()).is_some_and(|all| all.iter().any(|(_, f)| *f == Fate::Debited));
            let shown = ["支付成功", "待退款", "已退款"].contains(&state);
            let path = format!("{}.状态", page.record);
            if debited != shown {
                let text = if shown {
                    "页面显示已扣款，但银行没有这样答复"
                } else {
                    "银行已答复扣款成功，页面却没有显示"
                };
                let expected = if debited {
                    "支付成功 或 待退款 或 已退款"
                } else {
                    "支付中 或 不确定 或 支付失败"
                };
                findings.push(failed(path, text).compared(expected, state));
            }
            let (Some(order), Some(amount)) = (self.order_of(&page.record), page.field("金额")) else { continue };
            let ordered = order.amount.to_string();
            if !same(&ordered, amount) {
                let path = format!("{}.金额", page.record);
                findings
                    .push(failed(path, "页面上的金额不是扣款指令中的金额").against("PAY-01").compared(ordered, amount));
            }
        }
    }

    /// A premium in an insurer's books was ordered for that proposal, and debited.
    fn premiums_rest_on_debits(&self, findings: &mut Vec<Finding>) {
        for line in &self.evidence.proposals {
            let Some((amount, payment)) = &line.received else { continue };
            let path = self.books(&line.party, &line.application);
            let item = self.order_of(payment).and_then(|o| o.items.iter().find(|i| i.application == line.application));
            match (item, self.debit_of(payment)) {
                (Some(item), Some(_)) if !same(&item.amount.to_string(), amount) => {
                    let text = "保险公司收到的保费不是扣款指令中的金额";
                    findings.push(failed(path, text).compared(item.amount.to_string(), &**amount));
                }
                (Some(_), Some(_)) => {}
                (None, _) | (_, None) if self.words.clouded(payment) => {}
                (None, _) | (_, None) => {
                    findings
                        .push(failed(path, "保险公司记入的保费没有银行的扣款作为依据").compared("扣款", &**payment));
                }
            }
        }
    }

    /// What an insurer was told of, it has in its books.
    fn notices_are_booked(&self, findings: &mut Vec<Finding>) {
        for word in &self.words.heard {
            let Some(Body::PaymentNotified(notice)) = word.body() else { continue };
            let amount = notice.amount.to_string();
            let booked = self.evidence.proposals.iter().any(|l| {
                l.party == word.sent.to
                    && l.application == notice.application
                    && l.received.as_ref().is_some_and(|(sum, by)| *by == notice.payment && same(sum, &amount))
            });
            if !booked {
                let path = self.books(&word.sent.to, &notice.application);
                findings.push(
                    failed(path, "保险公司接收了缴费通知，账簿中却没有这笔保费")
                        .compared(amount, "")
                        .during(word.step)
                        .about(word.sent.id.as_str()),
                );
            }
        }
    }

    /// What is paid back was debited, goes back to where it came from, once, and is no premium that was taken.
    fn refunds_rest_on_debits(&self, findings: &mut Vec<Finding>) {
        let mut seen: Vec<&str> = Vec::new();
        for refund in &self.evidence.refunds {
            let path = self.books(&refund.party, &refund.payment);
            let finding = |text: &str| failed(&*path, text).against("PAY-04");
            if seen.contains(&refund.payment.as_str()) {
                findings.push(finding("同一笔支付退款不止一次"));
            }
            seen.push(&refund.payment);
            let Some(debit) = self.debit_of(&refund.payment) else {
                findings.push(finding("退款没有银行的扣款作为依据").compared("扣款", &*refund.debit));
                continue;
            };
            if debit.number != refund.debit {
                findings.push(finding("退款所写的银行流水号不是扣款的那一个").compared(&*debit.number, &*refund.debit));
            }
            if debit.account != refund.account {
                findings.push(finding("退款没有退到付款账号").compared(&*debit.account, &*refund.account));
            }
            let taken = self.evidence.proposals.iter().filter_map(|l| l.received.as_ref());
            let taken: i128 = taken.filter(|(_, by)| *by == refund.payment).filter_map(|(sum, _)| fen(sum)).sum();
            let owed = fen(&debit.amount).map(|all| all - taken);
            if owed.is_none() || fen(&refund.amount) != owed {
                let owed = owed.map(yuan).unwrap_or_default();
                findings.push(finding("退款的金额不是扣款中没有用作保费的部分").compared(owed, &*refund.amount));
            }
        }
    }

    /// An insurer says of a refund what its books say; so does the page.
    fn refunds_are_told(&self, findings: &mut Vec<Finding>) {
        for word in &self.words.said {
            let Some(Body::RefundAnswered(answer)) = word.body() else { continue };
            let insurer = &word.sent.from;
            let booked = self.evidence.refunds.iter().any(|r| r.party == *insurer && r.payment == answer.payment);
            if booked != (answer.decision == Decision::Agreed) {
                let path = format!("报文 退款结果 {}→门户", self.context.directory.name_of(insurer));
                let text = if booked {
                    "保险公司答复没有退款，账簿中却退了"
                } else {
                    "保险公司答复已退款，账簿中却没有退"
                };
                findings.push(failed(path, text).against("PAY-04").during(word.step).about(word.sent.id.as_str()));
            }
        }
        let portal = PartyId::portal();
        for page in self.evidence.pages.iter().filter(|p| p.kind == RecordKind::Payment) {
            let told = self.words.heard_by(&portal).any(|(_, body)| {
                matches!(body, Body::RefundAnswered(a) if a.payment == page.record && a.decision == Decision::Agreed)
            });
            let shown = page.field("状态") == Some("已退款");
            if told != shown && !self.words.clouded(&page.record) {
                let text = if shown {
                    "页面显示已退款，但保险公司没有这样答复"
                } else {
                    "保险公司已答复退款，页面却没有显示"
                };
                let state = page.field("状态").unwrap_or_default();
                findings.push(failed(format!("{}.状态", page.record), text).against("PAY-04").compared("", state));
            }
        }
    }
}
