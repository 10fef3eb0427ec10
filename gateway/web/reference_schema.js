// JSON schemas as text and tables.

import { el } from "./dom.js";
import { t } from "./language.js";

const REFERENCE = /^#\/components\/(\w+)\/(.+)$/;

/** What a $ref stands for; anything else is itself. Returns [value, name or ""]. */
export function resolved(document, value) {
  const found = REFERENCE.exec(value.$ref ?? "");
  return found ? [document.components[found[1]][found[2]], found[2]] : [value, ""];
}

/** A short sentence of the document, its `code` marked; text stays text. */
export function sentence(text) {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

/** Paragraphs and lists of the document. */
export function prose(text) {
  return text.split("\n\n").map((paragraph) => {
    const lines = paragraph.split("\n");
    return lines.every((line) => line.startsWith("- "))
      ? el("ul", {}, lines.map((line) => el("li", {}, sentence(line.slice(2)))))
      : el("p", {}, sentence(paragraph));
  });
}

/** The type of a schema in a few words, such as `list of Rule`. */
export function typeOf(document, schema) {
  const [value, name] = resolved(document, schema);
  if (name) return name;
  if (value.enum) return value.enum.map((one) => JSON.stringify(one)).join(", ");
  if ("const" in value) return JSON.stringify(value.const);
  if (value.type === "array") {
    return t("array_of", { type: typeOf(document, value.items ?? {}) });
  }
  if (!value.type) return t("any_json");
  return [value.type].flat().join(" | ") + limits(value);
}

function limits({ minimum, maximum, maxLength }) {
  if (maxLength !== undefined) return ` ≤ ${maxLength}`;
  if (minimum === undefined && maximum === undefined) return "";
  return ` ${minimum ?? "…"}–${maximum ?? "…"}`;
}

/**
 * A schema with its properties; those of what it refers to open on demand, so that one
 * that holds itself ends. `word` is what a property that is never absent is called.
 */
export function schemaNode(document, schema, word) {
  const [value, name] = resolved(document, schema);
  const inner = value.type === "array" ? value.items : value;
  const [object] = resolved(document, inner ?? {});
  const head = el("p", {}, el("code", {}, name || typeOf(document, schema)), " ",
    value.description ? sentence(value.description) : null);
  return el("div", { class: "schema" }, head, propertiesOf(document, object, word));
}

function propertiesOf(document, schema, word) {
  const rows = Object.entries(schema.properties ?? {}).map(([key, property]) =>
    propertyRow(document, el("code", {}, key), property, word, schema.required?.includes(key)));
  const open = schema.additionalProperties;
  if (open) {
    const other = open === true ? {} : open;
    rows.push(propertyRow(document, el("em", {}, t("any_key")), other, word, false));
  }
  return rows.length ? el("ul", { class: "properties" }, rows) : null;
}

function propertyRow(document, name, property, word, isThere) {
  const [value] = resolved(document, property);
  const inner = value.type === "array" ? resolved(document, value.items ?? {})[0] : value;
  const told = property.description ?? value.description ?? "";
  return el("li", {},
    name, " ", el("span", { class: "type" }, typeOf(document, property)),
    isThere && el("span", { class: word }, " ", t(word)),
    told && el("span", { class: "told", lang: "en" }, " ", sentence(told)),
    (inner.properties || isMapOfObjects(document, inner)) &&
      unfolding(document, inner, property, word));
}

function isMapOfObjects(document, { additionalProperties }) {
  return Boolean(additionalProperties?.$ref);
}

function unfolding(document, object, property, word) {
  const node = el("details", {}, el("summary", {}, typeOf(document, property)));
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) node.append(propertiesOf(document, object, word));
  });
  return node;
}
