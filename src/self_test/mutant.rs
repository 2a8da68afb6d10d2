//! A mutant: one thing that is wrong, with a name that people can read and the rule that it breaks.

use domain::portal::{RecordKind, Rules};

use crate::world::sabotage::Saboteur;

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A row of a life-cycle table.
    LifeCycle,
    /// A rule of a form's field.
    Form,
    /// Who may do what.
    Permission,
    /// A span or a limit.
    Setting,
    /// An insurer or a bank.
    Party,
    /// What lies between.
    Wire,
}

/// Heads of the names of mutants that nobody has looked through yet: of the cargo line's tables and forms. `make test` asks
/// for all others to be killed or explained; `kouan self-test` tells of these too, and fails by them.
pub const OPEN: [&str; 5] = ["预约 ", "货运协议 ", "投保单 ", "投保表单 ", "交费 "];

impl Group {
    /// Every group, in the order of the report.
    pub const ALL: [Self; 6] = [Self::LifeCycle, Self::Form, Self::Permission, Self::Setting, Self::Party, Self::Wire];

    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::LifeCycle => "生命周期",
            Self::Form => "表单",
            Self::Permission => "权限",
            Self::Setting => "时限和次数",
            Self::Party => "对手方",
            Self::Wire => "网络",
        }
    }
}

/// A row of a life cycle: whose it is, its state and its event, by the names behind the page.
pub type RowName = (RecordKind, &'static str, &'static str);

/// One thing that is wrong.
#[derive(Clone)]
pub struct Mutant {
    /// Unique, in Chinese, says what is wrong.
    pub name: String,
    /// What kind of thing.
    pub group: Group,
    /// The requirement that it breaks.
    pub requirement: &'static str,
    /// What is put in the place of the faithful thing.
    pub wrong: Wrong,
    /// The row of the life cycle that is wrong: other cases than those whose records came that way cannot matter.
    pub row: Option<RowName>,
    /// Where that row leads, if that is what is wrong.
    pub to: Option<&'static str>,
    /// The check that must be among the findings; `None`: any will do.
    pub check: Option<&'static str>,
}

/// What is put in the place of the faithful thing.
#[derive(Clone)]
pub enum Wrong {
    /// A portal that goes by other rules.
    Portal(Box<Rules>),
    /// A bad party, or a bad wire.
    Saboteur(Saboteur),
}
