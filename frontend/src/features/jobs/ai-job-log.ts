import type { JobEvent, JobStatus } from "../../lib/socket-events";
import { isTriedAgain } from "../../lib/tried-again";
import { SERVERS_CLOCK } from "./provider-wait";

/** What a page shows of a job: the fold of its events 1 … `seq`. */
export interface JobState {
  readonly jobId: string;
  readonly jobType: string;
  readonly canvasId: string | null;
  /** Everything up to this event is in here; 0: nothing is known yet. */
  readonly seq: number;
  readonly status: JobStatus;
  /** Queued again after a failed attempt; `runAt` says until when it waits. */
  readonly isRetrying: boolean;
  readonly runAt: string | null;
  /** What it waits for, in the worker's words; null when that is a provider, about which the server says more. */
  readonly waitsFor: string | null;
  readonly progress: number;
  readonly message: string | null;
  /** Of the first and of the last event. */
  readonly queuedAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** What the ending event carried: a result, or an error. */
  readonly outcome: Readonly<Record<string, unknown>> | null;
  /** Ids of the elements that the job has put on its canvas so far. */
  readonly elementIds: readonly string[];
  /** Events that arrived before one that they follow, by sequence. */
  readonly early: readonly JobEvent[];
}

/** The state of a job as a plain answer gives it, with the number of the last event that it includes. */
export interface JobSnapshot {
  readonly job_id: string;
  readonly job_type: string;
  readonly canvas_id: string | null;
  readonly status: JobStatus;
  readonly progress: number;
  readonly message: string | null;
  readonly created_at: string;
  readonly run_at?: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly attempt: number;
  readonly last_seq: number;
  readonly error?: Readonly<Record<string, unknown>> | null;
}

const FINISHED: ReadonlySet<JobStatus> = new Set(["completed", "failed", "cancelled"]);

export function unknownJob(jobId: string): JobState {
  return {
    jobId,
    jobType: "",
    canvasId: null,
    seq: 0,
    status: "queued",
    isRetrying: false,
    runAt: null,
    waitsFor: null,
    progress: 0,
    message: null,
    queuedAt: null,
    startedAt: null,
    endedAt: null,
    outcome: null,
    elementIds: [],
    early: [],
  };
}

export function isFinished(state: Pick<JobState, "status">): boolean {
  return FINISHED.has(state.status);
}

/** Something was missed: the events after `seq` are to be asked for. */
export function hasGap(state: JobState): boolean {
  return state.early.length > 0;
}

/** Takes in events in whatever order and number they come; each counts once, and only when its turn has come. */
export function receive(state: JobState, events: readonly JobEvent[]): JobState {
  const news = events.filter((event) => event.seq > state.seq);
  if (news.length === 0) return state;
  const waiting = new Map([...state.early, ...news].map((event) => [event.seq, event]));
  let next = state;
  for (let event = waiting.get(next.seq + 1); event; event = waiting.get(next.seq + 1)) {
    waiting.delete(event.seq);
    next = apply(next, event);
  }
  const early = [...waiting.values()].filter(({ seq }) => seq > next.seq).sort((a, b) => a.seq - b.seq);
  return { ...next, early };
}

/** Retention has cut the events up to `to`: what follows is all that there will be. */
export function skip(state: JobState, to: number): JobState {
  return to <= state.seq ? state : receive({ ...state, seq: to, early: [] }, state.early);
}

/** A snapshot that is ahead stands for the events that it includes; one that is behind says nothing new. */
export function catchUp(state: JobState, snapshot: JobSnapshot): JobState {
  if (snapshot.last_seq <= state.seq) return state;
  const next: JobState = {
    ...state,
    jobType: snapshot.job_type,
    canvasId: snapshot.canvas_id,
    seq: snapshot.last_seq,
    status: snapshot.status,
    isRetrying: snapshot.status === "queued" && snapshot.attempt > 0,
    runAt: snapshot.run_at ?? null,
    waitsFor: snapshot.status === "queued" && snapshot.attempt === 0 ? ownWords(snapshot.message) : null,
    progress: snapshot.progress,
    message: snapshot.message,
    queuedAt: snapshot.created_at,
    startedAt: snapshot.started_at,
    endedAt: snapshot.completed_at,
    outcome: snapshot.error ?? state.outcome,
    early: [],
  };
  return receive(next, state.early);
}

function apply(state: JobState, event: JobEvent): JobState {
  const next: JobState = {
    ...state,
    jobType: event.job_type,
    canvasId: event.canvas_id,
    seq: event.seq,
    status: event.status,
    isRetrying: isTriedAgain(event) || (state.isRetrying && event.type === "queued"),
    runAt: event.type === "retrying" ? textField(event, "run_at") : null,
    waitsFor: event.type === "retrying" && !isTriedAgain(event) ? ownWords(event.message) : null,
    progress: event.progress,
    message: event.message,
    queuedAt: state.queuedAt ?? event.at,
  };
  switch (event.type) {
    case "processing":
      return { ...next, startedAt: event.at };
    case "partial":
      return { ...next, elementIds: withIds(state.elementIds, event) };
    case "completed":
    case "failed":
    case "cancelled":
      return { ...next, endedAt: event.at, outcome: event.data };
    case "queued":
    case "progress":
    case "retrying":
      return next;
  }
}

/** A provider's wait names the server's time of day. */
function ownWords(message: string | null): string | null {
  return message && !SERVERS_CLOCK.test(message) ? message : null;
}

function textField(event: JobEvent, name: string): string | null {
  const value = event.data?.[name];
  return typeof value === "string" ? value : null;
}

function withIds(known: readonly string[], event: JobEvent): readonly string[] {
  const ids = event.data?.element_ids;
  if (!Array.isArray(ids)) return known;
  return [...new Set([...known, ...ids.filter((id) => typeof id === "string")])];
}
