//! Folds the evidence of a case into its [`Trace`]: who stands where, what happened when, what became of each message.

use std::collections::BTreeMap;

use domain::{
    Time,
    directory::{Directory, PartyId},
};

use super::{End, Exchange, Fate, Lane, Message, Moment, Role, Step, Trace, What, card, message};
use crate::{
    evidence::{Act, Arrival, Evidence, Happening, Sent},
    verdict::{checks::Judging, finding::CaseResult, trail},
};

/// What a trace shows of the scenario file itself.
#[derive(Clone, Debug)]
pub struct Script {
    /// 开始
    pub start: Time,
    /// 标签
    pub tags: Vec<String>,
    /// The file's text.
    pub source: String,
    /// The values of its row of 矩阵, by their keys.
    pub row: Vec<(String, String)>,
    /// Where the entries of 已知 stand.
    pub given: Vec<Step>,
    /// Where its steps stand.
    pub steps: Vec<Step>,
}

/// Tells a case that is over. The same evidence gives the same trace.
pub fn tell(script: Script, evidence: &Evidence, judging: &Judging<'_>, result: &CaseResult) -> Trace {
    let lanes = Lanes::of(evidence, judging.directory);
    let telling = Telling { start: script.start, evidence, judging, fates: fates(evidence, script.start), lanes };
    Trace {
        start: script.start.to_string(),
        tags: script.tags,
        source: script.source,
        row: script.row,
        given: script.given,
        steps: script.steps,
        events: telling.events(),
        lanes: telling.lanes.0.into_iter().map(|(name, role)| Lane { name, role }).collect(),
        cited: result.cited.clone(),
    }
}

/// The columns from left to right; within a kind, in the order of appearance.
struct Lanes(Vec<(String, Role)>);

impl Lanes {
    fn of(evidence: &Evidence, directory: &Directory) -> Self {
        let mut seen: Vec<(String, Role)> = vec![("门户".into(), Role::SingleWindow)];
        let mut see = |name: String, role| {
            if !seen.iter().any(|(known, _)| *known == name) {
                seen.push((name, role));
            }
        };
        for entry in &evidence.entries {
            match &entry.what {
                Happening::Sent(sent) => {
                    see(trail::name(&sent.from, directory), Role::Party);
                    see(trail::name(&sent.to, directory), Role::Party);
                }
                Happening::Decided { party, .. } => see(trail::name(party, directory), Role::Party),
                Happening::Apdu { person, .. } | Happening::Act(Act { person, .. }) => {
                    see(person.clone(), Role::Person)
                }
                Happening::Arrived(_)
                | Happening::Lost { .. }
                | Happening::Receipt { .. }
                | Happening::Entered(_)
                | Happening::Logged(_)
                | Happening::Page(_)
                | Happening::Struck { .. } => {}
            }
        }
        seen.sort_by_key(|(_, role)| *role);
        Self(seen)
    }

    /// The place of a name that was seen; the first one else, which cannot be.
    fn place(&self, name: &str) -> usize {
        self.0.iter().position(|(known, _)| known == name).unwrap_or(0)
    }
}

/// What became of each sending, by its transit.
fn fates(evidence: &Evidence, start: Time) -> BTreeMap<usize, Vec<Fate>> {
    let mut fates: BTreeMap<usize, Vec<Fate>> = BTreeMap::new();
    for entry in &evidence.entries {
        let (transit, end, text) = match &entry.what {
            Happening::Lost { transit } => (*transit, End::Lost, "在路上丢失".into()),
            Happening::Arrived(arrival) => {
                let end = if arrival.refused.is_some() { End::Refused } else { End::Taken };
                (arrival.transit, end, trail::taken(arrival))
            }
            Happening::Receipt { transit, lost, refused, verified } => {
                let end = match (lost, verified, refused) {
                    (true, _, _) => End::ReceiptLost,
                    (false, true, None) => End::Receipt,
                    (false, true, Some(_)) | (false, false, _) => End::BadReceipt,
                };
                (*transit, end, trail::receipt(*lost, refused.as_deref(), *verified).into())
            }
            Happening::Sent(_)
            | Happening::Apdu { .. }
            | Happening::Act(_)
            | Happening::Entered(_)
            | Happening::Logged(_)
            | Happening::Page(_)
            | Happening::Decided { .. }
            | Happening::Struck { .. } => continue,
        };
        fates.entry(transit).or_default().push(Fate { ms: since(start, entry.at), end, text });
    }
    fates
}

fn since(start: Time, at: Time) -> u64 {
    u64::try_from(at.since(start).as_millis()).unwrap_or(u64::MAX)
}

/// An act is noted when it is over; it is told before the rows that it wrote into a status log and the page that it
/// opened.
fn before_what_it_did(events: &[Moment], ms: u64, step: Option<usize>) -> usize {
    let of_it = |e: &&Moment| matches!(e.what, What::Log { .. } | What::Page { .. }) && e.ms == ms && e.step == step;
    events.len() - events.iter().rev().take_while(of_it).count()
}

struct Telling<'a, 'j> {
    start: Time,
    evidence: &'a Evidence,
    judging: &'a Judging<'j>,
    fates: BTreeMap<usize, Vec<Fate>>,
    lanes: Lanes,
}

impl Telling<'_, '_> {
    fn events(&self) -> Vec<Moment> {
        let mut events: Vec<Moment> = Vec::new();
        for entry in &self.evidence.entries {
            let (ms, step) = (since(self.start, entry.at), entry.step);
            if let Happening::Apdu { person, command, response } = &entry.what {
                let told = card::exchange(command, response);
                self.spoken(&mut events, Moment { ms, step, what: self.card(person, told) });
            } else if let Some(what) = self.what(&entry.what, entry.at) {
                let place =
                    if matches!(what, What::Act { .. }) { before_what_it_did(&events, ms, step) } else { events.len() };
                events.insert(place, Moment { ms, step, what });
            }
        }
        events
    }

    fn card(&self, person: &str, exchange: Exchange) -> What {
        What::Card { lane: self.lanes.place(person), exchanges: vec![exchange] }
    }

    /// Puts commands to the same card, with nothing in between, together.
    fn spoken(&self, events: &mut Vec<Moment>, moment: Moment) {
        if let What::Card { lane, exchanges } = &moment.what
            && let Some(Moment { step, what: What::Card { lane: last, exchanges: before }, .. }) = events.last_mut()
            && *last == *lane
            && *step == moment.step
        {
            before.extend(exchanges.iter().cloned());
            return;
        }
        events.push(moment);
    }

    fn what(&self, happening: &Happening, at: Time) -> Option<What> {
        Some(match happening {
            Happening::Act(act) => What::Act {
                lane: self.lanes.place(&act.person),
                verb: act.verb.clone(),
                prompt: act.prompt.clone(),
                refused: act.refused.clone(),
                record: act.record.clone(),
            },
            Happening::Page(seen) => What::Page { page: seen.page.clone(), records: seen.records.clone() },
            Happening::Sent(sent) => What::Message(Box::new(self.message(sent, at))),
            Happening::Logged(row) => What::Log {
                record: row.record.clone(),
                number: row.number,
                code: row.code.clone(),
                text: row.text.clone(),
            },
            Happening::Decided { party, point, outcome, .. } => {
                What::Decision { lane: self.party(party), point: point.clone(), outcome: outcome.clone() }
            }
            Happening::Struck { text, .. } => What::Fault { text: text.clone() },
            // Commands are put together by the caller; the others are told with the message that they are about, and
            // what was entered is in the request.
            Happening::Apdu { .. }
            | Happening::Arrived(_)
            | Happening::Lost { .. }
            | Happening::Receipt { .. }
            | Happening::Entered(_) => return None,
        })
    }

    fn party(&self, id: &PartyId) -> usize {
        self.lanes.place(&trail::name(id, self.judging.directory))
    }

    /// A sending, opened as it arrived where a copy did, else as it left.
    fn message(&self, sent: &Sent, at: Time) -> Message {
        let arrived = self.evidence.entries.iter().find_map(|entry| match &entry.what {
            Happening::Arrived(arrival) if arrival.transit == sent.transit => Some((arrival, entry.at)),
            _ => None,
        });
        let laid = match arrived {
            Some((Arrival { bytes, by, .. }, at)) => message::open(bytes, by, at, self.judging),
            None => message::open(&sent.bytes, &sent.to, at, self.judging),
        };
        Message {
            name: sent.kind.chinese().into(),
            id: sent.id.to_string(),
            from: self.party(&sent.from),
            to: self.party(&sent.to),
            sending: sent.sending,
            declared: sent.declared.clone(),
            fates: self.fates.get(&sent.transit).cloned().unwrap_or_default(),
            event: laid.event,
            data: laid.data,
            envelope: laid.envelope,
            verified: laid.verified,
        }
    }
}
