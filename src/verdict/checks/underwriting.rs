//! 核保如实 (CGO-07, CGO-13, CGO-14): an insurer answers in order, by its open cover and at its rate; the page of a
//! proposal shows what the insurer said last, and a withdrawn one stays withdrawn.

use domain::{
    directory::PartyId,
    message::{
        Body, Decision, Kind,
        cargo::{CoverageKind, OpenCoverData, ProposalSubmission, Underwriting},
    },
    portal::RecordKind,
};

use super::{
    Judging, Outcome,
    proposals::{self, Submission, Told},
    sums::{self, fen, percentage, yuan},
    wire::Wire,
    words::{Word, Words},
};
use crate::{
    evidence::{Evidence, Happening, ProposalStanding as Standing},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "核保如实";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let words = Words::of(&wire, context);
    let mut outcome = Outcome::default();
    for (application, insurer) in proposals::all(&words) {
        outcome.evaluated = true;
        let name = &context.directory.name_of(insurer);
        let case = Case { evidence, words: &words, application, insurer, name };
        let said = Told::of(application, &words.said, &words);
        let heard = Told::of(application, &words.heard, &words);
        if !words.clouded(application) {
            case.in_order(&said, &mut outcome.findings);
            case.page_shows_the_last_word(&heard, &mut outcome.findings);
            case.books_agree(&said, &mut outcome.findings);
        }
        for submission in &said.submissions {
            case.within_the_cover(submission, &mut outcome.findings);
            case.at_its_rate(submission, &mut outcome.findings);
        }
    }
    outcome
}

struct Case<'a> {
    evidence: &'a Evidence,
    words: &'a Words<'a>,
    application: &'a str,
    insurer: &'a PartyId,
    name: &'a str,
}

fn failed(path: impl Into<String>, text: impl Into<String>) -> Finding {
    Finding::new(Verdict::Failed, NAME, path, text).against("CGO-14")
}

/// What the page may show when the insurer's latest answer has it so.
const fn pages(standing: Standing) -> &'static [&'static str] {
    match standing {
        Standing::Received => &["待发送", "发送成功", "接收成功", "发送失败", "数据审核失败"],
        Standing::CheckFailed => &["数据审核失败", "待发送"],
        Standing::AwaitingUnderwriting => &["数据审核成功，待核保", "撤销中"],
        Standing::Referred => &["核保未通过，转人工复核", "撤销中"],
        Standing::Issued | Standing::Paid | Standing::InForce => {
            &["已出单未缴费", "撤销中", "支付中", "支付成功", "支付失败", "正式生效", "已失效"]
        }
        Standing::Declined => &["拒保", "撤销中", "待发送"],
        Standing::Withdrawn => &["已撤销"],
    }
}

impl<'a> Case<'a> {
    fn message(&self, word: &Word<'_>, text: impl Into<String>) -> Finding {
        let path = format!("报文 {} {}→门户", word.sent.kind.chinese(), self.name);
        failed(path, text).during(word.step).about(word.sent.id.as_str())
    }

    fn in_order(&self, said: &Told<'_>, findings: &mut Vec<Finding>) {
        findings.extend(said.disordered.iter().map(|(word, text)| self.message(word, *text)));
    }

    fn page_shows_the_last_word(&self, heard: &Told<'_>, findings: &mut Vec<Finding>) {
        let page = self.evidence.pages.iter().find(|p| p.kind == RecordKind::Proposal && p.record == self.application);
        let (Some(page), Some(latest)) = (page, heard.latest()) else { return };
        let standing = if heard.withdrawn { Standing::Withdrawn } else { latest.standing };
        let path = |label: &str| format!("{}.{label}", self.application);
        if let Some(state) = page.field("状态").filter(|state| !pages(standing).contains(state)) {
            let text = "页面上的状态不是保险公司最后一次答复的";
            let requirement = if heard.withdrawn { "CGO-13" } else { "CGO-14" };
            findings
                .push(failed(path("状态"), text).against(requirement).compared(pages(standing).join(" 或 "), state));
        }
        let mut differs = |label: &str, expected: &str, same: &dyn Fn(&str) -> bool| {
            if let Some(shown) = page.field(label).filter(|shown| !same(shown)) {
                let text = format!("页面上的{label}不是保险公司最后一次答复的");
                findings.push(failed(path(label), text).compared(expected, shown));
            }
        };
        if let Some(number) = latest.proposal_number {
            differs("投保单号", number, &|shown| shown == number);
        }
        if let Some(issue) = latest.issue {
            let premium = issue.premium.map(|p| p.to_string()).unwrap_or_default();
            differs("保费", &premium, &|shown| fen(shown) == fen(&premium));
            let due = issue.premium_due.as_deref().unwrap_or_default();
            differs("缴费截止日", due, &|shown| shown == due);
        }
    }

    /// The insurer's books stand as it said.
    fn books_agree(&self, said: &Told<'_>, findings: &mut Vec<Finding>) {
        let mut lines = self.evidence.proposals.iter().filter(|l| l.party == *self.insurer);
        let Some(line) = lines.find(|l| l.application == self.application) else { return };
        let heard = |pick: fn(&Body) -> bool| {
            self.words.heard_by(self.insurer).any(|(w, body)| w.sent.subject == self.application && pick(body))
        };
        // What has not reached the insurer yet it cannot know.
        let known = |s: &&Submission<'_>| self.words.heard_by(self.insurer).any(|(w, _)| w.sent.id == s.word.sent.id);
        let Some(latest) = said.submissions.iter().rfind(known) else { return };
        let in_force = self
            .words
            .said_by(self.insurer)
            .any(|(w, b)| w.sent.subject == self.application && matches!(b, Body::PolicyEffected(_)));
        let standing = if said.withdrawn {
            Standing::Withdrawn
        } else if in_force {
            Standing::InForce
        } else if heard(|body| matches!(body, Body::PaymentNotified(_))) {
            Standing::Paid
        } else {
            latest.standing
        };
        let path = format!("账簿 {} {}", self.name, self.application);
        let mut differs = |what: &str, said: &str, booked: &str, same: bool| {
            if !same {
                let text = format!("保险公司账簿中的{what}不是它答复的");
                findings.push(failed(&*path, text).compared(said, booked));
            }
        };
        differs("状态", standing.chinese(), line.standing.chinese(), standing == line.standing);
        let number = latest.proposal_number.unwrap_or_default();
        let booked = line.proposal_number.as_deref().unwrap_or_default();
        differs("投保单号", number, booked, number == booked);
        let premium = latest.issue.and_then(|i| i.premium).map(|p| p.to_string()).unwrap_or_default();
        let booked = line.premium.as_deref().unwrap_or_default();
        differs("保费", &premium, booked, fen(&premium) == fen(booked));
        let due = latest.issue.and_then(|i| i.premium_due.as_deref()).unwrap_or_default();
        let booked = line.due.as_deref().unwrap_or_default();
        differs("缴费截止日", due, booked, due == booked);
    }

    /// Data that pass the check agree with the open cover; what is issued without a person's look stays below its limit.
    fn within_the_cover(&self, submission: &Submission<'_>, findings: &mut Vec<Finding>) {
        let form = submission.form;
        for (word, body) in self.answers_to(submission) {
            let covers =
                proposals::cover_versions(self.words, self.insurer, &form.open_cover, submission.word.at, word.at);
            match body {
                Body::DataChecked(a) if a.decision == Decision::Agreed => {
                    // The day of 提交 counts (OPC-06).
                    let today = form.submitted_at.get(..10).unwrap_or_default().to_owned();
                    let mistakes: Vec<Vec<&str>> = covers.iter().map(|cover| mistakes(form, cover, &today)).collect();
                    if mistakes.is_empty() {
                        findings.push(self.message(word, "数据审核成功，但没有这份货运协议，或协议已经终止"));
                    } else if mistakes.iter().all(|m| !m.is_empty()) {
                        let wrong = mistakes.last().map(|m| m.join("、")).unwrap_or_default();
                        let text = format!("数据审核成功，但投保单与货运协议不符：{wrong}");
                        findings.push(self.message(word, text).against("CGO-10"));
                    }
                }
                Body::Underwritten(a) if a.decision == Decision::Agreed => {
                    let insured = form.form.get("insured_amount").and_then(|text| fen(text));
                    let limits: Vec<Option<i128>> =
                        covers.iter().map(|c| c.voyage_limit.and_then(|l| fen(&l.to_string()))).collect();
                    let over = |limit: &Option<i128>| limit.is_some_and(|limit| insured.is_none_or(|sum| sum > limit));
                    if !limits.is_empty() && limits.iter().all(over) {
                        let limit = limits.iter().flatten().last().copied().map(yuan).unwrap_or_default();
                        findings.push(
                            self.message(word, "保险金额超过单次限额，没有转人工复核就出单了")
                                .compared(format!("<= {limit}"), insured.map(yuan).unwrap_or_default()),
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn answers_to(&self, submission: &Submission<'a>) -> impl Iterator<Item = (&'a Word<'a>, &'a Body)> {
        let id = submission.word.sent.id.clone();
        self.words.said_by(self.insurer).filter(move |(w, _)| w.sent.correlation.as_ref() == Some(&id))
    }

    /// 保费 is 保险金额 x 费率, but never less than 最低保费, or what a person was scripted to say.
    fn at_its_rate(&self, submission: &Submission<'_>, findings: &mut Vec<Finding>) {
        let issued = self.answers_to(submission).filter_map(|(word, body)| match body {
            Body::Underwritten(a) | Body::Reviewed(a) if a.decision == Decision::Agreed => Some((word, a)),
            _ => None,
        });
        for (word, answer) in issued {
            let given = answer.premium.and_then(|p| fen(&p.to_string())).unwrap_or_default();
            let possible = self.premiums(submission, word);
            if !possible.is_empty() && !possible.contains(&given) {
                let expected = possible.into_iter().map(yuan).collect::<Vec<_>>().join(" 或 ");
                findings.push(
                    self.message(word, "保费不是保险金额乘以费率，或低于最低保费")
                        .against("CGO-07")
                        .compared(expected, yuan(given)),
                );
            }
            self.due_after_today(word, answer, findings);
        }
    }

    fn due_after_today(&self, word: &Word<'_>, answer: &Underwriting, findings: &mut Vec<Finding>) {
        let (today, due) = (word.at.date().to_string(), answer.premium_due.as_deref().unwrap_or_default());
        if due < today.as_str() {
            findings
                .push(self.message(word, "缴费截止日早于出单").against("CGO-18").compared(format!(">= {today}"), due));
        }
    }

    /// The premiums that may be asked for: by script if it names one, else by rule under the versions of the cover.
    fn premiums(&self, submission: &Submission<'_>, word: &Word<'_>) -> Vec<i128> {
        let asked = if word.sent.kind == Kind::Reviewed { "保险公司.人工复核" } else { "保险公司.核保" };
        let scripted = self.evidence.entries.iter().filter_map(|e| match &e.what {
            Happening::Decided { party, subject, outcome, point }
                if party == self.insurer && subject == self.application && point == asked =>
            {
                let (_, rest) = outcome.split_once("保费")?;
                let digits = rest.trim_start_matches([':', '：', ' ']);
                fen(digits.split([')', '）', ',', '，']).next()?)
            }
            _ => None,
        });
        let form = &submission.form;
        let insured = form.form.get("insured_amount").and_then(|text| fen(text));
        let rate = form.form.get("rate").and_then(|text| percentage(text));
        let by_rule = insured.zip(rate).map(|(insured, rate)| sums::premium(insured, rate));
        let covers = proposals::cover_versions(self.words, self.insurer, &form.open_cover, submission.word.at, word.at);
        let floors = covers.iter().filter_map(|c| fen(&c.minimum_premium.to_string()));
        let ruled: Vec<i128> = floors.filter_map(|floor| Some(by_rule?.max(floor).max(1))).collect();
        let scripted: Vec<i128> = scripted.collect();
        if scripted.is_empty() { ruled } else { scripted }
    }
}

/// Where a proposal does not agree with an open cover, in words.
fn mistakes(submitted: &ProposalSubmission, cover: &OpenCoverData, today: &str) -> Vec<&'static str> {
    let text = |key: &str| submitted.form.get(key).map(String::as_str).unwrap_or_default();
    let within = |day: &str| cover.begins.as_str() <= day && day <= cover.ends.as_str();
    let sum = |key: &str| fen(text(key));
    let insured = sum("invoice_amount").zip(percentage(text("markup"))).map(|(i, m)| sums::insured(i, m));
    let has = |kind: CoverageKind, name: &str| cover.coverages.iter().any(|c| c.kind == kind && c.name == name);
    let additional = text("additional_coverages");
    let offered = |name: &str| has(CoverageKind::Additional, name.trim());
    [
        ("协议已到期", today <= cover.ends.as_str()),
        ("起运日期不在协议有效期之内", within(text("departure"))),
        ("运输方式不是协议所列的", cover.modes.iter().any(|m| m == text("mode"))),
        (
            "保险费率不是协议的费率",
            percentage(text("rate")).is_some() && percentage(text("rate")) == percentage(&cover.rate),
        ),
        ("主险不是协议所列的", has(CoverageKind::Main, text("main_coverage"))),
        ("附加险不是协议所列的", additional.is_empty() || additional.split(['、', ',', '，']).all(offered)),
        ("货物细类不是协议所列的", cover.categories.iter().any(|c| c.heading == text("goods_heading"))),
        ("保险金额不是发票金额加成所得", insured.is_some() && insured == sum("insured_amount")),
    ]
    .into_iter()
    .filter(|(_, holds)| !holds)
    .map(|(wrong, _)| wrong)
    .collect()
}
