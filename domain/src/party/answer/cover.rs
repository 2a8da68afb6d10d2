//! An insurer's answer to 预约申请, and the open cover that was signed off-line (RSV-04).

use super::{Desk, Said, decision};
use crate::{
    message::{
        Body, Decision,
        cargo::{OpenCoverAnswer, OpenCoverData, OpenCoverRequest},
    },
    party::{
        books::{CoverEntry, CoverStanding, Page, RequestEntry, RequestStanding},
        plan::{Plan, Verdict},
    },
};

/// Willing or not.
pub(super) fn requested(desk: Desk<'_>, asked: &OpenCoverRequest, plan: &Plan) -> Option<Said> {
    let (decision, reason) = decision(&plan.verdict)?;
    let standing = match decision {
        Decision::Agreed => RequestStanding::Agreed,
        Decision::Refused => RequestStanding::Refused,
    };
    let decided = |known: &RequestEntry| {
        Page::Request(RequestEntry { standing, decided_at: Some(desk.moment.time), ..known.clone() })
    };
    let answer = OpenCoverAnswer { application: asked.application.clone(), decision, reason };
    Some(Said {
        body: Some(Body::OpenCoverAnswered(answer)),
        pages: desk.view.request(&asked.application).map(decided).into_iter().collect(),
        next: None,
    })
}

/// 协议新增; where it was not signed after all, nothing that the portal could know of.
pub(super) fn signed(desk: Desk<'_>, terms: &OpenCoverData, plan: &Plan) -> Option<Said> {
    let (body, standing) = match &plan.verdict {
        Verdict::Agree { .. } | Verdict::Nonsense => (Some(Body::OpenCoverAdded(terms.clone())), CoverStanding::Signed),
        Verdict::Refuse { .. } | Verdict::Refer { .. } => (None, CoverStanding::NotSigned),
        Verdict::Pending | Verdict::Unseen | Verdict::Silent => return None,
    };
    let entry = CoverEntry { terms: terms.clone(), standing, decided_at: desk.moment.time };
    Some(Said { body, pages: vec![Page::Cover(Box::new(entry))], next: None })
}
