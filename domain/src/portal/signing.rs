//! What people do to agreements: 协议签署 and 重新签署 in two steps around the card's signature, and 重新发送
//! (AGR-03 .. AGR-07, AGR-10, AGR-12, MSG-04).
//!
//! Until [`Portal::complete`] an act has left nothing but the number that it was given. Every refusal changes nothing.

use std::sync::Arc;

use super::{
    AgreementForm, CardSignature, Command, Done, Event, Permission, Portal, RecordId, SessionId, ToSign, Token,
    agreement::{Agreement, State},
    agreement_messages::{Request, request},
    agreement_text::{Parties, agreement_text},
    changes::Changes,
    draft::{Draft, Note, drawn_name, not_in_this_state},
    form::Entered,
    paying::Order,
    scope::Scope,
};
use crate::{
    Moment, Time, Verified,
    codes::Uscc,
    directory::{Enterprise, PartyId},
    life_cycle,
    message::{MessageId, Payer},
    refusal::{self, Refusal},
};

const DIALOG: &str = "是否立即发送协议签署?";
const SENT: &str = "签约请求发送成功";

/// An act that waits for the card's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub session: SessionId,
    pub expires: Time,
    /// What the card signs.
    pub text: Arc<str>,
    pub act: Act,
}

/// What is done once it has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Sign(Box<Signing>),
    Pay(Box<Order>),
}

/// An agreement that waits for its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signing {
    application: RecordId,
    /// The record that is signed anew.
    failed: Option<RecordId>,
    bank: PartyId,
    payee: PartyId,
    insurer: PartyId,
    payer: Arc<Payer>,
}

impl Portal {
    /// What the form of 协议签署 shows when it opens: the account's data, or for 重新签署 the failed record's, with the
    /// fields blank that are to be typed anew.
    ///
    /// # Errors
    /// As any act of this session; K1012 and K2101 for a record that cannot be signed anew.
    pub fn prefill(&self, session: &SessionId, resign: Option<&RecordId>) -> Result<AgreementForm, Refusal> {
        let permission = if resign.is_some() { Permission::ResignAgreement } else { Permission::SignAgreement };
        let (kept, _) = self.admit(session, permission, None)?;
        let form = &self.rules.agreement_form;
        let fields = if let Some(id) = resign {
            let record = self.resignable(&self.scope(&kept.owner), id)?;
            let kept = form.fields.iter().filter(|rule| !rule.retype);
            kept.filter_map(|rule| Some((rule.name.to_owned(), self.signed(record, rule.key)?))).collect()
        } else {
            form.open(self.enterprise(&kept.owner)?, None)
        };
        Ok(AgreementForm { fields, terms_accepted: false })
    }

    /// The first half of an act that a card must sign. Have [`ToSign::bytes`] signed, then [`Portal::complete`] or
    /// [`Portal::cancel`]; nothing leaves the portal before.
    ///
    /// # Errors
    /// A [`Refusal`] of the session, the record, the form (K2001, K2103) or of a duplicate (K2102).
    pub fn prepare(
        &self,
        session: &SessionId,
        command: Command,
        moment: Moment<'_>,
    ) -> Result<(ToSign, Changes), Refusal> {
        let (permission, failed, form) = match command {
            Command::Pay { again, proposals, agreement } => {
                return self.prepare_payment(session, (again, &proposals, &agreement), moment);
            }
            Command::SignAgreement(form) => (Permission::SignAgreement, None, form),
            Command::ResignAgreement { failed, form } => (Permission::ResignAgreement, Some(failed), form),
            _ => return Err(Refusal::new(refusal::SIGNATURE_DOOR, &["不需要"])),
        };
        let (kept, _) = self.admit(session, permission, Some(moment.time))?;
        let scope = self.scope(&kept.owner);
        if let Some(id) = &failed {
            self.resignable(&scope, id)?;
        }
        let entered = form.read(&self.rules.agreement_form, &self.directory, &self.tables, failed.is_some())?;
        let payer = payer(self.enterprise(&kept.owner)?, &entered);
        refuse_duplicate(&scope, &entered.bank.id, &entered.payee.id, &payer.account)?;

        let date = moment.time.date();
        let application = self.free_number(&scope, &entered, &payer, moment);
        let (key, count) = self.kept.next("token", application.as_str());
        let token = Token::new(&drawn_name(moment, "token", application.as_str(), count));
        let parties = Parties { payer: &payer, bank: &entered.bank.name, payee: &entered.payee.name };
        let text = agreement_text(&application, parties, date);
        let expires = moment.time + self.rules.settings.pending_lifetime;
        let signing = Signing {
            application,
            failed,
            bank: entered.bank.id.clone(),
            payee: entered.payee.id.clone(),
            insurer: entered.payee.id.clone(),
            payer: Arc::new(payer),
        };
        let act = Act::Sign(Box::new(signing));
        let pending = Pending { session: session.clone(), expires, text: text.as_str().into(), act };
        let mut changes = Changes::default();
        changes.counts.insert(key, count);
        changes.pending.insert(token.clone(), Some(pending));
        self.refresh(session, kept, moment, &mut changes);
        Ok((ToSign { token, bytes: text.into_bytes(), expires, dialog: DIALOG.into() }, changes))
    }

    /// The second half: the card has signed. The record is made, and its message leaves with a later [`Portal::due`].
    ///
    /// # Errors
    /// A [`Refusal`] of the session; K2104 when there is no such act any more; K1002 for another card's signature, K1007
    /// for one under other bytes; K2101 and K2102 when things have changed meanwhile. The act goes on waiting.
    pub fn complete(
        &self,
        session: &SessionId,
        token: &Token,
        signature: &Verified<CardSignature>,
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let pending = self.kept.pending.get(token).filter(|p| p.session == *session && moment.time < p.expires);
        let permission = match pending.map(|pending| &pending.act) {
            Some(Act::Sign(signing)) if signing.failed.is_some() => Permission::ResignAgreement,
            Some(Act::Pay(_)) => Permission::CargoProposals,
            Some(Act::Sign(_)) | None => Permission::SignAgreement,
        };
        let (kept, card) = self.admit(session, permission, Some(moment.time))?;
        let pending = pending.ok_or_else(|| Refusal::new(refusal::PENDING_GONE, &[]))?;
        if signature.card != card.card {
            return Err(Refusal::new(refusal::OTHER_CARD, &[]));
        }
        if signature.bytes_signed != pending.text.as_bytes() || signature.seal.text != *pending.text {
            return Err(Refusal::new(refusal::BAD_SIGNATURE, &[]));
        }
        let pending = match &pending.act {
            Act::Sign(signing) => signing,
            Act::Pay(order) => return self.complete_payment(session, (token, order), signature, moment),
        };
        let scope = self.scope(&kept.owner);
        if let Some(id) = &pending.failed {
            self.resignable(&scope, id)?;
        }
        refuse_duplicate(&scope, &pending.bank, &pending.payee, &pending.payer.account)?;

        let mut draft = Draft::new(self, moment);
        supersede(&mut draft, &scope, pending);
        let made = new_record(pending, &kept.owner, signature, moment.time);
        let id = made.id.clone();
        draft.put(made);
        if draft.happen::<Agreement>(&id, Event::Sign, Note::by_card(&card.card_number)).is_none() {
            return Err(not_in_this_state::<Agreement>(self, State::New, Event::Sign));
        }
        request(&mut draft, &id, Request::InsurerSigning);
        let mut changes = draft.changes;
        changes.pending.insert(token.clone(), None);
        self.refresh(session, kept, moment, &mut changes);
        Ok((Done { record: Some(id), prompt: SENT.into() }, changes))
    }

    /// 否 at the dialog, 取消, a wrong PIN: the act is gone. Harmless for an unknown token, or another session's.
    pub fn cancel(&self, session: &SessionId, token: &Token) -> Changes {
        let mut changes = Changes::default();
        if self.kept.pending.get(token).is_some_and(|p| p.session == *session) {
            changes.pending.insert(token.clone(), None);
        }
        changes
    }

    /// A record of this scope that may be signed anew (AGR-10).
    fn resignable<'a>(&self, scope: &Scope<'a>, id: &RecordId) -> Result<&'a Agreement, Refusal> {
        let record = scope.record::<Agreement>(id)?;
        match life_cycle::next(&self.rules.agreement, record.state, Event::Resign) {
            Some(_) => Ok(record),
            None => Err(not_in_this_state::<Agreement>(self, record.state, Event::Resign)),
        }
    }

    /// What the form of an earlier signing had in the field of that key.
    fn signed(&self, record: &Agreement, key: &str) -> Option<String> {
        let payer = &record.payer;
        Some(match key {
            "bank" => self.directory.name_of(&record.bank),
            "payee" => self.directory.name_of(&record.payee),
            "name" => payer.name.clone(),
            "address" => payer.address.clone(),
            "contact" => payer.contact.clone(),
            "account" => payer.account.clone(),
            "phone" => payer.phone.clone(),
            "email" => payer.email.clone(),
            "tax_number" => payer.tax_number.clone(),
            _ => return None,
        })
    }

    pub(super) fn enterprise(&self, owner: &Uscc) -> Result<&Enterprise, Refusal> {
        let account = self.enterprises.iter().find(|e| e.uscc == *owner);
        account.ok_or_else(|| Refusal::new(refusal::NOT_REGISTERED, &[]))
    }
}

/// 甲方: the form, and from the account what the form does not ask (AGR-06).
fn payer(account: &Enterprise, entered: &Entered<'_>) -> Payer {
    Payer {
        uscc: account.uscc.clone(),
        name: entered.text("name"),
        address: entered.text("address"),
        contact: entered.text("contact"),
        account: entered.text("account"),
        phone: entered.text("phone"),
        email: entered.text("email"),
        tax_number: entered.text("tax_number"),
        legal_person: account.legal_person.clone(),
        postcode: account.postcode.clone(),
    }
}

fn is_for(record: &Agreement, bank: &PartyId, payee: &PartyId, account: &str) -> bool {
    record.bank == *bank && record.payee == *payee && record.payer.account == account
}

/// AGR-12.
impl Portal {
    /// 申请编号 for a new record: the day and twelve drawn digits. The draw is keyed by what is signed, so that leaving
    /// one agreement out of a story gives no other one another number.
    fn free_number(&self, scope: &Scope<'_>, entered: &Entered<'_>, payer: &Payer, moment: Moment<'_>) -> RecordId {
        let (bank, payee) = (&entered.bank.id, &entered.payee.id);
        let entity = format!("{}/{bank}/{payee}/{}", payer.uscc, payer.account);
        let day = moment.time.date().strftime("%Y%m%d").to_string();
        let mut count =
            scope.newest_first::<Agreement>().filter(|r| is_for(r, bank, payee, &payer.account)).count() as u64;
        loop {
            let digits = moment.draws.between("application", &entity, count, 0, 999_999_999_999);
            let number = RecordId::new(&format!("{day}{digits:012}"));
            if !self.kept.records.is_taken(&number) {
                return number;
            }
            count += 1;
        }
    }
}

fn refuse_duplicate(scope: &Scope<'_>, bank: &PartyId, payee: &PartyId, account: &str) -> Result<(), Refusal> {
    let barred = scope.newest_first::<Agreement>().any(|r| r.state.bars_another() && is_for(r, bank, payee, account));
    if barred { Err(Refusal::new(refusal::DUPLICATE_AGREEMENT, &[])) } else { Ok(()) }
}

/// Older records that this signing takes the place of: the one that is signed anew, and each that went silent for the same
/// bank, payee and account, whose late answer would else put a second agreement beside this one (AGR-11, AGR-12).
fn supersede(draft: &mut Draft<'_>, scope: &Scope<'_>, pending: &Signing) {
    for record in scope.newest_first::<Agreement>() {
        let silent = matches!(record.state, State::SilentInsurer | State::SilentBank);
        if pending.failed.as_ref() == Some(&record.id)
            || silent && is_for(record, &pending.bank, &pending.payee, &pending.payer.account)
        {
            // A row without the event leaves the record as it is.
            let _ = draft.happen::<Agreement>(&record.id, Event::Resign, Note::default());
        }
    }
}

fn new_record(pending: &Signing, owner: &Uscc, signature: &CardSignature, at: Time) -> Agreement {
    Agreement {
        id: pending.application.clone(),
        owner: owner.clone(),
        revision: 0,
        state: State::New,
        bank: pending.bank.clone(),
        payee: pending.payee.clone(),
        insurer: pending.insurer.clone(),
        payer: Arc::clone(&pending.payer),
        seal: Arc::new(signature.seal.clone()),
        signed_at: at,
        insurer_signed_at: None,
        message: MessageId::new(""),
        first_sent: None,
        number: None,
        effective: None,
        expiry: None,
        failure: None,
        log_rows: 0,
        deadline: None,
    }
}
