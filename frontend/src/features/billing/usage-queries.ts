import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";

export type Usage = components["schemas"]["Usage"];
export type Account = components["schemas"]["Account"];
export type BudgetState = Usage["budgets"][number];
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

export const callsQuery = pages(["usage", "calls"], (query) =>
  unwrap(api.GET("/api/usage/operations", { params: { query } })),
);

export const entriesQuery = pages(["usage", "entries"], (query) =>
  unwrap(api.GET("/api/usage/entries", { params: { query } })),
);

/** A list that is read page by page. */
export function pages<Page extends { next_cursor: string | null }>(
  queryKey: readonly unknown[],
  read: (query: { limit: number; cursor?: string }) => Promise<Page>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => read({ limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.next_cursor,
  });
}
