// The cameras: how they stand, how fast they are, and a picture when asked for.

import * as api from "./api.js";
import { el, section, show } from "./dom.js";
import { clock, number } from "./format.js";
import { t } from "./language.js";

// Each running camera is asked for its figures; a fleet is shown in parts.
const PART = 24;
let shown = PART;
let cameras = null;
const pictures = new Map();

/** Ask for cameras, states and figures, and show them; throws Refusal. */
export async function loadCameras(node) {
  // Of a camera's fields only these: a source holds its password.
  const found = (await api.cameras()).cameras.map(({ id, name, active, enabled }) => ({
    id: String(id), name: String(name ?? id), isActive: active ?? enabled ?? true }));
  const part = found.slice(0, shown);
  const statuses = part.length ? await api.cameraStatuses(part.map((one) => one.id)) : {};
  await Promise.all(part.map(async (camera) => {
    camera.isRunning = statuses[camera.id]?.running === true;
    camera.condition = statuses[camera.id]?.condition ?? {};
    if (camera.isRunning) {
      camera.stats = (await api.cameraStats(camera.id).catch(() => null))?.stats;
    }
  }));
  part.sort((one, other) => urgency(one) - urgency(other));
  cameras = { part, all: found.length };
  drawCameras(node);
}

/** Show the cameras that were asked for last. */
export function drawCameras(node) {
  section(node, drawList);
}

function drawList(node) {
  if (cameras === null) return show(node, el("p", { class: "empty" }, t("waiting")));
  if (cameras.all === 0) return show(node, el("p", { class: "empty" }, t("no_cameras")));
  const more = () => {
    shown += PART;
    return loadCameras(node).catch(() => drawCameras(node));
  };
  const running = cameras.part.filter((one) => one.isRunning).length;
  const failing = cameras.part.filter((one) => urgency(one) === 0).length;
  return show(node,
    el("p", {}, t("cameras_told", { all: number(cameras.all), running: number(running),
      shown: number(cameras.part.length) }),
      failing > 0 && " ",
      failing > 0 && el("strong", { class: "failing" },
        t("cameras_failing", { failing: number(failing) }))),
    el("ul", { class: "cameras" }, cameras.part.map((camera) => card(node, camera))),
    cameras.all > cameras.part.length && el("button", { type: "button", "data-key": "more-cameras",
      onclick: more }, t("more")));
}

// What somebody should look at comes first.
const FAILING = ["crash_loop", "restarting", "source_failed"];
const urgency = (camera) => (FAILING.includes(camera.condition.state) ? 0 : 1);

/** One word for how a camera stands; an old server tells less. */
function stateOf(camera) {
  const told = camera.condition.state;
  if (told && told !== "stopped") return told;
  return camera.isRunning ? "running" : camera.isActive ? "stopped" : "inactive";
}

function reason({ condition }) {
  if (!condition.cause) return null;
  const parts = [t(`cause_${condition.cause}`)];
  if (condition.failures > 1) parts.push(t("failed_times", { times: number(condition.failures) }));
  if (condition.since) parts.push(t("since_clock", { at: clock(condition.since) }));
  if (condition.next_retry_at) parts.push(t("again_at", { at: clock(condition.next_retry_at) }));
  return el("p", { class: "why", title: condition.message ?? "" }, parts.join(", "));
}

function card(node, camera) {
  const state = stateOf(camera);
  const mark = FAILING.includes(state) ? "▲ " : camera.isRunning ? "● " : "○ ";
  const { stats } = camera;
  return el("li", { class: "card camera" },
    el("div", { class: "bar" },
      el("h3", {}, camera.name),
      el("span", { class: `state ${state}` },
        el("span", { "aria-hidden": "true" }, mark), t(state))),
    el("p", { class: "note id" }, camera.id),
    reason(camera),
    el("p", {}, figures(stats)),
    picture(camera),
    el("button", { type: "button", "data-key": `preview-${camera.id}`,
      "aria-label": t("preview_of", { name: camera.name }),
      onclick: () => takePicture(node, camera) },
      t(pictures.get(camera.id)?.url ? "preview_again" : "preview")));
}

function figures(stats) {
  if (!stats) return " ";
  if (stats.known === false) return t("camera_figures_unknown");
  const told = t("camera_figures", { fps: number(stats.avg_fps, 1),
    frames: number(stats.total_frames) });
  // A worker that counts nobody tells 0 as well.
  const persons = stats.detected_persons;
  return persons > 0 ? told + t("camera_persons", { persons: number(persons) }) : told;
}

function picture(camera) {
  const taken = pictures.get(camera.id);
  if (!taken) return el("div", { class: "picture" }, el("span", {}, t("no_preview")));
  if (taken.waiting) return el("div", { class: "picture" }, el("span", {}, t("taking_preview")));
  if (taken.refusal) {
    return el("div", { class: "picture", role: "status" },
      el("span", { lang: "en" }, taken.refusal));
  }
  return el("div", { class: "picture" }, el("img", { src: taken.url,
    alt: t("preview_of", { name: camera.name }) }));
}

/** A preview opens the camera's source: only on request, never by itself. */
async function takePicture(node, camera) {
  const before = pictures.get(camera.id)?.url;
  pictures.set(camera.id, { waiting: true });
  drawCameras(node);
  try {
    const blob = await api.preview(camera.id);
    pictures.set(camera.id, { url: URL.createObjectURL(blob) });
  } catch (refusal) {
    const isSaid = refusal instanceof api.Refusal;
    pictures.set(camera.id, { refusal: isSaid ? refusal.message : t("unreachable") });
  }
  if (before) URL.revokeObjectURL(before);
  drawCameras(node);
}
