//! 申请如实 for the cargo line (RSV-01, CGO-01 .. CGO-07, CGO-15): a request and a proposal carry what was entered, sums are right,
//! and an order asks for what the insurer named.
//!
//! Fields with a code table are left to the form's own rules: their texts and codes may differ and mean the same.

use std::collections::BTreeMap;

use domain::message::{Body, cargo::Fields, payment::PaymentOrder};

use super::{
    Judging, Outcome,
    proposals::Told,
    sums::{self, fen, percentage, yuan},
    wire::Wire,
    words::{Word, Words},
};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "申请如实";

/// How an entered text and a sent one are the same.
#[derive(Clone, Copy)]
enum Alike {
    Text,
    Amount,
    Percent,
}

use Alike::{Amount, Percent, Text};

/// A field of a form: what people call it, its key in the message, how it is compared, whose rule it is.
type Field = (&'static str, &'static str, Alike, &'static str);

#[rustfmt::skip] // A table.
const REQUEST: &[Field] = &[
    ("企业联系人",       "contact",        Text,   "RSV-01"),
    ("联系人电话",       "phone",          Text,   "RSV-01"),
    ("企业邮箱",         "email",          Text,   "RSV-01"),
    ("年投保总额",       "annual_amount",  Amount, "RSV-01"),
    ("单一航次最大金额", "voyage_amount",  Amount, "RSV-01"),
    ("主要货物描述",     "goods",          Text,   "RSV-01"),
];

#[rustfmt::skip] // A table.
const PROPOSAL: &[Field] = &[
    ("运输方式",               "mode",                       Text,    "CGO-01"),
    ("证件号码",               "applicant_certificate_number", Text,  "CGO-02"),
    ("保单类型",               "policy_form",                Text,    "CGO-02"),
    ("保单是否展示保费",       "show_premium",               Text,    "CGO-02"),
    ("被投保公司.企业名称",    "insured_name",               Text,    "CGO-03"),
    ("被投保公司.企业联系人",  "insured_contact",            Text,    "CGO-03"),
    ("被投保公司.联系人邮箱",  "insured_email",              Text,    "CGO-03"),
    ("被投保公司.联系人电话",  "insured_phone",              Text,    "CGO-03"),
    ("被投保公司.企业地址",    "insured_address",            Text,    "CGO-03"),
    ("货物标的描述信息",       "goods_description",          Text,    "CGO-04"),
    ("包装及件数/重量",        "quantity",                   Text,    "CGO-04"),
    ("标记/唛头",              "marks",                      Text,    "CGO-04"),
    ("发票类型",               "invoice_type",               Text,    "CGO-05"),
    ("发票抬头",               "invoice_title",              Text,    "CGO-05"),
    ("开户银行",               "invoice_bank",               Text,    "CGO-05"),
    ("银行账号",               "invoice_account",            Text,    "CGO-05"),
    ("企业税号",               "invoice_tax_number",         Text,    "CGO-05"),
    ("发票号",                 "invoice_number",             Text,    "CGO-06"),
    ("提单/运单号",            "bill_of_lading",             Text,    "CGO-06"),
    ("船舶名称",               "vessel",                     Text,    "CGO-06"),
    ("起运日期",               "departure",                  Text,    "CGO-06"),
    ("航次/航班/车次/车牌号",  "voyage",                     Text,    "CGO-06"),
    ("是否大宗散装运输",       "bulk",                       Text,    "CGO-06"),
    ("预计抵达日期",           "arrival",                    Text,    "CGO-06"),
    ("是否使用信用证",         "letter_of_credit",           Text,    "CGO-06"),
    ("信用证号码",             "letter_of_credit_number",    Text,    "CGO-06"),
    ("赔款偿付地点",           "claim_place",                Text,    "CGO-06"),
    ("主险",                   "main_coverage",              Text,    "CGO-07"),
    ("其他附加险",             "other_coverages",            Text,    "CGO-07"),
    ("发票金额",               "invoice_amount",             Amount,  "CGO-07"),
    ("加成比例",               "markup",                     Percent, "CGO-07"),
];

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let wire = Wire::of(evidence, context.suite);
    let words = Words::of(&wire, context);
    let mut outcome = Outcome::default();
    for word in &words.said {
        let mut say = |requirement: &str, text: String, expected: String, actual: String| {
            let path = format!("报文 {} 门户→{}", word.sent.kind.chinese(), context.directory.name_of(&word.sent.to));
            outcome.findings.push(
                Finding::new(Verdict::Failed, NAME, path, text)
                    .against(requirement)
                    .compared(expected, actual)
                    .during(word.step)
                    .about(word.sent.id.as_str()),
            );
        };
        match word.body() {
            Some(Body::OpenCoverRequested(request)) => {
                as_entered(evidence, word, REQUEST, &request.form, &mut say);
            }
            Some(Body::ProposalSubmitted(proposal)) => {
                as_entered(evidence, word, PROPOSAL, &proposal.form, &mut say);
                sums_are_right(&proposal.form, &mut say);
            }
            Some(Body::PaymentOrdered(order)) => as_asked_for(order, &words, &mut say),
            Some(_) | None => continue,
        }
        outcome.evaluated = true;
    }
    outcome
}

/// What was typed for a record until `word` was said: later forms of it only say what they change.
fn entered<'e>(evidence: &'e Evidence, word: &Word<'_>) -> BTreeMap<&'e str, &'e str> {
    let mut forms = evidence.entries.iter().filter(|e| e.at <= word.at).filter_map(|e| match &e.what {
        Happening::Entered(entered) if entered.record == word.sent.subject => Some(&entered.fields),
        _ => None,
    });
    // 投保公司 comes first on the page, so its labels stand alone as well.
    let bare = |label: &'e str| label.strip_prefix("投保公司.").unwrap_or(label);
    // The page is sent whole each time: what it held last is what counts.
    forms.next_back().into_iter().flatten().map(|(label, text)| (bare(label), text.trim())).collect()
}

fn as_entered(
    evidence: &Evidence,
    word: &Word<'_>,
    table: &[Field],
    form: &Fields,
    say: &mut impl FnMut(&str, String, String, String),
) {
    let entered = entered(evidence, word);
    for (label, key, alike, requirement) in table {
        let Some(typed) = entered.get(label) else { continue };
        let sent = form.get(*key).map(String::as_str).unwrap_or_default();
        let same = match alike {
            Text => *typed == sent,
            Amount => *typed == sent || fen(typed).is_some() && fen(typed) == fen(sent),
            Percent => *typed == sent || percentage(typed).is_some() && percentage(typed) == percentage(sent),
        };
        if !same {
            let text = format!("{}中的{label}不是所填写的", word.sent.kind.chinese());
            say(requirement, text, (*typed).to_owned(), sent.to_owned());
        }
    }
}

/// 保险金额 and the 保费 that the page shows are those of CGO-07.
fn sums_are_right(form: &Fields, say: &mut impl FnMut(&str, String, String, String)) {
    let text = |key: &str| form.get(key).map(String::as_str).unwrap_or_default();
    let insured = fen(text("invoice_amount")).zip(percentage(text("markup"))).map(|(i, m)| sums::insured(i, m));
    let premium = insured.zip(percentage(text("rate"))).map(|(insured, rate)| sums::premium(insured, rate));
    for (what, key, right) in [("保险金额", "insured_amount", insured), ("保费", "premium", premium)] {
        // The premium shown is for reference, and may be left out.
        let optional = key == "premium" && text(key).is_empty();
        if !optional && let Some(right) = right.filter(|right| fen(text(key)) != Some(*right)) {
            say("CGO-07", format!("投保申请中的{what}不是按规定算得的"), yuan(right), text(key).to_owned());
        }
    }
}

/// An order asks for the premiums that the insurer named, and for no more.
fn as_asked_for(order: &PaymentOrder, words: &Words<'_>, say: &mut impl FnMut(&str, String, String, String)) {
    let sum: Option<i128> = order.items.iter().map(|item| fen(&item.amount.to_string())).sum();
    let amount = order.amount.to_string();
    if sum != fen(&amount) {
        let expected = sum.map(yuan).unwrap_or_default();
        say("PAY-03", "扣款指令的金额不是各笔保费之和".into(), expected, amount);
    }
    for item in order.items.iter().filter(|item| !words.clouded(&item.application)) {
        let told = Told::of(&item.application, &words.heard, words);
        let Some(latest) = told.latest() else { continue };
        let asked = latest.issue.and_then(|issue| issue.premium).map(|p| p.to_string()).unwrap_or_default();
        let ordered = item.amount.to_string();
        if fen(&asked) != fen(&ordered) {
            say("CGO-15", "扣款指令中的保费不是保险公司给的".into(), asked, ordered);
        }
        let number = latest.proposal_number.unwrap_or_default();
        if number != item.proposal_number {
            let text = "扣款指令中的投保单号不是保险公司给的".into();
            say("CGO-15", text, number.to_owned(), item.proposal_number.clone());
        }
    }
}
