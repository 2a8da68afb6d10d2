//! What pages show of a record, whatever its kind: label and text, and what lists look it up by.
//!
//! Columns and details are the same texts: a list picks its columns out of what is said here.

use jiff::civil::Date;

use super::{
    Scope,
    agreement::Agreement,
    cover::OpenCover,
    payment::Payment,
    proposal::{Proposal, State},
    record::{Any, Failure, each_kind},
    request::OpenCoverRequest,
    store::{Keys, digest},
};
use crate::{Time, cover::CargoLine, directory::PartyId, form::Filled, message::cargo::CoverageKind, money::Money};

/// Label and text.
pub(super) type Cells = Vec<(&'static str, String)>;

/// 服务类型: there is only one (AGR-01).
pub(super) const SERVICE: &str = "保费支付";

/// What each 特殊约定 says, in their order.
const TERM_TEXTS: &str = "特殊约定内容";

/// Whether nobody sees it any more.
pub(super) fn is_hidden(record: &Any) -> bool {
    matches!(record, Any::Proposal(proposal) if proposal.state == State::Deleted)
}

/// Everything that pages show of a record.
pub(super) fn fields(record: &Any, scope: &Scope<'_>) -> Cells {
    let mut fields = match record {
        Any::Agreement(record) => agreement(record, scope),
        Any::Request(record) => request(record, scope),
        Any::Cover(record) => cover(record, scope),
        Any::Proposal(record) => proposal(record, scope),
        Any::Payment(record) => payment(record, scope),
    };
    let failure: Option<&Failure> = each_kind!(record, record => record.failure.as_ref());
    fields.extend([
        ("状态", record.page_text().to_owned()),
        ("原因", failure.map(|f| f.reason.clone()).unwrap_or_default()),
        ("失败方", failure.map(|f| f.party.clone()).unwrap_or_default()),
    ]);
    fields
}

fn day(date: Option<Date>) -> String {
    date.map(|d| d.to_string()).unwrap_or_default()
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn dash(value: Option<&String>) -> String {
    value.cloned().unwrap_or_else(|| "-".into())
}

fn money(value: Option<Money>) -> String {
    value.map(|m| m.to_string()).unwrap_or_default()
}

fn time(value: Option<Time>) -> String {
    value.map(|t| t.to_string()).unwrap_or_default()
}

fn agreement(record: &Agreement, scope: &Scope<'_>) -> Cells {
    let payer = &record.payer;
    vec![
        ("银行名称", scope.directory.name_of(&record.bank)),
        ("协议编号", dash(record.number.as_ref())),
        ("付款账号", payer.account.clone()),
        ("收款企业名称", scope.directory.name_of(&record.payee)),
        ("服务类型", SERVICE.to_owned()),
        ("协议生效时间", day(record.effective)),
        ("协议失效时间", day(record.expiry)),
        ("签约时间", record.signed_at.to_string()),
        ("申请编号", record.id.to_string()),
        ("企业名称", payer.name.clone()),
        ("企业地址", payer.address.clone()),
        ("企业联系人", payer.contact.clone()),
        ("联系人电话", payer.phone.clone()),
        ("企业邮箱", payer.email.clone()),
        ("企业税号", payer.tax_number.clone()),
    ]
}

/// The fields of a form, by their names, as the page shows them: codes by their Chinese names.
fn form(filled: &Filled, scope: &Scope<'_>) -> Cells {
    filled.shown(scope.tables).collect()
}

fn request(record: &OpenCoverRequest, scope: &Scope<'_>) -> Cells {
    let mut fields = form(&record.form, scope);
    fields.extend([("申请编号", record.id.to_string()), ("申请时间", record.submitted_at.to_string())]);
    fields
}

fn cover(record: &OpenCover, scope: &Scope<'_>) -> Cells {
    let (data, terms) = (&record.data, &record.terms);
    let rate = format!("{}%", data.rate.trim_end_matches('%'));
    vec![
        ("保险公司货运险协议编号", data.number.clone()),
        ("协议编号", data.number.clone()),
        ("保险协议ID", data.number.clone()),
        ("保险机构名称", scope.directory.name_of(&record.insurer)),
        ("险种名称", terms.line.chinese().to_owned()),
        ("操作类型", record.operation.to_owned()),
        ("协议起效时间", terms.begins.to_string()),
        ("协议结束时间", terms.ends.to_string()),
        ("协议结束日期", terms.ends.to_string()),
        ("运输方式", terms.modes.join(",")),
        ("最低保费", terms.minimum_premium.to_string()),
        ("单次限额", money(terms.voyage_limit)),
        ("数据状态", record.state.page_text().to_owned()),
        ("状态描述信息", record.state.label().to_owned()),
        ("统一社会信用代码", data.uscc.to_string()),
        ("企业名称", data.enterprise.clone()),
        ("企业联系人", data.contact.clone()),
        ("联系人电话", data.phone.clone()),
        ("企业邮箱", data.email.clone()),
        ("保险费率", rate),
        ("企业地址", data.address.clone()),
        ("预约编号", text(data.request.as_ref())),
        ("特殊约定", terms.special_terms.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(",")),
        (TERM_TEXTS, terms.special_terms.iter().map(|t| t.content.as_str()).collect::<Vec<_>>().join(",")),
        ("险别", terms.coverages.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(",")),
        ("货物类别", terms.categories.iter().map(|(_, heading)| heading.as_str()).collect::<Vec<_>>().join(",")),
    ]
}

/// The rows of a tab of an open cover's details (OPC-03 .. OPC-05).
pub(super) fn cover_tab(record: &OpenCover, tab: &str, scope: &Scope<'_>) -> Option<Vec<Cells>> {
    use crate::tables::TableId::{HsChapter, HsHeading};
    let named =
        |table, code: &str| scope.tables.find(table, code).map_or_else(|| code.into(), |row| row.name.to_string());
    Some(match tab {
        "协议" => vec![cover(record, scope)],
        "特殊约定" => (1..)
            .zip(&record.data.special_terms)
            .map(|(number, term): (u32, _)| {
                vec![
                    ("特别约定序号", number.to_string()),
                    ("特别约定名称", term.name.clone()),
                    ("特别约定内容", term.content.clone()),
                ]
            })
            .collect(),
        "险别" => record
            .data
            .coverages
            .iter()
            .map(|coverage| {
                let main = if coverage.kind == CoverageKind::Main { "是" } else { "否" };
                vec![
                    ("险别序号", coverage.number.clone()),
                    ("是否主险", main.to_owned()),
                    ("险别名称", coverage.name.clone()),
                ]
            })
            .collect(),
        "货物类别" => record
            .data
            .categories
            .iter()
            .map(|c| vec![("货物大类", named(HsChapter, &c.chapter)), ("货物细类", named(HsHeading, &c.heading))])
            .collect(),
        _ => return None,
    })
}

fn proposal(record: &Proposal, scope: &Scope<'_>) -> Cells {
    let cover = scope.record::<OpenCover>(&record.cover).ok();
    let mut fields = form(&record.form, scope);
    // The insurer's own figure takes the place of the one for reference (CGO-07).
    fields.retain(|(label, _)| *label != "保费");
    fields.extend([
        ("申请编号", record.id.to_string()),
        ("投保单号", dash(record.number.as_ref())),
        ("保单号", dash(record.policy_number.as_ref())),
        ("保险机构名称", scope.directory.name_of(&record.insurer)),
        ("险种名称", cover.map(|c| c.terms.line.chinese().to_owned()).unwrap_or_default()),
        ("货运险协议编号", cover.map(|c| c.data.number.clone()).unwrap_or_default()),
        ("保费", money(record.premium.or_else(|| record.form.money("premium")))),
        ("缴费截止日", day(record.premium_due)),
        ("投保时间", time(record.submitted_at)),
        ("暂存时间", record.made_at.to_string()),
        ("生效时间", time(record.in_force_at)),
        ("支付流水号", record.payment.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("特殊约定", record.special_terms.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(",")),
        (TERM_TEXTS, record.special_terms.iter().map(|t| t.content.as_str()).collect::<Vec<_>>().join(",")),
        ("附件", record.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(",")),
    ]);
    fields
}

fn payment(record: &Payment, scope: &Scope<'_>) -> Cells {
    vec![
        ("支付流水号", record.id.to_string()),
        ("业务类型", "货运险".to_owned()),
        ("投保单号", record.items.iter().map(|i| i.number.as_str()).collect::<Vec<_>>().join(",")),
        ("申请编号", record.items.iter().map(|i| i.proposal.as_str()).collect::<Vec<_>>().join(",")),
        ("保险机构名称", scope.directory.name_of(&record.insurer)),
        ("收款企业名称", scope.directory.name_of(&record.payee)),
        ("付款银行", scope.directory.name_of(&record.bank)),
        ("付款账号", record.account.clone()),
        ("协议编号", record.agreement_number.clone()),
        ("金额", record.amount.to_string()),
        ("支付时间", record.ordered_at.to_string()),
        ("银行流水号", dash(record.debit.as_ref())),
        ("退款金额", money(record.refund.map(|(amount, _)| amount))),
    ]
}

/// A number of a record, by the label of its field.
pub(super) fn number<'r>(record: &'r Any, field: &str) -> &'r str {
    let known = |number: &'r Option<String>| number.as_deref().unwrap_or_default();
    match (record, field) {
        (Any::Cover(r), "协议编号") => &r.data.number,
        (Any::Proposal(r), "投保单号") => known(&r.number),
        (Any::Proposal(r), "保单号") => known(&r.policy_number),
        _ => record.id().as_str(),
    }
}

/// What lists look a record up by.
pub(super) fn keys(record: &Any, mut place: impl FnMut(&PartyId) -> u16) -> Keys {
    const NOWHERE: u16 = u16::MAX;
    let number = |text: Option<&String>| text.map_or(0, |t| digest(t));
    let cents = |amount: Option<Money>| amount.map_or(i64::MIN, Money::cents);
    let days = |date: Option<Date>| date.map_or(i32::MIN, day_number);
    let blank = Keys {
        state: record.page_text(),
        insurer: NOWHERE,
        bank: NOWHERE,
        line: None,
        made: Time::from_unix_ms(0),
        second: None,
        days: [i32::MIN; 2],
        cents: [i64::MIN; 2],
        numbers: [digest(record.id().as_str()), 0, 0],
    };
    match record {
        Any::Agreement(r) => Keys {
            insurer: place(&r.payee),
            bank: place(&r.bank),
            made: r.signed_at,
            days: [days(r.effective), days(r.expiry)],
            ..blank
        },
        Any::Request(r) => Keys { insurer: place(&r.insurer), made: r.submitted_at, ..blank },
        Any::Cover(r) => Keys {
            insurer: place(&r.insurer),
            line: Some(r.terms.line),
            made: r.added_at,
            days: [day_number(r.terms.ends), i32::MIN],
            numbers: [digest(&r.data.number), 0, 0],
            ..blank
        },
        Any::Proposal(r) => Keys {
            insurer: place(&r.insurer),
            line: CargoLine::by_name(r.form.get("line")),
            made: r.submitted_at.unwrap_or(r.made_at),
            second: r.in_force_at,
            days: [days(r.form.date("departure")), days(r.premium_due)],
            cents: [cents(r.form.money("insured_amount")), cents(r.premium.or_else(|| r.form.money("premium")))],
            numbers: [blank.numbers[0], number(r.number.as_ref()), number(r.policy_number.as_ref())],
            ..blank
        },
        Any::Payment(r) => Keys {
            insurer: place(&r.insurer),
            bank: place(&r.bank),
            made: r.ordered_at,
            cents: [r.amount.cents(), i64::MIN],
            ..blank
        },
    }
}

/// Days since 1970.
fn day_number(date: Date) -> i32 {
    (date - Date::constant(1970, 1, 1)).get_days()
}
