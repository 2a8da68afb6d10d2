//! The suite's own worth: a sample of the self-test here, all of it in `make test`.

use std::collections::BTreeSet;

use interchange::Suite as Seal;
use kouan::{
    self_test::{Group, How, Mutant, OPEN, Report, explained, mutants, trial},
    verdict::checks::INVARIANTS,
};

use crate::{
    program::{kouan, line},
    suite::cases,
};

fn how(jobs: usize) -> How {
    How { seed: 1, seal: Seal::Mac, jobs, full: false }
}

/// One in `nth` of the wrong portals, and every bad party and wire.
fn sample(nth: usize) -> Vec<Mutant> {
    let known = mutants().into_iter().filter(|m| !OPEN.iter().any(|open| m.name.starts_with(open)));
    let all = known.enumerate();
    all.filter(|(i, m)| i % nth == 0 || matches!(m.group, Group::Party | Group::Wire)).map(|(_, m)| m).collect()
}

#[test]
fn every_mutant_of_a_sample_is_killed_or_explained() {
    let (cases, mutants) = (cases(), sample(40));
    let trials = trial::run(&cases, &mutants, &how(2)).unwrap();
    let report = Report::new(&mutants, &trials, cases.iter().map(|c| c.id.as_str()).collect());
    let holes: Vec<&str> = report
        .survivors()
        .filter(|(mutant, _)| explained::of(mutant).is_none())
        .map(|(mutant, _)| mutant.name.as_str())
        .collect();
    assert_eq!(holes, [""; 0]);
    assert_eq!(report.broken().collect::<Vec<_>>(), []);
    let stale: Vec<&str> = mutants
        .iter()
        .zip(&trials)
        .filter(|(m, t)| explained::of(m).is_some() && !t.kills.is_empty())
        .map(|(m, _)| m.name.as_str())
        .collect();
    assert_eq!(stale, [""; 0], "explained, and yet killed");
}

#[test]
fn at_most_one_mutant_in_ten_is_explained_and_there_are_enough_of_each_kind() {
    let all = mutants();
    let explained = all.iter().filter(|m| explained::of(m).is_some()).count();
    assert!(explained * 10 <= all.len(), "{explained} of {}", all.len());
    assert!(all.len() > 90);
    let bad = all.iter().filter(|m| matches!(m.group, Group::Party | Group::Wire)).count();
    assert!(bad >= 24, "{bad}");
}

/// Invariants that judge the portal alone: its mutants are wrong tables, and whichever check finds one will do.
const PORTALS: [&str; 7] = ["状态合法", "日志有序", "不越权", "签名真实", "申请如实", "提示如实", "登录不可重放"];

#[test]
fn every_invariant_over_parties_and_wires_has_somebody_bad_to_find() {
    let named: BTreeSet<&str> = mutants().iter().filter_map(|m| m.check).chain(PORTALS).collect();
    let invariants: BTreeSet<&str> = INVARIANTS.iter().map(|i| i.name).collect();
    assert_eq!(named, invariants);
}

#[test]
fn every_explanation_is_about_something() {
    let all = mutants();
    for which in explained::EXPLAINED.iter().flat_map(|e| e.mutants) {
        assert!(all.iter().any(|m| which.fits(m)), "{}", which.words());
    }
}

/// A few mutants must be named by the rule that they break, and not merely make something fail.
#[test]
fn what_is_found_leads_to_what_is_wrong() {
    for (mutant, check) in [
        ("协议 银行已接收 --银行拒绝签约--> 已生效（原为 已失败）", "一次生效"),
        ("协议 保险公司已接收 --收款企业同意签约--> 保险公司已同意：代码 S（原为 P101）", "状态合法"),
        ("协议 保险公司已接收 --超期未答复--> 保险公司未答复：没有这一行", "expect"),
        ("权限 操作员卡也能协议签署", "refusal"),
        ("权限 操作员卡也能在线交费签约", "expect"),
        ("表单 企业邮箱：可填任何文字", "refusal"),
        ("次数 发送次数：7（原为8）", "回执齐全"),
        ("对手方 同意两次，协议编号不同", "答复如实"),
        ("网络 悄悄把报文送到两次", "线路如实"),
    ] {
        let one: Vec<Mutant> = mutants().into_iter().filter(|m| m.name == mutant).collect();
        assert_eq!(one.len(), 1, "{mutant}");
        let trials = trial::run(&cases(), &one, &How { full: true, ..how(2) }).unwrap();
        let found = trials[0].kills.iter().any(|kill| kill.checks.iter().any(|c| c == check));
        assert!(found, "{mutant} was not found by {check}: {:?}", trials[0].kills);
    }
}

#[test]
fn the_number_of_jobs_changes_no_byte() {
    let but = OPEN.iter().flat_map(|open| ["--not", open]);
    let with = |jobs| ["self-test", "--json", "--only", "回执拒绝", "--jobs", jobs].into_iter().chain(but.clone());
    let one = kouan(with("1")).ended(0);
    let three = kouan(with("3")).ended(0);
    assert_eq!(one.out, three.out);
    let json = one.json();
    let (mutants, killed) = (json["mutants"].as_u64().unwrap(), json["killed"].as_u64().unwrap());
    let survivors = json["survivors"].as_array().unwrap();
    assert_eq!(mutants, killed + survivors.len() as u64);
    assert_eq!(json["explained"].as_u64().unwrap(), survivors.len() as u64);
    assert!(survivors.iter().all(|s| s["mutant"].is_string() && s["requirement"].is_string() && s["why"].is_string()));
}

/// A suite of one scenario lets nearly everything pass, and says so.
#[test]
fn a_thin_suite_is_told_what_it_lets_pass() {
    let file = "scenarios/4-在线交费签约/签约-付款企业信息预填.yaml";
    let said = line(&format!("self-test {file} --only 表单")).ended(1);
    assert!(said.out.contains("没有被发现，也没有说明（场景集的漏洞）："), "{}", said.out);
    assert!(said.out.contains("  表单 付款账号：最少9位（原为8） [AGR-05]\n"), "{}", said.out);
    let said = line(&format!("self-test {file} --only 没有这种变异")).ended(2);
    assert!(said.err.contains("没有名字里含有这段文字的变异"), "{}", said.err);
}

/// A suite that fails by itself is no measure of anything.
#[test]
fn a_suite_that_does_not_pass_is_refused() {
    let said = line("self-test tests/cases/failed --only 表单").ended(2);
    assert!(said.err.contains("在正确的门户下就没有通过"), "{}", said.err);
}
