import type { QueryClient } from "@tanstack/react-query";

import type { JobEvent } from "../../lib/socket-events";
import { changeInLists, type ListChange } from "./job-lists";
import { jobKeys } from "./job-keys";
import { isFinished, isGroup, type FullJob, type Job, type JobHistoryEvent } from "./job-types";

/** The job after the event. An event that is not newer than what is known leaves it as it is: the same object. */
export function applyEvent<Known extends Job>(job: Known, event: JobEvent): Known {
  if (event.seq <= job.last_seq) return job;
  const next: Known = {
    ...job,
    status: event.status,
    progress: event.progress,
    message: event.message,
    last_seq: event.seq,
    attempt: attemptIn(event) ?? job.attempt,
  };
  if (event.type === "processing") {
    next.run_at = null;
    next.started_at ??= event.at;
  }
  if (event.type === "retrying") next.run_at = textIn(event.data, "run_at");
  if (isFinished(event.status)) next.completed_at = event.at;
  if (next.status !== job.status) next.actions = actionsAfter(job, next);
  const error = errorIn(event);
  if (error) next.error = { ...error, correlation_id: job.error?.correlation_id ?? job.job_id };
  return next;
}

/** Until the server says it anew. Whoever could do nothing with the job still can't. */
function actionsAfter(before: Job, job: Job): Job["actions"] {
  if (before.actions.length === 0) return [];
  if (job.status === "queued") return isGroup(job) ? ["cancel"] : ["cancel", "priority"];
  if (job.status === "processing") return ["cancel"];
  const again: Job["actions"] = isGroup(job) ? ["delete"] : ["run_again", "delete"];
  return job.status === "completed" ? again : ["retry", ...again];
}

/** An answer that was on its way when an event overtook it does not take the job back. */
export function keepNewerJob<Known extends Job>(before: Known | undefined, fresh: Known): Known {
  return before && before.job_id === fresh.job_id && before.last_seq > fresh.last_seq ? before : fresh;
}

/** Events are only ever added, so the longer history is the newer one. */
export function keepNewerEvents(
  before: JobHistoryEvent[] | undefined,
  fresh: JobHistoryEvent[],
): JobHistoryEvent[] {
  return before && lastSeq(before) > lastSeq(fresh) ? before : fresh;
}

/** Where an event left its mark: the caller decides what has to be asked again. */
export interface Patched extends ListChange {
  missedEvents: boolean;
}

/** Brings lists, job and history up to the event. */
export function patchJob(client: QueryClient, event: JobEvent): Patched {
  const lists = changeInLists(client, event.job_id, (job) => applyEvent(job, event));
  let statusChanged = lists.statusChanged;
  client.setQueryData<FullJob>(jobKeys.detail(event.job_id), (job) => {
    if (!job) return undefined;
    const next = applyEvent(job, event);
    statusChanged ||= next.status !== job.status;
    return next;
  });
  return { ...lists, statusChanged, missedEvents: !appendEvent(client, event) };
}

/** False when there is a gap between the history that is known and the event. */
function appendEvent(client: QueryClient, event: JobEvent): boolean {
  const key = jobKeys.events(event.job_id);
  const history = client.getQueryData<JobHistoryEvent[]>(key);
  if (!history || event.seq <= lastSeq(history)) return true;
  if (event.seq > lastSeq(history) + 1) return false;
  client.setQueryData<JobHistoryEvent[]>(key, [...history, event]);
  return true;
}

/** Shows a change before the server has said yes; the returned function takes it back. */
export function changeAtOnce(client: QueryClient, id: string, change: Partial<Job>): () => void {
  const before: Partial<Job>[] = [];
  const apply = <Known extends Job>(job: Known): Known => {
    before.push(Object.fromEntries(Object.keys(change).map((key) => [key, job[key as keyof Job]])));
    return { ...job, ...change };
  };
  changeEverywhere(client, id, apply);
  return () => changeEverywhere(client, id, (job) => ({ ...job, ...before[0] }));
}

function changeEverywhere(client: QueryClient, id: string, change: <Known extends Job>(job: Known) => Known) {
  changeInLists(client, id, change);
  client.setQueryData<FullJob>(jobKeys.detail(id), (job) => job && change(job));
}

function lastSeq(events: readonly JobHistoryEvent[]): number {
  return events.at(-1)?.seq ?? 0;
}

function textIn(data: Record<string, unknown> | null, field: string): string | null {
  const value = data?.[field];
  return typeof value === "string" ? value : null;
}

function attemptIn({ data }: JobEvent): number | null {
  const value = data?.["attempt"];
  return typeof value === "number" ? value : null;
}

function errorIn({ data }: JobEvent): { code: string; message: string } | null {
  const error = data?.["error"];
  if (typeof error !== "object" || error === null) return null;
  const fields = error as Record<string, unknown>;
  return { code: textIn(fields, "code") ?? "", message: textIn(fields, "message") ?? "" };
}
