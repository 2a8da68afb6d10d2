//! The house rules that a compiler doesn't hold: arrows between rooms, what a core must not know, sizes, citations.

use std::{collections::BTreeSet, fs};

use kouan::{
    scenario::explain::explain,
    verdict::requirements::{self, by_id},
};

use crate::{
    program::root,
    sources::{CRATES, SourceFile, all, files},
};

/// Which room may use which: a line a room. What is not written is forbidden; a room may always use itself.
#[rustfmt::skip] // One room a line: this is a table.
const ARROWS: &[(&str, &[&str])] = &[
    ("cli",       &["self_test", "scenario", "verdict", "world", "bench", "card", "rack", "evidence"]),
    ("bench",     &["card"]),
    ("rack",      &[]),
    ("self_test", &["scenario", "verdict", "world", "evidence"]),
    ("scenario",  &["verdict", "world", "evidence"]),
    ("verdict",   &["evidence"]),
    ("world",     &["card", "evidence"]),
    ("card",      &[]),
    ("evidence",  &[]),
];

/// The rooms that a file's code reaches into by `crate::`.
fn rooms_used(file: &SourceFile) -> BTreeSet<String> {
    let code: String = file.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and `other_crate::` are something else.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(heads(group)),
            None => rooms.extend(first_name(rest)),
        }
    }
    rooms
}

/// The first names of a group's members: `a::{b, c}, d}` has `a` and `d`.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    let mut member = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => break,
            ',' if depth == 0 => names.extend(first_name(&std::mem::take(&mut member))),
            _ if depth == 0 => member.push(c),
            _ => {}
        }
    }
    names.extend(first_name(&member));
    names
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[test]
fn a_group_of_uses_is_read_member_by_member() {
    let text = "use crate::{\n    card::Terminal, // world::World\n    verdict::{expect::{Op, Kind}, finding},\n};\nfn f(w: &crate::world::World) {}";
    let file = SourceFile { path: "x.rs".into(), text: text.into() };
    assert_eq!(rooms_used(&file).into_iter().collect::<Vec<_>>(), ["card", "verdict", "world"]);
}

#[test]
fn every_arrow_between_rooms_is_drawn() {
    let mut wrong = Vec::new();
    for file in files("src", ".rs") {
        let Some((room, _)) = file.path.trim_start_matches("src/").split_once('/') else { continue };
        let allowed = ARROWS.iter().find(|(name, _)| *name == room).map(|(_, to)| *to);
        let allowed = allowed.unwrap_or_else(|| panic!("{room} is a room without a line in the table of arrows"));
        for used in rooms_used(&file) {
            if used != room && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {room} -> {used}", file.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The verdict's independence, in particular: it could not ask the portal even by mistake.
#[test]
fn no_check_can_call_the_portal_or_a_party() {
    for file in files("src/verdict", ".rs") {
        for word in ["Portal", "World", "Player"] {
            assert_eq!(file.lines_with(word), [0; 0], "{}: {word}", file.path);
        }
        assert!(!file.code().any(|(_, line)| line.contains("party::")), "{} uses domain::party", file.path);
    }
}

/// The names in a manifest's `[dependencies]`.
fn dependencies(folder: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| first_name(&line.replace('-', "_"))).collect()
}

#[test]
fn the_crates_depend_only_downwards() {
    let ours = ["domain", "signing", "interchange", "virtual_card", "kouan"];
    let of_ours =
        |folder: &str| dependencies(folder).into_iter().filter(|d| ours.contains(&d.as_str())).collect::<Vec<_>>();
    assert_eq!(of_ours("domain"), [""; 0]);
    assert_eq!(of_ours("signing"), [""; 0]);
    assert_eq!(of_ours("virtual-card"), ["signing"]);
    assert_eq!(of_ours("interchange"), ["domain", "signing"]);
    let forbidden = ["rand", "getrandom", "tokio", "async", "mio", "socket", "log", "tracing", "chrono", "time"];
    for name in dependencies("domain") {
        assert!(!forbidden.iter().any(|f| name.starts_with(f)), "domain depends on {name}");
    }
}

#[test]
fn portal_and_party_never_see_each_other() {
    for (room, other) in [("portal", "party"), ("party", "portal")] {
        for file in files(&format!("domain/src/{room}"), ".rs") {
            assert!(!rooms_used(&file).contains(other), "{}", file.path);
            let path = format!("{other}::");
            let by_path = file.code().find(|(_, line)| {
                line.match_indices(&path)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            assert_eq!(by_path, None, "{} names {path}", file.path);
        }
    }
}

#[test]
fn the_core_knows_no_clock_thread_socket_or_unordered_map() {
    for folder in ["src/world", "domain/src"] {
        for file in files(folder, ".rs") {
            for word in ["HashMap", "HashSet", "SystemTime", "Instant", "thread", "net", "TcpStream", "getrandom"] {
                assert_eq!(file.lines_with(word), [0; 0], "{}: {word}", file.path);
            }
        }
    }
}

//= MSG-02
#[test]
fn only_the_gateway_vouches_for_a_signature() {
    let users: Vec<String> = all()
        .into_iter()
        .filter(|f| !f.path.contains("tests") && !f.lines_with("by_gateway").is_empty())
        .map(|f| f.path)
        .collect();
    // The one constructor, and the one caller.
    assert_eq!(users, ["domain/src/verified.rs", "src/world/gateway.rs"]);
}

/// No file is an exception so far: even the tables fit.
#[test]
fn no_file_is_longer_than_seven_hundred_lines() {
    for file in all() {
        let lines = file.text.lines().count();
        assert!(lines <= 700, "{} has {lines} lines", file.path);
    }
}

#[test]
fn no_file_prints_debug_forms_for_people_or_has_a_landfill_name() {
    for file in all() {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        assert!(
            !["utils.rs", "util.rs", "helpers.rs", "common.rs", "imp.rs", "manager.rs"].contains(&name),
            "{}",
            file.path
        );
    }
}

/// The `K....` texts in a line, such as `"K5104"`.
fn codes(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("\"K") {
        let code: String = line[at + 1..].chars().take_while(|c| *c != '"').collect();
        if code.len() == 5 && code[1..].bytes().all(|b| b.is_ascii_digit()) {
            found.push(code);
        }
    }
    found
}

#[test]
fn every_code_in_the_sources_is_explained() {
    let mut seen = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for file in all() {
        // What tests invent in order to be refused, or to have any code at all, is nobody's.
        if file.path.contains("tests") {
            continue;
        }
        let shipped = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for code in shipped.lines().flat_map(codes) {
            if explain(&code).is_err() {
                unknown.insert(format!("{code} in {}", file.path));
            }
            seen.insert(code);
        }
    }
    assert_eq!(unknown, BTreeSet::new());
    assert!(seen.len() > 80, "only {} codes were found: is the search broken?", seen.len());
}

/// The ids after `//= `, with their file and line.
fn cited() -> Vec<(String, String)> {
    let mut cited = Vec::new();
    for file in all() {
        for (i, line) in file.text.lines().enumerate() {
            if let Some(ids) = line.trim_start().strip_prefix("//= ") {
                let place = format!("{}:{}", file.path, i + 1);
                cited.extend(ids.split([',', ' ']).filter(|id| !id.is_empty()).map(|id| (id.into(), place.clone())));
            }
        }
    }
    cited
}

#[test]
fn every_rule_that_a_test_cites_exists() {
    let wrong: Vec<_> = cited().into_iter().filter(|(id, _)| by_id(id).is_none()).collect();
    assert_eq!(wrong, []);
}

/// Rules of the first three families that no unit or integration test cites. Scenarios cover them (`suite.rs`).
#[test]
fn the_rules_that_only_scenarios_cover_are_known() {
    let cited: BTreeSet<String> = cited().into_iter().map(|(id, _)| id).collect();
    let families = ["ACC-", "AGR-", "MSG-"];
    let only: Vec<&str> = requirements::all()
        .iter()
        .map(|r| r.id.as_str())
        .filter(|id| families.iter().any(|f| id.starts_with(f)) && !cited.contains(*id))
        .collect();
    assert_eq!(only, ["ACC-02"]);
}

#[test]
fn every_crate_is_looked_at() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.lines().find(|l| l.starts_with("members")).unwrap();
    for member in members.split('"').skip(1).step_by(2) {
        assert!(CRATES.contains(&member), "{member}");
    }
}
