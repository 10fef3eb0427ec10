// The latency distributions of both paths, one over the other, on a logarithmic axis.

import { el, svg } from "./dom.js";
import { number, percent, time } from "./format.js";
import { t } from "./language.js";
import { pathNode } from "./overview.js";

const WIDTH = 560;
const HEIGHT = 220;
const EDGE = { left: 8, right: 12, top: 12, bottom: 34 };
const BINS = 56;
const MIN_MS = 0.001;

/** The chart of two PathFigures; what it shows is told as text, too. */
export function distribution(legacy, domain) {
  const paths = { legacy, domain };
  const names = Object.keys(paths).filter((name) =>
    paths[name].time && paths[name].distribution.some((one) => one.count > 0));
  if (names.length === 0) return el("p", { class: "empty" }, t("no_traffic"));
  const axis = logAxis(names.flatMap((name) => paths[name].distribution));
  const shares = names.map((name) => rebin(paths[name].distribution, axis));
  const most = Math.max(...shares.flat());
  const told = names.map((name) => t("distribution_told", {
    path: t(`path_${name}`), requests: number(paths[name].requests),
    p50: time(paths[name].time.p50.value), p95: time(paths[name].time.p95.value) })).join(" ");
  return el("figure", {},
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": told },
      axis.ticks.map((ms) => tick(axis, ms)),
      names.map((name, i) => outline(axis, name, shares[i], most)),
      names.map((name, i) => percentileMark(axis, name, paths[name].time.p95.value, i)),
      svg("text", { x: EDGE.left, y: EDGE.top + 8, class: "axis" },
        t("share_of_requests", { most: percent(100 * most) }))),
    el("figcaption", {}, names.map((name) => el("span", {}, pathNode(name), " ",
      t("p95_at", { time: time(paths[name].time.p95.value) })))));
}

/** An axis from the shortest to the longest time, with ticks at 1, 2 and 5. */
function logAxis(buckets) {
  const times = buckets.map((one) => Math.max(one.up_to_ms, MIN_MS));
  const low = Math.log10(Math.min(...times)) - 0.05;
  const high = Math.log10(Math.max(...times)) + 0.05;
  const inside = WIDTH - EDGE.left - EDGE.right;
  const part = (ms) => (Math.log10(Math.max(ms, MIN_MS)) - low) / (high - low);
  const steps = high - low > 2.5 ? [1] : high - low > 1 ? [1, 3] : [1, 2, 5];
  const ticks = [];
  for (let decade = Math.floor(low); decade <= Math.ceil(high); decade += 1) {
    for (const step of steps) {
      const ms = step * 10 ** decade;
      if (part(ms) >= 0.02 && part(ms) <= 0.98) ticks.push(ms);
    }
  }
  return { part, ticks, x: (ms) => EDGE.left + inside * part(ms) };
}

/** The share of all requests in each of BINS equal parts of the axis. */
function rebin(buckets, axis) {
  const counts = new Array(BINS).fill(0);
  let all = 0;
  for (const { up_to_ms: ms, count } of buckets) {
    const bin = Math.floor(axis.part(ms) * BINS);
    counts[Math.min(Math.max(bin, 0), BINS - 1)] += count;
    all += count;
  }
  return counts.map((count) => count / all);
}

function outline(axis, name, shares, most) {
  const floor = HEIGHT - EDGE.bottom;
  const width = (WIDTH - EDGE.left - EDGE.right) / BINS;
  const height = (share) => floor - ((floor - EDGE.top - 14) * share) / most;
  let d = `M${EDGE.left} ${floor}`;
  shares.forEach((share, i) => {
    const left = EDGE.left + i * width;
    d += `V${height(share).toFixed(1)}H${(left + width).toFixed(1)}`;
  });
  return svg("path", { class: `area ${name}`, d: `${d}V${floor}` });
}

function percentileMark(axis, name, ms, row) {
  const x = axis.x(ms);
  const y = EDGE.top + 4 + row * 14;
  const left = x > WIDTH / 2;
  return svg("g", { class: `percentile ${name}` },
    svg("line", { x1: x, x2: x, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }),
    svg("text", { x: x + (left ? -4 : 4), y: y + 6, "text-anchor": left ? "end" : "start" },
      `${t(`path_${name}`)} p95`));
}

function tick(axis, ms) {
  const x = axis.x(ms);
  return svg("g", { class: "tick" },
    svg("line", { x1: x, x2: x, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }),
    svg("text", { x, y: HEIGHT - EDGE.bottom + 18, "text-anchor": "middle" }, time(ms)));
}
