//! 协议如实 (OPC-01 .. OPC-07): an insurer adds an open cover once, changes and ends what it has added, and keeps it in its books
//! so; the page shows what was told last, and 无效 when it was ended or its last day is over.

use std::collections::BTreeMap;

use domain::{
    directory::PartyId,
    message::{Body, cargo::OpenCoverData},
    portal::RecordKind,
};

use super::{
    Judging, Outcome,
    sums::{fen, percentage},
    wire::Wire,
    words::{Word, Words},
};
use crate::{
    evidence::{CoverLine, Evidence, RecordPage},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "协议如实";

/// The page's label of the insurer's number.
const NUMBER: &str = "保险公司货运险协议编号";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let words = Words::of(&wire, context);
    let mut findings = Vec::new();
    let said = covers(&words.said, |word, text| {
        let path = format!("报文 {} {}→门户", word.sent.kind.chinese(), context.directory.name_of(&word.sent.from));
        findings.push(failed(path, text).during(word.step).about(word.sent.id.as_str()));
    });
    let heard = covers(&words.heard, |_, _| {});
    for line in &evidence.covers {
        if !words.clouded(&line.number) {
            let path = format!("账簿 {} {}", context.directory.name_of(&line.party), line.number);
            match said.get(&(&line.party, line.number.as_str())) {
                None => findings.push(failed(path, "账簿中的协议没有通知门户")),
                Some(cover) => books_agree(&path, line, cover, &mut findings),
            }
        }
    }
    let today = evidence.entries.last().map(|e| e.at.date().to_string()).unwrap_or_default();
    for ((insurer, number), cover) in &heard {
        let shows = |p: &&RecordPage| {
            p.field(NUMBER) == Some(number) && p.field("保险机构名称").is_none_or(|name| name == cover.data.insurer)
        };
        let page = evidence.pages.iter().filter(|p| p.kind == RecordKind::OpenCover).find(shows);
        if let Some(page) = page {
            page_agrees(page, cover, &today, &mut findings);
        } else if evidence.owners.values().any(|uscc| uscc == cover.data.uscc.as_str()) && !words.clouded(number) {
            let path = format!("货运协议 {number}");
            let text = format!("{}通知的协议没有出现在页面上", context.directory.name_of(insurer));
            findings.push(failed(path, &text).against("OPC-01"));
        }
    }
    for page in evidence.pages.iter().filter(|p| p.kind == RecordKind::OpenCover) {
        let number = page.field(NUMBER).unwrap_or_default();
        if !heard.keys().any(|(_, known)| *known == number) && !words.clouded(number) {
            findings.push(
                failed(format!("{}.{NUMBER}", page.record), "页面上的协议不是保险公司通知的").compared("", number),
            );
        }
    }
    let pages = evidence.pages.iter().any(|p| p.kind == RecordKind::OpenCover);
    Outcome { evaluated: !said.is_empty() || !evidence.covers.is_empty() || pages, findings }
}

fn failed(path: impl Into<String>, text: &str) -> Finding {
    Finding::new(Verdict::Failed, NAME, path, text).against("OPC-07")
}

/// An open cover as its insurer told it last.
struct Cover<'w> {
    data: &'w OpenCoverData,
    ended: bool,
}

/// Every open cover that `words` tell of; `wrong` learns of words that make no sense after those before them.
fn covers<'w>(
    words: &'w [Word<'w>],
    mut wrong: impl FnMut(&Word<'_>, &str),
) -> BTreeMap<(&'w PartyId, &'w str), Cover<'w>> {
    let mut covers: BTreeMap<(&PartyId, &str), Cover<'_>> = BTreeMap::new();
    for word in words {
        let key = (&word.sent.from, word.sent.subject.as_str());
        let known = covers.get_mut(&key);
        match (word.body(), known) {
            (Some(Body::OpenCoverAdded(data)), None) => {
                covers.insert(key, Cover { data, ended: false });
            }
            (Some(Body::OpenCoverAdded(_)), Some(_)) => wrong(word, "同一份协议新增了不止一次"),
            (Some(Body::OpenCoverChanged(_) | Body::OpenCoverEnded(_)), None) => {
                wrong(word, "变更或终止的协议没有新增过");
            }
            (Some(Body::OpenCoverChanged(_) | Body::OpenCoverEnded(_)), Some(cover)) if cover.ended => {
                wrong(word, "协议已经终止，又有变更或终止");
            }
            (Some(Body::OpenCoverChanged(data)), Some(cover)) => {
                if data.uscc != cover.data.uscc {
                    wrong(word, "协议变更成了别的企业的");
                }
                cover.data = data;
            }
            (Some(Body::OpenCoverEnded(_)), Some(cover)) => cover.ended = true,
            (Some(_) | None, _) => {}
        }
    }
    covers
}

fn books_agree(path: &str, line: &CoverLine, cover: &Cover<'_>, findings: &mut Vec<Finding>) {
    let data = cover.data;
    let minimum = data.minimum_premium.to_string();
    let ended = |ended: bool| if ended { "已终止" } else { "未终止" };
    for (what, told, booked, same) in [
        ("企业", data.uscc.as_str(), line.uscc.as_str(), data.uscc.as_str() == line.uscc),
        ("协议结束日期", &data.ends, &line.ends, data.ends == line.ends),
        ("保险费率", &data.rate, &line.rate, percentage(&data.rate) == percentage(&line.rate)),
        ("最低保费", &minimum, &line.minimum_premium, fen(&minimum) == fen(&line.minimum_premium)),
        ("终止", ended(cover.ended), ended(line.ended), cover.ended == line.ended),
    ] {
        if !same {
            let text = format!("保险公司账簿中协议的{what}不是它通知门户的");
            findings.push(failed(path, &text).compared(told, booked));
        }
    }
}

fn page_agrees(page: &RecordPage, cover: &Cover<'_>, today: &str, findings: &mut Vec<Finding>) {
    let data = cover.data;
    let state = if cover.ended || data.ends.as_str() < today { "无效" } else { "有效" };
    let minimum = data.minimum_premium.to_string();
    let is = |wanted: &str, shown: &str| wanted == shown;
    let rate = |wanted: &str, shown: &str| percentage(shown).is_some() && percentage(wanted) == percentage(shown);
    let sum = |wanted: &str, shown: &str| fen(shown).is_some() && fen(wanted) == fen(shown);
    type Same<'s> = &'s dyn Fn(&str, &str) -> bool;
    let fields: [(&str, &str, &str, Same<'_>); 14] = [
        ("OPC-07", "状态", state, &is),
        ("OPC-01", "险种名称", &data.line, &is),
        ("OPC-01", "保险费率", &data.rate, &rate),
        ("OPC-01", "协议结束日期", &data.ends, &is),
        ("OPC-02", "协议起效时间", &data.begins, &is),
        ("OPC-02", "协议结束时间", &data.ends, &is),
        ("OPC-02", "最低保费", &minimum, &sum),
        ("OPC-02", "统一社会信用代码", data.uscc.as_str(), &is),
        ("OPC-02", "企业名称", &data.enterprise, &is),
        ("OPC-02", "企业联系人", &data.contact, &is),
        ("OPC-02", "联系人电话", &data.phone, &is),
        ("OPC-02", "企业邮箱", &data.email, &is),
        ("OPC-02", "企业地址", &data.address, &is),
        ("OPC-01", "保险机构名称", &data.insurer, &is),
    ];
    for (requirement, label, wanted, same) in fields {
        if let Some(shown) = page.field(label).filter(|shown| !same(wanted, shown)) {
            let path = format!("{}.{label}", page.record);
            let text = format!("页面上的{label}不是保险公司最后一次通知的");
            findings.push(failed(path, &text).against(requirement).compared(wanted, shown));
        }
    }
}
