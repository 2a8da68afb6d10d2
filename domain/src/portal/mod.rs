//! The portal of the insurance service: logins, forms, records and their pages, and its side of every message.
//!
//! Reads do not change anything; every other door returns [`Changes`], and [`Portal::apply`] alone turns those into state.
//! Invariant: no clock, no keys, no I/O; no way to a record of an enterprise but through its [`Scope`] (ACC-10).

mod agreement;
mod agreement_text;
mod changes;
mod draft;
mod due;
mod form;
mod query;
mod receiving;
mod rules;
mod scope;
mod session;
mod signing;

use std::{fmt, sync::Arc};

use self::changes::Kept;
pub use self::{
    agreement::{Event, LIFE_CYCLE, PAGE_STATES, State},
    changes::{Changes, Sending, Way},
    form::AgreementForm,
    query::{Page, Query, Table},
    receiving::RECEIPT_CODES,
    rules::{Permission, Rules},
    scope::{LogRow, Scope, Shown},
    session::{CardId, CardIdentity, CardRole, Challenge, LoginAnswer, SessionId},
};
use crate::{
    Time,
    codes::Uscc,
    directory::{Directory, Enterprise},
    message::CardSeal,
    tables::Tables,
};

/// 申请编号: the portal's own number for a record, YYYYMMDD and twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(String);

impl RecordId {
    /// From its text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of an act that waits for its signature.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(String);

impl Token {
    /// From its text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What a person wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// 协议签署: needs the card's signature, so [`Portal::prepare`] it.
    SignAgreement(AgreementForm),
    /// 重新签署: likewise.
    ResignAgreement {
        /// The record in 失败.
        failed: RecordId,
        /// The form, with bank, payee, 付款账号 and 企业税号 entered anew.
        form: AgreementForm,
    },
    /// 重新发送: the message of a record in 发送失败 is sent again. [`Portal::handle`] it.
    Resend {
        /// The record.
        record: RecordId,
    },
}

/// An act that waits for the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSign {
    /// Its name, for [`Portal::complete`] and [`Portal::cancel`].
    pub token: Token,
    /// What the card signs.
    pub bytes: Vec<u8>,
    /// From when it is too late.
    pub expires: Time,
    /// What the page asks first (AGR-07).
    pub dialog: String,
}

/// A signature that the gateway has verified, under `bytes_signed`, with the certificate of `card`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSignature {
    /// Which card signed.
    pub card: CardId,
    /// What it signed.
    pub bytes_signed: Vec<u8>,
    /// The signature, as messages carry it.
    pub seal: CardSeal,
}

/// An act that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The record that it made or touched.
    pub record: Option<RecordId>,
    /// What the page says.
    pub prompt: String,
}

/// The portal. Two portals are equal if they keep the same state.
#[derive(Clone, Debug)]
pub struct Portal {
    rules: Arc<Rules>,
    directory: Arc<Directory>,
    enterprises: Arc<Vec<Enterprise>>,
    tables: Arc<Tables>,
    kept: Kept,
}

impl PartialEq for Portal {
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept
    }
}

impl Portal {
    /// A portal without sessions or records, and with empty code tables.
    pub fn new(rules: Rules, directory: Arc<Directory>, enterprises: Arc<Vec<Enterprise>>) -> Self {
        Self { rules: Arc::new(rules), directory, enterprises, tables: Arc::default(), kept: Kept::default() }
    }

    /// The same with these code tables, from which its forms choose.
    #[must_use]
    pub fn with_tables(self, tables: Arc<Tables>) -> Self {
        Self { tables, ..self }
    }

    /// The harness's eye: what that enterprise's own pages would show, without any session.
    pub fn observe(&self, enterprise: &Uscc) -> Scope<'_> {
        self.scope(enterprise)
    }

    /// The one place that changes state. Returns what goes on the wire now.
    pub fn apply(&mut self, changes: Changes) -> Vec<Sending> {
        self.kept.apply(changes)
    }

    fn scope(&self, owner: &Uscc) -> Scope<'_> {
        self.kept.records.scope(owner, &self.directory)
    }
}
