// One case: what was found, the scenario file with its marks, what happened, the status logs.

let showing = 0;

async function showCase(c) {
  const turn = ++showing;
  const at = shown.indexOf(c);
  const beside = (by, text, key) => {
    const other = at < 0 ? null : shown[at + by];
    return other && el("a.tool", { href: linkTo(other), title: `${other.id}（${key}）` }, text);
  };
  const view = $("view-case");
  const happened = el("div");
  view.replaceChildren(
    el("p.way", null, el("a.tool", { href: "#" }, "← 列表"), beside(-1, "上一个", "["), beside(1, "下一个", "]")),
    el("header.head", null,
      el("p", null, chip(c.verdict), el("code.id", null, c.id)),
      el("h1", null, c.title),
      el("p.facts", null, [c.file, `${span(c.virtual_ms)}虚拟时间`, `${c.messages} 份报文`, `${c.receipts} 份回执`, `${c.apdus} 条 APDU`, `${c.card_signatures} 次卡签名`]
        .map((text) => el("span", null, text))),
      c.row.length > 0 && el("p.covers", null, "矩阵 ", c.row.map(([key, value]) => el("span.tag.plain", null, `${key} = ${value}`))),
      el("p.covers", null, "覆盖 ", c.covers.map((id) => el("a.tag", { href: "#要求-" + id, title: textOf(id) }, id)),
        c.tags.map((tag) => el("span.tag.plain", null, tag))),
      el("p.replay", null, el("span", null, "重放"), el("code", null, c.replay), copy(c.replay))),
    ...findings(c), happened);
  const trace = await traceOf(c).catch(() => undefined);
  if (turn !== showing) return;
  if (!trace) {
    happened.append(el("p.note", null, trace === undefined ? "这个浏览器打不开经过（需要 DecompressionStream）。" : "这份报告没有记下经过。"));
    return;
  }
  happened.append(el("section", null, el("h3", null, "场景文件"), source(c, trace)), sequence(c, trace), ...logs(trace));
}

const textOf = (id) => index.requirements.find((r) => r.id === id)?.text ?? "";
function copy(text) {
  const button = el("button.tool", {
    type: "button",
    onclick: async () => {
      try { await navigator.clipboard.writeText(text); button.textContent = "已复制"; } catch { button.textContent = "请手工复制"; }
      say(button.textContent);
    },
  }, "复制");
  return button;
}

// ---------------------------------------------------------------- findings

function findings(c) {
  if (!c.findings.length) return [];
  return [el("section.findings", null, el("h3", null, `发现 ${c.findings.length} 处`), c.findings.map((f, place) => finding(c, f, place)))];
}

function finding(c, f, place) {
  const before = c.findings[place - 1];
  const same = (key) => before && before[key].join("\n") === f[key].join("\n");
  return el("article.finding.v-" + f.severity, { id: "finding-" + place },
    el("p.what", null, chip(f.severity), el("b", null, f.path || f.check), f.line != null && el("a.line", { href: "#", onclick: jump(f.line) }, `第 ${f.line} 行`),
      el("span.check", null, f.check)),
    f.source && el("pre.quoted", null, valued(f.source, c.row)),
    el("p.text", null, f.text),
    (f.expected || f.actual) && el("dl.compared", null, el("dt", null, "应为"), el("dd.should", null, differing(f.expected, f.actual)),
      el("dt", null, "实为"), el("dd.was", null, differing(f.actual, f.expected))),
    f.requirement && el("p.rule", null, el("a", { href: "#要求-" + f.requirement }, el("code", null, f.requirement)), " ", before?.requirement === f.requirement ? "同上" : textOf(f.requirement)),
    f.page.length > 0 && !same("page") && el("div.seen", null, el("h4", null, "当时的页面"), el("pre", null, f.page.join("\n"))),
    f.trail.length > 0 && !same("trail") && el("div.seen", null, el("h4", null, "有关的报文"), el("pre", null, f.trail.join("\n"))));
}

/** The text with what differs from the other one marked: all but what the two share at beginning and end, in whole words. */
function differing(text, other) {
  if (!text) return el("span.none", null, "（无）");
  const [words, others] = [text, other].map((t) => t.split(/([\s,，；:：[\]{}()（）]+)/));
  let from = 0;
  while (from < words.length && words[from] === others[from]) from++;
  let to = words.length, end = others.length;
  while (to > from && end > from && words[to - 1] === others[end - 1]) { to--; end--; }
  const shared = [...words.slice(0, from), ...words.slice(to)].join("");
  // Where they share next to nothing, marking nearly all of it would be noise.
  if (!/[^\s,，；:：[\]{}()（）]/.test(shared)) return text;
  return el("span", null, words.slice(0, from).join(""), to > from && el("mark", null, words.slice(from, to).join("")), words.slice(to).join(""));
}

const jump = (line) => (event) => {
  event.preventDefault();
  const target = $("line-" + line);
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
};

// ---------------------------------------------------------------- the file

function source(c, trace) {
  const at = new Map();
  c.findings.forEach((f, place) => { if (f.line) at.set(f.line, [...(at.get(f.line) ?? []), place]); });
  const worst = (places) => GRAVITY.find((v) => places.some((p) => c.findings[p].severity === v));
  const reached = lastStep(trace);
  const failed = new Set(c.findings.filter((f) => f.step != null).map((f) => f.step));
  const marks = new Map();
  trace.steps.forEach((step, place) => {
    if (!failed.has(place)) marks.set(step.line, place <= reached ? "done" : "left");
  });
  return el("ol.source", { "aria-label": c.file }, trace.source.replace(/\n$/, "").split("\n").map((text, place) => {
    const line = place + 1;
    const found = at.get(line);
    return el("li" + (found ? ".hit.v-" + worst(found) : marks.has(line) ? "." + marks.get(line) : ""), { id: "line-" + line, tabindex: found ? "-1" : null },
      el("span.n", { "aria-hidden": "true" }, String(line)), el("code", null, coloured(text, c.row)),
      found && el("span.notes", null, found.map((p) => el("a", { href: "#", onclick: toFinding(p) },
        c.findings[p].actual || c.findings[p].expected ? `${c.findings[p].path} 实为 ${c.findings[p].actual || "（无）"}` : c.findings[p].text))));
  }));
}

const toFinding = (place) => (event) => {
  event.preventDefault();
  $("finding-" + place).scrollIntoView({ block: "center" });
};

const lastStep = (trace) => trace.events.reduce((last, e) => Math.max(last, e.step ?? -1), -1);

/** A text in which each `$键` of 矩阵 has the row's value beside it (in the picture: in its place, see style.css). */
function valued(text, row) {
  const values = new Map(row);
  return text.split(/(\$[\p{L}\p{N}_]+)/u).map((part) => values.has(part.slice(1)) && part.startsWith("$")
    ? el("span.valued", { title: part }, el("span.name", null, part), el("ins", null, values.get(part.slice(1)))) : part);
}

/** Keys and comments of a line in colour, with the row's values; everything else as it stands. */
function coloured(text, row) {
  const comment = text.match(/^(.*?)(\s#.*|^#.*)$/);
  const body = comment ? comment[1] : text;
  const parts = [];
  let rest = 0;
  for (const key of body.matchAll(/(^\s*(?:- )?|[{,]\s*)([^\s{}[\],:'"]+)(?=:(?:\s|$))/g)) {
    const start = key.index + key[1].length;
    parts.push(valued(body.slice(rest, start), row), el("b", null, valued(key[2], row)));
    rest = start + key[2].length;
  }
  parts.push(valued(body.slice(rest), row));
  if (comment) parts.push(el("i", null, comment[2]));
  return parts;
}

// ---------------------------------------------------------------- status logs

function logs(trace) {
  const records = new Map();
  for (const event of trace.events)
    if (event.what.kind === "log") records.set(event.what.record, [...(records.get(event.what.record) ?? []), event]);
  if (!records.size) return [];
  return [el("section", null, el("h3", null, "状态记录"), el("div.logs", null, [...records].map(([record, events]) => el("table", null,
    el("caption", null, record),
    el("thead", null, el("tr", null, ["序号", "状态", "状态描述", "入库时间"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", null, events.map(({ ms, what }) => el("tr" + (what.code === "F" ? ".bad" : what.code === "S" ? ".good" : ""), null,
      el("td", null, String(what.number)), el("td", null, el("code", null, what.code)), el("td", null, what.text),
      el("td", null, el("time", null, moment(trace, ms)))))))))) ];
}

/** Virtual time on the clock of the scenario. */
function moment(trace, ms) {
  const time = new Date(Date.parse(trace.start.replace(" ", "T") + "Z") + ms);
  return time.toISOString().slice(0, 19).replace("T", " ");
}
