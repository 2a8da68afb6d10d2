//! An insurer's own look at a proposal beside its open cover: 数据审核 and the figures of 核保 (CGO-10).
//!
//! Reads the insurer's books and the submission alone; what the portal has checked before counts for nothing.

use jiff::civil::Date;

use super::books::{CoverEntry, CoverStanding, ProposalEntry, View};
use crate::{
    Time,
    message::cargo::{CoverageKind, Fields, ProposalSubmission},
    money::{self, Money, Percent},
};

/// A submission beside the cover that it names.
struct Compared<'a> {
    submitted: &'a ProposalSubmission,
    cover: &'a CoverEntry,
    submitted_on: Date,
}

/// One rule: says in Chinese what does not agree.
type Rule = fn(&Compared<'_>) -> Option<String>;

/// In the order in which the reasons are given.
const RULES: [Rule; 10] = [
    of_the_enterprise,
    in_force,
    same_insurer_and_line,
    mode,
    main_coverage,
    additional_coverages,
    category,
    departure,
    insured_amount,
    rate,
];

/// Everything in which `submitted` does not agree with its open cover; empty where it does.
pub(super) fn objections(view: View<'_>, submitted: &ProposalSubmission, today: Date) -> Vec<String> {
    let known = view.cover(&submitted.open_cover).filter(|cover| match cover.standing {
        CoverStanding::Signed | CoverStanding::Ended => true,
        CoverStanding::Signing | CoverStanding::NotSigned => false,
    });
    let Some(cover) = known else {
        return vec![format!("没有编号为「{}」的货运险协议", submitted.open_cover)];
    };
    // The day of 提交 counts, however long the submission was on its way (OPC-06).
    let submitted_on = Time::parse_rfc3339(&submitted.submitted_at).map_or(today, Time::date);
    let compared = Compared { submitted, cover, submitted_on };
    RULES.iter().filter_map(|rule| rule(&compared)).collect()
}

/// Why the proposal is above what is underwritten without a person's look: 保险金额 above 单次限额.
pub(super) fn beyond_authority(view: View<'_>, entry: &ProposalEntry) -> Option<String> {
    let limit = view.cover(&entry.open_cover)?.terms.voyage_limit?;
    let amount = entry.insured_amount.filter(|amount| *amount > limit)?;
    Some(format!("保险金额{amount}超过单次限额{limit}"))
}

/// 保险金额 x 保险费率, at least 最低保费 of the open cover and never less than 0.01; `None` where there is no such amount.
pub(super) fn premium_of(view: View<'_>, entry: &ProposalEntry) -> Option<Money> {
    let minimum = view.cover(&entry.open_cover)?.terms.minimum_premium;
    let premium = money::premium(entry.insured_amount?, entry.rate?)?;
    Some(premium.max(minimum).max(Money::CENT))
}

impl Compared<'_> {
    /// A field as it was submitted; empty where it is blank.
    fn field(&self, key: &str) -> &str {
        field(&self.submitted.form, key)
    }
}

fn field<'f>(form: &'f Fields, key: &str) -> &'f str {
    form.get(key).map_or("", String::as_str)
}

fn of_the_enterprise(c: &Compared<'_>) -> Option<String> {
    let applicant = c.field("applicant_uscc");
    (applicant != c.cover.terms.uscc.as_str()).then(|| format!("投保公司「{applicant}」不是协议的企业"))
}

fn in_force(c: &Compared<'_>) -> Option<String> {
    let over = c.cover.period().is_none_or(|(_, ends)| ends < c.submitted_on);
    (over || c.cover.standing != CoverStanding::Signed).then(|| format!("协议「{}」不在有效状态", c.cover.terms.number))
}

fn same_insurer_and_line(c: &Compared<'_>) -> Option<String> {
    let (submitted, terms) = (c.submitted, &c.cover.terms);
    if submitted.insurer != terms.insurer {
        return Some(format!("保险机构「{}」与协议的「{}」不符", submitted.insurer, terms.insurer));
    }
    (submitted.line != terms.line).then(|| format!("险种「{}」与协议的「{}」不符", submitted.line, terms.line))
}

fn mode(c: &Compared<'_>) -> Option<String> {
    let mode = c.field("mode");
    (!c.cover.terms.modes.iter().any(|m| m == mode)).then(|| format!("运输方式「{mode}」不在协议之内"))
}

fn offers(c: &Compared<'_>, name: &str, kind: CoverageKind) -> bool {
    c.cover.terms.coverages.iter().any(|coverage| coverage.kind == kind && coverage.name == name)
}

fn main_coverage(c: &Compared<'_>) -> Option<String> {
    let name = c.field("main_coverage");
    (!offers(c, name, CoverageKind::Main)).then(|| format!("主险「{name}」不在协议之内"))
}

fn additional_coverages(c: &Compared<'_>) -> Option<String> {
    let mut names = c.field("additional_coverages").split(['、', ',']).filter(|name| !name.is_empty());
    let other = names.find(|name| !offers(c, name, CoverageKind::Additional))?;
    Some(format!("附加险「{other}」不在协议之内"))
}

fn category(c: &Compared<'_>) -> Option<String> {
    let (chapter, heading) = (c.field("goods_chapter"), c.field("goods_heading"));
    let covered = c.cover.terms.categories.iter().any(|of| of.chapter == chapter && of.heading == heading);
    (!covered).then(|| format!("货物类别「{chapter}」「{heading}」不在协议之内"))
}

fn departure(c: &Compared<'_>) -> Option<String> {
    let day = c.field("departure");
    let within = day.parse().is_ok_and(|date| c.cover.spans(date));
    (!within).then(|| format!("起运日期「{day}」不在协议期间之内"))
}

/// 保险金额 = 发票金额 x (1 + 加成比例), to the cent (CGO-07).
fn insured_amount(c: &Compared<'_>) -> Option<String> {
    let amount = c.field("insured_amount");
    let due = || {
        let invoice: Money = c.field("invoice_amount").parse().ok()?;
        let markup: Percent = c.field("markup").parse().ok()?;
        money::insured_amount(invoice, markup)
    };
    match (amount.parse::<Money>().ok(), due()) {
        (Some(submitted), Some(due)) if submitted == due => None,
        (_, Some(due)) => Some(format!("保险金额「{amount}」应为{due}")),
        (_, None) => Some("发票金额或加成比例有误".to_owned()),
    }
}

fn rate(c: &Compared<'_>) -> Option<String> {
    let (submitted, agreed) = (c.field("rate"), &c.cover.terms.rate);
    let same = submitted.parse::<Percent>().is_ok_and(|rate| agreed.parse() == Ok(rate));
    (!same).then(|| format!("保险费率「{submitted}」与协议的{agreed}%不符"))
}
