//! The HTML report, as bytes: the same whatever the jobs, readable again, and its trace tells what happened.
//! `tests/browser` looks at it as people do.

use std::fs;

use kouan::verdict::{
    html::document_in,
    trace::{End, Message, Role, Trace, What},
};

use crate::program::{kouan, root};

/// The page of a run over `paths`, with real time taken out.
fn page(paths: &[&str], more: &[&str], code: i32) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("report.html");
    let report = format!("html={}", file.display());
    let arguments = [&["run"], paths, &["--report", &report], more].concat();
    kouan(arguments).ended(code);
    untimed(&fs::read_to_string(&file).unwrap())
}

/// A page with real time taken out.
fn untimed(page: &str) -> String {
    let mut parts = page.split("\"wall_us\":");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + "\"wall_us\":0" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn trace(path: &str, code: i32) -> Trace {
    let mut document = document_in(&page(&[path], &[], code)).unwrap();
    *document.scenarios.remove(0).trace.unwrap()
}

#[test]
fn the_page_is_the_same_whatever_the_jobs() {
    let paths = ["docs/example.yaml", "tests/cases/passed", "tests/cases/undecided"];
    assert!(page(&paths, &["--jobs", "1"], 1) == page(&paths, &["--jobs", "4"], 1));
}

/// Every machine's traces travel in its page, so the merged page is complete; only chunks are cut anew.
#[test]
fn the_pages_of_three_shards_merged_are_the_page_of_the_whole_run() {
    let dir = tempfile::tempdir().unwrap();
    let paths = ["docs/example.yaml", "tests/cases/passed", "tests/cases/undecided"];
    let at = |name: &str| dir.path().join(name).display().to_string();
    let mut parts = Vec::new();
    for i in 1..=3 {
        let (part, shard) = (at(&format!("{i}.html")), format!("{i}/3"));
        let report = format!("html={part}");
        let said = kouan([&["run"], &paths[..], &["--shard", &shard, "--report", &report]].concat());
        assert!(said.code <= 1, "{}", said.err);
        parts.push(part);
    }
    let all = at("all.html");
    let merge = |parts: &[String]| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        kouan([&["report", "merge"], &parts[..], &["--report", &format!("html={all}")]].concat()).ended(1);
        fs::read_to_string(&all).unwrap()
    };
    assert!(untimed(&merge(&parts)) == page(&paths, &[], 1));

    // A part that is JSON has no traces; its cases stand in the page without them.
    let report = format!("json={}", at("2.json"));
    kouan([&["run"], &paths[..], &["--shard", "2/3", "--report", &report]].concat());
    parts[1] = at("2.json");
    let mixed = document_in(&merge(&parts)).unwrap();
    let whole = document_in(&page(&paths, &[], 1)).unwrap();
    assert_eq!(mixed.scenarios.len(), whole.scenarios.len());
    let traced = mixed.scenarios.iter().filter(|s| s.trace.is_some()).count();
    assert!(0 < traced && traced < mixed.scenarios.len(), "{traced}");
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let page = page(&["docs/example.yaml"], &[], 1);
    assert!(page.contains("default-src 'none'"));
    for word in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn a_report_that_nobody_asks_a_trace_for_has_none() {
    let json = kouan(["run", "docs/example.yaml", "--report", "json=-"]).ended(1).json();
    assert!(json["scenarios"][0].get("trace").is_none());
}

fn messages(trace: &Trace) -> Vec<&Message> {
    trace
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Message(message) => Some(&**message),
            _ => None,
        })
        .collect()
}

/// A message in a line: what, from where to where, which sending, what became of it.
fn told(trace: &Trace, message: &Message) -> String {
    let name = |lane: usize| trace.lanes[lane].name.as_str();
    let fates: Vec<&str> = message.fates.iter().map(|f| f.text.as_str()).collect();
    format!("{} {}→{} {} {}", message.name, name(message.from), name(message.to), message.sending, fates.join("，"))
}

fn field<'m>(fields: &'m [kouan::verdict::trace::Field], label: &str) -> &'m str {
    fields.iter().find(|f| f.label == label).map_or("", |f| f.text.as_str())
}

//= MSG-01
//= MSG-03
#[test]
fn a_trace_tells_who_did_what_and_what_became_of_each_message() {
    let trace = trace("docs/example.yaml", 1);
    assert_eq!(trace.source, fs::read_to_string(root().join("docs/example.yaml")).unwrap());
    let lanes: Vec<_> = trace.lanes.iter().map(|l| (l.name.as_str(), l.role)).collect();
    let people = [("滨海远航 法人卡", Role::Person), ("门户", Role::SingleWindow)];
    assert_eq!(lanes, [&people[..], &[("中银保险", Role::Party), ("中国银行", Role::Party)]].concat());
    // The steps are lines 14 to 18 of the file, one line each.
    assert_eq!(
        trace.steps.iter().map(|s| (s.line, s.end)).collect::<Vec<_>>(),
        (14..=18).map(|n| (n, n)).collect::<Vec<_>>()
    );
    assert!(trace.row.is_empty() && trace.given.is_empty());

    // As the file says: the first request to the insurer is lost; the bank refuses at first, and agrees to the second.
    let messages = messages(&trace);
    assert_eq!(
        messages.iter().map(|m| told(&trace, m)).collect::<Vec<_>>(),
        [
            "签约申请 门户→中银保险 1 在路上丢失",
            "签约申请 门户→中银保险 2 收下，回执：接收",
            "签约结果 中银保险→门户 1 收下，回执：接收",
            "签约申请 门户→中国银行 1 收下，回执：接收",
            "签约结果 中国银行→门户 1 收下，回执：接收",
            "签约申请 门户→中银保险 1 收下，回执：接收",
            "签约结果 中银保险→门户 1 收下，回执：接收",
            "签约申请 门户→中国银行 1 收下，回执：接收",
            "签约结果 中国银行→门户 1 收下",
        ]
    );
    assert_eq!(messages[0].fates[0].end, End::Lost);
    let request = messages[1];
    assert!(request.verified);
    assert_eq!(field(&request.data, "甲方 · 企业名称"), "滨海远航进出口有限公司");
    assert!(field(&request.data, "企业签章 · 签章证书").contains("kouan 测试根证书 (SM2)"));
    let envelope =
        ["外层类型", "内容加密", "摘要算法", "签名算法", "收件人"].map(|label| field(&request.envelope, label));
    assert_eq!(envelope, ["envelopedData", "SM4-CBC", "SM3", "SM2-SM3", "1 个，密钥加密 SM2"]);
    assert_eq!(field(&messages[4].data, "结果"), "拒绝");
    assert_eq!(field(&messages[4].data, "原因"), "账户名称不符");

    let decisions = trace.events.iter().filter_map(|e| match &e.what {
        What::Decision { point, outcome, .. } => Some(format!("{point} {outcome}")),
        _ => None,
    });
    let expected = ["保险公司.签约 同意", "银行.签约 拒绝(账户名称不符)", "保险公司.签约 同意", "银行.签约 同意"];
    assert_eq!(decisions.collect::<Vec<_>>(), expected);
    assert!(trace.events.iter().any(|e| e.what == What::Fault { text: "丢失 签约申请".into() }));
}

//= MSG-02
#[test]
fn a_message_that_is_refused_says_why_and_shows_nothing_of_its_content() {
    let trace = trace("scenarios/3-报文/篡改签约结果的一个字节.yaml", 0);
    let damaged = messages(&trace).into_iter().find(|m| m.fates.iter().any(|f| f.end == End::Refused)).unwrap();
    assert!(!damaged.verified && damaged.data.is_empty() && damaged.event.is_empty());
    assert!(field(&damaged.envelope, "验证").starts_with("未通过：K31"), "{}", field(&damaged.envelope, "验证"));
    assert_eq!(damaged.declared, ["篡改"]);
}

/// As the file says: 银行 is the row's only key, and 已知 stands in line 6.
#[test]
fn a_trace_knows_its_row_and_what_was_given() {
    let row = |trace: Trace| trace.row;
    let mut document = document_in(&page(&["tests/cases/failed/one-row-of-three.yaml"], &[], 1)).unwrap();
    let second = *document.scenarios.remove(1).trace.unwrap();
    assert_eq!(row(second), [("银行".to_owned(), "建设银行".to_owned())]);
    let given = trace("tests/cases/undecided/given-not-signed.yaml", 1);
    assert_eq!(given.given.iter().map(|s| (s.line, s.end)).collect::<Vec<_>>(), [(6, 6)]);
    assert!(given.events.iter().all(|e| e.step.is_none()));
}

#[test]
fn a_page_stands_after_the_act_that_opened_it() {
    let trace = trace("tests/cases/failed/another-enterprise.yaml", 1);
    let place = |wanted: fn(&What) -> bool| trace.events.iter().position(|e| wanted(&e.what)).unwrap();
    let act = place(|what| matches!(what, What::Act { verb, .. } if verb == "查询"));
    assert_eq!(place(|what| matches!(what, What::Page { .. })), act + 1);
}

//= ACC-09
#[test]
fn a_trace_shows_the_card_s_part_in_words_and_never_a_pin() {
    let trace = trace("tests/cases/passed/signed.yaml", 0);
    let exchanges = trace.events.iter().filter_map(|e| match &e.what {
        What::Card { exchanges, .. } => Some(exchanges),
        _ => None,
    });
    let exchanges: Vec<_> = exchanges.flatten().collect();
    assert!(exchanges.iter().any(|x| x.meaning == "用 9A 密钥签名（SM2）" && x.status == "9000"));
    let typed: Vec<_> = exchanges.iter().filter(|x| x.name == "VERIFY").collect();
    assert_eq!(typed[0].command, "00 20 00 80 08 ** ** ** ** ** ** ** **");
    assert!(typed.iter().all(|x| !x.command.contains("38")));
}
