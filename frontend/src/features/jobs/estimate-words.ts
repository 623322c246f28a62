import { formatClock, formatNumber } from "../../lib/format";
import { isFinished, type Job } from "./job-types";
import { strings } from "./strings";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON_MS = 5 * SECOND;

const WIDE_FROM_MS = 5 * MINUTE;
const WIDE_TIMES = 6;

type Band = NonNullable<NonNullable<Job["estimate"]>["start"]>;

const words = strings.estimate;

/** "place 12 · starts in about 2–4 min, ends 14:05–14:09", or nothing where nothing is known. `now` is milliseconds. */
export function estimateWords(job: Pick<Job, "status" | "estimate" | "run_at">, now: number): string | null {
  const estimate = job.estimate;
  if (!estimate || isFinished(job.status)) return null;
  const parts: string[] = [];
  if (job.status === "queued") {
    if (estimate.position !== null) {
      const place = formatNumber(estimate.position);
      parts.push(estimate.at_least ? words.placeAtLeast(place) : words.place(place));
    }
    const start =
      estimate.start && !isForLater(job, now) ? words.starts(timeWords(estimate.start, now)) : null;
    const end = estimate.finish && endWords(estimate.finish, now);
    const late = (start && isWide(estimate.start, now)) || (end && isWide(estimate.finish, now));
    parts.push(...[[start, end, late && words.later].filter(Boolean).join(", ")].filter(Boolean));
  } else if (estimate.finish) {
    const end = words.finishes(timeWords(estimate.finish, now));
    parts.push(isWide(estimate.finish, now) ? `${end}, ${words.later}` : end);
  }
  return parts.join(" · ") || null;
}

/** By the clock, so that it can be planned with; nothing where it may be tomorrow. */
function endWords(band: Band, now: number): string | null {
  const { from, to } = isWide(band, now) ? { ...band, from: band.typical, to: band.typical } : band;
  if (Date.parse(to) - now > DAY / 2) return null;
  const [early, late] = [from, to].map(formatClock);
  return words.finishes(early === late ? words.about(`${late}`) : words.between(`${early}`, `${late}`));
}

/** It waits for the clock, which the row says more exactly than a band. */
function isForLater({ run_at }: Pick<Job, "run_at">, now: number): boolean {
  return run_at !== null && Date.parse(run_at) > now;
}

/**
 * Little has run yet, or what runs takes longer than anything before: then the band holds, but “within 8 h” is no answer, and
 * when it mostly happens is.
 */
function isWide(band: Band | null, now: number): boolean {
  if (!band) return false;
  const high = Date.parse(band.to) - now;
  return high > WIDE_FROM_MS && Date.parse(band.typical) - now < high / WIDE_TIMES;
}

function timeWords(band: Band, now: number): string {
  if (!isWide(band, now)) return bandWords(band, now);
  return words.mostly(bandWords({ from: band.typical, to: band.typical }, now));
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
