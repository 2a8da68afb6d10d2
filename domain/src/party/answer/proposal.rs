//! An insurer's answers about a proposal: 数据审核, 核保, 人工复核, 撤销 (CGO-10, CGO-13, CGO-14).

use super::{Desk, Said, decision};
use crate::{
    message::{
        Body, Decision,
        cargo::{DataCheck, ProposalSubmission, Underwriting, WithdrawalAnswer, WithdrawalRequest},
    },
    party::{
        books::{Issue, Page, ProposalEntry, ProposalStanding, submission_number},
        cover_check,
        outcome::{Point, Terms},
        plan::{Plan, Verdict},
    },
};

/// Longest reason that 数据审核结果 holds, in characters.
const REASONS: usize = 500;

/// The answer that is due at `plan.point`. None for a submission that a newer one has replaced, and for a proposal that
/// is no longer where that point decides: taken back, above all.
pub(super) fn reply(desk: Desk<'_>, submitted: &ProposalSubmission, plan: &Plan) -> Option<Said> {
    use ProposalStanding::{AwaitingUnderwriting, Received, Referred, Withdrawn};
    let entry = desk.view.proposal(&submitted.application)?;
    if entry.submission != submission_number(submitted) || entry.standing == Withdrawn {
        return None;
    }
    // Who changes its mind does so wherever the proposal stands meanwhile.
    let stands = |at| plan.follows || entry.standing == at;
    match plan.point {
        Point::DataCheck if stands(Received) => checked(desk, submitted, entry, plan),
        Point::Underwriting if stands(AwaitingUnderwriting) => underwritten(desk, submitted, entry, plan),
        Point::Review if stands(Referred) => reviewed(desk, submitted, entry, plan),
        _ => None,
    }
}

fn page(desk: Desk<'_>, standing: ProposalStanding, entry: ProposalEntry) -> Vec<Page> {
    vec![Page::Proposal(Box::new(ProposalEntry { standing, decided_at: Some(desk.moment.time), ..entry }))]
}

/// 数据审核: a yes only for what agrees with the open cover. 核保 follows it.
fn checked(desk: Desk<'_>, submitted: &ProposalSubmission, entry: &ProposalEntry, plan: &Plan) -> Option<Said> {
    let (_, scripted) = decision(&plan.verdict)?;
    let found = || cover_check::objections(desk.view, submitted, desk.moment.time.date());
    let reason = scripted.or_else(|| Some(found().join("；")).filter(|all| !all.is_empty()));
    let application = submitted.application.clone();
    if let Some(reason) = reason {
        let reason = Some(reason.chars().take(REASONS).collect());
        let answer = DataCheck { application, decision: Decision::Refused, reason, proposal_number: None };
        let pages = page(desk, ProposalStanding::CheckFailed, entry.clone());
        return Some(Said { body: Some(Body::DataChecked(answer)), pages, next: None });
    }
    let number = entry
        .proposal_number
        .clone()
        .unwrap_or_else(|| desk.view.dated_number("T", "proposal-number", &desk.entity(&application), desk.moment));
    let proposal_number = Some(number);
    let answer =
        DataCheck { application, decision: Decision::Agreed, reason: None, proposal_number: proposal_number.clone() };
    let body = Some(Body::DataChecked(answer));
    // Said once more after a spoilt one: the proposal is on its way already.
    if !matches!(entry.standing, ProposalStanding::Received | ProposalStanding::CheckFailed) {
        return Some(Said { body, ..Said::default() });
    }
    let entry = ProposalEntry { proposal_number, ..entry.clone() };
    let pages = page(desk, ProposalStanding::AwaitingUnderwriting, entry);
    Some(Said { body, pages, next: Some(Point::Underwriting) })
}

/// 核保: a yes only up to 单次限额 of the open cover; all else is a person's to look at.
fn underwritten(desk: Desk<'_>, submitted: &ProposalSubmission, entry: &ProposalEntry, plan: &Plan) -> Option<Said> {
    let (_, scripted) = decision(&plan.verdict)?;
    let (answer, issue) = match scripted.or_else(|| cover_check::beyond_authority(desk.view, entry)) {
        Some(reason) => (declined(submitted, reason), None),
        None => issued(desk, submitted, entry, plan)?,
    };
    let (standing, next) = match issue {
        Some(_) => (ProposalStanding::Issued, None),
        // Said once more after a spoilt one: a person looks at it already.
        None if entry.standing == ProposalStanding::Referred => (ProposalStanding::Referred, None),
        None => (ProposalStanding::Referred, Some(Point::Review)),
    };
    let pages = page(desk, standing, ProposalEntry { issue, ..entry.clone() });
    Some(Said { body: Some(Body::Underwritten(answer)), pages, next })
}

/// 人工复核: a person's word is the last, whatever the amount.
fn reviewed(desk: Desk<'_>, submitted: &ProposalSubmission, entry: &ProposalEntry, plan: &Plan) -> Option<Said> {
    let (_, scripted) = decision(&plan.verdict)?;
    let (answer, issue) = match scripted {
        Some(reason) => (declined(submitted, reason), None),
        None => issued(desk, submitted, entry, plan)?,
    };
    let standing = if issue.is_some() { ProposalStanding::Issued } else { ProposalStanding::Declined };
    let pages = page(desk, standing, ProposalEntry { issue, ..entry.clone() });
    Some(Said { body: Some(Body::Reviewed(answer)), pages, next: None })
}

fn declined(submitted: &ProposalSubmission, reason: String) -> Underwriting {
    Underwriting {
        application: submitted.application.clone(),
        decision: Decision::Refused,
        reason: Some(reason),
        premium: None,
        premium_due: None,
    }
}

/// The accepting answer with 保费 and 缴费截止日 (CGO-14); `None` where no premium can be worked out, which no proposal
/// that has passed 数据审核 comes to.
fn issued(
    desk: Desk<'_>,
    submitted: &ProposalSubmission,
    entry: &ProposalEntry,
    plan: &Plan,
) -> Option<(Underwriting, Option<Issue>)> {
    let premium = match plan.verdict {
        Verdict::Agree { terms: Terms::Premium(scripted) } => scripted,
        _ => cover_check::premium_of(desk.view, entry)?,
    };
    let term = jiff::Span::new().days(desk.party.settings.premium_term_days);
    let due = desk.moment.time.date().saturating_add(term);
    let answer = Underwriting {
        application: submitted.application.clone(),
        decision: Decision::Agreed,
        reason: None,
        premium: Some(premium),
        premium_due: Some(due.to_string()),
    };
    Some((answer, Some(Issue { premium, due })))
}

/// 撤销: a yes stops all that was still to be decided.
pub(super) fn withdrawn(desk: Desk<'_>, asked: &WithdrawalRequest, plan: &Plan) -> Option<Said> {
    let (_, scripted) = decision(&plan.verdict)?;
    let (reason, pages) = match (scripted, to_withdraw(desk, asked)) {
        (Some(reason), _) => (Some(reason), Vec::new()),
        (None, Ok(entry)) => (None, page(desk, ProposalStanding::Withdrawn, entry)),
        (None, Err(impossible)) => (Some(impossible), Vec::new()),
    };
    let decision = if reason.is_some() { Decision::Refused } else { Decision::Agreed };
    let answer = WithdrawalAnswer { application: asked.application.clone(), decision, reason };
    Some(Said { body: Some(Body::WithdrawalAnswered(answer)), pages, next: None })
}

/// The proposal, where it can be taken back; else a sentence that says why not. One that is back already can: the portal
/// may not have heard of it.
fn to_withdraw(desk: Desk<'_>, asked: &WithdrawalRequest) -> Result<ProposalEntry, String> {
    let WithdrawalRequest { application, proposal_number } = asked;
    let entry = desk.view.proposal(application).ok_or_else(|| format!("没有业务编号为「{application}」的投保单"))?;
    if entry.proposal_number.as_ref() != Some(proposal_number) {
        return Err(format!("投保单号「{proposal_number}」与业务编号「{application}」不符"));
    }
    match entry.standing {
        ProposalStanding::AwaitingUnderwriting
        | ProposalStanding::Referred
        | ProposalStanding::Issued
        | ProposalStanding::Declined
        | ProposalStanding::Withdrawn => Ok(entry.clone()),
        ProposalStanding::Received
        | ProposalStanding::CheckFailed
        | ProposalStanding::Paid
        | ProposalStanding::InForce => Err(format!("投保单{}，不能撤销", entry.standing.chinese())),
    }
}
