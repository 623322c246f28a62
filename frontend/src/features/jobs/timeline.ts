import { formatClockWithSeconds } from "../../lib/format";
import type { JobHistoryEvent } from "./job-types";
import { strings } from "./strings";

export interface TimelineEntry {
  /** Of the first event of the entry: it stays the same while the entry grows. */
  seq: number;
  type: JobHistoryEvent["type"];
  at: string;
  text: string;
}

/** The history as people read it: runs of progress with the same words, and of parts, are one entry each. */
export function timelineEntries(events: readonly JobHistoryEvent[]): TimelineEntry[] {
  const runs: JobHistoryEvent[][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run?.[0] && belongsTo(run[0], event)) run.push(event);
    else runs.push([event]);
  }
  return runs.map(toEntry);
}

function belongsTo(first: JobHistoryEvent, event: JobHistoryEvent): boolean {
  if (first.type !== event.type) return false;
  return event.type === "partial" || (event.type === "progress" && first.message === event.message);
}

function toEntry(run: JobHistoryEvent[]): TimelineEntry {
  const first = run[0] as JobHistoryEvent;
  const last = run.at(-1) ?? first;
  return { seq: first.seq, type: first.type, at: last.at, text: words(run, last) };
}

function words(run: JobHistoryEvent[], last: JobHistoryEvent): string {
  switch (last.type) {
    case "progress":
      return [last.message, strings.event.progress(last.progress)].filter(Boolean).join(" · ");
    case "partial":
      return partialWords(run);
    case "processing": {
      const attempt = last.data?.["attempt"];
      return typeof attempt === "number" && attempt > 1
        ? strings.event.processingAgain(attempt)
        : strings.event.processing;
    }
    case "retrying":
      return [strings.event.retrying, errorMessage(last), nextRun(last)].filter(Boolean).join(" · ");
    case "failed":
      return [strings.event.failed, errorMessage(last)].filter(Boolean).join(": ");
    case "queued":
    case "completed":
    case "cancelled":
      return strings.event[last.type];
  }
}

function partialWords(run: JobHistoryEvent[]): string {
  const ids = new Set(run.flatMap(({ data }) => elementIds(data)));
  return ids.size > 0 ? strings.event.partial(ids.size) : strings.event.partialText;
}

function elementIds(data: JobHistoryEvent["data"]): unknown[] {
  const ids = data?.["element_ids"];
  return Array.isArray(ids) ? (ids as unknown[]) : [];
}

function errorMessage({ data, message }: JobHistoryEvent): string | null {
  const error = data?.["error"];
  const sentence = typeof error === "object" && error !== null && "message" in error ? error.message : null;
  return typeof sentence === "string" ? sentence : message;
}

function nextRun({ data }: JobHistoryEvent): string | null {
  const at = data?.["run_at"];
  return typeof at === "string" ? strings.event.retryAt(formatClockWithSeconds(at)) : null;
}
