// Reasons as nodes: in the page's language, or, of people and of earlier releases, as they came.

import { el } from "./dom.js";
import { together, worded } from "./wording.js";

/** A Reason of the API; `words` where it has none that the page knows. */
export function reasonNode(reason, words = "") {
  return node(reason ? worded(reason) : "", words);
}

/** Reasons as one text; `words` where there are none. */
export function reasonsNode(reasons, words) {
  return node(together(reasons), words);
}

function node(told, words) {
  return told ? el("span", {}, told) : el("span", { lang: "en" }, words);
}
