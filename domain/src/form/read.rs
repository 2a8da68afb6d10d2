//! Reading a form: everything that was typed, against every rule, with all hints at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;

use super::{
    CrossRule, Filled, Form, Need, Origin,
    cross::Figure,
    takes::{self, BLANK, Lists, MALFORMED},
};
use crate::{
    cover::CoverTerms,
    directory::Directory,
    money::{Money, Percent},
    refusal::{self, Refusal},
    tables::Tables,
};

/// The longest name of a field that a hint repeats, in characters.
const MAX_UNKNOWN: usize = 60;
const UNKNOWN: &str = "没有此栏目";
const TWICE: &str = "重复填写";

/// What a form is read against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Institutions, for fields that name one.
    pub directory: &'a Directory,
    /// Code tables.
    pub tables: &'a Tables,
    /// The open cover that the form stands under; rules about a cover are silent without one.
    pub cover: Option<&'a CoverTerms>,
}

/// What is known of a form while it is read: values by key, and what is wrong by key.
#[derive(Default)]
pub(super) struct Values {
    right: BTreeMap<&'static str, String>,
    wrong: BTreeMap<&'static str, String>,
}

impl Values {
    /// A value that is there and right.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.right.get(key).map(String::as_str)
    }
    pub fn money(&self, key: &str) -> Option<Money> {
        self.get(key)?.parse().ok()
    }
    pub fn percent(&self, key: &str) -> Option<Percent> {
        self.get(key)?.parse().ok()
    }
    pub fn date(&self, key: &str) -> Option<Date> {
        takes::date(self.get(key)?)
    }
    /// Nothing was typed, whether or not something should have been.
    pub fn is_blank(&self, key: &str) -> bool {
        !self.right.contains_key(key) && self.wrong.get(key).is_none_or(|hint| hint == BLANK)
    }
    fn is_needed(&self, need: Need) -> bool {
        match need {
            Need::Always => true,
            Need::Optional => false,
            Need::IfIs(key, values) => self.get(key).is_some_and(|value| values.contains(&value)),
            // While that field is itself blank or wrong nobody can tell: its own hint comes first.
            Need::Unless(key, values) => self.get(key).is_some_and(|value| !values.contains(&value)),
        }
    }
}

/// How much of a form must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All that is needed, and every rule between fields.
    Whole,
    /// What was typed, each by itself: 暂存.
    Draft,
}

impl Form {
    /// Reads everything that was typed, by the names of fields.
    ///
    /// # Errors
    /// K2001 with a hint at every field that is wrong, all at once, each under the field's name; it cites UI-01 and the
    /// requirements of those fields and rules.
    pub fn read(self: &Arc<Self>, typed: &BTreeMap<String, String>, context: &Context<'_>) -> Result<Filled, Refusal> {
        self.read_to(Extent::Whole, typed, context)
    }

    /// The same for 暂存: a field may be blank, and no rule between fields is asked; what is there must be right.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_draft(
        self: &Arc<Self>,
        typed: &BTreeMap<String, String>,
        context: &Context<'_>,
    ) -> Result<Filled, Refusal> {
        self.read_to(Extent::Draft, typed, context)
    }

    fn read_to(
        self: &Arc<Self>,
        extent: Extent,
        typed: &BTreeMap<String, String>,
        context: &Context<'_>,
    ) -> Result<Filled, Refusal> {
        let (texts, strange) = self.by_keys(typed);
        let mut values = self.each_by_itself(&texts, context);
        let mut broken: BTreeSet<&'static str> = BTreeSet::new();
        self.compute(&mut values);
        if extent == Extent::Whole {
            for rule in &self.fields {
                if values.is_blank(rule.key) && values.is_needed(rule.need) && !self.awaits_figure(rule.key, &values) {
                    values.wrong.insert(rule.key, BLANK.into());
                }
            }
            for rule in &self.rules {
                let Some((key, hint)) = rule.objection(self, &values, context) else { continue };
                // A rule must not be asked about what an earlier one refused, so the value stays among the right.
                values.wrong.entry(key).or_insert(hint);
                broken.extend(rule.requirements());
            }
        }
        if values.wrong.is_empty() && strange.is_empty() {
            return Ok(Filled::new(self, &values.right));
        }
        Err(self.refused(&values.wrong, strange, broken))
    }

    /// What was typed into each field, without blanks around it; and the names that no field has.
    fn by_keys<'t>(
        &self,
        typed: &'t BTreeMap<String, String>,
    ) -> (BTreeMap<&'static str, &'t str>, BTreeMap<String, String>) {
        let mut texts = BTreeMap::new();
        let mut strange = BTreeMap::new();
        for (name, text) in typed {
            match self.by_name(name) {
                Some(rule) => {
                    if texts.insert(rule.key, text.trim()).is_some() {
                        strange.insert(rule.name.to_owned(), TWICE.to_owned());
                    }
                }
                None => {
                    strange.insert(name.chars().take(MAX_UNKNOWN).collect(), UNKNOWN.to_owned());
                }
            }
        }
        (texts, strange)
    }

    fn each_by_itself(&self, texts: &BTreeMap<&'static str, &str>, context: &Context<'_>) -> Values {
        let lists = Lists { directory: context.directory, tables: context.tables };
        let mut values = Values::default();
        for rule in &self.fields {
            let text = texts.get(rule.key).copied().unwrap_or_default();
            let text = if text.is_empty() { of_cover(rule.origin, context) } else { Some(text.to_owned()) };
            let Some(text) = text else { continue };
            let under = self.parent_of(rule.key).and_then(|parent| values.get(parent));
            match rule.takes.read(&text, Some(lists), under) {
                Ok(kept) => values.right.insert(rule.key, kept),
                Err(hint) => values.wrong.insert(rule.key, hint),
            };
        }
        values
    }

    fn parent_of(&self, key: &str) -> Option<&'static str> {
        self.rules.iter().find_map(|rule| match rule {
            CrossRule::Belongs { child, parent } if *child == key => Some(*parent),
            CrossRule::Belongs { .. }
            | CrossRule::NotBefore { .. }
            | CrossRule::Fits { .. }
            | CrossRule::With { .. }
            | CrossRule::OfCover { .. }
            | CrossRule::InsuredAmount { .. }
            | CrossRule::Premium { .. } => None,
        })
    }

    /// Fills figures in where they were left blank.
    fn compute(&self, values: &mut Values) {
        for rule in &self.rules {
            match rule.figure(values) {
                Figure::Unknown => {}
                Figure::TooMuch(from) => {
                    values.wrong.insert(from, MALFORMED.into());
                }
                Figure::Is(figure) => {
                    if values.is_blank(rule.at()) && self.is_computed(rule.at()) {
                        values.right.insert(rule.at(), figure.to_string());
                    }
                }
            }
        }
    }

    fn is_computed(&self, key: &str) -> bool {
        self.by_key(key).is_some_and(|rule| rule.origin == Origin::Computed)
    }

    /// Whether a figure is blank only because something that it is made of is blank or wrong: the hint stands there.
    fn awaits_figure(&self, key: &str, values: &Values) -> bool {
        self.is_computed(key)
            && self.rules.iter().any(|rule| rule.at() == key && !matches!(rule.figure(values), Figure::Is(_)))
    }

    fn refused(
        &self,
        wrong: &BTreeMap<&'static str, String>,
        strange: BTreeMap<String, String>,
        broken: BTreeSet<&'static str>,
    ) -> Refusal {
        let mut refusal = Refusal::new(refusal::FORM, &[]);
        refusal.fields = strange;
        for rule in &self.fields {
            if let Some(hint) = wrong.get(rule.key) {
                refusal.fields.insert(rule.name.to_owned(), hint.clone());
                refusal.cite(rule.requirements);
            }
        }
        for id in broken {
            refusal.cite(&[id]);
        }
        refusal
    }
}

/// What a field that was left blank takes from the open cover.
fn of_cover(origin: Origin, context: &Context<'_>) -> Option<String> {
    match origin {
        Origin::Cover(part) => part.single(context.cover?),
        Origin::Typed | Origin::Offered(_) | Origin::Account(_) | Origin::Computed => None,
    }
}
