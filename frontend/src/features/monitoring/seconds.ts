import { formatDuration } from "../../lib/format";
import { strings } from "./strings";

/** Seconds with the unit that suits them; null is not known. */
export function seconds(value: number | null): string {
  if (value === null) return strings.none;
  return value < 1 ? `${Math.round(value * 1000)}\u00a0ms` : formatDuration(value * 1000);
}

export function secondsPair(half: number | null, most: number | null): string {
  return half === null && most === null ? strings.none : `${seconds(half)} / ${seconds(most)}`;
}
