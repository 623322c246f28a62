import { useInfiniteQuery, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import { useSession } from "../accounts/session";
import { useHiddenJobs } from "./deletions";
import { statusesOf, type JobFilters, type ListGroup } from "./filters";
import type { JobPages } from "./job-lists";
import { jobsQuery } from "./job-queries";
import type { Job } from "./job-types";

export interface ListPart {
  /** False where the filters leave nothing of this part. */
  wanted: boolean;
  hasMore: boolean;
  loadingMore: boolean;
  loadMore: () => void;
}

export interface JobListState {
  /** Each job once: what waits in the order in which it comes, the rest in none; undefined until the first answers are there. */
  jobs: Job[] | undefined;
  /** What is shown is still that of other filters. */
  outdated: boolean;
  error: Error | null;
  retry: () => void;
  /** How many fit, shown or not, where the server says so. */
  total: number | null;
  /** The search is catching up: of what ended later it may miss some. */
  foundUntil: string | null;
  parts: Record<"running" | "waiting" | "finished", ListPart>;
}

/** The list in three parts, each with pages of its own: what runs is there however much waits or has ended. */
export function useJobList(filters: JobFilters): JobListState {
  const me = useSession().user?.id;
  const hidden = useHiddenJobs();
  const running = useInfiniteQuery(jobsQuery("running", filters, me));
  const waiting = useInfiniteQuery(jobsQuery("waiting", filters, me));
  const finished = useInfiniteQuery(jobsQuery("finished", filters, me));
  const isWanted = (group: ListGroup) => statusesOf(group, filters).length > 0;
  const runs = isWanted("running") ? running.data : undefined;
  const waits = isWanted("waiting") ? waiting.data : undefined;
  const ended = isWanted("finished") ? finished.data : undefined;
  const all = [running, waiting, finished];
  const pending = all.some((query) => query.isLoading);
  const jobs = useMemo(() => eachOnce([runs, waits, ended], hidden), [runs, waits, ended, hidden]);
  const failed = all.find((query) => query.error && !query.data);
  return {
    jobs: pending ? undefined : jobs,
    outdated: all.some((query) => query.isPlaceholderData && query.isFetching),
    error: failed?.error ?? null,
    retry: () => {
      for (const query of all) if (query.error) void query.refetch();
    },
    total: totalOf([runs, waits, ended]),
    foundUntil: ended?.pages[0]?.found_until ?? null,
    parts: {
      running: partOf(running, "running", filters),
      waiting: partOf(waiting, "waiting", filters),
      finished: partOf(finished, "finished", filters),
    },
  };
}

/** A job whose status changes is in two parts for a while; the one that knows more counts. */
function eachOnce(parts: readonly (JobPages | undefined)[], hidden: ReadonlySet<string>): Job[] {
  const found = new Map<string, Job>();
  for (const job of parts.flatMap((part) => part?.pages ?? []).flatMap(({ items }) => items)) {
    if (hidden.has(job.job_id)) continue;
    const known = found.get(job.job_id);
    if (!known || known.last_seq < job.last_seq) found.set(job.job_id, job);
  }
  return [...found.values()];
}

/** Null unless every part was counted: what a database guesses is no number to act on. */
function totalOf(parts: readonly (JobPages | undefined)[]): number | null {
  let sum = 0;
  for (const part of parts) {
    if (!part) continue;
    const total = part.pages[0]?.total;
    if (!total?.exact) return null;
    sum += total.jobs;
  }
  return sum;
}

function partOf(query: UseInfiniteQueryResult<JobPages>, group: ListGroup, filters: JobFilters): ListPart {
  return {
    wanted: statusesOf(group, filters).length > 0,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
