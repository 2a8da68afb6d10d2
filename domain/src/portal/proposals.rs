//! What people do to proposals: 投保, 暂存, 修改, 提交, 删除, 撤销, and the page that each opens (CGO-01 .. CGO-17).
//!
//! Every refusal changes nothing.

use std::sync::Arc;

use super::{
    Attachment, Changes, Done, Opening, Permission, Portal, ProposalEntry, RecordId, SessionId,
    cover::{self, OpenCover},
    draft::{Draft, Note, not_in_this_state},
    proposal::{Event, Proposal, State},
    session::{CardIdentity, Session},
};
use crate::{
    Moment,
    cover::SpecialTerm,
    directory::Enterprise,
    form::{self, Context, Filled, Origin},
    life_cycle,
    message::{
        Body, MessageId,
        cargo::{AttachmentData, ProposalSubmission, SpecialTermData, WithdrawalRequest},
    },
    refusal::{self, Refusal},
};

const SAVED: &str = "暂存成功";
const SENT: &str = "投保请求发送成功";
const CHANGED: &str = "修改成功";
const DELETED: &str = "删除成功";
const WITHDRAWAL_SENT: &str = "撤销请求发送成功";
const LOCKED: &str = "不可修改";

/// A button above a list acts on the one selected row (UI-07).
pub(super) fn one(selected: &[RecordId]) -> Result<&RecordId, Refusal> {
    match selected {
        [id] => Ok(id),
        _ => Err(Refusal::new(refusal::SELECTION, &[])),
    }
}

/// What was entered, read.
struct Entered {
    form: Arc<Filled>,
    special_terms: Arc<[SpecialTermData]>,
    attachments: Arc<[Attachment]>,
}

/// Whether all of it must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Draft,
}

/// An act of a person: who, when, and with which card.
struct By<'a> {
    session: &'a SessionId,
    kept: &'a Session,
    card: &'a CardIdentity,
    moment: Moment<'a>,
}

impl Portal {
    /// What the page of a proposal shows when it opens.
    ///
    /// # Errors
    /// As any act of this session; K2201 unless one row is selected; K1012, K2101 for one that cannot be opened so.
    pub fn open_proposal(&self, session: &SessionId, opening: &Opening) -> Result<ProposalEntry, Refusal> {
        let (kept, _) = self.admit(session, Permission::CargoProposals, None)?;
        let scope = self.scope(&kept.owner);
        let account = self.enterprise(&kept.owner)?;
        let entry = |fields, terms: &[SpecialTermData], attachments: &[Attachment]| ProposalEntry {
            fields,
            special_terms: terms.iter().map(|t| (t.name.clone(), t.content.clone())).collect(),
            attachments: attachments.to_vec(),
        };
        match opening {
            Opening::Cover(selected) => {
                let cover = scope.record::<OpenCover>(one(selected)?)?;
                in_force(cover)?;
                let fields = self.rules.proposal_form.open(account, Some(&cover.terms));
                Ok(entry(fields, &cover.data.special_terms, &[]))
            }
            Opening::Proposal(selected) => {
                let proposal = scope.record::<Proposal>(one(selected)?)?;
                self.takes(proposal, Event::Change)?;
                let fields = proposal.form.typed();
                Ok(entry(fields, &proposal.special_terms, &proposal.attachments))
            }
            Opening::Policy(selected) => {
                let policy = scope.record::<Proposal>(one(selected)?)?;
                if policy.state != State::InForce {
                    return Err(Refusal::new(refusal::STATE, &[policy.state.page_text(), "复制"]).citing(&["CGO-17"]));
                }
                let cover = scope.record::<OpenCover>(&policy.cover)?;
                let mut fields = self.rules.proposal_form.open(account, Some(&cover.terms));
                fields.extend(policy.form.copied());
                Ok(entry(fields, &policy.special_terms, &policy.attachments))
            }
        }
    }

    /// 暂存 and 提交 of a new proposal.
    pub(super) fn new_proposal(
        &self,
        session: &SessionId,
        (cover, entry, submit): (Vec<RecordId>, ProposalEntry, bool),
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::CargoProposals, Some(moment.time))?;
        let by = By { session, kept, card, moment };
        let scope = self.scope(&kept.owner);
        let cover = scope.record::<OpenCover>(one(&cover)?)?;
        let extent = if submit { Extent::Whole } else { Extent::Draft };
        if submit {
            in_force(cover)?;
        }
        let entered = self.read(&by, cover, &entry, None, extent)?;
        let id = self.free_id(&format!("{}/{}/{:?}", kept.owner, cover.id, entered.form), moment);
        let mut draft = Draft::new(self, moment);
        draft.put(Proposal {
            id: id.clone(),
            owner: kept.owner.clone(),
            revision: 0,
            state: State::New,
            cover: cover.id.clone(),
            insurer: cover.insurer.clone(),
            form: entered.form,
            special_terms: entered.special_terms,
            attachments: entered.attachments,
            sent: None,
            made_at: moment.time,
            submitted_at: None,
            submission: 0,
            submitted: MessageId::new(""),
            withdrawal: MessageId::new(""),
            number: None,
            premium: None,
            premium_due: None,
            payment: None,
            policy_number: None,
            in_force_at: None,
            message: MessageId::new(""),
            first_sent: None,
            failure: None,
            log_rows: 0,
            deadline: None,
        });
        if submit {
            self.submit(draft, &by, cover, &id, |_| {})
        } else {
            self.simply(draft, &by, &id, Event::Save, SAVED)
        }
    }

    /// 修改, kept or sent.
    pub(super) fn change_proposal(
        &self,
        session: &SessionId,
        (selected, entry, submit): (Vec<RecordId>, ProposalEntry, bool),
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::CargoProposals, Some(moment.time))?;
        let by = By { session, kept, card, moment };
        let scope = self.scope(&kept.owner);
        let proposal = scope.record::<Proposal>(one(&selected)?)?;
        let event = if submit { Event::Submit } else { Event::Change };
        self.takes(proposal, event)?;
        let cover = scope.record::<OpenCover>(&proposal.cover)?;
        if submit {
            in_force(cover)?;
        }
        // What was sent once stays whole, also where it is only kept.
        let extent = if submit || proposal.state != State::Draft { Extent::Whole } else { Extent::Draft };
        let entered = self.read(&by, cover, &entry, Some(proposal), extent)?;
        let mut draft = Draft::new(self, moment);
        let tell = |proposal: &mut Proposal| {
            proposal.form = entered.form;
            proposal.special_terms = entered.special_terms;
            proposal.attachments = entered.attachments;
        };
        if submit {
            return self.submit(draft, &by, cover, &proposal.id, tell);
        }
        if draft.happen_with::<Proposal>(&proposal.id, event, Note::default(), tell).is_none() {
            return Err(not_in_this_state::<Proposal>(self, proposal.state, event));
        }
        Ok(self.done(draft, &by, &proposal.id, CHANGED))
    }

    /// 删除
    pub(super) fn delete_proposal(
        &self,
        session: &SessionId,
        selected: &[RecordId],
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::CargoProposals, Some(moment.time))?;
        let by = By { session, kept, card, moment };
        let id = self.scope(&kept.owner).record::<Proposal>(one(selected)?)?.id.clone();
        self.simply(Draft::new(self, moment), &by, &id, Event::Delete, DELETED)
    }

    /// 撤销
    pub(super) fn withdraw_proposal(
        &self,
        session: &SessionId,
        selected: &[RecordId],
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::CargoProposals, Some(moment.time))?;
        let by = By { session, kept, card, moment };
        let proposal = self.scope(&kept.owner).record::<Proposal>(one(selected)?)?;
        let id = proposal.id.clone();
        let mut draft = Draft::new(self, moment);
        if draft.happen::<Proposal>(&id, Event::Withdraw, Note::by_card(&card.card_number)).is_none() {
            return Err(not_in_this_state::<Proposal>(self, proposal.state, Event::Withdraw));
        }
        let body = WithdrawalRequest {
            application: id.as_str().to_owned(),
            proposal_number: proposal.number.clone().unwrap_or_default(),
        };
        // How many log lines there are tells one withdrawal of a proposal from another.
        let name = ("withdrawal", proposal.log_rows);
        draft.request::<Proposal>(&id, name, proposal.insurer.clone(), Body::WithdrawalRequested(body));
        if let Some(mut record) = draft.record::<Proposal>(&id).cloned() {
            record.withdrawal = record.message.clone();
            draft.put(record);
        }
        Ok(self.done(draft, &by, &id, WITHDRAWAL_SENT))
    }

    /// An event and nothing else.
    fn simply(
        &self,
        mut draft: Draft<'_>,
        by: &By<'_>,
        id: &RecordId,
        event: Event,
        prompt: &str,
    ) -> Result<(Done, Changes), Refusal> {
        let state = draft.record::<Proposal>(id).map_or(State::New, |p| p.state);
        if draft.happen::<Proposal>(id, event, Note::by_card(&by.card.card_number)).is_none() {
            return Err(not_in_this_state::<Proposal>(self, state, event));
        }
        Ok(self.done(draft, by, id, prompt))
    }

    fn done(&self, mut draft: Draft<'_>, by: &By<'_>, id: &RecordId, prompt: &str) -> (Done, Changes) {
        self.refresh(by.session, by.kept, by.moment, &mut draft.changes);
        (Done { record: Some(id.clone()), prompt: prompt.into() }, draft.changes)
    }

    /// 提交: the proposal as it stands in the draft goes to the insurer; what an earlier one brought is forgotten.
    fn submit(
        &self,
        mut draft: Draft<'_>,
        by: &By<'_>,
        cover: &OpenCover,
        id: &RecordId,
        tell: impl FnOnce(&mut Proposal),
    ) -> Result<(Done, Changes), Refusal> {
        let state = draft.record::<Proposal>(id).map_or(State::New, |p| p.state);
        let now = by.moment.time;
        let sent = draft.happen_with::<Proposal>(id, Event::Submit, Note::by_card(&by.card.card_number), |proposal| {
            tell(proposal);
            proposal.submission += 1;
            proposal.submitted_at = Some(now);
            proposal.sent = Some((
                Arc::clone(&proposal.form),
                Arc::clone(&proposal.special_terms),
                Arc::clone(&proposal.attachments),
            ));
            // A withdrawal of what was submitted before is no withdrawal of this.
            proposal.withdrawal = MessageId::new("");
            (proposal.premium, proposal.premium_due) = (None, None);
        });
        let (Some(_), Some(proposal)) = (sent, draft.record::<Proposal>(id)) else {
            return Err(not_in_this_state::<Proposal>(self, state, Event::Submit));
        };
        let submission = proposal.submission;
        let body = ProposalSubmission {
            application: id.as_str().to_owned(),
            submission: submission.to_string(),
            open_cover: cover.data.number.clone(),
            insurer: self.directory.name_of(&cover.insurer),
            line: cover.terms.line.chinese().to_owned(),
            submitted_at: now.rfc3339(),
            form: proposal.form.to_wire(),
            special_terms: proposal.special_terms.to_vec(),
            attachments: proposal.attachments.iter().map(travelling).collect(),
        };
        let insurer = cover.insurer.clone();
        let name = ("submission", u64::from(submission));
        draft.request::<Proposal>(id, name, insurer, Body::ProposalSubmitted(body));
        if let Some(mut record) = draft.record::<Proposal>(id).cloned() {
            record.submitted = record.message.clone();
            draft.put(record);
        }
        Ok(self.done(draft, by, id, SENT))
    }

    /// Whether the table takes a person's act.
    fn takes(&self, proposal: &Proposal, event: Event) -> Result<(), Refusal> {
        match life_cycle::next(&self.rules.proposal, proposal.state, event) {
            Some(_) => Ok(()),
            None => Err(not_in_this_state::<Proposal>(self, proposal.state, event)),
        }
    }

    /// What was entered, all of it checked, and all that is wrong told at once.
    fn read(
        &self,
        by: &By<'_>,
        cover: &OpenCover,
        entry: &ProposalEntry,
        changed: Option<&Proposal>,
        extent: Extent,
    ) -> Result<Entered, Refusal> {
        let account = self.enterprise(&by.kept.owner)?;
        let form = &self.rules.proposal_form;
        let mut fields = entry.fields.clone();
        let mut wrong: Vec<Refusal> = Vec::new();
        wrong.extend(locked(form, &fields, account, changed));
        form.bind(&mut fields, account);
        let context = Context { directory: &self.directory, tables: &self.tables, cover: Some(&cover.terms) };
        let filled = match extent {
            Extent::Whole => form.read(&fields, &context),
            Extent::Draft => form.read_draft(&fields, &context),
        };
        let rows: Vec<SpecialTerm> = entry
            .special_terms
            .iter()
            .map(|(name, content)| SpecialTerm { name: name.clone(), content: content.clone() })
            .collect();
        wrong.extend(form::special_terms(&rows).err());
        let files: Vec<form::Attachment> = entry
            .attachments
            .iter()
            .map(|a| form::Attachment { name: a.name.clone(), bytes: a.content.len() as u64 })
            .collect();
        wrong.extend(form::attachments(&files).err());
        match (filled, wrong.is_empty()) {
            (Ok(filled), true) => Ok(Entered {
                form: Arc::new(filled),
                special_terms: rows
                    .into_iter()
                    .map(|t| SpecialTermData { name: t.name.trim().to_owned(), content: t.content.trim().to_owned() })
                    .collect(),
                attachments: entry.attachments.as_slice().into(),
            }),
            (filled, _) => Err(together(wrong.into_iter().chain(filled.err()))),
        }
    }
}

/// Fields that nobody may type anything else into: the account's own, and in 修改 those of CGO-12.
pub(super) fn locked(
    form: &form::Form,
    typed: &super::Typed,
    account: &Enterprise,
    changed: Option<&Proposal>,
) -> Option<Refusal> {
    let mut refusal = Refusal::new(refusal::FORM, &[]);
    if changed.is_some() {
        refusal.cite(&["CGO-12"]);
    }
    for rule in &form.fields {
        let kept = changed.map(|proposal| proposal.form.get(rule.key)).filter(|text| rule.locked && !text.is_empty());
        let own = match (rule.origin, kept) {
            (Origin::Account(part), _) => part.of(account),
            (_, Some(kept)) => kept.to_owned(),
            (_, None) => continue,
        };
        let typed = typed.get(rule.name).map(|text| text.trim()).unwrap_or_default();
        // A draft's blank is no other text; what was sent cannot be blanked.
        if typed != own && (kept.is_some() || !typed.is_empty()) {
            refusal.fields.insert(rule.name.to_owned(), LOCKED.into());
            refusal.cite(rule.requirements);
        }
    }
    (!refusal.fields.is_empty()).then_some(refusal)
}

/// OPC-06: 有效 on the day of 提交.
fn in_force(cover: &OpenCover) -> Result<(), Refusal> {
    match cover.state {
        cover::State::Added | cover::State::Changed => Ok(()),
        cover::State::New | cover::State::Ended | cover::State::Expired => {
            Err(Refusal::new(refusal::COVER_NOT_VALID, &[&cover.data.number]))
        }
    }
}

/// Several refusals of one page as one, the first hint at a field before the others.
pub(super) fn together(refusals: impl Iterator<Item = Refusal>) -> Refusal {
    let mut all = Refusal::new(refusal::FORM, &[]);
    for refusal in refusals {
        all.cite(&refusal.requirements);
        for (field, hint) in refusal.fields {
            all.fields.entry(field).or_insert(hint);
        }
    }
    all
}

/// A file as it travels.
fn travelling(file: &Attachment) -> AttachmentData {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let sha256 = file.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    AttachmentData { name: file.name.clone(), sha256, content: STANDARD.encode(&file.content) }
}
