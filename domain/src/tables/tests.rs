//! Reading, searching and refusing code tables.

use super::*;

const COUNTRIES: &str = "# source: for tests\ncode,name,parent\nCN,中国,\nJP,日本,\n";
const REGIONS: &str = "code,name,parent\n110000,北京市,CN\n120000,天津市,CN\n110100,市辖区,110000\n120100,市辖区,120000\n\
                       110101,东城区,110100\n120116,滨海新区,120100\n";
const PORTS: &str = "code,name,parent\nCNSHA,上海,CN\nCNSHK,\"蛇口,深圳\",CN\nCNTSN,天津,CN\nJPTYO,东京,JP\n";

fn tables() -> Tables {
    let mut tables = Tables::default();
    for (file, csv) in [("countries.csv", COUNTRIES), ("regions.csv", REGIONS), ("ports.csv", PORTS)] {
        tables.read(file, csv).unwrap();
    }
    tables.check().unwrap();
    tables
}

fn code(row: Option<&Row>) -> Option<&str> {
    row.map(|row| &*row.code)
}

#[test]
fn a_row_is_found_by_its_exact_code_or_name() {
    let tables = tables();
    assert_eq!(code(tables.find(TableId::Port, "上海")), Some("CNSHA"));
    assert_eq!(code(tables.find(TableId::Port, "CNSHA")), Some("CNSHA"));
    assert_eq!(code(tables.find(TableId::Port, "蛇口,深圳")), Some("CNSHK"));
    for strange in ["上", "CNSH", "cnsha", "", "日本"] {
        assert_eq!(tables.find(TableId::Port, strange), None, "{strange}");
    }
    assert_eq!(tables.find(TableId::Packaging, "01"), None);
}

#[test]
fn a_name_that_several_rows_share_is_found_under_its_parent_alone() {
    let tables = tables();
    assert_eq!(tables.find(TableId::City, "市辖区"), None);
    assert_eq!(code(tables.find_under(TableId::City, "市辖区", "120000")), Some("120100"));
    assert_eq!(code(tables.find_under(TableId::City, "市辖区", "310000")), None);
    assert_eq!(code(tables.find(TableId::City, "120100")), Some("120100"));
    // Under another parent a row that exists is found all the same: whether it belongs there is another question.
    assert_eq!(code(tables.find_under(TableId::District, "滨海新区", "110100")), Some("120116"));
}

#[test]
fn one_file_of_regions_makes_three_tables() {
    let tables = tables();
    let codes = |id| tables.rows(id).iter().map(|r| &*r.code).collect::<Vec<_>>();
    assert_eq!(codes(TableId::Province), ["110000", "120000"]);
    assert_eq!(codes(TableId::City), ["110100", "120100"]);
    assert_eq!(codes(TableId::District), ["110101", "120116"]);
}

#[test]
fn looking_up_goes_by_the_start_of_code_or_name_in_the_file_s_order() {
    let tables = tables();
    let found = |start| tables.lookup(TableId::Port, start).iter().map(|r| &*r.code).collect::<Vec<_>>();
    assert_eq!(found("CNSH"), ["CNSHA", "CNSHK"]);
    assert_eq!(found("东"), ["JPTYO"]);
    assert_eq!(found("").len(), 4);
    assert!(found("京").is_empty());
    assert_eq!(tables.name_of(TableId::Port, "JPTYO"), "东京");
    assert_eq!(tables.name_of(TableId::Port, "XXXXX"), "XXXXX");
}

#[test]
fn a_file_that_is_wrong_says_where_and_changes_nothing() {
    let mut tables = tables();
    let before = tables.clone();
    let cases = [
        ("ports.csv", "code,name,parent\nCNSHA,上海,CN\nCNSHA,洋山,CN\n", "ports.csv 第3行：代码「CNSHA」与第2行重复"),
        ("ports.csv", "# a\n# b\ncode,name,parent\nCNSHA,,CN\n", "ports.csv 第4行：代码「CNSHA」没有名称"),
        ("ports.csv", "code,name,parent\n上海,上海,CN\n", "ports.csv 第2行：代码应为1至20位字母或数字，实为「上海」"),
        ("ports.csv", "code,name,parent\nA,甲,中国\n", "ports.csv 第2行：代码「A」的上级应为代码，实为「中国」"),
        ("ports.csv", "code,name,parent\nA,甲\n", "ports.csv 第2行：应有3列（code,name,parent），实有2列"),
        ("ports.csv", "代码,名称,上级\nA,甲,\n", "ports.csv 第1行：表头应为 code,name,parent，实为 代码,名称,上级"),
        ("ports.csv", "code,name,parent\n", "ports.csv：没有任何一行数据；第一行应为 code,name,parent"),
        ("ports.csv", "", "ports.csv：没有任何一行数据；第一行应为 code,name,parent"),
        (
            "regions.csv",
            "code,name,parent\n1,甲,CN\n2,乙,1\n3,丙,2\n4,丁,3\n",
            "regions.csv：代码「4」的上级「3」不在城市中",
        ),
    ];
    for (file, csv, expected) in cases {
        let mistake = tables.read(file, csv).unwrap_err();
        assert_eq!(mistake.to_string(), expected);
        assert_eq!(tables, before);
    }
    let long = format!("code,name,parent\nA,{},\n", "名".repeat(301));
    assert!(tables.read("ports.csv", &long).is_err());
    let longest = format!("code,name,parent\nA,{},CN\n", "名".repeat(300));
    assert!(tables.read("ports.csv", &longest).is_ok());
}

#[test]
fn a_file_of_no_table_and_a_file_that_is_too_large_are_refused() {
    let mut tables = Tables::default();
    let strange = tables.read("harbours.csv", PORTS).unwrap_err().to_string();
    assert!(
        strange.starts_with("harbours.csv：没有这个参数表；可用的文件名：certificate-types.csv、countries.csv"),
        "{strange}"
    );
    let large = tables.read("ports.csv", &" ".repeat(MAX_BYTES + 1)).unwrap_err();
    assert_eq!(large.to_string(), "ports.csv：文件太大，最多8388608字节，实为8388609字节");
}

#[test]
fn a_table_is_replaced_whole_and_its_rows_must_belong_to_something() {
    let mut tables = tables();
    tables.read("countries.csv", "\u{feff}code,name,parent\r\nCN,中国,\r\n").unwrap();
    assert_eq!(tables.rows(TableId::Country).len(), 1);
    let orphan = tables.check().unwrap_err();
    assert_eq!(orphan.to_string(), "ports.csv：代码「JPTYO」的上级「JP」不在国别地区中");
}

#[test]
fn every_table_is_known_by_its_name() {
    for id in TableId::ALL {
        assert_eq!(TableId::by_name(id.chinese()), Some(id));
    }
    assert_eq!(TableId::by_name("港"), None);
}
