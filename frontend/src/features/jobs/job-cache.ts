import type { InfiniteData, QueryClient } from "@tanstack/react-query";

import type { JobEvent } from "../../lib/socket-events";
import { jobKeys } from "./job-keys";
import { isFinished, type FullJob, type Job, type JobHistoryEvent } from "./job-types";

export interface JobPage {
  items: Job[];
  next_cursor: string | null;
}
export type JobPages = InfiniteData<JobPage, string | null>;

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
  const error = errorIn(event);
  if (error) next.error = { ...error, correlation_id: job.error?.correlation_id ?? job.job_id };
  return next;
}

/** An answer that was on its way when an event overtook it does not take the job back. */
export function keepNewerJob<Known extends Job>(before: Known | undefined, fresh: Known): Known {
  return before && before.job_id === fresh.job_id && before.last_seq > fresh.last_seq ? before : fresh;
}

export function keepNewerPages(before: JobPages | undefined, fresh: JobPages): JobPages {
  if (!before) return fresh;
  const known = new Map(before.pages.flatMap(({ items }) => items).map((job) => [job.job_id, job]));
  return mapJobs(fresh, (job) => keepNewerJob(known.get(job.job_id), job));
}

/** Events are only ever added, so the longer history is the newer one. */
export function keepNewerEvents(
  before: JobHistoryEvent[] | undefined,
  fresh: JobHistoryEvent[],
): JobHistoryEvent[] {
  return before && lastSeq(before) > lastSeq(fresh) ? before : fresh;
}

/** Where an event left its mark: the caller decides what has to be asked again. */
export interface Patched {
  inSomeList: boolean;
  statusChanged: boolean;
  missedEvents: boolean;
}

/** Brings lists, job and history up to the event. */
export function patchJob(client: QueryClient, event: JobEvent): Patched {
  let inSomeList = false;
  let statusChanged = false;
  const patch = <Known extends Job>(job: Known): Known => {
    if (job.job_id !== event.job_id) return job;
    const next = applyEvent(job, event);
    statusChanged ||= next.status !== job.status;
    return next;
  };
  client.setQueriesData<JobPages>({ queryKey: jobKeys.lists }, (pages) => {
    inSomeList ||=
      pages?.pages.some(({ items }) => items.some((job) => job.job_id === event.job_id)) ?? false;
    return pages && mapJobs(pages, patch);
  });
  client.setQueryData<FullJob>(jobKeys.detail(event.job_id), (job) => job && patch(job));
  return { inSomeList, statusChanged, missedEvents: !appendEvent(client, event) };
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

export function requestCancel(client: QueryClient, id: string, requested: boolean): void {
  const mark = <Known extends Job>(job: Known): Known =>
    job.job_id === id ? { ...job, cancel_requested: requested } : job;
  client.setQueriesData<JobPages>({ queryKey: jobKeys.lists }, (pages) => pages && mapJobs(pages, mark));
  client.setQueryData<FullJob>(jobKeys.detail(id), (job) => job && mark(job));
}

/** Pages and lists in which nothing changed stay the same objects, so that nothing is drawn again. */
function mapJobs(data: JobPages, change: (job: Job) => Job): JobPages {
  const pages = data.pages.map((page) => {
    const items = page.items.map(change);
    return items.every((job, place) => job === page.items[place]) ? page : { ...page, items };
  });
  return pages.every((page, place) => page === data.pages[place]) ? data : { ...data, pages };
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
