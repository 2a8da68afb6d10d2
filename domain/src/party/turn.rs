//! One call's work on a party: reads the party as it will be once the changes so far are applied, and adds to them.
//!
//! Invariant: a turn never touches the party; what it wants is in its [`Changes`].

use std::time::Duration;

use super::{
    Answer, Party,
    answer::{Desk, reply},
    books::View,
    changes::{Changes, Sending},
    outcome::{Decisions, Outcome, Point},
    plan::{Cause, Changing, Conduct, Intake, Plan, Task, Verdict},
    request::{self, refused},
};
use crate::{
    Moment,
    delivery::{Admission, Arrived, Held, Outgoing, Seen, Step},
    message::{Body, Message, MessageId, Receipt},
};

/// After its sender has surely stopped trying, a party that gave no receipt listens again.
const MUTE_BEYOND_TRIES: Duration = Duration::from_secs(3_600);
/// How long after the receipt for one answer 改口 gives the other, in milliseconds.
const CHANGE_AFTER_MS: (u64, u64) = (60_000, 60 * 60_000);
/// How long after the first sending 重复 sends again, in milliseconds.
const ECHO_AFTER_MS: (u64, u64) = (1_000, 60_000);

/// A party, a moment, and what is to change.
pub(super) struct Turn<'a> {
    party: &'a Party,
    pub(super) moment: Moment<'a>,
    pub(super) changes: Changes,
}

impl<'a> Turn<'a> {
    pub(super) fn of(party: &'a Party, moment: Moment<'a>) -> Self {
        Self { party, moment, changes: Changes::default() }
    }

    /// A message arrives.
    pub(super) fn receive(&mut self, arrived: &Arrived, decisions: &mut dyn Decisions) -> Answer {
        let held = match self.party.inbox.admit(arrived, self.moment, &self.party.settings) {
            Admission::Again(receipt) | Admission::Replayed(receipt) => return Answer::Receipt(receipt),
            Admission::Held(held) => Some(held),
            Admission::Handle => None,
        };
        let m = &arrived.message;
        let muted = self.party.muted.get(&(m.source.clone(), m.id.clone()));
        if muted.is_some_and(|until| self.moment.time < *until) {
            return Answer::None;
        }
        match request::screen(self.party, self.view(), m) {
            Ok(point) => {
                let outcome = decisions.take(self.party.id(), point, &m.subject);
                self.admit(arrived, held, point, outcome)
            }
            Err(receipt) => self.settle(arrived, receipt),
        }
    }

    /// Does at the door what was decided. A held request is decided on at its arrival too: its receipt leaves then.
    fn admit(&mut self, arrived: &Arrived, held: Option<Held>, point: Point, outcome: Outcome) -> Answer {
        let m = &arrived.message;
        match Intake::of(outcome) {
            Intake::Mute => {
                let until = self.moment.time + self.party.settings.send_span + MUTE_BEYOND_TRIES;
                self.changes.muted.push((m.source.clone(), m.id.clone(), until));
                Answer::None
            }
            Intake::Refuse { reason } => self.settle(arrived, refused("K3299", reason)),
            Intake::Take { verdict, delay, conduct, later } => {
                let at = self.moment.time + delay.unwrap_or_else(|| self.own_time(point, &m.subject, m.sequence));
                let plan = Plan { point, verdict, at, conduct, later, follows: false };
                let Some(held) = held else {
                    self.take_over(m, plan);
                    return self.settle(arrived, Receipt::Accepted);
                };
                self.changes.held.push((m.source.clone(), m.id.clone(), plan));
                self.changes.seen.push(Seen::Held(held));
                Answer::Receipt(Receipt::Accepted)
            }
        }
    }

    fn own_time(&self, point: Point, subject: &str, sequence: u64) -> Duration {
        let (low, high) = point.answers_after_ms();
        let entity = self.party.entity(subject);
        Duration::from_millis(self.moment.draws.between(point.delay_purpose(), &entity, sequence, low, high))
    }

    /// Remembers a message with its receipt, and handles what waited for it.
    fn settle(&mut self, arrived: &Arrived, receipt: Receipt) -> Answer {
        self.changes.seen.push(Seen::Settled(arrived.clone(), receipt.clone()));
        for released in self.party.inbox.released_by(&arrived.message) {
            self.release(released);
        }
        Answer::Receipt(receipt)
    }

    /// Held messages whose time of waiting is over.
    pub(super) fn release_ready(&mut self) {
        for ready in self.party.inbox.ready(self.moment) {
            self.release(ready);
        }
    }

    fn release(&mut self, arrived: Arrived) {
        let m = &arrived.message;
        // Every held message has its plan: the two are put into the changes together and nowhere else.
        if let Some(plan) = self.party.held.get(&(m.source.clone(), m.id.clone())) {
            self.take_over(m, plan.clone());
        }
        self.changes.seen.push(Seen::Settled(arrived, Receipt::Accepted));
    }

    /// Enters a request into the books and plans its answer.
    fn take_over(&mut self, request: &Message, plan: Plan) {
        // While this one was held another request may have taken its place in the books: that one counts.
        if request::acceptable(self.view(), &request.body).is_err() {
            return;
        }
        let page = request::opened(self.view(), &request.body, self.moment.time);
        self.changes.pages.extend(page);
        self.schedule(Cause::Request(Box::new(request.clone())), plan);
    }

    /// Decides at a point to which no message has come just now: the next one about the same request, or a party's own
    /// act. There is no receipt to refuse or to keep back: who is scripted to says nothing.
    pub(super) fn begin(&mut self, point: Point, cause: Cause, decisions: &mut dyn Decisions) {
        let outcome = decisions.take(self.party.id(), point, cause.subject());
        let Intake::Take { verdict, delay, conduct, later } = Intake::of(outcome) else { return };
        let own = || self.own_time(point, cause.subject(), cause.sequence());
        let at = self.moment.time + delay.unwrap_or_else(own);
        self.schedule(cause, Plan { point, verdict, at, conduct, later, follows: false });
    }

    /// Puts a decision on the agenda. Silence needs no time of its own, but at a bank that debits without a word.
    fn schedule(&mut self, cause: Cause, plan: Plan) {
        if plan.verdict != Verdict::Silent || plan.point == Point::Debit {
            let at = plan.at.max(self.moment.time);
            self.changes.planned.push((at, Task::Answer { cause, plan }));
        }
    }

    /// Sends again what is due, in the outbox's judgement.
    pub(super) fn send_due(&mut self) {
        for step in self.party.outbox.due(self.moment, &self.party.settings) {
            self.carry_out(step);
        }
    }

    /// Does what the agenda holds for now.
    pub(super) fn do_tasks(&mut self, decisions: &mut dyn Decisions) {
        let due = self.party.agenda.range(..=(self.moment.time, u64::MAX));
        for (key, task) in due {
            self.changes.done.push(*key);
            match task {
                Task::Answer { cause, plan } => self.answer(cause, plan, decisions),
                Task::Echo(id) => self.echo(id),
            }
        }
    }

    /// Gives an answer, and remembers what is to follow it. The books keep what was decided first: neither what
    /// contradicts it nor nonsense is entered. A debit is no word: it is made though what is said of it makes no sense.
    fn answer(&mut self, cause: &Cause, plan: &Plan, decisions: &mut dyn Decisions) {
        let desk = Desk { party: self.party, view: self.view(), moment: self.moment };
        let Some(said) = reply(desk, cause, plan) else { return };
        let nonsense = plan.verdict == Verdict::Nonsense;
        let counts = !plan.conduct.contradicts && !nonsense;
        if counts || (nonsense && plan.point == Point::Debit && !plan.conduct.contradicts) {
            self.changes.pages.extend(said.pages);
        }
        if let Some(body) = said.body {
            let id = self.say(cause.subject(), cause.correlation(), body, plan.conduct);
            if !plan.later.is_empty() {
                let (cause, later, contradicts) = (cause.clone(), plan.later.clone(), plan.conduct.contradicts);
                self.changes.changing.push((id, Changing { point: plan.point, cause, contradicts, later }));
            }
        }
        if let Some(next) = said.next.filter(|_| counts) {
            self.begin(next, cause.clone(), decisions);
        }
    }

    /// The receipt for the answer `id` is there, `taken` over or not: plans the one that follows it.
    pub(super) fn change_mind(&mut self, id: &MessageId, changing: &Changing, taken: bool) {
        let mut rest = changing.later.clone();
        let Some(Intake::Take { verdict, delay, mut conduct, later }) = rest.pop().map(Intake::of) else { return };
        if verdict == Verdict::Silent {
            return;
        }
        rest.extend(later);
        conduct.contradicts = changing.contradicts || taken;
        let (low, high) = CHANGE_AFTER_MS;
        let own = || Duration::from_millis(self.moment.draws.between("change-of-mind", id.as_str(), 0, low, high));
        let at = self.moment.time + delay.unwrap_or_else(own);
        let plan = Plan { point: changing.point, verdict, at, conduct, later: rest, follows: true };
        self.changes.planned.push((at, Task::Answer { cause: changing.cause.clone(), plan }));
    }

    /// Makes a message to the portal and puts it on the wire. Returns its id.
    pub(super) fn say(
        &mut self,
        subject: &str,
        correlation: Option<MessageId>,
        body: Body,
        conduct: Conduct,
    ) -> MessageId {
        let target = self.party.portal.clone();
        let planned = self.changes.outgoing.iter().map(|o| &o.message);
        let here = planned.filter(|m| m.target == target && m.subject == subject).map(|m| m.sequence + 1).max();
        let sequence = self.party.outbox.next_sequence(&target, subject).max(here.unwrap_or(0));
        let id = self.moment.draws.draw("message-id", &self.party.entity(subject), sequence);
        let message = Message {
            id: MessageId::new(&id[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
            source: self.party.id().clone(),
            target,
            subject: subject.to_owned(),
            time: self.moment.time,
            sequence,
            correlation,
            body,
        };
        if conduct != Conduct::default() {
            self.changes.conduct.push((message.id.clone(), conduct));
        }
        let id = message.id.clone();
        let step = Outgoing::queued(message, self.moment.time).step(self.moment, &self.party.settings);
        self.carry_out(step);
        id
    }

    fn carry_out(&mut self, step: Step) {
        match step {
            Step::Send { entry, .. } => {
                if entry.sendings == 1 {
                    self.plan_echoes(&entry.message);
                }
                self.send(entry);
            }
            Step::Undelivered(entry) => self.changes.outgoing.push(entry),
        }
    }

    fn plan_echoes(&mut self, message: &Message) {
        let (low, high) = ECHO_AFTER_MS;
        for number in 1..=self.conduct(&message.id).echoes {
            let ms = self.moment.draws.between("echo", message.id.as_str(), u64::from(number), low, high);
            let at = self.moment.time + Duration::from_millis(ms);
            self.changes.planned.push((at, Task::Echo(message.id.clone())));
        }
    }

    /// Sends once more, outside the run of tries and whatever the receipt.
    fn echo(&mut self, id: &MessageId) {
        let known = self.changes.outgoing.iter().rev().find(|o| o.message.id == *id);
        if let Some(entry) = known.or_else(|| self.party.outbox.entry(id)).cloned() {
            self.send(Outgoing { sendings: entry.sendings.saturating_add(1), ..entry });
        }
    }

    fn send(&mut self, entry: Outgoing) {
        let Conduct { misbehaviour, contradicts, .. } = self.conduct(&entry.message.id);
        let (message, sending) = (entry.message.clone(), entry.sendings);
        self.changes.sendings.push(Sending { message, sending, misbehaviour, contradicts });
        self.changes.outgoing.push(entry);
    }

    /// The books as they will be.
    pub(super) fn view(&self) -> View<'_> {
        View::of(&self.party.books, &self.changes.pages)
    }

    fn conduct(&self, id: &MessageId) -> Conduct {
        let new = self.changes.conduct.iter().find(|(of, _)| of == id).map(|(_, conduct)| *conduct);
        new.or_else(|| self.party.conduct.get(id).copied()).unwrap_or_default()
    }
}
