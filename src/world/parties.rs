//! What parties do of themselves, and the bank accounts that they start with.
//!
//! A scenario's step is a party's own act: it goes through the party's door as any message does, and never into its
//! books past it.

use domain::{
    Moment,
    codes::Uscc,
    directory::{PartyId, PartyRole},
    money::Money,
    party::{self, Account, Party, Signatory},
};

use super::{World, fixtures, script::Script};

impl World {
    /// Lets a party act of its own accord.
    ///
    /// # Errors
    /// The party's own words, where it cannot.
    pub fn by_party<T>(
        &mut self,
        id: &PartyId,
        act: impl FnOnce(&Party, Moment<'_>, &mut Script) -> Result<(T, party::Changes), String>,
    ) -> Result<T, String> {
        let draws = self.draws.clone();
        let moment = Moment { time: self.now, draws: &draws };
        let Some((party, _)) = self.parties.get(id) else { return Err(format!("没有「{id}」这个机构")) };
        let (done, changes) = act(party, moment, &mut self.script)?;
        self.apply_to_party(id, changes);
        Ok(done)
    }

    /// Gives every bank the accounts of the fixture enterprises.
    pub(super) fn open_accounts(&mut self) {
        let banks = self.fixtures.directory.institutions().iter().filter(|i| i.role == PartyRole::Bank);
        let banks: Vec<PartyId> = banks.map(|bank| bank.id.clone()).collect();
        for (enterprise, balance) in fixtures::opening_balances().iter().enumerate() {
            for bank in &banks {
                self.open_account(enterprise, bank, *balance);
            }
        }
    }

    /// The account of that enterprise at that bank holds so much. Before anything has happened only.
    pub fn open_account(&mut self, enterprise: usize, bank: &PartyId, balance: Money) {
        let Some(number) = self.account_number(enterprise, bank) else { return };
        let owner: Uscc = self.fixtures.enterprises[enterprise].uscc.clone();
        if let Some((id, (party, gateway))) = self.parties.remove_entry(bank) {
            let party = party.with_accounts([Account::new(&number, owner, balance)]);
            self.parties.insert(id, (party, gateway));
        }
    }

    /// The number of that enterprise's account at that bank.
    pub fn account_number(&self, enterprise: usize, bank: &PartyId) -> Option<String> {
        let accounts = &self.fixtures.enterprises.get(enterprise)?.accounts;
        accounts.iter().find(|(id, _)| id == bank).map(|(_, number)| number.clone())
    }

    /// The enterprise as it signs an open cover.
    pub fn signatory(&self, enterprise: usize) -> Signatory {
        let e = &self.fixtures.enterprises[enterprise];
        Signatory {
            uscc: e.uscc.clone(),
            name: e.name.clone(),
            contact: e.contact.clone(),
            phone: e.phone.clone(),
            email: e.email.clone(),
            address: e.address.clone(),
        }
    }
}
