import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import { getConnectionState } from "../../lib/socket";
import { keepNewerEvents, keepNewerJob, keepNewerPages, requestCancel, type JobPages } from "./job-cache";
import { jobKeys } from "./job-keys";
import type { FullJob, JobHistoryEvent, JobStatus } from "./job-types";

const PAGE_SIZE = 30;
const POLL_MS = 3_000;

/** Without a socket the page asks; with one it is told. */
function pollUnlessConnected(): number | false {
  return getConnectionState() === "connected" ? false : POLL_MS;
}

export function jobsQuery(status: JobStatus | null) {
  return infiniteQueryOptions({
    queryKey: jobKeys.list(status),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/jobs", {
          params: {
            query: { limit: PAGE_SIZE, ...(status && { status }), ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
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

/** Shows at once that the job is stopping; the server's events say when it has. */
export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/jobs/{job_id}", { params: { path: { job_id: id } } })),
    onMutate: (id) => requestCancel(client, id, true),
    onError: (_error, id) => {
      requestCancel(client, id, false);
      void client.invalidateQueries({ queryKey: jobKeys.all });
    },
  });
}
