// Requests as waterfalls, on one scale, so that what takes longer is longer.

import * as api from "./api.js";
import { el, svg, show } from "./dom.js";
import { clock, time } from "./format.js";
import { t } from "./language.js";
import { pathNode } from "./overview.js";
import { linkTo, requestId } from "./place.js";

const SERVICES = ["camplane-gateway", "camplane-camera", "camplane-alert"];
// Of an RPC's full name, what every one of them begins with.
const PACKAGE = /^camplane\.\w+\.v\d+\./;
// Of a trace with more requests the list of kept traces shows the others.
const MAX_REQUESTS = 20;
const opened = new Set();

/** Fetch the traces; one that was not kept becomes {refusal}. */
export async function loadWaterfalls(ids) {
  return Promise.all(ids.map(async (id) => {
    try {
      return await api.trace(id);
    } catch (refusal) {
      return { id, refusal };
    }
  }));
}

/** Show traces of GetTrace, side by side. */
export function showWaterfalls(node, traces) {
  if (traces.length === 0) {
    show(node, el("p", { class: "empty" }, t("choose_two")));
    return;
  }
  const ends = traces.flatMap((one) => (one.spans ?? []).map((s) => s.start_ms + s.duration_ms));
  const longest = Math.max(...ends, 0.001);
  const again = () => showWaterfalls(node, traces);
  show(node, el("div", { class: "columns" }, traces.map((one, side) => one.refusal
    ? el("p", { class: "empty" }, el("code", {}, one.id), " ",
      el("span", { lang: "en" }, one.refusal.message))
    : waterfall(one, side, longest, again))));
}

function waterfall({ summary, spans, requests }, side, longest, again) {
  const depths = new Map();
  const rows = spans.map((span) => {
    const depth = (depths.get(span.parent_id) ?? -1) + 1;
    depths.set(span.span_id, depth);
    return row(span, depth, side, longest, again);
  });
  const title = `waterfall-${side}`;
  return el("section", { class: "card", "aria-labelledby": title },
    el("h3", { id: title }, summary.rpc || t("no_operation")),
    el("p", {}, pathNode(summary.assigned), " ", t("waterfall_told", {
      time: time(summary.duration_ms), code: summary.code, started: clock(summary.started),
      answered: summary.answered ? t(`path_${summary.answered}`) : t("nobody") }),
      summary.fallback_reason && ` · ${t(`fallback_${summary.fallback_reason}`)}`),
    el("p", { class: "note id" }, summary.trace_id),
    requests.length > 1 && el("p", { class: "note" },
      t("trace_requests", { n: requests.length }), requests.slice(0, MAX_REQUESTS).map((one) =>
        [" ", one.span_id === summary.span_id ? el("strong", {}, time(one.duration_ms))
          : el("a", { href: linkTo({ trace: requestId(one) }) }, time(one.duration_ms))])),
    el("table", { class: "waterfall" },
      el("thead", {}, el("tr", {}, ["span", "self_time", "timeline"].map((word) =>
        el("th", { scope: "col" }, t(word))))),
      el("tbody", {}, rows)));
}

function row(span, depth, side, longest, again) {
  const key = `${side}-${span.span_id}`;
  const isOpen = opened.has(key);
  const toggle = () => {
    if (!opened.delete(key)) opened.add(key);
    again();
  };
  const told = t("span_told", { start: time(span.start_ms), time: time(span.duration_ms) });
  const name = el("button", { type: "button", class: `span depth-${Math.min(depth, 6)}`,
    "aria-expanded": String(isOpen), "data-key": key, onclick: toggle },
    span.error && el("span", { class: "warning" }, `⚠ ${t("failed")} `), span.name.replace(PACKAGE, ""));
  return [
    el("tr", {},
      el("th", { scope: "row" }, name, el("span", { class: "note" },
        [span.service.replace("camplane-", ""), span.implementation].filter(Boolean).join(" · "))),
      el("td", {}, time(span.self_ms)),
      el("td", { class: "timeline" }, svg("svg", { viewBox: "0 0 100 10", role: "img",
        preserveAspectRatio: "none", "aria-label": told },
        svg("rect", { class: `service-${SERVICES.indexOf(span.service)} ${span.error && "error"}`,
          x: (100 * span.start_ms) / longest, y: 1, height: 8,
          width: Math.max((100 * span.duration_ms) / longest, 0.6) })),
        el("span", { class: "note" }, time(span.duration_ms)))),
    isOpen && el("tr", {}, el("td", { colspan: 3 }, attributes(span))),
  ];
}

function attributes(span) {
  const entries = Object.entries({ kind: span.kind, ...span.attributes });
  return el("dl", {}, entries.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}
