import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";

export type Usage = components["schemas"]["Usage"];
export type Call = components["schemas"]["Call"];
export type Entry = components["schemas"]["Entry"];

const PAGE_SIZE = 20;
const FRESH_MS = 10_000;

export function usageQuery(days: number) {
  return queryOptions({
    queryKey: ["usage", days],
    queryFn: () => unwrap(api.GET("/api/usage", { params: { query: { days } } })),
    staleTime: FRESH_MS,
  });
}

export const callsQuery = infiniteQueryOptions({
  queryKey: ["usage", "calls"],
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/usage/operations", {
        params: { query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export const entriesQuery = infiniteQueryOptions({
  queryKey: ["usage", "entries"],
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/usage/entries", {
        params: { query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});
