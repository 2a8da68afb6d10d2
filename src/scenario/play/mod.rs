//! Plays one case: a world is made, its steps are acted, what is expected is held against what pages show, and the
//! evidence is judged.
//!
//! The player decides nothing about right and wrong itself: comparisons are `verdict::expect`, rules over the
//! evidence are `verdict::checks`, and what an evaluated check proves is `verdict::citations`. It says once that
//! steps were left out after a failure, and leaves them out: noise hides causes.

mod act;
mod alone;
mod cargo;
mod faults;
mod look;
mod once;
mod party;
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    directory::PartyId,
    portal::{Portal, RecordId, Rules, Table, Way},
    tables::Tables,
};
use interchange::Suite;
use virtual_card::Card;

use super::model::{Account, AccountFact, Act, Case, GivenRecord, Step};
use crate::{
    evidence::{Evidence, Happening},
    verdict::{
        checks::{self, Context, Judging},
        finding::{CaseResult, Finding, Verdict},
        trace, trail,
    },
    world::{Desks, MemoryDesks, Readers, Setup, World, acts::Who, fixtures, keys, sabotage::Saboteur, script::Script},
};

/// What a run fixes for all of its cases.
#[derive(Clone)]
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// How messages are sealed.
    pub suite: Suite,
    /// The portal's tables and rules; a wrong one may be given to test the suite.
    pub rules: Rules,
    /// The code tables that forms choose from.
    pub tables: Arc<Tables>,
    /// Cards other than the fixture's.
    pub cards: Option<Arc<Vec<[Card; 3]>>>,
    /// Somebody bad, to test the suite.
    pub saboteur: Option<Saboteur>,
    /// Readers other than in memory.
    pub readers: Option<Arc<dyn Readers>>,
    /// Whether results carry a trace: only reports for people who look into a case want one.
    pub trace: bool,
}

impl Options {
    /// The faithful portal under a seed.
    pub fn new(seed: u64, suite: Suite) -> Self {
        Self {
            seed,
            suite,
            rules: Rules::default(),
            tables: Arc::clone(fixtures::tables()),
            cards: None,
            saboteur: None,
            readers: None,
            trace: false,
        }
    }
}

/// What a name given by 记作 stands for.
#[derive(Clone)]
enum Named {
    Record {
        id: RecordId,
        enterprise: usize,
    },
    /// An open cover, which may still be on its way to the portal.
    Cover {
        insurer: PartyId,
        number: String,
        enterprise: usize,
    },
    Table {
        table: Table,
        read: Read,
    },
}

/// How a page was read, for what a check of it proves.
#[derive(Clone, Copy)]
struct Read {
    page: &'static str,
    tab: &'static str,
    filtered: bool,
    role: &'static str,
    others_have_records: bool,
}

struct Player<'c> {
    case: &'c Case,
    world: World,
    names: BTreeMap<String, Named>,
    /// People whose session is one by 账号密码.
    passwords: BTreeSet<Who>,
    result: CaseResult,
    step: Option<usize>,
}

/// Why the rest of a case is not played.
struct Stop;

/// Plays a case to its end and judges it. The same case and options give the same result, but for `wall_us`, which
/// is left 0 for whoever holds a clock.
pub fn play(case: &Case, options: &Options) -> (CaseResult, Evidence) {
    let (result, evidence, _) = play_tracked(case, options);
    (result, evidence)
}

/// The same, with the rows of the portal's life cycle that records went along: what a mutant of a row can matter to.
pub fn play_tracked(case: &Case, options: &Options) -> (CaseResult, Evidence, BTreeSet<Way>) {
    let holder = options.readers.as_ref().and_then(|readers| readers.holder());
    if let Some(why) = holder.and_then(|holder| alone::cannot(case, holder)) {
        return (skipped(case, options, &why), Evidence::default(), BTreeSet::new());
    }
    let desks = match options.readers.as_ref().map(|readers| readers.lease()) {
        None => Box::new(MemoryDesks),
        Some(Ok(desks)) => desks,
        Some(Err(trouble)) => return (out_of_order(case, options, trouble), Evidence::default(), BTreeSet::new()),
    };
    let mut player = Player {
        case,
        world: World::new(setup(case, options, desks)),
        names: BTreeMap::new(),
        passwords: BTreeSet::new(),
        step: None,
        result: blank(case, options.seed),
    };
    let whole = player.play_steps();
    if let Some(trouble) = player.world.trouble() {
        return (out_of_order(case, options, trouble), Evidence::default(), BTreeSet::new());
    }
    let ways = player.world.ways().clone();
    let (result, evidence) = player.judge(whole, options);
    (result, evidence, ways)
}

/// The result of a case that the one card there is not enough for.
fn skipped(case: &Case, options: &Options, why: &str) -> CaseResult {
    let mut result = blank(case, options.seed);
    result.find(Finding::new(Verdict::Skipped, "reader", "", format!("实物卡上做不了，跳过：{why}")));
    result
}

/// The result of a case whose reader failed: nothing that happened says anything about the portal.
fn out_of_order(case: &Case, options: &Options, trouble: String) -> CaseResult {
    let mut result = blank(case, options.seed);
    result.find(Finding::new(Verdict::Error, "reader", "", format!("读卡器出了问题，本场景无法判定：{trouble}")));
    result
}

/// The result of a case of which nothing is known yet.
pub(super) fn blank(case: &Case, seed: u64) -> CaseResult {
    let header = &case.scenario;
    CaseResult {
        id: case.id.clone(),
        title: header.title.clone(),
        file: header.file.clone(),
        covers: header.covers.clone(),
        verdict: Verdict::Passed,
        virtual_ms: 0,
        wall_us: 0,
        apdus: 0,
        card_signatures: 0,
        messages: 0,
        receipts: 0,
        findings: Vec::new(),
        cited: BTreeMap::new(),
        seed,
        steps: case.steps.len(),
        trace: None,
    }
}

fn setup(case: &Case, options: &Options, desks: Box<dyn Desks>) -> Setup {
    let mut script = Script::new(Arc::clone(&keys::fixtures().directory));
    for line in &case.script {
        script.add(faults::selector(&line.party), line.point, line.outcomes.clone());
    }
    Setup {
        case: case.id.clone(),
        seed: options.seed,
        suite: options.suite,
        start: case.start,
        rules: options.rules.clone(),
        tables: Arc::clone(&options.tables),
        script,
        faults: faults::of_the_wire(case),
        replayed_logins: faults::replayed_logins(case),
        cards: options.cards.clone(),
        saboteur: options.saboteur,
        desks,
    }
}

/// Plays a case without judging it, for the portal that it leaves: to look at, or to take records from.
pub fn play_for_portal(case: &Case, options: &Options) -> Portal {
    let mut player = Player {
        case,
        world: World::new(setup(case, options, Box::new(MemoryDesks))),
        names: BTreeMap::new(),
        passwords: BTreeSet::new(),
        step: None,
        result: blank(case, options.seed),
    };
    player.play_steps();
    player.world.portal().clone()
}

impl Player<'_> {
    fn play_steps(&mut self) -> bool {
        self.set_accounts();
        let given = &self.case.given.records;
        for record in given {
            if self.given(record).is_err() {
                self.say_left_out(self.case.steps.len());
                return false;
            }
        }
        for (number, step) in self.case.steps.iter().enumerate() {
            self.step = Some(number);
            self.world.begin_step(self.step);
            let armed = self.arm_faults(number, step);
            let found = self.result.findings.len();
            let played = self.play(step);
            let idle = self.settle_faults(armed);
            if played.is_err() {
                self.blame_idle_faults(found, &idle);
                self.say_left_out(self.case.steps.len() - number - 1);
                return false;
            }
        }
        self.step = None;
        self.world.begin_step(None);
        true
    }

    /// The accounts of 已知, before anything happens. What lint has read as an amount is one.
    fn set_accounts(&mut self) {
        let facts = &self.case.given.accounts;
        for Account { enterprise, bank, fact } in facts {
            if let AccountFact::Balance(text) = fact
                && let Ok(balance) = text.parse()
            {
                self.world.open_account(*enterprise, bank, balance);
            }
        }
        for Account { enterprise, bank, fact } in facts {
            let number = self.world.account_number(*enterprise, bank).unwrap_or_default();
            let done = match fact {
                AccountFact::Balance(_) => Ok(()),
                AccountFact::Frozen => self.world.by_party(bank, |p, _, _| Ok(((), p.freeze(&number, true)?))),
                AccountFact::DailyLimit(text) => {
                    let limit = text.parse().ok();
                    self.world.by_party(bank, |p, _, _| Ok(((), p.set_limit(&number, limit)?)))
                }
            };
            if let Err(why) = done {
                self.find(Finding::new(Verdict::Inconclusive, "given", "已知.企业", why));
            }
        }
    }

    /// A record of 已知: made as any other, and waited for.
    fn given(&mut self, record: &GivenRecord) -> Result<(), Stop> {
        let step = &record.step;
        self.play(step)?;
        let (Some(name), Some(until)) = (step.name.as_ref(), record.until) else { return Ok(()) };
        let limit = self.world.now() + std::time::Duration::from_secs(86_400);
        loop {
            match self.shown_text(name, "状态").as_deref() {
                Some(state) if state == until => return Ok(()),
                Some("失败" | "预约失败" | "数据审核失败" | "拒保") => break,
                _ => {}
            }
            if !self.world.step_within(limit) {
                break;
            }
        }
        let shown = |field| self.shown_text(name, field).unwrap_or_default();
        let what = self.kind(name);
        let failed = match what {
            "协议" => "没有签成".to_owned(),
            _ => format!("没有到「{until}」"),
        };
        let text = format!(
            "已知中的{what}{failed}（{} {} {}），要测试的情形没有出现",
            shown("状态"),
            shown("失败方"),
            shown("原因")
        );
        let path = format!("已知.{what}");
        self.find(Finding::new(Verdict::Inconclusive, "given", path, text).at_line(step.line));
        Err(Stop)
    }

    fn play(&mut self, step: &Step) -> Result<(), Stop> {
        match &step.act {
            Act::Advance(advance) => self.advance(step, *advance),
            Act::Wait { subjects, limit } => self.wait(step, subjects, *limit),
            Act::Expect { subjects } => {
                self.expect(step, subjects);
                Ok(())
            }
            Act::Party { party, deed } => self.party_acts(step, party, deed),
            Act::EndAgreement { party, agreement, reason } => {
                self.end_agreement(step, party, agreement, reason.as_deref())
            }
            _ => self.person_acts(step),
        }
    }

    fn find(&mut self, finding: Finding) {
        let finding = if finding.step.is_none() { finding.during(self.step) } else { finding };
        self.result.find(finding);
    }

    /// A step that came out otherwise because its card fault never struck has tested nothing: 无法判定, not 失败.
    fn blame_idle_faults(&mut self, found: usize, idle: &[usize]) {
        if idle.is_empty() {
            return;
        }
        self.result.findings.truncate(found);
        self.result.verdict = self.result.findings.iter().fold(Verdict::Passed, |worst, f| worst.worst(f.severity));
        for fault in idle {
            self.find(faults::never_struck(&self.case.faults[*fault]));
        }
    }

    /// Added to the finding that stopped the case, so that what follows from it is said once.
    fn say_left_out(&mut self, steps: usize) {
        let Some(last) = self.result.findings.last_mut() else { return };
        if steps > 0 {
            last.text.push_str(&format!("；因此后面的 {steps} 步没有执行，也不再判定"));
        }
        if !self.case.once.is_empty() {
            last.text.push_str("；「曾经」也不再判定");
        }
    }

    fn judge(mut self, whole: bool, options: &Options) -> (CaseResult, Evidence) {
        if self.world.restless() {
            let text = format!("{} 时有一方没完没了地重复同一个动作，演练无法继续", self.world.now());
            self.find(Finding::new(Verdict::Failed, "rest", "", text));
        }
        self.result.virtual_ms = u64::try_from(self.world.now().since(self.world.start()).as_millis()).unwrap_or(0);
        self.result.apdus = self.world.apdus();
        self.result.card_signatures = u64::from(self.world.card_signatures());
        let evidence = self.world.finish();
        for entry in &evidence.entries {
            match &entry.what {
                Happening::Sent(_) => self.result.messages += 1,
                Happening::Arrived(a) if a.receipt.is_some() => self.result.receipts += 1,
                _ => {}
            }
        }
        let fixtures = keys::fixtures();
        let keys = keys::suite_keys(options.suite);
        let identities = |id: &PartyId| keys.parties.get(id).map(|k| &k.good);
        let context = Context {
            directory: &fixtures.directory,
            identities: &identities,
            peers: &keys.peers,
            suite: options.suite,
            card_roots: &fixtures.card_roots,
        };
        let named: BTreeMap<&str, usize> = self.case.always.iter().map(|i| (i.name.as_str(), i.line)).collect();
        let signed =
            self.case.steps.iter().find(|s| matches!(s.act, Act::SignAgreement { .. } | Act::ResignAgreement { .. }));
        let judging = Judging::new(context);
        checks::run_all(&evidence, &judging, &named, signed.map_or(0, |s| s.line), &mut self.result);
        if whole {
            once::check(self.case, &evidence, &fixtures.directory, &mut self.result);
            faults::check_struck(self.case, &evidence, &mut self.result);
        }
        // In the file's order; what belongs to no line comes last.
        self.result.findings.sort_by_key(|f| f.line.unwrap_or(usize::MAX));
        self.result.check_coverage(self.case.scenario.covers_line);
        trail::tell(&mut self.result.findings, &evidence, &fixtures.directory);
        for finding in &mut self.result.findings {
            finding.source = finding.line.map(|line| self.case.scenario.line(line).to_owned());
        }
        if options.trace {
            let trace = trace::tell(told::script(self.case), &evidence, &judging, &self.result);
            self.result.trace = Some(Box::new(trace));
        }
        (self.result, evidence)
    }
}
