//! The open-cover request (货运险预约): its record and its life cycle (RSV-01 .. RSV-04).

use std::sync::Arc;

use super::{RecordId, record::Failure};
use crate::{
    Time,
    codes::Uscc,
    directory::PartyId,
    form::Filled,
    life_cycle::{Delivery, Ends, Row, Step, message_steps, row},
    message::MessageId,
};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing kept yet.
    New,
    /// On its way to the insurer.
    Submitting(Step),
    /// 预约成功
    Granted,
    /// Refused, by the insurer or by its receipt.
    Refused,
    /// Not answered, or never delivered: a late answer still counts.
    Unanswered,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Submitting(Step::Queued),
        Self::Submitting(Step::Sent),
        Self::Submitting(Step::Undelivered),
        Self::Submitting(Step::Received),
        Self::Granted,
        Self::Refused,
        Self::Unanswered,
    ];

    /// What the list shows.
    pub const fn page_text(self) -> &'static str {
        match self {
            Self::New => "未提交",
            Self::Submitting(step) => step.page_text(),
            Self::Granted => "预约成功",
            Self::Refused | Self::Unanswered => "预约失败",
        }
    }

    /// Its own name, for those who look behind the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unanswered => "预约失败且未答复",
            Self::New | Self::Submitting(_) | Self::Granted | Self::Refused => self.page_text(),
        }
    }
}

/// What can happen to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// 预约
    Submit,
    /// Something happened to its message.
    Delivery(Delivery),
    /// The insurer is willing.
    Granted,
    /// The insurer is not.
    Refused,
}

impl Event {
    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Submit => "预约",
            Self::Delivery(delivery) => delivery.chinese(),
            Self::Granted => "保险公司同意预约",
            Self::Refused => "保险公司拒绝预约",
        }
    }

    /// The button for it, where a person makes it happen.
    pub const fn button(self) -> Option<&'static str> {
        match self {
            Self::Submit => Some(self.chinese()),
            Self::Delivery(delivery) => delivery.button(),
            Self::Granted | Self::Refused => None,
        }
    }
}

use Event as E;
use State as S;

/// The life cycle of a request.
pub fn life_cycle() -> Vec<Row<State, Event>> {
    #[rustfmt::skip] // One row a line.
    let own = [
        row(S::New,                        E::Submit,  S::Submitting(Step::Queued), "P001", "待发送",   &["RSV-02", "MSG-01"]),
        row(S::Submitting(Step::Received), E::Granted, S::Granted,                  "S",    "处理成功", &["RSV-04"]),
        row(S::Submitting(Step::Received), E::Refused, S::Refused,                  "F",    "处理失败", &["RSV-03"]),
        // An answer after silence is taken: nothing has taken the request's place.
        row(S::Unanswered,                 E::Granted, S::Granted,                  "S",    "处理成功", &["RSV-04"]),
        row(S::Unanswered,                 E::Refused, S::Refused,                  "F",    "处理失败", &["RSV-03"]),
    ];
    let ends = Ends { rejected: S::Refused, given_up: S::Unanswered, silent: Some(S::Unanswered) };
    let mut rows = own.to_vec();
    rows.splice(1..1, message_steps(S::Submitting, E::Delivery, ends));
    rows
}

/// A request as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenCoverRequest {
    /// 申请编号.
    pub id: RecordId,
    /// The enterprise whose record it is (ACC-10).
    pub owner: Uscc,
    /// 1 when made, one more with each change.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// 保险机构 as chosen: an insurer or a branch of one.
    pub insurer: PartyId,
    /// What was entered.
    pub form: Arc<Filled>,
    /// 申请时间.
    pub submitted_at: Time,
    /// Its message.
    pub message: MessageId,
    /// When that one was sent first.
    pub first_sent: Option<Time>,
    /// Why it failed, and through whom.
    pub failure: Option<Failure>,
    /// Lines in its status log.
    pub log_rows: u64,
    /// When time alone will change it.
    pub deadline: Option<Time>,
}
