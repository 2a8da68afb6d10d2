//! The door for acts that need no signature.

use super::{
    Changes, Command, Done, Permission, Portal, RecordId, SessionId,
    draft::{Draft, Note, not_in_this_state},
    query::permission,
    record::{Any, Record, each_kind},
};
use crate::{
    Moment,
    life_cycle::Delivery,
    refusal::{self, Refusal},
};

const SENT_AGAIN: &str = "重新发送请求成功";

impl Portal {
    /// An act without signature.
    ///
    /// # Errors
    /// A [`Refusal`] of the session, of the selection (K2201), of the record (K1012, K2101), of the form (K2001) or of the
    /// open cover (K2202); K2105 for an act that a card must sign.
    pub fn handle(
        &self,
        session: &SessionId,
        command: Command,
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        match command {
            Command::SignAgreement(_) | Command::ResignAgreement { .. } | Command::Pay { .. } => {
                Err(Refusal::new(refusal::SIGNATURE_DOOR, &["需要"]))
            }
            Command::Resend { record } => self.resend(session, &record, moment),
            Command::RequestOpenCover { fields } => self.request_open_cover(session, fields, moment),
            Command::SaveProposal { cover, entry } => self.new_proposal(session, (cover, entry, false), moment),
            Command::Insure { cover, entry } => self.new_proposal(session, (cover, entry, true), moment),
            Command::ChangeProposal { proposal, entry } => {
                self.change_proposal(session, (proposal, entry, false), moment)
            }
            Command::SubmitProposal { proposal, entry } => {
                self.change_proposal(session, (proposal, entry, true), moment)
            }
            Command::DeleteProposal { proposal } => self.delete_proposal(session, &proposal, moment),
            Command::WithdrawProposal { proposal } => self.withdraw_proposal(session, &proposal, moment),
            Command::QueryPayment { payment } => self.query_payment(session, &payment, moment),
        }
    }

    /// 重新发送: the message of a record's present leg, whatever the record is (MSG-04).
    fn resend(&self, session: &SessionId, id: &RecordId, moment: Moment<'_>) -> Result<(Done, Changes), Refusal> {
        let seen = self.session(session, Some(moment.time))?;
        let scope = self.scope(&seen.owner);
        let role = seen.card.as_ref().map(|card| card.role);
        let may = |permission: &Permission| role.is_some_and(|role| self.rules.permits(*permission, role));
        let needed = match scope.any(id) {
            Ok(Any::Agreement(_)) => Permission::ResendAgreement,
            Ok(other) => permission(other.kind()),
            // A record that this account has not is found by no card, in the same words (ACC-10).
            Err(_) => [Permission::ResendAgreement, Permission::OpenCovers]
                .into_iter()
                .find(may)
                .unwrap_or(Permission::ResendAgreement),
        };
        let (kept, card) = self.admit(session, needed, Some(moment.time))?;
        let mut draft = Draft::new(self, moment);
        each_kind!(scope.any(id)?, record => resend_of(&mut draft, record, &card.card_number))?;
        self.refresh(session, kept, moment, &mut draft.changes);
        Ok((Done { record: Some(id.clone()), prompt: SENT_AGAIN.into() }, draft.changes))
    }
}

fn resend_of<K: Record>(draft: &mut Draft<'_>, record: &K, card: &str) -> Result<(), Refusal> {
    let Some(event) = record.event_of(record.message(), Delivery::Resend) else {
        let words = [K::page_text(record.state()), Delivery::Resend.chinese()];
        return Err(Refusal::new(refusal::STATE, &words).citing(&["MSG-04"]));
    };
    if draft.happen::<K>(record.id(), event, Note::by_card(card)).is_none() {
        return Err(not_in_this_state::<K>(draft.portal, record.state(), event));
    }
    draft.send_again(record.message());
    Ok(())
}
