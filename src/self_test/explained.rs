//! Mutants that may survive, each with the reason: a thing that nobody could tell from the faithful one, or that the scenario
//! language has no words for yet.
//!
//! An explanation is a claim, and it is held: one that fits a mutant that was killed, or none at all, is stale, and told.
//! Before a line is added here, look for the scenario that makes it unnecessary.

use domain::portal::{
    Event::{self, *},
    State::{self, *},
};

use super::mutant::Mutant;

/// Why some mutants may survive.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// Why, in a Chinese sentence.
    pub why: &'static str,
    /// Which.
    pub mutants: &'static [Which],
}

/// Some mutants.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// The row for this event in this state leads to one of those states in place of its own.
    Leads(State, Event, &'static [State]),
    /// Everything that may be wrong with this row.
    Row(State, Event),
    /// The one of this name.
    Named(&'static str),
}

/// States that wait for an answer of somebody who has none to give any more, or for whom the agreement is ended.
const SILENT_OR_ENDED: &[State] = &[SilentInsurer, SilentBank, SilentInsurerSuperseded, SilentBankSuperseded, Ended];
/// ... or that wait for the end of an agreement that the bank never had.
const NO_AGREEMENT: &[State] =
    &[SilentInsurer, SilentBank, SilentInsurerSuperseded, SilentBankSuperseded, EndSent, EndSilent, Ended];
const NO_AGREEMENT_OR_QUEUED: &[State] =
    &[SilentInsurer, SilentBank, SilentInsurerSuperseded, SilentBankSuperseded, EndQueued, EndSent, EndSilent, Ended];
const NO_AGREEMENT_BUT_INSURER: &[State] = &[SilentBank, SilentBankSuperseded, EndQueued, EndSent, EndSilent, Ended];
const INSURER_OR_ENDED: &[State] = &[SilentInsurer, SilentInsurerSuperseded, Ended];
/// What looks like 已解约 when the bank has nothing more to say.
const FAILED_OR_SILENT: &[State] = &[Failed, SilentInsurer, SilentBank, SilentInsurerSuperseded, SilentBankSuperseded];
const NOT_ENDED: &[State] =
    &[Failed, SilentInsurer, SilentBank, SilentInsurerSuperseded, SilentBankSuperseded, EndSent, EndSilent];

/// Every explanation.
pub const EXPLAINED: &[Explanation] = &[
    Explanation {
        why: "对方已经拒绝，不会再说话：换成的状态页面同为「失败」，同样能重新签署，也不随时间变化，\
              只有答复过又改口的一方才能区分（一方答复两次由检查「答复如实」发现）",
        mutants: &[
            Which::Leads(Received, InsurerRefused, NO_AGREEMENT),
            Which::Leads(BankReceived, BankRefused, NO_AGREEMENT),
            Which::Leads(SilentInsurer, InsurerRefused, NO_AGREEMENT),
            Which::Leads(SilentBank, BankRefused, NO_AGREEMENT),
            Which::Leads(SilentInsurerSuperseded, InsurerAgreed, NO_AGREEMENT),
            Which::Leads(SilentInsurerSuperseded, InsurerRefused, NO_AGREEMENT),
            Which::Leads(SilentBankSuperseded, BankRefused, NO_AGREEMENT),
            Which::Leads(Failed, Resign, NO_AGREEMENT_OR_QUEUED),
        ],
    },
    Explanation {
        why: "报文已被拒收：换成的状态所等的报文，出自没有收到过申请的一方，或早已答复过的一方，诚实的一方不会发来\
              （拒收了一份又接收另一份的情形由 MSG-TAMPER-03 至 06 区分）",
        mutants: &[
            Which::Leads(Sent, Rejected, NO_AGREEMENT_BUT_INSURER),
            Which::Leads(State::Undelivered, Rejected, NO_AGREEMENT_BUT_INSURER),
            Which::Leads(BankSent, Rejected, INSURER_OR_ENDED),
            Which::Leads(BankUndelivered, Rejected, INSURER_OR_ENDED),
            Which::Leads(EndQueued, Rejected, SILENT_OR_ENDED),
            Which::Leads(EndSent, Rejected, SILENT_OR_ENDED),
            Which::Leads(EndUndelivered, Rejected, SILENT_OR_ENDED),
        ],
    },
    Explanation {
        why: "只在点了重新发送之后的两秒之内、先前的一份恰被拒收、另一份又恰被接收时才能区分：\
              与 MSG-TAMPER-05、06 所区分的「未送达」同理，没有另写场景",
        mutants: &[
            Which::Leads(Queued, Rejected, NO_AGREEMENT_OR_QUEUED),
            Which::Leads(BankQueued, Rejected, NO_AGREEMENT_OR_QUEUED),
        ],
    },
    Explanation {
        why: "协议在银行已经终止，解约也已答复或会被答复为「已终止」：换成的状态页面同为「失败」，此后来的答复两边都不留痕迹，\
              只有对银行的回执不同，而页面不显示回执",
        mutants: &[
            Which::Leads(EndQueued, EndedByBank, FAILED_OR_SILENT),
            Which::Leads(EndSent, EndedByBank, FAILED_OR_SILENT),
            Which::Leads(EndUndelivered, EndedByBank, FAILED_OR_SILENT),
            Which::Leads(EndReceived, EndedByBank, FAILED_OR_SILENT),
            Which::Leads(EndSilent, EndedByBank, FAILED_OR_SILENT),
            Which::Leads(Ended, Resign, FAILED_OR_SILENT),
            Which::Leads(Ended, EndRefused, NOT_ENDED),
            Which::Leads(EndReceived, EndAgreed, NOT_ENDED),
            Which::Leads(EndSilent, EndAgreed, NOT_ENDED),
            Which::Named("协议 已解约 --银行拒绝解约--> 已解约：没有这一行"),
        ],
    },
    Explanation {
        why: "银行已拒绝解约：换成的状态所等的是签约的答复或解约的第二个答复，诚实的一方不会发来",
        mutants: &[
            Which::Leads(EndReceived, EndRefused, SILENT_OR_ENDED),
            Which::Leads(EndSilent, EndRefused, SILENT_OR_ENDED),
        ],
    },
    Explanation {
        why: "自行终止过协议的银行只会答复解约「已终止」，不会再同意：只有账簿前后矛盾的银行才走到这一行",
        mutants: &[Which::Row(Ended, EndAgreed)],
    },
    Explanation {
        why: "场景语言不能让时间在一次登录或一次签名的中途过去：质询和待签名的有效期够不着（domain 的单元测试检查它们）",
        mutants: &[
            Which::Named("时限 登录质询有效期：长1分钟（原为2分钟）"),
            Which::Named("时限 登录质询有效期：短1分钟（原为2分钟）"),
            Which::Named("时限 等待签名多久作废：长1分钟（原为10分钟）"),
            Which::Named("时限 等待签名多久作废：短1分钟（原为10分钟）"),
        ],
    },
    Explanation {
        why: "多等一分钟只会少放弃一份提前到的报文；放弃之后页面与银行账簿已不一致，没有能通过的场景可写",
        mutants: &[Which::Named("时限 等待前一份报文的时长：长1分钟（原为10分钟）")],
    },
];

impl Which {
    /// Whether it means this mutant.
    pub fn fits(&self, mutant: &Mutant) -> bool {
        match self {
            Self::Leads(from, event, to) => {
                mutant.row == Some((*from, *event)) && mutant.to.is_some_and(|state| to.contains(&state))
            }
            Self::Row(from, event) => mutant.row == Some((*from, *event)),
            Self::Named(name) => mutant.name == *name,
        }
    }

    /// What it means, for people.
    pub fn words(&self) -> String {
        match self {
            Self::Leads(from, event, to) => {
                let to: Vec<&str> = to.iter().map(|state| state.label()).collect();
                format!("协议 {} --{}--> {}", from.label(), event.chinese(), to.join("、"))
            }
            Self::Row(from, event) => format!("协议 {} --{}--> *", from.label(), event.chinese()),
            Self::Named(name) => (*name).to_owned(),
        }
    }
}

/// The explanation of a mutant, if there is one.
pub fn of(mutant: &Mutant) -> Option<&'static Explanation> {
    EXPLAINED.iter().find(|e| e.mutants.iter().any(|which| which.fits(mutant)))
}
