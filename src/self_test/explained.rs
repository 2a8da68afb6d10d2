//! Mutants that may survive, each with the reason: a thing that nobody could tell from the faithful one, or that the scenario
//! language has no words for yet.
//!
//! An explanation is a claim, and it is held: one that fits a mutant that was killed, or none at all, is stale, and told.
//! Before a line is added here, look for the scenario that makes it unnecessary.

use domain::portal::{
    Event::{self, *},
    RecordKind,
    State::{self, *},
};

use super::mutant::{Mutant, RowName};

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

/// Nothing at all tells 已解约 from 已失败: the same page, the same log, the same events.
const ENDED: &[State] = &[Ended];
const FAILED: &[State] = &[Failed];
/// States that only a bank can lead out of.
const BANK_S: &[State] = &[SilentBank, SilentBankSuperseded, EndSent, EndSilent, EndedUnasked];
const BANK_S_OR_QUEUED: &[State] = &[SilentBank, SilentBankSuperseded, EndQueued, EndSent, EndSilent, EndedUnasked];
/// States that only a bank that has signed, or was asked to end something, can lead out of.
const SIGNED: &[State] = &[EndSent, EndSilent, EndedUnasked];
const ASKED_TO_END: &[State] = &[EndedUnasked];
const INSURER_S: &[State] = &[SilentInsurer, SilentInsurerSuperseded];
const SIGNED_OR_SILENT: &[State] = &[SilentBank, SilentBankSuperseded, EndQueued, EndSent, EndSilent];

/// Every explanation.
pub const EXPLAINED: &[Explanation] = &[
    Explanation {
        why: "企业名称取自账户，没有人填写；没有选保险机构的预约无处可发，页面照样提示",
        mutants: &[
            Which::Named("预约表单 保险机构名称：不必填"),
            Which::Named("预约表单 企业名称：不必填"),
            Which::Named("预约表单 企业名称：最多99字（原为100）"),
            Which::Named("预约表单 企业名称：最多101字（原为100）"),
        ],
    },
    Explanation {
        why: "「已失败」与「已解约」处处相同：页面都是「失败」，都能重新签署，都不再接受任何报文，也不随时间变化；\
              有别的只是走到这里的那条状态记录",
        mutants: &[
            Which::Leads(Queued, Rejected, ENDED),
            Which::Leads(Sent, Rejected, ENDED),
            Which::Leads(State::Undelivered, Rejected, ENDED),
            Which::Leads(Received, InsurerRefused, ENDED),
            Which::Leads(BankQueued, Rejected, ENDED),
            Which::Leads(BankSent, Rejected, ENDED),
            Which::Leads(BankUndelivered, Rejected, ENDED),
            Which::Leads(BankReceived, BankRefused, ENDED),
            Which::Leads(Failed, Resign, ENDED),
            Which::Leads(SilentInsurer, InsurerRefused, ENDED),
            Which::Leads(SilentBank, BankRefused, ENDED),
            Which::Leads(SilentInsurerSuperseded, InsurerAgreed, ENDED),
            Which::Leads(SilentInsurerSuperseded, InsurerRefused, ENDED),
            Which::Leads(SilentBankSuperseded, BankRefused, ENDED),
            Which::Leads(EndQueued, Rejected, ENDED),
            Which::Leads(EndSent, Rejected, ENDED),
            Which::Leads(EndUndelivered, Rejected, ENDED),
            Which::Leads(EndReceived, EndRefused, ENDED),
            Which::Leads(EndSilent, EndRefused, ENDED),
            Which::Leads(Ended, Resign, FAILED),
            Which::Leads(EndedUnasked, EndRefused, FAILED),
            Which::Leads(EndReceived, EndAgreed, FAILED),
            Which::Leads(EndSilent, EndAgreed, FAILED),
        ],
    },
    Explanation {
        why: "保险公司的一步就失败了，银行从未收到申请：换成的状态只有银行的报文才走得出去，银行没有什么可说",
        mutants: &[
            Which::Leads(Queued, Rejected, BANK_S_OR_QUEUED),
            Which::Leads(Sent, Rejected, BANK_S_OR_QUEUED),
            Which::Leads(State::Undelivered, Rejected, BANK_S_OR_QUEUED),
            Which::Leads(Received, InsurerRefused, BANK_S),
            Which::Leads(SilentInsurer, InsurerRefused, BANK_S),
            Which::Leads(SilentInsurerSuperseded, InsurerAgreed, BANK_S),
            Which::Leads(SilentInsurerSuperseded, InsurerRefused, BANK_S),
        ],
    },
    Explanation {
        why: "银行没有签约，也没有收到过解约申请：换成的状态只有终止协议或答复解约才走得出去，银行没有协议可终止、可解约",
        mutants: &[
            Which::Leads(BankQueued, Rejected, ASKED_TO_END),
            Which::Leads(BankSent, Rejected, ASKED_TO_END),
            Which::Leads(BankUndelivered, Rejected, ASKED_TO_END),
            Which::Leads(BankReceived, BankRefused, SIGNED),
            Which::Leads(SilentBank, BankRefused, SIGNED),
            Which::Leads(SilentBankSuperseded, BankRefused, SIGNED),
        ],
    },
    Explanation {
        why: "只在点了重新发送之后的两秒之内、先前的一份恰被拒收、另一份又恰被接收时才能区分：\
              与 MSG-TAMPER-05、06、08 所区分的「未送达」同理，没有另写场景",
        mutants: &[
            Which::Leads(Queued, Rejected, INSURER_S),
            Which::Leads(BankQueued, Rejected, SIGNED_OR_SILENT),
            Which::Leads(EndQueued, Rejected, ASKED_TO_END),
        ],
    },
    Explanation {
        why: "自行终止过协议的银行对解约申请只会答复「已终止」，不会再同意：只有账簿前后矛盾的银行才走到这一行\
              （银行拒绝解约的那一行由 MSG-CHANGE-09 检查）",
        mutants: &[Which::Row(EndedUnasked, EndAgreed)],
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
];

impl Which {
    /// Whether it means this mutant.
    pub fn fits(&self, mutant: &Mutant) -> bool {
        match self {
            Self::Leads(from, event, to) => {
                mutant.row == Some(agreement(*from, *event))
                    && mutant.to.is_some_and(|state| to.iter().any(|s| s.label() == state))
            }
            Self::Row(from, event) => mutant.row == Some(agreement(*from, *event)),
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

/// The row of the agreement's life cycle, by its names.
const fn agreement(from: State, event: Event) -> RowName {
    (RecordKind::Agreement, from.label(), event.chinese())
}
