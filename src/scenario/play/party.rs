//! Steps in which a party acts of itself: open covers signed off-line, changed and ended, and what befalls accounts.

use domain::{
    directory::{PartyId, PartyRole},
    message::cargo::{CategoryData, CoverageData, CoverageKind, SpecialTermData},
    money::Money,
    party::{CoverChange, Signing},
    portal::RecordKind,
};
use jiff::civil::Date;

use super::{Named, Player, Stop};
use crate::{
    scenario::model::{CoverGiven, PartyDeed, PartyName, Step},
    verdict::finding::{Finding, Verdict},
};

/// 货物类别 of an open cover unless a step says otherwise: chapter and heading.
const USUAL_CATEGORIES: [(&str, &str); 3] = [("85", "8531"), ("85", "8532"), ("84", "8471")];
/// 险别 that are no main ones (OPC-04).
const ADDITIONAL: [&str; 2] = ["罢工险", "战争险"];

impl Player<'_> {
    /// Plays a step of a party. One that it cannot do leaves the scenario without its situation.
    pub(super) fn party_acts(&mut self, step: &Step, party: &PartyName, deed: &PartyDeed) -> Result<(), Stop> {
        let done = self.party_done(party, deed);
        match done {
            Ok(named) => {
                if let (Some(name), Some(named)) = (&step.name, named) {
                    self.names.insert(name.clone(), named);
                }
                Ok(())
            }
            Err(why) => {
                let text = format!("「{}」没有做成：{why}；要测试的情形没有出现", step.verb);
                self.find(Finding::new(Verdict::Inconclusive, "step", step.verb, text).at_line(step.line));
                Err(Stop)
            }
        }
    }

    fn party_done(&mut self, party: &PartyName, deed: &PartyDeed) -> Result<Option<Named>, String> {
        match deed {
            PartyDeed::SignOffline { request, enterprise, terms } => {
                self.sign_offline(party, request.as_deref(), *enterprise, terms).map(Some)
            }
            PartyDeed::ChangeCover { cover, terms } => {
                let (insurer, number) = self.cover_of(party, cover)?;
                let change = change_of(terms, PartyName::Institution(insurer.clone()), self)?;
                self.world.by_party(&insurer, |p, moment, _| Ok(((), p.change_cover(&number, &change, moment)?)))?;
                Ok(None)
            }
            PartyDeed::EndCover { cover, reason } => {
                let (insurer, number) = self.cover_of(party, cover)?;
                let reason = reason.as_deref().unwrap_or("保险公司终止协议");
                self.world.by_party(&insurer, |p, moment, _| Ok(((), p.end_cover(&number, reason, moment)?)))?;
                Ok(None)
            }
            PartyDeed::Freeze { enterprise } | PartyDeed::Unfreeze { enterprise } => {
                let frozen = matches!(deed, PartyDeed::Freeze { .. });
                let (bank, account) = self.account_at(party, *enterprise)?;
                self.world.by_party(&bank, |p, _, _| Ok(((), p.freeze(&account, frozen)?))).map(|()| None)
            }
            PartyDeed::SetLimit { enterprise, limit } => {
                let (bank, account) = self.account_at(party, *enterprise)?;
                let limit = limit.as_deref().map(money).transpose()?;
                self.world.by_party(&bank, |p, _, _| Ok(((), p.set_limit(&account, limit)?))).map(|()| None)
            }
            PartyDeed::Deposit { enterprise, amount } => {
                let (bank, account) = self.account_at(party, *enterprise)?;
                let amount = money(amount)?;
                self.world.by_party(&bank, |p, _, _| Ok(((), p.deposit(&account, amount)?))).map(|()| None)
            }
        }
    }

    fn sign_offline(
        &mut self,
        party: &PartyName,
        request: Option<&str>,
        enterprise: Option<usize>,
        terms: &CoverGiven,
    ) -> Result<Named, String> {
        let asked = request.and_then(|name| self.record_of(name));
        let of_request = request.and_then(|name| self.shown_text(name, "保险机构名称"));
        let insurer = match (party, of_request) {
            (PartyName::Institution(id), _) => id.clone(),
            (PartyName::Role(_), Some(name)) => self.institution(&name)?,
            (PartyName::Role(_), None) => self.first(PartyRole::Insurer)?,
        };
        let enterprise = enterprise.or(asked.as_ref().map(|(_, owner)| *owner)).unwrap_or(0);
        let categories = match &terms.categories {
            Some(given) => given.iter().map(|(chapter, heading)| category(chapter, heading)).collect(),
            None => USUAL_CATEGORIES.iter().map(|(chapter, heading)| category(chapter, heading)).collect(),
        };
        let signing = Signing {
            request: asked.map(|(id, _)| id.to_string()),
            enterprise: self.world.signatory(enterprise),
            categories,
            terms: change_of(terms, PartyName::Institution(insurer.clone()), self)?,
        };
        let number = self.world.by_party(&insurer, |p, moment, script| p.sign_offline(&signing, moment, script))?;
        Ok(Named::Cover { insurer, number, enterprise })
    }

    /// The insurer of a cover and its number there.
    fn cover_of(&self, party: &PartyName, name: &str) -> Result<(PartyId, String), String> {
        let known = match self.names.get(name) {
            Some(Named::Cover { insurer, number, .. }) => Some((insurer.clone(), number.clone())),
            _ => None,
        };
        let (insurer, number) =
            known.ok_or_else(|| format!("不知道「{name}」是哪份{}", RecordKind::OpenCover.chinese()))?;
        Ok(match party {
            PartyName::Institution(id) => (id.clone(), number),
            PartyName::Role(_) => (insurer, number),
        })
    }

    /// The bank that is meant, and the enterprise's account there.
    fn account_at(&self, party: &PartyName, enterprise: usize) -> Result<(PartyId, String), String> {
        let bank = match party {
            PartyName::Institution(id) => id.clone(),
            PartyName::Role(_) => self.first(PartyRole::Bank)?,
        };
        let number = self.world.account_number(enterprise, &bank).ok_or("企业在这家银行没有账户")?;
        Ok((bank, number))
    }

    fn first(&self, role: PartyRole) -> Result<PartyId, String> {
        let first = self.world.directory().institutions().iter().find(|i| i.role == role);
        first.map(|i| i.id.clone()).ok_or_else(|| format!("没有{}", role.chinese()))
    }

    fn institution(&self, name: &str) -> Result<PartyId, String> {
        let known = self.world.directory().by_name(name);
        known.map(|i| i.id.clone()).ok_or_else(|| format!("没有「{name}」这个机构"))
    }
}

fn money(text: &str) -> Result<Money, String> {
    text.parse().map_err(|_| format!("「{text}」不是金额"))
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("「{text}」不是日期"))
}

fn category(chapter: &str, heading: &str) -> CategoryData {
    CategoryData { chapter: chapter.to_owned(), heading: heading.to_owned() }
}

/// The terms that a step gives, as the insurer writes them down.
fn change_of(given: &CoverGiven, insurer: PartyName, player: &Player<'_>) -> Result<CoverChange, String> {
    let coverage = |(number, name): (usize, &String)| CoverageData {
        number: (number + 1).to_string(),
        kind: if ADDITIONAL.contains(&name.as_str()) { CoverageKind::Additional } else { CoverageKind::Main },
        name: name.clone(),
    };
    let term = |(name, content): &(String, String)| SpecialTermData { name: name.clone(), content: content.clone() };
    let full_name = match insurer {
        PartyName::Institution(id) => Some(player.world.directory().name_of(&id)),
        PartyName::Role(_) => None,
    };
    Ok(CoverChange {
        insurer: full_name,
        line: given.line.clone(),
        rate: given.rate.clone(),
        minimum_premium: given.minimum_premium.as_deref().map(money).transpose()?,
        voyage_limit: given.voyage_limit.as_deref().map(money).transpose()?.map(Some),
        modes: given.modes.clone(),
        begins: given.begins.as_deref().map(day).transpose()?,
        ends: given.ends.as_deref().map(day).transpose()?,
        coverages: given.coverages.as_ref().map(|names| names.iter().enumerate().map(coverage).collect()),
        categories: given.categories.as_ref().map(|all| all.iter().map(|(c, h)| category(c, h)).collect()),
        special_terms: given.special_terms.as_ref().map(|all| all.iter().map(term).collect()),
    })
}
