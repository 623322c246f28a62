import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";
import { changeAtOnce } from "./job-cache";
import { jobKeys } from "./job-keys";
import type { Job, Priority } from "./job-types";

export type BulkAnswer = components["schemas"]["BulkActed"];
export type BulkRequest = components["schemas"]["BulkAction"];
export type JobAction = Job["actions"][number];

interface Person {
  id: string;
  role: string;
}

/** Staff of both kinds look at everybody's jobs. */
export function seesAll(person: Person | null | undefined): boolean {
  return person?.role === "staff" || person?.role === "staff_readonly";
}

export function useRetryJob() {
  return useJobMutation((id: string) =>
    unwrap(api.POST("/api/jobs/{job_id}/retry", { params: { path: { job_id: id } } })),
  );
}

/** A new job; the answer has its id. */
export function useRunAgain() {
  return useJobMutation((id: string) =>
    unwrap(api.POST("/api/jobs/{job_id}/run-again", { params: { path: { job_id: id } } })),
  );
}

export function useChangePriority() {
  return useJobMutation(
    ({ id, priority }: { id: string; priority: Priority }) =>
      unwrap(api.PATCH("/api/jobs/{job_id}", { params: { path: { job_id: id } }, body: { priority } })),
    ({ id, priority }) => [id, { priority }],
  );
}

export function useBulkAction() {
  return useJobMutation((body: BulkRequest) => unwrap(api.POST("/api/jobs/bulk-action", { body })));
}

/** `atOnce` names what is shown before the answer, and taken back when that is a refusal. */
function useJobMutation<Variables, Answer>(
  run: (variables: Variables) => Promise<Answer>,
  atOnce?: (variables: Variables) => [id: string, change: Partial<Job>],
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onMutate: (variables) => atOnce && changeAtOnce(client, ...atOnce(variables)),
    onError: (_error, _variables, takeBack) => takeBack?.(),
    onSettled: (_answer, error) =>
      void (error || !atOnce ? client.invalidateQueries({ queryKey: jobKeys.all }) : undefined),
  });
}
