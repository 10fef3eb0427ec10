// The decision log, the newest first.

import * as api from "./api.js";
import { el, show } from "./dom.js";
import { moment, number, NONE } from "./format.js";
import { t } from "./language.js";
import { authorTold, whyNode } from "./rollout_cards.js";
import { answerNode } from "./rollout_verdict.js";

const PART = 10;
const MOST = 1000;
let limit = PART;
let decisions = null;

/** Ask for the newest decisions and show them; throws Refusal. */
export async function loadDecisions(node) {
  decisions = (await api.decisions(limit)).decisions;
  drawDecisions(node);
}

/** Show the decisions that were asked for last. */
export function drawDecisions(node) {
  if (decisions === null) return show(node, el("p", { class: "empty" }, t("waiting")));
  if (decisions.length === 0) return show(node, el("p", { class: "empty" }, t("no_decisions")));
  const more = () => {
    limit = Math.min(limit + PART * 10, MOST);
    return loadDecisions(node).catch(() => drawDecisions(node));
  };
  return show(node,
    el("table", { class: "stacks decisions", role: "table" },
      el("caption", { class: "hidden" }, t("decisions")),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        ["number", "at", "context", "action", "weight", "author", "why", "evidence"].map((word) =>
          el("th", { scope: "col", role: "columnheader" }, t(word))))),
      el("tbody", { role: "rowgroup" }, decisions.toReversed().map(row))),
    decisions[0].number > 1 && limit < MOST && el("button", { type: "button",
      "data-key": "more-decisions", onclick: more }, t("more")));
}

function row(one) {
  const cell = (word, ...children) =>
    el("td", { role: "cell", "data-column": t(word) }, el("div", {}, children));
  const { from_weight: from, to_weight: to } = one;
  return el("tr", { role: "row" },
    el("th", { scope: "row", role: "rowheader", title: one.hash }, number(one.number)),
    cell("at", moment(one.at)),
    cell("context", t(`context_${one.context}`)),
    cell("action", t(`action_${one.action}`)),
    cell("weight", from === to ? `${to} %` : `${from} → ${to} %`),
    cell("author", authorTold(one.author)),
    cell("why", whyNode(one, `why-${one.number}`)),
    cell("evidence", one.answer
      ? [answerNode(one.answer), " ", el("span", { class: "note" },
        t("on_requests", { requests: number(one.requests) }))]
      : NONE));
}
