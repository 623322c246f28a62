import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";

export type Provider = components["schemas"]["Provider"];
export type ProviderList = components["schemas"]["ProviderList"];
export type EmbeddedModel = components["schemas"]["Embedded"];
export type NewProvider = components["schemas"]["NewProvider"];
export type ProviderChange = components["schemas"]["ProviderChange"];

const LOOK_EVERY_MS = 5_000;
const LOOK_WHILE_FETCHING_MS = 1_000;
const LOOK_AT_TRIAL_MS = 500;

/** Circuits open and close by themselves, and the embedded model grows: looked at now and then. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: () => unwrap(api.GET("/api/staff/providers")),
  refetchInterval: ({ state }) =>
    state.data?.embedded.some(({ state: step }) => step === "fetching" || step === "verifying")
      ? LOOK_WHILE_FETCHING_MS
      : LOOK_EVERY_MS,
});

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: providersQuery.queryKey });
}

export function useAddProvider() {
  return useMutation({
    mutationFn: (body: NewProvider) => unwrap(api.POST("/api/staff/providers", { body })),
    onSuccess: useRefresh(),
  });
}

export function useChangeProvider() {
  return useMutation({
    mutationFn: ({ id, ...body }: ProviderChange & { id: string }) =>
      unwrap(
        api.PATCH("/api/staff/providers/{provider_id}", { params: { path: { provider_id: id } }, body }),
      ),
    onSuccess: useRefresh(),
  });
}

export function useRemoveProvider() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/staff/providers/{provider_id}", { params: { path: { provider_id: id } } })),
    onSuccess: useRefresh(),
  });
}

export function useOrderProviders() {
  return useMutation({
    mutationFn: (ids: string[]) => unwrap(api.PUT("/api/staff/providers/order", { body: { ids } })),
    onSuccess: useRefresh(),
  });
}

export interface Trial {
  readonly ok: boolean;
  readonly message: string;
}

/** Has a worker ask a provider one question; `trial` is what came back, in words. */
export function useTrial(name: string) {
  const refresh = useRefresh();
  const start = useMutation({
    mutationFn: () => unwrap(api.POST("/api/staff/providers/test", { body: { name } })),
  });
  const jobId = start.data?.job_id;
  const job = useQuery({
    queryKey: ["provider-trial", jobId],
    enabled: jobId !== undefined,
    queryFn: async () => {
      const trial = await readTrial(jobId ?? "");
      if (trial) void refresh();
      return trial;
    },
    refetchInterval: ({ state }) => (state.data ? false : LOOK_AT_TRIAL_MS),
  });
  const waits = jobId !== undefined && !job.data && !job.error;
  return {
    run: () => start.mutate(),
    running: start.isPending || waits,
    trial: job.data ?? null,
    error: start.error ?? job.error,
  };
}

async function readTrial(jobId: string): Promise<Trial | null> {
  const params = { path: { job_id: jobId } };
  const job = await unwrap(api.GET("/api/jobs/{job_id}", { params }));
  if (job.status === "failed" || job.status === "cancelled") {
    return { ok: false, message: job.error?.message ?? job.message ?? job.status };
  }
  if (job.status !== "completed") return null;
  const { result } = await unwrap(api.GET("/api/jobs/{job_id}/result", { params }));
  return { ok: result.ok === true, message: String(result.message) };
}
