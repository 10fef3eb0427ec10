// Figures as text, in the page's language.

import { language } from "./language.js";

export const NONE = "–";

/** Milliseconds, with the unit that reads best. */
export function time(ms) {
  if (!isFinite(ms)) return NONE;
  const size = Math.abs(ms);
  if (size >= 10000) return `${number(ms / 1000, 1)}\u00a0s`;
  return `${number(ms, size >= 100 ? 0 : size >= 1 ? 1 : 2)}\u00a0ms`;
}

/** A percentage, finer when it is small. */
export function percent(value) {
  if (!isFinite(value)) return NONE;
  const size = Math.abs(value);
  return `${number(value, size === 0 || size >= 100 ? 0 : size >= 1 ? 1 : 2)}\u00a0%`;
}

/** A number with at most so many digits behind the point. */
export function number(value, digits = 0) {
  return value.toLocaleString(language(), { maximumFractionDigits: digits });
}

/** With its sign, also when it is positive. */
export function signed(value, text) {
  return value > 0 ? `+${text(value)}` : text(value).replace("-", "−");
}

/** An Interval of the API: the value, and its ends in brackets. */
export function interval(one, text) {
  return one ? `${text(one.value)} (${text(one.low)} … ${text(one.high)})` : NONE;
}

/** The time of day of an ISO 8601 text in UTC without a zone. */
export function clock(timestamp) {
  const moment = new Date(`${timestamp}Z`);
  return isNaN(moment) ? timestamp : moment.toLocaleTimeString(language());
}

/** "CameraRestService/StartCamera" is shown as "StartCamera". */
export function shortRpc(label) {
  return label.split("/").pop();
}
