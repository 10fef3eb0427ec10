// What the one who looks may do, as far as the page knows: it offers nothing else.

let roles = null;

/** Take the roles of who is logged in; without them nobody is asked, and all is offered. */
export function takeRoles(found) {
  roles = new Set(found);
}

/** May one do what needs this role? The gateway has the last word. */
export function may(role) {
  return roles === null || roles.has(role) || roles.has("admin");
}
