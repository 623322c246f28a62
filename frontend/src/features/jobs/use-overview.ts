import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";
import { useSession } from "../accounts/session";
import { ME } from "./filters";
import { seesAll } from "./job-actions";
import { jobKeys } from "./job-keys";
import { useFilters } from "./use-filters";

export type Overview = components["schemas"]["Overview"];
type Scope = "own" | "all";

const REFRESH_MS = 20_000; // the points are minutes; events bring what is quicker

function overviewQuery(scope: Scope) {
  return queryOptions({
    queryKey: [...jobKeys.overview, scope],
    queryFn: () =>
      unwrap(
        api.GET("/api/jobs/overview", { params: { query: { scope, span: "hour", day: startOfToday() } } }),
      ),
    refetchInterval: REFRESH_MS,
  });
}

function facetsQuery(scope: Scope) {
  return queryOptions({
    queryKey: [...jobKeys.facets, scope],
    queryFn: () => unwrap(api.GET("/api/jobs/facets", { params: { query: { scope } } })),
    staleTime: 60_000,
  });
}

/** Everybody's for staff who look at everybody's jobs, else one's own; undefined until it is there. */
export function useOverview(): { overview: Overview | undefined; failed: boolean } {
  const { data, error } = useQuery(overviewQuery(useScope()));
  return { overview: data, failed: error !== null && !data };
}

/** What there is to filter by. */
export function useFacets() {
  return useQuery(facetsQuery(useScope())).data;
}

function useScope(): Scope {
  const { user } = useSession();
  const { filters } = useFilters();
  return seesAll(user) && filters.user !== ME ? "all" : "own";
}

/** Where the reader is. */
function startOfToday(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}
