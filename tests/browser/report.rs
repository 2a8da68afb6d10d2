//! The HTML report as a person meets it: read, searched, walked through with keys, darkened, printed; and how it bears a
//! thousand cases.

use std::{fmt::Write as _, fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kouan::verdict::{
    event::{Report, Summary},
    html::{Html, document_in},
    requirements,
};
use serde_json::json;

use crate::{
    chromium::{Page, program},
    program::kouan,
};

/// Runs the files and opens the report that comes out.
fn report(test: &str, dir: &Path, files: &[&str], code: i32) -> Option<Page> {
    let browser = program(test)?;
    let file = dir.join("report.html");
    let mut arguments: Vec<String> = vec!["run".into()];
    arguments.extend(files.iter().map(ToString::to_string));
    arguments.extend(["--report".into(), format!("html={}", file.display())]);
    kouan(arguments).ended(code);
    Some(Page::open(&browser, &format!("file://{}", file.display()), 1360, 900))
}

/// One that fails (with a lost message and a refusal on the way), one that passes, in four rows.
const FILES: [&str; 2] = ["docs/example.yaml", "tests/cases/passed/matrix-and-faults.yaml"];

#[test]
fn a_failure_is_seen_at_once_and_explained_where_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let Some(mut page) = report("a failure is seen at once", dir.path(), &FILES, 1) else { return };
    assert_eq!(page.text("h1"), "1 个失败");
    assert_eq!(page.eval("document.querySelectorAll('#rows .row').length"), 5);
    let first = page.text("#rows li:first-child");
    assert!(first.contains("EXAMPLE-01") && first.contains("新.状态记录"), "{first}");

    page.eval("document.querySelector('#rows .row').click()");
    assert!(page.comes_true("document.querySelector('.sequence .message')"));
    let finding = page.text(".finding");
    for told in ["应为", "实为", "P102", "AGR-08", "第 18 行"] {
        assert!(finding.contains(told), "{told}: {finding}");
    }
    assert_eq!(page.text(".source .hit .n"), "18");
    assert_eq!(page.eval("location.hash"), "#EXAMPLE-01");
    // The first sending is lost, and drawn so; the bank's refusal is a decision; both agreements have a log.
    assert_eq!(page.eval("document.querySelectorAll('.arrow.lost').length"), 1);
    assert!(page.text(".arrow.lost").contains("在路上丢失"));
    assert_eq!(
        page.eval("[...document.querySelectorAll('.decision')].some(d => d.innerText.includes('拒绝(账户名称不符)'))"),
        true
    );
    assert_eq!(page.eval("document.querySelectorAll('.logs table').length"), 2);

    assert_eq!(page.complaints, [""; 0]);
    assert_eq!(page.requests.len(), 1, "nothing but the page itself is loaded: {:?}", page.requests);
}

#[test]
fn a_report_can_be_walked_through_with_keys_alone() {
    let dir = tempfile::tempdir().unwrap();
    let Some(mut page) = report("walked through with keys", dir.path(), &FILES, 1) else { return };
    page.press("j", "j");
    page.press("j", "j");
    page.press("k", "k");
    page.press("Enter", "\r");
    assert!(page.comes_true("location.hash === '#EXAMPLE-01' && document.querySelector('.sequence')"));
    // A message is a button: focus and Enter unfold what was in it.
    page.eval("document.querySelector('button.arrow.message:not(.lost)').focus()");
    page.press("Enter", "\r");
    assert_eq!(page.eval("document.activeElement.getAttribute('aria-expanded')"), "true");
    let content = page.text(".unfolded:not([hidden])");
    for told in ["滨海远航进出口有限公司", "企业名称", "SM4-CBC", "签名者证书", "解密、验签", "去向与回执"]
    {
        assert!(content.contains(told), "{told}: {content}");
    }
    // The card's part, in words, without the PIN.
    page.eval("document.querySelector('button.talk').focus()");
    page.press("Enter", "\r");
    let card = page.text(".apdus");
    for told in ["VERIFY", "验证卡密码", "9000", "用 9A 密钥签名（SM2）", "** ** ** ** ** ** ** **"] {
        assert!(card.contains(told), "{told}: {card}");
    }
    assert!(!card.contains("38 38 38"), "{card}");
    page.press("]", "]");
    assert!(page.comes_true("decodeURIComponent(location.hash).startsWith('#CASE-OK-02[')"));
    page.press("Escape", "");
    assert!(page.comes_true("document.body.dataset.view === 'list'"));
    page.press("/", "/");
    page.types("账户异常 签约结果");
    assert!(page.comes_true("document.querySelectorAll('#rows .row').length === 1"));
    page.press("Escape", "");
    page.press("?", "?");
    assert!(page.comes_true("document.querySelector('#help').open"));
    assert_eq!(page.complaints, [""; 0]);
}

#[test]
fn filters_choose_and_requirements_lead_to_the_cases_that_prove_them() {
    let dir = tempfile::tempdir().unwrap();
    let Some(mut page) = report("filters choose", dir.path(), &FILES, 1) else { return };
    let choose = |select: &str, value: &str| {
        format!(
            "(() => {{ const s = document.querySelector('{select}'); s.value = '{value}'; s.dispatchEvent(new Event('change')); \
                 return document.querySelectorAll('#rows .row').length; }})()"
        )
    };
    assert_eq!(page.eval(&choose("#by-verdict", "passed")), 4);
    assert_eq!(page.eval(&choose("#by-folder", "docs")), 0);
    assert_eq!(page.text("#empty"), "没有符合条件的场景。");
    assert_eq!(page.eval(&choose("#by-verdict", "")), 1);

    page.press("r", "r");
    assert!(page.comes_true("document.querySelector('#view-requirements .matrix')"));
    assert_eq!(page.eval("document.querySelectorAll('.tile').length"), requirements::all().len());
    assert_eq!(page.eval("document.querySelectorAll('.requirement').length"), requirements::all().len());
    // Broken by the example; proved by the four rows; touched by nobody.
    assert_eq!(page.eval("document.querySelector('#req-AGR-08').classList.contains('r-failed')"), true);
    assert_eq!(page.eval("document.querySelector('#req-MSG-04').classList.contains('r-passed')"), true);
    assert_eq!(page.eval("document.querySelector('#req-DTY-01').classList.contains('r-open')"), true);
    page.eval("document.querySelector('#req-MSG-04 summary').click()");
    assert!(page.text("#req-MSG-04 .links").contains("CASE-OK-02"));
    // From a finding to the rule that it breaks.
    page.eval("location.hash = '#EXAMPLE-01'");
    assert!(page.comes_true("document.querySelector('.rule a')"));
    page.eval("document.querySelector('.rule a').click()");
    assert!(page.comes_true("document.activeElement === document.querySelector('#req-AGR-08[open] summary')"));
    assert_eq!(page.complaints, [""; 0]);
}

#[test]
fn a_matrix_row_what_was_given_and_many_messages_alike_are_told_in_few_words() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        "tests/cases/failed/one-row-of-three.yaml",
        "tests/cases/undecided/given-not-signed.yaml",
        "scenarios/3-报文/胡言-逐份拒收.yaml",
    ];
    let Some(mut page) = report("told in few words", dir.path(), &files, 1) else { return };
    page.eval("location.hash = '#' + encodeURIComponent('CASE-ROW-01[银行=建设银行]')");
    assert!(page.comes_true("document.querySelector('.sequence')"));
    assert!(page.text(".head").contains("银行 = 建设银行"));
    assert!(page.text(".source").contains("$银行建设银行"), "the file has the name, and its value beside it");
    assert!(page.text(".step").contains("{银行: 建设银行, 记作: 协议}"), "{}", page.text(".step"));

    page.eval("location.hash = '#CASE-GIVEN-01'");
    assert!(page.comes_true("document.querySelector('.step .given')"));
    assert_eq!(page.text(".step .n"), "6");
    assert!(page.text(".picture .found").contains("已知中的协议没有签成"));

    // Fields of the bank's answer, each wrong in each way: far more than a screen holds.
    page.eval("location.hash = '#' + encodeURIComponent('MSG-NONSENSE-01[谁=银行,怎样=胡言]')");
    assert!(page.comes_true("document.querySelector('.many button')"));
    let answers = "[...document.querySelectorAll('.arrow.message.bad')].filter((a) => a.offsetParent).length";
    assert_eq!(page.eval(answers), 3);
    page.eval("document.querySelector('.many button').focus()");
    page.press("Enter", "\r");
    assert!(page.eval(answers).as_u64().unwrap() > 40);
    // Whoever hears the page is told who speaks to whom.
    assert_eq!(page.eval("document.querySelector('.arrow.bad .heard').textContent"), "中国银行 → 门户：");
    // Back in the list one stands where one was.
    page.press("Escape", "");
    assert!(page.comes_true("document.activeElement.matches('#rows .row[aria-current]')"));
    assert_eq!(page.eval("document.querySelector('nav [data-view=list]').getAttribute('aria-current')"), "page");
    assert_eq!(page.complaints, [""; 0]);
}

/// A machine with nothing to do has not passed anything.
#[test]
fn a_run_of_nothing_does_not_claim_to_have_passed() {
    let dir = tempfile::tempdir().unwrap();
    let files = ["tests/cases/passed/signed.yaml", "--shard", "2/2"];
    let Some(mut page) = report("a run of nothing", dir.path(), &files, 0) else { return };
    assert_eq!(page.text("h1"), "没有执行场景");
    assert!(page.text("#empty").contains("没有分到"));
    assert_eq!(page.complaints, [""; 0]);
}

/// WCAG 2.1 AA wants a contrast of 4.5 for small texts.
#[test]
fn every_small_text_can_be_read_on_its_ground_by_day_and_by_night() {
    let dir = tempfile::tempdir().unwrap();
    let Some(mut page) = report("contrast", dir.path(), &FILES[..1], 1) else { return };
    let weak = "(() => { const style = getComputedStyle(document.documentElement); \
        const light = (name) => { const n = parseInt(style.getPropertyValue('--' + name).trim().slice(1), 16); \
          const [r, g, b] = [n >> 16, n >> 8 & 255, n & 255].map((c) => c / 255) \
            .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); \
          return 0.2126 * r + 0.7152 * g + 0.0722 * b; }; \
        const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); }; \
        const verdicts = ['passed', 'failed', 'warned', 'inconclusive', 'skipped', 'error', 'accent']; \
        const pairs = [...['ink', 'soft', 'faint', 'key', 'comment', ...verdicts].flatMap((t) => ['paper', 'card', 'raised'].map((g) => [t, g])), \
          ...verdicts.map((v) => [v, v + '-bg']), ['faint', 'skipped-bg'], ['soft', 'failed-bg']]; \
        return pairs.filter(([a, b]) => !(contrast(a, b) >= 4.5)).map(([a, b]) => `${a} on ${b}: ${contrast(a, b).toFixed(2)}`).join(', '); })()";
    assert_eq!(page.eval(weak), "");
    page.press("t", "t");
    assert_eq!(page.eval(weak), "");
}

#[test]
fn it_is_dark_where_people_want_it_so_narrow_on_a_small_screen_and_whole_on_paper() {
    let dir = tempfile::tempdir().unwrap();
    let Some(mut page) = report("dark, narrow and printed", dir.path(), &FILES, 1) else { return };
    // How light the ground is, 0 to 255.
    let ground = "Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])";
    assert!(page.eval(ground).as_u64().unwrap() > 200);
    let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    page.call("Emulation.setEmulatedMedia", dark);
    assert!(page.eval(ground).as_u64().unwrap() < 60);
    page.press("t", "t");
    assert!(page.eval(ground).as_u64().unwrap() > 200, "the switch wins over the system");

    let phone = json!({"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": true});
    page.call("Emulation.setDeviceMetricsOverride", phone);
    page.eval("location.hash = '#EXAMPLE-01'");
    assert!(page.comes_true("document.querySelector('.sequence')"));
    assert_eq!(page.eval("document.documentElement.scrollWidth <= 390"), true);
    page.call("Emulation.clearDeviceMetricsOverride", json!({}));

    page.eval("location.hash = ''");
    assert!(page.comes_true("document.body.dataset.view === 'list'"));
    page.eval(
        "addEventListener('beforeprint', () => { \
         globalThis.printed = document.querySelector('#printed').textContent; })",
    );
    let pdf = page.call("Page.printToPDF", json!({}));
    let pdf = STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 20_000, "{} bytes", pdf.len());
    let printed = page.eval("globalThis.printed ?? ''");
    let printed = printed.as_str().unwrap();
    assert!(printed.contains("EXAMPLE-01") && printed.contains("应为"), "all findings are on paper: {printed}");
    assert!(
        printed.contains("其余 4 个场景") && printed.contains("CASE-OK-02 × 4"),
        "and the others in a line: {printed}"
    );
    assert_eq!(page.eval("document.querySelector('#printed').childElementCount"), 0, "and gone afterwards");
    page.call("Emulation.setEmulatedMedia", json!({"media": "print", "features": []}));
    assert_eq!(page.eval("getComputedStyle(document.querySelector('nav')).display"), "none");
    assert_eq!(page.complaints, [""; 0]);
}

/// Cases that are really played for the page of a thousand. More than stand in one chunk of traces, so that no chunk holds
/// the same case twice and is small for that alone.
const PLAYED: usize = 40;

/// The report of those cases with each of them 25 times, under ids of their own.
fn thousandfold(page: &str) -> Vec<u8> {
    let mut document = document_in(page).unwrap();
    let played = std::mem::take(&mut document.scenarios);
    assert_eq!(played.len(), PLAYED);
    for n in 0..1000 {
        let mut one = played[n % PLAYED].clone();
        one.id = format!("EXAMPLE-{n:04}");
        document.scenarios.push(one);
    }
    document.summary = Summary::default();
    document.scenarios.iter().for_each(|s| document.summary.add(s.verdict));
    let mut report = Html::new(Vec::new());
    for event in document.into_events() {
        report.event(&event).unwrap();
    }
    report.into_inner()
}

/// Sizes are asserted; times are printed, since they are the machine's affair.
#[test]
fn a_thousand_cases_stay_small_and_open_quickly() {
    let dir = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(crate::program::root().join(FILES[0])).unwrap();
    let suite = dir.path().join("suite");
    fs::create_dir(&suite).unwrap();
    for n in 0..PLAYED {
        let mut one = text.replace("EXAMPLE-01", &format!("EXAMPLE-{n:04}"));
        writeln!(one, "说明: 第 {n} 份").unwrap();
        fs::write(suite.join(format!("{n:04}.yaml")), one).unwrap();
    }
    let file = dir.path().join("report.html");
    let played = format!("html={}", file.display());
    kouan(["run", &suite.display().to_string(), "--report", &played]).ended(1);
    let Some(browser) = program("a thousand cases") else { return };
    fs::write(&file, thousandfold(&fs::read_to_string(&file).unwrap())).unwrap();
    let mut page = Page::open(&browser, &format!("file://{}", file.display()), 1360, 900);
    let size = fs::metadata(&file).unwrap().len();
    assert!(size < 10_000_000, "{size} bytes");
    assert_eq!(page.eval("document.querySelectorAll('#rows .row').length"), 1000);
    page.comes_true("performance.getEntriesByName('first-contentful-paint').length");
    let painted = page.eval("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0");
    let ready = page.eval("performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart");
    let opened = page.eval(
        "new Promise((done) => { const began = performance.now(); location.hash = '#EXAMPLE-0777'; \
         const look = () => document.querySelector('.sequence') ? done(Math.round(performance.now() - began)) \
         : requestAnimationFrame(look); look(); })",
    );
    println!(
        "1000 cases: {size} bytes; ready after {ready} ms, painted after {painted} ms; a case opens in {opened} ms"
    );
    assert!(page.text(".head h1").contains("银行第一次拒绝签约"));
    assert_eq!(page.complaints, [""; 0]);
}

/// The pictures of the README, taken from a real run. They are written where `KOUAN_PICTURES` says (docs/report.sh).
#[test]
fn the_pictures_of_the_readme_can_be_taken() {
    let dir = tempfile::tempdir().unwrap();
    let files = ["docs/example.yaml", "tests/cases/failed/wrong-field.yaml", "tests/cases/undecided", "scenarios"];
    let Some(mut page) = report("pictures", dir.path(), &files, 1) else { return };
    let mut pictures = vec![("report-list.png", page.picture(1240, 800))];
    page.call("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]}));
    page.eval("location.hash = '#EXAMPLE-01'");
    assert!(page.comes_true("document.querySelector('button.arrow.message.lost')"));
    page.eval("document.querySelectorAll('button.arrow.message')[1].click()");
    page.eval("document.querySelector('.sequence').scrollIntoView()");
    pictures.push(("report-scenario.png", page.picture(1240, 840)));
    page.call("Emulation.setEmulatedMedia", json!({"features": []}));
    page.eval("location.hash = '#要求'");
    assert!(page.comes_true("document.querySelector('.matrix')"));
    page.eval("scrollTo(0, 0)");
    pictures.push(("report-requirements.png", page.picture(1240, 800)));
    for (name, png) in pictures {
        assert!(png.starts_with(b"\x89PNG"), "{name}");
        if let Some(folder) = std::env::var_os("KOUAN_PICTURES") {
            assert!(png.len() < 300_000, "{name}: {} bytes", png.len());
            fs::write(Path::new(&folder).join(name), png).unwrap();
        }
    }
    assert_eq!(page.complaints, [""; 0]);
}
