//! One world: the portal, its counterparties, the wire between them and the people before it, stepped in virtual time.
//!
//! A world belongs to one case. It is plain state: the same seed and the same acts give the same bytes. It never
//! judges; it writes down what was seen ([`crate::evidence`]) and leaves the verdict to others.
//!
//! Invariant: there is no clock here but [`World::now`], which moves only through [`World::step`] and what builds on
//! it; portal and parties never meet except through sealed bytes on the [`network`].

pub mod acts;
pub mod attachments;
pub mod draws;
pub mod fixtures;
pub mod gateway;
pub mod journal;
pub mod keys;
mod ledgers;
pub mod network;
mod parties;
pub mod person;
pub mod sabotage;
pub mod script;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Moment, Time, Verified,
    directory::{Directory, Enterprise, PartyId, PartyRole},
    message::Message,
    party::{self, Misbehaviour, Party},
    portal::{Portal, RecordId, Rules, Way},
    settings::Settings,
    tables::Tables,
};
use interchange::Suite;
use virtual_card::Card;

use crate::evidence::{Arrival, BookLine, Entry, Evidence, Happening, LogLine, RecordPage, Sent};

pub use crate::card::desk::{Desks, MemoryDesks, Readers};
use draws::SeededDraws;
use fixtures::CardSlot;
use gateway::{Gateway, Sealed, Sealing};
use keys::Fixtures;
use network::{Label, Network, Parcel, WireFault};
use person::Person;
use sabotage::{Saboteur, Said};
use script::Script;

/// What a world is made of.
pub struct Setup {
    /// The case's id; with the seed it keys every draw.
    pub case: String,
    /// The seed.
    pub seed: u64,
    /// How messages are sealed.
    pub suite: Suite,
    /// When the clock starts.
    pub start: Time,
    /// The portal's tables and rules.
    pub rules: Rules,
    /// The code tables that forms choose from.
    pub tables: Arc<Tables>,
    /// What parties decide.
    pub script: Script,
    /// Faults of the wire, each with its place in the scenario.
    pub faults: Vec<(usize, WireFault)>,
    /// Logins (from 1) whose signed challenge is sent again, each with its fault's place in the scenario.
    pub replayed_logins: Vec<(usize, u32)>,
    /// Cards other than the fixture's, for each enterprise: a test exchanges their keys.
    pub cards: Option<Arc<Vec<[Card; 3]>>>,
    /// Somebody bad, for the tests of the tests.
    pub saboteur: Option<Saboteur>,
    /// Where people's cards lie.
    pub desks: Box<dyn Desks>,
}

/// What a step of the world came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something was done at the present time.
    Progress,
    /// Nothing is left to be done now; `until` is when something will be, if ever.
    Idle {
        /// The next event.
        until: Option<Time>,
    },
}

/// One world.
pub struct World {
    now: Time,
    start: Time,
    draws: SeededDraws,
    fixtures: &'static Fixtures,
    portal: Portal,
    portal_gateway: Gateway,
    parties: BTreeMap<PartyId, (Party, Gateway)>,
    script: Script,
    network: Network,
    people: BTreeMap<(usize, CardSlot), Person>,
    desks: Box<dyn Desks>,
    replayed_logins: Vec<(usize, u32)>,
    cards: Option<Arc<Vec<[Card; 3]>>>,
    settings: Settings,
    logins: u32,
    transits: usize,
    step: Option<usize>,
    card_signatures: u32,
    evidence: Evidence,
    saboteur: Option<Saboteur>,
    last_receipt: Option<Arc<[u8]>>,
    ways: BTreeSet<Way>,
    changes: u64,
    /// Steps since the clock last moved.
    at_once: u32,
}

/// So many things at one moment mean that something does itself again for ever: a bug of ours, or of wrong [`Rules`].
/// Far more than happen at any moment of an honest world, and few enough to look at quickly.
const AT_ONCE: u32 = 1_000;

/// The world's own bug: a fixture without keys. Every run would meet it.
const KEYED: &str = "every fixture party has keys in every suite";

impl World {
    /// A world at its first moment; nobody is logged in, every card is in its reader.
    pub fn new(setup: Setup) -> Self {
        let fixtures = keys::fixtures();
        let keys = keys::suite_keys(setup.suite);
        let mut network = Network::default();
        for (number, fault) in setup.faults {
            network.lay(number, fault);
        }
        let settings = setup.rules.settings.clone();
        let parties = fixtures
            .directory
            .institutions()
            .iter()
            .map(|i| {
                let gateway = Gateway::new(i.id.clone(), keys).expect(KEYED);
                (i.id.clone(), (Party::new(i.clone(), settings.clone()), gateway))
            })
            .collect();
        let mut world = Self {
            now: setup.start,
            start: setup.start,
            draws: SeededDraws::new(setup.seed, &setup.case),
            fixtures,
            portal: Portal::new(
                setup.rules,
                Arc::clone(&fixtures.directory),
                setup.tables,
                Arc::clone(&fixtures.enterprises),
            ),
            portal_gateway: Gateway::new(PartyId::portal(), keys).expect(KEYED),
            parties,
            script: setup.script,
            network,
            people: BTreeMap::new(),
            desks: setup.desks,
            replayed_logins: setup.replayed_logins,
            cards: setup.cards,
            settings,
            logins: 0,
            transits: 0,
            step: None,
            card_signatures: 0,
            evidence: Evidence::default(),
            saboteur: setup.saboteur,
            last_receipt: None,
            ways: BTreeSet::new(),
            changes: 0,
            at_once: 0,
        };
        world.open_accounts();
        world
    }

    /// The present.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When the clock started.
    pub fn start(&self) -> Time {
        self.start
    }

    /// How often the portal's or a party's state has changed: what a waiting observer needs to look at.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The rows of the portal's life cycle that records have gone along so far. No evidence: no outsider could see it.
    pub fn ways(&self) -> &BTreeSet<Way> {
        &self.ways
    }

    /// The institutions.
    pub fn directory(&self) -> &Directory {
        &self.fixtures.directory
    }

    /// The enterprises.
    pub fn enterprises(&self) -> &[Enterprise] {
        &self.fixtures.enterprises
    }

    /// The portal, to look at.
    pub fn portal(&self) -> &Portal {
        &self.portal
    }

    /// Signatures that cards have made.
    pub fn card_signatures(&self) -> u32 {
        self.card_signatures
    }

    /// APDUs that cards have answered.
    pub fn apdus(&mut self) -> u64 {
        self.people.values_mut().map(Person::apdus).sum()
    }

    /// What went wrong with the readers themselves: then nothing that happened says anything about the portal.
    pub fn trouble(&self) -> Option<String> {
        self.desks.trouble()
    }

    /// Says which step of the scenario is being played from now on.
    pub fn begin_step(&mut self, step: Option<usize>) {
        self.step = step;
    }

    /// Writes down something that was seen.
    pub fn note(&mut self, what: Happening) {
        self.evidence.entries.push(Entry { at: self.now, step: self.step, what });
    }

    /// What was seen so far.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Does the next thing that is due now, if any. Afterwards: step again, or move the clock with [`World::run_until`].
    /// Once it is [`World::restless`] nothing more happens in it.
    pub fn step(&mut self) -> Progress {
        if self.restless() {
            return Progress::Idle { until: None };
        }
        let progress = self.step_once();
        self.at_once = if progress == Progress::Progress { self.at_once + 1 } else { 0 };
        progress
    }

    /// Whether it did not come to rest at one moment: somebody does the same thing for ever.
    pub fn restless(&self) -> bool {
        self.at_once >= AT_ONCE
    }

    fn step_once(&mut self) -> Progress {
        if let Some(parcel) = self.network.arrive(self.now) {
            self.deliver(parcel);
            return Progress::Progress;
        }
        if self.portal.next_due().is_some_and(|at| at <= self.now) {
            let draws = self.draws.clone();
            let changes = self.portal.due(Moment { time: self.now, draws: &draws });
            self.apply_to_portal(changes);
            return Progress::Progress;
        }
        let due = self.parties.iter().find(|(_, (p, _))| p.next_due().is_some_and(|at| at <= self.now));
        if let Some(id) = due.map(|(id, _)| id.clone()) {
            let draws = self.draws.clone();
            let moment = Moment { time: self.now, draws: &draws };
            if let Some((party, _)) = self.parties.get(&id) {
                let changes = party.due(moment, &mut self.script);
                self.apply_to_party(&id, changes);
            }
            return Progress::Progress;
        }
        let until = [self.network.next(), self.portal.next_due()]
            .into_iter()
            .chain(self.parties.values().map(|(p, _)| p.next_due()))
            .flatten()
            .min();
        Progress::Idle { until }
    }

    /// Does one thing, moving the clock to it if it lies no later than `limit`. `false` when there is none: then the
    /// clock stands at `limit`.
    pub fn step_within(&mut self, limit: Time) -> bool {
        match self.step() {
            Progress::Progress => true,
            Progress::Idle { until: Some(at) } if at <= limit => {
                self.now = self.now.max(at);
                self.step() == Progress::Progress
            }
            Progress::Idle { .. } => {
                self.now = self.now.max(limit);
                false
            }
        }
    }

    /// Lets time pass until `limit`, with all that happens meanwhile.
    pub fn run_until(&mut self, limit: Time) {
        while self.step_within(limit) {}
    }

    /// A party ends an agreement of its own accord (银行.终止协议).
    ///
    /// # Errors
    /// The party's own words, where it has no such agreement in force.
    pub fn party_ends_agreement(&mut self, party: &PartyId, application: &str, reason: &str) -> Result<(), String> {
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let Some((bank, _)) = self.parties.get(party) else {
            return Err(format!("没有「{party}」这个机构"));
        };
        let changes = bank.end_agreement(application, reason, moment)?;
        self.apply_to_party(party, changes);
        Ok(())
    }

    /// Closes the case: what pages and books show at the end goes into the evidence.
    pub fn finish(mut self) -> Evidence {
        self.own_covers();
        let records: Vec<(String, String)> = self.evidence.owners.clone().into_iter().collect();
        for (record, uscc) in records {
            let Some(enterprise) = self.fixtures.enterprises.iter().find(|e| e.uscc.as_str() == uscc) else { continue };
            let scope = self.portal.observe(&enterprise.uscc);
            let id = RecordId::new(&record);
            if let Some(shown) = scope.shown(&id) {
                let log = shown.log.iter().map(log_line).collect();
                let fields = shown.fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
                self.evidence.pages.push(RecordPage { record, kind: shown.kind, fields, log });
            }
        }
        for (id, (party, _)) in &self.parties {
            for (application, entry) in party.books() {
                self.evidence.books.push(BookLine {
                    party: id.clone(),
                    application: application.to_owned(),
                    standing: standing_word(entry.standing).to_owned(),
                    agreement_number: entry.agreement_number.clone(),
                    requests_handled: entry.requests_handled,
                });
            }
            ledgers::write_down(id, party, &mut self.evidence);
        }
        self.books_as_told();
        self.evidence
    }

    /// No card made an open cover: whose it is stands in the insurer's books, and it is looked for on that enterprise's page.
    fn own_covers(&mut self) {
        for (insurer, (party, _)) in &self.parties {
            for cover in party.covers() {
                let uscc = &cover.terms.uscc;
                if let Some(id) = self.portal.observe(uscc).cover_numbered(insurer, &cover.terms.number) {
                    self.evidence.owners.insert(id.to_string(), uscc.to_string());
                }
            }
        }
    }

    fn role_of(&self, id: &PartyId) -> PartyRole {
        self.fixtures.directory.by_id(id).map_or(PartyRole::Portal, |i| i.role)
    }

    fn apply_to_portal(&mut self, changes: domain::portal::Changes) {
        self.changes += 1;
        self.ways.extend(changes.ways().iter().copied());
        let rows: Vec<LogLine> = changes.log().iter().map(log_line).collect();
        for row in rows {
            self.note(Happening::Logged(row));
        }
        for sending in self.portal.apply(changes) {
            self.send(sending.message, sending.sending, None, Vec::new());
        }
    }

    fn apply_to_party(&mut self, id: &PartyId, changes: party::Changes) {
        self.changes += 1;
        let Some((party, _)) = self.parties.get_mut(id) else { return };
        for sending in party.apply(changes) {
            let declared = sending.contradicts.then(|| "改口".to_owned()).into_iter().collect();
            self.send(sending.message, sending.sending, sending.misbehaviour, declared);
        }
        for taken in self.script.drain_taken() {
            self.note(Happening::Decided {
                party: taken.party,
                point: format!("{}.{}", taken.point.role().chinese(), taken.point.chinese()),
                subject: taken.subject,
                outcome: taken.outcome.at(taken.point).to_string(),
            });
        }
    }

    /// Puts a message on the wire; `declared` is what is wrong with it beside how it is sealed.
    fn send(&mut self, message: Message, sending: u32, misbehaviour: Option<Misbehaviour>, declared: Vec<String>) {
        let honest = Said { message, sending, sealing: Sealing::Own(misbehaviour), declared };
        for said in self.said_really(honest) {
            let gateway = self.gateway(&said.message.source);
            let sealed =
                gateway.seal(&said.message, &said.sealing, &self.draws).expect("a message of ours can be sealed");
            for Sealed { bytes, wrong } in sealed {
                let declared = wrong.into_iter().chain(said.declared.iter().cloned()).collect();
                self.post(said.message.clone(), said.sending, bytes, declared);
            }
        }
    }

    fn post(&mut self, message: Message, sending: u32, bytes: Arc<[u8]>, mut declared: Vec<String>) {
        let transit = self.transits;
        self.transits += 1;
        let label = Label {
            transit,
            from: (message.source.clone(), self.role_of(&message.source)),
            to: (message.target.clone(), self.role_of(&message.target)),
            kind: message.body.kind(),
            id: message.id.clone(),
            sending,
            digest: signing::sha256(&bytes),
        };
        let fate = self.carry(label, &bytes);
        if fate.tampered {
            declared.push("篡改".to_owned());
        }
        if fate.held {
            declared.push("乱序".to_owned());
        }
        self.note(Happening::Sent(Sent {
            transit,
            from: message.source,
            to: message.target,
            kind: message.body.kind(),
            id: message.id,
            subject: message.subject,
            sequence: message.sequence,
            correlation: message.correlation,
            sending,
            bytes,
            declared,
        }));
        if fate.lost {
            self.note(Happening::Lost { transit });
        }
        self.note_struck();
    }

    fn note_struck(&mut self) {
        for struck in self.network.drain_struck() {
            self.note(Happening::Struck { fault: struck.fault, text: struck.text });
        }
    }

    fn gateway(&self, id: &PartyId) -> &Gateway {
        self.parties.get(id).map_or(&self.portal_gateway, |(_, gateway)| gateway)
    }

    fn deliver(&mut self, parcel: Parcel) {
        match parcel {
            Parcel::Message { label, bytes } => self.deliver_message(&label, bytes),
            Parcel::Receipt { label, bytes } => self.deliver_receipt(&label, &bytes),
        }
    }

    fn deliver_message(&mut self, label: &Label, bytes: Arc<[u8]>) {
        let me = label.to.0.clone();
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let opened = self.gateway(&me).open(&bytes, self.now, &self.settings);
        let (refused, reason, receipt) = match opened {
            Err(error) => {
                let receipt = self.gateway(&me).refusal(&error, self.now);
                (Some(error.code.to_owned()), error.reason, Some(receipt))
            }
            Ok((arrived, _)) => {
                let answer = self.hand_over(&me, &arrived, moment);
                let sealed = answer
                    .as_ref()
                    .map(|receipt| self.gateway(&me).receipt(receipt, &arrived.digest, &arrived.message, self.now));
                match answer {
                    Some(domain::message::Receipt::Refused { code, reason }) => (Some(code), reason, sealed),
                    _ => (None, String::new(), sealed),
                }
            }
        };
        let arrival = Arrival { transit: label.transit, bytes, by: me, refused, reason, receipt };
        let arrival = self.receipted_really(label, arrival);
        let receipt = arrival.receipt.clone();
        self.note(Happening::Arrived(arrival));
        if let Some(receipt) = receipt {
            let fate = self.carry_receipt(label, receipt);
            if fate.lost {
                self.note(Happening::Receipt { transit: label.transit, lost: true, refused: None, verified: false });
            }
            self.note_struck();
        }
    }

    /// Hands a verified message to the portal or a party; `None` where the party gives no receipt (无回执).
    fn hand_over(
        &mut self,
        me: &PartyId,
        arrived: &Verified<domain::delivery::Arrived>,
        moment: Moment<'_>,
    ) -> Option<domain::message::Receipt> {
        if *me == PartyId::portal() {
            let (receipt, changes) = self.portal.receive(arrived, moment);
            self.apply_to_portal(changes);
            return Some(receipt);
        }
        let (party, _) = self.parties.get(me)?;
        let (answer, changes) = party.receive(arrived, moment, &mut self.script);
        self.apply_to_party(me, changes);
        match answer {
            party::Answer::Receipt(receipt) => Some(receipt),
            party::Answer::None => None,
        }
    }

    fn deliver_receipt(&mut self, label: &Label, bytes: &[u8]) {
        let sender = label.from.0.clone();
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let opened = self.gateway(&sender).open_receipt(bytes, &label.to.0, &label.digest, self.now);
        let (refused, verified) = match &opened {
            Ok(receipt) => match &**receipt {
                domain::message::Receipt::Accepted => (None, true),
                domain::message::Receipt::Refused { code, .. } => (Some(code.clone()), true),
            },
            Err(error) => (Some(error.code.to_owned()), false),
        };
        self.note(Happening::Receipt { transit: label.transit, lost: false, refused, verified });
        let Ok(receipt) = opened else { return };
        if sender == PartyId::portal() {
            let changes = self.portal.receipt(&label.id, &receipt, moment);
            self.apply_to_portal(changes);
        } else if let Some((party, _)) = self.parties.get(&sender) {
            let changes = party.receipt(&label.id, &receipt, moment);
            self.apply_to_party(&sender, changes);
        }
    }
}

fn log_line(row: &domain::portal::LogRow) -> LogLine {
    LogLine {
        record: row.record.to_string(),
        number: row.number,
        code: row.code.to_owned(),
        text: row.text.to_string(),
        recorded_at: row.recorded_at,
    }
}

/// The words of [`BookLine::standing`].
const fn standing_word(standing: party::Standing) -> &'static str {
    match standing {
        party::Standing::Asked => "asked",
        party::Standing::Agreed => "agreed",
        party::Standing::Refused => "refused",
        party::Standing::Ended => "ended",
    }
}
