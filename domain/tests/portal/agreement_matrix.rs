//! The life-cycle table against `../agreement_matrix.txt`, and what any life cycle must be like.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    life_cycle::next,
    portal::{Event, Rules, State},
};

const MATRIX: &str = include_str!("../agreement_matrix.txt");

type Cell = Option<(String, String, String)>;

/// Sections of the file: name and lines, without comments and blank lines.
fn sections() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in MATRIX.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(head) => name = head,
            None => sections.entry(name).or_default().push(line),
        }
    }
    sections
}

/// Short name of a state: full name and what the page shows.
fn states() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let parts = |line: &'static str| line.split_whitespace().collect::<Vec<_>>();
    sections()["states"].iter().map(|line| parts(line)).map(|p| (p[0], (p[1], p[2]))).collect()
}

/// What the file says of each state and event.
fn expected() -> BTreeMap<(String, String), Cell> {
    let (sections, states) = (sections(), states());
    let logs: BTreeMap<&str, (&str, &str)> = sections["log lines"]
        .iter()
        .map(|line| line.splitn(3, ' ').collect::<Vec<_>>())
        .map(|p| (p[0], (p[1], p[2])))
        .chain([(".", ("", ""))])
        .collect();
    let mut pairs = BTreeMap::new();
    for name in ["persons and wire", "insurer, bank, calendar"] {
        let (head, rows) = sections[name].split_first().unwrap();
        let events: Vec<&str> = head.split_whitespace().collect();
        for row in rows {
            let cells: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(cells.len(), events.len() + 1, "{row}");
            for (event, cell) in events.iter().zip(&cells[1..]) {
                let cell = cell.split_once('/').map(|(to, log)| {
                    let (code, text) = logs[log];
                    (states[to].0.to_owned(), code.to_owned(), text.to_owned())
                });
                let former = pairs.insert((states[cells[0]].0.to_owned(), (*event).to_owned()), cell);
                assert_eq!(former, None, "twice in the file: {row}");
            }
        }
    }
    pairs
}

//= AGR-08
//= AGR-10
//= AGR-11
#[test]
fn every_state_and_event_does_what_the_matrix_says_and_nothing_else() {
    let table = Rules::default().agreement;
    let expected = expected();
    assert_eq!(expected.len(), State::ALL.len() * Event::ALL.len());
    for state in State::ALL {
        for event in Event::ALL {
            let found =
                next(&table, state, event).map(|r| (format!("{:?}", r.to), r.code.to_owned(), r.text.to_owned()));
            assert_eq!(found, expected[&(format!("{state:?}"), format!("{event:?}"))], "{state:?} x {event:?}");
        }
    }
}

//= AGR-01
#[test]
fn every_state_shows_on_the_page_as_the_matrix_says() {
    let pages: BTreeMap<String, &str> = states().values().map(|(name, page)| ((*name).to_owned(), *page)).collect();
    let found: BTreeMap<String, &str> = State::ALL.into_iter().map(|s| (format!("{s:?}"), s.page_text())).collect();
    assert_eq!(found, pages);
}

#[test]
fn no_pair_stands_twice_in_the_table() {
    let table = Rules::default().agreement;
    let pairs: BTreeSet<(State, Event)> = table.iter().map(|row| (row.from, row.event)).collect();
    assert_eq!(pairs.len(), table.len());
}

#[test]
fn every_state_is_reached_and_is_final_or_has_a_way_out() {
    let table = Rules::default().agreement;
    let mut reached = BTreeSet::from([State::New]);
    while let Some(row) = table.iter().find(|row| reached.contains(&row.from) && !reached.contains(&row.to)) {
        reached.insert(row.to);
    }
    assert_eq!(reached.len(), State::ALL.len());
    let leaves = |state| table.iter().any(|row| row.from == state && row.to != state);
    let stuck: Vec<State> = State::ALL.into_iter().filter(|state| !leaves(*state)).collect();
    assert_eq!(stuck, [State::Failed, State::Ended, State::Expired]);
}
