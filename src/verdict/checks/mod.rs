//! Invariants: what must hold at every moment of every case, each in its own file, each a pure function over evidence.
//!
//! All of them run after every case, and a finding of any fails it. Those that a scenario names under 始终 count for
//! coverage too. Rules are written down here by hand from the life cycles and requirements, never read from the code
//! that they judge.

use std::collections::BTreeMap;

mod accounts;
mod answers;
mod carriage;
mod context;
mod covers;
mod debits;
mod effects;
mod forms;
mod isolation;
mod log_order;
mod messages;
mod policies;
mod prompts;
mod proposals;
mod receipts;
mod replays;
mod requests;
mod seals;
mod states;
mod sums;
mod underwriting;
mod wire;
mod words;

#[cfg(test)]
mod cargo_tests;
#[cfg(test)]
mod story;
#[cfg(test)]
#[path = "tests.rs"]
mod told;

pub use context::{Context, Judging};

use super::finding::{CaseResult, Finding};
use crate::evidence::Evidence;

/// One invariant.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// As 始终 names it.
    pub name: &'static str,
    /// What it means, for `explain`.
    pub description: &'static str,
    /// The requirements that it proves where it is evaluated.
    pub requirements: &'static [&'static str],
    /// The check itself.
    pub check: fn(&Evidence, &Judging<'_>) -> Outcome,
}

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the evidence held anything to judge; else it proves nothing and covers nothing.
    pub evaluated: bool,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// What both came to.
    fn join(&mut self, other: Self) {
        self.evaluated |= other.evaluated;
        self.findings.extend(other.findings);
    }
}

/// Every invariant.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "报文有效",
        description: "每份诚实的报文都能由收件人解密、验签，内容与发出的一致，序号连续；坏签名、过期证书、错收件人、被篡改的报文\
                      都被拒绝，不留下任何业务结果",
        requirements: &["MSG-02"],
        check: messages::check,
    },
    Invariant {
        name: "回执齐全",
        description: "每份到达的报文都有收件人签名、针对这份报文的回执；收到回执后不再重发，没有收到则按加倍的间隔重发；\
                      同样的字节得到同样的结果，同一编号的另一份内容必须拒收",
        requirements: &["MSG-04"],
        check: receipts::check,
    },
    Invariant {
        name: "一次生效",
        description: "报文无论丢失、重复、延迟或乱序，在各方账簿和状态记录中都只生效一次；申请的第一个答复门户必须接受，\
                      被回执拒绝的申请则不再接受答复，接受了的都记入状态记录；页面上的协议编号就是银行账簿中的那一个",
        requirements: &["MSG-03"],
        check: effects::check,
    },
    Invariant {
        name: "状态合法",
        description: "状态记录中的每一步都是这种记录（三方协议、预约、货运协议、投保单、交费）的生命周期允许的，文字正确，\
                      页面上的状态与最后一步一致",
        requirements: &["AGR-08"],
        check: states::check,
    },
    Invariant {
        name: "日志有序",
        description: "状态记录序号连续、时间不倒退、不被改写；报文发送成功与接收成功都与网络上看到的相符",
        requirements: &["MSG-01"],
        check: log_order::check,
    },
    Invariant {
        name: "不越权",
        description: "任何页面只显示本企业的记录，任何操作只涉及本企业的记录",
        requirements: &["ACC-10"],
        check: isolation::check,
    },
    Invariant {
        name: "签名真实",
        description: "每份签约申请都带有本企业法人卡的电子签名，每份扣款指令都带有本企业操作员卡的；签名可以验证，签署的文字写明银行、\
                      收款企业、付款账号和付款企业，支付的写明金额、收款企业和付款账号",
        requirements: &["ACC-06", "AGR-07"],
        check: seals::check,
    },
    Invariant {
        name: "申请如实",
        description: "签约申请中的付款银行、收款企业、付款企业信息与填写的一致，法定代表人和邮政编码与账户的一致并写入协议；\
                      预约申请和投保申请写的是所填写的，保险金额和保费按规定算得，扣款指令的金额是保险公司给的保费之和",
        requirements: &["AGR-03", "AGR-04", "AGR-05", "AGR-06"],
        check: requests::check,
    },
    Invariant {
        name: "提示如实",
        description: "签署、预约、投保、撤销、支付等操作的对话框和成功提示是手册的文字",
        requirements: &["AGR-07"],
        check: prompts::check,
    },
    Invariant {
        name: "答复如实",
        description: "保险公司和银行对一份申请只答复一次，答复与自己的账簿一致，协议失效不早于生效，只终止自己签过的协议；写了重复的确实答复两次",
        requirements: &["AGR-09", "AGR-11"],
        check: answers::check,
    },
    Invariant {
        name: "线路如实",
        description: "报文和回执都按时送到收件人一次；没有声明的丢失、重复、延迟、改送都算失败，声明了重复却只送到一次也是",
        requirements: &["MSG-03"],
        check: carriage::check,
    },
    Invariant {
        name: "登录不可重放",
        description: "一份登录签名只能用一次，重放的登录都被拒绝",
        requirements: &["ACC-11"],
        check: replays::check,
    },
    Invariant {
        name: "每份投保单至多扣款一次",
        description: "一笔扣款指令银行至多扣款一次；同一份投保单的保费至多扣款一次，多出的都退款；前一笔扣款还没有结果或已经成功时，\
                      不再发出扣款指令",
        requirements: &["PAY-04"],
        check: debits::check,
    },
    Invariant {
        name: "对账一致",
        description: "银行的扣款、账户余额和答复，门户的交费记录，保险公司收到的保费和退款，金额和流水号都一致；每一笔都有依据，\
                      还在办理中的以网络上看到的为准",
        requirements: &["PAY-04", "PAY-05"],
        check: accounts::check,
    },
    Invariant {
        name: "核保如实",
        description: "保险公司先审核数据、再核保、转人工的再复核，每次投保各答复一次；只接受与货运协议相符的投保单，超过单次限额的转人工复核；\
                      保费是保险金额乘以费率，不低于最低保费；页面和账簿都是保险公司最后一次答复的，同意撤销之后不再有结果",
        requirements: &["CGO-13", "CGO-14"],
        check: underwriting::check,
    },
    Invariant {
        name: "保单如实",
        description: "银行答复扣款成功才通知缴费，保险公司收到缴费通知才让保单生效；页面正式生效的恰好是保险公司通知生效的，\
                      保单号是它给的那一个，账簿中也是",
        requirements: &["PAY-05"],
        check: policies::check,
    },
    Invariant {
        name: "协议如实",
        description: "货运协议由保险公司新增一次，只变更和终止自己新增过的；页面是最后一次通知的内容，终止或过了结束日期为无效，\
                      保险公司的账簿与通知的一致",
        requirements: &["OPC-01", "OPC-07"],
        check: covers::check,
    },
];

/// Those that judge what one message says (docs/scenarios.md, 覆盖), named in 始终 or not.
pub const MESSAGE_CHECKS: [&str; 2] = ["申请如实", "签名真实"];

/// One by its name in 始终.
pub fn by_name(name: &str) -> Option<&'static Invariant> {
    INVARIANTS.iter().find(|i| i.name == name)
}

/// Runs every invariant over a case's evidence and adds what they find. `named` are those of 始终 with their lines:
/// where they had something to judge they are cited. `signed` is the line of the step that sent the first request, for
/// the checks of messages.
pub fn run_all(
    evidence: &Evidence,
    judging: &Judging<'_>,
    named: &BTreeMap<&str, usize>,
    signed: usize,
    result: &mut CaseResult,
) {
    for invariant in INVARIANTS {
        let outcome = (invariant.check)(evidence, judging);
        let line = named.get(invariant.name);
        // Checks of a message's content count by themselves; an invariant counts where 始终 names it.
        let line = line.copied().or(MESSAGE_CHECKS.contains(&invariant.name).then_some(signed));
        if let Some(line) = line.filter(|_| outcome.evaluated) {
            result.cite(invariant.requirements, invariant.name, line);
        }
        for mut finding in outcome.findings {
            finding.line = finding.line.or(line.filter(|l| *l > 0));
            result.find(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::verdict::requirements;

    #[test]
    fn names_are_unique_and_requirements_exist() {
        assert_eq!(INVARIANTS.iter().map(|i| i.name).collect::<BTreeSet<_>>().len(), INVARIANTS.len());
        for id in INVARIANTS.iter().flat_map(|i| i.requirements) {
            assert!(requirements::by_id(id).is_some(), "{id}");
        }
        assert_eq!(by_name("不越权").map(|i| i.requirements), Some(&["ACC-10"][..]));
        assert!(by_name("不越").is_none());
    }

    #[test]
    fn evidence_of_nothing_proves_nothing() {
        context::tests::without_keys(|context| {
            for invariant in INVARIANTS {
                assert_eq!((invariant.check)(&Evidence::default(), context), Outcome::default(), "{}", invariant.name);
            }
        });
    }
}
