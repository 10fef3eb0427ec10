// Fills in what an answer leaves out: a path without requests has no rates and no times.

const NO_REQUESTS = { requests: 0, answered_elsewhere: 0, failures: 0, left: 0, mean_ms: 0,
  gateway_p50_ms: 0, attempt_p50_ms: 0, service_p50_ms: 0, distribution: [] };

/** A comparison in which every operation has figures of both paths. */
export function whole(compared) {
  return { ...compared, contexts: compared.contexts.map((context) => ({ ...context,
    rpcs: context.rpcs.map((rpc) => ({ ...rpc, legacy: path(rpc.legacy),
      domain: path(rpc.domain) })) })) };
}

/** Times are shown by their median and their p95: there are both or none. */
function path(figures) {
  const { time, ...others } = { ...NO_REQUESTS, ...figures };
  return time?.p50 && time.p95 ? { ...others, time } : others;
}
