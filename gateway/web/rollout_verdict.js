// What the evidence says of the current step: the answer, each criterion with its numbers, traces.

import { el } from "./dom.js";
import { number } from "./format.js";
import { t } from "./language.js";
import { linkTo } from "./place.js";
import { reasonNode } from "./reasons.js";

const SYMBOLS = { pass: "✓", fail: "✕", not_enough_evidence: "?" };

/** An answer as a word with a symbol: never by colour alone. */
export function answerNode(answer) {
  const symbol = el("span", { "aria-hidden": "true" }, SYMBOLS[answer] ?? "?");
  return el("span", { class: `verdict ${answer}` }, symbol, " ", t(`answer_${answer}`));
}

/** A rollout's verdict; `verdict` is null where nothing is judged. */
export function verdictParts({ context, verdict }) {
  if (!verdict) return el("p", { class: "note" }, t("not_judged"));
  const told = t("verdict_on", { requests: number(verdict.requests) });
  return [
    el("p", {}, el("strong", {}, t("verdict")), " ", answerNode(verdict.answer), " ",
      el("span", { class: "note" }, told)),
    el("ul", { class: "findings" }, verdict.findings.map((one) => finding(context, one))),
    verdict.exemplars.length > 0 && el("p", {}, t("exemplars"), ": ",
      verdict.exemplars.map((id) => [el("a", { class: "id", href: linkTo({ trace: id }),
        "data-key": `rollout-${context}-${id}` }, id.slice(0, 8)), " "])),
  ];
}

function finding(context, { criterion, answer, reason, text, values }) {
  const key = `finding-${context}-${criterion}`;
  const known = Object.entries(values ?? {});
  const told = [
    el("span", { class: `sign ${answer}`, "aria-hidden": "true" }, SYMBOLS[answer] ?? "?"),
    el("span", { class: "hidden" }, t(`answer_${answer}`), ": "),
    el("strong", {}, t(`criterion_${criterion}`)), ": ", reasonNode(reason, text)];
  if (known.length === 0) return el("li", {}, told);
  return el("li", {}, el("details", { "data-key": key },
    el("summary", { "data-key": `${key}-summary` }, told),
    el("dl", { lang: "en" }, known.map(([name, value]) => [
      el("dt", {}, name), el("dd", {}, number(value, 4))]))));
}
