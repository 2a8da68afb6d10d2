//! The catalogue of requirements (`requirements.yaml`), compiled in: what coverage is counted against.
//!
//! Order is the file's own and never changes; ids are stable. Nothing is read from disk. `requirements.zh.yaml` says each rule
//! again in Chinese, for people; it never adds a rule, an id or a condition of its own.

use std::{collections::BTreeMap, sync::LazyLock};

use saphyr_parser::{Event, Parser};

/// The catalogue's source text.
pub const SOURCE: &str = include_str!("../../requirements.yaml");

/// The source text of the same rules in Chinese.
pub const CHINESE: &str = include_str!("../../requirements.zh.yaml");

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
    /// The rule in the manual's own terms.
    pub chinese: String,
    /// `inferred` in Chinese: there if, and only if, `inferred` is.
    pub chinese_inferred: Option<String>,
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
    // The sources are constants of the program, and a test parses them: it cannot fail at run time.
    LazyLock::new(|| parse(SOURCE, CHINESE).expect("the catalogue and its Chinese, compiled in, fit together"));

/// A flat map of the catalogue and the line where it ends.
type Entry = (usize, BTreeMap<String, String>);

/// Reads the rules and their Chinese, an entry beside an entry.
fn parse(source: &str, chinese: &str) -> Result<Vec<Requirement>, String> {
    let (rules, translations) = (entries(source)?, entries(chinese)?);
    if rules.len() != translations.len() {
        return Err(format!("{} rules, {} in Chinese", rules.len(), translations.len()));
    }
    rules.into_iter().zip(translations).map(|(rule, translation)| requirement(rule, translation)).collect()
}

/// Reads a list of flat maps of texts; anything else is refused with the reason.
fn entries(source: &str) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let mut entry: Option<BTreeMap<String, String>> = None;
    let mut key: Option<String> = None;
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|e| e.to_string())?;
        let line = span.start.line();
        match (event, &mut entry) {
            (Event::MappingStart(..), None) => entry = Some(BTreeMap::new()),
            (Event::MappingEnd, Some(_)) => entries.extend(entry.take().map(|e| (line, e))),
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

fn requirement(mut rule: Entry, mut translation: Entry) -> Result<Requirement, String> {
    let basis = match take(&mut rule, "basis")?.as_str() {
        "manual" => Basis::Manual,
        "inferred" => Basis::Inferred,
        other => return Err(format!("line {}: basis {other}", rule.0)),
    };
    let requirement = Requirement {
        id: take(&mut rule, "id")?,
        section: take(&mut rule, "section")?,
        basis,
        text: take(&mut rule, "text")?,
        inferred: rule.1.remove("inferred"),
        chinese: take(&mut translation, "text")?,
        chinese_inferred: translation.1.remove("inferred"),
    };
    let id = take(&mut translation, "id")?;
    if id != requirement.id || requirement.inferred.is_some() != requirement.chinese_inferred.is_some() {
        return Err(format!("line {}: the Chinese of {id} stands beside {}", translation.0, requirement.id));
    }
    match rule.1.keys().chain(translation.1.keys()).next() {
        None => Ok(requirement),
        Some(unknown) => Err(format!("{id}: unknown key {unknown}")),
    }
}

/// A text that must be there and must say something.
fn take((line, fields): &mut Entry, key: &str) -> Result<String, String> {
    fields.remove(key).filter(|text| !text.trim().is_empty()).ok_or_else(|| format!("line {line}: no {key}"))
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
    fn the_chinese_has_the_same_ids_in_the_same_order() {
        let ids = |source: &'static str| {
            source.lines().filter_map(|l| l.strip_prefix("- {id: ")).filter_map(|l| l.split(',').next())
        };
        assert_eq!(ids(SOURCE).collect::<Vec<_>>(), ids(CHINESE).collect::<Vec<_>>());
        assert_eq!(by_id("ACC-04").unwrap().chinese, "所接的卡不是本次登录的卡时，提示「IC卡与当前登录人员不符」。");
        assert_eq!(by_id("AGR-10").unwrap().chinese_inferred.as_deref(), Some("生成新的一行，失败的那行保留。"));
    }

    /// What a translation most easily loses: a term of the manual, a figure, the mark of a required field.
    #[test]
    fn the_chinese_keeps_each_term_figure_and_star_of_the_rule() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let figures = |text: &str| {
            let mut figures: Vec<String> = text
                .split(|c: char| !c.is_ascii_digit() && c != '.')
                .map(|figure| figure.trim_matches('.').to_owned())
                .filter(|figure| !figure.is_empty())
                .collect();
            figures.sort();
            figures
        };
        for r in all() {
            for (rule, chinese) in
                [(Some(&r.text), Some(&r.chinese)), (r.inferred.as_ref(), r.chinese_inferred.as_ref())]
            {
                let (Some(rule), Some(chinese)) = (rule, chinese) else { continue };
                let lost: Vec<&str> = rule.split(|c| !han(c)).filter(|term| !chinese.contains(term)).collect();
                assert_eq!(lost, [""; 0], "{}", r.id);
                assert_eq!(figures(chinese), figures(rule), "{}", r.id);
                assert_eq!(chinese.matches('*').count(), rule.matches('*').count(), "{}", r.id);
                assert!(chinese.ends_with('。'), "{}", r.id);
            }
        }
    }

    #[test]
    fn a_chinese_that_does_not_fit_its_rule_is_refused() {
        let rule = "- {id: A-01, section: '1', basis: manual, text: t, inferred: i}";
        assert!(parse(rule, "- {id: A-01, text: 文, inferred: 推}").is_ok());
        for bad in [
            "",
            "- {id: A-02, text: 文, inferred: 推}",
            "- {id: A-01, text: 文}",
            "- {id: A-01, text: '', inferred: 推}",
            "- {id: A-01, text: 文, inferred: 推, basis: manual}",
            "- {id: A-01, text: 文, inferred: 推}\n- {id: A-02, text: 文}",
        ] {
            assert!(parse(rule, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_catalogue_of_another_form_is_refused() {
        for bad in
            ["- {id: A}", "- {id: A, section: '1', basis: guess, text: t}", "- [a]", "- {a: {b: c}}", "- {a: b, a: c}"]
        {
            assert!(parse(bad, "- {id: A, text: 文}").is_err(), "{bad}");
        }
    }
}
