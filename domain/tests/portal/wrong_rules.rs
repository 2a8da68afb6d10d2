//! A wrong portal can be made by giving it wrong rules: each of these does what a faithful one must not.

use std::{sync::Arc, time::Duration};

use domain::{
    form::{Need, Takes},
    message::{Kind, Receipt},
    portal::{CardRole, Command, Page, Permission, Query, Rules},
};

use crate::stage::{DAY, HOUR, Stage, binhai, insurer_agrees, usual};

#[test]
fn permissions_are_read_from_the_rules() {
    let mut rules = Rules::default();
    rules.permissions.push((Permission::Agreements, CardRole::Operator));
    let mut stage = Stage::with(rules);
    let operator = stage.login(&binhai(), CardRole::Operator);
    assert!(stage.portal.query(&operator, &Query::of(Page::Agreements)).is_ok());
    let menu = stage.portal.query(&operator, &Query::of(Page::Menu)).unwrap();
    assert_eq!(menu.rows[0], [("菜单", "在线交费签约".to_owned())]);
}

#[test]
fn the_form_is_read_by_the_rules() {
    let mut rules = Rules::default();
    for rule in &mut Arc::make_mut(&mut rules.agreement_form).fields {
        if matches!(rule.key, "phone" | "bank") {
            (rule.need, rule.takes) = (Need::Optional, Takes::Text { max: 50 });
        }
    }
    let mut stage = Stage::with(rules);
    let session = stage.legal_person();
    let mut form = usual();
    form.fields.insert("联系人电话".into(), "12".into());
    assert!(stage.prepare(&session, Command::SignAgreement(form.clone())).is_ok());
    // Even so nothing goes to a bank that does not exist.
    form.fields.insert("付款银行".into(), "无此银行".into());
    let refusal = stage.prepare(&session, Command::SignAgreement(form)).unwrap_err();
    assert_eq!(refusal.fields["付款银行"], "请从列表中选择");
}

#[test]
fn the_life_cycle_is_read_from_the_rules() {
    let mut rules = Rules::default();
    for row in rules.agreement.iter_mut().filter(|row| row.code == "P101") {
        row.code = "P999";
    }
    let mut stage = Stage::with(rules);
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    assert_eq!(stage.say("boc-insurance", &record, insurer_agrees(&record)), Receipt::Accepted);
    assert_eq!(stage.codes(&record), ["P001", "P002", "P004", "P999", "P102"]);
}

#[test]
fn spans_and_limits_are_read_from_the_rules() {
    let mut rules = Rules::default();
    rules.settings.silence = HOUR * 36;
    rules.settings.send_tries = 2;
    let mut stage = Stage::with(rules);
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(DAY);
    assert_eq!(stage.sent.len(), 2);
    stage.run_for(DAY);
    assert_eq!(stage.last_log(&record), "F 处理失败（中银保险有限公司：超过36小时未送达）");
}

/// A portal that never gives up on a silent insurer: the row is gone, and so is its deadline.
#[test]
fn without_the_row_for_silence_nothing_happens_and_time_moves_on() {
    let mut rules = Rules::default();
    rules.agreement.retain(|row| row.event != domain::portal::Event::Silence);
    let mut stage = Stage::with(rules);
    let session = stage.legal_person();
    let record = stage.sign(&session, usual()).unwrap();
    stage.run_for(Duration::from_secs(3));
    stage.accepted(&record, Kind::InsurerSigningRequested);
    stage.run_for(30 * DAY);
    assert_eq!(stage.state(&record), "处理中");
    assert_eq!(stage.portal.next_due(), None);
}
