//! What became of one proposal between portal and insurer, as words told it: submissions, answers to each, withdrawal.

use std::collections::BTreeMap;

use domain::{
    Time,
    directory::PartyId,
    message::{
        Body, Decision, MessageId,
        cargo::{OpenCoverData, ProposalSubmission, Underwriting},
    },
};

use super::words::{Word, Words};
use crate::evidence::ProposalStanding as Standing;

/// A submission and how its answers have it.
pub struct Submission<'w> {
    /// The message.
    pub word: &'w Word<'w>,
    /// What it says.
    pub form: &'w ProposalSubmission,
    /// [`Standing::Received`] to [`Standing::Declined`].
    pub standing: Standing,
    /// 投保单号
    pub proposal_number: Option<&'w str>,
    /// The answer that issued it.
    pub issue: Option<&'w Underwriting>,
}

/// A proposal as one of the two knows it.
#[derive(Default)]
pub struct Told<'w> {
    /// Oldest first.
    pub submissions: Vec<Submission<'w>>,
    /// Whether a withdrawal was granted.
    pub withdrawn: bool,
    /// Answers in an order in which they make no sense: which, and what is wrong with it.
    pub disordered: Vec<(&'w Word<'w>, &'static str)>,
}

impl<'w> Told<'w> {
    /// As the answers were said (`words.said`) or heard (`words.heard`). Submissions are always as they were said.
    pub fn of(application: &str, answers: &'w [Word<'w>], words: &'w Words<'w>) -> Self {
        let mut told = Self::default();
        for word in &words.said {
            if let Some(Body::ProposalSubmitted(form)) = word.body()
                && form.application == application
            {
                let standing = Standing::Received;
                told.submissions.push(Submission { word, form, standing, proposal_number: None, issue: None });
            }
        }
        for word in answers.iter().filter(|w| w.sent.subject == application) {
            told.takes(word);
        }
        told
    }

    /// The newest submission.
    pub fn latest(&self) -> Option<&Submission<'w>> {
        self.submissions.last()
    }

    fn takes(&mut self, word: &'w Word<'w>) {
        let Some(body) = word.body() else { return };
        let answers =
            matches!(body, Body::DataChecked(_) | Body::Underwritten(_) | Body::Reviewed(_) | Body::PolicyEffected(_));
        if self.withdrawn && answers {
            self.disordered.push((word, "已经同意撤销的投保单又有了结果"));
            return;
        }
        match body {
            Body::WithdrawalAnswered(a) => self.withdrawn |= a.decision == Decision::Agreed,
            Body::DataChecked(a) => {
                let standing = chosen(a.decision, Standing::AwaitingUnderwriting, Standing::CheckFailed);
                self.answered(
                    word,
                    Standing::Received,
                    "同一次投保的数据审核了不止一次",
                    standing,
                    |s| {
                        s.proposal_number = a.proposal_number.as_deref();
                    },
                );
            }
            Body::Underwritten(a) => {
                let standing = chosen(a.decision, Standing::Issued, Standing::Referred);
                self.answered(
                    word,
                    Standing::AwaitingUnderwriting,
                    "没有通过数据审核，或已经核保，又给出核保结果",
                    standing,
                    |s| {
                        s.issue = Some(a).filter(|a| a.decision == Decision::Agreed);
                    },
                );
            }
            Body::Reviewed(a) => {
                let standing = chosen(a.decision, Standing::Issued, Standing::Declined);
                self.answered(
                    word,
                    Standing::Referred,
                    "没有转人工复核，或已经复核，又给出复核结果",
                    standing,
                    |s| {
                        s.issue = Some(a).filter(|a| a.decision == Decision::Agreed);
                    },
                );
            }
            _ => {}
        }
    }

    fn answered(
        &mut self,
        word: &'w Word<'w>,
        from: Standing,
        wrong: &'static str,
        to: Standing,
        change: impl FnOnce(&mut Submission<'w>),
    ) {
        let request: Option<&MessageId> = word.sent.correlation.as_ref();
        let Some(submission) = self.submissions.iter_mut().find(|s| Some(&s.word.sent.id) == request) else { return };
        if submission.standing != from {
            self.disordered.push((word, wrong));
        }
        submission.standing = to;
        change(submission);
    }
}

const fn chosen(decision: Decision, yes: Standing, no: Standing) -> Standing {
    match decision {
        Decision::Agreed => yes,
        Decision::Refused => no,
    }
}

/// Every proposal that was submitted, with its insurer.
pub fn all<'w>(words: &'w Words<'w>) -> BTreeMap<&'w str, &'w PartyId> {
    let submitted = words.said.iter().filter_map(|w| match w.body() {
        Some(Body::ProposalSubmitted(form)) => Some((form.application.as_str(), &w.sent.to)),
        _ => None,
    });
    submitted.collect()
}

/// The versions of an open cover that its insurer may have gone by from `from` to `until`: the one that it had told last,
/// and those that it told meanwhile. None of one that was not told, or had been ended by then.
pub fn cover_versions<'w>(
    words: &'w Words<'w>,
    insurer: &PartyId,
    number: &str,
    from: Time,
    until: Time,
) -> Vec<&'w OpenCoverData> {
    let mut versions = Vec::new();
    for (word, body) in words.said_by(insurer).filter(|(w, _)| w.sent.subject == number && w.at <= until) {
        match body {
            Body::OpenCoverAdded(data) | Body::OpenCoverChanged(data) => {
                if word.at <= from {
                    versions.clear();
                }
                versions.push(data);
            }
            Body::OpenCoverEnded(_) if word.at <= from => versions.clear(),
            _ => {}
        }
    }
    versions
}
