//! 申请如实 (AGR-03 .. AGR-07): what reaches insurer and bank is what the person chose and entered, and what the
//! enterprise's account adds to it.

use domain::{
    Time,
    directory::Directory,
    message::{Kind, Payer},
};

use super::{Judging, Outcome, forms, seals::Request, wire::Wire};
use crate::{
    evidence::{Entered, Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "申请如实";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for leaving in Wire::of(evidence, context.suite).first_sendings() {
        let sent = leaving.sent;
        if !matches!(sent.kind, Kind::InsurerSigningRequested | Kind::BankSigningRequested) {
            continue;
        }
        let Some(entered) = entered(evidence, &sent.subject) else { continue };
        let Some(opening) = context.open(&sent.bytes, &sent.to, leaving.at) else { continue };
        let Ok(opened) = &*opening else { continue };
        let Some(request) = Request::of(&opened.message.body) else { continue };
        let Request { bank, payee, service, payer, signed_at, seal } = request;
        outcome.evaluated = true;
        let mut say = |requirement: &str, what: &str, expected: &str, actual: &str| {
            let path = format!("报文 签约申请 门户→{}", context.directory.name_of(&sent.to));
            outcome.findings.push(
                Finding::new(Verdict::Failed, NAME, path, format!("签约申请中的{what}不是所填写的"))
                    .against(requirement)
                    .compared(expected, actual)
                    .during(leaving.step)
                    .about(sent.id.as_str()),
            );
        };
        for (requirement, label, actual) in [("AGR-03", "付款银行", bank), ("AGR-04", "收款企业", payee)] {
            let chosen = full_name(context.directory, &typed(entered, label));
            if chosen != actual {
                say(requirement, label, &chosen, actual);
            }
        }
        for (label, actual) in entered_fields(payer) {
            let expected = typed(entered, label);
            if expected != actual {
                say("AGR-05", label, &expected, actual);
            }
        }
        for (label, expected, actual) in [
            ("法定代表人", &entered.legal_person, &payer.legal_person),
            ("邮政编码", &entered.postcode, &payer.postcode),
        ] {
            if expected != actual || !seal.text.contains(expected.as_str()) {
                say("AGR-06", label, expected, actual);
            }
        }
        let number = sent.subject.as_str();
        if number.len() != 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
            say("AGR-01", "申请编号", "YYYYMMDD加12位数字", number);
        }
        let made = entry_time(evidence, &sent.subject).map(Time::rfc3339).unwrap_or_default();
        if made != signed_at {
            say("AGR-01", "签约时间", &made, signed_at);
        }
        if service != "保费支付" {
            say("AGR-01", "服务类型", "保费支付", service);
        }
    }
    outcome.join(forms::check(evidence, context));
    outcome
}

fn entered<'e>(evidence: &'e Evidence, record: &str) -> Option<&'e Entered> {
    evidence.entries.iter().find_map(|entry| match &entry.what {
        Happening::Entered(entered) if entered.record == record => Some(entered),
        _ => None,
    })
}

/// When the form was sent.
fn entry_time(evidence: &Evidence, record: &str) -> Option<Time> {
    evidence.entries.iter().find_map(|entry| match &entry.what {
        Happening::Entered(entered) if entered.record == record => Some(entry.at),
        _ => None,
    })
}

/// A page drops blanks around what is typed; so does this.
fn typed(entered: &Entered, label: &str) -> String {
    entered.fields.get(label).map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn full_name(directory: &Directory, name: &str) -> String {
    directory.by_name(name).map_or_else(|| name.to_owned(), |i| i.name.clone())
}

/// Step 3 of the form: label, and where the message carries it.
fn entered_fields(payer: &Payer) -> [(&'static str, &str); 7] {
    [
        ("企业名称", &payer.name),
        ("企业地址", &payer.address),
        ("企业联系人", &payer.contact),
        ("付款账号", &payer.account),
        ("联系人电话", &payer.phone),
        ("企业邮箱", &payer.email),
        ("企业税号", &payer.tax_number),
    ]
}
