//! Lists and logs as their pages show them (UI-03, UI-04, AGR-01, AGR-02).

use domain::portal::{Page, Query, RecordId, SessionId, Table};

use crate::stage::{DAY, Stage, bank_agrees, binhai, dongling, form, usual};

/// Three signings on three days, in the bank's order: 中国银行, 建设银行, 中国银行; and the session of the last day.
fn three(stage: &mut Stage) -> (SessionId, Vec<RecordId>) {
    let mut records = Vec::new();
    for (bank, payee) in [("中国银行", "中银保险"), ("建设银行", "中银保险"), ("中国银行", "平安产险")]
    {
        if !records.is_empty() {
            stage.run_for(DAY);
        }
        let session = stage.legal_person();
        records.push(stage.sign(&session, form(bank, payee)).unwrap());
    }
    (stage.legal_person(), records)
}

fn column(table: &Table, label: &str) -> Vec<String> {
    let cell = |row: &Vec<(&'static str, String)>| row.iter().find(|(l, _)| *l == label).unwrap().1.clone();
    table.rows.iter().map(cell).collect()
}

fn filtered(label: &str, values: &[&str]) -> Query {
    let values = values.iter().map(|v| (*v).to_owned()).collect();
    Query { filters: vec![(label.into(), values)], ..Query::of(Page::Agreements) }
}

//= AGR-01
#[test]
fn a_row_shows_all_that_is_known_and_the_number_is_a_dash_until_then() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_bank(&session);
    let row = |stage: &Stage| stage.list(&session).rows.remove(0);
    let early = [
        ("序号", "1"),
        ("银行名称", "中国银行股份有限公司"),
        ("协议编号", "-"),
        ("付款账号", "620000000000000101"),
        ("收款企业名称", "中银保险有限公司"),
        ("服务类型", "保费支付"),
        ("协议生效时间", ""),
        ("协议失效时间", ""),
        ("签约时间", "2026-03-02 09:00:00"),
        ("状态", "处理中"),
    ];
    assert_eq!(row(&stage), early.map(|(l, t)| (l, t.to_owned())));
    assert_eq!(stage.list(&session).columns, early.map(|(l, _)| l));
    stage.say("boc", &record, bank_agrees(&record, Some("2027-03-01")));
    let cells: Vec<String> = row(&stage).into_iter().map(|(_, text)| text).collect();
    assert_eq!(cells[2], "BOCBX000000001");
    assert_eq!(cells[6..], ["2026-03-02", "2027-03-01", "2026-03-02 09:00:00", "成功"]);
}

//= UI-03
#[test]
fn a_list_is_newest_first_and_comes_in_pages_with_a_footer() {
    let mut stage = Stage::new();
    let (session, _) = three(&mut stage);
    let page = |size, number| {
        let query = Query { page_size: size, page_number: number, ..Query::of(Page::Agreements) };
        stage.portal.query(&session, &query).unwrap()
    };
    let all = page(10, 1);
    assert_eq!(column(&all, "签约时间"), ["2026-03-04 09:00:00", "2026-03-03 09:00:00", "2026-03-02 09:00:00"]);
    assert_eq!(all.footer, "显示第 1 到第 3 条记录，总共 3 条记录");
    let second = page(2, 2);
    assert_eq!(column(&second, "序号"), ["3"]);
    assert_eq!((second.total, second.footer.as_str()), (3, "显示第 3 到第 3 条记录，总共 3 条记录"));
    let beyond = page(2, 3);
    assert_eq!((beyond.total, beyond.rows.len()), (3, 0));
    for (size, number) in [(0, 1), (101, 1), (10, 0)] {
        let query = Query { page_size: size, page_number: number, ..Query::of(Page::Agreements) };
        assert_eq!(stage.portal.query(&session, &query).unwrap_err().code, "K2001");
    }
}

//= UI-03
#[test]
fn an_empty_list_says_so() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let table = stage.list(&session);
    assert_eq!((table.total, table.footer.as_str()), (0, "没有找到匹配的记录"));
}

//= AGR-02
#[test]
fn a_list_is_filtered_by_bank_state_and_day() {
    let mut stage = Stage::new();
    let (session, _) = three(&mut stage);
    let total = |label, values: &[&str]| stage.portal.query(&session, &filtered(label, values)).unwrap().total;
    assert_eq!(total("银行名称", &["中国银行"]), 2);
    assert_eq!(total("银行名称", &["中国建设银行股份有限公司"]), 1);
    assert_eq!(total("协议状态", &["处理中"]), 3);
    assert_eq!(total("协议状态", &["成功"]), 0);
    assert_eq!(total("签约日期", &["2026-03-02", "2026-03-03"]), 2);
    assert_eq!(total("签约日期", &["2026-03-04"]), 1);
    assert_eq!(total("签约日期", &["2026-03-03", ""]), 2);
    let mut both = filtered("银行名称", &["中国银行"]);
    both.filters.push(("签约日期".into(), vec!["2026-03-04".into(), "2026-03-04".into()]));
    assert_eq!(stage.portal.query(&session, &both).unwrap().total, 1);
}

//= UI-03
#[test]
fn a_filter_that_does_not_exist_or_makes_no_sense_is_refused_at_its_label() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let cases: &[(&str, &[&str], &str)] = &[
        ("保单编号", &["1"], "没有此查询条件"),
        ("银行名称", &["中银保险"], "请从列表中选择"),
        ("协议状态", &["成 功"], "请从列表中选择"),
        ("签约日期", &["2026-3-2"], "格式有误"),
        ("签约日期", &["2026-02-30"], "格式有误"),
        ("签约日期", &["2026-03-03", "2026-03-02"], "起始日期不能晚于截止日期"),
        ("银行名称", &["中国银行", "建设银行"], "格式有误"),
    ];
    for (label, values, hint) in cases {
        let refusal = stage.portal.query(&session, &filtered(label, values)).unwrap_err();
        assert_eq!((refusal.code, refusal.fields[*label].as_str()), ("K2001", *hint));
    }
}

//= UI-04
#[test]
fn the_status_log_is_newest_first_with_its_times() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let record = stage.with_insurer(&session);
    let query = Query { record: Some(record), ..Query::of(Page::StatusLog) };
    let table = stage.portal.query(&session, &query).unwrap();
    assert_eq!(table.columns, ["序号", "状态", "状态描述", "入库时间"]);
    assert_eq!(column(&table, "序号"), ["1", "2", "3"]);
    assert_eq!(column(&table, "状态"), ["P004", "P002", "P001"]);
    assert_eq!(column(&table, "状态描述"), ["银行/保险接收成功", "报文发送成功", "待发送"]);
    assert_eq!(column(&table, "入库时间")[0], "2026-03-02 09:00:03");
    assert_eq!(column(&table, "入库时间")[2], "2026-03-02 09:00:00");
    assert_eq!(table.footer, "显示第 1 到第 3 条记录，总共 3 条记录");
    let none = Query::of(Page::StatusLog);
    assert_eq!(stage.portal.query(&session, &none).unwrap_err().code, "K1012");
}

//= ACC-10
#[test]
fn the_harness_sees_what_the_enterprises_own_pages_show() {
    let mut stage = Stage::new();
    let session = stage.legal_person();
    let mut form = usual();
    form.fields.insert("企业联系人".into(), " 李某 ".into());
    let record = stage.sign(&session, form).unwrap();
    assert_eq!(stage.field(&record, "企业联系人"), "李某");
    assert_eq!(stage.field(&record, "申请编号"), record.as_str());
    assert_eq!((stage.field(&record, "原因"), stage.field(&record, "失败方")), (String::new(), String::new()));
    let query = Query::of(Page::Agreements);
    assert_eq!(stage.portal.observe(&binhai()).table(&query), stage.portal.query(&session, &query).unwrap());
    assert_eq!(stage.portal.observe(&dongling()).table(&query).total, 0);
    assert_eq!(stage.portal.observe(&binhai()).table(&filtered("无", &[])).total, 0);
}
