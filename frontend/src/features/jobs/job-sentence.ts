import {
  formatClock,
  formatClockWithSeconds,
  formatCountdown,
  formatDateTime,
  formatDuration,
} from "../../lib/format";
import { estimateWords } from "./estimate-words";
import { isGroup, type FullJob, type Job } from "./job-types";
import { providerWait } from "./provider-wait";
import { strings } from "./strings";

const SEPARATOR = " · ";
const COUNT_DOWN_BELOW_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;

export interface JobSentence {
  /** "Create canvas" */
  what: string;
  /** "“onboarding flow”", or nothing */
  about: string | null;
  /** "retry 2 of 3 in 6 s" */
  state: string;
}

/** A job as a sentence in three parts; `now` is milliseconds. The server's summary has the first two in one. */
export function jobSentence(job: Job | FullJob, now: number): JobSentence {
  const [what = "", ...about] = (job.summary ?? strings.typeName(job.job_type)).split(SEPARATOR);
  return { what, about: about.join(SEPARATOR) || null, state: stateWords(job, now) };
}

export function sentenceText({ what, about, state }: JobSentence): string {
  return [what, about, state].filter((part) => part !== null).join(SEPARATOR);
}

/** How it stands. `estimate`: with its place and when it will start and end. */
export function stateWords(job: Job | FullJob, now: number, estimate = true): string {
  switch (job.status) {
    case "queued":
      if (isGroup(job) && job.message) return job.message;
      return [
        heldWords(job) ?? providerWait(job) ?? waitingWords(job, now),
        estimate && estimateWords(job, now),
      ]
        .filter(Boolean)
        .join(SEPARATOR);
    case "processing":
      return job.cancel_requested ? strings.state.stopping : (job.message ?? runningWords(job, now));
    case "completed":
      return job.started_at && job.completed_at
        ? strings.state.done(formatDuration(Date.parse(job.completed_at) - Date.parse(job.started_at)))
        : strings.state.doneNoTime;
    case "failed":
      return job.error?.message ? strings.state.failed(job.error.message) : strings.state.failedNoReason;
    case "cancelled":
      return cancelledWords(job);
  }
}

/** No worker will take it, however long it waits: said instead of “waiting for a worker”. */
function heldWords({ estimate, queue }: Job): string | null {
  if (estimate?.why_unknown === "paused") return strings.state.paused(queue);
  return estimate?.why_unknown === "no_worker" ? strings.state.noWorker(queue) : null;
}

/** When it was really stopped, which is later than when it was asked to. */
function cancelledWords({ started_at, completed_at }: Job): string {
  if (!completed_at) return strings.state.cancelled;
  return started_at
    ? strings.state.stoppedAt(formatClockWithSeconds(completed_at))
    : strings.state.neverStarted;
}

function runningWords({ started_at }: Job, now: number): string {
  return started_at
    ? strings.state.runningFor(formatDuration(now - Date.parse(started_at)))
    : strings.state.running;
}

function waitingWords(job: Job, now: number): string {
  const wait = job.run_at ? Date.parse(job.run_at) - now : 0;
  if (job.attempt > 0) {
    const retries = job.max_attempts - 1;
    return wait > 0
      ? strings.state.retryIn(job.attempt, retries, formatCountdown(wait))
      : strings.state.retryNow(job.attempt, retries);
  }
  if (wait <= 0 || !job.run_at) return strings.state.waiting;
  if (wait < COUNT_DOWN_BELOW_MS) return strings.state.startsIn(formatCountdown(wait));
  return strings.state.startsAt(wait < DAY_MS ? formatClock(job.run_at) : formatDateTime(job.run_at));
}
