//! The way of an open-cover request's log (RSV-02, RSV-03).

use super::{
    DONE, FAILED, Stage, is_because, is_text,
    leg::{self, Leg},
};
use crate::evidence::LogLine;

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Start,
    Asking(Leg),
    Done,
    Refused,
}

impl Stage for Way {
    const START: Self = Self::Start;

    fn page(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Asking(leg) => leg.page("预约失败"),
            Self::Done => "预约成功",
            Self::Refused => "预约失败",
        }
    }

    fn next(self, row: &LogLine) -> Vec<Self> {
        match self {
            Self::Start => leg::begins(row).then_some(Self::Asking(Leg::Queued)).into_iter().collect(),
            Self::Asking(leg) => {
                let step = leg.next(row).map(Self::Asking);
                let answer = if !leg.may_be_answered() || step.is_some() {
                    None
                } else if row.code == "S" && row.text == DONE {
                    Some(Self::Done)
                } else {
                    let no = row.code == "F" && is_text(&row.text, FAILED) && !is_because(&row.text, "超过3天未送达");
                    no.then_some(Self::Refused)
                };
                step.into_iter().chain(answer).collect()
            }
            Self::Done | Self::Refused => Vec::new(),
        }
    }

    fn lines(self) -> Vec<String> {
        match self {
            Self::Start => vec!["P001 待发送".into()],
            Self::Asking(leg) => {
                let answers = if leg.may_be_answered() { &["S 处理成功", "F 处理失败"][..] } else { &[] };
                leg.lines().into_iter().chain(answers.iter().map(ToString::to_string)).collect()
            }
            Self::Done | Self::Refused => Vec::new(),
        }
    }
}
