//! The examples of `docs/adding`: each patch still applies, and each page is there to be found and short enough to read.
//! That they work is held by `make recipes`.

use std::{fs, process::Command};

use crate::{program::root, sources::files};

const EXAMPLES: [&str; 5] = ["check", "message", "party", "rule", "verb"];

#[test]
fn every_example_still_applies() {
    let patches = files("docs/adding", ".patch");
    let names: Vec<String> = patches.iter().map(|p| format!("docs/adding/{}.patch", stem(&p.path))).collect();
    assert_eq!(names, EXAMPLES.map(|name| format!("docs/adding/{name}.patch")));
    for name in names {
        let git = Command::new("git")
            // Else a copy without .git inside another repository is taken for a part of that one.
            .env("GIT_CEILING_DIRECTORIES", root().parent().unwrap())
            .current_dir(root())
            .args(["apply", "--check", &name])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&git.stderr).into_owned();
        assert!(git.status.success(), "{name} no longer applies; mend it as docs/adding/README.md says\n{said}");
    }
}

#[test]
fn every_example_has_a_page_that_is_linked_and_says_how_to_prove_it() {
    let architecture = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for name in EXAMPLES {
        let page = fs::read_to_string(root().join(format!("docs/adding/{name}.md"))).unwrap();
        assert!(page.lines().count() <= 60, "{name}.md is too long");
        for heading in ["## Steps", "## Prove it", "## What tells you"] {
            assert!(page.lines().any(|line| line == heading), "{name}.md: {heading}");
        }
        assert!(architecture.contains(&format!("(adding/{name}.md)")), "{name}.md is not linked");
    }
}

fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default().trim_end_matches(".patch")
}
