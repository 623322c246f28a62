import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import { staffKeys } from "./staff-keys";
import type { Role, Span } from "./staff-types";

const OFTEN_MS = 5_000; // what events do not tell: counts of what waits, heartbeats
const SELDOM_MS = 30_000;
const PAGE_SIZE = 50;

export const queuesQuery = queryOptions({
  queryKey: staffKeys.queues,
  queryFn: () => unwrap(api.GET("/api/staff/queues")),
  refetchInterval: OFTEN_MS,
});

export const workersQuery = queryOptions({
  queryKey: staffKeys.workers,
  queryFn: () => unwrap(api.GET("/api/staff/workers")),
  refetchInterval: OFTEN_MS,
});

export function courseQuery(span: Span, queue: string | null) {
  return queryOptions({
    queryKey: staffKeys.course(span, queue),
    queryFn: () =>
      unwrap(api.GET("/api/staff/course", { params: { query: { span, ...(queue && { queue }) } } })),
    placeholderData: (before) => before, // the old lines stay until the new ones are there
    refetchInterval: SELDOM_MS,
  });
}

export function typesQuery(hours: number) {
  return queryOptions({
    queryKey: staffKeys.types(hours),
    queryFn: () => unwrap(api.GET("/api/staff/types", { params: { query: { hours } } })),
    refetchInterval: SELDOM_MS,
  });
}

export interface AuditFilter {
  action?: string;
  target?: string;
  via?: "session" | "token" | "command line";
  actor?: string;
}

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: staffKeys.audit(filter),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/staff/audit", {
          params: { query: { ...filter, limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: SELDOM_MS,
  });
}

export interface PeopleFilter {
  q?: string;
  role?: Role;
}

export function peopleQuery(filter: PeopleFilter) {
  return infiniteQueryOptions({
    queryKey: staffKeys.people(filter),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/staff/users", {
          params: { query: { ...filter, limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Pauses a queue with a reason, or resumes it. */
export function useSteerQueue(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: { pause: true; reason: string | null } | { pause: false }) =>
      order.pause
        ? unwrap(
            api.POST("/api/queues/{name}/pause", {
              params: { path: { name } },
              body: { reason: order.reason },
            }),
          )
        : unwrap(api.POST("/api/queues/{name}/resume", { params: { path: { name } } })),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: staffKeys.queues }),
        client.invalidateQueries({ queryKey: staffKeys.audits }),
      ]),
  });
}

/** Gives somebody a role, suspends somebody or lets somebody back in. */
export function useChangePerson(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { role?: Role; suspended?: boolean }) =>
      unwrap(api.PATCH("/api/staff/users/{user_id}", { params: { path: { user_id: id } }, body })),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: staffKeys.peopleLists }),
        client.invalidateQueries({ queryKey: staffKeys.audits }),
      ]),
  });
}
