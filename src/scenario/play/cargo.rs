//! Steps of a person on the cargo line: pages opened and filled in, records sent, withdrawn, paid.
//!
//! A person who knows the fixtures by heart fills in what the page leaves blank; then comes what the step gives. What is
//! typed goes into the evidence as it was typed.

use std::time::Duration;

use domain::{
    Refusal,
    directory::PartyRole,
    form::AccountPart,
    portal::{Attachment, Command, Done, Opening, Page, ProposalEntry, Query, RecordId, Typed},
    refusal,
};

use super::{Named, Player, act::Success};
use crate::{
    evidence::{Entered, Happening},
    scenario::{
        catalogue::forms::{ByHeart, FormName},
        model::{CargoAct, Deed, Entry, Value},
    },
    world::{acts::Who, attachments},
};

const DAY: Duration = Duration::from_secs(86_400);
/// Which main coverage goes with a 运输方式 (CGO-01): the widest.
const MAIN_BY_MODE: [(&str, &str); 4] =
    [("海运", "一切险"), ("公路", "陆运一切险"), ("铁路", "陆运一切险"), ("空运", "航空运输一切险")];

impl Player<'_> {
    pub(super) fn cargo_outcome(&mut self, who: Who, act: &CargoAct) -> Result<Success, Refusal> {
        let on = self.selected(&act.on)?;
        match act.deed {
            Deed::RequestCover => {
                let mut fields = self.world.open_request(who)?;
                self.fill_blanks(who, FormName::Request, &mut fields, &act.entry, None);
                self.send(who, act, ProposalEntry { fields: fields.clone(), ..ProposalEntry::default() }, |_| {
                    Command::RequestOpenCover { fields }
                })
            }
            Deed::Insure | Deed::Save => {
                let mut entry = self.world.open_proposal(who, &Opening::Cover(on.clone()))?;
                self.fill_blanks(who, FormName::Proposal, &mut entry.fields, &act.entry, on.first());
                self.give(&mut entry, &act.entry);
                let cover = on;
                let saves = act.deed == Deed::Save;
                self.send(who, act, entry, |entry| {
                    if saves { Command::SaveProposal { cover, entry } } else { Command::Insure { cover, entry } }
                })
            }
            Deed::Change | Deed::Submit => {
                let mut entry = self.world.open_proposal(who, &Opening::Proposal(on.clone()))?;
                self.type_in(&mut entry.fields, &act.entry.fields);
                self.give(&mut entry, &act.entry);
                let proposal = on;
                let submits = act.deed == Deed::Submit;
                self.send(who, act, entry, |entry| {
                    if submits {
                        Command::SubmitProposal { proposal, entry }
                    } else {
                        Command::ChangeProposal { proposal, entry }
                    }
                })
            }
            Deed::Copy | Deed::CopyAndSave => {
                let mut entry = self.world.open_proposal(who, &Opening::Policy(on.clone()))?;
                let cover: Vec<RecordId> = self.cover_of_policy(who, on.first()).into_iter().collect();
                self.fill_blanks(who, FormName::Proposal, &mut entry.fields, &act.entry, cover.first());
                self.give(&mut entry, &act.entry);
                let saves = act.deed == Deed::CopyAndSave;
                self.send(who, act, entry, |entry| {
                    if saves { Command::SaveProposal { cover, entry } } else { Command::Insure { cover, entry } }
                })
            }
            Deed::Attach | Deed::Detach => {
                let mut entry = self.world.open_proposal(who, &Opening::Proposal(on.clone()))?;
                let names = act.entry.attachments.as_deref().unwrap_or_default();
                if act.deed == Deed::Attach {
                    entry.attachments.extend(names.iter().filter_map(|name| attachments::file(name)));
                } else {
                    entry.attachments.retain(|file| !names.contains(&file.name));
                }
                let kept = self.send(who, act, entry, |entry| Command::ChangeProposal { proposal: on, entry })?;
                // The file's own prompt comes before the page's.
                let prompt = if act.deed == Deed::Attach { "上传成功".to_owned() } else { kept.prompt };
                Ok(Success { prompt, ..kept })
            }
            Deed::Delete => self.confirmed(who, act, "是否确认删除?", Command::DeleteProposal { proposal: on }),
            Deed::Withdraw => self.confirmed(who, act, "是否确认撤销?", Command::WithdrawProposal { proposal: on }),
            Deed::QueryPayment => {
                let done = self.world.act(who, Command::QueryPayment { payment: on }, act.pin.as_deref())?;
                Ok(touched(who, done))
            }
            Deed::Pay | Deed::PayAgain => {
                let again = act.deed == Deed::PayAgain;
                let agreement = match &act.agreement {
                    Some(name) => self.selected(std::slice::from_ref(name))?.into_iter().next(),
                    None => self.offered(who, on.first()),
                };
                // Where the page offers none, the button is pressed with none chosen.
                let agreement = agreement.unwrap_or_else(|| RecordId::new(""));
                self.complete(who, Command::Pay { again, proposals: on, agreement }, &act.pin, act.confirm)
            }
        }
    }

    /// The records that are selected. One that is not there (any more) cannot be.
    fn selected(&self, names: &[String]) -> Result<Vec<RecordId>, Refusal> {
        let found = names.iter().map(|name| self.record_of(name).map(|(id, _)| id));
        found.collect::<Option<_>>().ok_or_else(|| Refusal::new(refusal::NOT_FOUND, &[]))
    }

    /// Sends a page as it stands, and writes down what was typed.
    fn send(
        &mut self,
        who: Who,
        act: &CargoAct,
        entry: ProposalEntry,
        command: impl FnOnce(ProposalEntry) -> Command,
    ) -> Result<Success, Refusal> {
        let typed = entry.clone();
        let done = self.world.act(who, command(entry), act.pin.as_deref())?;
        if let Some(record) = &done.record {
            let enterprise = &self.world.enterprises()[who.enterprise];
            let hex = |file: &Attachment| file.sha256.iter().map(|b| format!("{b:02x}")).collect::<String>();
            let entered = Entered {
                record: record.to_string(),
                fields: typed.fields,
                special_terms: typed.special_terms,
                attachments: typed.attachments.iter().map(|file| (file.name.clone(), hex(file))).collect(),
                legal_person: enterprise.legal_person.clone(),
                postcode: enterprise.postcode.clone(),
            };
            self.world.note(Happening::Entered(entered));
        }
        Ok(touched(who, done))
    }

    /// An act that the page asks about first; 否 leaves everything as it is.
    fn confirmed(&mut self, who: Who, act: &CargoAct, dialog: &str, command: Command) -> Result<Success, Refusal> {
        if !act.confirm {
            return Ok(Success { prompt: dialog.to_owned(), named: None, declined: true });
        }
        let done = self.world.act(who, command, act.pin.as_deref())?;
        Ok(touched(who, done))
    }

    /// What the step gives for 特殊约定 and 附件.
    fn give(&self, entry: &mut ProposalEntry, given: &Entry) {
        let text = |value: &Value| self.text_of(value).unwrap_or_default();
        if let Some(terms) = &given.special_terms {
            entry.special_terms = terms.iter().map(|(name, content)| (text(name), text(content))).collect();
        }
        if let Some(files) = &given.attachments {
            entry.attachments = files.iter().filter_map(|name| attachments::file(name)).collect();
        }
    }

    /// Types what the step gives over what the page shows; 空 leaves the field blank.
    fn type_in(&self, fields: &mut Typed, given: &[(String, Value)]) {
        for (label, value) in given {
            match self.text_of(value) {
                Some(text) => fields.insert(label.clone(), text),
                None => fields.remove(label),
            };
        }
    }

    /// Fills in what the page leaves blank, as a person does who knows the fixtures by heart, and what the step gives.
    fn fill_blanks(&self, who: Who, form: FormName, fields: &mut Typed, given: &Entry, cover: Option<&RecordId>) {
        self.type_in(fields, &given.fields);
        let blank_by_will = |label: &str| given.fields.iter().any(|(l, v)| l == label && *v == Value::Blank);
        for label in form.labels() {
            let shown = fields.get(label.name).is_some_and(|text| !text.is_empty());
            if shown || blank_by_will(label.name) {
                continue;
            }
            let known = form.by_heart(label.name).and_then(|known| self.known(who, known, fields, cover));
            if let Some(text) = known {
                fields.insert(label.name.to_owned(), text);
            }
        }
    }

    fn known(&self, who: Who, what: ByHeart, fields: &Typed, cover: Option<&RecordId>) -> Option<String> {
        let own = |part: AccountPart| self.world.enterprises().get(who.enterprise).map(|e| part.of(e));
        let heading = || {
            let uscc = &self.world.enterprises().get(who.enterprise)?.uscc;
            let shown = self.world.portal().observe(uscc).shown(cover?)?;
            let (_, all) = shown.fields.iter().find(|(label, _)| *label == "货物类别")?;
            all.split(',').next().map(str::to_owned)
        };
        match what {
            ByHeart::Is(text) => Some(text.to_owned()),
            ByHeart::Day(days) => Some((self.world.now() + DAY * u32::from(days)).date().to_string()),
            ByHeart::Own(part) => own(part),
            ByHeart::Insurer => {
                let all = self.world.directory().institutions();
                all.iter().find(|i| i.role == PartyRole::Insurer).map(|i| i.name.clone())
            }
            ByHeart::Main => {
                let mode = fields.get("运输方式")?;
                MAIN_BY_MODE.iter().find(|(m, _)| m == mode).map(|(_, main)| (*main).to_owned())
            }
            ByHeart::Heading => heading(),
            ByHeart::Chapter => heading().and_then(|code| code.get(..2).map(str::to_owned)),
        }
    }

    /// The open cover of a policy, as its own page names it.
    fn cover_of_policy(&self, who: Who, policy: Option<&RecordId>) -> Option<RecordId> {
        let scope = self.world.portal().observe(&self.world.enterprises().get(who.enterprise)?.uscc);
        let shown = scope.shown(policy?)?;
        let text = |label: &str| shown.fields.iter().find(|(l, _)| *l == label).map(|(_, text)| text.as_str());
        let insurer = self.world.directory().by_name(text("保险机构名称")?)?;
        scope.cover_numbered(&insurer.id, text("货运险协议编号")?)
    }

    /// The agreement that the page of payment offers first: the newest in 成功 with that insurer or a branch of it.
    fn offered(&self, who: Who, proposal: Option<&RecordId>) -> Option<RecordId> {
        let directory = self.world.directory();
        let scope = self.world.portal().observe(&self.world.enterprises().get(who.enterprise)?.uscc);
        let shown = scope.shown(proposal?)?;
        let (_, insurer) = shown.fields.iter().find(|(label, _)| *label == "保险机构名称")?;
        let insurer = directory.by_name(insurer)?;
        let filters = vec![("协议状态".to_owned(), vec!["成功".to_owned()])];
        let table = scope.table(&Query { filters, page_size: 100, ..Query::of(Page::Agreements) });
        let pays = |row: &Vec<(&str, String)>| {
            let payee = row.iter().find(|(head, _)| *head == "收款企业名称").and_then(|(_, n)| directory.by_name(n));
            payee.is_some_and(|payee| payee.id == insurer.id || payee.branch_of.as_ref() == Some(&insurer.id))
        };
        table.rows.iter().zip(&table.records).find(|(row, _)| pays(row)).map(|(_, id)| id.clone())
    }
}

/// How an act ended that made or touched a record.
fn touched(who: Who, done: Done) -> Success {
    let named = done.record.map(|id| Named::Record { id, enterprise: who.enterprise });
    Success { prompt: done.prompt, named, declined: false }
}
