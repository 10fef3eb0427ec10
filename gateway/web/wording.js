// Reasons in words, by the table that the gateway makes its English from, in the same way
// (gateway/vocabulary/wording.py): `{name:format}` is a parameter, and of `[a|b]` stands the
// first part of which every parameter is known.

import { language } from "./language.js";

const PREFIX = "REASON_CODE_";
// Of a parameter that another release left out.
const UNKNOWN = "?";
const SIGN = /\{(\w+)(?::(\w+))?\}|([[|\]])/g;
const JOINED = {
  en: { list: ", ", contexts: " and ", sentences: "; " },
  zh: { list: "、", contexts: "和", sentences: "；" },
};
const table = await (await fetch(new URL("./reasons.json", import.meta.url))).json();
const known = new Map();

/** A Reason of the API in the page's language; "" for a code that this page does not know. */
export function worded(reason) {
  const sentence = table.sentences[codeOf(reason).toLowerCase()]?.[language()];
  return sentence ? filled(parsed(sentence), parametersOf(reason)) : "";
}

/** Reasons as one text. */
export function together(reasons) {
  return reasons.map(worded).join(joint("sentences"));
}

/** The code of a Reason, such as "TURN_CAME"; "" for none. */
export function codeOf(reason) {
  return reason?.code?.slice(PREFIX.length) ?? "";
}

/** The reasons within a reason, by a parameter's name. */
export function within(reason, name) {
  return reason.reasons[name]?.reasons ?? [];
}

function parametersOf({ numbers, texts, names, reasons }) {
  const lists = Object.entries(names).map(([name, one]) => [name, one.names]);
  const parts = Object.entries(reasons).map(([name, one]) => [name, one.reasons]);
  // Envoy writes what is no JSON number, infinity, as text.
  const counts = Object.entries(numbers).map(([name, one]) => [name, Number(one)]);
  return { ...texts, ...Object.fromEntries([...counts, ...lists, ...parts]) };
}

/** A sentence as a list of texts, {name, format} and {parts}. */
function parsed(sentence) {
  if (!known.has(sentence)) known.set(sentence, partsOf(pieces(sentence))[0]);
  return known.get(sentence);
}

function* pieces(sentence) {
  let at = 0;
  for (const found of sentence.matchAll(SIGN)) {
    const [whole, name, format, mark] = found;
    yield sentence.slice(at, found.index);
    yield mark ? { mark } : { name, format };
    at = found.index + whole.length;
  }
  yield sentence.slice(at);
}

function partsOf(rest) {
  const parts = [[]];
  for (let next = rest.next(); !next.done; next = rest.next()) {
    const { mark } = next.value;
    if (mark === "]") break;
    if (mark === "|") parts.push([]);
    else parts.at(-1).push(mark ? { parts: partsOf(rest) } : next.value);
  }
  return parts;
}

function filled(sentence, values) {
  return sentence.map((part) => {
    if (typeof part === "string") return part;
    if (part.parts) return filled(part.parts.find((one) => isKnown(one, values)) ?? [], values);
    return part.name in values ? FORMATS[part.format ?? "text"](values[part.name]) : UNKNOWN;
  }).join("");
}

function isKnown(sentence, values) {
  return sentence.every(({ name }) => name === undefined || values[name] !== undefined);
}

const FORMATS = {
  text: (value) => value,
  if: () => "",
  count: (value) => grouped(value),
  whole: (value) => fixed(value, 0),
  change: (value) => `${value < 0 ? "-" : "+"}${grouped(Math.abs(value))}`,
  number: (value) => significant(value, 6),
  digits2: (value) => significant(value, 2),
  digits3: (value) => significant(value, 3),
  digits4: (value) => significant(value, 4),
  percent: (value) => fixed(value, value === 0 || value >= 10 ? 0 : value < 1 ? 2 : 1),
  ms: (value) => (value >= 10 ? grouped(value) : fixed(value, value === 0 ? 0 : value < 1 ? 2 : 1)),
  duration: (value) => duration(value),
  context: (value) => contextTold(value),
  list: (value) => value.join(joint("list")),
  contexts: (value) => value.map(contextTold).join(joint("contexts")),
  listed: (value) => value.map(worded).join(joint("list")),
  sentences: (value) => together(value),
};

function joint(name) {
  return JOINED[language()][name];
}

function contextTold(name) {
  return table.contexts[name]?.[language()] ?? name;
}

function grouped(value) {
  return Number.isFinite(value) ? Number(fixed(value, 0)).toLocaleString("en") : "∞";
}

/** As Python rounds: what lies in the middle goes to the even digit. */
function fixed(value, digits) {
  const rounded = value.toFixed(digits);
  const isTie = /^50*$/.test(value.toFixed(digits + 40).slice(-40));
  const isOdd = Number(rounded.at(-1)) % 2 === 1;
  return isTie && isOdd ? (value - 10 ** -(digits + 3)).toFixed(digits) : rounded;
}

function significant(value, digits) {
  if (value === 0) return "0";
  const behind = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return String(Number(fixed(value, Math.min(Math.max(behind, 0), 50))));
}

function duration(seconds) {
  const whole = Math.max(Number(fixed(seconds, 0)), 0);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ""}`;
}
