//! The trace of a case (经过): what happened, in order and in words, for people who look into it.
//!
//! It is told from the evidence once the case is over, and only when a report asks for it. It adds nothing that nobody
//! saw and judges nothing: findings do. It is plain data, written into reports and read back from them.

mod card;
mod labels;
mod message;
mod tell;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use tell::{Script, tell};

use super::finding::Citation;

/// What happened in one case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// 开始, as `2026-03-02 09:00:00`; every [`Moment::ms`] counts from it.
    pub start: String,
    /// 标签
    pub tags: Vec<String>,
    /// The scenario file's text.
    pub source: String,
    /// The values of the case's row of 矩阵, by their keys; none in reports of earlier versions.
    #[serde(default)]
    pub row: Vec<(String, String)>,
    /// What 已知 asks for; its events have no step and come before the first one.
    #[serde(default)]
    pub given: Vec<Step>,
    /// The steps, in the file's order.
    pub steps: Vec<Step>,
    /// Who takes part, from left to right: people, the portal, the parties.
    pub lanes: Vec<Lane>,
    /// What happened, in order.
    pub events: Vec<Moment>,
    /// Requirement -> the evaluated checks that cite it.
    pub cited: BTreeMap<String, Vec<Citation>>,
}

/// A step of the file, or an entry of 已知.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The verb.
    pub verb: String,
    /// Its first line, from 1.
    pub line: usize,
    /// Its last line.
    pub end: usize,
}

/// A column of the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Such as `滨海远航 法人卡`, `门户`, `中国银行`.
    pub name: String,
    /// Which kind of column it is.
    pub role: Role,
}

/// Kinds of columns, in the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Somebody with a card.
    Person,
    /// 门户
    #[serde(rename = "portal")]
    SingleWindow,
    /// An insurer or a bank.
    Party,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Virtual milliseconds since the start.
    pub ms: u64,
    /// The step that was being played, from 0; none for what 已知 wants or what came after the last step.
    pub step: Option<usize>,
    /// What.
    pub what: What,
}

/// What can happen. Numbers called `lane`, `from` and `to` are places in [`Trace::lanes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A card was spoken to, without anything else in between.
    Card {
        /// Whose.
        lane: usize,
        /// Command by command.
        exchanges: Vec<Exchange>,
    },
    /// A person acted, and the page said something.
    Act {
        /// Who.
        lane: usize,
        /// Such as 协议签署.
        verb: String,
        /// What the page said.
        prompt: String,
        /// The refusal's code.
        refused: Option<String>,
        /// The record made or acted on.
        record: Option<String>,
    },
    /// A page was opened.
    Page {
        /// The menu's name.
        page: String,
        /// The records that it showed.
        records: Vec<String>,
    },
    /// A message left; what became of it stands in it.
    Message(Box<Message>),
    /// A row of a status log.
    Log {
        /// The record's number.
        record: String,
        /// 序号
        number: u64,
        /// 状态
        code: String,
        /// 状态描述
        text: String,
    },
    /// A party decided.
    Decision {
        /// Which.
        lane: usize,
        /// Such as `银行.签约`.
        point: String,
        /// As a scenario file writes it.
        outcome: String,
    },
    /// A declared fault struck.
    Fault {
        /// Such as `丢失 签约申请`.
        text: String,
    },
}

/// A command and the card's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The instruction's name, such as `VERIFY`.
    pub name: String,
    /// What it is for.
    pub meaning: String,
    /// The command in hex, cut where it is long; PINs are masked.
    pub command: String,
    /// The status word in hex; `—` where the card gave none.
    pub status: String,
    /// What the status word means.
    pub result: String,
    /// Whether the card did as it was asked.
    pub good: bool,
    /// Bytes of answer before the status word.
    pub answer_bytes: usize,
}

/// A sending of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Such as 签约申请.
    pub name: String,
    /// Its id, by which findings name it.
    pub id: String,
    /// Sender.
    pub from: usize,
    /// Receiver.
    pub to: usize,
    /// 1 for the first sending of this id.
    pub sending: u32,
    /// Misbehaviour and faults that the file declares for it.
    pub declared: Vec<String>,
    /// What became of it and of its receipts, in order.
    pub fates: Vec<Fate>,
    /// The CloudEvents attributes; empty where it could not be opened.
    pub event: Vec<Field>,
    /// What it says.
    pub data: Vec<Field>,
    /// The envelope.
    pub envelope: Vec<Field>,
    /// Whether receiver and keys agree that it is good; the reason stands in the envelope.
    pub verified: bool,
}

/// A label and its text; a text of several lines is shown as such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// In the manual's words where it has some.
    pub label: String,
    /// For people.
    pub text: String,
}

/// Something that became of a sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// Virtual milliseconds since the start.
    pub ms: u64,
    /// What.
    pub end: End,
    /// For people, such as `拒收 K3104 验签失败`.
    pub text: String,
}

/// How it went for a copy, or for its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The copy was lost.
    Lost,
    /// The receiver took it.
    Taken,
    /// The receiver refused it.
    Refused,
    /// A receipt came back and says yes.
    Receipt,
    /// A receipt came back and says no, or could not be verified.
    BadReceipt,
    /// The receipt was lost.
    ReceiptLost,
}
