import { languageTags } from "./browser-locale";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const JUST_NOW = 10 * SECOND;
const NARROW_SPACE = "\u00a0"; // keeps a number and its unit on one line

/** The first of the browser's locales that is in the page's language: an Englishman gets English words with his dates. */
const LOCALE = languageTags().find((tag) => tag.startsWith("en")) ?? "en";

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const dateTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const oneDecimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

/** "1,234" */
export function formatNumber(value: number): string {
  return oneDecimal.format(value);
}

/** "just now", "5 minutes ago", "in 2 hours". `now` is milliseconds. */
export function formatRelative(iso: string, now: number): string {
  const distance = Date.parse(iso) - now;
  const size = Math.abs(distance);
  if (size < JUST_NOW) return "just now";
  if (size < MINUTE) return relative.format(Math.round(distance / SECOND), "second");
  if (size < HOUR) return relative.format(Math.round(distance / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.round(distance / HOUR), "hour");
  return relative.format(Math.round(distance / DAY), "day");
}

/** "0.4 s", "12 s", "3 min 5 s", "2 h 10 min": the two largest units. Negative lengths are 0 s. */
export function formatDuration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  if (length < 9_950) return unit(length / SECOND, "s");
  const seconds = Math.round(length / SECOND);
  if (seconds < 60) return unit(seconds, "s");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A countdown: whole seconds, rounded up, so that it ends with 1 s and not with 0 s. */
export function formatCountdown(milliseconds: number): string {
  return formatDuration(Math.max(1, Math.ceil(milliseconds / SECOND)) * SECOND);
}

export function formatDateTime(iso: string): string {
  return dateTime.format(new Date(iso));
}

/** Of a local day as YYYY-MM-DD. */
export function formatDay(date: string): string {
  return day.format(new Date(`${date}T00:00`));
}

export function formatClock(iso: string): string {
  return clock.format(new Date(iso));
}

export function formatClockWithSeconds(iso: string): string {
  return clockWithSeconds.format(new Date(iso));
}

function unit(value: number, symbol: string): string {
  return `${oneDecimal.format(value)}${NARROW_SPACE}${symbol}`;
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = unit(large, largeUnit);
  return small === 0 ? first : `${first} ${unit(small, smallUnit)}`;
}
