// The reference of the REST API, made from the OpenAPI document that the gateway serves.

import { el, show } from "./dom.js";
import { other, switchLanguage, t, translatePage } from "./language.js";
import { operationNode, operationsOf } from "./reference_operation.js";
import { prose } from "./reference_schema.js";

const at = (id) => document.getElementById(id);
let api = null;

async function load() {
  try {
    const answer = await fetch("openapi.json");
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    api = await answer.json();
  } catch (error) {
    show(at("alarm"), el("p", {}, el("strong", {}, "⚠ ", t("no_document")), " ",
      el("span", { lang: "en" }, error.message)));
  }
}

function draw() {
  if (!api) return;
  show(at("about"), prose(api.info.description));
  show(at("tags"), api.tags.map(({ name }) => el("a", { href: `#${idOf(name)}` }, name)));
  const all = operationsOf(api);
  show(at("operations"), api.tags.map(({ name, description }) =>
    el("section", { id: idOf(name), tabindex: "-1", "aria-labelledby": `${idOf(name)}-title` },
      el("h2", { id: `${idOf(name)}-title`, lang: "en" }, name),
      el("p", { class: "note", lang: "en" }, description),
      all.filter(({ operation }) => operation.tags.includes(name))
        .map((one) => operationNode(api, one)))));
  filter();
}

/** Show the operations in whose line every typed word stands. */
function filter() {
  const words = at("find").value.toLowerCase().split(/\s+/);
  let count = 0;
  for (const section of at("operations").children) {
    const nodes = [...section.querySelectorAll(".operation")];
    for (const node of nodes) {
      const line = `${node.id} ${node.querySelector("summary").textContent}`.toLowerCase();
      node.hidden = !words.every((word) => line.includes(word));
      count += node.hidden ? 0 : 1;
    }
    section.hidden = nodes.every((node) => node.hidden);
  }
  at("found").textContent = t("found_operations", { count });
}

/** Open the operation that the address names. */
function go() {
  const node = at(decodeURIComponent(location.hash.slice(1)));
  if (!node) return;
  if (node.matches("details")) node.open = true;
  node.scrollIntoView();
  (node.querySelector("summary") ?? node).focus();
}

function idOf(tag) {
  return `tag-${tag.toLowerCase().replaceAll(" ", "-")}`;
}

function speak() {
  translatePage();
  const button = at("language");
  button.lang = other() === "zh" ? "zh-CN" : "en";
  button.textContent = other() === "zh" ? "中文" : "English";
  draw();
}

at("language").addEventListener("click", () => {
  switchLanguage();
  speak();
});
at("find").addEventListener("input", filter);
window.addEventListener("hashchange", go);
await load();
speak();
go();
