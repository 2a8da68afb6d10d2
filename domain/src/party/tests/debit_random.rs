//! Whatever comes in whatever order, a bank debits an order at most once and its account adds up.

use proptest::prelude::*;

use super::{debit::*, *};

/// Something that happens at a bank.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The order for payment `of` comes, for the first time or as a copy.
    Order { of: usize },
    /// Another order for the same payment.
    Forged { of: usize, sequence: u64 },
    /// A query about it.
    Query { of: usize, sequence: u64 },
    /// So many seconds pass; receipts come or are lost.
    Wait { seconds: u64, receipts: bool },
    /// The account is frozen, or no longer.
    Freeze(bool),
    /// 100.00 are paid in.
    Deposit,
}

const PAYMENTS: [(&str, &str); 3] =
    [("20260302000000000077", "495.00"), ("20260302000000000078", "300.00"), ("20260302000000000079", "600.00")];

fn event() -> impl Strategy<Value = Event> {
    let of = 0..PAYMENTS.len();
    prop_oneof![
        4 => of.clone().prop_map(|of| Event::Order { of }),
        1 => (of.clone(), 2_u64..5).prop_map(|(of, sequence)| Event::Forged { of, sequence }),
        2 => (of, 2_u64..5).prop_map(|(of, sequence)| Event::Query { of, sequence }),
        4 => (0_u64..900, any::<bool>()).prop_map(|(seconds, receipts)| Event::Wait { seconds, receipts }),
        1 => any::<bool>().prop_map(Event::Freeze),
        1 => Just(Event::Deposit),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let bare = prop_oneof![
        4 => Just(Outcome::friendly()),
        1 => Just(refuse("银行系统故障")),
        1 => Just(Outcome::Silent),
        1 => Just(Outcome::Nonsense),
        1 => Just(Outcome::Unseen),
        1 => Just(Outcome::NoReceipt),
    ];
    bare.prop_recursive(3, 6, 2, |inner| {
        let (of, pair) = (inner.clone().prop_map(Box::new), (inner.clone(), inner.clone()));
        prop_oneof![
            of.clone().prop_map(Outcome::Twice),
            of.clone().prop_map(|of| Outcome::Misbehave { how: Misbehaviour::BadSignature, of }),
            (0_u64..2_000, of).prop_map(|(by, then)| Outcome::Delayed { by: Duration::from_secs(by), then }),
            pair.prop_map(|(a, b)| Outcome::ChangeOfMind { first: Box::new(a), then: Box::new(b) }),
        ]
    })
}

fn play(rig: &mut Rig, event: Event) {
    match event {
        Event::Order { of } => {
            let (payment, amount) = PAYMENTS[of];
            rig.receive(&ordered(1, order_of(payment, amount)));
        }
        Event::Forged { of, sequence } => {
            let (payment, amount) = PAYMENTS[of];
            let mut forged = ordered(sequence, order_of(payment, amount));
            forged.id = MessageId::new(&format!("forged-{of}-{sequence}"));
            rig.receive(&forged);
        }
        Event::Query { of, sequence } => {
            rig.receive(&queried(PAYMENTS[of].0, sequence));
        }
        Event::Wait { seconds, receipts } => {
            let before = rig.wire.len();
            rig.run_until(rig.now + seconds);
            for at in before..rig.wire.len() {
                let (id, spoilt) = (rig.wire[at].1.message.id.clone(), rig.wire[at].1.misbehaviour.is_some());
                let refusal = || Receipt::Refused { code: "K3104".into(), reason: "验签失败".into() };
                if receipts {
                    rig.receipt(&id, if spoilt { refusal() } else { Receipt::Accepted });
                }
            }
        }
        Event::Freeze(frozen) => rig.act(rig.party.freeze("6210000000000001", frozen)),
        Event::Deposit => rig.act(rig.party.deposit("6210000000000001", yuan("100.00"))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    //= PAY-04
    #[test]
    fn no_interleaving_debits_twice_and_the_balance_is_what_came_in_less_what_went_out(
        script in prop::collection::vec(outcome(), 0..8),
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut rig = bank(script);
        let mut gone: BTreeMap<String, String> = BTreeMap::new();
        let mut before = rig.account();
        for event in events.into_iter().chain([Event::Wait { seconds: 100_000, receipts: true }]) {
            play(&mut rig, event);
            let account = rig.account();
            prop_assert!(account.debited() >= before.debited() && account.balance() >= Money::ZERO);
            let entries = || rig.party.ledger().filter(|entry| entry.standing == LedgerStanding::Debited);
            let debits = Money::sum(entries().map(|entry| entry.amount)).unwrap();
            prop_assert_eq!(account.debited(), debits, "every debit has its one entry");
            prop_assert_eq!(account.balance().checked_add(debits), Some(account.paid_in()));
            for entry in entries() {
                let number = entry.debit.clone().expect("a debit has its number");
                let first = gone.entry(entry.payment.clone()).or_insert_with(|| number.clone());
                prop_assert_eq!(&*first, &number, "once debited, for ever by the same number");
            }
            prop_assert_eq!(gone.len(), entries().count(), "what is debited stays debited");
            before = account;
        }
        let mut numbers: Vec<&String> = gone.values().collect();
        numbers.sort();
        numbers.dedup();
        prop_assert_eq!(numbers.len(), gone.len(), "no two debits share a number");
    }
}
