// One glance: the stage, who answered, the verdict, and whether to believe it.

import { el, svg, show } from "./dom.js";
import { number, percent, time, NONE } from "./format.js";
import { t } from "./language.js";
import { reasonNode } from "./reasons.js";
import { linkTo } from "./place.js";
import { rolloutSummary } from "./rollout_cards.js";

const SYMBOLS = { better: "▲", worse: "▼", same: "＝", unknown: "?" };
const FIRST_REASONS = 3;

/** A verdict as a word with a symbol: never by colour alone. */
export function verdictNode(verdict) {
  const symbol = el("span", { "aria-hidden": "true" }, SYMBOLS[verdict] ?? "?");
  return el("span", { class: `verdict ${verdict}` }, symbol, " ", t(`verdict_${verdict}`));
}

/** Reasons as a list; the later ones can be opened. */
export function reasonList(reasons, key) {
  const item = (reason) => el("li", {}, reasonNode(reason));
  const more = reasons.slice(FIRST_REASONS);
  return [
    el("ul", { class: "reasons" }, reasons.slice(0, FIRST_REASONS).map(item)),
    more.length > 0 &&
      el("details", { "data-key": key },
        el("summary", { "data-key": `${key}-summary` }, t("more_reasons", { count: more.length })),
        el("ul", { class: "reasons" }, more.map(item))),
  ];
}

/** Show one card a context; `live` is the stream's; `compared` and `rollouts` may be null. */
export function showOverview(node, live, compared, rollouts) {
  if (!live && !compared) {
    show(node, el("p", { class: "empty" }, t("waiting")));
    return;
  }
  const contexts = (live ?? compared).contexts.map((one) => one.context);
  show(node, contexts.map((context) => card(context, of(live, context),
    of(compared, context), rollouts?.rollouts.find((one) => one.context === context))));
}

/** Tell the verdicts to a screen reader, when they change and only then. */
export function announce(node, live) {
  const text = live.contexts
    .map((one) => `${t(`context_${one.context}`)}: ${t(`verdict_${one.verdict}`)}.`)
    .join(" ");
  if (node.textContent !== text) node.textContent = text;
}

function of(figures, context) {
  return figures?.contexts.find((one) => one.context === context);
}

function card(context, live, compared, rollout) {
  const known = live ?? compared;
  const title = `card-${context}`;
  const verdict = verdictOf(live, compared);
  // A rollout that is over leaves no other path to hold the new one against.
  const isOver = rollout?.phase === "completed" && verdict.verdict === "unknown";
  return el("article", { class: "card", "aria-labelledby": title },
    el("div", { class: "bar" },
      el("h3", { id: title }, t(`context_${context}`)),
      !isOver && el("p", { class: "new-path" }, t("new_path"), " ", verdictNode(verdict.verdict))),
    stage(known.weight, answered(live, compared)),
    rollout && rolloutSummary(rollout),
    isOver ? el("p", { class: "note" }, t("nothing_to_compare"))
      : reasonList(verdict.coded_reasons, `reasons-${context}`),
    live ? rates(live) : null,
    compared && el("p", { class: "note" }, t("in_period", {
      requests: number(compared.requests),
      share: percent(compared.answered_by_domain),
      fallbacks: number(compared.fallbacks),
    })),
    compared?.forced + compared?.tools > 0 && el("p", { class: "note" }, t("beside_split", {
      forced: number(compared.forced),
      tools: number(compared.tools),
    })));
}

// The stream's is the newer one.
function verdictOf(live, compared) {
  return live?.verdict ? live : compared ?? { verdict: "unknown", coded_reasons: [] };
}

/** Percent that domain answered, and when: now, else in the period; null when nothing was asked. */
function answered(live, compared) {
  if (live && hasTraffic(live)) return { share: live.answered_by_domain, word: "answered_now" };
  return compared?.requests > 0
    ? { share: compared.answered_by_domain, word: "answered_in_period" } : null;
}

function hasTraffic(live) {
  return perSecond(live.legacy) + perSecond(live.domain) > 0;
}

/** Requests a second of a path; one without figures had none. */
const perSecond = (path) => path?.requests_per_second ?? 0;

/** How much should go to domain, above how much domain answered. */
function stage(weight, found) {
  const told = found ? t(found.word, { share: percent(found.share) }) : t("no_traffic_now");
  const shares = found === null ? [] : [
    svg("rect", { class: "path-legacy", x: 0, y: 2, width: 100, height: 5 }),
    svg("rect", { class: "path-domain", x: 0, y: 2, width: found.share, height: 5 })];
  return el("div", { class: "stage" },
    el("p", {}, el("strong", { class: "weight" }, `${weight} %`), " ", t("to_domain"),
      el("span", { class: "answered" }, told)),
    svg("svg", { viewBox: "0 0 100 9", preserveAspectRatio: "none", role: "img",
      "aria-label": t("stage", { weight, answered: told }) },
      svg("rect", { class: "nobody", x: 0, y: 2, width: 100, height: 5 }), shares,
      svg("rect", { class: "mark", x: Math.min(weight, 99.5), y: 0, width: 0.5, height: 9 })));
}

function rates(live) {
  if (!hasTraffic(live)) return el("p", { class: "empty" }, t("no_traffic_now"));
  const row = (path, one) => {
    const had = perSecond(one) > 0;
    return el("tr", {},
      el("th", { scope: "row" }, pathNode(path)),
      el("td", {}, number(perSecond(one), 1)),
      el("td", {}, had ? percent(one.failure_rate) : NONE),
      el("td", {}, had ? time(one.p50_ms) : NONE),
      el("td", {}, had ? time(one.p95_ms) : NONE));
  };
  return el("table", { class: "rates" },
    el("caption", {}, t("last_ten_seconds")),
    el("thead", {}, el("tr", {}, ["path", "per_second", "failed", "p50", "p95"].map((word) =>
      el("th", { scope: "col" }, t(word))))),
    el("tbody", {}, row("legacy", live.legacy), row("domain", live.domain)),
    live.fallbacks_per_second > 0 && el("tfoot", {}, el("tr", {}, el("td", { colspan: 5 },
      t("fallbacks_now", { rate: number(live.fallbacks_per_second, 1) })))));
}

/** A path with the mark that stands for it in every chart. */
export function pathNode(path) {
  const mark = svg("svg", { class: "path-mark", viewBox: "0 0 10 10", "aria-hidden": "true" },
    path === "domain"
      ? svg("path", { class: "path-domain", d: "M5 0L10 5L5 10L0 5Z" })
      : path === "legacy" ? svg("circle", { class: "path-legacy", cx: 5, cy: 5, r: 4.5 }) : null);
  return el("span", { class: "path" }, mark, path ? t(`path_${path}`) : t("path_none"));
}

/** Show whether the figures can be believed; `compared` may be null. */
export function showTrust(node, live, compared) {
  const { truth, receiver } = live ?? compared ?? {};
  if (!truth) return show(node);
  const ratios = (compared?.contexts ?? []).map((one) => [one.context, one.sample_ratio]);
  const doubt = !truth.sufficient || ratios.some(([, ratio]) => ratio?.alarm);
  const differences = [...(truth.completeness?.coded_differences ?? []),
    ...(truth.agreement?.coded_differences ?? [])];
  const dropped = Object.entries(receiver?.dropped ?? {}).filter(([, count]) => count > 0);
  const refused = Object.entries(truth.refused ?? {});
  return show(node, el("details", { class: `card trust ${doubt ? "doubt" : ""}`,
      "data-key": "trust" },
    el("summary", { "data-key": "trust-summary" },
      el("span", { "aria-hidden": "true" }, doubt ? "⚠ " : "✓ "), t(doubt ? "doubt" : "trusted")),
    el("ul", {},
      check("completeness", truth.completeness),
      check("agreement", truth.agreement),
      ratios.map(([context, ratio]) => ratio && ratio.requests > 0 && el("li", {
          class: ratio.alarm ? "warning" : "" },
        sign(ratio.alarm), t("sample_ratio", {
          context: t(`context_${context}`), expected: percent(ratio.expected),
          observed: percent(ratio.observed), requests: number(ratio.requests) })))),
    differences.length > 0 && el("ul", { class: "reasons" },
      differences.map((one) => el("li", {}, reasonNode(one)))),
    refused.length > 0 && el("p", { class: "note" }, t("refused_at_the_door"), " ",
      refused.map(([code, count]) => `${code}: ${number(count)}`).join(", ")),
    receiver && el("p", { class: "note" }, t("receiver", {
      spans: number(receiver.spans), kept: number(receiver.traces_kept),
      pinned: number(receiver.traces_pinned), late: number(receiver.out_of_time) })),
    dropped.length > 0 && el("p", { class: "note" }, t("dropped"), " ",
      dropped.map(([reason, count]) => `${t(`dropped_${reason}`)}: ${number(count)}`).join(", "))));
}

function check(word, truth) {
  return truth && el("li", { class: truth.alarm ? "warning" : "" }, sign(truth.alarm),
    t(word, { percent: percent(truth.percent), observed: number(truth.observed),
      expected: number(truth.expected) }));
}

function sign(alarm) {
  return el("span", { "aria-hidden": "true" }, alarm ? "⚠ " : "✓ ");
}

/** A link to an operation's details. */
export function rpcLink(rpc, text, current) {
  return el("a", { href: linkTo({ rpc }), "data-key": `rpc-${rpc}`,
    "aria-current": current ? "true" : null, title: rpc }, text);
}
