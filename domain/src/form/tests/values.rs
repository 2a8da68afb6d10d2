//! What each kind of value takes and what it refuses, and how long a text may be.

use super::*;

const MALFORMED: &str = "格式有误";

/// A field, what it takes, and what it refuses with which hint.
type Case = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    (
        "发票金额",
        &["0.01", "1", "1.5", "007", "999999999999.99"],
        &[
            ("0", MALFORMED),
            ("0.00", MALFORMED),
            ("0.005", MALFORMED),
            ("-1", MALFORMED),
            ("-0", MALFORMED),
            ("１００", MALFORMED),
            ("1e3", MALFORMED),
            ("1,000.00", MALFORMED),
            ("1000000000000", MALFORMED),
            ("¥1", MALFORMED),
            (".5", MALFORMED),
            ("5.", MALFORMED),
            ("99999999999999999999999999999999", MALFORMED),
        ],
    ),
    (
        "加成比例",
        &["0", "0%", "10", "10.25%", "100.00%"],
        &[("100.01%", MALFORMED), ("1.125%", MALFORMED), ("-1%", MALFORMED), ("10％", MALFORMED), ("一成", MALFORMED)],
    ),
    (
        "预计抵达日期",
        &["2028-02-29"],
        &[
            ("2027-02-29", MALFORMED),
            ("2026-3-20", MALFORMED),
            ("20260320", MALFORMED),
            ("2026/03/20", MALFORMED),
            ("2026-03-20T00:00", MALFORMED),
            ("２０２６-03-20", MALFORMED),
            ("2026-13-01", MALFORMED),
        ],
    ),
    (
        "被投保公司.统一社会信用代码",
        &["91110000600037341L"],
        &[("91110000600037341A", MALFORMED), ("9111000060003734", MALFORMED), ("91110000600037341l", MALFORMED)],
    ),
    (
        "被投保公司.联系人电话",
        &["022-12345678", "0755-1234567", "02212345678", "10000000001"],
        &[("1000000000", MALFORMED), ("22-12345678", MALFORMED), ("022--1234567", MALFORMED), ("一二三", MALFORMED)],
    ),
    (
        "被投保公司.联系人邮箱",
        &["a.b@c-d.example"],
        &[("a@b", MALFORMED), ("a b@c.example", MALFORMED), ("a@b@c.example", MALFORMED), ("@c.example", MALFORMED)],
    ),
    ("保单类型", &["纸质保单"], &[("电子", "请从列表中选择")]),
    (
        "标记/唛头",
        &["𠮷野", "📦", "Ünïçødé", "<b>&\"'", "' OR 1=1 --", "👨\u{fe0f}"],
        &[
            ("甲\n乙", MALFORMED),
            ("甲\t乙", MALFORMED),
            ("甲\u{0}乙", MALFORMED),
            ("甲\u{200b}乙", MALFORMED),
            ("甲\u{202e}乙", MALFORMED),
            ("\u{feff}甲", MALFORMED),
            ("甲\u{1f}乙", MALFORMED),
        ],
    ),
];

//= UI-01
#[test]
fn each_kind_of_value_has_its_form() {
    for (name, right, wrong) in CASES {
        for text in *right {
            let mut all = vec![(*name, *text)];
            // The most that can be typed leaves no room for a markup.
            all.extend((*name == "发票金额").then_some(("加成比例", "0")));
            is_taken(&all);
        }
        for (text, hint) in *wrong {
            is_refused(&[(*name, *text)], &[(*name, *hint)]);
        }
    }
}

//= UI-01
#[test]
fn a_text_may_fill_its_field_but_not_pass_it() {
    let texts: Vec<FieldRule> = cargo_proposal().fields;
    let mut seen = 0;
    for rule in texts.iter().filter(|rule| matches!(rule.takes, Takes::Text { .. })) {
        let max = rule.takes.longest();
        is_taken(&[(rule.name, &"汉".repeat(max))]);
        is_refused(&[(rule.name, &"𠮷".repeat(max + 1))], &[(rule.name, &format!("长度不能超过{max}"))]);
        seen += 1;
    }
    assert_eq!(seen, 25);
}
