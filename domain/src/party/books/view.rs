//! The books as they will be once the changes so far are applied: what one turn reads while it writes.

use super::{Account, BookEntry, Books, CoverEntry, LedgerEntry, Page, ProposalEntry, RefundEntry, RequestEntry};
use crate::{Draws, Moment};

/// Books and the pages that are to be put into them.
#[derive(Clone, Copy)]
pub(in crate::party) struct View<'a> {
    books: &'a Books,
    pages: &'a [Page],
}

/// A thousand draws in a row that are all taken are no accident but a source that always says the same.
const DRAWS: u64 = 1_000;

impl<'a> View<'a> {
    /// `pages` over `books`.
    pub(in crate::party) const fn of(books: &'a Books, pages: &'a [Page]) -> Self {
        Self { books, pages }
    }

    /// The newest of `pages` that `pick` takes, else what the books have.
    fn newest<T>(self, pick: impl Fn(&'a Page) -> Option<&'a T>, known: Option<&'a T>) -> Option<&'a T> {
        self.pages.iter().rev().find_map(pick).or(known)
    }

    /// A signing, by the portal's number.
    pub(in crate::party) fn agreement(self, application: &str) -> Option<&'a BookEntry> {
        let pick = |page: &'a Page| match page {
            Page::Agreement(e) if e.application == application => Some(e),
            _ => None,
        };
        self.newest(pick, self.books.agreements.get(application))
    }

    /// A signing, by the bank's own 协议编号.
    pub(in crate::party) fn agreement_numbered(self, number: &str) -> Option<&'a BookEntry> {
        let pick = |page: &'a Page| match page {
            Page::Agreement(e) if e.agreement_number.as_deref() == Some(number) => Some(e),
            _ => None,
        };
        let known = self.books.by_agreement.get(number).and_then(|of| self.books.agreements.get(of));
        self.newest(pick, known)
    }

    /// A request for an open cover, by the portal's number.
    pub(in crate::party) fn request(self, application: &str) -> Option<&'a RequestEntry> {
        let pick = |page: &'a Page| match page {
            Page::Request(e) if e.application == application => Some(e),
            _ => None,
        };
        self.newest(pick, self.books.requests.get(application))
    }

    /// An open cover, by the insurer's number.
    pub(in crate::party) fn cover(self, number: &str) -> Option<&'a CoverEntry> {
        let pick = |page: &'a Page| match page {
            Page::Cover(e) if e.terms.number == number => Some(&**e),
            _ => None,
        };
        self.newest(pick, self.books.covers.get(number))
    }

    /// A proposal, by the portal's number.
    pub(in crate::party) fn proposal(self, application: &str) -> Option<&'a ProposalEntry> {
        let pick = |page: &'a Page| match page {
            Page::Proposal(e) if e.application == application => Some(&**e),
            _ => None,
        };
        self.newest(pick, self.books.proposals.get(application))
    }

    /// The proposal that took the premium of a payment.
    pub(in crate::party) fn paid_with(self, payment: &str) -> Option<&'a ProposalEntry> {
        let pick = |page: &'a Page| match page {
            Page::Proposal(e) if e.received.as_ref().is_some_and(|r| r.payment == payment) => Some(&**e),
            _ => None,
        };
        let known = self.books.premiums.get(payment).and_then(|of| self.books.proposals.get(of));
        self.newest(pick, known)
    }

    /// A payment order, by 支付流水号.
    pub(in crate::party) fn order(self, payment: &str) -> Option<&'a LedgerEntry> {
        let pick = |page: &'a Page| match page {
            Page::Order(e) if e.payment == payment => Some(&**e),
            _ => None,
        };
        self.newest(pick, self.books.orders.get(payment))
    }

    /// Whether the bank has said of a payment order that it never saw it.
    pub(in crate::party) fn is_voided(self, payment: &str) -> bool {
        self.books.voided.contains(payment)
            || self.pages.iter().any(|page| matches!(page, Page::Voided(of) if of == payment))
    }

    /// An account, by its number.
    pub(in crate::party) fn account(self, number: &str) -> Option<&'a Account> {
        let pick = |page: &'a Page| match page {
            Page::Account(a) if a.number() == number => Some(a),
            _ => None,
        };
        self.newest(pick, self.books.accounts.get(number))
    }

    /// A refund, by 支付流水号.
    pub(in crate::party) fn refund(self, payment: &str) -> Option<&'a RefundEntry> {
        let pick = |page: &'a Page| match page {
            Page::Refund(e) if e.payment == payment => Some(e),
            _ => None,
        };
        self.newest(pick, self.books.refunds.get(payment))
    }

    fn has_given(self, number: &str) -> bool {
        let page = |page: &Page| page.numbers().into_iter().flatten().any(|given| given == number);
        self.books.numbers.contains(number) || self.pages.iter().any(page)
    }

    /// A number that these books have not given out yet: the first that is free among those that `form` makes of draws
    /// of whole numbers up to `most`.
    pub(in crate::party) fn number(
        self,
        (draws, purpose, entity): (&dyn Draws, &str, &str),
        most: u64,
        form: impl Fn(u64) -> String,
    ) -> String {
        let mut count = 0;
        loop {
            let number = form(draws.between(purpose, entity, count, 0, most));
            if !self.has_given(&number) || count == DRAWS {
                return number;
            }
            count += 1;
        }
    }

    /// A number in the form that most of ours have: a prefix, the day and twelve digits.
    pub(in crate::party) fn dated_number(
        self,
        prefix: &str,
        purpose: &str,
        entity: &str,
        moment: Moment<'_>,
    ) -> String {
        let day = moment.time.date().strftime("%Y%m%d").to_string();
        self.number((moment.draws, purpose, entity), 999_999_999_999, |n| format!("{prefix}{day}{n:012}"))
    }
}
