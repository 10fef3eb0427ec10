// Alerts: what fires, what is over, and what people say of it.

import * as api from "./api.js";
import { el, section, show } from "./dom.js";
import { moment, NONE, number } from "./format.js";
import { t } from "./language.js";
import { askReason } from "./reason_dialog.js";
import { may } from "./roles.js";

const FILTERS = {
  state: ["firing", "resolved"],
  handled: ["none", "any", "acknowledged", "confirmed", "false_positive"],
};
const HANDLINGS = ["acknowledged", "confirmed", "false_positive"];
const COLUMNS = ["fired", "camera", "rule", "priority", "alert_state", "handled"];
const PART = 50;

const query = {};
let shown = PART;
let page = null;

/** Show the filters; `changed` is called when the reader sets one. */
export function showAlertFilters(node, changed) {
  const set = (name) => (event) => {
    query[name] = event.target.value;
    shown = PART;
    changed();
  };
  show(node, el("div", { class: "filters", role: "search", "aria-label": t("filters") },
    Object.entries(FILTERS).map(([name, values]) => el("label", {},
      el("span", {}, t(name === "state" ? "alert_state" : name)),
      el("select", { "data-key": `alerts-${name}`, onchange: set(name) },
        el("option", { value: "" }, t("all")),
        values.map((value) => el("option", { value, selected: query[name] === value },
          t(`${name === "state" ? "alert" : "handled"}_${value}`))))))));
}

/** Ask for the alerts and show them; throws Refusal. */
export async function loadAlerts(node) {
  const asked = Object.entries(query).filter(([, value]) => value !== "");
  const found = await api.raisedAlerts({ ...Object.fromEntries(asked), page_size: shown });
  page = { items: found.items ?? [], hasMore: Boolean(found.next_page_token) };
  drawAlerts(node);
}

/** Show the alerts that were asked for last. */
export function drawAlerts(node) {
  section(node, drawList);
}

function drawList(node) {
  if (page === null) return show(node, el("p", { class: "empty" }, t("waiting")));
  if (page.items.length === 0) return show(node, el("p", { class: "empty" }, t("no_alerts")));
  const more = () => {
    shown += PART;
    return loadAlerts(node).catch(() => drawAlerts(node));
  };
  const columns = may("operator") ? [...COLUMNS, "say"] : COLUMNS;
  return show(node,
    el("table", { class: "stacks alerts", role: "table" },
      el("caption", { class: "hidden" }, t("alerts")),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map((word) =>
        el("th", { scope: "col", role: "columnheader" }, t(word))))),
      el("tbody", { role: "rowgroup" }, page.items.map((one) => row(node, one)))),
    page.hasMore && el("button", { type: "button", "data-key": "more-alerts", onclick: more },
      t("more")));
}

function row(node, one) {
  const cell = (word, ...children) =>
    el("td", { role: "cell", "data-column": t(word) }, children);
  return el("tr", { role: "row", title: one.message ?? "" },
    el("th", { scope: "row", role: "rowheader" }, moment(one.fired_at)),
    cell("camera", one.camera_id),
    cell("rule", one.rule_name || number(one.rule_id ?? 0)),
    cell("priority", one.priority || NONE),
    cell("alert_state", stateOf(one)),
    cell("handled", saidOf(one)),
    may("operator") && cell("say", el("div", { class: "actions", role: "group",
      "aria-label": t("say_of", { id: number(one.id), camera: one.camera_id }) },
      HANDLINGS.filter((handling) => handling !== one.handling).map((handling) =>
        el("button", { type: "button", "data-key": keyOf(one, handling),
          onclick: () => askWhat(node, one, handling) }, t(`act_${handling}`))))));
}

function stateOf(one) {
  if (one.state === "firing") {
    return el("strong", { class: "failing" }, el("span", { "aria-hidden": "true" }, "▲ "),
      t("alert_firing"));
  }
  return t("alert_over_at", { at: moment(one.resolved_at) });
}

function saidOf(one) {
  if (!one.handling) return NONE;
  const text = t("handled_by", { what: t(`handled_${one.handling}`), who: one.handled_by ?? NONE,
    at: moment(one.handled_at) });
  return one.comment ? [text, el("span", { class: "note" }, ` ${one.comment}`)] : text;
}

const keyOf = (one, handling) => `say-${one.id}-${handling}`;

function askWhat(node, one, handling) {
  askReason({
    title: t(`act_${handling}`),
    tells: () => el("p", { lang: "en" }, one.message ?? ""),
    confirm: t(`act_${handling}`),
    needsReason: false,
    send: async ({ author, reason }) => {
      const answer = await api.handleAlerts({ alert_ids: [one.id], handling, handled_by: author,
        comment: reason });
      const [refused] = answer.refused ?? [];
      if (refused) throw new api.Refusal(0, refused.why);
      await loadAlerts(node);
    },
    back: keyOf(one, handling),
    orElse: () => node.closest("section").querySelector("h2"),
  });
}
