//! The open cover (货运险协议): made by the insurer, shown by the portal (OPC-01 .. OPC-07).

use std::sync::Arc;

use super::{RecordId, record::Failure};
use crate::{
    Time,
    codes::Uscc,
    directory::PartyId,
    life_cycle::{Row, row},
    message::{MessageId, cargo::OpenCoverData},
};

/// Where an open cover stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing kept yet.
    New,
    /// 有效, as it was added.
    Added,
    /// 有效, changed since.
    Changed,
    /// 无效: ended by the insurer.
    Ended,
    /// 无效: past its last day.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::New, Self::Added, Self::Changed, Self::Ended, Self::Expired];

    /// What the list shows (OPC-01).
    pub const fn page_text(self) -> &'static str {
        match self {
            Self::New => "未签约",
            Self::Added | Self::Changed => "有效",
            Self::Ended | Self::Expired => "无效",
        }
    }

    /// Its own name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "未签约",
            Self::Added => "协议新增",
            Self::Changed => "协议变更",
            Self::Ended => "协议终止",
            Self::Expired => "协议到期",
        }
    }
}

/// What can happen to an open cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The insurer has signed it off-line and sends it.
    Added,
    /// The insurer has changed it.
    Changed,
    /// The insurer has ended it.
    Ended,
    /// Its last day is over.
    Expired,
}

impl Event {
    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Added => "保险公司新增协议",
            Self::Changed => "保险公司变更协议",
            Self::Ended => "保险公司终止协议",
            Self::Expired => "协议到期",
        }
    }

    /// No person makes any of them happen.
    pub const fn button(self) -> Option<&'static str> {
        None
    }
}

use Event as E;
use State as S;

/// The life cycle of an open cover.
pub fn life_cycle() -> Vec<Row<State, Event>> {
    #[rustfmt::skip] // One row a line.
    let rows = [
        row(S::New,     E::Added,   S::Added,   "S", "协议新增", &["RSV-04", "OPC-02"]),
        row(S::Added,   E::Changed, S::Changed, "S", "协议变更", &["OPC-07"]),
        row(S::Changed, E::Changed, S::Changed, "S", "协议变更", &["OPC-07"]),
        row(S::Added,   E::Ended,   S::Ended,   "E", "协议终止", &["OPC-07"]),
        row(S::Changed, E::Ended,   S::Ended,   "E", "协议终止", &["OPC-07"]),
        row(S::Added,   E::Expired, S::Expired, "E", "协议到期", &["OPC-07"]),
        row(S::Changed, E::Expired, S::Expired, "E", "协议到期", &["OPC-07"]),
        // The insurer may give it a longer period after all.
        row(S::Expired, E::Changed, S::Changed, "S", "协议变更", &["OPC-07"]),
    ];
    rows.to_vec()
}

/// An open cover as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenCover {
    /// The portal's own number.
    pub id: RecordId,
    /// The enterprise whose record it is (ACC-10).
    pub owner: Uscc,
    /// 1 when made, one more with each change.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// Who sends messages about it.
    pub insurer: PartyId,
    /// What the insurer said last.
    pub data: Arc<OpenCoverData>,
    /// The same, read.
    pub terms: Arc<crate::cover::CoverTerms>,
    /// 操作类型: what the insurer did last (OPC-02).
    pub operation: &'static str,
    /// When it arrived.
    pub added_at: Time,
    /// None: the portal sends nothing about it.
    pub message: MessageId,
    /// Likewise.
    pub first_sent: Option<Time>,
    /// Why it ended, and through whom.
    pub failure: Option<Failure>,
    /// Lines in its status log.
    pub log_rows: u64,
    /// When time alone will change it.
    pub deadline: Option<Time>,
}
