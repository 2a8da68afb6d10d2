//! The suite is itself tested: behind a wrong card, or before a wrong portal, it must not pass.

use std::{fs, sync::Arc};

use domain::portal::Rules;
use interchange::Suite as Seal;
use kouan::{
    scenario::{Suite, play::Options},
    verdict::{CaseResult, Verdict},
    world::fixtures,
};
use virtual_card::{Card, CardFile, CardKeys, Slot, SlotKey};

use crate::{
    program::root,
    suite::{cases, play_all},
};

/// The fixture's cards, each with its own certificate for signing beside the private key of `slot`.
fn cards_that_sign_with(slot: Slot) -> Arc<Vec<[Card; 3]>> {
    let (_, ids) = fixtures::enterprises();
    let card = |id: &str, which: &str| {
        let path = root().join(format!("fixtures/cards/{id}-{which}.json"));
        let file = CardFile::parse(&fs::read_to_string(path).unwrap()).unwrap();
        let keys = file.slots.iter().fold(CardKeys::new(), |keys, (at, held)| {
            let key = if *at == Slot::Authentication { &file.slots[&slot].key } else { &held.key };
            keys.with(*at, SlotKey::fixture(key.clone(), held.certificate.clone()))
        });
        Card::new(file.profile.clone(), keys)
    };
    Arc::new(ids.iter().map(|id| ["legal", "operator", "operator2"].map(|which| card(id, which))).collect())
}

fn behind(cards: Arc<Vec<[Card; 3]>>) -> Vec<CaseResult> {
    let options = Options { cards: Some(cards), ..Options::new(1, Seal::Sm2) };
    play_all(&cases(), &options).into_iter().map(|(result, _)| result).collect()
}

/// The portal sees certificates and signatures only. If the key behind a certificate is another, nobody gets in, and
/// no scenario may be content: not even one that expects refusals, for it expects a certain one.
//= ACC-06
//= AGR-07
#[test]
fn with_the_cards_keys_exchanged_every_scenario_fails() {
    let results = behind(cards_that_sign_with(Slot::KeyManagement));
    let spared: Vec<&str> = results.iter().filter(|r| r.verdict != Verdict::Failed).map(|r| r.id.as_str()).collect();
    assert_eq!(spared, [""; 0]);
    // They fail for the signature's sake, and not because such a card is refused before it signs.
    let signed = results.iter().filter(|r| r.card_signatures > 0).count();
    assert!(signed * 10 > results.len() * 9, "only {signed} of {} had a card sign", results.len());
}

/// The same exchange with the right key: what fails above fails for the key alone.
#[test]
fn with_cards_put_together_by_hand_every_scenario_passes() {
    let results = behind(cards_that_sign_with(Slot::Authentication));
    let failed: Vec<&str> = results.iter().filter(|r| !r.verdict.is_pass()).map(|r| r.id.as_str()).collect();
    assert_eq!(failed, [""; 0]);
}

/// The always-on invariants alone, in a scenario that expects nothing of the kind: the log's words are wrong.
//= AGR-08
#[test]
fn an_invariant_finds_a_wrong_log_that_no_expectation_asks_for() {
    let file = root().join("tests/cases/undecided/fault-never-struck.yaml");
    let cases = Suite::load(&[file]).unwrap().into_cases();
    let mut rules = Rules::default();
    rules.agreement.iter_mut().filter(|row| row.code == "S").for_each(|row| row.text = "好了");
    let options = Options { rules, ..Options::new(1, Seal::Sm2) };
    let checks: Vec<String> = play_all(&cases, &options)
        .into_iter()
        .flat_map(|(result, _)| result.findings)
        .filter(|f| f.severity == Verdict::Failed)
        .map(|f| f.check)
        .collect();
    assert!(checks.contains(&"状态合法".to_owned()), "{checks:?}");
}
