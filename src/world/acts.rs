//! What people do before the portal: cards in and out, logins, forms and signatures, pages.
//!
//! Each act goes the way a user's browser goes: look at the card in the reader, tell the portal what is there, act,
//! and where a signature is needed let the card make it between `prepare` and `complete`. A refusal leaves portal and
//! people as they were, but for what the card itself remembers (a wrong PIN counts).

use domain::{
    Moment, Refusal,
    portal::{
        AgreementForm, Changes, Command, Done, Opening, Page, ProposalEntry, Query, RecordId, SessionId, Table, ToSign,
        Typed,
    },
    refusal,
};
use signing::Certificate;
use virtual_card::{Card, CardFault, Pin, Puk, Slot};

use super::{
    World,
    fixtures::CardSlot,
    keys::fixtures,
    person::{Person, card_refusal},
};
use crate::{card::CardError, evidence::Happening, evidence::PageSeen};

/// A person: an enterprise of the fixtures, and which of its cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// Place among the fixture enterprises.
    pub enterprise: usize,
    /// The card.
    pub slot: CardSlot,
}

/// How an act at a form ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormEnd {
    /// Sent.
    Sent(Done),
    /// 否 at the dialog: nothing was sent (AGR-07).
    Declined {
        /// The dialog's question.
        dialog: String,
    },
}

/// Answers to a form's dialogs.
#[derive(Clone, Debug)]
pub struct Answers {
    /// 卡密码 typed; `None` is the right one.
    pub pin: Option<String>,
    /// 是 or 否 at the dialog.
    pub confirm: bool,
}

/// What fixture cards leave the factory with.
const FACTORY_PUK: &str = "88888888";

impl World {
    /// 登录 with the card in the reader (ACC-02).
    ///
    /// # Errors
    /// No card, wrong PIN, locked card, or the portal's refusal.
    pub fn log_in(&mut self, who: Who, pin: Option<&str>) -> Result<(), Refusal> {
        let pin = self.typed(who, pin)?;
        let person = self.person(who);
        let Some((card, certificate)) = person.look()? else {
            return Err(Refusal::new(refusal::NO_CARD, &[]));
        };
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let (challenge, changes) = self.portal.challenge(&card, moment);
        self.apply_to_portal(changes);
        let signature = self.card_signs(who, None, &pin, &certificate, &challenge.bytes)?;
        let answer = self.portal_gateway.login_answer(
            &challenge,
            &certificate,
            &signature,
            &self.fixtures.card_roots,
            self.now,
        )?;
        let (session, changes) = self.portal.login(&answer, moment)?;
        self.apply_to_portal(changes);
        let seen = self.portal.card_seen(&session, &card, moment);
        self.apply_to_portal(seen);
        self.person(who).session = Some(session);
        self.logins += 1;
        let replays: Vec<usize> =
            self.replayed_logins.iter().filter(|(_, nth)| *nth == self.logins).map(|(fault, _)| *fault).collect();
        for fault in replays {
            self.note(Happening::Struck { fault, text: "重放登录".into() });
            let outcome = self.portal.login(&answer, moment).err();
            self.note_act(who, "重放登录", &outcome, None);
        }
        Ok(())
    }

    /// 登录 by 账号密码: possible on the portal, but the insurance service shows nothing to it (ACC-01).
    pub fn log_in_with_password(&mut self, who: Who) {
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let uscc = self.fixtures.enterprises[who.enterprise].uscc.clone();
        let (session, changes) = self.portal.login_with_password(&uscc, moment);
        self.apply_to_portal(changes);
        self.person(who).session = Some(session);
    }

    /// 退出
    pub fn log_out(&mut self, who: Who) {
        if let Some(session) = self.person(who).session.clone() {
            let draws = self.draws.clone();
            let changes = self.portal.logout(&session, Moment { time: self.now, draws: &draws });
            self.apply_to_portal(changes);
        }
    }

    /// 拔卡: the reader tells the portal's page at once.
    pub fn pull_card(&mut self, who: Who) {
        self.person(who).pull();
        self.tell_gone(who);
    }

    /// 插卡: the card that is this person's goes back in.
    pub fn insert_card(&mut self, who: Who) {
        self.person(who).insert();
        let _ = self.tell_portal(who);
    }

    /// 换卡: the card of `to` is in the reader of `who` afterwards. Somebody else's card comes as a copy in its present
    /// state: two people may sit at one computer, and neither's reader is emptied by the other.
    pub fn swap_card(&mut self, who: Who, to: Who) {
        if who == to {
            // Their own card again: out and in, which ends a session as any removal does (ACC-11).
            self.pull_card(who);
            self.person(who).insert();
        } else {
            let card = self.person(to).own_card().unwrap_or_else(|| self.fixture_card(to));
            self.person(who).swap(card);
        }
        let _ = self.tell_portal(who);
    }

    /// 修改卡密码
    ///
    /// # Errors
    /// Wrong PIN, locked, no card, or a new PIN that is no PIN (ACC-09).
    pub fn change_pin(&mut self, who: Who, old: Option<&str>, new: &str) -> Result<(), Refusal> {
        let old = self.typed(who, old)?;
        let new_pin = parse_pin(new)?;
        let person = self.person(who);
        let done = person.change_pin(&old, &new_pin);
        if done.is_ok() {
            person.pin = new.to_owned();
        }
        self.note_apdus(who);
        done.map_err(|e| card_refusal(&e))
    }

    /// 解锁卡 with the PUK.
    ///
    /// # Errors
    /// Wrong PUK, PUK locked, no card, or a new PIN that is no PIN (ACC-09).
    pub fn unblock_card(&mut self, who: Who, puk: Option<&str>, new: &str) -> Result<(), Refusal> {
        let puk = Puk::parse(puk.unwrap_or(FACTORY_PUK)).map_err(|_| Refusal::new(refusal::PIN_FORM, &[]))?;
        let new_pin = parse_pin(new)?;
        let person = self.person(who);
        let done = person.unblock(&puk, &new_pin);
        if done.is_ok() {
            person.pin = new.to_owned();
        }
        self.note_apdus(who);
        done.map_err(|e| card_refusal(&e))
    }

    /// What a form shows when it opens: for a new signing, or for the one that 重新签署 starts from.
    ///
    /// # Errors
    /// The portal's refusal.
    pub fn open_form(&mut self, who: Who, resign: Option<&RecordId>) -> Result<AgreementForm, Refusal> {
        let session = self.enter(who, None)?;
        self.portal.prefill(&session, resign)
    }

    /// What the page of a proposal shows when it opens.
    ///
    /// # Errors
    /// The portal's refusal.
    pub fn open_proposal(&mut self, who: Who, opening: &Opening) -> Result<ProposalEntry, Refusal> {
        let session = self.enter(who, None)?;
        self.portal.open_proposal(&session, opening)
    }

    /// What the form of 货运险预约 shows when it opens.
    ///
    /// # Errors
    /// The portal's refusal.
    pub fn open_request(&mut self, who: Who) -> Result<Typed, Refusal> {
        let session = self.enter(who, None)?;
        self.portal.open_request(&session)
    }

    /// A form is filled in and 完成 pressed: dialog, PIN, the card's signature, sending (AGR-07).
    ///
    /// # Errors
    /// The page's refusal; nothing has changed at the portal.
    pub fn complete_form(&mut self, who: Who, command: Command, answers: &Answers) -> Result<FormEnd, Refusal> {
        let session = self.enter(who, None)?;
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let (to_sign, changes) = self.portal.prepare(&session, command, moment)?;
        self.apply_to_portal(changes);
        if !answers.confirm {
            self.cancel(&session, &to_sign);
            return Ok(FormEnd::Declined { dialog: to_sign.dialog });
        }
        let done = self.sign_and_complete(who, &session, &to_sign, answers);
        if done.is_err() {
            self.cancel(&session, &to_sign);
        }
        done.map(FormEnd::Sent)
    }

    /// An act that needs no signature. `pin` is what is typed if the person must log in first.
    ///
    /// # Errors
    /// The portal's refusal.
    pub fn act(&mut self, who: Who, command: Command, pin: Option<&str>) -> Result<Done, Refusal> {
        let session = self.enter(who, pin)?;
        let draws = self.draws.clone();
        let (done, changes) = self.portal.handle(&session, command, Moment { time: self.now, draws: &draws })?;
        self.apply_to_portal(changes);
        if let Some(record) = &done.record
            && let Some(owner) = self.who_sees(record)
        {
            self.evidence.owners.entry(record.to_string()).or_insert(owner);
        }
        Ok(done)
    }

    /// A page is opened. `pin` is what is typed if the person must log in first.
    ///
    /// # Errors
    /// The portal's refusal.
    pub fn query(&mut self, who: Who, query: &Query, pin: Option<&str>) -> Result<Table, Refusal> {
        let session = self.enter(who, pin)?;
        let table = self.portal.query(&session, query)?;
        let enterprise = self.acting_enterprise(who);
        let records = table.records.iter().map(ToString::to_string).collect();
        self.note(Happening::Page(PageSeen { enterprise, page: query.page.name().to_owned(), records }));
        Ok(table)
    }

    /// Arms a card fault for the person's coming APDUs.
    pub fn arm_card(&mut self, who: Who, fault: CardFault) {
        self.person(who).arm(fault);
    }

    /// How many card faults have struck this person.
    pub fn card_faults_struck(&mut self, who: Who) -> usize {
        self.person(who).struck()
    }

    /// Forgets card faults that did not strike.
    pub fn disarm_card(&mut self, who: Who) {
        self.person(who).disarm();
    }

    /// From now on nothing is set right for this person by itself.
    pub fn leave_to_script(&mut self, who: Who) {
        let person = self.person(who);
        person.by_hand = true;
        person.pick_up();
    }

    /// A fixture card as it leaves the factory.
    pub fn fixture_card(&self, who: Who) -> Card {
        self.cards.as_deref().unwrap_or(&self.fixtures.cards)[who.enterprise][who.slot as usize].clone()
    }

    /// 统一社会信用代码 of the enterprise that this person works for.
    pub fn acting_enterprise(&self, who: Who) -> String {
        self.fixtures.enterprises[who.enterprise].uscc.to_string()
    }

    /// The person's name in reports.
    pub fn person_name(&self, who: Who) -> String {
        person_name(who)
    }

    /// Writes an act down.
    pub fn note_act(&mut self, who: Who, verb: &str, refused: &Option<Refusal>, done: Option<(&str, Option<&str>)>) {
        let (prompt, record) = match (refused, done) {
            (Some(refusal), _) => (refusal.prompt.clone(), None),
            (None, Some((prompt, record))) => (prompt.to_owned(), record.map(str::to_owned)),
            (None, None) => (String::new(), None),
        };
        let act = crate::evidence::Act {
            person: self.person_name(who),
            enterprise: self.acting_enterprise(who),
            verb: verb.to_owned(),
            prompt,
            refused: refused.as_ref().map(|r| r.code.to_owned()),
            record,
        };
        self.note(Happening::Act(act));
    }

    pub(super) fn person(&mut self, who: Who) -> &mut Person {
        if !self.people.contains_key(&(who.enterprise, who.slot)) {
            let name = self.person_name(who);
            let mut person = Person::new(name.clone(), self.fixture_card(who), self.desks.desk(&name));
            person.pin = self.desks.pin().unwrap_or(person.pin);
            self.people.insert((who.enterprise, who.slot), person);
        }
        self.people.get_mut(&(who.enterprise, who.slot)).expect("just put there if it was missing")
    }

    /// The person's session, with the card looked at; logs in by itself unless the scenario has taken a hand.
    fn enter(&mut self, who: Who, pin: Option<&str>) -> Result<SessionId, Refusal> {
        let seen = self.tell_portal(who)?;
        let person = self.person(who);
        let by_hand = person.by_hand;
        match person.session.clone() {
            Some(session) if by_hand || self.session_is_open(&session) => Ok(session),
            _ if !by_hand => {
                self.log_in(who, pin)?;
                self.person(who).session.clone().ok_or_else(|| Refusal::new(refusal::SESSION_ENDED, &[]))
            }
            _ if !seen => Err(Refusal::new(refusal::NO_CARD, &[])),
            _ => Err(Refusal::new(refusal::NOT_LOGGED_IN, &[])),
        }
    }

    /// Whether the session would still be served: the menu opens for every session that is.
    fn session_is_open(&self, session: &SessionId) -> bool {
        self.portal.query(session, &Query::of(Page::Menu)).is_ok()
    }

    /// Looks at the reader and tells the portal which card is there; `false` for none.
    fn tell_portal(&mut self, who: Who) -> Result<bool, Refusal> {
        let looked = self.person(who).look();
        self.note_apdus(who);
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let Some((card, _)) = looked? else {
            self.tell_gone(who);
            return Ok(false);
        };
        if let Some(session) = self.person(who).session.clone() {
            let changes = self.portal.card_seen(&session, &card, moment);
            self.apply_to_portal(changes);
        }
        Ok(true)
    }

    fn tell_gone(&mut self, who: Who) {
        if let Some(session) = self.person(who).session.clone() {
            let draws = self.draws.clone();
            let changes: Changes = self.portal.card_gone(&session, Moment { time: self.now, draws: &draws });
            self.apply_to_portal(changes);
        }
    }

    fn cancel(&mut self, session: &SessionId, to_sign: &ToSign) {
        let changes = self.portal.cancel(session, &to_sign.token);
        self.apply_to_portal(changes);
    }

    fn sign_and_complete(
        &mut self,
        who: Who,
        session: &SessionId,
        to_sign: &ToSign,
        answers: &Answers,
    ) -> Result<Done, Refusal> {
        let pin = self.typed(who, answers.pin.as_deref())?;
        let Some((_, certificate)) = self.person(who).look()? else {
            self.tell_gone(who);
            return Err(card_refusal(&CardError::NoCard));
        };
        let signature = self.card_signs(who, Some(session), &pin, &certificate, &to_sign.bytes)?;
        let signed = self.portal_gateway.card_signature(
            &to_sign.bytes,
            &certificate,
            &signature,
            &self.fixtures.card_roots,
            self.now,
        )?;
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let (done, changes) = self.portal.complete(session, &to_sign.token, &signed, moment)?;
        if let Some(record) = &done.record {
            let owner = self.owner_of(&certificate).unwrap_or_else(|| self.acting_enterprise(who));
            self.evidence.owners.insert(record.to_string(), owner);
        }
        self.apply_to_portal(changes);
        Ok(done)
    }

    /// The enterprise whose pages show the record, as its 统一社会信用代码.
    fn who_sees(&self, record: &RecordId) -> Option<String> {
        let sees = |e: &&domain::directory::Enterprise| self.portal.observe(&e.uscc).shown(record).is_some();
        self.fixtures.enterprises.iter().find(sees).map(|e| e.uscc.to_string())
    }

    /// The enterprise that the card's certificate names, as its 统一社会信用代码.
    fn owner_of(&self, certificate: &Certificate) -> Option<String> {
        let code = certificate.card_facts()?.organisation_code;
        self.fixtures.enterprises.iter().find(|e| e.uscc.organisation_code() == code).map(|e| e.uscc.to_string())
    }

    /// The card signs; if it is gone or another afterwards, the portal's page has noticed.
    fn card_signs(
        &mut self,
        who: Who,
        session: Option<&SessionId>,
        pin: &Pin,
        certificate: &Certificate,
        bytes: &[u8],
    ) -> Result<Vec<u8>, Refusal> {
        let signed = self.person(who).sign(pin, certificate, bytes);
        self.note_apdus(who);
        match signed {
            Ok(signature) => {
                self.card_signatures += 1;
                Ok(signature)
            }
            Err(CardError::Removed | CardError::NoCard | CardError::Changed) => {
                // What the page says depends on what is in the reader now.
                let looked = self.person(who).look();
                self.note_apdus(who);
                let draws = self.draws.clone();
                let moment = Moment { time: self.now, draws: &draws };
                match looked? {
                    None => {
                        self.tell_gone(who);
                        Err(card_refusal(&CardError::Removed))
                    }
                    Some((card, _)) => {
                        if let Some(session) = session {
                            let changes = self.portal.card_seen(session, &card, moment);
                            self.apply_to_portal(changes);
                        }
                        Err(card_refusal(&CardError::Changed))
                    }
                }
            }
            Err(other) => Err(card_refusal(&other)),
        }
    }

    fn typed(&mut self, who: Who, pin: Option<&str>) -> Result<Pin, Refusal> {
        let right = self.person(who).pin.clone();
        parse_pin(pin.unwrap_or(&right))
    }

    fn note_apdus(&mut self, who: Who) {
        let name = self.person(who).name.clone();
        for exchange in self.person(who).drain_trace() {
            self.note(Happening::Apdu { person: name.clone(), command: exchange.command, response: exchange.answer });
        }
    }
}

/// A person's name in reports.
pub fn person_name(who: Who) -> String {
    format!("{} {}", fixtures().enterprises[who.enterprise].short, who.slot.chinese())
}

/// The person whose card has this certificate.
pub fn holder_of(certificate: &Certificate) -> Option<Who> {
    let all =
        (0..fixtures().cards.len()).flat_map(|enterprise| CardSlot::ALL.map(move |slot| Who { enterprise, slot }));
    all.into_iter().find(|who| {
        let card = &fixtures().cards[who.enterprise][who.slot as usize];
        card.certificate(Slot::Authentication).as_ref() == Some(certificate)
    })
}

fn parse_pin(text: &str) -> Result<Pin, Refusal> {
    if text.chars().count() != 8 {
        return Err(Refusal::new(refusal::PIN_FORM, &[]));
    }
    Pin::parse(text).map_err(|_| Refusal::new(refusal::PIN_FORM, &[]))
}
