// The dialog before every change: what will happen, why, and who asks.

import * as api from "./api.js";
import { el, show } from "./dom.js";
import { t } from "./language.js";

const KEPT = "camplane.author";
const LONGEST_AUTHOR = 200;
const LONGEST_REASON = 1000;

/**
 * Ask for a reason, and then do it.
 *
 * title, confirm: texts. tells(said): what will happen, shown again whenever a field
 * changes. fields: nodes with a name each, before the reason, which is a comment that may be
 * left out unless needsReason. wrong(said): what is
 * missing, or "". send(said): does it; what it throws is shown, and the dialog stays.
 * said: all fields by name, `reason` and `author` with them, without outer spaces.
 * back: the data-key of what gets the focus afterwards, or else the node `orElse`.
 */
export function askReason({ title, tells, fields = [], confirm, isHarsh = false, needsReason = true,
  wrong = () => "", send, back, orElse }) {
  const told = el("div", { class: "tells" });
  const trouble = el("div", { role: "alert", id: "dialog-trouble" });
  const reason = el("textarea", { name: "reason", rows: "3", maxlength: LONGEST_REASON,
    required: needsReason, "aria-describedby": "dialog-trouble", 
    autofocus: !fields.some((field) => field.querySelector("[autofocus]")) });
  const cancel = el("button", { type: "button", onclick: () => dialog.close() }, t("cancel"));
  const done = el("button", { type: "submit", class: isHarsh ? "harsh" : "main" }, confirm);
  // It is never sent: the policy allows no form that is.
  const form = el("form", { novalidate: true },
    el("h2", { id: "dialog-title" }, title), told, fields,
    needsReason ? labelled("your_reason", "your_reason_told", reason)
      : labelled("your_comment", "your_comment_told", reason),
    labelled("your_name", "your_name_told", el("input", { name: "author", type: "text",
      maxlength: LONGEST_AUTHOR, autocomplete: "name", value: rememberedAuthor() })),
    trouble, el("div", { class: "dialog-buttons" }, cancel, done));
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, form);
  const said = () => Object.fromEntries([...new FormData(form)].map(([name, value]) =>
    [name, value.trim()]));
  const explain = () => show(told, tells(said()));
  let isUnderWay = false;

  form.addEventListener("input", explain);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isUnderWay) return;
    const asked = said();
    const missing = wrong(asked) || (asked.reason || !needsReason ? "" : t("reason_missing"));
    if (missing) {
      if (!asked.reason) reason.setAttribute("aria-invalid", "true");
      show(trouble, el("p", { class: "warning" }, missing));
      if (!wrong(asked)) reason.focus();
      return;
    }
    reason.removeAttribute("aria-invalid");
    rememberAuthor(asked.author);
    show(trouble);
    isUnderWay = done.disabled = cancel.disabled = true;
    try {
      await send(asked);
      isUnderWay = false;
      dialog.close();
    } catch (error) {
      show(trouble, refused(error));
    } finally {
      isUnderWay = done.disabled = cancel.disabled = false;
      if (dialog.open) done.focus();
    }
  });
  // Closed before the answer, nobody would learn of a refusal.
  dialog.addEventListener("cancel", (event) => isUnderWay && event.preventDefault());
  dialog.addEventListener("close", () => {
    dialog.remove();
    (document.querySelector(`[data-key="${CSS.escape(back)}"]`) ?? orElse())?.focus();
  });
  explain();
  document.body.append(dialog);
  dialog.showModal();
}

/** A field with its name and, in small, what it is for. */
export function labelled(word, toldWord, field) {
  return el("label", {}, el("span", {}, t(word),
    toldWord && el("span", { class: "note" }, " · ", t(toldWord))), field);
}

/** A choice of one of several: [value, text] each, the first one chosen. */
export function choice(name, word, options, chosen = options[0][0]) {
  return el("fieldset", {}, el("legend", {}, t(word)), options.map(([value, text]) =>
    el("label", { class: "option" }, el("input", { type: "radio", name, value,
      checked: value === chosen }), " ", text)));
}

function refused(error) {
  const isTold = error instanceof api.Refusal;
  return el("p", { class: "warning refusal" }, t(isTold ? "refused_told" : "no_answer_told"), " ",
    el("span", { lang: "en" }, error.message));
}

function rememberedAuthor() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

function rememberAuthor(author) {
  try {
    localStorage.setItem(KEPT, author);
  } catch {
    // Private windows may refuse: then it is typed again.
  }
}
