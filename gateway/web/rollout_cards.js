// One card a context: where its rollout stands, whether that is safe, and what may be done.

import { actionButtons } from "./rollout_actions.js";
import { el, showWhenOther } from "./dom.js";
import { moment, number } from "./format.js";
import { language, t } from "./language.js";
import { linkTo } from "./place.js";
import { reasonNode, reasonsNode } from "./reasons.js";
import { stepProgress, stepTold, weightBar } from "./rollout_steps.js";
import { answerNode, verdictParts } from "./rollout_verdict.js";
import { codeOf, within, worded } from "./wording.js";

const CONTROLLER = "controller";
const LONG_REASON = 160;
// As the comparison has them.
const ORDER = ["camera", "alert"];
const PHASES = {
  idle: "○", waiting: "…", running: "▸", gate: "◆", paused: "‖", aborting: "▾", aborted: "■",
  completed: "✓",
};
const NOTHING = "WAITS_FOR_NOTHING";
const EVIDENCE = "WAITS_FOR_EVIDENCE";
// Each part is drawn only when it changed: a button is not replaced while it is pressed.
const PARTS = {
  phase: [phaseNode, ["phase"]],
  weight: [weightBar, ["weight", "weight_in_force", "steps", "plan", "phase"]],
  next: [nextParts, ["waits_for", "frozen", "phase", "author", "reason", "weight", "weight_in_force"]],
  progress: [(rollout, now) => stepProgress(rollout, now), null],
  actions: [actionButtons, ["phase", "weight", "steps", "plan"]],
  verdict: [verdictParts, ["verdict"]],
  changed: [changedParts, ["author", "reason", "changed_at", "plan", "plan_version",
    "notifications_trouble", "notifications_waiting"]],
};

/** Show every rollout of ListRollouts, by `told.timestamp`; null while nothing is known. */
export function showRollouts(node, told) {
  const contexts = (told?.rollouts ?? []).map((one) => one.context)
    .sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  showWhenOther(node, `${language()} ${contexts}`, () => told
    ? contexts.map(frame) : el("p", { class: "empty" }, t("waiting")));
  for (const rollout of told?.rollouts ?? []) {
    for (const [name, [make, fields]] of Object.entries(PARTS)) {
      const part = node.querySelector(`#${partId(rollout.context, name)}`);
      const seen = fields?.map((field) => rollout[field])
        ?? [rollout, Math.floor(new Date(told.timestamp) / 1000)];
      showWhenOther(part, JSON.stringify(seen), () => [make(rollout, told.timestamp)]);
    }
  }
}

function partId(context, name) {
  return `rollout-${context}-${name}`;
}

function frame(context) {
  const title = `rollout-${context}`;
  return el("article", { class: "card", "aria-labelledby": title },
    el("div", { class: "bar" },
      el("h3", { id: title, tabindex: "-1", "data-key": title }, t(`context_${context}`)),
      el("p", { id: partId(context, "phase") })),
    ["weight", "next", "progress", "actions", "verdict", "changed"].map((name) =>
      el("div", { id: partId(context, name), class: "part" })));
}

/** A phase as a word with a symbol. */
export function phaseNode({ phase }) {
  return el("span", { class: `verdict phase ${phase}` },
    el("span", { "aria-hidden": "true" }, PHASES[phase] ?? "?"), " ", t(`phase_${phase}`));
}

function nextParts(rollout) {
  return [
    isTakenBack(rollout) && el("p", { class: "warning" }, "⚠ ", t("rolled_back"), " ",
      reasonsNode(rollout.reasons, rollout.reason)),
    frozenNode(rollout),
    waiting(rollout, true),
  ];
}

function frozenNode({ frozen, freeze }) {
  return frozen && el("p", { class: "freeze" }, "❄ ",
    t("frozen", { reason: worded(freeze) || frozen }));
}

/** What a rollout waits for; `isShort` where the verdict is shown beside it. */
function waiting({ waits_for: reason, next }, isShort) {
  if (!reason) return null;
  if (codeOf(reason) === NOTHING) {
    return el("p", { class: "note" }, reasonsNode(within(reason, "why"), next));
  }
  return el("p", {}, el("strong", {}, t("waits_for")), " ",
    isShort && codeOf(reason) === EVIDENCE ? t("waits_for_evidence") : reasonNode(reason, next));
}

function isTakenBack({ phase, author }) {
  return (phase === "aborted" || phase === "aborting") && author === CONTROLLER;
}

function changedParts(rollout) {
  const { context, author, changed_at: at, plan, plan_version: version } = rollout;
  return [
    at && el("div", { class: "note" },
      t("last_change", { time: moment(at), author: authorTold(author) }), " ",
      whyNode(rollout, `reason-${context}`)),
    plan && el("p", { class: "note" }, t("plan_told", { plan, version: version.slice(0, 12) })),
    rollout.notifications_trouble && el("p", { class: "warning" }, "⚠ ",
      t("notifications_trouble"), " ", el("span", { lang: "en" }, rollout.notifications_trouble)),
    rollout.notifications_waiting > 0 && el("p", { class: "note" },
      t("notifications_waiting", { count: number(rollout.notifications_waiting) })),
  ];
}

/** Who made a change. */
export function authorTold(author) {
  return author === CONTROLLER ? t("controller") : author;
}

/**
 * Why a change was made: of the controller's many reasons the later ones can be opened;
 * people's words are left alone.
 */
export function whyNode({ author, reason, reasons }, key) {
  if (!reason) return el("span", { class: "note" }, t("no_reason"));
  if (reasons.length === 0 && author !== CONTROLLER) return el("span", {}, reason);
  const [first, ...others] = reasons;
  if (others.length === 0 || reason.length <= LONG_REASON) return reasonsNode(reasons, reason);
  return el("details", { "data-key": key },
    el("summary", { "data-key": `${key}-summary` }, reasonNode(first), " …"),
    reasonsNode(others, ""));
}

/** A rollout in two lines, for the comparison. */
export function rolloutSummary(rollout) {
  const { context, verdict } = rollout;
  return el("div", { class: "rollout-summary" },
    el("p", {},
      el("a", { href: linkTo({ view: "rollout" }), "data-key": `to-rollout-${context}` },
        t("rollout")), " ",
      phaseNode(rollout), " ", stepTold(rollout), " ", verdict && answerNode(verdict.answer)),
    isTakenBack(rollout) && el("p", { class: "warning" }, "⚠ ", t("rolled_back"), " ",
      reasonsNode(rollout.reasons, rollout.reason)),
    frozenNode(rollout),
    waiting(rollout, false));
}

/** Tell phases and weights to a screen reader, when they change and only then. */
export function announceRollouts(node, told) {
  const text = told.rollouts.map((one) => t("phase_told", { context: t(`context_${one.context}`),
    phase: t(`phase_${one.phase}`), weight: one.weight })).join(" ");
  if (node.textContent !== text) node.textContent = text;
}
