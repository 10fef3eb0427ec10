// Joins the parts: what is asked when, and what is shown where.

import * as api from "./api.js";
import { el, section, show, showWhenOther } from "./dom.js";
import { number } from "./format.js";
import { other, switchLanguage, t, translatePage } from "./language.js";
import { askLogin, showIdentity } from "./login.js";
import { announce, showOverview, showTrust } from "./overview.js";
import { place } from "./place.js";
import { controllerTrouble, drawRollouts, hearRollouts, knownRollouts, openRollouts,
  seeOwnChanges, speakRollouts } from "./rollout_view.js";
import { showDetail, typicalPair } from "./rpc_detail.js";
import { showRpcTable } from "./rpc_table.js";
import { showShadow } from "./shadow.js";
import { drawTraces, loadTraces, showFilters } from "./traces.js";
import { loadWaterfalls, showWaterfalls } from "./waterfall.js";
import { drawAlerts, loadAlerts, showAlertFilters } from "./alerts.js";
import { drawCameras, loadCameras } from "./cameras.js";

const COMPARISON_MS = 5000;
const CAMERAS_MS = 10000;
const ALERTS_MS = 5000;
const HEALTH_MS = 10000;
// The streams tell something every second.
const STALE_SECONDS = 3;
const UNAUTHENTICATED = 401;
const FORBIDDEN = 403;

const at = (id) => document.getElementById(id);
const state = { live: null, compared: null, shadow: null, asked: "", waterfalls: [], insecure: "",
  cameras: null };
const streams = { figures: { heard: 0, isLost: false }, rollouts: { heard: 0, isLost: false } };
const refusals = new Map();

function drawComparison() {
  const { compared } = state;
  const { rpc } = place();
  drawLive();
  section(at("shadow-table"), (node) => showShadow(at("shadow"), node, state.shadow));
  if (compared) {
    section(at("rpcs"), (node) => showRpcTable(node, compared, rpc));
    section(at("detail"), (node) => showDetail(node, compared, rpc));
  } else {
    show(at("rpcs"), el("p", { class: "empty" }, t(refusals.size ? "no_figures" : "waiting")));
  }
}

function drawLive() {
  if (place().view !== "comparison") return;
  section(at("overview"), (node) =>
    showOverview(node, state.live, state.compared, knownRollouts()));
  section(at("trust"), (node) => showTrust(node, state.live, state.compared));
}

function drawRolloutPart() {
  const { view } = place();
  if (view === "comparison") drawLive();
  if (view === "rollout") drawRollouts((question) => asking("decisions", question));
  drawAlarm();
}

/** How old the live figures are, the older of both streams': said every second. */
function drawConnection() {
  const each = Object.values(streams);
  const heard = Math.min(...each.map((one) => one.heard));
  const isLost = each.some((one) => one.isLost);
  const age = Math.max(0, Math.round((Date.now() - heard) / 1000));
  const isFresh = heard > 0 && age < STALE_SECONDS && !isLost;
  const word = heard === 0 ? (isLost ? "not_connected" : "connecting")
    : isFresh ? "live" : "stale";
  const node = at("connection");
  node.dataset.state = isFresh ? "live" : word;
  const text = t(word, { age: number(age) });
  if (node.textContent !== text) node.textContent = text;
}

function drawAlarm() {
  const first = refusals.values().next().value;
  const alarms = [
    // What a browser says of a connection that failed helps nobody.
    first && [t(wordOf(first)), first instanceof api.Refusal ? first.message : ""],
    state.insecure && [t("insecure"), state.insecure],
    controllerTrouble() && [t("controller_trouble"), controllerTrouble()]].filter(Boolean);
  showWhenOther(at("alarm"), JSON.stringify(alarms), () => alarms.map(([text, detail]) =>
    el("p", {}, el("strong", {}, "⚠ ", text), " ", el("span", { lang: "en" }, detail))));
}

/** How many cameras fail, on every view; the link leads to them. */
function drawFailing() {
  const failing = state.cameras?.failing ?? 0;
  const node = at("failing");
  node.hidden = failing === 0;
  const text = failing === 0 ? "" : t("failing_of", { failing: number(failing),
    all: number(state.cameras.configured) });
  showWhenOther(node, text, () => [el("span", { "aria-hidden": "true" }, "▲ "), text]);
}

function wordOf(refusal) {
  if (!(refusal instanceof api.Refusal)) return "unreachable";
  return [UNAUTHENTICATED, FORBIDDEN].includes(refusal.status) ? "not_allowed" : "refused";
}

/** Run one question; while it is refused, the alarm says so. */
async function asking(name, question) {
  try {
    await question();
    refusals.delete(name);
  } catch (refusal) {
    refusals.set(name, refusal);
    if (refusal.status === UNAUTHENTICATED) askLogin(at("who"));
  }
  drawAlarm();
}

async function askComparison() {
  await asking("comparison", async () => {
    const asked = at("minutes").value;
    const [compared, shadow] = await Promise.all([api.comparison(asked), api.shadow(asked)]);
    // A slow answer for another period comes too late.
    if (asked === at("minutes").value) Object.assign(state, { compared, shadow });
  });
  const { view } = place();
  if (view === "comparison") drawComparison();
  // Which requests are the usual ones is known only now.
  if (view === "traces" && state.asked === "") askWaterfalls();
}

/** Ask once why the stream of rollouts ends, and what they are meanwhile. */
async function askRollouts() {
  await asking("rollouts", async () => hearRollouts(await api.rollouts()));
  drawRolloutPart();
}

async function askHealth() {
  await asking("health", async () => {
    const { insecure, cameras } = (await api.health()).checks;
    Object.assign(state, { insecure: insecure ?? "", cameras: cameras ?? null });
  });
  drawFailing();
}

async function askTraces() {
  await asking("traces", () => loadTraces(at("trace-list")));
}

async function askCameras() {
  await asking("cameras", () => loadCameras(at("camera-list")));
}

async function askAlerts() {
  await asking("alerts", () => loadAlerts(at("alert-list")));
}

/** The two requests of the place, or the usual one of each path. */
async function askWaterfalls() {
  let { trace, beside, rpc } = place();
  if (!trace && !beside) {
    const rpcs = (state.compared?.contexts ?? []).flatMap((context) => context.rpcs);
    const chosen = rpcs.filter((one) => !rpc || one.rpc === rpc).map(typicalPair);
    ({ trace, beside } = chosen.find((one) => one.trace && one.beside) ?? chosen[0] ?? {});
  }
  const ids = [trace, beside].filter(Boolean);
  if (ids.join() === state.asked) return;
  state.asked = ids.join();
  const waterfalls = await loadWaterfalls(ids);
  if (ids.join() !== state.asked) return;
  state.waterfalls = waterfalls;
  section(at("waterfalls"), (node) => showWaterfalls(node, waterfalls));
}

/** Show where the URL says the reader is. */
function go() {
  const { view, rpc } = place();
  for (const node of document.querySelectorAll(".view")) node.hidden = node.id !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "comparison") {
    drawComparison();
    if (rpc && state.compared) at("detail").focus();
  }
  if (view === "rollout") {
    openRollouts();
    drawRolloutPart();
  }
  if (view === "traces") {
    section(at("waterfalls"), (node) => showWaterfalls(node, state.waterfalls));
    showFilters(at("trace-filters"), askTraces);
    drawTraces(at("trace-list"));
    askWaterfalls();
    askTraces();
  }
  if (view === "cameras") {
    drawCameras(at("camera-list"));
    askCameras();
  }
  if (view === "alerts") {
    showAlertFilters(at("alert-filters"), askAlerts);
    drawAlerts(at("alert-list"));
    askAlerts();
  }
}

function speak() {
  translatePage();
  const button = at("language");
  button.lang = other() === "zh" ? "zh-CN" : "en";
  button.textContent = other() === "zh" ? "中文" : "English";
  drawConnection();
  drawAlarm();
  drawFailing();
  speakRollouts();
  if (state.live) announce(at("verdicts"), state.live);
}

function start() {
  at("language").addEventListener("click", () => {
    switchLanguage();
    speak();
    go();
  });
  at("minutes").addEventListener("change", askComparison);
  // The hash says what is shown; a jump must not change it.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    at("main").focus();
  });
  window.addEventListener("hashchange", go);
  speak();
  go();
  seeOwnChanges(drawRolloutPart);
  api.watch((figures) => {
    state.live = figures;
    heard("figures");
    announce(at("verdicts"), figures);
    drawLive();
  }, () => lost("figures"));
  api.watchRollouts((told) => {
    refusals.delete("rollouts");
    hearRollouts(told);
    heard("rollouts");
    drawRolloutPart();
  }, () => {
    lost("rollouts");
    askRollouts();
  });
  setInterval(drawConnection, 1000);
  repeat(askComparison, COMPARISON_MS, () => true);
  repeat(askHealth, HEALTH_MS, () => true);
  repeat(askCameras, CAMERAS_MS, () => place().view === "cameras");
  repeat(askAlerts, ALERTS_MS, () => place().view === "alerts");
}

function heard(stream) {
  Object.assign(streams[stream], { heard: Date.now(), isLost: false });
  drawConnection();
}

function lost(stream) {
  streams[stream].isLost = true;
  drawConnection();
}

/** Ask now if it is wanted, and again so long after each answer; not while the page is hidden. */
async function repeat(question, milliseconds, isWanted) {
  if (!document.hidden && isWanted()) await question();
  setTimeout(() => repeat(question, milliseconds, isWanted), milliseconds);
}

// What is shown depends on who looks; that nobody knows who it is keeps nothing back.
showIdentity(at("who")).catch(() => {}).then(start);
