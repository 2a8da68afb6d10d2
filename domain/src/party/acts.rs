//! What a party does of its own accord, without a request of the portal: open covers signed off-line, changed and ended
//! (RSV-04, OPC-07), agreements ended by the bank, and what befalls accounts.

use jiff::civil::Date;

use super::{
    Account, Changes, CoverEntry, CoverStanding, Decisions, Party, Standing, answer,
    books::{Page, RequestEntry, RequestStanding},
    outcome::Point,
    plan::{Cause, Conduct},
    turn::Turn,
};
use crate::{
    Moment,
    codes::Uscc,
    cover::{ADDITIONAL_COVERAGES, CargoLine, MAIN_COVERAGES, TRANSPORT_MODES},
    directory::PartyRole,
    message::{
        AgreementEnded, Body,
        cargo::{CategoryData, CoverageData, CoverageKind, OpenCoverData, OpenCoverEnd, SpecialTermData},
    },
    money::{Money, Percent},
};

/// The enterprise that signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatory {
    /// 统一社会信用代码
    pub uscc: Uscc,
    /// 企业名称
    pub name: String,
    /// 企业联系人
    pub contact: String,
    /// 联系人电话
    pub phone: String,
    /// 企业邮箱
    pub email: String,
    /// 企业地址
    pub address: String,
}

/// What is signed off-line. What is absent is taken from the request where it says something of it, else it is the usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// The request that it follows, by the portal's number; an insurer can sign without one.
    pub request: Option<String>,
    /// The enterprise. Contact, phone, e-mail and address are the request's where it has them.
    pub enterprise: Signatory,
    /// 货物类别; at least one.
    pub categories: Vec<CategoryData>,
    /// All the rest.
    pub terms: CoverChange,
}

/// Terms of an open cover that are given; all others stay as they are, or are the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverChange {
    /// 保险机构名称: the insurer (usual) or a branch of it.
    pub insurer: Option<String>,
    /// 险种名称; usually 进口货运险.
    pub line: Option<String>,
    /// 保险费率 in percent, with or without the sign; usually `0.450`.
    pub rate: Option<String>,
    /// 最低保费; usually 50.00.
    pub minimum_premium: Option<Money>,
    /// 单次限额; usually none. `Some(None)` takes it away.
    pub voyage_limit: Option<Option<Money>>,
    /// 运输方式; usually all four.
    pub modes: Option<Vec<String>>,
    /// 协议起效时间; usually the day of signing.
    pub begins: Option<Date>,
    /// 协议结束时间, the last day; usually a year after 协议起效时间 less a day.
    pub ends: Option<Date>,
    /// 险别; usually the seven of the manual.
    pub coverages: Option<Vec<CoverageData>>,
    /// 货物类别, for a change.
    pub categories: Option<Vec<CategoryData>>,
    /// 特殊约定; usually none.
    pub special_terms: Option<Vec<SpecialTermData>>,
}

const USUAL_LINE: CargoLine = CargoLine::Import;
const USUAL_RATE: &str = "0.450";

/// 50.00 yuan.
fn usual_minimum() -> Money {
    "50.00".parse().unwrap_or(Money::ZERO)
}

/// Every 险别 of the manual, in its order (OPC-04).
fn usual_coverages() -> Vec<CoverageData> {
    let of = |kind, names: &'static [&'static str]| names.iter().map(move |name| (kind, *name));
    let all = of(CoverageKind::Main, MAIN_COVERAGES).chain(of(CoverageKind::Additional, ADDITIONAL_COVERAGES));
    let row = |(number, (kind, name)): (usize, (CoverageKind, &str))| CoverageData {
        number: (number + 1).to_string(),
        kind,
        name: name.to_owned(),
    };
    all.enumerate().map(row).collect()
}

/// 保险费率 as messages carry it, without the sign.
fn rate_text(rate: &str) -> Result<String, String> {
    let percent: Percent = rate.parse().map_err(|_| format!("保险费率「{rate}」不是百分比"))?;
    Ok(percent.to_string().trim_end_matches('%').to_owned())
}

impl Party {
    /// 保险公司.线下签约: an open cover is signed, asked or unasked, and told to the portal in the insurer's own time, if the
    /// script lets it be signed. Returns its number.
    ///
    /// # Errors
    /// Says in Chinese why there is nothing to sign; nothing has changed, nothing was decided.
    pub fn sign_offline(
        &self,
        signing: &Signing,
        moment: Moment<'_>,
        decisions: &mut dyn Decisions,
    ) -> Result<(String, Changes), String> {
        self.must_be(PartyRole::Insurer, "线下签约")?;
        let request = match &signing.request {
            Some(number) => Some(self.agreed_request(number, &signing.enterprise.uscc)?),
            None => None,
        };
        let terms = self.drawn_up(signing, request, moment)?;
        let number = terms.number.clone();
        let entry = CoverEntry { terms: terms.clone(), standing: CoverStanding::Signing, decided_at: moment.time };
        let mut turn = Turn::of(self, moment);
        turn.changes.pages.push(Page::Cover(Box::new(entry)));
        turn.begin(Point::OfflineSigning, Cause::Signing(Box::new(terms)), decisions);
        Ok((number, turn.changes))
    }

    /// The request that is signed for: this enterprise's, and one that the insurer was willing to grant.
    fn agreed_request(&self, number: &str, uscc: &Uscc) -> Result<&RequestEntry, String> {
        let request = self.books.requests.get(number).ok_or_else(|| format!("没有业务编号为「{number}」的预约申请"))?;
        if request.uscc != *uscc {
            return Err(format!("业务编号为「{number}」的预约申请不是该企业的"));
        }
        match request.standing {
            RequestStanding::Agreed => Ok(request),
            RequestStanding::Asked | RequestStanding::Refused => {
                Err(format!("业务编号为「{number}」的预约申请{}，不能签约", request.standing.chinese()))
            }
        }
    }

    /// The open cover as it will be sent.
    fn drawn_up(
        &self,
        signing: &Signing,
        request: Option<&RequestEntry>,
        moment: Moment<'_>,
    ) -> Result<OpenCoverData, String> {
        let asked = |key: &str| request.and_then(|request| request.form.get(key)).cloned();
        let who = &signing.enterprise;
        let own = |key: &str, text: &String| asked(key).unwrap_or_else(|| text.clone());
        let begins = signing.terms.begins.unwrap_or_else(|| moment.time.date());
        let after_a_year = begins.saturating_add(jiff::Span::new().years(1));
        let about = self.entity(signing.request.as_deref().unwrap_or(who.uscc.as_str()));
        let usual = OpenCoverData {
            number: Turn::of(self, moment).view().number(
                (moment.draws, "cover-number", &about),
                9_999_999_999_999,
                |n| format!("Q{}{n:013}", moment.time.date().strftime("%Y%m%d")),
            ),
            request: signing.request.clone(),
            insurer: request.map_or_else(|| self.institution.name.clone(), |request| request.insurer.clone()),
            uscc: who.uscc.clone(),
            enterprise: who.name.clone(),
            contact: own("contact", &who.contact),
            phone: own("phone", &who.phone),
            email: own("email", &who.email),
            address: own("address", &who.address),
            line: asked("line").unwrap_or_else(|| USUAL_LINE.chinese().to_owned()),
            rate: USUAL_RATE.to_owned(),
            minimum_premium: usual_minimum(),
            voyage_limit: None,
            modes: TRANSPORT_MODES.iter().map(|mode| (*mode).to_owned()).collect(),
            begins: begins.to_string(),
            ends: after_a_year.yesterday().unwrap_or(after_a_year).to_string(),
            coverages: usual_coverages(),
            categories: signing.categories.clone(),
            special_terms: Vec::new(),
        };
        self.with_terms(usual, &signing.terms)
    }

    /// The cover with what is given of its terms.
    fn with_terms(&self, cover: OpenCoverData, given: &CoverChange) -> Result<OpenCoverData, String> {
        let CoverChange { insurer, line, rate, minimum_premium, voyage_limit, .. } = given;
        let changed = OpenCoverData {
            insurer: insurer.clone().unwrap_or(cover.insurer),
            line: line.clone().unwrap_or(cover.line),
            rate: rate.as_deref().map_or(Ok(cover.rate), rate_text)?,
            minimum_premium: minimum_premium.unwrap_or(cover.minimum_premium),
            voyage_limit: voyage_limit.unwrap_or(cover.voyage_limit),
            modes: given.modes.clone().unwrap_or(cover.modes),
            begins: given.begins.map_or(cover.begins, |day| day.to_string()),
            ends: given.ends.map_or(cover.ends, |day| day.to_string()),
            coverages: given.coverages.clone().unwrap_or(cover.coverages),
            categories: given.categories.clone().unwrap_or(cover.categories),
            special_terms: given.special_terms.clone().unwrap_or(cover.special_terms),
            ..cover
        };
        let blank = |t: &SpecialTermData| t.name.trim().is_empty() || t.content.trim().is_empty();
        if changed.special_terms.iter().any(blank) {
            return Err("特殊约定的名称和内容不能空".to_owned());
        }
        if !self.goes_by(&changed.insurer) {
            return Err(format!("保险机构「{}」不是「{}」", changed.insurer, self.institution.name));
        }
        if CargoLine::by_name(&changed.line).is_none() {
            return Err(format!("没有险种「{}」", changed.line));
        }
        if let Some(other) = changed.modes.iter().find(|mode| !TRANSPORT_MODES.contains(&mode.as_str())) {
            return Err(format!("没有运输方式「{other}」"));
        }
        if changed.ends < changed.begins {
            return Err(format!("协议结束时间{}早于协议起效时间{}", changed.ends, changed.begins));
        }
        for (label, empty) in [
            ("运输方式", changed.modes.is_empty()),
            ("险别", changed.coverages.is_empty()),
            ("货物类别", changed.categories.is_empty()),
        ] {
            if empty {
                return Err(format!("协议没有{label}"));
            }
        }
        Ok(changed)
    }

    /// 保险公司.变更协议: other terms for an open cover, told to the portal at once.
    ///
    /// # Errors
    /// Says in Chinese why there is nothing to change; nothing has changed.
    pub fn change_cover(&self, number: &str, change: &CoverChange, moment: Moment<'_>) -> Result<Changes, String> {
        self.must_be(PartyRole::Insurer, "变更协议")?;
        // One that is over may be prolonged (OPC-07); one that was ended may not.
        let entry = self.signed_cover(number)?;
        let terms = self.with_terms(entry.terms.clone(), change)?;
        let mut turn = Turn::of(self, moment);
        let entry = CoverEntry { terms: terms.clone(), standing: entry.standing, decided_at: moment.time };
        turn.changes.pages.push(Page::Cover(Box::new(entry)));
        turn.say(number, None, Body::OpenCoverChanged(terms), Conduct::default());
        Ok(turn.changes)
    }

    /// 保险公司.终止协议: ends an open cover and tells the portal.
    ///
    /// # Errors
    /// Says in Chinese why there is nothing to end; nothing has changed.
    pub fn end_cover(&self, number: &str, reason: &str, moment: Moment<'_>) -> Result<Changes, String> {
        self.must_be(PartyRole::Insurer, "终止货运险协议")?;
        let entry = self.cover_in_force(number, moment)?;
        let end = OpenCoverEnd {
            number: number.to_owned(),
            uscc: entry.terms.uscc.clone(),
            reason: answer::reason_or_none(reason),
        };
        let mut turn = Turn::of(self, moment);
        let entry = CoverEntry { standing: CoverStanding::Ended, decided_at: moment.time, terms: entry.terms.clone() };
        turn.changes.pages.push(Page::Cover(Box::new(entry)));
        turn.say(number, None, Body::OpenCoverEnded(end), Conduct::default());
        Ok(turn.changes)
    }

    /// A cover whose last day is not over; it need not have begun.
    fn cover_in_force(&self, number: &str, moment: Moment<'_>) -> Result<&CoverEntry, String> {
        let entry = self.signed_cover(number)?;
        let over = entry.period().is_some_and(|(_, ends)| ends < moment.time.date());
        if over { Err(format!("编号为「{number}」的货运险协议已到期")) } else { Ok(entry) }
    }

    /// A cover that was signed and not ended.
    fn signed_cover(&self, number: &str) -> Result<&CoverEntry, String> {
        let entry = self.books.covers.get(number).ok_or_else(|| format!("没有编号为「{number}」的货运险协议"))?;
        match entry.standing {
            CoverStanding::Signed => Ok(entry),
            CoverStanding::Signing | CoverStanding::NotSigned | CoverStanding::Ended => {
                Err(format!("编号为「{number}」的货运险协议{}，不在有效状态", entry.standing.chinese()))
            }
        }
    }

    /// 银行.终止协议: the bank ends an agreement by itself and tells the portal.
    ///
    /// # Errors
    /// Says in Chinese why there is nothing to end; nothing has changed.
    pub fn end_agreement(&self, application: &str, reason: &str, moment: Moment<'_>) -> Result<Changes, String> {
        self.must_be(PartyRole::Bank, "终止协议")?;
        let known = self.book(application).ok_or_else(|| format!("没有业务编号为「{application}」的协议"))?;
        let entry = answer::in_force(known, moment.time)?;
        let body = Body::AgreementEnded(AgreementEnded {
            application: application.to_owned(),
            // A bank numbers every agreement in the very change that puts it in force.
            agreement_number: entry.agreement_number.clone().unwrap_or_default(),
            reason: answer::reason_or_none(reason),
        });
        let mut turn = Turn::of(self, moment);
        turn.changes.pages.push(Page::Agreement(answer::decided(entry, Standing::Ended, moment.time)));
        turn.say(application, None, body, Conduct::default());
        Ok(turn.changes)
    }

    /// 银行.冻结账户 and 银行.解冻账户. Doing it again is harmless.
    ///
    /// # Errors
    /// There is no such account.
    pub fn freeze(&self, account: &str, frozen: bool) -> Result<Changes, String> {
        self.on_account(account, |account| Ok(account.with_frozen(frozen)))
    }

    /// 银行.设置限额: the most that may be debited in one day; without an amount there is no limit.
    ///
    /// # Errors
    /// There is no such account.
    pub fn set_limit(&self, account: &str, daily: Option<Money>) -> Result<Changes, String> {
        self.on_account(account, |account| Ok(account.with_daily_limit(daily)))
    }

    /// 银行.存入
    ///
    /// # Errors
    /// There is no such account, or the amount is not above zero, or too much for the account.
    pub fn deposit(&self, account: &str, amount: Money) -> Result<Changes, String> {
        let credited = |account: Account| account.after_deposit(amount);
        self.on_account(account, |account| credited(account).ok_or_else(|| format!("不能存入{amount}")))
    }

    fn on_account(
        &self,
        number: &str,
        act: impl FnOnce(Account) -> Result<Account, String>,
    ) -> Result<Changes, String> {
        let known = self.books.accounts.get(number).cloned();
        let account = act(known.ok_or_else(|| format!("没有账号为「{number}」的账户"))?)?;
        Ok(Changes { pages: vec![Page::Account(account)], ..Changes::default() })
    }

    fn must_be(&self, role: PartyRole, act: &str) -> Result<(), String> {
        if self.role() == role {
            return Ok(());
        }
        Err(format!("「{}」不是{}，不能{act}", self.institution.name, role.chinese()))
    }
}
