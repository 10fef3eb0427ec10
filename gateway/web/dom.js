// Makes nodes. Text only ever becomes text: names come from outside.

import { t } from "./language.js";

const SVG = "http://www.w3.org/2000/svg";
// What is in a node, by node.
const shown = new WeakMap();

/** Make an element; attributes that are null, undefined or false are left out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Make an SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/**
 * Put other children into a node. Who was reading stays there: what has the
 * focus, or is open, is found again by its data-key. What is gone leaves the focus
 * to the heading that it was under, if that can take it.
 */
export function show(node, ...children) {
  const active = document.activeElement;
  const key = active && node.contains(active) ? active.dataset.key : undefined;
  const open = [...node.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key);
  node.replaceChildren(...children.flat(Infinity).filter(isContent));
  for (const one of node.querySelectorAll("details[data-key]")) {
    if (open.includes(one.dataset.key)) one.open = true;
  }
  if (key === undefined) return;
  const again = [...node.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  const heading = node.closest("article, section")?.querySelector(":is(h2, h3)[tabindex]");
  (again ?? heading)?.focus({ preventScroll: true });
}

/**
 * As show, but only when `key` is another one than the last time: what is pressed,
 * chosen or typed in the node stays while nothing changes.
 */
export function showWhenOther(node, key, make) {
  if (shown.get(node) === key) return;
  shown.set(node, key);
  show(node, make());
}

/**
 * Draw one section. One that cannot be drawn says so in its place, and the others go on;
 * the next figures may be drawn again.
 */
export function section(node, draw) {
  try {
    draw(node);
  } catch (fault) {
    console.error(fault);
    shown.delete(node);
    show(node, el("p", { class: "warning", role: "status" }, "⚠ ", t("section_failed"), " ",
      el("span", { lang: "en" }, String(fault.message ?? fault))));
  }
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(isContent));
  return node;
}

function isContent(child) {
  return child !== null && child !== undefined && child !== false;
}
