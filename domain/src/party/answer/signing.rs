//! Answers to 签约申请 and 解约申请, of insurers and banks.

use super::{Desk, Said, decision};
use crate::party::{
    books::{BookEntry, Page, Standing},
    outcome::Terms,
    plan::{Plan, Verdict},
};
use crate::{
    Time,
    message::{
        AgreementEndAnswer, AgreementEndRequest, BankSigningAnswer, Body, Decision, InsurerSigningAnswer, Message,
    },
};

/// The answer to `request`, and the signing as it stands afterwards.
pub(super) fn reply(desk: Desk<'_>, request: &Message, plan: &Plan) -> Option<Said> {
    let (decision, reason) = decision(&plan.verdict)?;
    let (application, time) = (request.subject.clone(), desk.moment.time);
    let known = desk.view.agreement(&request.subject).cloned();
    let (body, entry) = match &request.body {
        Body::InsurerSigningRequested(_) => {
            let entry = known.map(|known| decided(known, standing(decision), time));
            (Body::InsurerSigningAnswered(InsurerSigningAnswer { application, decision, reason }), entry)
        }
        Body::BankSigningRequested(_) => {
            let entry = known.map(|known| decided(known, standing(decision), time));
            let (answer, entry) = bank_signed(desk, (application, decision, reason), entry, &plan.verdict);
            (Body::BankSigningAnswered(answer), entry)
        }
        Body::AgreementEndRequested(asked) => {
            let (reason, entry) = match (reason, to_end(asked, known, time)) {
                (Some(refused), _) => (Some(refused), None),
                (None, Ok(entry)) => (None, Some(decided(entry, Standing::Ended, time))),
                (None, Err(impossible)) => (Some(impossible), None),
            };
            let decision = if reason.is_some() { Decision::Refused } else { Decision::Agreed };
            (Body::AgreementEndAnswered(AgreementEndAnswer { application, decision, reason }), entry)
        }
        _ => return None,
    };
    Some(Said { body: Some(body), pages: entry.map(Page::Agreement).into_iter().collect(), next: None })
}

/// A bank's answer; where it has signed, with the number and the dates of the agreement.
fn bank_signed(
    desk: Desk<'_>,
    (application, decision, reason): (String, Decision, Option<String>),
    entry: Option<BookEntry>,
    verdict: &Verdict,
) -> (BankSigningAnswer, Option<BookEntry>) {
    let subject = application.clone();
    let mut answer =
        BankSigningAnswer { application, decision, reason, agreement_number: None, effective: None, expiry: None };
    if decision == Decision::Refused {
        return (answer, entry);
    }
    let expiry = match verdict {
        Verdict::Agree { terms: Terms::Until(last) } => Some(*last),
        _ => None,
    };
    let (number, today) = (agreement_number(desk, &subject), desk.moment.time.date());
    answer.agreement_number = Some(number.clone());
    answer.effective = Some(today.to_string());
    answer.expiry = expiry.map(|last| last.to_string());
    let signed = |entry| BookEntry { agreement_number: Some(number), effective: Some(today), expiry, ..entry };
    (answer, entry.map(signed))
}

/// The entry, decided now.
pub(in crate::party) fn decided(entry: BookEntry, standing: Standing, time: Time) -> BookEntry {
    BookEntry { standing, decided_at: Some(time), ..entry }
}

const fn standing(decision: Decision) -> Standing {
    match decision {
        Decision::Agreed => Standing::Agreed,
        Decision::Refused => Standing::Refused,
    }
}

/// The agreement that a request wants ended, or why it cannot be.
fn to_end(asked: &AgreementEndRequest, known: Option<BookEntry>, time: Time) -> Result<BookEntry, String> {
    let entry = known.ok_or_else(|| format!("没有业务编号为「{}」的协议", asked.application))?;
    if entry.agreement_number.as_ref() != Some(&asked.agreement_number) {
        return Err(format!("协议编号「{}」与业务编号「{}」不符", asked.agreement_number, asked.application));
    }
    in_force(entry, time)
}

/// The entry, where its agreement is in force; else a sentence that says how it stands.
pub(in crate::party) fn in_force(entry: BookEntry, time: Time) -> Result<BookEntry, String> {
    if entry.in_force(time) {
        return Ok(entry);
    }
    let application = &entry.application;
    Err(match entry.standing {
        Standing::Agreed => format!("业务编号为「{application}」的协议已到期"),
        Standing::Asked | Standing::Refused | Standing::Ended => {
            format!("业务编号为「{application}」的协议{}，不在有效状态", entry.standing.chinese())
        }
    })
}

/// A number in the bank's own form (AGR-09), not in use in its books.
fn agreement_number(desk: Desk<'_>, subject: &str) -> String {
    let entity = desk.entity(subject);
    let draw = (desk.moment.draws, "agreement-number", entity.as_str());
    let today = desk.moment.time.date();
    desk.view.number(draw, 999_999_999, |digits| {
        if desk.party.id().as_str() == "boc" {
            format!("BOCBX{digits:09}")
        } else {
            format!("HGB{:04}{:02}{:02}{digits:09}", today.year(), today.month(), today.day())
        }
    })
}
