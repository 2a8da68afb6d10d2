//! What was seen while a case ran, as plain data: the wire, pages, books, cards, decisions, faults.
//!
//! The world writes it, the verdict reads it, and neither knows the other. It holds what an outsider could have seen
//! (bytes, pages, log rows, books), never the portal's own opinion of what is right; so a case can be judged again
//! later from this alone.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Time,
    directory::PartyId,
    message::{Kind, MessageId},
    portal::RecordKind,
};

mod ledgers;

pub use domain::party::ProposalStanding;
pub use ledgers::{AccountLine, CoverLine, LedgerLine, ProposalLine, RefundLine};

/// Everything seen in one case, in the order in which it happened.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What happened.
    pub entries: Vec<Entry>,
    /// Who made each record: the portal's number and the enterprise's 统一社会信用代码, as the acting card said.
    pub owners: BTreeMap<String, String>,
    /// What each record's page and log showed at the end.
    pub pages: Vec<RecordPage>,
    /// What stood in the parties' books of signings at the end.
    pub books: Vec<BookLine>,
    /// What stood in the insurers' books of open covers at the end.
    pub covers: Vec<CoverLine>,
    /// What stood in the insurers' books of proposals at the end.
    pub proposals: Vec<ProposalLine>,
    /// Every debit in the banks' ledgers, in the order in which each bank made them.
    pub ledger: Vec<LedgerLine>,
    /// The banks' accounts at the end.
    pub accounts: Vec<AccountLine>,
    /// Every refund in the insurers' books.
    pub refunds: Vec<RefundLine>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, in the world's time.
    pub at: Time,
    /// The step that was being played (counted from 0), if any.
    pub step: Option<usize>,
    /// What.
    pub what: Happening,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A message was put on the wire.
    Sent(Sent),
    /// A copy of it reached its receiver's gateway.
    Arrived(Arrival),
    /// A copy of it was lost on the way.
    Lost {
        /// Its [`Sent::transit`].
        transit: usize,
    },
    /// The receipt reached the sender (or was lost on its way back).
    Receipt {
        /// The [`Sent::transit`] that it answers.
        transit: usize,
        /// Whether it was lost on the way.
        lost: bool,
        /// `None` accepted; else the code of the refusal that it carries.
        refused: Option<String>,
        /// Whether the sender could verify it.
        verified: bool,
    },
    /// An APDU went to a card; PIN bytes are masked.
    Apdu {
        /// Whose card.
        person: String,
        /// Command, masked.
        command: Vec<u8>,
        /// Response.
        response: Vec<u8>,
    },
    /// A person's act, and what the page said.
    Act(Act),
    /// What a person entered into the form that made a record.
    Entered(Entered),
    /// The portal wrote a row into a status log (seen on its page).
    Logged(LogLine),
    /// A page was shown to an account.
    Page(PageSeen),
    /// A party decided.
    Decided {
        /// Who.
        party: PartyId,
        /// Such as `银行.签约`, in the role's name.
        point: String,
        /// The business number.
        subject: String,
        /// As a scenario file writes it: `拒绝(资料不全)`.
        outcome: String,
    },
    /// A declared fault struck.
    Struck {
        /// Its place in the scenario's 故障 list, from 0.
        fault: usize,
        /// Such as `丢失 签约申请`.
        text: String,
    },
}

/// A sending of a message.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its number in this case, from 0; every sending has its own.
    pub transit: usize,
    /// Sender.
    pub from: PartyId,
    /// Receiver by the sender's will.
    pub to: PartyId,
    /// Catalogue entry.
    pub kind: Kind,
    /// Message id.
    pub id: MessageId,
    /// Business number.
    pub subject: String,
    /// Sequence number.
    pub sequence: u64,
    /// What it answers.
    pub correlation: Option<MessageId>,
    /// 1 for the first sending of this id.
    pub sending: u32,
    /// The sealed bytes as they left.
    pub bytes: Arc<[u8]>,
    /// Misbehaviour or faults that the scenario declared for it (坏签名, 篡改, ...); empty for an honest one.
    pub declared: Vec<String>,
}

/// A copy of a message at its receiver.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The [`Sent::transit`] that it is a copy of.
    pub transit: usize,
    /// The bytes as they arrived.
    pub bytes: Arc<[u8]>,
    /// The receiver whose gateway took it.
    pub by: PartyId,
    /// `None`: the gateway accepted and handed it on (and the receiver accepted it); else the code of the refusal.
    pub refused: Option<String>,
    /// The receiver's words for it.
    pub reason: String,
    /// The signed receipt, if the receiver gave one.
    pub receipt: Option<Arc<[u8]>>,
}

/// A person's act.
#[derive(Clone, Debug)]
pub struct Act {
    /// Such as `滨海远航 法人卡`.
    pub person: String,
    /// 统一社会信用代码 of the enterprise that the person works for.
    pub enterprise: String,
    /// The verb, such as 协议签署.
    pub verb: String,
    /// The page's prompt, such as 签约请求发送成功, or the refusal's.
    pub prompt: String,
    /// The refusal's code, if it was refused.
    pub refused: Option<String>,
    /// The record made or acted on.
    pub record: Option<String>,
}

/// A form as it was entered and sent.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The record that it made.
    pub record: String,
    /// Label and text, as typed.
    pub fields: BTreeMap<String, String>,
    /// 特殊约定: name and content, as the page held them.
    pub special_terms: Vec<(String, String)>,
    /// 附件: name and SHA-256 in lower-case hex.
    pub attachments: Vec<(String, String)>,
    /// 法定代表人 of the enterprise's account, which is not entered.
    pub legal_person: String,
    /// 邮政编码 of the enterprise's account, which is not entered.
    pub postcode: String,
}

/// A row of a status log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The record's number at the portal.
    pub record: String,
    /// 1, 2, 3, ... oldest first.
    pub number: u64,
    /// 状态
    pub code: String,
    /// 状态描述
    pub text: String,
    /// 入库时间
    pub recorded_at: Time,
}

/// What a page showed to an account.
#[derive(Clone, Debug)]
pub struct PageSeen {
    /// The account's 统一社会信用代码.
    pub enterprise: String,
    /// The page's name.
    pub page: String,
    /// The numbers of the records that it showed.
    pub records: Vec<String>,
}

/// A record as its owner's page shows it at the end of a case.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The record's number at the portal.
    pub record: String,
    /// What it is a page of.
    pub kind: RecordKind,
    /// Labels and texts.
    pub fields: Vec<(String, String)>,
    /// The log, oldest first.
    pub log: Vec<LogLine>,
}

impl RecordPage {
    /// What stands beside `label`; none where the page has no such field.
    pub fn field(&self, label: &str) -> Option<&str> {
        self.fields.iter().find(|(l, _)| l == label).map(|(_, text)| text.as_str())
    }
}

/// An entry of a party's books.
#[derive(Clone, Debug)]
pub struct BookLine {
    /// Whose books.
    pub party: PartyId,
    /// The portal's number of the business.
    pub application: String,
    /// `asked`, `agreed`, `refused` or `ended`.
    pub standing: String,
    /// 协议编号, where the party gave one.
    pub agreement_number: Option<String>,
    /// How many requests about it had an effect.
    pub requests_handled: u32,
}
