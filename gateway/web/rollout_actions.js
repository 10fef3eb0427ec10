// What an operator may do to a rollout: the buttons of each phase, and what they ask and say.

import * as api from "./api.js";
import { el } from "./dom.js";
import { t } from "./language.js";
import { askReason, choice, labelled } from "./reason_dialog.js";
import { may } from "./roles.js";
import { planFields } from "./rollout_forecast.js";
import { currentStep } from "./rollout_steps.js";

// As gateway/rollout/commands.py: any other is refused.
const ALLOWED = {
  idle: ["start", "weight", "abort"],
  waiting: ["promote", "full", "pause", "abort"],
  running: ["promote", "full", "pause", "abort"],
  gate: ["promote", "full", "pause", "abort"],
  paused: ["resume", "promote", "full", "weight", "abort"],
  aborting: ["abort"],
  aborted: ["start", "weight", "abort"],
  completed: ["start", "weight", "abort"],
};
const PATHS = { full: "promote" };
const ASKS = {
  start: askStart, promote: askPromote, full: askPromote, pause: askPause, resume: askResume,
  weight: askWeight, abort: askAbort,
};
let changed = () => {};

/** Have `told(rollout)` called with what a rollout is after a change from here. */
export function onChange(told) {
  changed = told;
}

/** The buttons for what the phase allows, for who may change rollouts. */
export function actionButtons(rollout) {
  if (!may("releaser")) return null;
  const { context } = rollout;
  const label = t("actions_of", { context: t(`context_${context}`) });
  return el("div", { class: "actions", role: "group", "aria-label": label },
    actionsOf(rollout).map((action) => el("button", { type: "button",
      class: action === "abort" ? "harsh" : null, "data-key": buttonKey(context, action),
      onclick: () => ask(action, rollout) }, t(`act_${action}`))));
}

function actionsOf(rollout) {
  const { phase, weight } = rollout;
  return (ALLOWED[phase] ?? []).filter((action) => {
    // Nothing is left to give back.
    if (action === "abort") return weight > 0 || !["idle", "aborted"].includes(phase);
    // From the last steps both are the same.
    return action !== "full" || following(rollout) < rollout.steps.length - 1;
  });
}

function buttonKey(context, action) {
  return `act-${context}-${action}`;
}

function ask(action, rollout) {
  const { context } = rollout;
  const { values = () => ({}), ...asked } = ASKS[action](rollout, action);
  askReason({
    title: t("title_of", { action: t(`do_${action}`), context: t(`context_${context}`) }),
    confirm: t(`do_${action}`),
    back: buttonKey(context, action),
    orElse: () => document.getElementById(`rollout-${context}`),
    send: async (said) => {
      const { reason, author } = said;
      const body = { reason, author, ...values(said) };
      const answer = await api.command(context, PATHS[action] ?? action, body);
      changed(answer.rollout);
    },
    ...asked,
  });
}

function askStart({ context, weight }) {
  const { fields, plan } = planFields(context);
  return {
    tells: () => el("p", {}, t("says_start", { weight })),
    fields,
    values: () => ({ plan: plan() }),
  };
}

/** The place that a promotion goes to. */
function following(rollout) {
  const place = currentStep(rollout);
  return rollout.phase === "waiting" ? place : place + 1;
}

function askPromote(rollout, action) {
  const { weight, steps, phase } = rollout;
  const isFull = action === "full";
  const place = isFull ? steps.length - 1 : following(rollout);
  const step = steps[place];
  const told = !step ? t("says_complete", { weight })
    : step.gate ? t("says_gate", { weight })
    : phase === "waiting" && !isFull ? t("says_begin", { weight: step.weight })
    : t("says_promote", { from: weight, to: step.weight });
  return {
    tells: () => el("p", {}, told),
    fields: [el("label", { class: "option" },
      el("input", { type: "checkbox", name: "force", value: "true" }), " ", t("force"))],
    values: ({ force }) => ({ full: isFull, force: force === "true" }),
  };
}

function askPause({ weight }) {
  return { tells: () => el("p", {}, t("says_pause", { weight })) };
}

function askResume({ weight }) {
  return { tells: () => el("p", {}, t("says_resume", { weight })) };
}

function askWeight({ weight, plan, phase }) {
  const isWeight = (text) => /^\d{1,3}$/.test(text) && Number(text) <= 100;
  return {
    tells: () => [el("p", {}, t("says_weight", { weight })),
      phase === "paused" && el("p", {}, t("says_weight_ends", { plan }))],
    fields: [labelled("percent_to_domain", null, el("input", { name: "weight", type: "number",
      min: 0, max: 100, step: 1, inputmode: "numeric", required: true, autofocus: true }))],
    wrong: (said) => (isWeight(said.weight) ? "" : t("weight_missing")),
    values: (said) => ({ weight: Number(said.weight) }),
  };
}

function askAbort({ weight, steps }) {
  const below = steps.filter((step) => !step.gate && step.weight < weight)
    .map((step) => step.weight).sort((a, b) => b - a);
  const weights = [weight, ...below, 0].map((one) => `${one} %`).join(" → ");
  return {
    isHarsh: true,
    tells: ({ how }) => [
      el("p", {}, how === "gradual" ? t("says_abort_gradual", { weights })
        : t("says_abort", { weight })),
      steps.length > 0 && el("p", {}, t("says_abort_together"))],
    // Without a plan there are no steps to go down.
    fields: steps.length === 0 ? [] : [
      choice("how", "how", [["at_once", t("at_once")], ["gradual", t("step_by_step")]])],
    values: ({ how }) => ({ gradual: how === "gradual" }),
  };
}
