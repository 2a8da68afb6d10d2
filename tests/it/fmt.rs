//! `kouan fmt`: what is written how, and that nothing is ever lost.

use std::{cell::Cell, fs};

use kouan::scenario::format::{Unformatted, format};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::{
    program::{command, kouan, root},
    sources::files,
};

/// The text formatted; formatting that once more must change nothing.
#[track_caller]
fn formatted(text: &str) -> String {
    let once = format("x.yaml", text.as_bytes()).unwrap_or_else(|why| panic!("{why:?}\n{text}"));
    let twice = format("x.yaml", once.as_bytes()).unwrap_or_else(|why| panic!("{why:?}\n{once}"));
    assert_eq!(once, twice, "not settled; from:\n{text}");
    once
}

#[track_caller]
fn becomes(from: &str, to: &str) {
    assert_eq!(formatted(from), to);
}

#[test]
fn spacing_and_indentation_are_put_right() {
    becomes(
        "场景:   标题\n覆盖: [ AGR-01 ,AGR-02, ]\n步骤:\n- 协议签署: { 银行 : 中国银行,记作: 协议 }\n-   推进:  1天",
        "场景: 标题\n覆盖: [AGR-01, AGR-02]\n步骤:\n  - 协议签署: {银行: 中国银行, 记作: 协议}\n  - 推进: 1天\n",
    );
}

#[test]
fn texts_stand_as_they_were_written() {
    let text = "说明: a: 2.30\n";
    assert!(matches!(format("x", text.as_bytes()), Err(Unformatted::Mistakes(_))));
    becomes(
        "步骤:\n  - 期望: {甲: {费率: 2.30, 号: 007, 十六: 0x10, 空的: '', 双: \"双引号\", 转义: \"\\t\", 撇: \"it's\"}}\n",
        "步骤:\n  - 期望: {甲: {费率: 2.30, 号: 007, 十六: 0x10, 空的: '', 双: '双引号', 转义: \"\\t\", 撇: \"it's\"}}\n",
    );
}

#[test]
fn a_step_that_fits_goes_on_one_line_and_one_column_more_breaks_it() {
    // `  - 期望: {甲: {乙: ` is 20 columns wide, `}}` two: with 138 letters the line is 160 wide.
    let step = |n: usize| format!("步骤:\n  - 期望:\n      甲:\n        乙: {}\n", "x".repeat(n));
    becomes(&step(138), &format!("步骤:\n  - 期望: {{甲: {{乙: {}}}}}\n", "x".repeat(138)));
    becomes(&step(139), &format!("步骤:\n  - 期望:\n      甲: {{乙: {}}}\n", "x".repeat(139)));
    // A Chinese character takes two columns.
    becomes(&step(138).replace("xx", "汉"), &format!("步骤:\n  - 期望: {{甲: {{乙: {}}}}}\n", "汉".repeat(69)));
    becomes(&step(140).replace("xx", "汉"), &format!("步骤:\n  - 期望:\n      甲: {{乙: {}}}\n", "汉".repeat(70)));
}

#[test]
fn steps_are_a_line_each_and_other_parts_stay_as_their_author_chose() {
    becomes(
        "覆盖:\n- A\n- B\n矩阵: {甲: [1, 2]}\n步骤: [{推进: 1天}, {推进: 2天}]\n",
        "覆盖:\n  - A\n  - B\n矩阵: {甲: [1, 2]}\n步骤:\n  - 推进: 1天\n  - 推进: 2天\n",
    );
}

#[test]
fn no_comment_is_lost_wherever_it_stands() {
    becomes(
        "# 文件\n\n场景: 标题   # 行尾\n# 键之间\n覆盖: # 键后\n  [A]\n步骤: # 步骤\n# 第一步前\n- 协议签署: {银行: 中国银行, # 括号里\n    # 独占一行\n    记作: 甲} # 括号后\n     # 靠右\n- 推进: 1天 # 末尾\n\n# 文件尾",
        "# 文件\n\n场景: 标题  # 行尾\n# 键之间\n覆盖: [A]  # 键后\n步骤:  # 步骤\n  # 第一步前\n  - 协议签署:  # 括号后\n      银行: 中国银行  # 括号里\n      # 独占一行\n      记作: 甲\n    # 靠右\n  - 推进: 1天  # 末尾\n\n# 文件尾\n",
    );
}

#[test]
fn a_comment_between_key_and_text_goes_behind_both_or_above_them() {
    becomes("步骤:\n  - 推进: # 键后\n      4天\n", "步骤:\n  - 推进: 4天  # 键后\n");
    becomes(
        "步骤:\n  - 推进: # 键后\n      # 之间\n      4天 # 行尾\n",
        "步骤:\n  # 之间\n  # 键后\n  - 推进: 4天  # 行尾\n",
    );
}

#[test]
fn comments_below_each_other_stay_in_one_column() {
    becomes(
        "步骤:\n  - 推进: 1天     # 甲\n  - 推进: 10分钟  # 乙\n  - 推进: 1小时 # 丙\n",
        "步骤:\n  - 推进: 1天     # 甲\n  - 推进: 10分钟  # 乙\n  - 推进: 1小时  # 丙\n",
    );
}

#[test]
fn groups_are_parted_by_one_empty_line_at_most() {
    becomes(
        "\n\n场景: 甲\n\n\n\n步骤:\n\n  - 推进: 1天\n\n\n  # 注\n\n  - 推进: 2天\n\n",
        "场景: 甲\n\n步骤:\n  - 推进: 1天\n\n  # 注\n\n  - 推进: 2天\n",
    );
}

#[test]
fn line_breaks_are_line_feeds_and_there_is_no_byte_order_mark() {
    becomes("\u{FEFF}场景: 甲\r\n说明: |\r\n  一\r\n  二\r\n", "场景: 甲\n说明: |\n  一\n  二\n");
}

#[test]
fn block_texts_and_folded_ones_keep_their_lines() {
    becomes(
        "说明: |  # 注\n      一\n        二\n\n      三 \n场景: >-\n   甲\n   乙\n标签: [ 'a\n   b' ]\n开始: 一\n     二\n",
        "说明: |  # 注\n  一\n    二\n\n  三 \n场景: >-\n  甲\n  乙\n标签:\n  - 'a\n    b'\n开始: 一\n  二\n",
    );
    becomes("说明: |4+\n      深\n    浅\n\n\n场景: 甲\n", "说明: |2+\n    深\n  浅\n\n\n场景: 甲\n");
}

#[test]
fn a_text_that_would_need_quotes_in_brackets_keeps_its_line() {
    becomes(
        "对手方剧本:\n  银行.签约:\n    - 延迟(2小时, 同意)\n    - 同意\n  保险公司.签约:\n    - 同意\n",
        "对手方剧本:\n  银行.签约:\n    - 延迟(2小时, 同意)\n    - 同意\n  保险公司.签约: [同意]\n",
    );
}

#[test]
fn a_part_that_is_too_wide_is_broken_where_it_must_be() {
    let ids: Vec<String> = (0..30).map(|i| format!("AGR-{i:02}")).collect();
    let broken: String = ids.iter().map(|id| format!("  - {id}\n")).collect();
    becomes(&format!("覆盖: [{}]\n", ids.join(", ")), &format!("覆盖:\n{broken}"));
}

#[test]
fn the_suite_the_examples_and_the_documents_are_written_so() {
    kouan(["fmt", "--check", "scenarios", "docs/example.yaml", "tests/cases/passed"]).ended(0);
    let page = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    // Recipes for CI systems are YAML too, and none of ours.
    let blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for block in blocks.filter(|block| !block.starts_with("# .")) {
        assert_eq!(formatted(block), block);
    }
}

#[test]
fn files_are_replaced_only_where_something_changes_and_keep_their_permissions() {
    let dir = tempfile::tempdir().unwrap();
    let (bad, good, wrong) = (dir.path().join("a.yaml"), dir.path().join("b.yaml"), dir.path().join("c.yaml"));
    fs::write(&bad, "场景:  甲\n").unwrap();
    fs::write(&good, "场景: 甲\n").unwrap();
    fs::write(&wrong, "场景:  [甲\n").unwrap();
    #[cfg(unix)]
    fs::set_permissions(&bad, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let untouched = fs::metadata(&good).unwrap().modified().unwrap();
    let path = dir.path().to_str().unwrap();

    let said = kouan(["fmt", "--check", path]).ended(2);
    assert!(said.out.contains("-场景:  甲\n+场景: 甲\n"), "{}", said.out);
    assert!(said.err.contains("[K5006]"), "{}", said.err);
    assert!(said.err.ends_with("1 个文件需要格式化，1 个没有变化，1 个有错误，没有格式化\n"), "{}", said.err);
    assert_eq!(fs::read_to_string(&bad).unwrap(), "场景:  甲\n");

    let said = kouan(["fmt", path]).ended(2);
    assert_eq!(said.out, "");
    assert_eq!(fs::read_to_string(&bad).unwrap(), "场景: 甲\n");
    assert_eq!(fs::read_to_string(&wrong).unwrap(), "场景:  [甲\n");
    assert_eq!(fs::metadata(&good).unwrap().modified().unwrap(), untouched);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&bad).unwrap().permissions()) & 0o777, 0o640);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);

    kouan(["fmt", bad.to_str().unwrap()]).ended(0);
    fs::write(&bad, "场景:  甲\n").unwrap();
    kouan(["fmt", "--check", bad.to_str().unwrap()]).ended(1);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("a.yaml"), dir.path().join("b.yaml"));
    fs::write(&file, "场景:  甲\n").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    kouan(["fmt", link.to_str().unwrap()]).ended(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "场景: 甲\n");
}

#[test]
fn an_editor_formats_through_stdin() {
    let run = |args: &[&str], text: &str| {
        let assert = assert_cmd::Command::from_std(command()).args(args).write_stdin(text).assert();
        let output = assert.get_output();
        (output.status.code().unwrap(), String::from_utf8(output.stdout.clone()).unwrap())
    };
    assert_eq!(run(&["fmt", "-"], "场景:  甲\n"), (0, "场景: 甲\n".into()));
    assert_eq!(run(&["fmt", "--check", "-"], "场景: 甲\n"), (0, String::new()));
    assert_eq!(run(&["fmt", "--check", "-"], "场景:  甲\n").0, 1);
    assert_eq!(run(&["fmt", "-"], "场景: [\n"), (2, String::new()));
}

/// A change to a file's text that may or may not leave it good.
#[derive(Clone, Debug)]
enum Change {
    /// At the end of a line.
    Behind(&'static str),
    /// A line of its own, this far in.
    Line(usize, &'static str),
    /// In the place of the first `, ` of a line.
    Comma(&'static str),
    /// In the place of the first `: ` of a line.
    Colon(&'static str),
    /// A line's indentation grows.
    Deeper(usize),
    /// A line is taken out.
    Without,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Behind("  # 注")),
        Just(Change::Behind(" ")),
        (0_usize..9, prop_oneof![Just("# 独行"), Just(""), Just("#"), Just("- 推进: 1天")])
            .prop_map(|(indent, text)| Change::Line(indent, text)),
        prop_oneof![Just(",\n      "), Just(", # 中\n         "), Just(","), Just(",\n\n  # 独\n   ")]
            .prop_map(Change::Comma),
        prop_oneof![Just(": # 键\n       "), Just(":\n        "), Just(":  "), Just(": \"")].prop_map(Change::Colon),
        (1_usize..3).prop_map(Change::Deeper),
        Just(Change::Without),
    ]
}

fn changed(text: &str, changes: &[(usize, Change)]) -> String {
    let mut lines: Vec<String> = text.lines().map(Into::into).collect();
    for (at, change) in changes {
        let at = at % lines.len();
        match change {
            Change::Behind(what) => lines[at].push_str(what),
            Change::Line(indent, what) => lines.insert(at, format!("{}{what}", " ".repeat(*indent))),
            Change::Comma(what) => lines[at] = lines[at].replacen(", ", what, 1),
            Change::Colon(what) => lines[at] = lines[at].replacen(": ", what, 1),
            Change::Deeper(by) => lines[at].insert_str(0, &" ".repeat(*by)),
            Change::Without if lines.len() > 1 => drop(lines.remove(at)),
            Change::Without => {}
        }
    }
    lines.join("\n")
}

/// Values as texts in any mixture of styles, `indent` columns in; the first line is to go behind a dash or key.
fn value(depth: u32) -> BoxedStrategy<String> {
    let text = prop_oneof![
        Just("2.30".to_owned()),
        Just("'a, b'".to_owned()),
        Just("\"双 # \"".to_owned()),
        Just("\"\\n\"".to_owned()),
        Just("含 文字，后文".to_owned()),
        Just("x#y".to_owned()),
        Just("'it''s'".to_owned()),
        Just("-".repeat(70)),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ];
    if depth == 0 {
        return text.boxed();
    }
    let gap =
        prop_oneof![6 => Just(""), 1 => Just(" # 注\n   "), 1 => Just("\n\n   "), 1 => Just("\n # 独\n\n # 行\n  ")];
    // A text of many lines has no place inside brackets, and the formatter must refuse it rather than be unsure.
    let within = prop_oneof![20 => value(depth - 1), 1 => Just("|\n    一\n  ".to_owned())];
    let inner = (within, gap);
    prop_oneof![
        2 => text,
        2 => prop::collection::vec(inner.clone(), 1..4).prop_map(|items| {
            let items: Vec<String> = items.into_iter().map(|(value, gap)| format!("{gap}{value}{gap}")).collect();
            format!("[{}]", items.join(","))
        }),
        2 => prop::collection::vec(inner, 1..4).prop_map(|items| {
            let items: Vec<String> =
                items.into_iter().enumerate().map(|(i, (value, gap))| format!("{gap}键{i}: {value}")).collect();
            format!("{{{}}}", items.join(" , "))
        }),
    ]
    .boxed()
}

/// Block style around [`value`]s.
fn block(depth: u32, indent: usize) -> BoxedStrategy<String> {
    let before = move |n: usize| {
        prop_oneof![
            6 => Just(String::new()),
            1 => Just("\n\n".to_owned()),
            1 => (0_usize..8).prop_map(|i| format!("{}# 独行\n", " ".repeat(i))),
            1 => Just(format!("\n{}# 上\n\n", " ".repeat(n))),
        ]
    };
    let behind = prop_oneof![4 => Just(""), 1 => Just(" # 尾"), 1 => Just("   # 后")];
    let leaf = (value(2), behind.clone()).prop_map(|(value, behind)| format!(" {value}{behind}\n"));
    let behind_key = if depth == 0 {
        leaf.boxed()
    } else {
        let nested = (1_usize..5)
            .prop_flat_map(move |by| (behind.clone(), block(depth - 1, indent + by)))
            .prop_map(|(behind, block)| format!("{behind}\n{block}"));
        let literal = (0_usize..3).prop_map(move |deeper| {
            let blanks = " ".repeat(indent + 3);
            format!(" |\n{blanks}一\n\n{blanks}{}二 # 非注\n", " ".repeat(deeper))
        });
        prop_oneof![3 => leaf, 3 => nested, 1 => literal].boxed()
    };
    (any::<bool>(), prop::collection::vec((before(indent), behind_key), 1..4))
        .prop_map(move |(list, entries)| {
            let blanks = " ".repeat(indent);
            let entries = entries.into_iter().enumerate();
            entries
                .map(|(i, (before, value))| match list && indent > 0 {
                    true => format!("{before}{blanks}-{value}"),
                    false => format!("{before}{blanks}键{i}:{value}"),
                })
                .collect()
        })
        .boxed()
}

/// Whatever is good stays what it is (the formatter sees to that itself, or says that it cannot) and settles at once.
fn settles(text: &str) -> Result<bool, TestCaseError> {
    let once = match format("x.yaml", text.as_bytes()) {
        Ok(once) => once,
        Err(Unformatted::Mistakes(_)) => return Ok(false),
        Err(Unformatted::Unsure) => return Err(TestCaseError::fail(format!("unsure of\n{text}"))),
    };
    match format("x.yaml", once.as_bytes()) {
        Ok(twice) => prop_assert_eq!(&once, &twice, "from\n{}", text),
        Err(_) => prop_assert!(false, "no longer good\n{}\nfrom\n{}", once, text),
    }
    Ok(true)
}

/// Holds the property for texts of a kind, of which at least this share (in percent) must be good ones.
#[track_caller]
fn all_settle(texts: impl Strategy<Value = String>, least: usize) {
    let (good, all) = (Cell::new(0), Cell::new(0));
    let held = TestRunner::default().run(&texts, |text| {
        all.set(all.get() + 1);
        good.set(good.get() + usize::from(settles(&text)?));
        Ok(())
    });
    held.unwrap_or_else(|why| panic!("{why}"));
    assert!(good.get() * 100 >= all.get() * least, "only {} of {} texts were good", good.get(), all.get());
}

#[test]
fn whatever_is_written_into_the_suite_is_kept() {
    let suite: Vec<String> = files("scenarios", ".yaml").into_iter().map(|file| file.text).collect();
    let changes = prop::collection::vec((0_usize..60, change()), 0..6);
    all_settle((prop::sample::select(suite), changes).prop_map(|(text, changes)| changed(&text, &changes)), 30);
}

#[test]
fn any_mixture_of_styles_settles() {
    all_settle(block(3, 0), 30);
}
