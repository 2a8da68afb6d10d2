//! Sessions in threads of their own, which begin each lap at the same moment.
//!
//! They open their cards and give their PINs one after the other: the first that fails stops all, so a wrong PIN is tried once.

use std::{
    sync::{
        Arc, Barrier,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::Scope,
};

use signing::PublicKey;

use super::{
    BenchError,
    session::{Hand, Lap, Spell, echo, sign},
};

/// What a session is told to do.
#[derive(Clone, Copy, Debug)]
enum Order {
    Unlock,
    /// Sign the digests from this number on; about so many are expected.
    Sign(u64, Spell, usize),
    Echo(Spell),
}

/// What a session says when its card is open.
pub(super) struct Opened {
    /// What its signatures are verified with.
    pub(super) key: PublicKey,
    /// The name of its reader.
    pub(super) reader: String,
    /// Commands so far.
    pub(super) apdus: u64,
}

/// The session's side: it takes orders until there are no more.
pub(super) struct Post {
    opened: SyncSender<Result<Opened, BenchError>>,
    orders: Receiver<Order>,
    laps: SyncSender<Result<Lap, BenchError>>,
    start: Arc<Barrier>,
}

impl Post {
    /// The card could not be opened. Nobody listens where another has failed already.
    pub(super) fn refuse(self, error: BenchError) {
        let _ = self.opened.send(Err(error));
    }

    /// Works until no more orders come, or until something fails.
    pub(super) fn serve(self, opened: Opened, hand: &mut dyn Hand) {
        let _ = self.opened.send(Ok(opened));
        for order in &self.orders {
            let lap = match order {
                Order::Unlock => {
                    let apdus = hand.apdus();
                    hand.unlock().map(|()| Lap { apdus: hand.apdus() - apdus, ..Lap::default() })
                }
                Order::Sign(first, spell, expected) => {
                    self.start.wait();
                    sign(hand, first, spell, expected)
                }
                Order::Echo(spell) => {
                    self.start.wait();
                    echo(hand, spell)
                }
            };
            let failed = lap.is_err();
            if self.laps.send(lap).is_err() || failed {
                break;
            }
        }
    }
}

struct Member {
    orders: SyncSender<Order>,
    laps: Receiver<Result<Lap, BenchError>>,
    opened: Opened,
    /// The number of its next digest.
    next: u64,
    expected: usize,
}

/// All sessions of one way.
pub(super) struct Crew(Vec<Member>);

impl Crew {
    /// Starts the sessions one after the other; each opens its card with `work`, which ends when the crew is dropped.
    pub(super) fn gather<'scope, 'env, W>(
        scope: &'scope Scope<'scope, 'env>,
        sessions: u16,
        work: W,
    ) -> Result<Self, BenchError>
    where
        W: Fn(u16, Post) + Clone + Send + 'scope,
    {
        let start = Arc::new(Barrier::new(usize::from(sessions)));
        let mut crew = Self(Vec::new());
        for session in 0..sessions {
            let (opened, is_open) = sync_channel(1);
            let (orders, taken) = sync_channel(1);
            let (done, laps) = sync_channel(1);
            let post = Post { opened, orders: taken, laps: done, start: Arc::clone(&start) };
            let work = work.clone();
            scope.spawn(move || work(session, post));
            let opened = is_open.recv().unwrap_or_else(|_| Err(gone()))?;
            // Sessions sign digests of their own: no card could have remembered another's signature.
            let next = u64::from(session) << 40;
            crew.0.push(Member { orders, laps, opened, next, expected: 64 });
        }
        Ok(crew)
    }

    /// Who is in the crew, in order.
    pub(super) fn opened(&self) -> impl Iterator<Item = &Opened> {
        self.0.iter().map(|member| &member.opened)
    }

    /// Each gives its PIN when the one before it has; returns the commands that this took.
    pub(super) fn unlock(&self) -> Result<u64, BenchError> {
        let mut apdus = 0;
        for member in &self.0 {
            apdus += member.order(Order::Unlock).and_then(|()| member.lap())?.apdus;
        }
        Ok(apdus)
    }

    /// All sign; the laps are in the order of [`Crew::opened`].
    pub(super) fn sign(&mut self, spell: Spell) -> Result<Vec<Lap>, BenchError> {
        let laps = self.together(|member| Order::Sign(member.next, spell, member.expected))?;
        for (member, lap) in self.0.iter_mut().zip(&laps) {
            member.next += lap.count;
            member.expected = lap.signed.len() + lap.signed.len() / 4 + 64;
        }
        Ok(laps)
    }

    /// All send the shortest command.
    pub(super) fn echo(&self, spell: Spell) -> Result<Vec<Lap>, BenchError> {
        self.together(|_| Order::Echo(spell))
    }

    fn together(&self, order: impl Fn(&Member) -> Order) -> Result<Vec<Lap>, BenchError> {
        for member in &self.0 {
            member.order(order(member))?;
        }
        // All are waited for before the first error is told, so that nobody is left in the middle of a command.
        self.0.iter().map(Member::lap).collect::<Vec<_>>().into_iter().collect()
    }
}

impl Member {
    fn order(&self, order: Order) -> Result<(), BenchError> {
        self.orders.send(order).map_err(|_| gone())
    }

    fn lap(&self) -> Result<Lap, BenchError> {
        self.laps.recv().unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> BenchError {
    BenchError::Broken("测速线程意外结束".into())
}
