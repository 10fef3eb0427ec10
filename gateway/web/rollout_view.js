// The rollout's view, and what of it the rest of the page shows.

import * as api from "./api.js";
import { el, section, show, showWhenOther } from "./dom.js";
import { number } from "./format.js";
import { language, t } from "./language.js";
import { drawDecisions, loadDecisions } from "./decisions.js";
import { showPins, showPlacement } from "./placements.js";
import { onChange } from "./rollout_actions.js";
import { announceRollouts, showRollouts } from "./rollout_cards.js";

const at = (id) => document.getElementById(id);
// What is not told of it.
const NO_CONTROLLER = { leads: false, token: 0, decisions: 0, head: "" };
const state = { told: null, decisions: -1 };

/** Every rollout as it was last heard of; null before. */
export function knownRollouts() {
  return state.told;
}

/** What keeps the controller from deciding, in English; "" when nothing does. */
export function controllerTrouble() {
  return state.told?.controller?.trouble ?? "";
}

/** Take in what ListRollouts or WatchRollouts tell. */
export function hearRollouts(told) {
  state.told = told;
  announceRollouts(at("phases"), told);
}

/** Say everything again, in another language. */
export function speakRollouts() {
  if (state.told) announceRollouts(at("phases"), state.told);
}

/** Show the view as a whole: the reader has come to it, or speaks another language. */
export function openRollouts() {
  showPlacement(at("explain"));
  drawDecisions(at("decisions"));
  drawRollouts();
}

/** Show what moves; `asking(question)` runs a question and tells when it is refused. */
export function drawRollouts(asking = (question) => question().catch(() => {})) {
  const { told } = state;
  section(at("rollouts"), (node) => showRollouts(node, told));
  if (!told) return;
  section(at("pins"), (node) =>
    showPins(node, told.rollouts.find((one) => one.context === "camera")));
  const controller = { ...NO_CONTROLLER, ...told.controller };
  section(at("controller"), () => showController(controller));
  if (controller.decisions === state.decisions) return;
  state.decisions = controller.decisions;
  asking(() => loadDecisions(at("decisions")));
}

function showController({ leads, token, decisions, head }) {
  showWhenOther(at("controller"), [language(), leads, token, decisions, head].join(), () => [
    t(leads ? "controller_leads" : "controller_rests", { token: number(token),
      decisions: number(decisions) }),
    head && [" ", t("log_head"), " ", el("code", { title: head }, head.slice(0, 12))]]);
}

/** Have a change from this page seen at once, before the stream tells of it. */
export function seeOwnChanges(draw) {
  onChange((rollout) => {
    if (!rollout || !state.told) return;
    const rollouts = state.told.rollouts.map((one) =>
      one.context === rollout.context ? rollout : one);
    hearRollouts({ ...state.told, rollouts });
    draw();
  });
}
