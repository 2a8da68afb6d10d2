//! The catalogue of requirements (`requirements.yaml`), compiled in: what coverage is counted against.
//!
//! Order is the file's own and never changes; ids are stable. Nothing is read from disk.

use std::{collections::BTreeMap, sync::LazyLock};

use saphyr_parser::{Event, Parser};

/// The catalogue's source text.
pub const SOURCE: &str = include_str!("../../requirements.yaml");

/// Whether the manual says so, or we infer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The manual's text or one of its tables says so.
    Manual,
    /// The manual is silent; a faithful portal would do so.
    Inferred,
}

impl Basis {
    /// The word in the catalogue and in JSON.
    pub const fn json(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Inferred => "inferred",
        }
    }
    /// The word for people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Manual => "手册",
            Self::Inferred => "推断",
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Such as `AGR-08`.
    pub id: String,
    /// Where in the manual.
    pub section: String,
    /// Who says so.
    pub basis: Basis,
    /// The rule.
    pub text: String,
    /// The part of a rule of the manual that the manual does not say.
    pub inferred: Option<String>,
}

/// Every requirement, in the catalogue's order.
pub fn all() -> &'static [Requirement] {
    &CATALOGUE
}

/// One by id.
pub fn by_id(id: &str) -> Option<&'static Requirement> {
    all().iter().find(|r| r.id == id)
}

static CATALOGUE: LazyLock<Vec<Requirement>> =
    // The source is a constant of the program, and a test parses it: it cannot fail at run time.
    LazyLock::new(|| parse(SOURCE).expect("requirements.yaml, compiled in, is a list of flat maps"));

/// Reads a list of flat maps of texts; anything else is refused with the reason.
fn parse(source: &str) -> Result<Vec<Requirement>, String> {
    let mut entries = Vec::new();
    let mut entry: Option<BTreeMap<String, String>> = None;
    let mut key: Option<String> = None;
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|e| e.to_string())?;
        let line = span.start.line();
        match (event, &mut entry) {
            (Event::MappingStart(..), None) => entry = Some(BTreeMap::new()),
            (Event::MappingEnd, Some(_)) => entries.extend(entry.take().map(|e| requirement(e, line)).transpose()?),
            (Event::Scalar(text, ..), Some(fields)) => match key.take() {
                None => key = Some(text.into_owned()),
                Some(key) => match fields.insert(key, text.into_owned()) {
                    None => {}
                    Some(_) => return Err(format!("line {line}: a key twice")),
                },
            },
            (
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::SequenceStart(..)
                | Event::SequenceEnd,
                None,
            ) => {}
            (_, _) => return Err(format!("line {line}: not a list of flat maps")),
        }
    }
    Ok(entries)
}

fn requirement(mut fields: BTreeMap<String, String>, line: usize) -> Result<Requirement, String> {
    let mut take = |key: &str| fields.remove(key).ok_or_else(|| format!("line {line}: no {key}"));
    let basis = match take("basis")?.as_str() {
        "manual" => Basis::Manual,
        "inferred" => Basis::Inferred,
        other => return Err(format!("line {line}: basis {other}")),
    };
    let (id, section, text) = (take("id")?, take("section")?, take("text")?);
    let inferred = fields.remove("inferred");
    match fields.keys().next() {
        None => Ok(Requirement { id, section, basis, text, inferred }),
        Some(unknown) => Err(format!("line {line}: unknown key {unknown}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_catalogue_has_105_requirements_each_once() {
        assert_eq!(all().len(), 105);
        assert_eq!(all().iter().map(|r| &r.id).collect::<BTreeSet<_>>().len(), 105);
    }

    #[test]
    fn order_is_the_file_s_own() {
        assert_eq!(all()[0].id, "ACC-01");
        let ids: Vec<_> = all().iter().map(|r| r.id.as_str()).collect();
        let in_source: Vec<_> =
            SOURCE.lines().filter_map(|l| l.strip_prefix("- {id: ")).filter_map(|l| l.split(',').next()).collect();
        assert_eq!(ids, in_source);
    }

    #[test]
    fn an_entry_says_who_says_so() {
        let rule = by_id("AGR-12").unwrap();
        assert_eq!((rule.section.as_str(), rule.basis, rule.inferred.as_deref()), ("4.1", Basis::Inferred, None));
        let rule = by_id("ACC-10").unwrap();
        assert_eq!(rule.basis, Basis::Manual);
        assert!(rule.inferred.as_deref().unwrap().starts_with("The scope is the 统一社会信用代码"));
        assert_eq!(by_id("ACC-99"), None);
    }

    #[test]
    fn a_catalogue_of_another_form_is_refused() {
        for bad in
            ["- {id: A}", "- {id: A, section: '1', basis: guess, text: t}", "- [a]", "- {a: {b: c}}", "- {a: b, a: c}"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
