import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import { getConnectionState } from "../../lib/socket";
import { queryOf, statusesOf, type JobFilters, type ListGroup } from "./filters";
import { changeAtOnce, keepNewerEvents, keepNewerJob } from "./job-cache";
import { jobKeys } from "./job-keys";
import { keepNewerPages, type JobPages } from "./job-lists";
import type { FullJob, JobHistoryEvent } from "./job-types";

const PAGE_SIZES: Readonly<Record<ListGroup, number>> = { running: 50, waiting: 25, finished: 30, all: 50 };
const POLL_MS = 3_000;

/** Without a socket the page asks; with one it is told. */
export function pollUnlessConnected(): number | false {
  return getConnectionState() === "connected" ? false : POLL_MS;
}

/** One part of the list, page by page. `me` is the id of whoever is here. */
export function jobsQuery(group: ListGroup, filters: JobFilters, me: string | undefined) {
  const statuses = statusesOf(group, filters);
  return infiniteQueryOptions({
    queryKey: jobKeys.list(group, filters),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/jobs", {
          params: {
            query: {
              ...queryOf(filters, me),
              status: statuses.join(","),
              limit: PAGE_SIZES[group],
              ...(group === "waiting" && { order: "next" as const }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    enabled: statuses.length > 0,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    structuralSharing: (before, fresh) => keepNewerPages(before as JobPages | undefined, fresh as JobPages),
    refetchInterval: pollUnlessConnected,
  });
}

export function jobQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.detail(id),
    queryFn: () => unwrap(api.GET("/api/jobs/{job_id}", { params: { path: { job_id: id } } })),
    structuralSharing: (before, fresh) => keepNewerJob(before as FullJob | undefined, fresh as FullJob),
    refetchInterval: pollUnlessConnected,
  });
}

export function jobEventsQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.events(id),
    queryFn: async () => {
      const answer = await unwrap(
        api.GET("/api/jobs/{job_id}/events", {
          params: { path: { job_id: id }, query: { after: 0 } },
          headers: { Accept: "application/json" },
        }),
      );
      return answer.events as JobHistoryEvent[];
    },
    structuralSharing: (before, fresh) =>
      keepNewerEvents(before as JobHistoryEvent[] | undefined, fresh as JobHistoryEvent[]),
    refetchInterval: pollUnlessConnected,
  });
}

/** Of a completed job. */
export function jobResultQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.result(id),
    queryFn: async () =>
      (await unwrap(api.GET("/api/jobs/{job_id}/result", { params: { path: { job_id: id } } }))).result,
    staleTime: Infinity,
  });
}

/** Shows at once that the job is stopping; the server's events say when it has. */
export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/jobs/{job_id}", { params: { path: { job_id: id } } })),
    onMutate: (id) => changeAtOnce(client, id, { cancel_requested: true }),
    onError: (_error, _id, takeBack) => {
      takeBack?.();
      void client.invalidateQueries({ queryKey: jobKeys.all });
    },
  });
}
