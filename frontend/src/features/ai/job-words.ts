import type { ShownStatus } from "../../components/ui/StatusBadge";
import { formatCountdown, formatDuration } from "../../lib/format";
import { isFinished, type JobState } from "../jobs/ai-job-log";
import { strings } from "./strings";

export interface JobWords {
  readonly status: ShownStatus;
  /** What is happening, or what came of it: a sentence. */
  readonly sentence: string;
  /** How long it has waited or run; null once the sentence says it. */
  readonly clock: string | null;
}

export interface Engine {
  readonly name: string;
  readonly model?: string | null;
}

const PLANNER = "planner";
export const NEEDS_MODEL = "needs_model";

/** A job as the panel tells it. `now` is milliseconds; `result` is asked for apart, once there is one. `held`: why no worker will take it. */
export function jobWords(
  job: JobState,
  result: Readonly<Record<string, unknown>> | null,
  now: number,
  held: string | null = null,
): JobWords {
  const sentence = (job.status === "queued" && strings.job.held[held ?? ""]) || sentenceOf(job, result, now);
  return { status: shownStatus(job), sentence, clock: clockOf(job, now) };
}

/** The error of a failed job in the server's words; its code tells what can be offered. */
export function errorOf(job: JobState): { code: string; message: string } | null {
  if (job.status !== "failed") return null;
  const nested = job.outcome?.error;
  const error = (typeof nested === "object" && nested ? nested : (job.outcome ?? {})) as Record<
    string,
    unknown
  >;
  return {
    code: typeof error.code === "string" ? error.code : "",
    message: typeof error.message === "string" ? error.message : (job.message ?? strings.job.failed),
  };
}

/** "the planner", or the name of a model as its provider calls it. */
export function engineName(result: Readonly<Record<string, unknown>> | null): string | null {
  const engine = result?.engine;
  if (typeof engine === "string") return nameOf({ name: engine });
  if (typeof engine !== "object" || engine === null || !("name" in engine)) return null;
  return nameOf(engine as Engine);
}

/** What a job is called where its whole instruction would be too much. */
export function shortInstruction(instructions: string | null): string {
  const line = (instructions ?? "").replace(/\s+/g, " ").trim();
  if (line === "") return strings.job.drawing;
  const letters = Array.from(line);
  return letters.length <= 60 ? `“${line}”` : `“${letters.slice(0, 59).join("").trimEnd()}…”`;
}

function shownStatus(job: JobState): ShownStatus {
  return job.isRetrying && job.status === "queued" ? "retrying" : job.status;
}

function sentenceOf(job: JobState, result: Readonly<Record<string, unknown>> | null, now: number): string {
  switch (job.status) {
    case "queued":
      return waitingWords(job, now);
    case "processing":
      return job.message ?? strings.job.starting;
    case "completed":
      return doneWords(job, result);
    case "failed":
      return errorOf(job)?.message ?? strings.job.failed;
    case "cancelled":
      return job.elementIds.length > 0 ? strings.job.cancelled : strings.job.cancelledEarly;
  }
}

function waitingWords(job: JobState, now: number): string {
  if (!job.isRetrying) return job.waitsFor ?? strings.job.waiting;
  const wait = job.runAt ? Date.parse(job.runAt) - now : 0;
  return wait > 0 ? strings.job.retryIn(formatCountdown(wait)) : strings.job.retrying;
}

function doneWords(job: JobState, result: Readonly<Record<string, unknown>> | null): string {
  const say = job.jobType === "modify_canvas" ? strings.job.changed : strings.job.done;
  return say(engineName(result), took(job));
}

function took(job: JobState): string | null {
  if (!job.startedAt || !job.endedAt) return null;
  return formatDuration(Date.parse(job.endedAt) - Date.parse(job.startedAt));
}

function clockOf(job: JobState, now: number): string | null {
  if (isFinished(job)) return null;
  const since = job.status === "processing" ? job.startedAt : job.queuedAt;
  return since ? formatDuration(Math.max(0, Math.floor((now - Date.parse(since)) / 1_000)) * 1_000) : null;
}

function nameOf(engine: Engine): string {
  return engine.name === PLANNER ? strings.job.planner : (engine.model ?? engine.name);
}
