//! The way of an open cover's log (OPC-01, OPC-07): the insurer adds, changes and ends it, or it runs out.

use super::{Stage, is_text};
use crate::evidence::LogLine;

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Start,
    Valid,
    RunOut,
    Ended,
}

use Way as W;

#[rustfmt::skip] // One row a line: this is a table.
const SUCCESSORS: &[(Way, &str, &str, Way)] = &[
    (W::Start,  "S", "协议新增", W::Valid),
    (W::Valid,  "S", "协议变更", W::Valid),
    (W::Valid,  "E", "协议终止", W::Ended),
    (W::Valid,  "E", "协议到期", W::RunOut),
    // Changed after its last day: to a later one, or still over.
    (W::RunOut, "S", "协议变更", W::Valid),
    (W::RunOut, "S", "协议变更", W::RunOut),
    (W::RunOut, "E", "协议终止", W::Ended),
];

impl Stage for Way {
    const START: Self = Self::Start;

    fn page(self) -> &'static str {
        match self {
            W::Start => "",
            W::Valid => "有效",
            W::RunOut | W::Ended => "无效",
        }
    }

    fn next(self, row: &LogLine) -> Vec<Self> {
        let fits = |(from, code, text, _): &&(Self, &str, &str, Self)| {
            *from == self && *code == row.code && is_text(&row.text, text)
        };
        SUCCESSORS.iter().filter(fits).map(|(.., to)| *to).collect()
    }

    fn lines(self) -> Vec<String> {
        SUCCESSORS
            .iter()
            .filter(|(from, ..)| *from == self)
            .map(|(_, code, text, _)| format!("{code} {text}"))
            .collect()
    }
}
