// How far a rollout is: its weight as a bar, the plan's steps on it, and what the step still needs.

import { el, svg } from "./dom.js";
import { duration, moment, number, secondsBetween } from "./format.js";
import { t } from "./language.js";

const SYMBOLS = { done: "✓", current: "●", ahead: "○" };

/** The place of the current step, -1 when there is none. */
export function currentStep({ steps }) {
  return steps.findIndex((step) => step.state === "current");
}

/** "Step 2 of 4"; null when no step is current. */
export function stepTold(rollout) {
  const place = currentStep(rollout);
  return place < 0 ? null
    : t("step_told", { place: number(place + 1), all: number(rollout.steps.length) });
}

/** The weight asked and in force, and the steps, each with its state. */
export function weightBar({ weight, weight_in_force: inForce, steps, plan, phase }) {
  const told = t("weight_in_force", { weight: inForce });
  const marks = steps.filter((step) => !step.gate && step.weight < 100);
  return [
    el("div", { class: "stage" },
      el("p", {}, el("strong", { class: "weight" }, `${weight} %`), " ", t("to_domain"),
        el("span", { class: "answered" }, told)),
      svg("svg", { viewBox: "0 0 100 9", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "path-legacy", x: 0, y: 2, width: 100, height: 5 }),
        svg("rect", { class: "path-domain", x: 0, y: 2, width: inForce, height: 5 }),
        marks.map((step) => svg("rect", { class: "step-mark", x: step.weight - 0.1, y: 2,
          width: 0.2, height: 5 })),
        svg("rect", { class: "mark", x: Math.min(weight, 99.5), y: 0, width: 0.5, height: 9 }))),
    steps.length > 0 && el("ol", { class: "steps", "aria-label": t("steps_of_plan", { plan }) },
      steps.map((step) => stepNode(reached(step, phase)))),
  ];
}

/** A step as it is to be shown: what was taken back is at none of them. */
function reached(step, phase) {
  const isGone = step.state === "current" && ["aborting", "aborted"].includes(phase);
  return isGone ? { ...step, state: "ahead" } : step;
}

function stepNode(step) {
  return el("li", { class: `step ${step.state}`, title: needs(step),
      "aria-current": step.state === "current" ? "step" : null },
    el("span", { "aria-hidden": "true" }, SYMBOLS[step.state], " "),
    step.gate ? t("step_gate") : `${step.weight} %`,
    el("span", { class: "hidden" }, ` (${t(`step_${step.state}`)}): ${needs(step)}`));
}

function needs(step) {
  const time = duration(step.min_dwell_seconds);
  if (!step.gate) return t("step_needs", { time, requests: number(step.min_requests) });
  return step.min_dwell_seconds ? t("gate_waits", { time }) : t("gate_waits_for_you");
}

/** Since when the current step is, and how much of its time and requests there was by `now`. */
export function stepProgress(rollout, now) {
  const place = currentStep(rollout);
  const { step_since: since, step_lasted_seconds: lasted, verdict, phase } = rollout;
  if (place < 0 || !since || ["waiting", "aborting", "aborted"].includes(phase)) return null;
  const step = rollout.steps[place];
  const elapsed = Math.max(secondsBetween(since, now), 0);
  const { min_dwell_seconds: dwell, min_requests: needed } = step;
  const had = verdict?.requests ?? 0;
  return [
    el("p", { class: "note" }, stepTold(rollout), ", ",
      t("since", { time: moment(since), elapsed: duration(elapsed) })),
    el("div", { class: "meters" },
      dwell > 0 && meter("time_of_step", lasted, dwell, duration),
      !step.gate && needed > 0 && verdict && meter("requests_of_step", had, needed, number)),
  ];
}

function meter(word, had, needed, text) {
  const told = t("so_far", { had: text(had), needed: text(needed) });
  return el("label", {}, el("span", {}, t(word)),
    el("progress", { max: needed, value: Math.min(had, needed) }), el("span", {}, told));
}
