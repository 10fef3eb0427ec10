// Where a camera's requests go and why, and the cameras that are pinned.

import * as api from "./api.js";
import { el, show, showWhenOther } from "./dom.js";
import { number } from "./format.js";
import { language, t } from "./language.js";
import { pathNode } from "./overview.js";
import { askReason, choice, labelled } from "./reason_dialog.js";
import { reasonNode } from "./reasons.js";
import { may } from "./roles.js";

const CHOICES = "camera-ids";
const SOME = 12;
// The camera that was explained last; "" for none.
let explained = "";
let explainAgain = () => {};

/** Show the question where a camera's requests go, with the last answer. */
export function showPlacement(node) {
  showWhenOther(node, language(), () => {
    const answer = el("div", { class: "placement", "aria-live": "polite" });
    const field = el("input", { type: "text", list: CHOICES, name: "camera",
      autocomplete: "off", value: explained, "data-key": "explain-id" });
    const asking = el("form", { class: "filters", role: "search" },
      el("label", {}, el("span", {}, t("camera_id")), field),
      el("button", { type: "submit" }, t("explain")),
      may("releaser") && el("button", { type: "button", "data-key": "pin", onclick: () =>
        askPin(field.value.trim(), "pin", told) }, t("pin_camera")),
      el("datalist", { id: CHOICES }));
    const told = (placement) => {
      explained = placement.camera_id;
      show(answer, placementParts(placement, told));
    };
    explainAgain = () => explained && explain(explained, answer, told);
    asking.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) explain(field.value.trim(), answer, told);
    });
    explainAgain();
    return [asking, answer];
  });
  offerIds(node);
}

/** Cameras to choose from; without them an id is typed. */
async function offerIds(node) {
  try {
    const ids = (await api.cameras()).cameras.map((one) => String(one.id));
    showWhenOther(node.querySelector(`#${CHOICES}`), ids.join("\n"), () =>
      ids.map((id) => el("option", { value: id })));
  } catch {
    // As it says above.
  }
}

async function explain(id, answer, told) {
  try {
    told((await api.placement(id)).placement);
  } catch (refusal) {
    show(answer, el("p", { class: "warning refusal", lang: "en" }, refusal.message));
  }
}

function placementParts(placement, told) {
  const { camera_id: id, path, reason, why, bucket, pinned, moves_at: at } = placement;
  const action = pinned ? "unpin" : "pin";
  return [
    el("p", {}, el("span", { class: "id" }, id), " → ", pathNode(path), " · ",
      reasonNode(reason, why)),
    el("p", { class: "note" }, t("bucket_told", { bucket }), " ",
      !pinned && t(at ? "moves_at" : "moves_never", { weight: at })),
    may("releaser") && el("button", { type: "button", "data-key": `${action}-this`, onclick: () =>
      (pinned ? askUnpin(id, `${action}-this`, told) : askPin(id, `${action}-this`, told)) },
      t(`${action}_this`, { camera: id })),
  ];
}

/** Show the pins of the cameras' rollout; what was explained is asked again when they change. */
export function showPins(node, { pins, weight_in_force: weight }) {
  showWhenOther(node, JSON.stringify([language(), pins, weight]), () => {
    explainAgain();
    const all = Object.entries(pins).sort(([a], [b]) => a.localeCompare(b));
    if (all.length === 0) return el("p", { class: "note" }, t("no_pins"));
    return el("details", { "data-key": "pins", open: all.length <= SOME },
      el("summary", { "data-key": "pins-summary" }, t("pins_told", { count: number(all.length) })),
      el("ul", { class: "pins" }, all.map(([id, path]) => el("li", {},
        el("span", { class: "id" }, id), " ", pathNode(path), " ",
        may("releaser") && el("button", { type: "button", "data-key": `unpin-${id}`,
          "aria-label": t("unpin_this", { camera: id }),
          onclick: () => askUnpin(id, `unpin-${id}`, () => {}) }, t("do_unpin"))))));
  });
}

function askPin(id, back, told) {
  askReason({
    title: t("title_of", { action: t("do_pin"), context: id || t("context_camera") }),
    confirm: t("do_pin"),
    tells: () => el("p", {}, t("says_pin")),
    fields: [
      labelled("camera_id", null, el("input", { name: "camera", type: "text", list: CHOICES,
        autocomplete: "off", required: true, autofocus: true, value: id })),
      choice("path", "path", [["legacy", t("path_legacy")], ["domain", t("path_domain")]])],
    wrong: ({ camera }) => (camera ? "" : t("camera_missing")),
    send: async ({ camera, path, reason, author }) =>
      told((await api.pin(camera, { path, reason, author })).placement),
    back,
    orElse: rest,
  });
}

function askUnpin(id, back, told) {
  askReason({
    title: t("title_of", { action: t("do_unpin"), context: id }),
    confirm: t("do_unpin"),
    tells: () => el("p", {}, t("says_unpin", { camera: id })),
    send: async ({ reason, author }) => told((await api.unpin(id, { reason, author })).placement),
    back,
    orElse: rest,
  });
}

function rest() {
  return document.getElementById("placement-title");
}
