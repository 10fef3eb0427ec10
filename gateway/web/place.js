// Where the reader is, as the URL's hash: a link shows the same to another.
//
//   #                                   the comparison
//   #rpc=CameraService/StartCamera      with one operation opened
//   #trace=<id>&beside=<id>             two requests side by side, each a trace's
//                                       id, or <trace>-<span> for one of several
//   #rollout #traces #cameras #alerts   the other views

const VIEWS = ["rollout", "traces", "cameras", "alerts"];

/** {view, rpc, trace, beside}; what the hash does not name is "". */
export function place() {
  const hash = location.hash.slice(1);
  const named = new URLSearchParams(hash);
  const found = {};
  for (const name of ["rpc", "trace", "beside"]) found[name] = named.get(name) ?? "";
  const view = VIEWS.find((one) => named.has(one));
  found.view = view ?? (found.trace || found.beside ? "traces" : "comparison");
  return found;
}

/** What names a kept request in a link: its trace, and which of that trace's requests it is. */
export function requestId(one) {
  return [one.trace_id, one.span_id].filter(Boolean).join("-");
}

/** The hash of a place. */
export function linkTo({ view = "", rpc = "", trace = "", beside = "" }) {
  const parts = VIEWS.includes(view) && !trace && !beside ? [view] : [];
  for (const [name, value] of Object.entries({ rpc, trace, beside })) {
    // A label's slash stays readable.
    if (value) parts.push(`${name}=${encodeURIComponent(value).replaceAll("%2F", "/")}`);
  }
  return `#${parts.join("&")}`;
}
