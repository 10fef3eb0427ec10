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

/** The moment of an ISO 8601 text in UTC, which most answers write without a zone. */
const instant = (timestamp) => new Date(String(timestamp).replace(/Z?$/, "Z"));

/** The time of day of such a text. */
export function clock(timestamp) {
  const moment = instant(timestamp);
  return isNaN(moment) ? timestamp : moment.toLocaleTimeString(language());
}

/** The time of day, behind the date unless that is today's. */
export function moment(timestamp) {
  const told = instant(timestamp);
  if (isNaN(told)) return timestamp || NONE;
  if (told.toDateString() === new Date().toDateString()) return clock(timestamp);
  return told.toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" });
}

/** How long, as people say it: 45 sec, 12 min, 3 hr 5 min. */
export function duration(seconds) {
  const unit = (value, name) => value.toLocaleString(language(), { style: "unit", unit: name });
  const whole = Math.max(Math.round(seconds), 0);
  if (whole < 120) return unit(whole, "second");
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return unit(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return parts([[hours, "hour"], [minutes % 60, "minute"]], unit);
  return parts([[Math.floor(hours / 24), "day"], [hours % 24, "hour"]], unit);
}

function parts(values, unit) {
  return values.filter(([value]) => value > 0).map(([value, name]) => unit(value, name)).join(" ");
}

/** Seconds between two timestamps. */
export function secondsBetween(earlier, later) {
  return (instant(later) - instant(earlier)) / 1000;
}

/** "CameraRestService/StartCamera" is shown as "StartCamera". */
export function shortRpc(label) {
  return label.split("/").pop();
}
