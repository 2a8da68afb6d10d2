//! What all kinds of record share: who owns one, how far its message has come, when time alone changes it.
//!
//! A kind says in [`Record`] what is its own; sending, logging and refusing are written once, for all. Nothing in here
//! decides where a record goes: its life-cycle table does.

use std::fmt;

use super::{
    RecordId, RecordKind, Rules,
    agreement::{self, Agreement},
    cargo_messages,
    cover::{self, OpenCover},
    draft::{Draft, Note},
    due::spelled,
    payment::{self, Payment},
    payment_messages,
    proposal::{self, Proposal},
    request::{self, OpenCoverRequest},
};
use crate::{
    Time,
    codes::Uscc,
    directory::PartyId,
    life_cycle::{Delivery, Row, Step},
    message::MessageId,
    settings::Settings,
};

/// Why a record failed or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The party's full name; empty where nobody did it.
    pub party: String,
    /// The bare reason.
    pub reason: String,
}

/// A record of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Any {
    Agreement(Agreement),
    Request(OpenCoverRequest),
    Cover(OpenCover),
    Proposal(Proposal),
    Payment(Payment),
}

/// The fields that every kind has, to change.
pub(super) struct Common<'a, S> {
    pub state: &'a mut S,
    pub revision: &'a mut u64,
    pub message: &'a mut MessageId,
    pub first_sent: &'a mut Option<Time>,
    pub failure: &'a mut Option<Failure>,
    pub log_rows: &'a mut u64,
    pub deadline: &'a mut Option<Time>,
}

/// One kind of record.
pub(super) trait Record: Clone + Sized {
    /// Where it can stand.
    type State: Copy + PartialEq + fmt::Debug + 'static;
    /// What can happen to it.
    type Event: Copy + PartialEq + fmt::Debug + 'static;
    /// Which kind.
    const KIND: RecordKind;

    fn of(any: &Any) -> Option<&Self>;
    fn into_any(self) -> Any;
    fn id(&self) -> &RecordId;
    fn state(&self) -> Self::State;
    fn message(&self) -> &MessageId;
    fn common(&mut self) -> Common<'_, Self::State>;

    /// Its life cycle.
    fn table(rules: &Rules) -> &[Row<Self::State, Self::Event>];
    /// What a page shows of a state; how it is called behind the page; how an event is called, and its button.
    fn page_text(state: Self::State) -> &'static str;
    fn label(state: Self::State) -> &'static str;
    fn told(event: Self::Event) -> &'static str;
    fn button(event: Self::Event) -> Option<&'static str>;
    /// What a person's act that was refused in this state enforces.
    fn cited(event: Self::Event) -> &'static [&'static str];

    /// What it means for the record that this happened to one of its messages.
    fn event_of(&self, message: &MessageId, delivery: Delivery) -> Option<Self::Event>;
    /// When time alone changes it, and how.
    fn awaits(&self, settings: &Settings) -> Option<(Time, Self::Event)>;
    /// What its log says of an event that time alone brought, beside silence and giving up.
    fn overdue(event: Self::Event, party: String, settings: &Settings) -> Note;
    /// Whom its present message is for, as the person chose it.
    fn counterparty(&self) -> &PartyId;
    /// What follows at once from having come from one state to another.
    fn follow(_: &mut Draft<'_>, _: &RecordId, _from: Self::State, _to: Self::State) {}
    /// Whether an event that went wrong is what the page should tell as the reason, there where a state has a reason of its
    /// own.
    fn explains(_from: Self::State, _: Self::Event) -> bool {
        true
    }
    /// Whether its page goes on telling in this state why something failed.
    fn tells_failure(state: Self::State) -> bool;
}

/// The parts of [`Record`] that are the same words for every kind.
macro_rules! common {
    ($variant:ident, $kind:ident, $module:ident, $table:ident) => {
        type State = $module::State;
        type Event = $module::Event;
        const KIND: RecordKind = RecordKind::$kind;

        fn of(any: &Any) -> Option<&Self> {
            match any {
                Any::$variant(record) => Some(record),
                _ => None,
            }
        }
        fn into_any(self) -> Any {
            Any::$variant(self)
        }
        fn id(&self) -> &RecordId {
            &self.id
        }
        fn state(&self) -> Self::State {
            self.state
        }
        fn message(&self) -> &MessageId {
            &self.message
        }
        fn common(&mut self) -> Common<'_, Self::State> {
            Common {
                state: &mut self.state,
                revision: &mut self.revision,
                message: &mut self.message,
                first_sent: &mut self.first_sent,
                failure: &mut self.failure,
                log_rows: &mut self.log_rows,
                deadline: &mut self.deadline,
            }
        }
        fn table(rules: &Rules) -> &[Row<Self::State, Self::Event>] {
            &rules.$table
        }
        fn page_text(state: Self::State) -> &'static str {
            state.page_text()
        }
        fn label(state: Self::State) -> &'static str {
            state.label()
        }
        fn told(event: Self::Event) -> &'static str {
            event.chinese()
        }
        fn button(event: Self::Event) -> Option<&'static str> {
            event.button()
        }
    };
}

impl Record for Agreement {
    common!(Agreement, Agreement, agreement, agreement);

    fn cited(event: Self::Event) -> &'static [&'static str] {
        match event {
            agreement::Event::Resign => &["AGR-10"],
            _ => &["MSG-04"],
        }
    }

    fn event_of(&self, message: &MessageId, delivery: Delivery) -> Option<Self::Event> {
        use agreement::Event as E;
        (self.message == *message).then_some(match delivery {
            Delivery::Dispatched => E::Dispatched,
            Delivery::Acknowledged => E::Acknowledged,
            Delivery::Rejected => E::Rejected,
            Delivery::Undelivered => E::Undelivered,
            Delivery::Resend => E::Resend,
            Delivery::GivenUp => E::GivenUp,
            Delivery::Silence => E::Silence,
        })
    }

    fn awaits(&self, settings: &Settings) -> Option<(Time, Self::Event)> {
        let event = self.state.awaits()?;
        let at = match event {
            agreement::Event::Expired => self.expiry.map(Time::after_day),
            // Silence and giving up count from the first sending (AGR-11, MSG-04).
            _ => self.first_sent.map(|sent| sent + settings.silence),
        };
        at.map(|at| (at, event))
    }

    fn overdue(_: Self::Event, _: String, _: &Settings) -> Note {
        Note::by_itself("协议到期")
    }

    fn counterparty(&self) -> &PartyId {
        match self.state.leg() {
            agreement::Role::Insurer => &self.payee,
            agreement::Role::Bank => &self.bank,
        }
    }

    fn tells_failure(state: Self::State) -> bool {
        state.is_over()
    }
}

/// What time alone does to a leg: it is given up, or its silence counts (MSG-04).
fn leg_ends(step: Step, first_sent: Option<Time>, settings: &Settings) -> Option<(Time, Delivery)> {
    let delivery = match step {
        Step::Received => Delivery::Silence,
        Step::Undelivered => Delivery::GivenUp,
        Step::Queued | Step::Sent => return None,
    };
    first_sent.map(|sent| (sent + settings.silence, delivery))
}

impl Record for OpenCoverRequest {
    common!(Request, OpenCoverRequest, request, open_cover_request);

    fn cited(_: Self::Event) -> &'static [&'static str] {
        &["MSG-04"]
    }

    fn event_of(&self, message: &MessageId, delivery: Delivery) -> Option<Self::Event> {
        (self.message == *message).then_some(request::Event::Delivery(delivery))
    }

    fn awaits(&self, settings: &Settings) -> Option<(Time, Self::Event)> {
        let request::State::Submitting(step) = self.state else { return None };
        leg_ends(step, self.first_sent, settings).map(|(at, delivery)| (at, request::Event::Delivery(delivery)))
    }

    fn overdue(_: Self::Event, _: String, _: &Settings) -> Note {
        Note::default()
    }

    fn counterparty(&self) -> &PartyId {
        &self.insurer
    }

    fn tells_failure(state: Self::State) -> bool {
        matches!(state, request::State::Refused | request::State::Unanswered)
    }
}

impl Record for OpenCover {
    common!(Cover, OpenCover, cover, open_cover);

    fn cited(_: Self::Event) -> &'static [&'static str] {
        &["OPC-07"]
    }

    fn event_of(&self, _: &MessageId, _: Delivery) -> Option<Self::Event> {
        None
    }

    fn awaits(&self, _: &Settings) -> Option<(Time, Self::Event)> {
        match self.state {
            cover::State::Added | cover::State::Changed => {
                Some((Time::after_day(self.terms.ends), cover::Event::Expired))
            }
            cover::State::New | cover::State::Ended | cover::State::Expired => None,
        }
    }

    fn overdue(_: Self::Event, _: String, _: &Settings) -> Note {
        Note::default()
    }

    fn counterparty(&self) -> &PartyId {
        &self.insurer
    }

    fn tells_failure(state: Self::State) -> bool {
        matches!(state, cover::State::Ended | cover::State::Expired)
    }
}

impl Record for Proposal {
    common!(Proposal, Proposal, proposal, proposal);

    fn cited(event: Self::Event) -> &'static [&'static str] {
        use proposal::Event as E;
        match event {
            E::Save | E::Delete => &["CGO-10"],
            E::Change | E::Submit => &["CGO-12"],
            E::Withdraw => &["CGO-13"],
            E::Pay => &["CGO-15"],
            E::PayAgain => &["CGO-16"],
            _ => &["MSG-04"],
        }
    }

    fn event_of(&self, message: &MessageId, delivery: Delivery) -> Option<Self::Event> {
        (self.message == *message).then_some(proposal::Event::Delivery(delivery))
    }

    fn awaits(&self, settings: &Settings) -> Option<(Time, Self::Event)> {
        use proposal::{Event as E, State as S};
        match self.state {
            S::Submitting(step) | S::Withdrawing(step, _) => {
                leg_ends(step, self.first_sent, settings).map(|(at, delivery)| (at, E::Delivery(delivery)))
            }
            // Told of a payment the insurer has no limit; what never arrived is given up.
            S::Noticing(step) => leg_ends(step, self.first_sent, settings)
                .filter(|(_, delivery)| *delivery == Delivery::GivenUp)
                .map(|(at, delivery)| (at, E::Delivery(delivery))),
            S::Issued | S::PayFailed => self.premium_due.map(|day| (Time::after_day(day), E::PremiumOverdue)),
            _ => None,
        }
    }

    fn overdue(_: Self::Event, _: String, _: &Settings) -> Note {
        Note::by_itself("缴费截止日已过")
    }

    fn counterparty(&self) -> &PartyId {
        &self.insurer
    }

    fn follow(draft: &mut Draft<'_>, id: &RecordId, from: Self::State, to: Self::State) {
        use proposal::State as S;
        match (from, to) {
            (_, S::Settled) => cargo_messages::notify(draft, id),
            (S::Noticing(_), S::PayFailed) => payment_messages::give_back(draft, id),
            _ => {}
        }
    }

    fn explains(from: Self::State, event: Self::Event) -> bool {
        use proposal::{Event as E, State as S};
        !matches!((from, event), (S::Withdrawing(..), E::Delivery(_)) | (_, E::WithdrawalRefused))
    }

    fn tells_failure(state: Self::State) -> bool {
        use proposal::State as S;
        matches!(
            state,
            S::CheckFailed | S::Unanswered | S::Referred | S::Declined | S::PayFailed | S::Lapsed | S::NoticeLost
        )
    }
}

impl Record for Payment {
    common!(Payment, Payment, payment, payment);

    fn cited(event: Self::Event) -> &'static [&'static str] {
        match event {
            payment::Event::Ask => &["PAY-05"],
            _ => &["MSG-04"],
        }
    }

    fn event_of(&self, message: &MessageId, delivery: Delivery) -> Option<Self::Event> {
        if self.message == *message {
            return Some(payment::Event::Delivery(delivery));
        }
        (self.query == *message).then_some(payment::Event::Query(delivery))
    }

    fn awaits(&self, settings: &Settings) -> Option<(Time, Self::Event)> {
        use payment::{Event as E, State as S};
        let uncertain = |sent| sent + settings.payment_answer;
        match self.state {
            S::Ordering(Step::Sent | Step::Undelivered | Step::Received) => {
                self.first_sent.map(|sent| (uncertain(sent), E::Uncertain))
            }
            S::Uncertain(Step::Undelivered) => {
                self.first_sent.map(|sent| (sent + settings.silence, E::Delivery(Delivery::GivenUp)))
            }
            S::Refunding(step) => {
                leg_ends(step, self.first_sent, settings).map(|(at, delivery)| (at, E::Delivery(delivery)))
            }
            _ => None,
        }
    }

    fn overdue(_: Self::Event, party: String, settings: &Settings) -> Note {
        Note::failed(party, &format!("超过{}未答复", spelled(settings.payment_answer)))
    }

    fn counterparty(&self) -> &PartyId {
        use payment::State as S;
        match self.state {
            S::RefundDue | S::Refunding(_) | S::RefundRefused | S::RefundUnanswered | S::Refunded => &self.payee,
            _ => &self.bank,
        }
    }

    fn follow(draft: &mut Draft<'_>, id: &RecordId, _: Self::State, to: Self::State) {
        use payment::State as S;
        match to {
            S::Succeeded => payment_messages::settle(draft, id),
            S::Failed | S::FailedUnanswered => payment_messages::fail(draft, id),
            S::RefundDue => payment_messages::ask_refund(draft, id),
            _ => {}
        }
    }

    fn tells_failure(state: Self::State) -> bool {
        use payment::State as S;
        matches!(
            state,
            S::Uncertain(_)
                | S::Failed
                | S::FailedUnanswered
                | S::RefundDue
                | S::Refunding(_)
                | S::RefundRefused
                | S::RefundUnanswered
        )
    }
}

/// Runs `$body` with `$record` bound to the record, whatever its kind.
macro_rules! each_kind {
    ($any:expr, $record:ident => $body:expr) => {
        match $any {
            $crate::portal::record::Any::Agreement($record) => $body,
            $crate::portal::record::Any::Request($record) => $body,
            $crate::portal::record::Any::Cover($record) => $body,
            $crate::portal::record::Any::Proposal($record) => $body,
            $crate::portal::record::Any::Payment($record) => $body,
        }
    };
}
pub(super) use each_kind;

impl Any {
    pub fn id(&self) -> &RecordId {
        each_kind!(self, record => &record.id)
    }

    pub fn owner(&self) -> &Uscc {
        each_kind!(self, record => &record.owner)
    }

    pub fn deadline(&self) -> Option<Time> {
        each_kind!(self, record => record.deadline)
    }

    pub fn page_text(&self) -> &'static str {
        each_kind!(self, record => record.state.page_text())
    }

    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Agreement(_) => RecordKind::Agreement,
            Self::Request(_) => RecordKind::OpenCoverRequest,
            Self::Cover(_) => RecordKind::OpenCover,
            Self::Proposal(_) => RecordKind::Proposal,
            Self::Payment(_) => RecordKind::Payment,
        }
    }
}
