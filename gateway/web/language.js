// The language of the page: the reader's choice, or else the browser's.

import { REFERENCE_WORDS } from "./reference_words.js";
import { ROLLOUT_WORDS } from "./rollout_words.js";
import { WORDS } from "./words.js";

const KEPT = "camplane.language";
const TEXTS = { ...WORDS, ...ROLLOUT_WORDS, ...REFERENCE_WORDS };
let chosen = first();

/** "en" or "zh". */
export function language() {
  return chosen;
}

/** Change to the other language, and remember it. */
export function switchLanguage() {
  chosen = other();
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // Private windows may refuse: then it holds for this visit.
  }
}

/** The other language. */
export function other() {
  return chosen === "en" ? "zh" : "en";
}

/** The text of a word; `{name}` in it becomes values.name. */
export function t(word, values = {}) {
  const text = TEXTS[word]?.[chosen === "en" ? 0 : 1] ?? word;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Put the words into what the page's HTML holds. */
export function translatePage() {
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) {
    node.textContent = t(node.dataset.word);
  }
  for (const node of document.querySelectorAll("[data-aria-word]")) {
    node.setAttribute("aria-label", t(node.dataset.ariaWord));
  }
}

function first() {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept === "en" || kept === "zh") return kept;
  } catch {
    // As above.
  }
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}
