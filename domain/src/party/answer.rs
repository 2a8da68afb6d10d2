//! The answers that a party gives, and what giving them does to its books.
//!
//! An answer is made when it leaves, not when its request came: 协议生效时间 is the day of the answer, and whether
//! an agreement can still be ended is judged at the end of the delay.

use super::{
    Party,
    books::{BookEntry, Standing},
    plan::Verdict,
};
use crate::{
    Moment, Time,
    message::{
        AgreementEndAnswer, AgreementEndRequest, BankSigningAnswer, Body, Decision, InsurerSigningAnswer, Message,
    },
};

/// What stands in an answer when the script gives no reason: the field is never empty.
const NO_REASON: &str = "未说明原因";

/// `reason`, or words that say that there is none.
pub(super) fn reason_or_none(reason: &str) -> String {
    if reason.is_empty() { NO_REASON.to_owned() } else { reason.to_owned() }
}

/// The answer to `request` and the book entry after it; `known` is the entry before. None where there is nothing to
/// answer.
pub(super) fn reply(
    party: &Party,
    request: &Message,
    verdict: &Verdict,
    known: Option<BookEntry>,
    moment: Moment<'_>,
) -> Option<(Body, Option<BookEntry>)> {
    let (decision, reason) = match verdict {
        // Nonsense is a friendly answer, broken on its way out: there has to be something to break.
        Verdict::Agree { .. } | Verdict::Nonsense => (Decision::Agreed, None),
        Verdict::Refuse { reason } => (Decision::Refused, Some(reason_or_none(reason))),
        Verdict::Silent => return None,
    };
    let application = request.subject.clone();
    match &request.body {
        Body::InsurerSigningRequested(_) => {
            let entry = known.map(|known| decided(known, standing(decision), moment.time));
            Some((Body::InsurerSigningAnswered(InsurerSigningAnswer { application, decision, reason }), entry))
        }
        Body::BankSigningRequested(_) => {
            let mut answer = BankSigningAnswer {
                application,
                decision,
                reason,
                agreement_number: None,
                effective: None,
                expiry: None,
            };
            let mut entry = known.map(|known| decided(known, standing(decision), moment.time));
            if decision == Decision::Agreed {
                let expiry = verdict.expiry();
                let (number, today) = (agreement_number(party, &request.subject, moment), moment.time.date());
                answer.agreement_number = Some(number.clone());
                answer.effective = Some(today.to_string());
                answer.expiry = expiry.map(|last| last.to_string());
                entry = entry.map(|entry| BookEntry {
                    agreement_number: Some(number),
                    effective: Some(today),
                    expiry,
                    ..entry
                });
            }
            Some((Body::BankSigningAnswered(answer), entry))
        }
        Body::AgreementEndRequested(asked) => {
            let (reason, entry) = match (reason, to_end(asked, known, moment.time)) {
                (Some(refused), _) => (Some(refused), None),
                (None, Ok(entry)) => (None, Some(decided(entry, Standing::Ended, moment.time))),
                (None, Err(impossible)) => (Some(impossible), None),
            };
            let decision = if reason.is_some() { Decision::Refused } else { Decision::Agreed };
            Some((Body::AgreementEndAnswered(AgreementEndAnswer { application, decision, reason }), entry))
        }
        _ => None,
    }
}

/// The entry, decided now.
pub(super) fn decided(entry: BookEntry, standing: Standing, time: Time) -> BookEntry {
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
pub(super) fn in_force(entry: BookEntry, time: Time) -> Result<BookEntry, String> {
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
fn agreement_number(party: &Party, subject: &str, moment: Moment<'_>) -> String {
    let entity = party.entity(subject);
    let mut count = 0;
    loop {
        let digits = moment.draws.between("agreement-number", &entity, count, 0, 999_999_999);
        let number = if party.id().as_str() == "boc" {
            format!("BOCBX{digits:09}")
        } else {
            let today = moment.time.date();
            format!("HGB{:04}{:02}{:02}{digits:09}", today.year(), today.month(), today.day())
        };
        let taken = party.books.values().any(|entry| entry.agreement_number.as_ref() == Some(&number));
        // A thousand draws in a row that are all taken is no accident but a source that always says the same.
        if !taken || count == 1_000 {
            return number;
        }
        count += 1;
    }
}
