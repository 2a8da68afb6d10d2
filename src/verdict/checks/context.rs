//! What checks may use besides the evidence: names, and the keys of fixtures to open what was sealed.

use std::{cell::RefCell, collections::BTreeMap, fmt, ops::Deref, rc::Rc};

use domain::{
    Time,
    directory::{Directory, PartyId},
    settings::Settings,
};
use interchange::{Identity, OpenError, Opened, Peers, Suite};
use signing::{Certificate, sha256};

/// Given to the checks of a case by whoever played it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Institutions by id and name.
    pub directory: &'a Directory,
    /// A party's own keys, where they are known: without them nothing that was sealed for it can be judged.
    pub identities: &'a dyn Fn(&PartyId) -> Option<&'a Identity>,
    /// What parties know of each other.
    pub peers: &'a Peers,
    /// How messages were sealed.
    pub suite: Suite,
    /// Who may issue cards.
    pub card_roots: &'a [Certificate],
}

/// What opening some bytes gave.
pub type Opening = Rc<Result<Opened, OpenError>>;

/// The context with what was opened so far, so that no message is opened twice in one case.
#[derive(Debug)]
pub struct Judging<'a> {
    context: Context<'a>,
    opened: RefCell<BTreeMap<([u8; 32], PartyId), Opening>>,
}

impl<'a> Judging<'a> {
    /// For one case; a check may be run with a fresh one at any time.
    pub fn new(context: Context<'a>) -> Self {
        Self { context, opened: RefCell::default() }
    }

    /// Opens and verifies `bytes` as `receiver` would, once; `None` where its keys are not known.
    pub fn open(&self, bytes: &[u8], receiver: &PartyId, now: Time) -> Option<Opening> {
        let identity = (self.context.identities)(receiver)?;
        let key = (sha256(bytes), receiver.clone());
        if let Some(known) = self.opened.borrow().get(&key) {
            return Some(Rc::clone(known));
        }
        let window = Settings::default().message_window;
        let opened = Rc::new(interchange::open(bytes, identity, self.context.peers, now, window));
        self.opened.borrow_mut().insert(key, Rc::clone(&opened));
        Some(opened)
    }
}

impl<'a> Deref for Judging<'a> {
    type Target = Context<'a>;
    fn deref(&self) -> &Context<'a> {
        &self.context
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("suite", &self.suite).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use domain::directory::{Institution, PartyRole};

    use super::*;

    /// A bank and an insurer.
    pub fn directory() -> Directory {
        let institution = |id: &str, role, name: &str, short: &str| Institution {
            id: PartyId::new(id),
            role,
            name: name.into(),
            short: short.into(),
            branch_of: None,
        };
        Directory::new(vec![
            institution("boc", PartyRole::Bank, "中国银行股份有限公司", "中国银行"),
            institution("boc-insurance", PartyRole::Insurer, "中银保险有限公司", "中银保险"),
        ])
    }

    /// A context in which nobody's keys are known.
    pub fn without_keys(run: impl FnOnce(&Judging<'_>)) {
        let peers = Peers::mac([PartyId::portal()]);
        let directory = directory();
        run(&Judging::new(Context {
            directory: &directory,
            identities: &|_| None,
            peers: &peers,
            suite: Suite::Mac,
            card_roots: &[],
        }));
    }
}
