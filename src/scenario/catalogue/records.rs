//! Records and pages: for each kind of record its states, log codes and fields; for each page its columns and filters.
//!
//! As the pages show them (docs: the manual's own heads). Data only; how a state comes about stands in the portal's
//! life cycles.

use std::sync::LazyLock;

use domain::portal::{Page, RecordKind};

use super::forms::FormName;

/// The words of one kind of record.
#[derive(Clone, Copy, Debug)]
pub struct RecordWords {
    /// Which kind.
    pub kind: RecordKind,
    /// Its states, as the page shows them.
    pub states: &'static [&'static str],
    /// Codes of its status log.
    pub codes: &'static [&'static str],
    /// What can be expected of it beside the labels of its form.
    pub own_fields: &'static [&'static str],
    /// The form that was filled in for it, whose labels can be expected too.
    pub form: Option<FormName>,
    /// The page that lists it.
    pub page: Page,
}

/// Every kind, in the order of [`RecordKind::ALL`].
pub const RECORDS: &[RecordWords] = &[
    RecordWords {
        kind: RecordKind::Agreement,
        states: &["处理中", "成功", "失败", "已失效"],
        codes: &["P001", "P002", "P004", "P101", "P102", "S", "F", "E"],
        own_fields: &[
            "状态",
            "状态记录",
            "状态描述",
            "协议编号",
            "银行名称",
            "付款账号",
            "收款企业名称",
            "服务类型",
            "协议生效时间",
            "协议失效时间",
            "签约时间",
            "企业名称",
            "企业地址",
            "企业联系人",
            "联系人电话",
            "企业邮箱",
            "企业税号",
            "原因",
            "失败方",
            "申请编号",
        ],
        form: None,
        page: Page::Agreements,
    },
    RecordWords {
        kind: RecordKind::OpenCoverRequest,
        states: &["待发送", "发送成功", "接收成功", "发送失败", "预约成功", "预约失败"],
        codes: &["P001", "P002", "P004", "S", "F"],
        own_fields: &["状态", "状态记录", "状态描述", "申请编号", "申请时间", "原因", "失败方"],
        form: Some(FormName::Request),
        page: Page::OpenCoverRequests,
    },
    RecordWords {
        kind: RecordKind::OpenCover,
        states: &["有效", "无效"],
        codes: &["S", "E"],
        own_fields: &[
            "状态",
            "状态记录",
            "状态描述",
            "保险公司货运险协议编号",
            "协议编号",
            "保险协议ID",
            "保险机构名称",
            "险种名称",
            "保险费率",
            "运输方式",
            "操作类型",
            "协议起效时间",
            "协议结束时间",
            "协议结束日期",
            "最低保费",
            "单次限额",
            "数据状态",
            "状态描述信息",
            "统一社会信用代码",
            "企业名称",
            "企业联系人",
            "联系人电话",
            "企业邮箱",
            "企业地址",
            "预约编号",
            "特殊约定",
            "特殊约定内容",
            "险别",
            "货物类别",
            "原因",
            "失败方",
        ],
        form: None,
        page: Page::OpenCovers,
    },
    RecordWords {
        kind: RecordKind::Proposal,
        states: &[
            "暂存",
            "待发送",
            "发送成功",
            "接收成功",
            "发送失败",
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
        codes: &["P001", "P002", "P004", "C001", "C002", "C101", "C102", "C103", "P201", "P202", "S", "F", "W", "E"],
        own_fields: &[
            "状态",
            "状态记录",
            "状态描述",
            "申请编号",
            "投保单号",
            "保单号",
            "货运险协议编号",
            "保险机构名称",
            "险种名称",
            "缴费截止日",
            "投保时间",
            "暂存时间",
            "生效时间",
            "支付流水号",
            "特殊约定",
            "特殊约定内容",
            "附件",
            "原因",
            "失败方",
        ],
        form: Some(FormName::Proposal),
        page: Page::Proposals,
    },
    RecordWords {
        kind: RecordKind::Payment,
        states: &["支付中", "不确定", "支付成功", "支付失败", "待退款", "已退款"],
        codes: &["P001", "P002", "P004", "S", "F", "U", "R", "T"],
        own_fields: &[
            "状态",
            "状态记录",
            "状态描述",
            "支付流水号",
            "银行流水号",
            "业务类型",
            "保险机构名称",
            "付款银行",
            "付款账号",
            "协议编号",
            "收款企业名称",
            "投保单号",
            "申请编号",
            "金额",
            "退款金额",
            "支付时间",
            "原因",
            "失败方",
        ],
        form: None,
        page: Page::Payments,
    },
];

/// The words of a kind.
pub fn words_of(kind: RecordKind) -> &'static RecordWords {
    RECORDS.iter().find(|words| words.kind == kind).unwrap_or(&RECORDS[0])
}

impl RecordWords {
    /// Every field that can be expected: its own, then the labels of its form that are not among those.
    pub fn fields(&self) -> &'static [&'static str] {
        static ALL: LazyLock<Vec<(RecordKind, Vec<&'static str>)>> = LazyLock::new(|| {
            RECORDS
                .iter()
                .map(|words| {
                    let mut fields = words.own_fields.to_vec();
                    let labels = words.form.into_iter().flat_map(|form| form.labels().iter().map(|l| l.name));
                    for label in labels {
                        if !fields.contains(&label) {
                            fields.push(label);
                        }
                    }
                    (words.kind, fields)
                })
                .collect()
        });
        ALL.iter().find(|(kind, _)| *kind == self.kind).map_or(&[], |(_, fields)| fields.as_slice())
    }
}

/// `$名` as examples call a record of this kind.
pub const fn example_name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Agreement => "$协议",
        RecordKind::OpenCoverRequest => "$预约",
        RecordKind::OpenCover => "$货运协议",
        RecordKind::Proposal => "$投保单",
        RecordKind::Payment => "$交费",
    }
}

/// The kind of record that a page lists; none for what is no list of records.
pub const fn page_kind(page: Page) -> Option<RecordKind> {
    match page {
        Page::Agreements => Some(RecordKind::Agreement),
        Page::OpenCoverRequests => Some(RecordKind::OpenCoverRequest),
        Page::OpenCovers | Page::ValidOpenCovers => Some(RecordKind::OpenCover),
        Page::Proposals | Page::Policies => Some(RecordKind::Proposal),
        Page::Payments => Some(RecordKind::Payment),
        Page::CoverDetails | Page::StatusLog | Page::Menu => None,
    }
}

/// The columns that rows of a page may be asked for, as the page heads them; of 协议明细 those of every 页签.
#[rustfmt::skip] // One page a line or two.
pub const fn page_columns(page: Page) -> &'static [&'static str] {
    match page {
        Page::Agreements => &["序号", "银行名称", "协议编号", "付款账号", "收款企业名称", "服务类型", "协议生效时间", "协议失效时间",
            "签约时间", "状态"],
        Page::OpenCoverRequests => &["序号", "申请编号", "保险机构名称", "拟投保险种", "企业联系人", "联系人电话", "申请时间", "状态"],
        Page::OpenCovers | Page::ValidOpenCovers => &["序号", "保险公司货运险协议编号", "保险机构名称", "险种名称", "保险费率", "运输方式",
            "协议结束日期", "状态"],
        Page::CoverDetails => &["保险协议ID", "保险机构名称", "险种名称", "操作类型", "协议起效时间", "协议结束时间", "运输方式",
            "最低保费", "数据状态", "状态描述信息", "统一社会信用代码", "企业名称", "企业联系人", "联系人电话", "企业邮箱", "保险费率",
            "企业地址", "特别约定序号", "特别约定名称", "特别约定内容", "险别序号", "是否主险", "险别名称", "货物大类", "货物细类"],
        Page::Proposals => &["序号", "申请编号", "投保单号", "保险机构名称", "险种名称", "货物标的描述信息", "保险金额", "保费",
            "缴费截止日", "起运日期", "投保时间", "状态"],
        Page::Policies => &["序号", "保单号", "投保单号", "保险机构名称", "险种名称", "货物标的描述信息", "保险金额", "保费", "起运日期",
            "生效时间", "状态"],
        Page::Payments => &["序号", "支付流水号", "业务类型", "保险机构名称", "付款银行", "付款账号", "协议编号", "金额", "支付时间",
            "状态"],
        Page::StatusLog => &["序号", "状态", "状态描述", "入库时间"],
        Page::Menu => &["菜单"],
    }
}

/// The filters (条件) of a page.
pub const fn page_filters(page: Page) -> &'static [&'static str] {
    match page {
        Page::Agreements => &["银行名称", "协议状态", "签约日期"],
        Page::OpenCoverRequests => &["保险机构名称", "申请日期"],
        Page::OpenCovers | Page::ValidOpenCovers => &["保险机构名称", "险种", "协议编号"],
        Page::Proposals => &["保险机构名称", "险种", "申请编号", "投保单号", "投保日期", "状态"],
        Page::Policies => &["保险机构名称", "险种", "保单号", "生效日期"],
        Page::Payments => &["付款银行", "保险机构名称", "支付日期", "状态"],
        Page::CoverDetails | Page::StatusLog | Page::Menu => &[],
    }
}

/// The columns by which a page can be sorted (排序).
pub const fn page_sorts(page: Page) -> &'static [&'static str] {
    match page {
        Page::Agreements => &["签约时间", "协议生效时间", "协议失效时间"],
        Page::OpenCoverRequests => &["申请时间"],
        Page::OpenCovers | Page::ValidOpenCovers => &["协议结束日期"],
        Page::Proposals => &["投保时间", "保险金额", "保费", "起运日期", "缴费截止日"],
        Page::Policies => &["生效时间", "保险金额", "保费", "起运日期"],
        Page::Payments => &["支付时间", "金额"],
        Page::CoverDetails | Page::StatusLog | Page::Menu => &[],
    }
}

/// Filters that may be a range: two days.
pub const RANGES: [&str; 5] = ["签约日期", "申请日期", "投保日期", "生效日期", "支付日期"];

/// 页签 of 协议明细 (OPC-02 .. OPC-05).
pub const TABS: &[&str] = &["协议", "特殊约定", "险别", "货物类别"];
/// 次序
pub const ORDERS: &[&str] = &["升序", "降序"];

/// What 状态 may be in rows and filters of a page: of a status log it is a code.
pub fn page_states(page: Page) -> Vec<&'static str> {
    match page_kind(page) {
        Some(kind) => words_of(kind).states.to_vec(),
        None => RECORDS.iter().flat_map(|w| w.codes).copied().collect(),
    }
}

/// A word once, however many kinds have it.
pub fn every(of: impl Fn(&'static RecordWords) -> &'static [&'static str]) -> Vec<&'static str> {
    let mut all = Vec::new();
    for word in RECORDS.iter().flat_map(of).copied() {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_their_states_are_the_portals() {
        for page in Page::ALL {
            if page != Page::CoverDetails {
                assert_eq!(page_columns(page), page.columns(), "{}", page.name());
            }
            assert_eq!(page_filters(page), page.filters(), "{}", page.name());
            assert_eq!(page_sorts(page), page.sorts(), "{}", page.name());
            if let Some(list) = page.list() {
                let states = page_states(page);
                assert!(list.states.iter().all(|state| states.contains(state)), "{}", page.name());
                assert_eq!(list.states.len(), states.len(), "{}", page.name());
            }
        }
    }
}
