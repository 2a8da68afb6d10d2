//! What people do at 货物运输险预约: the form of a request, and sending it (RSV-01, RSV-02).

use std::sync::Arc;

use super::{
    Changes, Done, Permission, Portal, SessionId, Typed,
    draft::{Draft, Note, not_in_this_state},
    proposals::{locked, together},
    request::{Event, OpenCoverRequest, State},
};
use crate::{
    Moment,
    form::Context,
    message::{Body, MessageId, cargo},
    refusal::{self, Refusal},
};

const SENT: &str = "预约请求发送成功";

impl Portal {
    /// What the form of 货运险预约 shows when it opens: the account's data.
    ///
    /// # Errors
    /// As any act of this session.
    pub fn open_request(&self, session: &SessionId) -> Result<Typed, Refusal> {
        let (kept, _) = self.admit(session, Permission::OpenCovers, None)?;
        Ok(self.rules.request_form.open(self.enterprise(&kept.owner)?, None))
    }

    /// 预约
    pub(super) fn request_open_cover(
        &self,
        session: &SessionId,
        mut fields: Typed,
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::OpenCovers, Some(moment.time))?;
        let account = self.enterprise(&kept.owner)?;
        let form = &self.rules.request_form;
        let locked = locked(form, &fields, account, None);
        form.bind(&mut fields, account);
        let context = Context { directory: &self.directory, tables: &self.tables, cover: None };
        let filled = match (form.read(&fields, &context), locked) {
            (Ok(filled), None) => filled,
            (filled, locked) => return Err(together(locked.into_iter().chain(filled.err()))),
        };
        let insurer = self.directory.by_name(filled.get("insurer"));
        let insurer = insurer.ok_or_else(|| Refusal::new(refusal::FORM, &[]))?;
        let id = self.free_id(&format!("{}/{filled:?}", kept.owner), moment);
        let mut draft = Draft::new(self, moment);
        let body = cargo::OpenCoverRequest {
            application: id.as_str().to_owned(),
            insurer: insurer.name.clone(),
            uscc: kept.owner.clone(),
            submitted_at: moment.time.rfc3339(),
            form: filled.to_wire(),
        };
        draft.put(OpenCoverRequest {
            id: id.clone(),
            owner: kept.owner.clone(),
            revision: 0,
            state: State::New,
            insurer: insurer.id.clone(),
            form: Arc::new(filled),
            submitted_at: moment.time,
            message: MessageId::new(""),
            first_sent: None,
            failure: None,
            log_rows: 0,
            deadline: None,
        });
        let note = Note::by_card(&card.card_number);
        if draft.happen::<OpenCoverRequest>(&id, Event::Submit, note).is_none() {
            return Err(not_in_this_state::<OpenCoverRequest>(self, State::New, Event::Submit));
        }
        draft.request::<OpenCoverRequest>(&id, ("request", 1), insurer.id.clone(), Body::OpenCoverRequested(body));
        self.refresh(session, kept, moment, &mut draft.changes);
        Ok((Done { record: Some(id), prompt: SENT.into() }, draft.changes))
    }
}
