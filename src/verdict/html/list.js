// The list of cases with its filters, and the requirements. A row is laid out only where it can be seen (style.css).

const filter = { text: "", verdict: "", tag: "", folder: "", requirement: "" };
const rows = new Map();
let shown = [];
let selected = null;

const counted = (values) => {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => String(a).localeCompare(String(b), "zh-CN"));
};

function choice(key, name, options) {
  const box = el("select", { id: "by-" + key, "aria-label": name, onchange: () => { filter[key] = box.value; refresh(); } },
    el("option", { value: "" }, name), options.map(([value, count, text]) => el("option", { value }, `${text ?? value}（${count}）`)));
  return box;
}

function list() {
  const verdicts = GRAVITY.filter((v) => run.summary[v]).map((v) => [v, run.summary[v], WORDS[v]]);
  const cited = counted(cases.flatMap((c) => c.cited)).map(([place, count]) => [place, count, index.requirements[place].id])
    .sort(([a], [b]) => a - b);
  const search = el("input", {
    id: "search", type: "search", placeholder: "查找编号、场景、文件、说明（/）", "aria-label": "查找场景",
    oninput: (event) => { filter.text = event.target.value.trim().toLowerCase(); refresh(); },
  });
  $("view-list").append(
    el("form.filters", { role: "search", onsubmit: (event) => event.preventDefault() }, search,
      choice("verdict", "全部判定", verdicts), choice("folder", "全部目录", counted(cases.map((c) => c.folder))),
      choice("tag", "全部标签", counted(cases.flatMap((c) => c.tags))), choice("requirement", "全部要求", cited),
      el("button.tool", { type: "button", id: "clear", onclick: clear, hidden: true }, "清除")),
    el("p.count", { id: "count", role: "status" }),
    el("ol.rows", { id: "rows" }),
    el("p.empty", { id: "empty", hidden: true }));
  for (const c of ordered) rows.set(c, row(c));
  refresh();
}

function row(c) {
  const first = c.findings.find((f) => f.severity === c.verdict) ?? c.findings[0];
  const compared = first && (first.expected || first.actual);
  return el("li", null, el("a.row.v-" + c.verdict, { href: linkTo(c), onfocus: () => select(c, false) },
    chip(c.verdict), el("span.id", null, c.id), el("span.title", null, c.title),
    el("span.where", null, c.file + (first?.line ? ":" + first.line : "")),
    el("span.size", null, `${c.messages} 报文 · ${c.apdus} APDU · ${span(c.virtual_ms)}`),
    first && el("span.why", null, el("b", null, first.path), " ",
      compared ? ["应为 ", el("ins", null, first.expected || "（无）"), " 实为 ", el("del", null, first.actual || "（无）")] : first.text,
      c.findings.length > 1 && el("em", null, ` 等 ${c.findings.length} 处`))));
}

const haystack = (c) => (c.hay ??= [c.id, c.title, c.file, ...c.tags, ...c.covers,
  ...c.findings.flatMap((f) => [f.path, f.text, f.expected, f.actual, f.check])].join("\n").toLowerCase());

function refresh() {
  const words = filter.text.split(/\s+/).filter(Boolean);
  shown = ordered.filter((c) => (!filter.verdict || c.verdict === filter.verdict)
    && (!filter.folder || c.folder === filter.folder) && (!filter.tag || c.tags.includes(filter.tag))
    && (filter.requirement === "" || c.cited.includes(Number(filter.requirement)))
    && words.every((word) => haystack(c).includes(word)));
  $("rows").replaceChildren(...shown.map((c) => rows.get(c)));
  const filtered = shown.length !== cases.length;
  $("count").textContent = filtered ? `${shown.length} / ${cases.length} 个场景` : `${cases.length} 个场景${run.summary.passed < cases.length ? "，没有通过的在前" : ""}`;
  $("clear").hidden = !filtered;
  $("empty").hidden = shown.length > 0;
  $("empty").textContent = cases.length ? "没有符合条件的场景。" : "这份报告里没有场景：这一份没有分到，或者执行在第一个场景之前就停止了。";
}

function only(verdict, requirement = "") {
  Object.assign(filter, { text: "", verdict, tag: "", folder: "", requirement });
  $("search").value = "";
  for (const key of ["verdict", "tag", "folder", "requirement"]) $("by-" + key).value = filter[key];
  refresh();
  if (location.hash) location.hash = "";
}

const clear = () => only("");

/** Marks a case as the one that keys act on; `focus` moves there too. */
function select(c, focus) {
  if (selected) rows.get(selected).firstChild.removeAttribute("aria-current");
  selected = c;
  const link = rows.get(c).firstChild;
  link.setAttribute("aria-current", "true");
  link.scrollIntoView({ block: "nearest" });
  if (focus) link.focus();
}

function step(by, open) {
  if (!shown.length) return;
  const at = shown.indexOf(selected);
  const next = shown[Math.min(Math.max(at < 0 ? 0 : at + by, 0), shown.length - 1)];
  if (open) location.hash = linkTo(next); else select(next, true);
}

// ---------------------------------------------------------------- on paper

/** What is printed of the list: every case with findings in short, then the others, all rows of one file in a line. */
function printed() {
  const told = shown.filter((c) => c.findings.length);
  const groups = new Map();
  for (const c of shown.filter((one) => !one.findings.length)) {
    const key = [c.verdict, c.file, c.title].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), c]);
  }
  return [...told.map(inShort), groups.size > 0 && el("h2", null, `其余 ${shown.length - told.length} 个场景`),
    groups.size > 0 && el("table.others", null, el("tbody", null, [...groups.values()].map(([c, ...more]) => el("tr", null,
      el("td", null, chip(c.verdict)), el("td", null, c.title),
      el("td", null, el("code", null, more.length ? `${c.id.split("[")[0]} × ${more.length + 1}` : c.id))))))].filter(Boolean);
}

function inShort(c) {
  return el("article.v-" + c.verdict, null,
    el("h2", null, chip(c.verdict), " ", el("code", null, c.id), " ", c.title),
    el("table", null, el("tbody", null, c.findings.map((f) => el("tr", null,
      el("td", null, f.line ? `第 ${f.line} 行` : ""), el("td", null, el("b", null, f.path || f.check)),
      el("td", null, f.expected || f.actual
        ? ["应为 ", el("ins", null, f.expected || "（无）"), "，实为 ", el("del", null, f.actual || "（无）")] : f.text),
      el("td", null, el("code", null, f.requirement ?? "")))))),
    el("p.replay", null, el("code", null, c.replay)));
}

// ---------------------------------------------------------------- requirements

const GROUPS = {
  ACC: "登录与卡", UI: "页面与列表", AGR: "在线交费签约", RSV: "货运险预约", OPC: "货物运输险协议", CGO: "货物运输险投保",
  PAY: "在线支付", CRD: "企业征信", LIM: "额度", DTY: "关税保证保险", CLM: "理赔信息", MSG: "报文与回执",
};

/** covered: cited by a check in a passing case; failed: a finding breaks it, or it is cited in failing cases alone. */
function standing(place) {
  const id = index.requirements[place].id;
  const citing = cases.filter((c) => c.cited.includes(place));
  const broken = cases.filter((c) => c.findings.some((f) => f.requirement === id && ["failed", "error"].includes(f.severity)));
  const passing = citing.filter((c) => ["passed", "warned"].includes(c.verdict));
  const state = broken.length ? "failed" : passing.length ? "passed" : "open";
  return { state, all: ordered.filter((c) => citing.includes(c) || broken.includes(c)), broken };
}

const STATES = { passed: "已覆盖", failed: "有失败", open: "未覆盖" };

function requirements() {
  const view = $("view-requirements");
  if (view.firstChild) return;
  const all = index.requirements.map((r, place) => ({ ...r, place, ...standing(place) }));
  const count = (state) => all.filter((r) => r.state === state).length;
  view.append(el("h2", null, `要求：${all.length} 条`),
    el("p.legend", null, Object.entries(STATES).map(([state, word]) =>
      el("span.legend-item.r-" + state, null, el("i", { "aria-hidden": "true" }), `${word} `, el("b", null, count(state))))),
    el("p.note", null, "已覆盖：在通过的场景中，有执行过的检查引用这条要求。方格与下面的条目一一对应。"));
  const groups = new Map();
  for (const r of all) {
    const prefix = r.id.split("-")[0];
    groups.set(prefix, [...(groups.get(prefix) ?? []), r]);
  }
  view.append(el("div.matrix", null, [...groups].map(([prefix, members]) => el("div", null,
    el("span.group-name", null, `${prefix} ${GROUPS[prefix] ?? ""}`),
    el("div.tiles", null, members.map((r) => el("button.tile.r-" + r.state,
      { type: "button", title: `${r.id} ${STATES[r.state]}\n${r.text}`, "aria-label": `${r.id} ${STATES[r.state]}`, onclick: () => openRequirement(r.id) },
      r.id.split("-")[1])))))));
  for (const [prefix, members] of groups) {
    view.append(el("h3", null, `${prefix} ${GROUPS[prefix] ?? ""}`, el("small", null,
      `${members.filter((r) => r.state === "passed").length} / ${members.length} 已覆盖`)));
    view.append(...members.map(requirement));
  }
}

/** Unfolds a requirement and goes there; an id that is none does nothing. */
function openRequirement(id) {
  const entry = $("req-" + id);
  if (!entry) return;
  entry.open = true;
  entry.scrollIntoView({ block: "center" });
  entry.querySelector("summary").focus({ preventScroll: true });
}

function requirement(r) {
  return el("details.requirement.r-" + r.state, { id: "req-" + r.id },
    el("summary", null, el("span.dot", { "aria-hidden": "true" }), el("code", null, r.id), el("span.text", null, r.text),
      el("span.state", null, r.state === "open" ? "未覆盖"
        : r.state === "failed" ? `${r.broken.length} 个失败 · 共 ${r.all.length} 个场景` : `已覆盖 · ${r.all.length} 个场景`)),
    el("div.inside", null,
      el("p.note", null, `手册 ${r.section} · 依据：${r.basis}`),
      r.inferred && el("p", null, r.inferred),
      r.all.length > 0 && el("ul.links", null, r.all.slice(0, 40).map((c) => el("li", null, chip(c.verdict), el("a", { href: linkTo(c) }, c.id), " ", c.title))),
      r.all.length > 40 && el("p", null, el("button.tool", { type: "button", onclick: () => only("", String(r.place)) }, `在列表中查看全部 ${r.all.length} 个`)),
      r.all.length === 0 && el("p", null, "本次执行中没有场景的检查引用它。")));
}
