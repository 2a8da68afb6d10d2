//! The suite is itself tested: behind a wrong card, or before a wrong portal, it must not pass.

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use domain::portal::{CardRole, Event, Field, Form, Permission, Rules, State};
use interchange::Suite as Seal;
use kouan::{
    scenario::{Case, Suite, play::Options, pool},
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

/// A portal that is wrong in one thing.
struct Mutant {
    name: &'static str,
    /// What a finding must name: the rule that it breaks, or else the rule of the page on which it shows, or the check.
    found: &'static str,
    make: fn(&mut Rules),
}

fn without(rules: &mut Rules, from: State, event: Event) {
    let before = rules.agreement.len();
    rules.agreement.retain(|row| (row.from, row.event) != (from, event));
    assert_eq!(rules.agreement.len(), before - 1);
}

fn leads(rules: &mut Rules, from: State, event: Event, to: State) {
    let row = rules.agreement.iter_mut().find(|row| (row.from, row.event) == (from, event));
    row.unwrap().to = to;
}

#[rustfmt::skip] // One mutant a line: this is a table.
const MUTANTS: &[Mutant] = &[
    Mutant { name: "the log says 已收到 for P004",       found: "AGR-08", make: |r| r.agreement.iter_mut().filter(|row| row.code == "P004").for_each(|row| row.text = "已收到") },
    Mutant { name: "the log has no P102",                found: "AGR-08", make: |r| r.agreement.iter_mut().filter(|row| row.code == "P102").for_each(|row| row.code = "") },
    Mutant { name: "the log says S too early",           found: "AGR-08", make: |r| r.agreement.iter_mut().filter(|row| row.code == "P101").for_each(|row| row.code = "S") },
    Mutant { name: "a bank's refusal counts as consent", found: "AGR-01", make: |r| leads(r, State::BankReceived, Event::BankRefused, State::InForce) },
    Mutant { name: "an insurer's silence lasts for ever", found: "AGR-11", make: |r| without(r, State::Received, Event::Silence) },
    Mutant { name: "a bank's silence lasts for ever",    found: "AGR-11", make: |r| without(r, State::BankReceived, Event::Silence) },
    Mutant { name: "silence is given up after 2 days",   found: "AGR-11", make: |r| r.settings.silence = Duration::from_secs(2 * 86_400) },
    Mutant { name: "silence is given up after 4 days",   found: "AGR-11", make: |r| r.settings.silence = Duration::from_secs(4 * 86_400) },
    Mutant { name: "a late consent is forgotten",        found: "AGR-01", make: |r| leads(r, State::SilentBank, Event::BankAgreed, State::Failed) },
    Mutant { name: "nothing ever expires",               found: "AGR-01", make: |r| without(r, State::InForce, Event::Expired) },
    Mutant { name: "a bank cannot end an agreement",     found: "AGR-01", make: |r| without(r, State::InForce, Event::EndedByBank) },
    Mutant { name: "no signing anew after a refusal",    found: "AGR-10", make: |r| without(r, State::Failed, Event::Resign) },
    Mutant { name: "no signing anew after silence",      found: "AGR-10", make: |r| without(r, State::SilentBank, Event::Resign) },
    Mutant { name: "the account need not be retyped",    found: "AGR-10", make: |r| r.agreement_form.iter_mut().filter(|f| f.field == Field::Account).for_each(|f| f.retype = false) },
    Mutant { name: "no sending again by hand",           found: "MSG-04", make: |r| without(r, State::Undelivered, Event::Resend) },
    Mutant { name: "seven tries to send",                found: "AGR-11", make: |r| r.settings.send_tries = 7 },
    Mutant { name: "nine tries to send",                 found: "AGR-11", make: |r| r.settings.send_tries = 9 },
    Mutant { name: "an operator's card signs",           found: "refusal", make: |r| r.permissions.push((Permission::SignAgreement, CardRole::Operator)) },
    Mutant { name: "an operator's card sees the list",   found: "UI-08", make: |r| r.permissions.push((Permission::Agreements, CardRole::Operator)) },
    Mutant { name: "a legal person's card sees it not",  found: "ACC-07", make: |r| r.permissions.retain(|p| p.0 != Permission::Agreements) },
    Mutant { name: "a session idles for 29 minutes",     found: "ACC-11", make: |r| r.settings.session_idle = Duration::from_secs(29 * 60) },
    Mutant { name: "a session idles for 31 minutes",     found: "refusal", make: |r| r.settings.session_idle = Duration::from_secs(31 * 60) },
    Mutant { name: "the e-mail address is optional",     found: "UI-01",  make: |r| r.agreement_form.iter_mut().filter(|f| f.field == Field::Email).for_each(|f| f.required = false) },
    Mutant { name: "any text is an e-mail address",      found: "UI-01", make: |r| r.agreement_form.iter_mut().filter(|f| f.field == Field::Email).for_each(|f| f.form = Form::Text { max: 100 }) },
    Mutant { name: "an account has 9 digits at least",   found: "UI-01", make: |r| r.agreement_form.iter_mut().filter(|f| f.field == Field::Account).for_each(|f| f.form = Form::Digits { min: 9, max: 32 }) },
    Mutant { name: "a name has 101 characters",          found: "refusal", make: |r| r.agreement_form.iter_mut().filter(|f| f.field == Field::Name).for_each(|f| f.form = Form::Text { max: 101 }) },
];

/// The requirements and checks that findings name, with how many cases did; stops as soon as `wanted` is among them.
fn broken_rules(cases: &[Case], rules: Rules, wanted: &str) -> BTreeMap<String, usize> {
    let mut broken = BTreeMap::new();
    let options = Options { rules, ..Options::new(1, Seal::Sm2) };
    pool::run(cases, &options, 2, |result, _| {
        for finding in &result.findings {
            for name in finding.requirement.iter().chain([&finding.check]) {
                *broken.entry(name.clone()).or_insert(0) += 1;
            }
        }
        !broken.contains_key(wanted)
    });
    broken
}

/// Each wrong portal is caught by the suite, and the finding leads to what is wrong.
#[test]
fn every_wrong_portal_is_caught() {
    let cases = cases();
    let mut survivors = Vec::new();
    for mutant in MUTANTS {
        let mut rules = Rules::default();
        (mutant.make)(&mut rules);
        assert_ne!(rules, Rules::default(), "{}", mutant.name);
        let broken = broken_rules(&cases, rules, mutant.found);
        if !broken.contains_key(mutant.found) {
            survivors.push(format!("{}: {} was not named, but {broken:?}", mutant.name, mutant.found));
        }
    }
    assert_eq!(survivors, Vec::<String>::new());
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
