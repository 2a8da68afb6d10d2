//! The invented cast that every case starts from: enterprises and institutions, by name.
//!
//! Names only, so that reading a scenario file needs nothing else; their keys and cards are in `keys`. Everything is
//! compiled in, so that the program runs anywhere. A broken fixture is a bug of ours that every test would meet,
//! hence the panics.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use domain::{
    codes::Uscc,
    directory::{Directory, Enterprise, Institution, PartyId, PartyRole},
    money::Money,
    tables::Tables,
};
use serde::Deserialize;

/// Which of an enterprise's cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardSlot {
    /// 法人卡
    Legal,
    /// 操作员卡
    Operator,
    /// 操作员卡2
    Operator2,
}

impl CardSlot {
    /// All, in the order of the fixtures.
    pub const ALL: [Self; 3] = [Self::Legal, Self::Operator, Self::Operator2];

    /// What kind of card it is: 法人卡 or 操作员卡.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Legal => "法人卡",
            Self::Operator | Self::Operator2 => "操作员卡",
        }
    }

    /// The scenario language's word.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Legal => "法人卡",
            Self::Operator => "操作员卡",
            Self::Operator2 => "操作员卡2",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnterpriseFixture {
    id: String,
    name: String,
    short: String,
    uscc: Uscc,
    legal_person: String,
    postcode: String,
    address: String,
    contact: String,
    phone: String,
    email: String,
    accounts: BTreeMap<String, String>,
    balance: Money,
}

/// The roles of institutions; the portal is none.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RoleFixture {
    Bank,
    Insurer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstitutionFixture {
    id: String,
    role: RoleFixture,
    name: String,
    short: String,
    branch_of: Option<String>,
}

/// Institutions and enterprises alone: cheap, for reading scenario files.
pub fn directory() -> Directory {
    let list: Vec<InstitutionFixture> = serde_json::from_str(include_str!("../../fixtures/institutions.json"))
        .expect("the fixture institutions are sound");
    Directory::new(
        list.into_iter()
            .map(|i| Institution {
                id: PartyId::new(&i.id),
                role: match i.role {
                    RoleFixture::Bank => PartyRole::Bank,
                    RoleFixture::Insurer => PartyRole::Insurer,
                },
                name: i.name,
                short: i.short,
                branch_of: i.branch_of.as_deref().map(PartyId::new),
            })
            .collect(),
    )
}

fn enterprise_list() -> Vec<EnterpriseFixture> {
    serde_json::from_str(include_str!("../../fixtures/enterprises.json")).expect("the fixture enterprises are sound")
}

/// What each enterprise has in each of its accounts when a case begins.
pub fn opening_balances() -> &'static [Money] {
    static BALANCES: LazyLock<Vec<Money>> =
        LazyLock::new(|| enterprise_list().into_iter().map(|e| e.balance).collect());
    &BALANCES
}

/// The enterprises, and the ids under which their cards are kept.
pub fn enterprises() -> (Vec<Enterprise>, Vec<String>) {
    enterprise_list()
        .into_iter()
        .map(|e| {
            let accounts = e.accounts.into_iter().map(|(bank, number)| (PartyId::new(&bank), number)).collect();
            (
                Enterprise {
                    uscc: e.uscc,
                    name: e.name,
                    short: e.short,
                    legal_person: e.legal_person,
                    postcode: e.postcode,
                    address: e.address,
                    contact: e.contact,
                    phone: e.phone,
                    email: e.email,
                    accounts,
                },
                e.id,
            )
        })
        .unzip()
}

/// The code tables that forms choose from: a selection of public ones.
pub fn tables() -> &'static Arc<Tables> {
    static TABLES: LazyLock<Arc<Tables>> = LazyLock::new(|| {
        let mut tables = Tables::default();
        for (file, csv) in TABLE_FILES {
            tables.read(file, csv).expect("the fixture tables are sound");
        }
        tables.check().expect("the fixture tables belong together");
        Arc::new(tables)
    });
    &TABLES
}

const TABLE_FILES: [(&str, &str); 11] = [
    ("countries.csv", include_str!("../../fixtures/tables/countries.csv")),
    ("ports.csv", include_str!("../../fixtures/tables/ports.csv")),
    ("regions.csv", include_str!("../../fixtures/tables/regions.csv")),
    ("transport-modes.csv", include_str!("../../fixtures/tables/transport-modes.csv")),
    ("packaging.csv", include_str!("../../fixtures/tables/packaging.csv")),
    ("ownership.csv", include_str!("../../fixtures/tables/ownership.csv")),
    ("industries.csv", include_str!("../../fixtures/tables/industries.csv")),
    ("certificate-types.csv", include_str!("../../fixtures/tables/certificate-types.csv")),
    ("hs-chapters.csv", include_str!("../../fixtures/tables/hs-chapters.csv")),
    ("hs-headings.csv", include_str!("../../fixtures/tables/hs-headings.csv")),
    ("customs-districts.csv", include_str!("../../fixtures/tables/customs-districts.csv")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::tables::TableId;

    use super::*;

    #[test]
    fn every_table_has_rows_and_says_where_they_come_from() {
        for id in TableId::ALL {
            assert!(tables().rows(id).len() >= 4, "{}", id.chinese());
        }
        let files: BTreeSet<&str> = TABLE_FILES.iter().map(|(file, _)| *file).collect();
        assert_eq!(files, TableId::files());
        for (file, csv) in TABLE_FILES {
            assert!(csv.starts_with("# source: "), "{file}");
        }
    }
}
