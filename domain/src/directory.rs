//! Who takes part: institutions by role, and the enterprises that have an account at the portal.

use std::{fmt, sync::Arc};

use serde::Serialize;

use crate::codes::Uscc;

/// A party on the wire, such as `portal`, `boc` or `boc-insurance`: short, lower case, stable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PartyId(Arc<str>);

impl PartyId {
    /// The portal itself.
    pub fn portal() -> Self {
        Self::new("portal")
    }
    /// A party by its short id.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The CloudEvents `source` of what this party sends.
    pub fn uri(&self) -> String {
        format!("urn:kouan:party:{}", self.0)
    }
    /// Reads a CloudEvents `source`.
    pub fn from_uri(uri: &str) -> Option<Self> {
        uri.strip_prefix("urn:kouan:party:").filter(|id| !id.is_empty()).map(Self::new)
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a party does in this business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum PartyRole {
    /// 门户
    Portal,
    /// 保险公司
    Insurer,
    /// 银行
    Bank,
    /// 海关
    Customs,
}

impl PartyRole {
    /// The scenario language's word for the role.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Portal => "门户",
            Self::Insurer => "保险公司",
            Self::Bank => "银行",
            Self::Customs => "海关",
        }
    }
}

/// A bank, an insurer or a branch of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// Its id on the wire.
    pub id: PartyId,
    /// Its role.
    pub role: PartyRole,
    /// Its full name, as pages show it (中国银行股份有限公司).
    pub name: String,
    /// Its short name, as scenarios may call it (中国银行).
    pub short: String,
    /// The institution that it is a branch of.
    pub branch_of: Option<PartyId>,
}

/// Every institution known to the portal.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    institutions: Vec<Institution>,
}

impl Directory {
    /// A directory in the given order, which is the order of drop-down lists.
    pub fn new(institutions: Vec<Institution>) -> Self {
        Self { institutions }
    }
    /// All of them, in order.
    pub fn institutions(&self) -> &[Institution] {
        &self.institutions
    }
    /// One by wire id.
    pub fn by_id(&self, id: &PartyId) -> Option<&Institution> {
        self.institutions.iter().find(|i| i.id == *id)
    }
    /// One by full or short name.
    pub fn by_name(&self, name: &str) -> Option<&Institution> {
        self.institutions.iter().find(|i| i.name == name || i.short == name)
    }
    /// The full name behind an id, or the id itself where it is unknown.
    pub fn name_of(&self, id: &PartyId) -> String {
        self.by_id(id).map_or_else(|| id.to_string(), |i| i.name.clone())
    }
}

/// An enterprise's account at the portal: what the portal itself knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enterprise {
    /// 统一社会信用代码: the scope of everything that its cards may see (ACC-10).
    pub uscc: Uscc,
    /// 企业名称, in full.
    pub name: String,
    /// The short name that scenarios use.
    pub short: String,
    /// 法定代表人 (AGR-06).
    pub legal_person: String,
    /// 邮政编码 (AGR-06).
    pub postcode: String,
    /// 企业地址.
    pub address: String,
    /// 企业联系人.
    pub contact: String,
    /// 联系人电话.
    pub phone: String,
    /// 企业邮箱.
    pub email: String,
    /// 付款账号 at each bank: institution and account number.
    pub accounts: Vec<(PartyId, String)>,
}
