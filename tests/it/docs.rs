//! What the documents show is true: every whole scenario in them runs, and the README's example fails where it says.

use std::fs;

use domain::{directory::PartyRole, message::Kind};
use interchange::catalogue::{CATALOGUE, by_type};
use kouan::{
    scenario::{
        cast::Cast,
        catalogue::{FAULTS, OUTCOMES, VERBS},
    },
    verdict::checks::INVARIANTS,
};

use crate::program::{kouan, root};

/// The part of docs/scenarios.md under a heading that begins so.
fn section(heading: &str) -> String {
    let text = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let after = text.split(&format!("# {heading} ·")).nth(1).unwrap_or_else(|| panic!("no heading {heading}"));
    after.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn the_reference_of_the_language_has_every_word_in_its_place() {
    let verbs = VERBS.iter().map(|v| ("动作", format!("| `{}` |", v.name)));
    let faults = FAULTS.iter().map(|f| ("故障", format!("`{}`", f.name)));
    let outcomes = OUTCOMES.iter().map(|(name, ..)| ("对手方剧本", format!("`{name}")));
    let invariants = INVARIANTS.iter().map(|i| ("始终", i.name.to_owned()));
    let messages = Kind::ALL.iter().map(|kind| ("故障", kind.chinese().to_owned()));
    let cast = Cast::fixture();
    let names = cast.enterprise_names().into_iter().chain(cast.institution_names(None));
    let people = names.map(|name| ("人物", name.to_owned()));
    let missing: Vec<(&str, String)> = (verbs.chain(faults).chain(outcomes).chain(invariants).chain(messages))
        .chain(people)
        .filter(|(heading, word)| !section(heading).contains(word))
        .collect();
    assert_eq!(missing, []);
}

#[test]
fn the_reference_of_the_interchange_has_a_row_for_every_message() {
    let text = fs::read_to_string(root().join("docs/interchange.md")).unwrap();
    for entry in CATALOGUE {
        let name = entry.type_.trim_start_matches("cn.kouan.").trim_end_matches(".v1");
        let ends = format!("{:?} | {:?}", entry.from, entry.to).to_lowercase();
        let row = format!("| `{name}` | {} | {ends} | {} KiB |", entry.chinese, entry.size_limit / 1024);
        assert!(text.contains(&row), "{row}");
    }
}

/// Each block of `data` under Examples, as a message of its type.
#[test]
fn every_example_of_the_interchange_is_a_good_message() {
    let text = fs::read_to_string(root().join("docs/interchange.md")).unwrap();
    let examples = text.split("## Examples").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut shown = 0;
    for block in examples.split("\n`").skip(1) {
        let (name, data) = block.split_once("`\n").unwrap();
        let entry = by_type(&format!("cn.kouan.{name}.v1")).unwrap_or_else(|| panic!("{name}"));
        let party = |role| if role == PartyRole::Portal { "portal" } else { "boc" };
        let event = format!(
            r#"{{"specversion":"1.0","id":"m-1","source":"urn:kouan:party:{}","type":"{}","subject":"1",
            "time":"2026-03-02T09:00:00+08:00","dataschema":"{}","datacontenttype":"application/json","sequence":"1",
            "receiver":"urn:kouan:party:{}","data":{}}}"#,
            party(entry.from),
            entry.type_,
            entry.data_schema,
            party(entry.to),
            data.trim(),
        );
        assert_eq!(interchange::event::parse(event.as_bytes()).map(|m| m.body.kind()), Ok(entry.kind), "{name}");
        shown += 1;
    }
    assert_eq!(shown, 19, "one for each kind of the cargo line and of payment");
}

/// The ```yaml blocks of a document that are whole scenarios.
fn scenarios(document: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    text.split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .filter(|block| block.starts_with("场景:"))
        .collect()
}

#[test]
fn every_whole_example_of_the_language_passes() {
    let examples = scenarios("docs/scenarios.md");
    assert!(examples.len() >= 8, "{}", examples.len());
    let dir = tempfile::tempdir().unwrap();
    for (number, example) in examples.iter().enumerate() {
        let file = dir.path().join(format!("{number}.yaml"));
        fs::write(&file, example).unwrap();
        let said = kouan(["run", file.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{example}\n{}{}", said.out, said.err);
    }
}

#[test]
fn the_example_of_the_readme_fails_at_its_last_line_and_passes_once_mended() {
    let example = fs::read_to_string(root().join("docs/example.yaml")).unwrap();
    let last = example.lines().count();
    let said = kouan(["run", "docs/example.yaml"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains(&format!("docs/example.yaml:{last}  新.状态记录")), "{}", said.out);
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("example", example), ("README.md", scenarios("README.md").remove(0))] {
        let file = dir.path().join(format!("{name}.yaml"));
        fs::write(&file, text.replace("P101, P002", "P101, P102, P002")).unwrap();
        let said = kouan(["run", file.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{name}\n{}{}", said.out, said.err);
    }
}
