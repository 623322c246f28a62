import { formatDuration } from "../../lib/format";
import { isFinished, type FullJob, type Stretch } from "./job-types";
import { strings } from "./strings";

export type LaneLook = "wait" | "running" | "completed" | "failed" | "retried" | "cancelled" | "step";

/** A bar on the common axis of time: `from` and `to` are parts of the whole, 0 to 1. */
export interface Lane {
  key: string;
  look: LaneLook;
  /** "Attempt 2", "Waiting" */
  name: string;
  /** Why it waited, or how the run ended. */
  words: string;
  from: number;
  to: number;
  /** "3.2 s" */
  length: string;
}

const TOO_SHORT_MS = 50; // nobody waited

const LOOKS: Readonly<Record<string, LaneLook>> = {
  running: "running",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

/** A job's life as bars below each other: its waits, its runs, and within a run its steps. `now` is milliseconds. */
export function timelineLanes(job: FullJob, now: number): Lane[] {
  const stretches = job.timeline;
  const begin = Date.parse(job.created_at);
  const end = isFinished(job.status) && job.completed_at ? Date.parse(job.completed_at) : now;
  const whole = Math.max(1, end - begin);
  const lanes: Lane[] = [];
  const add = (lane: Pick<Lane, "key" | "look" | "name" | "words">, from: number, to: number) =>
    lanes.push({
      ...lane,
      from: clamp((from - begin) / whole),
      to: clamp((to - begin) / whole),
      length: formatDuration(to - from),
    });
  for (const [place, stretch] of stretches.entries()) {
    const from = stretch.start ? Date.parse(stretch.start) : begin;
    const to = Math.max(from, stretch.end ? Date.parse(stretch.end) : end);
    if (stretch.kind === "wait") {
      if (to - from < TOO_SHORT_MS && stretch.end) continue;
      add(
        { key: `wait-${place}`, look: "wait", name: strings.picture.waits, words: stretch.message },
        from,
        to,
      );
      continue;
    }
    add(
      { key: `run-${place}`, look: lookOf(stretch), name: nameOf(stretch), words: wordsOf(stretch) },
      from,
      to,
    );
    for (const step of job.steps.filter(({ started_at }) => within(started_at, from, to))) {
      const name = strings.picture.step(step.name);
      add(
        { key: `step-${step.name}`, look: "step", name, words: "" },
        Date.parse(step.started_at),
        Date.parse(step.ended_at),
      );
    }
  }
  return lanes;
}

function lookOf({ outcome }: Stretch): LaneLook {
  return LOOKS[outcome ?? ""] ?? "retried";
}

function nameOf({ attempt, run }: Stretch): string {
  return strings.picture.attempt(attempt ?? run ?? 1);
}

function wordsOf({ outcome, error_message, message }: Stretch): string {
  const ending = strings.picture.outcome[outcome ?? ""] ?? message;
  return error_message ? `${ending}: ${error_message}` : ending;
}

function within(at: string, from: number, to: number): boolean {
  const time = Date.parse(at);
  return time >= from && time <= to;
}

function clamp(part: number): number {
  return Math.max(0, Math.min(1, part));
}
