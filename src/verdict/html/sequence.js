// The picture of what happened: a column for each card, the portal and each party, a row for each thing that happened.
// Every message and every talk with a card is a button that unfolds what was in it.

const GAP_MS = 3600000;
// More messages alike than so many in a row are folded after the first ones.
const MANY = 8, FIRST = 3;

function sequence(c, trace) {
  const section = el("section.sequence", null,
    el("div.bar-of", null, el("h3", null, "经过"), el("button.tool", { type: "button", id: "unfold", onclick: unfoldAll }, "全部展开（e）")),
    el("p.note.key", null, el("span.k-line", null, "报文"), el("span.k-receipt", null, "回执"), el("span.k-bad", null, "拒收或拒绝"), el("span.k-lost", null, "丢失"),
      el("span", null, "点击或按 Enter 展开内容、信封与签名")));
  const picture = el("div.picture", { style: `--n:${trace.lanes.length}` });
  picture.append(el("div.lanes", null, el("span.time"), el("div.across", null,
    trace.lanes.map((lane) => el("span.lane.is-" + lane.role, null, el("b", null, lane.name.split(" ")[0]), lane.name.split(" ")[1] ?? "")))));
  const left = new Map();
  c.findings.forEach((f, place) => { if (f.step != null) left.set(f.step, [...(left.get(f.step) ?? []), place]); });
  let step, last = null, over = false;
  // A step that let nothing happen (an expectation) has a band of its own all the same.
  const upTo = (next) => {
    for (let s = (step ?? -1) + 1; s <= next; s++) { close(); step = s; if (trace.steps[s]) picture.append(band(c, trace, trace.steps[s])); }
  };
  const close = () => { for (const place of left.get(step) ?? []) picture.append(found(c, place)); left.delete(step); };
  if (trace.given?.length) picture.append(...trace.given.map((given) => band(c, trace, given)));
  for (const alike of runs(trace.events)) {
    const [event] = alike;
    if (event.step != null && (step === undefined || event.step > step)) upTo(event.step);
    if (event.step == null && step !== undefined) {
      upTo(trace.steps.length - 1);
      if (!over) picture.append(el("p.step", null, el("span.n"), "全部步骤之后"));
      over = true;
    }
    if (last != null && event.ms - last >= GAP_MS) picture.append(gap(event.ms - last));
    picture.append(...alike.length > MANY ? folded(trace, alike) : alike.map((e) => rowOf(trace, e)));
    last = alike.at(-1).ms;
  }
  if (step === undefined) c.findings.forEach((f, place) => { if (isGiven(trace, f)) picture.append(found(c, place)); });
  const ended = Math.max(...c.findings.map((f) => f.step ?? -1), c.findings.length ? -1 : trace.steps.length - 1);
  upTo(ended);
  close();
  for (const places of left.values()) for (const place of places) picture.append(found(c, place));
  section.append(picture);
  return section;
}

/** Events in order, those that tell the same (one message after another, of one kind and one way) together. */
function runs(events) {
  const runs = [];
  for (const event of events) {
    const before = runs.at(-1)?.at(-1);
    const alike = before?.what.kind === "message" && event.what.kind === "message" && before.step === event.step
      && event.ms - before.ms < GAP_MS && ["name", "from", "to"].every((key) => before.what[key] === event.what[key]);
    if (alike) runs.at(-1).push(event); else runs.push([event]);
  }
  return runs;
}

/** The first of many alike, and a button that shows the others. */
function folded(trace, alike) {
  const others = alike.slice(FIRST);
  const refused = others.filter((e) => e.what.fates.some((f) => f.end === "refused")).length;
  const rest = el("div.rest", { hidden: true });
  const { name, from, to } = others[0].what;
  const button = el("button.tool", { type: "button", "aria-expanded": "false", onclick: () => button.unfold(rest.hidden) },
    `还有 ${others.length} 份${name}，${trace.lanes[from].name} → ${trace.lanes[to].name}${refused ? `，拒收 ${refused} 份` : ""}`);
  button.unfold = (open) => {
    if (open && !rest.firstChild) rest.append(...others.map((e) => rowOf(trace, e)));
    rest.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  return [...alike.slice(0, FIRST).map((e) => rowOf(trace, e)), el("p.many", null, button), rest];
}

const gap = (ms) => el("p.gap", null, el("span", null, `过了 ${span(ms)}`));

/** Whether a finding is about a line of 已知. */
const isGiven = (trace, f) => f.step == null && (trace.given ?? []).some(({ line, end }) => f.line >= line && f.line <= end);

/** The lines of a step, or of an entry of 已知, as a band across the picture. */
function band(c, trace, { verb, line, end }) {
  const given = !trace.steps.some((step) => step.line === line);
  const text = trace.source.split("\n").slice(line - 1, end).map((l) => l.trim()).join(" ").replace(/^- /, "");
  return el("p.step", null, el("a.n", { href: "#", title: `第 ${line} 行`, onclick: jump(line) }, String(line)),
    given && el("span.given", null, `已知 ${verb}`), el("code", null, coloured(text, c.row)));
}

function found(c, place) {
  const f = c.findings[place];
  const text = f.expected || f.actual ? `${f.path} 应为 ${f.expected || "（无）"}，实为 ${f.actual || "（无）"}` : f.text;
  return el("p.found.v-" + f.severity, null, chip(f.severity), el("a", { href: "#", onclick: toFinding(place) }, text));
}

function rowOf(trace, event) {
  const draw = DRAWN[event.what.kind];
  return el("div.event.e-" + event.what.kind, null,
    el("time.time", { title: moment(trace, event.ms) }, moment(trace, event.ms).slice(11)), draw(event.what, trace, event));
}

const records = (trace) => (trace.recordCount ??= new Set(trace.events.filter((e) => e.what.kind === "log").map((e) => e.what.record)).size);
const portal = (trace) => trace.lanes.findIndex((lane) => lane.role === "portal");
const across = (...children) => el("div.across", null, ...children);
const pill = (lane, name, ...children) => el(name, { style: `--at:${lane}` }, ...children);

/** A button in the picture, and what it unfolds below; the content is made when it is first wanted. */
function unfolding(button, make) {
  const panel = el("div.unfolded", { hidden: true });
  button.setAttribute("aria-expanded", "false");
  const set = (open) => {
    if (open && !panel.firstChild) panel.append(...make());
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(panel.hidden));
  button.unfold = set;
  const node = new DocumentFragment();
  node.append(across(button), panel);
  return node;
}

function unfoldAll() {
  const all = (selector) => [...document.querySelectorAll("#view-case " + selector)];
  const folds = all(".many > button");
  const open = [...folds, ...all(".across > button")].some((b) => b.getAttribute("aria-expanded") === "false");
  for (const b of folds) b.unfold(open);
  const buttons = all(".across > button");
  for (const b of buttons) b.unfold(open);
  if ($("unfold")) $("unfold").textContent = open ? "全部收起（e）" : "全部展开（e）";
}

const DRAWN = {
  card(what) {
    const bad = what.exchanges.filter((x) => !x.good);
    const signs = what.exchanges.filter((x) => x.good && x.meaning.includes("签名")).length;
    const pin = what.exchanges.some((x) => x.good && x.meaning === "验证卡密码");
    const words = [pin && "验证卡密码", signs && `签名${signs > 1 ? ` ${signs} 次` : ""}`, ...bad.map((x) => `${x.meaning} ${x.status} ${x.result}`)].filter(Boolean).join("，");
    return unfolding(pill(what.lane, "button.talk" + (bad.length ? ".bad" : ""), el("b", null, `卡 ${what.exchanges.length} 条 APDU`), words && ` ${words}`),
      () => [el("table.apdus", null,
        el("thead", null, el("tr", null, ["序", "指令", "意思", "命令（十六进制）", "状态字", "结果", "应答"].map((h) => el("th", { scope: "col" }, h)))),
        el("tbody", null, what.exchanges.map((x, n) => el("tr" + (x.good ? "" : ".bad"), null, el("td", null, String(n + 1)), el("td", null, el("code", null, x.name)), el("td", null, x.meaning),
          el("td", null, el("code.hex", null, x.command)), el("td", null, el("code", null, x.status)), el("td", null, x.result), el("td", null, x.answer_bytes ? x.answer_bytes + " 字节" : "")))))]);
  },
  act(what, trace) {
    const label = el("span.label", null, el("b", null, what.verb), what.prompt && el("q", null, what.prompt), what.refused && el("code", null, what.refused));
    return across(arrow(trace, what.lane, portal(trace), what.refused ? "act.bad" : "act", label));
  },
  page: (what, trace) => across(pill(portal(trace), "span.note-on", el("b", null, `页面 ${what.page}`), ` ${what.records.length} 条记录`)),
  log: (what, trace) => across(pill(portal(trace), "span.note-on.log" + (what.code === "F" ? ".bad" : what.code === "S" ? ".good" : ""),
    el("code", null, what.code), " ", what.text, records(trace) > 1 && el("small", { title: what.record }, ` …${what.record.slice(-4)}`))),
  decision: (what) => across(pill(what.lane, "span.note-on.decision", el("b", null, what.point.split(".")[1] ?? what.point), " ", what.outcome)),
  fault: (what) => across(el("span.fault", null, "故障 ", el("b", null, what.text))),
  message(what, trace, event) {
    const has = (...ends) => what.fates.find((f) => ends.includes(f.end));
    const lost = has("lost") && !has("taken", "refused");
    const refused = has("refused");
    const receipt = has("receipt", "bad_receipt", "receipt_lost");
    const state = lost ? "lost" : refused ? "bad" : what.fates.length ? "" : "open";
    const fate = refused ?? has("lost");
    const copies = what.fates.filter((f) => ["taken", "refused"].includes(f.end)).length;
    const label = el("span.label", null, el("b", null, what.name), what.sending > 1 && el("em", null, `第 ${what.sending} 次发送`),
      what.declared.map((d) => el("em.declared", null, d)), copies > 1 && el("em", null, `送达 ${copies} 次`),
      fate && el("span.fate", null, fate.text), !what.fates.length && el("em", null, "还在路上"));
    const button = arrow(trace, what.from, what.to, "message" + (state && "." + state), label, "button");
    if (receipt) button.append(el("span.back" + (receipt.end === "receipt" ? "" : ".bad"), null,
      el("span", null, `${receipt.text.startsWith("回执") ? receipt.text : "回执：" + receipt.text} +${span(receipt.ms - event.ms)}`)));
    return unfolding(button, () => [content(what, trace)]);
  },
};

/** A line from one column to another, with its label above. */
function arrow({ lanes }, from, to, classes, label, tag = "span") {
  const style = `--at:${Math.min(from, to)};--wide:${Math.max(Math.abs(to - from), 0.5)}`;
  return el(`${tag}.arrow.${classes}${to < from ? ".leftward" : ""}`, { style, type: tag === "button" ? "button" : null },
    el("span.heard", null, `${lanes[from].name} → ${lanes[to].name}：`), label, el("i.shaft", { "aria-hidden": "true" }));
}

function content(what, trace) {
  const fields = (title, list, open = true) => list.length > 0 && el("details", { open }, el("summary", null, title),
    el("dl", null, list.map((f) => [el("dt", null, f.label), el("dd", null, f.text.length > 200 ? el("pre", null, f.text) : f.text)])));
  const sealed = what.envelope.filter((f) => f.label !== "验证");
  const verdict = what.envelope.find((f) => f.label === "验证")?.text;
  const long = what.data.filter((f) => f.text.length > 200);
  return el("div.content", null,
    el("p.verified" + (what.verified ? "" : ".bad"), null, el("b", null, what.verified ? "✓ 验证通过 " : "✗ "), verdict),
    el("div.columns", null,
      el("div", null, fields("内容", what.data.filter((f) => f.text.length <= 200)), long.map((f) => fields(f.label, [f], false))),
      el("div", null, fields("信封与签名", sealed), fields("事件属性（CloudEvents）", what.event),
        what.fates.length > 0 && el("details", { open: true }, el("summary", null, "去向与回执"),
          el("dl", null, what.fates.map((f) => [el("dt", null, moment(trace, f.ms).slice(5)), el("dd", null, f.text)]))))));
}

// ---------------------------------------------------------------- keys, and the beginning

const typing = (target) => target instanceof Element && target.matches("input, select, textarea");

const ON_KEY = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  "]": () => step(1, true), "[": () => step(-1, true), e: unfoldAll, t: changeTheme, "?": help,
  r: () => { location.hash = "要求"; },
  "/": () => { location.hash = ""; $("search").focus(); $("search").select(); },
  Escape: () => { if (location.hash) location.hash = ""; else { clear(); select(selected ?? ordered[0], true); } },
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const inCase = document.body.dataset.view === "case";
  // The arrow keys scroll a case; in the list they choose.
  if (event.key.startsWith("Arrow") && document.body.dataset.view !== "list") return;
  const act = ON_KEY[event.key];
  if (!act || (event.key === "e" && !inCase)) return;
  event.preventDefault();
  act();
});

// A printed list has every finding in short and the other cases in a table. A printed case is what stands on the page: `e` unfolds the rest of it first.
addEventListener("beforeprint", () => {
  if (document.body.dataset.view !== "list") return;
  $("printed").append(...printed());
});
addEventListener("afterprint", () => $("printed").replaceChildren());

header();
list();
addEventListener("hashchange", show);
show();
document.documentElement.dataset.readyMs = Math.round(performance.now() - began);
