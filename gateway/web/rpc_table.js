// Every operation in one table: which is worse, and by how much.

import { el, svg, show } from "./dom.js";
import { interval, number, percent, shortRpc, signed, time, NONE } from "./format.js";
import { t } from "./language.js";
import { pathNode, rpcLink, verdictNode } from "./overview.js";

const BADNESS = { worse: 0, unknown: 1, better: 2, same: 3 };
const PATHS = ["legacy", "domain"];

// The order of the API (the worst first) until a column is chosen.
const COLUMNS = [
  { word: "operation", key: (rpc) => shortRpc(rpc.rpc) },
  { word: "verdict", key: (rpc) => BADNESS[rpc.verdict] },
  { word: "requests", key: (rpc) => -(rpc.legacy.requests + rpc.domain.requests) },
  { word: "failure_rate", key: (rpc) => -worst(rpc, (path) => path.failure_rate?.value) },
  { word: "p50", key: (rpc) => -worst(rpc, (path) => path.time?.p50.value) },
  { word: "p95", key: (rpc) => -worst(rpc, (path) => path.time?.p95.value) },
  { word: "p95_change", key: (rpc) => -(rpc.p95_change?.value ?? -Infinity) },
];
let sorting = { word: "", reversed: false };

/** Show the table; `current` is the label of the operation that is open. */
export function showRpcTable(node, compared, current) {
  const rpcs = compared.contexts.flatMap((context) => context.rpcs);
  if (rpcs.length === 0) {
    show(node, el("p", { class: "empty" }, t("no_traffic")));
    return;
  }
  const again = () => showRpcTable(node, compared, current);
  const onePath = PATHS.filter((path) => rpcs.every((rpc) => rpc[path].requests === 0));
  show(node,
    onePath.map((path) => el("p", { class: "empty" }, t(`nothing_on_${path}`))),
    el("table", { class: "stacks rpcs", role: "table" },
      el("caption", { class: "hidden" }, t("rpcs_caption")),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        COLUMNS.map((column) => head(column, again)))),
      el("tbody", { role: "rowgroup" }, sorted(rpcs).map((rpc) => row(rpc, current)))));
}

function head(column, again) {
  const chosen = sorting.word === column.word;
  const change = () => {
    sorting = { word: column.word, reversed: chosen && !sorting.reversed };
    again();
  };
  return el("th", { scope: "col", role: "columnheader",
      "aria-sort": chosen ? (sorting.reversed ? "descending" : "ascending") : null },
    el("button", { type: "button", "data-key": `sort-${column.word}`, onclick: change },
      t(column.word), chosen && el("span", { "aria-hidden": "true" },
        sorting.reversed ? " ▴" : " ▾")));
}

function sorted(rpcs) {
  const column = COLUMNS.find((one) => one.word === sorting.word);
  if (!column) return rpcs;
  const order = sorting.reversed ? -1 : 1;
  return [...rpcs].sort((a, b) => {
    const [left, right] = [column.key(a), column.key(b)];
    return left < right ? -order : left > right ? order : 0;
  });
}

function worst(rpc, figure) {
  return Math.max(...PATHS.map((path) => figure(rpc[path]) ?? -Infinity));
}

function row(rpc, current) {
  const isCurrent = rpc.rpc === current;
  const ends = PATHS.flatMap((path) => rpc[path].time ? [rpc[path].time.p95.high] : []);
  const most = Math.max(...ends, 0);
  return el("tr", { role: "row", class: isCurrent ? "current" : "" },
    el("th", { scope: "row", role: "rowheader" },
      rpcLink(rpc.rpc, shortRpc(rpc.rpc), isCurrent),
      el("span", { class: "note" }, t(`context_${rpc.context}`))),
    cell("verdict", verdictNode(rpc.verdict)),
    cell("requests", both(rpc, (path) => number(path.requests))),
    cell("failure_rate", both(rpc, (path) => path.failure_rate ? percent(path.failure_rate.value) : NONE,
      (path) => path.failure_rate && interval(path.failure_rate, percent))),
    cell("p50", both(rpc, (path) => path.time ? time(path.time.p50.value) : NONE,
      (path) => interval(path.time?.p50, time))),
    cell("p95", both(rpc, (path) => path.time ? whisker(path, most) : NONE,
      (path) => interval(path.time?.p95, time))),
    cell("p95_change", rpc.p95_change ? signed(rpc.p95_change.value, percent) : NONE));
}

/** A figure of each path, one below the other. */
function both(rpc, figure, explained = () => null) {
  return PATHS.map((path) => el("div", { class: "pair", title: explained(rpc[path]) },
    pathNode(path), el("span", { class: "figure" }, figure(rpc[path], path))));
}

function cell(word, ...children) {
  return el("td", { role: "cell", "data-column": t(word) }, children);
}

/** The p95 as text, and with its interval as a whisker on the row's scale. */
function whisker(path, most) {
  const { value, low, high } = path.time.p95;
  const at = (ms) => (most > 0 ? 2 + (96 * ms) / most : 2);
  const line = (x1, x2, y1, y2) => svg("line", { x1, x2, y1, y2 });
  return [time(value), svg("svg", { class: "whisker", viewBox: "0 0 100 10", "aria-hidden": "true" },
    line(at(low), at(high), 5, 5), line(at(low), at(low), 2, 8), line(at(high), at(high), 2, 8),
    svg("circle", { cx: at(value), cy: 5, r: 2.5 }))];
}
