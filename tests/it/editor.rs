//! What an editor makes of `kouan schema scenario`, asked of the language server that editors really use.
//!
//! yaml-language-server (`tests/editor/package.json` says which) runs over stdio as it does behind VS Code. Documents
//! name the schema in their first line, as users are told to; a `|` in a text here is where the cursor stands.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    program::{kouan, root},
    sources::files,
};

/// A language server with the schema of scenario files.
struct Editor {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    /// The last diagnostics of each document.
    diagnostics: BTreeMap<String, Vec<Value>>,
    requests: u64,
    documents: u64,
    schema: TempDir,
}

impl Editor {
    /// Starts it; `None`, and a word about it, where it is not installed.
    #[expect(clippy::print_stderr, reason = "a skipped judge must be seen")]
    fn start(test: &str) -> Option<Self> {
        let program = root().join("tests/editor/node_modules/yaml-language-server/bin/yaml-language-server");
        let node = Command::new("node").arg("--version").output().is_ok();
        if !node || !program.exists() {
            let needs = "node and yaml-language-server (make setup installs them)";
            assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs {needs}");
            eprintln!("SKIPPED {test}: no {needs}");
            return None;
        }
        let schema = TempDir::new().unwrap();
        fs::write(schema.path().join("scenario.json"), kouan(["schema", "scenario"]).ended(0).out).unwrap();
        let mut server = Command::new("node")
            .arg(program)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let diagnostics = BTreeMap::new();
        let mut editor = Self { server, to, from, diagnostics, requests: 0, documents: 0, schema };
        let completion = json!({"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}});
        let capabilities = json!({"textDocument": {"completion": completion}});
        editor.ask("initialize", &json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        editor.tell("initialized", &json!({}));
        Some(editor)
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn tell(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.requests += 1;
        let id = json!(self.requests);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
        loop {
            let message = self.hear();
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
        }
    }

    /// The next message; diagnostics are kept, and what the server asks is answered with nothing.
    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the language server is gone");
            match line.trim().split_once(": ") {
                Some(("Content-Length", n)) => length = n.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        let message: Value = serde_json::from_slice(&body).unwrap();
        if message["method"] == "textDocument/publishDiagnostics" {
            let (uri, found) = (&message["params"]["uri"], &message["params"]["diagnostics"]);
            self.diagnostics.insert(uri.as_str().unwrap().to_owned(), found.as_array().unwrap().clone());
        } else if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": null}));
        }
        message
    }

    /// Opens a new document below the line that names the schema, and waits until it was checked.
    fn open(&mut self, text: &str) -> String {
        self.documents += 1;
        let uri = format!("file:///scenario-{}.yaml", self.documents);
        // What follows the first document of a stream needs a line of its own.
        let naming =
            format!("# yaml-language-server: $schema={}\n", self.schema.path().join("scenario.json").display());
        let text = naming.clone() + &text.replace("\n---\n", &format!("\n---\n{naming}"));
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": document}));
        while !self.diagnostics.contains_key(&uri) {
            self.hear();
        }
        uri
    }

    /// Line (of the text as given, from 1) and sentence of everything that is underlined.
    fn mistakes(&mut self, text: &str) -> Vec<(u64, String)> {
        let uri = self.open(text);
        let told =
            |d: &Value| (d["range"]["start"]["line"].as_u64().unwrap(), d["message"].as_str().unwrap().to_owned());
        self.diagnostics[&uri].iter().map(told).collect()
    }

    /// Asks about the place of the cursor.
    fn at_cursor(&mut self, method: &str, text: &str) -> Value {
        let (before, after) = text.split_once('|').unwrap();
        let uri = self.open(&format!("{before}{after}"));
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let position = json!({"line": line, "character": column});
        self.ask(method, &json!({"textDocument": {"uri": uri}, "position": position}))
    }

    /// What is offered at the cursor: label and text.
    fn offers(&mut self, text: &str) -> Vec<(String, String)> {
        let offered = self.at_cursor("textDocument/completion", text);
        let items = offered["items"].as_array().or(offered.as_array()).unwrap();
        let words = |item: &Value| {
            let about = &item["documentation"];
            let about = about.as_str().or(about["value"].as_str()).unwrap_or_default().to_owned();
            (item["label"].as_str().unwrap().to_owned(), about)
        };
        items.iter().map(words).collect()
    }

    /// What is shown when one points at the cursor's word.
    fn hover(&mut self, text: &str) -> String {
        self.at_cursor("textDocument/hover", text)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

const HEAD: &str = "场景: 甲\n编号: A-1\n覆盖: [AGR-08]\n";

/// A text with a cursor, what must be offered there, and what must not.
type Place = (&'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip] // One place a line.
const PLACES: &[Place] = &[
    ("|",                                                 &["步骤", "故障", "对手方剧本", "始终", "曾经", "矩阵"], &["场景", "编号"]),
    ("步骤:\n  - |",                                      &["登录", "协议签署", "重新签署", "查询", "推进", "等待", "期望", "中国银行.终止协议"], &["中银保险.冻结账户"]),
    ("步骤:\n  - 协|",                                    &["协议签署", "协议签署: {银行: 中国银行, 收款企业: 中银保险, 记作: 协议}"], &[]),
    ("步骤:\n  - 协议签署: {|}",                          &["银行", "收款企业", "记作", "卡密码", "拒绝", "企业税号"], &["换成", "时限"]),
    ("步骤:\n  - 协议签署: {银行: 中国银行, 收|}",        &["收款企业", "记作", "卡密码"], &["银行"]),
    ("步骤:\n  - 协议签署:\n      |",                     &["银行", "收款企业", "记作", "卡密码"], &["换成"]),
    ("步骤:\n  - 协议签署: {银行: |}",                    &["中国银行", "建设银行", "空"], &["中银保险", "true"]),
    ("步骤:\n  - 协议签署: {收款企业: |}",                &["中银保险", "平安产险北京分公司"], &["中国银行"]),
    ("步骤:\n  - 登录: {由: |}",                          &["法人卡", "操作员卡", "操作员卡2"], &[]),
    ("步骤:\n  - 登录: {企业: |}",                        &["滨海远航", "东岭贸易"], &["滨海远航进出口有限公司"]),
    ("步骤:\n  - 查询: {页: |}",                          &["在线交费签约", "状态记录", "菜单"], &[]),
    ("步骤:\n  - 查询: {条件: {|}}",                      &["银行名称", "协议状态", "签约日期"], &[]),
    ("步骤:\n  - 等待: {协议: {|}}",                      &["状态", "协议编号", "失败方"], &[]),
    ("步骤:\n  - 等待: {协议: {状态: |}}",                &["处理中", "成功", "失败", "已失效", "非空", "含 文字"], &["P001", "true"]),
    ("步骤:\n  - 等待:\n      协议:\n        状态: |",    &["处理中", "成功", "失败", "已失效"], &[]),
    ("步骤:\n  - 期望: {协议: {状态记录: [|]}}",          &["P001", "P102", "S", "F", "E"], &[]),
    ("步骤:\n  - 登录: {拒绝: {|}}",                      &["提示", "代码", "字段"], &[]),
    ("步骤:\n  - 登录: {拒绝: {代码: |}}",                &["K1001", "K2102"], &[]),
    ("步骤:\n  - 推进: |",                                &["1小时", "3天"], &[]),
    ("对手方剧本:\n  |",                                  &["保险公司.签约", "银行.签约", "银行.解约", "建设银行.解约", "中银保险.签约"], &["中银保险.解约", "保险公司.解约"]),
    ("对手方剧本:\n  银行.签约: [|]",                     &["同意", "沉默", "拒绝(资料不全)", "延迟(2小时, 同意)", "无回执"], &["true"]),
    ("故障:\n  - |",                                      &["丢失", "断开", "重放登录", "拔卡: {步: 协议签署, 第: 3}"], &[]),
    ("故障:\n  - 丢失: {|}",                              &["报文", "从", "到", "第", "回执"], &["时长"]),
    ("故障:\n  - 丢失: {报文: |}",                        &["签约申请", "签约结果", "解约申请", "解约结果", "协议终止"], &[]),
    ("故障:\n  - 丢失: {从: |}",                          &["门户", "保险公司", "银行", "中国银行"], &[]),
    ("始终: [|]",                                         &["报文有效", "一次生效", "不越权"], &["- (array item) 报文有效"]),
    ("曾经: [|]",                                         &["故障 丢失", "报文 协议终止"], &[]),
    ("已知: {协议: [{|}]}",                               &["银行", "收款企业", "记作"], &["卡密码", "拒绝"]),
];

#[test]
fn an_editor_offers_the_words_that_fit() {
    let Some(mut editor) = Editor::start("an_editor_offers_the_words_that_fit") else { return };
    for (text, wanted, unwanted) in PLACES {
        let offers: Vec<String> = editor.offers(&format!("{HEAD}{text}")).into_iter().map(|(label, _)| label).collect();
        let has = |word: &&&str| offers.iter().any(|o| o == **word);
        let missing: Vec<_> = wanted.iter().filter(|w| !has(w)).collect();
        let odd: Vec<_> = unwanted.iter().filter(has).collect();
        assert!(missing.is_empty() && odd.is_empty(), "{text}\nmissing {missing:?}, odd {odd:?} in {offers:?}");
    }
}

#[rustfmt::skip] // One place a line.
const ABOUT: &[(&str, &str, &str)] = &[
    ("步骤:\n  - |",                              "等待",     "让虚拟时间过去，直到所写的全部成立"),
    ("步骤:\n  - 协议签署: {卡|}",                "卡密码",   "输入的卡密码；默认正确的"),
    ("步骤:\n  - 协议签署: {银行: |}",            "建设银行", "中国建设银行股份有限公司"),
    ("步骤:\n  - 期望: {甲: {状态记录: [|]}}",    "P001",     "待发送"),
    ("步骤:\n  - 登录: {拒绝: {代码: |}}",        "K1001",    "请检查是否正常接入IC卡"),
    ("故障:\n  - 丢失: {报文: |}",                "协议终止", "银行 → 门户"),
    ("对手方剧本: {银行.签约: [|]}",              "沉默",     "给回执，此后不答复"),
    ("始终: [|]",                                 "回执齐全", "每份到达的报文都有收件人签名"),
];

#[test]
fn an_editor_shows_what_each_word_means() {
    let Some(mut editor) = Editor::start("an_editor_shows_what_each_word_means") else { return };
    for (text, word, about) in ABOUT {
        let offers = editor.offers(&format!("{HEAD}{text}"));
        let shown = offers.iter().find(|(label, _)| label == word).map(|(_, about)| about.as_str());
        assert!(shown.is_some_and(|s| s.starts_with(about)), "{text} {word}: {shown:?}");
    }
    let offers = editor.offers("场景: 甲\n覆盖: [|]\n");
    let shown = offers.iter().find(|(label, _)| label == "ACC-03").map(|(_, about)| about.as_str());
    assert!(shown.is_some_and(|s| s.contains("请检查是否正常接入IC卡")), "{shown:?}");
}

#[test]
fn pointing_at_a_word_shows_its_text() {
    let Some(mut editor) = Editor::start("pointing_at_a_word_shows_its_text") else { return };
    for (text, shown) in [
        ("步骤:\n  - 协议|签署: {银行: 中国银行}", "在线交费签约：四步填写后签名发送"),
        ("步骤:\n  - 协议签署: {收款|企业: 中银保险}", "保险公司或其分公司；默认第一家"),
        ("步骤:\n  - 查询: {页: 状态|记录, 记录: $甲}", "`状态记录`: 列：序号、状态、状态描述、入库时间"),
        ("对手方剧本: {银行.签|约: [沉默]}", "银行对「签约」依次怎样决定"),
        ("对手方剧本: {银行.签约: [沉|默]}", "沉默：给回执，此后不答复"),
        ("故障: [丢|失: {报文: 签约申请}]", "一次发送在路上丢失"),
        ("始终: [一次|生效]", "`一次生效`: 报文无论丢失"),
        ("矩|阵: {原因: [甲]}", "各种组合各跑一遍"),
    ] {
        let said = editor.hover(&format!("{HEAD}{text}"));
        assert!(said.contains(shown), "{text}\n{said}");
    }
    let said = editor.hover("场景: 甲\n覆盖: [AGR|-08]\n");
    assert!(said.contains("* `AGR-08`: 状态记录依次为：P001 待发送"), "{said}");
}

/// All good files as one stream of documents, so that the server is waited for once.
fn good_files() -> Vec<String> {
    let folders = ["scenarios", "tests/cases/passed", "tests/cases/failed", "tests/cases/undecided"];
    let mut texts: Vec<String> = folders.iter().flat_map(|f| files(f, ".yaml")).map(|file| file.text).collect();
    texts.extend(["docs/example.yaml", "tests/cases/good.yaml"].map(|f| fs::read_to_string(root().join(f)).unwrap()));
    assert!(texts.len() > 150, "{} files are left", texts.len());
    texts
}

#[test]
fn good_files_have_nothing_underlined() {
    let Some(mut editor) = Editor::start("good_files_have_nothing_underlined") else { return };
    let mut texts = good_files();
    assert_eq!(editor.mistakes(&texts.join("\n---\n")), vec![]);
    // A wrong word anywhere in the stream would have been seen.
    for place in [0, texts.len() / 2, texts.len() - 1] {
        texts[place] = texts[place].replacen("步骤:", "步聚:", 1);
    }
    let told = editor.mistakes(&texts.join("\n---\n"));
    assert_eq!(told.iter().filter(|(_, sentence)| sentence.contains("步聚")).count(), 3, "{told:?}");
}

#[test]
fn mistakes_are_underlined_where_they_stand() {
    let Some(mut editor) = Editor::start("mistakes_are_underlined_where_they_stand") else { return };
    // Line 4 is the first behind the head.
    for (text, line, said) in [
        ("步骤:\n  - 退出:\n  - 协义签署: {}\n", 6, "协义签署"),
        ("步骤:\n  - 退出:\n  - 协议签署: {银航: 中国银行}\n", 6, "银航"),
        ("步骤:\n  - 协议签署: {银行: 火星银行}\n", 5, "\"中国银行\", \"建设银行\""),
        ("步骤:\n  - 等待: {协议: {状态: 成}, 时限: 1天}\n", 5, "\"处理中\", \"成功\""),
        ("步骤:\n  - 等待: {协议: {状态: 成功}}\n", 5, "时限"),
        ("步骤:\n  - 期望: {协议: {状态记录: [P001, P009]}}\n", 5, "\"P001\""),
        ("步骤:\n  - 换卡: {}\n", 5, "换成"),
        ("步骤:\n  - 推进: 3日\n", 5, "时长是整数加单位"),
        ("步骤:\n  - 登录: {拒绝: {代码: K9999}}\n", 5, "\"K1001\""),
        ("步骤: [退出: ]\n故障:\n  - 丢失: {报文: 签约申情}\n", 6, "\"签约申请\""),
        ("步骤: [退出: ]\n故障:\n  - 卡错误: {步: 登录, 第: 1, 状态字: XYZ}\n", 6, "四位十六进制数"),
        ("步骤: [退出: ]\n对手方剧本:\n  银行.签约: [统一]\n", 6, "这里写一个结果"),
        ("步骤: [退出: ]\n对手方剧本:\n  保险公司.解约: [同意]\n", 6, "保险公司.解约"),
        ("步骤: [退出: ]\n始终: [一次生笑]\n", 5, "\"报文有效\""),
        ("步骤: [退出: ]\n说明: [甲]\n", 5, "string"),
        ("标签: [甲]\n", 1, "步骤"),
    ] {
        let mistakes = editor.mistakes(&format!("{HEAD}{text}"));
        let [(at, sentence)] = mistakes.as_slice() else { panic!("{text}: {mistakes:?}") };
        assert!(*at == line && sentence.contains(said), "{text}: {mistakes:?}");
    }
}
