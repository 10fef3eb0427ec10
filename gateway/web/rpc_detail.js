// One operation: times, codes, fallbacks, where the time goes, traces to look at.

import { el, show } from "./dom.js";
import { interval, number, percent, signed, time, NONE } from "./format.js";
import { t } from "./language.js";
import { pathNode, reasonList, verdictNode } from "./overview.js";
import { distribution } from "./distribution.js";
import { linkTo, requestId } from "./place.js";

const PERCENTILES = ["p50", "p90", "p95", "p99"];

/** Show an operation, or that there is none of this name; hide the section without a name. */
export function showDetail(node, compared, label) {
  node.hidden = !label;
  if (!label) return show(node);
  const rpc = compared.contexts.flatMap((one) => one.rpcs).find((one) => one.rpc === label);
  const title = el("h2", {}, label);
  const close = el("a", { href: "#", class: "button", "data-key": "close" }, t("close"));
  if (!rpc) {
    return show(node, el("div", { class: "bar" }, title, close),
      el("p", { class: "empty" }, t("no_such_rpc")));
  }
  return show(node,
    el("div", { class: "bar" }, title, verdictNode(rpc.verdict), close),
    reasonList(rpc.coded_reasons, "detail-reasons"),
    el("div", { class: "columns" },
      part("distribution", distribution(rpc.legacy, rpc.domain)),
      part("times", timeTable(rpc)),
      part("codes", codeTable(rpc)),
      part("fallbacks", fallbackTable(rpc)),
      part("spans", spanTable(rpc)),
      part("exemplars", exemplarTable(rpc))));
}

/** The traces of an operation that show the usual request of each path; "" when there is none. */
export function typicalPair(rpc) {
  const typical = (path) => {
    const found = (rpc.exemplars ?? []).find((one) =>
      one.assigned === path && one.kind === "typical");
    return found ? requestId(found) : "";
  };
  return { trace: typical("legacy"), beside: typical("domain") };
}

function part(word, content) {
  const id = `part-${word}`;
  return el("section", { "aria-labelledby": id, class: `card part-${word}` },
    el("h3", { id }, t(word)), content);
}

function table(headings, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "group",
      "aria-label": t("table_scrolls"), "data-key": `scroll-${headings.join()}` },
    el("table", {},
      el("thead", {}, el("tr", {}, headings.map((word) => el("th", { scope: "col" }, t(word))))),
      el("tbody", {}, rows.map(([first, ...others]) => el("tr", {},
        el("th", { scope: "row" }, first), others.map((one) => el("td", {}, one)))))));
}

function timeTable(rpc) {
  const ms = (figures, name) => interval(figures?.[name], time);
  const both = (word, figure, text) => [t(word), text(figure(rpc.legacy)),
    text(figure(rpc.domain)), NONE];
  const difference = (one) => one
    ? `${signed(one.value, time)} (${signed(one.low, time)} … ${signed(one.high, time)})` : NONE;
  return table(["figure", "path_legacy", "path_domain", "difference"], [
    both("requests", (path) => path.requests, number),
    both("failures", (path) => path.failures, number),
    [t("failure_rate"), interval(rpc.legacy.failure_rate, percent),
      interval(rpc.domain.failure_rate, percent), rpc.failure_rate_difference
        ? t("points", { value: signed(rpc.failure_rate_difference.value, (v) => number(v, 2)) })
        : NONE],
    both("left", (path) => path.left, number),
    ...PERCENTILES.map((name) => [t(name), ms(rpc.legacy.time, name), ms(rpc.domain.time, name),
      difference(rpc.difference?.[name])]),
    both("mean", (path) => path.mean_ms, time),
    both("gateway_p50", (path) => path.gateway_p50_ms, time),
    both("attempt_p50", (path) => path.attempt_p50_ms, time),
    both("service_p50", (path) => path.service_p50_ms, (ms) => (ms ? time(ms) : NONE)),
  ]);
}

function codeTable(rpc) {
  return table(["code", "path_legacy", "path_domain", "where"], rpc.codes.map((one) => [
    one.is_fault ? el("span", { class: "warning" }, "⚠ ", one.code) : one.code,
    number(one.legacy), number(one.domain), t(one.where)]));
}

function fallbackTable(rpc) {
  if (rpc.fallbacks.length === 0) return el("p", { class: "empty" }, t("no_fallbacks"));
  return table(["reason", "count", "added"], rpc.fallbacks.map((one) => [
    t(`fallback_${one.reason}`), number(one.count), time(one.added_ms)]));
}

function spanTable(rpc) {
  if (rpc.spans.length === 0) return el("p", { class: "empty" }, t("no_spans"));
  const side = (one) => one?.calls_per_request
    ? t("calls", { ms: time(one.self_ms), calls: number(one.calls_per_request, 2) }) : NONE;
  return table(["span", "path_legacy", "path_domain", "difference"], rpc.spans.map((one) => [
    one.explains
      ? [el("strong", {}, one.name), " ", el("span", { class: "verdict" }, t("explains"))]
      : one.name,
    side(one.legacy), side(one.domain), signed(one.difference_ms, time)]));
}

function exemplarTable(rpc) {
  const exemplars = rpc.exemplars ?? [];
  if (exemplars.length === 0) return el("p", { class: "empty" }, t("no_exemplars"));
  const pair = typicalPair(rpc);
  return [
    pair.trace && pair.beside && el("p", {}, el("a", { class: "button", "data-key": "pair",
      href: linkTo({ rpc: rpc.rpc, ...pair }) }, t("compare_typical"))),
    table(["trace", "kind", "path", "duration", "code"], exemplars.map((one) => [
      el("a", { href: linkTo({ rpc: rpc.rpc, trace: requestId(one) }), class: "id",
        "data-key": `exemplar-${requestId(one)}` }, one.trace_id.slice(0, 8)),
      t(`kind_${one.kind}`), pathNode(one.assigned), time(one.duration_ms), one.code])),
  ];
}
