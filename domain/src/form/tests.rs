//! The forms themselves, and what is taken and refused in them. Hints are written out as the manual's pages would show them.

use std::{collections::BTreeMap, sync::Arc};

use super::*;
use crate::{
    Refusal,
    cover::{CargoLine, Coverage, SpecialTerm},
    directory::{Directory, Institution, PartyId, PartyRole},
    tables::Tables,
};

mod values;

const TABLES: &[(&str, &str)] = &[
    ("countries.csv", "CN,中国,\nJP,日本,\n"),
    ("ports.csv", "CNSHA,上海,CN\nJPTYO,东京,JP\n"),
    (
        "regions.csv",
        "110000,北京市,CN\n120000,天津市,CN\n110100,市辖区,110000\n120100,市辖区,120000\n110101,东城区,110100\n\
         120116,滨海新区,120100\n",
    ),
    ("transport-modes.csv", "2,海运,\n4,公路,\n"),
    ("packaging.csv", "22,纸制或纤维板制盒/箱,\n"),
    ("ownership.csv", "11,机关、团体,\n"),
    ("industries.csv", "01,农业,\n"),
    ("certificate-types.csv", "01,统一社会信用代码,\n"),
    ("hs-chapters.csv", "84,机器,\n85,电机,\n"),
    ("hs-headings.csv", "8471,自动数据处理设备,84\n8532,电容器,85\n8533,电阻器,85\n"),
];

fn tables() -> Tables {
    let mut tables = Tables::default();
    for (file, rows) in TABLES {
        tables.read(file, &format!("code,name,parent\n{rows}")).unwrap();
    }
    tables.check().unwrap();
    tables
}

fn directory() -> Directory {
    let institution = |id: &str, role, name: &str, short: &str| Institution {
        id: PartyId::new(id),
        role,
        name: name.into(),
        short: short.into(),
        branch_of: None,
    };
    Directory::new(vec![
        institution("boc", PartyRole::Bank, "中国银行股份有限公司", "中国银行"),
        institution("boc-insurance", PartyRole::Insurer, "中银保险有限公司", "中银保险"),
    ])
}

fn cover() -> CoverTerms {
    let coverage = |number, main, name: &str| Coverage { number, main, name: name.into() };
    CoverTerms {
        line: CargoLine::Export,
        rate: "0.450%".parse().unwrap(),
        minimum_premium: "50.00".parse().unwrap(),
        voyage_limit: None,
        modes: vec!["海运".into(), "空运".into()],
        begins: "2026-01-01".parse().unwrap(),
        ends: "2026-12-31".parse().unwrap(),
        coverages: vec![
            coverage(1, true, "一切险"),
            coverage(2, true, "航空运输一切险"),
            coverage(3, true, "陆运一切险"),
            coverage(4, false, "战争险"),
        ],
        categories: vec![("85".into(), "8532".into())],
        special_terms: Vec::new(),
    }
}

type Typed = BTreeMap<String, String>;

fn typed(pairs: &[(&str, &str)]) -> Typed {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Every field that must be filled in, right.
fn proposal() -> Typed {
    typed(&[
        ("运输方式", "海运"),
        ("统一社会信用代码", "91120116MA05TE5T79"),
        ("企业名称", "滨海远航进出口有限公司"),
        ("企业性质代码/所有制代码", "机关、团体"),
        ("企业联系人", "测试联系人甲"),
        ("联系人邮箱", "contact@binhai.example"),
        ("联系人电话", "10000000001"),
        ("证件类型", "统一社会信用代码"),
        ("证件号码", "91120116MA05TE5T79"),
        ("行业性质代码", "01"),
        ("企业地址", "天津市滨海新区虚构路1号"),
        ("保单类型", "电子保单"),
        ("保单是否展示保费", "展示"),
        ("被投保公司.统一社会信用代码", "91120116MA05TE5T79"),
        ("被投保公司.企业名称", "滨海远航进出口有限公司"),
        ("被投保公司.企业性质代码/所有制代码", "11"),
        ("被投保公司.企业联系人", "测试联系人甲"),
        ("被投保公司.联系人邮箱", "contact@binhai.example"),
        ("被投保公司.联系人电话", "022-12345678"),
        ("被投保公司.证件类型", "01"),
        ("被投保公司.证件号码", "91120116MA05TE5T79"),
        ("被投保公司.行业性质代码", "农业"),
        ("被投保公司.企业地址", "天津市滨海新区虚构路1号"),
        ("货物大类", "85"),
        ("货物细类", "电容器"),
        ("货物包装", "22"),
        ("货物标的描述信息", "陶瓷电容器"),
        ("包装及件数/重量", "100箱/2000千克"),
        ("标记/唛头", "N/M"),
        ("发票类型", "无需开具发票"),
        ("船舶名称", "远航一号"),
        ("起运日期", "2026-03-10"),
        ("航次/航班/车次/车牌号", "026E"),
        ("是否大宗散装运输", "否"),
        ("预计抵达日期", "2026-03-20"),
        ("起运地国家/地区", "中国"),
        ("起运港名称", "上海"),
        ("起运港描述", "上海港"),
        ("目的地国家/地区", "JP"),
        ("目的港名称", "JPTYO"),
        ("目的地描述", "东京"),
        ("是否使用信用证", "否"),
        ("赔款偿付地点", "天津"),
        ("主险", "一切险"),
        ("发票金额", "100000"),
        ("加成比例", "10%"),
    ])
}

fn read(form: Form, typed: &Typed) -> Result<Filled, Refusal> {
    let (directory, tables, cover) = (directory(), tables(), cover());
    form.shared().read(typed, &Context { directory: &directory, tables: &tables, cover: Some(&cover) })
}

/// What is refused when these fields of a right proposal are typed otherwise; "" leaves one blank.
fn hints(changed: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut all = proposal();
    all.extend(typed(changed));
    read(cargo_proposal(), &all).err().map(|refusal| refusal.fields).unwrap_or_default()
}

fn is_taken(changed: &[(&str, &str)]) {
    assert_eq!(hints(changed), BTreeMap::new(), "{changed:?}");
}

fn is_refused(changed: &[(&str, &str)], expected: &[(&str, &str)]) {
    assert_eq!(hints(changed), typed(expected), "{changed:?}");
}

//= CGO-02
//= CGO-03
//= CGO-04
//= CGO-06
//= CGO-07
#[test]
fn a_right_proposal_is_kept_in_one_spelling_with_its_figures() {
    let filled = read(cargo_proposal(), &proposal()).unwrap();
    assert_eq!(filled.get("line"), "出口货运险");
    assert_eq!(filled.get("applicant_ownership"), "11");
    assert_eq!(filled.get("insured_industry"), "01");
    assert_eq!(filled.get("goods_heading"), "8532");
    assert_eq!(filled.get("origin_port"), "CNSHA");
    assert_eq!(filled.get("invoice_amount"), "100000.00");
    assert_eq!(filled.get("markup"), "10%");
    assert_eq!(filled.get("insured_amount"), "110000.00");
    assert_eq!(filled.get("rate"), "0.450%");
    assert_eq!(filled.get("premium"), "495.00");
    assert_eq!(filled.get("letter_of_credit_number"), "");
    assert_eq!(filled.get("no_such_key"), "");
    assert_eq!(filled.money("insured_amount"), "110000.00".parse().ok());
    assert_eq!(filled.percent("rate"), "0.45%".parse().ok());
    assert_eq!(filled.date("departure"), "2026-03-10".parse().ok());
    assert_eq!(filled.code("origin_province"), None);
    assert_eq!(shown(&filled, "起运港名称", &tables()), "上海");
    assert_eq!(filled.iter().count(), cargo_proposal().fields.len());
}

//= CGO-02
//= CGO-03
//= CGO-04
//= CGO-05
//= CGO-06
//= CGO-07
#[test]
fn a_blank_proposal_has_the_red_stars_of_the_manual() {
    let refusal = read(cargo_proposal(), &Typed::new()).unwrap_err();
    assert_eq!(refusal.code, "K2001");
    let company = [
        "统一社会信用代码",
        "企业名称",
        "企业性质代码/所有制代码",
        "企业联系人",
        "联系人邮箱",
        "联系人电话",
        "证件类型",
        "证件号码",
        "行业性质代码",
        "企业地址",
    ];
    let rest = [
        "运输方式",
        "保单类型",
        "保单是否展示保费",
        "货物大类",
        "货物细类",
        "货物包装",
        "货物标的描述信息",
        "包装及件数/重量",
        "标记/唛头",
        "发票类型",
        "船舶名称",
        "起运日期",
        "航次/航班/车次/车牌号",
        "是否大宗散装运输",
        "预计抵达日期",
        "起运地国家/地区",
        "起运港名称",
        "起运港描述",
        "目的地国家/地区",
        "目的港名称",
        "目的地描述",
        "是否使用信用证",
        "赔款偿付地点",
        "主险",
        "发票金额",
        "加成比例",
    ];
    let insured = company.map(|label| format!("被投保公司.{label}"));
    let starred = company.iter().chain(&rest).map(|name| (*name).to_owned()).chain(insured);
    let expected: BTreeMap<String, String> = starred.map(|name| (name, "必填".to_owned())).collect();
    assert_eq!(refusal.fields, expected);
    assert_eq!(refusal.requirements, ["UI-01", "CGO-01", "CGO-02", "CGO-03", "CGO-04", "CGO-05", "CGO-06", "CGO-07"]);
}

//= UI-01
#[test]
fn all_that_is_wrong_is_told_at_once() {
    is_refused(
        &[("起运港名称", "上"), ("起运日期", "2026-02-30"), ("标记/唛头", ""), ("船名", "x"), ("发票金额", "1,000")],
        &[
            ("起运港名称", "请从列表中选择"),
            ("起运日期", "格式有误"),
            ("标记/唛头", "必填"),
            ("船名", "没有此栏目"),
            ("发票金额", "格式有误"),
        ],
    );
}

//= CGO-05
#[test]
fn the_kind_of_invoice_decides_what_else_it_needs() {
    let common = ["发票.企业地址", "发票抬头", "企业税号", "发票.联系人邮箱", "发票.联系人电话"];
    let expected: Vec<(&str, &str)> = common.map(|name| (name, "必填")).to_vec();
    is_refused(&[("发票类型", "电子发票")], &expected);
    is_refused(&[("发票类型", "纸质普通发票")], &expected);
    let with_bank = [&expected[..], &[("开户银行", "必填"), ("银行账号", "必填")]].concat();
    is_refused(&[("发票类型", "纸质专票")], &with_bank);
    is_refused(&[("发票类型", "收据")], &[("发票类型", "请从列表中选择")]);
    is_taken(&[
        ("发票类型", "电子发票"),
        ("发票.企业地址", "虚构路1号"),
        ("发票抬头", "滨海远航"),
        ("发票.企业税号", "91120116MA05TE5T79"),
        ("发票.联系人邮箱", "a@b.example"),
        ("发票.联系人电话", "10000000001"),
    ]);
}

//= CGO-06
#[test]
fn a_letter_of_credit_needs_its_number_and_arrival_follows_departure() {
    is_refused(&[("是否使用信用证", "是")], &[("信用证号码", "必填")]);
    is_taken(&[("是否使用信用证", "是"), ("信用证号码", "LC-1")]);
    is_refused(&[("预计抵达日期", "2026-03-09")], &[("预计抵达日期", "不能早于起运日期")]);
    is_taken(&[("预计抵达日期", "2026-03-10")]);
    // OPC-06: an arrival after the cover's end is allowed.
    is_taken(&[("起运日期", "2026-12-31"), ("预计抵达日期", "2027-01-20")]);
}

//= OPC-06
#[test]
fn a_departure_lies_within_the_cover() {
    let outside = [("起运日期", "应在协议有效期2026-01-01至2026-12-31之内")];
    is_refused(&[("起运日期", "2025-12-31")], &outside);
    is_taken(&[("起运日期", "2026-01-01")]);
    is_refused(&[("起运日期", "2027-01-01"), ("预计抵达日期", "2027-02-01")], &outside);
}

//= CGO-01
#[test]
fn the_main_coverage_fits_the_transport_mode_and_the_cover() {
    let not_listed = [("主险", "请从列表中选择")];
    is_taken(&[("运输方式", "空运"), ("主险", "航空运输一切险")]);
    is_refused(&[("运输方式", "空运"), ("主险", "一切险")], &not_listed);
    is_refused(&[("运输方式", "海运"), ("主险", "航空运输一切险")], &not_listed);
    // Right by sea, but the cover does not offer it.
    is_refused(&[("主险", "平安险")], &not_listed);
    // Offered and fitting, but the cover does not go by road.
    is_refused(&[("运输方式", "公路"), ("主险", "陆运一切险")], &[("运输方式", "请从列表中选择")]);
    is_refused(&[("运输方式", "管道")], &[("运输方式", "请从列表中选择")]);
}

//= CGO-07
#[test]
fn additional_coverages_are_the_cover_s_and_never_alone() {
    is_taken(&[("附加险", "战争险")]);
    is_refused(&[("附加险", "罢工险")], &[("附加险", "请从列表中选择")]);
    is_refused(&[("附加险", "战争险、罢工险")], &[("附加险", "请从列表中选择")]);
    is_refused(&[("附加险", "战争险"), ("主险", "")], &[("主险", "必填"), ("附加险", "须与主险一同选择")]);
}

#[test]
fn several_choices_are_kept_in_the_list_s_order_and_once() {
    let (directory, tables) = (directory(), tables());
    let context = Context { directory: &directory, tables: &tables, cover: None };
    for spelling in ["战争险、罢工险", "罢工险,战争险", "战争险；罢工险，战争险"] {
        let mut all = proposal();
        all.extend(typed(&[("附加险", spelling), ("险种", "进口货运险"), ("保险费率", "0.9")]));
        let filled = cargo_proposal().shared().read(&all, &context).unwrap();
        assert_eq!(filled.get("additional_coverages"), "罢工险,战争险");
        assert_eq!(filled.choices("additional_coverages").collect::<Vec<_>>(), ["罢工险", "战争险"]);
        assert_eq!(shown(&filled, "附加险", &tables), "罢工险、战争险");
        assert_eq!(filled.get("rate"), "0.9%");
    }
}

//= CGO-04
#[test]
fn goods_are_the_cover_s_and_a_heading_is_of_its_chapter() {
    is_refused(&[("货物大类", "84")], &[("货物大类", "请从列表中选择"), ("货物细类", "请从列表中选择")]);
    is_refused(&[("货物细类", "8533")], &[("货物细类", "请从列表中选择")]);
    is_refused(&[("货物细类", "8471")], &[("货物细类", "请从列表中选择")]);
    let (directory, tables) = (directory(), tables());
    let context = Context { directory: &directory, tables: &tables, cover: None };
    let mut all = proposal();
    all.extend(typed(&[("险种", "进口货运险"), ("保险费率", "1"), ("货物细类", "8471")]));
    let refusal = cargo_proposal().shared().read(&all, &context).unwrap_err();
    assert_eq!(refusal.fields, typed(&[("货物细类", "请从列表中选择")]));
}

#[test]
fn a_city_is_found_in_its_province_and_a_province_in_china() {
    let city = |province, city| [("起运地省份", province), ("起运地城市", city)];
    is_taken(&city("天津市", "市辖区"));
    let mut all = proposal();
    all.extend(typed(&city("天津市", "市辖区")));
    assert_eq!(read(cargo_proposal(), &all).unwrap().get("origin_city"), "120100");
    is_refused(&city("天津市", "110100"), &[("起运地城市", "请从列表中选择")]);
    is_refused(&[("起运地城市", "110100")], &[("起运地省份", "必填")]);
    is_refused(&[("目的地省份", "天津市")], &[("目的地省份", "请从列表中选择")]);
}

//= CGO-07
#[test]
fn a_figure_that_is_typed_is_the_figure_of_cgo_07() {
    is_taken(&[("保险金额", "110000"), ("保费", "495.00"), ("保险费率", "0.45")]);
    is_refused(&[("保险金额", "110000.01")], &[("保险金额", "应为110000.00")]);
    is_refused(&[("保费", "50.00")], &[("保费", "应为495.00")]);
    // A premium below half a cent is nothing, and stays a figure.
    let mut all = proposal();
    all.extend(typed(&[("发票金额", "0.01"), ("加成比例", "0")]));
    assert_eq!(read(cargo_proposal(), &all).unwrap().get("premium"), "0.00");
    is_refused(&[("发票金额", "999999999999.99")], &[("发票金额", "格式有误")]);
    is_taken(&[("发票金额", "999999999999.99"), ("加成比例", "0%")]);
}

#[test]
fn a_field_answers_to_its_name_and_to_its_section_and_label() {
    let form = cargo_proposal();
    let key = |name: &str| form.by_name(name).map(|rule| rule.key);
    assert_eq!(key("企业名称"), Some("applicant_name"));
    assert_eq!(key("投保公司.企业名称"), Some("applicant_name"));
    assert_eq!(key("被投保公司.企业名称"), Some("insured_name"));
    assert_eq!(key("发票.企业地址"), Some("invoice_address"));
    assert_eq!(key("货物.企业名称"), None);
    assert_eq!(key("被投保公司"), None);
    let twice = hints(&[("投保公司.企业名称", "滨海远航进出口有限公司")]);
    assert_eq!(twice, typed(&[("企业名称", "重复填写")]));
}

#[test]
fn keys_and_names_are_unique_and_rules_name_fields_that_exist() {
    for form in [agreement(), open_cover_request(), cargo_proposal()] {
        for (at, rule) in form.fields.iter().enumerate() {
            let earlier = &form.fields[..at];
            assert!(earlier.iter().all(|other| other.key != rule.key), "{}", rule.key);
            assert!(earlier.iter().all(|other| other.name != rule.name), "{}", rule.name);
            let label_alone = earlier.iter().all(|other| other.label != rule.label);
            let expected =
                if label_alone { rule.label.to_owned() } else { format!("{}.{}", rule.short_section(), rule.label) };
            assert_eq!(rule.name, expected);
            assert!(!rule.hint.is_empty() && !rule.requirements.is_empty(), "{}", rule.key);
            if let Need::IfIs(key, values) | Need::Unless(key, values) = rule.need {
                let Takes::OneOf(all) = form.by_key(key).unwrap().takes else { panic!("{key}") };
                assert!(values.iter().all(|value| all.contains(value)));
            }
        }
        for rule in &form.rules {
            assert!(form.by_key(rule.at()).is_some());
            assert!(!rule.in_words(&form).contains('_'), "{}", rule.in_words(&form));
        }
    }
}

//= CGO-12
#[test]
fn only_the_two_companies_codes_and_names_are_locked() {
    let locked: Vec<&str> = cargo_proposal().fields.iter().filter(|rule| rule.locked).map(|rule| rule.key).collect();
    assert_eq!(locked, ["applicant_uscc", "applicant_name", "insured_uscc", "insured_name"]);
}

//= CGO-17
#[test]
fn a_copy_has_no_dates_numbers_or_figures() {
    let filled = read(cargo_proposal(), &proposal()).unwrap();
    let copied = filled.copied();
    for name in ["起运日期", "预计抵达日期", "航次/航班/车次/车牌号", "保险金额", "保费", "保险费率", "险种"]
    {
        assert!(!copied.contains_key(name), "{name}");
    }
    assert_eq!(copied["发票金额"], "100000.00");
    assert_eq!(copied["船舶名称"], "远航一号");
    // Changed again, a page makes its figures anew.
    let mut changed = filled.typed();
    changed.extend(typed(&[("发票金额", "200000")]));
    assert_eq!(read(cargo_proposal(), &changed).unwrap().get("insured_amount"), "220000.00");
}

//= CGO-10
#[test]
fn a_draft_may_be_blank_but_not_wrong() {
    let (directory, tables, cover) = (directory(), tables(), cover());
    let context = Context { directory: &directory, tables: &tables, cover: Some(&cover) };
    let form = cargo_proposal().shared();
    let draft = form.read_draft(&typed(&[("主险", "平安险"), ("预计抵达日期", "2020-01-01")]), &context).unwrap();
    assert_eq!(draft.get("main_coverage"), "平安险");
    assert_eq!(draft.get("applicant_name"), "");
    let refusal = form.read_draft(&typed(&[("主险", "平安"), ("发票金额", "x")]), &context).unwrap_err();
    assert_eq!(refusal.fields, typed(&[("主险", "请从列表中选择"), ("发票金额", "格式有误")]));
}

//= RSV-01
#[test]
fn a_request_has_the_red_stars_of_the_manual_and_an_address_that_hangs_together() {
    let refusal = read(open_cover_request(), &Typed::new()).unwrap_err();
    let starred = [
        "保险机构名称",
        "企业名称",
        "拟投保险种",
        "企业联系人",
        "联系人电话",
        "企业邮箱",
        "所在省",
        "所在市",
        "所在区/县",
        "企业地址",
    ];
    assert_eq!(refusal.fields, starred.map(|name| (name.to_owned(), "必填".to_owned())).into());
    assert_eq!(refusal.requirements, ["UI-01", "RSV-01"]);
    let mut all = typed(&[
        ("保险机构名称", "中银保险"),
        ("企业名称", "滨海远航进出口有限公司"),
        ("拟投保险种", "进口货运险"),
        ("企业联系人", "测试联系人甲"),
        ("联系人电话", "10000000001"),
        ("企业邮箱", "contact@binhai.example"),
        ("年投保总额", "5000000"),
        ("主要运输方式", "海运"),
        ("所在省", "天津市"),
        ("所在市", "市辖区"),
        ("所在区/县", "滨海新区"),
        ("企业地址", "虚构路1号"),
    ]);
    let filled = read(open_cover_request(), &all).unwrap();
    assert_eq!(filled.get("insurer"), "中银保险有限公司");
    assert_eq!(filled.get("annual_amount"), "5000000.00");
    assert_eq!(filled.get("mode"), "2");
    assert_eq!(filled.get("city"), "120100");
    assert_eq!(filled.get("district"), "120116");
    all.extend(typed(&[("所在省", "北京市"), ("联系人电话", "12"), ("年投保总额", "0")]));
    let refusal = read(open_cover_request(), &all).unwrap_err();
    let expected = [("所在区/县", "请从列表中选择"), ("联系人电话", "格式有误"), ("年投保总额", "格式有误")];
    assert_eq!(refusal.fields, typed(&expected));
}

#[test]
fn what_went_over_the_wire_is_read_back() {
    let filled = read(cargo_proposal(), &proposal()).unwrap();
    let form = cargo_proposal().shared();
    let wire = filled.to_wire();
    assert_eq!(serde_json::to_value(&filled).unwrap(), serde_json::to_value(&wire).unwrap());
    assert!(!wire.contains_key("letter_of_credit_number"));
    assert_eq!(Filled::from_wire(&form, &wire).unwrap(), filled);

    let mut damaged = wire.clone();
    damaged.extend(typed(&[("colour", "red"), ("departure", "2026-02-30"), ("invoice_amount", "1"), ("marks", "")]));
    damaged.remove("vessel");
    damaged.insert("letter_of_credit".into(), "是".into());
    let mistake = Filled::from_wire(&form, &damaged).unwrap_err();
    let expected = [
        ("colour", "不在规范内"),
        ("departure", "格式有误"),
        ("invoice_amount", "格式有误"),
        ("letter_of_credit_number", "必填"),
        ("marks", "格式有误"),
        ("vessel", "必填"),
    ];
    assert_eq!(mistake.fields, typed(&expected));
    assert!(mistake.to_string().starts_with("colour 不在规范内；departure 格式有误"));
}

#[test]
fn two_fillings_are_equal_if_their_values_are() {
    let filled = read(cargo_proposal(), &proposal()).unwrap();
    let mut other = proposal();
    assert_eq!(read(cargo_proposal(), &other).unwrap(), filled);
    other.insert("标记/唛头".into(), "其他".into());
    assert_ne!(read(cargo_proposal(), &other).unwrap(), filled);
    let shown = format!("{filled:?}");
    assert!(shown.starts_with("{\"line\": \"出口货运险\""), "{shown}");
}

#[test]
fn a_dropped_rule_lets_through_what_it_refused() {
    let mut wrong = proposal();
    wrong.extend(typed(&[("预计抵达日期", "2026-03-09")]));
    let mut form = cargo_proposal();
    form.rules.retain(|rule| !matches!(rule, CrossRule::NotBefore { .. }));
    assert!(read(form, &wrong).is_ok());
    let mut form = cargo_proposal();
    form.fields.iter_mut().filter(|rule| rule.key == "marks").for_each(|rule| rule.need = Need::Optional);
    let mut blank = proposal();
    blank.remove("标记/唛头");
    assert!(read(form, &blank).is_ok());
}

#[test]
fn the_schema_lists_every_field_and_what_must_be_there() {
    let form = cargo_proposal();
    let schema = form.schema();
    assert_eq!(schema["properties"].as_object().unwrap().len(), form.fields.len());
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["marks"]["maxLength"], 200);
    assert_eq!(schema["properties"]["departure"]["pattern"], "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    assert_eq!(schema["properties"]["policy_form"]["enum"], serde_json::json!(["电子保单", "纸质保单"]));
    let required = schema["required"].as_array().unwrap();
    assert!(required.contains(&"vessel".into()) && required.contains(&"insured_amount".into()));
    assert!(!required.contains(&"invoice_title".into()) && !required.contains(&"premium".into()));
}

//= CGO-08
#[test]
fn special_terms_are_checked_row_by_row() {
    let term = |name: &str, content: &str| SpecialTerm { name: name.into(), content: content.into() };
    assert!(special_terms(&[]).is_ok());
    let long = term(&"名".repeat(100), &"内".repeat(2000));
    assert!(special_terms(&vec![long; 50]).is_ok());
    assert!(special_terms(&[term("免赔", "第一行\n第二行")]).is_ok());
    let wrong = [term("免赔", "x"), term(&"名".repeat(101), " "), term("甲\n乙", &"内".repeat(2001))];
    let refusal = special_terms(&wrong).unwrap_err();
    let expected = [
        ("特殊约定[2].特殊约定名称", "长度不能超过100"),
        ("特殊约定[2].特殊约定内容", "必填"),
        ("特殊约定[3].特殊约定名称", "格式有误"),
        ("特殊约定[3].特殊约定内容", "长度不能超过2000"),
    ];
    assert_eq!(refusal.fields, typed(&expected));
    assert_eq!(refusal.requirements, ["UI-01", "CGO-08"]);
    let many = special_terms(&vec![term("免赔", "x"); 51]).unwrap_err();
    assert_eq!(many.fields, typed(&[("特殊约定", "最多50条")]));
}

//= CGO-09
#[test]
fn attachments_are_checked_file_by_file_and_together() {
    const MIB: u64 = 1024 * 1024;
    let file = |name: &str, bytes| Attachment { name: name.into(), bytes };
    assert!(attachments(&[]).is_ok());
    assert!(attachments(&[file("发票.PDF", 1), file("提单.ofd", 5 * MIB)]).is_ok());
    let wrong = [
        file("a.pdf", 0),
        file("b.pdf", 5 * MIB + 1),
        file("c.exe", 1),
        file("pdf", 1),
        file(".pdf", 1),
        file("../e.pdf", 1),
        file("a.pdf", 1),
        file("", 1),
        file(&format!("{}.pdf", "长".repeat(97)), 1),
    ];
    let types = "文件类型应为pdf、jpg、jpeg、png、ofd、doc、docx、xls、xlsx";
    let expected = [
        ("附件[1]", "文件为空"),
        ("附件[2]", "文件过大，不能超过5MB"),
        ("附件[3]", types),
        ("附件[4]", types),
        ("附件[5]", types),
        ("附件[6]", "文件名有误"),
        ("附件[7]", "文件名重复"),
        ("附件[8]", "必填"),
        ("附件[9]", "文件名长度不能超过100"),
    ];
    assert_eq!(attachments(&wrong).unwrap_err().fields, typed(&expected));
    let together = [file("a.pdf", 5 * MIB), file("b.pdf", 5 * MIB), file("c.pdf", 1)];
    assert!(attachments(&together[..2]).is_ok());
    assert_eq!(attachments(&together).unwrap_err().fields, typed(&[("附件", "文件合计不能超过10MB")]));
    let many: Vec<Attachment> = (0..11).map(|n| file(&format!("{n}.pdf"), 1)).collect();
    assert!(attachments(&many[..10]).is_ok());
    assert_eq!(attachments(&many).unwrap_err().fields, typed(&[("附件", "最多10个文件")]));
}

#[test]
fn a_page_opens_with_the_account_s_data_and_the_cover_s() {
    let account = Enterprise {
        uscc: "91120116MA05TE5T79".parse().unwrap(),
        name: "滨海远航进出口有限公司".into(),
        short: "滨海远航".into(),
        legal_person: "测试法人甲".into(),
        postcode: "300450".into(),
        address: "天津市滨海新区虚构路1号".into(),
        contact: "测试联系人甲".into(),
        phone: "10000000001".into(),
        email: "contact@binhai.example".into(),
        accounts: Vec::new(),
    };
    let page = cargo_proposal().open(&account, Some(&cover()));
    let expected = [
        ("险种", "出口货运险"),
        ("统一社会信用代码", "91120116MA05TE5T79"),
        ("企业名称", "滨海远航进出口有限公司"),
        ("企业联系人", "测试联系人甲"),
        ("联系人邮箱", "contact@binhai.example"),
        ("联系人电话", "10000000001"),
        ("企业地址", "天津市滨海新区虚构路1号"),
        ("保险费率", "0.450%"),
    ];
    assert_eq!(page, typed(&expected));
    // RSV-01: the telephone is typed, contact and mail are filled in, the name is the account's whatever was typed.
    let form = open_cover_request();
    let mut page = form.open(&account, None);
    page.insert("企业名称".into(), "别家公司".into());
    form.bind(&mut page, &account);
    let expected = [
        ("企业名称", "滨海远航进出口有限公司"),
        ("企业联系人", "测试联系人甲"),
        ("企业邮箱", "contact@binhai.example"),
    ];
    assert_eq!(page, typed(&expected));
}

proptest::proptest! {
    #[test]
    fn whatever_is_typed_is_read_or_refused_and_what_is_read_reads_back(
        changes in proptest::collection::vec((0_usize..80, "\\PC{0,12}|[0-9.%-]{0,14}|2026-[0-9]{2}-[0-9]{2}"), 0..4)
    ) {
        let form: Arc<Form> = cargo_proposal().shared();
        let mut all = proposal();
        for (at, text) in changes {
            all.insert(form.fields[at % form.fields.len()].name.to_owned(), text);
        }
        match read(cargo_proposal(), &all) {
            Ok(filled) => {
                let again = Filled::from_wire(&form, &filled.to_wire());
                proptest::prop_assert_eq!(again.as_ref(), Ok(&filled));
                proptest::prop_assert_eq!(read(cargo_proposal(), &filled.typed()), Ok(filled));
            }
            Err(refusal) => proptest::prop_assert!(!refusal.fields.is_empty()),
        }
    }
}

/// What the page shows in the field of that name.
fn shown(filled: &Filled, name: &str, tables: &Tables) -> String {
    filled.shown(tables).find(|(label, _)| *label == name).unwrap().1
}
