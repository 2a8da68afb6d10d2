//! Everything with a name is explained, and every example and every wrong piece does what the explanation says.

use super::*;
use crate::scenario::read::read;

const FILE: &str = include_str!("../../../tests/cases/explained.yaml");

/// The codes that lint gives for a text; warnings too.
fn codes(text: &str) -> Vec<&'static str> {
    read("x.yaml", text.as_bytes(), Cast::fixture()).mistakes.iter().map(|m| m.what.code()).collect()
}

/// The examples of an explanation.
fn examples(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        match line.trim().strip_prefix("例：") {
            Some("") => found.extend(lines.next().map(|l| l.trim().to_owned())),
            Some(example) => found.push(example.to_owned()),
            None => {}
        }
    }
    found
}

/// A file around an example: a step, a fault, or a key of the file.
fn around(example: &str, fault: bool) -> String {
    let name = |name: &str| if example.contains(&format!("记作: {name}")) { "别的" } else { name }.to_owned();
    let given = format!(
        "已知: {{协议: [{{记作: {}}}], 货运协议: [{{记作: {cover}}}], 投保单: [{{协议: ${cover}, 记作: {}}}]}}",
        name("协议"),
        name("投保单"),
        cover = name("货运协议"),
    );
    let top = ["场景: 例", "编号: EXAMPLE", "覆盖: [ACC-02]", given.as_str()];
    let key = example.split(':').next().unwrap_or_default();
    let mut text = String::new();
    for line in top.iter().filter(|l| l.split(':').next() != Some(key)) {
        text += &format!("{line}\n");
    }
    if !example.starts_with("- ") {
        text += &format!("{example}\n");
    }
    if fault {
        text += &format!("故障:\n  {example}\n");
    }
    if key != "步骤" {
        text += &format!(
            "步骤:\n  - 协议签署: {{记作: {}}}\n  - 查询: {{页: 在线交费签约, 记作: {}}}\n  - 登录: {{}}\n",
            name("旧"),
            name("表")
        );
        // What 已知 itself names is there; what a step names comes too late to be paid before.
        let paid = if key == "已知" { "投保单" } else { &name("投保单") };
        for (verb, step) in [
            ("预约", format!("  - 预约: {{记作: {}}}\n", name("预约"))),
            ("在线支付", format!("  - 在线支付: {{投保单: ${paid}, 记作: {}}}\n", name("交费"))),
        ] {
            // Where 步 names a verb, it is there once.
            if !(fault && example.contains(&format!("步: {verb}"))) {
                text += &step;
            }
        }
        if example.starts_with("- ") && !fault {
            text += &format!("  {example}\n");
        }
    }
    // Where 步 names the verb, that step has no other name.
    if example.contains("步: 协议签署") { text.replace("  - 登录: {}\n", "") } else { text }
}

#[test]
fn every_name_is_explained_with_an_example_that_lints() {
    let names = names();
    assert!(names.len() > 250, "{}", names.len());
    // 参数表 is told by the tables that a run goes by.
    for name in names.into_iter().filter(|name| name != tables::ALL) {
        let text = explain(&name).unwrap_or_else(|_| panic!("{name}"));
        assert!(text.contains(name.as_str()), "{name}");
        for example in examples(&text) {
            let verdicts = [false, true].map(|fault| {
                let reading = read("x.yaml", around(&example, fault).as_bytes(), Cast::fixture());
                reading.is_refused().then(|| reading.mistakes.iter().map(|m| m.what.to_string()).collect::<Vec<_>>())
            });
            assert!(verdicts.iter().any(Option::is_none), "{name}: {example}: {verdicts:?}");
        }
        let listed = TOPICS.iter().any(|(topic, ..)| *topic == name);
        let of_file = name.starts_with("K5") || name.starts_with("K3");
        assert!(listed || of_file || !examples(&text).is_empty(), "{name} has no example: {text}");
    }
}

#[test]
fn every_topic_names_something_to_try() {
    for (name, _, one) in TOPICS {
        let known = |id| explain(id).is_ok() || tables::explain(crate::world::fixtures::tables(), id).is_some();
        assert!(known(name) && known(one), "{name} {one}");
        assert!(topics().contains(name));
    }
}

#[test]
fn each_code_of_lint_has_a_cause_and_a_wrong_piece_that_gives_it() {
    assert_eq!(codes(FILE), Vec::<&str>::new());
    let explained: Vec<&str> = EXPLAINED.iter().map(|e| e.code).collect();
    let all: Vec<&str> = mistake::CODES.iter().map(|e| e.code).collect();
    assert_eq!(explained, all);
    // Of a whole file, or of two: no line shows these.
    let whole = ["K5002", "K5003", "K5012", "K5406", "K5501"];
    for e in EXPLAINED {
        assert_eq!(e.wrong.is_empty(), whole.contains(&e.code), "{}", e.code);
        if !e.wrong.is_empty() {
            assert_eq!(FILE.matches(e.right).count().min(1), 1, "{}: {}", e.code, e.right);
            let found = codes(&FILE.replacen(e.right, e.wrong, 1));
            assert!(found.contains(&e.code), "{}: {} gives {found:?}", e.code, e.wrong);
        }
    }
}

#[test]
fn a_page_is_explained_with_its_columns_and_filters() {
    let text = explain("在线交费签约").unwrap();
    assert!(text.contains("序号、银行名称、协议编号") && text.contains("条件：银行名称、协议状态、签约日期"), "{text}");
    assert!(explain("状态记录").unwrap().contains("序号、状态、状态描述、入库时间"));
    assert!(explain("菜单").unwrap().contains("列：菜单"));
    assert_eq!(explain(" "), Err(None));
}

#[test]
fn an_unknown_name_gets_the_nearest_one() {
    assert_eq!(explain("协义签署"), Err(Some("协议签署".to_owned())));
    assert_eq!(explain("AGR-99").unwrap_err().as_deref().map(|n| &n[..4]), Some("AGR-"));
}
