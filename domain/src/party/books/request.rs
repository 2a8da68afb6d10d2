//! Requests for an open cover (预约) in the books of an insurer.

use crate::{
    Time,
    codes::Uscc,
    message::cargo::{Fields, OpenCoverRequest},
};

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestStanding {
    /// Not answered.
    Asked,
    /// The insurer is willing.
    Agreed,
    /// It is not.
    Refused,
}

impl RequestStanding {
    /// For people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Asked => "待答复",
            Self::Agreed => "已同意",
            Self::Refused => "已拒绝",
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestEntry {
    /// The portal's number for it.
    pub application: String,
    /// How it stands.
    pub standing: RequestStanding,
    /// 统一社会信用代码 of who asks.
    pub uscc: Uscc,
    /// 保险机构名称 as asked: the insurer or a branch of it.
    pub insurer: String,
    /// What was asked.
    pub form: Fields,
    /// When its present standing was decided; absent while asked.
    pub decided_at: Option<Time>,
}

impl RequestEntry {
    /// The entry that a request opens.
    pub(in crate::party) fn opened(request: &OpenCoverRequest) -> Self {
        Self {
            application: request.application.clone(),
            standing: RequestStanding::Asked,
            uscc: request.uscc.clone(),
            insurer: request.insurer.clone(),
            form: request.form.clone(),
            decided_at: None,
        }
    }
}
