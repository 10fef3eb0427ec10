// One operation of the API: what it takes and what it answers.

import { el } from "./dom.js";
import { t } from "./language.js";
import { prose, resolved, schemaNode, sentence, typeOf } from "./reference_schema.js";

/** All operations in the document's order: {method, path, operation}. */
export function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })));
}

/** An operation, closed; what it holds is made when it is opened. */
export function operationNode(document, { method, path, operation }) {
  const node = el("details", { class: "card operation", id: operation.operationId },
    el("summary", {},
      el("span", { class: `method ${method}` }, method.toUpperCase()), " ",
      el("code", {}, path), " ",
      el("span", { class: "note", lang: "en" }, sentence(operation.summary))));
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) {
      node.append(...parts(document, method, path, operation));
    }
  });
  return node;
}

function parts(document, method, path, operation) {
  return [
    el("div", { class: "prose", lang: "en" }, prose(operation.description ?? "")),
    parametersPart(document, operation),
    bodyPart(document, operation),
    el("h4", {}, t("answers")),
    el("dl", { class: "answers" }, Object.entries(operation.responses).flatMap(
      ([status, response]) => answerPart(document, status, response))),
    el("h4", {}, t("command_line")),
    el("pre", { tabindex: "0" }, el("code", {}, command(document, method, path, operation))),
    el("p", { class: "note" }, t("grpc"), " ", el("code", {}, operation["x-rpc"])),
  ].filter(Boolean);
}

function parametersPart(document, operation) {
  const parameters = (operation.parameters ?? []).map((one) => resolved(document, one)[0]);
  if (parameters.length === 0) return null;
  return el("div", { class: "scroll" }, el("table", {},
    el("caption", {}, t("parameters")),
    el("thead", {}, el("tr", {}, ["parameter", "place", "type", "meaning"].map((word) =>
      el("th", { scope: "col" }, t(word))))),
    el("tbody", {}, parameters.map((one) => el("tr", {},
      el("th", { scope: "row" }, el("code", {}, one.name)),
      el("td", {}, t(`in_${one.in}`)),
      el("td", {}, typeOf(document, one.schema)),
      el("td", { lang: "en" }, sentence(one.description)))))));
}

function bodyPart(document, { requestBody }) {
  if (!requestBody) return null;
  return el("div", {},
    el("h4", {}, t("body"),
      requestBody.required && el("span", { class: "required" }, " ", t("required"))),
    Object.values(requestBody.content).map(({ schema }) => schemaNode(document, schema, "required")));
}

function answerPart(document, status, response) {
  const [value] = resolved(document, response);
  const shapes = status === "200" ? Object.entries(value.content) : [];
  return [
    el("dt", {}, el("strong", {}, status)),
    el("dd", { lang: "en" }, prose(value.description), shapes.map(([type, content]) => el("div", {},
      el("p", { class: "note" }, type),
      content["x-event"] && el("p", { class: "note" }, t("each_event")),
      type.startsWith("image/") ? null
        : schemaNode(document, content["x-event"] ?? content.schema, "always")))),
  ];
}

/** A line for a shell. Nothing in the document needs more than single quotes. */
function command(document, method, path, { requestBody }) {
  const url = new URL(`..${path}`, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  const words = ["curl -s"];
  if (method !== "get") words.push(`-X ${method.toUpperCase()}`);
  if (requestBody) {
    const [schema] = resolved(document, Object.values(requestBody.content)[0].schema);
    const example = JSON.stringify(schema.examples?.[0] ?? {});
    words.push("-H 'content-type: application/json'", `-d '${example}'`);
  }
  return [...words, `'${url}'`].join(" ");
}
