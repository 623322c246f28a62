import type { InfiniteData, QueryClient } from "@tanstack/react-query";

import { belongsTo, type JobFilters, type ListGroup } from "./filters";
import { jobKeys } from "./job-keys";
import type { Job } from "./job-types";

export interface JobPage {
  items: Job[];
  next_cursor: string | null;
  /** With the first page alone. */
  total: { jobs: number; exact: boolean } | null;
  /** The search misses some of what ended later. */
  found_until: string | null;
}
export type JobPages = InfiniteData<JobPage>;

/** What a change did to the lists: the caller decides what has to be asked again. */
export interface ListChange {
  inSomeList: boolean;
  statusChanged: boolean;
}

/**
 * Changes a job in every list that shows it. One whose status changes stays where it is and appears in the list of its
 * new status as well: whoever shows both takes each job once, by its status, so that it never blinks.
 */
export function changeInLists(client: QueryClient, id: string, change: (job: Job) => Job): ListChange {
  let changed: Job | undefined;
  let statusChanged = false;
  const shownBy: JobFilters[] = [];
  const lists = client.getQueriesData<JobPages>({ queryKey: jobKeys.lists });
  for (const [key, pages] of lists) {
    const known = pages && findJob(pages, id);
    if (!known) continue;
    const next = change(known);
    changed ??= next;
    statusChanged ||= next.status !== known.status;
    shownBy.push(filtersOf(key));
    if (next !== known) {
      client.setQueryData<JobPages>(
        key,
        mapJobs(pages, (job) => (job.job_id === id ? next : job)),
      );
    }
  }
  if (changed && statusChanged) offerTo(client, lists, shownBy, changed);
  return { inSomeList: changed !== undefined, statusChanged };
}

type Listed = ReturnType<QueryClient["getQueriesData"]>;

function offerTo(client: QueryClient, lists: Listed, shownBy: readonly JobFilters[], job: Job): void {
  const wanted = new Set(shownBy.map((filters) => JSON.stringify(filters)));
  for (const [key] of lists) {
    const filters = filtersOf(key);
    if (!wanted.has(JSON.stringify(filters)) || !belongsTo(key[2] as ListGroup, filters, job.status))
      continue;
    const insert = key[2] === "waiting" ? appendJob : insertJob;
    client.setQueryData<JobPages>(key, (pages) => pages && insert(pages, job));
  }
}

function filtersOf(key: readonly unknown[]): JobFilters {
  return key[3] as JobFilters;
}

/** Ids begin with the time of their making: the newest first. What is older than all that is loaded comes with its page. */
export function insertJob(data: JobPages, job: Job): JobPages {
  if (findJob(data, job.job_id)) return data;
  const place = data.pages.findIndex(
    ({ items, next_cursor }) => next_cursor === null || items.some((other) => other.job_id < job.job_id),
  );
  if (place === -1) return data;
  const pages = data.pages.map((page, index) =>
    index === place ? { ...page, items: [...page.items, job].sort(newestFirst) } : page,
  );
  return { ...data, pages };
}

/** Behind all that wait, until the server says where it comes; only where the last page is loaded. */
export function appendJob(data: JobPages, job: Job): JobPages {
  const last = data.pages.at(-1);
  if (!last || last.next_cursor !== null || findJob(data, job.job_id)) return data;
  return { ...data, pages: [...data.pages.slice(0, -1), { ...last, items: [...last.items, job] }] };
}

export function newestFirst(one: Job, other: Job): number {
  return one.job_id < other.job_id ? 1 : -1;
}

export function keepNewerPages(before: JobPages | undefined, fresh: JobPages): JobPages {
  if (!before) return fresh;
  const known = new Map(before.pages.flatMap(({ items }) => items).map((job) => [job.job_id, job]));
  return mapJobs(fresh, (job) => {
    const older = known.get(job.job_id);
    return older && older.last_seq > job.last_seq ? older : job;
  });
}

/** Pages and lists in which nothing changed stay the same objects, so that nothing is drawn again. */
function mapJobs(data: JobPages, change: (job: Job) => Job): JobPages {
  const pages = data.pages.map((page) => {
    const items = page.items.map(change);
    return items.every((job, place) => job === page.items[place]) ? page : { ...page, items };
  });
  return pages.every((page, place) => page === data.pages[place]) ? data : { ...data, pages };
}

function findJob(data: JobPages, id: string): Job | undefined {
  return data.pages.flatMap(({ items }) => items).find((job) => job.job_id === id);
}
