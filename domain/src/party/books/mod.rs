//! A party's own books: evidence for checks beside the portal's word.
//!
//! An entry is written by the party's own decisions alone, never to match what the portal believes; `Party::apply` is
//! the one place that writes. One file for each book.

mod account;
mod agreement;
mod cover;
mod ledger;
mod proposal;
mod refund;
mod request;
mod view;

use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    account::Account,
    agreement::{BookEntry, Standing},
    cover::{CoverEntry, CoverStanding},
    ledger::{LedgerEntry, LedgerStanding},
    proposal::{Issue, PremiumReceived, ProposalEntry, ProposalStanding},
    refund::{RefundEntry, RefundStanding},
    request::{RequestEntry, RequestStanding},
};
pub(super) use self::{proposal::submission_number, view::View};

/// An entry in its new form, for whichever book it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// A signing.
    Agreement(BookEntry),
    /// A request for an open cover.
    Request(RequestEntry),
    /// An open cover.
    Cover(Box<CoverEntry>),
    /// A proposal, or the policy that it has become.
    Proposal(Box<ProposalEntry>),
    /// A payment order.
    Order(Box<LedgerEntry>),
    /// 支付流水号 of a payment order that will never be taken over.
    Voided(String),
    /// An account.
    Account(Account),
    /// A refund.
    Refund(RefundEntry),
}

impl Page {
    /// The numbers in it that the party gave out itself.
    fn numbers(&self) -> [Option<&str>; 2] {
        match self {
            Self::Agreement(e) => [e.agreement_number.as_deref(), None],
            Self::Cover(e) => [Some(&e.terms.number), None],
            Self::Proposal(e) => [e.proposal_number.as_deref(), e.policy_number.as_deref()],
            Self::Order(e) => [e.debit.as_deref(), None],
            Self::Request(_) | Self::Voided(_) | Self::Account(_) | Self::Refund(_) => [None, None],
        }
    }
}

/// Every book of one party.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    pub(super) agreements: BTreeMap<String, BookEntry>,
    pub(super) requests: BTreeMap<String, RequestEntry>,
    pub(super) covers: BTreeMap<String, CoverEntry>,
    pub(super) proposals: BTreeMap<String, ProposalEntry>,
    pub(super) orders: BTreeMap<String, LedgerEntry>,
    voided: BTreeSet<String>,
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) refunds: BTreeMap<String, RefundEntry>,
    /// Numbers that were given out, those that were replaced since too.
    numbers: BTreeSet<String>,
    /// Which proposal took the premium of a payment, by 支付流水号.
    premiums: BTreeMap<String, String>,
    /// Which signing a bank's agreement number stands for.
    by_agreement: BTreeMap<String, String>,
}

impl Books {
    /// Writes an entry over the one before it.
    pub(super) fn put(&mut self, page: Page) {
        self.numbers.extend(page.numbers().into_iter().flatten().map(str::to_owned));
        match page {
            Page::Agreement(entry) => {
                if let Some(number) = &entry.agreement_number {
                    self.by_agreement.insert(number.clone(), entry.application.clone());
                }
                self.agreements.insert(entry.application.clone(), entry);
            }
            Page::Request(entry) => {
                self.requests.insert(entry.application.clone(), entry);
            }
            Page::Cover(entry) => {
                self.covers.insert(entry.terms.number.clone(), *entry);
            }
            Page::Proposal(entry) => {
                if let Some(premium) = &entry.received {
                    self.premiums.insert(premium.payment.clone(), entry.application.clone());
                }
                self.proposals.insert(entry.application.clone(), *entry);
            }
            Page::Order(entry) => {
                self.orders.insert(entry.payment.clone(), *entry);
            }
            Page::Voided(payment) => {
                self.voided.insert(payment);
            }
            Page::Account(account) => {
                self.accounts.insert(account.number().to_owned(), account);
            }
            Page::Refund(entry) => {
                self.refunds.insert(entry.payment.clone(), entry);
            }
        }
    }
}
