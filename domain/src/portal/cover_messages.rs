//! What insurers say of open-cover requests and open covers (RSV-04, OPC-01 .. OPC-07).

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    Portal, RecordId,
    cover::{Event, OpenCover, State},
    draft::{Draft, Note},
    receiving::{NO_REASON, answered, bad_terms, never_taken, not_taken, record_of, unknown_subject},
    request::{self, OpenCoverRequest},
};
use crate::{
    codes::Uscc,
    cover::{ADDITIONAL_COVERAGES, CargoLine, CoverTerms, Coverage, MAIN_COVERAGES, SpecialTerm, TRANSPORT_MODES},
    directory::PartyId,
    message::{
        Body, Decision, Kind, Message, MessageId, Receipt,
        cargo::{CoverageKind, OpenCoverData},
    },
    money::Money,
    tables::TableId,
};

/// Whether the message is about something of its sender's.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn subject(portal: &Portal, message: &Message) -> Result<(), Receipt> {
    match &message.body {
        Body::OpenCoverAnswered(_) => request_of(portal, message).map(drop),
        Body::OpenCoverAdded(data) => customer(portal, message, &data.uscc).map(drop),
        Body::OpenCoverChanged(data) => cover_of(portal, message, &data.uscc).map(drop),
        Body::OpenCoverEnded(end) => cover_of(portal, message, &end.uscc).map(drop),
        other => Err(never_taken(other.kind())),
    }
}

/// A message takes effect.
///
/// # Errors
/// The receipt that refuses it.
pub(super) fn take(draft: &mut Draft<'_>, message: &Message) -> Result<(), Receipt> {
    match &message.body {
        Body::OpenCoverAnswered(answer) => {
            let record = request_of(draft.portal, message)?;
            let told = match answer.decision {
                Decision::Agreed => (request::Event::Granted, Note::default()),
                Decision::Refused => {
                    let reason = answer.reason.as_deref().unwrap_or(NO_REASON);
                    (request::Event::Refused, Note::failed(draft.counterparty(record), reason))
                }
            };
            let id = record.id.clone();
            answered::<OpenCoverRequest>(draft, &id, message.body.kind(), told, |_| {}).map(drop)
        }
        Body::OpenCoverAdded(data) => add(draft, message, data),
        Body::OpenCoverChanged(data) => {
            let cover = cover_of(draft.portal, message, &data.uscc)?;
            let terms = terms(draft.portal, message, data)?;
            let (id, data) = (cover.id.clone(), data.clone());
            happen(draft, &id, Kind::OpenCoverChanged, (Event::Changed, Note::default()), |cover| {
                (cover.data, cover.terms, cover.operation) = (Arc::new(data), Arc::new(terms), "变更");
            })
        }
        Body::OpenCoverEnded(end) => {
            let cover = cover_of(draft.portal, message, &end.uscc)?;
            let note = Note::failed(draft.counterparty(cover), &end.reason);
            let id = cover.id.clone();
            happen(draft, &id, Kind::OpenCoverEnded, (Event::Ended, note), |cover| cover.operation = "终止")
        }
        other => Err(never_taken(other.kind())),
    }
}

fn happen(
    draft: &mut Draft<'_>,
    id: &RecordId,
    kind: Kind,
    (event, note): (Event, Note),
    tell: impl FnOnce(&mut OpenCover),
) -> Result<(), Receipt> {
    let state = draft.record::<OpenCover>(id).map_or(State::New, |cover| cover.state);
    let to = draft.happen_with::<OpenCover>(id, event, note, tell);
    to.map(drop).ok_or_else(|| not_taken::<OpenCover>(state, kind))
}

/// A new open cover: made here, for nobody asked the portal to make it.
fn add(draft: &mut Draft<'_>, message: &Message, data: &OpenCoverData) -> Result<(), Receipt> {
    let owner = customer(draft.portal, message, &data.uscc)?;
    if let Some(known) = numbered(draft.portal, &message.source, &data.uscc, &data.number) {
        return Err(not_taken::<OpenCover>(known.state, Kind::OpenCoverAdded));
    }
    if let Some(asked) = &data.request {
        let request = draft.portal.kept.records.get::<OpenCoverRequest>(&RecordId::new(asked));
        if !request.is_some_and(|r| r.owner == owner && r.insurer == message.source) {
            return Err(unknown_subject());
        }
    }
    let terms = terms(draft.portal, message, data)?;
    let id = draft.portal.free_id(&format!("{}/{}", message.source, data.number), draft.moment);
    draft.put(OpenCover {
        id: id.clone(),
        owner,
        revision: 0,
        state: State::New,
        insurer: message.source.clone(),
        data: Arc::new(data.clone()),
        terms: Arc::new(terms),
        operation: "签约",
        added_at: draft.moment.time,
        message: MessageId::new(""),
        first_sent: None,
        failure: None,
        log_rows: 0,
        deadline: None,
    });
    let made = happen(draft, &id, Kind::OpenCoverAdded, (Event::Added, Note::default()), |_| {});
    if made.is_err() {
        draft.changes.records.remove(&id);
    }
    made
}

fn request_of<'p>(portal: &'p Portal, message: &Message) -> Result<&'p OpenCoverRequest, Receipt> {
    record_of(portal, message, |request: &OpenCoverRequest| &request.insurer)
}

/// The enterprise that an open cover is for; the message's subject must be the cover's number.
fn customer(portal: &Portal, message: &Message, uscc: &Uscc) -> Result<Uscc, Receipt> {
    let known = portal.enterprises.iter().any(|e| e.uscc == *uscc);
    let named = message.subject == message.body.business_number();
    if known && named { Ok(uscc.clone()) } else { Err(unknown_subject()) }
}

fn cover_of<'p>(portal: &'p Portal, message: &Message, uscc: &Uscc) -> Result<&'p OpenCover, Receipt> {
    customer(portal, message, uscc)?;
    numbered(portal, &message.source, uscc, message.body.business_number()).ok_or_else(unknown_subject)
}

fn numbered<'p>(portal: &'p Portal, insurer: &PartyId, owner: &Uscc, number: &str) -> Option<&'p OpenCover> {
    let scope = portal.scope(owner);
    scope.newest_first::<OpenCover>().find(|cover| cover.insurer == *insurer && cover.data.number == number)
}

/// What the insurer says, read: into terms that cannot be wrong.
fn terms(portal: &Portal, message: &Message, data: &OpenCoverData) -> Result<CoverTerms, Receipt> {
    let wrong = |what: &str| bad_terms(&format!("货运险协议的{what}有误"));
    if portal.directory.name_of(&message.source) != data.insurer {
        return Err(wrong("保险机构名称"));
    }
    let day = |text: &String| text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let period = day(&data.begins).zip(day(&data.ends)).filter(|(begins, ends)| begins <= ends);
    let (begins, ends) = period.ok_or_else(|| wrong("起效、结束时间"))?;
    if data.modes.iter().any(|mode| !TRANSPORT_MODES.contains(&mode.as_str())) {
        return Err(wrong("运输方式"));
    }
    if data.minimum_premium < Money::ZERO {
        return Err(wrong("最低保费"));
    }
    let coverages: Option<Vec<Coverage>> = data
        .coverages
        .iter()
        .map(|c| {
            let main = c.kind == CoverageKind::Main;
            let known = if main { MAIN_COVERAGES } else { ADDITIONAL_COVERAGES };
            let number = c.number.parse().ok()?;
            known.contains(&c.name.as_str()).then(|| Coverage { number, main, name: c.name.clone() })
        })
        .collect();
    let is_category = |chapter: &str, heading: &str| {
        let row = portal.tables.by_code(TableId::HsHeading, heading);
        row.is_some_and(|row| &*row.parent == chapter)
    };
    if !data.categories.iter().all(|c| is_category(&c.chapter, &c.heading)) {
        return Err(wrong("货物类别"));
    }
    Ok(CoverTerms {
        line: CargoLine::by_name(&data.line).ok_or_else(|| wrong("险种"))?,
        rate: data.rate.parse().map_err(|_| wrong("保险费率"))?,
        minimum_premium: data.minimum_premium,
        voyage_limit: data.voyage_limit,
        modes: data.modes.clone(),
        begins,
        ends,
        coverages: coverages.ok_or_else(|| wrong("险别"))?,
        categories: data.categories.iter().map(|c| (c.chapter.clone(), c.heading.clone())).collect(),
        special_terms: data
            .special_terms
            .iter()
            .map(|t| SpecialTerm { name: t.name.clone(), content: t.content.clone() })
            .collect(),
    })
}
