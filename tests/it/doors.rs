//! The suite is itself tested: behind a wrong card, or before a wrong portal, it must not pass.

use std::{fs, sync::Arc};

use interchange::Suite as Seal;
use kouan::{
    scenario::play::Options,
    verdict::Verdict,
    world::fixtures,
};
use virtual_card::{Card, CardFile, CardKeys, Slot, SlotKey};

use crate::{
    program::root,
    suite::{cases, play_all},
};

/// The fixture's cards, each with its own certificate beside a private key that is not the certificate's.
fn cards_with_exchanged_keys() -> Arc<Vec<[Card; 3]>> {
    let (_, ids) = fixtures::enterprises();
    let card = |id: &str, which: &str| {
        let path = root().join(format!("fixtures/cards/{id}-{which}.json"));
        let file = CardFile::parse(&fs::read_to_string(path).unwrap()).unwrap();
        let keys = file.slots.iter().fold(CardKeys::new(), |keys, (slot, held)| {
            let key = match slot {
                // Of the same algorithm, and never the one that the certificate names.
                Slot::Authentication => file.slots[&Slot::KeyManagement].key.clone(),
                _ => held.key.clone(),
            };
            keys.with(*slot, SlotKey::fixture(key, held.certificate.clone()))
        });
        Card::new(file.profile.clone(), keys)
    };
    Arc::new(ids.iter().map(|id| ["legal", "operator", "operator2"].map(|which| card(id, which))).collect())
}

//= ACC-06
//= AGR-07
#[test]
fn with_the_cards_keys_exchanged_every_scenario_fails() {
    let cases = cases();
    let mut options = Options::new(1, Seal::Sm2);
    options.cards = Some(cards_with_exchanged_keys());
    let passed: Vec<String> = play_all(&cases, &options)
        .into_iter()
        .filter(|(result, _)| !matches!(result.verdict, Verdict::Failed | Verdict::Inconclusive))
        .map(|(result, _)| format!("{} {}", result.verdict, result.id))
        .collect();
    assert_eq!(passed, Vec::<String>::new());
}
