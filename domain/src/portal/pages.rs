//! The lists of the service as data: whose page, which columns, which filters, what it can be sorted by (UI-03, AGR-01,
//! RSV-03, OPC-01, CGO-11, CGO-17, PAY-01).

use super::{Permission, RecordKind, store::Keys};
use crate::directory::PartyRole;

/// A page that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// 在线交费签约
    Agreements,
    /// 货运险预约查询
    OpenCoverRequests,
    /// 货物运输险协议记录查询: valid and invalid ones
    OpenCovers,
    /// 货物运输险协议查询: those that 投保 is offered from
    ValidOpenCovers,
    /// 协议明细 of one open cover
    CoverDetails,
    /// 货物运输险投保单查询
    Proposals,
    /// 货物运输险保单查询
    Policies,
    /// 交费记录查询
    Payments,
    /// 状态记录 of one record
    StatusLog,
    /// 菜单
    Menu,
}

impl Page {
    /// Every page.
    pub const ALL: [Self; 10] = [
        Self::Agreements,
        Self::OpenCoverRequests,
        Self::OpenCovers,
        Self::ValidOpenCovers,
        Self::CoverDetails,
        Self::Proposals,
        Self::Policies,
        Self::Payments,
        Self::StatusLog,
        Self::Menu,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agreements => "在线交费签约",
            Self::OpenCoverRequests => "货运险预约查询",
            Self::OpenCovers => "货物运输险协议记录查询",
            Self::ValidOpenCovers => "货物运输险协议查询",
            Self::CoverDetails => "协议明细",
            Self::Proposals => "货物运输险投保单查询",
            Self::Policies => "货物运输险保单查询",
            Self::Payments => "交费记录查询",
            Self::StatusLog => "状态记录",
            Self::Menu => "菜单",
        }
    }

    /// The page with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.name() == name)
    }

    /// The list that it is; none for what shows one record or the menu.
    pub fn list(self) -> Option<&'static ListPage> {
        LISTS.iter().find(|list| list.page == self)
    }

    /// The heads of its columns, in order; 协议明细's depend on its tab.
    pub fn columns(self) -> Vec<&'static str> {
        match self {
            Self::StatusLog => vec!["序号", "状态", "状态描述", "入库时间"],
            Self::Menu => vec!["菜单"],
            Self::CoverDetails => Vec::new(),
            _ => {
                let own = self.list().map(|list| list.columns).unwrap_or_default();
                ["序号"].into_iter().chain(own.iter().copied()).collect()
            }
        }
    }

    /// The labels of its filters (条件).
    pub fn filters(self) -> Vec<&'static str> {
        self.list().map(|list| list.filters.iter().map(|(label, _)| *label).collect()).unwrap_or_default()
    }

    /// The columns that it can be sorted by (排序).
    pub fn sorts(self) -> Vec<&'static str> {
        self.list().map(|list| list.sorts.iter().map(|(label, _)| *label).collect()).unwrap_or_default()
    }
}

/// The tabs (页签) of 协议明细, the first one first.
pub const COVER_TABS: [&str; 4] = ["协议", "特殊约定", "险别", "货物类别"];

/// What a filter looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An institution of this role, by full or short name.
    Institution(PartyRole),
    /// 状态, one of the page's.
    State,
    /// 险种
    Line,
    /// The day on which it was made, or a range of days.
    Made,
    /// Likewise the second time.
    Second,
    /// A number, exactly; which of `Keys::numbers`, and in which field.
    Number(usize, &'static str),
}

/// One list.
#[derive(Debug)]
pub struct ListPage {
    /// Which page.
    pub page: Page,
    /// What its rows are.
    pub kind: RecordKind,
    /// What one must be permitted in order to see it.
    pub permission: Permission,
    /// The 状态 that it shows; empty: all of `states`.
    pub only: &'static [&'static str],
    /// The 状态 that its filter takes.
    pub states: &'static [&'static str],
    /// Its columns, after 序号.
    pub columns: &'static [&'static str],
    /// Its filters.
    pub filters: &'static [(&'static str, By)],
    /// What it can be sorted by.
    pub(super) sorts: &'static [Sort],
}

/// A column that a list can be sorted by, and what of a record it goes by.
pub(super) type Sort = (&'static str, fn(&Keys) -> i64);

/// The 状态 of each kind of record as pages show them.
pub const fn page_states(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Agreement => &["处理中", "成功", "失败", "已失效"],
        RecordKind::OpenCoverRequest => &["待发送", "发送成功", "发送失败", "接收成功", "预约成功", "预约失败"],
        RecordKind::OpenCover => &["有效", "无效"],
        RecordKind::Proposal => &[
            "暂存",
            "待发送",
            "发送成功",
            "发送失败",
            "接收成功",
            "数据审核失败",
            "数据审核成功，待核保",
            "核保未通过，转人工复核",
            "已出单未缴费",
            "拒保",
            "撤销中",
            "已撤销",
            "支付中",
            "支付成功",
            "支付失败",
            "正式生效",
            "已失效",
        ],
        RecordKind::Payment => &["支付中", "不确定", "支付成功", "支付失败", "待退款", "已退款"],
    }
}

const COVER_COLUMNS: &[&str] =
    &["保险公司货运险协议编号", "保险机构名称", "险种名称", "保险费率", "运输方式", "协议结束日期", "状态"];
const COVER_FILTERS: &[(&str, By)] = &[
    ("保险机构名称", By::Institution(PartyRole::Insurer)),
    ("险种", By::Line),
    ("协议编号", By::Number(0, "协议编号")),
];
const COVER_SORTS: &[Sort] = &[("协议结束日期", |k| k.days[0] as i64)];

/// Every list, in the order of the menu.
pub static LISTS: &[ListPage] = &[
    ListPage {
        page: Page::Agreements,
        kind: RecordKind::Agreement,
        permission: Permission::Agreements,
        only: &[],
        states: page_states(RecordKind::Agreement),
        columns: &[
            "银行名称",
            "协议编号",
            "付款账号",
            "收款企业名称",
            "服务类型",
            "协议生效时间",
            "协议失效时间",
            "签约时间",
            "状态",
        ],
        filters: &[("银行名称", By::Institution(PartyRole::Bank)), ("协议状态", By::State), ("签约日期", By::Made)],
        sorts: &[
            ("签约时间", |k| k.made.unix_ms()),
            ("协议生效时间", |k| k.days[0] as i64),
            ("协议失效时间", |k| k.days[1] as i64),
        ],
    },
    ListPage {
        page: Page::OpenCoverRequests,
        kind: RecordKind::OpenCoverRequest,
        permission: Permission::OpenCovers,
        only: &[],
        states: page_states(RecordKind::OpenCoverRequest),
        columns: &["申请编号", "保险机构名称", "拟投保险种", "企业联系人", "联系人电话", "申请时间", "状态"],
        filters: &[("保险机构名称", By::Institution(PartyRole::Insurer)), ("申请日期", By::Made)],
        sorts: &[("申请时间", |k| k.made.unix_ms())],
    },
    ListPage {
        page: Page::OpenCovers,
        kind: RecordKind::OpenCover,
        permission: Permission::OpenCovers,
        only: &[],
        states: page_states(RecordKind::OpenCover),
        columns: COVER_COLUMNS,
        filters: COVER_FILTERS,
        sorts: COVER_SORTS,
    },
    ListPage {
        page: Page::ValidOpenCovers,
        kind: RecordKind::OpenCover,
        permission: Permission::CargoProposals,
        only: &["有效"],
        states: page_states(RecordKind::OpenCover),
        columns: COVER_COLUMNS,
        filters: COVER_FILTERS,
        sorts: COVER_SORTS,
    },
    ListPage {
        page: Page::Proposals,
        kind: RecordKind::Proposal,
        permission: Permission::CargoProposals,
        only: &[],
        states: page_states(RecordKind::Proposal),
        columns: &[
            "申请编号",
            "投保单号",
            "保险机构名称",
            "险种名称",
            "货物标的描述信息",
            "保险金额",
            "保费",
            "缴费截止日",
            "起运日期",
            "投保时间",
            "状态",
        ],
        filters: &[
            ("保险机构名称", By::Institution(PartyRole::Insurer)),
            ("险种", By::Line),
            ("申请编号", By::Number(0, "申请编号")),
            ("投保单号", By::Number(1, "投保单号")),
            ("投保日期", By::Made),
            ("状态", By::State),
        ],
        sorts: &[
            ("投保时间", |k| k.made.unix_ms()),
            ("保险金额", |k| k.cents[0]),
            ("保费", |k| k.cents[1]),
            ("起运日期", |k| k.days[0] as i64),
            ("缴费截止日", |k| k.days[1] as i64),
        ],
    },
    ListPage {
        page: Page::Policies,
        kind: RecordKind::Proposal,
        permission: Permission::CargoProposals,
        only: &["正式生效"],
        states: page_states(RecordKind::Proposal),
        columns: &[
            "保单号",
            "投保单号",
            "保险机构名称",
            "险种名称",
            "货物标的描述信息",
            "保险金额",
            "保费",
            "起运日期",
            "生效时间",
            "状态",
        ],
        filters: &[
            ("保险机构名称", By::Institution(PartyRole::Insurer)),
            ("险种", By::Line),
            ("保单号", By::Number(2, "保单号")),
            ("生效日期", By::Second),
        ],
        sorts: &[
            ("生效时间", |k| k.second.map_or(i64::MIN, crate::Time::unix_ms)),
            ("保险金额", |k| k.cents[0]),
            ("保费", |k| k.cents[1]),
            ("起运日期", |k| k.days[0] as i64),
        ],
    },
    ListPage {
        page: Page::Payments,
        kind: RecordKind::Payment,
        permission: Permission::Payments,
        only: &[],
        states: page_states(RecordKind::Payment),
        columns: &[
            "支付流水号",
            "业务类型",
            "保险机构名称",
            "付款银行",
            "付款账号",
            "协议编号",
            "金额",
            "支付时间",
            "状态",
        ],
        filters: &[
            ("付款银行", By::Institution(PartyRole::Bank)),
            ("保险机构名称", By::Institution(PartyRole::Insurer)),
            ("支付日期", By::Made),
            ("状态", By::State),
        ],
        sorts: &[("支付时间", |k| k.made.unix_ms()), ("金额", |k| k.cents[0])],
    },
];
