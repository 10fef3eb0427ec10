// The rollout's view, and what of it the rest of the page shows.

import * as api from "./api.js";
import { el, show, showWhenOther } from "./dom.js";
import { number } from "./format.js";
import { language, t } from "./language.js";
import { drawDecisions, loadDecisions } from "./decisions.js";
import { showPins, showPlacement } from "./placements.js";
import { onChange } from "./rollout_actions.js";
import { announceRollouts, showRollouts } from "./rollout_cards.js";

const at = (id) => document.getElementById(id);
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
  showRollouts(at("rollouts"), told);
  if (!told) return;
  showPins(at("pins"), told.rollouts.find((one) => one.context === "camera"));
  showController(told.controller);
  if (told.controller.decisions === state.decisions) return;
  state.decisions = told.controller.decisions;
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
