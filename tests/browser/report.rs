//! The HTML report as a person meets it: read, searched, walked through with keys, darkened, printed; and how it bears a
//! thousand cases.

use std::{fmt::Write as _, fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kouan::verdict::requirements;
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
    assert_eq!(page.eval("document.querySelector('#printed').childElementCount"), 0, "and gone afterwards");
    page.call("Emulation.setEmulatedMedia", json!({"media": "print", "features": []}));
    assert_eq!(page.eval("getComputedStyle(document.querySelector('nav')).display"), "none");
    assert_eq!(page.complaints, [""; 0]);
}

/// Sizes are asserted; times are printed, since they are the machine's affair.
#[test]
fn a_thousand_cases_stay_small_and_open_quickly() {
    let dir = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(crate::program::root().join(FILES[0])).unwrap();
    let suite = dir.path().join("suite");
    fs::create_dir(&suite).unwrap();
    for n in 0..1000 {
        let mut one = text.replace("EXAMPLE-01", &format!("EXAMPLE-{n:04}"));
        writeln!(one, "说明: 第 {n} 份").unwrap();
        fs::write(suite.join(format!("{n:04}.yaml")), one).unwrap();
    }
    let suite = suite.display().to_string();
    let Some(mut page) = report("a thousand cases", dir.path(), &[&suite], 1) else { return };
    let size = fs::metadata(dir.path().join("report.html")).unwrap().len();
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
    assert!(page.text(".head h2").contains("银行第一次拒绝签约"));
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
