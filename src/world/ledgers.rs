//! What the parties' books of the cargo line hold at the end, as evidence: copied out, never judged.

use domain::{
    directory::PartyId,
    party::{CoverEntry, CoverStanding, LedgerStanding, Party, RefundStanding},
};

use crate::evidence::{AccountLine, CoverLine, Evidence, LedgerLine, ProposalLine, RefundLine};

/// Adds the lines of one party.
pub fn write_down(id: &PartyId, party: &Party, evidence: &mut Evidence) {
    evidence.covers.extend(covers(id, party));
    evidence.proposals.extend(proposals(id, party));
    evidence.ledger.extend(ledger(id, party));
    evidence.accounts.extend(party.accounts().map(|account| AccountLine {
        party: id.clone(),
        account: account.number().to_owned(),
        had: account.paid_in().to_string(),
        has: account.balance().to_string(),
    }));
    evidence.refunds.extend(refunds(id, party));
}

/// Those that the portal was to learn of.
fn covers(id: &PartyId, party: &Party) -> impl Iterator<Item = CoverLine> {
    let told = |cover: &&CoverEntry| matches!(cover.standing, CoverStanding::Signed | CoverStanding::Ended);
    party.covers().filter(told).map(|cover| CoverLine {
        party: id.clone(),
        number: cover.terms.number.clone(),
        uscc: cover.terms.uscc.to_string(),
        ended: cover.standing == CoverStanding::Ended,
        ends: cover.terms.ends.clone(),
        rate: cover.terms.rate.clone(),
        minimum_premium: cover.terms.minimum_premium.to_string(),
    })
}

fn proposals(id: &PartyId, party: &Party) -> impl Iterator<Item = ProposalLine> {
    party.proposals().map(|entry| ProposalLine {
        party: id.clone(),
        application: entry.application.clone(),
        standing: entry.standing,
        submission: entry.submission.to_string(),
        insured: entry.insured_amount.map(|sum| sum.to_string()).unwrap_or_default(),
        rate: entry.rate.map(|rate| rate.to_string()).unwrap_or_default(),
        premium: entry.issue.map(|issue| issue.premium.to_string()),
        due: entry.issue.map(|issue| issue.due.to_string()),
        proposal_number: entry.proposal_number.clone(),
        policy_number: entry.policy_number.clone(),
        received: entry.received.as_ref().map(|r| (r.amount.to_string(), r.payment.clone())),
    })
}

/// Orders that were debited; the others moved nothing.
fn ledger(id: &PartyId, party: &Party) -> impl Iterator<Item = LedgerLine> {
    party.ledger().filter(|entry| entry.standing == LedgerStanding::Debited).filter_map(|entry| {
        Some(LedgerLine {
            party: id.clone(),
            order: entry.payment.clone(),
            account: entry.account.clone(),
            amount: entry.amount.to_string(),
            number: entry.debit.clone().unwrap_or_default(),
            at: entry.decided_at?,
        })
    })
}

fn refunds(id: &PartyId, party: &Party) -> impl Iterator<Item = RefundLine> {
    party.refunds().filter(|entry| entry.standing == RefundStanding::Refunded).map(|entry| RefundLine {
        party: id.clone(),
        payment: entry.payment.clone(),
        debit: entry.debit.clone(),
        account: entry.account.clone(),
        amount: entry.amount.to_string(),
    })
}
