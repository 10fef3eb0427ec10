// The plan that a rollout is to begin, and how long it will take.

import * as api from "./api.js";
import { el, show } from "./dom.js";
import { duration, number } from "./format.js";
import { t } from "./language.js";
import { reasonsNode } from "./reasons.js";

const INVALID = 400;

/** {fields, plan}: nodes for a dialog; plan() is what is written into them, "" for the shipped. */
export function planFields(context) {
  const told = el("div", { class: "forecast", "aria-live": "polite" });
  const text = el("textarea", { rows: "6", spellcheck: "false", class: "id",
    "aria-label": t("plan_yaml") });
  const plan = () => (text.value.trim() ? text.value : "");
  let asked = 0;
  const predict = async () => {
    const turn = (asked += 1);
    let content;
    try {
      content = forecastTable(await api.forecast(context, plan()));
    } catch (refusal) {
      // What is wrong with a plan is said before it is begun.
      content = refusal.status === INVALID
        ? el("p", { class: "warning refusal", lang: "en" }, refusal.message)
        : el("p", { class: "note" }, t("no_forecast"));
    }
    if (turn === asked) show(told, content);
  };
  text.addEventListener("change", predict);
  predict();
  return {
    plan,
    fields: [told, el("details", {}, el("summary", {}, t("another_plan")), text)],
  };
}

function forecastTable({ requests_per_second: rate, steps }) {
  return el("table", {},
    el("caption", {}, t("forecast", { rate: number(rate, 2) })),
    el("thead", {}, el("tr", {}, ["step", "requests", "forecast_time", "forecast_why"].map((word) =>
      el("th", { scope: "col" }, t(word))))),
    el("tbody", {}, steps.map((step) => el("tr", {},
      el("th", { scope: "row" }, step.weight ? `${step.weight} %` : t("step_gate")),
      el("td", {}, Number.isFinite(step.requests) ? number(step.requests) : t("forecast_never")),
      el("td", {}, Number.isFinite(step.seconds) ? duration(step.seconds) : t("forecast_never")),
      el("td", {}, reasonsNode(step.reasons, step.why))))));
}
