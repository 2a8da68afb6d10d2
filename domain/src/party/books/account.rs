//! Accounts of enterprises in the books of a bank: balance, freeze, daily limit.
//!
//! Invariant: balance = what was paid in - what was debited. No act makes a balance negative, and none can be lost.

use jiff::civil::Date;

use crate::{codes::Uscc, money::Money};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    number: String,
    owner: Uscc,
    paid_in: Money,
    debited: Money,
    balance: Money,
    frozen: bool,
    daily_limit: Option<Money>,
    /// The day of the latest debit, and all debits of that day.
    latest: Option<(Date, Money)>,
}

impl Account {
    /// An account that holds `balance`, neither frozen nor limited.
    pub fn new(number: &str, owner: Uscc, balance: Money) -> Self {
        Self {
            number: number.to_owned(),
            owner,
            paid_in: balance,
            debited: Money::ZERO,
            balance,
            frozen: false,
            daily_limit: None,
            latest: None,
        }
    }

    /// 付款账号
    pub fn number(&self) -> &str {
        &self.number
    }

    /// 统一社会信用代码 of its owner.
    pub const fn owner(&self) -> &Uscc {
        &self.owner
    }

    /// What it held at first and what was paid in since.
    pub const fn paid_in(&self) -> Money {
        self.paid_in
    }

    /// All that was ever debited.
    pub const fn debited(&self) -> Money {
        self.debited
    }

    /// 余额
    pub const fn balance(&self) -> Money {
        self.balance
    }

    /// 账户冻结
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// The most that may be debited in one day; absent where there is no limit.
    pub const fn daily_limit(&self) -> Option<Money> {
        self.daily_limit
    }

    /// What was debited on `day`, if no later day saw a debit.
    pub fn debited_on(&self, day: Date) -> Money {
        self.latest.filter(|(of, _)| *of == day).map_or(Money::ZERO, |(_, sum)| sum)
    }

    /// Frozen, or no longer.
    pub(in crate::party) fn with_frozen(self, frozen: bool) -> Self {
        Self { frozen, ..self }
    }

    /// With that daily limit, or without one.
    pub(in crate::party) fn with_daily_limit(self, daily_limit: Option<Money>) -> Self {
        Self { daily_limit, ..self }
    }

    /// With so much more in it; `None` for what is no positive amount or has no room.
    pub(in crate::party) fn after_deposit(self, amount: Money) -> Option<Self> {
        let paid_in = self.paid_in.checked_add(amount).filter(|_| amount.is_positive())?;
        let balance = self.balance.checked_add(amount)?;
        Some(Self { paid_in, balance, ..self })
    }

    /// With so much taken out on `day`.
    ///
    /// # Errors
    /// Why not, in the words of PAY-06: 账户冻结, 超出限额, 余额不足, the first that holds.
    pub(in crate::party) fn after_debit(self, amount: Money, day: Date) -> Result<Self, &'static str> {
        if self.frozen {
            return Err("账户冻结");
        }
        let today = self.debited_on(day).checked_add(amount).ok_or("超出限额")?;
        if self.daily_limit.is_some_and(|limit| today > limit) {
            return Err("超出限额");
        }
        let balance = self.balance.checked_sub(amount).filter(|rest| *rest >= Money::ZERO).ok_or("余额不足")?;
        let debited = self.debited.checked_add(amount).ok_or("余额不足")?;
        Ok(Self { balance, debited, latest: Some((day, today)), ..self })
    }
}
