// What the page asks the gateway. Paths are relative: the page may lie behind a prefix.

import { whole } from "./figures.js";
import { renew } from "./session.js";

const ROOT = "api/v1";
const UNAUTHENTICATED = 401;
const SECONDS = 15;
const RECONNECT_MS = 2000;

/** An answer that is no success; `message` is what the gateway says of it. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const health = () => ask("monitoring/health");
export const comparison = async (minutes) =>
  whole(await ask(`monitoring/comparison?minutes=${minutes}`));
export const shadow = (minutes) => ask(`monitoring/shadow?minutes=${minutes}`);
export const traces = (query) => ask(`monitoring/traces?${new URLSearchParams(query)}`);
/** A kept request; id as place.js's requestId gives it. */
export const trace = (id) => {
  const [traceId, spanId = ""] = id.split("-");
  return ask(`monitoring/traces/${encodeURIComponent(traceId)}?span_id=${encodeURIComponent(spanId)}`);
};
export const cameras = () => ask("cameras");
export const cameraStats = (id) => ask(`cameras/${encodeURIComponent(id)}/stats`);

export const cameraStatuses = (ids) =>
  ask("cameras/batch-status", sending("POST", { camera_ids: ids, conditions: true }));
/** Alerts, the newest first: {items, next_page_token}. */
export const raisedAlerts = (query) => ask(`alerts/raised?${new URLSearchParams(query)}`);
/** Say what alerts are: {alert_ids, handling, handled_by, comment}. */
export const handleAlerts = (said) => ask("alerts/raised/handle", sending("POST", said));
export const rollouts = () => ask("rollouts");
export const decisions = (limit) => ask(`rollouts/history?limit=${limit}`);
export const placement = (id) => ask(`rollouts/placements/${encodeURIComponent(id)}`);
export const forecast = (context, plan) =>
  ask(`rollouts/${context}/forecast`, sending("POST", { plan }));

/** Do something to a rollout; `said` holds author, reason, and what else the RPC takes. */
export const command = (context, action, said) =>
  ask(`rollouts/${context}/${action}`, sending(action === "weight" ? "PUT" : "POST", said));
export const pin = (id, said) =>
  ask(`rollouts/pins/${encodeURIComponent(id)}`, sending("PUT", said));
export const unpin = (id, said) =>
  ask(`rollouts/pins/${encodeURIComponent(id)}?${new URLSearchParams(said)}`,
    { method: "DELETE" });

/** One frame of a camera, as a Blob. */
export async function preview(id) {
  return (await answer(`cameras/${encodeURIComponent(id)}/preview`)).blob();
}

/** Live figures; `lost` is called when they stop. */
export const watch = (received, lost) => follow("monitoring/stream", received, lost);
/** The rollouts as they move. */
export const watchRollouts = (received, lost) => follow("rollouts/stream", received, lost);

/** Follow a stream while the page is seen: a browser has six connections to a host, for all tabs. */
function follow(path, received, lost) {
  let stream = null;
  let again = 0;
  const open = () => {
    const opened = new EventSource(`${ROOT}/${path}`);
    opened.addEventListener("message", (event) => {
      const told = parsed(event.data);
      if (told) received(told);
    });
    opened.addEventListener("error", () => {
      lost();
      // The browser tries again by itself only after a connection that broke.
      if (opened.readyState === EventSource.CLOSED) again = setTimeout(open, RECONNECT_MS);
    });
    stream = opened;
  };
  const turn = () => {
    stream?.close();
    clearTimeout(again);
    if (!document.hidden) open();
  };
  document.addEventListener("visibilitychange", turn);
  turn();
}

async function ask(path, request = {}) {
  return (await answer(path, request)).json();
}

async function answer(path, request = {}) {
  let response = await sent(path, request);
  // Refused at the door, it has had no effect.
  if (response.status === UNAUTHENTICATED && await renew()) response = await sent(path, request);
  if (response.ok) return response;
  const told = parsed(await response.text());
  throw new Refusal(response.status, told?.detail ?? `HTTP ${response.status}`);
}

function sent(path, request) {
  const signal = AbortSignal.timeout(SECONDS * 1000);
  const headers = { ...request.headers, "camplane-tool": "page" };
  return fetch(`${ROOT}/${path}`, { ...request, headers, signal });
}

function sending(method, said) {
  const headers = { "content-type": "application/json" };
  return { method, headers, body: JSON.stringify(said) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
