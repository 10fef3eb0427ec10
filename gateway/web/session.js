// That one is logged in, and how: so that nobody is asked about where nobody needs to.

export const BY_TOKEN = "";
export const BY_PROVIDER = "provider";
const KEPT = "camplane.logged_in";
let renewal = null;
let isOver = false;

/** How one logged in; null if one did not, or where storage is not allowed. */
export function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Remember how one logged in; null: that one did not. */
export function keep(how) {
  try {
    if (how === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, how);
  } catch { /* see kept */ }
}

/** Have a provider's token that ended renewed, without leaving the page; false if that cannot be. */
export function renew() {
  if (isOver || kept() !== BY_PROVIDER) return Promise.resolve(false);
  renewal ??= renewed().finally(() => { renewal = null; });
  return renewal;
}

async function renewed() {
  // Where the gateway cannot, it would lead to the provider: one is not led there unasked.
  await fetch("ui/oidc", { redirect: "manual" });
  const answer = await fetch("ui/identity");
  isOver = !answer.ok;
  return answer.ok;
}
