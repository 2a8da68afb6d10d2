// The page's beginning: the data, the small words that everything else is made of, the header, the way between views.
// Text enters the page by `textContent` alone, so no data is ever read as HTML.

const began = performance.now();
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const run = read("kouan-result");
const index = read("kouan-index");
const $ = (id) => document.getElementById(id);

/** Makes an element: el("p.note", {title: "…"}, "text", another). */
function el(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

// The gravest first: that is what somebody opens a report for.
const GRAVITY = ["error", "failed", "inconclusive", "warned", "skipped", "not_applicable", "passed"];
const MARKS = { error: "!", failed: "✗", inconclusive: "?", warned: "△", skipped: "–", not_applicable: "–", passed: "✓" };
const WORDS = Object.fromEntries(index.verdicts);
const chip = (verdict) => el("span.chip.v-" + verdict, null, el("i", { "aria-hidden": "true" }, MARKS[verdict]), WORDS[verdict]);

const cases = run.scenarios.map((scenario, number) => ({
  ...scenario, ...index.cases[number], number,
  folder: scenario.file.includes("/") ? scenario.file.slice(0, scenario.file.lastIndexOf("/")) : ".",
}));
const ordered = [...cases].sort((a, b) => GRAVITY.indexOf(a.verdict) - GRAVITY.indexOf(b.verdict) || a.number - b.number);
const sum = (key) => cases.reduce((total, c) => total + c[key], 0);
const number = (n) => n.toLocaleString("zh-CN");

/** A span of virtual time in people's words, at most two units. */
function span(ms) {
  const units = [["天", 86400000], ["小时", 3600000], ["分", 60000], ["秒", 1000]];
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return ms ? ms + " 毫秒" : "0 秒";
  let text = "";
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(ms / size);
    if (count) text += (text && " ") + count + " " + name;
    ms -= count * size;
  }
  return text;
}

// ---------------------------------------------------------------- traces, opened when they are looked at

// The chunks stand behind this script, so that the list is there before megabytes of them have been read.
const chunks = new Promise((done) => {
  const all = () => done(document.querySelectorAll("script.kouan-trace"));
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", all); else all();
});
const opened = new Map();

/** The trace of a case, or null where the report has none. */
function traceOf(c) {
  const place = Math.floor(c.number / index.chunk);
  if (!opened.has(place)) opened.set(place, chunks.then((all) => inflate(all[place])));
  return opened.get(place).then((traces) => traces[c.number % index.chunk] ?? null);
}

async function inflate(chunk) {
  if (!chunk) return [];
  const bytes = Uint8Array.from(atob(chunk.textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

// ---------------------------------------------------------------- the header

function header() {
  const bad = GRAVITY.slice(0, 3).filter((v) => run.summary[v]);
  const total = cases.length;
  const headline = bad.length
    ? bad.map((v) => `${number(run.summary[v])} 个${WORDS[v]}`).join("，")
    : !total ? "没有执行场景" : total === run.summary.passed ? "全部通过" : "没有失败";
  const bar = el("div.bar", { role: "img", "aria-label": GRAVITY.map((v) => `${WORDS[v]} ${run.summary[v]}`).join("，") },
    GRAVITY.filter((v) => run.summary[v]).map((v) => el("span.v-" + v, { style: `flex-grow:${run.summary[v]}` })));
  const legend = el("p.legend", null, GRAVITY.filter((v) => run.summary[v])
    .map((v) => el("button.legend-item.v-" + v, { type: "button", onclick: () => only(v), title: `只看${WORDS[v]}的场景` },
      el("i", { "aria-hidden": "true" }), `${WORDS[v]} `, el("b", null, number(run.summary[v])))));
  const figure = (name, value, note) => el("div", { title: note }, el("dt", null, name), el("dd", null, value));
  $("top").append(
    el("div.brand", null,
      el("a.mark", { href: "#", "aria-label": "口岸，回到场景列表" }, el("b", null, "口岸"), el("span", null, "场景测试报告")),
      el("nav", { "aria-label": "视图" },
        el("a", { href: "#", "data-view": "list" }, "场景"),
        el("a", { href: "#要求", "data-view": "requirements" }, "要求")),
      el("div.tools", null,
        el("button.tool", { type: "button", id: "theme", onclick: changeTheme, title: "换明暗（t）" }, "◐ 明暗"),
        el("button.tool", { type: "button", id: "ask", onclick: help, title: "键盘操作（?）" }, "? 键盘"))),
    el("div.summary", null,
      el("div.verdict." + (bad.length ? "v-" + bad[0] : total ? "v-passed" : "v-skipped"), null,
        el("h1", null, headline), el("p", null, `共 ${number(total)} 个场景`), bar, legend),
      el("dl.figures", null,
        figure("卡指令 APDU", number(sum("apdus")), "与卡交换的命令"),
        figure("卡签名", number(sum("card_signatures")), "由卡内私钥完成"),
        figure("报文", number(sum("messages")), "发出的次数，含重发"),
        figure("回执", number(sum("receipts")), "收件人签名的回执"),
        figure("虚拟时间", span(sum("virtual_ms")), "各场景经过的虚拟时间之和"),
        figure("实际用时", (sum("wall_us") / 1e6).toFixed(2) + " 秒", "各场景之和，并行时多于等待时间"))),
    el("p.facts", null, [`种子 ${run.seed}`, `报文 ${run.seal}`, `读卡器 ${run.reader}`, run.shard && `第 ${run.shard} 份`, `kouan ${run.kouan}`]
      .filter(Boolean).map((text) => el("span", null, text))));
}

// ---------------------------------------------------------------- theme, help, views

function changeTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("kouan-theme", root.dataset.theme); } catch { /* A page from a file may have no storage. */ }
}

try {
  const kept = localStorage.getItem("kouan-theme");
  if (kept) document.documentElement.dataset.theme = kept;
} catch { /* As above. */ }

const KEYS = [
  ["j / ↓，k / ↑", "下一个、上一个场景"], ["Enter", "打开选中的场景，展开选中的报文"], ["Esc", "回到列表，清除筛选"],
  ["/", "在列表中查找"], ["[ 和 ]", "打开上一个、下一个场景"], ["e", "展开或收起全部报文与卡指令"],
  ["r", "要求"], ["t", "换明暗"], ["?", "这份说明"],
];

function help() {
  const dialog = $("help");
  if (!dialog.firstChild) {
    dialog.append(el("h2", null, "键盘操作"),
      el("dl.keys", null, KEYS.map(([keys, text]) => [el("dt", null, el("kbd", null, keys)), el("dd", null, text)])),
      el("form", { method: "dialog" }, el("button.tool", null, "关闭（Esc）")));
  }
  dialog.showModal();
}

const say = (text) => { $("say").textContent = text; };

/** Shows what the address names: nothing the list, 要求 the requirements, 要求-AGR-01 one of them, else the case with that id. */
function show() {
  const id = decodeURIComponent(location.hash.slice(1));
  const c = cases.find((one) => one.id === id);
  const came = document.body.dataset.view;
  const view = c ? "case" : /^要求(-|$)/.test(id) ? "requirements" : "list";
  document.body.dataset.view = view;
  $("view-list").hidden = view === "requirements";
  $("view-case").hidden = view !== "case";
  $("view-requirements").hidden = view !== "requirements";
  for (const link of document.querySelectorAll("nav a"))
    mark(link, link.dataset.view === (view === "case" ? "list" : view));
  if (view === "requirements") {
    requirements();
    openRequirement(id.slice("要求-".length));
  }
  if (view === "case") {
    select(c, false);
    scrollTo(0, $("main").offsetTop < scrollY ? $("main").offsetTop : scrollY);
    showCase(c).then(() => $("view-case").focus({ preventScroll: true }));
  } else if (view === "list") {
    $("view-case").replaceChildren();
    // Back from a case one goes on where one was.
    if (came === "case" && selected && shown.includes(selected)) select(selected, true);
  }
}

/** An empty `aria-current` would mean that it is not. */
const mark = (link, on) => on ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
const linkTo = (c) => "#" + encodeURIComponent(c.id);
