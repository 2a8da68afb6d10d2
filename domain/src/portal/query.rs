//! Lists as their pages show them: rows, filters, order, pages of rows, the footer (UI-03, UI-04).
//!
//! A list walks its own account's [`super::store::Keys`] once and looks at no record but those that it shows, and those
//! whose number may be the one that is looked for.

use std::cmp::Reverse;

use jiff::civil::Date;

use super::{
    Page, Permission, Portal, RecordId, RecordKind, Scope, SessionId,
    cover::OpenCover,
    pages::{By, COVER_TABS, ListPage},
    record::Any,
    rules::MENU,
    shown::{self, Cells},
    store::{Keys, digest},
};
use crate::{
    Time,
    cover::CargoLine,
    directory::PartyRole,
    form::{MALFORMED, NOT_IN_LIST},
    refusal::{self, Refusal},
};

/// What a person asks a page for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which page.
    pub page: Page,
    /// Label and one value, or two for a range.
    pub filters: Vec<(String, Vec<String>)>,
    /// 排序: a column of the list, and whether the smallest comes first; the newest first without it.
    pub sort: Option<(String, bool)>,
    /// 每页显示 N 条记录: 1 to 100.
    pub page_size: usize,
    /// From 1.
    pub page_number: usize,
    /// For 状态记录 and 协议明细: whose.
    pub record: Option<RecordId>,
    /// 页签 of 协议明细; the first without it.
    pub tab: Option<String>,
}

impl Query {
    /// The page as it opens: no filter, ten rows, the first page.
    pub const fn of(page: Page) -> Self {
        Self { page, filters: Vec::new(), sort: None, page_size: 10, page_number: 1, record: None, tab: None }
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
const PAGE_SIZE_MAX: usize = 100;
const NOTHING_FOUND: &str = "没有找到匹配的记录";
const NO_SUCH_FILTER: &str = "没有此查询条件";

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
        let permission = match query.page.list() {
            Some(list) => list.permission,
            None if query.page == Page::CoverDetails => Permission::OpenCovers,
            None => self.permission_of(session, query.record.as_ref())?,
        };
        let (kept, _) = self.admit(session, permission, None)?;
        table(&self.scope(&kept.owner), query)
    }

    /// Whoever may see a record's list may see its log. A record that this account has not is found by no card, in the same
    /// words (ACC-10).
    fn permission_of(&self, session: &SessionId, id: Option<&RecordId>) -> Result<Permission, Refusal> {
        let session = self.session(session, None)?;
        let record = id.and_then(|id| self.scope(&session.owner).any(id).ok());
        let own = session.card.as_ref().map(|card| card.role);
        let any =
            |role| [Permission::Agreements, Permission::OpenCovers].into_iter().find(|p| self.rules.permits(*p, role));
        Ok(record
            .map_or_else(|| own.and_then(any).unwrap_or(Permission::Agreements), |record| permission(record.kind())))
    }
}

/// What one must be permitted in order to see, and resend, a record of this kind.
pub(super) const fn permission(kind: RecordKind) -> Permission {
    match kind {
        RecordKind::Agreement => Permission::Agreements,
        RecordKind::OpenCoverRequest | RecordKind::OpenCover => Permission::OpenCovers,
        RecordKind::Proposal => Permission::CargoProposals,
        RecordKind::Payment => Permission::Payments,
    }
}

/// A page within a scope.
pub(super) fn table(scope: &Scope<'_>, query: &Query) -> Result<Table, Refusal> {
    if let Some(list) = query.page.list() {
        return rows_of(list, scope, query);
    }
    no_filters(query)?;
    let record = || query.record.as_ref().ok_or_else(|| Refusal::new(refusal::NOT_FOUND, &[]));
    match query.page {
        Page::StatusLog => {
            let id = record()?;
            scope.any(id)?;
            let newest_first = scope.log(id).into_iter().rev();
            let rows = newest_first.map(|row| {
                vec![
                    ("状态", row.code.to_owned()),
                    ("状态描述", row.text.into_owned()),
                    ("入库时间", row.recorded_at.to_string()),
                ]
            });
            cut(query, numbered(0, rows))
        }
        Page::CoverDetails => {
            let cover = scope.record::<OpenCover>(record()?)?;
            let tab = query.tab.as_deref().unwrap_or(COVER_TABS[0]);
            let rows = shown::cover_tab(cover, tab, scope).ok_or_else(|| wrong("页签", NOT_IN_LIST.into()))?;
            let columns = rows.first().map(|row| row.iter().map(|(head, _)| *head).collect()).unwrap_or_default();
            Ok(Table { columns, ..cut(query, rows)? })
        }
        _ => cut(query, Vec::new()),
    }
}

/// A page without rows.
pub(super) fn empty(page: Page) -> Table {
    Table { columns: page.columns(), total: 0, rows: Vec::new(), records: Vec::new(), footer: NOTHING_FOUND.into() }
}

/// Rows of a list: which ones, in which order, cut to a page.
fn rows_of(list: &'static ListPage, scope: &Scope<'_>, query: &Query) -> Result<Table, Refusal> {
    let skipped = skipped(query)?;
    let filter = Filter::read(list, query, scope)?;
    let sort = sort_of(list, query)?;
    let keys = scope.keys(list.kind);
    let wanted =
        |(at, keys): (u32, &Keys)| (filter.takes(keys) && filter.is_it(scope.at(list.kind, at as usize))).then_some(at);
    let mut found: Vec<u32> = (0..).zip(keys).filter_map(wanted).collect();
    // A list is shown newest first.
    found.reverse();
    let total = found.len();
    let end = skipped.saturating_add(query.page_size).min(total);
    if let Some((key, ascending)) = sort
        && end > skipped
    {
        // Among equals the newest comes first, so that pages never overlap.
        let order = |at: &u32| {
            let value = keys.get(*at as usize).map_or(0, key);
            (if ascending { value } else { !value }, Reverse(*at))
        };
        if end < total {
            found.select_nth_unstable_by_key(end - 1, order);
        }
        found[..end].sort_unstable_by_key(order);
    }
    let page = found.get(skipped..end).unwrap_or_default();
    let shown: Vec<&Any> = page.iter().filter_map(|at| scope.at(list.kind, *at as usize)).collect();
    let rows = numbered(skipped, shown.iter().map(|record| row(list, record, scope)));
    Ok(Table {
        columns: list.page.columns(),
        total,
        footer: footer(skipped, rows.len(), total),
        rows,
        records: shown.into_iter().map(|record| record.id().clone()).collect(),
    })
}

/// A record's cells, in the order of the list's columns.
fn row(list: &ListPage, record: &Any, scope: &Scope<'_>) -> Cells {
    let fields = shown::fields(record, scope);
    let cell = |head: &&'static str| {
        let text = fields.iter().find(|(label, _)| label == head).map(|(_, text)| text.clone());
        (*head, text.unwrap_or_default())
    };
    list.columns.iter().map(cell).collect()
}

fn numbered(skipped: usize, rows: impl Iterator<Item = Cells>) -> Vec<Cells> {
    let number = |(i, mut row): (usize, Cells)| {
        row.insert(0, (NUMBER, (skipped + i + 1).to_string()));
        row
    };
    rows.enumerate().map(number).collect()
}

/// How many rows come before the page.
fn skipped(query: &Query) -> Result<usize, Refusal> {
    if !(1..=PAGE_SIZE_MAX).contains(&query.page_size) {
        return Err(wrong("每页", format!("应为1至{PAGE_SIZE_MAX}")));
    }
    if query.page_number == 0 {
        return Err(wrong("页码", "应从1开始".into()));
    }
    Ok((query.page_number - 1).saturating_mul(query.page_size))
}

fn footer(skipped: usize, shown: usize, total: usize) -> String {
    if shown == 0 {
        return NOTHING_FOUND.to_owned();
    }
    format!("显示第 {} 到第 {} 条记录，总共 {total} 条记录", skipped + 1, skipped + shown)
}

/// One page out of all rows.
fn cut(query: &Query, rows: Vec<Cells>) -> Result<Table, Refusal> {
    let skipped = skipped(query)?;
    let total = rows.len();
    let rows: Vec<Cells> = rows.into_iter().skip(skipped).take(query.page_size).collect();
    let footer = footer(skipped, rows.len(), total);
    Ok(Table { columns: query.page.columns(), total, rows, records: Vec::new(), footer })
}

type Sort = (fn(&Keys) -> i64, bool);

fn sort_of(list: &ListPage, query: &Query) -> Result<Option<Sort>, Refusal> {
    let Some((column, ascending)) = &query.sort else { return Ok(None) };
    let known = list.sorts.iter().find(|(label, _)| label == column);
    known.map(|(_, key)| Some((*key, *ascending))).ok_or_else(|| wrong("排序", "这一列不能排序".into()))
}

/// The filters of a list, read.
#[derive(Default)]
struct Filter<'a> {
    only: &'static [&'static str],
    insurer: Option<u16>,
    bank: Option<u16>,
    state: Option<&'a str>,
    line: Option<CargoLine>,
    made: Days,
    second: Days,
    numbers: Vec<(usize, &'static str, u64, &'a str)>,
}

/// A span of time; an open end is open, and the other end is its first moment that is out.
#[derive(Clone, Copy, Default)]
struct Days {
    from: Option<Time>,
    until: Option<Time>,
}

impl Days {
    fn hold(self, time: Option<Time>) -> bool {
        self.from.is_none_or(|from| time.is_some_and(|time| from <= time))
            && self.until.is_none_or(|until| time.is_some_and(|time| time < until))
    }
}

/// Stands for an institution that no record of anybody has to do with.
const NOBODY: u16 = u16::MAX - 1;

impl<'a> Filter<'a> {
    fn read(list: &'static ListPage, query: &'a Query, scope: &Scope<'_>) -> Result<Self, Refusal> {
        let mut filter = Self { only: list.only, ..Self::default() };
        for (label, values) in &query.filters {
            let Some((_, by)) = list.filters.iter().find(|(known, _)| known == label) else {
                return Err(wrong(label, NO_SUCH_FILTER.into()));
            };
            let single = || match values.as_slice() {
                [value] => Ok(value.as_str()),
                _ => Err(wrong(label, MALFORMED.into())),
            };
            let not_in_list = || wrong(label, NOT_IN_LIST.into());
            match by {
                By::Institution(role) => {
                    let known = scope.directory.by_name(single()?).filter(|i| i.role == *role);
                    let place = scope.institution(&known.ok_or_else(not_in_list)?.id).unwrap_or(NOBODY);
                    match role {
                        PartyRole::Bank => filter.bank = Some(place),
                        _ => filter.insurer = Some(place),
                    }
                }
                By::State => {
                    let state = single()?;
                    filter.state = Some(list.states.iter().find(|known| **known == state).ok_or_else(not_in_list)?);
                }
                By::Line => filter.line = Some(CargoLine::by_name(single()?).ok_or_else(not_in_list)?),
                By::Made => filter.made = days(label, values)?,
                By::Second => filter.second = days(label, values)?,
                By::Number(which, field) => filter.numbers.push((*which, field, digest(single()?), single()?)),
            }
        }
        Ok(filter)
    }

    fn takes(&self, keys: &Keys) -> bool {
        (self.only.is_empty() || self.only.contains(&keys.state))
            && keys.state != HIDDEN
            && self.insurer.is_none_or(|insurer| keys.insurer == insurer)
            && self.bank.is_none_or(|bank| keys.bank == bank)
            && self.state.is_none_or(|state| keys.state == state)
            && self.line.is_none_or(|line| keys.line == Some(line))
            && self.made.hold(Some(keys.made))
            && self.second.hold(keys.second)
            && self.numbers.iter().all(|(which, _, digest, _)| keys.numbers.get(*which) == Some(digest))
    }

    /// Whether the record has the very numbers that were asked for.
    fn is_it(&self, record: Option<&Any>) -> bool {
        self.numbers
            .iter()
            .all(|(_, field, _, wanted)| record.is_some_and(|record| shown::number(record, field) == *wanted))
    }
}

/// 状态 of a deleted draft, which no list shows.
const HIDDEN: &str = super::proposal::State::Deleted.page_text();

fn no_filters(query: &Query) -> Result<(), Refusal> {
    query.filters.first().map_or(Ok(()), |(label, _)| Err(wrong(label, NO_SUCH_FILTER.into())))
}

fn days(label: &str, values: &[String]) -> Result<Days, Refusal> {
    let (from, to) = match values {
        [day] => (day, day),
        [from, to] => (from, to),
        _ => return Err(wrong(label, MALFORMED.into())),
    };
    let (from, to) = (bound(label, from)?, bound(label, to)?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(wrong(label, "起始日期不能晚于截止日期".into()));
    }
    Ok(Days { from: from.map(|day| Time::from_civil(day.at(0, 0, 0, 0))), until: to.map(Time::after_day) })
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
