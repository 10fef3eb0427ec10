// Who one is here: a token goes in once, or comes from a provider, into a cookie that no script
// can read.

import { el, show } from "./dom.js";
import { t } from "./language.js";
import { takeRoles } from "./roles.js";
import { BY_PROVIDER, BY_TOKEN, keep, kept, renew } from "./session.js";

const UNAUTHENTICATED = 401;

/** Show who is logged in, if somebody is; from then on only that is offered which one may do. */
export async function showIdentity(node) {
  if (kept() === null) return;
  let answer = await fetch("ui/identity");
  if (answer.status === UNAUTHENTICATED && await renew()) answer = await fetch("ui/identity");
  if (!answer.ok) return;
  const told = await answer.json();
  const [roles, cameras] = [told.roles, told.cameras || "[]"].map((one) => JSON.parse(one));
  const isOfSome = cameras.length > 0 && !cameras.includes("*");
  // What the page offers to change is of all cameras.
  takeRoles(isOfSome ? [] : roles);
  const of = isOfSome ? ` (${cameras.join(", ")})` : "";
  const out = el("button", { type: "button", onclick: logOut }, t("log_out"));
  show(node, el("span", {}, `${told.subject}: ${roles.join(", ")}${of}`), " ", out);
}

/** Ask for a token, unless it is being asked for already. */
export function askLogin(node) {
  if (node.querySelector("form")) return;
  const trouble = el("span", { role: "alert" });
  const token = el("input", { type: "password", name: "token", required: true,
    autocomplete: "off", "aria-label": t("token") });
  // It is never sent: the policy allows no form that is.
  const form = el("form", {}, token, " ",
    el("button", { type: "submit", class: "main" }, t("log_in")), " ", trouble);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    show(trouble, await logIn(token.value.trim()));
  });
  show(node, form);
  offerProvider(node).catch(() => {});
}

/** Offer the login at a provider, if the gateway has one. */
async function offerProvider(node) {
  const { provider } = await (await fetch("ui/login")).json();
  if (!provider) return;
  node.append(" ", el("button", { type: "button", class: "main", onclick: logInAtProvider },
    t("log_in_at", { provider })));
}

async function logInAtProvider() {
  // What the provider gave before is not to be taken for what it gives now.
  await fetch("ui/logout", { method: "POST" });
  keep(BY_PROVIDER);
  location.assign("ui/oidc");
}

/** Return what is wrong; otherwise the page begins anew. */
async function logIn(token) {
  let headers;
  try {
    headers = new Headers({ authorization: `Bearer ${token}`, "camplane-login": token });
  } catch {
    return t("no_token");
  }
  const answer = await fetch("ui/login", { method: "POST", headers });
  if (!answer.ok) return (await answer.json()).detail;
  keep(BY_TOKEN);
  location.reload();
  return "";
}

async function logOut() {
  await fetch("ui/logout", { method: "POST" });
  keep(null);
  location.reload();
}
