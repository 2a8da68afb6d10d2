//! What the look at the raw text finds, and where.

use super::*;

fn mistakes(text: &str) -> Vec<Mistake> {
    scan(text).mistakes
}

fn codes_and_words(text: &str) -> Vec<(&'static str, String)> {
    mistakes(text).iter().map(|m| (m.what.code(), text[m.span.start..m.span.end].to_owned())).collect()
}

#[test]
fn full_width_marks_inside_texts_are_text() {
    for text in [
        "场景: 签约，然后：失败",
        "说明: 【注意】先签约\n  再：看结果，然后\n覆盖: [ACC-01]",
        "说明: |\n  编号：X\n  ［甲］\n编号: X",
        "步骤:\n  - 等待: {单: {状态: 数据审核成功，待核保}, 时限: 1天} # 注：是",
        "a: {提示: '，：［'}",
        "曾经:\n  - 银行.签约 拒绝(资料：不全)",
    ] {
        assert_eq!(codes_and_words(text), [], "{text}");
    }
}

#[test]
fn full_width_marks_in_the_place_of_yaml_ones_are_found_where_they_stand() {
    let found =
        |text| codes_and_words(text).into_iter().map(|(code, word)| (code == "K5005", word)).collect::<Vec<_>>();
    let one = |word: &str| vec![(true, word.to_owned())];
    assert_eq!(found("编号：X"), one("："));
    assert_eq!(found("步骤:\n  - 协议签署：{银行: 中国银行}"), one("："));
    assert_eq!(found("步骤:\n  - 协议签署: {银行：中国银行, 记作: 甲}"), one("："));
    assert_eq!(found("步骤:\n  - 等待: {甲: {状态: 成功}，时限: 1天}"), one("，"));
    assert_eq!(found("步骤:\n  - 登录: {由: 法人卡，卡密码: 1}"), one("，"));
    assert_eq!(found("覆盖: ［ACC-01］"), one("［"));
    assert_eq!(found("覆盖: 【ACC-01】"), one("【"));
    assert_eq!(found("　编号: X"), one("\u{3000}"));
}

#[test]
fn an_unclosed_bracket_is_found_where_it_opens_and_the_rest_is_still_read() {
    let text = "步骤:\n  - 协议签署: {银行: 中国银行\n  - 期望: {甲: {状态: 成功}\n标签: [甲\n";
    let spans: Vec<usize> = mistakes(text).iter().map(|m| m.span.start).collect();
    let opens = [text.find("{银行").unwrap(), text.find("{甲").unwrap(), text.find("[甲").unwrap()];
    assert_eq!(spans, opens);
}

#[test]
fn forgotten_quotes_are_named_with_the_text_that_needs_them() {
    assert_eq!(
        codes_and_words("a: {银行.签约: [延迟(2小时, 同意), 同意]}"),
        [("K5008", "延迟(2小时, 同意)".to_owned())]
    );
    assert_eq!(
        codes_and_words("a: [同意(协议失效时间: 2026-03-10)]"),
        [("K5008", "同意(协议失效时间: 2026-03-10)".to_owned())]
    );
    assert_eq!(codes_and_words("a: {总数: >= 2}"), [("K5008", ">= 2".to_owned())]);
    assert_eq!(codes_and_words("说明: 甲: 乙"), [("K5008", "甲: 乙".to_owned())]);
    assert_eq!(codes_and_words("a: {提示: 甲: 乙, b: c}"), [("K5008", "甲: 乙".to_owned())]);
    assert_eq!(codes_and_words("a: ['延迟(2小时, 同意)', 同意(甲)]"), []);
}

#[test]
fn a_colon_without_its_space_is_found_at_the_colon() {
    let at = |text: &str| mistakes(text).iter().map(|m| (m.what.code(), m.span.start)).collect::<Vec<_>>();
    for text in ["场景:错", "步骤:\n  - 协议签署:{记作: 协议}", "步骤:\n  - 协议签署: {银行:中国银行}"]
    {
        let bare = text.match_indices(':').find(|(i, _)| !text[i + 1..].starts_with([' ', '\n'])).unwrap().0;
        assert_eq!(at(text), [("K5013", bare)], "{text}");
    }
    assert_eq!(at("说明: 见 https://example.com\n标签:\n  - 甲:乙"), []);
}

#[test]
fn a_comma_that_is_missing_at_the_end_of_a_line_is_missed_there() {
    let text = "步骤:\n  - 协议签署: {银行: 中国银行 # 注\n       收款企业: 中银保险}\n";
    let end = text.find(" # 注").unwrap();
    let found = mistakes(text);
    assert_eq!(found.iter().map(|m| (m.what.code(), m.span.start)).collect::<Vec<_>>(), [("K5014", end)]);
}

#[test]
fn what_is_found_is_put_right_for_the_parser() {
    let mended = |text: &str| scan(text).mended.map(|m| m.text);
    assert_eq!(mended("编号：X\n").as_deref(), Some("编号: X\n"));
    assert_eq!(mended("a: {总数: >= 2}").as_deref(), Some("a: {总数: '>= 2'}"));
    assert_eq!(mended("a: [甲\nb: 1\n").as_deref(), Some("a: [甲]\nb: 1\n"));
    assert_eq!(mended("a: {b: [甲}\n").as_deref(), Some("a: {b: [甲]}\n"));
    assert_eq!(mended("步骤:\n  - 登录: {记作: 甲]\n").as_deref(), Some("步骤:\n  - 登录: {记作: 甲}\n"));
    assert_eq!(mended("场景: '标题").as_deref(), Some("场景: '标题'"));
}
