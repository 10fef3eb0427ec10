// The kept traces, filtered, and the choice of two to set side by side.

import * as api from "./api.js";
import { el, section, show } from "./dom.js";
import { clock, shortRpc, time } from "./format.js";
import { t } from "./language.js";
import { pathNode } from "./overview.js";
import { linkTo, place, requestId } from "./place.js";

const FILTERS = {
  context: ["camera", "alert", "gateway"],
  assigned: ["legacy", "domain"],
  kind: ["slow", "failed", "fallback", "left", "typical", "difference"],
};
const PREFIXES = { context: "context", assigned: "path", kind: "kind" };
const LIMIT = 50;

const query = {};
let page = { traces: [], next: "" };

/** Show the filters; `changed` is called when the reader sets one. */
export function showFilters(node, changed) {
  const set = (name) => (event) => {
    query[name] = event.target.value;
    changed();
  };
  show(node, el("div", { class: "filters", role: "search", "aria-label": t("filters") },
    Object.entries(FILTERS).map(([name, values]) => el("label", {}, el("span", {}, t(name)),
      el("select", { "data-key": `filter-${name}`, onchange: set(name) },
        el("option", { value: "" }, t("all")),
        values.map((value) => el("option", { value, selected: query[name] === value },
          t(`${PREFIXES[name]}_${value}`)))))),
    ["rpc", "code", "min_ms"].map((name) => el("label", {}, el("span", {}, t(name)),
      el("input", { type: name === "min_ms" ? "number" : "text", min: 0, value: query[name] ?? "",
        "data-key": `filter-${name}`, onchange: set(name),
        placeholder: { rpc: "CameraService/StopCamera", code: "UNAVAILABLE" }[name] ?? "0" })))));
}

/** Ask for the traces and show them; throws Refusal. */
export async function loadTraces(node) {
  page = await api.traces(asked());
  drawTraces(node);
}

/** Show the traces that were asked for last. */
export function drawTraces(node) {
  section(node, drawList);
}

function drawList(node) {
  if (page.traces.length === 0) {
    show(node, el("p", { class: "empty" }, t("no_traces")));
    return;
  }
  const here = place();
  const more = async (event) => {
    event.target.disabled = true;
    try {
      const next = await api.traces({ ...asked(), after: page.next });
      page = { traces: [...page.traces, ...next.traces], next: next.next };
    } finally {
      drawTraces(node);
    }
  };
  show(node,
    el("table", { class: "stacks traces", role: "table" },
      el("caption", { class: "hidden" }, t("kept_traces")),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        ["trace", "started", "operation", "assigned", "answered", "code", "duration", "kind",
          "beside"].map((word) => el("th", { scope: "col", role: "columnheader" }, t(word))))),
      el("tbody", { role: "rowgroup" }, page.traces.map((one) => row(one, here)))),
    page.next && el("button", { type: "button", "data-key": "more", onclick: more }, t("more")));
}

function asked() {
  const set = Object.entries(query).filter(([, value]) => value !== "");
  return { limit: LIMIT, ...Object.fromEntries(set) };
}

function row(one, here) {
  const id = requestId(one);
  const isOpen = [id, one.trace_id].some((name) => [here.trace, here.beside].includes(name));
  const cell = (word, ...children) =>
    el("td", { role: "cell", "data-column": t(word) }, children);
  // The first request stays where it is; this one comes beside it.
  const pair = here.trace ? { trace: here.trace, beside: id } : { trace: id };
  return el("tr", { role: "row", class: isOpen ? "current" : "" },
    el("th", { scope: "row", role: "rowheader" }, el("a", { class: "id",
      href: linkTo({ trace: id }), "data-key": `trace-${id}` },
      one.trace_id.slice(0, 8))),
    cell("started", clock(one.started)),
    cell("operation", el("span", { title: one.rpc }, shortRpc(one.rpc) || t("no_operation"))),
    cell("assigned", pathNode(one.assigned)),
    cell("answered", one.answered ? t(`path_${one.answered}`) : t("nobody"),
      one.fallback_reason && [" ",
        el("span", { class: "note" }, t(`fallback_${one.fallback_reason}`))]),
    cell("code", one.code),
    cell("duration", time(one.duration_ms)),
    cell("kind", t(`kind_${one.kind}`), one.pinned && ` · ${t("pinned")}`),
    cell("beside", el("a", { class: "button", href: linkTo(pair),
      "data-key": `beside-${id}`,
      "aria-label": t("put_beside", { id: one.trace_id.slice(0, 8) }) }, "⇄")));
}
