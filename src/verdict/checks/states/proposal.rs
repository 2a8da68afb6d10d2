//! The way of a proposal's log (CGO-10, CGO-12 .. CGO-16, CGO-18, PAY-05): submission, underwriting, withdrawal, payment.

use super::{
    Stage, is_text,
    leg::{self, Leg},
};
use crate::evidence::LogLine;

/// How the insurer's latest answer to a submission has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// 数据审核成功，待核保
    Checked,
    /// 数据审核失败
    CheckFailed,
    /// 核保未通过，转人工复核
    Review,
    /// 已出单未缴费
    Issued,
    /// 拒保
    Declined,
}

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// No line yet: 暂存.
    Start,
    /// A submission is on its way, or came to nothing.
    Submitting(Leg),
    /// The insurer has answered.
    Said(Word),
    /// A withdrawal is on its way; the insurer's latest answer meanwhile.
    Withdrawing(Leg, Word),
    /// A withdrawal was not answered in time.
    Unanswered(Word),
    Withdrawn,
    Paying,
    PayFailed,
    Paid,
    /// The insurer is being told of the payment.
    Notifying(Leg),
    InForce,
    Lapsed,
}

use Way as W;

#[rustfmt::skip] // One row a line: this is a table.
const UNDERWRITING: &[(Word, &str, &str, Word)] = &[
    (Word::Checked, "C002", "已出单未缴费",           Word::Issued),
    (Word::Checked, "C102", "核保未通过，转人工复核", Word::Review),
    (Word::Review,  "C002", "已出单未缴费",           Word::Issued),
    (Word::Review,  "C103", "拒保",                   Word::Declined),
];

/// The answers to the check of data.
const CHECKS: &[(&str, &str, Word)] =
    &[("C001", "数据审核成功，待核保", Word::Checked), ("C101", "数据审核失败", Word::CheckFailed)];

#[rustfmt::skip] // One row a line: this is a table.
const PAYMENT: &[(Way, &str, &str, Way)] = &[
    (W::Said(Word::Issued), "P201", "支付中",   W::Paying),
    (W::PayFailed,          "P201", "支付中",   W::Paying),
    (W::Paying,             "P202", "支付成功", W::Paid),
    (W::Paying,             "F",    "支付失败", W::PayFailed),
    (W::PayFailed,          "P202", "支付成功", W::Paid),      // the bank's answer came after all
    (W::Said(Word::Issued), "E",    "已失效",   W::Lapsed),
    (W::Unanswered(Word::Issued), "P201", "支付中", W::Paying),
    (W::Unanswered(Word::Issued), "E",  "已失效", W::Lapsed),
    (W::PayFailed,          "E",    "已失效",   W::Lapsed),
];

const fn word(word: Word) -> &'static str {
    match word {
        Word::Checked => "数据审核成功，待核保",
        Word::CheckFailed => "数据审核失败",
        Word::Review => "核保未通过，转人工复核",
        Word::Issued => "已出单未缴费",
        Word::Declined => "拒保",
    }
}

fn is(row: &LogLine, code: &str, text: &str) -> bool {
    row.code == code && is_text(&row.text, text)
}

fn underwritten(now: Word, row: &LogLine) -> Option<Word> {
    UNDERWRITING.iter().find(|(from, code, text, _)| *from == now && is(row, code, text)).map(|(.., to)| *to)
}

impl Way {
    /// Whether 提交 may begin here.
    fn may_be_submitted(self) -> bool {
        matches!(self, W::Start | W::Said(Word::CheckFailed | Word::Declined) | W::Unanswered(Word::Declined))
            || matches!(self, W::Submitting(leg) if leg.is_over())
    }

    /// The insurer's latest answer, where 撤销 may begin.
    fn may_be_withdrawn(self) -> Option<Word> {
        let (W::Said(now) | W::Unanswered(now)) = self else { return None };
        matches!(now, Word::Checked | Word::Review).then_some(now)
    }

    fn withdrawing(leg: Leg, now: Word, row: &LogLine) -> Option<Self> {
        if let Some(next) = leg.next(row) {
            return Some(match next {
                Leg::Rejected => W::Said(now),
                Leg::GivenUp | Leg::Silent => W::Unanswered(now),
                Leg::Queued | Leg::Requeued | Leg::Sent | Leg::Undelivered | Leg::Received => W::Withdrawing(next, now),
            });
        }
        if let Some(next) = underwritten(now, row) {
            return Some(W::Withdrawing(leg, next));
        }
        (leg == Leg::Received).then(|| withdrawal_answered(now, row)).flatten()
    }
}

/// The answer to a withdrawal that was not answered in time, where the business has gone on since: what is paid or being
/// paid stays so.
fn answered_late(now: Way, row: &LogLine) -> Option<Way> {
    let unpaid = matches!(now, W::PayFailed | W::Lapsed);
    let paid = matches!(now, W::Paying | W::Paid | W::Notifying(_) | W::InForce);
    if unpaid && is(row, "W", "已撤销") {
        return Some(W::Withdrawn);
    }
    ((unpaid || paid) && is(row, "F", "撤销失败")).then_some(now)
}

fn withdrawal_answered(now: Word, row: &LogLine) -> Option<Way> {
    if is(row, "W", "已撤销") { Some(W::Withdrawn) } else { is(row, "F", "撤销失败").then_some(W::Said(now)) }
}

impl Stage for Way {
    const START: Self = Self::Start;

    fn page(self) -> &'static str {
        match self {
            W::Start => "暂存",
            W::Submitting(leg) => leg.page("数据审核失败"),
            W::Said(now) | W::Unanswered(now) => word(now),
            W::Withdrawing(..) => "撤销中",
            W::Withdrawn => "已撤销",
            W::Paying => "支付中",
            W::PayFailed => "支付失败",
            W::Paid | W::Notifying(_) => "支付成功",
            W::InForce => "正式生效",
            W::Lapsed => "已失效",
        }
    }

    fn next(self, row: &LogLine) -> Vec<Self> {
        let mut next = Vec::new();
        if leg::begins(row) {
            next.extend(self.may_be_submitted().then_some(W::Submitting(Leg::Queued)));
            next.extend(self.may_be_withdrawn().map(|now| W::Withdrawing(Leg::Queued, now)));
            next.extend((self == W::Paid).then_some(W::Notifying(Leg::Queued)));
        }
        match self {
            W::Submitting(leg) => {
                next.extend(leg.next(row).map(W::Submitting));
                let check = CHECKS.iter().find(|(code, text, _)| is(row, code, text));
                next.extend(check.filter(|_| leg.may_be_answered()).map(|(.., to)| W::Said(*to)));
            }
            W::Said(now) => next.extend(underwritten(now, row).map(W::Said)),
            W::Unanswered(now) => {
                next.extend(underwritten(now, row).map(W::Unanswered));
                next.extend(withdrawal_answered(now, row));
            }
            W::Withdrawing(leg, now) => next.extend(Self::withdrawing(leg, now, row)),
            W::Notifying(leg) => {
                // An insurer that refuses the notice takes no premium.
                let told = |next| if next == Leg::Rejected { W::PayFailed } else { W::Notifying(next) };
                next.extend(leg.next(row).map(told));
                next.extend((leg.may_be_answered() && row.code == "S" && row.text == "正式生效").then_some(W::InForce));
            }
            W::Start | W::Withdrawn | W::Paying | W::PayFailed | W::Paid | W::InForce | W::Lapsed => {}
        }
        next.extend(answered_late(self, row));
        next.extend(
            PAYMENT.iter().filter(|(from, code, text, _)| *from == self && is(row, code, text)).map(|(.., to)| *to),
        );
        next
    }

    fn lines(self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.may_be_submitted() || self.may_be_withdrawn().is_some() || self == W::Paid {
            lines.push("P001 待发送".into());
        }
        let said = |now: Word| {
            UNDERWRITING.iter().filter(move |(from, ..)| *from == now).map(|(_, c, t, _)| format!("{c} {t}"))
        };
        match self {
            W::Submitting(leg) => {
                lines.extend(leg.lines());
                lines.extend(CHECKS.iter().filter(|_| leg.may_be_answered()).map(|(c, t, _)| format!("{c} {t}")));
            }
            W::Said(now) => lines.extend(said(now)),
            W::Unanswered(now) => lines.extend(said(now).chain(["W 已撤销".into(), "F 撤销失败".into()])),
            W::Withdrawing(leg, now) => {
                lines.extend(leg.lines().into_iter().chain(said(now)));
                let answers = ["W 已撤销", "F 撤销失败"].into_iter().filter(|_| leg == Leg::Received);
                lines.extend(answers.map(str::to_owned));
            }
            W::Notifying(leg) => {
                lines.extend(leg.lines());
                lines.extend(leg.may_be_answered().then(|| "S 正式生效".into()));
            }
            W::Start | W::Withdrawn | W::Paying | W::PayFailed | W::Paid | W::InForce | W::Lapsed => {}
        }
        lines.extend(PAYMENT.iter().filter(|(from, ..)| *from == self).map(|(_, c, t, _)| format!("{c} {t}")));
        lines
    }
}
