//! 胡言: what is broken, that nothing but that is, and that each copy is refused with the code that it deserves.

use std::collections::BTreeSet;

use domain::{Draws, message::Message};
use interchange::{Nonsense, Suite, nonsense};
use serde_json::Value;

use crate::{every_kind::one_of_each, fixture::*};

/// Draws that depend on each part of their key.
struct Seeded(u8);

impl Draws for Seeded {
    fn draw(&self, purpose: &str, entity: &str, count: u64) -> [u8; 32] {
        signing::sha256(format!("{}/{purpose}/{entity}/{count}", self.0).as_bytes())
    }
}

fn of(message: &Message, seed: u8) -> Vec<Nonsense> {
    nonsense(message, &Seeded(seed))
}

/// Every attribute but correlationid must be there; `data` and its fields by the catalogue's own words.
const ANSWER: &str = "
correlationid 类型不对|correlationid 过长|data 类型不对|data 缺失|data 过长|data.application 类型不对|data.application 缺失
data.application 过长|data.decision 类型不对|data.decision 缺失|data.decision 过长|data.reason 类型不对|data.reason 缺失
data.reason 过长|datacontenttype 类型不对|datacontenttype 缺失|datacontenttype 过长|dataschema 类型不对|dataschema 缺失
dataschema 过长|id 类型不对|id 缺失|id 过长|receiver 类型不对|receiver 缺失|receiver 过长|sequence 类型不对|sequence 缺失
sequence 过长|source 类型不对|source 缺失|source 过长|specversion 类型不对|specversion 缺失|specversion 过长|subject 类型不对
subject 缺失|subject 过长|time 类型不对|time 缺失|time 过长|type 类型不对|type 缺失|type 过长";

//= MSG-02
#[test]
fn each_field_is_dropped_retyped_and_made_too_long_where_that_is_wrong() {
    let expected: BTreeSet<&str> = ANSWER.split(['|', '\n']).filter(|what| !what.is_empty()).collect();
    let copies = of(&answer(), 1);
    assert_eq!(copies.iter().map(|n| n.what.as_str()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(copies.len(), expected.len());
}

#[test]
fn a_field_that_may_be_absent_is_not_dropped_and_nested_ones_are_broken_too() {
    let whats = |i: usize| of(&one_of_each()[i], 1).into_iter().map(|n| n.what).collect::<BTreeSet<_>>();
    let bank_answer = whats(4);
    assert!(bank_answer.contains("data.expiry 过长") && !bank_answer.contains("data.expiry 缺失"));
    assert!(bank_answer.contains("data.agreement_number 缺失") && bank_answer.contains("data.reason 缺失"));
    let request = whats(0);
    assert!(request.contains("data.payer.uscc 缺失") && request.contains("data.seal.signature 过长"));
}

/// What grows beyond its message's size when it is too long.
const OBJECTS: [&str; 9] = [
    "data",
    "data.payer",
    "data.seal",
    "data.form",
    "data.items[0]",
    "data.coverages[0]",
    "data.categories[0]",
    "data.special_terms[0]",
    "data.attachments[0]",
];

//= MSG-04
#[test]
fn every_copy_of_every_kind_is_refused_for_what_is_wrong_with_it() {
    let world = world(Suite::Mac);
    let who = |id: &domain::directory::PartyId| match id.as_str() {
        "portal" => &world.portal.identity,
        "boc" => &world.bank.identity,
        _ => &world.insurer.identity,
    };
    for message in one_of_each() {
        for copy in of(&message, 2) {
            let bytes = world.seal_json(&copy.json, who(&message.source), &message.target);
            let refused = world.open(&bytes, who(&message.target)).unwrap_err();
            let whole = OBJECTS.iter().any(|object| copy.what == format!("{object} 过长"));
            let expected = match copy.what.as_str() {
                "type 过长" => "K3107",
                _ if whole => "K3109",
                _ => "K3108",
            };
            assert_eq!(refused.code, expected, "{}: {}", copy.what, refused.reason);
            let field = format!("$.{}", copy.what.split(' ').next().unwrap());
            assert!(expected != "K3108" || refused.reason.contains(&field), "{}: {}", copy.what, refused.reason);
        }
    }
}

#[test]
fn only_the_one_field_is_wrong_with_a_reason_even_in_a_friendly_answer() {
    let copies = of(&one_of_each()[4], 3);
    let copy = copies.iter().find(|n| n.what == "data.reason 过长").unwrap();
    let data: Value = serde_json::from_slice(&copy.json).unwrap();
    let data = &data["data"];
    assert_eq!((&data["decision"], &data["agreement_number"]), (&"refused".into(), &Value::Null));
    assert_eq!(data["reason"].as_str().unwrap().chars().count(), 201);
}

#[test]
fn order_and_contents_come_from_the_draws() {
    let order = |seed| of(&answer(), seed).into_iter().map(|n| n.what).collect::<Vec<_>>();
    assert_eq!(of(&answer(), 1), of(&answer(), 1));
    assert_ne!(order(1), order(2));
    let retyped = |seed| of(&answer(), seed).into_iter().find(|n| n.what == "data.reason 类型不对").unwrap().json;
    assert!((0..20).map(retyped).collect::<BTreeSet<_>>().len() > 3);
}
