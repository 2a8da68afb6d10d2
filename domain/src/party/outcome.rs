//! What a party decides, in the scenario language's words (docs/scenarios.md, 对手方剧本).
//!
//! A party never makes up a decision: it asks [`Decisions`], which the world owns, fills from the script and
//! keeps a record of. Nothing in here knows the portal.

use std::{fmt, time::Duration};

use jiff::civil::Date;

use crate::{
    directory::{PartyId, PartyRole},
    money::Money,
};

/// Where a party has something to decide. A decision is taken when it is due to be begun: at the arrival of its request,
/// 核保 when 数据审核 was answered 成功, 人工复核 when 转人工复核 was answered, 线下签约 at the party's own act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// 保险公司.签约
    InsurerSigning,
    /// 保险公司.预约: whether it is willing to grant an open cover.
    OpenCover,
    /// 保险公司.线下签约: whether the open cover is signed.
    OfflineSigning,
    /// 保险公司.数据审核: whether a proposal agrees with its open cover.
    DataCheck,
    /// 保险公司.核保
    Underwriting,
    /// 保险公司.人工复核
    Review,
    /// 保险公司.撤销
    Withdrawal,
    /// 保险公司.生效: whether a paid policy's answer leaves at all. It cannot be a no: where the script has one, nothing
    /// is said.
    PolicyInForce,
    /// 保险公司.退款
    Refund,
    /// 银行.签约
    BankSigning,
    /// 银行.解约
    BankEnding,
    /// 银行.扣款
    Debit,
    /// 银行.查询
    Query,
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// What is fixed for each decision point.
struct PointRow {
    point: Point,
    role: PartyRole,
    word: &'static str,
    /// What a yes and a no are called there.
    yes_no: (&'static str, &'static str),
    /// The key under which the time to its answer is drawn. Never changes, or every seed would play another story.
    delay_purpose: &'static str,
    /// From and to, in milliseconds (docs/scenarios.md).
    answers_after_ms: (u64, u64),
}

#[rustfmt::skip] // A row a line: this is the table of decision points.
const POINTS: [PointRow; 13] = {
    use PartyRole::{Bank, Insurer};
    const fn row(
        point: Point, role: PartyRole, word: &'static str, yes_no: (&'static str, &'static str),
        delay_purpose: &'static str, answers_after_ms: (u64, u64),
    ) -> PointRow {
        PointRow { point, role, word, yes_no, delay_purpose, answers_after_ms }
    }
    [
        row(Point::InsurerSigning, Insurer, "签约",     ("同意",   "拒绝"), "insurer-signing-delay", (5 * MINUTE, 30 * MINUTE)),
        row(Point::OpenCover,      Insurer, "预约",     ("成功",   "失败"), "open-cover-delay",      (HOUR, 8 * HOUR)),
        row(Point::OfflineSigning, Insurer, "线下签约", ("成功",   "失败"), "offline-signing-delay", (HOUR, 8 * HOUR)),
        row(Point::DataCheck,      Insurer, "数据审核", ("成功",   "失败"), "data-check-delay",      (MINUTE, 5 * MINUTE)),
        row(Point::Underwriting,   Insurer, "核保",     ("通过",   "拒绝"), "underwriting-delay",    (5 * MINUTE, HOUR)),
        row(Point::Review,         Insurer, "人工复核", ("通过",   "拒绝"), "review-delay",          (HOUR, 6 * HOUR)),
        row(Point::Withdrawal,     Insurer, "撤销",     ("同意",   "拒绝"), "withdrawal-delay",      (5 * MINUTE, HOUR)),
        row(Point::PolicyInForce,  Insurer, "生效",     ("成功",   "失败"), "in-force-delay",        (MINUTE, 10 * MINUTE)),
        row(Point::Refund,         Insurer, "退款",     ("已退款", "失败"), "refund-delay",          (5 * MINUTE, HOUR)),
        row(Point::BankSigning,    Bank,    "签约",     ("同意",   "拒绝"), "bank-signing-delay",    (5 * MINUTE, 30 * MINUTE)),
        row(Point::BankEnding,     Bank,    "解约",     ("同意",   "拒绝"), "bank-ending-delay",     (5 * MINUTE, 30 * MINUTE)),
        row(Point::Debit,          Bank,    "扣款",     ("成功",   "失败"), "debit-delay",           (5 * SECOND, 120 * SECOND)),
        row(Point::Query,          Bank,    "查询",     ("成功",   "失败"), "query-delay",           (5 * SECOND, 120 * SECOND)),
    ]
};

impl Point {
    /// Every decision point, in the order of the table in docs/scenarios.md.
    pub const ALL: [Self; 13] = {
        let mut all = [Self::InsurerSigning; 13];
        let mut i = 0;
        while i < all.len() {
            all[i] = POINTS[i].point;
            i += 1;
        }
        all
    };

    /// The variants stand in the table's order, which a test makes sure of.
    const fn row(self) -> &'static PointRow {
        &POINTS[self as usize]
    }

    /// Whose decision it is.
    pub const fn role(self) -> PartyRole {
        self.row().role
    }

    /// The scenario language's word for it, after the party and a full stop.
    pub const fn chinese(self) -> &'static str {
        self.row().word
    }

    /// What a yes is called there.
    pub const fn yes(self) -> &'static str {
        self.row().yes_no.0
    }

    /// What a no is called there.
    pub const fn no(self) -> &'static str {
        self.row().yes_no.1
    }

    /// From and to, in milliseconds: how long the party takes, if the script says nothing of it.
    pub const fn answers_after_ms(self) -> (u64, u64) {
        self.row().answers_after_ms
    }

    pub(super) const fn delay_purpose(self) -> &'static str {
        self.row().delay_purpose
    }
}

/// What comes with a yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Terms {
    /// Nothing but what follows from the party's own rules.
    #[default]
    Own,
    /// 协议失效时间: the last day of a bank's agreement, which is open-ended else. For 银行.签约.
    Until(Date),
    /// 保费, instead of the one by the insurer's rules. For 核保 and 人工复核.
    Premium(Money),
}

/// What is decided, and how the answer leaves.
///
/// A yes is never more than the party's own rules allow: an insurer whose open cover does not fit still refuses at
/// 数据审核, refers what is above 单次限额 at 核保, refuses to take back what is paid for; a bank debits by its books. No outcome
/// makes a party break them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 同意, 成功, 通过, 已退款: one yes under the name that suits the point. At 查询 it is the truth.
    Agree {
        /// What comes with it.
        terms: Terms,
    },
    /// 拒绝(原因), and 失败(原因) too. At 核保 it is [`Outcome::Refer`]; at 查询 the bank says so whatever it has debited or
    /// will debit.
    Refuse {
        /// The reason that the answer carries.
        reason: String,
    },
    /// 转人工复核, with or without a reason; for 核保. Elsewhere a no.
    Refer {
        /// The reason that the answer carries.
        reason: Option<String>,
    },
    /// 处理中; for 查询: the bank says so whatever its books say. Elsewhere nothing is said.
    Pending,
    /// 未受理; for 查询: as [`Outcome::Pending`].
    Unseen,
    /// 沉默: a receipt, then nothing. A bank that is silent at 扣款 debits all the same: its books know, nobody is told.
    Silent,
    /// 延迟(2小时, 同意): answers exactly that long after receiving. Nested spans add up.
    Delayed {
        /// From the arrival of the request to the answer.
        by: Duration,
        /// The answer.
        then: Box<Self>,
    },
    /// 重复(同意): the same message leaves twice, the second 1 to 60 seconds after the first.
    Twice(Box<Self>),
    /// 改口(拒绝(资料不全), 同意): once the receipt for the first answer is there, the other one leaves as a message of its
    /// own. The first that was taken over counts; what comes after it must be refused.
    ChangeOfMind {
        /// The answer that leaves first.
        first: Box<Self>,
        /// The one that leaves later.
        then: Box<Self>,
    },
    /// 坏签名(同意) and its like: the answer leaves, but must be refused by whoever gets it.
    Misbehave {
        /// What is wrong with it.
        how: Misbehaviour,
        /// The answer.
        of: Box<Self>,
    },
    /// 回执拒绝(原因): the receipt refuses the request.
    ReceiptRefused {
        /// The reason that the receipt carries.
        reason: String,
    },
    /// 无回执: not even a receipt.
    NoReceipt,
    /// 胡言: instead of an answer, many copies of one, each broken in another way.
    Nonsense,
}

impl Outcome {
    /// What a party decides where the script says nothing.
    pub const fn friendly() -> Self {
        Self::Agree { terms: Terms::Own }
    }

    /// As a script writes it at that point: 成功 where another says 同意.
    pub const fn at(&self, point: Point) -> AtPoint<'_> {
        AtPoint { outcome: self, words: point.row().yes_no }
    }
}

/// An outcome with the words of its decision point.
#[derive(Clone, Copy, Debug)]
pub struct AtPoint<'a> {
    outcome: &'a Outcome,
    words: (&'static str, &'static str),
}

/// As a script writes it, where it does not matter at which point.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        AtPoint { outcome: self, words: ("同意", "拒绝") }.fmt(f)
    }
}

impl fmt::Display for AtPoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words @ (yes, no) = self.words;
        let inner = |outcome| AtPoint { outcome, words };
        match self.outcome {
            Outcome::Agree { terms: Terms::Own } => f.write_str(yes),
            Outcome::Agree { terms: Terms::Until(date) } => write!(f, "{yes}(协议失效时间: {date})"),
            Outcome::Agree { terms: Terms::Premium(premium) } => write!(f, "{yes}(保费: {premium})"),
            Outcome::Refuse { reason } => write!(f, "{no}({reason})"),
            Outcome::Refer { reason: None } => f.write_str("转人工复核"),
            Outcome::Refer { reason: Some(reason) } => write!(f, "转人工复核({reason})"),
            Outcome::Pending => f.write_str("处理中"),
            Outcome::Unseen => f.write_str("未受理"),
            Outcome::Silent => f.write_str("沉默"),
            Outcome::Delayed { by, then } => write!(f, "延迟({}, {})", span_text(*by), inner(then)),
            Outcome::Twice(of) => write!(f, "重复({})", inner(of)),
            Outcome::ChangeOfMind { first, then } => write!(f, "改口({}, {})", inner(first), inner(then)),
            Outcome::Misbehave { how, of } => write!(f, "{}({})", how.chinese(), inner(of)),
            Outcome::ReceiptRefused { reason } => write!(f, "回执拒绝({reason})"),
            Outcome::NoReceipt => f.write_str("无回执"),
            Outcome::Nonsense => f.write_str(Misbehaviour::Nonsense.chinese()),
        }
    }
}

/// A span in the largest unit that holds it exactly.
fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    for (unit, word) in [(86_400, "天"), (3_600, "小时"), (60, "分钟")] {
        if seconds > 0 && seconds.is_multiple_of(unit) {
            return format!("{}{word}", seconds / unit);
        }
    }
    format!("{seconds}秒")
}

/// What may be wrong with a message on purpose. The gateway that seals it makes it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misbehaviour {
    /// 坏签名: the signature does not fit the content.
    BadSignature,
    /// 过期证书: signed under a certificate that is over.
    ExpiredCertificate,
    /// 错收件人: encrypted for somebody else.
    WrongReceiver,
    /// 胡言: sealed as it ought to be, but what is sealed breaks the schema: one copy for each way to break it.
    Nonsense,
}

impl Misbehaviour {
    /// Those that wrap an answer: 胡言 stands for itself.
    pub const WRAPPERS: [Self; 3] = [Self::BadSignature, Self::ExpiredCertificate, Self::WrongReceiver];

    /// The scenario language's word for it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::BadSignature => "坏签名",
            Self::ExpiredCertificate => "过期证书",
            Self::WrongReceiver => "错收件人",
            Self::Nonsense => "胡言",
        }
    }
}

/// Where decisions come from.
pub trait Decisions {
    /// The next decision of `party` at `point` about `subject`; [`Outcome::friendly`] when the script is used up.
    fn take(&mut self, party: &PartyId, point: Point, subject: &str) -> Outcome;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_written_as_in_a_script() {
        let agree = || Box::new(Outcome::friendly());
        let until = Outcome::Agree { terms: Terms::Until("2026-03-10".parse().unwrap()) };
        let late = |seconds| Outcome::Delayed { by: Duration::from_secs(seconds), then: agree() };
        let bad = |how| Outcome::Misbehave { how, of: agree() };
        for (outcome, text) in [
            (until, "同意(协议失效时间: 2026-03-10)"),
            (Outcome::Refuse { reason: "资料不全".into() }, "拒绝(资料不全)"),
            (Outcome::Silent, "沉默"),
            (late(7_200), "延迟(2小时, 同意)"),
            (late(86_400), "延迟(1天, 同意)"),
            (late(90), "延迟(90秒, 同意)"),
            (late(0), "延迟(0秒, 同意)"),
            (Outcome::Twice(agree()), "重复(同意)"),
            (bad(Misbehaviour::BadSignature), "坏签名(同意)"),
            (bad(Misbehaviour::ExpiredCertificate), "过期证书(同意)"),
            (bad(Misbehaviour::WrongReceiver), "错收件人(同意)"),
            (Outcome::ReceiptRefused { reason: "系统维护".into() }, "回执拒绝(系统维护)"),
            (Outcome::NoReceipt, "无回执"),
            (Outcome::Nonsense, "胡言"),
            (Outcome::ChangeOfMind { first: Box::new(late(90)), then: agree() }, "改口(延迟(90秒, 同意), 同意)"),
        ] {
            assert_eq!(outcome.to_string(), text);
        }
    }

    #[test]
    fn a_yes_has_the_name_that_its_point_gives_it() {
        let premium = Outcome::Agree { terms: Terms::Premium("120".parse().unwrap()) };
        let refuse = Outcome::Refuse { reason: "余额不足".into() };
        let late = Outcome::Delayed { by: Duration::from_secs(7_200), then: Box::new(Outcome::friendly()) };
        for (outcome, point, text) in [
            (Outcome::friendly(), Point::BankSigning, "同意"),
            (Outcome::friendly(), Point::DataCheck, "成功"),
            (Outcome::friendly(), Point::Review, "通过"),
            (Outcome::friendly(), Point::Refund, "已退款"),
            (premium, Point::Underwriting, "通过(保费: 120.00)"),
            (refuse, Point::Debit, "失败(余额不足)"),
            (late, Point::Debit, "延迟(2小时, 成功)"),
            (Outcome::Refer { reason: Some("超过权限".into()) }, Point::Underwriting, "转人工复核(超过权限)"),
            (Outcome::Refer { reason: None }, Point::Underwriting, "转人工复核"),
            (Outcome::Pending, Point::Query, "处理中"),
            (Outcome::Unseen, Point::Query, "未受理"),
        ] {
            assert_eq!(outcome.at(point).to_string(), text);
        }
    }

    #[test]
    fn each_point_finds_its_own_row_and_no_two_of_a_role_share_a_word() {
        for (number, point) in Point::ALL.into_iter().enumerate() {
            assert!(point as usize == number && point.row().point == point, "{}", point.chinese());
            let alike = Point::ALL.into_iter().filter(|p| (p.role(), p.chinese()) == (point.role(), point.chinese()));
            assert_eq!(alike.count(), 1, "{}", point.chinese());
        }
    }
}
