//! Lists as their pages show them: columns, filters, pages of rows, the footer (UI-03, UI-04, AGR-01, AGR-02).

use jiff::civil::Date;

use super::{
    Permission, Portal, RecordId, Scope, SessionId,
    agreement::{Agreement, PAGE_STATES},
    draft::SERVICE,
    form::{MALFORMED, NOT_IN_LIST},
    rules::MENU,
};
use crate::{
    directory::{Directory, PartyRole},
    refusal::{self, Refusal},
};

/// A page that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// 在线交费签约
    Agreements,
    /// 状态记录 of one record
    StatusLog,
    /// 菜单
    Menu,
    /// 货运险预约查询
    OpenCoverRequests,
    /// 货物运输险协议记录查询
    OpenCovers,
    /// 货物运输险协议查询
    ValidOpenCovers,
    /// 协议明细 of one open cover
    CoverDetails,
    /// 货物运输险投保单查询
    Proposals,
    /// 货物运输险保单查询
    Policies,
    /// 交费记录查询
    Payments,
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
            Self::StatusLog => "状态记录",
            Self::Menu => "菜单",
            Self::OpenCoverRequests => "货运险预约查询",
            Self::OpenCovers => "货物运输险协议记录查询",
            Self::ValidOpenCovers => "货物运输险协议查询",
            Self::CoverDetails => "协议明细",
            Self::Proposals => "货物运输险投保单查询",
            Self::Policies => "货物运输险保单查询",
            Self::Payments => "交费记录查询",
        }
    }

    /// The page with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.name() == name)
    }
}

/// What a person asks a page for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which page.
    pub page: Page,
    /// Label and one value, or two for a range.
    pub filters: Vec<(String, Vec<String>)>,
    /// 每页显示 N 条记录: 1 to 100.
    pub page_size: usize,
    /// From 1.
    pub page_number: usize,
    /// For 状态记录 and 协议明细: whose.
    pub record: Option<RecordId>,
    /// 排序: a column, and whether upwards.
    pub sort: Option<(String, bool)>,
    /// 页签 of 协议明细.
    pub tab: Option<String>,
}

impl Query {
    /// The page as it opens: no filter, ten rows, the first page.
    pub const fn of(page: Page) -> Self {
        Self { page, filters: Vec::new(), page_size: 10, page_number: 1, record: None, sort: None, tab: None }
    }
}

/// A page of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The columns' heads.
    pub columns: Vec<&'static str>,
    /// Rows on all pages together.
    pub total: usize,
    /// The rows of this page: head and text.
    pub rows: Vec<Vec<(&'static str, String)>>,
    /// The record behind each row, in the same order; empty where rows are no records.
    pub records: Vec<RecordId>,
    /// The line below the list.
    pub footer: String,
}

const NUMBER: &str = "序号";
const BANK: &str = "银行名称";
const STATE: &str = "状态";
const SIGNED_AT: &str = "签约时间";

/// AGR-01, after 序号.
const AGREEMENT_COLUMNS: [&str; 9] =
    [BANK, "协议编号", "付款账号", "收款企业名称", "服务类型", "协议生效时间", "协议失效时间", SIGNED_AT, STATE];

const PAGE_SIZE_MAX: usize = 100;
const NOTHING_FOUND: &str = "没有找到匹配的记录";

impl Page {
    /// The columns' heads, in order.
    fn columns(self) -> Vec<&'static str> {
        match self {
            Self::Agreements => [NUMBER].into_iter().chain(AGREEMENT_COLUMNS).collect(),
            Self::StatusLog => vec![NUMBER, STATE, "状态描述", "入库时间"],
            Self::Menu => vec!["菜单"],
            Self::OpenCoverRequests
            | Self::OpenCovers
            | Self::ValidOpenCovers
            | Self::CoverDetails
            | Self::Proposals
            | Self::Policies
            | Self::Payments => Vec::new(),
        }
    }
}

impl Portal {
    /// A page as this session sees it.
    ///
    /// # Errors
    /// A [`Refusal`] of the session; K1012 for a record that it cannot see; K2001 for a filter or page that does not exist.
    pub fn query(&self, session: &SessionId, query: &Query) -> Result<Table, Refusal> {
        if query.page == Page::Menu {
            let card = self.session(session, None)?.card.as_ref();
            let role = card.map(|card| card.role);
            let seen =
                MENU.iter().filter(|(_, permission)| role.is_some_and(|role| self.rules.permits(*permission, role)));
            return cut(query, seen.map(|(name, _)| vec![("菜单", (*name).to_owned())]).collect());
        }
        let (kept, _) = self.admit(session, Permission::Agreements, None)?;
        table(&self.scope(&kept.owner), query)
    }
}

/// A page within a scope.
pub(super) fn table(scope: &Scope<'_>, query: &Query) -> Result<Table, Refusal> {
    match query.page {
        Page::Agreements => {
            let filter = Filter::read(query, scope.directory)?;
            let found = scope.newest_first().filter(|record| filter.takes(record, scope.directory));
            let (records, rows): (Vec<RecordId>, Vec<Cells>) =
                found.map(|record| (record.id.clone(), agreement_row(record, scope.directory))).unzip();
            let table = cut(query, numbered(rows.into_iter()))?;
            let skipped = (query.page_number - 1).saturating_mul(query.page_size);
            Ok(Table { records: records.into_iter().skip(skipped).take(query.page_size).collect(), ..table })
        }
        Page::StatusLog => {
            no_filters(query)?;
            let id = query.record.as_ref().ok_or_else(|| Refusal::new(refusal::NOT_FOUND, &[]))?;
            scope.record(id)?;
            let newest_first = scope.rows(id).iter().rev();
            let rows = newest_first.map(|row| {
                vec![
                    (STATE, row.code.to_owned()),
                    ("状态描述", row.text.clone()),
                    ("入库时间", row.recorded_at.to_string()),
                ]
            });
            cut(query, numbered(rows))
        }
        Page::Menu
        | Page::OpenCoverRequests
        | Page::OpenCovers
        | Page::ValidOpenCovers
        | Page::CoverDetails
        | Page::Proposals
        | Page::Policies
        | Page::Payments => cut(query, Vec::new()),
    }
}

/// A page without rows.
pub(super) fn empty(page: Page) -> Table {
    Table { columns: page.columns(), total: 0, rows: Vec::new(), records: Vec::new(), footer: NOTHING_FOUND.into() }
}

/// Everything that pages show of a record: the list's columns, the payer, and what became of it.
pub(super) fn fields(record: &Agreement, directory: &Directory) -> Vec<(&'static str, String)> {
    let payer = &record.payer;
    let failure = record.failure.as_ref();
    let mut fields = agreement_row(record, directory);
    fields.extend([
        ("申请编号", record.id.to_string()),
        ("企业名称", payer.name.clone()),
        ("企业地址", payer.address.clone()),
        ("企业联系人", payer.contact.clone()),
        ("联系人电话", payer.phone.clone()),
        ("企业邮箱", payer.email.clone()),
        ("企业税号", payer.tax_number.clone()),
        ("原因", failure.map(|f| f.reason.clone()).unwrap_or_default()),
        ("失败方", failure.map(|f| f.party.clone()).unwrap_or_default()),
    ]);
    fields
}

fn agreement_row(record: &Agreement, directory: &Directory) -> Vec<(&'static str, String)> {
    let day = |date: Option<Date>| date.map(|d| d.to_string()).unwrap_or_default();
    let values = [
        directory.name_of(&record.bank),
        record.number.clone().unwrap_or_else(|| "-".into()),
        record.payer.account.clone(),
        directory.name_of(&record.payee),
        SERVICE.to_owned(),
        day(record.effective),
        day(record.expiry),
        record.signed_at.to_string(),
        record.state.page_text().to_owned(),
    ];
    AGREEMENT_COLUMNS.into_iter().zip(values).collect()
}

type Cells = Vec<(&'static str, String)>;

fn numbered(rows: impl Iterator<Item = Cells>) -> Vec<Cells> {
    let number = |(i, mut row): (usize, Cells)| {
        row.insert(0, (NUMBER, (i + 1).to_string()));
        row
    };
    rows.enumerate().map(number).collect()
}

/// One page out of all rows.
fn cut(query: &Query, rows: Vec<Cells>) -> Result<Table, Refusal> {
    if !(1..=PAGE_SIZE_MAX).contains(&query.page_size) {
        return Err(wrong("每页", format!("应为1至{PAGE_SIZE_MAX}")));
    }
    if query.page_number == 0 {
        return Err(wrong("页码", "应从1开始".into()));
    }
    let total = rows.len();
    let skipped = (query.page_number - 1).saturating_mul(query.page_size);
    let rows: Vec<Cells> = rows.into_iter().skip(skipped).take(query.page_size).collect();
    let footer = if rows.is_empty() {
        NOTHING_FOUND.to_owned()
    } else {
        format!("显示第 {} 到第 {} 条记录，总共 {total} 条记录", skipped + 1, skipped + rows.len())
    };
    Ok(Table { columns: query.page.columns(), total, rows, records: Vec::new(), footer })
}

/// The filters of 在线交费签约 (AGR-02).
#[derive(Default)]
struct Filter<'a> {
    bank: Option<&'a str>,
    state: Option<&'a str>,
    from: Option<Date>,
    to: Option<Date>,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Query, directory: &Directory) -> Result<Self, Refusal> {
        let mut filter = Self::default();
        for (label, values) in &query.filters {
            let single = || match values.as_slice() {
                [value] => Ok(value.as_str()),
                _ => Err(wrong(label, MALFORMED.into())),
            };
            match label.as_str() {
                BANK => {
                    let bank = directory.by_name(single()?).filter(|i| i.role == PartyRole::Bank);
                    filter.bank = Some(single()?).filter(|_| bank.is_some());
                    filter.bank.ok_or_else(|| wrong(label, NOT_IN_LIST.into()))?;
                }
                "协议状态" => {
                    filter.state = Some(single()?).filter(|state| PAGE_STATES.contains(state));
                    filter.state.ok_or_else(|| wrong(label, NOT_IN_LIST.into()))?;
                }
                "签约日期" => {
                    let (from, to) = match values.as_slice() {
                        [day] => (day, day),
                        [from, to] => (from, to),
                        _ => return Err(wrong(label, MALFORMED.into())),
                    };
                    (filter.from, filter.to) = (bound(label, from)?, bound(label, to)?);
                    if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
                        return Err(wrong(label, "起始日期不能晚于截止日期".into()));
                    }
                }
                _ => return Err(wrong(label, NO_SUCH_FILTER.into())),
            }
        }
        Ok(filter)
    }

    fn takes(&self, record: &Agreement, directory: &Directory) -> bool {
        let day = record.signed_at.date();
        self.bank.is_none_or(|name| directory.by_name(name).is_some_and(|bank| bank.id == record.bank))
            && self.state.is_none_or(|state| record.state.page_text() == state)
            && self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
    }
}

const NO_SUCH_FILTER: &str = "没有此查询条件";

fn no_filters(query: &Query) -> Result<(), Refusal> {
    query.filters.first().map_or(Ok(()), |(label, _)| Err(wrong(label, NO_SUCH_FILTER.into())))
}

/// One end of a range of days; blank is open.
fn bound(label: &str, text: &str) -> Result<Option<Date>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    date.map(Some).ok_or_else(|| wrong(label, MALFORMED.into()))
}

fn wrong(label: &str, hint: String) -> Refusal {
    let mut refusal = Refusal::new(refusal::FORM, &[]).citing(&["UI-01", "UI-03"]);
    refusal.fields.insert(label.to_owned(), hint);
    refusal
}
