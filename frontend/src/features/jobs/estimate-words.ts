import { formatNumber } from "../../lib/format";
import { isFinished, type Job } from "./job-types";
import { strings } from "./strings";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON_MS = 5 * SECOND;

const words = strings.estimate;

/** "place 12 · starts in about 2–4 min", or nothing where nothing is known. `now` is milliseconds. */
export function estimateWords(job: Pick<Job, "status" | "estimate">, now: number): string | null {
  const estimate = job.estimate;
  if (!estimate || isFinished(job.status)) return null;
  const parts: string[] = [];
  if (job.status === "queued") {
    if (estimate.position !== null) {
      const place = formatNumber(estimate.position);
      parts.push(estimate.at_least ? words.placeAtLeast(place) : words.place(place));
    }
    if (estimate.start) parts.push(words.starts(bandWords(estimate.start, now)));
  } else if (estimate.finish) parts.push(words.finishes(bandWords(estimate.finish, now)));
  return parts.join(" · ") || null;
}

/** A stretch of time as people say it: "in about 2–4 min", "any moment". Both ends in the unit of the later one. */
export function bandWords({ from, to }: { from: string; to: string }, now: number): string {
  const low = Math.max(0, Date.parse(from) - now);
  const high = Math.max(low, Date.parse(to) - now);
  if (high < SOON_MS) return words.anyMoment;
  const [size, unit] = unitFor(high);
  const upper = Math.ceil(high / size);
  const lower = Math.min(upper, Math.round(low / size));
  if (lower === upper) return words.inAbout(`${upper}\u00a0${unit}`);
  if (lower === 0) return words.within(`${upper}\u00a0${unit}`);
  return words.inAbout(`${lower}–${upper}\u00a0${unit}`);
}

function unitFor(length: number): [size: number, unit: string] {
  if (length < 2 * MINUTE) return [SECOND, "s"];
  if (length < 2 * HOUR) return [MINUTE, "min"];
  return length < 2 * DAY ? [HOUR, "h"] : [DAY, "d"];
}
