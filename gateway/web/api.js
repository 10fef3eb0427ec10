// What the page asks the gateway. Paths are relative: the page may lie behind a prefix.

const ROOT = "api/v1";
const SECONDS = 15;
const RECONNECT_MS = 2000;

/** An answer that is no success; `message` is what the gateway says of it. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const comparison = (minutes) => ask(`monitoring/comparison?minutes=${minutes}`);
export const traces = (query) => ask(`monitoring/traces?${new URLSearchParams(query)}`);
export const trace = (id) => ask(`monitoring/traces/${encodeURIComponent(id)}`);
export const cameras = () => ask("cameras");
export const cameraStats = (id) => ask(`cameras/${encodeURIComponent(id)}/stats`);

export function cameraStatuses(ids) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ camera_ids: ids });
  return ask("cameras/batch-status", { method: "POST", headers, body });
}

/** One frame of a camera, as a Blob. */
export async function preview(id) {
  return (await answer(`cameras/${encodeURIComponent(id)}/preview`)).blob();
}

/** Live figures, for as long as the page is open; `lost` is called when they stop. */
export function watch(received, lost) {
  const stream = new EventSource(`${ROOT}/monitoring/stream`);
  stream.addEventListener("message", (event) => {
    const figures = parsed(event.data);
    if (figures) received(figures);
  });
  stream.addEventListener("error", () => {
    lost();
    // The browser tries again by itself only after a connection that broke.
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(() => watch(received, lost), RECONNECT_MS);
    }
  });
}

async function ask(path, request = {}) {
  return (await answer(path, request)).json();
}

async function answer(path, request = {}) {
  const signal = AbortSignal.timeout(SECONDS * 1000);
  const response = await fetch(`${ROOT}/${path}`, { ...request, signal });
  if (response.ok) return response;
  const told = parsed(await response.text());
  throw new Refusal(response.status, told?.detail ?? `HTTP ${response.status}`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
