import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

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
const WITHOUT_WORKER_MS = 3_000; // nothing happens of which an event would tell

function overviewQuery(scope: Scope) {
  return queryOptions({
    queryKey: [...jobKeys.overview, scope],
    queryFn: () =>
      unwrap(
        api.GET("/api/jobs/overview", { params: { query: { scope, span: "hour", day: startOfToday() } } }),
      ),
    refetchInterval: ({ state }) => (state.data?.workers === 0 ? WITHOUT_WORKER_MS : REFRESH_MS),
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

/** Whether nothing can start because no worker lives; asked for only where that is of interest. */
export function useNoWorker(enabled: boolean): boolean {
  return useQuery({ ...overviewQuery("own"), enabled }).data?.workers === 0 && enabled;
}

/** What is told of the jobs that wait, and when they will start, holds no longer when workers go or come. */
export function useAskAgainWhenWorkersComeOrGo(noWorker: boolean | undefined): void {
  const client = useQueryClient();
  const before = useRef(noWorker);
  useEffect(() => {
    if (before.current !== undefined && before.current !== noWorker) {
      void client.invalidateQueries({ queryKey: jobKeys.lists });
      void client.invalidateQueries({ queryKey: jobKeys.details });
    }
    before.current = noWorker;
  }, [client, noWorker]);
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
