//! What the documents show is true: every whole scenario in them runs, and the README's example fails where it says.

use std::fs;

use crate::program::{kouan, root};

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
