//! The portal of the insurance service: logins, forms, records and their pages, and its side of every message.
//!
//! Reads do not change anything; every other door returns [`Changes`], and [`Portal::apply`] alone turns those into state.
//! Invariant: no clock, no keys, no I/O; no way to a record of an enterprise but through its [`Scope`] (ACC-10).

mod acts;
mod agreement;
mod agreement_messages;
mod agreement_text;
mod cargo_messages;
mod changes;
pub mod cover;
mod cover_messages;
mod draft;
mod due;
mod form;
mod open_covers;
mod pages;
mod paying;
pub mod payment;
mod payment_messages;
pub mod proposal;
mod proposals;
mod query;
mod receiving;
mod record;
pub mod request;
mod restore;
mod rules;
mod scope;
mod session;
mod shown;
mod signing;
mod store;

use std::{collections::BTreeMap, fmt, sync::Arc};

use self::changes::Kept;
pub use self::{
    agreement::{Event, LIFE_CYCLE, State},
    changes::{Changes, Sending, Way},
    form::AgreementForm,
    pages::{By, COVER_TABS, LISTS, ListPage, Page, page_states},
    query::{Query, Table},
    receiving::RECEIPT_CODES,
    restore::Restorable,
    rules::{Permission, Rules},
    scope::{LogRow, Scope, Shown},
    session::{CardId, CardIdentity, CardRole, Challenge, LoginAnswer, SessionId},
};
use crate::{
    Moment, Time,
    codes::Uscc,
    directory::{Directory, Enterprise},
    message::CardSeal,
    tables::Tables,
};

/// 申请编号: the portal's own number for a record, YYYYMMDD and twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(Arc<str>);

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
    /// 重新发送: the message of a record in 发送失败 is sent again. [`Portal::handle`] it, and all that follow but payments.
    Resend {
        /// The record.
        record: RecordId,
    },
    /// 预约
    RequestOpenCover {
        /// The form of 货运险预约: name and text.
        fields: Typed,
    },
    /// 暂存 of a new proposal.
    SaveProposal {
        /// The open cover that was selected: exactly one (UI-07).
        cover: Vec<RecordId>,
        /// What was entered.
        entry: ProposalEntry,
    },
    /// 提交 of a new proposal.
    Insure {
        /// The open cover that was selected: exactly one (UI-07).
        cover: Vec<RecordId>,
        /// What was entered.
        entry: ProposalEntry,
    },
    /// 修改, kept and not sent.
    ChangeProposal {
        /// The selected rows: exactly one.
        proposal: Vec<RecordId>,
        /// What the page holds now.
        entry: ProposalEntry,
    },
    /// 修改 and 提交.
    SubmitProposal {
        /// The selected rows: exactly one.
        proposal: Vec<RecordId>,
        /// What the page holds now.
        entry: ProposalEntry,
    },
    /// 删除 of a draft.
    DeleteProposal {
        /// The selected rows: exactly one.
        proposal: Vec<RecordId>,
    },
    /// 撤销
    WithdrawProposal {
        /// The selected rows: exactly one.
        proposal: Vec<RecordId>,
    },
    /// 在线支付 and 重新支付: the card signs the order, so [`Portal::prepare`] it.
    Pay {
        /// Whether it is 重新支付.
        again: bool,
        /// The selected rows: exactly one for cargo.
        proposals: Vec<RecordId>,
        /// The payment agreement that was chosen.
        agreement: RecordId,
    },
    /// 查询支付: the bank is asked what became of an order.
    QueryPayment {
        /// The selected rows: exactly one.
        payment: Vec<RecordId>,
    },
}

/// What a person has typed into a form: the field's name and the text; a missing field is blank.
pub type Typed = BTreeMap<String, String>;

/// What a person has entered on the page of a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposalEntry {
    /// The form's fields.
    pub fields: Typed,
    /// 特殊约定: name and content.
    pub special_terms: Vec<(String, String)>,
    /// 附件
    pub attachments: Vec<Attachment>,
}

/// A file that was chosen (CGO-09). Its content is shared by all who hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name with its extension.
    pub name: String,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// The content.
    pub content: Arc<[u8]>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.name, self.content.len())
    }
}

/// From what the page of a proposal opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// 投保, from the selected open cover.
    Cover(Vec<RecordId>),
    /// 修改, from the selected proposal.
    Proposal(Vec<RecordId>),
    /// 复制, from the selected policy (CGO-17).
    Policy(Vec<RecordId>),
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// 三方协议
    Agreement,
    /// 货运险预约
    OpenCoverRequest,
    /// 货运险协议
    OpenCover,
    /// 货运险投保单, and the policy that it becomes
    Proposal,
    /// 交费
    Payment,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Agreement, Self::OpenCoverRequest, Self::OpenCover, Self::Proposal, Self::Payment];

    /// The scenario language's word for it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Agreement => "协议",
            Self::OpenCoverRequest => "预约",
            Self::OpenCover => "货运协议",
            Self::Proposal => "投保单",
            Self::Payment => "交费",
        }
    }
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
    tables: Arc<Tables>,
    enterprises: Arc<Vec<Enterprise>>,
    kept: Kept,
}

impl PartialEq for Portal {
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept
    }
}

impl Portal {
    /// A portal without sessions or records.
    pub fn new(
        rules: Rules,
        directory: Arc<Directory>,
        tables: Arc<Tables>,
        enterprises: Arc<Vec<Enterprise>>,
    ) -> Self {
        Self { rules: Arc::new(rules), directory, tables, enterprises, kept: Kept::default() }
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
        Scope::of(&self.kept.records, owner, &self.directory, &self.tables)
    }

    /// A number for a new record: the day and twelve digits, drawn for `entity` so that leaving one record out of a story
    /// gives no other one another number.
    fn free_id(&self, entity: &str, moment: Moment<'_>) -> RecordId {
        let day = moment.time.date().strftime("%Y%m%d").to_string();
        let mut count = 0;
        loop {
            let digits = moment.draws.between("record", entity, count, 0, 999_999_999_999);
            let number = RecordId::new(&format!("{day}{digits:012}"));
            if !self.kept.records.is_taken(&number) {
                return number;
            }
            count += 1;
        }
    }
}
