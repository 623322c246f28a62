import { formatDuration } from "../../lib/format";
import { strings } from "./strings";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Where the lines across a chart of times may stand: 30 s, 1 min, 5 min, and never 4 min 10 s. */
export const SECOND_STEPS: readonly number[] = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30],
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12, 24, 48, 120, 240].map((hours) => hours * HOUR),
];

/** Seconds with the unit that suits them; null is not known. */
export function seconds(value: number | null): string {
  if (value === null) return strings.none;
  return value < 1 ? `${Math.round(value * 1000)}\u00a0ms` : formatDuration(value * 1000);
}

export function secondsPair(half: number | null, most: number | null): string {
  return half === null && most === null ? strings.none : `${seconds(half)} / ${seconds(most)}`;
}
