// Joins the parts: what is asked when, and what is shown where.

import * as api from "./api.js";
import { el, show } from "./dom.js";
import { number } from "./format.js";
import { other, switchLanguage, t, translatePage } from "./language.js";
import { announce, showOverview, showTrust } from "./overview.js";
import { place } from "./place.js";
import { showDetail, typicalPair } from "./rpc_detail.js";
import { showRpcTable } from "./rpc_table.js";
import { drawTraces, loadTraces, showFilters } from "./traces.js";
import { loadWaterfalls, showWaterfalls } from "./waterfall.js";
import { drawCameras, loadCameras } from "./cameras.js";

const COMPARISON_MS = 5000;
const CAMERAS_MS = 10000;
// The stream tells something every second.
const STALE_SECONDS = 3;

const at = (id) => document.getElementById(id);
const state = { live: null, heard: 0, isLost: false, compared: null, asked: "", waterfalls: [] };
const refusals = new Map();

function drawComparison() {
  const { compared } = state;
  const { rpc } = place();
  showOverview(at("overview"), state.live, compared);
  showTrust(at("trust"), state.live, compared);
  if (compared) {
    showRpcTable(at("rpcs"), compared, rpc);
    showDetail(at("detail"), compared, rpc);
  } else {
    show(at("rpcs"), el("p", { class: "empty" }, t(refusals.size ? "no_figures" : "waiting")));
  }
}

function drawLive() {
  if (place().view !== "comparison") return;
  showOverview(at("overview"), state.live, state.compared);
  showTrust(at("trust"), state.live, state.compared);
}

/** How old the live figures are: said every second. */
function drawConnection() {
  const age = Math.max(0, Math.round((Date.now() - state.heard) / 1000));
  const isFresh = state.heard > 0 && age < STALE_SECONDS && !state.isLost;
  const word = state.heard === 0 ? (state.isLost ? "not_connected" : "connecting")
    : isFresh ? "live" : "stale";
  const node = at("connection");
  node.dataset.state = isFresh ? "live" : word;
  const text = t(word, { age: number(age) });
  if (node.textContent !== text) node.textContent = text;
}

function drawAlarm() {
  const first = refusals.values().next().value;
  const text = !first ? "" : t(first instanceof api.Refusal ? "refused" : "unreachable");
  const node = at("alarm");
  if (node.dataset.text === text + (first?.message ?? "")) return;
  node.dataset.text = text + (first?.message ?? "");
  show(node, text && el("p", {}, el("strong", {}, "⚠ ", text), " ",
    el("span", { lang: "en" }, first.message)));
}

/** Run one question; while it is refused, the alarm says so. */
async function asking(name, question) {
  try {
    await question();
    refusals.delete(name);
  } catch (refusal) {
    refusals.set(name, refusal);
  }
  drawAlarm();
}

async function askComparison() {
  await asking("comparison", async () => {
    const asked = at("minutes").value;
    const compared = await api.comparison(asked);
    // A slow answer for another period comes too late.
    if (asked === at("minutes").value) state.compared = compared;
  });
  const { view } = place();
  if (view === "comparison") drawComparison();
  // Which requests are the usual ones is known only now.
  if (view === "traces" && state.asked === "") askWaterfalls();
}

async function askTraces() {
  await asking("traces", () => loadTraces(at("trace-list")));
}

async function askCameras() {
  await asking("cameras", () => loadCameras(at("camera-list")));
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
  showWaterfalls(at("waterfalls"), waterfalls);
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
  if (view === "traces") {
    showWaterfalls(at("waterfalls"), state.waterfalls);
    showFilters(at("trace-filters"), askTraces);
    drawTraces(at("trace-list"));
    askWaterfalls();
    askTraces();
  }
  if (view === "cameras") {
    drawCameras(at("camera-list"));
    askCameras();
  }
}

function speak() {
  translatePage();
  const button = at("language");
  button.lang = other() === "zh" ? "zh-CN" : "en";
  button.textContent = other() === "zh" ? "中文" : "English";
  drawConnection();
  at("alarm").dataset.text = "";
  drawAlarm();
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
  api.watch((figures) => {
    Object.assign(state, { live: figures, heard: Date.now(), isLost: false });
    announce(at("verdicts"), figures);
    drawLive();
    drawConnection();
  }, () => {
    state.isLost = true;
    drawConnection();
  });
  setInterval(drawConnection, 1000);
  repeat(askComparison, COMPARISON_MS, () => true);
  repeat(askCameras, CAMERAS_MS, () => place().view === "cameras");
}

/** Ask now if it is wanted, and again so long after each answer; not while the page is hidden. */
async function repeat(question, milliseconds, isWanted) {
  if (!document.hidden && isWanted()) await question();
  setTimeout(() => repeat(question, milliseconds, isWanted), milliseconds);
}

start();
