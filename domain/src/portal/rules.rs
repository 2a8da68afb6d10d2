//! What the portal goes by, as a value that it is given: so that a wrong portal can be made for the tests of the
//! tests. No rule of a table or a form may live anywhere else.

use std::sync::Arc;

use super::{
    agreement::{Event, LIFE_CYCLE, State},
    cover, payment, proposal, request,
    session::CardRole,
};
use crate::{
    form::{self, Form},
    life_cycle::Row,
    settings::Settings,
};

/// The portal's tables. The default is faithful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The life cycle of the payment agreement.
    pub agreement: Vec<Row<State, Event>>,
    /// The life cycle of the open-cover request.
    pub open_cover_request: Vec<Row<request::State, request::Event>>,
    /// The life cycle of the open cover.
    pub open_cover: Vec<Row<cover::State, cover::Event>>,
    /// The life cycle of the cargo proposal.
    pub proposal: Vec<Row<proposal::State, proposal::Event>>,
    /// The life cycle of the payment.
    pub payment: Vec<Row<payment::State, payment::Event>>,
    /// The form of 货运险预约.
    pub request_form: Arc<Form>,
    /// The form of 货运险投保.
    pub proposal_form: Arc<Form>,
    /// The form of 协议签署, in the order of its steps.
    pub agreement_form: Arc<Form>,
    /// Which card may do what (ACC-07, ACC-08).
    pub permissions: Vec<(Permission, CardRole)>,
    /// Spans and limits.
    pub settings: Settings,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            agreement: LIFE_CYCLE.to_vec(),
            open_cover_request: request::life_cycle(),
            open_cover: cover::life_cycle(),
            proposal: proposal::life_cycle(),
            payment: payment::life_cycle(),
            request_form: form::open_cover_request().shared(),
            proposal_form: form::cargo_proposal().shared(),
            agreement_form: form::agreement().shared(),
            permissions: PERMISSIONS.to_vec(),
            settings: Settings::default(),
        }
    }
}

/// Something that only some cards may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See 在线交费签约: its list, its status log, its menu entry.
    Agreements,
    /// 协议签署.
    SignAgreement,
    /// 重新签署.
    ResignAgreement,
    /// 重新发送 of an agreement's message.
    ResendAgreement,
    /// 交费记录查询.
    Payments,
    /// 货物运输险预约.
    OpenCovers,
    /// 货物运输险投保.
    CargoProposals,
    /// 关税保证保险.
    DutyGuarantee,
    /// 共享信息.
    SharedInformation,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 9] = [
        Self::Agreements,
        Self::SignAgreement,
        Self::ResignAgreement,
        Self::ResendAgreement,
        Self::Payments,
        Self::OpenCovers,
        Self::CargoProposals,
        Self::DutyGuarantee,
        Self::SharedInformation,
    ];

    /// The manual's word: a button or a menu entry.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Agreements => "在线交费签约",
            Self::SignAgreement => "协议签署",
            Self::ResignAgreement => "重新签署",
            Self::ResendAgreement => "重新发送",
            Self::Payments => "交费记录查询",
            Self::OpenCovers => "货物运输险预约",
            Self::CargoProposals => "货物运输险投保",
            Self::DutyGuarantee => "关税保证保险",
            Self::SharedInformation => "共享信息",
        }
    }
}

/// ACC-07 and ACC-08.
const PERMISSIONS: &[(Permission, CardRole)] = &[
    (Permission::Agreements, CardRole::LegalPerson),
    (Permission::SignAgreement, CardRole::LegalPerson),
    (Permission::ResignAgreement, CardRole::LegalPerson),
    (Permission::ResendAgreement, CardRole::LegalPerson),
    (Permission::Payments, CardRole::Operator),
    (Permission::OpenCovers, CardRole::Operator),
    (Permission::CargoProposals, CardRole::Operator),
    (Permission::DutyGuarantee, CardRole::Operator),
    (Permission::SharedInformation, CardRole::Operator),
];

/// The menu in its order (UI-08): an entry and what one must be permitted in order to see it.
pub(super) const MENU: &[(&str, Permission)] = &[
    ("在线交费签约", Permission::Agreements),
    ("交费记录查询", Permission::Payments),
    ("货物运输险预约", Permission::OpenCovers),
    ("货物运输险投保", Permission::CargoProposals),
    ("关税保证保险", Permission::DutyGuarantee),
    ("共享信息", Permission::SharedInformation),
];

impl Rules {
    /// Whether a card of `role` may do this.
    pub fn permits(&self, permission: Permission, role: CardRole) -> bool {
        self.permissions.contains(&(permission, role))
    }
}
