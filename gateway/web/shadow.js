// Whether both paths answer the same reads alike: of each operation that was mirrored.

import { el, show } from "./dom.js";
import { number, percent, shortRpc, NONE } from "./format.js";
import { t } from "./language.js";
import { linkTo } from "./place.js";

const SYMBOLS = { alike: "＝", differs: "≠", unknown: "?" };
const CLASSES = { alike: "same", differs: "worse", unknown: "unknown" };
const MAX_FIELDS = 3;
const COLUMNS = ["operation", "verdict", "pairs", "replies_differ", "noise", "differing_fields",
  "trace"];

/** Show the section's content; hide the section while nothing is or was mirrored. */
export function showShadow(section, node, told) {
  const contexts = (told?.contexts ?? []).filter((one) => one.mirrored > 0 || one.rpcs.length > 0);
  section.hidden = contexts.length === 0;
  if (contexts.length === 0) return show(node);
  const rpcs = contexts.flatMap((one) => one.rpcs);
  return show(node,
    contexts.map((one) => el("p", {}, t("mirrored", {
      context: t(`context_${one.context}`), share: percent(one.mirrored) }), " ",
      verdictNode(one.verdict))),
    rpcs.length === 0 ? el("p", { class: "empty" }, t("no_pairs")) : table(rpcs));
}

function verdictNode(verdict) {
  return el("span", { class: `verdict ${CLASSES[verdict]}` },
    el("span", { "aria-hidden": "true" }, SYMBOLS[verdict]), " ", t(`replies_${verdict}`));
}

function table(rpcs) {
  return el("table", { class: "stacks rpcs", role: "table" },
    el("caption", { class: "hidden" }, t("shadow_caption")),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
      COLUMNS.map((word) => el("th", { scope: "col", role: "columnheader" }, t(word))))),
    el("tbody", { role: "rowgroup" }, rpcs.map(row)));
}

function row(rpc) {
  const [trace] = rpc.exemplars;
  return el("tr", { role: "row" },
    el("th", { scope: "row", role: "rowheader", title: rpc.rpc }, shortRpc(rpc.rpc),
      el("span", { class: "note" }, t(`context_${rpc.context}`))),
    cell("verdict", verdictNode(rpc.verdict)),
    cell("pairs", number(rpc.pairs)),
    cell("replies_differ", rate(rpc.difference_rate, rpc.pairs)),
    cell("noise", rate(rpc.noise_rate, rpc.noise_pairs)),
    cell("differing_fields", rpc.fields.length === 0 ? NONE
      : rpc.fields.slice(0, MAX_FIELDS).map((one) => el("div", {}, el("code", {}, one.field), " ",
        number(one.differing)))),
    cell("trace", trace
      ? el("a", { href: linkTo({ view: "traces", trace }), "data-key": `shadow-${rpc.rpc}` },
        trace.slice(0, 8))
      : NONE));
}

function rate(one, pairs) {
  return one && pairs ? percent(one.value) : NONE;
}

function cell(word, ...children) {
  return el("td", { role: "cell", "data-column": t(word) }, children);
}
